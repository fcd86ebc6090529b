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
from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QKeyEvent, QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QToolTip, QWidget

from views.kit.format import format_clock, format_duration
from views.kit.lanes_drawing import HEAD, HISTORY, LEAST_NS, Band, LanesDrawing
from views.kit.physical_keys import place_of
from views.kit.theme import Theme

__all__ = ["Band", "LanesCanvas"]

ZOOM: Final = 1.25
PAN: Final = 0.15
OWN_KEYS: Final = frozenset((
    Qt.Key.Key_F, Qt.Key.Key_Comma, Qt.Key.Key_Period, Qt.Key.Key_BracketLeft, Qt.Key.Key_BracketRight, Qt.Key.Key_M,
    Qt.Key.Key_Backspace, Qt.Key.Key_Left, Qt.Key.Key_Right, Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_Return,
    Qt.Key.Key_Enter, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown,
))  # fmt: skip


class LanesCanvas(LanesDrawing):
    """The drawing, and what a person does with it."""

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
        super().__init__(theme, parent)
        self._drag: tuple[QPointF, tuple[int, int], int] | None = None
        self._pointer_x: float | None = None

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
