"""Every kind of event has a sentence that a person can read by itself."""

from __future__ import annotations

import re

import pytest

from model.trace.events import Kind, Phase, Wait
from model.trace.names import Names, NamesFold
from model.trace.story import NOTABLE, SENTENCES, clock, line, notable, sentence
from model.trace.trace import TEXT_KINDS, Event, Trace
from tests.synthetic import CALL_TIMER, COUNTER_1, FCM_17, FCM_REPLICATED, PAGER_1, SDET, synthetic_trace


@pytest.fixture(scope="module")
def told() -> tuple[Trace, Names]:
    trace, _ = synthetic_trace(calls=60, until="completed", abandoned=True)
    fold = NamesFold(trace)
    return trace, fold.apply(fold.initial(), 0, trace.rows(0, trace.head))


def said(told: tuple[Trace, Names], kind: Kind, text: str, fields: dict[str, int]) -> str:
    """The sentence of an event made for the purpose, in the synthetic world."""
    trace, names = told
    if text:
        fields = fields | {"b": trace.intern(text)}
    values = dict.fromkeys(Event._fields, 0) | {"kind": int(kind), "thread": 214, "processor": 2} | fields
    return sentence(trace, names, Event(**values))


def test_catalogue_of_sentences_is_complete() -> None:
    assert set(SENTENCES) == set(Kind)


@pytest.mark.parametrize("kind", list(Kind), ids=lambda kind: kind.name)
def test_every_kind_is_one_sentence(told: tuple[Trace, Names], kind: Kind) -> None:
    words = said(told, kind, "words" if kind in TEXT_KINDS else "", {"subject": FCM_17, "a": 1} | b_of(kind))
    assert re.fullmatch(r"[^.\n]+(\.\d[^.\n]*)*\.", words), words
    assert "  " not in words


def b_of(kind: Kind) -> dict[str, int]:
    return {} if kind in TEXT_KINDS else {"b": Phase.BLOCK}


def test_events_of_the_synthetic_trace_are_all_told_without_a_bare_number(told: tuple[Trace, Names]) -> None:
    trace, names = told
    for position in range(trace.head):
        words = sentence(trace, names, trace.event(position))
        assert not re.search(r"subject \d|method \d|client \d|\(\)|: \.", words), words


def test_unknown_numbers_are_told_as_numbers() -> None:
    trace = Trace()
    event = Event(0, 0, 0, -1, 1, 0, 0, 7, 99, Kind.CALL_RETURNED, 3, 4, 0)
    assert sentence(trace, Names(), event) == "Thread 7 returned from method 3 on subject 99 after 0 ns."


def test_line_of_the_caption_in_the_picture() -> None:
    trace, _ = synthetic_trace()
    fold = NamesFold(trace)
    names = fold.apply(fold.initial(), 0, trace.rows(0, trace.head))
    assert line(trace, names, trace.event(trace.head - 1)) == (
        "2.418 306 ms  Thread 214 called FCM file 17 again from inside; the mediator let the recursive call through."
    )


