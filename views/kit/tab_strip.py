"""The names of panels that share a place, one of them in front.

A QTabBar to the keyboard and to screen readers (arrows go from one to the next); painted after the theme: the one in
front is written in ink with a line beneath, the others in grey.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QTabBar, QWidget

from views.kit.painted import RING_REASONS, paint_inner_ring
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, SEMIBOLD, font, text_width
from views.kit.writing import Writer, Written

HEIGHT = 30
PADDING = 12


class TabStrip(QTabBar):
    """A row of names; `currentChanged` tells the one that is in front now."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._ringed = False
        self.written: list[Written] = []
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setUsesScrollButtons(True)
        self.setElideMode(Qt.TextElideMode.ElideNone)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setMouseTracking(True)
        self.setAccessibleName("Panels in this place")

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.setPalette(theme.palette())
        self.setFont(font("label", theme.scale))
        self.updateGeometry()
        self.update()

    def tabSizeHint(self, index: int) -> QSize:
        width = text_width(self.tabText(index), "label", self._theme.scale, weight=SEMIBOLD)
        return QSize(round(width + self._theme.px(2 * PADDING)), round(self._theme.px(HEIGHT)))

    def minimumTabSizeHint(self, index: int) -> QSize:
        return self.tabSizeHint(index)

    def paintEvent(self, _: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.surface.panel)
        line = theme.stroke(1)
        painter.fillRect(QRectF(0, self.height() - line, self.width(), line), theme.line.subtle)
        writer = Writer(painter, theme)
        for index in range(self.count()):
            area = QRectF(self.tabRect(index))
            front = index == self.currentIndex()
            over = area.contains(self.mapFromGlobal(self.cursor().pos())) and self.underMouse()
            colour = theme.text.primary if front or over else theme.text.secondary
            words = area.adjusted(px(PADDING) - 1, 0, 1 - px(PADDING), 0)
            writer.line(words, self.tabText(index), colour=colour, weight=SEMIBOLD if front else MEDIUM, middle=True)
            if front:
                mark = QRectF(area.left() + px(PADDING), area.bottom() - px(2), area.width() - px(2 * PADDING), px(2))
                painter.fillRect(mark, theme.accent.fill)
                if self._ringed:
                    paint_inner_ring(painter, area.adjusted(3, 3, -3, -3), px(5), theme.focus.ring)
        painter.end()
        self.written = writer.written

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in RING_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        super().focusOutEvent(event)
