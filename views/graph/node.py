"""What all nodes have in common: a place of their own, stepping aside, and the pointer.

A node stands at `home` (the layout's place, or where a person has put it) and steps aside by `offset` while a mediator
needs room; only the home is kept. A node paints itself into the view's still picture and says when that is out of date
(`touch`); nothing else makes it paint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QGraphicsItem,
    QGraphicsSceneHoverEvent,
    QGraphicsSceneMouseEvent,
    QStyleOptionGraphicsItem,
    QWidget,
)

from views.graph.ink import Ink
from views.graph.motion import IN_OUT_CUBIC, ROOM_MS
from views.graph.picture import Key

if TYPE_CHECKING:
    from views.graph.scene import GraphScene
    from views.kit.writing import Written

FULL, NAME_ONLY, BLOCK = 0.6, 0.4, 0.25
"""Zooms under which there is no sparkline, only the name, only a block."""

MARGIN = 8.0
"""What the halo of the selection, the focus ring and the shadow take beyond the body."""


class NodeItem(QGraphicsItem):
    """A client or a component in the graph."""

    def __init__(self, board: GraphScene, key: Key) -> None:
        super().__init__()
        self.board = board
        self.key = key
        self.home = QPointF()
        self.offset = QPointF()
        self.written: list[Written] = []
        self._bounds = self.reach
        self._placing = False
        self._step_from = QPointF()
        self._step_to = QPointF()
        flags = QGraphicsItem.GraphicsItemFlag
        self.setFlags(flags.ItemIsMovable | flags.ItemSendsGeometryChanges)
        self.setAcceptHoverEvents(True)
        self.setAcceptedMouseButtons(Qt.MouseButton.LeftButton)

    # --- what a node is ----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """What a person calls it."""
        raise NotImplementedError

    @property
    def search_text(self) -> str:
        """What a search looks into."""
        return self.name

    @property
    def body(self) -> QRectF:
        """The outline of all that stands, in the node's coordinates."""
        raise NotImplementedError

    @property
    def mark(self) -> QColor:
        """The colour of the block that the node becomes far away."""
        return self.board.theme.line.regular

    def paint_whole(self, ink: Ink, zoom: float) -> None:
        """Everything that can be read at a zoom of NAME_ONLY or more."""
        raise NotImplementedError

    def paint_far(self, ink: Ink) -> None:
        """What is still told by shape where the node is but a block."""

    def tip_at(self, point: QPointF) -> str:
        """The tool tip for a point: the whole of a text that was cut there."""
        return next((each.whole for each in self.written if each.cut and each.rect.contains(point)), "")

    @property
    def reach(self) -> QRectF:
        """The outline with all that is painted beyond it."""
        return self.body.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)

    @property
    def rest_body(self) -> QRectF:
        """Its outline while nothing has grown out of it."""
        return self.body

    @property
    def whole_body(self) -> QRectF:
        """Its outline once every movement is over."""
        return self.body

    @property
    def standing(self) -> QRectF:
        """Its outline in the scene where it stands now."""
        return self.body.translated(self.pos())

    # --- painting ----------------------------------------------------------------------------------------------------

    def boundingRect(self) -> QRectF:
        return self._bounds

    def outline_changed(self) -> None:
        """Take over another outline; called when `body` has changed, and once in the beginning."""
        self.touch()
        self.prepareGeometryChange()
        self._bounds = self.reach
        self.board.outlines += 1
        self.touch()

    def look(self) -> object:
        """What can be seen at this zoom; while it stays equal nothing has to be painted again."""
        raise NotImplementedError

    def touch(self) -> None:
        """The still picture of this node is out of date."""
        self.board.touch(self.mapRectToScene(self.boundingRect()))

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        self.paint_node(painter)

    def paint_node(self, painter: QPainter) -> None:
        """Paint the node in its own coordinates, with as much as can be read."""
        zoom = self.board.zoom
        ink = Ink(painter, self.board.theme)
        if zoom < BLOCK:
            painter.fillRect(self.body, self.mark)
            self.paint_far(ink)
        else:
            self.paint_whole(ink, zoom)
        self.written = ink.written

    # --- its place ---------------------------------------------------------------------------------------------------

    def put(self, home: QPointF) -> None:
        """Stand at another place from now on."""
        self.home = QPointF(home)
        self._place()

    def step_aside(self, offset: QPointF, *, at_once: bool) -> None:
        """Make room, or come back."""
        if offset == self._step_to:
            return
        self._step_from, self._step_to = QPointF(self.offset), QPointF(offset)
        key = ("room", self.key)
        self.board.motion.stop(key)
        self.board.motion.move(key, 0 if at_once else ROOM_MS, IN_OUT_CUBIC, 0.0, 1.0, self._step)

    def _step(self, share: float) -> None:
        self.offset = self._step_from * (1.0 - share) + self._step_to * share
        self._place()

    def _place(self) -> None:
        self._placing = True
        self.setPos(self.home + self.offset)
        self._placing = False

    def itemChange(self, change: QGraphicsItem.GraphicsItemChange, value: Any) -> Any:
        if change == QGraphicsItem.GraphicsItemChange.ItemPositionChange:
            self.touch()
        elif change == QGraphicsItem.GraphicsItemChange.ItemPositionHasChanged:
            if not self._placing:
                self.home = self.pos() - self.offset
                self.board.node_dragged(self)
            self.touch()
            self.board.node_placed(self)
        return super().itemChange(change, value)

    # --- the pointer -------------------------------------------------------------------------------------------------

    @property
    def selected(self) -> bool:
        return self.board.selection.is_selected(*self.key)

    @property
    def hovered(self) -> bool:
        return self.board.selection.is_hovered(*self.key)

    @property
    def focused(self) -> bool:
        return self.board.focus_key == self.key

    def pick(self, point: QPointF) -> None:
        """Select what stands at a point of the node."""
        self.board.selection.select(*self.key)

    def point_at(self, point: QPointF | None) -> None:
        """The pointer is over a point of the node, or has left it."""
        if point is None:
            self.board.selection.leave()
        else:
            self.board.selection.hover(*self.key)

    def hoverMoveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.point_at(event.pos())
        tip = self.tip_at(event.pos())
        if tip != self.toolTip():
            self.setToolTip(tip)

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        self.point_at(None)

    def mousePressEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        self.pick(event.pos())
        super().mousePressEvent(event)

    def mouseReleaseEvent(self, event: QGraphicsSceneMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        self.board.node_released(self)
