"""The ledger of attach, call and detach, with the 270's constants, against the paper's Table 1 (§6.2)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from engine_harness import Bench, Empty, Skipping

from model import profiles
from model.trace.events import Kind

MakeBench = Callable[..., Bench]
ROUNDS = 20


def took(make_bench: MakeBench, wrapper: Any) -> dict[str, float]:
    """Microseconds for attaching, detaching and a wrapped call, by one processor that does nothing else, as the paper
    measured them. The request's way to the engine is none of it, nor is the wait for quiescence before freeing."""
    machine = profiles.profile("270")
    bench = make_bench(processors=1, costs=machine.costs(), shape=machine.shape(), quantum_ns=10**9)
    reference = bench.system.reference(0, bench.record)
    spent: list[int] = []

    def call() -> None:
        for _ in range(ROUNDS):
            begun_ns = bench.machine.now_ns
            reference.object.note(0, 0, ns=1)
            spent.append(bench.machine.now_ns - begun_ns - 1)

    for _ in range(ROUNDS):
        bench.system.reconfiguration.attach(bench.record, wrapper)
        bench.run(bench.machine.now_ns + 1_000_000)
        bench.machine.spawn(call, name="calling", processor=0, client=0)
        bench.run(bench.machine.now_ns + 1_000_000)
        bench.system.reconfiguration.detach(bench.record, wrapper)
        bench.run(bench.machine.now_ns + 1_000_000)
    trace = bench.machine.trace
    rows = [trace.event(position) for position in range(trace.head)]

    def last(kind: Kind) -> int:
        return next(row.at_ns for row in reversed(rows) if row.kind == kind)

    started = next(row for row in reversed(rows) if row.kind == Kind.THREAD_STARTED and row.thread == rows[-1].thread)
    begun_ns = started.at_ns + machine.costs().control_ns
    detach_ns = last(Kind.INTERPOSER_DETACHED) - begun_ns
    detach_ns += last(Kind.INTERPOSER_DESTROYED) - last(Kind.QUIESCENCE_REACHED)
    return {
        "attach": (last(Kind.INTERPOSER_ATTACHED) - last(Kind.INTERPOSER_CREATED)) / 1_000,
        "detach": detach_ns / 1_000,
        "call": spent[-1] / 1_000,
    }


@pytest.mark.parametrize(("operation", "paper"), [("attach", 17.84), ("call", 1.40), ("detach", 4.23)])
def test_allocations_slots_and_lines_come_to_what_the_paper_measured(
    make_bench: MakeBench, operation: str, paper: float
) -> None:
    assert took(make_bench, Empty)[operation] == pytest.approx(paper, rel=0.1)


def test_a_wrapper_that_skips_postcall_saves_most_of_a_call(make_bench: MakeBench) -> None:
    assert took(make_bench, Skipping)["call"] < 0.2 * took(make_bench, Empty)["call"]
