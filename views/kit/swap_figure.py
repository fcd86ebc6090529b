"""The paper's Figure 3, alive: the heads of its phases with their pictures, a row for each call, and the axis.

    before  >> FORWARD     18.2 µs | || BLOCK       6.4 µs | ->| TRANSFER  3.1 µs, now
              [o o] | single       |  # # # | single       |  # # | single
                    | replicated   |        | replicated   |      | replicated
    ? thread 187 =====|            |                       |
    b thread 214      ..===========|=====================| |
    d thread 221                   |  ||||||||||||||||||||||||||||||

Three widgets share one set of columns, so that heads and axis stay while the rows scroll. Only rows that are seen are
painted.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from model.projections.receipt import FateSort
from model.trace.events import Phase
from views.kit.format import clock_digits, format_clock, format_duration
from views.kit.glyphs import paint_glyph, sign_rect
from views.kit.hatches import fill_hatched
from views.kit.phases import phase_meaning
from views.kit.swap_columns import Columns, Span, spans_of
from views.kit.swap_vignette import paint_vignette
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, SEMIBOLD, text_width
from views.kit.writing import Writer, Written

if TYPE_CHECKING:
    from model.projections.receipt import Swap
    from model.projections.swap_calls import Bar

PADDING: Final = 16
ROW: Final = 29
HEAD: Final = 24
VIGNETTE: Final = 142
AXIS: Final = 30
WIDE: Final = 620
NAMES: Final = {
    FateSort.UNTRACKED: "untracked", FateSort.TRACKED: "tracked", FateSort.RECURSIVE: "recursive",
    FateSort.BLOCKED: "blocked", FateSort.RELEASED: "released",
}  # fmt: skip


WEIGHTS: Final = {FateSort.RECURSIVE: 100, FateSort.UNTRACKED: 10, FateSort.TRACKED: 10, FateSort.BLOCKED: 1}
"""What makes a moment worth a picture."""
CANDIDATES: Final = 256


@dataclass(frozen=True)
class Figure:
    """What the three widgets show: a swap, its calls and the clock."""

    swap: Swap
    bars: tuple[Bar, ...]
    clock_ns: int
    equal: bool = True

    @property
    def last_untracked(self) -> int:
        """The call that FORWARD waited for longest, 0 when none is known."""
        return self._last(FateSort.UNTRACKED)

    @property
    def last_tracked(self) -> int:
        """The call that BLOCK waited for longest."""
        return self._last(FateSort.TRACKED)

    def _last(self, sort: FateSort) -> int:
        open_end = 1 << 62
        same = [bar for bar in self.bars if bar.sort is sort]
        last = max(same, key=lambda bar: open_end if bar.until_ns is None else bar.until_ns, default=None)
        return last.call if last else 0

    def _labels(self, theme: Theme) -> float:
        """The room for glyph, letter, thread and processor."""
        px, scale = theme.px, theme.scale
        threads = max((text_width(f"thread {bar.thread}", "label", scale) for bar in self.bars), default=px(60))
        names = max([px(16), *(text_width(bar.name, "label", scale, weight=SEMIBOLD) + px(5) for bar in self.bars)])
        return px(18) + names + threads + text_width("cpu 88", "small", scale) + px(16)

    def telling_instant(self, phase: Phase, from_ns: int, until_ns: int) -> int:
        """The moment of a phase that is over which tells most: with a recursive call inside, or with most calls."""
        pieces = [piece for bar in self.bars for piece in bar.pieces]
        if phase is Phase.TRANSFER or not pieces:
            return until_ns - 1
        starts = np.array([piece.from_ns for piece in pieces])
        ends = np.array([until_ns if piece.until_ns is None else piece.until_ns for piece in pieces])
        weights = np.array([WEIGHTS.get(piece.sort, 0) for piece in pieces])
        instants = np.unique(np.clip(starts, from_ns, until_ns - 1))[:CANDIDATES]
        there = (starts <= instants[:, None]) & (instants[:, None] < ends)
        return int(instants[int((there * weights).sum(axis=1).argmax())])

    def columns(self, width: float, theme: Theme) -> Columns:
        """The columns at a width."""
        px = theme.px
        wide = width >= px(WIDE)
        left = px(PADDING) + (self._labels(theme) if wide else px(66))
        sides = (px(62), px(52)) if wide else (px(20), px(8))
        earliest = min((bar.from_ns for bar in self.bars), default=self.swap.requested_ns)
        area = (left, width - px(PADDING if wide else 10))
        return Columns(spans_of(self.swap), self.clock_ns, area, sides, earliest, equal=self.equal)


class FigurePart(QWidget):
    """One of the three widgets."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.figure: Figure | None = None
        self.written: list[Written] = []
        self._columns: tuple[object, float, Columns] | None = None
        self._room = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_figure(self, figure: Figure | None) -> None:
        """Show another state."""
        before, self.figure = self.figure, figure
        rows = len(figure.bars) if figure else 0
        if before is None or figure is None or len(before.bars) != rows:
            self.updateGeometry()
        self.update()

    @property
    def room(self) -> int:
        """The width that the columns share; less than the widget's where rows scroll beside a bar."""
        return self._room or self.width()

    def set_room(self, room: int) -> None:
        """Share this width."""
        if room != self._room:
            self._room = room
            self.updateGeometry()
            self.update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self.theme = theme
        self._columns = None
        self.updateGeometry()
        self.update()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    @property
    def columns(self) -> Columns:
        assert self.figure is not None
        if self._columns is None or self._columns[0] is not self.figure or self._columns[1] != self.room:
            self._columns = (self.figure, self.room, self.figure.columns(self.room, self.theme))
        return self._columns[2]

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        writer = Writer(painter, self.theme)
        if self.figure is not None:
            self.paint_figure(writer, self.figure, QRectF(event.rect()))
        painter.end()
        self.written = writer.written

    def paint_figure(self, writer: Writer, figure: Figure, exposed: QRectF) -> None:
        raise NotImplementedError

    def tint_columns(self, painter: QPainter, top: float, bottom: float) -> None:
        """The ground of each phase that is over or open, hatched as its pattern."""
        theme = self.theme
        for column in self.columns.columns:
            if column.span.state == "next":
                continue
            meaning = phase_meaning(theme, column.span.phase)
            ground = QRectF(column.left, top, column.width, bottom - top)
            painter.fillRect(ground, meaning.tint)
            fill_hatched(painter, ground, meaning.pattern, meaning.mark, theme.texture.on_tint)
            pen = QPen(meaning.mark, theme.stroke(1))
            pen.setDashPattern([2, 2])
            painter.setPen(pen)
            painter.drawLine(QPointF(column.left + 0.5, top), QPointF(column.left + 0.5, bottom))

    def now_x(self) -> float | None:
        """Where the clock stands, while the swap has not ended before it."""
        figure = self.figure
        if figure is None or (figure.swap.ended_ns is not None and figure.clock_ns > figure.swap.ended_ns):
            return None
        return self.columns.x(figure.clock_ns)


