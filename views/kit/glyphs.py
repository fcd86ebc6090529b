"""Every shape that carries a meaning, and every icon, by name; painted as paths, never as bitmaps.

A meaning is told by shape as well as by colour, so the shapes live in one place: the phases (chevrons, bars, arrow
into a wall, check, cross), the fates of a call (ring, ringed disc, disc with a loop, square, wedge), generations
(disc, half disc, quarter disc), the invariant light, and the icons of panels and transport.

Each shape is drawn once in a box of 16 by 16 and scaled to where it is painted. Three kinds of shape have three ways
to fill the box:

    icon    lines of 1.4 px with round ends, 2.5 px from the box's edge
    sign    a phase or an outcome; in a box of 16 it has the size 12 (`sign_rect` for another)
    dot     a thread; in a box of 16 it has the radius 5 (`dot_rect` for another), its ring 1.3 px at any size

Limits: one colour a shape. The invariant light has its check cut out, or painted in a second colour when one is given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPainterPath, QPainterPathStroker, QPen, QPixmap, QTransform

from views.kit.path_text import path_from_text
from views.kit.theme import Theme

BOX = 16.0
ICON_STROKE = 1.4
SIGN_SIZE = 12.0  # the size of a sign in the box
DOT_RADIUS = 5.0  # the radius of a dot in the box
ICON_RATIOS = (1.0, 1.25, 1.5, 2.0, 3.0)  # the pixel ratios at which an icon is painted beforehand


@dataclass(frozen=True)
class Shape:
    """A shape in the box: what is filled, what is stroked, how wide, and what is cut out of the fill.

    `stroke_px` is a width that does not grow with the shape, but for `stroke` when that is the greater.
    """

    fill: QPainterPath = field(default_factory=QPainterPath)
    line: QPainterPath = field(default_factory=QPainterPath)
    stroke: float = 0.0
    stroke_px: float = 0.0
    inner: QPainterPath = field(default_factory=QPainterPath)


ICON_LINES: Mapping[str, str] = {
    # implementations and parts of the system
    "pages": "M5.5 2.5h5l2.5 2.5v6M3 5h5.5l2 2v6.5H3z",
    "grid": "M2.5 2.5h4.5v4.5H2.5zM9 2.5h4.5v4.5H9zM2.5 9h4.5v4.5H2.5zM9 9h4.5v4.5H9z",
    "lines": "M2.5 4h11M2.5 8h8M2.5 12h5M11.5 10l2 2-2 2",
    "folder": "M2.5 12.5v-9h4l1.5 2h5.5v7z",
    "pager": "M3 3h10v3H3zM3 8.2h10M3 11h10M3 13.5h6",
    "counter": "M2.5 4.5h11v7h-11zM6.2 4.5v7M9.8 4.5v7",
    "timer": "M8 13.5a5 5 0 1 0 0-10a5 5 0 0 0 0 10zM8 6v2.8l1.8 1.2M6.5 1.8h3",
    "eye": "M1.8 8c2.8-5 9.6-5 12.4 0c-2.8 5-9.6 5-12.4 0zM8 9.8a1.8 1.8 0 1 0 0-3.6a1.8 1.8 0 0 0 0 3.6z",
    "terminal": "M2.5 3h11v8h-11zM5.5 13.5h5M4.8 5.6l1.8 1.5-1.8 1.5",
    "lock": "M4 7.5h8v6H4zM5.6 7.5V5.4a2.4 2.4 0 0 1 4.8 0v2.1",
    "shell": "M2.5 5.5a3 3 0 0 1 3-3h5a3 3 0 0 1 3 3v5a3 3 0 0 1-3 3h-5a3 3 0 0 1-3-3zM5.5 5.5h5v5h-5z",
    # what a panel offers
    "search": "M7 11.5a4.5 4.5 0 1 0 0-9a4.5 4.5 0 0 0 0 9zM10.3 10.3L13.5 13.5",
    "pin": "M6 2.5h4l-.5 4 2 2.5h-7l2-2.5zM8 9v4.5",
    "flag": "M4 13.5v-11h7.5l-1.8 2.8 1.8 2.7H4",
    "undo": "M5.5 3.5L3 6l2.5 2.5M3.2 6h6a3.6 3.6 0 0 1 0 7.2H6",
    "redo": "M10.5 3.5L13 6l-2.5 2.5M12.8 6h-6a3.6 3.6 0 0 0 0 7.2H10",
    "copy": "M5.5 5.5h7.5v8H5.5zM3 10.5v-8h7.5",
    "monitor": "M2.5 3.5h11v7.5h-11zM8 11v2.5M5.5 13.5h5",
    "contrast": "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M8 2.5v11M8 5.2l4.3 0M8 8h5.4M8 10.8h4.3",
    "help": "M5.6 6a2.4 2.4 0 1 1 3.6 2.1c-.8.5-1.2 1-1.2 1.9M8 12.6v.1",
    "close": "M4.5 4.5l7 7M11.5 4.5l-7 7",
    "plus": "M8 3.5v9M3.5 8h9",
    "minus": "M3.5 8h9",
    "fit": "M3 6V3h3M10 3h3v3M13 10v3h-3M6 13H3v-3",
    "chevron_right": "M6.5 4.5L10 8l-3.5 3.5",
    "chevron_left": "M9.5 4.5L6 8l3.5 3.5",
    "chevron_down": "M4.5 6.5L8 10l3.5-3.5",
    "chevron_up": "M4.5 9.5L8 6l3.5 3.5",
    # transport
    "step_back": "M10.5 3.5L5 8l5.5 4.5z",
    "step_forward": "M5.5 3.5L11 8l-5.5 4.5z",
    "to_start": "M4 3.5v9M12.5 3.5L6.5 8l6 4.5z",
    "to_end": "M12 3.5v9M3.5 3.5l6 4.5-6 4.5z",
}

ICON_FILLS: Mapping[str, str] = {
    "play": "M5 3l8 5-8 5z",
    "pause": "M4.5 3h2.6v10H4.5zM8.9 3h2.6v10H8.9z",
    "grip": "M5.1 4.8a.9.9 0 0 1 1.8 0a.9.9 0 0 1-1.8 0zM9.1 4.8a.9.9 0 0 1 1.8 0a.9.9 0 0 1-1.8 0z"
    "M5.1 8a.9.9 0 0 1 1.8 0a.9.9 0 0 1-1.8 0zM9.1 8a.9.9 0 0 1 1.8 0a.9.9 0 0 1-1.8 0z"
    "M5.1 11.2a.9.9 0 0 1 1.8 0a.9.9 0 0 1-1.8 0zM9.1 11.2a.9.9 0 0 1 1.8 0a.9.9 0 0 1-1.8 0z",
}

# In units of the sign's size, from its centre: the path and the width of its line.
SIGN_LINES: Mapping[str, tuple[str, float]] = {
    "chevrons": ("M-.32 -.36L.02 0L-.32 .36M.1 -.36L.44 0L.1 .36", 0.16),
    "bars": ("M-.26 -.4V.4M.26 -.4V.4", 0.22),
    "arrow_into": ("M-.5 0H.14M-.14 -.3L.16 0L-.14 .3M.48 -.4V.4", 0.16),
    "check": ("M-.4 .04L-.12 .32L.42 -.28", 0.18),
    "cross": ("M-.34 -.34L.34 .34M.34 -.34L-.34 .34", 0.18),
    "tilde": ("M-.4 .12c.16 -.4 .34 -.36 .46 -.12s.3 .28 .46 -.12", 0.18),
}


def paint_glyph(painter: QPainter, name: str, rect: QRectF, color: QColor, on: QColor | None = None) -> None:
    """Paint the shape of a name in `GLYPH_NAMES` into a rectangle, as large as fits and in its middle.

    `on` paints what a two-coloured shape has inside (the check in the disc); without it the ground shows there.
    """
    shape = shape_of(name)
    side = min(rect.width(), rect.height())
    if side <= 0:
        return
    zoom = side / BOX
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center().x() - side / 2, rect.center().y() - side / 2)
    painter.scale(zoom, zoom)
    if not shape.fill.isEmpty():
        painter.fillPath(shape.fill if shape.inner.isEmpty() else _cut_out(name), color)
    if on is not None and not shape.inner.isEmpty():
        painter.fillPath(shape.inner, on)
    if not shape.line.isEmpty():
        painter.strokePath(shape.line, _pen(shape, color, zoom))
    painter.restore()


def glyph_path(name: str) -> QPainterPath:
    """The whole outline of a shape in the 16 by 16 box, lines as areas, for hit tests and clipping."""
    shape = shape_of(name)
    stroker = QPainterPathStroker(_pen(shape, QColor(), 1.0))
    return (shape.fill + stroker.createStroke(shape.line)).simplified() if not shape.line.isEmpty() else shape.fill


def glyph_icon(name: str, theme: Theme, size: int = 16, color: QColor | None = None) -> QIcon:
    """An icon for menus and tool tips: text.secondary, primary when active or chosen, disabled when it is.

    `color` is for a shape that has a meaning and keeps its colour. It is painted at each of `ICON_RATIOS`.
    """
    text = theme.text
    normal, active = (text.secondary, text.primary) if color is None else (color, color)
    return _icon(name, size, normal.rgba(), active.rgba(), text.disabled.rgba())


def window_icon(theme: Theme) -> QIcon:
    """The mark of the program: two reels, one open and one full, and the cue dot at the upper right."""
    icon = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_mark(painter, QRectF(0, 0, side, side), theme)
        painter.end()
        icon.addPixmap(pixmap)
    return icon


def paint_mark(painter: QPainter, rect: QRectF, theme: Theme) -> None:
    """Paint the mark into a rectangle: ink for the reels, the block phase's mark for the cue dot."""
    zoom = min(rect.width(), rect.height()) / 24
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(rect.center())
    painter.scale(zoom, zoom)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(theme.text.primary, 1.6))
    painter.drawEllipse(QPointF(-4.6, 1.6), 6.2, 6.2)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.text.primary)
    painter.drawEllipse(QPointF(2.4, 1.6), 6.2, 6.2)
    painter.setBrush(theme.phase.block.mark)
    painter.drawEllipse(QPointF(9.6, -6.4), 2.0, 2.0)
    painter.restore()


