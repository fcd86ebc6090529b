"""The object graph: the view that shows a running system and takes the drop that changes it.

    link.refreshed --> Reader.read() --> GraphScene.take()   (nodes and wires: only what differs)
                   --> ThreadsLayer.take()                    (dots: numpy columns)
                   --> paint: still picture, dots, overlays

Everything shown is a function of the link's cursor and of the short movements of `Motion`; a view that is made anew at
the same cursor looks the same. A hidden view reads nothing and paints nothing, and takes the picture when it is shown.

Gestures: wheel zooms at the pointer, dragging the ground pans, dragging a node moves it, a click selects, Enter or the
right button opens the menu, arrows go from node to node, F fits, Ctrl+F finds, Esc ends a drag or a search. On a card a
click means the card, whoever passes over it; beside the cards it means the thread whose dot is there, and with Alt
everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, QTimer, Signal, Slot
from PySide6.QtGui import (
    QContextMenuEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QWidget

from model.commands import Cancel
from views.graph.component_node import ComponentNode
from views.graph.drop_canvas import DropCanvas
from views.graph.ink import at_scale_one
from views.graph.leaving import Leaving
from views.graph.menu import NodeMenu
from views.graph.node import NodeItem
from views.graph.overlays import paint_cost_card
from views.graph.picked_thread import PickedThread, paint_rates
from views.graph.picture import Picture, Reader
from views.graph.scene import GraphScene
from views.graph.threads_layer import Seats, ThreadsLayer
from views.graph.toolbar import TOOLBAR_EDGE, Toolbar
from views.graph.walking import ARROWS, DESCRIPTION, next_node
from views.kit.selection import Picked, Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme
from views.kit.writing import Written

REDUCED_STEP_MS = 250
FIGURES_A_FRAME = 8
"""How many nodes show new figures in one frame; nobody reads a hundred numbers sixty times a second."""


class GraphView(DropCanvas):
    """The object graph of a session at the link's cursor."""

    action_menu_requested = Signal(int, QPoint)
    """An object's menu is about to open, at a point of the screen; `own_menu = False` leaves it to the receiver."""

    positions_changed = Signal()
    """A person has moved a node: `positions` has something new to keep."""

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        board = GraphScene(selection, at_scale_one(theme))
        super().__init__(link, board, theme, parent)
        board.setParent(self)
        self.selection = selection
        self.own_menu = True
        self._reader = Reader(link)
        self._threads = ThreadsLayer(board.theme)
        self._picked_thread = PickedThread()
        self._leaving = Leaving()
        self._asked_places: dict[str, tuple[float, float]] = {}
        self._former_places: dict[str, tuple[float, float]] = {}
        self._taken = False
        self._seats: Seats | None = None
        self._overlay_written: list[Written] = []
        self._owes_frame = False
        self._step = QTimer(self)  # runs between two frames while motion is reduced
        self._step.setSingleShot(True)
        self._step.setInterval(REDUCED_STEP_MS)
        self._step.timeout.connect(self._step_over)
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.timeout.connect(self._release)
        self._set_up_widget()
        self._toolbar = Toolbar(theme, self)
        self._connect()
        self.set_theme(theme)

    def _set_up_widget(self) -> None:
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Object graph")
        self.setAccessibleDescription(DESCRIPTION)

    def _connect(self) -> None:
        self.link.refreshed.connect(self.refresh)
        self.link.reset.connect(self._another_session)
        self._board.cancel_wanted.connect(self._cancel)
        self._board.places_changed.connect(self.positions_changed)
        self._board.shape_changed.connect(self._shape_changed)
        self._board.motion.moved.connect(self._board.follow)
        self.selection.changed.connect(self._selection_changed)
        self._toolbar.zoom_out.connect(self.zoom_out)
        self._toolbar.zoom_in.connect(self.zoom_in)
        self._toolbar.fit.connect(self.fit)
        self._toolbar.arranged.connect(self.arrange)
        self._toolbar.searched.connect(self.find_nodes)
        self._toolbar.next_found.connect(self._go_to_found)
        self._toolbar.closed.connect(self._search_over)

    # --- what the shell asks -----------------------------------------------------------------------------------------

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self.theme = theme
        self._board.theme = at_scale_one(theme)
        self._threads.set_theme(self._board.theme)
        self._toolbar.set_theme(theme)
        self._apply_zoom()
        self._place_toolbar()
        self._touch_all()
        self._fit_again()

    def tools_area(self) -> QRectF:
        return QRectF(self._toolbar.geometry()) if self._toolbar.isVisibleTo(self) else QRectF()

    def set_plain(self, plain: bool) -> None:
        """Nothing but the graph: no tools and no small map over it, as in a presentation."""
        self._toolbar.setVisible(not plain)
        self._map.wanted = not plain
        self.viewport().update()

    @property
    def board(self) -> GraphScene:
        """The scene, with its nodes by number."""
        return self._board

    @property
    def threads(self) -> ThreadsLayer:
        """Where each dot of this frame is."""
        return self._threads

    @property
    def reduced_motion(self) -> bool:
        """Whether everything arrives at once and dots step four times a second."""
        return self._board.motion.reduced

    @reduced_motion.setter
    def reduced_motion(self, reduced: bool) -> None:
        self._board.motion.reduced = reduced
        if reduced:
            self._board.motion.finish()

    @property
    def positions(self) -> dict[str, tuple[float, float]]:
        """Where each node stands, by name; what a layout file keeps."""
        return self._board.places()

    @positions.setter
    def positions(self, places: Mapping[str, tuple[float, float]]) -> None:
        asked = dict(places)
        if asked == self._asked_places:
            return  # A fork brings its scenario's places again; what a person has moved since stays.
        self._asked_places = asked
        self._board.set_places(asked)
        if asked:
            self._fitted = False
            self._fit_once()

    @Slot(bool)
    def arrange(self, by_forces: bool) -> None:
        """Let all nodes stand anew, in layers or by who calls whom."""
        self._board.arrange(self.link.topology, by_forces=by_forces)
        self._toolbar.forces.setChecked(by_forces)
        self.fit()

    def written(self) -> list[tuple[NodeItem | None, Written]]:
        """Every line of text that was painted last, with the node whose coordinates it has; None for the viewport's."""
        lines = [(node, line) for node in self._board.nodes() for line in node.written]
        return [*lines, *((None, line) for line in self._overlay_written)]

    # --- frames ------------------------------------------------------------------------------------------------------

    @Slot()
    def refresh(self) -> None:
        """Take the picture at the link's cursor; nothing while the view is hidden."""
        if not self.isVisible():
            return
        if self._step.isActive():
            self._owes_frame = True
            return
        self._take(at_once=not self._taken)
        if self.reduced_motion:
            self._step.start()

    @Slot()
    def _step_over(self) -> None:
        if self._owes_frame:
            self._owes_frame = False
            self.refresh()

    def _take(self, *, at_once: bool) -> None:
        picture = self._reader.read()
        if not self._taken:
            self._settle_places(picture)
        self._board.take(picture, self.link.topology, self._reader, at_once=at_once)
        self._taken = True
        self._fit_once()
        self._desk.refresh()
        self._release()
        self._take_threads()
        if self._desk.target:
            self.viewport().update()

    @Slot()
    def _release(self) -> None:
        """Let some nodes show their new figures; the others follow as soon as there is nothing else to do."""
        if self._board.release(self.seen(), FIGURES_A_FRAME):
            self._rest.start()

    def _take_threads(self) -> None:
        if self._seats is None:
            self._seats = Seats(self._board.objects, self._zoom)
        moved = self._threads.take(self.link.threads, self.link.clock_ns, self._board.wires, self._seats)
        picked = self.selection.current
        moved |= self._leaving.take(self.link, self._threads, self._board.objects)
        if self._picked_thread.take(self.link, picked, self._threads, self._board.objects) or moved:
            self.viewport().update()

    @Slot()
    def _shape_changed(self) -> None:
        self._seats = None
        if self._taken:
            self._take_threads()
        self.viewport().update()

    @Slot()
    def _another_session(self) -> None:
        self._desk.end()
        self._reader.forget()
        if self._taken:
            self._former_places = self._board.places()
        self._board.clear_nodes()
        self._seats = None
        self._taken = False
        self._touch_all()
        self.refresh()

    def _settle_places(self, picture: Picture) -> None:
        """Before the first picture of a session: where its nodes are to stand."""
        former, self._former_places = self._former_places, {}
        names = {client.name for client in picture.clients.values()} | {of.name for of in picture.objects.values()}
        if former and former.keys() == names:
            self._board.given_places = former  # The same graph, as after a fork: nothing jumps.
        else:
            self._board.given_places = dict(self._asked_places)
            self._fitted = False

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._take(at_once=True)

    def paint_moving(self, painter: QPainter) -> None:
        self._leaving.paint_under(painter, self._board)
        self._threads.paint(painter)
        self._leaving.paint_over(painter, self._board)
        self._picked_thread.paint(painter, self._board.theme)
        paint_rates(painter, self._board, self._reader)

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        card = self._desk.card()
        self._overlay_written = []
        if card is not None:
            target = self._board.objects[self._desk.target]
            shown = self.viewportTransform().mapRect(target.standing)
            scale = self.theme.scale
            box = QRectF(shown.topLeft() / scale, shown.size() / scale)
            tools = QRectF(self._toolbar.geometry())
            tools = QRectF(tools.topLeft() / scale, tools.size() / scale)
            self._overlay_written = paint_cost_card(painter, self._board.theme, card, box, area, tools)

    def _apply_zoom(self) -> None:
        super()._apply_zoom()
        self._seats = None
        if self._taken:
            self._take_threads()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_toolbar()
        self._fit_again()

    def _place_toolbar(self) -> None:
        self._toolbar.adjustSize()
        self._toolbar.move(self.width() - self._toolbar.width() - TOOLBAR_EDGE, TOOLBAR_EDGE)

    # --- the mouse ---------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and (thread := self._thread_meant(event)):
            self._pan_from = event.position().toPoint()  # drawn away from a dot, the ground pans
            return self.selection.select("thread", thread)
        super().mousePressEvent(event)
        if self._pan_from is not None and event.button() == Qt.MouseButton.LeftButton:
            self.selection.clear()

    def _thread_meant(self, event: QMouseEvent) -> int:
        """The thread at the pointer, 0 for none: dots come and go, so a card that is clicked is never a thread."""
        place, keys = event.position().toPoint(), event.modifiers()
        on_card = self.node_at(place) is not None or self._on_map(event.position() / self.theme.scale)
        if keys != Qt.KeyboardModifier.AltModifier and (keys or on_card):
            return 0
        return self._threads.thread_at(self.mapToScene(place), self._zoom)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        if not event.buttons() and self.node_at(place) is None:
            self._board.hover_wire(self._board.wires.near(self.mapToScene(place), self._zoom))
        super().mouseMoveEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if event.reason() == QContextMenuEvent.Reason.Keyboard:
            self._menu_of_selected()
            return
        node = self.node_at(event.pos())
        if isinstance(node, ComponentNode):
            self.selection.select(*node.key)
            self.open_menu(node.facts.identity, event.globalPos())

    # --- the keyboard ------------------------------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape and self._desk.dragged is not None:
            self.end_drag()
        elif key in ARROWS and not event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            self._walk(*ARROWS[Qt.Key(key)])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._menu_of_selected()
        elif key == Qt.Key.Key_F and not event.modifiers():
            self.fit()
        elif key == Qt.Key.Key_F and event.modifiers() == Qt.KeyboardModifier.ControlModifier:
            self.open_search()
        elif key == Qt.Key.Key_Escape:
            self.selection.clear()
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _walk(self, across: int, down: int) -> None:
        here = self._board.picked_node(self.selection.current)
        node = next_node(self._board.nodes(), here, across, down)
        if node is not None:
            self.selection.select(*node.key)
            self._board.set_focus(node.key)
            self._bring_into_sight(node)

    def _bring_into_sight(self, node: NodeItem) -> None:
        if not self.seen().contains(node.standing):
            self._look_at(node.standing.center())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = event.reason() in (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason)
        node = self._board.picked_node(self.selection.current)
        if by_key and node is not None:
            self._board.set_focus(node.key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._board.set_focus(None)

    @Slot(object)
    def _selection_changed(self, picked: Picked | None) -> None:
        if self._taken and self.isVisible():
            self._take_threads()
        node = self._board.picked_node(picked)
        if node is None or node.key != self._board.focus_key:
            self._board.set_focus(None)
        self.setAccessibleDescription(f"{node.name} is selected. {DESCRIPTION}" if node is not None else DESCRIPTION)

    # --- menus -------------------------------------------------------------------------------------------------------

    def _menu_of_selected(self) -> None:
        node = self._board.picked_node(self.selection.current)
        if isinstance(node, ComponentNode):
            corner = self.mapFromScene(node.standing.bottomLeft() + QPointF(0, 6))
            self.open_menu(node.facts.identity, self.viewport().mapToGlobal(corner))

    def open_menu(self, object_id: int, at: QPoint) -> None:
        """Open what can be done with an object."""
        self.action_menu_requested.emit(object_id, at)
        if self.own_menu and object_id in self.link.topology.objects:
            menu = self.menu_of(object_id)
            menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            menu.popup(at)

    def menu_of(self, object_id: int) -> NodeMenu:
        """The menu of an object, not yet shown."""
        return NodeMenu(self.link, self.theme, object_id, self)

    @Slot(int)
    def _cancel(self, object_id: int) -> None:
        self.link.issue(Cancel(object=self.link.topology.objects[object_id].name))

    # --- the search --------------------------------------------------------------------------------------------------

    @Slot()
    def open_search(self) -> None:
        """Open the field that finds a node."""
        self._toolbar.open_search()

    @Slot(str)
    def find_nodes(self, words: str) -> None:
        """Dim what does not answer to all of the words; nothing is dim for no words."""
        wanted = words.lower().split()
        if not wanted:
            self._board.set_found(None)
            return
        found = [node.key for node in self._board.nodes() if all(word in node.search_text.lower() for word in wanted)]
        self._board.set_found(frozenset(found))

    @Slot()
    def _go_to_found(self) -> None:
        found = [node for node in self._board.nodes() if not self._board.is_dim(node.key)]
        if not found:
            return
        here = self._board.picked_node(self.selection.current)
        following = found[(found.index(here) + 1) % len(found)] if here in found else found[0]
        self.selection.select(*following.key)
        self._look_at(following.standing.center())

    @Slot()
    def _search_over(self) -> None:
        self.setFocus(Qt.FocusReason.OtherFocusReason)
