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
AFTER_ALL_NS = 2 * NEVER_NS


class Entry:
    """One thing that is due: `action` is a thread to resume or a callback, None once cancelled or taken out.

    Whoever makes one fills it in: an `__init__` would cost more than all else.
    """

    __slots__ = ("action",)

    action: Any

    def cancel(self) -> None:
        """Takes it back; harmless when it has already come."""
        self.action = None


class Calendar:
    """A bounded-by-threads heap of entries. `choose(n)` is asked only where several threads tie.

    The scheduler's loop reads `heap` itself, and puts in by itself what a thread has again and again: (instant, rank,
    sequence, entry), entries that were cancelled among them.
    """

    __slots__ = ("_choose", "heap", "puts")

    def __init__(self, choose: Callable[[int], int] | None = None) -> None:
        last = Entry()
        last.action = never
        self.heap: list[tuple[int, int, int, Entry]] = [(AFTER_ALL_NS, THREAD, 0, last)]
        self.puts = 0
        """How much was ever put in: the sequence of what comes next."""
        self._choose = choose

    def put(self, at_ns: int, rank: int, action: Any) -> Entry:
        """Adds what is due at `at_ns`."""
        entry = Entry()
        entry.action = action
        self.puts = sequence = self.puts + 1
        heappush(self.heap, (at_ns, rank, sequence, entry))
        return entry

    def head_ns(self) -> int | None:
        """The instant of the first entry, cancelled ones dropped; None when nothing is due any more."""
        heap = self.heap
        while heap[0][3].action is None:
            heappop(heap)
        return heap[0][0] if heap[0][0] != AFTER_ALL_NS else None

    def one_of_those_with(self, first: tuple[int, int, int, Entry]) -> Entry:
        """One of the threads that are due together with the first, which was taken out and is not cancelled."""
        assert self._choose is not None
        heap, ties = self.heap, [first]
        while heap[0][:2] == first[:2]:
            candidate = heappop(heap)
            if candidate[3].action is not None:
                ties.append(candidate)
        chosen = ties.pop(self._choose(len(ties)) if len(ties) > 1 else 0)
        for other in ties:
            heappush(heap, other)
        return chosen[3]


def never() -> None:
    """What is due after all else: a heap that is never empty has no special case."""
