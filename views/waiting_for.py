"""Waiting for: what holds a swap up, answered thread by thread, with a way to each of them.

    Swap 1 of relay A                                       254 µs
    BLOCK: 4 threads inside must leave, 46 µs left
    +----------------------------------------------------------+
    | +>(o) thread 847                                  211 µs |
    | |  |  relay A.ask waits for a reply, cpu 2               |
    | | (o) thread 851                                  209 µs |
    | |  |  relay B.ask waits for a reply, cpu 1               |
    | +-[#] thread 861                                  206 µs |
    |       at the door of relay A, cpu 0                      |
    |  x  cycle: only the time limit ends it, in 46 µs         |
    +----------------------------------------------------------+

It is about the selected swap, component, thread or call; with nothing selected, or with something that waits for
nothing, about everything that waits. A click or Enter on a line selects what it names, and all other views go there.
Run until drained goes to where the swap goes on; without a swap, to where what stands inside the selected component
now, or in any generation, has come out.

Limits: the first chains of each; the others are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QMargins, QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QPainter, QPalette, QPen
from PySide6.QtWidgets import QLabel, QStackedWidget, QStyle, QStyleOptionViewItem, QVBoxLayout, QWidget

from model.projections.hold_ups import HoldUp, HoldUps
from model.trace.events import Phase
from views.kit.chrome import PanelHeader, SecondaryButton
from views.kit.describing import counted, object_name, picked_object
from views.kit.flow_layout import FlowLayout
from views.kit.glyphs import dot_rect, paint_glyph, sign_rect
from views.kit.heard import is_heard
from views.kit.line_list import LineDelegate, LineList
from views.kit.panel_view import PanelView, describe
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, SEMIBOLD, font, text_width
from views.kit.waiting_words import Line, lines_of, mark_of
from views.kit.writing import Writer

if TYPE_CHECKING:
    from views.kit.entry_table import Index
    from views.kit.selection import Picked

PADDING: Final = 16
HEIGHTS: Final = {"head": 50, "step": 42, "foot": 30, "more": 26}
GAP: Final = 8
NOTHING: Final = "Nothing waits: no swap is under way, no lock is fought for."
DRAINED: Final = {Phase.FORWARD: Phase.BLOCK, Phase.BLOCK: Phase.TRANSFER}


class WaitingForView(PanelView):
    """What everything, or the selected thing, waits for."""

    run_until_wanted = Signal(int, int)
    """Request and Phase: run until what holds the swap up has drained. The button is there when somebody listens."""

    drained_wanted = Signal()
    """Nobody asked for a quiescent state here: run until the selected component, or everything, is drained."""

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(link, selection, theme, parent)
        self._seen: tuple[Any, ...] = ()
        self._shown: tuple[HoldUp, ...] = ()
        self.header = PanelHeader("Waiting for", theme=theme)
        self.list = LineList(WaitingLine(theme), "What is waited for", theme, stands_at=_is_step)
        self.nothing = QLabel(NOTHING)
        self.nothing.setWordWrap(True)
        self.nothing.setContentsMargins(PADDING, 6, PADDING, 12)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        # In one place: what waits comes and goes many times a second, and nothing may move for it.
        self._pages = QStackedWidget()
        self._pages.addWidget(self.nothing)
        self._pages.addWidget(self.list)
        self.drain = SecondaryButton("Run until drained", theme=theme)
        self._foot = QWidget(self)
        FlowLayout(8, QMargins(PADDING, 8, PADDING, 10), self._foot).addWidget(self.drain)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part, stretch in ((self.header, 0), (self._pages, 1), (self._foot, 0)):
            layout.addWidget(part, stretch)
        self.list.chosen.connect(self._go)
        self.drain.clicked.connect(self._run_until_drained)
        self.setAutoFillBackground(True)
        self.setFocusProxy(self.list)
        self.restyle()

    @property
    def shown(self) -> tuple[HoldUp, ...]:
        """What the lines are about."""
        return self._shown

    def take(self) -> None:
        link = self.link
        seen = (link.waits, link.swaps, self.selection.current, link.clock_ns)
        if seen == self._seen:
            return
        self._seen = seen
        hold_ups = HoldUps(link.waits, link.swaps)
        self._shown = self._asked(hold_ups)
        self.list.take(lines_of(link, hold_ups, self._shown), self.selection.current)
        waits = bool(self._shown)
        self._pages.setCurrentWidget(self.list if waits else self.nothing)
        cycles = sum(chain.cyclic for each in self._shown for chain in each.chains)
        self.header.set_subtitle(counted(cycles, "cycle") if cycles else "" if waits else "nothing")
        self._foot.setVisible(self._somebody_runs())
        self.drain.setToolTip(self._drain_words())
        describe(self, "Waiting for", self._summary(cycles))

    def forget(self) -> None:
        self._seen = ()
        self.list.take((), None)

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.nothing.setFont(font("label", self.theme.scale))
        for widget in (self.header, self.list, self.drain):
            widget.set_theme(self.theme)
        self._seen = ()

    def _asked(self, hold_ups: HoldUps) -> tuple[HoldUp, ...]:
        """About the selected thing if it waits for something; otherwise about everything."""
        about = self._about(hold_ups, self.selection.current)
        everything = hold_ups.all()
        if about is None:
            return everything
        # A thread that was chosen from these lines stays among them: the chain is the answer, not the thread alone.
        steps = (step for each in everything for chain in each.chains for step in chain.steps)
        if any(step.node == (about.sort, about.identity) for step in steps):
            return everything
        return (about, *(each for each in everything if (each.sort, each.identity) != (about.sort, about.identity)))

    def _about(self, hold_ups: HoldUps, picked: Picked | None) -> HoldUp | None:
        if picked is None:
            return None
        if picked.kind == "thread":
            return hold_ups.of_thread(picked.identity)
        if picked.kind == "call":
            call = self.link.waits.call(picked.identity)
            return hold_ups.of_thread(call.thread) if call else None
        swap = self.link.swaps.under_way(picked_object(self.link.topology, picked, self.link.swaps.by_request))
        return hold_ups.of_swap(swap.request) if swap else None

    def _summary(self, cycles: int) -> str:
        """For those who cannot see it: who holds what up."""
        if not self._shown:
            return NOTHING
        lines = self.list.lines
        head = next((line.spoken for line in lines if line.sort == "head"), "")
        first = next((line.spoken for line in lines if line.sort == "step"), "")
        cycle = f"; {counted(cycles, 'cycle')}" if cycles else ""
        return f"{head}; {first}{cycle}" if first else head

    def _drainable(self) -> tuple[int, Phase] | None:
        """The swap that is shown first, and the phase that it comes to when what holds it up has drained.

        None where another component is selected.
        """
        picked = self._picked()
        for each in self._shown:
            swap = self.link.swaps.by_request.get(each.identity) if each.sort == "swap" else None
            if swap is not None and swap.phase in DRAINED and picked in (0, swap.object):
                return swap.request, DRAINED[swap.phase]
        return None

    def _picked(self) -> int:
        return picked_object(self.link.topology, self.selection.current, self.link.swaps.by_request)

    def _drain_words(self) -> str:
        if self._drainable() is not None:
            return "Play until what holds the swap up has ended"
        if picked := self._picked():
            return f"Play until every call that is inside {object_name(self.link.topology, picked)} now has returned"
        return "Play until every thread of this moment has ended"

    def _somebody_runs(self) -> bool:
        return is_heard(self, "run_until_wanted(int,int)")

    @Slot()
    def _run_until_drained(self) -> None:
        if (wanted := self._drainable()) is not None:
            self.run_until_wanted.emit(wanted[0], int(wanted[1]))
        else:
            self.drained_wanted.emit()

    @Slot(object)
    def _go(self, picked: tuple[str, int]) -> None:
        self.selection.select(*picked)


def _is_step(line: Any) -> bool:
    """The first thread that holds something up is where the keyboard stands: Enter is all that it takes to go there."""
    return isinstance(line, Line) and line.sort == "step"


class WaitingLine(LineDelegate):
    """Paints a line: a part of its chain's card, its mark on the wire, its words."""

    def sizeHint(self, _: QStyleOptionViewItem, index: Index) -> QSize:
        line: Line = index.data(Qt.ItemDataRole.UserRole)
        height = HEIGHTS[line.sort] + (GAP if line.last else 0)
        return QSize(10, round(self.theme.px(height)))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        line: Line = index.data(Qt.ItemDataRole.UserRole)
        area = QRectF(option.rect)  # type: ignore[attr-defined]
        state = option.state  # type: ignore[attr-defined]
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setClipRect(area)
        writer = Writer(painter, self.theme)
        if line.sort in ("step", "foot"):
            area = self._paint_card(painter, area, line)
        self._paint_ground(painter, area, line, state)
        if line.sort == "head":
            self._paint_head(writer, area, line)
        elif line.sort == "step":
            self._paint_step(writer, area, line)
        else:
            self._paint_note(writer, area, line)
        painter.restore()
        self.written += writer.written

    def _paint_card(self, painter: QPainter, area: QRectF, line: Line) -> QRectF:
        """The part of the card that lies in this line; the room inside it. What is beyond the line is clipped away."""
        theme, px = self.theme, self.theme.px
        bottom = area.bottom() - (px(GAP) if line.last else 0)
        card = QRectF(area.left() + px(PADDING), area.top(), area.width() - px(2 * PADDING), bottom - area.top())
        half = theme.stroke(1) / 2
        whole = card.adjusted(half, half if line.first else -px(20), -half, -half if line.last else px(20))
        painter.setPen(QPen(theme.line.regular, theme.stroke(1)))
        painter.setBrush(theme.surface.panel)
        painter.drawRoundedRect(whole, px(8), px(8))
        return card

    def _paint_ground(self, painter: QPainter, area: QRectF, line: Line, state: Any) -> None:
        theme, px = self.theme, self.theme.px
        lit = line.picked is not None and state & QStyle.StateFlag.State_MouseOver
        focused = bool(state & QStyle.StateFlag.State_HasFocus)
        if not (lit or focused) and (line.picked is None or line.picked != self.current):
            return
        ground = area.adjusted(px(3), px(2), -px(3), -px(2)) if line.sort == "step" else area
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.selection.fill if line.picked == self.current else theme.surface.hover)
        painter.drawRoundedRect(ground, px(6), px(6))
        if focused:
            painter.setPen(QPen(theme.focus.ring, theme.stroke(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ground.adjusted(1, 1, -1, -1), px(6), px(6))

    def _paint_head(self, writer: Writer, area: QRectF, line: Line) -> None:
        theme, px = self.theme, self.theme.px
        glyph, colour = mark_of(theme, line.mark)
        where = sign_rect(area.left() + px(PADDING + 7), area.top() + px(17), px(13))
        paint_glyph(writer.painter, glyph, where, colour)
        row = QRectF(area.left() + px(PADDING + 22), area.top() + px(8), area.width() - px(2 * PADDING + 22), px(18))
        took = writer.line(row, line.aside, "label", theme.text.secondary, weight=MEDIUM, right=True)
        writer.line(row.adjusted(0, 0, -took - px(8), 0), line.title, "body", weight=SEMIBOLD)
        row = row.translated(0, px(19))
        row.setHeight(px(16))
        writer.line(row, self._fitting(line.words, row.width(), "label"), "label", theme.text.secondary)

    def _paint_step(self, writer: Writer, area: QRectF, line: Line) -> None:
        theme, px, painter = self.theme, self.theme.px, writer.painter
        x, y = area.left() + px(28), area.top() + px(15)
        painter.setPen(QPen(theme.line.strong, theme.stroke(1.4)))
        if line.joined:
            painter.drawLine(QPointF(x, y), QPointF(x, area.bottom()))
        if not line.first:
            painter.drawLine(QPointF(x, area.top()), QPointF(x, y))
        if line.arrow:
            self._paint_arrow(painter, area, line, x, y)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme.surface.panel)
        painter.drawEllipse(QPointF(x, y), px(8), px(8))
        glyph, colour = mark_of(theme, line.mark)
        place = QRectF(x - px(7), y - px(7), px(14), px(14)) if line.mark == "lock" else dot_rect(x, y, px(5))
        paint_glyph(painter, glyph, place, colour)
        row = QRectF(area.left() + px(48), area.top() + px(5), area.width() - px(60), px(18))
        took = writer.line(row, line.aside, "small", theme.text.tertiary, right=True)
        writer.line(row.adjusted(0, 0, -took - px(8), 0), line.title, "body", weight=SEMIBOLD)
        row = row.translated(0, px(17))
        row.setHeight(px(15))
        writer.line(row, self._fitting(line.words, row.width(), "small"), "small", theme.text.secondary)

    def _paint_arrow(self, painter: QPainter, area: QRectF, line: Line, x: float, y: float) -> None:
        """The way back from the last step to the one that it waits for."""
        theme, px = self.theme, self.theme.px
        left = x - px(16)
        painter.setPen(QPen(theme.invariant.violated.mark, theme.stroke(1.6)))
        end = x - px(9)
        if line.arrow == "head":
            painter.drawLine(QPointF(left, y), QPointF(left, area.bottom()))
            painter.drawLine(QPointF(left, y), QPointF(end, y))
            for reach in (-4, 4):
                painter.drawLine(QPointF(end - px(4), y + px(reach)), QPointF(end, y))
        elif line.arrow == "middle":
            painter.drawLine(QPointF(left, area.top()), QPointF(left, area.bottom()))
        else:
            painter.drawLine(QPointF(left, area.top()), QPointF(left, y))
            painter.drawLine(QPointF(left, y), QPointF(end, y))

    def _paint_note(self, writer: Writer, area: QRectF, line: Line) -> None:
        theme, px = self.theme, self.theme.px
        left = area.left() + px(PADDING)
        colour = theme.text.tertiary
        if line.mark:
            glyph, colour = mark_of(theme, line.mark)
            paint_glyph(writer.painter, glyph, QRectF(left - px(3), area.center().y() - px(8), px(15), px(15)), colour,
                        theme.invariant.violated.on)  # fmt: skip
            left, colour = left + px(18), theme.invariant.violated.text
        row = QRectF(left, area.top(), area.right() - left - px(10), area.height() - px(1))
        writer.line(row, line.title or self._fitting(line.words, row.width(), "label"), "label", colour, weight=MEDIUM)

    def _fitting(self, words: tuple[str, ...], width: float, role: str) -> str:
        """The longest wording that has room."""
        scale = self.theme.scale
        return next((each for each in words if text_width(each, role, scale) <= width), words[-1] if words else "")
