"""Figure 3's bars against the rows that they are made of."""

from collections import Counter

import pytest

from model.projections.projection import Projection
from model.projections.receipt import FateSort
from model.projections.swap_calls import Bar, bars_of
from model.projections.swaps import SwapsFold
from model.scenario import load
from model.session import Session
from model.trace.events import Kind, Phase
from model.trace.trace import Trace
from tests.synthetic import LAST_REQUEST, synthetic_trace

BLOCK_NS, TRANSFER_NS = 1_081_448, 1_094_139
"""Of the swap in "recursive"."""


@pytest.fixture(scope="module")
def recursive() -> Trace:
    session = Session(load("recursive"))
    session.advance(1_200_000)
    trace = session.trace
    session.close()
    return trace


def bars(trace: Trace, request: int = 1, position: int | None = None) -> tuple[Bar, ...]:
    at = trace.head if position is None else position
    swap = Projection(trace, SwapsFold(trace)).at(at).by_request[request]
    return bars_of(trace, swap, at)


def test_there_is_a_bar_for_every_call_that_the_swap_met(recursive: Trace) -> None:
    rows = recursive.rows(0, recursive.head)
    kinds = (Kind.CALL_UNTRACKED, Kind.CALL_TRACKED, Kind.CALL_RECURSIVE, Kind.CALL_BLOCKED)
    met = {int(call) for kind in kinds for call in rows["call"][rows["kind"] == kind]}
    assert {bar.call for bar in bars(recursive)} == met


def test_blocked_bars_begin_at_the_door_and_end_when_released(recursive: Trace) -> None:
    rows = recursive.rows(0, recursive.head)
    for kind, edge in ((Kind.CALL_BLOCKED, "from_ns"), (Kind.CALL_RELEASED, "until_ns")):
        of_kind = rows[rows["kind"] == kind]
        told = dict(zip(of_kind["call"].tolist(), of_kind["at_ns"].tolist(), strict=True))
        blocked = [bar for bar in bars(recursive) if bar.sort is FateSort.BLOCKED]
        assert {bar.call: getattr(bar.pieces[0], edge) for bar in blocked} == told


def test_a_recursive_call_stands_behind_the_one_from_which_it_comes(recursive: Trace) -> None:
    shown = bars(recursive)
    inner = [place for place, bar in enumerate(shown) if bar.sort is FateSort.RECURSIVE]
    assert len(inner) == 2
    for place in inner:
        outer, bar = shown[place - 1], shown[place]
        assert (bar.outer, bar.thread, bar.name) == (outer.call, outer.thread, outer.name + "′")
        assert outer.from_ns <= bar.from_ns
        assert bar.until_ns <= outer.until_ns


def test_what_block_waited_for_comes_before_what_came_and_went(recursive: Trace) -> None:
    tracked = [bar for bar in bars(recursive) if bar.sort is FateSort.TRACKED]
    reached = [bar.until_ns > BLOCK_NS for bar in tracked]
    assert reached == sorted(reached, reverse=True)
    assert sum(reached) == 2


def test_letters_follow_the_order_in_which_calls_came(recursive: Trace) -> None:
    named = sorted((bar for bar in bars(recursive) if bar.name.isalpha()), key=lambda bar: bar.from_ns)
    assert [bar.name for bar in named[:27]] == [*"abcdefghijklmnopqrstuvwxyz", "aa"]


def test_fates_at_an_instant_are_those_of_the_counts(recursive: Trace) -> None:
    held = Counter(bar.at(TRANSFER_NS) for bar in bars(recursive))
    waiting = (
        Projection(recursive, SwapsFold(recursive)).at(recursive.position_at(TRANSFER_NS)).by_request[1].waiting_now
    )
    assert held[FateSort.BLOCKED] == waiting
    assert held[FateSort.TRACKED] == held[FateSort.RECURSIVE] == 0


def test_a_call_that_a_retry_lets_through_is_blocked_first_and_tracked_then() -> None:
    session = Session(load("cyclic"))
    session.advance(2_100_000)
    shown = bars(session.trace)
    session.close()
    let_through = [bar for bar in shown if len(bar.pieces) > 1]
    assert let_through
    for bar in let_through:
        held, passed = bar.pieces
        assert (held.sort, passed.sort) == (FateSort.BLOCKED, FateSort.TRACKED)
        assert held.until_ns == passed.from_ns
        assert bar.blocked_ns(2_100_000) == held.until_ns - held.from_ns


def test_an_open_call_has_no_end() -> None:
    trace, clock = synthetic_trace(until="block")
    shown = bars(trace, LAST_REQUEST)
    swap = Projection(trace, SwapsFold(trace)).at(trace.head).by_request[LAST_REQUEST]
    assert swap.phase is Phase.BLOCK
    still = [bar for bar in shown if bar.until_ns is None]
    assert Counter(bar.sort for bar in still)[FateSort.BLOCKED] == swap.waiting_now
    assert all(bar.from_ns <= clock.now_ns for bar in shown)
