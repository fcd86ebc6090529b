"""The way of a command into the session: straight at the head, by a fork behind it.

    link.command_wanted --> issue(command)
        the clock is the session's      session.issue(command)
        the clock is in the past        fork_at(clock), slice by slice; when it matches it takes the session's place,
                                        then the command is issued to it

While a fork runs the old session stays as it is and stays in sight; a cancel or a divergence leaves everything as it
was (rule R3). A session that a component has hung is reopened in the same way at its last whole instant, without a
command.

Limits: one fork at a time. A slice takes 12 ms, so that the window answers meanwhile.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from app.playback import Player
from model.commands import words
from model.session import Fork, ForkDiverged, ScenarioError, ScriptFull, Session, SessionEnded
from views.kit.format import format_clock
from views.kit.session_link import SessionLink, projections_of

if TYPE_CHECKING:
    from model.commands import Command

SLICE_S: Final = 0.012
FIRST_SLICE_S: Final = 0.06
"""A fork that is done in this time shows no progress."""
PAUSED: Final = "Asked for. The run is paused: press Space to let it happen"


class Forking(QObject):
    """Issues commands, and forks where the person stands in the past."""

    begun = Signal(str)
    """A fork needs time: what it does."""
    moved = Signal(float, float)
    """How much of the way is done, and the wall time that the rest will take; negative when it is not known."""
    over = Signal()
    """Done, cancelled or given up."""
    left = Signal(object, object, int)
    """A run has lost its place to a fork: its session, its projections, and the last instant that both share."""
    issued = Signal(object)
    """A person's command has been accepted, and has not acted yet."""
    said = Signal(str, bool)
    """A sentence for the person, and whether it tells of a failure."""

    def __init__(self, link: SessionLink, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._player = player
        self._fork: Fork | None = None
        self.returning = False
        """Whether the fork under way goes back to a run that was left."""
        self._projections: dict[str, Any] = {}
        self._command: Command | None = None
        self._reason = ""
        self._plays_on = False
        self._timer = QTimer(self)
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._slice)
        link.command_wanted.connect(self.issue)

    @property
    def running(self) -> bool:
        """Whether a fork is on its way."""
        return self._fork is not None

    @property
    def _session(self) -> Session:
        session: Any = self._link.session
        return session

    @Slot(object)
    def issue(self, command: Command) -> None:
        """Issue a command at the clock that the person sees."""
        if self._fork is not None:
            self.said.emit("A run from the beginning is under way: wait for it, or cancel it", False)
        elif self._player.behind:
            self._begin(self._session, self._player.clock_ns, command)
        else:
            self._issue(command)

    def _issue(self, command: Command) -> None:
        session, player = self._session, self._player
        try:
            at_ns = session.issue(command, player.clock_ns)
        except (ScenarioError, ScriptFull, SessionEnded) as error:
            self.said.emit(str(error), True)
            return
        self.issued.emit(command)
        player.to_end()
        if not player.playing:
            session.advance(at_ns)
            player.to_end()
            self.said.emit(PAUSED, False)

    def reopen(self) -> None:
        """Take the session that hung back to its last whole instant, where another command may be given."""
        if self._fork is None:
            self._reason = self._session.ended or ""
            self._begin(self._session, self._session.now_ns, None)

    def return_to(self, session: Any) -> None:
        """Run a script that was left again to where it was left, and show that run in the place of this one."""
        if self._fork is None:
            self.returning = True
            self._begin(session, session.now_ns, None)

    @Slot()
    def cancel(self) -> None:
        """Keep the running session as it is."""
        if self._fork is not None:
            self._fork.cancel()
            self._end()
            self.said.emit("Cancelled: the run is as it was", False)

    # --- the fork ----------------------------------------------------------------------------------------------------

    def _begin(self, session: Session, clock_ns: int, command: Command | None) -> None:
        self._plays_on = self._player.playing
        self._player.pause()
        self._command = command
        self._fork = session.fork_at(clock_ns)
        self._projections = projections_of(self._fork.trace)
        self._advance(FIRST_SLICE_S)
        if self._fork is not None:
            what = f" to {words(command)} there" if command is not None else ""
            self.begun.emit(f"Running again from the beginning to {format_clock(clock_ns)}{what}")
            self._timer.start()

    @Slot()
    def _slice(self) -> None:
        self._advance(SLICE_S)
        if self._fork is not None:
            estimate_s = self._fork.estimate_s
            self.moved.emit(self._fork.fraction, -1.0 if estimate_s is None else estimate_s)

    def _advance(self, budget_s: float) -> None:
        assert self._fork is not None
        try:
            done = self._fork.advance(budget_s)
        except ForkDiverged as error:
            self._end()
            self.said.emit(f"{error}. Please report this: the same script must give the same run", True)
            return
        if done:
            self._take_over(self._fork)

    def _take_over(self, fork: Fork) -> None:
        old, command, left = self._session, self._command, self._link.projections
        projections, returning = self._projections, self.returning
        self.left.emit(old, left, fork.clock_ns)
        self._end()
        self._link.set_session(fork.session, projections)
        old.close()
        if returning:
            self._player.to_end()
            self.said.emit("This is the run that was left; the other is kept beside it", False)
            return
        if command is None:
            self.said.emit(
                f"{self._reason.rstrip('.')}. It is open there again: put another component in its place", True
            )
            return
        self._issue(command)
        if self._plays_on:
            self._player.play()

    def _end(self) -> None:
        self._timer.stop()
        self._fork, self._projections, self._command, self.returning = None, {}, None, False
        self.over.emit()
