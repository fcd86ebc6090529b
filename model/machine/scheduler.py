"""Who runs when: the scheduler of the simulated multiprocessor.

Simulated threads are greenlets, and whoever gives up its processor runs the scheduler itself and switches straight to
the next thread; control comes back to `run` only when the slice is over. Time is integer nanoseconds and passes only in
`work`, and in the points that charge for what they announce:

    work(ns)   nothing else due before now + ns?  then only the clock moves (run-ahead)
               else the calendar takes the thread's continuation, and the next thing due goes first

Running ahead and cutting a run into slices leave no mark: a thread runs ahead only while everything else is *strictly*
later, and a slice ends by putting the running thread's continuation into the calendar, where it is the first entry.

Every choice among threads goes through `choose`; the usual policy is first come, first served. Nothing here looks at
the wall clock but the bound of a slice and the watchdog.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import lru_cache, partial
from heapq import heappop, heappush
from operator import index
from time import perf_counter
from typing import Any, Final, NoReturn

from greenlet import getcurrent, greenlet

from model.costs import Costs
from model.machine.calendar import NEVER_NS, THREAD, TIMER, Calendar, Entry
from model.machine.errors import ComponentHung, MachineClosed, NotAThread, ThreadKilled, ZeroDelayLoop
from model.machine.memory import Memory
from model.machine.processor import Processor
from model.machine.surroundings import Line, Operation
from model.machine.thread import Thread
from model.machine.watchdog import Watchdog
from model.trace.events import Kind, Wait
from model.trace.trace import Trace

LOOK_EVERY_NS = 10_000
"""Simulated time between two looks at the wall clock, where it bounds the slice: some hundred steps."""
ZERO_DELAYS_AT_ONE_INSTANT = 10_000

# Reading a member of an enumeration costs as much as a call of a method, and packing one twice what packing a number
# does.
_THREAD_WAITED: Final = int(Kind.THREAD_WAITED)
_THREAD_READIED: Final = int(Kind.THREAD_READIED)
_THREAD_DISPATCHED: Final = int(Kind.THREAD_DISPATCHED)
_LOCK: Final = int(Wait.LOCK)


class Scheduler:
    """Processors, the calendar and the clock. Made, run in any number of slices, closed."""

    # Slots: an instance dictionary this large would make each attribute and each call of a method slower by half.
    __slots__ = (
        "__weakref__", "_begun", "_calendar", "_deadline_s", "_hub", "_hung", "_limit_ns", "_losing", "_outside",
        "_point_ns", "_policy", "_processors", "_quantum_ns", "_run_ahead", "_stopped", "_to_begin", "_watchdog",
        "append", "closed", "costs", "current", "horizon_ns", "memory", "now_ns", "threads", "trace",
    )  # fmt: skip

    def __init__(
        self,
        trace: Trace,
        *,
        processors: int,
        quantum_ns: int,
        costs: Costs,
        policy: random.Random | None,
        run_ahead: bool,
    ) -> None:
        self.trace = trace
        self.costs = costs
        self.now_ns = 0
        self.closed = False
        self._stopped = False
        """Closed, or hung: nothing can be done here any more."""
        self.threads: dict[int, Thread] = {}
        self.append: Callable[..., int] = trace.append
        self._losing: list[Callable[[Thread], bool]] = []
        self._policy = policy
        self._calendar = Calendar(self.choose if policy else None)
        self._processors = [Processor(number) for number in range(processors)]
        self._quantum_ns = quantum_ns
        self._run_ahead = run_ahead
        self._point_ns = _costs_by_operation(costs)
        self.memory = None if costs.flat else Memory(costs)
        self._hub: greenlet | None = None
        self._to_begin: Thread | None = None
        self._outside = Thread(0, "the scheduler", 0, 0, nothing)
        self.current: Thread = self._outside
        self._limit_ns = -1
        self._begun = False
        self.horizon_ns = -1
        """The current thread may move the clock by itself to before this instant."""
        self._deadline_s: float | None = None
        self._hung: ComponentHung | None = None
        self._watchdog = Watchdog(lambda: (self._calendar.puts, self.now_ns, trace.head), self._end_hung)

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

    def _end_hung(self, patience_s: float) -> NoReturn:
        """The current thread does not come back to a point: ends the run, of which nothing more is written."""
        hung = ComponentHung(f"{self.current!r} ran for {patience_s:g} s without reaching a point")

        def refuse(*_: Any) -> NoReturn:
            raise hung

        self._hung = hung
        self._stopped = True
        self.horizon_ns = -1
        self.append = refuse
        raise hung

    def watched(self) -> AbstractContextManager[object]:
        """The watchdog, armed over many slices."""
        return self._watchdog

    def _run_slice(self) -> bool:
        """Runs what is due until there is nothing more or the time is up. Threads come back here only for that."""
        self._begun = False
        while True:
            thread = self._next_thread()
            if thread is None:
                head_ns = self._calendar.head_ns()
                return head_ns is None or head_ns > self._limit_ns
            while thread is not None:
                assert thread.greenlet is not None
                thread.greenlet.switch()
                thread, self._to_begin = self._to_begin, None
            self.current = self._outside

    def _next_thread(self) -> Thread | None:
        """Runs the timers that are due before the next thread, and makes that the current one; None ends the slice.

        The one loop of the simulation, therefore in one piece. A slice that has begun looks at the clock first.
        """
        heap, limit_ns, deadline_s = self._calendar.heap, self._limit_ns, self._deadline_s
        while True:
            if deadline_s is not None:
                if self._begun and perf_counter() >= deadline_s:
                    return None
                self._begun = True
            first = heappop(heap)
            at_ns, rank, _, entry = first
            action = entry.action
            if action is None:
                continue
            if at_ns > limit_ns:
                heappush(heap, first)
                return None
            if rank == THREAD and self._policy is not None:
                entry = self._calendar.one_of_those_with(first)
                action = entry.action
            entry.action = None
            self.now_ns = at_ns
            if rank == THREAD:
                break
            self.current = self._outside
            action()
        thread: Thread = action
        self.current = thread
        if self._run_ahead:
            # To before whatever is due next, and to before its quantum or the slice ends.
            while heap[0][3].action is None:
                heappop(heap)
            following_ns, slice_end_ns = heap[0][0], self._processors[thread.processor].slice_end_ns
            horizon_ns = slice_end_ns if slice_end_ns < following_ns else following_ns
            if limit_ns < horizon_ns:
                horizon_ns = limit_ns + 1
            if deadline_s is not None and at_ns + LOOK_EVERY_NS < horizon_ns:
                horizon_ns = at_ns + LOOK_EVERY_NS
            self.horizon_ns = horizon_ns
        return thread

    def next_due_ns(self) -> int | None:
        """When the next thing is due; None when nothing ever happens again by itself."""
        return self._calendar.head_ns()

    def close(self) -> None:
        """Ends every thread without a trace of it: from now on every operation raises MachineClosed."""
        if self.closed:
            return
        self.closed = self._stopped = True
        self.horizon_ns = -1
        self.append = _refuse
        for thread in list(self.threads.values()):
            thread.killed = True
            carrier = thread.greenlet
            if carrier is not None and carrier.gr_frame is not None and not carrier.dead:
                carrier.parent = getcurrent()
                with _closing():
                    carrier.throw(MachineClosed)
            thread.greenlet = None
            thread.call = None
        self.threads.clear()
        self._calendar = Calendar()

    # ---- time

    def work(self, ns: int) -> None:
        """Uses the processor for `ns`. Others run meanwhile where they are due, and a used-up quantum gives way."""
        due_ns = self.now_ns + ns
        if self.now_ns < due_ns < self.horizon_ns and ns.__class__ is int:
            self.now_ns = due_ns
        else:
            self._work_in_turn(duration(ns))

    def point(self, operation: int, subject: int = 0) -> None:
        """Names the access to shared state that comes next and charges its cost; others may run first.

        The hottest callers (fronts, entries, locks) look at the horizon themselves, and come here only where it is
        near: a call would cost them as much as all else that they do.
        """
        ns = self._point_ns[operation]
        due_ns = self.now_ns + ns
        if due_ns < self.horizon_ns and ns:
            self.now_ns = due_ns
        else:
            self._work_in_turn(ns)

    def point_on(self, operation: int, subject: int, line: Line, exclusive: bool = True) -> None:
        """A point whose one access is to `line`: its cost, and what it takes to bring the line here.

        The caches agree before the time passes: whoever comes later, meanwhile even, finds the line on its way here.
        """
        ns = self._point_ns[operation]
        if self.memory is not None:
            ns += self.memory.bring(line, self.current.processor, self.now_ns, exclusive)
        due_ns = self.now_ns + ns
        if due_ns < self.horizon_ns and ns:
            self.now_ns = due_ns
        else:
            self._work_in_turn(ns)

    def bring(self, line: Line) -> None:
        """Waits until the line is here, to be written; no point, for what is the thread's own already."""
        ns = 0 if self.memory is None else self.memory.bring(line, self.current.processor, self.now_ns, True)
        if ns:
            self.work(ns)

    def cost_of(self, operation: int) -> int:
        """What a point for `operation` will charge, in ns."""
        return self._point_ns[operation]

    def _work_in_turn(self, ns: int) -> None:
        """Lets the calendar decide: the thread continues when its turn comes."""
        thread = self.current
        if self._stopped or thread is self._outside:
            self._inside()
        if not ns:
            self._count_zero_delay(thread)
        processor, due, calendar = self._processors[thread.processor], thread.due, self._calendar
        while True:
            while processor.slice_end_ns <= self.now_ns:
                self._renew_quantum(processor, thread)
            ends_ns, slice_end_ns = self.now_ns + ns, processor.slice_end_ns
            due.action = thread
            calendar.puts = sequence = calendar.puts + 1
            heappush(calendar.heap, (ends_ns if ends_ns < slice_end_ns else slice_end_ns, THREAD, sequence, due))
            self._switch_away()
            ns = ends_ns - self.now_ns
            if not ns:
                return
            due = thread.due  # another one by now, if its turn was cut short

    def _renew_quantum(self, processor: Processor, thread: Thread) -> None:
        """A quantum is used up: goes on if nobody else is ready, else waits for the next turn.

        An urgent thread gives way to urgent ones only: those that it went before must not get ahead of it again.
        """
        if not processor.ready or (thread.urgent and not processor.ready[0].urgent):
            processor.slice_end_ns = self.now_ns + self._quantum_ns
            return
        self.emit(Kind.THREAD_PREEMPTED)
        processor.ready.append(thread)
        self._release_processor(processor)
        self._switch_away()

    def _count_zero_delay(self, thread: Thread) -> None:
        if thread.zero_delays_at_ns != self.now_ns:
            thread.zero_delays_at_ns = self.now_ns
            thread.zero_delays = 0
        thread.zero_delays += 1
        if thread.zero_delays > ZERO_DELAYS_AT_ONE_INSTANT:
            thread.zero_delays = 0
            raise ZeroDelayLoop(f"{thread!r} made {ZERO_DELAYS_AT_ONE_INSTANT} steps without time passing")

    def after(self, delay_ns: int, callback: Callable[[], None]) -> Entry:
        """Calls back in `delay_ns`; the callback must not wait. Cancel it by the entry."""
        return self.calendar_put(self.now_ns + duration(delay_ns), TIMER, callback)

    def sleep(self, ns: int) -> None:
        """Gives up the processor for `ns`."""
        self.wait_until(self.now_ns + duration(ns), Wait.SLEEP)

    def wait_until(self, ends_ns: int, wait: Wait, subject: int = 0) -> None:
        """Gives up the processor until an instant that is known."""
        if self.now_ns >= ends_ns:
            self._count_zero_delay(self._inside())
        while self.now_ns < ends_ns:
            self.park(wait, subject, ends_ns - self.now_ns)

    def calendar_put(self, at_ns: int, rank: int, action: Any) -> Entry:
        """Puts an entry into the calendar and lets nobody run ahead of it."""
        self.horizon_ns = min(self.horizon_ns, at_ns)
        return self._calendar.put(at_ns, rank, action)

    # ---- waiting

    def park(self, wait: Wait, subject: int = 0, timeout_ns: int | None = None) -> bool:
        """Waits until somebody unparks this thread; False if the time limit came first.

        An unpark that came before is not lost: then this returns at once.
        """
        thread = self._inside()
        if thread.permit:
            thread.permit = False
            return True
        until_ns = 0
        if timeout_ns is not None:
            until_ns = self.now_ns + duration(timeout_ns)
            thread.deadline = self._calendar.put(until_ns, TIMER, partial(self._make_ready, thread))
        thread.parked = True
        self._give_up(thread, wait, subject, until_ns)
        return thread.woken

    def _give_up(self, thread: Thread, wait: Wait, subject: int, until_ns: int) -> None:
        thread.woken = False
        thread.wait = wait
        self.append(
            _THREAD_WAITED, self.now_ns, until_ns, -1, 0, wait, 0,
            thread.identity, subject, 0, thread.client, thread.processor,
        )  # fmt: skip
        self._release_processor(self._processors[thread.processor])
        self._switch_away()

    def unpark(self, thread: Thread) -> None:
        """Readies a waiting thread; one that does not wait yet will not wait. The caller pays for the wake-up."""
        if thread.parked and not thread.at_lock:
            if self._losing and any(loses(thread) for loses in self._losing):
                return
            thread.woken = True
            self._make_ready(thread)
        elif not thread.ended:
            thread.permit = True

    def lose_wake_ups(self, loses: Callable[[Thread], bool]) -> None:
        """From now on a wake-up of a waiting thread is lost whenever `loses` says so."""
        self._losing.append(loses)

    def _make_ready(self, thread: Thread) -> None:
        """Queues a thread for its processor: a new one, or one whose wait is over."""
        if thread.parked:
            thread.parked = False
            if thread.deadline is not None:
                thread.deadline.cancel()
                thread.deadline = None
            self.append(
                _THREAD_READIED, self.now_ns, 0, -1, 0, 0, 0, thread.identity, 0, 0, thread.client, thread.processor
            )
        self._queue(thread)

    def _queue(self, thread: Thread) -> None:
        processor = self._processors[thread.processor]
        if not thread.urgent:
            processor.ready.append(thread)
        else:
            processor.ready.insert(sum(ready.urgent for ready in processor.ready), thread)
        if processor.running is None:
            self._dispatch(processor)
        elif thread.urgent and not processor.running.urgent:
            self._cut_short(processor, processor.running)

    def _cut_short(self, processor: Processor, running: Thread) -> None:
        """Ends the quantum of the thread that has the processor; what it had begun goes on in its next turn."""
        processor.slice_end_ns = self.now_ns
        if running.due.action is not None:
            running.due.cancel()
            running.due = self.calendar_put(self.now_ns, THREAD, running)
        if running is self.current:
            self.horizon_ns = min(self.horizon_ns, self.now_ns)

    def _release_processor(self, processor: Processor) -> None:
        processor.running = None
        if processor.ready:
            self._dispatch(processor)

    def _dispatch(self, processor: Processor) -> None:
        """Gives a free processor to one of the ready; it runs after the context switch."""
        ready = processor.ready
        if self._policy is not None and len(ready) > 1:
            ready.rotate(-self.choose(len(ready)))
        thread = ready.popleft()
        processor.running = thread
        starts_ns = self.now_ns + self.costs.switch_ns
        processor.slice_end_ns = starts_ns + self._quantum_ns
        self.append(
            _THREAD_DISPATCHED, self.now_ns, starts_ns, -1, 0, 0, 0,
            thread.identity, 0, 0, thread.client, processor.number,
        )  # fmt: skip
        self.calendar_put(starts_ns, THREAD, thread)

    # ---- spinning, for locks

    def spin(self) -> None:
        """Waits with the processor, until `end_spin` or, after `park_spinning`, `end_lock_wait`."""
        self._switch_away()

    def park_spinning(self, thread: Thread, subject: int) -> None:
        """A spin has lasted long enough: the thread gives up its processor and goes on waiting."""
        if thread.killed:
            self.end_spin(thread)
            return
        thread.parked = True
        self.append(
            _THREAD_WAITED, self.now_ns, 0, -1, 0, _LOCK, 0,
            thread.identity, subject, 0, thread.client, thread.processor,
        )  # fmt: skip
        self._release_processor(self._processors[thread.processor])

    def end_spin(self, thread: Thread) -> None:
        """What a spinning thread waited for has come: it continues at this instant."""
        self.calendar_put(self.now_ns, THREAD, thread)

    def end_lock_wait(self, thread: Thread) -> None:
        """The lock is the parked thread's now; one that was killed meanwhile is on its way already."""
        if thread.parked:
            self._make_ready(thread)

    # ---- who runs

    def choose(self, n: int) -> int:
        """Which of `n` goes on, in the order in which they came: the one door for scheduling decisions."""
        return 0 if self._policy is None else self._policy.randrange(n)

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
            if thread.greenlet:
                thread.greenlet.switch()
            else:
                self._begin_from_hub(thread)
        if ours.killed:
            self._be_killed(ours)

    def _be_killed(self, thread: Thread) -> NoReturn:
        if self.closed:
            raise MachineClosed
        thread.killed = False
        raise ThreadKilled

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

    # ---- the trace

    def emit(
        self,
        kind: Kind,
        *,
        until_ns: int = 0,
        cause: int = -1,
        call: int = 0,
        a: int = 0,
        b: int = 0,
        subject: int = 0,
        method: int = 0,
        client: int | None = None,
        processor: int | None = None,
        thread: Thread | None = None,
    ) -> int:
        """Appends a row at this instant, of the current thread unless another is named; its position."""
        thread = self.current if thread is None else thread
        return self.append(
            kind, self.now_ns, until_ns, cause, call, a, b, thread.identity, subject, method,
            thread.client if client is None else client,
            thread.processor if processor is None else processor,
        )  # fmt: skip


