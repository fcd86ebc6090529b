"""Who ran where and which calls were under way, over time: slices in columns, for lanes of processors and threads.

Two tables are kept, of which a view draws what falls into its window:

    runs    a processor ran a thread       cpu 1   |== 203 ==|      |== 221 ===|
    calls   a call was under way           thread 203   |--- get_page ---|
                                                           |- read -|          depth 1

A run lasts until the next row that its processor writes about its threads; a call until it returns or raises. What is
open ends at the clock.

Limits: a query over the rows that are held, not a fold. It is brought up to date piece by piece (`read`), so that a
million rows never stop the window, and it forgets with the trace. A thread that the machine lets run at once (a
request) has no dispatch of its own: its start counts as one.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from model.projections.columns import Column, at
from model.projections.picking import kind_table
from model.trace.events import Kind
from model.trace.trace import CHUNK_ROWS, Rows, Trace

OPEN: Final = np.iinfo(np.int64).max
"""The end of what has none."""

RUN: Final = np.dtype(
    [("start_ns", "<i8"), ("end_ns", "<i8"), ("generation", "<i8"), ("thread", "<i4"), ("processor", "<i2")]
)
CALL: Final = np.dtype(
    [
        ("start_ns", "<i8"), ("end_ns", "<i8"), ("call", "<i8"), ("position", "<i8"), ("fate_ns", "<i8"),
        ("thread", "<i4"), ("object", "<i4"), ("processor", "<i2"), ("method", "<i2"), ("depth", "<i2"),
        ("fate", "i1"), ("raised", "?"),
    ]
)  # fmt: skip

_RUNS: Final = kind_table(Kind.THREAD_DISPATCHED, Kind.THREAD_STARTED)
_SCHEDULED: Final = _RUNS | kind_table(
    Kind.THREAD_WAITED, Kind.THREAD_PREEMPTED, Kind.THREAD_ENDED, Kind.THREAD_MIGRATED
)  # fmt: skip
_FATES: Final = kind_table(Kind.CALL_UNTRACKED, Kind.CALL_TRACKED, Kind.CALL_RECURSIVE, Kind.CALL_BLOCKED)
_ENDS: Final = kind_table(Kind.CALL_RETURNED, Kind.CALL_RAISED)
_ENTERED: Final = Kind.CALL_ENTERED
_WANTED: Final = _SCHEDULED | _FATES | _ENDS | kind_table(Kind.CALL_ENTERED)
_BEFORE_FATES: Final = Kind.CALL_UNTRACKED - 1
_READ: Final = ("kind", "at_ns", "thread", "processor", "a", "call", "subject", "method")
_TRIMMED_AT: Final = 1 << 20
"""Rows of a table beyond which those that the trace has let go are forgotten."""


class Lanes:
    """The slices of one trace, as far as it was read."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._begin()

    def _begin(self) -> None:
        self.position = self._trace.tail
        """How far the trace was read."""
        self._runs = _Table(RUN)
        self._calls = _Table(CALL)
        self._running: dict[int, tuple[int, int]] = {}
        """By processor, the thread that runs there and the place of its run."""
        self._open: dict[int, int] = {}
        """By call, the place of a call that is under way."""
        self._within: dict[int, list[int]] = {}
        """By thread, the calls that it is in."""
        self._generations: dict[int, int] = {}

    @property
    def runs(self) -> Rows:
        """Every run, by when it began."""
        return self._runs.rows

    @property
    def calls(self) -> Rows:
        """Every call, by when it was entered."""
        return self._calls.rows

    def read(self, until: int, most_rows: int) -> bool:
        """Bring the slices up to date with at most so many rows; True when `until` is reached."""
        if self.position < self._trace.tail:
            self._begin()  # what was let go unread can no more be told
        last = max(self.position, min(until, self.position + most_rows))
        for first, rows in self._trace.chunks(self.position, last):
            self._take(first, rows)
        self.position = last
        if self._runs.room > _TRIMMED_AT and self._trace.tail:
            self._trim(self._trace.event(self._trace.tail).at_ns)
        return last >= until

    def _take(self, first: int, rows: Rows) -> None:
        places = np.flatnonzero(_WANTED[rows["kind"]])
        chosen = at(rows, places)
        self._runs.reserve(len(chosen))
        self._calls.reserve(len(chosen))
        for place, row in zip((places + first).tolist(), chosen[list(_READ)].tolist(), strict=True):
            kind = row[0]
            if kind == _ENTERED:
                self._enter(place, *row[1:])
            elif _ENDS[kind]:
                self._return(row[1], row[5], kind == Kind.CALL_RAISED)
            elif _FATES[kind]:
                self._give_fate(row[1], row[5], kind - _BEFORE_FATES)
            else:
                self._schedule(kind, *row[1:5])

    def _schedule(self, kind: int, at_ns: int, thread: int, processor: int, a: int) -> None:
        if kind == Kind.THREAD_STARTED:
            self._generations[thread] = a
        here = a if kind == Kind.THREAD_MIGRATED else processor
        running = self._running.get(here)
        if _RUNS[kind]:
            if running is not None:
                if running[0] == thread:
                    return
                self._runs.column("end_ns")[running[1]] = at_ns
            new = self._runs.add((at_ns, OPEN, self._generations.get(thread, -1), thread, here))
            self._running[here] = (thread, new)
            return
        if running is not None and running[0] == thread:
            self._runs.column("end_ns")[running[1]] = at_ns
            del self._running[here]
        if kind == Kind.THREAD_ENDED:
            self._generations.pop(thread, None)
            # One that was killed returns from nothing: its calls end here.
            for call in self._within.pop(thread, ()):
                self._calls.column("end_ns")[self._open.pop(call)] = at_ns

    def _enter(
        self, position: int, at_ns: int, thread: int, processor: int, _a: int, call: int, subject: int, method: int
    ) -> None:
        within = self._within.setdefault(thread, [])
        self._open[call] = self._calls.add(
            (at_ns, OPEN, call, position, 0, thread, subject, processor, method, len(within), 0, False)
        )
        within.append(call)

    def _return(self, at_ns: int, call: int, raised: bool) -> None:
        place = self._open.pop(call, None)
        if place is None:
            return
        self._calls.column("end_ns")[place] = at_ns
        self._calls.column("raised")[place] = raised
        thread = int(self._calls.column("thread")[place])
        if within := self._within.get(thread):
            within.remove(call)

    def _give_fate(self, at_ns: int, call: int, fate: int) -> None:
        if (place := self._open.get(call)) is not None:
            self._calls.column("fate")[place] = fate
            self._calls.column("fate_ns")[place] = at_ns

    def _trim(self, earliest_ns: int) -> None:
        """Forgets what ended before the trace's tail; what is open stays where it can be found again."""
        moved = self._runs.keep(self._runs.column("end_ns")[: len(self._runs)] >= earliest_ns)
        self._running = {processor: (thread, int(moved[place])) for processor, (thread, place) in self._running.items()}
        moved = self._calls.keep(self._calls.column("end_ns")[: len(self._calls)] >= earliest_ns)
        self._open = {call: int(moved[place]) for call, place in self._open.items()}


