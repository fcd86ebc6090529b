"""The calendar: what is due, in order of (instant, rank, sequence).

A heap with lazy cancellation. Timers rank before threads at the same instant, so that a time limit that expires
together with a thread's next step is seen first. Entries of one instant and one rank come out in the order in which
they were put in, unless a policy chooses among them.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable
from typing import Any

TIMER = 0
THREAD = 1


class Entry:
    """One thing that is due: `action` is a thread to resume or a callback, None once cancelled."""

    __slots__ = ("action", "at_ns")

    def __init__(self, at_ns: int, action: Any) -> None:
        self.at_ns = at_ns
        self.action = action

    def cancel(self) -> None:
        """Takes it back; harmless when it has already come."""
        self.action = None


class Calendar:
    """A bounded-by-threads heap of entries. `choose(n)` is asked only where several threads tie."""

    def __init__(self, choose: Callable[[int], int] | None = None) -> None:
        self._heap: list[tuple[int, int, int, Entry]] = []
        self._sequence = 0
        self._choose = choose

    def put(self, at_ns: int, rank: int, action: Any) -> Entry:
        """Adds what is due at `at_ns`."""
        entry = Entry(at_ns, action)
        self._sequence += 1
        heapq.heappush(self._heap, (at_ns, rank, self._sequence, entry))
        return entry

    def head_ns(self) -> int | None:
        """The instant of the first entry, cancelled ones dropped; None when nothing is due any more."""
        heap = self._heap
        while heap and heap[0][3].action is None:
            heapq.heappop(heap)
        return heap[0][0] if heap else None

    def pop(self) -> Entry:
        """Takes out the first entry; only after `head_ns` said that there is one."""
        heap = self._heap
        if self._choose is None or len(heap) < 2:
            return heapq.heappop(heap)[3]
        first = heapq.heappop(heap)
        ties = [first]
        while heap and heap[0][:2] == first[:2] and first[1] == THREAD:
            candidate = heapq.heappop(heap)
            if candidate[3].action is not None:
                ties.append(candidate)
        chosen = ties.pop(self._choose(len(ties)) if len(ties) > 1 else 0)
        for other in ties:
            heapq.heappush(heap, other)
        return chosen[3]

    def __len__(self) -> int:
        return len(self._heap)
