"""Going to any position of a held trace of a million events that a real run wrote: at most 50 ms.

The trace comes from the default scenario with its swap, so that calls, locks and threads are mixed as the window meets
them. Measured are the folds that the window keeps: topology, tables, swaps and latency together.
"""

from __future__ import annotations

import random
from statistics import median
from time import perf_counter

import pytest

from model.projections.latency import LatencyFold
from model.projections.projection import Projection
from model.projections.swaps import SwapsFold
from model.projections.tables import TablesFold
from model.projections.topology import TopologyFold
from model.scenario import load
from model.session import Session
from model.trace.trace import Trace
from tests.benchmarks.conftest import Report

EVENTS = 1_000_000
SEEKS = 400
STEP_NS = 5_000_000


@pytest.fixture(scope="module")
def million() -> Trace:
    session = Session(load("tour"))
    until_ns = 0
    while session.trace.head < EVENTS:
        until_ns += STEP_NS
        session.advance(until_ns)
    session.close()
    return session.trace


def test_seek_keeps_its_budget(million: Trace, result: Report) -> None:
    """Positions in random order, so that hardly any seek goes a short way forward."""
    folds = (TopologyFold, TablesFold, SwapsFold, LatencyFold)
    projections: list[Projection[object]] = [Projection(million, fold(million)) for fold in folds]  # type: ignore[list-item]
    for projection in projections:
        projection.at(million.head)
    draw, spans_ms = random.Random(4), []
    for _ in range(SEEKS):
        position = draw.randrange(million.tail, million.head + 1)
        begin = perf_counter()
        for projection in projections:
            projection.at(position)
        spans_ms.append((perf_counter() - begin) * 1_000)
    held = million.head - million.tail
    measured = f"worst of {SEEKS} {max(spans_ms):.1f} ms, median {median(spans_ms):.1f} ms, {held:,} events held"
    what = "seek in a real run: topology, tables, swaps, latency"
    assert result(what, "≤ 50 ms", measured, held >= EVENTS and max(spans_ms) <= 50)
