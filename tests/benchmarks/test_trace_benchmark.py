"""What recording and seeking cost, against the budgets of the design.

Recording one event, packing and fingerprint included: at most 800 ns and at most 6 times building the same tuple and
appending it to a list, in the same run; 64 bytes stored. A seek anywhere in a held trace of a million events: at most
50 ms for topology, tables and swaps together.
"""

from __future__ import annotations

import gc
import random
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from model.projections.projection import Projection
from model.projections.swaps import SwapsFold
from model.projections.tables import TablesFold
from model.projections.topology import TopologyFold
from model.trace.events import Kind
from model.trace.trace import CHUNK_ROWS, ROW, Trace
from tests.benchmarks.conftest import Report
from tests.synthetic import synthetic_trace

EVENTS = 8 * CHUNK_ROWS
ENTERED = Kind.CALL_ENTERED


def record_in_trace(trace: Trace) -> None:
    """As the engine writes a call, all fields by position; the fingerprint, which a trace makes when it is asked."""
    append = trace.append
    for number in range(EVENTS):
        append(ENTERED, number, number + 120, number, number, 4, 5, 214, 17, 3, 2, 1)
    trace.fingerprint()


def record_in_list(rows: list[tuple[int, ...]]) -> None:
    append = rows.append
    for number in range(EVENTS):
        append((ENTERED, number, number + 120, number, number, 4, 5, 214, 17, 3, 2, 1))


def ns_per_event(record: Callable[[Any], None], empty: Callable[[], Any], *, collector: bool) -> float:
    """The best of 20 runs, with or without the garbage collector."""
    spans = []
    if not collector:
        gc.disable()
    try:
        for _ in range(20):
            target = empty()
            begin = time.perf_counter_ns()
            record(target)
            spans.append(time.perf_counter_ns() - begin)
    finally:
        gc.enable()
    return min(spans) / EVENTS


@pytest.mark.benchmark(group="recording 32,768 events")
def test_append_to_the_trace(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(record_in_trace, setup=lambda: ((Trace(),), {}), rounds=20)
    benchmark.extra_info["ns per event"] = round(benchmark.stats.stats.min * 1e9 / EVENTS)


@pytest.mark.benchmark(group="recording 32,768 events")
def test_append_to_a_list(benchmark: BenchmarkFixture) -> None:
    benchmark.pedantic(record_in_list, setup=lambda: (([],), {}), rounds=20)
    benchmark.extra_info["ns per event"] = round(benchmark.stats.stats.min * 1e9 / EVENTS)


def test_recording_keeps_its_budget(result: Report) -> None:
    """With the collector on, as the program runs: a list of tuples makes work for it, rows in a bytearray make none.

    Without it, which no run is, the tuples cost a third and the ratio is higher; it is printed, and not promised.
    """
    for collector, words in ((False, "without"), (True, "with")):
        in_trace = ns_per_event(record_in_trace, Trace, collector=collector)
        in_list = ns_per_event(record_in_list, list, collector=collector)
        print(f"\nan event, {words} collector: {in_trace:.0f} ns, {in_trace / in_list:.1f} x a list's {in_list:.0f} ns")
        absolute = result(f"recording one event, {words} collector", "≤ 800 ns", f"{in_trace:.0f} ns", in_trace <= 800)
        times, budget = in_trace / in_list, "≤ 6 × appending to a list" if collector else "none"
        beside = result(f"the same, {words} collector", budget, f"{times:.1f} ×", times <= 6 or not collector)
        assert absolute and beside


def test_event_takes_64_bytes(result: Report) -> None:
    """The rows themselves, and what the trace really allocates with chunks, views and tables."""
    assert result("a stored trace event", "64 bytes", f"{ROW.itemsize} bytes", ROW.itemsize == 64)
    tracemalloc.start()
    trace = Trace()
    record_in_trace(trace)
    record_in_trace_again(trace)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    # One open chunk beyond the full ones is allocated as a whole.
    assert held <= 66 * (trace.head + CHUNK_ROWS)


def record_in_trace_again(trace: Trace) -> None:
    for number in range(EVENTS):
        trace.append(ENTERED, EVENTS + number, call=number)


@pytest.fixture(scope="module")
def million() -> Trace:
    """A believable trace of about a million events."""
    return synthetic_trace(calls=185_000, until="completed", abandoned=True)[0]


def test_seek_in_a_million_events_keeps_its_budget(million: Trace, result: Report) -> None:
    projections = [Projection(million, fold(million)) for fold in (TopologyFold, TablesFold, SwapsFold)]
    for projection in projections:
        projection.at(million.head)
    draw, spans = random.Random(4), []
    for _ in range(300):
        position = draw.randrange(million.tail, million.head + 1)
        begin = time.perf_counter_ns()
        for projection in projections:
            projection.at(position)
        spans.append(time.perf_counter_ns() - begin)
    print(f"\na seek in {million.head:,} events: worst {max(spans) / 1e6:.2f} ms of 300")
    worst_ms = max(spans) / 1e6
    what = "seek in a written trace: topology, tables, swaps"
    assert result(what, "≤ 50 ms", f"worst of 300 {worst_ms:.1f} ms, {million.head:,} events held", worst_ms <= 50)
