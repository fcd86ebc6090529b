"""The lanes themselves: bars over time, bands of phases behind them, markers, and all that mouse and keys do with them.

    cpu 0  |== 203 ==|   |FORWARD     |BLOCK | 221 |
    cpu 1      |=== 187 ====|
           |        A ---- B − A 18.2 µs ---- B
           2.396     2.400      2.404 ms

    wheel, W and S    zoom at the pointer, or at the middle     drag, A and D, arrows   pan
    F                 to what is selected, F again: everything  Backspace               the window before
    , and .           the bar before and after on the lane      [ and ]                 its cause, its effect
    Alt+click         marker A, with Shift B; Alt+A and Alt+B   double click, Enter     show the world then
    M                 a bookmark where the clock stands

W, S, A and D count by where they lie. The keys are the canvas's only while it has the keyboard.

Limits: a bar is selected by a click; what several slivers on one pixel stand for is told apart by zooming in.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from model.trace.events import Phase
from views.kit.format import format_clock, format_duration, format_signed_duration
from views.kit.glyphs import paint_glyph, sign_rect
from views.kit.hatches import fill_hatched
from views.kit.lanes_picture import BarPainter, Picture, paint_flag, paint_label
from views.kit.phases import phase_meaning
from views.kit.physical_keys import place_of
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.time_ticks import ticks
from views.kit.typography import SEMIBOLD, text_width
from views.kit.writing import Writer, Written

HEAD: Final = 22
FOOT: Final = 24
MARKERS: Final = 22
LABEL: Final = 92
LEAST_NS: Final = 20
"""The shortest window: below it a row of the trace is as wide as the screen."""
MOST_NS: Final = 1 << 50
ZOOM: Final = 1.25
PAN: Final = 0.15
HISTORY: Final = 50
MOST_RINGED: Final = 500
OWN_KEYS: Final = frozenset((
    Qt.Key.Key_F, Qt.Key.Key_Comma, Qt.Key.Key_Period, Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_M,
    Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return,
    Qt.Key.Key_Enter, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Band:
    """A phase of a swap behind all lanes."""

    phase: Phase
    from_ns: int
    until_ns: int
    request: int


class LanesCanvas(QAbstractScrollArea):
    """Bars in a window of time; what is in it comes by `show_picture`, which the window's change asks for."""

    window_changed = Signal()
    """Another window of time is wanted: give the picture for it."""
    chosen = Signal(str, int)
    """Something was selected: the arguments of `Selection.select`."""
    hovered = Signal(str, int)
    """What is under the pointer; ("", 0) for nothing."""
    time_wanted = Signal(int)
    bookmark_wanted = Signal()
    step_wanted = Signal(bool)
    """The cause (False) or the effect (True) of what is selected."""
    focus_wanted = Signal()
    moved = Signal()
    """The person moved the window: it follows the clock no longer."""

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
        self._drag: tuple[QPointF, tuple[int, int], int] | None = None
        self._pointer_x: float | None = None
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

    # --- the mouse ---------------------------------------------------------------------------------------------------

    def bar_at(self, at: QPointF) -> int:
        """The place in the picture of the bar at a point, the innermost of several; -1 for none."""
        if not len(self._rects) or at.x() < self.left - 2:
            return -1
        left, top, width, height = self._rects.T
        hit = (at.x() >= left - 1.5) & (at.x() <= left + width + 1.5) & (at.y() >= top) & (at.y() <= top + height)
        found = np.flatnonzero(hit)
        return int(found[np.lexsort((found, self.picture.depth[found]))[-1]]) if len(found) else -1

    def lane_at(self, y: float) -> int:
        """The lane at a height, -1 for none."""
        place = int(self._tops().searchsorted(y, side="right")) - 1
        return place if 0 <= place < len(self.picture.lanes) else -1

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            super().wheelEvent(event)
            return
        turn = event.angleDelta().y() or event.angleDelta().x()
        if turn:
            self.zoom(ZOOM ** (-turn / 120), event.position().x())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        at = event.position()
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            shifted = event.modifiers() & Qt.KeyboardModifier.ShiftModifier
            self.set_marker("B" if shifted else "A", self.instant(at.x()))
        elif (place := self.bar_at(at)) >= 0:
            self.choose(place)
        elif at.x() < self.left and (lane := self.lane_at(at.y())) >= 0:
            self._choose_lane(lane)
        else:
            self._drag = (at, self.window_ns, self.verticalScrollBar().value())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        at = event.position()
        self._pointer_x = at.x()
        if self._drag is not None:
            began, window, scrolled = self._drag
            shift = round((began.x() - at.x()) * (window[1] - window[0]) / max(1.0, self.right - self.left))
            self.verticalScrollBar().setValue(round(scrolled + began.y() - at.y()))
            self.moved.emit()
            self.set_window(window[0] + shift, window[1] + shift, keep=False)
            return
        place = self.bar_at(at)
        self.hovered.emit(*(("", 0) if place < 0 else (self.picture.kind, int(self.picture.identity[place]))))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._drag is not None and self._drag[1] != self.window_ns:
            self._past = [*self._past[1 - HISTORY :], self._drag[1]]
        self._drag = None

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and event.position().x() >= self.left:
            self.time_wanted.emit(max(0, self.instant(event.position().x())))

    def leaveEvent(self, event: QEvent) -> None:
        self._pointer_x = None
        self.hovered.emit("", 0)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            place = self.bar_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.words_of(place) if place >= 0 else "", self)
            return True
        return super().viewportEvent(event)

    # --- the keyboard ------------------------------------------------------------------------------------------------

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride and self._is_own(event):
            event.accept()
            return True
        return super().event(event)

    def _is_own(self, event: QKeyEvent) -> bool:
        """Whether a key is the canvas's, and no shortcut of the window's, while it has the keyboard."""
        modifiers = event.modifiers() & ~(Qt.KeyboardModifier.KeypadModifier | Qt.KeyboardModifier.ShiftModifier)
        if modifiers == Qt.KeyboardModifier.AltModifier:
            return event.key() in (Qt.Key.Key_A, Qt.Key.Key_B)
        return not modifiers and (bool(place_of(event)) or event.key() in OWN_KEYS)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if not self._is_own(event):
            super().keyPressEvent(event)
            return
        if event.modifiers() & Qt.KeyboardModifier.AltModifier:
            self.set_marker("A" if event.key() == Qt.Key.Key_A else "B", self._instant_here())
            return
        place = place_of(event)
        if place in ("W", "S"):
            self.zoom(1 / ZOOM if place == "W" else ZOOM, self._pointer_x)
        elif place in ("A", "D"):
            self.pan(-PAN if place == "A" else PAN)
        else:
            self._do_key(event.key())

    def _do_key(self, key: int) -> None:
        match key:
            case Qt.Key.Key_Left | Qt.Key.Key_Right:
                self.pan(-PAN if key == Qt.Key.Key_Left else PAN)
            case Qt.Key.Key_F:
                self.focus_selected()
            case Qt.Key.Key_Comma | Qt.Key.Key_Period:
                self.step_along(key == Qt.Key.Key_Period)
            case Qt.Key.Key_BracketLeft | Qt.Key.Key_BracketRight:
                self.step_wanted.emit(key == Qt.Key.Key_BracketRight)
            case Qt.Key.Key_Up | Qt.Key.Key_Down:
                self.step_across(1 if key == Qt.Key.Key_Down else -1)
            case Qt.Key.Key_PageUp | Qt.Key.Key_PageDown:
                bar = self.verticalScrollBar()
                bar.setValue(bar.value() + (bar.pageStep() if key == Qt.Key.Key_PageDown else -bar.pageStep()))
            case Qt.Key.Key_Backspace:
                self.moved.emit()
                self.go_back()
            case Qt.Key.Key_M:
                self.bookmark_wanted.emit()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter:
                self.time_wanted.emit(max(0, self._instant_here()))

    # --- what both do ------------------------------------------------------------------------------------------------

    def zoom(self, by: float, x: float | None = None) -> None:
        """Make the window `by` times as long about a place, or about its middle."""
        first, last = self.window_ns
        about = (first + last) / 2 if x is None or not self.left <= x <= self.right else self.instant(x)
        span = max(LEAST_NS, (last - first) * by)
        share = (about - first) / (last - first)
        self.moved.emit()
        self.set_window(round(about - span * share), round(about + span * (1 - share)))

    def pan(self, share: float) -> None:
        """Move the window by a share of its length."""
        first, last = self.window_ns
        shift = round((last - first) * share)
        self.moved.emit()
        self.set_window(first + shift, last + shift, keep=False)

    def set_marker(self, letter: str, at_ns: int) -> None:
        """Put a marker at an instant; where it stands already, take it away."""
        at_ns = max(0, at_ns)
        if self.markers_ns.get(letter) == at_ns:
            del self.markers_ns[letter]
        else:
            self.markers_ns[letter] = at_ns
        self._size_up()
        self.viewport().update()

    def focus_selected(self) -> None:
        """Go to what is selected, and the second time to everything."""
        place = self.selected_bar()
        if place < 0:
            self.focus_wanted.emit()
            return
        start, end = int(self.picture.start_ns[place]), int(self.picture.end_ns[place])
        span = max(end - start, LEAST_NS)
        wanted = (start - span // 2, start - span // 2 + 2 * span)
        self.moved.emit()
        if self.window_ns == (max(-span, wanted[0]), max(-span, wanted[0]) + 2 * span):
            self.fit()
        else:
            self.set_window(*wanted)

    def selected_bar(self) -> int:
        """The bar of what is selected, the one that lies nearest to the middle of the window; -1 for none."""
        found = np.flatnonzero(self._is_selected())
        if not len(found):
            return -1
        middle = sum(self.window_ns) / 2
        away = np.abs((self.picture.start_ns[found] + self.picture.end_ns[found]) / 2 - middle)
        return int(found[away.argmin()])

    def step_along(self, forward: bool) -> None:
        """Select the bar after or before the selected one on its lane; the nearest to the middle if none is."""
        place = self.selected_bar()
        if place < 0:
            self._choose_nearest(range(len(self.picture.lanes)))
            return
        lane = np.flatnonzero(self.picture.lane == self.picture.lane[place])
        lane = lane[self.picture.start_ns[lane].argsort(kind="stable")]
        at = int(np.flatnonzero(lane == place)[0]) + (1 if forward else -1)
        if 0 <= at < len(lane):
            self.choose(int(lane[at]))

    def step_across(self, by: int) -> None:
        """Select a bar of the next or the previous lane that has any."""
        place = self.selected_bar()
        lane = int(self.picture.lane[place]) + by if place >= 0 else 0
        self._choose_nearest(range(lane, len(self.picture.lanes)) if by > 0 else range(lane, -1, -1))

    def _choose_nearest(self, lanes: Sequence[int]) -> None:
        middle = sum(self.window_ns) / 2
        for lane in lanes:
            found = np.flatnonzero(self.picture.lane == lane)
            if len(found):
                away = np.abs((self.picture.start_ns[found] + self.picture.end_ns[found]) / 2 - middle)
                self.choose(int(found[away.argmin()]))
                return

    def choose(self, place: int) -> None:
        """Select what a bar stands for, and bring it into the window."""
        self.chosen.emit(self.picture.kind, int(self.picture.identity[place]))
        start, end = int(self.picture.start_ns[place]), int(self.picture.end_ns[place])
        first, last = self.window_ns
        if end < first or start > last:
            self.moved.emit()
            self.set_window(start - (last - first) // 2, start + (last - first) // 2)
        self._show_lane(int(self.picture.lane[place]))

    def _show_lane(self, lane: int) -> None:
        tops, bar = self._tops(), self.verticalScrollBar()
        low, high = self.theme.px(HEAD), self.viewport().height() - self.foot
        if tops[lane] < low:
            bar.setValue(round(bar.value() + tops[lane] - low))
        elif tops[lane + 1] > high:
            bar.setValue(round(bar.value() + tops[lane + 1] - high))

    def _choose_lane(self, lane: int) -> None:
        chosen = self.picture.lanes[lane]
        if chosen.kind != "processor":
            self.chosen.emit(chosen.kind, chosen.identity)

    def _instant_here(self) -> int:
        """Where a marker or a jump goes by key: the start of what is selected, or the clock."""
        place = self.selected_bar()
        return int(self.picture.start_ns[place]) if place >= 0 else self.clock_ns

    def words_of(self, place: int) -> str:
        """A bar in a sentence."""
        picture = self.picture
        start, end = int(picture.start_ns[place]), int(picture.end_ns[place])
        what = f"thread {picture.number[place]}"
        if picture.kind == "call":
            what = f"call {picture.identity[place]} by {what}"
        lane = picture.lanes[int(picture.lane[place])].words
        return f"{what}, {lane}: {format_duration(end - start)} from {format_clock(start)}"
