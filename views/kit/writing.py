"""Lines of text in painted panels: fitted, elided in the middle, and accounted for.

A panel that paints itself writes through a `Writer`. What was written, and where, is kept until the next paint, so
that a tool tip can give the whole of what was cut and a test can see that nothing was.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QPainter

from views.kit.theme import Theme
from views.kit.typography import elide_middle, font, line_height, metrics, text_width


@dataclass(frozen=True, slots=True)
class Written:
    """One line on the panel: the rectangle that its letters take, what stands there and what was meant."""

    rect: QRectF
    shown: str
    whole: str

    @property
    def cut(self) -> bool:
        """True when letters are missing."""
        return self.shown != self.whole


class Writer:
    """Writes lines with one painter in one theme."""

    def __init__(self, painter: QPainter, theme: Theme) -> None:
        self.painter = painter
        self.theme = theme
        self.written: list[Written] = []

    def line(
        self,
        area: QRectF,
        text: str,
        role: str = "label",
        colour: QColor | None = None,
        *,
        weight: QFont.Weight | None = None,
        right: bool = False,
        middle: bool = False,
        tracking: float = 0.0,
        struck: bool = False,
    ) -> float:
        """Writes one line into an area, upright in its middle and cut in the middle where it does not fit.

        It begins at the left, or ends at the right, or has its middle in the middle. Returns the width that it takes.
        """
        if not text or area.width() <= 0:
            return 0.0
        scale = self.theme.scale
        measure = metrics(role, scale, weight=weight)
        tracked = tracking * scale * len(text)
        shown = text
        if text_width(text, role, scale, weight=weight) + tracked > area.width() + 0.5:
            shown = elide_middle(text, measure, area.width() - tracked)
        width = min(text_width(shown, role, scale, weight=weight) + tracking * scale * len(shown), area.width())
        left = area.right() - width if right else area.left() + (area.width() - width) / 2 if middle else area.left()
        used = font(role, scale, weight=weight, tracking=tracking)
        if struck:  # never said otherwise: a font that is changed has to be looked up again by Qt
            used.setStrikeOut(True)
        self.painter.setFont(used)
        self.painter.setPen(self.theme.text.primary if colour is None else colour)
        baseline = area.center().y() + (measure.ascent() - measure.descent()) / 2
        self.painter.drawText(QPointF(left, baseline), shown)
        height = line_height(role, scale)
        self.written.append(Written(QRectF(left, area.center().y() - height / 2, width, height), shown, text))
        return width

    def whole_at(self, point: QPointF) -> str:
        """The whole text of the line that was cut at a point, for the tool tip; empty elsewhere."""
        return next((each.whole for each in self.written if each.cut and each.rect.contains(point)), "")


def box(area: QRectF, line: float = 1.0) -> QRectF:
    """Where to draw the frame of an area so that a line of that width lies within it, on whole pixels."""
    left, top = round(area.left()), round(area.top())
    return QRectF(left + line / 2, top + line / 2, round(area.right()) - left - line, round(area.bottom()) - top - line)
