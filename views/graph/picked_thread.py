"""What lies over the dots: the selected thread with one arrow to whom it waits for, and the rates of lit wires.

A ring about the thread's dot, its number, and an arrow to the thread that it waits for.

Only one step: who that one waits for is a matter of the panel "waiting for", which shows whole chains.

Limits: a thread that has no dot of its own, deep in a queue or inside a mediator's frame, is ringed at the component in
which it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPolygonF

from model.projections.hold_ups import HoldUps, ThreadStep
from views.graph.ink import Ink
from views.kit.format import format_rate
from views.kit.typography import MEDIUM, text_width

if TYPE_CHECKING:
    from views.graph.component_node import ComponentNode
    from views.graph.picture import Reader
    from views.graph.scene import GraphScene
    from views.graph.threads_layer import ThreadsLayer
    from views.kit.selection import Picked
    from views.kit.session_link import SessionLink
    from views.kit.theme import Theme

RING = 8.5
MOST_RATES = 24
"""Wires that show their rate at once; an object that more than so many use shows the first of them."""
HEAD = 7.0


class PickedThread:
    """Where the selected thread is and whom it waits for, as of a frame."""

    def __init__(self) -> None:
        self.thread = 0
        self.waits_for = 0
        self._place: QPointF | None = None
        self._other: QPointF | None = None

    def take(
        self, link: SessionLink, picked: Picked | None, threads: ThreadsLayer, objects: dict[int, ComponentNode]
    ) -> bool:
        """Look where they are now; whether anything is shown, or was until now."""
        was_shown = self._place is not None
        self.thread, self.waits_for, self._place, self._other = 0, 0, None, None
        self._look(link, picked, threads, objects)
        return was_shown or self._place is not None

    def _look(
        self, link: SessionLink, picked: Picked | None, threads: ThreadsLayer, objects: dict[int, ComponentNode]
    ) -> None:
        if picked is None or picked.kind not in ("thread", "call"):
            return
        call = link.waits.call(picked.identity) if picked.kind == "call" else None
        self.thread = picked.identity if picked.kind == "thread" else call.thread if call else 0
        hold_up = HoldUps(link.waits, link.swaps).of_thread(self.thread) if self.thread else None
        if hold_up is None:
            self.thread = 0
            return
        steps = [step for step in hold_up.chains[0].steps if isinstance(step, ThreadStep)]
        self._place = _place(steps[0], threads, objects)
        if len(steps) > 1:
            self.waits_for = steps[1].state.thread
            self._other = _place(steps[1], threads, objects)

    def paint(self, painter: QPainter, theme: Theme) -> None:
        """Ring, number and arrow, in ink."""
        if self._place is None:
            return
        ink = Ink(painter, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(ink.line_of(theme.selection.ring, 2.0))
        painter.drawEllipse(self._place, RING, RING)
        if self._other is not None and QLineF(self._place, self._other).length() > 3 * RING:
            _arrow(painter, ink, theme, self._place, self._other)
        words = f"thread {self.thread}"
        width = text_width(words, "small", weight=MEDIUM) + 12
        pill = QRectF(self._place.x() - width / 2, self._place.y() - RING - 20, width, 17)
        ink.box(pill, 8.5, theme.accent.fill, ink.line_of(theme.surface.canvas, 1.4))
        ink.line(pill, words, "small", theme.accent.on, weight=MEDIUM, middle=True)


def paint_rates(painter: QPainter, board: GraphScene, reader: Reader) -> None:
    """On each wire under the pointer, how many calls in a second go along it."""
    if board.wire_hovered is None and board.selection.hovered is None:
        return
    ink, theme = Ink(painter, board.theme), board.theme
    lit = [(wire, middle) for wire, middle in board.wires.middles() if board.is_lit(wire)]
    for (source, target), middle in lit[:MOST_RATES]:
        words = format_rate(reader.rate_along(source, target))
        width = text_width(words, "small", weight=MEDIUM) + 12
        pill = QRectF(middle.x() - width / 2, middle.y() - 8.5, width, 17)
        ink.box(pill, 8.5, theme.surface.raised, ink.line_of(theme.selection.ring, 1.2))
        ink.line(pill, words, "small", theme.text.primary, weight=MEDIUM, middle=True)


def _place(step: ThreadStep, threads: ThreadsLayer, objects: dict[int, ComponentNode]) -> QPointF | None:
    place = threads.place_of(step.state.thread)
    if place is not None or step.call is None or step.call.object not in objects:
        return place
    body = objects[step.call.object].standing
    return QPointF(body.left(), body.center().y()) if step.door_of else body.center()


def _arrow(painter: QPainter, ink: Ink, theme: Theme, start: QPointF, end: QPointF) -> None:
    """A dashed line from ring to ring, and a head where it ends."""
    line = QLineF(start, end)
    unit = QPointF(line.dx() / line.length(), line.dy() / line.length())
    first, last = start + unit * RING, end - unit * (RING + 2)
    pen = ink.line_of(theme.selection.ring, 1.8)
    pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.drawLine(first, last)
    side = QPointF(-unit.y(), unit.x()) * (HEAD * 0.55)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.selection.ring)
    painter.drawPolygon(QPolygonF([last, last - unit * HEAD + side, last - unit * HEAD - side]))
