"""The legend of threads: every shape that a dot in the graph may have, with its word.

Two columns as in the palette's foot; shape, lightness and hue as the graph paints them, so that it teaches by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.kit.glyphs import dot_rect, paint_glyph
from views.kit.theme import Meaning, Theme
from views.kit.typography import SEMIBOLD, text_width
from views.kit.writing import Writer, Written

HEAD, ROW, FOOT = 32, 22, 14
RADIUS = 4.5


def _meaning(word: str, meaning: Meaning) -> tuple[str, str, QColor, str]:
    return word, meaning.glyph, meaning.mark, meaning.word


def _generation(word: str, theme: Theme, age: int, tip: str) -> tuple[str, str, QColor, str]:
    return word, theme.generation.glyph[age], theme.generation.mark(age), tip


LEGEND: Final[tuple[tuple[Callable[[Theme], tuple[str, str, QColor, str]], ...], ...]] = (
    (
        lambda theme: _generation("running", theme, 0, "running in the current generation"),
        lambda theme: _meaning("tracked", theme.fate.tracked),
        lambda theme: _meaning("recursive", theme.fate.recursive),
        lambda theme: _meaning("released", theme.fate.released),
    ),
    (
        lambda theme: _generation("older generation", theme, 1, "running in the generation that drains"),
        lambda theme: _meaning("untracked", theme.fate.untracked),
        lambda theme: _meaning("blocked", theme.fate.blocked),
    ),
)
"""By column: word, glyph, colour and the whole meaning."""


class Legend(QWidget):
    """What the dots mean."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Legend of threads")
        self._describe()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self.theme = theme
        self._describe()
        self.updateGeometry()
        self.update()

    def _describe(self) -> None:
        words = [entry(self.theme)[3] for column in LEGEND for entry in column]
        self.setAccessibleDescription("; ".join(words))
        self.setToolTip("\n".join(words))

    def sizeHint(self) -> QSize:
        return QSize(236, round(self.theme.px(HEAD + max(len(column) for column in LEGEND) * ROW + FOOT)))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self.theme, self.theme.px
        painter.fillRect(self.rect(), theme.surface.panel)
        painter.fillRect(QRectF(0, 0, self.width(), theme.stroke(1)), theme.line.subtle)
        writer = Writer(painter, theme)
        writer.line(
            QRectF(px(16), px(12), self.width() - px(32), px(16)),
            "Threads",
            "small",
            theme.text.tertiary,
            weight=SEMIBOLD,
        )
        # The first column is as wide as its longest word needs, so that no font makes the second one cut.
        entries = [[entry(theme) for entry in column] for column in LEGEND]
        widest = max(text_width(word, "small", theme.scale) for word, *_ in entries[0])
        second = max(px(112), px(36) + widest + px(14))
        for left, column in zip((px(16), second), entries, strict=True):
            self._paint_column(writer, left, column)
        painter.end()
        self.written = writer.written

    def _paint_column(self, writer: Writer, left: float, column: list[tuple[str, str, QColor, str]]) -> None:
        theme, px = self.theme, self.theme.px
        for row, (word, glyph, colour, _) in enumerate(column):
            y = px(HEAD + row * ROW + 10)
            paint_glyph(writer.painter, glyph, dot_rect(left + px(6), y, px(RADIUS)), colour)
            area = QRectF(left + px(20), y - px(8), self.width() - left - px(24), px(16))
            writer.line(area, word, "small", theme.text.secondary)
