"""The palette: what may be dragged onto a component, and what each thing is doing already.

    Implementations
    [ Filter            Ctrl+F ]
    File cache manager
      [#] FCM, single                      a card: drag it onto a node,
          2 live · 5 protocols         ::  or Enter and choose the node
    Wrappers
      [o] call timer
          1 attached                   ::

Every card can be taken by the mouse and by the keyboard; both end in the same command. Under 1400 px of window the
shell makes it a rail of icons.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPoint, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QDrag, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from views.kit.catalogue import Card, CatalogueModel, Index, cards_of, mime_of
from views.kit.chrome import PanelHeader, SearchField
from views.kit.describing import same_structure
from views.kit.glyphs import paint_glyph
from views.kit.panel_view import PanelView, retheme
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme, faded
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import MEDIUM, SEMIBOLD, text_width
from views.kit.writing import Writer, Written

if TYPE_CHECKING:
    from model.projections.topology import Topology

SECTION_HEIGHT: Final = 28
CARD_HEIGHT: Final = 42
RAIL_WIDTH: Final = 56
WIDTH: Final = 236
TILE: Final = 28
CARD_SIZE: Final = (208, 52)
SHADOW: Final = 8


class Palette(PanelView):
    """Implementations by interface and wrappers; `foot` (the legend) stands beneath and goes with a rail."""

    drag_started = Signal(str, str)
    """Kind ("implementation" or "wrapper") and name of what is being dragged: every node answers now."""
    drag_ended = Signal()
    """Dropped, or not."""
    target_wanted = Signal(str, str)
    """Enter on a card: kind and name of what wants a target; the shell asks for one."""

    def __init__(
        self,
        link: SessionLink,
        selection: Selection,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        foot: QWidget | None = None,
    ) -> None:
        super().__init__(link, selection, theme, parent)
        self._topology: Topology | None = None
        self._wanted = ""
        self._rail = False
        self.model = CatalogueModel(self)
        self._header = PanelHeader("Implementations", theme=theme)
        self.search = SearchField("Filter", "Ctrl+F", theme=theme)
        self.search.textChanged.connect(self._filter)
        self.list = CardList(theme, self)
        self.list.setModel(self.model)
        self.list.drag_started.connect(self.drag_started)
        self.list.drag_ended.connect(self.drag_ended)
        self.list.activated.connect(self._activated)
        self._foot = foot
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._search_row = QWidget(self)
        row = QVBoxLayout(self._search_row)
        row.setContentsMargins(12, 2, 12, 4)
        row.addWidget(self.search)
        layout.addWidget(self._header)
        layout.addWidget(self._search_row)
        layout.addWidget(self.list, 1)
        if foot is not None:
            layout.addWidget(foot)
        self.setAutoFillBackground(True)
        self.setAccessibleName("Implementations and wrappers")
        self.restyle()

    def take(self) -> None:
        topology = self.link.topology
        if not same_structure(topology, self._topology):
            self._topology = topology
            self.model.take(cards_of(topology, self._wanted))

    def forget(self) -> None:
        self._topology = None

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(self.palette().ColorRole.Base)
        self._header.set_theme(self.theme)
        self.search.set_theme(self.theme)
        self.list.set_theme(self.theme)
        retheme(self._foot, self.theme)
        self._size_up()

    def set_rail(self, rail: bool) -> None:
        """Become a rail of icons, 56 px wide, or the whole palette again."""
        self._rail = rail
        self.list.set_rail(rail)
        self._header.setVisible(not rail)
        self._search_row.setVisible(not rail)
        if self._foot is not None:
            self._foot.setVisible(not rail)
        self._size_up()

    def focus_filter(self) -> None:
        """Put the keyboard into the filter, as Ctrl+F does."""
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.search.selectAll()

    def _size_up(self) -> None:
        self.setFixedWidth(round(self.theme.px(RAIL_WIDTH if self._rail else WIDTH)))

    @Slot(str)
    def _filter(self, wanted: str) -> None:
        self._wanted = wanted
        self._topology = None
        self.take()

    @Slot(QModelIndex)
    def _activated(self, index: QModelIndex) -> None:
        card: Card = index.data(Qt.ItemDataRole.UserRole)
        if card.kind != "section":
            self.target_wanted.emit(card.kind, card.name)


class CardList(QListView):
    """The rows: arrows skip the sections, a press and a move begin a drag with the card as its picture."""

    drag_started = Signal(str, str)
    drag_ended = Signal()

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._delegate = CardDelegate(theme, self)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(False)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Implementations and wrappers")

    @property
    def written(self) -> list[Written]:
        """The lines that stand on the list since its last whole paint."""
        return self._delegate.written

    @property
    def dragged(self) -> str:
        """The name of the card that is being dragged; empty when none is."""
        return self._delegate.dragged

    def set_theme(self, theme: Theme) -> None:
        self._delegate.theme = theme
        self.setPalette(theme.palette())
        scroll_thinly(self, theme)
        self.scheduleDelayedItemsLayout()
        self.viewport().update()

    def set_rail(self, rail: bool) -> None:
        self._delegate.rail = rail
        self.scheduleDelayedItemsLayout()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.written = []
        super().paintEvent(event)

    def moveCursor(self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier) -> QModelIndex:
        """Where a key leads: over a section to the card beyond it."""
        index = super().moveCursor(action, modifiers)
        back = action in (
            QAbstractItemView.CursorAction.MoveUp,
            QAbstractItemView.CursorAction.MovePageUp,
            QAbstractItemView.CursorAction.MovePrevious,
            QAbstractItemView.CursorAction.MoveEnd,
        )
        while index.isValid() and not index.flags() & Qt.ItemFlag.ItemIsSelectable:
            beyond = index.siblingAtRow(index.row() + (-1 if back else 1))
            if not beyond.isValid():
                return self.currentIndex()
            index = beyond
        return index

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.currentIndex().isValid():
            self.activated.emit(self.currentIndex())
            return
        super().keyPressEvent(event)

    def startDrag(self, _: Qt.DropAction) -> None:
        card: Card | None = self.currentIndex().data(Qt.ItemDataRole.UserRole)
        if card is None or card.kind == "section":
            return
        theme, ratio = self._delegate.theme, self.devicePixelRatioF()
        drag = QDrag(self)
        drag.setMimeData(mime_of(card))
        drag.setPixmap(dragged_card(card, theme, ratio))
        drag.setHotSpot(QPoint(round(theme.px(CARD_SIZE[0] / 2)), round(theme.px(CARD_SIZE[1] - 8))))
        # The platform's own pointer for a copy has a plus sign: here nothing is added.
        drag.setDragCursor(pointer(theme, ratio), Qt.DropAction.CopyAction)
        self._delegate.dragged = card.name
        self.viewport().update()
        self.drag_started.emit(card.kind, card.name)
        drag.exec(Qt.DropAction.CopyAction)
        self._delegate.dragged = ""
        self.viewport().update()
        self.drag_ended.emit()


def pointer(theme: Theme, ratio: float) -> QPixmap:
    """An arrow in ink with a line of paper about it, its tip at the upper left."""
    arrow = QPainterPath(QPointF(1.5, 1.5))
    for x, y in ((1.5, 16.5), (5.2, 13.2), (7.9, 19.2), (10.4, 18.1), (7.8, 12.3), (12.6, 12.0)):
        arrow.lineTo(x, y)
    arrow.closeSubpath()
    pixmap = QPixmap(round(16 * ratio), round(22 * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.accent.on, 1.4))
    painter.setBrush(theme.accent.fill)
    painter.drawPath(arrow)
    painter.end()
    return pixmap


class CardDelegate(QStyledItemDelegate):
    """Paints a section or a card; on a rail the icon alone."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.rail = False
        self.dragged = ""
        self.written: list[Written] = []

    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:
        card: Card = index.data(Qt.ItemDataRole.UserRole)
        section = 14 if self.rail else SECTION_HEIGHT
        return QSize(10, round(self.theme.px(section if card.kind == "section" else CARD_HEIGHT)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        card: Card = index.data(Qt.ItemDataRole.UserRole)
        writer = Writer(painter, self.theme)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect)  # type: ignore[attr-defined]
        if card.kind == "section":
            self._paint_section(writer, area, card, first=index.row() == 0)
        else:
            self._paint_ground(painter, area, option, card)
            self._paint_card(writer, area, card)
        painter.restore()
        self.written += writer.written

    def _paint_section(self, writer: Writer, area: QRectF, card: Card, *, first: bool) -> None:
        theme, px = self.theme, self.theme.px
        if self.rail:
            line = QRectF(area.left() + px(14), round(area.center().y()), px(TILE), theme.stroke(1))
            if not first:
                writer.painter.fillRect(line, theme.line.subtle)
            return
        row = QRectF(area.left() + px(16), area.bottom() - px(19), area.width() - px(32), px(16))
        writer.line(row, card.title, "small", theme.text.tertiary, weight=SEMIBOLD)

    def _paint_ground(self, painter: QPainter, area: QRectF, option: QStyleOptionViewItem, card: Card) -> None:
        theme, px = self.theme, self.theme.px
        state = option.state  # type: ignore[attr-defined]
        ground = area.adjusted(px(8), px(0.5), -px(8), -px(0.5))
        if self.rail:  # about the tile, whether there is a scroll bar beside it or not
            ground = self._tile(area).adjusted(-px(4), -px(4), px(4), px(4))
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if card.name == self.dragged:
            painter.setBrush(theme.surface.hover)
            painter.setPen(QPen(theme.accent.fill, theme.stroke(1.5), Qt.PenStyle.DashLine))
        elif state & QStyle.StateFlag.State_Selected:
            painter.setBrush(theme.selection.fill)
            painter.setPen(QPen(theme.focus.ring, theme.stroke(2)) if focused else Qt.PenStyle.NoPen)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(theme.surface.hover)
            painter.setPen(Qt.PenStyle.NoPen)
        else:
            return
        painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), px(6), px(6))

    def _tile(self, area: QRectF) -> QRectF:
        px = self.theme.px
        return QRectF(area.left() + px(14 if self.rail else 16), area.top() + px(7), px(TILE), px(TILE))

    def _paint_card(self, writer: Writer, area: QRectF, card: Card) -> None:
        theme, px = self.theme, self.theme.px
        tile = self._tile(area)
        paint_tile(writer.painter, tile, card, theme)
        if self.rail:
            return
        left, right = tile.right() + px(10), area.right() - px(34)
        title = QRectF(left, area.top() + px(5.5), right - left, px(18))
        line = QRectF(left, area.top() + px(22), right - left, px(14))
        colour = theme.text.secondary if card.name == self.dragged else theme.text.primary
        writer.line(title, card.title, "body", colour, weight=MEDIUM)
        writer.line(line, card.line, "small", theme.text.tertiary)
        grip = QRectF(area.right() - px(30), area.top() + px(13), px(16), px(16))
        paint_glyph(writer.painter, "grip", grip, theme.line.strong)


