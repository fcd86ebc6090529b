"""A run that a person can watch, steer, take back, and write down.

A session owns one world and the script of commands that acts on it. Time passes only in `advance`, which stops between
instants; a command is stamped with the instant after the last whole one, and leads it. So what a person does live and
what a replay does from the script are the same computation (rules R1, R3 and R4 of the design):

    live     ... | every action <= now |  command leads now + 1  | ...        fork_at(clock): a new session with the
    replay   ... | every action <= now |  command leads now + 1  | ...        commands <= clock, run to there, compared

Acting in the past is a `Fork`: it runs the same script again up to the cursor, row by row the same as the running
session's trace, and only when it matches may it take that session's place.

Limits: a session belongs to the operating system thread that made it. Wall time decides only where `advance` pauses,
which nothing in the run can see.
"""

from __future__ import annotations

import hashlib
import time
from bisect import bisect_right
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import Protocol

import msgspec
import numpy as np

from model import catalogue as catalogues
from model import commands, profiles, scenario_names
from model.catalogue import Catalogue
from model.commands import Command, Offer, Stamped
from model.machine.errors import ComponentHung
from model.refusals import ScenarioError
from model.scenario import MAX_SCRIPT, MAX_SOURCES, RecordingTable, Scenario, SourceTable
from model.trace.events import Kind
from model.trace.trace import Rows, Trace
from model.world import World

TRACE_ROWS = 1_048_576
"""Rows that a session's trace holds unless it is told otherwise: 64 MiB."""

NOTHING_LEFT = "Nothing is left to do: every thread has ended or waits for ever"


class ForkDiverged(RuntimeError):
    """The same script gave another run: the row at `position` is the first that differs."""

    def __init__(self, position: int) -> None:
        self.position = position
        super().__init__(f"The run from the beginning differs from this one at row {position}; this one is kept")


class ScriptFull(RuntimeError):
    """The script holds as many commands as it may."""


class SessionEnded(RuntimeError):
    """The run cannot go on; the sentence says why."""


class _World(Protocol):
    """What a session asks of its world."""

    @property
    def now_ns(self) -> int: ...
    @property
    def next_ns(self) -> int | None: ...
    def run(self, until_ns: int, budget_s: float | None = None) -> bool: ...
    def watched(self) -> AbstractContextManager[object]: ...
    def lead(self, at_ns: int) -> None: ...
    def apply(self, command: Command, cause: int) -> None: ...
    def learn(self, catalogue: Catalogue) -> None: ...
    def close(self) -> None: ...


