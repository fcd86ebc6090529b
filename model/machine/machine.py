"""The simulated multiprocessor: what components and the engine run on.

A machine is a scheduler with everything that a thread may ask for: other threads, requests into the kernel, calls to
other processors, locks and counters, generations, seeded chance, and the trace.

Randomness comes from `stream`, one generator a name, so that a swap or another client never shifts anybody's draws.

Limits: a machine belongs to the OS thread that made it, and can be neither copied nor stored, because greenlets cannot.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from hashlib import sha256
from typing import Any, Final, NoReturn

from greenlet import getcurrent, greenlet

from model.costs import Costs
from model.machine.errors import ENDS_THE_RUN, MachineClosed, ThreadKilled, TooManyThreads
from model.machine.generations import Generations
from model.machine.lock import SimulatedLock
from model.machine.scheduler import Scheduler
from model.machine.surroundings import Cell, Operation
from model.machine.thread import Thread
from model.trace.events import Kind, Wait
from model.trace.trace import Trace

THREADS_AT_MOST = 200_000

# Reading a member of an enumeration costs as much as a call of a method, and packing one twice what packing a number
# does.
_THREAD_STARTED: Final = int(Kind.THREAD_STARTED)
_THREAD_ENDED: Final = int(Kind.THREAD_ENDED)
_COUNT_CHANGE: Final = Operation.COUNT_CHANGE
_LINE_READ: Final = Operation.LINE_READ
_LINE_WRITE: Final = Operation.LINE_WRITE


class Machine(Scheduler):
    """The surroundings of a simulated system. Made, run in any number of slices, closed."""

    __slots__ = (
        "_seed", "_streams", "_subjects", "_threads_started", "calls_entered", "calls_raised", "calls_returned",
        "generations", "processors",
    )  # fmt: skip

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
        self._seed = seed
        self._streams: dict[str, random.Random] = {}
        super().__init__(
            trace,
            processors=processors,
            quantum_ns=quantum_ns,
            costs=costs or Costs(),
            policy=None if policy == "first_come" else self.stream("policy"),
            run_ahead=run_ahead,
        )
        self.processors = processors
        self.calls_entered = self.calls_returned = self.calls_raised = 0
        self._threads_started = 0
        self._subjects = 0
        self.append(Kind.RUN_STARTED, 0, 0, -1, 0, processors, generations)
        self.generations = Generations(self, count=generations)

    # ---- threads

    def spawn(
        self,
        function: Callable[[], Any],
        *,
        name: str,
        processor: int | None = None,
        client: int | None = None,
        in_generation: bool = True,
        urgent: bool = False,
    ) -> Thread:
        """Starts a thread; by default on the processor and in the address space of the current one."""
        thread = self._new_thread(function, name, processor, client)
        thread.urgent = urgent
        cause = self.current.position
        if self.current.call is not None:
            cause = self.current.call.position
            thread.origin = self.current.call.record.identity
        thread.greenlet = greenlet(lambda: self._live(thread, in_generation, cause))
        self._make_ready(thread)
        return thread

    def _new_thread(self, function: Callable[[], Any], name: str, processor: int | None, client: int | None) -> Thread:
        if self.closed:
            raise MachineClosed
        if len(self.threads) >= THREADS_AT_MOST:
            raise TooManyThreads(f"{THREADS_AT_MOST} threads live at once, no more are started")
        if processor is None:
            processor = self.current.processor
        self._check_processor(processor)
        self._threads_started += 1
        thread = Thread(
            self._threads_started,
            name,
            processor,
            self.current.client if client is None else client,
            function,
        )
        self.threads[thread.identity] = thread
        return thread

    def _check_processor(self, number: int) -> None:
        if not 0 <= number < self.processors:
            raise ValueError(f"there is no processor {number}: they are numbered 0 to {self.processors - 1}")

    def _live(self, thread: Thread, in_generation: bool, cause: int) -> None:
        """A thread's life on a greenlet of its own; the processor is its successor's when this returns."""
        assert self._hub is not None
        getcurrent().parent = self._hub  # where an error that ends the run must come out
        try:
            self._serve(thread, in_generation, cause)
        except MachineClosed:
            return
        self._release_processor(self._processors[thread.processor])
        thread.greenlet = None
        getcurrent().parent = self._hub

    def _serve(self, thread: Thread, in_generation: bool, cause: int) -> None:
        """Registers, runs the thread's function, and leaves, whatever happens."""
        try:
            thread.token = self.generations.enter() if in_generation else None
            generation = thread.token.generation if thread.token else -1
            thread.position = self.append(
                _THREAD_STARTED, self.now_ns, 0, cause, 0, generation, self.trace.intern(thread.name),
                thread.identity, 0, 0, thread.client, thread.processor,
            )  # fmt: skip
            thread.result = thread.function()
        except ENDS_THE_RUN:
            raise
        except BaseException as error:
            thread.error = error
        finally:
            if not self.closed:
                thread.leaving, thread.killed, thread.zero_delays = True, False, 0
                token, thread.token = thread.token, None
                last = token is not None and self.generations.count_down(token)
                # Written as it stops to count and before it makes way, so that no quiescence comes before an end.
                self.append(
                    _THREAD_ENDED, self.now_ns, 0, -1, 0, token.generation if token else -1, 0,
                    thread.identity, 0, 0, thread.client, thread.processor,
                )  # fmt: skip
                if last:
                    assert token is not None
                    self.generations.make_way(token)
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
        """Ends another thread at its next point: ThreadKilled is raised there, and its `finally` clauses run.

        Harmless for one that has done its work: all that it still does is to leave its generation.
        """
        if thread.leaving or thread is self.current:
            return
        thread.function = _die
        thread.killed = True
        if thread.parked:
            self._make_ready(thread)

    def call_on(self, processor: int, function: Callable[[], Any]) -> Any:
        """A cross-processor call: a new thread over there does it, and looks up afresh whatever it needs."""
        self.work(self.costs.interrupt_ns)
        caller, _, _ = self.current.name.partition(" on ")
        thread = self.spawn(function, name=f"{caller} on {processor}", processor=processor)
        return self.join(thread)

    def request(self, client: int, function: Callable[[], Any], name: str = "") -> Any:
        """A call into the kernel: a new thread in the current generation of this processor, for just this request.

        The caller's loop waits, so the request has its processor at once and borrows its greenlet.
        """
        caller = self._inside()
        self.work(self.costs.spawn_ns)
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
        return thread.result

    def migrate(self, processor: int) -> None:
        """Moves the current thread to another processor; it leaves the generation that it entered, when it ends."""
        thread = self._inside()
        before = thread.processor
        if processor == before:
            return
        self._check_processor(processor)
        self._release_processor(self._processors[before])
        thread.processor = processor
        self.emit(Kind.THREAD_MIGRATED, a=before)
        self._queue(thread)
        self._switch_away()

    # ---- chance

    def stream(self, name: str) -> random.Random:
        """The generator of that name, seeded by (seed, name) and nothing else."""
        if name not in self._streams:
            digest = sha256(f"{self._seed}/{name}".encode()).digest()
            self._streams[name] = random.Random(int.from_bytes(digest[:8], "little"))
        return self._streams[name]

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
        self.point(_COUNT_CHANGE)
        before = cell.value
        cell.value = before + amount
        return before

    def read(self, line: object) -> None:
        """Announces the read of a shared cache line."""
        self.point(_LINE_READ)

    def write(self, line: object) -> None:
        """Announces the write of a shared cache line."""
        self.point(_LINE_WRITE)

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


def _die() -> NoReturn:
    """What a thread does that was killed before it began: whoever joins it must not take that for success."""
    raise ThreadKilled
