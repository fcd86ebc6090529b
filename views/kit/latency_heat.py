"""Latency over time: how many calls took how long, when. Time runs right, latency up, more calls are stronger.

The scale is in octaves as in the histogram; a swap of the component is a line with its colour. A click on a cell, or
Enter on the one where the keyboard stands, leads to the last call in it.

Limits: four strengths, by powers of the fullest cell, on the ground of none: one call is always seen.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from views.kit.describing import counted
from views.kit.format import format_clock, format_duration
from views.kit.octaves import ticks as octave_ticks
from views.kit.panel_view import describe
from views.kit.theme import Theme
from views.kit.time_ticks import ticks as time_ticks
from views.kit.typography import text_width
from views.kit.writing import Writer, Written

ROWS_AN_OCTAVE: Final = 4
"""Twice as many where they would be as high as a cell is wide."""
CELL: Final = 7
PADDING: Final = 16
FOOT: Final = 22
TOP: Final = 6


class LatencyHeat(QWidget):
    """Cells by time and latency."""

    chosen = Signal(int, int, int)
    """(least ns, most ns, until ns): go to the last call that took so long and ended by then."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.counts: NDArray[np.int64] = np.zeros((1, 1), dtype=np.int64)
        self.window_ns = (0, 1)
        self.octaves = (0.0, 1.0)
        self.swaps_ns: tuple[int, ...] = ()
        self.current: tuple[int, int] | None = None
        self.written: list[Written] = []
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMinimumHeight(96)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName("Latency over time")

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self.theme = theme
        self.update()

    def show_counts(
        self, counts: NDArray[np.int64], window_ns: tuple[int, int], octaves: tuple[float, float],
        swaps_ns: Sequence[int],
    ) -> None:  # fmt: skip
        """Show these cells: the first axis is time, the second latency from the shortest."""
        if self.current is not None and counts.shape != self.counts.shape:
            self.current = None
        self.counts, self.window_ns, self.octaves, self.swaps_ns = counts, window_ns, octaves, tuple(swaps_ns)
        self._tell()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, 160)

    @property
    def columns(self) -> int:
        """How many columns of cells there is room for."""
        return max(1, int(self._field().width() / self.theme.px(CELL)))

    def rows_an_octave(self, octaves: tuple[float, float]) -> int:
        """How many rows of cells an octave of these has room for."""
        least = 2 * ROWS_AN_OCTAVE * (octaves[1] - octaves[0]) * self.theme.px(CELL)
        return ROWS_AN_OCTAVE * (2 if self._field().height() >= least else 1)

    # --- geometry ----------------------------------------------------------------------------------------------------

    def _field(self) -> QRectF:
        px = self.theme.px
        left = px(PADDING) + text_width("888\u00a0µs", "small", self.theme.scale) + px(4)
        return QRectF(left, px(TOP), self.width() - left - px(PADDING), self.height() - px(TOP + FOOT))

    def _cell(self, column: int, row: int) -> QRectF:
        field, (columns, rows) = self._field(), self.counts.shape
        width, height = field.width() / columns, field.height() / rows
        return QRectF(field.left() + width * column, field.bottom() - height * (row + 1), width, height)

    def cell_at(self, at: QPointF) -> tuple[int, int] | None:
        """The cell at a point."""
        field, (columns, rows) = self._field(), self.counts.shape
        if not field.contains(at):
            return None
        column = int((at.x() - field.left()) * columns / field.width())
        row = int((field.bottom() - at.y()) * rows / field.height())
        return min(column, columns - 1), min(row, rows - 1)

    def bounds(self, cell: tuple[int, int]) -> tuple[int, int, int]:
        """(least ns, most ns, until ns) of a cell."""
        column, row = cell
        height = (self.octaves[1] - self.octaves[0]) / self.counts.shape[1]
        low = self.octaves[0] + row * height
        first, last = self.window_ns
        until = first + (last - first) * (column + 1) // self.counts.shape[0]
        return math.ceil(2.0**low), math.ceil(2.0 ** (low + height)) - 1, until

    # --- painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, field = self.theme, self._field()
        writer = Writer(painter, theme)
        painter.fillRect(field, theme.heat.stops[0])
        if self.counts.any():
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
            painter.drawImage(field, self._image())
        self._paint_axes(writer, field)
        first, last = self.window_ns
        for at_ns in self.swaps_ns:
            if first <= at_ns <= last:
                x = field.left() + field.width() * (at_ns - first) / max(1, last - first)
                mark = QRectF(round(x), field.top(), theme.stroke(1.6), field.height())
                painter.fillRect(mark, theme.phase.completed.mark)
        if self.current is not None:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(theme.focus.ring, theme.stroke(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self._cell(*self.current).adjusted(-2, -2, 2, 2))
        painter.end()
        self.written = writer.written

    def _image(self) -> QImage:
        """A pixel a cell; four strengths, by powers, and none."""
        table = np.array([stop.rgb() & 0xFFFFFFFF for stop in self.theme.heat.stops], dtype=np.uint32)
        share = np.log2(self.counts + 1) / math.log2(int(self.counts.max()) + 1)
        steps = np.where(self.counts > 0, 1 + np.floor(share * (len(table) - 1.001)), 0).astype(np.int64)
        pixels = np.ascontiguousarray(table[steps].T[::-1])
        height, width = pixels.shape
        return QImage(pixels.tobytes(), width, height, 4 * width, QImage.Format.Format_RGB32).copy()

    def _paint_axes(self, writer: Writer, field: QRectF) -> None:
        theme, px, painter = self.theme, self.theme.px, writer.painter
        low, high = self.octaves
        top = -1e9
        for place, words in reversed(octave_ticks(low, high)):
            y = field.bottom() - field.height() * (place - low) / (high - low)
            painter.fillRect(QRectF(field.left() - px(3), y, px(3), theme.stroke(1)), theme.line.strong)
            middle = min(max(y, px(8)), field.bottom() - px(5))
            if middle - px(7) > top:
                area = QRectF(px(4), middle - px(7), field.left() - px(10), px(14))
                writer.line(area, words, "small", theme.text.tertiary, right=True)
                top = area.bottom()
        painter.fillRect(QRectF(field.left(), field.bottom(), field.width(), theme.stroke(1)), theme.line.strong)
        room = text_width("8\u00a0888.888\u00a0ms", "small", theme.scale) + px(12)
        room_until = 1e9
        first, last = self.window_ns
        # From the right, where the unit is said; of fewer than three in a span there may be none at all.
        for at_ns, words in reversed(time_ticks(first, last, max(3, int(field.width() / room)))):
            x = field.left() + field.width() * (at_ns - first) / max(1, last - first)
            painter.fillRect(QRectF(x, field.bottom(), theme.stroke(1), px(3)), theme.line.strong)
            width = text_width(words, "small", theme.scale) + 2
            left = min(max(px(4), x - width / 2), field.right() - width + 1)
            if left + width < room_until:
                area = QRectF(left, field.bottom() + px(4), width, px(14))
                writer.line(area, words, "small", theme.text.tertiary)
                room_until = left - px(6)

    # --- mouse and keyboard ------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        cell = self.cell_at(event.position())
        if cell is not None and event.button() == Qt.MouseButton.LeftButton and self.counts[cell]:
            self.current = cell
            self._tell()
            self.chosen.emit(*self.bounds(cell))
            self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {
            Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, 1), Qt.Key.Key_Down: (0, -1)
        }  # fmt: skip
        if event.key() in steps:
            self._step(*steps[Qt.Key(event.key())])
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current is not None:
            self.chosen.emit(*self.bounds(self.current))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.current is None and self.counts.any():
            column = int(np.flatnonzero(self.counts.any(axis=1))[-1])
            self.current = column, int(np.flatnonzero(self.counts[column])[-1])
            self._tell()
            self.update()

    def _step(self, across: int, up: int) -> None:
        """To the next cell in a direction in which a call lies, the nearest of them."""
        if self.current is None:
            return
        columns, rows = np.nonzero(self.counts)
        column, row = self.current
        ahead = (np.sign(columns - column) == across) if across else ((columns == column) & (np.sign(rows - row) == up))
        if not ahead.any():
            return
        away = np.abs(columns - column) * 1_000 + np.abs(rows - row)
        nearest = int(np.flatnonzero(ahead)[away[ahead].argmin()])
        self.current = int(columns[nearest]), int(rows[nearest])
        self._tell()
        self.update()

    def _tell(self) -> None:
        words = self.words_of(self.current) if self.current is not None else counted(int(self.counts.sum()), "call")
        describe(self, "Latency over time", words)

    def words_of(self, cell: tuple[int, int]) -> str:
        """A cell in a sentence."""
        least, most, until = self.bounds(cell)
        calls = counted(int(self.counts[cell]), "call")
        return f"{calls} of {format_duration(least)} to {format_duration(most)}, until {format_clock(until)}"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.words_of(cell) if cell and self.counts[cell] else "", self)
            return True
        return super().event(event)