class Session:
    """One run: paused between instants, advanced, perhaps ended, at last closed."""

    def __init__(
        self,
        scenario: Scenario,
        *,
        trace_capacity: int = TRACE_ROWS,
        catalogue: Catalogue | None = None,
        world: Callable[[Scenario, Catalogue, Trace], _World] = World,
    ) -> None:
        """`catalogue` is what the scenario was checked against, if it is not what ships."""
        self.scenario = scenario
        self.trace = Trace(trace_capacity)
        self.ended: str | None = None
        """Why the run ended, as a sentence; None while it goes on."""
        self.fingerprints: list[str] = []
        """The trace's at each command that has acted, its own row included."""
        self._script = list(scenario.script)
        self._sources = scenario.recording.sources if scenario.recording is not None else ()
        self._catalogue = catalogue or catalogues.for_scenario(scenario)
        self._capacity = trace_capacity
        self._make_world = world
        self._world = world(scenario, self._catalogue, self.trace)
        self._now_ns = 0
        self._hung = False

    # --- time ---------------------------------------------------------------------------------------------------------

    @property
    def now_ns(self) -> int:
        """The last whole instant: every action up to it has run."""
        return self._now_ns

    @property
    def catalogue(self) -> Catalogue:
        """What the run may name."""
        return self._catalogue

    @property
    def hung(self) -> bool:
        """True when component code hung: only a fork, at `now_ns` or before, goes on from there."""
        return self._hung

    @property
    def script(self) -> tuple[Stamped, ...]:
        """All commands of the run in order, those that are still to come among them."""
        return tuple(self._script)

    def advance(self, until_ns: int, budget_s: float | None = None) -> bool:
        """True when every action at or before `until_ns` has run, or the run has ended; False when `budget_s` is spent.

        Where nothing is left to do the run ends, and time stands still until a command comes.
        Each command of the script acts at its instant. Costs a pause at most as long as one action over the budget.
        """
        deadline_s = None if budget_s is None else time.perf_counter() + budget_s
        if budget_s is not None:
            # Bit by bit: a person's command asks for the fingerprint, and must not wait for that of a million rows.
            self.trace.take_in()
        try:
            return self._advance(until_ns, deadline_s)
        except ComponentHung as error:
            self._hung = True
            self.ended = f"{str(error).rstrip('.')}; the run ends at {self._now_ns} ns, the last whole instant."
            return True

    def run_until(
        self, predicate: Callable[[Rows], int | None], limit_ns: int, budget_s: float | None = None
    ) -> int | None:
        """The absolute position of the first row for which `predicate` is true, stopped right after its instant.

        `predicate` gets the new rows of an instant and gives the index of the first that counts, or None. None when
        there is none up to `limit_ns`, or the budget is spent before.
        """
        deadline_s = None if budget_s is None else time.perf_counter() + budget_s
        seen = self.trace.head
        with self._world.watched():
            while self._now_ns < limit_ns and not self.ended:
                self._one_instant(limit_ns)
                if seen < self.trace.head:
                    found = predicate(self.trace.rows(seen, self.trace.head))
                    if found is not None:
                        return seen + found
                    seen = self.trace.head
                if deadline_s is not None and time.perf_counter() >= deadline_s:
                    break
        return None

    def step_event(self) -> None:
        """Goes on, whole instants at a time, until there is at least one more row or the run has ended."""
        seen = self.trace.head
        while self.trace.head == seen and not self.ended:
            self._one_instant(None)

    def _one_instant(self, limit_ns: int | None) -> None:
        coming = [at_ns for at_ns in (self._world.next_ns, self._pending_ns()) if at_ns is not None]
        if limit_ns is not None:
            coming.append(limit_ns)
        if coming:
            self.advance(max(min(coming), self._now_ns))
        else:
            self.ended = NOTHING_LEFT

    def _advance(self, until_ns: int, deadline_s: float | None) -> bool:
        if self._hung:
            return True
        while (at_ns := self._pending_ns()) is not None and at_ns <= until_ns:
            if not self._run(at_ns - 1, deadline_s):
                return False
            self._act(self._script[len(self.fingerprints)])
        if not self._run(until_ns, deadline_s):
            return False
        self.ended = NOTHING_LEFT if self._idle() else None
        return True

    def _idle(self) -> bool:
        return self._world.next_ns is None and self._pending_ns() is None

    def _run(self, until_ns: int, deadline_s: float | None) -> bool:
        """Runs the world; keeps `now_ns` at the last whole instant even where the world stops within one."""
        if until_ns < self._world.now_ns:
            # Ahead already: within an instant, or, in abstract time, after work that nobody could look into.
            self._now_ns = max(self._now_ns, until_ns)
            return True
        left_s = None if deadline_s is None else max(0.0, deadline_s - time.perf_counter())
        try:
            done = self._world.run(until_ns, left_s)
        except ComponentHung:
            self._now_ns = max(self._now_ns, self._world.now_ns - 1)
            raise
        reached_ns = until_ns if done else self._world.now_ns - 1
        if done and self._idle():
            reached_ns = self._world.now_ns  # There is no time where nothing ever happens again.
        self._now_ns = max(self._now_ns, reached_ns)
        return done

    # --- commands -----------------------------------------------------------------------------------------------------

    @property
    def schedule_divergence(self) -> str | None:
        """Where the run does not fit the scenario's schedule, as a clause; None where it does or there is none."""
        return getattr(self._world, "divergence", None)

    def issue(self, command: Command, clock_ns: int) -> int:
        """The instant that the command will lead: the one after both the clock that the person sees and `now_ns`.

        Finishes every instant before that one. Commands that are given one after the other act in that order. What the
        script had for later is dropped, as by a fork: it was meant for another run than this one now is. Raises
        ScenarioError for a name that is not there, ScriptFull, or SessionEnded; then nothing has changed.
        """
        scenario_names.check_command(command, self.scenario, self._catalogue)
        if len(self._script) >= MAX_SCRIPT:
            raise ScriptFull(f"The script is full ({MAX_SCRIPT:,} commands): save the recording and start another")
        if self._hung:
            raise SessionEnded(self.ended)
        at_ns = max(self._now_ns, self._world.now_ns, clock_ns) + 1
        self.advance(at_ns - 1)
        if self._hung:
            raise SessionEnded(self.ended)
        place = bisect_right(self._script, at_ns, key=lambda stamped: stamped.at_ns)
        self._script[place:] = [Stamped(at_ns, command)]
        self.ended = None
        return at_ns

    def trust(self, source: SourceTable) -> Offer:
        """Runs a foreign source, which the person has been asked about; the command that offers what is in it.

        Raises ForeignCodeError where the source does not load, ScenarioError where there are too many; then nothing has
        changed. A recording holds the source from now on.
        """
        if len(self._sources) >= MAX_SOURCES:
            raise ScenarioError("", f"{MAX_SOURCES} foreign sources are in this run already", "start it again")
        digest = catalogues.sha256_of(source.text)
        catalogue = catalogues.with_sources(self._catalogue, (source,), frozenset({digest}))
        if digest not in {catalogues.sha256_of(known.text) for known in self._sources}:
            self._sources = (*self._sources, msgspec.structs.replace(source, sha256=digest))
        self._catalogue = catalogue
        self._world.learn(catalogue)
        return Offer(path=source.path, sha256=digest)

    def _pending_ns(self) -> int | None:
        done = len(self.fingerprints)
        return self._script[done].at_ns if done < len(self._script) else None

    def _act(self, stamped: Stamped) -> None:
        self._world.lead(stamped.at_ns)
        text = self.trace.intern(commands.encode(stamped.command))
        row = self.trace.append(Kind.COMMAND_ISSUED, stamped.at_ns, a=len(self.fingerprints), b=text)
        self.fingerprints.append(self.trace.fingerprint())
        self._world.apply(stamped.command, row)

    # --- other runs ---------------------------------------------------------------------------------------------------

    def fork_at(self, clock_ns: int) -> Fork:
        """A new run of the same script without what comes after `clock_ns`; this session stays as it is.

        A session that has hung is reopened like this, at its `now_ns`.
        """
        return Fork(self, clock_ns)

    def recording(self) -> Scenario:
        """The scenario with everything that a replay needs and is compared with. Finishes an instant that has begun."""
        if not self._hung:
            self.advance(max(self._now_ns, self._world.now_ns))
        recording = RecordingTable(
            product_version=product_version(),
            end_ns=self._now_ns,
            fingerprint=self._fingerprint(),
            machine_sha256=machine_sha256(self.scenario),
            fingerprints=tuple(self.fingerprints),
            sources=self._sources,
        )
        return msgspec.structs.replace(self.scenario, script=self.script, recording=recording)

    def _fingerprint(self) -> str:
        """That of the run up to `now_ns`. A hung run has rows beyond it, so it is run again to be told."""
        if not self._hung:
            return self.trace.fingerprint()
        again = self.again(self._now_ns)
        again.advance(self._now_ns)
        fingerprint = again.trace.fingerprint()
        again.close()
        return fingerprint

    def again(self, until_ns: int) -> Session:
        """A session at the beginning, with the commands up to `until_ns` for its script."""
        script = tuple(stamped for stamped in self._script if stamped.at_ns <= until_ns)
        session = Session(
            msgspec.structs.replace(self.scenario, script=script),
            trace_capacity=self._capacity,
            catalogue=self._catalogue,
            world=self._make_world,
        )
        session._sources = self._sources
        return session

    def close(self) -> None:
        """Ends all threads. The trace stays readable."""
        self._world.close()


