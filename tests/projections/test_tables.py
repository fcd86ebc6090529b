"""What each client's entries point at, and how many calls went through them."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.projections.tables import Entry, Slot, Tables, TablesFold
from model.trace.events import Kind
from model.trace.trace import Trace
from tests.projections.folding import folded, folded_in_pieces, trace_of
from tests.synthetic import synthetic_trace

FILE, PAGER, OLD, NEW = 1, 2, 3, 4
MADE = (
    (Kind.ENTRY_MADE, 0, {"subject": FILE, "a": OLD, "b": 17, "client": 1}),
    (Kind.ENTRY_MADE, 0, {"subject": PAGER, "a": 9, "b": 8, "client": 1}),
    (Kind.ENTRY_MADE, 5, {"subject": FILE, "a": OLD, "b": 3, "client": 2}),
)


def call(client: int, identity: int) -> tuple:
    return (Kind.CALL_ENTERED, 6, {"subject": identity, "client": client})


def write(client: int, at_ns: int) -> tuple:
    return (Kind.ENTRY_WRITTEN, at_ns, {"subject": FILE, "a": NEW, "b": OLD, "client": client})


def tables_of(*rows: tuple) -> Tables:
    return folded(TablesFold(), trace_of(*rows))


def test_the_entries_of_a_client_come_by_their_numbers() -> None:
    assert tables_of(*MADE).of_client(1) == (Entry(1, PAGER, 8, 9, 0, 0, 1), Entry(1, FILE, 17, OLD, 0, 0, 0))


def test_the_entries_for_an_object_come_by_clients() -> None:
    assert tables_of(*MADE).of_object(FILE) == (Entry(1, FILE, 17, OLD, 0, 0, 0), Entry(2, FILE, 3, OLD, 0, 5, 2))


def test_a_client_or_object_without_entries_has_none() -> None:
    assert (tables_of(*MADE).of_client(7), tables_of(*MADE).of_object(7)) == ((), ())


def test_a_written_entry_keeps_what_it_pointed_at_before() -> None:
    assert tables_of(*MADE, write(2, 7)).entries[2, FILE] == Entry(2, FILE, 3, NEW, OLD, 7, 3)


def test_calls_are_counted_by_the_entry_that_they_looked_up() -> None:
    tables = tables_of(*MADE, call(1, FILE), call(2, FILE), call(1, FILE), call(1, PAGER), call(3, FILE))
    assert tables.calls == {(1, FILE): 2, (1, PAGER): 1, (2, FILE): 1}


def test_changed_entries_come_in_the_order_of_writing_and_made_ones_do_not() -> None:
    tables = tables_of(*MADE, write(2, 7), write(1, 9))
    assert [entry.client for entry in tables.changed_since(7)] == [2, 1]
    assert [entry.client for entry in tables.changed_since(8)] == [1]
    assert tables_of(*MADE).changed_since(0) == ()


def test_rows_of_other_kinds_cost_no_new_state() -> None:
    trace = trace_of(*MADE, (Kind.CALL_RETURNED, 8, {"subject": FILE, "client": 1}))
    fold = TablesFold()
    state = fold.apply(fold.initial(), 0, trace.rows(0, 3))
    assert fold.apply(state, 3, trace.rows(3, 4)) is state


@pytest.fixture(scope="module")
def story() -> Trace:
    return synthetic_trace(60, "completed", abandoned=True)[0]


@settings(max_examples=20)
@given(st.lists(st.integers(0, 10_000), max_size=30))
def test_any_cut_of_the_rows_gives_the_same_tables(story: Trace, cuts: list[int]) -> None:
    assert folded_in_pieces(TablesFold(), story, cuts) == folded(TablesFold(), story)


def local(kind: Kind, processor: int, target: int) -> tuple[Kind, int, dict[str, int]]:
    return kind, 10, {"subject": 7, "client": 1, "processor": processor, "a": target}


def test_slots_of_an_entry_are_those_that_know_where_to_go() -> None:
    trace = trace_of(
        local(Kind.LOCAL_ENTRY_MADE, 3, 20), local(Kind.LOCAL_ENTRY_MADE, 1, 20),
        local(Kind.LOCAL_ENTRY_WRITTEN, 3, 30), local(Kind.LOCAL_ENTRY_WRITTEN, 1, 30),
        local(Kind.LOCAL_ENTRY_WRITTEN, 3, 41), local(Kind.LOCAL_ENTRY_WRITTEN, 1, 0),
    )  # fmt: skip
    for cuts in ([], [1, 2, 3, 4, 5]):
        tables = folded_in_pieces(TablesFold(), trace, cuts)
        assert tables.slots_of(1, 7) == (Slot(1, 7, 3, 41, 10),)
        assert tables.slots_of(2, 7) == ()
