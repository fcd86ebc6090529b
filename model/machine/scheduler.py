"""Who has a processor: work and points, quanta, waiting and waking.

Time is integer nanoseconds and passes only in `work`, and in the points that charge for what they announce:

    work(ns)   nothing else due before now + ns?  then only the clock moves (run-ahead)
               else the calendar takes the thread's turn, and the next thing due goes first

A thread is ready, is dispatched when its processor is free, has it until it waits, ends or its quantum is used up while
others are ready, and is readied again:

    started -> ready -> dispatched -> runs .. preempted -> ready
                                          `.. waits ------> ready
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import lru_cache
from heapq import heappop, heappush, heappushpop
from operator import index
from typing import Any, Final

from model.costs import Costs
from model.machine.calendar import Entry
from model.machine.errors import ZeroDelayLoop
from model.machine.memory import Memory
from model.machine.processor import Processor
from model.machine.surroundings import Line, Operation
from model.machine.thread import Thread
from model.machine.turns import Turns
from model.trace.events import Kind, Wait
from model.trace.trace import BATCH_ROWS, Trace, pack_row

ZERO_DELAYS_AT_ONE_INSTANT = 10_000

# Reading a member of an enumeration costs as much as a call of a method, and packing one twice what packing a number
# does.
_THREAD_WAITED: Final = int(Kind.THREAD_WAITED)
_THREAD_READIED: Final = int(Kind.THREAD_READIED)
_THREAD_DISPATCHED: Final = int(Kind.THREAD_DISPATCHED)
_LOCK: Final = int(Wait.LOCK)
_SLEEP: Final = Wait.SLEEP


class Scheduler(Turns):
    """The processors, and what their threads may do: use them, wait, be woken."""

    __slots__ = ("_losing", "_point_ns", "_processors", "_quantum_ns", "_switch_ns", "costs", "memory")

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
        self._point_ns = _costs_by_operation(costs)
        # Whoever runs ahead need not ask whether a point costs anything: where one is free, nobody does.
        super().__init__(trace, policy, run_ahead and 0 not in self._point_ns[1:])
        self.costs = costs
        self._losing: list[Callable[[Thread], bool]] = []
        self._processors = [Processor(number) for number in range(processors)]
        self._quantum_ns = quantum_ns
        self._switch_ns = costs.switch_ns
        self.memory = None if costs.flat else Memory(costs)

    # ---- time

    def work(self, ns: int) -> None:
        """Uses the processor for `ns`. Others run meanwhile where they are due, and a used-up quantum gives way."""
        now_ns = self.now_ns
        due_ns = now_ns + ns
        if type(due_ns) is not int or due_ns <= now_ns:
            self._work_in_slices(duration(ns))
        elif due_ns < self.horizon_ns:
            self.now_ns = due_ns
        else:
            self.wait_turn(ns)

    def point(self, operation: int, subject: int = 0) -> None:
        """Names the access to shared state that comes next and charges its cost; others may run first.

        The hottest callers (fronts, entries, locks) look at the horizon themselves, and come here only where it is
        near: a call would cost them as much as all else that they do.
        """
        ns = self._point_ns[operation]
        due_ns = self.now_ns + ns
        if due_ns < self.horizon_ns:
            self.now_ns = due_ns
        else:
            self.wait_turn(ns, operation, subject)

    def point_on(self, operation: int, subject: int, line: Line, exclusive: bool = True) -> None:
        """A point whose one access is to `line`: its cost, and what it takes to bring the line here.

        The caches agree before the time passes: whoever comes later, meanwhile even, finds the line on its way here.
        """
        ns = self._point_ns[operation]
        if self.memory is not None:
            ns += self.memory.bring(line, self.current.processor, self.now_ns, exclusive)
        due_ns = self.now_ns + ns
        if due_ns < self.horizon_ns:
            self.now_ns = due_ns
        else:
            self.wait_turn(ns, operation, subject)

    def bring(self, line: Line) -> None:
        """Waits until the line is here, to be written; no point, for what is the thread's own already."""
        ns = 0 if self.memory is None else self.memory.bring(line, self.current.processor, self.now_ns, True)
        if ns:
            self.work(ns)

    def cost_of(self, operation: int) -> int:
        """What a point for `operation` will charge, in ns."""
        return self._point_ns[operation]

    def wait_turn(self, ns: int, operation: int = 0, subject: int = 0) -> None:
        """Uses the processor for `ns` where others are due meanwhile: goes on when its turn comes.

        For those who have looked at the horizon themselves, and as `point` does for others, with the operation that
        the `ns` are charged for. In one piece with the loop of `_next_thread`, as every second step takes this way.
        """
        thread = self.current
        due_ns = self.now_ns + ns
        if due_ns > thread.cpu.slice_end_ns or not self._plain:
            self._work_in_slices(ns)
            return
        heap = self._heap
        self._turns = thread.turn = order = self._turns + 1
        at_ns, order, following = heappushpop(heap, (due_ns, order, thread))
        while following.turn != order:
            if not self._pass(at_ns, order, following):
                self._back_to_hub()
                break
            at_ns, order, following = heappop(heap)
        else:
            self.now_ns = at_ns
            following_ns = heap[0][0]
            slice_end_ns = following.cpu.slice_end_ns
            self.horizon_ns = slice_end_ns if slice_end_ns < following_ns else following_ns
            self.current = following
            if following is not thread:
                resume = following.resume
                resume()
        if thread.disturbed:
            self._see(thread, due_ns)

    def _see(self, thread: Thread, due_ns: int) -> None:
        """What disturbed a thread that was to go on at `due_ns`."""
        thread.disturbed = False
        if thread.killed:
            self._be_killed(thread)
        if self.now_ns != due_ns:
            self._work_in_slices(due_ns - self.now_ns)

    def _work_in_slices(self, ns: int) -> None:
        """The same for whoever comes to the end of its quantum, and where the way is not the usual one."""
        thread = self._inside()
        if not ns:
            self._count_zero_delay(thread)
        processor = thread.cpu
        while True:
            while processor.slice_end_ns <= self.now_ns:
                self._renew_quantum(processor, thread)
            ends_ns = self.now_ns + ns
            self._arrange(thread, min(ends_ns, processor.slice_end_ns))
            self._switch_away()
            ns = ends_ns - self.now_ns
            if not ns:
                return

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
        return self.call_at(self.now_ns + duration(delay_ns), callback)

    def sleep(self, ns: int) -> None:
        """Gives up the processor for `ns`."""
        self.wait_until(self.now_ns + duration(ns), _SLEEP)

    def wait_until(self, ends_ns: int, wait: Wait, subject: int = 0) -> None:
        """Gives up the processor until an instant that is known."""
        if self.now_ns >= ends_ns:
            self._count_zero_delay(self._inside())
        while self.now_ns < ends_ns:
            self._park(wait, subject, ends_ns)

    # ---- waiting

    def park(self, wait: Wait, subject: int = 0, timeout_ns: int | None = None) -> bool:
        """Waits until somebody unparks this thread; False if the time limit came first.

        An unpark that came before is not lost: then this returns at once.
        """
        return self._park(wait, subject, None if timeout_ns is None else self.now_ns + duration(timeout_ns))

    def _park(self, wait: Wait, subject: int, until_ns: int | None) -> bool:
        thread = self.current
        if self._stopped or thread is self._outside:
            self._inside()
        if thread.permit:
            thread.permit = False
            return True
        if until_ns is not None:
            self.wait_at_most(thread, until_ns)
        thread.parked = True
        thread.woken = False
        thread.wait = wait
        self.fresh.append(pack_row(
            self.now_ns, until_ns or 0, -1, 0, wait, 0, thread.identity, subject, _THREAD_WAITED, 0, thread.client,
            thread.processor,
        ))  # fmt: skip
        self._release_processor(thread.cpu)
        self._switch_away()
        return thread.woken

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
                self._forget_deadline(thread)
            self.fresh.append(pack_row(
                self.now_ns, 0, -1, 0, 0, 0, thread.identity, 0, _THREAD_READIED, 0, thread.client, thread.processor
            ))  # fmt: skip
        self._queue(thread)

    def _queue(self, thread: Thread) -> None:
        processor = thread.cpu
        if processor.running is None and not processor.ready:
            self._give(processor, thread)
            return
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
        if running.turn != processor.first_turn and self._is_arranged(running):
            self._arrange(running, self.now_ns)
            running.disturbed = True
        if running is self.current:
            self.horizon_ns = min(self.horizon_ns, self.now_ns)

    def _is_arranged(self, thread: Thread) -> bool:
        """Whether the thread's turn is to come. Read off the calendar, as it is asked for an urgent thread only."""
        return any(due is thread and order == thread.turn for _, order, due in self._heap)

    def _release_processor(self, processor: Processor) -> None:
        processor.running = None
        if processor.ready:
            self._dispatch(processor)

    def _dispatch(self, processor: Processor) -> None:
        """Gives a free processor to one of the ready."""
        ready = processor.ready
        if self._policy is not None and len(ready) > 1:
            ready.rotate(-self.choose(len(ready)))
        self._give(processor, ready.popleft())

    def _give(self, processor: Processor, thread: Thread) -> None:
        """The thread has the processor from now on, and runs after the context switch."""
        processor.running = thread
        now_ns = self.now_ns
        starts_ns = now_ns + self._switch_ns
        processor.slice_end_ns = starts_ns + self._quantum_ns
        self.fresh.append(pack_row(
            now_ns, starts_ns, -1, 0, 0, 0, thread.identity, 0, _THREAD_DISPATCHED, 0, thread.client,
            processor.number,
        ))  # fmt: skip
        if len(self.trace.fresh) > BATCH_ROWS:  # Where threads only sleep and wait, nobody else would see to it.
            self.trace.file()
        self._turns = thread.turn = processor.first_turn = order = self._turns + 1
        heappush(self._heap, (starts_ns, order, thread))
        if starts_ns < self.horizon_ns:  # noqa: PLR1730 -- as `_arrange`, whose call costs as much as all that it does
            self.horizon_ns = starts_ns

    # ---- spinning, for locks

    spin = Turns._switch_away
    """Waits with the processor, for a while at most, until `end_spin`; after that without it, until `end_lock_wait`."""

    def _end_wait(self, thread: Thread) -> None:
        if thread.parked:
            self._make_ready(thread)
        else:
            self._park_spinning(thread)

    def _forget_deadline(self, thread: Thread) -> None:
        """The thread's wait is over before it had lasted long enough."""
        thread.deadline = None
        self._calendar.wait_was_taken_back()

    def _park_spinning(self, thread: Thread) -> None:
        """A spin has lasted long enough: the thread gives up its processor and goes on waiting."""
        if thread.killed:
            self.end_spin(thread)
            return
        thread.parked = True
        self.fresh.append(pack_row(
            self.now_ns, 0, -1, 0, _LOCK, 0, thread.identity, thread.at_lock, _THREAD_WAITED, 0, thread.client,
            thread.processor,
        ))  # fmt: skip
        self._release_processor(thread.cpu)

    def end_spin(self, thread: Thread) -> None:
        """What a spinning thread waited for has come: it continues at this instant."""
        thread.cpu.first_turn = self._arrange(thread, self.now_ns)

    def end_lock_wait(self, thread: Thread) -> None:
        """The lock is the parked thread's now; one that was killed meanwhile is on its way already."""
        if thread.parked:
            self._make_ready(thread)

    # ---- the trace

    def append(
        self, kind: int, at_ns: int, until_ns: int = 0, cause: int = -1, call: int = 0, a: int = 0, b: int = 0,
        thread: int = 0, subject: int = 0, method: int = 0, client: int = 0, processor: int = 0,
    ) -> int:  # fmt: skip
        """A row of any kind; its position. Who writes rows again and again packs them itself."""
        trace = self.trace
        position = trace.filed + len(trace.fresh)
        self.fresh.append(
            pack_row(at_ns, until_ns, cause, call, a, b, thread, subject, kind, method, client, processor)
        )
        if position >= trace.full:
            trace.file()
        return position

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
    whole = ns if type(ns) is int else index(ns)
    if whole < 0:
        raise ValueError(f"a duration of {whole} ns: time does not run backwards")
    return whole
