"""Whose turn it is: the clock, the loop over what is due, and the switch from one simulated thread to the next.

Simulated threads are greenlets, and whoever gives up its processor runs the loop itself and switches straight to the
next thread; control comes back to `run` only when the slice is over. Between turns nothing happens:

    thread A   ... work(ns)     its turn goes into the calendar, what is due first comes out of it:
                                a timer   is called, right here
                                B's turn  A switches to B
    thread B   ...              the clock shows its instant

A thread may move the clock by itself while everything else is *strictly* later, to before the `horizon_ns` that is set
whenever a turn begins (run-ahead). Neither this nor cutting a run into slices leaves a mark: where a slice ends stands
in the calendar like all else that nobody may run ahead of. Only a thread that is killed before it has begun, or while
it waits for its request, dies at its next point without run-ahead, and with it where its turn ends: each the same in
every run.

Every choice among threads goes through `choose`; the usual policy is first come, first served. Nothing here looks at
the wall clock but the bound of a slice and the watchdog.
"""

from __future__ import annotations

import random
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from heapq import heappop, heappush
from time import perf_counter
from typing import Any, NoReturn

from greenlet import getcurrent, greenlet

from model.machine.calendar import NEVER_NS, TIMERS_FIRST, Calendar, Entry
from model.machine.errors import ComponentHung, MachineClosed, NotAThread, ThreadKilled
from model.machine.processor import Processor
from model.machine.thread import Thread
from model.machine.watchdog import Watchdog
from model.trace.trace import Inlet, Trace

LOOK_EVERY_NS = 10_000
"""Simulated time between two looks at the wall clock, where it bounds the slice: some hundred steps."""


