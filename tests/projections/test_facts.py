"""Counts of calls against sets of call numbers."""

from __future__ import annotations

import pytest

from model.projections.facts import Counts, FactsFold
from model.projections.projection import Projection
from model.trace.events import Kind
from model.trace.trace import Trace
from tests.synthetic import FCM_17, synthetic_trace


def counts_of(trace: Trace, position: int | None = None) -> Counts:
    return Projection(trace, FactsFold(trace)).at(trace.head if position is None else position)


def plain_counts(trace: Trace, position: int) -> Counts:
    """The same by looking at one row after the other."""
    flying: dict[int, int] = {}
    waiting: dict[int, int] = {}
    ended = {Kind.CALL_RETURNED: 0, Kind.CALL_RAISED: 0}
    issued = 0
    for event in map(trace.event, range(position)):
        if event.kind == Kind.CALL_ENTERED:
            issued += 1
            flying[event.call] = event.subject
        elif event.kind in ended:
            ended[Kind(event.kind)] += 1
            del flying[event.call]
        elif event.kind == Kind.CALL_BLOCKED:
            waiting[event.call] = event.subject
        elif event.kind == Kind.CALL_RELEASED:
            del waiting[event.call]
    by_object = {of: list(flying.values()).count(of) for of in flying.values()}
    held = {of: list(waiting.values()).count(of) for of in waiting.values()}
    return Counts(issued, ended[Kind.CALL_RETURNED], ended[Kind.CALL_RAISED], by_object, held, waiting)


def test_counts_in_block_are_those_of_the_picture() -> None:
    trace, _ = synthetic_trace()
    counts = counts_of(trace)
    assert (counts.inside_of(FCM_17), counts.waiting_of(FCM_17), counts.in_flight_of(FCM_17)) == (2, 4, 6)


@pytest.mark.parametrize("share", [0.0, 0.3, 0.5, 0.77, 0.95, 1.0])
def test_counts_are_those_of_a_plain_count(share: float) -> None:
    trace, _ = synthetic_trace(until="completed", abandoned=True)
    position = round(share * trace.head)
    assert counts_of(trace, position) == plain_counts(trace, position)


def test_issued_is_returned_and_raised_and_in_flight_at_every_position() -> None:
    trace, _ = synthetic_trace(until="completed")
    projection = Projection(trace, FactsFold(trace))
    for position in range(0, trace.head, 7):
        counts = projection.at(position)
        assert counts.issued == counts.returned + counts.raised + counts.in_flight
        assert counts.in_flight == sum(counts.by_object.values())


def test_call_that_is_blocked_twice_waits_once() -> None:
    trace = Trace()
    for kind in (Kind.CALL_ENTERED, Kind.CALL_BLOCKED, Kind.CALL_BLOCKED):
        trace.append(kind, 0, call=1, subject=5)
    assert counts_of(trace).waiting_of(5) == 1


def test_call_that_raises_at_the_door_waits_no_more() -> None:
    trace = Trace()
    for kind in (Kind.CALL_ENTERED, Kind.CALL_BLOCKED, Kind.CALL_RAISED):
        trace.append(kind, 0, call=1, subject=5)
    counts = counts_of(trace)
    assert (counts.waiting_of(5), counts.in_flight_of(5), counts.raised) == (0, 0, 1)


def test_rows_without_calls_give_the_same_state() -> None:
    trace = Trace()
    trace.append(Kind.THREAD_STARTED, 0)
    fold = FactsFold(trace)
    state = fold.initial()
    assert fold.apply(state, 0, trace.rows(0, 1)) is state
