"""Which rows a filter lets through: the same as asking every row, however it is read."""

import random

import numpy as np
import pytest

from model.projections.projection import Projection
from model.projections.row_filter import RowFilter
from model.projections.story_rows import SENTENCES, StoryRows
from model.trace.events import Kind
from model.trace.names import Names, NamesFold
from model.trace.story import sentence
from model.trace.trace import CHUNK_ROWS, Trace
from tests.synthetic import synthetic_trace


@pytest.fixture(scope="module")
def trace() -> Trace:
    return synthetic_trace(calls=2_000, until="completed")[0]


def names_of(trace: Trace) -> Names:
    return Projection(trace, NamesFold(trace)).at(trace.head)


def read(rows: StoryRows, trace: Trace, until: int | None = None) -> None:
    names = names_of(trace)
    while not rows.read(
        trace.head if until is None else until, names, lambda at: sentence(trace, names, trace.event(at))
    ):
        pass


def all_positions(rows: StoryRows, until: int) -> list[int]:
    return [rows.position(index) for index in range(rows.count(until))]


def test_without_a_filter_every_held_row_is_let_through(trace: Trace) -> None:
    rows = StoryRows(trace)
    assert rows.count(trace.head) == trace.head
    assert rows.position(17) == 17
    assert not rows.filtered


@pytest.mark.parametrize("text", ["kind:call latency>3us", "kind:fate or kind:swap", 'kind:fate "blocked"', "thread:7"])
def test_a_filter_lets_through_what_its_mask_says(trace: Trace, text: str) -> None:
    names, chosen = names_of(trace), RowFilter(text)
    mask = chosen.mask(trace.rows(0, trace.head), names, lambda index: sentence(trace, names, trace.event(index)))
    rows = StoryRows(trace, chosen)
    read(rows, trace)
    assert all_positions(rows, trace.head) == np.flatnonzero(mask).tolist()
    assert rows.share == 1.0


def test_reading_as_the_run_goes_on_finds_the_same(trace: Trace) -> None:
    chosen, draw = RowFilter("kind:fate or latency>3us"), random.Random(1)
    growing, whole = StoryRows(trace, chosen), StoryRows(trace, chosen)
    read(whole, trace)
    until, names = 0, names_of(trace)
    while until < trace.head:
        until = min(trace.head, until + draw.randrange(1, 700))
        growing.read(until, names, str)
    read(growing, trace)
    assert all_positions(growing, trace.head) == all_positions(whole, trace.head)
    middle = trace.head // 2
    assert growing.count(middle) == sum(position < middle for position in all_positions(whole, trace.head))


def test_the_newest_rows_are_looked_through_first(trace: Trace) -> None:
    rows = StoryRows(trace, RowFilter('"called"'))
    names = names_of(trace)
    assert not rows.read(trace.head, names, lambda at: sentence(trace, names, trace.event(at)))
    assert rows.count(trace.head)
    assert rows.position(0) >= trace.head - SENTENCES
    assert 0 < rows.share < 1


def test_what_the_trace_lets_go_is_gone_from_the_story_too() -> None:
    trace = Trace(capacity=2 * CHUNK_ROWS)
    rows = StoryRows(trace, RowFilter("thread:1"))
    for at_ns in range(4 * CHUNK_ROWS):
        trace.append(Kind.THREAD_DISPATCHED, at_ns, thread=at_ns % 2)
        if at_ns % 1_000 == 0:
            rows.read(trace.head, Names(), str)
    rows.read(trace.head, Names(), str)
    assert rows.position(0) >= trace.tail
    assert rows.count(trace.head) == (trace.head - trace.tail) // 2


def test_the_row_at_or_before_a_position_is_found(trace: Trace) -> None:
    rows = StoryRows(trace, RowFilter("kind:swap"))
    read(rows, trace)
    positions = all_positions(rows, trace.head)
    assert rows.index(positions[3]) == 3
    assert rows.index(positions[3] + 1) == 3
    assert rows.index(positions[0] - 1) == -1
