"""Translation tables of the processors, filled by a miss handler and written in transitions."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import fields
from functools import partial
from typing import Any

import pytest
from engine_harness import (
    LOCAL,
    S85_LIKE,
    Bench,
    Empty,
    NeverUnpacks,
    NewLedger,
    OldLedger,
    RaisesInUnpackage,
    Spread,
    events,
    slots,
    targets,
)

from model.costs import Costs
from model.engine.component import Package
from model.engine.swap import SwapSettings
from model.engine.translation import LocalReference, calls_in_flight, front_class
from model.engine.wrapper import Wrapper
from model.machine.explored import ExploredMachine
from model.machine.surroundings import Operation
from model.trace.events import Kind, Phase

MakeBench = Callable[..., Bench]


def made(bench: Bench) -> list[tuple[int, int]]:
    return [(row.client, row.processor) for row in events(bench, Kind.LOCAL_ENTRY_MADE)]


@pytest.fixture
def bench(make_bench: MakeBench) -> Bench:
    return make_bench(shape=LOCAL, processors=8)


# ---- the miss handler


def test_a_slot_is_made_at_the_first_use_on_a_processor_and_only_then(bench: Bench) -> None:
    bench.noter(times=20)
    bench.noter(times=20)
    bench.run(1_000_000)
    assert made(bench) == [(1, 0), (2, 1)]
    assert set(slots(bench).values()) == {bench.ledger.identity}


def test_a_miss_costs_what_the_table_says_and_a_hit_does_not(make_bench: MakeBench) -> None:
    def time_of(calls: int, miss_ns: int) -> int:
        bench = make_bench(shape=LOCAL, costs=Costs(miss_ns=miss_ns))
        bench.noter(times=calls)
        bench.run(10_000_000)
        return max(row.at_ns for row in events(bench, Kind.CALL_RETURNED))

    assert [time_of(calls, 5_000) - time_of(calls, 1_000) for calls in (1, 10)] == [4_000, 4_000]


def test_two_threads_that_miss_at_once_make_one_slot(bench: Bench) -> None:
    for _ in range(2):
        for _ in range(8):
            bench.caller(lambda reference, _: reference.object.note(0, 0))
    bench.run(1_000_000)
    assert len(made(bench)) == len(set(made(bench))) == 8
    assert not bench.errors


# ---- transitions


def test_a_swap_writes_every_slot_of_every_processor(bench: Bench) -> None:
    for _ in range(16):
        bench.noter(times=60)
    bench.run(100_000)
    bench.swap()
    bench.run(5_000_000)
    assert bench.phases()[-1] == "COMPLETED"
    assert set(slots(bench).values()) == {bench.ledger.identity} == targets(bench.record)
    written = [row.a for row in events(bench, Kind.LOCAL_ENTRY_WRITTEN)]
    assert written == [written[0]] * 8 + [bench.ledger.identity] * 8
    assert bench.missing() == []
    assert bench.conserved


def test_an_interposition_writes_every_slot_and_its_end_does_too(bench: Bench) -> None:
    for _ in range(8):
        bench.noter(times=100)
    bench.run(100_000)
    bench.system.reconfiguration.attach(bench.record, Empty)
    bench.run(300_000)
    assert set(slots(bench).values()) == {bench.record.interposers[0].subject}
    bench.system.reconfiguration.detach(bench.record, Empty)
    bench.run(600_000)
    assert set(slots(bench).values()) == {bench.ledger.identity}


class SlowUnpackage(NewLedger):
    name = "slow_unpackage"

    def unpackage(self, bit: int, package: Package) -> None:
        self.surroundings.work(100_000)
        super().unpackage(bit, package)


@pytest.mark.parametrize("phase", ["FORWARD", "BLOCK", "TRANSFER"])
def test_a_miss_in_any_phase_of_a_swap_gets_the_door(make_bench: MakeBench, phase: str) -> None:
    bench = make_bench(shape=LOCAL, processors=8)
    bench.noter(ns=150_000, times=1)
    bench.noter(ns=150_000, times=1, start_ns=120_000)
    bench.run(20_000)
    bench.swap(SlowUnpackage)
    while bench.phases()[-1:] != [phase]:
        bench.run(bench.machine.now_ns + 2_000)
    latecomer = bench.noter(times=3)
    before = len(made(bench))
    while len(made(bench)) == before:
        bench.run(bench.machine.now_ns + 2_000)
    assert bench.phases()[-1] == phase
    (mediator,) = (row.subject for row in events(bench, Kind.MEDIATOR_CREATED))
    assert slots(bench)[1 + latecomer % 2, latecomer] == mediator
    bench.run(10_000_000)
    assert bench.phases()[-1] == "COMPLETED"
    assert set(slots(bench).values()) == {bench.ledger.identity}
    assert bench.missing() == []
    assert (latecomer, 3) in bench.ledger.notes


def passed_over(make_bench: MakeBench) -> int:
    """In how many of many runs, in each of which a miss comes at another moment of a swap's beginning, there is a slot
    that does not point at the mediator though it is installed everywhere."""
    found = 0
    for start_ns in range(20_000, 24_000, 50):
        bench = make_bench(shape=LOCAL)
        bench.noter(times=1, ns=100_000)
        bench.noter(times=1, ns=100_000)
        bench.noter(times=1, ns=100_000, start_ns=start_ns)
        bench.run(20_000)
        bench.swap()
        bench.run(30_000)
        (mediator,) = (row.b for row in events(bench, Kind.MEDIATOR_INSTALLED))
        found += targets(bench.record) != {mediator}
        bench.run(500_000)
        assert targets(bench.record) == {bench.ledger.identity}
    return found


def fills_without_the_lock(reference: Any, processor: int) -> Any:
    """A miss handler that does not look at the door again, and takes no lock."""
    reference.record.used_on.add(processor)
    door, subject = reference.record.door, reference.record.door_subject
    reference._machine.point(Operation.TABLE_MISS)
    reference._fill(processor, door, subject, Kind.LOCAL_ENTRY_MADE)
    return reference._slots[processor]


def test_no_moment_of_a_miss_leaves_a_slot_behind(make_bench: MakeBench) -> None:
    assert passed_over(make_bench) == 0


def test_a_miss_handler_without_its_lock_would_let_calls_past_the_mediator(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalReference, "_miss", fills_without_the_lock)
    assert passed_over(make_bench) > 0


def notes_late(reference: Any, processor: int) -> Any:
    """A miss handler that notes that the object is used here once it has read the door, as its last step."""
    record, machine = reference.record, reference._machine
    machine.point(Operation.TABLE_MISS)
    door, subject = record.door, record.door_subject
    machine.work(3_000)
    front = front_class(record)(machine, record, reference.client, door, subject)
    record.used_on.add(processor)
    return front


def untracked_in_transfer(make_bench: MakeBench) -> int:
    """In how many of many runs, in each of which a processor's first call comes at another moment of a swap's start, a
    call that the mediator has not seen is in the old component while its state moves away."""
    found = 0
    for start_ns in range(18_000, 22_000, 200):
        bench = make_bench(shape=LOCAL)
        bench.noter(times=1)
        bench.noter(times=1)
        bench.noter(times=1, ns=60_000, start_ns=start_ns)
        bench.run(20_000)
        old = bench.record.instance.identity
        bench.swap(SlowUnpackage)
        while bench.phases()[-1:] != ["TRANSFER"]:
            bench.run(bench.machine.now_ns + 2_000)
        bench.run(bench.machine.now_ns + 10_000)
        assert bench.phases()[-1] == "TRANSFER"
        found += any(call.front.target_subject == old for _, call in calls_in_flight(bench.machine, bench.record))
    return found


def test_a_swap_waits_for_the_processors_that_have_used_the_object_and_for_no_other(bench: Bench) -> None:
    bench.noter(times=1)
    bench.run(20_000)
    bench.machine.spawn(lambda: bench.machine.work(400_000), name="long, elsewhere", processor=5)
    bench.swap()
    bench.run(100_000)
    assert bench.phases()[-1] == "COMPLETED"


def test_no_moment_of_a_first_use_is_missed_by_a_swap_that_waits_for_users_only(make_bench: MakeBench) -> None:
    assert untracked_in_transfer(make_bench) == 0


def test_a_first_use_that_is_noted_after_the_door_was_read_would_be_missed(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(LocalReference, "_miss", notes_late)
    assert untracked_in_transfer(make_bench) > 0


def test_an_abandoned_swap_points_every_slot_back(bench: Bench) -> None:
    for _ in range(8):
        bench.noter(times=100)
    bench.run(50_000)
    old = bench.ledger.identity
    bench.swap(RaisesInUnpackage)
    bench.run(5_000_000)
    assert bench.phases()[-1] == "ABANDONED"
    assert set(slots(bench).values()) == {old}
    assert bench.missing() == []


# ---- what is allocated


class Allocating(Wrapper):
    name = "allocating"
    title = "allocating"


@pytest.mark.parametrize("costs", [Costs(), S85_LIKE])
def test_nothing_is_left_allocated_by_transitions(make_bench: MakeBench, costs: Costs) -> None:
    bench = make_bench(shape=LOCAL, processors=8, costs=costs)
    for _ in range(8):
        bench.noter(times=80)
    reconfiguration = bench.system.reconfiguration
    for ask in (lambda: bench.swap(queue=True), lambda: bench.swap(RaisesInUnpackage, queue=True)):
        reconfiguration.attach(bench.record, Allocating, queue=True)
        bench.run(bench.machine.now_ns + 100_000)
        ask()
        reconfiguration.detach(bench.record, Allocating, queue=True)
        bench.run(bench.machine.now_ns + 2_000_000)
    assert bench.phases()[-1] == "ABANDONED"
    assert bench.machine.allocated.total == 0


def test_an_instance_that_was_never_used_leaves_nothing(make_bench: MakeBench) -> None:
    settings = SwapSettings(transfer_timeout_ns=100_000)
    bench = make_bench(shape=LOCAL, settings=settings)
    bench.noter(times=50)
    bench.run(20_000)
    bench.swap(NeverUnpacks)
    bench.run(5_000_000)
    assert bench.phases()[-1] == "ABANDONED"
    assert bench.machine.allocated.total == 0


def test_a_repointing_costs_a_line_a_processor(make_bench: MakeBench) -> None:
    """A slot of another processor's table is on a line of its own, which must come from there."""

    def time_of(transfer_ns: int) -> int:
        free = dict.fromkeys((cost.name for cost in fields(Costs)), 0)
        costs = Costs(**{**free, "switch_ns": 1, "miss_ns": 1, "line_transfer_ns": transfer_ns, "line_memory_ns": 1})
        bench = make_bench(shape=LOCAL, processors=8, costs=costs)
        for _ in range(8):
            bench.noter(times=1, ns=100)
        bench.run(20_000)
        bench.system.reconfiguration.attach(bench.record, Empty)
        bench.run(200_000)
        rows = [row.at_ns for row in events(bench, Kind.LOCAL_ENTRY_WRITTEN)]
        return rows[-1] - rows[0]

    assert time_of(1_000) - time_of(0) >= 6_000


