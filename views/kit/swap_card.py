"""The card of a swap: while it runs in the phase's colour, at its end as the receipt; one widget for both.

    single > replicated                          [v] COMPLETED                      29.4 µs
    [||]  BLOCK                      4.1 µs      single > replicated
          1 tracked call must return first       ==========================____====////////
    ==========================____....           FORWARD 18.2            BLOCK 6.4  TRANSFER
    forward 18.2              block  transfer    o  untracked   2
    o  untracked   2              all returned   ...                           longest 11 µs

It says COMPLETED only after the table entries are written, because the trace does.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from model.trace.events import Phase
from views.kit.format import duration_parts, format_count, format_duration
from views.kit.glyphs import dot_rect, paint_glyph, sign_rect
from views.kit.hatches import fill_hatched
from views.kit.panel_view import describe
from views.kit.phases import FATES, fate_meaning, phase_meaning
from views.kit.swap_words import change_words, fate_notes, next_words
from views.kit.theme import Meaning, Theme
from views.kit.typography import MEDIUM, REGULAR, SEMIBOLD, text_width
from views.kit.writing import Writer, Written, box

if TYPE_CHECKING:
    from model.projections.receipt import Receipt

PADDING: Final = 16
PHASES: Final = (Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER)
NEXT_WIDTH: Final = 32
LEAST_SEGMENT: Final = 4
GAP: Final = 2
FATE_PITCH: Final = 24
HEAD_RUNNING: Final = 89
HEAD_ENDED: Final = 76
BAR: Final = 36


@dataclass(frozen=True, slots=True)
class Segment:
    """A phase on the bar: how long it took (so far), and whether it is over, runs now, or comes."""

    phase: Phase
    ns: int
    state: str


def segments_of(receipt: Receipt) -> tuple[Segment, ...]:
    """The three phases of a swap as the bar shows them; of an ended swap only those that it saw."""
    swap = receipt.swap
    spent = {Phase.FORWARD: receipt.forward_ns, Phase.BLOCK: receipt.block_ns, Phase.TRANSFER: receipt.transfer_ns}
    seen = {phase for phase, _, _ in swap.spans}
    if swap.over:
        return tuple(Segment(phase, spent[phase], "over") for phase in PHASES if phase in seen)
    return tuple(
        Segment(phase, spent[phase], "now" if phase is swap.phase else "over" if phase in seen else "next")
        for phase in PHASES
    )


def widths_of(segments: tuple[Segment, ...], width: float, least: float, coming: float, gap: float) -> list[float]:
    """How wide each segment is: to scale, but none under `least`; what comes has a fixed place at the end."""
    free = width - gap * (len(segments) - 1) - coming * sum(each.state == "next" for each in segments)
    drawn = [each for each in segments if each.state != "next"]
    total = sum(each.ns for each in drawn) or 1
    spare = max(0.0, free - least * len(drawn))
    return [coming if each.state == "next" else least + spare * each.ns / total for each in segments]


class SwapCard(QWidget):
    """Paints one swap as of the clock; `show_swap` is told once a frame."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._receipt: Receipt | None = None
        self._clock_ns = 0
        self._target = ""
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Swap")

    def show_swap(self, receipt: Receipt, clock_ns: int, target: str = "") -> None:
        """Show a swap; `target` describes the new component more fully than its title does."""
        resized = self._height_of(receipt) != self._height_of(self._receipt)
        self._receipt, self._clock_ns, self._target = receipt, clock_ns, target
        swap = receipt.swap
        words = next_words(swap, clock_ns)
        describe(self, f"{swap.sort} {swap.request} of {swap.component}: {receipt.standing}", words)
        if resized:
            self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(300, round(self._theme.px(self._height_of(self._receipt))))

    def minimumSizeHint(self) -> QSize:
        return QSize(240, self.sizeHint().height())

    def _height_of(self, receipt: Receipt | None) -> int:
        if receipt is None:
            return 0
        head = HEAD_ENDED if receipt.swap.over else HEAD_RUNNING
        if receipt.swap.sort != "swap":
            return head
        return head + (BAR if segments_of(receipt) else 4) + FATE_PITCH * len(FATES)

    # --- painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        writer = Writer(painter, self._theme)
        if self._receipt is not None:
            top = self._paint_head(writer, self._receipt)
            if self._receipt.swap.sort == "swap":
                top = self._paint_bar(writer, top, segments_of(self._receipt))
                self._paint_fates(writer, top, self._receipt)
        painter.end()
        self.written = writer.written

    def _row(self, top: float, height: float, left: float = PADDING, right: float = PADDING) -> QRectF:
        px = self._theme.px
        return QRectF(px(left), px(top), self.width() - px(left + right), px(height))

    def _paint_head(self, writer: Writer, receipt: Receipt) -> float:
        if receipt.swap.over:
            self._paint_outcome(writer, receipt)
            self._paint_change(writer, 47, receipt)
            return HEAD_ENDED
        self._paint_change(writer, 5, receipt)
        self._paint_phase(writer, receipt)
        return HEAD_RUNNING

    def _meaning(self, receipt: Receipt) -> Meaning:
        swap = receipt.swap
        if swap.sort != "swap" and not swap.refused:
            return self._theme.structure.interposer
        stands = Phase.ABANDONED if swap.refused else swap.outcome or swap.phase or Phase.FORWARD
        return phase_meaning(self._theme, stands)

    def _paint_outcome(self, writer: Writer, receipt: Receipt) -> None:
        px, meaning = self._theme.px, self._meaning(receipt)
        banner = self._row(0, 40)
        writer.painter.setPen(Qt.PenStyle.NoPen)
        writer.painter.setBrush(meaning.mark)
        writer.painter.drawRoundedRect(banner, px(8), px(8))
        swap = receipt.swap
        sign = "cross" if swap.refused or swap.outcome is Phase.ABANDONED else "check"
        paint_glyph(writer.painter, sign, sign_rect(banner.left() + px(20), banner.center().y(), px(11)), meaning.on)
        words = receipt.standing if swap.sort == "swap" or swap.refused else f"{swap.sort}ed".upper()
        area = banner.adjusted(px(36), 0, -px(16), 0)
        ended, began = swap.ended_ns or 0, swap.requested_ns
        time = format_duration(receipt.total_ns if receipt.total_ns else ended - began)
        took = writer.line(area, time, "body", meaning.on, weight=SEMIBOLD, right=True)
        area.adjust(0, 0, -took - px(8), 0)
        writer.line(area, words, "body", meaning.on, weight=SEMIBOLD, tracking=0.4)

    def _paint_change(self, writer: Writer, top: float, receipt: Receipt) -> None:
        theme, px = self._theme, self._theme.px
        old, new = change_words(receipt.swap)
        row = self._row(top, 20)
        took = writer.line(row, old, "body", theme.text.secondary, weight=MEDIUM)
        chevron = QRectF(row.left() + took + px(6), row.center().y() - px(7), px(14), px(14))
        paint_glyph(writer.painter, "chevron_right", chevron, theme.text.tertiary)
        row.setLeft(chevron.right() + px(6))
        writer.line(row, self._target or new, "body", theme.text.primary, weight=MEDIUM)

    def _paint_phase(self, writer: Writer, receipt: Receipt) -> None:
        theme, px, meaning, swap = self._theme, self._theme.px, self._meaning(receipt), receipt.swap
        tile = QRectF(px(PADDING), px(33), px(40), px(40))
        writer.painter.setPen(Qt.PenStyle.NoPen)
        writer.painter.setBrush(meaning.mark if swap.phase else meaning.tint)
        writer.painter.drawRoundedRect(tile, px(8), px(8))
        glyph = meaning.glyph if swap.phase else "chevrons"
        sign = sign_rect(tile.center().x(), tile.center().y(), px(15))
        paint_glyph(writer.painter, glyph, sign, meaning.on if swap.phase else meaning.text)
        words = self._row(34, 22, PADDING + 54)
        phase_ns = self._clock_ns - swap.phase_since_ns if swap.phase_since_ns is not None else 0
        since = max(0, phase_ns if swap.phase else self._clock_ns - swap.requested_ns)
        took = writer.line(words, format_duration(since), "readout", right=True)
        words.adjust(0, 0, -took - px(8), 0)
        writer.line(words, receipt.standing, "phase", meaning.text, tracking=0.4)
        area = self._row(57, 16, PADDING + 54)
        writer.line(area, next_words(swap, self._clock_ns), "label", theme.text.secondary)

    def _paint_bar(self, writer: Writer, top: float, segments: tuple[Segment, ...]) -> float:
        px = self._theme.px
        if not segments:
            return top + 4
        row = self._row(top, 10)
        widths = widths_of(segments, row.width(), px(LEAST_SEGMENT), px(NEXT_WIDTH), px(GAP))
        places = []
        left = row.left()
        for segment, width in zip(segments, widths, strict=True):
            place = QRectF(left, row.top(), width, row.height())
            self._paint_segment(writer.painter, place, segment)
            places.append(place)
            left += width + px(GAP)
        self._paint_labels(writer, top + 14, segments, places)
        return top + BAR

    def _paint_segment(self, painter: QPainter, place: QRectF, segment: Segment) -> None:
        theme, px = self._theme, self._theme.px
        meaning = phase_meaning(theme, segment.phase)
        if segment.state == "next":
            pen = QPen(theme.line.regular, theme.stroke(1))
            pen.setDashPattern([3, 2])
            painter.setPen(pen)
            painter.setBrush(theme.surface.sunken)
            painter.drawRoundedRect(box(place, theme.stroke(1)), px(3), px(3))
            return
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(meaning.mark)
        painter.drawRoundedRect(place, px(2.5), px(2.5))
        fill_hatched(painter, place, meaning.pattern, meaning.on, theme.texture.on_mark)

    def _paint_labels(self, writer: Writer, top: float, segments: tuple[Segment, ...], places: list[QRectF]) -> None:
        """The name and the time of each phase under its piece; moved apart, then shortened, until they fit."""
        row = self._row(top, 14)
        for shorten in range(4):
            words = [_label(segment, segments, shorten) for segment in segments]
            lefts = self._lefts(words, places, row)
            if lefts is not None:
                break
        else:
            return
        for segment, text, left in zip(segments, words, lefts, strict=True):
            meaning, ended = phase_meaning(self._theme, segment.phase), all(each.state == "over" for each in segments)
            colour = meaning.text if ended else self._theme.text.tertiary
            weight = MEDIUM if ended else REGULAR
            width = text_width(text, "small", self._theme.scale, weight=weight) + 1
            writer.line(QRectF(left, row.top(), width, row.height()), text, "small", colour, weight=weight)

    def _lefts(self, words: list[str], places: list[QRectF], row: QRectF) -> list[float] | None:
        """Where each label begins: under its piece, but apart and within the row; None when they do not fit."""
        widths = [text_width(text, "small", self._theme.scale, weight=MEDIUM) + 1 for text in words]
        gap = self._theme.px(8)
        if sum(widths) + gap * (len(words) - 1) > row.width():
            return None
        lefts = [place.left() for place in places]
        right = row.right()
        for index in reversed(range(len(words))):
            lefts[index] = min(lefts[index], right - widths[index])
            right = lefts[index] - gap
        left = row.left()
        for index, width in enumerate(widths):
            lefts[index] = max(lefts[index], left)
            left = lefts[index] + width + gap
        return lefts

    def _paint_fates(self, writer: Writer, top: float, receipt: Receipt) -> None:
        theme, px = self._theme, self._theme.px
        notes = fate_notes(receipt, self._clock_ns)
        names = max(text_width(name, "body", theme.scale) for name in FATES)
        right = max(px(150), px(PADDING + 24) + names + px(40))
        for place, name in enumerate(FATES):
            row = self._row(top + FATE_PITCH * place, FATE_PITCH, PADDING + 24)
            meaning = fate_meaning(theme, name)
            middle = QPointF(px(PADDING + 7), row.center().y())
            paint_glyph(writer.painter, meaning.glyph, dot_rect(middle.x(), middle.y(), px(4.8)), meaning.mark)
            writer.line(row, name, "body")
            count = QRectF(row.left() + names, row.top(), right - row.left() - names, row.height())
            writer.line(count, format_count(getattr(receipt.swap, name)), "body", weight=SEMIBOLD, right=True)
            note = QRectF(right + px(10), row.top(), row.right() - right - px(10), row.height())
            writer.line(note, notes.get(name, ""), "label", theme.text.tertiary, right=True)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            whole = next(
                (each.whole for each in self.written if each.cut and each.rect.contains(QPointF(event.pos()))), ""
            )
            QToolTip.showText(event.globalPos(), whole, self)
            return True
        return super().event(event)


def _label(segment: Segment, all_of_them: tuple[Segment, ...], shorten: int) -> str:
    """The words under a piece; the more they are shortened the less of them is there."""
    ended = all(each.state == "over" for each in all_of_them)
    word = segment.phase.name if ended else segment.phase.name.lower()
    if segment.state != "over":
        return word
    number, unit = duration_parts(segment.ns)
    longest = max(all_of_them, key=lambda each: each.ns if each.state == "over" else -1)
    same = duration_parts(longest.ns)[1] == unit
    last = segment is all_of_them[-1] or not same
    time = f"{number}\u00a0{unit}" if last else number
    if not ended:
        return f"{word} {time}" if shorten < 2 else word
    if shorten == 0:
        return f"{word} {time}"
    if shorten == 1:
        return time if segment is all_of_them[-1] else f"{word} {time}"
    return time if shorten == 2 else number
