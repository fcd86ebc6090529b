"""The strokes that all nodes share: cards, pills, icon tiles and lines of text.

Sizes are those of the visual language at scale 1; the view's transform does the rest, zoom and the theme's scale alike.
What is written is accounted for (`Writer.written`), in the coordinates of the item that is painted, so that a tool tip
can give the whole of what was cut and a test can see that no text leaves its node.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter, QPainterPath, QPen

from views.kit.glyphs import paint_glyph
from views.kit.theme import Theme, faded
from views.kit.typography import PHASE_TRACKING_PX, SEMIBOLD
from views.kit.writing import Writer, Written

FAR_ROLE = "readout"
"""The type of what is shown alone from far away, so that it can still be read."""

NODE_RADIUS = 10.0
TILE = 28.0
TILE_RADIUS = 6.0
ICON = 16.0
PAD = 12.0
SHADOW_DROP = 2.0


def at_scale_one(theme: Theme) -> Theme:
    """The theme without its scale, for what is painted under the view's transform."""
    return replace(theme, scale=1.0)


class Ink(Writer):
    """Paints the parts of nodes with one painter in one theme."""

    def __init__(self, painter: QPainter, theme: Theme) -> None:
        assert theme.scale == 1.0, "the transform has the scale"
        super().__init__(painter, theme)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def hair(self, colour: QColor, dash: Sequence[float] = ()) -> QPen:
        """A line of one pixel at any zoom."""
        pen = QPen(colour, self.theme.stroke(1.0))
        pen.setCosmetic(True)
        if dash:
            pen.setDashPattern([*dash])
        return pen

    def line_of(self, colour: QColor, width: float, dash: Sequence[float] = ()) -> QPen:
        """A line of a width, with round ends; `dash` is in px."""
        pen = QPen(colour, self.theme.stroke(width))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap if dash else Qt.PenCapStyle.RoundCap)
        pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
        if dash:
            pen.setDashPattern([length / width for length in dash])
        return pen

    def box(self, rect: QRectF, radius: float, fill: QColor | None, pen: QPen | None = None) -> None:
        """A rounded box; a line of a pixel falls on whole pixels at zoom 1."""
        self.painter.setPen(pen if pen is not None else Qt.PenStyle.NoPen)
        self.painter.setBrush(fill if fill is not None else Qt.BrushStyle.NoBrush)
        inset = 0.5 if pen is not None and pen.isCosmetic() else 0.0
        self.painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), radius, radius)

    def card(self, rect: QRectF, *, hovered: bool = False, selected: bool = False, focused: bool = False) -> None:
        """The body of a node: shadow, fill and a line that says whether it is under the pointer, selected, focused."""
        theme = self.theme
        if selected:
            self.box(rect.adjusted(-5, -5, 5, 5), NODE_RADIUS + 4, theme.selection.halo)
        if focused:
            ring = self.line_of(theme.focus.ring, 2.0)
            self.box(rect.adjusted(-5, -5, 5, 5), NODE_RADIUS + 4, None if selected else theme.focus.gap, ring)
        self.box(
            rect.translated(0, SHADOW_DROP), NODE_RADIUS, faded(QColor(Qt.GlobalColor.black), theme.texture.node_shadow)
        )
        component = theme.structure.component
        if selected:
            pen = self.line_of(theme.selection.ring, 2.0)
        elif hovered:
            pen = self.line_of(component.line_hover, 2.0)
        else:
            pen = self.hair(component.line)
        self.box(rect, NODE_RADIUS, component.fill, pen)

    def dashed_card(self, rect: QRectF, *, dashed: bool) -> None:
        """The body of a component that is in no table yet; dashed until it has state."""
        arriving = self.theme.structure.arriving
        fill = arriving.fill if dashed else self.theme.structure.component.fill
        self.box(rect, NODE_RADIUS, fill, self.hair(arriving.line, arriving.dash if dashed else ()))

    def tile(self, x: float, y: float, icon: str, *, arriving: bool = False, dim: bool = False) -> None:
        """An icon on its ground."""
        surface, text = self.theme.surface, self.theme.text
        self.box(QRectF(x, y, TILE, TILE), TILE_RADIUS, surface.hover if arriving else surface.sunken)
        inset = (TILE - ICON) / 2
        colour = text.tertiary if dim else text.secondary
        paint_glyph(self.painter, icon, QRectF(x + inset, y + inset, ICON, ICON), colour)

    def glyph(self, name: str, x: float, y: float, size: float, colour: QColor) -> None:
        """A shape about a centre."""
        paint_glyph(self.painter, name, QRectF(x - size / 2, y - size / 2, size, size), colour)

    def capitals(self, area: QRectF, word: str, colour: QColor) -> float:
        """The word of a phase."""
        return self.line(area, word, "small", colour, weight=SEMIBOLD, tracking=PHASE_TRACKING_PX)

    def stroke(self, path: QPainterPath, pen: QPen) -> None:
        """A path without a fill."""
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.setPen(pen)
        self.painter.drawPath(path)

    def segment(self, x1: float, y1: float, x2: float, y2: float, pen: QPen) -> None:
        """A straight line."""
        self.painter.setPen(pen)
        self.painter.drawLine(QPointF(x1, y1), QPointF(x2, y2))

    def small_line(self, area: QRectF, word: str, letters: QFont, colour: QColor) -> None:
        """A sign made of letters in the middle of an area, in a font of its own."""
        measure = QFontMetricsF(letters)
        width = measure.horizontalAdvance(word)
        left = area.center().x() - width / 2
        self.painter.setFont(letters)
        self.painter.setPen(colour)
        self.painter.drawText(QPointF(left, area.center().y() + (measure.ascent() - measure.descent()) / 2), word)
        self.written.append(Written(QRectF(left, area.top(), width, area.height()), word, word))
