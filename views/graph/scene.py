"""The scene: nodes and wires as the last picture has them, and what all of them share.

It compares each picture with the one before and changes only what differs; what a movement or a hover changes says so
by `touch`, and the view repaints that part of its still picture.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from PySide6.QtCore import QObject, QPointF, QRectF, Signal, Slot
from PySide6.QtWidgets import QGraphicsScene

from model.projections.topology import calls_of
from views.graph.client_node import ClientNode
from views.graph.component_node import ComponentNode
from views.graph.layout import Box, by_force, layered, make_room
from views.graph.motion import Motion
from views.graph.node import NodeItem
from views.graph.picture import Key, Picture, Reader
from views.graph.wires import WireKey, WiresItem
from views.kit.selection import Picked, Selection, entry_number, entry_of
from views.kit.theme import Theme

if TYPE_CHECKING:
    from model.projections.topology import Topology

FAR = 100_000.0


class GraphScene(QGraphicsScene):
    """Clients, components and wires."""

    touched = Signal(QRectF)
    """A rectangle of the still picture is out of date."""

    figures_due = Signal(QRectF)
    """Figures in a rectangle are to be painted anew, by the nodes in `due`."""

    wires_touched = Signal(QRectF)
    """A rectangle in which wires are to be painted again."""

    cancel_wanted = Signal(int)
    """The Cancel of a mediator was pressed; the object."""

    places_changed = Signal()
    """A person has put a node somewhere else."""

    room_made = Signal(object, bool)
    """Nodes go to other places: the rectangle that each of them will take, and whether they are there at once."""

    shape_changed = Signal()
    """Nodes or wires stand otherwise than before."""

    def __init__(self, selection: Selection, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Items are few and found by walking; an index would be rebuilt with each of their movements.
        self.setItemIndexMethod(QGraphicsScene.ItemIndexMethod.NoIndex)
        self.setSceneRect(-FAR, -FAR, 2 * FAR, 2 * FAR)
        self.selection = selection
        self.theme = theme
        self.motion = Motion(self)
        self.zoom = 1.0
        self.focus_key: Key | None = None
        self.wire_hovered: WireKey | None = None
        self.clients: dict[int, ClientNode] = {}
        self.objects: dict[int, ComponentNode] = {}
        self.wires = WiresItem(self)
        self.addItem(self.wires)
        self.given_places: dict[str, tuple[float, float]] = {}
        self.arranged = False
        """Whether a person, or a scenario, has said where nodes stand: then it is worth keeping."""
        self.outlines = 0
        """Goes up when a node stands elsewhere, looks otherwise from afar, comes or goes."""
        self.waiting: dict[ComponentNode, None] = {}
        """Nodes whose figures have changed and that are to be painted when there is time."""
        self.due: dict[ComponentNode, None] = {}
        """Nodes whose figures the next frame paints anew."""
        self._reach_of = -1
        self._reaches = np.empty((0, 4))
        self._in_order: list[NodeItem] = []
        self._alone: dict[ComponentNode, bool] = {}
        self._found: frozenset[Key] | None = None
        self._dragged = False
        self._routes_due = False
        self._syncing = False
        self._picked: Picked | None = selection.current
        self._hovered: Picked | None = selection.hovered
        selection.changed.connect(self._selection_changed)
        selection.hover_changed.connect(self._hover_changed)

    # --- what the items ask ------------------------------------------------------------------------------------------

    def touch(self, rect: QRectF) -> None:
        """A rectangle of the scene has to be painted again."""
        if not rect.isEmpty():
            self.touched.emit(rect)

    def touch_wires(self, rect: QRectF) -> None:
        """The wires in a rectangle have to be painted again."""
        if not rect.isEmpty():
            self.wires_touched.emit(rect)

    def figures_changed(self, node: ComponentNode) -> None:
        """Only figures of a node have changed: it may wait for a frame with time for it."""
        self.waiting[node] = None

    def release(self, seen: QRectF, most: int) -> bool:
        """Let up to `most` of the nodes that wait and are in sight be painted; True when others still wait."""
        for node in list(self.waiting):
            if most == 0:
                return True
            del self.waiting[node]
            card = node.parts.card.translated(node.pos())
            if card.intersects(seen):
                most -= 1
                if self._stands_alone(node, card):
                    self.due[node] = None
                    self.figures_due.emit(card)
                else:
                    self.touch(card)  # what lies over it would be painted over
        return False

    def _stands_alone(self, node: ComponentNode, card: QRectF) -> bool:
        """Whether no other node lies over its card, or under it."""
        if self._reach_of != self.outlines:
            self._alone.clear()
        if node not in self._alone:
            self._alone[node] = self.nodes_in(card) == [node]
        return self._alone[node]

    def nodes_in(self, rect: QRectF) -> list[NodeItem]:
        """The nodes that paint into a rectangle of the scene, in the order in which they lie on each other."""
        if self._reach_of != self.outlines:
            self._reach_of = self.outlines
            self._in_order = self.nodes()
            reaches = [node.mapRectToScene(node.boundingRect()) for node in self._in_order]
            self._reaches = np.array([(box.left(), box.top(), box.right(), box.bottom()) for box in reaches]).reshape(
                -1, 4
            )
        boxes = self._reaches
        hit = (boxes[:, 0] < rect.right()) & (boxes[:, 2] > rect.left())
        hit &= (boxes[:, 1] < rect.bottom()) & (boxes[:, 3] > rect.top())
        return [self._in_order[number] for number in np.flatnonzero(hit)]

    @property
    def interposer_picked(self) -> int:
        """The selected interposer, 0 for none."""
        picked = self.selection.current
        return picked.identity if picked is not None and picked.kind == "interposer" else 0

    @property
    def interposer_hovered(self) -> int:
        """The interposer under the pointer, 0 for none."""
        hovered = self.selection.hovered
        return hovered.identity if hovered is not None and hovered.kind == "interposer" else 0

    def is_dim(self, key: Key) -> bool:
        """Whether a search goes on that this node does not answer."""
        return self._found is not None and key not in self._found

    def is_lit(self, key: WireKey) -> bool:
        """Whether a wire is in ink: it, its slot or its object is under the pointer."""
        if self.wire_hovered is not None:
            return key == self.wire_hovered
        hovered = self.selection.hovered
        if hovered is not None and hovered.kind == "entry":
            return key == _wire_of(hovered)
        return hovered is not None and hovered.kind == "object" and hovered.identity == key[1]

    def entry_is_lit(self, key: WireKey) -> bool:
        """Whether a slot is in ink: it, its wire or its cell in the tables is under the pointer."""
        hovered = self.selection.hovered
        return key == self.wire_hovered or (
            hovered is not None and hovered.kind == "entry" and key == _wire_of(hovered)
        )

    def nodes(self) -> list[NodeItem]:
        """All nodes, clients first."""
        return [*self.clients.values(), *self.objects.values()]

    def node(self, key: Key | None) -> NodeItem | None:
        """The node of a key."""
        if key is None:
            return None
        return (self.clients if key[0] == "client" else self.objects).get(key[1])

    # --- pictures ----------------------------------------------------------------------------------------------------

    def clear_nodes(self) -> None:
        """Another session has come."""
        self.motion.finish()
        for node in self.nodes():
            self.removeItem(node)
        self.clients, self.objects = {}, {}
        self.waiting.clear()
        self.due.clear()
        self.outlines += 1
        self.wires.take(())
        self.focus_key = None

    def take(self, picture: Picture, topology: Topology, reader: Reader, *, at_once: bool) -> None:
        """Show another picture; `at_once` leaves out all movements."""
        self._syncing = True
        new = self._take_clients(picture, at_once=at_once)
        new_objects, reshaped = self._take_objects(picture, reader, at_once=at_once)
        others = self.wires.take(picture.wires)
        if new or new_objects:
            self._lay_out(topology, new + new_objects)
        self._syncing = False
        if new or new_objects or reshaped:
            self._make_room(at_once=at_once or bool(new or new_objects))
        if new or new_objects or reshaped or others or self._routes_due:
            self.lay_wires(at_once=at_once)

    def _take_clients(self, picture: Picture, *, at_once: bool) -> list[NodeItem]:
        new: list[NodeItem] = []
        for identity, facts in picture.clients.items():
            node = self.clients.get(identity)
            if node is None:
                node = self.clients[identity] = ClientNode(self, facts)
                self.addItem(node)
                self.outlines += 1
                new.append(node)
            elif node.take(facts, at_once=at_once):
                self._routes_due = True
        for identity in self.clients.keys() - picture.clients.keys():
            self._remove(self.clients.pop(identity))
        return new

    def _take_objects(self, picture: Picture, reader: Reader, *, at_once: bool) -> tuple[list[NodeItem], bool]:
        new: list[NodeItem] = []
        reshaped = False
        for identity, facts in picture.objects.items():
            node = self.objects.get(identity)
            if node is None:
                node = self.objects[identity] = ComponentNode(self, facts)
                self.addItem(node)
                self.outlines += 1
                new.append(node)
                continue
            if facts is node.facts:
                continue
            gone = node.facts.mediator if facts.mediator is None else None
            ended = reader.ended(gone.request) if gone is not None else None
            reshaped |= node.take(facts, at_once=at_once, ended=ended)
        for identity in self.objects.keys() - picture.objects.keys():
            self._remove(self.objects.pop(identity))
        return new, reshaped

    def _remove(self, node: NodeItem) -> None:
        node.touch()
        self.outlines += 1
        if isinstance(node, ComponentNode):
            self.waiting.pop(node, None)
            self.due.pop(node, None)
        self.removeItem(node)
        self._routes_due = True

    # --- places ------------------------------------------------------------------------------------------------------

    def _lay_out(self, topology: Topology, new: list[NodeItem]) -> None:
        """Give new nodes their places; those that stand already stay."""
        shape, sizes = self._shape(topology)
        places = layered(shape, sizes, [key for key in sizes if key[0] == "client"])
        for node in new:
            given = self.given_places.get(node.name)
            corner = given if given is not None else places.get(node.key, (0.0, 0.0))
            shift = QPointF(0, 0) if given is not None else -node.rest_body.topLeft()
            node.put(QPointF(*corner) + shift)

    def _shape(self, topology: Topology) -> tuple[dict[Key, list[Key]], dict[Key, tuple[float, float]]]:
        """Which of the nodes calls which, and how large each is."""
        sizes = {node.key: (node.rest_body.width(), node.rest_body.height()) for node in self.nodes()}
        called: dict[Any, list[Any]] = {
            key: [of for of in others if of in sizes] for key, others in calls_of(topology).items() if key in sizes
        }
        return called, sizes

    def arrange(self, topology: Topology, *, by_forces: bool) -> None:
        """Stand anew: in layers, or drawn together by who calls whom. What a person moved before is given up."""
        shape, sizes = self._shape(topology)
        clients = [key for key in sizes if key[0] == "client"]
        places = by_force(shape, sizes) if by_forces else layered(shape, sizes, clients)
        corners = {node: QPointF(*places[node.key]) - node.rest_body.topLeft() for node in self.nodes()}
        self._dragged = True  # as if a person had moved them all, which can be undone as one
        self.set_places({node.name: (corner.x(), corner.y()) for node, corner in corners.items()})
        self._dragged = False
        self.places_changed.emit()

    def set_places(self, places: Mapping[str, tuple[float, float]]) -> None:
        """Where nodes of these names are to stand, now or when they come."""
        self.given_places = {name: (float(place[0]), float(place[1])) for name, place in places.items()}
        self.arranged = bool(places)
        for node in self.nodes():
            place = self.given_places.get(node.name)
            if place is not None:
                node.put(QPointF(*place))
        self._make_room(at_once=True)
        self.lay_wires(at_once=True)

    def places(self) -> dict[str, tuple[float, float]]:
        """Where every node stands when nothing pushes it aside, by name."""
        return {node.name: (node.home.x(), node.home.y()) for node in self.nodes()}

    def _make_room(self, *, at_once: bool) -> None:
        resting: dict[object, Box] = {}
        grown: dict[object, Box] = {}
        for node in self.nodes():
            swapped = isinstance(node, ComponentNode) and node.facts.mediator is not None
            (grown if swapped else resting)[node.key] = _box(node.whole_body.translated(node.home))
        wider = {node.key for node in self.objects.values() if node.facts.shells} - set(grown)
        offsets = make_room(resting, grown, wider=wider) if grown or wider else {}
        standing = []
        for node in self.nodes():
            offset = QPointF(*offsets.get(node.key, (0.0, 0.0)))
            standing.append(node.whole_body.translated(node.home + offset))
            node.step_aside(offset, at_once=at_once)
        self.room_made.emit(standing, at_once)

    def node_placed(self, node: NodeItem) -> None:
        """A node has moved or changed its outline: its wires follow."""
        self._routes_due = True
        self.outlines += 1
        if not self._syncing and not self.motion.moving:
            self.lay_wires(at_once=True)

    def node_dragged(self, node: NodeItem) -> None:
        """A person moves a node."""
        self._dragged = True

    @property
    def dragging(self) -> bool:
        """Whether a person is moving a node."""
        return self._dragged

    def node_released(self, node: NodeItem) -> None:
        """The mouse has let a node go."""
        if self._dragged:
            self._dragged = False
            self.arranged = True
            self._make_room(at_once=False)
            self.places_changed.emit()

    def wires_moved(self) -> None:
        """A wire is on the way to its new end."""
        self._routes_due = True

    def lay_wires(self, *, at_once: bool = False) -> None:
        """Lay the wires between the nodes as they stand now."""
        self._routes_due = False
        self.wires.run(self.clients, self.objects, at_once=at_once)
        self.shape_changed.emit()

    @Slot()
    def follow(self) -> None:
        """After a step of the movements: bring the wires along."""
        if self._routes_due:
            self.lay_wires()

    # --- the pointer and the search ----------------------------------------------------------------------------------

    def hover_wire(self, key: WireKey | None) -> None:
        """A wire, or its slot, is under the pointer."""
        if key == self.wire_hovered:
            return
        before, self.wire_hovered = self.wire_hovered, key
        if key is not None and key[0][0] == "client":
            self.selection.hover("entry", entry_number(key[0][1], key[1]))
        elif self.selection.hovered is not None and self.selection.hovered.kind == "entry":
            self.selection.leave()
        for each in (before, key):
            self.wires.touch_wire(each)
            node = self.node(each[0]) if each is not None else None
            if node is not None:
                node.touch()

    def set_focus(self, key: Key | None) -> None:
        """The keyboard is at another node."""
        if key == self.focus_key:
            return
        before, self.focus_key = self.focus_key, key
        for each in (before, key):
            node = self.node(each)
            if node is not None:
                node.touch()

    def set_found(self, found: frozenset[Key] | None) -> None:
        """The nodes that answer a search; None when there is none."""
        if found != self._found:
            self._found = found
            for node in self.nodes():
                node.touch()

    def picked_node(self, picked: Picked | None) -> NodeItem | None:
        """The node that a pick is about."""
        if picked is None:
            return None
        if picked.kind == "interposer":
            for node in self.objects.values():
                if any(shell.interposer == picked.identity for shell in node.facts.shells):
                    return node
            return None
        if picked.kind in ("client", "object"):
            return (self.clients if picked.kind == "client" else self.objects).get(picked.identity)
        return None

    @Slot(object)
    def _selection_changed(self, picked: Picked | None) -> None:
        for each in (self._picked, picked):
            node = self.picked_node(each)
            if node is not None:
                node.touch()
        self._picked = picked

    @Slot(object)
    def _hover_changed(self, hovered: Picked | None) -> None:
        for each in (self._hovered, hovered):
            node = self.picked_node(each)
            if node is not None:
                node.touch()
            if each is not None and each.kind == "object":
                for wire in self.wires.to_object(each.identity):
                    self.wires.touch_wire(wire)
            elif each is not None and each.kind == "entry":
                key = _wire_of(each)
                self.wires.touch_wire(key)
                if (client := self.node(key[0])) is not None:
                    client.touch()
        self._hovered = hovered


def _wire_of(hovered: Picked) -> WireKey:
    """The wire of a client's entry."""
    client, identity = entry_of(hovered.identity)
    return ("client", client), identity


def _box(rect: QRectF) -> Box:
    return rect.left(), rect.top(), rect.width(), rect.height()
