"""The engine on real threads: the same code, a real swap under real callers."""

from __future__ import annotations

import threading
from typing import Any

from model.components.counter_partitioned import PartitionedCounter
from model.components.counter_shared import SharedCounter
from model.engine.swap import SwapSettings
from model.engine.system import System
from model.machine.real_threads import RealThread, RealThreads

CALLERS = 4
CALLS = 300


class Remembering(RealThreads):
    """Keeps the threads that it started, so that a test can wait for the swap's."""

    def __init__(self) -> None:
        self.started: list[RealThread] = []
        super().__init__()

    def spawn(self, *arguments: Any, **keywords: Any) -> RealThread:
        thread = super().spawn(*arguments, **keywords)
        self.started.append(thread)
        return thread


def test_swaps_under_real_callers_lose_no_call() -> None:
    surroundings = Remembering()
    second = 1_000_000_000
    settings = SwapSettings(forward_timeout_ns=10 * second, block_timeout_ns=second, transfer_timeout_ns=second)
    system = System(surroundings, surroundings.generations, settings)
    record = system.add_object("counter", SharedCounter)
    reference = system.reference(0, record)
    half_way = threading.Barrier(CALLERS + 1)

    def call(caller: int) -> None:
        for sequence in range(1, CALLS + 1):
            surroundings.request(0, lambda sequence=sequence: reference.object.add(caller, sequence))
            if sequence == CALLS // 2:
                half_way.wait()

    callers = [surroundings.spawn(lambda n=n: call(n), name=f"caller {n}", in_generation=False) for n in range(CALLERS)]
    half_way.wait()
    system.reconfiguration.swap(record, PartitionedCounter)
    assert len(callers) == CALLERS
    while surroundings.started:
        surroundings.join(surroundings.started.pop())
    assert reference.object.value() == CALLERS * CALLS
    assert reference.object.violations() == 0
    assert type(record.instance) is PartitionedCounter