@lru_cache(maxsize=64)
def _costs_by_operation(costs: Costs) -> tuple[int, ...]:
    table = {
        Operation.TABLE_READ: costs.table_read_ns,
        Operation.TABLE_WRITE: costs.table_write_ns,
        Operation.COUNT_READ: costs.phase_read_ns,
        Operation.COUNT_CHANGE: costs.count_ns,
        Operation.PHASE_READ: costs.phase_read_ns,
        Operation.PHASE_WRITE: costs.table_write_ns,
        Operation.ADVANCE: costs.advance_ns,
        Operation.LOCK: costs.lock_ns,
        Operation.UNLOCK: costs.unlock_ns,
        Operation.CALL_ENTRY: costs.call_entry_ns,
        Operation.CALL_RETURN: costs.call_return_ns,
        Operation.WAKE: costs.wake_ns,
        Operation.TRANSFER_STEP: costs.transfer_step_ns,
        Operation.LINE_READ: costs.line_read_ns,
        Operation.LINE_WRITE: costs.line_write_ns,
        Operation.WRAPPER: costs.wrapper_ns,
        Operation.CROSSING: costs.crossing_ns,
        Operation.LINE_ATOMIC: costs.line_atomic_ns,
        Operation.FRAME: costs.frame_ns,
        Operation.TRAP: costs.trap_ns,
        Operation.TABLE_MISS: costs.miss_ns,
    }
    return (0, *(table[operation] for operation in Operation))


def duration(ns: Any) -> int:
    """`ns` as a whole number; TypeError for a fraction and ValueError for time that runs backwards.

    A component's slip in its own arithmetic must stay in the component: one such step and the clock is good for nobody.
    """
    whole = index(ns)
    if whole < 0:
        raise ValueError(f"a duration of {whole} ns: time does not run backwards")
    return whole


def nothing() -> None:
    """What a thread does that has nothing to do."""


def _refuse(*_: Any) -> NoReturn:
    raise MachineClosed


@contextmanager
def _closing() -> Iterator[None]:
    """While a closed machine ends its threads, whatever their last words are is of no interest."""
    try:
        yield
    except (MachineClosed, ComponentHung, Exception):
        return
