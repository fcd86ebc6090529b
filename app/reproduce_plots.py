"""The charts of the evaluation, drawn without a screen into PNG and SVG: the paper's values hollow beside ours.

What is the paper's is an outline, what is ours is filled; each line has a marker of its own and its name at its end, so
that a print without colours can be read. A chart says in plain numbers what is to be drawn and knows no pixel; here
stands how.
"""

from __future__ import annotations

from typing import Final

import numpy as np
import pyqtgraph
from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QRectF, QSize, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen
from PySide6.QtSvg import QSvgGenerator

from model.experiments.rows import Chart, Series
from views.kit.theme import Theme, load_theme
from views.kit.typography import font

WIDTH, HEIGHT = 720, 420
PIXELS_A_POINT: Final = 2
BAR: Final = 0.36
"""Of the way from one x to the next; two of them stand side by side."""
MARKERS: Final = ("o", "s", "t", "d", "p")
LEFT: Final = 62
SIDE: Final = 12
ROOM_ABOVE: Final = 1.18
"""Of the highest value, so that the words above it find place."""


class Picture:
    """One chart, laid out; written as often as wanted. Needs a QApplication, also an offscreen one."""

    def __init__(self, chart: Chart, theme: Theme | None = None) -> None:
        self._theme = theme or load_theme("light")
        self._chart = chart
        self._widget = pyqtgraph.PlotWidget()
        self._widget.resize(WIDTH, HEIGHT)
        self._widget.setBackground(self._theme.surface.panel)
        self._plot = self._widget.getPlotItem()
        self._plot.hideButtons()
        self._plot.setMenuEnabled(False)
        self._frame()
        if chart.bars:
            self._draw_bars()
        else:
            self._draw_lines()
        self._draw_marks()
        self._set_range()
        self._widget.grab()  # Lays everything out, as a first showing would.

    def close(self) -> None:
        """Lets go of the widget."""
        self._widget.close()
        self._widget.deleteLater()

    def png(self) -> bytes:
        """The picture in pixels, two a point."""
        size = QSize(WIDTH, HEIGHT) * PIXELS_A_POINT
        image = QImage(size, QImage.Format.Format_ARGB32)
        image.fill(self._theme.surface.panel)
        painter = QPainter(image)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._render(painter, QRectF(0, 0, size.width(), size.height()))
        painter.end()
        content = QByteArray()
        buffer = QBuffer(content)
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        image.save(buffer, "PNG")  # type: ignore[call-overload]  # what its stubs want it refuses
        return bytes(content.data())

    def svg(self) -> bytes:
        """The picture in lines and letters."""
        content = QByteArray()
        buffer = QBuffer(content)
        generator = QSvgGenerator()
        generator.setOutputDevice(buffer)
        generator.setSize(QSize(WIDTH, HEIGHT))
        generator.setViewBox(QRectF(0, 0, WIDTH, HEIGHT))
        generator.setTitle(self._chart.title)
        painter = QPainter(generator)
        painter.fillRect(QRectF(0, 0, WIDTH, HEIGHT), self._theme.surface.panel)
        self._render(painter, QRectF(0, 0, WIDTH, HEIGHT))
        painter.end()
        return bytes(content.data())

    def _render(self, painter: QPainter, onto: QRectF) -> None:
        self._widget.scene().render(painter, onto, QRectF(0, 0, WIDTH, HEIGHT))

    # ---- what is drawn

    def _frame(self) -> None:
        theme, chart = self._theme, self._chart
        self._plot.setTitle(chart.title, color=theme.text.primary.name(), size="11pt", bold=True)
        for side, words in (("left", chart.y_label), ("bottom", chart.x_label)):
            axis = self._plot.getAxis(side)
            axis.setPen(QPen(theme.line.strong, 1))
            axis.setTextPen(QPen(theme.text.secondary))
            axis.setStyle(tickFont=font("small", theme.scale))
            axis.enableAutoSIPrefix(False)
            if words:
                axis.setLabel(words, color=theme.text.secondary.name(), **{"font-size": "9pt"})
        if chart.x_names:
            self._plot.getAxis("bottom").setTicks([sorted(chart.x_names.items())])
        self._plot.getAxis("left").setWidth(LEFT)
        self._plot.layout.setContentsMargins(SIDE, SIDE // 2, 2 * SIDE, SIDE // 2)
        self._plot.showGrid(y=True, alpha=0.12)
        self._plot.addLegend(offset=(12, 6), labelTextColor=theme.text.primary, labelTextSize="11pt", verSpacing=0)

    def _colour(self, place: int) -> QColor:
        theme = self._theme
        meanings = (theme.phase.forward, theme.phase.block, theme.phase.completed, theme.phase.transfer)
        return QColor(meanings[place % len(meanings)].mark)

    def _draw_bars(self) -> None:
        series = self._chart.series
        for place, one in enumerate(series):
            shift = (place - (len(series) - 1) / 2) * BAR
            pen, brush = self._look(one, place)
            bars = pyqtgraph.BarGraphItem(
                x=[x + shift for x in one.x], height=list(one.y), width=BAR * 0.92, pen=pen, brush=brush, name=one.name
            )
            self._plot.addItem(bars)
            for x, y in zip(one.x, one.y, strict=True):
                self._say(f"{y:.3g}" if y < 100 else f"{y:.0f}", x + shift, y, (0.5, 1.0))

    def _look(self, one: Series, place: int) -> tuple[QPen, QBrush]:
        """The paper's is hollow and dashed, ours full."""
        if one.of_paper:
            return _pen(self._theme.text.secondary, 1.5, Qt.PenStyle.DashLine), QBrush(Qt.BrushStyle.NoBrush)
        return QPen(Qt.PenStyle.NoPen), QBrush(self._theme.histogram.now_fill if place < 2 else self._colour(place))

    def _draw_lines(self) -> None:
        place = 0
        for one in self._chart.series:
            if one.of_paper:
                ink = self._theme.text.secondary
                stars = self._plot.plot(
                    one.x, one.y, pen=None, symbol="star", symbolSize=17, name=one.name,
                    symbolPen=_pen(ink, 1.5), symbolBrush=QBrush(Qt.BrushStyle.NoBrush),
                )  # fmt: skip
                stars.setZValue(1)
                continue
            colour = self._colour(place)
            if one.spread:
                self._draw_spread(one, colour)
            self._plot.plot(
                one.x, one.y, pen=_pen(colour, 2), symbol=MARKERS[place % len(MARKERS)], symbolSize=8,
                symbolPen=None, symbolBrush=colour, name=one.name, antialias=True,
            )  # fmt: skip
            place += 1

    def _draw_spread(self, one: Series, colour: QColor) -> None:
        """From the lowest seed to the highest."""
        lows, highs = zip(*one.spread, strict=True)
        if lows == highs:
            return
        bars = pyqtgraph.ErrorBarItem(
            x=np.array(one.x), y=np.array(one.y), top=np.subtract(highs, one.y), bottom=np.subtract(one.y, lows),
            beam=0.25, pen=_pen(colour, 1),
        )  # fmt: skip
        self._plot.addItem(bars)

    def _draw_marks(self) -> None:
        for place, (words, x, of_paper) in enumerate(self._chart.marks):
            ink = self._theme.text.secondary if of_paper else self._theme.text.primary
            style = Qt.PenStyle.DashLine if of_paper else Qt.PenStyle.SolidLine
            self._plot.addItem(pyqtgraph.InfiniteLine(x, angle=90, pen=_pen(ink, 1.5, style)))
            highest = self._highest()
            self._say(words, x, highest * (1.1 - 0.08 * place), (0.0, 0.5), indent=True)

    def _say(self, words: str, x: float, y: float, anchor: tuple[float, float], *, indent: bool = False) -> None:
        text = pyqtgraph.TextItem(("  " if indent else "") + words, color=self._theme.text.secondary, anchor=anchor)
        text.setFont(font("small", self._theme.scale))
        self._plot.addItem(text, ignoreBounds=True)
        text.setPos(x, y)

    def _highest(self) -> float:
        return max((y for one in self._chart.series for y in one.y), default=1.0) or 1.0

    def _set_range(self) -> None:
        lowest = min((y for one in self._chart.series for y in one.y), default=0.0)
        # A star at the end of an axis would be cut, and zero belongs in the picture.
        self._plot.setYRange(min(0.0, 1.25 * lowest), ROOM_ABOVE * self._highest(), padding=0)
        xs = [x for one in self._chart.series for x in one.x]
        if xs and self._chart.bars:
            self._plot.setXRange(min(xs) - 0.6, max(xs) + 0.6, padding=0)


def _pen(colour: QColor, width: float, style: Qt.PenStyle = Qt.PenStyle.SolidLine) -> QPen:
    """A pen as wide in every direction, whatever the axes' units are."""
    pen: QPen = pyqtgraph.mkPen(colour, width=width, style=style)
    return pen
