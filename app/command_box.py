"""The command box (Ctrl+Shift+P): a few letters, and everything that fits them.

    +------------------------------------------------------+
    | swfcm                                                |
    +------------------------------------------------------+
    | swap   Swap FCM file 17 with FCM, replicated         |   the keys of each stand at the right
    | swap   Swap FCM file 3 with FCM, single              |
    | do     Swap with                                  S  |
    +------------------------------------------------------+
    | session.issue(Swap(object='FCM file 17', ...         |   what to write to have the same done without the window
    +------------------------------------------------------+

Arrows move, Enter takes, Escape leaves. The line at the foot can be selected with the mouse and copied with Ctrl+C.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import (
    QAbstractListModel,
    QEvent,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Slot,
)
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QFrame,
    QLabel,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
    QWidget,
)

from app.fuzzy import ranked
from app.offers import Offer, offers
from views.kit.chrome import SearchField
from views.kit.painted import paint_box
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import MEDIUM, font, text_width
from views.kit.writing import Writer, Written

if TYPE_CHECKING:
    from app.main_window import MainWindow

WIDTH: Final = 620
ROWS: Final = 12
ROW: Final = 30
SORT: Final = 58
MOST: Final = 200
NOTHING: Final = "Nothing fits these letters"
EVERYTHING: Final = "Go to, or run a command"
PLACES: Final = "Go to a component, a client, a swap, a thread"

Index = QModelIndex | QPersistentModelIndex


class CommandBox(QWidget):
    """Lies over the window, under the top bar, while it is open."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._theme = window.theme
        self._offers: list[Offer] = []
        self._before: QWidget | None = None
        self.field = SearchField(EVERYTHING, theme=window.theme, parent=self)
        self.field.textEdited.connect(self._rank)
        self.field.installEventFilter(self)
        self.model = OfferModel(self)
        self.list = QListView(self)
        self.list.setModel(self.model)
        self.list.setItemDelegate(OfferDelegate(window.theme, self.list))
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName("What fits")
        self.list.clicked.connect(self._clicked)
        self.list.selectionModel().currentChanged.connect(self._current_changed)
        self.line = QLabel(self)
        self.line.setTextFormat(Qt.TextFormat.PlainText)
        self.line.setWordWrap(True)
        self.line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.line.setAccessibleName("The line that does the same")
        column = QVBoxLayout(self)
        column.setContentsMargins(10, 10, 10, 10)
        column.setSpacing(8)
        for part in (self.field, self.list, self.line):
            column.addWidget(part)
        self.setAccessibleName("Commands")
        self.set_theme(window.theme)
        self.hide()

    # --- open and closed ---------------------------------------------------------------------------------------------

    def open(self, *, places_only: bool = False) -> None:
        """Offer what there is now; `places_only` for places to go to."""
        self._before = self._window.focusWidget()
        self._offers = offers(self._window, places_only=places_only)
        self.field.setPlaceholderText(PLACES if places_only else EVERYTHING)
        self.field.clear()
        self._rank("")
        self.show()
        self.raise_()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)

    @Slot()
    def close_box(self) -> None:
        """Go away, and give the keyboard back."""
        if self.isHidden():
            return
        self.hide()
        if self._before is not None and self._before.isVisible():
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    @Slot()
    def take(self) -> None:
        """Do what is marked."""
        offer = self.model.at(self.list.currentIndex())
        if offer is not None:
            self.close_box()
            offer.take()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        palette = theme.palette()
        self.setPalette(palette)
        self.field.set_theme(theme)
        palette.setColor(palette.ColorRole.Base, theme.surface.raised)
        self.list.setPalette(palette)
        delegate = self.list.itemDelegate()
        assert isinstance(delegate, OfferDelegate)
        delegate.theme = theme
        scroll_thinly(self.list, theme)
        self.line.setFont(font("mono", theme.scale))
        palette.setColor(palette.ColorRole.WindowText, theme.text.secondary)
        self.line.setPalette(palette)
        if not self.isHidden():
            self._place()

    def _place(self) -> None:
        px, window = self._theme.px, self._window
        width = round(min(px(WIDTH), window.width() - 2 * px(12)))
        most = min(ROWS, max(3, int((window.height() - px(260)) / px(ROW))))
        rows = min(most, max(1, self.model.rowCount()))
        self.list.setFixedHeight(round(px(ROW) * rows))
        self.line.setFixedHeight(round(2 * self.line.fontMetrics().height() + px(4)))
        self.setGeometry((window.width() - width) // 2, window.top.height() + round(px(8)), width, 0)
        self.resize(width, self.sizeHint().height())

    # --- letters and keys --------------------------------------------------------------------------------------------

    @Slot(str)
    def _rank(self, wanted: str) -> None:
        self.model.take(ranked(wanted, self._offers, _words, MOST))
        self.list.setCurrentIndex(self.model.index(0, 0))
        if not self.model.rowCount():
            self.line.setText(NOTHING)
        self._place()

    @Slot(QModelIndex, QModelIndex)
    def _current_changed(self, index: QModelIndex, _: QModelIndex) -> None:
        offer = self.model.at(index)
        self.line.setText(offer.line if offer is not None else "")

    @Slot(QModelIndex)
    def _clicked(self, index: QModelIndex) -> None:
        self.list.setCurrentIndex(index)
        self.take()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is not self.field:
            return False
        if event.type() == QEvent.Type.FocusOut:
            if not self.isAncestorOf(self._window.focusWidget() or self._window):
                self.hide()
            return False
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event.key())
        return False

    def _key(self, key: int) -> bool:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: ROWS, Qt.Key.Key_PageUp: -ROWS}.get(
            Qt.Key(key), 0
        )
        if step:
            row = min(max(0, self.list.currentIndex().row() + step), self.model.rowCount() - 1)
            self.list.setCurrentIndex(self.model.index(row, 0))
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.take()
        elif key == Qt.Key.Key_Escape:
            self.close_box()
        else:
            return False
        return True

    def paintEvent(self, _: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), theme.px(10), theme.surface.raised, theme.line.strong, theme.stroke(1))
        painter.end()


