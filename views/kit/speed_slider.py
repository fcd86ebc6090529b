"""The speed of the run on a log scale: how much simulated time passes in a second on the wall.

    Speed                     1 : 200 000 asked
    ----------o--------------------------------
              '         '         '

An octave is the same step everywhere, so one slider reaches from a nanosecond at a time to real time.
"""

from __future__ import annotations

import math
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QSlider, QWidget

from views.kit.format import GAP, format_count
from views.kit.painted import RING_REASONS
from views.kit.playback_control import FASTEST_PACE, SLOWEST_PACE
from views.kit.theme import Theme
from views.kit.typography import MEDIUM
from views.kit.writing import Writer, Written

STEPS: Final = 800
"""Steps of the slider: a hundred for each power of ten."""
EDGE: Final = 8
HANDLE: Final = 6


def step_of(pace: float) -> int:
    """The slider's step for a pace in ns a second."""
    share = math.log(max(pace, SLOWEST_PACE) / SLOWEST_PACE) / math.log(FASTEST_PACE / SLOWEST_PACE)
    return round(min(1.0, share) * STEPS)


def pace_of(step: int) -> float:
    """The pace at a step of the slider."""
    return SLOWEST_PACE * (FASTEST_PACE / SLOWEST_PACE) ** (step / STEPS)


def ratio_words(pace: float) -> str:
    """A pace as simulated to real time, in two figures: "1 : 200 000"."""
    if pace <= 0:
        return f"0{GAP}:{GAP}1"
    slower = 1e9 / pace
    if slower < 0.95:
        return f"{_two_figures(1 / slower)}{GAP}:{GAP}1"
    return f"1{GAP}:{GAP}{_two_figures(slower)}"


def _two_figures(number: float) -> str:
    digits = max(0, math.floor(math.log10(max(number, 1.0))) - 1)
    return format_count(round(number / 10**digits) * 10**digits)


class SpeedSlider(QSlider):
    """Arrows and Page keys go by steps; `pace_chosen` comes while it is moved by a person."""

    pace_chosen = Signal(float)

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self._asked = 0.0
        self._ringed = False
        self.written: list[Written] = []
        self.setRange(0, STEPS)
        self.setSingleStep(10)
        self.setPageStep(100)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Speed")
        self.valueChanged.connect(self._moved)

    def set_pace(self, pace: float) -> None:
        """Show the asked pace without telling anybody."""
        if pace == self._asked:
            return
        self._asked = pace
        self.setAccessibleDescription(f"{ratio_words(pace)} asked")
        blocked = self.blockSignals(True)
        self.setValue(step_of(pace))
        self.blockSignals(blocked)
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    @Slot(int)
    def _moved(self, step: int) -> None:
        self._asked = pace_of(step)
        self.setAccessibleDescription(f"{ratio_words(self._asked)} asked")
        self.pace_chosen.emit(self._asked)

    def sizeHint(self) -> QSize:
        return QSize(round(self._theme.px(250 + 2 * EDGE)), round(self._theme.px(44)))

    def minimumSizeHint(self) -> QSize:
        return QSize(round(self._theme.px(168)), round(self._theme.px(44)))

    def _groove(self) -> QRectF:
        px = self._theme.px
        return QRectF(px(EDGE), px(28), self.width() - px(2 * EDGE), 0)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        theme, px, groove = self._theme, self._theme.px, self._groove()
        writer = Writer(painter, theme)
        words = QRectF(groove.left(), px(4), groove.width(), px(16))
        asked = f"{ratio_words(self._asked)} asked"
        took = writer.line(words, asked, "small", theme.text.secondary, right=True)
        writer.line(words.adjusted(0, 0, -took - px(8), 0), "Speed", "small", theme.text.secondary, weight=MEDIUM)
        x, y = groove.left() + groove.width() * self.value() / STEPS, groove.top()
        cap = Qt.PenCapStyle.RoundCap
        painter.setPen(QPen(theme.line.strong, theme.stroke(2), Qt.PenStyle.SolidLine, cap))
        painter.drawLine(QPointF(groove.left(), y), QPointF(groove.right(), y))
        painter.setPen(QPen(theme.accent.fill, theme.stroke(2), Qt.PenStyle.SolidLine, cap))
        painter.drawLine(QPointF(groove.left(), y), QPointF(x, y))
        painter.setPen(QPen(theme.line.strong, theme.stroke(1)))
        for share in (0.25, 0.5, 0.75):
            at = round(groove.left() + groove.width() * share) + 0.5
            painter.drawLine(QPointF(at, y + px(6)), QPointF(at, y + px(9)))
        painter.setPen(QPen(theme.accent.fill, theme.stroke(2)))
        hovered = self.underMouse() or self.isSliderDown()
        painter.setBrush(theme.surface.hover if hovered else theme.surface.raised)
        painter.drawEllipse(QPointF(x, y), px(HANDLE), px(HANDLE))
        if self._ringed:
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(QPen(theme.focus.ring, theme.stroke(2)))
            painter.drawEllipse(QPointF(x, y), px(HANDLE + 4), px(HANDLE + 4))
        painter.end()
        self.written = writer.written

    def _go_to(self, event: QMouseEvent) -> None:
        groove = self._groove()
        self.setValue(round((event.position().x() - groove.left()) / max(1.0, groove.width()) * STEPS))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.setSliderDown(True)
            self._go_to(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self.isSliderDown():
            self._go_to(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self.setSliderDown(False)
        self.update()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in RING_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        super().focusOutEvent(event)
