"""The caption under the graph: the last thing that happened that is worth a sentence, as a subtitle.

    2.418 306 ms   Thread 214 called FCM file 17 again from inside; the mediator let the recursive call through.

It looks back from the cursor, so it is right wherever the person stands, and it reads no further back than it must. The
shell may lay a sentence of its own over it, as while something is dragged.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from model.trace.events import Kind
from model.trace.story import notable, sentence
from views.kit.format import format_clock
from views.kit.panel_view import PanelView
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, text_width
from views.kit.writing import Writer, Written

HEIGHT: Final = 36
PADDING: Final = 16
QUIET = "Nothing has been swapped or attached yet."
QUIET_LATELY = "Nothing has been swapped or attached in what is still held."
STRETCH_ROWS: Final = 16_384
"""So many rows are looked through at once, from the cursor back; a million take some 15 ms, once after a jump."""
STORY_HINT: Final = "Story  L"


class CaptionView(PanelView):
    """One sentence and its instant."""

    clicked = Signal(int)
    """The position of the row that the sentence tells, for the story."""

    def __init__(
        self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None, *, hint: str = ""
    ) -> None:
        super().__init__(link, selection, theme, parent)
        self._notable = np.array([notable(kind) for kind in range(max(Kind) + 1)], dtype=np.bool_)
        self._position = -1
        self._seen = 0
        self._at_ns = 0
        self._sentence = ""
        self._over = ""
        self._painted = ("", 0)
        self._hint = hint
        self.written: list[Written] = []
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.restyle()

    @property
    def sentence(self) -> str:
        """What is said now."""
        return self._over or self._sentence

    def say(self, words: str) -> None:
        """Lay a sentence over the story's; an empty one gives the story back."""
        self._over = words
        self._describe()

    def take(self) -> None:
        found = self._last_notable()
        going_back = found == self._position and self.link.position < self._seen
        if found != self._position or found < 0 or not self._sentence:
            self._position = found
            event = self.link.trace.event(found) if found >= 0 else None
            self._at_ns = event.at_ns if event else 0
            self._sentence = sentence(self.link.trace, self.link.names, event) if event else self._quiet()
        if not going_back:  # what was looked through once need not be again
            self._seen = self.link.position
        self._describe()

    def forget(self) -> None:
        self._position = -1
        self._seen = 0
        self._sentence = ""

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(self.palette().ColorRole.Base)
        self.updateGeometry()

    def sizeHint(self) -> QSize:
        return QSize(400, round(self.theme.px(HEIGHT)))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, round(self.theme.px(HEIGHT)))

    def _quiet(self) -> str:
        return QUIET_LATELY if self.link.trace.tail else QUIET

    def _last_notable(self) -> int:
        """The position of the last row before the cursor that is worth a sentence; -1 if none is held."""
        last, tail = self.link.position, self.link.trace.tail
        # Of the rows before `_seen` the one that was found is the last, or there was none.
        known = self._position if self._position >= tail else -1
        helps = known < last
        earliest = max(tail, min(self._seen, last)) if helps else tail
        while last > earliest:
            first = max(earliest, last - STRETCH_ROWS)
            found = np.flatnonzero(self._notable[self.link.trace.rows(first, last)["kind"]])
            if len(found):
                return first + int(found[-1])
            last = first
        return known if helps else -1

    def _describe(self) -> None:
        if self.accessibleName() != self.sentence:
            self.setAccessibleName(self.sentence)
        if self._over or self._painted != (self.sentence, self._at_ns):
            self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        self._painted = (self.sentence, self._at_ns)
        theme, px = self.theme, self.theme.px
        painter.fillRect(QRectF(0, 0, self.width(), theme.stroke(1)), theme.line.regular)
        writer = Writer(painter, theme)
        row = QRectF(px(PADDING), 1, self.width() - px(2 * PADDING), self.height() - 1)
        if self._hint and row.width() > px(400):
            row.setRight(row.right() - writer.line(row, self._hint, "small", theme.text.tertiary, right=True) - px(16))
        instant = format_clock(self._at_ns if not self._over else self.link.clock_ns)
        took = writer.line(row, instant, "mono", theme.text.tertiary)
        row.setLeft(row.left() + max(took, text_width("8.888\u202f888\u00a0ms", "mono", theme.scale)) + px(14))
        writer.line(row, self.sentence, "body", weight=MEDIUM)
        painter.end()
        self.written = writer.written

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self._position >= 0 and not self._over:
            self.clicked.emit(self._position)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            cut = next(
                (each.whole for each in self.written if each.cut and each.rect.contains(QPointF(event.pos()))), ""
            )
            QToolTip.showText(event.globalPos(), cut, self)
            return True
        return super().event(event)
