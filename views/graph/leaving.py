"""What is still there when a swap is over, and what should be: mediators that leave, and threads that break a rule.

    o--------- [ [] ] > [ diary ]        the entries name the new component; a thread still waits in the mediator,
          mediator, leaving              which may be destroyed only when nobody can hold it any more

    (x) S5 broken, thread 65             a rule is broken by what this thread does, or by what is done to it
         |
    o--------- [ [] ] > [ diary ]
        mediator, destroyed

On a sound engine a box goes away empty, and nobody is ever marked. Limits: a thread is marked only while it has a dot;
the light in the top bar says what was broken before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter

from model.trace.events import Kind
from views.graph.ink import Ink
from views.kit.hatches import fill_hatched
from views.kit.typography import MEDIUM, text_width

if TYPE_CHECKING:
    from model.projections.rules import Violation
    from model.projections.topology import Topology
    from views.graph.component_node import ComponentNode
    from views.graph.scene import GraphScene
    from views.graph.threads_layer import ThreadsLayer
    from views.kit.session_link import SessionLink

LEAVING, DESTROYED = "mediator, leaving", "mediator, destroyed"
BOX: Final = QRectF(-46, -16, 40, 32)
"""About the first places of the queue, from where the wire ends."""
RADIUS: Final = 8.0
RING: Final = 8.5
LEAST_ZOOM: Final = 0.4
THREADS_AT_MOST: Final = 16
VIOLATIONS_AT_MOST: Final = 32
"""Of a run that goes on broken: the first are what one looks for."""


class Left(NamedTuple):
    """A mediator that no entry names any more."""

    object: int
    destroyed: bool


class Breaking(NamedTuple):
    """A thread by which rules are broken."""

    thread: int
    object: int
    rules: tuple[str, ...]
    place: QPointF


class Leaving:
    """Both, as of a frame."""

    def __init__(self) -> None:
        self.left: tuple[Left, ...] = ()
        self.breaking: tuple[Breaking, ...] = ()

    def take(self, link: SessionLink, threads: ThreadsLayer, objects: dict[int, ComponentNode]) -> bool:
        """Look where they are now; whether anything is shown, or was until now."""
        shown = bool(self.left or self.breaking)
        topology = link.topology
        there = [Left(node.object, False) for node in topology.mediators.values() if _left_by(topology, node.object)]
        found, destroyed = _breaking(link, threads) if not link.invariants.hold else ([], [])
        self.breaking = tuple(found)
        # A box fades with the frame that it was until now.
        self.left = tuple(
            left for left in (*there, *destroyed) if left.object in objects and objects[left.object].held is None
        )
        return shown or bool(self.left or self.breaking)

    def paint_under(self, painter: QPainter, board: GraphScene) -> None:
        """The boxes, under the dots."""
        if not self.left or board.zoom < LEAST_ZOOM:
            return
        ink = Ink(painter, board.theme)
        for left in self.left:
            if left.object in board.objects:
                body = board.objects[left.object].standing
                _paint_box(ink, QPointF(body.left(), body.center().y()), left.destroyed)

    def paint_over(self, painter: QPainter, board: GraphScene) -> None:
        """The marked threads, over the dots."""
        if not self.breaking:
            return
        ink = Ink(painter, board.theme)
        for each in self.breaking:
            node = board.objects.get(each.object)
            top = node.standing.top() if node is not None else each.place.y()
            _paint_mark(ink, each, min(top - 30, each.place.y() - 44))


def _left_by(topology: Topology, identity: int) -> bool:
    """Whether an object has no mediator in front of it any more."""
    node = topology.objects.get(identity)
    return node is not None and not node.mediator


def _breaking(link: SessionLink, threads: ThreadsLayer) -> tuple[list[Breaking], list[Left]]:
    """The threads of broken rules that have a dot, and the destroyed mediators that these are in."""
    rules: dict[int, list[str]] = {}
    places: dict[int, tuple[int, QPointF]] = {}
    destroyed: dict[int, None] = {}
    for violation in link.invariants.violations[:VIOLATIONS_AT_MOST]:
        thread, identity, ended = _concerned(link, violation)
        place = threads.place_of(thread) if thread else None
        if place is None or (len(places) >= THREADS_AT_MOST and thread not in places):
            continue
        known = places.get(thread, (0, place))
        places[thread] = (known[0] or identity, place)
        if violation.rule not in rules.setdefault(thread, []):
            rules[thread].append(violation.rule)
        if ended:
            destroyed[ended] = None
    found = [Breaking(thread, of, tuple(rules[thread]), place) for thread, (of, place) in places.items()]
    return found, [Left(identity, True) for identity in destroyed]


def _concerned(link: SessionLink, violation: Violation) -> tuple[int, int, int]:
    """The thread that a violation is about, the object, and the object whose mediator was destroyed; 0 for none."""
    trace = link.trace
    thread = identity = ended = 0
    for position in (violation.other, violation.position):
        if not trace.tail <= position < trace.head:
            continue
        row = trace.event(position)
        if row.kind == Kind.MEDIATOR_DESTROYED:
            ended = row.b
            continue
        thread = thread or row.thread
        if row.kind == Kind.CALL_ENTERED:
            identity = identity or row.subject
    return thread, identity, ended


def _paint_box(ink: Ink, port: QPointF, destroyed: bool) -> None:
    theme = ink.theme
    box = BOX.translated(port)
    meaning = theme.invariant.violated if destroyed else theme.phase.completed
    ink.box(box, RADIUS, meaning.tint, ink.line_of(meaning.mark, 1.5, (4, 3)))
    if destroyed:
        fill_hatched(ink.painter, box, meaning.pattern, meaning.mark, theme.texture.on_tint)
    words = DESTROYED if destroyed else LEAVING
    width = text_width(words, "small", weight=MEDIUM)
    area = QRectF(box.right() - width, box.bottom() + 3, width + 1, 16)
    ink.line(area, words, "small", meaning.text, weight=MEDIUM)


def _paint_mark(ink: Ink, breaking: Breaking, y: float) -> None:
    violated = ink.theme.invariant.violated
    place, painter = breaking.place, ink.painter
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(ink.line_of(violated.mark, 2.0))
    painter.drawEllipse(place, RING, RING)
    words = f"{', '.join(breaking.rules)} broken, thread {breaking.thread}"
    width = text_width(words, "small", weight=MEDIUM) + 30
    pill = QRectF(place.x() - width / 2, y, width, 20)
    ink.segment(place.x(), pill.bottom(), place.x(), place.y() - RING, ink.line_of(violated.mark, 1.5))
    ink.box(pill, 10, violated.mark, ink.line_of(ink.theme.surface.canvas, 1.4))
    ink.glyph(violated.glyph, pill.left() + 13, pill.center().y(), 12, violated.on)
    ink.line(pill.adjusted(23, 0, 0, 0), words, "small", violated.on, weight=MEDIUM)
