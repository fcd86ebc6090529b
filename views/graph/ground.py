"""The canvas under the graph, with its dots; they keep their distance at every zoom and move with the graph."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPixmap

from views.kit.theme import Theme

PITCH = 24
RADIUS = 1.0


def paint_ground(painter: QPainter, theme: Theme, part: QRect, origin: QPointF) -> None:
    """Paint a rectangle of the viewport; `origin` is where the scene's zero lies in it."""
    painter.fillRect(part, theme.surface.canvas)
    if theme.texture.grid_dots:
        ratio = painter.device().devicePixelRatio()
        painter.setBrushOrigin(QPointF(origin.x() % PITCH, origin.y() % PITCH))
        painter.fillRect(part, _dots(theme.line.grid.rgba(), ratio))


@lru_cache(maxsize=16)
def _dots(rgba: int, ratio: float) -> QBrush:
    side = round(PITCH * ratio)
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.scale(side / PITCH, side / PITCH)
    # A disc of radius 1 about a corner of four pixels is those four pixels; smoothed it would be paler than its token.
    dot = QRectF(PITCH / 2 - RADIUS, PITCH / 2 - RADIUS, 2 * RADIUS, 2 * RADIUS)
    painter.fillRect(dot, QColor.fromRgba(rgba))
    painter.end()
    pixmap.setDevicePixelRatio(side / PITCH)
    return QBrush(pixmap)
