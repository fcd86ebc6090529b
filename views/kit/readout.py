"""The clock of the run, large, and beside it where on the trace the person stands.

2.418 306 ms     event 48 211
                 at the head, recording
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.kit.format import clock_digits
from views.kit.theme import Theme
from views.kit.typography import text_width
from views.kit.writing import Writer, Written

HEIGHT: Final = 44


class Readout(QWidget):
    """Clock and place; it never jumps sideways, for digits are of one width and the place has its own column."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._clock_ns = 0
        self._place = ""
        self._words: tuple[str, ...] = ("",)
        self.brief = False
        """Leave the place out, where the window is narrow."""
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Clock")

    def show_place(self, clock_ns: int, place: str, words: tuple[str, ...]) -> None:
        """Show the clock, the event's number, and the first of the words that fits."""
        if len(clock_digits(clock_ns)) != len(clock_digits(self._clock_ns)):
            self.updateGeometry()
        if words != self._words:
            self.setToolTip(words[0])
            self.setAccessibleDescription(words[0])
            self._words = words
            self.updateGeometry()
        self._clock_ns, self._place = clock_ns, place
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def _clock_width(self) -> float:
        px, scale = self._theme.px, self._theme.scale
        digits = "8" * len(clock_digits(self._clock_ns).replace(".", "").replace("\u202f", ""))
        widest = text_width(f"{digits[:-6] or '8'}.{digits[-6:-3]}\u202f{digits[-3:]}", "readout", scale)
        return widest + px(6) + text_width("ms", "body", scale)

    def sizeHint(self) -> QSize:
        px, scale = self._theme.px, self._theme.scale
        beside = 0.0 if self.brief else px(20) + text_width(self._words[0], "small", scale)
        return QSize(round(self._clock_width() + beside + px(4)), round(px(HEIGHT)))

    def minimumSizeHint(self) -> QSize:
        px, scale = self._theme.px, self._theme.scale
        beside = 0.0 if self.brief else px(20) + text_width(self._words[-1], "small", scale)
        return QSize(round(self._clock_width() + beside + px(4)), round(px(HEIGHT)))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px, scale = self._theme, self._theme.px, self._theme.scale
        writer = Writer(painter, theme)
        clock = QRectF(0, px(10), self.width(), px(24))
        took = writer.line(clock, clock_digits(self._clock_ns), "readout")
        unit = QRectF(took + px(6), px(13), px(30), px(20))
        writer.line(unit, "ms", "body", theme.text.tertiary)
        left = self._clock_width() + px(20)
        room = self.width() - left
        if not self.brief and room > px(40):
            words = next((each for each in self._words if text_width(each, "small", scale) <= room), self._words[-1])
            writer.line(QRectF(left, px(7), room, px(14)), self._place, "small", theme.text.secondary)
            writer.line(QRectF(left, px(22), room, px(14)), words, "small", theme.text.tertiary)
        painter.end()
        self.written = writer.written
