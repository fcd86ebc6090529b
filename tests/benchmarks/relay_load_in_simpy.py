"""The load of `relay_load` as one would write it in SimPy: processes, resources, time-outs.

A processor is a resource of one, a lock another; a thread is a process, its calls are generators by `yield from`. Where
SimPy offers a shorter way that keeps the meaning, it is taken: a request runs in its loop's process, a resource that is
free is not waited for, and ints, lists and tuples take the place of classes.

"Records the same facts" is read as: every row that the machine writes for a thread, a lock or a call is here too, with
the same twelve numbers, in what is natural here, a list of tuples; there is neither packing nor a fingerprint. "The
same model" is read as: each point of the machine is a time-out of its own, since at each of them another thread may be
due first. Two of them in a row could be one here, where nothing happens in between; then this would be another model.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator
from typing import Any

import simpy

from model.costs import Costs
from model.trace.events import Kind, Wait
from tests.benchmarks.relay_load import CLIENTS, LOOPS, OBJECTS, PROCESSORS, Outcome, draw

Steps = Generator[Any, Any, Any]

# Plain numbers, as a user of SimPy would have them: reading a member of an enumeration would hold the peer up.
CALL_ENTERED, CALL_RETURNED = int(Kind.CALL_ENTERED), int(Kind.CALL_RETURNED)
THREAD_STARTED, THREAD_ENDED = int(Kind.THREAD_STARTED), int(Kind.THREAD_ENDED)
THREAD_WAITED, THREAD_READIED = int(Kind.THREAD_WAITED), int(Kind.THREAD_READIED)
THREAD_DISPATCHED = int(Kind.THREAD_DISPATCHED)
LOCK_CONTENDED, LOCK_ACQUIRED = int(Kind.LOCK_CONTENDED), int(Kind.LOCK_ACQUIRED)
WAITS_FOR_LOCK, SLEEPS = int(Wait.LOCK), int(Wait.SLEEP)


class Lock:
    """First come, first served; who waits keeps its processor for a while."""

    def __init__(self, model: Model, subject: int) -> None:
        self.model = model
        self.subject = subject
        self.resource = simpy.Resource(model.env)
        self.holder = 0

    def acquire(self, thread: Thread) -> Steps:
        model, costs, env = self.model, self.model.costs, self.model.env
        yield env.timeout(costs.lock_ns)
        turn = self.resource.request()
        if not turn.triggered:
            now_ns = env.now
            model.facts.append((
                LOCK_CONTENDED, now_ns, now_ns + costs.spin_ns, -1, 0, self.holder, 0, thread.identity,
                self.subject, 0, thread.client, thread.processor,
            ))  # fmt: skip
            yield turn | env.timeout(costs.spin_ns)
            if not turn.triggered:
                model.facts.append((
                    THREAD_WAITED, env.now, 0, -1, 0, WAITS_FOR_LOCK, 0, thread.identity, self.subject, 0,
                    thread.client, thread.processor,
                ))  # fmt: skip
                thread.release_processor()
                yield turn
                thread.readied()
                yield from thread.take_processor()
            model.facts.append((
                LOCK_ACQUIRED, env.now, 0, -1, 0, 0, 0, thread.identity, self.subject, 0, thread.client,
                thread.processor,
            ))  # fmt: skip
        self.holder = thread.identity
        return turn

    def release(self, turn: Any) -> Steps:
        yield self.model.env.timeout(self.model.costs.lock_ns)
        self.resource.release(turn)


class Stage:
    """Works under its lock, then calls the next one."""

    def __init__(self, model: Model, subject: int, following: Stage | None) -> None:
        self.model = model
        self.subject = subject
        self.following = following
        self.lock = Lock(model, subject + 100)

    def serve(self, thread: Thread, client: int, depth: int, ns: int) -> Steps:
        """A call through a table: reads the entry, records, charges, works, calls on."""
        model, env = self.model, self.model.env
        costs, facts = model.costs, model.facts
        way_in_ns, way_back_ns = (
            (costs.trap_ns, costs.trap_ns) if client else (costs.call_entry_ns, costs.call_return_ns)
        )
        yield env.timeout(costs.table_read_ns)
        model.calls += 1
        number, entered_ns = model.calls, env.now
        caller = thread.call
        cause, caller_object = (thread.position, 0) if caller is None else caller
        position = len(facts)
        facts.append((
            CALL_ENTERED, entered_ns, entered_ns + way_in_ns, cause, number, self.subject,
            caller_object, thread.identity, self.subject, 1, client, thread.processor,
        ))  # fmt: skip
        thread.call = (position, self.subject)
        yield env.timeout(way_in_ns)
        turn = yield from self.lock.acquire(thread)
        yield env.timeout(ns)
        yield from self.lock.release(turn)
        result = 1
        if depth > 1:
            assert self.following is not None
            result += yield from self.following.serve(thread, 0, depth - 1, ns)
        now_ns = env.now
        facts.append((
            CALL_RETURNED, now_ns, now_ns + way_back_ns, position, number, now_ns - entered_ns,
            caller_object, thread.identity, self.subject, 1, client, thread.processor,
        ))  # fmt: skip
        thread.call = caller
        yield env.timeout(way_back_ns)
        return result


class Thread:
    """A client's loop, or the request that it makes."""

    def __init__(self, model: Model, number: int) -> None:
        self.model = model
        self.identity = number + 1
        self.client = number % CLIENTS + 1
        self.processor = number % PROCESSORS
        self.position = -1
        self.call: tuple[int, int] | None = None
        self.turn: Any = None

    def fact(self, kind: int, until_ns: int = 0, a: int = 0, cause: int = -1) -> int:
        facts = self.model.facts
        facts.append((
            kind, self.model.env.now, until_ns, cause, 0, a, 0, self.identity, 0, 0, self.client, self.processor
        ))  # fmt: skip
        return len(facts) - 1

    def take_processor(self) -> Steps:
        model, costs = self.model, self.model.costs
        self.turn = model.processors[self.processor].request()
        if not self.turn.triggered:
            yield self.turn
        self.fact(THREAD_DISPATCHED, model.env.now + costs.switch_ns)
        yield model.env.timeout(costs.switch_ns)

    def release_processor(self) -> None:
        self.model.processors[self.processor].release(self.turn)

    def readied(self) -> None:
        self.fact(THREAD_READIED)

    def sleep(self, ns: int) -> Steps:
        env = self.model.env
        self.fact(THREAD_WAITED, env.now + ns, SLEEPS)
        self.release_processor()
        yield env.timeout(ns)
        self.readied()
        yield from self.take_processor()

    def request(self, depth: int, ns: int) -> Steps:
        """A thread of its own that is counted in a generation."""
        model, env, costs = self.model, self.model.env, self.model.costs
        yield env.timeout(costs.spawn_ns)
        loop = self.identity, self.position
        model.threads += 1
        self.identity = model.threads
        yield env.timeout(costs.phase_read_ns)
        yield env.timeout(costs.count_ns)
        model.active[self.processor] += 1
        self.position = self.fact(THREAD_STARTED, cause=loop[1])
        yield from model.first.serve(self, self.client, depth, ns)
        yield env.timeout(costs.count_ns)
        model.active[self.processor] -= 1
        if not model.active[self.processor]:
            yield env.timeout(costs.phase_read_ns)
        self.fact(THREAD_ENDED)
        self.identity, self.position = loop