def paint_tile(painter: QPainter, tile: QRectF, card: Card, theme: Theme) -> None:
    """The icon of a card on its tile; a wrapper's has the interposer's colour."""
    wrapper = card.kind == "wrapper"
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.structure.interposer.tint if wrapper else theme.surface.sunken)
    painter.drawRoundedRect(tile, theme.px(6), theme.px(6))
    inner = tile.adjusted(theme.px(6), theme.px(6), -theme.px(6), -theme.px(6))
    paint_glyph(painter, card.icon, inner, theme.structure.interposer.text if wrapper else theme.text.secondary)


def dragged_card(card: Card, theme: Theme, ratio: float = 1.0) -> QPixmap:
    """The card as it hangs on the pointer: an ink frame and a shadow 8 px below."""
    width = max(CARD_SIZE[0], text_width(card.title, "body", 1.0, weight=SEMIBOLD) + 66)
    width, height = theme.px(width), theme.px(CARD_SIZE[1])
    size = QSize(round((width + 2) * ratio), round((height + theme.px(SHADOW)) * ratio))
    pixmap = QPixmap(size)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    body = QRectF(1, 1, width - 2, height - 2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(
        faded(theme.text.primary if not theme.is_dark else theme.surface.window, theme.texture.dragged_shadow)
    )
    painter.drawRoundedRect(body.translated(QPointF(0, theme.px(SHADOW - 2))), theme.px(10), theme.px(10))
    painter.setPen(QPen(theme.accent.fill, theme.stroke(1.5)))
    painter.setBrush(theme.surface.raised)
    painter.drawRoundedRect(body, theme.px(10), theme.px(10))
    tile = QRectF(theme.px(12), (height - theme.px(TILE)) / 2, theme.px(TILE), theme.px(TILE))
    paint_tile(painter, tile, card, theme)
    writer = Writer(painter, theme)
    left = tile.right() + theme.px(10)
    area = QRectF(left, theme.px(8), width - left - theme.px(10), theme.px(18))
    writer.line(area, card.title, "body", weight=SEMIBOLD)
    area = QRectF(left, theme.px(26), width - left - theme.px(10), theme.px(16))
    writer.line(area, card.line, "label", theme.text.secondary)
    painter.end()
    return pixmap
