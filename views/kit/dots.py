"""Threads as dots: ten thousand of them in one call, from numpy columns, without an object per dot.

The nine ways in which a thread can look (five fates in a swap, four generations outside one) are painted once into an
atlas at the pixel ratio of the device; a frame is then one `drawPixmapFragments`. Each tile has the dot with a halo of
the ground about it, so that dots that touch stay apart; above `CROWD` dots the tiles without halo are used, since the
halos would then rub out their neighbours.

              untracked tracked recursive blocked released  generation 0  1  2  3
    halo          ◯        ◉        ↻        ■        ▶           ●  ◐  ◔  ◔
    no halo       ◯        ◉        ↻        ■        ▶           ●  ◐  ◔  ◔

Dots are put on whole pixels of the device: a blit without scaling is ten times as fast as one with, and at the speeds
shown nobody sees half a pixel. PySide's `drawPixmapFragments` takes the first of an array of fragments and a count, so
the columns are written through pyqtgraph's `PrimitiveArray`, as its scatter plot does.

Limits: a rotated painter still gives upright dots.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt
from pyqtgraph.Qt import internals
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPaintEngine, QPainter, QPainterPath, QPixmap

from views.kit.glyphs import BOX, DOT_RADIUS, dot_rect, paint_glyph, shape_of
from views.kit.theme import Theme

RADIUS = 4.5
LEAST_RADIUS = 3.0
HALO = 1.6
CROWD = 2_000  # dots in a frame above which halos are left out
MOST_DOTS = 100_000  # in a frame; more are not drawn

FATES = ("untracked", "tracked", "recursive", "blocked", "released")
GENERATIONS = 4
TILE_OF_FATE: Mapping[str, int] = {name: index for index, name in enumerate(FATES)}
TILES = len(FATES) + GENERATIONS

_LOOP_HALO = 1.75  # radii, since the loop's arrow reaches beyond the ring
_SQUARE_HALO = 1.4  # px beyond the radius
_STEPS_PER_PX = 4  # radii of the atlas are rounded to a quarter of a device pixel

Floats = npt.NDArray[np.floating]


def tile_of_generation(age: int) -> int:
    """The tile of a thread outside a swap by the age of its generation, 0 for the current one."""
    return len(FATES) + min(max(age, 0), GENERATIONS - 1)


class DotPainter:
    """Paints the threads of a frame in one call. One for each view: it keeps the array that Qt reads."""

    def __init__(self, theme: Theme, ground: QColor | None = None) -> None:
        self._fragments = internals.PrimitiveArray(QPainter.PixmapFragment, 10)
        self.set_theme(theme, ground)

    def set_theme(self, theme: Theme, ground: QColor | None = None) -> None:
        """Paint after another theme from now on; `ground` is what the dots lie on, the canvas when none is given."""
        self._theme = theme
        self._ground = QColor(theme.surface.canvas if ground is None else ground)

    def paint(self, painter: QPainter, x: Floats, y: Floats, tile: npt.NDArray[np.integer], scale: float = 1.0) -> int:
        """Paint a dot at each (x, y) of the painter's coordinates and return how many lay in sight.

        `tile` has `TILE_OF_FATE[...]` or `tile_of_generation(...)` for each. `scale` multiplies the radius, which also
        follows the painter's own scale and is never under `LEAST_RADIUS` px.
        """
        if len(x) == 0:
            return 0
        crowded = len(x) > CROWD
        whole = painter.deviceTransform()
        base = painter.worldTransform().inverted()[0] * whole  # what lies between the view and the device's pixels
        ratio = base.m11()
        zoom = float(np.hypot(whole.m11(), whole.m12())) / ratio
        atlas = dot_atlas(self._theme, self._ground, max(LEAST_RADIUS, RADIUS * zoom * scale), ratio)
        across = whole.m11() * x + whole.m21() * y + whole.dx()
        down = whole.m12() * x + whole.m22() * y + whole.dy()
        window = base.mapRect(QRectF(painter.window())).adjusted(-atlas.half, -atlas.half, atlas.half, atlas.half)
        seen = (across > window.left()) & (across < window.right()) & (down > window.top()) & (down < window.bottom())
        if not seen.all():
            across, down, tile = across[seen], down[seen], tile[seen]
        count = min(len(across), MOST_DOTS)
        if count == 0:
            return 0
        self._fill(across[:count], down[:count], tile[:count], atlas, crowded)
        painter.save()
        painter.setWorldTransform(base.inverted()[0])
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
        if painter.paintEngine().type() == QPaintEngine.Type.SVG:
            self._draw_one_by_one(painter, atlas.pixmap)
        else:
            painter.drawPixmapFragments(*self._fragments.drawargs(), atlas.pixmap)  # type: ignore[call-arg]
        painter.restore()
        return count

    def _draw_one_by_one(self, painter: QPainter, pixmap: QPixmap) -> None:
        """For a drawing in lines and texts: Qt's writer of SVG would put the whole atlas where a part is meant."""
        for row in self._fragments.ndarray().tolist():
            x, y, left, top, width, height = row[:6]
            tile = pixmap.copy(round(left), round(top), round(width), round(height))
            painter.drawPixmap(round(x - width / 2), round(y - height / 2), tile)

    def _fill(
        self, across: Floats, down: Floats, tile: npt.NDArray[np.integer], atlas: DotAtlas, crowded: bool
    ) -> None:
        """Write a fragment a row: centre, source corner, size, scale 1, rotation 0, opacity 1."""
        self._fragments.resize(len(across))
        rows = self._fragments.ndarray()
        row = int(crowded)
        half = atlas.halves[row].take(tile)
        rows[:, 0] = np.floor(across + 0.5)
        rows[:, 1] = np.floor(down + 0.5)
        rows[:, 2] = (2 * tile + 1) * atlas.half - half
        rows[:, 3] = (2 * row + 1) * atlas.half - half
        rows[:, 4] = 2 * half
        rows[:, 5] = rows[:, 4]
        rows[:, 6:] = (1.0, 1.0, 0.0, 1.0)