class Fork:
    """A run on its way to the cursor: advanced in slices until it matches, or cancelled, or found to diverge."""

    def __init__(self, running: Session, clock_ns: int) -> None:
        self.clock_ns = clock_ns
        self._running = running
        self._new: Session | None = running.again(clock_ns)
        self._rows = _rows_at(running, clock_ns)
        self._compared = 0
        self._done = False
        self._spent_s = 0.0
        self._trace = self._new.trace

    @property
    def trace(self) -> Trace:
        """The new run's, from its first row on: for projections that must not miss its beginning."""
        return self._trace

    @property
    def fraction(self) -> float:
        """How much of the way is done, from 0 to 1."""
        if self._done or self._new is None:
            return float(self._done)
        if self._rows is None:
            return min(1.0, self._new.now_ns / max(1, self.clock_ns))
        return min(1.0, self._trace.head / max(1, self._rows))

    @property
    def estimate_s(self) -> float | None:
        """The wall time that the rest will take; None before there is anything to tell it by."""
        fraction = self.fraction
        return self._spent_s * (1 - fraction) / fraction if self._spent_s and fraction else None

    @property
    def session(self) -> Session:
        """The new session, once `advance` has returned True: take it in place of the running one, and close that."""
        if not self._done or self._new is None:
            raise RuntimeError("a fork has no session before it matches")
        return self._new

    def advance(self, budget_s: float | None = None) -> bool:
        """True once the new session stands at the cursor and matches; False when the budget is spent.

        Raises ForkDiverged at the first row that differs, and closes the new session; the running one is untouched.
        """
        if self._done:
            return True
        if self._new is None:
            raise RuntimeError("this fork was cancelled")
        begun_s = time.perf_counter()
        arrived = self._new.advance(self.clock_ns, budget_s)
        self._compare(self._new, arrived)
        self._spent_s += time.perf_counter() - begun_s
        self._done = arrived
        return arrived

    def cancel(self) -> None:
        """Gives the new session up; harmless when it is over already, but not once its session is in use."""
        if self._new is not None:
            self._new.close()
            self._new = None
            self._done = False

    def _compare(self, new: Session, arrived: bool) -> None:
        position = self._first_difference(new, arrived)
        if position is None and new.hung:
            position = self._trace.head  # Where the running one did not, or not yet.
        if position is not None:
            self.cancel()
            raise ForkDiverged(position)

    def _first_difference(self, new: Session, arrived: bool) -> int | None:
        """The first row since the last comparison that the running session does not have; None if all are the same.

        What the running session's trace no longer holds is compared by the fingerprints at the commands.
        """
        old, trace = self._running.trace, self._trace
        if self._rows is None:
            return None if self._same_at_commands(new) else trace.head
        end = min(trace.head, self._rows)
        first = max(self._compared, old.tail, trace.tail)
        while first < end:
            last = min(end, first + COMPARED_AT_ONCE)
            if (index := _differing_row(old.rows(first, last), trace.rows(first, last))) is not None:
                return first + index
            first = last
        self._compared = end
        if not self._same_at_commands(new):
            return min(end, old.tail)
        beyond = self.clock_ns <= self._running.now_ns and trace.head > self._rows
        short = arrived and trace.head < self._rows
        return end if beyond or short else None

    def _same_at_commands(self, new: Session) -> bool:
        known = self._running.fingerprints[: len(new.fingerprints)]
        return new.fingerprints[: len(known)] == known


