"""Hatches: the pattern that tells a phase where its hue does not.

A hatch is a texture of 8 by 8 px with lines of 1.2 px, painted at the pixel ratio of the device so that it is crisp,
and laid from the corner of what it fills, so that it does not swim while the view is panned.

Limits: a texture grows with the painter's transform; what must keep its pitch under zoom sets a transform of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPainterPath, QPen, QPixmap, QTransform

from views.kit.path_text import path_from_text
from views.kit.theme import faded

PITCH = 8
LINE_WIDTH = 1.2

HATCH_LINES: Mapping[str, str] = {
    "vertical": "M1.5 -1V9M5.5 -1V9",
    "diagonal": "M-2 10L10 -2M-2 2L2 -2M6 10L10 6",
    "crosshatch": "M-2 10L10 -2M-2 -2L10 10",
}


def fill_hatched(painter: QPainter, area: QRectF | QPainterPath, pattern: str, color: QColor, strength: float) -> None:
    """Lay a hatch over an area, its origin at the area's corner; `plain` lays none.

    `strength` is `theme.texture.on_tint` over a tint (with the mark) and `on_mark` over a mark (with its `on`).
    """
    if pattern == "plain":
        return
    path = area if isinstance(area, QPainterPath) else _rectangle(area)
    ratio = painter.device().devicePixelRatioF()
    painter.save()
    painter.setBrushOrigin(path.boundingRect().topLeft())
    painter.fillPath(path, hatch_brush(pattern, color, strength, ratio))
    painter.restore()


def hatch_brush(pattern: str, color: QColor, strength: float, ratio: float = 1.0) -> QBrush:
    """The brush of a pattern (`plain`, `vertical`, `diagonal`, `crosshatch`) for a device pixel ratio.

    Set the painter's brush origin to the corner of the item first: `set_hatch_origin`.
    """
    if pattern == "plain":
        return QBrush(Qt.BrushStyle.NoBrush)
    return QBrush(_brush(pattern, color.rgba(), round(strength, 3), ratio))


def set_hatch_origin(painter: QPainter, corner: QPointF) -> None:
    """Let hatches begin at the corner of an item."""
    painter.setBrushOrigin(corner)


def _rectangle(rect: QRectF) -> QPainterPath:
    path = QPainterPath()
    path.addRect(rect)
    return path


@lru_cache(maxsize=128)
def _brush(pattern: str, rgba: int, strength: float, ratio: float) -> QBrush:
    side = max(PITCH, round(PITCH * ratio))
    pixmap = QPixmap(side, side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.scale(side / PITCH, side / PITCH)
    painter.setPen(QPen(faded(QColor.fromRgba(rgba), strength), LINE_WIDTH))
    painter.drawPath(_lines(pattern))
    painter.end()
    brush = QBrush(pixmap)
    brush.setTransform(QTransform.fromScale(PITCH / side, PITCH / side))
    return brush


@lru_cache(maxsize=8)
def _lines(pattern: str) -> QPainterPath:
    return path_from_text(HATCH_LINES[pattern])
