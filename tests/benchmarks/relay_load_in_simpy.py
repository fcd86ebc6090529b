"""The load of `relay_load` as one would write it in SimPy: processes, resources, time-outs.

A processor is a resource of one, a lock another; a loop is a process, its calls are generators by `yield from`. Where
SimPy offers a shorter way that keeps the meaning, it is taken: a request runs in its loop's process, a resource that is
free is not waited for, a call and what it calls are one generator, ints and tuples take the place of classes.

"Records the same facts" is read literally: every row that the machine writes for a thread, a lock or a call is written
here too, into a trace of the same class by the same door, so that what recording costs is the same on both sides.

"The same model" is read so too. Each point of the machine is a time-out of its own, since at each of them another
thread may be due first; two of them in a row could be one here, where nothing happens in between, but then this would
be another model. A processor's time comes in quanta. A call reads its client's entry to learn whom it calls, and is in
flight until it returns. A request is a thread of its own, which counts in a generation of its processor.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Sequence
from typing import Any

import simpy

from model.costs import Costs
from model.trace.events import Kind, Wait
from model.trace.trace import Trace, pack_row
from tests.benchmarks.relay_load import (
    CLIENTS,
    LOOPS,
    OBJECTS,
    PROCESSORS,
    QUANTUM_NS,
    Numbers,
    Outcome,
    Request,
    drawn,
)

Steps = Generator[Any, Any, Any]

# Plain numbers, as a user of SimPy would have them: reading a member of an enumeration would hold the peer up.
CALL_ENTERED, CALL_RETURNED = int(Kind.CALL_ENTERED), int(Kind.CALL_RETURNED)
THREAD_STARTED, THREAD_ENDED = int(Kind.THREAD_STARTED), int(Kind.THREAD_ENDED)
THREAD_WAITED, THREAD_READIED = int(Kind.THREAD_WAITED), int(Kind.THREAD_READIED)
THREAD_DISPATCHED, THREAD_PREEMPTED = int(Kind.THREAD_DISPATCHED), int(Kind.THREAD_PREEMPTED)
LOCK_CONTENDED, LOCK_ACQUIRED = int(Kind.LOCK_CONTENDED), int(Kind.LOCK_ACQUIRED)
WAITS_FOR_LOCK, SLEEPS = int(Wait.LOCK), int(Wait.SLEEP)


class Lock:
    """First come, first served; who waits keeps its processor for a while."""

    def __init__(self, model: Model, subject: int) -> None:
        self.model = model
        self.subject = subject
        self.resource = simpy.Resource(model.env)

    def acquire(self, thread: Thread) -> Steps:
        model, costs, env = self.model, self.model.costs, self.model.env
        yield thread.use(costs.lock_ns)
        turn: Any = self.resource.request()
        turn.identity = thread.identity
        if not turn.triggered:
            now_ns = env.now
            holder: Any = self.resource.users[0]
            model.fresh.append(pack_row(
                now_ns, now_ns + costs.spin_ns, -1, 0, holder.identity, 0, thread.identity, self.subject,
                LOCK_CONTENDED, 0, thread.client, thread.processor,
            ))  # fmt: skip
            yield turn | env.timeout(costs.spin_ns)
            if not turn.triggered:
                model.fresh.append(pack_row(
                    env.now, 0, -1, 0, WAITS_FOR_LOCK, 0, thread.identity, self.subject, THREAD_WAITED, 0,
                    thread.client, thread.processor,
                ))  # fmt: skip
                thread.release_processor()
                yield turn
                thread.readied()
                yield from thread.take_processor()
            model.fresh.append(pack_row(
                env.now, 0, -1, 0, 0, 0, thread.identity, self.subject, LOCK_ACQUIRED, 0, thread.client,
                thread.processor,
            ))  # fmt: skip
        return turn

    def release(self, thread: Thread, turn: Any) -> Steps:
        yield thread.use(self.model.costs.unlock_ns)
        self.resource.release(turn)


class Entry:
    """A client's entry for a stage: what stands behind it is found when it is read."""

    def __init__(self, model: Model, client: int, stage: Stage) -> None:
        self.model = model
        self.client = client
        self.stage = stage
        costs = model.costs
        self.way_in_ns, self.way_back_ns = (
            (costs.trap_ns, costs.trap_ns) if client else (costs.call_entry_ns, costs.call_return_ns)
        )

    def serve(self, thread: Thread, depth: int, ns: int) -> Steps:
        """A call: reads the entry, records, charges; works under the stage's lock, and calls the next one."""
        model, env, trace = self.model, self.model.env, self.model.trace
        yield thread.use(model.costs.table_read_ns)
        stage = self.stage
        model.calls_entered = number = model.calls_entered + 1
        caller, entered_ns = thread.call, env.now
        cause, caller_object = (thread.position, 0) if caller is None else caller
        position = trace.filed + len(trace.fresh)
        model.fresh.append(pack_row(
            entered_ns, entered_ns + self.way_in_ns, cause, number, stage.instance, caller_object, thread.identity,
            stage.subject, CALL_ENTERED, stage.method, self.client, thread.processor,
        ))  # fmt: skip
        if position >= trace.full:
            trace.file()
        thread.call = (position, stage.subject)
        yield thread.use(self.way_in_ns)
        turn = yield from stage.lock.acquire(thread)
        yield thread.use(ns)
        yield from stage.lock.release(thread, turn)
        result = 1
        if depth > 1:
            assert stage.following is not None
            result += yield from stage.following.serve(thread, depth - 1, ns)
        now_ns = env.now
        model.fresh.append(pack_row(
            now_ns, now_ns + self.way_back_ns, position, number, now_ns - entered_ns, caller_object, thread.identity,
            stage.subject, CALL_RETURNED, stage.method, self.client, thread.processor,
        ))  # fmt: skip
        thread.call = caller
        model.calls_returned += 1
        yield thread.use(self.way_back_ns)
        return result


