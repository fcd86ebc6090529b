"""Slices over time against a plain reading of the rows; one step of cause and effect."""

import random

import numpy as np
import pytest

from model.projections.causes import about, cause_of, effect_of, position_of
from model.projections.lanes import OPEN, Lanes, in_window, stacked
from model.scenario import load
from model.session import Session
from model.trace.events import Kind
from model.trace.trace import CHUNK_ROWS, Trace
from tests.synthetic import synthetic_trace

STOPS = (Kind.THREAD_WAITED, Kind.THREAD_PREEMPTED, Kind.THREAD_ENDED)


@pytest.fixture(scope="module")
def trace() -> Trace:
    session = Session(load("recursive"))
    session.advance(1_150_000)
    session.close()
    return session.trace


def read(trace: Trace) -> Lanes:
    lanes = Lanes(trace)
    while not lanes.read(trace.head, CHUNK_ROWS):
        pass
    return lanes


def test_a_run_lasts_from_its_thread_gets_the_processor_until_it_gives_it_up(trace: Trace) -> None:
    running: dict[int, tuple[int, int]] = {}
    plain = []
    for event in map(trace.event, range(trace.head)):
        here = running.get(event.processor)
        if event.kind in (Kind.THREAD_DISPATCHED, Kind.THREAD_STARTED):
            if here and here[0] == event.thread:
                continue
            if here:
                plain.append((event.processor, *here, event.at_ns))
            running[event.processor] = (event.thread, event.at_ns)
        elif event.kind in STOPS and here and here[0] == event.thread:
            plain.append((event.processor, *running.pop(event.processor), event.at_ns))
    plain += [(processor, thread, start, OPEN) for processor, (thread, start) in running.items()]
    runs = read(trace).runs[["processor", "thread", "start_ns", "end_ns"]].tolist()
    assert sorted(runs) == sorted(plain)


def test_a_processor_runs_one_thread_at_a_time(trace: Trace) -> None:
    runs = read(trace).runs
    for processor in range(4):
        mine = runs[runs["processor"] == processor]
        assert (mine["end_ns"][:-1] <= mine["start_ns"][1:]).all()


def test_calls_and_their_depths_are_those_of_a_plain_reading(trace: Trace) -> None:
    within: dict[int, list[int]] = {}
    plain: dict[int, list[int]] = {}
    for event in map(trace.event, range(trace.head)):
        stack = within.setdefault(event.thread, [])
        if event.kind == Kind.CALL_ENTERED:
            plain[event.call] = [event.at_ns, OPEN, len(stack), event.position]
            stack.append(event.call)
        elif event.kind in (Kind.CALL_RETURNED, Kind.CALL_RAISED):
            plain[event.call][1] = event.at_ns
            stack.remove(event.call)
    calls = read(trace).calls
    told = calls[["call", "start_ns", "end_ns", "depth", "position"]].tolist()
    assert {call: list(rest) for call, *rest in told} == plain
    assert calls["depth"].max() == 1


def test_a_call_shows_the_fate_that_a_swap_gave_it(trace: Trace) -> None:
    rows = trace.rows(0, trace.head)
    blocked = set(rows["call"][rows["kind"] == Kind.CALL_BLOCKED].tolist())
    calls = read(trace).calls
    assert set(calls["call"][calls["fate"] == 4].tolist()) == blocked


def test_reading_in_pieces_gives_the_same_slices() -> None:
    trace, _ = synthetic_trace(calls=3_000, until="completed")
    assert trace.head > CHUNK_ROWS
    pieces, draw = Lanes(trace), random.Random(4)
    position = 0
    while position < trace.head:
        position = min(trace.head, position + draw.randrange(1, 900))
        pieces.read(position, 900)
    whole = read(trace)
    assert np.array_equal(pieces.runs, whole.runs)
    assert np.array_equal(pieces.calls, whole.calls)


def test_it_reads_no_more_at_a_time_than_it_is_allowed() -> None:
    trace, _ = synthetic_trace(calls=3_000, until="completed")
    lanes = Lanes(trace)
    assert not lanes.read(trace.head, most_rows=1_000)
    assert lanes.position == 1_000


def test_what_the_trace_has_let_go_unread_is_left_out() -> None:
    trace = Trace(capacity=2 * CHUNK_ROWS)
    lanes = Lanes(trace)
    for at_ns in range(4 * CHUNK_ROWS):
        trace.append(Kind.THREAD_DISPATCHED, at_ns, thread=1 + at_ns % 2)
    lanes.read(trace.head, 4 * CHUNK_ROWS)
    assert lanes.runs["start_ns"][0] == trace.event(trace.tail).at_ns
    assert lanes.position == trace.head


def test_a_window_shows_what_reaches_into_it_and_nothing_that_is_still_to_come(trace: Trace) -> None:
    runs = read(trace).runs
    first_ns, last_ns, clock_ns = 1_000_000, 1_080_000, 1_040_000
    shown = runs[in_window(runs, first_ns, last_ns, clock_ns)]
    assert (shown["start_ns"] <= clock_ns).all()
    assert (shown["end_ns"] >= first_ns).all()
    hidden = np.setdiff1d(runs["start_ns"], shown["start_ns"])
    within = hidden[(hidden >= first_ns) & (hidden <= clock_ns)]
    assert len(within) == 0


def test_overlapping_slices_are_stacked_as_low_as_there_is_room() -> None:
    start = np.array([0, 5, 6, 10, 11])
    end = np.array([10, 8, 20, 12, 30])
    assert stacked(start, end, 3).tolist() == [0, 1, 2, 0, 1]


def test_one_step_leads_from_a_call_to_its_caller_and_back(trace: Trace) -> None:
    calls = read(trace).calls
    inner = calls[calls["depth"] == 1][0]
    position = position_of(trace, "call", int(inner["call"]), trace.head)
    assert position == inner["position"]
    outer = cause_of(trace, position)
    assert outer is not None
    assert outer.kind == Kind.CALL_ENTERED
    assert outer.thread == inner["thread"]
    assert about(outer) == ("call", outer.call)
    effect = effect_of(trace, outer.position, trace.head)
    assert effect is not None
    assert effect.cause == outer.position
    assert effect_of(trace, position, position + 1) is None


def test_the_start_of_a_thread_is_found_however_long_ago(trace: Trace) -> None:
    for thread in (1, 200):
        event = trace.event(position_of(trace, "thread", thread, trace.head))
        assert (event.kind, event.thread) == (Kind.THREAD_STARTED, thread)
    assert position_of(trace, "thread", 99_999, trace.head) == -1