# ---- any order of steps


def slots_past_the_mediator(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch, seed: int) -> list[int]:
    """The slots that point elsewhere while the mediator is installed and its door not yet open again, in one random
    order of all steps of two callers' first calls and of a swap."""
    chance = random.Random(seed)
    chosen = partial(ExploredMachine, chooser=lambda _machine, n: chance.randrange(n), alarms="when idle")
    monkeypatch.setattr("engine_harness.Machine", chosen)
    bench = make_bench(Spread if seed % 2 else OldLedger, shape=LOCAL, processors=3)
    for _ in range(3):
        bench.noter(times=1)
    bench.machine.from_outside(lambda: bench.swap())
    bench.run(10**12)
    assert bench.phases()[-1:] in ([], ["COMPLETED"])
    now: dict[tuple[int, int], int] = {}
    mediator, wrong = 0, []
    for row in events(bench, *Kind):
        if row.kind in (Kind.LOCAL_ENTRY_MADE, Kind.LOCAL_ENTRY_WRITTEN):
            now[row.client, row.processor] = row.a
        elif row.kind == Kind.MEDIATOR_INSTALLED:
            mediator = row.b
        elif row.kind == Kind.PHASE_ENTERED and row.b == Phase.TRANSFER:
            mediator = 0
        if mediator:
            wrong += [target for target in now.values() if target != mediator]
    return wrong


@pytest.mark.slow
def test_no_order_of_steps_lets_a_slot_by_the_mediator(make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Buys that every step of the miss handler was tried against every step of a swap's beginning."""
    assert [seed for seed in range(60) if slots_past_the_mediator(make_bench, monkeypatch, seed)] == []


@pytest.mark.slow
def test_some_order_of_steps_shows_a_miss_handler_without_its_lock(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Buys the trust in the test above."""
    monkeypatch.setattr(LocalReference, "_miss", fills_without_the_lock)
    assert any(slots_past_the_mediator(make_bench, monkeypatch, seed) for seed in range(100))
