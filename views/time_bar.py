"""The time bar: all of the run that is still held, what was done in it, and where the person stands.

    let go   0.9 ms            swaps, commands                        the cursor        the head
    //////|-------------v[]-----------|>--------[]-------------[][][]v|                 2.418 ms

It shows what lies after the cursor too, so it is the one view that reads the swaps at the head. Dragging scrubs, a
click seeks, and the arrows step; all of it goes through the playback. What the trace has let go is hatched and not to
scale.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFocusEvent, QHelpEvent, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from model.trace.events import Phase
from views.kit.format import duration_parts, format_clock, format_duration
from views.kit.glyphs import paint_glyph, sign_rect
from views.kit.hatches import fill_hatched
from views.kit.marks_control import MarksControl
from views.kit.painted import RING_REASONS
from views.kit.panel_view import PanelView, describe
from views.kit.phases import phase_meaning
from views.kit.playback_control import PlaybackControl
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Meaning, Theme
from views.kit.typography import text_width
from views.kit.writing import Writer, Written, box

if TYPE_CHECKING:
    from model.projections.swaps import Swap

HEIGHT = 42
BAR_TOP, BAR_HEIGHT = 20, 8
MARK_Y = 12
LET_GO_WIDTH = 60
LEAST_PIECE = 6
SIGN = 7
APART = 14
"""How near two marks above the bar may come; a command that made a swap is told by the swap."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A swap on the bar: what it is about, its stretches by phase, and its end."""

    request: int
    sort: str
    words: str
    spans: tuple[tuple[Phase, int, int], ...]
    outcome: Phase | None
    from_ns: int
    until_ns: int