@dataclass(frozen=True)
class DotAtlas:
    """A pixmap of two rows of `TILES` square tiles, with halo and without; measured in pixels of the device.

    A tile's middle is `half` from its edges; `halves[row, tile]` is how far its shape reaches, which is all that is
    worth copying.
    """

    pixmap: QPixmap
    half: int
    halves: Floats


def dot_atlas(theme: Theme, ground: QColor, radius: float, ratio: float = 1.0) -> DotAtlas:
    """The atlas for a radius in px at a device pixel ratio; painted once and kept."""
    colours = (
        *(getattr(theme.fate, name).mark.rgba() for name in FATES),
        *(colour.rgba() for colour in theme.generation.ladder),
    )
    glyphs = (*(getattr(theme.fate, name).glyph for name in FATES), *theme.generation.glyph)
    steps = round(radius * ratio * _STEPS_PER_PX)
    return _atlas(tuple(zip(glyphs, colours, strict=True)), ground.rgba(), steps, ratio)


@lru_cache(maxsize=64)
def _atlas(looks: tuple[tuple[str, int], ...], ground: int, steps: int, ratio: float) -> DotAtlas:
    radius = steps / _STEPS_PER_PX / ratio
    halves = np.array([[_reach(glyph, radius, row == 0) * ratio for glyph, _ in looks] for row in range(2)])
    halves = np.ceil(halves)
    half = int(halves.max())
    side = 2 * half
    pixmap = QPixmap(side * len(looks), 2 * side)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for index, (glyph, rgba) in enumerate(looks):
        for row in range(2):
            painter.resetTransform()
            painter.translate(index * side + half, row * side + half)
            painter.scale(ratio, ratio)
            if row == 0:
                _paint_halo(painter, glyph, radius, QColor.fromRgba(ground))
            paint_glyph(painter, glyph, dot_rect(0, 0, radius), QColor.fromRgba(rgba))
    painter.end()
    return DotAtlas(pixmap, half, halves)


def _reach(glyph: str, radius: float, halo: bool) -> float:
    """How far a shape goes from its centre in px."""
    shape, zoom = shape_of(glyph), radius / DOT_RADIUS
    line = max(shape.stroke * zoom, shape.stroke_px) / 2
    reach = max(_extent(shape.fill) * zoom, _extent(shape.line) * zoom + line)
    return max(reach, _halo_reach(glyph, radius)) if halo else reach


def _extent(path: QPainterPath) -> float:
    box, middle = path.boundingRect(), BOX / 2
    sides = (middle - box.left(), middle - box.top(), box.right() - middle, box.bottom() - middle)
    return 0.0 if path.isEmpty() else max(sides)


def _halo_reach(glyph: str, radius: float) -> float:
    return {"loop": _LOOP_HALO * radius, "square": radius + _SQUARE_HALO}.get(glyph, radius + HALO)


def _paint_halo(painter: QPainter, glyph: str, radius: float, ground: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    if glyph == "square":
        half = _halo_reach(glyph, radius)
        painter.drawRoundedRect(QRectF(-half, -half, 2 * half, 2 * half), 2.6, 2.6)
    else:
        reach = _halo_reach(glyph, radius)
        painter.drawEllipse(QPointF(0, 0), reach, reach)


def paint_dot(painter: QPainter, glyph: str, center: QPointF, radius: float, color: QColor, ground: QColor) -> None:
    """Paint one thread with its halo as a path: for legends, rows and chains, where there are few."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.translate(center)
    _paint_halo(painter, glyph, radius, ground)
    painter.restore()
    paint_glyph(painter, glyph, dot_rect(center.x(), center.y(), radius), color)
