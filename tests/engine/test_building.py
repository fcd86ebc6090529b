"""What stands in front of a component is paid for: built, used and freed by a ledger, nothing of it left."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.costs import Costs
from model.engine import building
from model.engine.wrapper import Wrapper
from model.trace.events import Kind

MakeBench = Callable[..., Any]


class Keeps(Wrapper):
    name = "keeps"
    title = "keeps"


class KeepsNothing(Wrapper):
    name = "keeps_nothing"
    title = "keeps nothing"
    skips_postcall = True


def rows_of(bench: Any, kind: Kind) -> list[Any]:
    trace = bench.machine.trace
    rows = trace.rows(trace.tail, trace.head)
    return [row for row in rows if row["kind"] == kind]


def added_ns(make_bench: MakeBench, wrapper: type[Wrapper]) -> int:
    """What a wrapper adds to one call."""
    took = []
    for wrappers in ([], [wrapper]):
        bench = make_bench()
        for each in wrappers:
            bench.system.reconfiguration.attach(bench.record, each)
        bench.noter(times=1, start_ns=100_000)
        bench.run(1_000_000)
        took.append(rows_of(bench, Kind.CALL_RETURNED)[0]["a"])
    return int(took[1] - took[0])


def test_wrapper_that_skips_postcall_allocates_nothing(make_bench: MakeBench) -> None:
    costs = make_bench().machine.costs
    saved = added_ns(make_bench, Keeps) - added_ns(make_bench, KeepsNothing)
    assert saved == costs.allocation_ns + costs.free_ns + costs.wrapper_ns


def test_attaching_takes_what_the_ledger_says(make_bench: MakeBench) -> None:
    costs = Costs(constructor_ns=1_000, slot_ns=15, line_memory_ns=300, line_write_ns=2)
    bench = make_bench(costs=costs)
    bench.system.reconfiguration.attach(bench.record, Keeps)
    bench.run(1_000_000)
    (made,), (attached,) = rows_of(bench, Kind.INTERPOSER_CREATED), rows_of(bench, Kind.INTERPOSER_ATTACHED)
    built_ns = (
        len(building.PARTS_BYTES) * costs.allocation_ns
        + building.CONSTRUCTORS * costs.constructor_ns
        + building.METHOD_SLOTS * costs.slot_ns
        + building.LINES * (costs.line_write_ns + costs.line_memory_ns)
    )
    # The door, then each client's entry, whose line nobody has had before.
    entries = len(bench.record.entries)
    written_ns = (1 + entries) * costs.table_write_ns + entries * costs.line_memory_ns
    assert attached["at_ns"] - made["at_ns"] == built_ns + written_ns


def test_nothing_of_what_was_built_is_left_after_a_swap_and_a_detach(make_bench: MakeBench) -> None:
    bench = make_bench()
    reconfiguration: Any = bench.system.reconfiguration
    reconfiguration.attach(bench.record, Keeps)
    bench.run(1_000_000)
    assert bench.machine.allocated.total == sum(building.PARTS_BYTES)
    bench.swap()
    bench.noter(times=3)
    bench.run(2_000_000)
    reconfiguration.detach(bench.record, Keeps)
    bench.run(3_000_000)
    assert bench.machine.allocated.total == 0
