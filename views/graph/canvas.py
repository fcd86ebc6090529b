"""The canvas: its layers, zoom and pan, and the small map; what is on it is the graph's business.

    still pictures  ground and wires, then the nodes: rendered where touched, else copied   (still.py)
    over them       what moves every frame, then what stands still on the screen

Limits: scene coordinates are px of the visual language; the view's transform is the zoom times the theme's scale.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from views.graph.ground import paint_ground
from views.graph.motion import IN_OUT_CUBIC, ROOM_MS
from views.graph.node import NodeItem
from views.graph.overlays import SmallMap, map_rect, map_world, to_map
from views.graph.scene import GraphScene
from views.graph.still import StillLayer
from views.kit.theme import Theme

LEAST_ZOOM, MOST_ZOOM = 0.05, 4.0
WHEEL_STEP = 1.0015
BUTTON_STEP = 1.25
FIT_MARGIN = 20.0
TOOLS_GAP = 8.0
"""px between a node and what lies over the graph, where the graph is fitted."""
FIT_MOST = 1.0
NEARLY_ONE = 0.97
"""From here on a graph is shown at its own size: lines fall on whole pixels, and the margin bears it."""


class Canvas(QGraphicsView):
    """A view of a GraphScene that paints it once and moves about in it."""

    def __init__(self, board: GraphScene, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self._board = board
        self._ground = StillLayer()
        self._still = StillLayer()
        self._map = SmallMap()
        self._zoom = 1.0
        self._fitted = False
        self._pan_from: QPoint | None = None
        self._follows = False
        """Whether the view keeps the whole graph in sight: from a fit until a person moves it."""
        self._camera: tuple[float, QPointF, float, QPointF] = (1.0, QPointF(), 1.0, QPointF())
        self.setScene(board)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.AnchorViewCenter)
        self.setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)  # each frame has every pixel
        board.touched.connect(self._touch)
        board.figures_due.connect(self._figures_due)
        board.wires_touched.connect(self._touch_wires)
        board.room_made.connect(self._keep_in_sight)

    # --- painting ----------------------------------------------------------------------------------------------------

    @property
    def still(self) -> StillLayer:
        """The still picture, which counts what is rendered."""
        return self._still

    def paint_moving(self, painter: QPainter) -> None:
        """Paint what moves every frame, in coordinates of the scene."""

    def paint_over(self, painter: QPainter, area: QRectF) -> None:
        """Paint what stands still on the screen, in `over_area`."""

    def paintEvent(self, event: QPaintEvent) -> None:
        viewport = self.viewport()
        painter = QPainter(viewport)
        size, ratio = viewport.size(), viewport.devicePixelRatioF()
        self._board.zoom = self._zoom
        self._ground.bring_up_to_date(size, ratio, self._render_ground)
        self._still.bring_up_to_date(size, ratio, self._render_nodes)
        self._render_figures()
        painter.drawPixmap(0, 0, self._still.pixmap)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.save()
        painter.setWorldTransform(self.viewportTransform())
        self.paint_moving(painter)
        painter.restore()
        painter.scale(self.theme.scale, self.theme.scale)
        area = self.over_area()
        self._map.paint(painter, self._board, self.seen(), area)
        self.paint_over(painter, area)
        painter.end()

    def over_area(self) -> QRectF:
        """The viewport in px of the visual language, as what lies over the graph has it."""
        size = self.viewport().size()
        return QRectF(0, 0, size.width() / self.theme.scale, size.height() / self.theme.scale)

    def _render_ground(self, painter: QPainter, part: QRect) -> None:
        transform = self.viewportTransform()
        paint_ground(painter, self.theme, part, transform.map(QPointF(0, 0)))
        painter.setWorldTransform(transform)
        self._board.wires.draw(painter, self._to_scene(part))

    def _render_nodes(self, painter: QPainter, part: QRect) -> None:
        painter.drawPixmap(0, 0, self._ground.pixmap)
        transform = self.viewportTransform()
        for node in self._board.nodes_in(self._to_scene(part)):
            painter.save()
            painter.setWorldTransform(QTransform.fromTranslate(node.x(), node.y()) * transform)
            node.paint_node(painter)
            painter.restore()

    def _render_figures(self) -> None:
        if not self._board.due:
            return
        painter = QPainter(self._still.pixmap)
        transform = self.viewportTransform()
        painter.setClipRect(self.viewport().rect())  # Qt rounds strokes otherwise where nothing clips
        for node in self._board.due:
            painter.setWorldTransform(QTransform.fromTranslate(node.x(), node.y()) * transform)
            node.paint_figures_anew(painter)
        painter.end()
        self._board.due.clear()

    def _to_scene(self, part: QRect) -> QRectF:
        inverse, _ = self.viewportTransform().inverted()
        return inverse.mapRect(QRectF(part))

    @Slot(QRectF)
    def _touch(self, rect: QRectF) -> None:
        area = self._still.touch(self.viewportTransform().mapRect(rect))
        self.viewport().update(area & self.viewport().rect())

    @Slot(QRectF)
    def _figures_due(self, rect: QRectF) -> None:
        area = self.viewportTransform().mapRect(rect).toAlignedRect()
        self.viewport().update(area & self.viewport().rect())

    @Slot(QRectF)
    def _touch_wires(self, rect: QRectF) -> None:
        self._ground.touch(self.viewportTransform().mapRect(rect))
        self._touch(rect)

    def _touch_all(self) -> None:
        self._ground.touch_all()
        self._still.touch_all()
        self.viewport().update()

    # --- zoom and pan ------------------------------------------------------------------------------------------------

    @property
    def zoom(self) -> float:
        """How large a px of the visual language is, the theme's scale aside."""
        return self._zoom

    def seen(self) -> QRectF:
        """The rectangle of the scene that is in sight."""
        return self.mapToScene(self.viewport().rect()).boundingRect()

    @Slot()
    def fit(self) -> None:
        """Show the whole graph, at its own size at most."""
        nodes = self._board.nodes()
        if not nodes:
            return
        self._board.motion.stop("camera")
        self._zoom, place = self._fitting([node.standing for node in nodes], FIT_MOST)
        self._apply_zoom()
        self._look_at(place)
        self._follows = True

    def _fit_again(self) -> None:
        """The viewport or the size of everything is another: the whole stays in sight if it was."""
        if self._follows and self.isVisible():
            self.fit()

    def tools_area(self) -> QRectF:
        """What of the viewport lies under tools that stand in its upper right corner; empty where there are none."""
        return QRectF()

    def _fitting(self, standing: Sequence[QRectF], most: float) -> tuple[float, QPointF]:
        """The zoom and the middle of the view at which all of these are in sight and none is under the tools."""
        whole, tools = QRectF(self.viewport().rect()), self.tools_area()
        world = _united(standing)
        fitting = self._into(whole, world, most)
        if not self._under(tools, standing, *fitting):
            return fitting
        beneath, beside = QRectF(whole), QRectF(whole)
        beneath.setTop(tools.bottom() + TOOLS_GAP - FIT_MARGIN)
        beside.setRight(tools.left() - TOOLS_GAP + FIT_MARGIN)
        return max((self._into(room, world, most) for room in (beneath, beside)), key=lambda found: found[0])

    def _into(self, room: QRectF, world: QRectF, most: float) -> tuple[float, QPointF]:
        """The zoom at which a part of the scene fits into a part of the viewport, and the view's middle for it."""
        scale = self.theme.scale
        wide = (room.width() - 2 * FIT_MARGIN) / max(1.0, world.width() * scale)
        tall = (room.height() - 2 * FIT_MARGIN) / max(1.0, world.height() * scale)
        zoom = max(LEAST_ZOOM, min(wide, tall))
        zoom = min(most, FIT_MOST if zoom >= NEARLY_ONE else zoom)
        away = QRectF(self.viewport().rect()).center() - room.center()
        return zoom, world.center() + away / (zoom * scale)

    def _under(self, tools: QRectF, standing: Iterable[QRectF], zoom: float, place: QPointF) -> bool:
        """Whether any of these would touch the tools in a view that is so."""
        if tools.isEmpty():
            return False
        scale = zoom * self.theme.scale
        corner = tools.topLeft() - QRectF(self.viewport().rect()).center()
        area = QRectF(place + corner / scale, tools.size() / scale)
        gap = (TOOLS_GAP - 1.0) / scale  # Scroll bars know whole pixels only.
        area.adjust(-gap, 0.0, 0.0, gap)
        return any(area.intersects(each) for each in standing)

    @Slot(object, bool)
    def _keep_in_sight(self, standing: Sequence[QRectF], at_once: bool) -> None:
        """Nodes have made room: look from further off if the whole was in sight and would be no more."""
        if not self._follows or not self.isVisible():
            return
        seen = self.seen()
        hidden = self._under(self.tools_area(), standing, self._zoom, seen.center())
        if not hidden and seen.contains(_united(standing)):
            return
        self._camera = (self._zoom, seen.center(), *self._fitting(standing, self._zoom))
        motion = self._board.motion
        motion.stop("camera")
        motion.move("camera", 0 if at_once else ROOM_MS, IN_OUT_CUBIC, 0.0, 1.0, self._move_camera)

    def _move_camera(self, share: float) -> None:
        zoom, place, zoom_to, place_to = self._camera
        self._zoom = zoom + (zoom_to - zoom) * share
        self._apply_zoom()
        self._look_at(place * (1.0 - share) + place_to * share)

    def _fit_once(self) -> None:
        if not self._fitted and self._board.nodes() and self.isVisible():
            self._fitted = True
            self.fit()

    @Slot()
    def zoom_in(self) -> None:
        """Closer, about the middle."""
        self.zoom_by(BUTTON_STEP, QPointF(self.viewport().rect().center()))

    @Slot()
    def zoom_out(self) -> None:
        """Further away, about the middle."""
        self.zoom_by(1 / BUTTON_STEP, QPointF(self.viewport().rect().center()))

    def zoom_by(self, factor: float, about: QPointF) -> None:
        """Zoom about a point of the viewport, which stays where it is."""
        inverse, _ = self.viewportTransform().inverted()
        fixed = inverse.map(about)
        self._zoom = min(MOST_ZOOM, max(LEAST_ZOOM, self._zoom * factor))
        self._apply_zoom()
        moved = self.viewportTransform().map(fixed) - about
        self._scroll(moved.x(), moved.y())

    def _apply_zoom(self) -> None:
        scale = self._zoom * self.theme.scale
        self.setTransform(QTransform.fromScale(scale, scale))
        self._board.zoom = self._zoom
        self._touch_all()

    def _look_at(self, point: QPointF) -> None:
        self.centerOn(point)
        self._touch_all()

    def _scroll(self, across: float, down: float) -> None:
        self._follows = False
        self._board.motion.stop("camera")
        for bar, by in ((self.horizontalScrollBar(), across), (self.verticalScrollBar(), down)):
            bar.setValue(bar.value() + round(by))
        self._touch_all()

    def wheelEvent(self, event: QWheelEvent) -> None:
        self.zoom_by(WHEEL_STEP ** event.angleDelta().y(), event.position())
        event.accept()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._touch_all()

    # --- the mouse ---------------------------------------------------------------------------------------------------

    def node_at(self, point: QPoint) -> NodeItem | None:
        """The node at a point of the viewport."""
        item = self.itemAt(point)
        return item if isinstance(item, NodeItem) else None

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = event.position().toPoint()
        left = event.button() == Qt.MouseButton.LeftButton
        over = event.position() / self.theme.scale
        if left and self._on_map(over):
            self._look_by_map(over)
        elif event.button() == Qt.MouseButton.MiddleButton or (left and self.node_at(place) is None):
            self._pan_from = place
            self.viewport().setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is None:
            super().mouseMoveEvent(event)
            return
        place = event.position().toPoint()
        by = self._pan_from - place
        self._pan_from = place
        self._scroll(by.x(), by.y())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_from is None:
            super().mouseReleaseEvent(event)
            return
        self._pan_from = None
        self.viewport().unsetCursor()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.node_at(event.position().toPoint()) is None:
            self.zoom_by(BUTTON_STEP, event.position())
        else:
            super().mouseDoubleClickEvent(event)

    def _on_map(self, point: QPointF) -> bool:
        area = self.over_area()
        return map_rect(area).contains(point) and self._map.is_shown(self._board, self.seen(), area)

    def _look_by_map(self, point: QPointF) -> None:
        area = map_rect(self.over_area())
        world = map_world(self._board.nodes(), self.seen())
        shown = to_map(world, world, area)
        zoom = world.width() / max(1e-6, shown.width())
        self._follows = False
        self._board.motion.stop("camera")
        self._look_at(world.topLeft() + (point - shown.topLeft()) * zoom)


def _united(parts: Iterable[QRectF]) -> QRectF:
    whole = QRectF()
    for part in parts:
        whole |= part
    return whole
