"""The simulated multiprocessor: processors, threads, time.

Simulated threads are greenlets, and whoever gives up its processor runs the scheduler itself and switches straight to
the next thread; control comes back to `run` only when the slice is over. Time is integer nanoseconds and passes only in
`work`, and in the points that charge for what they announce:

    work(ns)   nothing else due before now + ns?  then only the clock moves (run-ahead)
               else the calendar takes the thread's continuation, and the next thing due goes first

Running ahead and cutting a run into slices leave no mark: a thread runs ahead only while everything else is *strictly*
later, and a slice ends by putting the running thread's continuation into the calendar, where it is the first entry.

Every choice among threads goes through `choose`; the usual policy is first come, first served. Randomness comes from
`stream`, one generator a name. Nothing here looks at the wall clock but the bound of a slice and the watchdog.

Limits: a machine belongs to the OS thread that made it, and can be neither copied nor stored, because greenlets cannot.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from time import perf_counter
from typing import Any, NoReturn

from greenlet import getcurrent, greenlet

from model.costs import Costs
from model.machine.calendar import THREAD, TIMER, Calendar, Entry
from model.machine.errors import (
    ComponentHung,
    MachineClosed,
    NotAThread,
    ThreadKilled,
    TooManyThreads,
    ZeroDelayLoop,
)
from model.machine.generations import Generations
from model.machine.lock import SimulatedLock
from model.machine.processor import Processor
from model.machine.surroundings import Cell, Operation
from model.machine.thread import Thread
from model.machine.watchdog import Watchdog
from model.trace.events import Kind, Wait
from model.trace.trace import Trace

STEPS_BETWEEN_LOOKS = 256
"""Steps of simulated work between two looks at the wall clock: about a tenth of a millisecond."""
POPS_BETWEEN_LOOKS = 16
ZERO_DELAYS_AT_ONE_INSTANT = 10_000
THREADS_AT_MOST = 200_000
NEVER_NS = 2**62


class Machine:
    """The surroundings of a simulated system. Made, run in any number of slices, closed."""

    recording = True

    def __init__(
        self,
        trace: Trace,
        *,
        processors: int = 4,
        generations: int = 2,
        quantum_ns: int = 1_000_000,
        costs: Costs | None = None,
        seed: int = 0,
        policy: str = "first_come",
        run_ahead: bool = True,
    ) -> None:
        self.trace = trace
        self.costs = costs or Costs()
        self.processors = processors
        self.now_ns = 0
        self.calls_entered = self.calls_returned = self.calls_raised = 0
        self.closed = False
        self.threads: dict[int, Thread] = {}
        self._seed = seed
        self._streams: dict[str, random.Random] = {}
        self._policy = None if policy == "first_come" else self.stream("policy")
        self._calendar = Calendar(self.choose if self._policy else None)
        self._processors = [Processor(number) for number in range(processors)]
        self._quantum_ns = quantum_ns
        self._run_ahead = run_ahead
        self.append: Callable[..., int] = trace.append
        self._point_ns = _costs_by_operation(self.costs)
        self._hub: greenlet | None = None
        self._outside = Thread(0, "the scheduler", 0, 0, _nothing)
        self.current: Thread = self._outside
        self._threads_started = 0
        self._subjects = 0
        self._limit_ns = -1
        self._horizon_ns = -1
        self._steps = 0
        self._pops_to_look = POPS_BETWEEN_LOOKS
        self._pops = 0
        self._deadline_s: float | None = None
        self._watchdog = Watchdog(lambda: (self._pops, self._steps, trace.head), lambda: repr(self.current))
        self.append(Kind.RUN_STARTED, 0, 0, -1, 0, processors, generations)
        self.generations = Generations(self, count=generations)

    # ---- running it

    def run(self, until_ns: int, budget_s: float | None = None) -> bool:
        """Runs all that is due at or before `until_ns`; False if the budget of wall time ended it sooner."""
        if self.closed:
            raise MachineClosed
        if self.current is not self._outside:
            raise NotAThread("run is for those outside of the machine")
        self._limit_ns = until_ns
        self._deadline_s = None if budget_s is None else perf_counter() + budget_s
        self._hub = getcurrent()
        self._steps = STEPS_BETWEEN_LOOKS
        with self._watchdog:
            try:
                done = self._run_slice()
            finally:
                self.current = self._outside
                self._horizon_ns = -1
        if done and until_ns < NEVER_NS:
            self.now_ns = max(self.now_ns, until_ns)
        return done

    def _run_slice(self) -> bool:
        """Runs what is due until there is nothing more or the time is up. Threads come back here only for that."""
        while True:
            head_ns = self._calendar.head_ns()
            if head_ns is None or head_ns > self._limit_ns:
                return True
            if self._time_is_up():
                return False
            action = self._next_action()
            if isinstance(action, Thread):
                self._enter_thread(action)
                assert action.greenlet is not None
                action.greenlet.switch()
                self.current = self._outside

    def _next_action(self) -> Thread | None:
        """Takes what is due: a timer's callback is run at once, a thread is returned."""
        entry = self._calendar.pop()
        action, entry.action = entry.action, None
        self.now_ns = entry.at_ns
        if isinstance(action, Thread):
            return action
        self.current = self._outside
        action()
        return None

    def _time_is_up(self) -> bool:
        self._pops += 1
        self._pops_to_look -= 1
        if self._pops_to_look or self._deadline_s is None:
            self._pops_to_look = self._pops_to_look or POPS_BETWEEN_LOOKS
            return False
        self._pops_to_look = POPS_BETWEEN_LOOKS
        return perf_counter() >= self._deadline_s

    def next_due_ns(self) -> int | None:
        """When the next thing is due; None when nothing ever happens again by itself."""
        return self._calendar.head_ns()

    def close(self) -> None:
        """Ends every thread without a trace of it: from now on every operation raises MachineClosed."""
        if self.closed:
            return
        self.closed = True
        self._horizon_ns = -1
        self.append = _refuse
        for thread in list(self.threads.values()):
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
        if due_ns < self._horizon_ns and self._steps and ns:
            self._steps -= 1
            self.now_ns = due_ns
        else:
            self._work_in_turn(ns)

    def point(self, operation: Operation, subject: int = 0) -> None:
        """Names the access to shared state that comes next and charges its cost; others may run first."""
        ns = self._point_ns[operation]
        due_ns = self.now_ns + ns
        if due_ns < self._horizon_ns and self._steps and ns:
            self._steps -= 1
            self.now_ns = due_ns
        else:
            self._work_in_turn(ns)

    def _work_in_turn(self, ns: int) -> None:
        """Lets the calendar decide: the thread continues when its turn comes."""
        thread = self._inside()
        if not ns:
            self._count_zero_delay(thread)
        processor = self._processors[thread.processor]
        while True:
            if processor.slice_end_ns <= self.now_ns and not self._renew_quantum(processor, thread):
                processor = self._processors[thread.processor]
            step_ns = min(ns, processor.slice_end_ns - self.now_ns)
            self._calendar.put(self.now_ns + step_ns, THREAD, thread)
            self._switch_away()
            ns -= step_ns
            if not ns:
                return

    def _renew_quantum(self, processor: Processor, thread: Thread) -> bool:
        """A quantum is used up: goes on if nobody else is ready, else waits for the next turn and returns False."""
        if not processor.ready:
            processor.slice_end_ns = self.now_ns + self._quantum_ns
            return True
        self.emit(Kind.THREAD_PREEMPTED)
        processor.ready.append(thread)
        self._release_processor(processor)
        self._switch_away()
        return False

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
        return self.calendar_put(self.now_ns + delay_ns, TIMER, callback)

    def sleep(self, ns: int) -> None:
        """Gives up the processor for `ns`."""
        ends_ns = self.now_ns + ns
        if not ns:
            self._count_zero_delay(self._inside())
        while self.now_ns < ends_ns:
            self.park(Wait.SLEEP, 0, ends_ns - self.now_ns)

    def calendar_put(self, at_ns: int, rank: int, action: Any) -> Entry:
        """Puts an entry into the calendar and lets nobody run ahead of it."""
        self._horizon_ns = min(self._horizon_ns, at_ns)
        return self._calendar.put(at_ns, rank, action)

    # ---- choices and chance

    def choose(self, n: int) -> int:
        """Which of `n` goes on, in the order in which they came: the one door for scheduling decisions."""
        return 0 if self._policy is None else self._policy.randrange(n)

    def stream(self, name: str) -> random.Random:
        """The generator of that name, seeded by (seed, name) and nothing else."""
        if name not in self._streams:
            digest = sha256(f"{self._seed}/{name}".encode()).digest()
            self._streams[name] = random.Random(int.from_bytes(digest[:8], "little"))
        return self._streams[name]

    # ---- threads

    def spawn(
        self,
        function: Callable[[], Any],
        *,
        name: str,
        processor: int | None = None,
        client: int | None = None,
        in_generation: bool = True,
    ) -> Thread:
        """Starts a thread; by default on the processor and in the address space of the current one."""
        thread = self._new_thread(function, name, processor, client)
        cause = self.current.call.position if self.current.call is not None else self.current.position
        thread.greenlet = greenlet(lambda: self._live(thread, in_generation, cause))
        self._make_ready(thread)
        return thread

    def _new_thread(self, function: Callable[[], Any], name: str, processor: int | None, client: int | None) -> Thread:
        if self.closed:
            raise MachineClosed
        if len(self.threads) >= THREADS_AT_MOST:
            raise TooManyThreads(f"{THREADS_AT_MOST} threads live at once, no more are started")
        self._threads_started += 1
        thread = Thread(
            self._threads_started,
            name,
            self.current.processor if processor is None else processor,
            self.current.client if client is None else client,
            function,
        )
        self.threads[thread.identity] = thread
        return thread

    def _live(self, thread: Thread, in_generation: bool, cause: int) -> None:
        """A thread's life on a greenlet of its own; the processor is its successor's when this returns."""
        try:
            self._serve(thread, in_generation, cause)
        except MachineClosed:
            return
        self._release_processor(self._processors[thread.processor])
        assert self._hub is not None
        thread.greenlet = None
        getcurrent().parent = self._hub

    def _serve(self, thread: Thread, in_generation: bool, cause: int) -> None:
        """Registers, runs the thread's function, and leaves, whatever happens."""
        try:
            thread.token = self.generations.enter() if in_generation else None
            generation = thread.token.generation if thread.token else -1
            thread.position = self.emit(
                Kind.THREAD_STARTED, cause=cause, a=generation, b=self.trace.intern(thread.name), client=thread.client
            )
            thread.result = thread.function()
        except (Exception, ThreadKilled) as error:
            thread.error = error
        finally:
            if not self.closed:
                thread.killed = False
                token, thread.token = thread.token, None
                if token is not None:
                    self.generations.leave(token)
                self.emit(Kind.THREAD_ENDED, a=token.generation if token else -1)
                thread.ended = True
                del self.threads[thread.identity]
                for joiner in thread.joiners:
                    self.unpark(joiner)

    def join(self, thread: Thread, timeout_ns: int | None = None) -> Any:
        """Waits for the thread's end; its result, or its error raised here. TimeoutError if it does not end in time."""
        ends_ns = None if timeout_ns is None else self.now_ns + timeout_ns
        while not thread.ended:
            if self.current not in thread.joiners:
                thread.joiners.append(self.current)
            left_ns = None if ends_ns is None else ends_ns - self.now_ns
            woken = (left_ns is None or left_ns > 0) and self.park(Wait.REPLY, 0, left_ns)
            if not woken and not thread.ended:
                thread.joiners.remove(self.current)
                raise TimeoutError(f"{thread!r} did not end in {timeout_ns} ns")
        if thread.error is not None:
            raise thread.error
        return thread.result

    def kill(self, thread: Thread) -> None:
        """Ends another thread at its next point: ThreadKilled is raised there, and its `finally` clauses run."""
        if thread.ended or thread is self.current:
            return
        thread.function = _nothing
        thread.killed = True
        if thread.parked:
            self._make_ready(thread)

    def call_on(self, processor: int, function: Callable[[], Any]) -> Any:
        """A cross-processor call: a new thread over there does it, and looks up afresh whatever it needs."""
        self.work(self.costs.interrupt_ns)
        thread = self.spawn(function, name=f"{self.current.name} on {processor}", processor=processor)
        return self.join(thread)

    def request(self, client: int, function: Callable[[], Any], name: str = "") -> Any:
        """A call into the kernel: a new thread in the current generation of this processor, for just this request.

        The caller's loop waits, so the request has its processor at once and borrows its greenlet.
        """
        caller = self._inside()
        self.work(self.costs.crossing_ns)
        thread = self._new_thread(function, name or caller.name, caller.processor, client)
        thread.greenlet = caller.greenlet
        self._processors[caller.processor].running = thread
        self.current = thread
        try:
            self._serve(thread, True, caller.position)
        finally:
            if not self.closed:
                caller.processor = thread.processor
                self._processors[thread.processor].running = caller
                self.current = caller
        if thread.error is not None:
            raise thread.error
        self.work(self.costs.crossing_ns)
        return thread.result

    def migrate(self, processor: int) -> None:
        """Moves the current thread to another processor; it leaves the generation that it entered, when it ends."""
        thread = self._inside()
        before = thread.processor
        if processor == before:
            return
        self._release_processor(self._processors[before])
        thread.processor = processor
        self.emit(Kind.THREAD_MIGRATED, a=before)
        self._queue(thread)
        self._switch_away()

    # ---- waiting

    def park(self, wait: Wait, subject: int = 0, timeout_ns: int | None = None) -> bool:
        """Waits until somebody unparks this thread; False if the time limit came first.

        An unpark that came before is not lost: then this returns at once.
        """
        thread = self._inside()
        if thread.permit:
            thread.permit = False
            return True
        thread.parked = True
        until_ns = 0
        if timeout_ns is not None:
            until_ns = self.now_ns + timeout_ns
            thread.deadline = self.after(timeout_ns, lambda: self._make_ready(thread))
        self._give_up(thread, wait, subject, until_ns)
        return thread.woken

    def unpark(self, thread: Thread) -> None:
        """Readies a waiting thread; one that does not wait yet will not wait. The caller pays for the wake-up."""
        if thread.parked:
            thread.woken = True
            self._make_ready(thread)
        elif not thread.ended:
            thread.permit = True

    def _give_up(self, thread: Thread, wait: Wait, subject: int, until_ns: int) -> None:
        thread.woken = False
        self.emit(Kind.THREAD_WAITED, until_ns=until_ns, subject=subject, a=wait)
        self._release_processor(self._processors[thread.processor])
        self._switch_away()

    def _make_ready(self, thread: Thread) -> None:
        """Queues a thread for its processor: a new one, or one whose wait is over."""
        if thread.parked:
            thread.parked = False
            if thread.deadline is not None:
                thread.deadline.cancel()
                thread.deadline = None
            self.append(
                Kind.THREAD_READIED, self.now_ns, 0, -1, 0, 0, 0, thread.identity, 0, 0, thread.client, thread.processor
            )
        self._queue(thread)

    def _queue(self, thread: Thread) -> None:
        processor = self._processors[thread.processor]
        processor.ready.append(thread)
        if processor.running is None:
            self._dispatch(processor)

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
            Kind.THREAD_DISPATCHED, self.now_ns, starts_ns, -1, 0, 0, 0,
            thread.identity, 0, 0, thread.client, processor.number,
        )  # fmt: skip
        self.calendar_put(starts_ns, THREAD, thread)

    # ---- spinning, for locks

    def spin(self) -> None:
        """Waits with the processor, until `end_spin` or, after `park_spinning`, an unpark."""
        self._inside()
        self._switch_away()

    def park_spinning(self, thread: Thread, subject: int) -> None:
        """A spin has lasted long enough: the thread gives up its processor and goes on waiting."""
        thread.parked = True
        self.append(
            Kind.THREAD_WAITED, self.now_ns, 0, -1, 0, Wait.LOCK, 0,
            thread.identity, subject, 0, thread.client, thread.processor,
        )  # fmt: skip
        self._release_processor(self._processors[thread.processor])

    def end_spin(self, thread: Thread) -> None:
        """What a spinning thread waited for has come: it continues at this instant."""
        self.calendar_put(self.now_ns, THREAD, thread)

    # ---- who runs

    def _inside(self) -> Thread:
        if self.closed:
            raise MachineClosed
        thread = self.current
        if thread is self._outside:
            raise NotAThread("this is for simulated threads; it was called from outside of one")
        return thread

    def _switch_away(self) -> None:
        """Runs what is due until the current thread's turn comes again, which is arranged for already."""
        me = getcurrent()
        calendar = self._calendar
        while True:
            head_ns = calendar.head_ns()
            if head_ns is None or head_ns > self._limit_ns or self._time_is_up():
                self._back_to_hub()
                break
            thread = self._next_action()
            if thread is None:
                continue
            self._enter_thread(thread)
            if thread.greenlet is me:
                break
            assert thread.greenlet is not None
            thread.greenlet.switch()
            break
        if self.closed:
            raise MachineClosed
        if self.current.killed:
            self.current.killed = False
            raise ThreadKilled

    def _back_to_hub(self) -> None:
        assert self._hub is not None
        self.current = self._outside
        self._hub.switch()

    def _enter_thread(self, thread: Thread) -> None:
        """Makes `thread` the current one, and says how far it may run ahead."""
        self.current = thread
        self._steps = STEPS_BETWEEN_LOOKS
        if not self._run_ahead:
            self._horizon_ns = -1
            return
        head_ns = self._calendar.head_ns()
        horizon_ns = self._limit_ns + 1 if head_ns is None else min(head_ns, self._limit_ns + 1)
        self._horizon_ns = min(horizon_ns, self._processors[thread.processor].slice_end_ns)

    # ---- shared state

    def lock(self, name: str, owner: int = 0) -> SimulatedLock:
        """A new lock; `owner` is the instance that it belongs to."""
        subject = self.new_subject()
        self.emit(Kind.LOCK_CREATED, subject=subject, a=owner, b=self.name(name))
        return SimulatedLock(self, name, subject)

    def cell(self, value: int = 0) -> Cell:
        """A new shared number."""
        return Cell(value)

    def fetch_add(self, cell: Cell, amount: int) -> int:
        """Adds at once and returns what was there: a point, then the one access."""
        self.point(Operation.COUNT_CHANGE)
        before = cell.value
        cell.value = before + amount
        return before

    def read(self, line: object) -> None:
        """Announces the read of a shared cache line."""
        self.point(Operation.LINE_READ)

    def write(self, line: object) -> None:
        """Announces the write of a shared cache line."""
        self.point(Operation.LINE_WRITE)

    # ---- the trace

    def new_subject(self) -> int:
        """The next free number for something that the trace speaks of."""
        self._subjects += 1
        return self._subjects

    def text(self, text: str) -> int:
        """The number of a text, such as a reason; let go together with the rows that use it."""
        return self.trace.intern(text)

    def name(self, text: str) -> int:
        """The number of a name; kept for ever."""
        return self.trace.intern(text, keep=True)

    def report(self, subject: int, figure: str, value: int) -> None:
        """A component's or wrapper's figure."""
        self.emit(Kind.FIGURE_REPORTED, subject=subject, a=value, b=self.name(figure))

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


def _costs_by_operation(costs: Costs) -> list[int]:
    table = {
        Operation.TABLE_READ: costs.table_read_ns,
        Operation.TABLE_WRITE: costs.table_write_ns,
        Operation.COUNT_READ: costs.phase_read_ns,
        Operation.COUNT_CHANGE: costs.count_ns,
        Operation.PHASE_READ: costs.phase_read_ns,
        Operation.PHASE_WRITE: costs.table_write_ns,
        Operation.ADVANCE: costs.advance_ns,
        Operation.LOCK: costs.lock_ns,
        Operation.UNLOCK: costs.lock_ns,
        Operation.CALL_ENTRY: costs.call_entry_ns,
        Operation.CALL_RETURN: costs.call_return_ns,
        Operation.WAKE: costs.wake_ns,
        Operation.TRANSFER_STEP: costs.transfer_step_ns,
        Operation.LINE_READ: costs.line_read_ns,
        Operation.LINE_WRITE: costs.line_write_ns,
        Operation.WRAPPER: costs.wrapper_ns,
    }
    return [0, *(table[operation] for operation in Operation)]


def _nothing() -> None:
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
