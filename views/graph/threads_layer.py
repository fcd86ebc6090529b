"""All threads of a frame: from the projection's columns to places on wires, in queues and in nodes, by numpy alone.

    on a wire       a share of its samples, linear in simulated time
    at a door       on the wire outside it, 17 px apart, who came first nearest; over 6 the sixth place has the number
    in a component  in a row inside its node, as many as there are seats; the pill has the number anyway

Limits: a thread whose call follows no wire (an entry that nobody drew) is not shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter

from model.projections.threads import BLOCKED, ThreadColumns, inside, positions, visible
from views.graph import paths
from views.graph.component_node import ComponentNode
from views.graph.geometry import TEXT_LEFT
from views.graph.ink import PAD, Ink
from views.graph.node import NAME_ONLY
from views.graph.wires import FROM_OBJECT, WiresItem
from views.kit.dots import FATES, GENERATIONS, DotPainter
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, text_width

if TYPE_CHECKING:
    from views.kit.writing import Written

FIRST_IN_QUEUE: Final = 16.0
QUEUE_STEP: Final = 17.0
QUEUE_PLACES: Final = 6
PORT_CLEARANCE: Final = 22.0
SEAT_STEP: Final = 12.0
MOST_SEATS: Final = 8
SEAT_DOWN: Final = 42.0
NUMBER_HEIGHT: Final = 15.0
REACH: Final = 7.0
"""px about a dot that a click means."""

Floats = npt.NDArray[np.float64]


class Seats:
    """Where threads stand inside the nodes: the first seat of each object, at the right, and how many there are."""

    def __init__(self, objects: Mapping[int, ComponentNode], zoom: float) -> None:
        nodes = sorted(objects.items())
        self.objects = np.array([identity for identity, _ in nodes], dtype=np.int64)
        self.places = np.zeros((len(nodes), 2))
        self.counts = np.zeros(len(nodes), dtype=np.int64)
        if zoom < NAME_ONLY:
            return
        for row, (_, node) in enumerate(nodes):
            if node.held is not None:
                continue  # A mediator's frame says by name who is inside.
            card = node.parts.card.translated(node.pos())
            self.places[row] = card.right() - PAD - 6, card.top() + SEAT_DOWN
            free = card.width() - TEXT_LEFT - text_width(node.facts.words, "label") - PAD - 8
            self.counts[row] = max(0, min(MOST_SEATS, int(free // SEAT_STEP)))


class ThreadsLayer:
    """Keeps where each dot of this frame is, and paints them all in one call."""

    def __init__(self, theme: Theme) -> None:
        self._dots = DotPainter(theme)
        self._theme = theme
        self.across: Floats = np.empty(0)
        self.down: Floats = np.empty(0)
        self.tile: npt.NDArray[np.intp] = np.empty(0, dtype=np.intp)
        self.thread: npt.NDArray[np.int32] = np.empty(0, dtype=np.int32)
        """Whose dot it is."""
        self.numbers: list[tuple[float, float, int]] = []
        """Where a queue is longer than it is drawn, and by how many."""
        self.written: list[Written] = []

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._dots.set_theme(theme)

    def take(self, columns: ThreadColumns, clock_ns: int, wires: WiresItem, seats: Seats) -> bool:
        """Compute this frame's dots; True when anything has moved."""
        before = (self.across, self.down, self.tile, self.numbers)
        there = visible(columns, clock_ns)
        room = inside(columns, clock_ns)
        source = columns.source.astype(np.int64)
        begins = np.where(source == 0, columns.client.astype(np.int64) << 32, FROM_OBJECT | source << 32)
        row = wires.rows_of((begins | columns.target).astype(np.int64))
        waits = (columns.fate == BLOCKED) & (columns.until_ns <= clock_ns) & (row >= 0)
        moving = np.flatnonzero(there & (room == 0) & (row >= 0) & ~waits)
        fate = columns.fate.astype(np.intp)
        tile = np.where(fate > 0, fate - 1, len(FATES) + np.clip(columns.age, 0, GENERATIONS - 1)).astype(np.intp)
        shares = positions(columns, clock_ns)[moving]
        x, y = paths.along(wires.samples, row[moving], shares) if len(moving) else (np.empty(0), np.empty(0))
        queued, queue_x, queue_y, self.numbers = _queues(columns, np.flatnonzero(waits & there), row, wires)
        seated, seat_x, seat_y = _seated(room, np.flatnonzero(there & (room > 0)), columns, seats)
        self.across = np.concatenate([x, queue_x, seat_x])
        self.down = np.concatenate([y, queue_y, seat_y])
        drawn = np.concatenate([moving, queued, seated])
        self.tile, self.thread = tile[drawn], columns.thread[drawn]
        return not _same(before, (self.across, self.down, self.tile, self.numbers))

    def place_of(self, thread: int) -> QPointF | None:
        """Where a thread's dot is; None where it has none of its own."""
        found = np.flatnonzero(self.thread == thread)
        return QPointF(self.across[found[0]], self.down[found[0]]) if len(found) else None

    def thread_at(self, point: QPointF, zoom: float) -> int:
        """The thread whose dot is nearest to a point, 0 where none is within REACH px."""
        if not len(self.across):
            return 0
        away = np.hypot(self.across - point.x(), self.down - point.y())
        nearest = int(away.argmin())
        return int(self.thread[nearest]) if away[nearest] <= REACH / max(zoom, 0.1) else 0

    def paint(self, painter: QPainter) -> None:
        """All dots, then the numbers of long queues."""
        self._dots.paint(painter, self.across, self.down, self.tile)
        self.written = []
        if not self.numbers:
            return
        ink = Ink(painter, self._theme)
        blocked = self._theme.fate.blocked
        for x, y, more in self.numbers:
            words = f"+{more}"
            width = text_width(words, "small", weight=MEDIUM) + 8
            box = QRectF(x + QUEUE_STEP / 2 - width, y - NUMBER_HEIGHT / 2, width, NUMBER_HEIGHT)
            ink.box(box, 4, blocked.mark, ink.line_of(self._theme.surface.canvas, 1.6))
            ink.line(box, words, "small", blocked.on, weight=MEDIUM, middle=True)
        self.written = ink.written


