"""Clustered objects: one to their clients, with a representative on each processor that uses them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from engine_harness import LOCAL, S85_LIKE, Bench, Empty, NewLedger, OldLedger, Part, Spread, events, slots

from model.costs import Costs, Shape
from model.engine.component import Component
from model.engine.system import System
from model.machine.real_threads import RealThreads
from model.trace.events import Kind

MakeBench = Callable[..., Bench]


def parts(bench: Bench) -> list[tuple[int, int]]:
    """(instance, processor) of each representative that was made."""
    return [(row.a, row.processor) for row in events(bench, Kind.REPRESENTATIVE_CREATED)]


@pytest.mark.parametrize("shape", [LOCAL, Shape()])
def test_a_representative_is_made_at_the_first_use_on_its_processor(make_bench: MakeBench, shape: Shape) -> None:
    bench = make_bench(Spread, shape=shape, processors=8)
    for _ in range(2):
        bench.noter(times=10)
    bench.run(1_000_000)
    assert parts(bench) == [(bench.ledger.identity, 0), (bench.ledger.identity, 1)]
    assert [len(part.notes) for part in bench.ledger.representatives()] == [10, 10]


def test_the_miss_handler_puts_the_representative_into_the_slot(make_bench: MakeBench) -> None:
    bench = make_bench(Spread, shape=LOCAL)
    bench.noter()
    bench.noter()
    bench.run(1_000_000)
    subjects = [row.subject for row in events(bench, Kind.REPRESENTATIVE_CREATED)]
    assert list(slots(bench).values()) == subjects
    assert {row.a for row in events(bench, Kind.CALL_ENTERED)} == {bench.ledger.identity}


def test_the_object_is_one_to_its_clients(make_bench: MakeBench) -> None:
    bench = make_bench(Spread, shape=LOCAL)
    got: list[int] = []
    bench.caller(lambda reference, _: got.append(reference.object.nested(0, 0)))
    bench.caller(lambda reference, _: reference.object.fail(1))
    bench.run(100_000)
    assert got == [7]
    assert bench.errors == ["ValueError: caller 1 asked for it"]


@pytest.mark.parametrize("way", [(OldLedger, Spread), (Spread, OldLedger), (Spread, Spread)])
@pytest.mark.parametrize("costs", [Costs(), S85_LIKE])
def test_nothing_is_lost_between_clustered_and_plain(
    make_bench: MakeBench, way: tuple[type[Component], type[Component]], costs: Costs
) -> None:
    old, new = way
    bench = make_bench(old, shape=LOCAL, processors=8, costs=costs)
    for _ in range(12):
        bench.noter(times=60)
    bench.run(60_000)
    bench.swap(new)
    bench.run(10_000_000)
    assert bench.phases()[-1] == "COMPLETED"
    assert sorted(bench.ledger.notes) == [(caller, number) for caller in range(12) for number in range(1, 61)]
    expected = {part.identity for part in bench.ledger.representatives()} if new is Spread else {bench.ledger.identity}
    assert set(slots(bench).values()) == expected


def test_a_slot_without_a_representative_is_given_back_and_points_at_nothing(make_bench: MakeBench) -> None:
    bench = make_bench(OldLedger, shape=LOCAL, processors=2)
    bench.noter(times=1)
    bench.noter(times=1)
    bench.run(50_000)
    bench.swap(Spread)
    bench.run(1_000_000)
    assert slots(bench) == {(1, 0): 0, (2, 1): 0}
    written = len(list(events(bench, Kind.LOCAL_ENTRY_WRITTEN)))
    bench.swap(NewLedger)
    bench.run(2_000_000)
    assert bench.phases().count("COMPLETED") == 2
    assert len(list(events(bench, Kind.LOCAL_ENTRY_WRITTEN))) == written, "what points at nothing is left alone"


def test_behind_an_interposer_the_representatives_serve_all_the_same(make_bench: MakeBench) -> None:
    bench = make_bench(Spread, shape=LOCAL)
    bench.system.reconfiguration.attach(bench.record, Empty)
    bench.run(50_000)
    bench.noter(times=10)
    bench.noter(times=10)
    bench.run(1_000_000)
    assert [processor for _, processor in parts(bench)] == [0, 1]
    assert set(slots(bench).values()) == {bench.record.interposers[0].subject}
    bench.system.reconfiguration.detach(bench.record, Empty)
    bench.run(2_000_000)
    assert set(slots(bench).values()) == {part.identity for part in bench.ledger.representatives()}


def test_a_clustered_instance_takes_its_representatives_memory_along(make_bench: MakeBench) -> None:
    bench = make_bench(Spread, shape=LOCAL)
    for _ in range(4):
        bench.noter(times=100)
    bench.run(100_000)
    assert bench.machine.allocated.total == 4 * Part.size_bytes
    bench.swap(OldLedger)
    bench.run(5_000_000)
    assert bench.machine.allocated.total == 0


def test_run_ahead_leaves_no_mark_on_tables_lines_and_bus(make_bench: MakeBench) -> None:
    def fingerprint(run_ahead: bool) -> str:
        bench = make_bench(Spread, shape=LOCAL, processors=8, costs=S85_LIKE, run_ahead=run_ahead)
        for _ in range(16):
            bench.noter(times=30, ns=37)
        bench.run(30_000)
        bench.swap(OldLedger)
        bench.run(5_000_000)
        found: str = bench.machine.trace.fingerprint()
        return found

    assert fingerprint(True) == fingerprint(False)


def test_on_real_threads_a_clustered_object_is_made_of_parts_too() -> None:
    surroundings = RealThreads(processors=3)
    system = System(surroundings, surroundings.generations)
    record = system.declare("ledger", Spread)
    system.connect(record, "self", record)
    system.serve(record, Spread)
    reference = system.reference(0, record)
    threads = [
        surroundings.spawn(lambda: reference.object.note(1, 1), name="noter", processor=processor, in_generation=False)
        for processor in (0, 2, 0)
    ]
    for thread in threads:
        surroundings.join(thread, 10_000_000_000)
    parts: list[Any] = record.instance.representatives()  # type: ignore[attr-defined]
    assert [(part.processor, len(part.notes)) for part in parts] == [(0, 2), (2, 1)]
