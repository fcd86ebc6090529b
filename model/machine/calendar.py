"""The calendar: what is due, in order of (instant, rank, sequence).

A heap with lazy cancellation. Timers rank before threads at the same instant, so that a time limit that expires
together with a thread's next step is seen first. Entries of one instant and one rank come out in the order in which
they were put in, unless a policy chooses among them.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

TIMER = 0
THREAD = 1
NEVER_NS = 2**62


class Entry:
    """One thing that is due: `action` is a thread to resume or a callback, None once cancelled or taken out."""

    __slots__ = ("action", "at_ns")

    def __init__(self, at_ns: int, action: Any) -> None:
        self.at_ns = at_ns
        self.action = action

    def cancel(self) -> None:
        """Takes it back; harmless when it has already come."""
        self.action = None


class Calendar:
    """A bounded-by-threads heap of entries. `choose(n)` is asked only where several threads tie."""

    __slots__ = ("_choose", "_heap", "_sequence", "following_ns")

    def __init__(self, choose: Callable[[int], int] | None = None) -> None:
        self.following_ns = NEVER_NS
        """The instant of what was due next when something was taken out last; only `take` keeps it."""
        self._heap: list[tuple[int, int, int, Entry]] = []
        self._sequence = 0
        self._choose = choose

    def put(self, at_ns: int, rank: int, action: Any) -> Entry:
        """Adds what is due at `at_ns`."""
        entry = Entry(at_ns, action)
        self._sequence += 1
        heappush(self._heap, (at_ns, rank, self._sequence, entry))
        return entry

    def put_again(self, entry: Entry, at_ns: int, thread: Any) -> None:
        """Adds a thread by an entry of its own that was taken out before: a new one would cost as much as the rest."""
        entry.at_ns = at_ns
        entry.action = thread
        self._sequence += 1
        heappush(self._heap, (at_ns, THREAD, self._sequence, entry))

    def head_ns(self) -> int | None:
        """The instant of the first entry, cancelled ones dropped; None when nothing is due any more."""
        heap = self._heap
        while heap and heap[0][3].action is None:
            heappop(heap)
        return heap[0][0] if heap else None

    def take(self, limit_ns: int) -> Entry | None:
        """Takes out the first entry, its action still in it; None when nothing is due by `limit_ns`."""
        heap = self._heap
        while heap and heap[0][0] <= limit_ns:
            first = heappop(heap)
            entry = first[3]
            if entry.action is not None:
                if self._choose is not None and first[1] == THREAD:
                    entry = self._chosen(first)
                while heap and heap[0][3].action is None:
                    heappop(heap)
                self.following_ns = heap[0][0] if heap else NEVER_NS
                return entry
        return None

    def _chosen(self, first: tuple[int, int, int, Entry]) -> Entry:
        """One of the threads that are due together with the first."""
        assert self._choose is not None
        heap, ties = self._heap, [first]
        while heap and heap[0][:2] == first[:2]:
            candidate = heappop(heap)
            if candidate[3].action is not None:
                ties.append(candidate)
        chosen = ties.pop(self._choose(len(ties)) if len(ties) > 1 else 0)
        for other in ties:
            heappush(heap, other)
        return chosen[3]

    def __len__(self) -> int:
        return len(self._heap)
