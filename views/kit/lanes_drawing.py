"""The lanes as they are drawn: bars over time, bands of phases behind them, markers, clock and axis.

What mouse and keys do with them is lanes_canvas.py's.

Limits: a lane that is half out of sight keeps silent rather than showing half a word.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QWidget

from model.trace.events import Phase
from views.kit.format import format_signed_duration
from views.kit.glyphs import paint_glyph, sign_rect
from views.kit.hatches import fill_hatched
from views.kit.lanes_picture import BarPainter, Picture, paint_flag, paint_label
from views.kit.phases import phase_meaning
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.time_ticks import ticks
from views.kit.typography import SEMIBOLD, text_width
from views.kit.writing import Writer, Written

HEAD: Final = 22
FOOT: Final = 24
MARKERS: Final = 22
LEAST_NS: Final = 20
"""The shortest window: below it a row of the trace is as wide as the screen."""
MOST_NS: Final = 1 << 50
HISTORY: Final = 50
MOST_RINGED: Final = 500


@dataclass(frozen=True, slots=True)
class Band:
    """A phase of a swap behind all lanes."""

    phase: Phase
    from_ns: int
    until_ns: int
    request: int


class LanesDrawing(QAbstractScrollArea):
    """Bars in a window of time; what is in it comes by `show_picture`, which the window's change asks for."""

    window_changed = Signal()
    """Another window of time is wanted: give the picture for it."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.picture = Picture()
        self.bands: tuple[Band, ...] = ()
        self.window_ns: tuple[int, int] = (0, 1_000_000)
        self.clock_ns = 0
        self.markers_ns: dict[str, int] = {}
        self.selected: tuple[str, int] | None = None
        self.written: list[Written] = []
        self._past: list[tuple[int, int]] = []
        self._fit: tuple[int, int] = (0, 1_000_000)
        self._fitted = False
        self._bars = BarPainter(theme)
        self._rects: NDArray[np.float64] = np.empty((0, 4))
        self._widest = 0.0
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.viewport().setMouseTracking(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(120)
        self.setAccessibleName("Lanes")
        self.set_theme(theme)  # which brings the scroll bar that is listened to
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    # --- what is shown -----------------------------------------------------------------------------------------------

    def show_picture(
        self, picture: Picture, bands: Sequence[Band], clock_ns: int, selected: tuple[str, int] | None
    ) -> None:
        """Show these bars, bands and the clock."""
        self.picture, self.bands, self.clock_ns, self.selected = picture, tuple(bands), clock_ns, selected
        self._size_up()
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self.theme = theme
        self._bars.set_theme(theme)
        self.setPalette(theme.palette())
        scroll_thinly(self, theme)
        self._size_up()
        self.viewport().update()

    def set_window(self, first_ns: int, last_ns: int, *, keep: bool = True) -> None:
        """Show another window of time; the one before is kept for Backspace."""
        span = min(MOST_NS, max(LEAST_NS, last_ns - first_ns))
        first_ns = max(-span // 2, first_ns)
        new = (first_ns, first_ns + span)
        if new == self.window_ns:
            return
        if keep:
            self._past = [*self._past[1 - HISTORY :], self.window_ns]
        self.window_ns = new
        self._fitted = False
        self.window_changed.emit()

    def set_whole(self, first_ns: int, last_ns: int) -> None:
        """What a second F shows."""
        self._fit = (first_ns, max(first_ns + LEAST_NS, last_ns))

    def fit(self) -> None:
        """Show everything."""
        first, last = self._fit
        margin = (last - first) // 50
        self.set_window(first - margin, last + margin)
        self._fitted = True

    def go_back(self) -> None:
        """The window before."""
        if self._past:
            self.window_ns = self._past.pop()
            self._fitted = False
            self.window_changed.emit()

    # --- geometry ----------------------------------------------------------------------------------------------------

    @property
    def left(self) -> float:
        """Where time begins, right of the words of the lanes."""
        return min(self._widest, self.viewport().width() * 0.28)

    @property
    def right(self) -> float:
        return self.viewport().width() - self.theme.px(12)

    @property
    def foot(self) -> float:
        """The height of what stands under the lanes: the axis, and the flags if there are any."""
        return self.theme.px(FOOT + (MARKERS if self.markers_ns else 0))

    def x_of(self, at_ns: float) -> float:
        """The place of an instant."""
        first, last = self.window_ns
        return self.left + (self.right - self.left) * (at_ns - first) / (last - first)

    def instant(self, x: float) -> int:
        """The instant at a place."""
        first, last = self.window_ns
        return round(first + (last - first) * (x - self.left) / max(1.0, self.right - self.left))

    def _tops(self) -> NDArray[np.float64]:
        """Where each lane begins, and at the end where the last one ends; scrolled."""
        heights = [lane.height(self.theme.scale) for lane in self.picture.lanes]
        tops: NDArray[np.float64] = np.concatenate(([0.0], np.cumsum(heights)))
        return tops + self.theme.px(HEAD) - self.verticalScrollBar().value()

    def _size_up(self) -> None:
        words = [text_width(lane.words, "label", self.theme.scale) for lane in self.picture.lanes[:64]]
        self._widest = max(self.theme.px(56), max(words, default=0.0) + self.theme.px(28))
        whole = sum(lane.height(self.theme.scale) for lane in self.picture.lanes)
        room = self.viewport().height() - self.theme.px(HEAD) - self.foot
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, round(whole - room)))
        bar.setPageStep(max(1, round(room)))
        bar.setSingleStep(round(self.theme.px(34)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_up()

    @Slot(int)
    def _scrolled(self, _: int) -> None:
        self.viewport().update()

    # --- painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self.theme.surface.panel)
        writer = Writer(painter, self.theme)
        tops = self._tops()
        size, px = self.viewport(), self.theme.px
        body = QRectF(0, px(HEAD), size.width(), size.height() - px(HEAD) - self.foot)
        time = QRectF(self.left, body.top(), self.right - self.left, body.height())
        self._paint_bands(writer, time)
        self._paint_lanes(writer, tops, body)
        painter.save()
        painter.setClipRect(time)
        self._paint_bars(writer, tops, time)
        painter.restore()
        self._paint_axis(writer, time)
        self._paint_clock(painter, time)
        self._paint_markers(writer, time)
        if self.hasFocus():
            painter.setPen(QPen(self.theme.focus.ring, self.theme.stroke(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(1, 1, -1, -1), 4, 4)
        painter.end()
        self.written = writer.written

    def _paint_bands(self, writer: Writer, time: QRectF) -> None:
        theme, px, painter = self.theme, self.theme.px, writer.painter
        written_to = -1e9
        for band in self.bands:
            left, right = max(time.left(), self.x_of(band.from_ns)), min(time.right(), self.x_of(band.until_ns))
            if right <= time.left() or left >= time.right():
                continue
            meaning = phase_meaning(theme, band.phase)
            ground = QRectF(left, time.top(), max(1.0, right - left), time.height())
            painter.fillRect(ground, meaning.tint)
            if ground.width() > px(6):
                fill_hatched(painter, ground, meaning.pattern, meaning.mark, theme.texture.on_tint)
            head = QRectF(left, px(2), max(2.0, right - left), px(HEAD - 2))
            painter.fillRect(head.adjusted(0.5, 0, -0.5, 0) if head.width() > 3 else head, meaning.mark)
            name = text_width(band.phase.name, "small", theme.scale, weight=SEMIBOLD) + px(6)
            if head.width() > px(18) and left >= written_to:
                paint_glyph(painter, meaning.glyph, sign_rect(left + px(11), head.center().y(), px(9)), meaning.on)
                written_to = left + px(18)
                if name + px(26) <= head.width():
                    area = QRectF(left + px(21), head.top(), name, head.height())
                    writer.line(area, band.phase.name, "small", meaning.on, weight=SEMIBOLD, tracking=0.4)
                    written_to = area.right()

    def _paint_lanes(self, writer: Writer, tops: NDArray[np.float64], body: QRectF) -> None:
        theme, px, painter = self.theme, self.theme.px, writer.painter
        painter.save()
        painter.setClipRect(body)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        for place, lane in enumerate(self.picture.lanes):
            top, bottom = tops[place], tops[place + 1]
            if bottom < body.top() or top > body.bottom():
                continue
            chosen = self.selected == (lane.kind, lane.identity)
            if chosen:
                painter.fillRect(QRectF(0, top, self.left - px(4), bottom - top), theme.selection.fill)
            painter.fillRect(QRectF(0, round(bottom) - 1, self.viewport().width(), 1), theme.line.subtle)
            area = QRectF(px(16), top, self.left - px(22), px(34))
            # A lane that is half out of sight says nothing rather than half a word.
            if area.top() >= body.top() - px(6) and area.bottom() <= body.bottom() + px(8):
                paint_label(writer, area, lane.words, selected=chosen)
        painter.restore()

    def _paint_bars(self, writer: Writer, tops: NDArray[np.float64], time: QRectF) -> None:
        picture = self.picture
        self._rects = np.empty((0, 4))
        if not len(picture):
            return
        first, last = self.window_ns
        scale = (self.right - self.left) / (last - first)
        x0 = self.left + (np.maximum(picture.start_ns, first) - first) * scale
        x1 = self.left + (np.minimum(picture.end_ns, last) - first) * scale
        rects = self._bars.places(picture, tops, x0, x1)
        seen = (rects[:, 1] + rects[:, 3] >= time.top()) & (rects[:, 1] <= time.bottom())
        self._rects = rects
        self._bars.paint(writer, picture, rects, seen)
        self._paint_selected(writer.painter, rects, seen)

    def _paint_selected(self, painter: QPainter, rects: NDArray[np.float64], seen: NDArray[np.bool_]) -> None:
        if self.selected is None:
            return
        theme = self.theme
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(theme.selection.ring, theme.stroke(2)))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for place in np.flatnonzero(seen & self._is_selected())[:MOST_RINGED].tolist():
            rect = QRectF(*rects[place].tolist()).adjusted(-2, -2, 2, 2)
            painter.drawRoundedRect(rect, theme.px(5), theme.px(5))

    def _is_selected(self) -> NDArray[np.bool_]:
        """Which bars are the selected thing's: itself, or what a selected thread did."""
        picture = self.picture
        if self.selected is not None and self.selected[0] == picture.kind:
            return picture.identity == self.selected[1]
        if self.selected is not None and self.selected[0] == "thread":
            return picture.number == self.selected[1]
        return np.zeros(len(picture), dtype=np.bool_)

    def _paint_axis(self, writer: Writer, time: QRectF) -> None:
        theme, px, painter = self.theme, self.theme.px, writer.painter
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.fillRect(QRectF(time.left(), time.bottom(), time.width(), theme.stroke(1)), theme.line.strong)
        room = text_width("8\u00a0888.888\u00a0888\u00a0ms", "small", theme.scale) + px(10)
        right = -1e9
        for at_ns, words in ticks(*self.window_ns, int(time.width() / room)):
            x, width = self.x_of(at_ns), text_width(words, "small", theme.scale) + 2
            painter.fillRect(QRectF(x, time.bottom(), theme.stroke(1), px(4)), theme.line.strong)
            left = min(max(px(4), x - width / 2), self.viewport().width() - width - px(4))
            if left > right + px(4):
                area = QRectF(left, time.bottom() + px(5), width, px(15))
                writer.line(area, words, "small", theme.text.tertiary)
                right = area.right()

    def _paint_clock(self, painter: QPainter, time: QRectF) -> None:
        x = self.x_of(self.clock_ns)
        if time.left() <= x <= time.right():
            painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
            painter.fillRect(QRectF(round(x) - 1, self.theme.px(HEAD), 2, time.height()), self.theme.text.primary)

    def _paint_markers(self, writer: Writer, time: QRectF) -> None:
        theme, px = self.theme, self.theme.px
        foot = time.bottom() + px(24)
        places = {letter: self.x_of(at_ns) for letter, at_ns in self.markers_ns.items()}
        for letter, x in places.items():
            if time.left() - 1 <= x <= time.right() + 1:
                paint_flag(writer, QPointF(x, foot), letter, time.top())
        if len(places) == 2:
            words = f"B − A  {format_signed_duration(self.markers_ns['B'] - self.markers_ns['A'])}"
            width = text_width(words, "label", theme.scale, weight=SEMIBOLD) + px(6)
            middle = (places["A"] + places["B"]) / 2
            free = [x for x in places.values() if time.left() <= x <= time.right()]
            # Between the flags where there is room, otherwise beside them.
            if abs(places["B"] - places["A"]) < width + px(24):
                middle = max(places.values()) + px(14) + width / 2
                if middle + width / 2 > time.right():
                    middle = min(free, default=time.right()) - px(14) - width / 2
            left = min(max(time.left(), middle - width / 2), time.right() - width)
            writer.line(QRectF(left, foot, width, px(16)), words, "label", weight=SEMIBOLD, middle=True)
