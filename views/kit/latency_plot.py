"""The histogram itself: bars for now, a hollow dashed step for before, dotted ink lines for p50 and p99.

Both shapes are shares of their own calls, since a ghost of 400 000 calls would flatten 30 000 of now. pyqtgraph draws;
nothing here knows what a swap is.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import pyqtgraph
from PySide6.QtCore import QEvent, QPointF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QFocusEvent, QKeyEvent, QMouseEvent, QPen
from PySide6.QtWidgets import QWidget

from views.kit.format import format_duration
from views.kit.octaves import DRAWN, Floats, span, ticks
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, font, text_width

HEADROOM: Final = 1.22
BAR_WIDTH: Final = 0.86 / DRAWN
AXIS_HEIGHT: Final = 22
SIDE: Final = 16
EPSILON: Final = 1e-9  # octaves; a tick at the very end of the axis is else lost to rounding


class LatencyPlot(pyqtgraph.PlotWidget):  # type: ignore[misc]
    """Shares by octave; `show_shares` is told when they have changed.

    A click on a bar, or Left and Right and then Enter, chooses its bucket.
    """

    bucket_chosen = Signal(int, int)
    """The least and the most ns of a bucket: go to a call that took so long."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        item = self.getPlotItem()
        item.hideAxis("left")
        item.hideButtons()
        item.setMenuEnabled(False)
        item.setMouseEnabled(False, False)
        item.getViewBox().setDefaultPadding(0)
        item.setContentsMargins(0, 0, 0, 0)
        self._axis = item.getAxis("bottom")
        # The ghost's ground lies behind the bars, its line before them, so that neither hides the other's shape.
        self._ground = pyqtgraph.PlotCurveItem([0, 1], [0], stepMode="center", fillLevel=0, antialias=True)
        self._bars = pyqtgraph.BarGraphItem(x=[], height=[], width=BAR_WIDTH)
        self._ghost = pyqtgraph.PlotCurveItem([0, 1], [0], stepMode="center", antialias=True)
        self._grid = [pyqtgraph.InfiniteLine(angle=0, movable=False) for _ in range(2)]
        self._lines = [pyqtgraph.InfiniteLine(angle=90, movable=False) for _ in range(2)]
        self._words = [pyqtgraph.TextItem(text) for text in ("p50", "p99")]
        self._cursor = pyqtgraph.BarGraphItem(x=[], height=[], width=1.0 / DRAWN)
        for each in (*self._grid, self._cursor, self._ground, self._bars, self._ghost, *self._lines, *self._words):
            item.addItem(each, ignoreBounds=True)
        self.setMinimumHeight(96)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName("Histogram of latencies")
        self._filled: tuple[int, ...] = ()
        self.current = -1
        self._top = 1.0
        self._percentiles = (0, 0)
        item.getViewBox().sigResized.connect(self._view_resized)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        px = theme.px
        self.setBackground(theme.surface.panel)
        self._axis.setPen(QPen(theme.line.strong, theme.stroke(1)))
        self._axis.setTextPen(QPen(theme.text.tertiary))
        # Half of the words of the first and the last tick stands beyond the ends of the axis.
        room = text_width("888\u00a0µs", "small", theme.scale) / 2 + 2
        self._axis.setStyle(
            tickFont=font("small", theme.scale),
            tickLength=round(px(4)),
            tickTextOffset=round(px(3)),
            hideOverlappingLabels=round(room),
        )
        self._axis.setHeight(round(px(AXIS_HEIGHT)))
        self.getPlotItem().layout.setContentsMargins(round(px(SIDE)), 0, round(px(SIDE) + room - 2), 0)
        self._cursor.setOpts(brush=theme.selection.fill, pen=_cosmetic(theme.selection.ring, theme.stroke(1)))
        histogram = theme.histogram
        self._bars.setOpts(brush=histogram.now_fill, pen=None)
        self._ground.setBrush(histogram.ghost_fill)
        self._ground.setPen(None)
        self._ghost.setPen(_dashed(histogram.ghost, theme.stroke(1), histogram.ghost_dash))
        for line in self._grid:
            line.setPen(_cosmetic(theme.line.subtle, theme.stroke(1)))
        for line, words in zip(self._lines, self._words, strict=True):
            line.setPen(_dashed(theme.text.secondary, theme.stroke(1), (2, 2)))
            words.setFont(font("small", theme.scale, weight=MEDIUM))
            words.setColor(theme.text.secondary)

    def show_shares(self, now: Floats, before: Floats | None, p50_ns: int, p99_ns: int) -> None:
        """Show these shapes and lines; a percentile of 0 has no line."""
        first, last = span(now, *(() if before is None else (before,)))
        top = max(float(now.max()), float(before.max()) if before is not None else 0.0, 1e-9)
        self.setXRange(first - EPSILON, last + EPSILON, padding=0)
        self.setYRange(0, top * HEADROOM, padding=0)
        self._axis.setTicks([ticks(first, last)])
        for line, share in zip(self._grid, (0.5, 1.0), strict=True):
            line.setValue(top * share)
        filled = np.flatnonzero(now)
        self._bars.setOpts(x=(filled + 0.5) / DRAWN, height=now[filled])
        self._filled, self._top = tuple(filled.tolist()), top * HEADROOM
        if self.current not in self._filled:
            self.current = -1
        self._mark()
        low, high = math.floor(first * DRAWN), math.ceil(last * DRAWN)
        ghost = before[low:high] if before is not None else np.empty(0)
        edges = np.arange(low, low + len(ghost) + 1) / DRAWN if len(ghost) else np.empty(0)
        for curve in (self._ground, self._ghost):
            curve.setVisible(bool(len(ghost)))
            if len(ghost):
                curve.setData(edges, ghost)
        self._percentiles = (p50_ns, p99_ns)
        self._place_lines()

    @Slot()
    def _view_resized(self) -> None:
        """The words were placed for another width."""
        if any(self._percentiles):
            self._place_lines()

    def _place_lines(self) -> None:
        """The words stand at the right of their lines; p50's at the left where they would run into p99's."""
        percentiles, top = self._percentiles, self._top
        first, last = self.getPlotItem().getViewBox().viewRange()[0]
        octave_px = max(1.0, self.getPlotItem().getViewBox().width() / (last - first))
        need = (text_width("p50", "small", self._theme.scale, weight=MEDIUM) + self._theme.px(10)) / octave_px
        places = [math.log2(ns) if ns > 0 else 0.0 for ns in percentiles]
        for index, (ns, place) in enumerate(zip(percentiles, places, strict=True)):
            line, words = self._lines[index], self._words[index]
            line.setVisible(ns > 0)
            words.setVisible(ns > 0)
            line.setValue(place)
            right_edge = self.getPlotItem().getViewBox().viewRange()[0][1]
            other = places[1] if index == 0 and percentiles[1] > 0 else right_edge
            words.setAnchor((1.0 if other - place < need else 0.0, 0.15))
            words.setPos(QPointF(place, top))

    def _mark(self) -> None:
        """A ground behind the bucket where the keyboard stands."""
        here = [(self.current + 0.5) / DRAWN] if self.current >= 0 else []
        self._cursor.setOpts(x=here, height=[self._top] * len(here))
        words = "{} to {}".format(*map(format_duration, bounds(self.current))) if here else "no bucket chosen"
        self.setAccessibleDescription(words)

    def bucket_at(self, x: float) -> int:
        """The bucket at a place in px, -1 where no call lies."""
        octave = self.getPlotItem().getViewBox().mapSceneToView(self.mapToScene(round(x), 0)).x()
        bucket = math.floor(octave * DRAWN)
        return bucket if bucket in self._filled else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        bucket = self.bucket_at(event.position().x())
        if event.button() == Qt.MouseButton.LeftButton and bucket >= 0:
            self.current = bucket
            self._mark()
            self.bucket_chosen.emit(*bounds(bucket))
        event.accept()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Left, Qt.Key.Key_Right) and self._filled:
            forward = event.key() == Qt.Key.Key_Right
            further = [each for each in self._filled if (each > self.current) == forward and each != self.current]
            if further:
                self.current = further[0] if forward else further[-1]
                self._mark()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            self.bucket_chosen.emit(*bounds(self.current))
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.current < 0 and self._filled:
            self.current = self._filled[-1]  # the slowest: what one wants to see
            self._mark()

    def wheelEvent(self, event: QEvent) -> None:
        event.ignore()


def bounds(bucket: int) -> tuple[int, int]:
    """The least and the most ns that fall into a bucket that is drawn."""
    return math.ceil(2.0 ** (bucket / DRAWN)), math.ceil(2.0 ** ((bucket + 1) / DRAWN)) - 1


def _cosmetic(colour: QColor, width: float) -> QPen:
    pen = QPen(colour, width)
    pen.setCosmetic(True)
    return pen


def _dashed(colour: QColor, width: float, dash: tuple[float, ...]) -> QPen:
    pen = _cosmetic(colour, width)
    pen.setDashPattern(list(dash))
    return pen