def sign_rect(x: float, y: float, size: float) -> QRectF:
    """The rectangle for `paint_glyph` that gives a sign of a size about a centre."""
    side = size * BOX / SIGN_SIZE
    return QRectF(x - side / 2, y - side / 2, side, side)


def dot_rect(x: float, y: float, radius: float) -> QRectF:
    """The rectangle for `paint_glyph` that gives a thread's dot of a radius about a centre."""
    side = radius * BOX / DOT_RADIUS
    return QRectF(x - side / 2, y - side / 2, side, side)


@lru_cache(maxsize=128)
def shape_of(name: str) -> Shape:
    """The shape of a name in `GLYPH_NAMES`; raises KeyError for another."""
    if name in ICON_LINES:
        return Shape(line=path_from_text(ICON_LINES[name]), stroke=ICON_STROKE)
    if name in ICON_FILLS:
        return Shape(fill=path_from_text(ICON_FILLS[name]))
    if name in SIGN_LINES:
        text, width = SIGN_LINES[name]
        return Shape(line=_placed(path_from_text(text), SIGN_SIZE), stroke=width * SIGN_SIZE)
    return _BUILT[name]()


@lru_cache(maxsize=16)
def _cut_out(name: str) -> QPainterPath:
    shape = shape_of(name)
    return shape.fill.subtracted(shape.inner)


