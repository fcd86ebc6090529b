"""Ended calls against the histogram that counts them, and as a heat map."""

import random

import numpy as np
import pytest

from model.projections.ended_calls import EndedCalls, last_that_took, of, over_time
from model.projections.latency import BINS, LatencyFold, bins_of, percentile
from model.trace.events import Kind
from model.trace.trace import CHUNK_ROWS, Trace
from tests.projections.folding import folded
from tests.synthetic import synthetic_trace

FCM_17, COUNTER = 18, 21


@pytest.fixture(scope="module")
def trace() -> Trace:
    return synthetic_trace(calls=2_000, until="completed")[0]


@pytest.mark.parametrize("identity", [FCM_17, COUNTER])
def test_all_that_ended_are_those_that_the_histogram_counts(trace: Trace, identity: int) -> None:
    mine = of(EndedCalls(trace).until(trace.head), identity)
    counts = np.bincount(bins_of(np.ascontiguousarray(mine["took_ns"])), minlength=BINS)
    assert np.array_equal(counts, folded(LatencyFold(trace), trace).total(identity).now)


def test_asking_forward_and_back_gives_what_had_ended_by_then(trace: Trace) -> None:
    calls, draw = EndedCalls(trace), random.Random(2)
    whole = EndedCalls(trace).until(trace.head)
    for _ in range(30):
        position = draw.randrange(trace.head + 1)
        assert np.array_equal(calls.until(position), whole[whole["position"] < position])


def test_what_the_trace_lets_go_is_forgotten() -> None:
    trace = Trace(capacity=2 * CHUNK_ROWS)
    calls = EndedCalls(trace)
    for at_ns in range(5 * CHUNK_ROWS):
        trace.append(Kind.CALL_RETURNED, at_ns, call=at_ns, a=5, subject=1)
        if at_ns % 500 == 0:
            calls.until(trace.head)
    found = calls.until(trace.head)
    assert int(found["position"][0]) == trace.tail
    assert len(found) == trace.head - trace.tail


def test_the_last_call_that_took_so_long_is_found(trace: Trace) -> None:
    mine = of(EndedCalls(trace).until(trace.head), FCM_17)
    slowest = mine[np.flatnonzero(mine["took_ns"] == mine["took_ns"].max())[-1]]
    took = int(slowest["took_ns"])
    assert last_that_took(mine, took, took) == slowest["call"]
    assert last_that_took(mine, took + 1, 10**9) == 0
    assert last_that_took(mine, took, took, int(slowest["at_ns"]) - 1) != slowest["call"]


def test_a_heat_map_holds_every_call_of_its_window(trace: Trace) -> None:
    mine = of(EndedCalls(trace).until(trace.head), COUNTER)
    window = (int(mine["at_ns"][0]), int(mine["at_ns"][-1]) + 1)
    counts = over_time(mine, window, 40, (0.0, 30.0), 4)
    assert counts.shape == (40, 120)
    assert counts.sum() == len(mine)
    half = over_time(mine, (window[0], (window[0] + window[1]) // 2), 20, (0.0, 30.0), 4)
    assert half.sum() == int((mine["at_ns"] < (window[0] + window[1]) // 2).sum())


def test_percentiles_are_taken_to_a_tenth() -> None:
    counts = np.zeros(BINS, dtype=np.int64)
    counts[[100, 200, 300]] = [989, 10, 1]
    assert percentile(counts, 98.9) < percentile(counts, 99.0) == percentile(counts, 99.9) < percentile(counts, 100)
