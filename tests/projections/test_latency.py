"""Histograms of latencies against a plain count and against hdrhistogram."""

from __future__ import annotations

import random
from fractions import Fraction

import numpy as np
import pytest
from hdrh.histogram import HdrHistogram
from hypothesis import given
from hypothesis import strategies as st

from model.projections.latency import BINS, BINS_PER_OCTAVE, EDGES_NS, Latency, LatencyFold, bins_of, percentile
from model.projections.projection import Projection
from model.trace.events import Kind
from model.trace.trace import Trace
from tests.synthetic import COUNTER_1, FCM_17, PAGER_1, synthetic_trace

RETURNED, RAISED, COMPLETED = Kind.CALL_RETURNED, Kind.CALL_RAISED, Kind.SWAP_COMPLETED


def trace_of(*rows: tuple[Kind, int, int, int]) -> Trace:
    """A trace of (kind, object, method, ns)."""
    trace = Trace()
    for number, (kind, of, method, took) in enumerate(rows):
        trace.append(kind, number, subject=of, method=method, a=took, call=number)
    return trace


def latency_of(trace: Trace) -> Latency:
    return Projection(trace, LatencyFold(trace)).at(trace.head)


def upper_edge(latency_ns: int) -> int:
    return int(EDGES_NS[bins_of(np.array([latency_ns]))[0] + 1]) - 1


def test_edges_are_exact() -> None:
    """An edge e is the least whole number with e^32 >= 2^i."""
    for place, edge in enumerate(EDGES_NS.tolist()):
        assert (edge - 1) ** BINS_PER_OCTAVE < 2**place <= edge**BINS_PER_OCTAVE


@given(st.integers(1, 2**43 - 1))
def test_bin_holds_its_latency_and_is_narrow(latency_ns: int) -> None:
    place = int(bins_of(np.array([latency_ns]))[0])
    assert EDGES_NS[place] <= latency_ns < EDGES_NS[place + 1]
    assert upper_edge(latency_ns) <= latency_ns * Fraction(1022, 1000)


def test_latencies_out_of_range_share_the_outermost_bins() -> None:
    assert bins_of(np.array([-5, 0, 1, 2**60])).tolist() == [0, 0, 0, BINS - 1]


def test_percentile_of_nothing_is_0() -> None:
    assert percentile(np.zeros(BINS, dtype=np.int64), 99) == 0


def test_percentiles_are_upper_bin_edges_and_the_maximum_is_exact() -> None:
    latency = latency_of(trace_of(*((RETURNED, 5, 1, ns) for ns in range(1_000, 1_100))))
    histogram = latency.of(5)
    assert histogram.count == 100
    assert (histogram.p50_ns, histogram.p99_ns) == (upper_edge(1_049), upper_edge(1_098))
    assert histogram.max_ns == 1_099


@pytest.mark.parametrize("seed", range(5))
def test_percentiles_agree_with_hdrhistogram(seed: int) -> None:
    draw = random.Random(seed)
    latencies = [round(draw.lognormvariate(7.5, 0.8)) + 1 for _ in range(3_001)]
    oracle = HdrHistogram(1, 10**9, 5)
    for latency_ns in latencies:
        oracle.record_value(latency_ns)
    histogram = latency_of(trace_of(*((RETURNED, 5, 1, ns) for ns in latencies))).of(5)
    for percent, found in ((50, histogram.p50_ns), (99, histogram.p99_ns)):
        assert found == upper_edge(oracle.get_value_at_percentile(percent))
    assert histogram.count == oracle.get_total_count()


def test_calls_that_raise_count_too() -> None:
    histogram = latency_of(trace_of((RETURNED, 5, 1, 100), (RAISED, 5, 1, 900))).of(5)
    assert (histogram.count, histogram.max_ns) == (2, 900)


def test_methods_add_up_to_the_object() -> None:
    latency = latency_of(trace_of((RETURNED, 5, 1, 100), (RETURNED, 5, 2, 900), (RETURNED, 6, 1, 7)))
    assert latency.objects() == [5, 6]
    assert latency.methods(5) == [1, 2]
    assert [latency.of(5, method).max_ns for method in (1, 2, 3)] == [100, 900, 0]
    assert np.array_equal(latency.of(5).now, latency.of(5, 1).now + latency.of(5, 2).now)


