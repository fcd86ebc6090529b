"""Every panel that the window can show, a line each.

A new view is one file in views/ and one line here. The line gives it an entry under View > Panels, a command in the
palette, a place in the window, and the tests that all views must pass; a test fails where the line was forgotten. Which
panels stand beside each other is said by the layouts (app/layouts.py), by the names given here.

What a view is made with: `(link, selection, theme)`, and the keyword arguments that its line `wants`:

    playback   the player, as views/kit/playback_control.py describes it
    marks      bookmarks and stops, as views/kit/marks_control.py describes them
    branches   the run that was left, as views/kit/branches_control.py describes it
    history    what was selected before (views/kit/selection_history.py)

What the window does with its signals, if it has them (app/workspace.py, `ANSWERED`):

    time_wanted(int)              the instant, in ns, that is to be shown
    run_until_wanted(int, int)    request and Phase: play until the swap stands there
    drained_wanted()              play until the selected component, or everything of this moment, is drained
    said(str)                     a sentence for the person
    bookmark_wanted(int)          the instant, in ns, that is to be marked

And if it has `set_reduced_motion(bool)`, it is told when nothing is to glide or fade.

A view is made when it is shown for the first time, so that a panel which nobody opens costs nothing at the start.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final, Literal

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from views.kit.selection import Selection
    from views.kit.session_link import SessionLink
    from views.kit.theme import Theme

Area = Literal["left", "centre", "right", "bottom"]
AREAS: Final[tuple[Area, ...]] = ("left", "centre", "right", "bottom")


@dataclass(frozen=True, slots=True)
class ViewEntry:
    """One panel: its name in layouts and settings, its title, and how it is made."""

    name: str
    title: str
    area: Area
    """Where it comes when it is opened and the layout has no place for it."""
    made_by: str
    """module:class, imported when it is first shown."""
    about: str = ""
    """A line for the menu's tool tip."""
    key: str = ""
    """The key that shows and closes it."""
    wants: tuple[str, ...] = ()
    least: int = 0
    """px that it needs along its area, below which it shares its place with a neighbour; 0 for the area's own."""
    extent: int = 0
    """px that it takes along its area; 0 for what is left over."""

    def make(self, link: SessionLink, selection: Selection, theme: Theme, offers: Mapping[str, Any]) -> QWidget:
        """The view itself."""
        module, _, name = self.made_by.partition(":")
        made: QWidget = getattr(import_module(module), name)(
            link, selection, theme, **{want: offers[want] for want in self.wants}
        )
        return made


VIEWS: Final[tuple[ViewEntry, ...]] = (
    ViewEntry("palette", "Implementations", "left", "views.palette:Palette", "What can be dragged onto a component",
              wants=("foot",)),
    ViewEntry("graph", "Object graph", "centre", "app.graph_pane:GraphPane", "Clients, components, threads and swaps"),
    ViewEntry("swap", "Swap", "centre", "views.swap:SwapView", "One swap, call by call, or all of them side by side"),
    ViewEntry("receipt", "Receipts", "right", "views.receipt:ReceiptView", "The swap that runs, or the receipt of one",
              wants=("idle",), least=270),
    ViewEntry("waiting_for", "Waiting for", "right", "views.waiting_for:WaitingForView",
              "What holds a swap up, a thread waits for, or everything that waits", least=180, extent=224),
    ViewEntry("latency", "Latency", "right", "views.latency:LatencyView", "Of the selected component, now and before",
              least=282, extent=322),
    ViewEntry("lanes", "Lanes", "bottom", "views.lanes:LanesView", "Who ran where and what was under way, over time"),
    ViewEntry("inspector", "Inspector", "right", "views.inspector:InspectorView",
              "All that is known of what is selected: facts, state, history, source", wants=("history",), least=240),
    ViewEntry("story", "Story", "bottom", "views.story:StoryView", "The trace in English, with a filter"),
    ViewEntry("generations", "Generations", "right", "views.generations:GenerationsView",
              "Which threads live in which generation, and who waits for them", least=150, extent=260),
    ViewEntry("tables", "Translation tables", "bottom", "views.tables:TablesView", "What every client's entries name"),
    ViewEntry("marks", "Marks", "right", "views.marks:MarksView", "Where the run stops, what is counted, bookmarks",
              key="K", wants=("marks",), least=200),
    ViewEntry("branches", "Branches", "right", "views.branches:BranchesView", "This run beside the one that was left",
              wants=("branches",), least=340),
)  # fmt: skip

PARTS: Final = ("caption", "invariants", "legend", "narration", "selected", "stage", "time_bar", "transport", "welcome")
"""Files of views/ that are no panels but parts of one, or of the window's own frame."""

VIEW_BY_NAME: Final[Mapping[str, ViewEntry]] = {entry.name: entry for entry in VIEWS}
