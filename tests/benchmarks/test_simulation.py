"""Simulated calls per second with the trace on, against the same model in SimPy in the same run.

Both tell the load of `relay_load`: the same calls, draws and costs, the same facts. The test holds that they write the
same rows, to the nanosecond and whatever the quantum, before it compares what they cost.
"""

from __future__ import annotations

from statistics import median
from time import process_time

import numpy as np
import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from model.machine.machine import Machine
from model.trace.events import Kind
from model.trace.trace import Rows, Trace
from tests.benchmarks.conftest import Report
from tests.benchmarks.relay_load import OBJECTS, QUANTUM_NS, SEED, Outcome, build
from tests.benchmarks.relay_load_in_simpy import Model
from tests.benchmarks.side_by_side import ratio, rounds

REQUESTS = 150
"""Of each loop; a run then makes about 8,000 calls."""
END_NS = 10**12
BUDGET = 3.0
"""At call depth 6, for which the design sets it."""
MIXED = 3
BUDGET_MIXED = 2.6
"""From so few objects to all of them, as it is drawn: SimPy's generators pay for every level."""


def run_machine(shallowest: int = OBJECTS, quantum_ns: int = QUANTUM_NS) -> tuple[float, Outcome, Rows]:
    """Seconds of the processor, the fingerprint of the rows included; what came out, and the rows."""
    machine, outcome, _ = build(REQUESTS, shallowest, quantum_ns=quantum_ns)
    begin = process_time()
    assert machine.run(END_NS)
    machine.trace.fingerprint()
    span_s = process_time() - begin
    found, trace = outcome(), machine.trace
    machine.close()
    return span_s, found, trace.rows(0, trace.head)


def run_simpy(shallowest: int = OBJECTS, quantum_ns: int = QUANTUM_NS) -> tuple[float, Outcome, Rows]:
    source, _, numbers = build(0)
    model = Model(Machine(Trace(), seed=SEED).stream, REQUESTS, source.costs, numbers, shallowest, quantum_ns)
    begin = process_time()
    model.env.run()
    model.trace.fingerprint()
    span_s = process_time() - begin
    return span_s, model.outcome(), model.trace.rows(0, model.trace.head)


def in_order(rows: Rows) -> Rows:
    """The rows of the run, ordered by all that is in them. Within an instant either model has an order of its own, so
    that positions, and with them causes, are left out, and calls are numbered by their instants and threads."""
    rows = rows[rows["kind"] >= Kind.THREAD_STARTED]
    entered = rows[rows["kind"] == Kind.CALL_ENTERED]
    numbers = np.zeros(len(entered) + 1, dtype=np.int64)
    numbers[entered["call"][np.lexsort((entered["thread"], entered["at_ns"]))]] = 1 + np.arange(len(entered))
    rows["call"] = numbers[rows["call"]]
    columns = [name for name in rows.dtype.names or () if name != "cause"]
    return np.sort(rows[columns], order=columns)


@pytest.mark.parametrize("shallowest", [OBJECTS, MIXED])
# Quanta in which no thread comes to a lock at the very instant at which it is handed on: then the models may differ.
@pytest.mark.parametrize("quantum_ns", [QUANTUM_NS, 5_000, 3_000])
def test_both_models_write_the_same_rows(shallowest: int, quantum_ns: int) -> None:
    (_, ours, our_rows), (_, theirs, their_rows) = (run(shallowest, quantum_ns) for run in (run_machine, run_simpy))
    assert ours == theirs
    assert ours.calls > 5_000
    assert (our_rows["kind"] == Kind.LOCK_CONTENDED).sum() > 1_000
    assert (our_rows["kind"] == Kind.THREAD_PREEMPTED).any() == (quantum_ns < QUANTUM_NS)
    assert (in_order(our_rows) == in_order(their_rows)).all()


@pytest.mark.benchmark(group="a run of some 8,000 simulated calls")
@pytest.mark.parametrize("run", [run_machine, run_simpy])
def test_run(benchmark: BenchmarkFixture, run: object) -> None:
    assert callable(run)
    benchmark.pedantic(run, rounds=8, warmup_rounds=1)


def test_simulation_keeps_its_budget(result: Report) -> None:
    """Whole runs in turn, the collector on as in the program. Time of the processor, so that what others do on this
    computer disturbs less."""
    what = "simulated calls per second, trace on"
    for shallowest, depth, budget in ((OBJECTS, "six deep", BUDGET), (MIXED, "three to six deep", BUDGET_MIXED)):
        times, measured = compared(shallowest)
        assert result(f"{what}, {depth}", f"≥ {budget} × SimPy's", measured, times >= budget)


def compared(shallowest: int) -> tuple[float, str]:
    """How many times as fast as SimPy, in the median of rounds side by side; and in words."""
    calls = run_machine(shallowest)[1].calls
    taken = rounds({"machine": lambda: run_machine(shallowest)[0], "simpy": lambda: run_simpy(shallowest)[0]}, 15)
    times = ratio(taken, "simpy", "machine")
    ours, theirs = (calls / median(taken[name]) for name in ("machine", "simpy"))
    return times, f"{times:.2f} × ({ours:,.0f} against {theirs:,.0f} a second)"