class Turns(ABC):
    """The clock, the calendar and the switch. Made, run in any number of slices, closed."""

    # Slots: an instance dictionary this large would make each attribute and each call of a method slower by half.
    __slots__ = (
        "__weakref__", "_calendar", "_deadline_s", "_heap", "_hub", "_hung", "_limit_ns", "_look", "_outside", "_over",
        "_plain", "_policy", "_run_ahead", "_stopped", "_to_begin", "_turns", "_watchdog", "closed", "current", "fresh",
        "horizon_ns", "now_ns", "threads", "trace",
    )  # fmt: skip

    def __init__(self, trace: Trace, policy: random.Random | None, run_ahead: bool) -> None:
        self.trace = trace
        self.fresh: Inlet = trace.fresh
        """Takes packed rows: the one door into the trace."""
        self.now_ns = 0
        self.closed = False
        self._stopped = False
        """Closed, or hung: nothing can be done here any more."""
        self.threads: dict[int, Thread] = {}
        self._policy = policy
        self._run_ahead = run_ahead
        self._plain = policy is None and run_ahead
        """The usual machine, which takes the short way through the calendar; not so once it is stopped."""
        self._calendar = Calendar(self.choose if policy else None)
        self._heap = self._calendar.heap
        self._turns = 0
        """How many were ever arranged: the order of the last one."""
        self._hub: greenlet | None = None
        self._to_begin: Thread | None = None
        self._outside = Thread(0, "the scheduler", Processor(0), 0, nothing)
        self.current: Thread = self._outside
        self._limit_ns = -1
        self._deadline_s: float | None = None
        self._look = Entry()
        self._look.action = nothing
        self._over = False
        """The slice is."""
        self.horizon_ns = -1
        """The current thread may move the clock by itself to before this instant."""
        self._hung: ComponentHung | None = None
        self._watchdog = Watchdog(
            lambda: (self._calendar.puts, self._turns, self.now_ns, trace.head), self._end_hung
        )  # fmt: skip

    # ---- running it

    def run(self, until_ns: int, budget_s: float | None = None) -> bool:
        """Runs all that is due at or before `until_ns`; False if the budget of wall time ended it sooner."""
        if self.closed:
            raise MachineClosed
        if self._hung is not None:
            raise self._hung
        if self.current is not self._outside:
            raise NotAThread("run is for those outside of the machine")
        self._limit_ns = until_ns
        self._deadline_s = None if budget_s is None else perf_counter() + budget_s
        self._hub = getcurrent()
        with self._watchdog:
            try:
                done = self._run_slice()
            finally:
                self.current = self._outside
                self.horizon_ns = -1
        if done and until_ns < NEVER_NS:
            self.now_ns = max(self.now_ns, until_ns)
        return done

    def _run_slice(self) -> bool:
        """Runs what is due until there is nothing more or the time is up. Whoever is in time is in it wholly: a slice
        that has begun ends between two instants."""
        calendar = self._calendar
        look_ns, head_ns = self._limit_ns + 1, calendar.head_ns()
        if self._deadline_s is not None and head_ns is not None:
            look_ns = min(look_ns, head_ns + 1)
        self._over = False
        calendar.put_look(look_ns, self._look)
        try:
            self._run_threads()
        finally:
            calendar.take_out(self._look)
        head_ns = calendar.head_ns()
        return head_ns is None or head_ns > self._limit_ns

    def _run_threads(self) -> None:
        """The hub: threads come back here only when the slice is over, one has ended, or one begins."""
        while not self._over:
            thread = self._next_thread()
            if thread is None:
                return
            while thread is not None:
                assert thread.greenlet is not None
                thread.greenlet.switch()
                thread, self._to_begin = self._to_begin, None
            self.current = self._outside

    def _next_thread(self) -> Thread | None:
        """Runs the timers that are due before the next thread, and makes that the current one; None ends the slice."""
        heap = self._heap
        at_ns, order, due = heappop(heap)
        while due.turn != order:
            if not self._pass(at_ns, order, due):
                return None
            at_ns, order, due = heappop(heap)
        thread: Thread = due
        if self._policy is not None:
            thread = self._calendar.one_of_those_with((at_ns, order, due))
        self.now_ns = at_ns
        self.current = thread
        if self._run_ahead:
            following_ns, slice_end_ns = heap[0][0], thread.cpu.slice_end_ns
            self.horizon_ns = slice_end_ns if slice_end_ns < following_ns else following_ns
        return thread

    def _pass(self, at_ns: int, order: int, due: Any) -> bool:
        """Deals with what came out of the calendar and is no thread's turn; False if it was the end of the slice."""
        if type(due) is not Entry:
            if due.deadline == order:  # Else its wait is over already, or its turn was arranged anew.
                due.deadline = None
                self.now_ns = at_ns
                self.current = self._outside
                self._end_wait(due)
        elif due is self._look:
            return self._goes_on(at_ns)
        elif due.action is not None:
            action, due.action = due.action, None
            self.now_ns = at_ns
            self.current = self._outside
            action()
        return True

    @abstractmethod
    def _end_wait(self, thread: Thread) -> None:
        """The instant until which the thread waits at most has come."""

    def _goes_on(self, at_ns: int) -> bool:
        """Whether there is time left in this slice; the next look is put in then, no sooner than something is due."""
        if at_ns > self._limit_ns or (self._deadline_s is not None and perf_counter() >= self._deadline_s):
            self._over = True
            return False
        calendar = self._calendar
        calendar.put_look(min(self._limit_ns + 1, max(at_ns + LOOK_EVERY_NS, calendar.heap[0][0])), self._look)
        return True

    def next_due_ns(self) -> int | None:
        """When the next thing is due; None when nothing ever happens again by itself."""
        return self._calendar.head_ns()

    def watched(self) -> AbstractContextManager[object]:
        """The watchdog, armed over many slices."""
        return self._watchdog

    def _end_hung(self, patience_s: float) -> NoReturn:
        """The current thread does not come back to a point: ends the run, of which nothing more is written."""
        hung = ComponentHung(f"{self.current!r} ran for {patience_s:g} s without reaching a point")
        self._hung = hung
        self._stop(hung)
        raise hung

    def close(self) -> None:
        """Ends every thread without a trace of it: from now on every operation raises MachineClosed."""
        if self.closed:
            return
        self.closed = True
        self._stop(MachineClosed())
        for thread in list(self.threads.values()):
            thread.killed = thread.disturbed = True
            carrier = thread.greenlet
            if carrier is not None and carrier.gr_frame is not None and not carrier.dead:
                carrier.parent = getcurrent()
                with _closing():
                    carrier.throw(MachineClosed)
            thread.greenlet = None
            thread.resume = nothing
            thread.call = None
        self.threads.clear()
        self._calendar = Calendar()
        self._heap = self._calendar.heap

    def _stop(self, why: BaseException) -> None:
        self._stopped = True
        self._plain = False
        self.horizon_ns = -1
        self.fresh = _Refusing(why)

    # ---- from one thread to the next

    def choose(self, n: int) -> int:
        """Which of `n` goes on, in the order in which they came: the one door for scheduling decisions."""
        return 0 if self._policy is None else self._policy.randrange(n)

    def call_at(self, at_ns: int, action: Callable[[], Any]) -> Entry:
        """A timer, which nobody runs ahead of; what it calls must not wait."""
        if at_ns < self.horizon_ns:  # noqa: PLR1730 -- `min` costs as much as all the rest
            self.horizon_ns = at_ns
        entry = Entry()
        entry.action = action
        calendar = self._calendar
        calendar.puts = order = calendar.puts + 1
        heappush(self._heap, (at_ns, order - TIMERS_FIRST, entry))
        return entry

    def wait_at_most(self, thread: Thread, until_ns: int) -> None:
        """A timer that ends the thread's wait."""
        calendar = self._calendar
        calendar.puts = order = calendar.puts + 1
        thread.deadline = order = order - TIMERS_FIRST
        heappush(self._heap, (until_ns, order, thread))
        if until_ns < self.horizon_ns:  # noqa: PLR1730 -- `min` costs as much as all the rest
            self.horizon_ns = until_ns

    def _arrange(self, thread: Thread, at_ns: int) -> int:
        """The thread's next turn, in place of any that it had; its order."""
        self._turns = thread.turn = order = self._turns + 1
        heappush(self._heap, (at_ns, order, thread))
        if at_ns < self.horizon_ns:  # noqa: PLR1730 -- `min` costs as much as all the rest
            self.horizon_ns = at_ns
        return order

    def _inside(self) -> Thread:
        if self._stopped:
            raise self._hung or MachineClosed
        thread = self.current
        if thread is self._outside:
            raise NotAThread("this is for simulated threads; it was called from outside of one")
        return thread

    def _switch_away(self) -> None:
        """Runs what is due until the current thread's turn comes again, which is arranged for already."""
        ours = self.current
        thread = self._next_thread()
        if thread is None:
            self._back_to_hub()
        elif thread.greenlet is not ours.greenlet:
            resume = thread.resume  # a method of an attribute is looked up the slow way
            resume()
        if ours.killed:
            self._be_killed(ours)

    def _be_killed(self, thread: Thread) -> NoReturn:
        if self.closed:
            raise MachineClosed
        thread.killed = False
        raise ThreadKilled

    def _begin(self, thread: Thread) -> None:
        """Switches to a thread that has not begun. If its greenlet has, for another thread, there is nothing to it."""
        assert thread.greenlet is not None
        if thread.greenlet:
            thread.greenlet.switch()
        else:
            self._begin_from_hub(thread)

    def _begin_from_hub(self, thread: Thread) -> None:
        """A greenlet begins as deep in Python's stack as whoever switches to it first, and keeps that for life.

        Begun from here, a chain of threads that start each other would come to the end of the stack.
        """
        assert self._hub is not None
        self._to_begin = thread
        self._hub.switch()

    def _back_to_hub(self) -> None:
        assert self._hub is not None
        self.current = self._outside
        self._hub.switch()


def nothing() -> None:
    """What a thread does that has nothing to do."""


class _Refusing:
    """In place of the trace's list, once nothing more is written."""

    def __init__(self, why: BaseException) -> None:
        self._why = why

    def append(self, _row: bytes, /) -> NoReturn:
        raise self._why


@contextmanager
def _closing() -> Iterator[None]:
    """While a closed machine ends its threads, whatever their last words are is of no interest."""
    try:
        yield
    except (MachineClosed, ComponentHung, Exception):
        return
