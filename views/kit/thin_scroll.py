"""A scroll bar that keeps to itself: a thin rounded handle without a groove, stronger under the pointer."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractScrollArea, QScrollBar, QStyle, QStyleOptionSlider, QWidget

from views.kit.theme import Theme

THICKNESS = 10


class ThinScrollBar(QScrollBar):
    """The place of what is seen in what there is."""

    def __init__(self, orientation: Qt.Orientation, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(orientation, parent)
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        side = round(self._theme.px(THICKNESS))
        return QSize(side, side)

    def paintEvent(self, _: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.surface.panel)
        if self.maximum() <= self.minimum():
            return
        option = QStyleOptionSlider()
        self.initStyleOption(option)
        control, handle = QStyle.ComplexControl.CC_ScrollBar, QStyle.SubControl.SC_ScrollBarSlider
        place = QRectF(self.style().subControlRect(control, option, handle, self))
        slim = (
            place.adjusted(3, 2, -3, -2)
            if self.orientation() == Qt.Orientation.Vertical
            else place.adjusted(2, 3, -2, -3)
        )
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.line.strong if self.underMouse() or self.isSliderDown() else theme.line.regular)
        radius = min(slim.width(), slim.height()) / 2
        painter.drawRoundedRect(slim, radius, radius)


def scroll_thinly(area: QAbstractScrollArea, theme: Theme) -> None:
    """Give an area thin bars in a theme; again after the theme has changed."""
    for orientation, bar, put in (
        (Qt.Orientation.Vertical, area.verticalScrollBar(), area.setVerticalScrollBar),
        (Qt.Orientation.Horizontal, area.horizontalScrollBar(), area.setHorizontalScrollBar),
    ):
        if isinstance(bar, ThinScrollBar):
            bar.set_theme(theme)
        else:
            put(ThinScrollBar(orientation, theme, area))
    if area.cornerWidget() is None:
        area.setCornerWidget(QWidget(area))
        area.cornerWidget().setAutoFillBackground(True)
    area.cornerWidget().setPalette(theme.palette())
    area.cornerWidget().setBackgroundRole(QPalette.ColorRole.Base)
