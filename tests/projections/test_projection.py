"""A projection gives at every position what a fold from the start gives."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.projections.projection import Projection
from model.trace.events import Kind
from model.trace.trace import CHUNK_ROWS, Rows, Trace


class Order:
    """A fold that notices a row that is missing, doubled or out of order; counts the rows that it has seen."""

    def __init__(self) -> None:
        self.rows_seen = 0

    def initial(self) -> tuple[int, int]:
        return (0, 0)

    def apply(self, state: tuple[int, int], first_position: int, rows: Rows) -> tuple[int, int]:
        position, checksum = state
        assert first_position == position
        self.rows_seen += len(rows)
        return (position + len(rows), (checksum + int(rows["call"].sum())) % 1_000_003)


def expected(position: int) -> tuple[int, int]:
    return (position, position * (position - 1) // 2 % 1_000_003)


def grow(trace: Trace, rows: int) -> None:
    for number in range(trace.head, trace.head + rows):
        trace.append(Kind.CALL_RETURNED, number, call=number)


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 3000), st.floats(0, 1)), max_size=30), st.integers(2, 4))
def test_any_seeks_while_the_trace_grows_give_the_fold_from_the_start(
    steps: list[tuple[int, float]], chunks: int
) -> None:
    trace = Trace(chunks * CHUNK_ROWS)
    projection = Projection(trace, Order())
    for rows, place in steps:
        grow(trace, rows)
        position = trace.tail + round(place * (trace.head - trace.tail))
        assert projection.at(position) == expected(position)


def test_projection_that_was_never_asked_can_start_when_the_tail_has_moved() -> None:
    trace = Trace(2 * CHUNK_ROWS)
    projection = Projection(trace, Order())
    grow(trace, 10 * CHUNK_ROWS)
    assert projection.at(trace.tail + 3) == expected(trace.tail + 3)


def test_projection_made_late_catches_up() -> None:
    trace = Trace()
    grow(trace, 3 * CHUNK_ROWS + 5)
    projection = Projection(trace, Order())
    assert projection.at(CHUNK_ROWS + 1) == expected(CHUNK_ROWS + 1)
    grow(trace, CHUNK_ROWS)
    assert projection.at(trace.head) == expected(trace.head)
    assert list(projection.keyframes) == [0, 4096, 8192, 12288, 16384]


def test_keyframes_are_trimmed_with_the_trace() -> None:
    trace = Trace(3 * CHUNK_ROWS)
    projection = Projection(trace, Order())
    grow(trace, 8 * CHUNK_ROWS)
    projection.at(trace.head)
    assert list(projection.keyframes) == [24576, 28672, 32768]
    assert trace.tail == 24576


def test_moving_forward_reads_new_rows_only() -> None:
    trace, fold = Trace(), Order()
    projection = Projection(trace, fold)
    grow(trace, 3000)
    for position in range(0, 3001, 100):
        projection.at(position)
    assert fold.rows_seen == 3000


def test_seek_reads_fewer_than_4096_rows() -> None:
    trace, fold = Trace(), Order()
    projection = Projection(trace, fold)
    grow(trace, 20 * CHUNK_ROWS)
    draw = random.Random(3)
    for _ in range(50):
        fold.rows_seen = 0
        projection.at(draw.randrange(trace.head))
        assert fold.rows_seen < CHUNK_ROWS


def test_position_that_is_not_held_is_refused() -> None:
    trace = Trace(2 * CHUNK_ROWS)
    projection = Projection(trace, Order())
    grow(trace, 4 * CHUNK_ROWS)
    with pytest.raises(IndexError, match="position 5 is not held"):
        projection.at(5)
    with pytest.raises(IndexError):
        projection.at(trace.head + 1)


def test_trace_does_not_keep_a_projection_alive() -> None:
    trace, fold = Trace(), Order()
    Projection(trace, fold)
    grow(trace, CHUNK_ROWS)
    assert fold.rows_seen == 0
