"""Rows of a name and a value, as a receipt and a selected component give them.

    interface        file cache manager          total blocked time          42.7 µs
    clients          postmark, sdet-1            protocol     whole page table, bit 17

With `spread` the value ends at the right edge; otherwise all values begin in one column. A value that is too long for
its line, as the reason of a failed swap is, goes on in the next.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from views.kit.theme import Theme
from views.kit.typography import MEDIUM, metrics, text_width, wrapped
from views.kit.writing import Writer, Written

COLUMN: Final = 112
PADDING: Final = 16
LINE: Final = 16
"""px from one line of a value to the next."""


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
        height = self.sizeHint().height()
        self._rows = shown
        if self.sizeHint().height() != height:
            self.updateGeometry()
        self.setAccessibleDescription("; ".join(f"{name}: {value}" for name, value in shown))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, round(sum(self._height_of(lines) for _, lines, _, _ in self._lines())))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self.sizeHint().height() != self.height():
            self.updateGeometry()

    def _lines(self) -> Iterator[tuple[str, list[str], float, float]]:
        """Name and value of each row, the value in lines, with where they begin and end."""
        px, scale = self._theme.px, self._theme.scale
        widths = [text_width(name, "label", scale) for name, _ in self._rows]
        column = px(PADDING) + max(px(COLUMN), max([0.0, *widths]) + px(14))
        right = self.width() - px(PADDING)
        for (name, value), width in zip(self._rows, widths, strict=True):
            left = px(PADDING + 12) + width if self._spread else column
            yield name, wrapped(value, metrics("label", scale, weight=MEDIUM), right - left), left, right

    def _height_of(self, lines: list[str]) -> float:
        return self._theme.px(self._pitch + LINE * (len(lines) - 1))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self._theme, self._theme.px
        writer = Writer(painter, theme)
        top = 0.0
        for name, lines, left, right in self._lines():
            row = QRectF(px(PADDING), top, right - px(PADDING), px(self._pitch))
            writer.line(row, name, "label", theme.text.tertiary)
            for place, line in enumerate(lines):
                area = QRectF(left, top + px(LINE) * place, right - left, px(self._pitch))
                writer.line(area, line, weight=MEDIUM, right=self._spread)
            top += self._height_of(lines)
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