class FigureHeads(FigurePart):
    """The heads of the columns, and in each the picture of who stands where at its end."""

    def sizeHint(self) -> QSize:
        return QSize(320, round(self.theme.px(HEAD + (VIGNETTE if self._pictured() else 6))))

    def resizeEvent(self, event: object) -> None:
        self.updateGeometry()

    def _pictured(self) -> bool:
        """Whether the columns are wide enough for pictures."""
        if self.figure is None or not self.room:
            return False
        columns = self.columns.columns
        return bool(columns) and min(column.width for column in columns) >= self.theme.px(128)

    def paint_figure(self, writer: Writer, figure: Figure, exposed: QRectF) -> None:
        theme, px, columns = self.theme, self.theme.px, self.columns
        self.tint_columns(writer.painter, px(HEAD), self.height())
        for column in columns.columns:
            area = QRectF(column.left, 0, column.width, px(HEAD))
            self._paint_head(writer, figure, area, column.span)
            if self._pictured() and column.span.state != "next":
                room = QRectF(column.left, px(HEAD + 6), column.width, px(VIGNETTE - 10))
                span = column.span
                at_ns = figure.clock_ns
                if span.until_ns is not None:
                    at_ns = figure.telling_instant(span.phase, span.from_ns, span.until_ns)
                paint_vignette(writer, room, figure.swap, figure.bars, column.span.phase, at_ns)
        wide = self.room >= px(WIDE)
        if wide:
            before = QRectF(columns.left, 0, columns.before - columns.left - px(8), px(HEAD))
            writer.line(before, "before", "label", theme.text.secondary)
            writer.line(QRectF(columns.after + px(10), 0, px(46), px(HEAD)), "after", "label", theme.text.secondary)
            label = QRectF(px(PADDING), 0, columns.left - px(PADDING + 6), px(HEAD))
            writer.line(label, "One call, one bar", "label", weight=SEMIBOLD)

    def _paint_head(self, writer: Writer, figure: Figure, area: QRectF, span: Span) -> None:
        theme, px, painter = self.theme, self.theme.px, writer.painter
        meaning = phase_meaning(theme, span.phase)
        coming = span.state == "next"
        painter.fillRect(area.adjusted(0.5, 0, -0.5, 0), theme.surface.sunken if coming else meaning.mark)
        colour = theme.text.tertiary if coming else meaning.on
        sign = sign_rect(area.left() + px(14), area.center().y(), px(10))
        if area.width() > px(26):
            paint_glyph(painter, meaning.glyph, sign, colour)
        room = area.adjusted(px(26), 0, -px(8), 0)
        name = text_width(span.phase.name, "small", theme.scale, weight=SEMIBOLD) + px(0.4 * len(span.phase.name) + 2)
        if name > room.width():
            return
        until_ns = figure.clock_ns if span.until_ns is None else span.until_ns
        time = "" if coming else format_duration(until_ns - span.from_ns) + (", now" if span.state == "now" else "")
        if time and name + text_width(time, "small", theme.scale, weight=MEDIUM) + px(10) <= room.width():
            writer.line(room, time, "small", colour, weight=MEDIUM, right=True)
        writer.line(room, span.phase.name, "small", colour, weight=SEMIBOLD, tracking=0.4)


