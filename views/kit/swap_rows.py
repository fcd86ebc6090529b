"""The rows of Figure 3: a bar for each call that the mediator met, cut where its fate changes.

A row says who called, on which processor, and on the bar what became of it; the call that a phase waited for says so.
Only rows that are seen are painted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from model.projections.receipt import FateSort
from model.trace.events import Phase
from views.kit.format import format_clock, format_duration
from views.kit.glyphs import dot_rect, paint_glyph
from views.kit.hatches import fill_hatched
from views.kit.panel_view import describe
from views.kit.phases import fate_meaning
from views.kit.swap_figure import NAMES, PADDING, ROW, WIDE, Figure, FigurePart
from views.kit.theme import Meaning, Theme
from views.kit.typography import MEDIUM, SEMIBOLD, text_width
from views.kit.writing import Writer

if TYPE_CHECKING:
    from model.projections.swap_calls import Bar, Piece


class FigureRows(FigurePart):
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