def _words(offer: Offer) -> str:
    return offer.words


class OfferModel(QAbstractListModel):
    """The offers that fit, in their order."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._offers: list[Offer] = []

    def take(self, found: list[Offer]) -> None:
        """Show these."""
        self.beginResetModel()
        self._offers = found
        self.endResetModel()

    def at(self, index: Index) -> Offer | None:
        """The offer of a row."""
        return self._offers[index.row()] if index.isValid() and index.row() < len(self._offers) else None

    def rowCount(self, parent: Index | None = None) -> int:
        return len(self._offers)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        offer = self.at(index)
        if offer is None or role not in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return None
        return f"{offer.words}, {offer.keys}" if offer.keys else offer.words


class OfferDelegate(QStyledItemDelegate):
    """Paints an offer: its sort, its words, its keys."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.theme = theme
        self.written: list[Written] = []

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(100, round(self.theme.px(ROW)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        model = index.model()
        assert isinstance(model, OfferModel)
        offer = model.at(index)
        if offer is None:
            return
        theme, px = self.theme, self.theme.px
        area = QRectF(option.rect)  # type: ignore[attr-defined]
        painter.save()
        painter.fillRect(area, theme.surface.raised)
        if option.state & QStyle.StateFlag.State_Selected:  # type: ignore[attr-defined]
            paint_box(painter, area.adjusted(0, 1, 0, -1), px(6), theme.accent.tint, theme.accent.tint)
        writer = Writer(painter, theme)
        row = area.adjusted(px(10), 0, -px(10), 0)
        writer.line(row, offer.sort, "small", theme.text.tertiary if not _marked(option) else theme.text.secondary)
        keys = text_width(offer.keys, "label", theme.scale) + px(12) if offer.keys else 0.0
        writer.line(row.adjusted(px(SORT), 0, -keys, 0), offer.words, "body", weight=MEDIUM)
        writer.line(row, offer.keys, "label", theme.text.secondary, right=True)
        painter.restore()
        self.written = writer.written


def _marked(option: QStyleOptionViewItem) -> bool:
    return bool(option.state & QStyle.StateFlag.State_Selected)  # type: ignore[attr-defined]