def test_object_never_called_has_an_empty_histogram() -> None:
    histogram = latency_of(trace_of((RETURNED, 5, 1, 100))).of(4)
    assert (histogram.count, histogram.p50_ns, histogram.max_ns, histogram.before) == (0, 0, 0, None)


def test_end_of_a_swap_makes_now_to_before_for_that_object_only() -> None:
    latency = latency_of(
        trace_of((RETURNED, 5, 1, 100), (RETURNED, 6, 1, 50), (COMPLETED, 5, 0, 0), (RETURNED, 5, 1, 300))
    )
    swapped, other = latency.of(5), latency.of(6)
    assert (swapped.count, swapped.max_ns, swapped.before_count, swapped.before_max_ns) == (1, 300, 1, 100)
    assert (swapped.before_p50_ns, swapped.before_p99_ns) == (upper_edge(100), upper_edge(100))
    assert (other.count, other.before) == (1, None)


def test_second_swap_forgets_what_was_before_the_first() -> None:
    latency = latency_of(
        trace_of((RETURNED, 5, 1, 100), (COMPLETED, 5, 0, 0), (RETURNED, 5, 1, 300), (COMPLETED, 5, 0, 0))
    )
    assert (latency.of(5).count, latency.of(5).before_count, latency.of(5).before_max_ns) == (0, 1, 300)


def test_total_is_over_the_whole_run() -> None:
    latency = latency_of(trace_of((RETURNED, 5, 1, 100), (COMPLETED, 5, 0, 0), (RETURNED, 5, 1, 300)))
    total = latency.total(5)
    assert (total.count, total.max_ns, total.before) == (2, 300, None)


def test_state_is_not_changed_by_what_follows() -> None:
    trace = trace_of((RETURNED, 5, 1, 100), (RETURNED, 5, 1, 100), (COMPLETED, 5, 0, 0), (RETURNED, 4, 1, 9))
    fold = LatencyFold(trace)
    first = fold.apply(fold.initial(), 0, trace.rows(0, 1))
    fold.apply(first, 1, trace.rows(1, 4))
    assert (first.of(5).count, first.of(5).max_ns, first.of(5).before, first.objects()) == (1, 100, None, [5])


@pytest.mark.parametrize("seed", range(4))
def test_any_cut_gives_a_plain_count(seed: int) -> None:
    trace, _ = synthetic_trace(until="completed")
    fold, draw = LatencyFold(trace), random.Random(seed)
    state, position = fold.initial(), 0
    while position < trace.head:
        last = min(trace.head, position + draw.randrange(400))
        state = fold.apply(state, position, trace.rows(position, last))
        position = last
    rows = trace.rows(0, trace.head)
    ended = rows[np.isin(rows["kind"], (RETURNED, RAISED))]
    for of in (FCM_17, PAGER_1, COUNTER_1):
        mine = ended["a"][ended["subject"] == of]
        assert np.array_equal(state.total(of).now, np.bincount(bins_of(mine), minlength=BINS))
        assert state.total(of).max_ns == mine.max()
    since = rows["at_ns"][rows["kind"] == COMPLETED][-1]
    now = ended["a"][(ended["subject"] == FCM_17) & (ended["at_ns"] > since)]
    assert np.array_equal(state.of(FCM_17).now, np.bincount(bins_of(now), minlength=BINS))


def test_nothing_has_ended_since_a_state_that_is_the_later_one() -> None:
    """Whoever looks at two branches from before they parted."""
    trace = trace_of((RETURNED, 1, 1, 900), (RETURNED, 1, 1, 2_000), (RETURNED, 1, 2, 70))
    projection = Projection(trace, LatencyFold(trace))
    early, late = projection.at(1), projection.at(3)
    assert late.since(early, 1).count == 2
    since = early.since(late, 1)
    assert (since.count, since.p50_ns, since.p99_ns, since.max_ns, since.now.sum()) == (0, 0, 0, 0, 0)
