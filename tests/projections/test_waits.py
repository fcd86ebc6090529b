"""Who waits for what: facts against a plain reading of the rows, and chains against runs that are known to stall."""

import random

import numpy as np
import pytest

from model.projections.hold_ups import HoldUps, LockStep
from model.projections.projection import Projection
from model.projections.swaps import SwapsFold
from model.projections.waits import Waits, WaitsFold
from model.scenario import load
from model.session import Session
from model.trace.events import Kind, Wait
from model.trace.trace import Trace
from tests.projections.folding import folded, folded_in_pieces, trace_of
from tests.synthetic import synthetic_trace

BLOCKED_NS = 1_300_000
"""Here the swap of "cyclic" stands in BLOCK, and will do so until its time is up."""


def ran(scenario: str, until_ns: int) -> Trace:
    session = Session(load(scenario))
    session.advance(until_ns)
    trace = session.trace
    session.close()
    return trace


def hold_ups_of(trace: Trace) -> HoldUps:
    return HoldUps(folded(WaitsFold(trace), trace), Projection(trace, SwapsFold(trace)).at(trace.head))


def same(one: Waits, other: Waits) -> bool:
    columns = np.array_equal(one.threads, other.threads) and np.array_equal(one.calls, other.calls)
    return columns and (one.holders, one.drivers, one.quiescences, one.currents) == (
        other.holders, other.drivers, other.quiescences, other.currents
    )  # fmt: skip


@pytest.mark.parametrize("scenario", ["tour", "counter", "stacked"])
def test_any_cut_gives_the_same_state(scenario: str) -> None:
    trace = ran(scenario, 300_000)
    draw = random.Random(3)
    whole = folded(WaitsFold(trace), trace)
    for _ in range(5):
        cuts = [draw.randrange(trace.head) for _ in range(20)]
        assert same(folded_in_pieces(WaitsFold(trace), trace, cuts), whole)


def test_every_cut_of_a_short_run_gives_the_same_state() -> None:
    trace = ran("cyclic", 60_000)
    assert same(folded_in_pieces(WaitsFold(trace), trace, range(trace.head)), folded(WaitsFold(trace), trace))


def test_threads_and_calls_are_those_of_a_plain_reading() -> None:
    trace, _ = synthetic_trace(until="block")
    alive: dict[int, int] = {}
    calls: dict[int, int] = {}
    for event in map(trace.event, range(trace.head)):
        if event.kind == Kind.THREAD_STARTED:
            alive[event.thread] = event.at_ns
        elif event.kind == Kind.THREAD_ENDED:
            del alive[event.thread]
        elif event.kind == Kind.CALL_ENTERED:
            calls[event.call] = event.thread
        elif event.kind in (Kind.CALL_RETURNED, Kind.CALL_RAISED):
            del calls[event.call]
    waits = folded(WaitsFold(trace), trace)
    assert dict(waits.threads[["thread", "started_ns"]].tolist()) == alive
    assert dict(waits.calls[["call", "thread"]].tolist()) == calls


def test_a_cross_processor_call_joins_the_thread_that_waits_to_the_one_that_does_it() -> None:
    trace = ran("cyclic", BLOCKED_NS)
    waits = folded(WaitsFold(trace), trace)
    (swap,) = hold_ups_of(trace).all()
    first, second, _ = swap.chains[0].steps
    assert waits.children()[first.state.thread] == (second.state.thread,)


def test_a_swap_that_is_deadlocked_is_a_cycle_that_its_time_limit_ends() -> None:
    trace = ran("cyclic", BLOCKED_NS)
    (swap,) = hold_ups_of(trace).all()
    assert (swap.sort, swap.identity, swap.more) == ("swap", 1, 0)
    assert swap.until_ns > BLOCKED_NS
    for chain in swap.chains:
        assert [step.state.wait for step in chain.steps] == [Wait.REPLY, Wait.REPLY, Wait.DOOR]
        assert (chain.closes_at, chain.until_ns) == (0, swap.until_ns)
    ran_on = ran("cyclic", swap.until_ns + 1_000)
    rows = ran_on.rows(trace.head, ran_on.head)
    (timed_out_ns,) = rows["at_ns"][rows["kind"] == Kind.PHASE_TIMED_OUT].tolist()
    assert swap.until_ns < timed_out_ns  # the control thread needs its processor to say so