def _rows_at(running: Session, clock_ns: int) -> int | None:
    """How many rows the running session has up to an instant; None where its trace no longer holds that instant."""
    trace = running.trace
    if trace.tail and trace.event(trace.tail).at_ns > clock_ns:
        return None
    return trace.position_at(clock_ns) if clock_ns <= running.now_ns else trace.head


COMPARED_AT_ONCE = 4_096
"""Rows that a fork compares in one numpy operation."""


def _differing_row(ours: Rows, theirs: Rows) -> int | None:
    left = np.ascontiguousarray(ours).view(np.int64).reshape(-1, 8)
    right = np.ascontiguousarray(theirs).view(np.int64).reshape(-1, 8)
    if np.array_equal(left, right):
        return None
    return int(np.argmax((left != right).any(axis=1)))


def machine_sha256(scenario: Scenario) -> str:
    """The sha256 of the machine's profile: its shape, and all its costs whether they are written down or not."""
    machine, hardware = scenario.machine, profiles.hardware(scenario.machine)
    tables = [sorted(asdict(table).items()) for table in (hardware.costs, hardware.shape)]
    shape = [hardware.processors, machine.generations, machine.quantum_ns, tables]
    return hashlib.sha256(msgspec.json.encode(shape)).hexdigest()


def product_version() -> str:
    """The version of Changeover that runs."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("changeover")
    except PackageNotFoundError:  # A checkout that was not installed.
        return "unknown"


__all__ = [
    "Fork",
    "ForkDiverged",
    "ScenarioError",
    "ScriptFull",
    "Session",
    "SessionEnded",
    "machine_sha256",
]
