"""Branches: the run that is shown beside the one that was left for it, at the same instant.

    Branches   parted at 1.200 000 ms
    [] this run   swap counter to counter_partitioned
    :: the other  swap counter to counter_shared
    the latencies of the selected component since they parted, one over the other
    calls  p50  p99  max, in both, with the difference
    the entries that point at different things
    [ Change over ]

The numbers count from the instant at which the two parted, so that what they share does not hide how they differ.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from model.commands import words
from views.kit.branches_control import BranchesControl
from views.kit.chrome import PanelHeader, SecondaryButton
from views.kit.comparison import Comparison, Runs
from views.kit.describing import client_name, member, object_name, picked_object
from views.kit.format import format_clock, format_duration
from views.kit.latency_plot import LatencyPlot
from views.kit.octaves import drawn
from views.kit.panel_view import PanelView, describe
from views.kit.typography import font

if TYPE_CHECKING:
    from views.kit.selection import Selection
    from views.kit.session_link import SessionLink
    from views.kit.theme import Theme

PADDING: Final = 16
HINT: Final = (
    "One run so far. Drag the time bar back, into a swap if you like, and drop something else: the run that you leave "
    "is kept here beside the new one."
)


class BranchesView(PanelView):
    """This run and the other."""

    def __init__(
        self,
        link: SessionLink,
        selection: Selection,
        theme: Theme,
        *,
        branches: BranchesControl,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(link, selection, theme, parent)
        self._branches = branches
        self._seen: tuple[object, ...] = ()
        self.header = PanelHeader("Branches", theme=theme)
        self.runs = Runs(theme)
        self.plot = LatencyPlot(theme)
        self.table = Comparison(theme)
        self.back = SecondaryButton("Change over", theme=theme)
        self.back.setToolTip("Show the other run; this one is kept beside it")
        self.hint = QLabel(HINT)
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._lay_out()
        self.back.clicked.connect(branches.change_over)
        branches.changed.connect(self._branches_changed)
        self.restyle()

    def _lay_out(self) -> None:
        self._foot = QHBoxLayout()
        self._foot.addWidget(self.back)
        self._foot.addStretch(1)
        self._hint_row = QVBoxLayout()
        self._hint_row.addWidget(self.hint)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addWidget(self.runs)
        whole.addWidget(self.plot, 1)
        whole.addWidget(self.table)
        whole.addLayout(self._foot)
        whole.addLayout(self._hint_row)

    def restyle(self) -> None:
        theme, px = self.theme, self.theme.px
        self.setAutoFillBackground(True)
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.surface.panel)
        self.setPalette(palette)
        for part in (self.header, self.runs, self.plot, self.table, self.back):
            part.set_theme(theme)
        self.hint.setFont(font("label", theme.scale))
        dim = theme.palette()
        dim.setColor(QPalette.ColorRole.WindowText, theme.text.tertiary)
        self.hint.setPalette(dim)
        side = round(px(PADDING))
        self._hint_row.setContentsMargins(side, round(px(4)), side, round(px(12)))
        self._foot.setContentsMargins(side, round(px(6)), side, round(px(8)))
        self._seen = ()

    def forget(self) -> None:
        self._seen = ()

    def take(self) -> None:
        other = self._branches.other
        for part in (self.runs, self.plot, self.table, self.back):
            part.setVisible(other is not None)
        self.hint.setVisible(other is None)
        if other is None:
            self.header.set_subtitle("")
            describe(self, "Branches", HINT)
            return
        identity = picked_object(self.link.topology, self.selection.current, self.link.swaps.by_request)
        identity = identity or next(iter(self.link.latency.objects()), 0)
        seen = (other, self.link.position, identity)
        if seen != self._seen:
            self._seen = seen
            self._compare(other, identity)

    def _compare(self, other: SessionLink, identity: int) -> None:
        """Both at the clock that the person sees; the other at its end where it was left before that."""
        at_ns = min(self.link.clock_ns, other.head_ns)
        other.set_cursor(other.trace.position_at(at_ns), at_ns)
        other.refresh()
        parted_ns = self._branches.parted_ns
        here, there = (
            each.latency.since(each.latency_at(each.trace.position_at(parted_ns)), identity)
            for each in (self.link, other)
        )
        self.header.set_subtitle(f"parted at {format_clock(parted_ns)}")
        self.runs.show_runs(commands_since(self.link, parted_ns), commands_since(other, parted_ns))
        self.plot.show_shares(drawn(here.now), drawn(there.now) if there.count else None, here.p50_ns, here.p99_ns)
        name = object_name(self.link.topology, identity) if identity else "no call yet"
        self.table.show_rows(name, here, there, differing_entries(self.link, other))
        longest = f"p99 {format_duration(here.p99_ns)}, in the other {format_duration(there.p99_ns)}"
        describe(self, "Branches", f"{name}: {longest}")

    @Slot()
    def _branches_changed(self) -> None:
        self._seen = ()
        if self.isVisible():
            self.take()


def commands_since(link: SessionLink, parted_ns: int) -> str:
    """What a run was told after the two parted."""
    told = [words(stamped.command) for stamped in link.script if stamped.at_ns > parted_ns]
    if not told:
        return "no command since"
    return told[0] if len(told) == 1 else f"{told[0]}, and {len(told) - 1} more"


def differing_entries(link: SessionLink, other: SessionLink) -> tuple[tuple[str, str, str], ...]:
    """Client and object of each entry that points at something else in the other run, and at what in both."""
    found = []
    ours, theirs = link.tables.entries, other.tables.entries
    for key, entry in ours.items():
        elsewhere = theirs.get(key)
        if elsewhere is None:
            continue
        here, there = link.topology.pointed_at(entry.target).words, other.topology.pointed_at(elsewhere.target).words
        if here != there:
            here, there = member(here), member(there)
            names = f"{client_name(link.topology, key[0])} › {object_name(link.topology, key[1])}"
            found.append((names, here, there))
    return tuple(found)