class FigureAxis(FigurePart):
    """The instants of the phases under the rows; a click goes there."""

    time_chosen = Signal(int)

    def sizeHint(self) -> QSize:
        return QSize(320, round(self.theme.px(AXIS)))

    def paint_figure(self, writer: Writer, figure: Figure, exposed: QRectF) -> None:
        theme, px, columns = self.theme, self.theme.px, self.columns
        painter = writer.painter
        painter.fillRect(QRectF(columns.left, 0, columns.right - columns.left, theme.stroke(1)), theme.line.strong)
        chip = self._chip(figure)
        taken = chip[0] if chip else QRectF()
        right = columns.right
        for column in reversed(columns.columns):
            if column.span.state == "next":
                continue
            words = clock_digits(column.span.from_ns)
            width = text_width(words, "small", theme.scale) + 1
            area = QRectF(column.left + px(3), px(4), width, px(16))
            free = area.right() <= right - px(4) and not area.adjusted(-px(6), 0, px(6), 0).intersects(taken)
            if free:
                writer.line(area, words, "small", theme.text.secondary)
                right = area.left()
        if chip:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.accent.fill)
            painter.drawRoundedRect(chip[0], px(4), px(4))
            writer.line(chip[0], chip[1], "small", theme.accent.on, weight=SEMIBOLD, middle=True)

    def _chip(self, figure: Figure) -> tuple[QRectF, str] | None:
        x = self.now_x()
        if x is None:
            return None
        px = self.theme.px
        words = f"now {format_clock(figure.clock_ns)}"
        width = text_width(words, "small", self.theme.scale, weight=SEMIBOLD) + px(14)
        left = min(max(px(4), x - width / 2), self.width() - width - px(4))
        return QRectF(left, px(3), width, px(19)), words

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self.figure is not None and event.button() == Qt.MouseButton.LeftButton:
            self.time_chosen.emit(self.columns.instant(event.position().x()))
