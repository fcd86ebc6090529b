"""How long swaps took: the histogram of the paper's Figure 4, for the swaps of this run.

Bins are even in time, as in the paper; beneath stand how many there were, their mean and the longest. Completed swaps
only: what was given up did not take as long as it took to be given up.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.kit.describing import counted
from views.kit.format import format_duration
from views.kit.panel_view import describe
from views.kit.theme import Theme
from views.kit.typography import text_width
from views.kit.writing import Writer, Written

PADDING: Final = 16
PLOT, AXIS, FOOT = 120, 20, 24
BINS: Final = 24
_STEPS: Final = (1, 2, 5, 10)


def bins_of(times_ns: Sequence[int], most: int = BINS) -> tuple[int, list[int]]:
    """(width of a bin in ns, counts): the smallest round width with which at most so many bins hold everything."""
    longest = max(times_ns, default=0)
    width = 1
    while width * most <= longest:
        decade = 10 ** int(math.log10(width))
        width = decade * next(step for step in _STEPS if decade * step > width)
    counts = [0] * (longest // width + 1)
    for each in times_ns:
        counts[each // width] += 1
    return width, counts


class SwapHistogram(QWidget):
    """Counts of swaps by how long they took."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._times_ns: tuple[int, ...] = ()
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_times(self, times_ns: Sequence[int]) -> None:
        """Show these durations."""
        new = tuple(times_ns)
        if new == self._times_ns and self.accessibleName():
            return
        self._times_ns = new
        describe(self, "How long swaps took", self.summary())
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def summary(self) -> str:
        """What the paper says of its Figure 4, of these."""
        if not self._times_ns:
            return "no swap has completed"
        mean = sum(self._times_ns) / len(self._times_ns)
        swaps = counted(len(self._times_ns), "completed swap")
        return f"{swaps}, mean {format_duration(mean)}, longest {format_duration(max(self._times_ns))}"

    def sizeHint(self) -> QSize:
        return QSize(300, round(self._theme.px(PLOT + AXIS + FOOT)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self._theme, self._theme.px
        writer = Writer(painter, theme)
        plot = QRectF(px(PADDING), px(8), self.width() - px(2 * PADDING), px(PLOT - 8))
        painter.fillRect(QRectF(plot.left(), plot.bottom(), plot.width(), theme.stroke(1)), theme.line.strong)
        if self._times_ns:
            self._paint_bars(writer, plot)
        foot = QRectF(plot.left(), plot.bottom() + px(AXIS), plot.width(), px(FOOT))
        writer.line(foot, self.summary(), "label", theme.text.secondary)
        painter.end()
        self.written = writer.written

    def _paint_bars(self, writer: Writer, plot: QRectF) -> None:
        theme, px, painter = self._theme, self._theme.px, writer.painter
        width_ns, counts = bins_of(self._times_ns)
        step = plot.width() / max(len(counts), 8)
        top = max(counts)
        for place, count in enumerate(counts):
            if not count:
                continue
            height = max(px(3), (plot.height() - px(18)) * count / top)
            bar = QRectF(plot.left() + step * place + 1, plot.bottom() - height, max(1.0, step - 2), height)
            painter.fillRect(bar, theme.histogram.now_fill)
            words = str(count)
            if text_width(words, "small", theme.scale) <= step:
                writer.line(QRectF(bar.left() - 1, bar.top() - px(16), step, px(15)), words, "small",
                            theme.text.secondary, middle=True)  # fmt: skip
        right = plot.left() - px(8)
        for place in range(0, max(len(counts), 8) + 1):
            words = format_duration(width_ns * place) if place else "0"
            width = text_width(words, "small", theme.scale) + 2
            middle = plot.left() + step * place
            left = max(plot.left(), middle - width / 2)
            if left < right + px(10) or left + width > plot.right() + px(2):
                continue
            writer.line(QRectF(left, plot.bottom() + px(3), width, px(15)), words, "small", theme.text.tertiary)
            right = left + width