class Stage:
    """An object of the chain. Its numbers are those that the machine gives it, its instance, its lock and its call."""

    def __init__(self, model: Model, numbers: Numbers, following: Entry | None) -> None:
        self.subject = numbers.subject
        self.instance = numbers.instance
        self.method = numbers.method
        self.following = following
        self.lock = Lock(model, numbers.lock)


class Thread:
    """A client's loop, or a request that it makes."""

    def __init__(self, model: Model, identity: int, client: int, processor: int) -> None:
        self.model = model
        self.env = model.env
        self.identity = identity
        self.client = client
        self.processor = processor
        self.position = -1
        self.call: tuple[int, int] | None = None
        self.turn: Any = None
        self.slice_end_ns = -1
        model.threads[identity] = self

    def fact(self, kind: int, until_ns: int = 0, a: int = 0, b: int = 0, cause: int = -1) -> int:
        trace = self.model.trace
        position = trace.head
        self.model.fresh.append(pack_row(
            self.env.now, until_ns, cause, 0, a, b, self.identity, 0, kind, 0, self.client, self.processor
        ))  # fmt: skip
        return position

    def use(self, ns: int) -> simpy.Event:
        """The event of having used the processor for `ns`."""
        if self.env.now + ns <= self.slice_end_ns:
            return self.env.timeout(ns)
        return self.env.process(self.use_in_quanta(ns))

    def use_in_quanta(self, ns: int) -> Steps:
        env, processor = self.env, self.model.processors[self.processor]
        while ns:
            while self.slice_end_ns <= env.now:
                if processor.queue:
                    self.fact(THREAD_PREEMPTED)
                    self.release_processor()
                    yield from self.take_processor()
                else:
                    self.slice_end_ns = env.now + self.model.quantum_ns
            part_ns = min(ns, self.slice_end_ns - env.now)
            yield env.timeout(part_ns)
            ns -= part_ns

    def take_processor(self) -> Steps:
        env, switch_ns = self.env, self.model.costs.switch_ns
        self.turn = self.model.processors[self.processor].request()
        if not self.turn.triggered:
            yield self.turn
        starts_ns = env.now + switch_ns
        self.slice_end_ns = starts_ns + self.model.quantum_ns
        self.fact(THREAD_DISPATCHED, starts_ns)
        yield env.timeout(switch_ns)

    def release_processor(self) -> None:
        self.model.processors[self.processor].release(self.turn)

    def readied(self) -> None:
        self.fact(THREAD_READIED)

    def sleep(self, ns: int) -> Steps:
        env = self.env
        self.fact(THREAD_WAITED, env.now + ns, SLEEPS)
        self.release_processor()
        yield env.timeout(ns)
        self.readied()
        yield from self.take_processor()

    def request(self, depth: int, ns: int, name: str) -> Steps:
        """A thread of its own that is counted in a generation, and has the processor of the loop that waits for it."""
        model, costs = self.model, self.model.costs
        yield self.use(costs.spawn_ns)
        model.threads_started += 1
        thread = Thread(model, model.threads_started, self.client, self.processor)
        thread.turn, thread.slice_end_ns = self.turn, self.slice_end_ns
        yield thread.use(costs.phase_read_ns)
        generation = model.current[self.processor]
        active = model.active[self.processor]
        yield thread.use(costs.count_ns)
        active[generation % 2] += 1
        thread.position = thread.fact(THREAD_STARTED, a=generation, b=model.trace.intern(name), cause=self.position)
        yield from model.entries[self.client].serve(thread, depth, ns)
        yield thread.use(costs.count_ns)
        active[generation % 2] -= 1
        last = not active[generation % 2]
        thread.fact(THREAD_ENDED, a=generation)
        if last:
            yield thread.use(costs.phase_read_ns)
        del model.threads[thread.identity]
        self.turn, self.slice_end_ns = thread.turn, thread.slice_end_ns


