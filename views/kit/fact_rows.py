"""Rows of a name and a value, as a receipt and a selected component give them.

    interface        file cache manager          total blocked time          42.7 µs
    clients          postmark, sdet-1            protocol     whole page table, bit 17

With `spread` the value ends at the right edge; otherwise all values begin in one column.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from views.kit.theme import Theme
from views.kit.typography import MEDIUM, text_width
from views.kit.writing import Writer, Written

COLUMN: Final = 112
PADDING: Final = 16


class FactRows(QWidget):
    """A painted list of facts; what is cut is whole in the tool tip."""

    def __init__(self, theme: Theme, pitch: int = 25, *, spread: bool = True, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._pitch = pitch
        self._spread = spread
        self._rows: tuple[tuple[str, str], ...] = ()
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def rows(self) -> tuple[tuple[str, str], ...]:
        """What is shown."""
        return self._rows

    def set_rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Show these facts."""
        shown = tuple(rows)
        if shown == self._rows:
            return
        if len(shown) != len(self._rows):
            self.updateGeometry()
        self._rows = shown
        self.setAccessibleDescription("; ".join(f"{name}: {value}" for name, value in shown))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, round(self._theme.px(self._pitch * len(self._rows))))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self._theme, self._theme.px
        writer = Writer(painter, theme)
        names = max([0.0, *(text_width(name, "label", theme.scale) for name, _ in self._rows)])
        column = px(PADDING) + max(px(COLUMN), names + px(14))
        for place, (name, value) in enumerate(self._rows):
            row = QRectF(px(PADDING), px(self._pitch) * place, self.width() - px(2 * PADDING), px(self._pitch))
            took = writer.line(row, name, "label", theme.text.tertiary)
            left = row.left() + took + px(12) if self._spread else column
            writer.line(
                QRectF(left, row.top(), row.right() - left, row.height()), value, weight=MEDIUM, right=self._spread
            )
        painter.end()
        self.written = writer.written

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            whole = next(
                (each.whole for each in self.written if each.cut and each.rect.contains(QPointF(event.pos()))), ""
            )
            QToolTip.showText(event.globalPos(), whole, self)
            return True
        return super().event(event)
