"""A component: its card, the shells about it, and the mediator in front while it is swapped.

The node keeps the facts of the last picture and what is on the move between that and this one: how far the frame is
open, the door, the ribbon, and the frame that goes away after the outcome.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPolygonF
from PySide6.QtWidgets import QGraphicsSceneMouseEvent

from model.trace.events import Phase
from views.graph import mediator_frame as frame
from views.graph.drop_marks import Answer, drop_meaning, paint_marks, paint_wash, pill_rect
from views.graph.geometry import (
    CELL_GAP,
    CELL_HEIGHT,
    POST_HALF,
    PRE_HALF,
    TEXT_LEFT,
    WASH,
    Geometry,
    between,
    geometry,
    pill_width,
    rate_width,
)
from views.graph.ink import FAR_ROLE, NODE_RADIUS, PAD, Ink
from views.graph.interposer_shell import paint_shells
from views.graph.mediator_frame import FrameState
from views.graph.motion import (
    ABANDONED_MS,
    COMPLETED_MS,
    DOOR_CLOSES_MS,
    DOOR_OPENS_MS,
    IN_OUT_CUBIC,
    OUT_CUBIC,
    RIBBON_MS,
    ROOM_MS,
)
from views.graph.node import BLOCK, FULL, MARGIN, NAME_ONLY, NodeItem
from views.graph.picture import MediatorFacts, ObjectFacts
from views.kit.dots import FATES
from views.kit.format import format_rate
from views.kit.glyphs import dot_rect, paint_glyph
from views.kit.phases import fate_meaning, phase_meaning
from views.kit.typography import MEDIUM, SEMIBOLD, text_width

if TYPE_CHECKING:
    from views.graph.scene import GraphScene

SPARK_TOP, SPARK_BOTTOM = 53.0, 67.0
SPARK_LINE = 1.3
CELLS_TOP = 51.0
PILL_INSIDE = (6.0, 3.0, -6.0, -3.0)
LOAD_INSIDE = (PAD - 3.0, 47.0, 3.0 - PAD, -5.0)
"""What figures may take of the pill and of the card: there is nothing else, and not the edge."""
INSIDE_TOP = 55.0
INSIDE_GAP = 18.0
INSIDE_RADIUS = 4.8
FAR_SIGN = 0.8


class ComponentNode(NodeItem):
    """One object of the topology."""

    def __init__(self, board: GraphScene, facts: ObjectFacts) -> None:
        self.facts = facts
        self.held: MediatorFacts | None = facts.mediator
        """The mediator that is drawn: the one that stands, or the one that goes away."""
        self.leaving = False
        self.state = FrameState()
        self.answer: Answer | None = None
        self._lines_before_figures = 0
        self._load_due = False
        self._open = 1.0 if facts.mediator else 0.0
        self._parts = geometry(facts, self._open)
        super().__init__(board, ("object", facts.identity))
        self._settle_frame()

    # --- facts -------------------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def search_text(self) -> str:
        return " ".join((self.facts.name, self.facts.words, *(shell.title for shell in self.facts.shells)))

    @property
    def parts(self) -> Geometry:
        """Where its parts stand now."""
        return self._parts

    @property
    def body(self) -> QRectF:
        return self._parts.outer

    @property
    def rest_body(self) -> QRectF:
        return geometry(self.facts, 0.0).outer

    @property
    def reach(self) -> QRectF:
        body = self._parts.outer
        side = POST_HALF + 2 if self.facts.shells else 0.0
        if self.leaving:
            # A frame that goes is painted at its full size until the last moment.
            body = body | geometry(self.facts, 1.0).outer
        reach = body.adjusted(-MARGIN - side, -MARGIN, MARGIN + side, MARGIN)
        if self.answer is not None:
            reach |= body.adjusted(-WASH - 2, -WASH - 2, WASH + 2, WASH + 2)
            reach |= pill_rect(body, self.answer).adjusted(-2, -2, 2, 2)
        return reach

    @property
    def whole_body(self) -> QRectF:
        return geometry(self.facts, 1.0 if self.facts.mediator else 0.0).outer

    @property
    def door_shut(self) -> bool:
        """Whether calls queue."""
        return self.held is not None and not self.leaving and self.held.phase in frame.CLOSED

    def take(self, facts: ObjectFacts, *, at_once: bool, ended: MediatorFacts | None) -> bool:
        """Show other facts; True when its outline may have changed. `ended` is how the swap that was shown ended."""
        if self._plain and facts.differs_in_figures(self.facts):
            # Not what was painted last: it may be that a neighbour's change had only a corner of this node painted.
            self._load_due |= facts.busy is not self.facts.busy
            self.facts = facts
            if self.board.zoom >= NAME_ONLY:
                self.board.figures_changed(self)
            return False
        look = self.look()
        before, self.facts = self.facts, facts
        if facts.mediator is not before.mediator:
            self.board.outlines += 1
        if facts.mediator is not None:
            self._show_frame(before.mediator, facts.mediator, at_once=at_once)
        elif before.mediator is not None:
            self._leave_frame(ended, at_once=at_once)
        reshaped = self._reshape()
        if self.look() != look:
            self.touch()
        # Beside its words stand the threads that are inside.
        return reshaped or before.words != facts.words or (before.mediator is None) != (facts.mediator is None)

    def _show_frame(self, before: MediatorFacts | None, now: MediatorFacts, *, at_once: bool) -> None:
        motion = self.board.motion
        self.held, self.leaving = now, False
        if before is None or before.request != now.request:
            self.state = FrameState(ribbon_from=now.phase, door=0.0 if now.phase in frame.CLOSED else 1.0)
            begin = self._open if before is None else 1.0
            motion.stop(("frame", self.key))
            motion.move(("frame", self.key), 0 if at_once else ROOM_MS, IN_OUT_CUBIC, begin, 1.0, self._set_open)
            return
        if before.phase != now.phase:
            lasts = 0 if at_once else RIBBON_MS
            self.state.ribbon_from = before.phase
            motion.move(("ribbon", self.key), lasts, OUT_CUBIC, 0.0, 1.0, self._set_ribbon)
            self._move_door(0.0 if now.phase in frame.CLOSED else 1.0, at_once=at_once)

    def _leave_frame(self, ended: MediatorFacts | None, *, at_once: bool) -> None:
        motion = self.board.motion
        if ended is None or at_once:
            motion.stop(("frame", self.key))
            self.held = None
            self._set_open(0.0)
            return
        self.held, self.leaving = ended, True
        self.outline_changed()
        self.state.ribbon_from, self.state.ribbon = ended.phase, 1.0
        completed = ended.phase is Phase.COMPLETED
        self._move_door(1.0, at_once=False)
        lasts, curve = (COMPLETED_MS, IN_OUT_CUBIC) if completed else (ABANDONED_MS, OUT_CUBIC)
        motion.stop(("frame", self.key))
        motion.move(("frame", self.key), lasts, curve, self._open, 0.0, self._set_open, self._frame_gone)

    def _move_door(self, end: float, *, at_once: bool) -> None:
        lasts = DOOR_OPENS_MS if end else DOOR_CLOSES_MS
        self.board.motion.move(
            ("door", self.key), 0 if at_once else lasts, OUT_CUBIC, self.state.door, end, self._set_door
        )

    def _frame_gone(self) -> None:
        self.touch()
        self.held, self.leaving = None, False
        self._set_open(0.0)
        self.outline_changed()

    def _settle_frame(self) -> None:
        if self.held is not None:
            self.state = FrameState(ribbon_from=self.held.phase, door=0.0 if self.held.phase in frame.CLOSED else 1.0)

    def _set_open(self, share: float) -> None:
        self._open = share
        self._reshape()
        self.touch()

    def _set_door(self, share: float) -> None:
        self.state.door = share
        self.touch()

    def _set_ribbon(self, share: float) -> None:
        self.state.ribbon = share
        self.touch()

    def _reshape(self) -> bool:
        parts = geometry(self.facts, self._open)
        if parts == self._parts:
            return False
        self._parts = parts
        self.outline_changed()
        self.board.node_placed(self)
        return True

    def set_answer(self, answer: Answer | None) -> None:
        """What it says to a drag; None when there is none."""
        if answer != self.answer:
            self.answer = answer
            self.board.outlines += 1
            self.outline_changed()

    # --- painting ----------------------------------------------------------------------------------------------------

    @property
    def mark(self) -> QColor:
        theme = self.board.theme
        if self.answer is not None and self.answer.verdict.answer != "no":
            return drop_meaning(theme, self.answer.verdict).mark
        if self.held is not None:
            return phase_meaning(theme, frame.frame_meaning_phase(self.held)).mark
        return theme.structure.interposer.mark if self.facts.shells else theme.line.regular

    def look(self) -> object:
        zoom = self.board.zoom
        if zoom >= NAME_ONLY:
            return self.facts
        return (
            self.mark.rgba()
            if zoom < BLOCK
            else (self.facts.name, self.facts.icon, self.facts.mediator, self.mark.rgba())
        )

    def paint_whole(self, ink: Ink, zoom: float) -> None:
        parts, held, painter = self._parts, self.held, ink.painter
        if self.answer is not None:
            paint_wash(ink, parts.outer, self.answer)
        if held is not None and self._open > 0.0:
            self._paint_frame(ink, parts, held, zoom)
        picked, over = self.board.interposer_picked, self.board.interposer_hovered
        paint_shells(ink, parts.shells, self.facts.shells, picked, over, words=zoom >= NAME_ONLY)
        if held is not None and held.phase is Phase.COMPLETED and self.leaving:
            painter.setOpacity(1.0 - self._open)
        self._paint_card(ink, parts.card, zoom)
        painter.setOpacity(1.0)
        if self.answer is not None:
            paint_marks(ink, parts.outer, parts.card, self.answer)

    def paint_far(self, ink: Ink) -> None:
        if self.answer is not None:
            meaning = drop_meaning(ink.theme, self.answer.verdict)
            colour = meaning.text if self.answer.verdict.answer == "no" else meaning.on
            box = self.body
            ink.glyph(meaning.glyph, box.center().x(), box.center().y(), box.height() * FAR_SIGN, colour)

    def _paint_frame(self, ink: Ink, parts: Geometry, held: MediatorFacts, zoom: float) -> None:
        painter = ink.painter
        painter.save()
        shown = parts
        if self.leaving:
            shown = Geometry(parts.card, parts.shells, geometry(self.facts, 1.0).frame, parts.arriving, 1.0)
            if held.phase is Phase.COMPLETED:
                painter.setOpacity(self._open)
            else:
                clip = QRectF(shown.frame.left() - 2, shown.frame.top() - 2, shown.frame.width() * self._open, 0)
                clip.setHeight(shown.frame.height() + 4)
                painter.setClipRect(clip, Qt.ClipOperation.IntersectClip)
        else:
            painter.setOpacity(min(1.0, 2 * self._open))
        words = zoom >= NAME_ONLY
        frame.paint_frame(ink, shown, held, self.state, words=words)
        frame.paint_door(ink, shown, held, self.state)
        if self.leaving and held.phase is Phase.ABANDONED:
            frame.paint_wipe(ink, shown, self._open)
        elif self._open >= 1.0:
            frame.paint_arriving(ink, parts, held, words=words)
            frame.paint_packages(ink, parts, held)
        painter.restore()
        if self.leaving and held.phase is Phase.COMPLETED:
            self._paint_arrived(ink, parts)

    def _paint_arrived(self, ink: Ink, parts: Geometry) -> None:
        """The new component on its way from its own place to the old one's."""
        box = between(parts.card, geometry(self.facts, 1.0).arriving, self._open)
        self._paint_card(ink, box, NAME_ONLY)

    def _paint_card(self, ink: Ink, card: QRectF, zoom: float) -> None:
        theme, facts = ink.theme, self.facts
        refused = self.answer is not None and self.answer.verdict.answer == "no"
        dim = refused or self.board.is_dim(self.key)
        ink.card(card, hovered=self.hovered, selected=self.selected, focused=self.focused)
        primary = theme.text.tertiary if dim else theme.text.primary
        secondary = theme.text.tertiary if dim else theme.text.secondary
        if zoom < NAME_ONLY:
            ink.line(card.adjusted(PAD, 0, -PAD, 0), facts.name, FAR_ROLE, primary)
            return
        ink.tile(card.left() + PAD, card.top() + PAD, facts.icon, dim=dim)
        pill = self._pill(card)
        left = card.left() + TEXT_LEFT
        room = card.right() - PAD - left
        ink.line(
            QRectF(left, card.top() + 10, room - pill.width() - 8, 18), facts.name, "body", primary, weight=SEMIBOLD
        )
        ink.line(QRectF(left, card.top() + 28, room, 16), self._words, colour=secondary)
        ink.box(pill, 10, theme.surface.sunken)
        if self.held is not None and not self.leaving and self._open > 0.0:
            self._paint_in_flight(ink, pill)
            self._paint_inside(ink, card, self.held)
        else:
            self._lines_before_figures = len(ink.written)
            self._paint_figures(ink, card, secondary, load=zoom >= FULL and not refused)

    def _paint_figures(self, ink: Ink, card: QRectF, colour: QColor, *, load: bool) -> None:
        """How many calls are in flight and, where there is room, how busy it was."""
        self._paint_in_flight(ink, self._pill(card))
        if not load:
            return
        if self.facts.cells:
            self._paint_cells(ink, card)
        else:
            self._paint_spark(ink, card, colour)

    def paint_figures_anew(self, painter: QPainter) -> None:
        """Paint the figures, and nothing else, over a picture of the node in which they are out of date.

        A frame has time for this where it has none for cards, shadows and names, which are the same as before. What is
        more than a plain card by now has been touched and painted whole.
        """
        if not self._plain or self.board.zoom < NAME_ONLY:
            return
        card = self._parts.card
        load = self.board.zoom >= FULL and self._load_due
        ink = Ink(painter, self.board.theme)
        theme, before = ink.theme, self._lines_before_figures
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(self._pill(card).adjusted(*PILL_INSIDE), theme.surface.sunken)
        if load:
            painter.fillRect(card.adjusted(*LOAD_INSIDE), theme.structure.component.fill)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dim = self.board.is_dim(self.key)
        self._paint_figures(ink, card, theme.text.tertiary if dim else theme.text.secondary, load=load)
        self._load_due = False
        self.written = [*self.written[:before], *ink.written, *(() if load else self.written[before + 1 :])]

    @property
    def _plain(self) -> bool:
        """Whether it says nothing but what it is and how busy: no frame, no answer to a drag."""
        return self.held is None and self.answer is None

    @property
    def _words(self) -> str:
        held = self.held
        if held is not None and held.phase is Phase.TRANSFER and not held.inside and not self.leaving:
            return f"{self.facts.words}, no call inside"
        return self.facts.words

    def _pill(self, card: QRectF) -> QRectF:
        width = pill_width(self.facts.in_flight)
        return QRectF(card.right() - PAD - width, card.top() + PAD, width, 20)

    def _paint_in_flight(self, ink: Ink, pill: QRectF) -> None:
        theme = ink.theme
        ink.painter.setPen(Qt.PenStyle.NoPen)
        ink.painter.setBrush(theme.generation.ladder[0])
        ink.painter.drawEllipse(QPointF(pill.left() + 10, pill.center().y()), 3, 3)
        ink.line(pill.adjusted(14, 0, -8, 0), str(self.facts.in_flight), weight=SEMIBOLD, right=True)

    def _paint_inside(self, ink: Ink, card: QRectF, held: MediatorFacts) -> None:
        """The calls inside by fate: with the thread's number where there is room, else the shapes alone."""
        if not held.inside:
            return
        theme = ink.theme
        middle = card.top() + INSIDE_TOP + 8
        left = card.left() + TEXT_LEFT
        right = card.right() - PAD
        left += ink.line(QRectF(left, middle - 8, right - left, 16), "inside", colour=theme.text.tertiary) + 16
        names = [f"{FATES[fate - 1]} {thread}" for fate, thread in held.inside]
        needs = [12 + text_width(name, "label") + INSIDE_GAP for name in names]
        spelled = left + sum(needs) <= right + INSIDE_GAP
        for (fate, _), name, need in zip(held.inside, names, needs, strict=True):
            if left + 2 * INSIDE_RADIUS > right:
                break
            meaning = fate_meaning(theme, FATES[fate - 1])
            paint_glyph(ink.painter, meaning.glyph, dot_rect(left + 5, middle, INSIDE_RADIUS), meaning.mark)
            if spelled:
                ink.line(QRectF(left + 16, middle - 8, right - left - 16, 16), name, colour=theme.text.secondary)
            left += need + 4 if spelled else INSIDE_GAP

    def _paint_cells(self, ink: Ink, card: QRectF) -> None:
        """A cell a representative: the number is the processor, the bar its share of the load of the busiest."""
        theme, cells = ink.theme, self.facts.cells
        width = (card.width() - 2 * PAD - (len(cells) - 1) * CELL_GAP) / len(cells)
        for number, share in enumerate(cells):
            left = card.left() + PAD + number * (width + CELL_GAP)
            cell = QRectF(left, card.top() + CELLS_TOP, width, CELL_HEIGHT)
            ink.box(cell, 5, theme.surface.sunken, ink.hair(theme.line.subtle))
            ink.line(cell.adjusted(7, 0, -4, 0), str(number), "small", theme.text.tertiary, weight=MEDIUM)
            bar = QRectF(cell.left() + 19, cell.center().y() - 1.5, cell.width() - 26, 3)
            ink.box(bar, 1.5, theme.line.regular)
            if share > 0:
                ink.box(QRectF(bar.left(), bar.top(), max(3.0, bar.width() * share), 3), 1.5, theme.histogram.now)

    def _paint_spark(self, ink: Ink, card: QRectF, colour: QColor) -> None:
        theme, busy = ink.theme, self.facts.busy
        value = format_rate(busy.rate)
        width = rate_width(busy.rate)
        right = card.right() - PAD
        left, end = card.left() + PAD, right - width - 10
        top, bottom = card.top() + SPARK_TOP, card.top() + SPARK_BOTTOM
        most = max(1, *busy.steps)
        step = (end - left) / (len(busy.steps) - 1)
        # A quarter of the height stays under the line, so that no calls at all still reads as a line.
        low, high = bottom - 3.5, bottom - top - 3.5
        points = [QPointF(left + number * step, low - high * count / most) for number, count in enumerate(busy.steps)]
        line, area = QPainterPath(), QPainterPath()
        line.addPolygon(QPolygonF(points))
        area.addPolygon(QPolygonF([*points, QPointF(end, bottom), QPointF(left, bottom)]))
        ink.painter.fillPath(area, theme.surface.sunken)
        ink.stroke(line, ink.line_of(theme.histogram.now, SPARK_LINE))
        ink.line(QRectF(right - width, bottom - 13, width, 14), value, "small", colour, weight=MEDIUM, right=True)

    # --- the pointer -------------------------------------------------------------------------------------------------

    def shape(self) -> QPainterPath:
        path = QPainterPath()
        path.addRoundedRect(self._parts.outer, NODE_RADIUS, NODE_RADIUS)
        return path

    def interposer_at(self, point: QPointF) -> int:
        """The interposer whose shell or tab is at a point, 0 for none."""
        parts = self._parts
        if parts.card.contains(point):
            return 0
        for rect, shell in zip(parts.shells, reversed(self.facts.shells), strict=True):
            if rect.adjusted(-PRE_HALF, 0, POST_HALF, 0).contains(point):
                return shell.interposer
        return 0

    def over_cancel(self, point: QPointF) -> bool:
        """Whether a point is on a button that works."""
        held = self.held
        can = held is not None and held.cancellable and not self.leaving and self._open >= 1.0
        return can and self._parts.cancel.contains(point)

    def pick(self, point: QPointF) -> None:
        interposer = self.interposer_at(point)
        if interposer:
            self.board.selection.select("interposer", interposer)
        else:
            self.board.selection.select(*self.key)

    def point_at(self, point: QPointF | None) -> None:
        over = point is not None and self.over_cancel(point)
        if over != self.state.cancel_hovered:
            self.state.cancel_hovered = over
            self.touch()
        interposer = self.interposer_at(point) if point is not None else 0
        if interposer:
            self.board.selection.hover("interposer", interposer)
        else:
            super().point_at(point)

    def tip_at(self, point: QPointF) -> str:
        if self.over_cancel(point):
            return f"Cancel the swap of {self.name}; the old component stays"
        return super().tip_at(point) or f"{self.name}, {self.facts.words}"

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        if self.over_cancel(event.pos()):
            self.board.cancel_wanted.emit(self.facts.identity)
            event.accept()
            return
        super().mousePressEvent(event)
