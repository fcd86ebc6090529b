"""The calendar: what is due, in order of instant.

A heap with lazy cancellation. Of what is due at one instant timers come first, so that a time limit that expires
together with a thread's next step is seen first; then threads, in the order in which they were put in unless a policy
chooses among them:

    (instant, order, what)      order < 0   a timer: an entry, whose action is taken out when it is cancelled, or the
                                            end of a thread's wait, which holds as long as `thread.deadline == order`
                                order > 0   a thread's turn, which holds as long as `thread.turn == order`

A thread has one turn and one wait at most. It stands in the heap itself, and what is arranged anew or taken back needs
no cancelling of what was there: this is what nearly every step of a simulation does. Waits that were over long before
their time limit are dropped once they are the most of what stands there.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heapify, heappop, heappush
from typing import TYPE_CHECKING, Any, ClassVar, TypeAlias

if TYPE_CHECKING:
    from model.machine.thread import Thread

NEVER_NS = 2**62
AFTER_ALL_NS = 2 * NEVER_NS
TIMERS_FIRST = 2**60
"""More than anything that is ever put in: what is taken from the order of a timer."""
OF_THE_SLICE = -(2**61)
"""The order of the one timer that no other may come before at its instant: where the slice looks whether it is over."""


class Entry:
    """A timer: what it calls when it is due; None once it has come or was cancelled.

    Whoever makes one fills it in: an `__init__` would cost more than all else.
    """

    __slots__ = ("action",)

    action: Any
    turn: ClassVar[int] = 0
    """No turn of a thread, as the scheduler's loop tells them apart."""

    def cancel(self) -> None:
        """Takes it back; harmless when it has already come."""
        self.action = None


Due: TypeAlias = tuple[int, int, Any]


TAKEN_BACK_AT_LEAST = 64
"""Fewer are not worth a look at the whole heap."""


class Calendar:
    """A heap bounded by the threads and the timers that hold. `choose(n)` is asked only where several threads tie.

    Turns and timers are put in and taken out by the machine's own loop, on `heap` itself.
    """

    __slots__ = ("_choose", "_taken_back", "heap", "puts")

    def __init__(self, choose: Callable[[int], int] | None = None) -> None:
        last = Entry()
        last.action = never
        self.heap: list[Due] = [(AFTER_ALL_NS, -1, last)]
        self.puts = 0
        """How many timers were ever put in."""
        self._taken_back = 0
        self._choose = choose

    def put_look(self, at_ns: int, look: Entry) -> None:
        """Adds where the slice looks whether it is over: in no order with all else, so that it leaves no mark."""
        heappush(self.heap, (at_ns, OF_THE_SLICE, look))

    def take_out(self, look: Entry) -> None:
        """Takes out that again, if it is still there."""
        self.heap[:] = [due for due in self.heap if due[2] is not look]
        heapify(self.heap)

    def head_ns(self) -> int | None:
        """The instant of what is due next, after dropping what was taken back; None when nothing ever is."""
        heap = self.heap
        while not _holds(*heap[0]):
            heappop(heap)
        return heap[0][0] if heap[0][0] != AFTER_ALL_NS else None

    def wait_was_taken_back(self) -> None:
        """What stands here for it holds no more, and keeps a thread that may have ended."""
        self._taken_back += 1
        if self._taken_back > max(TAKEN_BACK_AT_LEAST, len(self.heap) // 2):
            self._taken_back = 0
            self.heap[:] = [due for due in self.heap if _holds(*due)]
            heapify(self.heap)

    def one_of_those_with(self, first: Due) -> Thread:
        """One of the threads whose turns come together with the first, which was taken out and holds."""
        assert self._choose is not None
        heap, ties = self.heap, [first]
        while heap[0][0] == first[0]:
            candidate = heappop(heap)
            if candidate[2].turn == candidate[1]:
                ties.append(candidate)
        chosen = ties.pop(self._choose(len(ties)) if len(ties) > 1 else 0)
        for other in ties:
            heappush(heap, other)
        thread: Thread = chosen[2]
        return thread


def _holds(_at_ns: int, order: int, due: Any) -> bool:
    """Whether what stands in the heap was not taken back."""
    if type(due) is Entry:
        return due.action is not None
    return bool((due.turn if order > 0 else due.deadline) == order)


def never() -> None:
    """What is due after all else: a heap that is never empty has no special case."""
