"""The shells of interposers about a component: PRE at the left edge, POST at the right.

Limits: shells that stack share the two tabs of the innermost; each has its own name on its head.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont

from views.graph.geometry import POST_HALF, PRE_HALF
from views.graph.ink import Ink
from views.graph.picture import ShellFacts
from views.kit.theme import faded
from views.kit.typography import SEMIBOLD, font

RADIUS = 14.0
NEXT_RADIUS = 4.0
TAB_HEIGHT = 16.0
TAB_PX = 10
ICON = 13.0
INNER_LINE = 0.45


def paint_shells(
    ink: Ink, rects: Sequence[QRectF], shells: Sequence[ShellFacts], picked: int, hovered: int, *, words: bool = True
) -> None:
    """Paint the shells (`rects` innermost first, `shells` outermost first); `picked` is the selected interposer."""
    meaning = ink.theme.structure.interposer
    for number, (rect, shell) in reversed(list(enumerate(zip(rects, reversed(shells), strict=True)))):
        radius = RADIUS + NEXT_RADIUS * number
        if shell.interposer == picked:
            ink.box(rect.adjusted(-5, -5, 5, 5), radius + 4, ink.theme.selection.halo)
        width = 2.5 if shell.interposer in (picked, hovered) else 1.5
        edge = ink.theme.selection.ring if shell.interposer == picked else meaning.mark
        ink.box(rect, radius, meaning.tint, ink.line_of(edge, width))
        if number == 0:
            ink.box(rect.adjusted(3.5, 3.5, -3.5, -3.5), RADIUS - 2.5, None, ink.hair(faded(meaning.mark, INNER_LINE)))
        if words:
            ink.glyph(shell.icon, rect.left() + 16.5, rect.top() + 12.5, ICON, meaning.text)
            head = QRectF(rect.left() + 28, rect.top() + 5, rect.width() - 40, 14)
            ink.line(head, shell.title, "small", meaning.text, weight=SEMIBOLD)
    if rects and words:
        paint_tab(ink, QPointF(rects[0].left(), rects[0].center().y() + 4), "PRE", PRE_HALF)
        paint_tab(ink, QPointF(rects[0].right(), rects[0].center().y() + 4), "POST", POST_HALF)


def paint_tab(ink: Ink, middle: QPointF, word: str, half: float) -> None:
    """A tab about a point of the shell's edge."""
    meaning = ink.theme.structure.interposer
    tab = QRectF(middle.x() - half, middle.y() - TAB_HEIGHT / 2, 2 * half, TAB_HEIGHT)
    ink.box(tab, 4, meaning.mark)
    letters = tab_font()
    ink.small_line(tab, word, letters, meaning.on)


def tab_font() -> QFont:
    """Smaller than the least size of text: PRE and POST are signs, told by their place, and in the tool tip."""
    made = font("small", weight=SEMIBOLD)
    made.setPixelSize(TAB_PX)
    made.setWeight(QFont.Weight.Bold)
    return made
