"""The source of an implementation as text to read: mono, with comments and docstrings set back and keywords set forth.

There is no hue: a hue means something in this program, and a keyword is none of those things.

Limits: Python, line by line; a string over several lines is known by its triple quotes.
"""

from __future__ import annotations

import keyword
import re
from typing import Final

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QPalette, QSyntaxHighlighter, QTextCharFormat, QTextOption
from PySide6.QtWidgets import QFrame, QPlainTextEdit, QWidget

from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import SEMIBOLD, font

_KEYWORDS: Final = re.compile(rf"\b(?:{'|'.join(keyword.kwlist)})\b")
_COMMENT: Final = re.compile(r"#.*")
_STRING: Final = re.compile(r"'(?:[^'\\]|\\.)*'|\"(?:[^\"\\]|\\.)*\"")
_TRIPLE: Final = '"""'


class SourceText(QPlainTextEdit):
    """Read only; Ctrl+A and Ctrl+C as everywhere."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setReadOnly(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setWordWrapMode(QTextOption.WrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setTabChangesFocus(True)
        self.setAccessibleName("Source of the implementation")
        self._marks = _Marks(self)
        self.set_theme(theme)

    def show_source(self, text: str) -> None:
        """Show a text; the place in it is kept while it stays the same."""
        if text != self.toPlainText():
            self.setPlainText(text)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Base, theme.surface.sunken)
        self.setPalette(palette)
        self.setFont(font("mono", theme.scale))
        scroll_thinly(self, theme)
        self._marks.set_theme(theme)


class _Marks(QSyntaxHighlighter):
    """Marks keywords, comments and strings."""

    def __init__(self, owner: SourceText) -> None:
        super().__init__(owner.document())
        self._word, self._aside, self._string = QTextCharFormat(), QTextCharFormat(), QTextCharFormat()

    def set_theme(self, theme: Theme) -> None:
        self._word.setFontWeight(QFont.Weight(SEMIBOLD))
        self._word.setForeground(theme.text.primary)
        self._aside.setForeground(theme.text.tertiary)
        self._string.setForeground(theme.text.secondary)
        self.rehighlight()

    def highlightBlock(self, text: str) -> None:
        within = self.previousBlockState() == 1
        for pattern, look in ((_KEYWORDS, self._word), (_STRING, self._string), (_COMMENT, self._aside)):
            for found in pattern.finditer(text):
                self.setFormat(found.start(), found.end() - found.start(), look)
        begin = 0 if within else text.find(_TRIPLE)
        while begin >= 0:
            end = text.find(_TRIPLE, begin if within else begin + 3)
            if end < 0:
                self.setFormat(begin, len(text) - begin, self._aside)
                self.setCurrentBlockState(1)
                return
            self.setFormat(begin, end + 3 - begin, self._aside)
            within = False
            begin = text.find(_TRIPLE, end + 3)
        self.setCurrentBlockState(0)
