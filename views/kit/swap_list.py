"""The swaps that are over, newest first, each a line: choose one to see its receipt.

v  Swap 3   replicated > single        26.5 µs
x  Swap 2   LRU > FIFO                 48.0 µs
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from model.trace.events import Phase
from views.kit.format import format_duration
from views.kit.glyphs import paint_glyph, sign_rect
from views.kit.phases import phase_meaning
from views.kit.row_list import PADDING, ROW, RowDelegate, RowList
from views.kit.swap_words import change_words, title_of
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, text_width
from views.kit.writing import Writer

if TYPE_CHECKING:
    from model.projections.receipt import Swap
    from views.kit.entry_table import Index

MOST_SHOWN: Final = 100
ROWS_SEEN: Final = 4


class SwapListModel(QAbstractListModel):
    """The swaps as rows; `Qt.UserRole` gives the Swap."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._swaps: tuple[Swap, ...] = ()

    @property
    def swaps(self) -> tuple[Swap, ...]:
        """What is shown, newest first."""
        return self._swaps

    def take(self, swaps: tuple[Swap, ...]) -> bool:
        """Show these; tells whether the number of rows has changed."""
        if swaps == self._swaps:
            return False
        self.beginResetModel()
        resized, self._swaps = len(swaps) != len(self._swaps), swaps
        self.endResetModel()
        return resized

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else len(self._swaps)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        swap = self._swaps[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return swap
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            old, new = change_words(swap)
            return f"{title_of(swap)} of {swap.component}: {old} to {new}, {swap.receipt(0).standing}"
        return None


class SwapList(RowList):
    """The lines; as high as its rows, up to four, then it scrolls."""

    chosen = Signal(int)
    """The request whose receipt is wanted."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self._swaps = SwapListModel()
        self._line = SwapLine(theme)
        super().__init__(self._swaps, self._line, "Swaps that are over", theme, parent)

    def take(self, swaps: tuple[Swap, ...], current: int = 0) -> None:
        """Show the swaps that are over, newest first; `current` is the one whose receipt is seen."""
        over = tuple(sorted((swap for swap in swaps if swap.over), key=_ended, reverse=True)[:MOST_SHOWN])
        resized = self._swaps.take(over)
        if resized or self._line.current != current:
            self._line.current = current
            self._size_up()
            self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        super().set_theme(theme)
        self._size_up()

    def _size_up(self) -> None:
        rows = (
            min(ROWS_SEEN + 0.5, self._swaps.rowCount())
            if self._swaps.rowCount() > ROWS_SEEN
            else self._swaps.rowCount()
        )
        self.setFixedHeight(round(self._line.theme.px(ROW * rows)))
        self.setVisible(self._swaps.rowCount() > 0)

    def choose(self, row: int) -> None:
        self.chosen.emit(self._swaps.swaps[row].request)


def _ended(swap: Swap) -> int:
    return swap.ended_ns or 0


class SwapLine(RowDelegate):
    """Paints one line."""

    current = 0
    """The request whose receipt is seen."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, px = self.theme, self.theme.px
        swap: Swap = index.data(Qt.ItemDataRole.UserRole)
        area = QRectF(option.rect)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        if index.row() == 0:
            self.written = []
        if swap.request == self.current:
            painter.fillRect(area, theme.selection.fill)
        elif state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_HasFocus):
            painter.fillRect(area, theme.surface.hover)
        meaning = phase_meaning(theme, Phase.ABANDONED if swap.refused else swap.outcome or Phase.ABANDONED)
        colour = meaning.mark if swap.sort == "swap" or swap.refused else theme.structure.interposer.mark
        paint_glyph(painter, meaning.glyph, sign_rect(area.left() + px(PADDING + 6), area.center().y(), px(8)), colour)
        writer = Writer(painter, theme)
        row = self.words_area(area)
        receipt = swap.receipt(0)
        time = receipt.total_ns or (swap.ended_ns or 0) - swap.requested_ns
        took = writer.line(row, format_duration(time), "label", theme.text.secondary, right=True)
        row.adjust(0, 0, -took - px(8), 0)
        title = title_of(swap)
        writer.line(row, title, "label", weight=MEDIUM)
        row.setLeft(row.left() + text_width(title, "label", theme.scale, weight=MEDIUM) + px(8))
        old, new = change_words(swap)
        words = f"{old} › {new}" if swap.sort == "swap" else new
        writer.line(row, words, "label", theme.text.tertiary)
        self.written += writer.written
