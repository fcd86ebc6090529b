"""Where every thread is, in columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.projections.threads import (
    BLOCKED,
    RECURSIVE,
    RELEASED,
    RUNNING,
    TRACKED,
    UNTRACKED,
    ThreadColumns,
    ThreadsFold,
    inside,
    positions,
    visible,
)
from model.trace.events import Kind
from model.trace.trace import Trace
from tests.projections.folding import folded, folded_in_pieces, trace_of
from tests.synthetic import synthetic_trace

FILE, PAGER = 21, 22
COLUMNS = ("call", "source", "target", "returning", "fate")


def started(thread: int = 1, generation: int = 0, processor: int = 0) -> tuple:
    fields = {"thread": thread, "a": generation, "b": "request", "processor": processor, "client": 1}
    return (Kind.THREAD_STARTED, 0, fields)


def entered(at_ns: int, call: int, identity: int = FILE, by: int = 0, thread: int = 1) -> tuple:
    fields = {"call": call, "subject": identity, "b": by, "thread": thread, "client": 1 if not by else 0}
    return (Kind.CALL_ENTERED, at_ns, {**fields, "until_ns": at_ns + 10})


def returned(at_ns: int, call: int, identity: int = FILE, to: int = 0, thread: int = 1) -> tuple:
    fields = {"call": call, "subject": identity, "b": to, "thread": thread, "client": 1 if not to else 0}
    return (Kind.CALL_RETURNED, at_ns, {**fields, "until_ns": at_ns + 10})


def raised(at_ns: int, call: int, identity: int) -> tuple:
    fields = {"call": call, "subject": identity, "thread": 1, "b": "KeyError: 7", "until_ns": at_ns + 10}
    return (Kind.CALL_RAISED, at_ns, fields)


def fate(kind: Kind, at_ns: int, call: int, b: int = 0) -> tuple:
    return (kind, at_ns, {"subject": FILE, "a": 1, "b": b, "call": call, "thread": 1})


def outcome(kind: Kind, at_ns: int) -> tuple:
    return (kind, at_ns, {"subject": FILE, "a": 1, "b": "cancelled" if kind == Kind.SWAP_ABANDONED else 9})


def threads_of(*rows: tuple) -> ThreadColumns:
    return folded(ThreadsFold(), trace_of(*rows))


def shown(columns: ThreadColumns) -> list[tuple[Any, ...]]:
    """Thread by thread what COLUMNS say."""
    return list(zip(*(getattr(columns, name).tolist() for name in COLUMNS), strict=True))


def parts(columns: ThreadColumns) -> list[list[Any]]:
    """All that makes a state, to compare."""
    tables = (columns.rows, columns.idle, columns.calls, columns.current_generations)
    return [table.tolist() for table in tables]


def test_a_thread_that_calls_is_on_the_wire_from_its_clients_port() -> None:
    assert shown(threads_of(started(), entered(5, 7))) == [(7, 0, FILE, False, RUNNING)]


def test_a_thread_in_no_call_has_no_row() -> None:
    assert shown(threads_of(started())) == []


def test_a_nested_call_is_on_the_wire_from_the_object_that_calls() -> None:
    assert shown(threads_of(started(), entered(5, 7), entered(20, 8, PAGER, FILE))) == [
        (8, FILE, PAGER, False, RUNNING)
    ]


def test_an_inner_return_goes_back_along_its_wire_into_the_outer_call() -> None:
    nested = (started(), entered(5, 7), entered(20, 8, PAGER, FILE), returned(40, 8, PAGER, FILE))
    columns = threads_of(*nested)
    assert shown(columns) == [(7, FILE, PAGER, True, RUNNING)]
    assert [inside(columns, at_ns).tolist() for at_ns in (45, 50, 99)] == [[0], [FILE], [FILE]]


def test_a_call_that_raises_goes_back_where_it_came_from() -> None:
    assert shown(threads_of(started(), entered(5, 7), entered(20, 8, PAGER, FILE), raised(40, 8, PAGER))) == [
        (7, FILE, PAGER, True, RUNNING)
    ]


def test_a_thread_that_returns_to_its_client_stays_until_it_is_there() -> None:
    calls = (started(), entered(5, 7), returned(30, 7))
    elsewhere = {"thread": 9, "processor": 1}
    columns = threads_of(*calls)
    assert shown(columns) == [(7, 0, FILE, True, RUNNING)]
    assert [visible(columns, at_ns).tolist() for at_ns in (39, 40)] == [[True], [False]]
    assert shown(threads_of(*calls, (Kind.THREAD_DISPATCHED, 39, elsewhere))) == shown(columns)
    assert shown(threads_of(*calls, (Kind.THREAD_DISPATCHED, 40, elsewhere))) == []


def test_a_thread_that_ends_is_gone_at_once() -> None:
    ended = (Kind.THREAD_ENDED, 31, {"thread": 1, "processor": 0})
    assert parts(threads_of(started(), entered(5, 7), returned(30, 7), ended)) == [[], [], [], []]


def test_a_thread_that_is_killed_takes_its_calls_along() -> None:
    ended = (Kind.THREAD_ENDED, 31, {"thread": 1, "processor": 0})
    assert parts(threads_of(started(), entered(5, 7), ended)) == [[], [], [], []]


def test_a_wire_is_travelled_from_source_to_target_and_back() -> None:
    there, back = threads_of(started(), entered(5, 7)), threads_of(started(), entered(5, 7), returned(30, 7))
    assert [positions(there, at_ns).tolist() for at_ns in (0, 5, 10, 15, 99)] == [[0.0], [0.0], [0.5], [1.0], [1.0]]
    assert [positions(back, at_ns).tolist() for at_ns in (30, 35, 40)] == [[1.0], [0.5], [0.0]]


def test_what_takes_no_time_has_arrived() -> None:
    at_once = (Kind.CALL_ENTERED, 5, {"call": 7, "subject": FILE, "thread": 1, "client": 1, "until_ns": 5})
    assert positions(threads_of(started(), at_once), 5).tolist() == [1.0]


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        (Kind.CALL_UNTRACKED, UNTRACKED),
        (Kind.CALL_TRACKED, TRACKED),
        (Kind.CALL_RECURSIVE, RECURSIVE),
        (Kind.CALL_BLOCKED, BLOCKED),
        (Kind.CALL_RELEASED, RELEASED),
    ],
)
def test_a_call_shows_its_fate_and_since_when(kind: Kind, code: int) -> None:
    columns = threads_of(started(), entered(5, 7), fate(kind, 15, 7))
    assert (columns.fate.tolist(), columns.fate_since_ns.tolist()) == ([code], [15])


def test_a_recursive_call_gives_the_fate_of_the_outer_call_back() -> None:
    inner = (entered(20, 8, FILE, FILE), fate(Kind.CALL_RECURSIVE, 30, 8))
    rows = (started(), entered(5, 7), fate(Kind.CALL_TRACKED, 15, 7), *inner, returned(40, 8, FILE, FILE))
    fates = [threads_of(*rows[:length]).fate.tolist() for length in range(2, 7)]
    assert fates == [[RUNNING], [TRACKED], [RUNNING], [RECURSIVE], [TRACKED]]


def test_a_call_keeps_its_fate_on_the_way_home() -> None:
    assert shown(threads_of(started(), entered(5, 7), fate(Kind.CALL_TRACKED, 15, 7), returned(30, 7))) == [
        (7, 0, FILE, True, TRACKED)
    ]


def test_a_blocked_thread_has_arrived_and_is_not_inside() -> None:
    columns = threads_of(started(), entered(5, 7), fate(Kind.CALL_BLOCKED, 15, 7))
    assert (positions(columns, 20).tolist(), inside(columns, 20).tolist()) == ([1.0], [0])


def test_an_abandoned_swap_lets_its_calls_run_on_as_any_other() -> None:
    rows = (started(), entered(5, 7), fate(Kind.CALL_TRACKED, 15, 7), outcome(Kind.SWAP_ABANDONED, 20))
    assert threads_of(*rows).fate.tolist() == [RUNNING]
    assert threads_of(*rows, fate(Kind.CALL_TRACKED, 30, 7)).fate.tolist() == [TRACKED]


def test_a_released_call_keeps_its_fate_after_the_outcome() -> None:
    rows = (started(), entered(5, 7), fate(Kind.CALL_BLOCKED, 15, 7), fate(Kind.CALL_RELEASED, 19, 7, b=1))
    assert threads_of(*rows, outcome(Kind.SWAP_COMPLETED, 20)).fate.tolist() == [RELEASED]


def test_an_age_is_counted_on_the_processor_where_the_thread_started() -> None:
    advance = [(Kind.GENERATION_ADVANCED, 30, {"a": generation, "processor": 1}) for generation in (5, 6)]
    migrated = (Kind.THREAD_MIGRATED, 31, {"thread": 2, "a": 1, "processor": 0})
    starts = (started(1, 4, 0), started(2, 4, 1), started(3, 6, 1), started(4, -1, 1))
    calls = [entered(5, thread, thread=thread) for thread in (1, 2, 3, 4)]
    columns = threads_of(*starts, *calls, *advance, migrated)
    assert columns.age.tolist() == [0, 2, 0, 0]
    assert columns.generation.tolist() == [4, 4, 6, -1]
    assert columns.processor.tolist() == [0, 0, 0, 0]


def test_columns_cannot_be_written() -> None:
    columns = threads_of(started(), entered(5, 7))
    with pytest.raises(ValueError, match="read-only"):
        columns.fate[0] = TRACKED


def test_a_later_state_leaves_an_earlier_one_as_it_was() -> None:
    trace = trace_of(started(), entered(5, 7), fate(Kind.CALL_TRACKED, 15, 7), returned(30, 7))
    fold = ThreadsFold()
    early = fold.apply(fold.initial(), 0, trace.rows(0, 2))
    before = parts(early)
    fold.apply(early, 2, trace.rows(2, 4))
    assert parts(early) == before


class Dot:
    """One thread of the slow and plain reading, row by row, that the columns must agree with."""

    def __init__(self) -> None:
        self.calls: list[tuple[int, int, int, int]] = []
        self.shown: tuple[Any, ...] | None = None
        self.gone_ns = 0


def read_one_by_one(trace: Trace, last: int) -> list[tuple[Any, ...]]:
    """What the columns should show, from a stack of calls per thread."""
    dots: dict[int, Dot] = {}
    now_ns = 0
    for position in range(last):
        event = trace.event(position)
        now_ns = event.at_ns
        dot = dots.setdefault(event.thread, Dot())
        if event.kind == Kind.CALL_ENTERED:
            dot.calls.append((event.call, RUNNING, event.b, event.subject))
            dot.shown = (event.b, event.subject, False)
        elif event.kind in {Kind.CALL_RETURNED, Kind.CALL_RAISED}:
            call, code, source, target = dot.calls.pop()
            assert call == event.call
            dot.shown, dot.gone_ns = (source, target, True), event.until_ns
            if not dot.calls:
                dot.shown = (*dot.shown, call, code)
        elif Kind.CALL_UNTRACKED <= event.kind <= Kind.CALL_RELEASED:
            for each in dots.values():
                each.calls = [
                    (call, event.kind - Kind.CALL_UNTRACKED + UNTRACKED if call == event.call else code, *ends)
                    for call, code, *ends in each.calls
                ]
        elif event.kind == Kind.THREAD_ENDED:
            del dots[event.thread]
    result = []
    for _, dot in sorted(dots.items()):
        if dot.calls and dot.shown:
            call, code, *_ = dot.calls[-1]
            result.append((call, *dot.shown, code))
        elif dot.shown and dot.gone_ns > now_ns:
            source, target, returning, call, code = dot.shown
            result.append((call, source, target, returning, code))
    return result


@pytest.fixture(scope="module")
def story() -> Trace:
    return synthetic_trace(120, "completed", abandoned=True)[0]


@settings(max_examples=30)
@given(st.integers(0, 10_000))
def test_the_columns_agree_with_reading_row_by_row(story: Trace, last: int) -> None:
    last %= story.head + 1
    fold = ThreadsFold()
    columns = fold.apply(fold.initial(), 0, story.rows(0, last))
    assert shown(columns) == read_one_by_one(story, last)


@settings(max_examples=30)
@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_any_cut_of_the_rows_gives_the_same_columns(story: Trace, cuts: list[int]) -> None:
    assert parts(folded_in_pieces(ThreadsFold(), story, cuts)) == parts(folded(ThreadsFold(), story))


def test_the_queue_at_a_door_is_ordered_by_when_each_was_blocked() -> None:
    trace, _ = synthetic_trace(0, "block")
    columns = folded(ThreadsFold(), trace)
    queue = np.flatnonzero(columns.fate == BLOCKED)
    assert columns.thread[queue[np.argsort(columns.fate_since_ns[queue])]].tolist() == [221, 223, 226, 228]
