"""The narration of a scene: which line is said where the person stands, and where the run pauses for it.

    scenario's [[narration]] --Telling--> the rows at which lines begin --> the player pauses there
                                                                        --> the line said at the cursor --> views

A line that begins may select a component, bring a panel beside the graph and change the pace; then it is the person's
again. What is said depends on the cursor alone, so that going back says it again.

Limits: a narration asks columns only, as a stop does. It speaks to one person; nothing of it stands in the trace.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from app.marks import stop_filter
from app.view_catalogue import VIEW_BY_NAME
from model.projections.row_filter import FilterError
from model.projections.telling import Telling
from model.refusals import ScenarioError, nearest
from model.scenario import NarrationTable, Scenario

if TYPE_CHECKING:
    from collections.abc import Sequence

    from app.playback import Player
    from model.trace.trace import Rows
    from views.kit.selection import Selection
    from views.kit.session_link import SessionLink

WORDS_A_SECOND: Final = 3.0
"""As fast as subtitles are read by people who look at a picture too."""
LOOK_S: Final = 1.5
"""And so long to find what is spoken of."""


def reading_s(text: str) -> float:
    """How long a line stands where nobody says that it has been read."""
    return LOOK_S + len(text.split()) / WORDS_A_SECOND


def check_narration(scenario: Scenario) -> None:
    """Raises ScenarioError for the first line whose rows or whose panel mean nothing."""
    for index, line in enumerate(scenario.narration):
        try:
            stop_filter(line.when)
        except FilterError as error:
            what, _, remedy = str(error).partition(": ")
            place = f"narration[{index}].when"
            raise ScenarioError(place, what[0].lower() + what[1:], remedy or "see the guide on filters") from None
        if line.panel is not None and line.panel not in VIEW_BY_NAME:
            wrong = f"there is no panel {line.panel!r}"
            raise ScenarioError(f"narration[{index}].panel", wrong, nearest(line.panel, VIEW_BY_NAME))


class Narration(QObject):
    """The lines of the scenario that is shown, while they are `on`."""

    changed = Signal()
    """Another line is said, the run pauses for it or goes on, or another scene has come."""
    panel_wanted = Signal(str)
    """A line wants this panel to be seen."""

    def __init__(self, link: SessionLink, selection: Selection, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link, self._selection, self._player = link, selection, player
        self.on = True
        """Whether lines are said at all."""
        self._scenario: Scenario | None = None
        self._lines: tuple[NarrationTable, ...] = ()
        self._shown = (-1, False)
        self._own_pace: float | None = None
        self._telling = Telling(link.trace, ())
        link.reset.connect(self._another_session)
        link.refreshed.connect(self._refreshed)
        player.changed.connect(self._refreshed)

    # --- what is said ------------------------------------------------------------------------------------------------

    @property
    def count(self) -> int:
        """How many lines there are; 0 where nothing is narrated."""
        return len(self._lines) if self.on else 0

    @property
    def index(self) -> int:
        """The line that is said; -1 before the first."""
        return self._shown[0]

    @property
    def text(self) -> str:
        """What is said; empty before the first line."""
        return self._lines[self.index].text if self.index >= 0 else ""

    @property
    def waiting(self) -> bool:
        """Whether the run stands still for the line that is said."""
        return self._shown[1]

    @property
    def over(self) -> bool:
        """Whether the last line is being said."""
        return 0 < self.count == self.index + 1

    @property
    def panel(self) -> str:
        """The panel that was asked for last; empty if none was."""
        asked = [line.panel for line in self._lines[: self.index + 1] if line.panel is not None]
        return asked[-1] if asked else ""

    @property
    def own_pace(self) -> float:
        """The pace that the person had asked for before a scene set its own."""
        return self._player.asked_pace if self._own_pace is None else self._own_pace

    # --- the document ------------------------------------------------------------------------------------------------

    def read(self, scenario: Scenario) -> None:
        """Take over the narration of a scenario that was opened."""
        self._scenario = scenario
        self._take()

    def set_on(self, on: bool) -> None:
        """Say the lines and pause for them, or be silent and let the run go on."""
        if on != self.on:
            self.on = on
            self._take()

    @Slot()
    def _another_session(self) -> None:
        """A fork goes on with what it was made of; `read` follows where it is another document."""
        self._take()

    def _take(self) -> None:
        scenario = self._scenario
        self._lines = scenario.narration if self.on and scenario is not None else ()
        self._telling = Telling(self._link.trace, [stop_filter(line.when) for line in self._lines])
        self._player.set_points(self._pauses if self._lines else None)
        self._shown = (-1, False)
        if self._lines and scenario is not None:
            if self._own_pace is None:
                self._own_pace = self._player.asked_pace
            self._player.set_pace(scenario.scene.pace_ns)
        elif self._own_pace is not None:
            self._player.set_pace(self._own_pace)
            self._own_pace = None
        self._refreshed()
        self.changed.emit()

    # --- along the run -----------------------------------------------------------------------------------------------

    def _points(self) -> Sequence[int]:
        return self._telling.points(self._link.names_at_head)

    def _pauses(self) -> Sequence[int]:
        return [point for point, line in zip(self._points(), self._lines, strict=False) if line.pauses]

    @Slot()
    def _refreshed(self) -> None:
        if not self._lines:
            return
        position = self._link.position
        index = self._telling.said_at(position, self._link.names_at_head)
        here = index >= 0 and self._points()[index] == position - 1
        shown = (index, here and not self._player.playing)
        if shown == self._shown:
            return
        before, self._shown = self._shown[0], shown
        if index != before and index >= 0:
            self._begin(self._lines[index])
        self.changed.emit()

    def _begin(self, line: NarrationTable) -> None:
        if line.pace_ns is not None:
            self._player.set_pace(line.pace_ns)
            self._player.cancel_slow_motion()
        if line.select is not None:
            objects = self._link.topology.objects
            found = next((identity for identity, node in objects.items() if node.name == line.select), 0)
            if found:
                self._selection.select("object", found)
        if line.panel is not None:
            self.panel_wanted.emit(line.panel)

    def next_point(self) -> None:
        """Go to where the next line begins: at once where that is held, otherwise as fast as the run goes."""
        position = self._player.here
        ahead = next((point for point in self._points() if point >= position), None)
        if ahead is not None:
            self._player.stand_after(ahead)
        elif not self.over:
            self._player.run_until(_no_row)

    def previous_point(self) -> None:
        """Go back to where the line before begins; to the start of what is held if there is none."""
        before = [point for point in self._points() if point < self._player.here - 1]
        if before and before[-1] >= self._link.trace.tail:
            self._player.stand_after(before[-1])
        else:
            self._player.to_start()


def _no_row(rows: Rows) -> object:
    return rows["kind"] < 0
