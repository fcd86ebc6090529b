"""One load, told twice: on the simulated machine, and in SimPy.

Loops of two clients, three to a processor, make requests into a chain of six objects. A request calls all six of them,
or as many as is drawn, each from inside the one before; each works for a while under a lock of its own. Between
requests a loop sleeps.

Both models charge the same costs at the same places, make the same requests and record the same facts as rows of a
trace. What the requests are is drawn before a run begins, from the same seeded generators: how fast Python draws is not
what is compared.
"""

from __future__ import annotations

import random
from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

from model.engine.component import Component, Interface
from model.engine.objects import ObjectRecord
from model.engine.system import System
from model.machine.machine import Machine
from model.trace.trace import Trace

PROCESSORS = 4
LOOPS = 12
CLIENTS = 2
OBJECTS = 6
SEED = 7
QUANTUM_NS = 1_000_000


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run came to, for comparing one model with the other."""

    calls: int
    ends_ns: tuple[int, ...]
    """When each loop had made its last request."""


class Numbers(NamedTuple):
    """By which numbers the trace knows an object of the chain, so that the other model can write the same rows."""

    subject: int
    instance: int
    lock: int
    method: int


class Request(NamedTuple):
    """What a loop does once."""

    depth: int
    """How many objects are called, each from inside the one before."""
    work_ns: int
    """Of each call, under its object's lock."""
    sleep_ns: int
    """After it."""


class Built(NamedTuple):
    """A machine, ready to run."""

    machine: Machine
    outcome: Callable[[], Outcome]
    """What its run came to, asked for afterwards."""
    numbers: list[Numbers]


def drawn(chance: random.Random, requests: int, shallowest: int) -> list[Request]:
    """All that one loop asks for, from `shallowest` to OBJECTS deep."""
    draw = chance.randrange
    return [
        Request(draw(shallowest, OBJECTS + 1), draw(300, 1_500), draw(1_000, 12_000)) for _ in range(requests)
    ]  # fmt: skip


class Stage(Interface):
    title = "Stage"

    @abstractmethod
    def serve(self, depth: int, ns: int) -> int: ...


class RelayStage(Component, Stage):
    """Works under its lock, then calls the next one."""

    name = "relay_stage"
    title = "Stage"
    uses = {"next": Stage}

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.lock = self.surroundings.lock("lock of a stage", self.identity)

    def serve(self, depth: int, ns: int) -> int:
        with self.lock:
            self.surroundings.work(ns)
        if depth > 1:
            return 1 + self.references["next"].object.serve(depth - 1, ns)
        return 1


class LastStage(RelayStage):
    name = "last_stage"
    uses = {}


def build(requests: int, shallowest: int = OBJECTS, seed: int = SEED, quantum_ns: int = QUANTUM_NS) -> Built:
    """The load on the simulated machine."""
    machine = Machine(Trace(), processors=PROCESSORS, seed=seed, quantum_ns=quantum_ns)
    system = System(machine, machine.generations)
    clients = [system.add_client(f"client {number}", 30 + number).identity for number in range(CLIENTS)]
    record = system.add_object(f"stage {OBJECTS}", LastStage)
    numbers = [numbers_of(record)]
    for number in range(OBJECTS - 1, 0, -1):
        record = system.add_object(f"stage {number}", RelayStage, uses={"next": record})
        numbers.insert(0, numbers_of(record))
    ends_ns = [0] * LOOPS

    def loop(number: int) -> Callable[[], None]:
        client, reference = clients[number % CLIENTS], system.reference(clients[number % CLIENTS], record)
        asked = drawn(machine.stream(f"loop {number}"), requests, shallowest)

        def run() -> None:
            for depth, work_ns, sleep_ns in asked:
                machine.request(client, lambda depth=depth, ns=work_ns: reference.object.serve(depth, ns))
                machine.sleep(sleep_ns)
            ends_ns[number] = machine.now_ns

        return run

    for number in range(LOOPS):
        machine.spawn(
            loop(number), name=f"loop {number}", processor=number % PROCESSORS, client=clients[number % CLIENTS],
            in_generation=False,
        )  # fmt: skip
    return Built(machine, lambda: Outcome(machine.calls_returned, tuple(ends_ns)), numbers)


def numbers_of(record: ObjectRecord) -> Numbers:
    stage = record.instance
    assert isinstance(stage, RelayStage)
    return Numbers(record.identity, stage.identity, stage.lock.subject, record.methods[0])
