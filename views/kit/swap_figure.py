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
from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from model.projections.receipt import FateSort
from model.trace.events import Phase
from views.kit.format import clock_digits, format_clock, format_duration
from views.kit.glyphs import dot_rect, paint_glyph, sign_rect
from views.kit.hatches import fill_hatched
from views.kit.panel_view import describe
from views.kit.phases import fate_meaning, phase_meaning
from views.kit.swap_columns import Columns, Span, spans_of
from views.kit.swap_vignette import paint_vignette
from views.kit.theme import Meaning, Theme
from views.kit.typography import MEDIUM, SEMIBOLD, text_width
from views.kit.writing import Writer, Written

if TYPE_CHECKING:
    from model.projections.receipt import Swap
    from model.projections.swap_calls import Bar, Piece

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


class _Part(QWidget):
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


class FigureHeads(_Part):
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


class FigureAxis(_Part):
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


class FigureRows(_Part):
    """A row for each call; arrows go from row to row, Enter or a click selects the call, Shift+Enter its beginning."""

    chosen = Signal(int)
    """A call's number."""

    hovered = Signal(int)
    """The call under the pointer, 0 for none."""

    time_chosen = Signal(int)
    seen = Signal(int)
    """A row that must be seen, by its middle in px."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(theme, parent)
        self.current = -1
        self.selected: tuple[str, int] | None = None
        self._hover = -1
        # Higher than its rows where there is room: the phases reach down to the axis.
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.MinimumExpanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAccessibleName("Calls of the swap")

    def sizeHint(self) -> QSize:
        rows = len(self.figure.bars) if self.figure else 0
        return QSize(320, round(self.theme.px(ROW * max(1, rows))))

    # --- painting ----------------------------------------------------------------------------------------------------

    def paint_figure(self, writer: Writer, figure: Figure, exposed: QRectF) -> None:
        theme, px, painter = self.theme, self.theme.px, writer.painter
        self.tint_columns(painter, 0, self.height())
        if not figure.bars:
            area = QRectF(px(PADDING), 0, self.width() - px(2 * PADDING), px(ROW))
            writer.line(area, "no call was inside", "label", theme.text.tertiary)
        first = max(0, int(exposed.top() / px(ROW)))
        last = min(len(figure.bars), int(exposed.bottom() / px(ROW)) + 1)
        for place in range(first, last):
            self._paint_row(writer, figure, place, figure.bars[place])
        if (x := self.now_x()) is not None:
            painter.fillRect(QRectF(round(x - 1), 0, 2, self.height()), theme.text.primary)

    def _paint_row(self, writer: Writer, figure: Figure, place: int, bar: Bar) -> None:
        theme, px, painter = self.theme, self.theme.px, writer.painter
        row = QRectF(0, px(ROW * place), self.width(), px(ROW))
        label = QRectF(px(PADDING - 8), row.top() + 1, self.columns.left - px(PADDING - 4), row.height() - 2)
        if self.selected in (("call", bar.call), ("thread", bar.thread)):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.selection.fill)
            painter.drawRoundedRect(label, px(5), px(5))
        elif place == self._hover:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.surface.hover)
            painter.drawRoundedRect(label, px(5), px(5))
        if place == self.current and self.hasFocus():
            painter.setPen(QPen(theme.focus.ring, theme.stroke(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(label.adjusted(1, 1, -1, -1), px(5), px(5))
        if self.room >= px(WIDE):
            left, width = px(PADDING), self.columns.left - px(PADDING)
            painter.fillRect(QRectF(left, round(row.bottom()) - 1, width, theme.stroke(1)), theme.line.subtle)
        self._paint_label(writer, row, bar)
        for piece in bar.pieces:
            self._paint_piece(writer, figure, row, bar, piece)

    def _paint_label(self, writer: Writer, row: QRectF, bar: Bar) -> None:
        theme, px = self.theme, self.theme.px
        meaning = fate_meaning(theme, NAMES[bar.sort])
        paint_glyph(writer.painter, meaning.glyph, dot_rect(px(PADDING + 6), row.center().y(), px(4.5)), meaning.mark)
        area = QRectF(px(PADDING + 18), row.top(), self.columns.left - px(PADDING + 26), row.height())
        took = max(px(16), writer.line(area, bar.name, "label", weight=SEMIBOLD) + px(5))
        area.setLeft(area.left() + took)
        if self.room < px(WIDE):
            writer.line(area, str(bar.thread), "small", theme.text.secondary)
            return
        cpu = writer.line(area, f"cpu {bar.processor}", "small", theme.text.tertiary, right=True)
        area.setRight(area.right() - cpu - px(6))
        words = "from inside" if bar.outer else f"thread {bar.thread}"
        writer.line(area, words, "label", theme.text.secondary if bar.outer else theme.text.primary)

    def _paint_piece(self, writer: Writer, figure: Figure, row: QRectF, bar: Bar, piece: Piece) -> None:
        theme, px, painter, columns = self.theme, self.theme.px, writer.painter, self.columns
        if piece.from_ns > figure.clock_ns:
            return
        meaning = fate_meaning(theme, NAMES[piece.sort])
        end_ns = figure.clock_ns if piece.until_ns is None else min(piece.until_ns, figure.clock_ns)
        left, right = columns.x(piece.from_ns), columns.x(end_ns)
        line = theme.stroke(1.5)
        thin = piece.sort is FateSort.RECURSIVE
        body = QRectF(left, row.top() + px(4 if not thin else 3), max(right - left, px(3)), px(20 if not thin else 18))
        inner = body.adjusted(line / 2, line / 2, -line / 2, -line / 2)
        radius = min(px(4), inner.width() / 2)
        if thin:
            painter.setPen(QPen(meaning.mark, theme.stroke(1.4)))
            for x in (inner.left() + radius, inner.right() - radius):
                painter.drawLine(QPointF(x, row.top() - px(4)), QPointF(x, inner.top()))
        painter.setPen(QPen(meaning.mark, line))
        painter.setBrush(theme.surface.panel if piece.sort is FateSort.UNTRACKED else meaning.tint)
        painter.drawRoundedRect(inner, radius, radius)
        if inner.width() > px(8):
            fill_hatched(painter, inner.adjusted(1, 1, -1, -1), meaning.pattern, meaning.mark, theme.texture.on_tint)
        self._write_on(writer, figure, body, bar, piece, meaning)

    def _write_on(self, writer: Writer, figure: Figure, body: QRectF, bar: Bar, piece: Piece, meaning: Meaning) -> None:
        """The longest wording that has room on the bar, on a ground of its own where the bar is hatched."""
        theme, px = self.theme, self.theme.px
        for words in self._wordings(figure, bar, piece):
            width = text_width(words, "small", theme.scale, weight=MEDIUM) + 1
            if width + px(16) <= body.width():
                place = QRectF(body.left() + px(8), body.top(), width, body.height())
                if meaning.pattern != "plain":
                    chip = place.adjusted(-px(4), px(3), px(4), -px(3))
                    writer.painter.setPen(Qt.PenStyle.NoPen)
                    writer.painter.setBrush(theme.surface.panel)
                    writer.painter.drawRoundedRect(chip, px(3), px(3))
                writer.line(place, words, "small", meaning.text, weight=MEDIUM)
                return

    def _wordings(self, figure: Figure, bar: Bar, piece: Piece) -> tuple[str, ...]:
        name = NAMES[piece.sort]
        if piece.sort is FateSort.BLOCKED:
            time = format_duration((figure.clock_ns if piece.until_ns is None else piece.until_ns) - piece.from_ns)
            return (f"blocked {time} so far" if piece.until_ns is None else f"blocked {time}", f"blocked {time}", time)
        if bar.sort is FateSort.UNTRACKED and figure.swap.phase is Phase.FORWARD and piece.until_ns is None:
            return "older than the mediator: FORWARD waits for it", "FORWARD waits for it", name
        if bar.call == figure.last_untracked and piece.until_ns is not None:
            return "older than the mediator: FORWARD ends when it returns", "FORWARD ends with it", name
        if piece.sort is not FateSort.TRACKED or piece is not bar.pieces[-1] or not self._reaches_block(figure, piece):
            return (name,)
        if piece.until_ns is None and figure.swap.phase is Phase.BLOCK:
            return "tracked: BLOCK waits for it", "BLOCK waits for it", name
        if bar.call == figure.last_tracked and piece.until_ns is not None:
            return "tracked: BLOCK ends when it leaves", "BLOCK ends with it", name
        return (name,)

    def _reaches_block(self, figure: Figure, piece: Piece) -> bool:
        begun = [from_ns for phase, from_ns, _ in figure.swap.spans if phase is Phase.BLOCK]
        if figure.swap.phase is Phase.BLOCK and figure.swap.phase_since_ns is not None:
            begun.append(figure.swap.phase_since_ns)
        return any(piece.until_ns is None or piece.until_ns > each for each in begun)

    # --- mouse and keyboard ------------------------------------------------------------------------------------------

    def row_at(self, y: float) -> int:
        """The row at a height, -1 beyond the last."""
        place = int(y / self.theme.px(ROW))
        return place if self.figure is not None and 0 <= place < len(self.figure.bars) else -1

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point_at(self.row_at(event.position().y()))

    def leaveEvent(self, event: QEvent) -> None:
        self._point_at(-1)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        place = self.row_at(event.position().y())
        if place >= 0 and event.button() == Qt.MouseButton.LeftButton:
            self.current = place
            self._choose(place)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if self.figure is not None and event.button() == Qt.MouseButton.LeftButton:
            self.time_chosen.emit(self.columns.instant(event.position().x()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        rows = len(self.figure.bars) if self.figure else 0
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}
        if rows and event.key() in steps:
            self._stand_at(min(rows - 1, max(0, self.current + steps[Qt.Key(event.key())])))
        elif rows and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and 0 <= self.current < rows:
            if event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self.figure is not None:
                self.time_chosen.emit(self.figure.bars[self.current].from_ns)
            else:
                self._choose(self.current)
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if self.current < 0 and self.figure is not None and self.figure.bars:
            self._stand_at(0)

    def _stand_at(self, place: int) -> None:
        self.current = place
        describe(self, "Calls of the swap", self.words_of(place))
        self.seen.emit(round(self.theme.px(ROW * (place + 0.5))))
        self.update()

    def _choose(self, place: int) -> None:
        assert self.figure is not None
        describe(self, "Calls of the swap", self.words_of(place))
        self.chosen.emit(self.figure.bars[place].call)
        self.update()

    def _point_at(self, place: int) -> None:
        if place != self._hover:
            self._hover = place
            bars = self.figure.bars if self.figure else ()
            self.hovered.emit(bars[place].call if 0 <= place < len(bars) else 0)
            self.update()

    def words_of(self, place: int) -> str:
        """A row in a sentence."""
        assert self.figure is not None
        bar, clock_ns = self.figure.bars[place], self.figure.clock_ns
        until = f"until {format_clock(bar.until_ns)}" if bar.until_ns is not None else "still there"
        held = f", blocked {format_duration(bar.blocked_ns(clock_ns))}" if bar.sort is FateSort.BLOCKED else ""
        where = f"thread {bar.thread}, cpu {bar.processor}"
        return f"{bar.name}: {NAMES[bar.sort]} call {bar.call}, {where}, from {format_clock(bar.from_ns)} {until}{held}"

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            place = self.row_at(event.pos().y())
            QToolTip.showText(event.globalPos(), self.words_of(place) if place >= 0 else "", self)
            return True
        return super().event(event)