def test_forward_waits_for_exactly_the_threads_from_before_it() -> None:
    trace = ran("cyclic", 1_010_000)
    (swap,) = hold_ups_of(trace).all()
    named = {chain.steps[0].state.thread for chain in swap.chains}
    ran_on = ran("cyclic", 1_100_000)
    rows = ran_on.rows(trace.head, ran_on.head)
    reached_ns = int(rows["at_ns"][rows["kind"] == Kind.QUIESCENCE_REACHED][0])
    ends = rows[rows["kind"] == Kind.THREAD_ENDED]
    ended_ns = dict(zip(ends["thread"].tolist(), ends["at_ns"].tolist(), strict=True))
    assert named
    assert all(ended_ns[thread] <= reached_ns for thread in named)
    # It is reached as soon as the last of them is gone, give or take the work of advancing four processors.
    assert reached_ns - max(ended_ns[thread] for thread in named) < 1_000


def test_a_swap_that_nothing_holds_up_has_no_chain() -> None:
    trace = ran("cyclic", 1_360_000)
    (swap,) = hold_ups_of(trace).all()
    assert swap.chains == ()
    assert not swap.cyclic


def test_two_threads_that_want_each_others_locks_are_a_cycle_without_an_end() -> None:
    first, second = 1, 2
    trace = trace_of(
        (Kind.RUN_STARTED, 0, {"a": 2, "b": 2}),
        (Kind.LOCK_CREATED, 0, {"subject": 10, "b": "left"}),
        (Kind.LOCK_CREATED, 0, {"subject": 11, "b": "right"}),
        (Kind.THREAD_STARTED, 1, {"thread": first, "b": "one"}),
        (Kind.THREAD_STARTED, 2, {"thread": second, "b": "two", "processor": 1}),
        (Kind.LOCK_CONTENDED, 3, {"thread": first, "subject": 11, "a": second, "until_ns": 5}),
        (Kind.LOCK_CONTENDED, 4, {"thread": second, "subject": 10, "a": first, "until_ns": 6, "processor": 1}),
        (Kind.THREAD_WAITED, 5, {"thread": first, "subject": 11, "a": Wait.LOCK}),
    )
    left, right = hold_ups_of(trace).all()
    assert (left.identity, right.identity) == (10, 11)
    (chain,) = right.chains
    assert [step.node for step in chain.steps] == [("thread", second), ("lock", 10), ("thread", first)]
    assert (chain.closes_at, chain.until_ns) == (0, 0)
    asked = hold_ups_of(trace).of_thread(first)
    assert asked is not None
    lock = asked.chains[0].steps[1]
    assert lock == LockStep(11, second, 1)
    assert asked.cyclic


def test_who_holds_a_lock_is_who_got_it_last() -> None:
    trace = trace_of(
        *((Kind.THREAD_STARTED, number, {"thread": number, "b": str(number)}) for number in (1, 2, 3)),
        (Kind.LOCK_CONTENDED, 5, {"thread": 2, "subject": 10, "a": 1}),
        (Kind.LOCK_CONTENDED, 6, {"thread": 3, "subject": 10, "a": 1}),
        (Kind.LOCK_ACQUIRED, 7, {"thread": 2, "subject": 10}),
    )
    (lock,) = hold_ups_of(trace).all()
    assert [step.node for step in lock.chains[0].steps] == [("thread", 2)]
    assert folded(WaitsFold(trace), trace).waiting_for_lock(10) == (3,)