def _pen(shape: Shape, color: QColor, zoom: float) -> QPen:
    width = max(shape.stroke, shape.stroke_px / zoom)
    return QPen(color, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)


def _placed(path: QPainterPath, size: float) -> QPainterPath:
    """A path about the origin in units of a size, put into the middle of the box."""
    return QTransform(size, 0, 0, size, BOX / 2, BOX / 2).map(path)


def _circle(radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addEllipse(QPointF(BOX / 2, BOX / 2), radius, radius)
    return path


def _slice(radius: float, share: float) -> QPainterPath:
    """A share of a disc, from its top counter-clockwise: its left half for 0.5."""
    middle = QPointF(BOX / 2, BOX / 2)
    path = QPainterPath(middle)
    path.arcTo(QRectF(middle.x() - radius, middle.y() - radius, 2 * radius, 2 * radius), 90, 360 * share)
    path.closeSubpath()
    return path


def _disc() -> Shape:
    return Shape(fill=_circle(0.95 * DOT_RADIUS))


def _part_disc(share: float) -> Shape:
    radius = 0.88 * DOT_RADIUS
    return Shape(fill=_slice(radius, share), line=_circle(radius), stroke_px=1.3)


def _half_disc() -> Shape:
    return _part_disc(0.5)


def _quarter_disc() -> Shape:
    return _part_disc(0.25)


def _ring() -> Shape:
    return Shape(line=_circle(0.84 * DOT_RADIUS), stroke_px=1.7)


def _ringed_disc() -> Shape:
    return Shape(fill=_circle(0.56 * DOT_RADIUS), line=_circle(DOT_RADIUS), stroke_px=1.3)


def _loop() -> Shape:
    """A disc and about it an arrow that comes back to where it began."""
    middle, radius = BOX / 2, 1.2 * DOT_RADIUS
    box = QRectF(middle - radius, middle - radius, 2 * radius, 2 * radius)
    arc = QPainterPath()
    arc.arcMoveTo(box, 25)
    arc.arcTo(box, 25, -263)
    head = _placed(path_from_text("M.0213 -1.4287L-.8987 -1.438L-.3733 -.5973z"), DOT_RADIUS)
    return Shape(fill=_circle(0.56 * DOT_RADIUS) + head, line=arc, stroke=0.16 * DOT_RADIUS, stroke_px=1.3)


def _square() -> Shape:
    half = 0.86 * DOT_RADIUS
    path = QPainterPath()
    path.addRoundedRect(QRectF(BOX / 2 - half, BOX / 2 - half, 2 * half, 2 * half), 1.2, 1.2)
    return Shape(fill=path)


def _wedge() -> Shape:
    path = _placed(path_from_text("M-.75 -.95L1.05 0L-.75 .95z"), DOT_RADIUS)
    return Shape(fill=path, line=path, stroke_px=0.8)


def _disc_check() -> Shape:
    return Shape(fill=_circle(7.0), inner=_sign_area("check", 7.6, 0.18))


def _octagon_cross() -> Shape:
    octagon = path_from_text("M5 1h6l4 4v6l-4 4h-6l-4-4v-6z")
    return Shape(fill=octagon, inner=_sign_area("cross", 7.2, 0.18))


def _sign_area(name: str, size: float, width: float) -> QPainterPath:
    stroker = QPainterPathStroker(_pen(Shape(stroke=width * size), QColor(), 1.0))
    return stroker.createStroke(_placed(path_from_text(SIGN_LINES[name][0]), size)).simplified()


_BUILT: Mapping[str, Callable[[], Shape]] = {
    "disc": _disc,
    "half_disc": _half_disc,
    "quarter_disc": _quarter_disc,
    "ring": _ring,
    "ringed_disc": _ringed_disc,
    "loop": _loop,
    "square": _square,
    "wedge": _wedge,
    "disc_check": _disc_check,
    "octagon_cross": _octagon_cross,
}

DOT_NAMES = ("ring", "ringed_disc", "loop", "square", "wedge", "disc", "half_disc", "quarter_disc")
SIGN_NAMES = (*SIGN_LINES, "disc_check", "octagon_cross")
ICON_NAMES = (*ICON_LINES, *ICON_FILLS)
GLYPH_NAMES = (*SIGN_NAMES, *DOT_NAMES, *ICON_NAMES)


@lru_cache(maxsize=512)
def _icon(name: str, size: int, normal: int, active: int, disabled: int) -> QIcon:
    icon = QIcon()
    modes = {
        QIcon.Mode.Normal: normal,
        QIcon.Mode.Active: active,
        QIcon.Mode.Selected: active,
        QIcon.Mode.Disabled: disabled,
    }
    for mode, rgba in modes.items():
        for ratio in ICON_RATIOS:
            icon.addPixmap(glyph_pixmap(name, size, QColor.fromRgba(rgba), ratio), mode)
    return icon


def glyph_pixmap(name: str, size: int, color: QColor, ratio: float = 1.0) -> QPixmap:
    """A shape on a clear ground, `size` px square at a device pixel ratio."""
    pixmap = QPixmap(QSize(round(size * ratio), round(size * ratio)))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    paint_glyph(painter, name, QRectF(0, 0, size, size), color)
    painter.end()
    return pixmap