class Model:
    """Everything, and the facts."""

    def __init__(self, stream: Callable[[str], random.Random], requests: int, costs: Costs) -> None:
        self.env = simpy.Environment()
        self.costs = costs
        self.facts: list[tuple[int, ...]] = []
        self.calls = 0
        self.threads = LOOPS
        self.ends_ns = [0] * LOOPS
        self.processors = [simpy.Resource(self.env) for _ in range(PROCESSORS)]
        self.active = [0] * PROCESSORS
        stage = None
        for subject in range(OBJECTS, 0, -1):
            stage = Stage(self, subject, stage)
        assert stage is not None
        self.first = stage
        for number in range(LOOPS):
            self.env.process(self.loop(number, stream(f"loop {number}"), requests))

    def loop(self, number: int, chance: random.Random, requests: int) -> Steps:
        thread = Thread(self, number)
        yield from thread.take_processor()
        thread.position = thread.fact(THREAD_STARTED, a=-1)
        for _ in range(requests):
            depth, work_ns, sleep_ns = draw(chance)
            yield from thread.request(depth, work_ns)
            yield from thread.sleep(sleep_ns)
        self.ends_ns[number] = self.env.now
        thread.fact(THREAD_ENDED, a=-1)
        thread.release_processor()

    def outcome(self) -> Outcome:
        return Outcome(self.calls, tuple(self.ends_ns))
