"""Lanes: who ran where and what was under way, over time, with the phases of swaps as bands behind.

    [Processors | Threads | Components]   [Follow]   1 : 20 µs
    cpu 0  |== 203 ==|   FORWARD     BLOCK  221 |
    cpu 1      |=== 187 ====|

What can be done with mouse and keys stands in kit/lanes_canvas.py. The window of time follows the clock until a person
moves it; "Follow" takes it along again.
"""

from __future__ import annotations

from typing import Any, Final

from PySide6.QtCore import QMargins, QTimer, Signal, Slot
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from model.projections.causes import about, cause_of, effect_of, position_of
from model.projections.lanes import Lanes
from views.kit.chrome import PanelHeader, SecondaryButton, SegmentedControl
from views.kit.flow_layout import FlowLayout
from views.kit.format import format_clock, format_duration
from views.kit.lanes_canvas import Band, LanesCanvas
from views.kit.lanes_picture import PIVOTS, Pivot, picture_of
from views.kit.panel_view import PanelView, describe
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme

PADDING: Final = 12
WIDE: Final = 480
FIRST_SPAN_NS: Final = 120_000
LEAST_SPAN_NS: Final = 4_000
"""Of a run that has only begun: the runs of explorations are over after a few microseconds."""
ROWS_AT_ONCE: Final = 2_048
"""Read in one turn of the event loop, which takes some milliseconds; the next turn goes on."""
AHEAD: Final = 0.06
"""How much of the window lies right of the clock while it follows."""


