"""Two runs in words and numbers: which shape is which, what each was told, and a table of how they differ."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.kit.format import format_count, format_difference, format_duration
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, SEMIBOLD, text_width
from views.kit.writing import Writer, Written, box

if TYPE_CHECKING:
    from model.projections.latency import Histogram

PADDING: Final = 16
ROW, HEAD = 24, 22
MOST_ENTRIES: Final = 6
NAMES: Final = ("this run", "the other")
Cells = tuple[str, str, str, str]


class Runs(QWidget):
    """Which shape is which run, and what each was told."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._told = ("", "")
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def show_runs(self, here: str, there: str) -> None:
        """Say what was told in this run and in the other."""
        if (here, there) != self._told:
            self._told = (here, there)
            self.setToolTip(f"this run: {here}\nthe other: {there}")
            self.update()

    def sizeHint(self) -> QSize:
        return QSize(260, round(self._theme.px(2 * HEAD)))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        px = self._theme.px
        writer = Writer(painter, self._theme)
        for place, told in enumerate(self._told):
            row = QRectF(px(PADDING), px(HEAD * place), self.width() - px(2 * PADDING), px(HEAD))
            self._paint_run(writer, row, place, told)
        painter.end()
        self.written = writer.written

    def _paint_run(self, writer: Writer, row: QRectF, place: int, told: str) -> None:
        theme, px, painter = self._theme, self._theme.px, writer.painter
        histogram = theme.histogram
        pen = QPen(histogram.ghost if place else histogram.now_fill, theme.stroke(1))
        if place:
            pen.setDashPattern(list(histogram.ghost_dash))
        painter.setPen(pen)
        painter.setBrush(histogram.ghost_fill if place else histogram.now_fill)
        square = QRectF(row.left(), row.center().y() - px(5), px(10), px(10))
        painter.drawRoundedRect(box(square, theme.stroke(1)), px(2), px(2))
        row.setLeft(row.left() + px(16))
        writer.line(row, NAMES[place], "label", weight=MEDIUM)
        widest = max(text_width(name, "label", theme.scale, weight=MEDIUM) for name in NAMES)
        row.setLeft(row.left() + widest + px(10))
        writer.line(row, told, "label", theme.text.secondary)


class Comparison(QWidget):
    """The numbers of both runs, and where their entries differ."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._head: Cells = ("", *NAMES, "difference")
        self._rows: tuple[Cells, ...] = ()
        self._entries: tuple[tuple[str, str, str], ...] = ()
        self._more = 0
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def show_rows(
        self, name: str, here: Histogram, there: Histogram, entries: tuple[tuple[str, str, str], ...]
    ) -> None:
        """Show the numbers of a component, and the first of the entries."""
        self._head = (name, *NAMES, "difference")
        counts = ("calls", format_count(here.count), format_count(there.count), "")
        self._rows = (
            counts,
            _times("p50", here.p50_ns, there.p50_ns),
            _times("p99", here.p99_ns, there.p99_ns),
            _times("max", here.max_ns, there.max_ns),
        )
        self._entries, self._more = entries[:MOST_ENTRIES], max(0, len(entries) - MOST_ENTRIES)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        lines = len(self._rows) + len(self._entries) + bool(self._entries) + bool(self._more)
        return QSize(260, round(self._theme.px(HEAD + ROW * lines)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        px = self._theme.px
        writer = Writer(painter, self._theme)
        width = self.width() - px(2 * PADDING)
        self._paint_line(writer, QRectF(px(PADDING), 0, width, px(HEAD)), self._head, head=True)
        row = QRectF(px(PADDING), px(HEAD), width, px(ROW))
        for cells in self._rows:
            self._paint_line(writer, row, cells)
            row.translate(0, px(ROW))
        if self._entries:
            self._paint_line(writer, row, ("entries that differ", "", "", ""), head=True)
            row.translate(0, px(ROW))
        for entry in self._entries:
            self._paint_entry(writer, row, entry)
            row.translate(0, px(ROW))
        if self._more:
            writer.line(row, f"and {self._more} more", "small", self._theme.text.tertiary)
        painter.end()
        self.written = writer.written

    def _paint_line(self, writer: Writer, row: QRectF, cells: Cells, *, head: bool = False) -> None:
        theme = self._theme
        if not head:
            line = QRectF(row.left(), round(row.top()), row.width(), theme.stroke(1))
            writer.painter.fillRect(line, theme.line.subtle)
        role, colour = ("small", theme.text.tertiary) if head else ("label", theme.text.primary)
        bounds = [row.left() + row.width() * share for share in (0.0, 0.27, 0.51, 0.75, 1.0)]
        if not any(cells[1:]):
            bounds[1] = row.right()
        for place, text in enumerate(cells):
            area = QRectF(bounds[place] + (4 if place else 0), row.top(), 0, row.height())
            area.setRight(bounds[place + 1])
            writer.line(area, text, role, colour, weight=SEMIBOLD if not (head or place) else None, right=place > 0)

    def _paint_entry(self, writer: Writer, row: QRectF, entry: tuple[str, str, str]) -> None:
        theme = self._theme
        colours = (theme.text.secondary, theme.text.primary, theme.text.secondary)
        bounds = [row.left() + row.width() * share for share in (0.0, 0.46, 0.73, 1.0)]
        for place, (text, colour) in enumerate(zip(entry, colours, strict=True)):
            area = QRectF(bounds[place], row.top(), bounds[place + 1] - bounds[place] - theme.px(6), row.height())
            writer.line(area, text, "small", colour)


def _times(word: str, here_ns: int, there_ns: int) -> Cells:
    difference = format_difference(here_ns, there_ns) if here_ns and there_ns else ""
    here, there = (format_duration(ns) if ns else "none" for ns in (here_ns, there_ns))
    return word, here, there, difference
