"""Generations: which threads live in which generation of each processor, and who waits for them to end (paper §4.2).

    cpu 0   [=== 3 ===][1]        generation 42, 3 threads; 41 drains, 1 thread
    cpu 1   [== 2 ==]             generation 42, 2 threads
    Quiescent state 7, for swap 4                    12 µs
    1 older thread must end
    14 advances, 7 requests, 6 reached

A click or Enter on a processor selects the oldest thread of its oldest generation, which is what holds an advance back;
on a request, the swap for whose sake it was made.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QLabel, QStyle, QStyleOptionViewItem, QVBoxLayout, QWidget

from model.projections.generations import Generation
from model.projections.hold_ups import HoldUps
from views.kit.chrome import PanelHeader
from views.kit.describing import counted
from views.kit.format import format_count, format_duration
from views.kit.glyphs import paint_glyph
from views.kit.line_list import LineDelegate, LineList
from views.kit.panel_view import PanelView, describe
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.swap_words import title_of
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, SEMIBOLD, font, text_width
from views.kit.writing import Writer

if TYPE_CHECKING:
    from views.kit.entry_table import Index

PADDING: Final = 16
PROCESSOR, REQUEST, FOOT = 52, 46, 32
LADDER: Final = 4
NOTHING: Final = "No processor is known yet."


@dataclass(frozen=True, slots=True)
class Line:
    """A processor with its generations, a request, or the counts at the foot."""

    title: str
    words: tuple[str, ...]
    """From the longest to the shortest."""
    aside: str = ""
    generations: tuple[Generation, ...] = ()
    most: int = 1
    """The threads of the fullest processor: all bars are to one scale."""
    picked: tuple[str, int] | None = None
    height: int = FOOT

    @property
    def key(self) -> tuple[Any, ...]:
        return self.height, self.title

    @property
    def spoken(self) -> str:
        return ", ".join(part for part in (self.title, self.words[0], self.aside) if part)


class GenerationsView(PanelView):
    """Every processor's generations, and every request for a quiescent state."""

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(link, selection, theme, parent)
        self._seen: tuple[Any, ...] = ()
        self.header = PanelHeader("Generations", theme=theme)
        self.list = LineList(GenerationLine(theme), "Generations by processor, and requests", theme)
        self.nothing = QLabel(NOTHING)
        self.nothing.setContentsMargins(PADDING, 6, PADDING, 12)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part, stretch in ((self.header, 0), (self.nothing, 0), (self.list, 1)):
            layout.addWidget(part, stretch)
        layout.addStretch(0)
        self.list.chosen.connect(self._go)
        self.setAutoFillBackground(True)
        self.setFocusProxy(self.list)
        self.restyle()

    def take(self) -> None:
        link = self.link
        seen = (link.generations, link.waits, link.swaps, link.clock_ns, self.selection.current)
        if seen == self._seen:
            return
        self._seen = seen
        lines = self._lines()
        self.list.take(lines, self.selection.current)
        self.list.setVisible(bool(lines))
        self.nothing.setVisible(not lines)
        waiting = len(link.generations.waiting)
        self.header.set_subtitle(f"{counted(waiting, 'request waits', 'requests wait')}" if waiting else "")
        describe(self, "Generations", "; ".join(line.spoken for line in lines))

    def forget(self) -> None:
        self._seen = ()
        self.list.take((), None)

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.nothing.setFont(font("label", self.theme.scale))
        for widget in (self.header, self.list):
            widget.set_theme(self.theme)
        self._seen = ()

    def _lines(self) -> tuple[Line, ...]:
        state = self.link.generations
        if not state.processors:
            return ()
        rows = [state.of(processor) for processor in range(state.processors)]
        most = max(1, *(sum(generation.threads for generation in row) for row in rows))
        processors = [self._processor(number, row, most) for number, row in enumerate(rows)]
        requests = [self._request(number, at_ns) for number, at_ns in state.waiting.items()]
        foot = (
            f"{counted(state.advances, 'advance')}, {counted(state.requested, 'request')}, "
            f"{format_count(state.reached)} reached"
        )
        return (*processors, *requests, Line(foot, ("",)))

    def _processor(self, number: int, row: tuple[Generation, ...], most: int) -> Line:
        current, *older = row
        now = f"generation {current.number}, {counted(current.threads, 'thread')}"
        drains = [f"{each.number} drains, {counted(each.threads, 'thread')}" for each in older if each.threads]
        advanced = self.link.generations.advanced_ns
        since = advanced[number] if number < len(advanced) and advanced[number] else 0
        aside = f"{format_duration(self.link.clock_ns - since)} ago" if since else ""
        words = ("; ".join((now, *drains)), "; ".join((f"generation {current.number}", *drains)), now)
        oldest = self._oldest(number, row[-1].number) if older else 0
        picked = ("thread", oldest) if oldest else None
        return Line(f"cpu {number}", words, aside, row, most, picked, PROCESSOR)

    def _oldest(self, processor: int, generation: int) -> int:
        """The thread that has lived longest of those that count in a generation; 0 when it is not known."""
        threads = self.link.waits.threads
        there = np.flatnonzero((threads["home"] == processor) & (threads["generation"] == generation))
        return int(threads["thread"][there[threads["started_ns"][there].argmin()]]) if len(there) else 0

    def _request(self, number: int, at_ns: int) -> Line:
        hold_ups = HoldUps(self.link.waits, self.link.swaps)
        hold_up = hold_ups.of_quiescence(number)
        threads = len(hold_up.chains) + hold_up.more if hold_up else 0
        swap = self.link.swaps.by_request.get(hold_ups.driver_of(number))
        title = f"Quiescent state {number}" + (f", for {title_of(swap).lower()}" if swap else "")
        must = f"{counted(threads, 'older thread')} must end" if threads else "an older request comes first"
        picked = ("swap", swap.request) if swap else None
        return Line(title, (must,), format_duration(self.link.clock_ns - at_ns), picked=picked, height=REQUEST)

    @Slot(object)
    def _go(self, picked: tuple[str, int]) -> None:
        self.selection.select(*picked)


