"""All wires as one item: where they run, how they are painted, and the samples on which threads move.

A wire leaves a client's port or a component's right edge and ends at what stands outermost before its object: the card,
the PRE tab of a shell, the door of a mediator. When that changes, its end goes over to the new place in 240 ms.

Limits: wires keep clear of nodes while there are at most ROUTED_UP_TO nodes; in a larger graph they run straight.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen
from PySide6.QtWidgets import QGraphicsItem, QStyleOptionGraphicsItem, QWidget

from views.graph import paths
from views.graph.client_node import ClientNode
from views.graph.component_node import ComponentNode
from views.graph.geometry import POST_HALF, PRE_HALF, STRAIGHT
from views.graph.motion import IN_OUT_CUBIC, WIRE_MS
from views.graph.node import BLOCK, NAME_ONLY
from views.graph.paths import Floats, Point
from views.graph.picture import Key, WireFacts

if TYPE_CHECKING:
    from views.graph.scene import GraphScene

ROUTED_UP_TO = 120
WIDTH = 1.4
DOOR_INSET = 8.0
SPREAD, DOOR_SPREAD = 20.0, 26.0
EDGE = 14.0
STEEP = 0.6
REACH = 7.0
RATE_ACROSS, RATE_DOWN = 40.0, 12.0
"""What the rate on a wire may take beyond it."""
FROM_OBJECT = 1 << 62

WireKey = tuple[Key, int]


@dataclass(slots=True)
class Wire:
    """One wire: where it ended last, and how far it is on the way to a new end."""

    key: WireKey
    controls: Floats = field(default_factory=lambda: np.zeros((10, 2)))
    path: QPainterPath = field(default_factory=QPainterPath)
    head: QPainterPath = field(default_factory=QPainterPath)
    bounds: QRectF = field(default_factory=QRectF)
    sort: str = ""
    end: Point = (0.0, 0.0)
    end_from: Point = (0.0, 0.0)
    share: float = 1.0


def wire_code(source: Key, target: int) -> int:
    """The number under which threads find their wire."""
    kind, identity = source
    return (FROM_OBJECT if kind == "object" else 0) | identity << 32 | target


class WiresItem(QGraphicsItem):
    """The wires of the graph, beneath the nodes."""

    def __init__(self, board: GraphScene) -> None:
        super().__init__()
        self.board = board
        self.samples = np.empty((0, paths.SAMPLES, 2))
        self.lengths = np.empty(0)
        self.codes: npt.NDArray[np.int64] = np.empty(0, dtype=np.int64)
        """In ascending order; row n of the samples is the wire of code n."""
        self._facts: Sequence[WireFacts] = ()
        self._wires: dict[WireKey, Wire] = {}
        self._order: list[Wire] = []
        self._incoming: dict[int, list[WireKey]] = {}
        self._bounds = QRectF()
        self.setZValue(-1)
        self.setAcceptedMouseButtons(Qt.MouseButton.NoButton)

    # --- which wires there are ---------------------------------------------------------------------------------------

    def take(self, facts: Sequence[WireFacts]) -> bool:
        """Have these wires from now on; True when there are others than before."""
        if facts is self._facts:
            return False
        self._facts = facts
        keys = [(wire.source, wire.target) for wire in facts]
        if keys == [*self._wires]:
            return False
        for gone in self._wires.keys() - set(keys):
            self.touch_wire(gone)
        self._wires = {key: self._wires.get(key) or Wire(key) for key in keys}
        self._order = sorted(self._wires.values(), key=lambda wire: wire_code(*wire.key))
        self.codes = np.array([wire_code(*wire.key) for wire in self._order], dtype=np.int64)
        self._incoming = {}
        for key in keys:
            self._incoming.setdefault(key[1], []).append(key)
        return True

    def to_object(self, target: int) -> Sequence[WireKey]:
        """The wires that end at an object."""
        return self._incoming.get(target, ())

    def rows_of(self, codes: npt.NDArray[np.int64]) -> npt.NDArray[np.intp]:
        """The rows of wires by code; -1 where there is none."""
        if not len(self.codes):
            return np.full(len(codes), -1)
        places = np.minimum(np.searchsorted(self.codes, codes), len(self.codes) - 1)
        return np.where(self.codes[places] == codes, places, -1)

    # --- where they run ----------------------------------------------------------------------------------------------

    def run(self, clients: Mapping[int, ClientNode], objects: Mapping[int, ComponentNode], *, at_once: bool) -> None:
        """Lay every wire anew between the nodes as they stand."""
        boxes = self._boxes(clients, objects)
        taken: dict[float, int] = {}
        for target, keys in self._incoming.items():
            node = objects[target]
            starts = {key: self._start(key[0], target, clients, objects) for key in keys}
            for number, key in enumerate(sorted(keys, key=lambda key: (starts[key][1], starts[key][0]))):
                wire = self._wires[key]
                sort, end, level = self._end(node, key[0][0], starts[key], number, len(keys))
                self._lead(wire, sort, end, at_once=at_once)
                self._lay(wire, starts[key], level=level, boxes=boxes, taken=taken)
        self._sample()

    def _boxes(self, clients: Mapping[int, ClientNode], objects: Mapping[int, ComponentNode]) -> dict[Key, paths.Box]:
        if len(clients) + len(objects) > ROUTED_UP_TO:
            return {}
        nodes = [*clients.values(), *objects.values()]
        return {node.key: _box(node.standing) for node in nodes}

    def _start(
        self, source: Key, target: int, clients: Mapping[int, ClientNode], objects: Mapping[int, ComponentNode]
    ) -> Point:
        kind, identity = source
        if kind == "client":
            client = clients[identity]
            point = client.port(target) + client.pos()
            return point.x(), point.y()
        node = objects[identity]
        box = node.parts.wrapped.translated(node.pos())
        return box.right() + (POST_HALF if node.facts.shells else 0.0), box.center().y()

    def _end(self, node: ComponentNode, source: str, start: Point, number: int, count: int) -> tuple[str, Point, bool]:
        """What the wire ends at, where, and whether it arrives from the side."""
        parts, at = node.parts, node.pos()
        shift = number - (count - 1) / 2
        if node.held is not None and not node.leaving:
            door = parts.door.translated(at)
            step = min(DOOR_SPREAD, (door.height() - 2 * EDGE) / max(1, count - 1))
            return "door", (parts.frame.left() + at.x() + DOOR_INSET, door.center().y() + shift * step), True
        if node.facts.shells:
            inner = parts.shells[0].translated(at)
            left = min(parts.outer.left() + at.x(), inner.left() - PRE_HALF)
            return "shell", (left, inner.center().y() + 4), True
        card = parts.card.translated(at)
        across, down = card.left() - start[0], card.top() - start[1]
        if source == "object" and down > 40 and card.center().x() - start[0] > 30 and down > STEEP * max(across, 1.0):
            return "top", (card.center().x(), card.top()), False
        step = min(SPREAD, (card.height() - 2 * EDGE) / max(1, count - 1))
        return "card", (card.left(), card.center().y() + shift * step), True

    def _lead(self, wire: Wire, sort: str, end: Point, *, at_once: bool) -> None:
        """Let a wire go over to another sort of end; the same sort of end is simply followed."""
        if wire.sort and sort != wire.sort and not at_once:
            wire.end_from, wire.share = wire.end, 0.0
            mover = _Mover(self, wire)
            key = ("wire", wire.key)
            self.board.motion.stop(key)
            self.board.motion.move(key, WIRE_MS, IN_OUT_CUBIC, 0.0, 1.0, mover.at)
        wire.sort = sort
        keep = 1.0 - wire.share
        wire.end = (
            wire.end_from[0] * keep + end[0] * wire.share,
            wire.end_from[1] * keep + end[1] * wire.share,
        )

    def _lay(
        self, wire: Wire, start: Point, *, level: bool, boxes: Mapping[Key, paths.Box], taken: dict[float, int]
    ) -> None:
        source, target = wire.key
        lane = None
        if boxes and wire.end[0] < start[0]:
            one, other = boxes[source], boxes["object", target]
            y = paths.height_between(one, other, taken)
            self._take_way(wire, paths.way_back(start, wire.end, y, one[2], other[0]), level=True)
            return
        if boxes and level:
            others = [box for key, box in boxes.items() if key not in (source, ("object", target))]
            lane = paths.lane_past(start, wire.end, others, taken)
        run = (STRAIGHT + DOOR_INSET) * wire.share if wire.sort == "door" else 0.0
        self._take_way(wire, paths.way(start, wire.end, run=run, level=level, lane=lane), level=level)

    def _take_way(self, wire: Wire, controls: Floats, *, level: bool) -> None:
        if wire.path.elementCount() and np.array_equal(controls, wire.controls):
            return
        self.board.touch_wires(wire.bounds)
        wire.controls = controls
        wire.path = _path(controls)
        wire.head = _head(wire.end, down=not level)
        wire.bounds = wire.path.controlPointRect().adjusted(-8, -8, 8, 8)
        self.board.touch_wires(wire.bounds)

    def _sample(self) -> None:
        controls = np.array([wire.controls for wire in self._order]).reshape(-1, 10, 2)
        self.samples, self.lengths = paths.sampled(controls)
        bounds = QRectF()
        for wire in self._order:
            bounds |= wire.bounds
        if bounds != self._bounds:
            self.prepareGeometryChange()
            self._bounds = bounds

    # --- the item ----------------------------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self._bounds

    def shape(self) -> QPainterPath:
        """Nothing: wires are found by `near`, and never hide the ground from the mouse."""
        return QPainterPath()

    def near(self, point: QPointF, zoom: float) -> WireKey | None:
        """The wire under the pointer."""
        if not len(self.samples):
            return None
        away = np.hypot(self.samples[:, :, 0] - point.x(), self.samples[:, :, 1] - point.y())
        # Between two samples the wire is as near as the nearer of them but for half a step.
        slack = self.lengths / (2 * (paths.SAMPLES - 1))
        nearest = np.maximum(away.min(axis=1) - slack, 0.0)
        row = int(nearest.argmin())
        return self._order[row].key if nearest[row] < REACH / max(zoom, 0.1) else None

    def middles(self) -> Iterator[tuple[WireKey, QPointF]]:
        """Every wire with the middle of its way."""
        for row, wire in enumerate(self._order):
            x, y = self.samples[row, paths.SAMPLES // 2].tolist()
            yield wire.key, QPointF(x, y)

    def touch_wire(self, key: WireKey | None) -> None:
        """The still picture of a wire is out of date."""
        wire = self._wires.get(key) if key is not None else None
        if wire is not None:
            self.board.touch_wires(wire.bounds.adjusted(-RATE_ACROSS, -RATE_DOWN, RATE_ACROSS, RATE_DOWN))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self.draw(painter, option.exposedRect)

    def draw(self, painter: QPainter, exposed: QRectF) -> None:
        """Paint the wires that cross a rectangle of the scene; those under the pointer last, in ink."""
        theme, zoom = self.board.theme, self.board.zoom
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, zoom >= BLOCK)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        pen = QPen(theme.line.wire, theme.stroke(WIDTH))
        pen.setCapStyle(Qt.PenCapStyle.RoundCap)
        if zoom < NAME_ONLY:
            pen = QPen(theme.line.wire, 1.0)
            pen.setCosmetic(True)
        ink = QPen(theme.selection.ring, theme.stroke(2.0))
        ink.setCapStyle(Qt.PenCapStyle.RoundCap)
        lit: list[Wire] = []
        painter.setPen(pen)
        for wire in self._order:
            if not wire.bounds.intersects(exposed):
                continue
            if self.board.is_lit(wire.key):
                lit.append(wire)
                continue
            self._draw(painter, wire, zoom)
        painter.setPen(ink)
        for wire in lit:
            self._draw(painter, wire, zoom)

    def _draw(self, painter: QPainter, wire: Wire, zoom: float) -> None:
        painter.drawPath(wire.path)
        if wire.sort != "door" and zoom >= NAME_ONLY:
            painter.drawPath(wire.head)


class _Mover:
    """One wire on the way to its new end."""

    def __init__(self, item: WiresItem, wire: Wire) -> None:
        self._item, self._wire = item, wire

    def at(self, share: float) -> None:
        self._wire.share = share
        self._item.board.wires_moved()


def _box(rect: QRectF) -> paths.Box:
    return rect.left(), rect.top(), rect.right(), rect.bottom()


def _path(controls: Floats) -> QPainterPath:
    points = [QPointF(x, y) for x, y in controls.tolist()]
    path = QPainterPath(points[0])
    for first in (1, 4, 7):
        if points[first + 2] != points[first - 1]:
            path.cubicTo(points[first], points[first + 1], points[first + 2])
    return path


def _head(end: Point, *, down: bool) -> QPainterPath:
    x, y = end
    path = QPainterPath()
    if down:
        path.moveTo(x - 4, y - 6)
        path.lineTo(x, y - 2)
        path.lineTo(x + 4, y - 6)
    else:
        path.moveTo(x - 6, y - 4)
        path.lineTo(x - 2, y)
        path.lineTo(x - 6, y + 4)
    return path
