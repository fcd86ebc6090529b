"""The language of rows: each of its words against a real run, row by row, and what it says of a slip."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.commands import Attach, Swap
from model.projections.projection import Projection
from model.projections.row_filter import KIND_GROUPS, FilterError, RowFilter
from model.scenario import load
from model.session import Session
from model.trace.events import Kind, Phase
from model.trace.names import Names, NamesFold
from model.trace.story import sentence


class Run:
    """A run with a swap and an interposer in it."""

    def __init__(self) -> None:
        self.session = Session(load("counter"))
        names: Projection[Names] = Projection(self.session.trace, NamesFold(self.session.trace))
        self.session.advance(900_000)
        self.session.issue(Attach("counter", "call_timer"), 0)
        self.session.advance(1_050_000)
        self.session.issue(Swap("counter", "counter_partitioned"), 0)
        self.session.advance(1_300_000)
        trace = self.session.trace
        self.rows = trace.rows(trace.tail, trace.head)
        self.names = names.at(trace.head)
        self.events = [trace.event(position) for position in range(trace.tail, trace.head)]

    def sentence(self, index: int) -> str:
        return sentence(self.session.trace, self.names, self.events[index])

    def found(self, text: str) -> list[Any]:
        mask = RowFilter(text).mask(self.rows, self.names, self.sentence)
        return [self.events[index] for index in np.flatnonzero(mask)]


@pytest.fixture(scope="module")
def run() -> Iterator[Run]:
    run = Run()
    yield run
    run.session.close()


CASES: list[tuple[str, Callable[[Any], bool]]] = [
    ("", lambda event: True),
    ("kind:call_returned", lambda event: event.kind == Kind.CALL_RETURNED),
    ("kind:lock", lambda event: Kind(event.kind).name.startswith("LOCK_")),
    ("thread:5", lambda event: event.thread == 5),
    ("processor:1 kind:thread", lambda event: event.processor == 1 and Kind(event.kind).name.startswith("THREAD_")),
    ("call:12", lambda event: event.call == 12),
    ("phase:forward", lambda event: event.kind == Kind.PHASE_ENTERED and event.b == Phase.FORWARD),
    ("phase:completed", lambda event: event.kind == Kind.SWAP_COMPLETED),
    ("latency>2us", lambda event: event.kind == Kind.CALL_RETURNED and event.a > 2_000),
    ("latency<=1200ns", lambda event: event.kind == Kind.CALL_RETURNED and event.a <= 1_200),
    ("at>1ms at<1.1ms", lambda event: 1_000_000 < event.at_ns < 1_100_000),
    ("not kind:call", lambda event: not Kind(event.kind).name.startswith("CALL_")),
    ("-kind:call", lambda event: not Kind(event.kind).name.startswith("CALL_")),
    (
        "kind:entry_written or kind:phase_entered",
        lambda event: event.kind in (Kind.ENTRY_WRITTEN, Kind.PHASE_ENTERED),
    ),
]


@pytest.mark.parametrize(("text", "meant"), CASES, ids=[text or "empty" for text, _ in CASES])
def test_filter_means_the_rows_that_it_says(run: Run, text: str, meant: Callable[[Any], bool]) -> None:
    expected = [event for event in run.events if meant(event)]
    assert run.found(text) == expected
    assert expected, "a case that finds nothing shows nothing"


def test_on_an_object_means_what_stands_before_and_behind_it_too(run: Run) -> None:
    names = {run.names.subjects[event.subject].sort for event in run.found("on:counter")}
    assert {"object", "instance", "interposer"} <= names
    assert run.found('on:"no such thing"') == []


def test_client_and_method_are_asked_for_by_name(run: Run) -> None:
    assert {event.client for event in run.found("client:counting kind:call_entered")} == {1}
    assert {event.kind for event in run.found("method:add")} >= {Kind.CALL_ENTERED, Kind.CALL_RETURNED}
    assert run.found("method:fly") == []


def test_words_are_looked_for_in_the_sentences(run: Run) -> None:
    found = run.found('"went on to" or "was attached"')
    assert all("attached" in run.sentence(run.events.index(event)) for event in found)
    assert found
    assert RowFilter("attached").asks_sentences
    assert not RowFilter("kind:call").asks_sentences


def test_words_without_sentences_are_refused(run: Run) -> None:
    with pytest.raises(FilterError, match="not possible here"):
        RowFilter("attached").mask(run.rows, run.names)


def test_every_group_of_kinds_has_kinds() -> None:
    for beginnings in KIND_GROUPS.values():
        assert all(any(kind.name.startswith(beginning) for kind in Kind) for beginning in beginnings)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("knd:call", "There is no column 'knd': write kind"),
        ("kind:cal", "There is no kind 'cal': write call"),
        ("phase:blok", "There is no phase 'blok': write block"),
        ("thread:seven", "thread:seven needs a whole number: write like `thread:7`"),
        ("latency>fast", "'fast' is not a time: write like `latency>5us`"),
        ("thread>3", "thread is asked for with a colon: write like `thread:7`"),
        ("on:", "on: lacks what it is compared with: write like `on:counter`"),
        ("or kind:call", "“or” stands between two conditions"),
        ("kind:call or", "A condition is missing at the end"),
        ("kind:call not", "A condition is missing at the end"),
        ("x" * 1_001, "longer than 1,000 characters"),
    ],
)
def test_slip_is_told_in_one_sentence_with_the_remedy(text: str, words: str) -> None:
    with pytest.raises(FilterError) as caught:
        RowFilter(text)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


@given(st.text(max_size=60))
def test_any_text_is_a_filter_or_a_sentence(text: str) -> None:
    try:
        RowFilter(text)
    except FilterError as error:
        assert str(error)
