"""Stops and bookmarks as lines: choose one to go there, F2 writes a bookmark's note, Delete takes a line away.

[bars]  phase:block                       3
[eye]   latency>5us                     118
[flag]  2.418 306 ms  the door closes here
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import QStyle, QStyleOptionViewItem, QWidget

from views.kit.format import format_clock, format_count
from views.kit.glyphs import paint_glyph
from views.kit.marks_control import Bookmark, Stop
from views.kit.row_list import PADDING, RowDelegate, RowList
from views.kit.theme import Theme
from views.kit.typography import text_width
from views.kit.writing import Writer

if TYPE_CHECKING:
    from views.kit.entry_table import Index

NOTE_AT_MOST: Final = 4_000


@dataclass(frozen=True, slots=True)
class MarkLine:
    """One line: a stop with its place among the stops and how often it was met, or a bookmark."""

    stop: Stop | None = None
    index: int = 0
    count: int = 0
    last: int = -1
    bookmark: Bookmark | None = None

    @property
    def glyph(self) -> str:
        """The icon: two bars for what halts, an eye for what only counts, a flag for an instant."""
        if self.stop is None:
            return "flag"
        return "pause" if self.stop.halts else "eye"

    @property
    def words(self) -> str:
        """The whole line, for tool tips and for those who do not see it."""
        if self.bookmark is not None:
            return f"Bookmark at {format_clock(self.bookmark.at_ns)}: {self.bookmark.note or 'no note'}"
        assert self.stop is not None
        does = "stops the run" if self.stop.halts else "counts"
        off = "" if self.stop.on else ", switched off"
        often = "once" if self.count == 1 else f"{format_count(self.count)} times"
        return f"{self.stop.rows}: {does}{off}; met {often}"


class MarksModel(QAbstractListModel):
    """The lines as rows; `Qt.UserRole` gives the MarkLine. A bookmark's note can be edited."""

    note_wanted = Signal(int, str)
    """The instant of a bookmark and its other note."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: tuple[MarkLine, ...] = ()

    @property
    def lines(self) -> tuple[MarkLine, ...]:
        """What is shown: stops first, then bookmarks in order of time."""
        return self._lines

    def take(self, lines: tuple[MarkLine, ...]) -> None:
        """Show these; only what differs is told, so that a count that rises disturbs no selection."""
        if len(lines) != len(self._lines):
            self.beginResetModel()
            self._lines = lines
            self.endResetModel()
            return
        changed = [row for row, (old, new) in enumerate(zip(self._lines, lines, strict=True)) if old != new]
        self._lines = lines
        for row in changed:
            self.dataChanged.emit(self.index(row), self.index(row))

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else len(self._lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self._lines[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return line
        if role == Qt.ItemDataRole.EditRole:
            return line.bookmark.note if line.bookmark is not None else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return line.words
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        bookmark = index.isValid() and self._lines[index.row()].bookmark is not None
        return flags | Qt.ItemFlag.ItemIsEditable if bookmark else flags

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        bookmark = self._lines[index.row()].bookmark
        if role != Qt.ItemDataRole.EditRole or bookmark is None:
            return False
        self.note_wanted.emit(bookmark.at_ns, str(value)[:NOTE_AT_MOST])
        return True


class MarksList(RowList):
    """The lines, one under the other."""

    chosen = Signal(object)
    """Go to what this MarkLine names."""
    removed = Signal(object)
    menu_wanted = Signal(object, object)
    """A MarkLine, and where on the screen its menu belongs."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        self.marks = MarksModel()
        super().__init__(self.marks, _Line(theme), "Stops and bookmarks", theme, parent)
        self.setEditTriggers(self.EditTrigger.EditKeyPressed)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        line = self._line_at(self.currentIndex())
        if event.key() == Qt.Key.Key_Delete and line is not None:
            self.removed.emit(line)
            return
        super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos())
        line = self._line_at(index if index.isValid() else self.currentIndex())
        if line is not None:
            self.menu_wanted.emit(line, event.globalPos())

    def _line_at(self, index: QModelIndex) -> MarkLine | None:
        return self.marks.lines[index.row()] if index.isValid() else None

    def choose(self, row: int) -> None:
        self.chosen.emit(self.marks.lines[row])


class _Line(RowDelegate):
    """Paints one line."""

    def updateEditorGeometry(self, editor: QWidget, option: QStyleOptionViewItem, index: Index) -> None:
        """The field for a note begins after the clock, which stays to be read."""
        line: MarkLine = index.data(Qt.ItemDataRole.UserRole)
        assert line.bookmark is not None
        left = self.theme.px(PADDING + 30) + text_width(format_clock(line.bookmark.at_ns), "label", self.theme.scale)
        rect = option.rect  # type: ignore[attr-defined]
        editor.setGeometry(rect.adjusted(round(left), 1, -round(self.theme.px(PADDING)), -1))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, px = self.theme, self.theme.px
        line: MarkLine = index.data(Qt.ItemDataRole.UserRole)
        area = QRectF(option.rect)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        if index.row() == 0:
            self.written = []
        if state & QStyle.StateFlag.State_HasFocus:
            painter.fillRect(area, theme.selection.fill)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme.surface.hover)
        on = line.stop is None or line.stop.on
        colour = theme.text.secondary if on else theme.text.disabled
        side = px(14)
        paint_glyph(
            painter, line.glyph, QRectF(area.left() + px(PADDING), area.center().y() - side / 2, side, side), colour
        )
        writer = Writer(painter, theme)
        row = self.words_area(area)
        if line.bookmark is not None:
            clock = writer.line(row, format_clock(line.bookmark.at_ns), "label", theme.text.primary)
            row.setLeft(row.left() + clock + px(8))
            writer.line(row, line.bookmark.note, "label", theme.text.secondary)
        elif line.stop is not None:
            count = writer.line(row, format_count(line.count), "label", theme.text.secondary, right=True)
            row.setRight(row.right() - count - px(8))
            words = theme.text.primary if on else theme.text.tertiary
            writer.line(row, line.stop.rows, "mono", words, struck=not on)
        self.written += writer.written
