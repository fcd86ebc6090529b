"""The only object of the window that listens to a session.

Every view reads the world through a link: the states as of a *cursor*, a position in the trace. Where the cursor
follows the head the window is live; elsewhere it shows the past, by the same code. A state is folded when the first
view asks for it after a refresh; for a hidden view, which does not ask, only the keyframe at the end of each chunk is
made.

    playback  --set_cursor(position, clock_ns)-->  link  --refreshed-->  views --read--> link.topology, link.tables ...
    views     --issue(command)-->  link  --command_wanted-->  app (which may fork)   or, in tests, session.issue

A link holds no truth of its own but the cursor. It imports no machine and no engine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QObject, Signal

from model.projections.facts import Counts, FactsFold
from model.projections.generations import Generations, GenerationsFold
from model.projections.invariants import Invariants, InvariantsFold
from model.projections.latency import Latency, LatencyFold
from model.projections.projection import Projection
from model.projections.swaps import Swaps, SwapsFold
from model.projections.tables import Tables, TablesFold
from model.projections.threads import ThreadColumns, ThreadsFold
from model.projections.topology import Topology, TopologyFold
from model.projections.waits import Waits, WaitsFold
from model.trace.names import Names, NamesFold
from model.trace.trace import Trace
from views.kit.heard import is_heard

FOLDS: dict[str, Callable[[Trace], Any]] = {
    "topology": TopologyFold,
    "tables": TablesFold,
    "swaps": SwapsFold,
    "latency": LatencyFold,
    "threads": ThreadsFold,
    "counts": FactsFold,
    "generations": GenerationsFold,
    "waits": WaitsFold,
    "names": NamesFold,
    "invariants": InvariantsFold,
}


class Source(Protocol):
    """What a link needs of a session; tests give a plain object with a trace."""

    @property
    def trace(self) -> Trace: ...
    @property
    def now_ns(self) -> int: ...
    @property
    def script(self) -> Any: ...
    def issue(self, command: Any, clock_ns: int) -> int: ...


def projections_of(trace: Trace) -> dict[str, Projection[Any]]:
    """A projection of each of FOLDS, which follow the trace from now on; it must still hold its first row.

    A fork that may outgrow its trace before it takes over gets its projections when it begins, and `set_session` is
    given them.
    """
    return {name: Projection(trace, fold(trace)) for name, fold in FOLDS.items()}


def _no_source(_: str) -> str:
    return ""


class SessionLink(QObject):
    """The states at the cursor of one session, and the way for commands back to it."""

    refreshed = Signal()
    """Once a frame, whatever happened."""

    reset = Signal()
    """Another session or a fork has taken the place of the one before: forget every number."""

    message = Signal(str)
    """A sentence for the person, for the message line of the window."""

    command_wanted = Signal(object)
    """A command that the shell is to issue, for it may have to fork first."""

    def __init__(
        self,
        session: Source,
        parent: QObject | None = None,
        *,
        projections: dict[str, Projection[Any]] | None = None,
    ) -> None:
        """`projections` are those of a run that was followed before, whose trace may no longer hold its first row."""
        super().__init__(parent)
        self._sources: Callable[[str], str] = _no_source
        self._take(session, projections)

    def _take(self, session: Source, projections: dict[str, Projection[Any]] | None) -> None:
        self._session = session
        self._projections = projections or projections_of(session.trace)
        self._states: dict[str, Any] = {}
        self._head_swaps: tuple[int, Swaps] | None = None
        self._position: int | None = None
        self._clock_ns: int | None = None
        self._shown = session.trace.head

    def set_sources(self, sources: Callable[[str], str]) -> None:
        """Tell the link where the source of an implementation is found by its name; the shell knows a catalogue."""
        self._sources = sources

    def source_of(self, implementation: str) -> str:
        """The text of an implementation or a wrapper; empty when it is not known."""
        return self._sources(implementation) if implementation else ""

    # --- the session -------------------------------------------------------------------------------------------------

    @property
    def session(self) -> Source:
        """The session itself, for the shell; a view has no use for it."""
        return self._session

    def set_session(self, session: Source, projections: dict[str, Projection[Any]] | None = None) -> None:
        """Show another session, or the fork that took this one's place, from its head."""
        self._take(session, projections)
        self.reset.emit()
        self.refresh()

    def issue(self, command: Any) -> int | None:
        """Ask for a command at the clock that the person sees; its stamp, or None when the shell issues it."""
        if is_heard(self, "command_wanted(PyObject)"):
            self.command_wanted.emit(command)
            return None
        return self._session.issue(command, self.clock_ns)

    # --- the cursor --------------------------------------------------------------------------------------------------

    def set_cursor(self, position: int | None, clock_ns: int | None = None) -> None:
        """Show the world as of `position`, held within the trace; None follows the head. Painted at the next refresh.

        `clock_ns` is the clock that the person reads, between the row before the position and the next one; without it
        the time of that row counts, or, at the head, the session's.
        """
        self._position = None if position is None else max(self.trace.tail, min(position, self.trace.head))
        self._clock_ns = clock_ns

    def refresh(self) -> None:
        """Tell every view, once, that the frame has come; states are folded when one asks."""
        position = self.trace.head if self._position is None else max(self._position, self.trace.tail)
        if position != self._shown:
            self._shown = position
            self._states.clear()
        self.refreshed.emit()

    @property
    def position(self) -> int:
        """How many rows the picture contains; it changes with a refresh only, so that all views show the same."""
        return self._shown

    @property
    def clock_ns(self) -> int:
        """The simulated time that the person sees."""
        if self._clock_ns is not None:
            return self._clock_ns
        if self._position is None:
            return self._session.now_ns
        return self.time_of(self.position)

    def time_of(self, position: int) -> int:
        """When the last row before `position` was written; 0 at the beginning."""
        if position <= 0 or position <= self.trace.tail:
            return self.earliest_ns
        return self.trace.event(min(position, self.trace.head) - 1).at_ns

    @property
    def follows_head(self) -> bool:
        """True while the cursor moves with the session."""
        return self._position is None

    @property
    def at_head(self) -> bool:
        """True when nothing that has been recorded lies behind the cursor: a command now does not fork."""
        return self._position is None or self._position >= self.trace.head

    # --- what the cursor moves through -------------------------------------------------------------------------------

    @property
    def trace(self) -> Trace:
        return self._session.trace

    @property
    def head_position(self) -> int:
        return self.trace.head

    @property
    def head_ns(self) -> int:
        return self._session.now_ns

    @property
    def earliest_ns(self) -> int:
        """The earliest instant that the trace still holds."""
        trace = self.trace
        return 0 if trace.tail in (0, trace.head) else trace.event(trace.tail).at_ns

    @property
    def ended(self) -> str | None:
        """Why the run ended; None while it goes on."""
        return getattr(self._session, "ended", None)

    @property
    def script(self) -> Any:
        """The stamped commands of the run, in order."""
        return self._session.script

    # --- states at the cursor ----------------------------------------------------------------------------------------

    def state(self, name: str) -> Any:
        """The state of one of FOLDS at the cursor, folded once a refresh."""
        if name not in self._states:
            self._states[name] = self._projections[name].at(self._shown)
        return self._states[name]

    def latency_at(self, position: int) -> Latency:
        """The latencies as of another position than the cursor's, as far back as the trace is held."""
        return self._projections["latency"].at(max(self.trace.tail, min(position, self.trace.head)))

    @property
    def projections(self) -> dict[str, Projection[Any]]:
        """What a run that is left takes with it, to be looked at beside the one that takes its place."""
        return self._projections

    @property
    def swaps_at_head(self) -> Swaps:
        """Every swap of the run so far, for the time bar alone, which shows what lies after the cursor too."""
        if self._head_swaps is None or self._head_swaps[0] != self.trace.head:
            self._head_swaps = (self.trace.head, self._projections["swaps"].at(self.trace.head))
        return self._head_swaps[1]

    def names_at_head(self) -> Names:
        """Every name so far, for what looks for rows ahead of the cursor."""
        names: Names = self._projections["names"].at(self.trace.head)
        return names

    @property
    def topology(self) -> Topology:
        return self.state("topology")

    @property
    def tables(self) -> Tables:
        return self.state("tables")

    @property
    def swaps(self) -> Swaps:
        return self.state("swaps")

    @property
    def latency(self) -> Latency:
        return self.state("latency")

    @property
    def threads(self) -> ThreadColumns:
        return self.state("threads")

    @property
    def counts(self) -> Counts:
        return self.state("counts")

    @property
    def generations(self) -> Generations:
        return self.state("generations")

    @property
    def waits(self) -> Waits:
        return self.state("waits")

    @property
    def names(self) -> Names:
        return self.state("names")

    @property
    def invariants(self) -> Invariants:
        return self.state("invariants")