class TimeBar(PanelView):
    """Where in the held part of the run the person stands, and the way to another place."""

    def __init__(
        self,
        link: SessionLink,
        selection: Selection,
        theme: Theme,
        playback: PlaybackControl,
        parent: QWidget | None = None,
        *,
        marks: MarksControl | None = None,
    ) -> None:
        super().__init__(link, selection, theme, parent)
        self._playback = playback
        self._marks = marks
        if marks is not None:
            marks.changed.connect(self.update)
        self._pieces: tuple[Piece, ...] = ()
        self._ended: dict[int, Piece] = {}
        self._pressed = False
        self._ringed = False
        self.written: list[Written] = []
        self.setAutoFillBackground(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Time bar")
        self.restyle()

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.updateGeometry()

    def take(self) -> None:
        swaps, head_ns = self.link.swaps_at_head.by_request, self.link.head_ns
        for request in [request for request in self._ended if request not in swaps]:
            del self._ended[request]
        pieces = []
        for swap in swaps.values():
            piece = self._ended.get(swap.request) or piece_of(swap, head_ns)
            pieces.append(piece)
            if swap.over:
                self._ended[swap.request] = piece  # what is over stands as it is
        self._pieces = tuple(pieces)
        self.update()

    def forget(self) -> None:
        self._ended.clear()
        self._pieces = ()

    def sizeHint(self) -> QSize:
        return QSize(600, round(HEIGHT * self.theme.scale))

    def minimumSizeHint(self) -> QSize:
        return QSize(320, round(HEIGHT * self.theme.scale))

    # --- where an instant is -----------------------------------------------------------------------------------------

    def groove(self) -> QRectF:
        """The whole bar, what was let go included."""
        px = self.theme.px
        left = px(16) + max(px(54), text_width(self._begin_words(), "small", self.theme.scale)) + px(15)
        right = self.width() - px(16) - max(px(54), text_width(self._end_words(), "small", self.theme.scale)) - px(15)
        return QRectF(round(left), px(BAR_TOP), max(px(80), round(right - left)), px(BAR_HEIGHT))

    def held(self) -> QRectF:
        """The part of the bar that is to scale: from the earliest instant held to the head."""
        groove = self.groove()
        return groove.adjusted(self.theme.px(LET_GO_WIDTH) if self.link.earliest_ns > 0 else 0, 0, 0, 0)

    def x_of(self, at_ns: int) -> float:
        """Where an instant stands; what was let go stands at the beginning."""
        held, first, last = self.held(), self.link.earliest_ns, self.link.head_ns
        share = (at_ns - first) / (last - first) if last > first else 1.0
        return held.left() + held.width() * min(1.0, max(0.0, share))

    def ns_at(self, x: float) -> int:
        """Which instant stands at a place."""
        held, first, last = self.held(), self.link.earliest_ns, self.link.head_ns
        share = min(1.0, max(0.0, (x - held.left()) / held.width()))
        return first + round(share * (last - first))

    # --- painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        writer = Writer(painter, self.theme)
        self._paint_groove(painter)
        self._paint_ends(writer)
        taken: list[float] = []
        for piece in self._pieces:
            taken.append(self._paint_piece(painter, piece, taken))
        self._paint_flags(painter, taken)
        self._paint_bookmarks(painter)
        self._paint_cursor(painter)
        if self._ringed:
            painter.setPen(QPen(self.theme.focus.ring, self.theme.stroke(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.groove().adjusted(-4, -4, 4, 4), 8, 8)
        painter.end()
        self.written = writer.written

    def _paint_groove(self, painter: QPainter) -> None:
        theme, groove, held = self.theme, self.groove(), self.held()
        line = theme.stroke(1)
        painter.setPen(QPen(theme.line.regular, line))
        painter.setBrush(theme.surface.panel)
        radius = groove.height() / 2 + line
        painter.drawRoundedRect(box(groove.adjusted(-line, -line, line, line), line), radius, radius)
        if held.left() > groove.left():
            gone = QRectF(groove.left() + 1, groove.top(), held.left() - groove.left() - 1, groove.height())
            fill_hatched(painter, gone, "diagonal", theme.line.strong, 1.0)
            reach = theme.px(5)
            end = QRectF(round(held.left()), groove.top() - reach, line, groove.height() + 2 * reach)
            painter.fillRect(end, theme.line.strong)

    def _paint_ends(self, writer: Writer) -> None:
        theme, groove = self.theme, self.groove()
        row = QRectF(theme.px(16), groove.center().y() - theme.px(8), groove.left() - theme.px(20), theme.px(16))
        writer.line(row, self._begin_words(), "small", theme.text.tertiary)
        row.moveLeft(groove.right() + theme.px(4))
        row.setRight(self.width() - theme.px(16))
        writer.line(row, self._end_words(), "small", theme.text.tertiary, right=True)

    def _begin_words(self) -> str:
        return _short_instant(self.link.earliest_ns)

    def _end_words(self) -> str:
        number, unit = duration_parts(self.link.head_ns, padded=True)
        return f"{self.link.head_ns / 1e6:.3f}\u00a0ms" if unit == "ms" else f"{number}\u00a0{unit}"

    def _paint_piece(self, painter: QPainter, piece: Piece, taken: list[float]) -> float:
        """Paints a swap; returns where its mark stands. `taken` are the places of those before."""
        bar = self.held()
        left, right = self.x_of(piece.from_ns), self.x_of(piece.until_ns)
        if right - left < self.theme.px(LEAST_PIECE):
            left = max(bar.left(), (left + right - self.theme.px(LEAST_PIECE)) / 2)
            right = left + self.theme.px(LEAST_PIECE)
        if piece.outcome is not None or not piece.spans:
            meaning = phase_meaning(self.theme, piece.outcome or Phase.FORWARD)
            filled = meaning if piece.sort == "swap" else self.theme.structure.interposer
            self._paint_block(painter, QRectF(left, bar.top(), right - left, bar.height()), filled)
            middle = (left + right) / 2
            if taken and abs(middle - taken[-1]) < self.theme.px(SIGN):
                return taken[-1]  # of many swaps at one place the first is marked
            sign = sign_rect(middle, self.theme.px(MARK_Y), self.theme.px(SIGN))
            paint_glyph(painter, meaning.glyph, sign, meaning.mark)
            return middle
        length = max(1, piece.until_ns - piece.from_ns)
        for phase, from_ns, to_ns in piece.spans:
            a = left + (right - left) * (from_ns - piece.from_ns) / length
            b = left + (right - left) * (to_ns - piece.from_ns) / length
            if b > a:
                part = QRectF(a, bar.top(), b - a, bar.height())
                self._paint_block(painter, part, phase_meaning(self.theme, phase))
        return (left + right) / 2

    def _paint_block(self, painter: QPainter, area: QRectF, meaning: Meaning) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(meaning.mark)
        painter.drawRoundedRect(area, 1, 1)
        if meaning.pattern != "crosshatch":
            fill_hatched(painter, area, meaning.pattern, meaning.on, self.theme.texture.on_mark)

    def _paint_flags(self, painter: QPainter, taken: list[float]) -> None:
        theme, first, last = self.theme, self.link.earliest_ns, self.link.head_ns
        for stamped in self.link.script:
            x = self.x_of(stamped.at_ns)
            if not first <= stamped.at_ns <= last or any(abs(x - other) < theme.px(APART) for other in taken):
                continue
            taken.append(x)
            side = theme.px(14)
            pole = QRectF(x - side * 0.25, theme.px(BAR_TOP - 1.5) - side * 0.84, side, side)
            paint_glyph(painter, "flag", pole, theme.text.secondary)

    def _paint_bookmarks(self, painter: QPainter) -> None:
        """A small wedge below the bar that points at the instant: flags above it are commands."""
        theme, px = self.theme, self.theme.px
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.text.secondary)
        below = self.groove().bottom() + px(2)
        for bookmark in self._marks.bookmarks if self._marks is not None else ():
            if self.link.earliest_ns <= bookmark.at_ns <= self.link.head_ns:
                x = self.x_of(bookmark.at_ns)
                corners = ((x, below), (x + px(4), below + px(6)), (x - px(4), below + px(6)))
                painter.drawPolygon(QPolygonF([QPointF(*corner) for corner in corners]))

    def _paint_cursor(self, painter: QPainter) -> None:
        theme, px = self.theme, self.theme.px
        x = self.x_of(self.link.clock_ns)
        painter.setPen(QPen(theme.accent.fill, px(2)))
        painter.drawLine(QPointF(x, px(11)), QPointF(x, px(BAR_TOP + BAR_HEIGHT + 5)))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.accent.fill)
        corners = ((-5, 9), (5, 9), (5, 14), (0, 19), (-5, 14))
        painter.drawPolygon(QPolygonF([QPointF(x + px(dx), px(y)) for dx, y in corners]))

    # --- gestures ----------------------------------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._pressed = True
            self._playback.pause()
            self._playback.seek_ns(self.ns_at(event.position().x()))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._pressed:
            self._playback.seek_ns(self.ns_at(event.position().x()))

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._pressed = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = {
            Qt.Key.Key_Left: self._playback.step_back,
            Qt.Key.Key_Right: self._playback.step_forward,
            Qt.Key.Key_Home: self._playback.to_start,
            Qt.Key.Key_End: self._playback.to_end,
        }.get(Qt.Key(event.key()))
        if act is None or event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier:
            super().keyPressEvent(event)
            return
        act()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in RING_REASONS
        describe(self, "Time bar", f"{format_clock(self.link.clock_ns)} of {format_clock(self.link.head_ns)}")
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        super().focusOutEvent(event)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            QToolTip.showText(event.globalPos(), self.words_at(event.pos().x()), self)
            return True
        return super().event(event)

    def words_at(self, x: float) -> str:
        """What stands at a place, for the tool tip: a swap, the part that was let go, or the instant."""
        if x < self.held().left() and self.link.earliest_ns > 0:
            return f"let go: {_short_instant(self.link.earliest_ns)} is the earliest that is held"
        for piece in self._pieces:
            if self.x_of(piece.from_ns) - 5 <= x <= self.x_of(piece.until_ns) + 5:
                return piece.words
        return format_clock(self.ns_at(x))


def piece_of(swap: Swap, head_ns: int) -> Piece:
    """How a request stands on the bar; while it runs it reaches to the head."""
    until_ns = swap.ended_ns if swap.ended_ns is not None else head_ns
    spans = swap.spans
    if swap.phase is not None and swap.phase_since_ns is not None:
        spans = (*spans, (swap.phase, swap.phase_since_ns, until_ns))
    from_ns = spans[0][1] if spans else swap.requested_ns
    words = f"{swap.sort} {swap.request} of {swap.component}, {swap.receipt(head_ns).standing}"
    return Piece(
        swap.request, swap.sort, f"{words}, {format_duration(until_ns - from_ns)}", spans,
        Phase.ABANDONED if swap.refused else swap.outcome, from_ns, until_ns,
    )  # fmt: skip


def _short_instant(at_ns: int) -> str:
    return "0\u00a0ms" if at_ns == 0 else format_duration(at_ns)