class Model:
    """Everything, and its trace."""

    def __init__(
        self,
        stream: Callable[[str], random.Random],
        requests: int,
        costs: Costs,
        numbers: Sequence[Numbers],
        shallowest: int = OBJECTS,
        quantum_ns: int = QUANTUM_NS,
    ) -> None:
        self.env = simpy.Environment()
        self.costs = costs
        self.quantum_ns = quantum_ns
        self.trace = Trace()
        self.fresh = self.trace.fresh
        self.calls_entered = self.calls_returned = 0
        self.threads: dict[int, Thread] = {}
        self.threads_started = LOOPS
        self.ends_ns = [0] * LOOPS
        self.processors = [simpy.Resource(self.env) for _ in range(PROCESSORS)]
        self.current = [0] * PROCESSORS
        self.active = [[0, 0] for _ in range(PROCESSORS)]
        following = None
        for number in reversed(numbers[1:]):
            following = Entry(self, 0, Stage(self, number, following))
        first = Stage(self, numbers[0], following)
        self.entries = {client: Entry(self, client, first) for client in range(1, CLIENTS + 1)}
        for number in range(LOOPS):
            self.env.process(self.loop(number, drawn(stream(f"loop {number}"), requests, shallowest)))

    def loop(self, number: int, asked: Sequence[Request]) -> Steps:
        name = f"loop {number}"
        thread = Thread(self, number + 1, number % CLIENTS + 1, number % PROCESSORS)
        yield from thread.take_processor()
        thread.position = thread.fact(THREAD_STARTED, a=-1, b=self.trace.intern(name))
        for depth, work_ns, sleep_ns in asked:
            yield from thread.request(depth, work_ns, name)
            yield from thread.sleep(sleep_ns)
        self.ends_ns[number] = self.env.now
        thread.fact(THREAD_ENDED, a=-1)
        thread.release_processor()

    def outcome(self) -> Outcome:
        return Outcome(self.calls_returned, tuple(self.ends_ns))