class GenerationLine(LineDelegate):
    """Paints a line: a processor with a bar of its generations, or words."""

    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:
        return QSize(10, round(self.theme.px(index.data(Qt.ItemDataRole.UserRole).height)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(Qt.ItemDataRole.UserRole)
        theme, px = self.theme, self.theme.px
        area = QRectF(option.rect)  # type: ignore[attr-defined]
        self._paint_ground(painter, area, line, option.state)  # type: ignore[attr-defined]
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        writer = Writer(painter, theme)
        row = QRectF(area.left() + px(PADDING), area.top() + px(6), area.width() - px(2 * PADDING), px(20))
        if line.height == FOOT:
            writer.line(row, line.title, "label", theme.text.tertiary)
            self.written += writer.written
            return
        took = writer.line(row, line.aside, "small", theme.text.tertiary, right=True)
        if line.generations:
            label = text_width("cpu 88", "body", theme.scale, weight=SEMIBOLD) + px(10)
            writer.line(QRectF(row.left(), row.top(), label, row.height()), line.title, "body", weight=SEMIBOLD)
            room = row.width() - label - max(took, px(72)) - px(10)
            bar = QRectF(row.left() + label, row.top() + px(2), room, px(16))
            self._paint_bar(writer, bar, line)
            second = QRectF(row.left() + label, row.bottom() + px(2), row.width() - label, px(16))
        else:
            writer.line(row.adjusted(0, 0, -took - px(8), 0), line.title, "label", weight=SEMIBOLD)
            second = row.translated(0, px(17))
        words = (each for each in line.words if text_width(each, "small", theme.scale) <= second.width())
        writer.line(second, next(words, line.words[-1]), "small", theme.text.secondary)
        self.written += writer.written

    def _paint_ground(self, painter: QPainter, area: QRectF, line: Line, state: Any) -> None:
        theme = self.theme
        if line.picked is None:
            return
        if line.picked == self.current:
            painter.fillRect(area, theme.selection.fill)
        elif state & QStyle.StateFlag.State_MouseOver:
            painter.fillRect(area, theme.surface.hover)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(theme.focus.ring, theme.stroke(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(area.adjusted(1, 1, -1, -1))

    def _paint_bar(self, writer: Writer, bar: QRectF, line: Line) -> None:
        """A piece for each generation that has threads, to one scale for all processors; the number where it fits."""
        theme, px, painter = self.theme, self.theme.px, writer.painter
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.surface.sunken)
        painter.drawRoundedRect(bar, px(3), px(3))
        left = bar.left()
        for age, generation in enumerate(line.generations):
            if not generation.threads:
                continue
            width = max(px(6), bar.width() * generation.threads / line.most)
            piece = QRectF(left, bar.top(), min(width, bar.right() - left), bar.height())
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme.generation.mark(age))
            painter.drawRoundedRect(piece.adjusted(0, 0, -1, 0), px(3), px(3))
            self._label(writer, piece, age, generation.threads)
            left += piece.width()

    def _label(self, writer: Writer, piece: QRectF, age: int, threads: int) -> None:
        theme, px = self.theme, self.theme.px
        words = str(threads)
        width = text_width(words, "small", theme.scale, weight=MEDIUM) + 1
        glyph = px(14)
        if piece.width() < width + glyph + px(10):
            return
        # Words on a ladder's colour would not be read on every one of them: they stand on a ground of their own.
        chip = QRectF(piece.left() + px(3), piece.top() + px(2), width + glyph + px(5), piece.height() - px(4))
        writer.painter.setBrush(theme.surface.panel)
        writer.painter.drawRoundedRect(chip, px(3), px(3))
        shape = theme.generation.glyph[min(age, LADDER - 1)]
        box = QRectF(chip.left() + px(2), chip.center().y() - px(6), px(12), px(12))
        paint_glyph(writer.painter, shape, box, theme.generation.mark(age))
        writer.line(QRectF(chip.left() + glyph, chip.top(), width, chip.height()), words, "small", weight=MEDIUM)