class LanesView(PanelView):
    """Processors, threads or components over time."""

    time_wanted = Signal(int)
    """An instant that the person has chosen: show the world then."""
    bookmark_wanted = Signal(int)
    """An instant that the person wants to come back to."""
    said = Signal(str)

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(link, selection, theme, parent)
        self._lanes = Lanes(link.trace)
        self._seen: tuple[Any, ...] = ()
        self._span_ns = 0
        """What a person has chosen; 0 for as much as there is, up to FIRST_SPAN_NS."""
        self.follows = True
        self.header = PanelHeader("Lanes", theme=theme)
        self.pivot = SegmentedControl(["Processors", "Threads", "Components"], "What a lane is", theme=theme)
        self.follow = SecondaryButton("Follow", theme=theme)
        self.follow.setToolTip("Take the window of time along with the clock")
        self.canvas = LanesCanvas(theme)
        self._controls = QWidget(self)
        row = FlowLayout(8, QMargins(16, 2, PADDING, 4), self._controls)
        row.addWidget(self.follow)
        row.addWidget(self.pivot)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self._column.addWidget(self.header)
        self._column.addWidget(self.canvas, 1)
        self._beside: bool | None = None
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._read_on)
        self._connect()
        self.setAutoFillBackground(True)
        self.setFocusProxy(self.canvas)
        self.restyle()

    def _connect(self) -> None:
        canvas = self.canvas
        self.pivot.chosen.connect(self._pivoted)
        self.follow.clicked.connect(self._follow_again)
        canvas.window_changed.connect(self._window_changed)
        canvas.moved.connect(self._stop_following)
        canvas.chosen.connect(self._choose)
        canvas.hovered.connect(self._hover)
        canvas.time_wanted.connect(self.time_wanted)
        canvas.bookmark_wanted.connect(self._bookmark)
        canvas.step_wanted.connect(self._step)
        canvas.focus_wanted.connect(self._focus)

    @property
    def lanes(self) -> Pivot:
        """What a lane stands for."""
        return PIVOTS[self.pivot.current]

    @property
    def reading(self) -> bool:
        """Whether it has more to read than one turn of the event loop gave time for."""
        return self._later.isActive()

    def take(self) -> None:
        link = self.link
        whole = self._lanes.read(link.position, ROWS_AT_ONCE)
        if not whole:
            self._later.start(0)
            self.header.set_subtitle("reading the past")
            if self.follows:
                return  # the window ends where nothing has been read: what is shown stays until it has
        self._follow_clock()
        current = self.selection.current
        seen = (
            link.position, link.clock_ns, current, self.canvas.window_ns, self.pivot.current, self._lanes.position,
            link.swaps, link.topology.objects,
        )  # fmt: skip
        if seen == self._seen:
            return
        self._seen = seen
        picture = picture_of(
            self._lanes, self.lanes, self.canvas.window_ns, link.clock_ns, self._known(), link.generations.currents
        )
        self.canvas.set_whole(link.earliest_ns, link.clock_ns)
        picked = (current.kind, current.identity) if current else None
        self.canvas.show_picture(picture, self._bands(), link.clock_ns, picked)
        self.follow.setVisible(not self.follows)
        self._place_controls()
        first, last = self.canvas.window_ns
        if whole:
            self.header.set_subtitle("")
        count = len(picture)
        describe(self.canvas, f"Lanes of {self.lanes}", self._spoken(count, first, last))

    def forget(self) -> None:
        self._lanes = Lanes(self.link.trace)
        self._seen = ()
        self.follows = True
        self._span_ns = 0
        self.canvas.markers_ns.clear()

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(QPalette.ColorRole.Base)
        for widget in (self.header, self.pivot, self.follow, self.canvas):
            widget.set_theme(self.theme)
        self._beside = None
        self._place_controls()
        self._seen = ()

    def _spoken(self, count: int, first_ns: int, last_ns: int) -> str:
        selected = self.canvas.selected_bar()
        chosen = f"; selected: {self.canvas.words_of(selected)}" if selected >= 0 else ""
        return f"{count} bars in {format_duration(last_ns - first_ns)} from {format_clock(max(0, first_ns))}{chosen}"

    def _known(self) -> list[tuple[int, str]]:
        if self.lanes == "processors":
            return [(number, f"cpu {number}") for number in range(self.link.generations.processors)]
        if self.lanes == "components":
            return [(identity, node.name) for identity, node in self.link.topology.objects.items()]
        return []

    def _bands(self) -> list[Band]:
        """The phases of every swap, the open one up to the clock."""
        clock_ns = self.link.clock_ns
        bands = []
        for swap in self.link.swaps.by_request.values():
            bands += [Band(phase, from_ns, until_ns, swap.request) for phase, from_ns, until_ns in swap.spans]
            if swap.phase is not None and swap.phase_since_ns is not None:
                bands.append(Band(swap.phase, swap.phase_since_ns, max(clock_ns, swap.phase_since_ns), swap.request))
        return bands

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_controls()

    def _place_controls(self) -> None:
        """At the right of the title where there is room for both, otherwise in a row of their own."""
        beside = self.width() >= self.theme.px(WIDE)
        if beside != self._beside:
            self._beside = beside
            if beside:
                self._column.removeWidget(self._controls)
            else:
                self._column.insertWidget(1, self._controls)
            self._controls.show()
        if beside:
            buttons = [each for each in (self.follow, self.pivot) if not each.isHidden()]
            width = sum(each.sizeHint().width() + 8 for each in buttons) + 16 + PADDING
            self._controls.setGeometry(self.width() - width, 0, width, self._controls.sizeHint().height())
            self._controls.raise_()

    # --- the window of time ------------------------------------------------------------------------------------------

    def _follow_clock(self) -> None:
        if not self.follows:
            return
        clock_ns = self.link.clock_ns
        span_ns = self._span_ns or min(FIRST_SPAN_NS, max(LEAST_SPAN_NS, round(clock_ns / (1 - AHEAD))))
        last = clock_ns + round(span_ns * AHEAD)
        self.canvas.set_window(last - span_ns, last, keep=False)

    @Slot()
    def _stop_following(self) -> None:
        self.follows = False

    @Slot()
    def _follow_again(self) -> None:
        first, last = self.canvas.window_ns
        self._span_ns = last - first
        self.follows = True
        self._frame()

    @Slot()
    def _window_changed(self) -> None:
        if not self.follows:
            self._frame()

    @Slot()
    def _read_on(self) -> None:
        self._frame()

    @Slot(int)
    def _pivoted(self, _: int) -> None:
        self._frame()

    # --- what the person does ----------------------------------------------------------------------------------------

    @Slot(str, int)
    def _choose(self, kind: str, identity: int) -> None:
        self.selection.select(kind, identity)

    @Slot(str, int)
    def _hover(self, kind: str, identity: int) -> None:
        if kind:
            self.selection.hover(kind, identity)
        else:
            self.selection.leave()

    @Slot()
    def _bookmark(self) -> None:
        self.bookmark_wanted.emit(self.link.clock_ns)

    @Slot(bool)
    def _step(self, forward: bool) -> None:
        """To the cause or the effect of the selected call or thread."""
        picked = self.selection.current
        if picked is None or picked.kind not in ("call", "thread"):
            self.said.emit("Select a call or a thread first: [ goes to its cause, ] to its effect.")
            return
        trace, until = self.link.trace, self.link.position
        position = position_of(trace, picked.kind, picked.identity, until)
        found = effect_of(trace, position, until) if forward else cause_of(trace, position)
        while found is not None and about(found) == (picked.kind, picked.identity):
            found = effect_of(trace, found.position, until) if forward else cause_of(trace, found.position)
        target = about(found) if found is not None else None
        if found is None or target is None:
            self.said.emit(f"Nothing is known that {'came of' if forward else 'brought about'} this {picked.kind}.")
            return
        self.selection.select(*target)
        first, last = self.canvas.window_ns
        if not first <= found.at_ns <= last:
            self.follows = False
            self.canvas.set_window(found.at_ns - (last - first) // 2, found.at_ns + (last - first) // 2)

    @Slot()
    def _focus(self) -> None:
        """The selected thing has no bar in the window: go to where it is, or show everything."""
        self.follows = False
        picked = self.selection.current
        if picked is not None and picked.kind == "swap" and picked.identity in self.link.swaps.by_request:
            swap = self.link.swaps.by_request[picked.identity]
            ended = swap.ended_ns if swap.ended_ns is not None else self.link.clock_ns
            margin = max(1_000, (ended - swap.requested_ns) // 8)
            window = (swap.requested_ns - margin, ended + margin)
            if self.canvas.window_ns != window:
                self.canvas.set_window(*window)
                return
        if picked is not None and picked.kind in ("call", "thread"):
            position = position_of(self.link.trace, picked.kind, picked.identity, self.link.position)
            first, last = self.canvas.window_ns
            if position >= 0 and not first <= (at_ns := self.link.trace.event(position).at_ns) <= last:
                self.canvas.set_window(at_ns - (last - first) // 2, at_ns + (last - first) // 2)
                return
        self.canvas.fit()