def _queues(
    columns: ThreadColumns, waiting: npt.NDArray[np.intp], row: npt.NDArray[np.intp], wires: WiresItem
) -> tuple[npt.NDArray[np.intp], Floats, Floats, list[tuple[float, float, int]]]:
    """Which of the waiting are drawn, where, and where a number stands for the rest."""
    if not len(waiting):
        return waiting, np.empty(0), np.empty(0), []
    order = waiting[np.lexsort((columns.call[waiting], columns.fate_since_ns[waiting], row[waiting]))]
    wire = row[order]
    rank, count = _ranks(wire)
    # A wire that is too short for six ends its queue before the port.
    places = np.clip((wires.lengths[wire] - FIRST_IN_QUEUE - PORT_CLEARANCE) // QUEUE_STEP + 1, 1, QUEUE_PLACES)
    shown = (rank < places - 1) | ((rank == places - 1) & (count <= places))
    away = FIRST_IN_QUEUE + QUEUE_STEP * rank
    share = 1.0 - away / np.maximum(wires.lengths[wire], 1.0)
    x, y = paths.along(wires.samples, wire, share)
    last = np.flatnonzero((rank == places - 1) & (count > places))
    numbers = [(float(x[at]), float(y[at]), int(count[at] - places[at]) + 1) for at in last]
    return order[shown], x[shown], y[shown], numbers


def _seated(
    room: npt.NDArray[np.int32], who: npt.NDArray[np.intp], columns: ThreadColumns, seats: Seats
) -> tuple[npt.NDArray[np.intp], Floats, Floats]:
    """Who has a seat in a node, and where."""
    if not len(who) or not len(seats.objects):
        return who[:0], np.empty(0), np.empty(0)
    place = np.minimum(np.searchsorted(seats.objects, room[who]), len(seats.objects) - 1)
    known = seats.objects[place] == room[who]
    who, place = who[known], place[known]
    order = np.lexsort((columns.call[who], place))
    who, place = who[order], place[order]
    rank, _ = _ranks(place)
    seated = rank < seats.counts[place]
    corner = seats.places[place[seated]]
    return who[seated], corner[:, 0] - SEAT_STEP * rank[seated], corner[:, 1]


def _ranks(groups: npt.NDArray[np.intp]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Of a sorted column of groups: each row's place within its group, and the size of the group."""
    if not len(groups):
        return groups, groups
    first = np.flatnonzero(np.concatenate([[True], groups[1:] != groups[:-1]]))
    sizes = np.diff(np.append(first, len(groups)))
    return np.arange(len(groups)) - np.repeat(first, sizes), np.repeat(sizes, sizes)


def _same(one: tuple, other: tuple) -> bool:
    return (
        len(one[0]) == len(other[0])
        and all(np.array_equal(a, b) for a, b in zip(one[:3], other[:3], strict=True))
        and one[3] == other[3]
    )
