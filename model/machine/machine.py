"""The simulated multiprocessor: what components and the engine run on.

A machine is a scheduler with everything that a thread may ask for: other threads, requests into the kernel, calls to
other processors, locks and counters, generations, seeded chance, and the trace.

Randomness comes from `stream`, one generator a name, so that a swap or another client never shifts anybody's draws.

Limits: a machine belongs to the OS thread that made it, and can be neither copied nor stored, because greenlets cannot.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from hashlib import sha256
from operator import index
from typing import Any, Final, NoReturn

from greenlet import getcurrent, greenlet

from model.costs import Costs, Shape
from model.machine.device import Device
from model.machine.errors import ENDS_THE_RUN, MachineClosed, ThreadKilled, TooManyThreads
from model.machine.frames import Frames
from model.machine.generations import Generations
from model.machine.lock import SimulatedLock
from model.machine.memory import Accounts
from model.machine.processor import Processor
from model.machine.scheduler import Scheduler
from model.machine.surroundings import Cell, Line, Operation
from model.machine.thread import Thread
from model.machine.turns import nothing
from model.trace.events import Kind, Wait
from model.trace.trace import Trace, pack_row

THREADS_AT_MOST = 200_000

# Reading a member of an enumeration costs as much as a call of a method, and packing one twice what packing a number
# does.
_THREAD_STARTED: Final = int(Kind.THREAD_STARTED)
_THREAD_ENDED: Final = int(Kind.THREAD_ENDED)
_COUNT_CHANGE: Final = int(Operation.COUNT_CHANGE)
_LINE_READ: Final = int(Operation.LINE_READ)
_LINE_WRITE: Final = int(Operation.LINE_WRITE)
_LINE_ATOMIC: Final = int(Operation.LINE_ATOMIC)


class Machine(Scheduler):
    """The surroundings of a simulated system. Made, run in any number of slices, closed."""

    __slots__ = (
        "_count_ns", "_devices", "_frames", "_seed", "_streams", "_subjects", "_threads_started", "_told_bytes",
        "allocated", "calls_entered", "calls_raised", "calls_returned", "generations", "processors", "shape",
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
        shape: Shape | None = None,
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
        self.shape = shape or Shape()
        self.allocated = Accounts("bytes")
        self._told_bytes: dict[int, int] = {}
        self._frames: Frames | None = None
        self._devices: dict[str, Device] = {}
        self._count_ns = self.cost_of(_COUNT_CHANGE)
        self.calls_entered = self.calls_returned = self.calls_raised = 0
        self._threads_started = 0
        self._subjects = 0
        self.append(Kind.RUN_STARTED, 0, 0, -1, 0, processors, generations)
        self.generations = self._make_generations(generations)

    def _make_generations(self, count: int) -> Generations:
        return Generations(self, count=count)

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
        afterwards: bool = False,
    ) -> Thread:
        """Starts a thread; by default on the processor and in the address space of the current one.

        `afterwards`: once the current thread has ended, if that is counted in a generation.
        """
        if self.closed:
            raise MachineClosed
        current = self.current
        if processor is None:
            processor = current.processor
        self._check_processor(processor)
        thread = self._new_thread(function, name, processor, current.client if client is None else client)
        thread.urgent = urgent
        cause = current.position
        if current.call is not None:
            cause = current.call.position
            thread.origin = current.call.front.record.identity
        thread.greenlet = self.carrier(lambda: self._live(thread, in_generation, cause))
        thread.resume = partial(self._begin, thread)
        if afterwards and current.token is not None:
            current.followers = [*(current.followers or ()), thread]
        else:
            self._make_ready(thread)
        return thread

    def carrier(self, life: Callable[[], None]) -> greenlet:
        """What a new thread lives on."""
        return greenlet(life)

    def _new_thread(self, function: Callable[[], Any], name: str, processor: int, client: int) -> Thread:
        if len(self.threads) >= THREADS_AT_MOST:
            raise TooManyThreads(f"{THREADS_AT_MOST} threads live at once, no more are started")
        self._threads_started = identity = self._threads_started + 1
        thread = self.threads[identity] = Thread(
            identity, name, self._processors[processor], client, function
        )  # fmt: skip
        return thread

    def _check_processor(self, number: int) -> None:
        if not 0 <= number < self.processors:
            raise ValueError(f"there is no processor {number}: they are numbered 0 to {self.processors - 1}")

    def _live(self, thread: Thread, in_generation: bool, cause: int) -> None:
        """A thread's life on a greenlet of its own; the processor is its successor's when this returns."""
        assert self._hub is not None
        getcurrent().parent = self._hub  # where an error that ends the run must come out
        thread.resume = getcurrent().switch
        try:
            self._serve(thread, in_generation, cause)
        except MachineClosed:
            return
        self._release_processor(thread.cpu)
        thread.greenlet = None
        thread.resume = nothing
        getcurrent().parent = self._hub

    def _serve(self, thread: Thread, in_generation: bool, cause: int) -> None:
        """Registers, runs the thread's function, and leaves, whatever happens."""
        try:
            thread.token = self.generations.enter() if in_generation else None
            generation = -1 if thread.token is None else thread.token.generation
            trace = self.trace
            name = trace.intern(thread.name)
            thread.position = trace.filed + len(trace.fresh)
            self.fresh.append(pack_row(
                self.now_ns, 0, cause, 0, generation, name, thread.identity, 0, _THREAD_STARTED, 0, thread.client,
                thread.processor,
            ))  # fmt: skip
            function = thread.function  # a method of an attribute is looked up the slow way
            thread.result = function()
        except ENDS_THE_RUN:
            raise
        except BaseException as error:
            thread.error = error
        finally:
            if not self.closed:
                thread.leaving, thread.killed, thread.zero_delays = True, False, 0
                left, last = -1, False
                token, thread.token = thread.token, None
                if token is not None:
                    if thread.travelled:
                        self.generations.ends_travel(token)
                    left = token.generation  # Not in one line: what waits on the evaluation stack, no exploration sees.
                    last = self.generations.count_down(token)
                # Written as it stops to count and before it makes way, so that no quiescence comes before an end.
                self.fresh.append(pack_row(
                    self.now_ns, 0, -1, 0, left, 0, thread.identity, 0, _THREAD_ENDED, 0, thread.client,
                    thread.processor,
                ))  # fmt: skip
                if last:
                    assert token is not None
                    self.generations.make_way(token)
                thread.ended = True
                del self.threads[thread.identity]
                for joiner in thread.joiners or ():
                    self.unpark(joiner)
                for follower in thread.followers or ():
                    self._make_ready(follower)

    def join(self, thread: Thread, timeout_ns: int | None = None) -> Any:
        """Waits for the thread's end; its result, or its error raised here. TimeoutError if it does not end in time."""
        ends_ns = None if timeout_ns is None else self.now_ns + timeout_ns
        while not thread.ended:
            joiners = thread.joiners = thread.joiners or []
            if self.current not in joiners:
                joiners.append(self.current)
            left_ns = None if ends_ns is None else ends_ns - self.now_ns
            woken = (left_ns is None or left_ns > 0) and self.park(Wait.REPLY, 0, left_ns)
            if not woken and not thread.ended:
                joiners.remove(self.current)
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
        thread.killed = thread.disturbed = True
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
        caller = self.current
        if self._stopped or caller is self._outside:
            self._inside()
        self.work(self.costs.spawn_ns)
        thread = self._new_thread(function, name or caller.name, caller.processor, client)
        thread.greenlet = caller.greenlet
        thread.resume = caller.resume
        thread.cpu.running = thread
        shares = caller.call is None
        if shares:  # Room for calls: the caller makes none before the request has ended.
            thread.outermost = caller.outermost
        self.current = thread
        try:
            self._serve(thread, True, caller.position)
        finally:
            if not self.closed:
                if caller.cpu is not thread.cpu:
                    self._goes_to(caller, thread.cpu)
                thread.cpu.running = caller
                if shares:
                    caller.outermost = thread.outermost
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
        self._release_processor(thread.cpu)
        self._goes_to(thread, self._processors[processor])
        self.emit(Kind.THREAD_MIGRATED, a=before)
        self._queue(thread)
        self._switch_away()

    def _goes_to(self, thread: Thread, cpu: Processor) -> None:
        """Whoever counts the thread must know that it is not where it is counted."""
        if thread.cpu is not cpu:
            thread.cpu, thread.processor = cpu, cpu.number
            if thread.token is not None and not thread.travelled:
                thread.travelled = True
                self.generations.travels(thread.token)

    # ---- chance

    def stream(self, name: str) -> random.Random:
        """The generator of that name, seeded by (seed, name) and nothing else."""
        if name not in self._streams:
            digest = sha256(f"{self._seed}/{name}".encode()).digest()
            self._streams[name] = random.Random(int.from_bytes(digest[:8], "little"))
        return self._streams[name]

    # ---- shared state

    def lock(self, name: str, owner: int = 0, line: Line | None = None) -> SimulatedLock:
        """A new lock; `owner` is the instance that it belongs to, `line` what it stands on if that is not its own."""
        subject = self.new_subject()
        self.emit(Kind.LOCK_CREATED, subject=subject, a=owner, b=self.name(name))
        if self.memory is None:
            return SimulatedLock(self, name, subject, None)
        return SimulatedLock(self, name, subject, line or self.line(name, owner))

    def cell(self, value: int = 0, line: Line | None = None) -> Cell:
        """A new shared number, on a line of its own unless one is given."""
        if self.memory is None:
            return Cell(value)
        return Cell(value, line or self.line("a number"))

    def fetch_add(self, cell: Cell, amount: int) -> int:
        """Adds at once and returns what was there: a point, then the one access."""
        due_ns = self.now_ns + self._count_ns
        if cell.line is not None:
            self.point_on(_COUNT_CHANGE, 0, cell.line)
        elif due_ns < self.horizon_ns:
            self.now_ns = due_ns
        else:
            self.wait_turn(self._count_ns, _COUNT_CHANGE)
        before = cell.value
        cell.value = before + amount
        return before

    # ---- memory

    def compute(self, cycles: int) -> None:
        """Uses the processor for that many cycles of its clock."""
        self.work((index(cycles) * self.costs.cycle_ps + 500) // 1000)

    def line(self, name: str, owner: int = 0) -> Line:
        """A new cache line, in memory only; `owner` is the instance that it belongs to."""
        return Line(name, owner)

    def read(self, line: Line) -> None:
        """Announces the read of a cache line."""
        if self.memory is None:
            self.point(_LINE_READ)
        else:
            self.point_on(_LINE_READ, 0, line, False)

    def write(self, line: Line) -> None:
        """Announces the write of a cache line."""
        if self.memory is None:
            self.point(_LINE_WRITE)
        else:
            self.point_on(_LINE_WRITE, 0, line)

    def atomic(self, line: Line) -> None:
        """Announces a read and write of a cache line in one."""
        self.point_on(_LINE_ATOMIC, 0, line)

    def allocate(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None:
        """Takes memory, on the account of `owner`, an instance whose bytes the trace is told of unless it is `quiet`.

        Before the run begins it takes no time.
        """
        has = self.allocated.take(owner, size_bytes)
        if not quiet:
            self._tell_bytes(owner, has)
        if self.current is not self._outside:
            self.work(self.costs.allocation_ns)

    def free(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None:
        """Gives memory back; ValueError if the owner's account does not hold so much."""
        has = self.allocated.give(owner, size_bytes)
        if not quiet:
            self._tell_bytes(owner, has)
        if self.current is not self._outside:
            self.work(self.costs.free_ns)

    def settle(self, owner: int) -> None:
        """Closes the account of an owner that is destroyed: what is still on it is freed, in one go."""
        has = self.allocated.has(owner)
        self._told_bytes.pop(owner, None)
        if has:
            self.free(has, owner, quiet=True)

    def fill(self, size_bytes: int) -> None:
        """Writes fresh memory, line by line: each comes from memory. It is the thread's own, so nothing to choose."""
        lines, write_ns, memory = -(-size_bytes // self.shape.line_bytes), self.costs.line_write_ns, self.memory
        if memory is None:
            self.work(lines * write_ns)
            return
        for _ in range(lines):
            self.work(write_ns + memory.bring(Line("fresh"), self.current.processor, self.now_ns, True))

    def _tell_bytes(self, owner: int, has: int) -> None:
        """Tells an owner's bytes whenever they have doubled, halved or gone: a bounded number of rows."""
        if not owner:
            return
        told = self._told_bytes.get(owner, 0)
        if has >= 2 * told or 2 * has <= told:
            self._told_bytes[owner] = has
            if not has:
                del self._told_bytes[owner]
            if has != told:
                self.report(owner, "allocated bytes", has)

    @property
    def frames(self) -> Frames:
        """The page frames of the machine."""
        if self._frames is None:
            self._frames = Frames(self, self.shape)
        return self._frames

    def device(self, name: str) -> Device:
        """The device of that name; LookupError if the machine has none such."""
        if name not in self._devices:
            if name not in self.shape.devices:
                known = ", ".join(sorted(self.shape.devices)) or "none"
                raise LookupError(f"the machine has no device {name!r}; it has {known}")
            self._devices[name] = Device(self, name, self.shape.devices[name])
        return self._devices[name]

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
