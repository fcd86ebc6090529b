"""A million sentences in a list: only those that are seen are ever told.

Rows are as high as the width asks for: one line where there is room, otherwise the clock over a sentence that is
wrapped. Where that would leave fewer than FEWEST_ROWS in sight they are lower, down to one line: a story of one
sentence is none. The list knows rows by their index and asks for what it paints.

Limits: a sentence that needs more lines than its row has is cut; the tool tip has the whole.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final, Protocol

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QAbstractScrollArea, QFrame, QToolTip, QWidget

from views.kit.panel_view import describe
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import MEDIUM, line_height, metrics, text_width
from views.kit.writing import Writer, Written

PADDING: Final = 16
LINES: Final = 4
FEWEST_ROWS: Final = 3
LONG_SENTENCE: Final = "Thread 88888 called FCM file 17 again from inside; the mediator let the recursive call through."
"""What a row must have room for."""


@dataclass(frozen=True, slots=True)
class StoryLine:
    """One row as it is told."""

    clock: str
    words: str
    lit: bool = False
    """It is about what is selected."""
    strong: bool = False
    """It is about a swap, a phase, a fate: more than a call as any other."""


class Teller(Protocol):
    """Who knows the rows."""

    def count(self) -> int: ...
    def story_line(self, index: int) -> StoryLine: ...


class StoryList(QAbstractScrollArea):
    """The rows; arrows, Page and Ctrl+Home or Ctrl+End go through them, a click or Enter chooses one."""

    chosen = Signal(int)
    """A row's index: it was clicked, or Enter was pressed on it."""
    opened = Signal(int)
    """A row's index: it was double-clicked, or Shift+Enter was pressed on it."""
    moved = Signal()
    """A person has scrolled: the list follows no longer."""

    def __init__(self, teller: Teller, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._teller = teller
        self._theme = theme
        self._lines = 1
        self.current = -1
        self.follows = True
        self.written: list[Written] = []
        self._setting = False
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName("Story")
        self.set_theme(theme)  # which brings the scroll bar that is listened to
        self.verticalScrollBar().valueChanged.connect(self._scrolled)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.setPalette(theme.palette())
        scroll_thinly(self, theme)
        self._size_up()
        self.viewport().update()

    def refresh(self) -> None:
        """There may be other rows than before; at the end where the list follows."""
        count = self._teller.count()
        self.current = min(self.current, count - 1)
        self._size_up()
        self.viewport().update()

    def show_row(self, index: int) -> None:
        """Bring a row into sight."""
        if index < 0:
            return
        bar, seen = self.verticalScrollBar(), self._seen()
        if not bar.value() <= index < bar.value() + seen:
            self._set_value(max(0, index - seen // 2))

    @property
    def row_height(self) -> float:
        """The height of every row."""
        return self._height_of(self._lines)

    def _height_of(self, lines: int) -> float:
        if lines == 1:
            return self._theme.px(24)
        clock = self._theme.px(16)
        return clock + line_height("label", self._theme.scale) * (lines - 1) + self._theme.px(8)

    def sizeHint(self) -> QSize:
        return QSize(400, 200)

    # --- geometry ----------------------------------------------------------------------------------------------------

    def _seen(self) -> int:
        """How many whole rows are in sight."""
        return max(1, int(self.viewport().height() / self.row_height))

    def _size_up(self) -> None:
        room = self.viewport().width() - self._theme.px(2 * PADDING)
        beside = room - self._clock_width()
        whole = text_width(LONG_SENTENCE, "label", self._theme.scale)
        # Broken between words, a sentence takes somewhat more than its width.
        lines = 1 if whole <= beside else min(LINES, 1 + math.ceil(1.12 * whole / max(room, 1.0)))
        while lines > 1 and FEWEST_ROWS * self._height_of(lines) > self.viewport().height():
            lines -= 1
        self._lines = lines
        bar = self.verticalScrollBar()
        self._setting = True
        bar.setPageStep(self._seen())
        bar.setRange(0, max(0, self._teller.count() - self._seen()))
        if self.follows:
            bar.setValue(bar.maximum())
        self._setting = False

    def _clock_width(self) -> float:
        return text_width("8\u00a0888.888\u00a0888", "mono", self._theme.scale) + self._theme.px(14)

    def _set_value(self, value: int) -> None:
        self._setting = True
        self.verticalScrollBar().setValue(value)
        self._setting = False
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._size_up()

    @Slot(int)
    def _scrolled(self, _: int) -> None:
        if not self._setting:
            self.follows = False
            self.moved.emit()
        self.viewport().update()

    # --- painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.surface.panel)
        writer = Writer(painter, self._theme)
        first, count = self.verticalScrollBar().value(), self._teller.count()
        for place in range(min(self._seen() + 1, count - first)):
            top = place * self.row_height
            row = QRectF(0, top, self.viewport().width(), self.row_height)
            if place == 0 or row.bottom() <= self.viewport().height() + 1:
                self._paint_row(writer, row, first + place)
        painter.end()
        self.written = writer.written

    def _paint_row(self, writer: Writer, row: QRectF, index: int) -> None:
        theme, px, painter = self._theme, self._theme.px, writer.painter
        line = self._teller.story_line(index)
        if index == self.current:
            painter.fillRect(row, theme.selection.fill)
            if self.hasFocus():
                painter.setPen(QPen(theme.focus.ring, theme.stroke(2)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRect(row.adjusted(1, 1, -1, -1))
        if line.lit:
            painter.fillRect(QRectF(0, row.top() + 1, px(4), row.height() - 2), theme.selection.ring)
        weight = MEDIUM if line.strong else None
        colour = theme.text.primary if line.strong or line.lit else theme.text.secondary
        area = row.adjusted(px(PADDING), 0, -px(PADDING), 0)
        if self._lines == 1:
            writer.line(area, line.clock, "mono", theme.text.tertiary)
            area.setLeft(area.left() + self._clock_width())
            writer.line(area, line.words, "label", colour, weight=weight)
            return
        area.setTop(area.top() + px(4))
        writer.line(QRectF(area.left(), area.top(), area.width(), px(16)), line.clock, "mono", theme.text.tertiary)
        height = line_height("label", theme.scale)
        for number, words in enumerate(wrapped(line.words, area.width(), self._lines - 1, theme, bool(weight))):
            place = QRectF(area.left(), area.top() + px(16) + height * number, area.width(), height)
            writer.line(place, words, "label", colour, weight=weight)

    # --- mouse and keyboard ------------------------------------------------------------------------------------------

    def row_at(self, y: float) -> int:
        """The row at a height; -1 beneath the last."""
        index = self.verticalScrollBar().value() + int(y / self.row_height)
        return index if y >= 0 and index < self._teller.count() else -1

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self._choose(index)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        index = self.row_at(event.position().y())
        if event.button() == Qt.MouseButton.LeftButton and index >= 0:
            self.opened.emit(index)

    def event(self, event: QEvent) -> bool:
        # Home, End and the arrows are the window's everywhere else; here they go through the rows with Ctrl or alone.
        asked = isinstance(event, QKeyEvent) and event.type() == QEvent.Type.ShortcutOverride
        if asked and self._target(event) is not None:  # type: ignore[arg-type]
            event.accept()
            return True
        return super().event(event)

    def _target(self, event: QKeyEvent) -> int | None:
        """The row to which a key leads; None for other keys."""
        last = self._teller.count() - 1
        at = self.current if self.current >= 0 else self.verticalScrollBar().value()
        control = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        page = self._seen()
        steps = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1, Qt.Key.Key_PageUp: -page, Qt.Key.Key_PageDown: page}
        if event.key() in steps and not control:
            return max(0, min(last, at + steps[Qt.Key(event.key())]))
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: last}
        return ends.get(Qt.Key(event.key())) if control and event.key() in ends else None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        target = self._target(event)
        if target is not None and self._teller.count():
            self.follows = False
            self.moved.emit()
            self.current = target
            self._keep_in_sight()
            self._tell()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.current >= 0:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
                self.opened.emit(self.current)
            else:
                self._choose(self.current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.current < 0:
            self.current = min(self._teller.count() - 1, self.verticalScrollBar().value() + self._seen() - 1)
        self._tell()

    def _keep_in_sight(self) -> None:
        bar = self.verticalScrollBar()
        if self.current < bar.value():
            self._set_value(self.current)
        elif self.current >= bar.value() + self._seen():
            self._set_value(self.current - self._seen() + 1)

    def _choose(self, index: int) -> None:
        self.current = index
        self._tell()
        self.chosen.emit(index)
        self.viewport().update()

    def _tell(self) -> None:
        """Say the current row to those who cannot see it."""
        if 0 <= self.current < self._teller.count():
            line = self._teller.story_line(self.current)
            describe(self, "Story", f"{line.clock} ms: {line.words}")
        self.viewport().update()

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.row_at(QPointF(event.pos()).y())
            QToolTip.showText(event.globalPos(), self._teller.story_line(index).words if index >= 0 else "", self)
            return True
        return super().viewportEvent(event)


def wrapped(text: str, width: float, lines: int, theme: Theme, medium: bool = False) -> list[str]:
    """The text in so many lines at most, broken between words; what does not fit stands at the end of the last."""
    measure = metrics("label", theme.scale, weight=MEDIUM if medium else None)
    rows: list[str] = [""]
    for word in text.split(" "):
        longer = f"{rows[-1]} {word}" if rows[-1] else word
        if measure.horizontalAdvance(longer) <= width or len(rows) == lines or not rows[-1]:
            rows[-1] = longer
        else:
            rows.append(word)
    return rows