class _Table:
    """Rows that are added one by one to a numpy array; its columns are kept at hand, for they are written often."""

    def __init__(self, dtype: np.dtype[Any]) -> None:
        self._array = np.zeros(CHUNK_ROWS, dtype=dtype)
        self._columns = {name: self._array[name] for name in dtype.names or ()}
        self._length = 0

    def __len__(self) -> int:
        return self._length

    @property
    def rows(self) -> Rows:
        return self._array[: self._length]

    @property
    def room(self) -> int:
        return len(self._array)

    def column(self, name: str) -> Column:
        return self._columns[name]

    def add(self, row: tuple[Any, ...]) -> int:
        """The place of a new row; `reserve` has made room for it."""
        place = self._length
        self._array[place] = row
        self._length = place + 1
        return place

    def reserve(self, rows: int) -> None:
        if self._length + rows > len(self._array):
            self._hold(np.concatenate((self._array, np.zeros(len(self._array) + rows, dtype=self._array.dtype))))

    def keep(self, which: Column) -> Column:
        """Only these rows; where each of the old ones stands now."""
        kept = at(self.rows, which)
        self._length = len(kept)
        self._hold(np.concatenate((kept, np.zeros(max(CHUNK_ROWS, len(kept)), dtype=kept.dtype))))
        moved: Column = np.cumsum(which) - 1
        return moved

    def _hold(self, array: Rows) -> None:
        self._array = array
        self._columns = {name: array[name] for name in array.dtype.names or ()}


def in_window(slices: Rows, first_ns: int, last_ns: int, clock_ns: int) -> Column:
    """The places of the slices that a window shows, as of a clock: what begins later is not yet there."""
    last = int(slices["start_ns"].searchsorted(min(last_ns, clock_ns), side="right"))
    found: Column = np.flatnonzero(slices["end_ns"][:last] >= first_ns)
    return found


def stacked(start_ns: Column, end_ns: Column, most: int) -> Column:
    """A row for each of slices that may overlap, as low as there is room, `most` - 1 where there is none.

    They must be in the order of their starts.
    """
    free_ns = np.full(most, np.iinfo(np.int64).min)
    rows = np.empty(len(start_ns), dtype=np.int64)
    for place, (start, end) in enumerate(zip(start_ns.tolist(), end_ns.tolist(), strict=True)):
        fits = np.flatnonzero(free_ns <= start)
        row = int(fits[0]) if len(fits) else most - 1
        rows[place] = row
        free_ns[row] = max(end, free_ns[row])
    return rows
