"""What every living thread is doing, and if it waits, for what; the facts behind "what is it waiting for?".

A thread stands in one row of `threads` from its start to its end, with the last thing that the scheduler did to it. The
calls in flight stand in `calls`, in the order in which they were entered, so the last one of a thread is the one that
it is in. A cross-processor call is done by a new thread, whose start names the caller's CALL_ENTERED row: that is how a
thread that waits for a reply is joined to the thread that will give it.

    thread 810, in relay A.ask --- waits for a reply ---> thread 825, in relay A.ask --- waits at the door of relay A

Limits: facts only; hold_ups.py says what follows from them. A lock's holder is who held it when somebody last ran into
it, or got it after having waited: of a lock for which nobody waits nothing is known, and nothing is asked.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final, NamedTuple

import numpy as np

from model.projections.columns import Column, at, joined
from model.projections.copied import Copied
from model.projections.picking import Texts, kind_table, picked
from model.trace.events import Kind, Wait
from model.trace.trace import Rows

THREAD: Final = np.dtype(
    [
        ("since_ns", "<i8"), ("until_ns", "<i8"), ("started_ns", "<i8"), ("generation", "<i8"),
        ("thread", "<i4"), ("parent", "<i4"), ("subject", "<i4"),
        ("home", "<i2"), ("processor", "<i2"), ("doing", "<i2"), ("wait", "<i2"),
    ]
)  # fmt: skip
CALL: Final = np.dtype(
    [("position", "<i8"), ("call", "<i8"), ("at_ns", "<i8"), ("thread", "<i4"), ("object", "<i4"), ("method", "<i2")]
)


class CallAt(NamedTuple):
    """A call in flight: where it was entered in the trace, and what it is."""

    position: int
    call: int
    at_ns: int
    thread: int
    object: int
    method: int


class ThreadAt(NamedTuple):
    """A living thread; `doing` is the Kind of the last row that its processor wrote about it."""

    since_ns: int
    until_ns: int
    started_ns: int
    generation: int
    thread: int
    parent: int
    """The thread whose call this one does on another processor, 0 for none."""
    subject: int
    """The lock or the mediator that it waits for."""
    home: int
    """The processor on which it registered in its generation."""
    processor: int
    doing: int
    wait: int
    """A Wait while it waits, also for a lock on its processor; 0 otherwise."""

    @property
    def ready(self) -> bool:
        """Whether it could run and does not: its processor has something else to do."""
        return self.doing in _READY


class Quiescence(NamedTuple):
    """A request for a quiescent state that is not reached; `currents` are the generations when it was made."""

    number: int
    at_ns: int
    thread: int
    currents: tuple[int, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Waits:
    """Threads and calls at a position, in columns, and who holds what."""

    threads: Rows = field(default_factory=lambda: np.empty(0, dtype=THREAD))
    calls: Rows = field(default_factory=lambda: np.empty(0, dtype=CALL))
    holders: dict[int, int] = field(default_factory=dict)
    """The thread that holds each lock that was ever fought for."""
    drivers: dict[int, int] = field(default_factory=dict)
    """The control thread of each request, while it lives."""
    quiescences: dict[int, Quiescence] = field(default_factory=dict)
    currents: tuple[int, ...] = ()

    def thread(self, number: int) -> ThreadAt | None:
        """A living thread."""
        place = int(self.threads["thread"].searchsorted(number))
        if place >= len(self.threads) or self.threads["thread"][place] != number:
            return None
        return ThreadAt(*self.threads[place].tolist())

    def innermost_calls(self) -> dict[int, int]:
        """The place in `calls` of the call that each thread is in."""
        return dict(zip(self.calls["thread"].tolist(), range(len(self.calls)), strict=True))

    def call_at(self, place: int) -> CallAt:
        """The call at a place in `calls`."""
        return CallAt(*self.calls[place].tolist())

    def call(self, number: int) -> CallAt | None:
        """A call in flight by its number."""
        places = np.flatnonzero(self.calls["call"] == number)
        return self.call_at(int(places[0])) if len(places) else None

    def children(self) -> dict[int, tuple[int, ...]]:
        """The threads that do a cross-processor call, by the thread for which they do it."""
        found: dict[int, tuple[int, ...]] = {}
        for thread, parent in at(self.threads, self.threads["parent"] != 0)[["thread", "parent"]].tolist():
            found[parent] = (*found.get(parent, ()), thread)
        return found

    def running_on(self, processor: int) -> int:
        """The thread that has a processor, 0 for none that lives."""
        here = self.threads["processor"] == processor
        busy = self.threads[here & _HAS_PROCESSOR[self.threads["doing"]]]
        return int(busy["thread"][busy["since_ns"].argmax()]) if len(busy) else 0

    def older_than(self, currents: tuple[int, ...]) -> tuple[int, ...]:
        """The threads that registered before a request that found these generations current."""
        threads = self.threads
        limits = np.asarray([*currents, 0], dtype=np.int64)
        homes = np.minimum(threads["home"], len(currents))
        older = (threads["generation"] >= 0) & (threads["generation"] <= limits[homes]) & (homes < len(currents))
        found: list[int] = threads["thread"][older].tolist()
        return tuple(found)

    def waiting_for_lock(self, lock: int) -> tuple[int, ...]:
        """The threads that wait for a lock, longest first."""
        threads = self.threads[(self.threads["wait"] == Wait.LOCK) & (self.threads["subject"] == lock)]
        found: list[int] = threads["thread"][threads["since_ns"].argsort(kind="stable")].tolist()
        return tuple(found)

    def contended(self) -> tuple[int, ...]:
        """The locks for which somebody waits, ascending."""
        found: list[int] = np.unique(self.threads["subject"][self.threads["wait"] == Wait.LOCK]).tolist()
        return tuple(found)


_SCHEDULED: Final = kind_table(
    Kind.THREAD_DISPATCHED, Kind.THREAD_PREEMPTED, Kind.THREAD_WAITED, Kind.THREAD_READIED, Kind.THREAD_MIGRATED,
    Kind.LOCK_CONTENDED, Kind.LOCK_ACQUIRED,
)  # fmt: skip
_ENDS: Final = kind_table(Kind.CALL_RETURNED, Kind.CALL_RAISED)
_WANTED: Final = _SCHEDULED | _ENDS | kind_table(Kind.CALL_ENTERED, Kind.THREAD_STARTED, Kind.THREAD_ENDED)
_SELDOM: Final = kind_table(
    Kind.RUN_STARTED, Kind.MEDIATOR_CREATED, Kind.INTERPOSER_ATTACHED, Kind.INTERPOSER_DETACHED,
    Kind.QUIESCENCE_REQUESTED, Kind.QUIESCENCE_REACHED, Kind.GENERATION_ADVANCED,
)  # fmt: skip
_FOUGHT: Final = kind_table(Kind.LOCK_CONTENDED, Kind.LOCK_ACQUIRED)
_READY: Final = frozenset((Kind.THREAD_READIED, Kind.THREAD_PREEMPTED, Kind.THREAD_MIGRATED))
_HAS_PROCESSOR: Final = kind_table(
    Kind.THREAD_STARTED, Kind.THREAD_DISPATCHED, Kind.LOCK_CONTENDED, Kind.LOCK_ACQUIRED
)  # fmt: skip


class WaitsFold:
    """From rows to Waits."""

    def __init__(self, trace: Texts) -> None:
        """Needs no texts; takes the trace as all folds do."""

    def initial(self) -> Waits:
        return Waits()

    def apply(self, state: Waits, first_position: int, rows: Rows) -> Waits:
        kinds = rows["kind"]
        places = np.flatnonzero(_WANTED[kinds])
        if _SELDOM[kinds].any():
            state = _told(state, first_position, rows)
        if not len(places):
            return state
        chosen = at(rows, places)
        kinds = chosen["kind"]
        calls = _entered(state.calls, chosen, places + first_position)
        threads = _moved(_started(state.threads, calls, chosen), chosen)
        ended = chosen["thread"][kinds == Kind.THREAD_ENDED]
        over = np.isin(calls["position"], chosen["cause"][_ENDS[kinds]])
        if len(ended):
            threads = at(threads, ~np.isin(threads["thread"], ended))
            threads["parent"][np.isin(threads["parent"], ended)] = 0
            over |= np.isin(calls["thread"], ended)
        calls = at(calls, ~over)
        for table in (threads, calls):
            table.flags.writeable = False
        holders = _held(state.holders, chosen)
        return replace(
            state, threads=threads, calls=calls, holders=holders, drivers=_living(state.drivers, ended)
        )  # fmt: skip


def _living(drivers: dict[int, int], ended: Column) -> dict[int, int]:
    """The drivers without those whose thread has ended."""
    gone = set(ended.tolist()) if drivers else set()
    if gone.isdisjoint(drivers.values()):
        return drivers
    return {request: thread for request, thread in drivers.items() if thread not in gone}


def _told(state: Waits, first_position: int, rows: Rows) -> Waits:
    """What seldom rows say, one by one."""
    drivers = Copied(state.drivers)
    quiescences, currents = Copied(state.quiescences), state.currents
    for event in picked(_SELDOM, first_position, rows):
        match event.kind:
            case Kind.RUN_STARTED:
                currents = (0,) * event.a
            case Kind.MEDIATOR_CREATED | Kind.INTERPOSER_ATTACHED | Kind.INTERPOSER_DETACHED:
                drivers.put(event.a, event.thread)
            case Kind.QUIESCENCE_REQUESTED:
                quiescences.put(event.a, Quiescence(event.a, event.at_ns, event.thread, currents))
            case Kind.QUIESCENCE_REACHED:
                quiescences.drop(event.a)
            case Kind.GENERATION_ADVANCED:
                longer = [*currents, *(0,) * (event.processor + 1 - len(currents))]
                longer[event.processor] = event.a
                currents = tuple(longer)
    return replace(state, drivers=drivers.now, quiescences=quiescences.now, currents=currents)


def _held(holders: dict[int, int], rows: Rows) -> dict[int, int]:
    """Who holds each lock after the rows: of a contended one who held it then, of an acquired one who got it."""
    fought = at(rows, _FOUGHT[rows["kind"]])
    if not len(fought):
        return holders
    # The last row of each lock counts: the first, looked at from the end.
    locks, places = np.unique(fought["subject"][::-1], return_index=True)
    last = fought[::-1][places]
    holding = np.where(last["kind"] == Kind.LOCK_CONTENDED, last["a"], last["thread"])
    return {**holders, **dict(zip(locks.tolist(), holding.tolist(), strict=True))}


def _entered(calls: Rows, rows: Rows, positions: Column) -> Rows:
    """The calls in flight with those that are entered here."""
    entries = rows["kind"] == Kind.CALL_ENTERED
    new = np.zeros(int(np.count_nonzero(entries)), dtype=CALL)
    new["position"] = positions[entries]
    for name, field_name in (
        ("call", "call"), ("at_ns", "at_ns"), ("thread", "thread"), ("object", "subject"), ("method", "method")
    ):  # fmt: skip
        new[name] = rows[field_name][entries]
    return joined(calls, new)


def _started(threads: Rows, calls: Rows, rows: Rows) -> Rows:
    """The living threads with those that start here, in the order of their numbers; a copy that may be changed."""
    places = np.flatnonzero(rows["kind"] == Kind.THREAD_STARTED)
    new = np.zeros(len(places), dtype=THREAD)
    for name, field_name in (
        ("thread", "thread"), ("started_ns", "at_ns"), ("since_ns", "at_ns"), ("generation", "a"),
        ("home", "processor"), ("processor", "processor"), ("doing", "kind"),
    ):  # fmt: skip
        new[name] = rows[field_name][places]
    if len(calls) and len(places):
        new["parent"] = _callers(calls, rows, places)
    merged = joined(threads, new)
    # A thread that does a cross-processor call may start after others with higher numbers have.
    return at(merged, merged["thread"].argsort(kind="stable")) if len(new) else merged


def _callers(calls: Rows, rows: Rows, starts: Column) -> Column:
    """The thread whose call each of these starts serves; 0 where the call is over by then, whatever the batch."""
    causes = rows["cause"][starts]
    found = np.minimum(calls["position"].searchsorted(causes), len(calls) - 1)
    known = calls["position"][found] == causes
    ends = np.flatnonzero(_ENDS[rows["kind"]])
    order = rows["cause"][ends].argsort(kind="stable")
    if len(ends):
        nearest = np.minimum(rows["cause"][ends][order].searchsorted(causes), len(ends) - 1)
        ended = (rows["cause"][ends][order][nearest] == causes) & (ends[order][nearest] < starts)
        known &= ~ended
    return np.where(known, calls["thread"][found], 0)


def _moved(threads: Rows, rows: Rows) -> Rows:
    """Each thread as the last row says that its processor wrote about it."""
    indices = np.flatnonzero(_SCHEDULED[rows["kind"]])
    if not len(indices) or not len(threads):
        return threads
    numbers = rows["thread"][indices]
    places = np.minimum(threads["thread"].searchsorted(numbers), len(threads) - 1)
    there = threads["thread"][places] == numbers
    # A thread is dispatched before the row of its start is written; what comes before that says nothing of it.
    began = np.full(len(threads), -1)
    starts = np.flatnonzero(rows["kind"] == Kind.THREAD_STARTED)
    began[threads["thread"].searchsorted(rows["thread"][starts])] = starts
    there &= indices > began[places]
    last = np.full(len(threads), -1)
    last[places[there]] = indices[there]
    changed = np.flatnonzero(last >= 0)
    moves = at(rows, last[changed])
    contended = moves["kind"] == Kind.LOCK_CONTENDED
    waits = np.where(moves["kind"] == Kind.THREAD_WAITED, moves["a"], np.where(contended, int(Wait.LOCK), 0))
    for name, column in (
        ("since_ns", moves["at_ns"]), ("until_ns", moves["until_ns"]), ("doing", moves["kind"]),
        ("processor", moves["processor"]), ("wait", waits), ("subject", np.where(waits != 0, moves["subject"], 0)),
    ):  # fmt: skip
        threads[name][changed] = column
    return threads
