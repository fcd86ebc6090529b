"""What stands inside at a moment has come out with the row that ends the last of it, whatever comes in meanwhile."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

from model.projections.drained import Drained, drained, is_drained_filter
from model.projections.projection import Projection
from model.projections.row_filter import FilterError
from model.projections.topology import Topology, TopologyFold
from model.projections.waits import Waits, WaitsFold
from model.scenario import load
from model.session import Session
from model.trace.events import Kind
from model.trace.trace import Rows

MOMENT_NS = 1_010_000


@pytest.fixture(scope="module")
def run() -> Iterator[tuple[Waits, Topology, Rows]]:
    """The states of the counter's tutorial in the middle of FORWARD, and the rows after it."""
    session = Session(load("counter"))
    trace = session.trace
    waits, topology = Projection(trace, WaitsFold(trace)), Projection(trace, TopologyFold(trace))
    session.advance(MOMENT_NS)
    here = session.trace.head
    states = waits.at(here), topology.at(here)
    session.advance(1_200_000)
    yield *states, session.trace.rows(here, session.trace.head)
    session.close()


def last_of(asked: Drained, rows: Rows, step: int = 7) -> int:
    """The row that ends the last, found in small portions."""
    for first in range(0, len(rows), step):
        found = np.flatnonzero(asked.mask(rows[first : first + step]))
        if len(found):
            assert len(found) == 1
            return first + int(found[0])
    raise AssertionError("it never drained")


def test_component_is_drained_when_the_last_call_that_was_inside_has_returned(run) -> None:
    waits, topology, rows = run
    inside = set(waits.calls["call"].tolist())
    row = last_of(drained("drained on:counter", waits, topology), rows)
    ends = rows[np.isin(rows["kind"], (Kind.CALL_RETURNED, Kind.CALL_RAISED))]
    before = set(ends["call"][ends["at_ns"] <= rows["at_ns"][row]].tolist())
    assert len(inside) > 1
    assert inside <= before
    assert int(rows["call"][row]) in inside
    later = rows[:row][rows[:row]["kind"] == Kind.CALL_ENTERED]["call"].tolist()
    assert set(later) - before, "others came in meanwhile and are not waited for"


def test_threads_of_this_moment_are_those_that_count_in_a_generation(run) -> None:
    waits, topology, rows = run
    asked = drained("drained", waits, topology)
    counted = waits.threads["thread"][waits.threads["generation"] >= 0].tolist()
    assert asked.left == set(counted)
    row = last_of(asked, rows)
    ended = rows[: row + 1][rows[: row + 1]["kind"] == Kind.THREAD_ENDED]["thread"].tolist()
    assert set(counted) <= set(ended)
    assert Kind(rows["kind"][row]) is Kind.THREAD_ENDED


def test_generation_and_processor_leave_out_the_others(run) -> None:
    waits, topology, _ = run
    everything = drained("drained", waits, topology).left
    parts = [drained(f"drained processor:{number}", waits, topology).left for number in range(4)]
    assert set().union(*parts) == everything
    assert sum(map(len, parts)) == len(everything)
    newest = int(waits.threads["generation"].max())
    assert drained(f"drained generation:{newest}", waits, topology).left == everything
    assert drained(f"drained generation:{newest} processor:0", waits, topology).left == parts[0]


def test_rows_may_be_shown_again(run) -> None:
    """A player looks at the rows of an instant more than once."""
    waits, topology, rows = run
    asked = drained("drained on:counter", waits, topology)
    row = last_of(asked, rows)
    again = asked.mask(rows[: row + 1])
    assert np.flatnonzero(again).tolist() == [row]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        ("drained on:nobody", "There is no component 'nobody'"),
        ("drained counter", "'counter' is not asked of what is drained"),
        ("drained on:counter processor:1", "A component is asked for its calls alone"),
        ("drained generation:x", "'x' is not the number of a generation"),
        ('drained on:"counter', "A quotation mark is missing"),
        ("drained processor:1 processor:2", "'processor:2' is not asked"),
    ],
)
def test_what_cannot_be_drained_is_one_sentence(run, words: str, why: str) -> None:
    waits, topology, _ = run
    with pytest.raises(FilterError, match=why):
        drained(words, waits, topology)


def test_only_the_first_word_makes_it_that() -> None:
    assert is_drained_filter("drained on:counter")
    assert not is_drained_filter("kind:call drained")
    assert not is_drained_filter("")
