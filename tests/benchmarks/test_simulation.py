"""Simulated calls per second with the trace on, against the same model in SimPy in the same run.

Both tell the load of `relay_load`: the same calls, draws and costs, the same facts in the same order of kinds. The test
holds that they agree to the nanosecond before it compares what they cost.
"""

from __future__ import annotations

from collections import Counter
from statistics import median
from time import perf_counter

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from model.machine.machine import Machine
from model.trace.events import Kind
from model.trace.trace import Trace
from tests.benchmarks.conftest import Report
from tests.benchmarks.relay_load import SEED, Outcome, build
from tests.benchmarks.relay_load_in_simpy import Model
from tests.benchmarks.side_by_side import ratio, rounds

REQUESTS = 150
"""Of each loop; a run then makes about 8,000 calls."""
END_NS = 10**12


def run_machine() -> tuple[float, Outcome, Counter[int]]:
    """Seconds, what came out, and how many facts of each kind."""
    machine, outcome = build(REQUESTS)
    begin = perf_counter()
    assert machine.run(END_NS)
    span_s = perf_counter() - begin
    kinds = Counter(machine.trace.rows(0, machine.trace.head)["kind"].tolist())
    of_the_world = [kind for kind in kinds if kind < Kind.THREAD_STARTED]
    for kind in of_the_world:
        del kinds[kind]
    found = outcome()
    machine.close()
    return span_s, found, kinds


def run_simpy() -> tuple[float, Outcome, Counter[int]]:
    source = Machine(Trace(), seed=SEED)
    model = Model(source.stream, REQUESTS, source.costs)
    begin = perf_counter()
    model.env.run()
    span_s = perf_counter() - begin
    source.close()
    return span_s, model.outcome(), Counter(int(fact[0]) for fact in model.facts)


def test_both_models_do_the_same() -> None:
    (_, ours, our_facts), (_, theirs, their_facts) = run_machine(), run_simpy()
    assert ours.calls == theirs.calls > 5_000
    assert ours.ends_ns == theirs.ends_ns
    assert our_facts[Kind.LOCK_CONTENDED] > 1_000
    assert our_facts == their_facts


@pytest.mark.benchmark(group="a run of some 8,000 simulated calls")
@pytest.mark.parametrize("run", [run_machine, run_simpy])
def test_run(benchmark: BenchmarkFixture, run: object) -> None:
    assert callable(run)
    benchmark.pedantic(run, rounds=8, warmup_rounds=1)


def test_simulation_keeps_its_budget(result: Report) -> None:
    """Whole runs in turn, the collector on as in the program: rows in a bytearray give it nothing to do."""
    calls = run_machine()[1].calls
    taken = rounds({"machine": lambda: run_machine()[0], "simpy": lambda: run_simpy()[0]}, 15)
    times = ratio(taken, "simpy", "machine")
    ours, theirs = (calls / median(taken[name]) for name in ("machine", "simpy"))
    measured = f"{times:.1f} × ({ours:,.0f} against {theirs:,.0f} a second)"
    assert result("simulated calls per second, trace on", "≥ 3 × SimPy's", measured, times >= 3)