@pytest.mark.parametrize(
    ("kind", "fields", "words"),
    [
        (
            Kind.CALL_BLOCKED,
            {"subject": FCM_17},
            "Thread 214 called FCM file 17; the mediator blocked the call at the door.",
        ),
        (
            Kind.PHASE_ENTERED,
            {"subject": FCM_17, "a": 4, "b": 2},
            "Swap 4 of FCM file 17 entered BLOCK: new calls wait at the door.",
        ),
        (
            Kind.SWAP_REQUESTED,
            {"subject": FCM_17, "a": 4, "b": FCM_REPLICATED},
            "Swap 4 was requested: FCM file 17 is to become FCM, replicated.",
        ),
        (
            Kind.CALL_RELEASED,
            {"subject": FCM_17, "a": 4, "b": 1},
            "The mediator let the blocked call of thread 214 go on to the new instance of FCM file 17.",
        ),
        (
            Kind.CALL_ENTERED,
            {"subject": PAGER_1, "method": 1, "b": FCM_17},
            "Thread 214 called fetch on pager from FCM file 17.",
        ),
        (
            Kind.CALL_ENTERED,
            {"subject": PAGER_1, "method": 1, "client": SDET},
            "Thread 214 called fetch on pager from sdet-1.",
        ),
        (
            Kind.CALL_RETURNED,
            {"subject": FCM_17, "method": 2, "a": 1_494},
            "Thread 214 returned from write_page on FCM file 17 after 1.49 µs.",
        ),
        (
            Kind.THREAD_WAITED,
            {"a": Wait.SLEEP, "until_ns": 2_400_000},
            "Thread 214 went to sleep until 2.400 000 ms.",
        ),
        (
            Kind.THREAD_STARTED,
            {"a": -1, "client": SDET},
            "Thread 214 started for sdet-1 on processor 2, in no generation.",
        ),
        (
            Kind.GENERATION_ADVANCED,
            {"a": 7, "b": 1},
            "Processor 2 advanced to generation 7; 1 thread was left in the one before.",
        ),
        (
            Kind.DETACH_REQUESTED,
            {"subject": COUNTER_1, "a": 9, "b": CALL_TIMER},
            "Detach 9 was requested: call timer is to leave counter.",
        ),
        (Kind.VECTOR_KNOWN, {"subject": FCM_REPLICATED, "a": -1}, "FCM, replicated knows 64 transfer protocols."),
    ],
)
def test_sentence(told: tuple[Trace, Names], kind: Kind, fields: dict[str, int], words: str) -> None:
    assert said(told, kind, "", fields) == words


@pytest.mark.parametrize(
    ("kind", "text", "words"),
    [
        (Kind.SWAP_ABANDONED, "cancelled", "Swap 4 of FCM file 17 was abandoned: cancelled."),
        (Kind.REQUEST_REFUSED, "It is being swapped.", "Swap 4 of FCM file 17 was refused: It is being swapped."),
        (Kind.COMMAND_ISSUED, "not JSON", "Command 5 was issued: not JSON."),
        (Kind.COMMAND_ISSUED, '{"command":"Cancel","object":"pager"}', "Command 5 was issued: cancel pager."),
        (Kind.COMMAND_ISSUED, "[1]", "Command 5 was issued: [1]."),
    ],
)
def test_sentence_with_a_text(told: tuple[Trace, Names], kind: Kind, text: str, words: str) -> None:
    assert said(told, kind, text, {"subject": FCM_17, "a": 4}) == words


def test_lock_whose_name_says_so_is_called_a_lock_once() -> None:
    trace = Trace()
    for number, name in enumerate(("page list", "lock of the value")):
        trace.append(Kind.LOCK_CREATED, number, subject=number, b=trace.intern(name))
        trace.append(Kind.LOCK_ACQUIRED, number, subject=number, thread=9)
    fold = NamesFold(trace)
    names = fold.apply(fold.initial(), 0, trace.rows(0, 4))
    assert [sentence(trace, names, trace.event(position)) for position in (1, 3)] == [
        "Thread 9 got the lock “page list”.", "Thread 9 got the lock of the value.",
    ]  # fmt: skip


def test_entry_written_for_the_first_time_had_named_nothing(told: tuple[Trace, Names]) -> None:
    words = said(told, Kind.ENTRY_WRITTEN, "", {"subject": FCM_17, "a": FCM_REPLICATED, "client": SDET})
    assert words == "The entry of sdet-1 for FCM file 17 was pointed at FCM, replicated."


def test_caption_tells_fates_and_phases_but_not_each_call() -> None:
    assert notable(Kind.CALL_RECURSIVE)
    assert notable(Kind.PHASE_ENTERED)
    assert not notable(Kind.CALL_ENTERED)
    assert not {Kind.THREAD_DISPATCHED, Kind.CALL_RETURNED, Kind.FIGURE_REPORTED} & NOTABLE


def test_clock_is_grouped_by_three() -> None:
    assert [clock(0), clock(2_418_306), clock(1_234_005_006_007)] == [
        "0.000 000 ms", "2.418 306 ms", "1 234 005.006 007 ms",
    ]  # fmt: skip
