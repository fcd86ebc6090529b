"""Names as of a position."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from model.trace.events import Kind
from model.trace.names import DESTROYED_KEPT, REQUESTS_KEPT, Names, NamesFold, Request
from model.trace.trace import Trace
from tests.synthetic import COUNTER_1, FCM_17, FCM_REPLICATED, FCM_SINGLE, POSTMARK, SDET, synthetic_trace


def names_of(trace: Trace, position: int | None = None) -> Names:
    fold = NamesFold(trace)
    return fold.apply(fold.initial(), 0, trace.rows(0, trace.head if position is None else position))


@pytest.fixture(scope="module")
def names() -> Names:
    trace, _ = synthetic_trace()
    return names_of(trace)


def test_titles_come_before_names(names: Names) -> None:
    assert (names.subject(FCM_SINGLE), names.subject(FCM_17)) == ("FCM, single", "FCM file 17")


def test_clients_methods_and_protocols_have_names(names: Names) -> None:
    assert [names.client(client) for client in (0, POSTMARK, SDET, 9)] == ["kernel", "postmark", "sdet-1", "client 9"]
    assert (names.method(FCM_17, 2), names.method(FCM_17, 99)) == ("write_page", "method 99")
    assert (names.protocol(FCM_17, 17), names.protocol(FCM_SINGLE, 41)) == ("whole page table", "by reference")


def test_living_thread_has_its_name_and_client(names: Names) -> None:
    assert (names.thread(214), names.client_of_thread(214), names.thread(209)) == ("request", SDET, "flush")


def test_ended_thread_has_no_name(names: Names) -> None:
    assert names.thread(203) == ""


def test_thread_of_a_held_state_is_still_named_before_it_ended() -> None:
    trace, _ = synthetic_trace()
    rows = trace.rows(0, trace.head)
    ended = next(position for position in range(trace.head) if rows[position]["kind"] == Kind.THREAD_ENDED)
    thread = int(rows[ended]["thread"])
    assert (names_of(trace, ended).thread(thread), names_of(trace, ended + 1).thread(thread)) == ("request", "")


def test_requests_say_what_was_wanted(names: Names) -> None:
    assert (names.requests[1].sort, names.requests[4]) == ("attach", Request("swap", FCM_17, FCM_REPLICATED))


def test_interposer_and_mediator_belong_to_their_object(names: Names) -> None:
    belonging = {
        subject.sort: (names.subject(number), names.object_of(number)) for number, subject in names.subjects.items()
    }
    assert belonging["interposer"] == ("call timer", COUNTER_1)
    assert belonging["mediator"] == ("mediator of FCM file 17", FCM_17)


def test_any_cut_gives_the_same_names() -> None:
    trace, _ = synthetic_trace(until="completed", abandoned=True)
    fold, draw = NamesFold(trace), random.Random(1)
    cuts = sorted({0, trace.head, *(draw.randrange(trace.head) for _ in range(40))})
    state = fold.initial()
    for first, last in pairwise(cuts):
        state = fold.apply(state, first, trace.rows(first, last))
    whole = names_of(trace)
    assert (state.subjects, state.requests, state.threads.texts) == (
        whole.subjects,
        whole.requests,
        whole.threads.texts,
    )
    assert state.threads.threads.tolist() == whole.threads.threads.tolist()


def test_rows_without_names_give_the_same_state() -> None:
    trace = Trace()
    trace.append(Kind.CALL_RETURNED, 0)
    fold = NamesFold(trace)
    state = fold.initial()
    assert fold.apply(state, 0, trace.rows(0, 1)) is state


def test_destroyed_subjects_and_old_requests_are_bounded() -> None:
    trace = Trace()
    for number in range(1, 3_001):
        trace.append(Kind.MEDIATOR_CREATED, number, subject=number, a=number, b=1)
        trace.append(Kind.MEDIATOR_DESTROYED, number, subject=number, b=1)
        trace.append(Kind.SWAP_REQUESTED, number, subject=1, a=number, b=2)
    names = names_of(trace)
    assert (len(names.subjects), len(names.requests)) == (DESTROYED_KEPT, REQUESTS_KEPT)
    assert names.subject(3_000) == "mediator of subject 1"


def test_names_of_ended_threads_do_not_pile_up() -> None:
    trace = Trace()
    fold = NamesFold(trace)
    state = fold.initial()
    for number in range(1, 200):
        first = trace.head
        trace.append(Kind.THREAD_STARTED, number, thread=number, b=trace.intern(f"request {number}"))
        trace.append(Kind.THREAD_ENDED, number, thread=number)
        state = fold.apply(state, first, trace.rows(first, trace.head))
    assert len(state.threads.texts) <= 1
