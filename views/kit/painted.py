"""How the shared widgets are drawn: boxes on half pixels, the ring of the keyboard, words that fit.

Limits: for the kit's own widgets; a view that needs a box of another kind draws it itself.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPen

from views.kit.typography import elide_middle

TARGET = 28  # px: the least side of what the mouse must hit
PADDING = 16
RING_REASONS = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.OtherFocusReason,
)
"""How the keyboard comes to a widget; a click shows no ring, since the pointer is there already."""


def paint_box(painter: QPainter, rect: QRectF, radius: float, fill: QColor, border: QColor, width: float = 1.0) -> None:
    """A rounded box whose line lies within its rectangle, on half pixels so that it is crisp."""
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(border, width))
    painter.setBrush(fill)
    half = width / 2
    painter.drawRoundedRect(rect.adjusted(half, half, -half, -half), radius, radius)


def paint_inner_ring(painter: QPainter, rect: QRectF, radius: float, color: QColor) -> None:
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(color, 2))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(rect.adjusted(1, 1, -1, -1), radius, radius)


def paint_words(painter: QPainter, area: QRectF, text: str, face: QFont, color: QColor) -> float:
    """Write a line into an area, cut in its middle where it is too long, and return where it ends."""
    measure = QFontMetricsF(face)
    shown = elide_middle(text, measure, area.width())
    painter.setFont(face)
    painter.setPen(color)
    painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, shown)
    return area.left() + measure.horizontalAdvance(shown)
