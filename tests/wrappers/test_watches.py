"""Wrappers that decide: what they take for a reason, what they ask for, and how often."""

from __future__ import annotations

from typing import Any

import pytest
from cachetools import FIFOCache, LRUCache
from hypothesis import given
from hypothesis import strategies as st

from model.components.suits import (
    MANY_PROCESSORS,
    MANY_USERS,
    ONE_PROCESSOR,
    ONE_USER,
    PASSING_THROUGH,
    RECENT_USE,
    SMALL_FILES,
    STREAMS,
)
from model.wrappers.contention_watch import ContentionWatch
from model.wrappers.parallel_calls import ParallelCalls
from model.wrappers.profiler import Ghosts, Profiler
from model.wrappers.sequential_watch import SequentialWatch
from model.wrappers.sharing_watch import SharingWatch
from model.wrappers.size_watch import SizeWatch
from tests.fake_surroundings import FakeSurroundings


class Granted:
    """A petition that is granted at once, and remembers what was asked."""

    def __init__(self, serves: str, *, refuses: bool = False) -> None:
        self.serves = serves
        self.refuses = refuses
        self.asked: list[str] = []
        self.whys: list[str] = []

    def suits(self) -> str:
        return self.serves

    def swap(self, suits: str, why: str) -> bool:
        return self._ask(suits, why)

    def renew(self, why: str) -> bool:
        return self._ask("the same", why)

    def leave(self, why: str) -> bool:
        return self._ask("to leave", why)

    def _ask(self, what: str, why: str) -> bool:
        self.asked.append(what)
        self.whys.append(why)
        if not self.refuses and what not in ("the same", "to leave"):
            self.serves = what
        return not self.refuses


def watch(made: Any, serves: str, **settings: Any) -> tuple[Any, Granted]:
    wrapper = made(FakeSurroundings(), identity=5, rest_ns=0, **settings)
    wrapper.petition = Granted(serves)
    return wrapper, wrapper.petition


def overlap(wrapper: Any, processors: int) -> None:
    """One call on each of so many processors, all inside at once."""
    states = []
    for number in range(processors):
        with wrapper.surroundings.on(number):
            states.append(wrapper.precall("read_page", (1,)))
    for state in states:
        wrapper.postcall("read_page", state, 0, None)


def alone(wrapper: Any, calls: int) -> None:
    for _ in range(calls):
        wrapper.postcall("read_page", wrapper.precall("read_page", (1,)), 0, None)


# ---- contention


def test_calls_of_two_processors_at_once_ask_for_a_component_for_many() -> None:
    wrapper, petition = watch(ContentionWatch, ONE_PROCESSOR, look_every=1, meetings=3)
    for _ in range(3):
        overlap(wrapper, 2)
    assert petition.asked == [MANY_PROCESSORS]
    assert petition.whys == ["a component for many processors, because calls of 2 processors were in it at once"]


def test_calls_of_one_processor_are_no_contention_however_many() -> None:
    wrapper, petition = watch(ContentionWatch, ONE_PROCESSOR, look_every=1, meetings=1)
    states = [wrapper.precall("add", ()) for _ in range(9)]
    for state in states:
        wrapper.postcall("add", state, None, None)
    alone(wrapper, 100)
    assert petition.asked == []


def test_calm_brings_the_component_for_one_processor_back() -> None:
    wrapper, petition = watch(ContentionWatch, MANY_PROCESSORS, look_every=2, calm_looks=5)
    alone(wrapper, 10)
    before = list(petition.asked)
    alone(wrapper, 2)
    assert (before, petition.asked) == ([], [ONE_PROCESSOR])


def test_a_meeting_in_between_begins_the_calm_anew() -> None:
    wrapper, petition = watch(ContentionWatch, MANY_PROCESSORS, look_every=1, calm_looks=5, meetings=100)
    for _ in range(4):
        alone(wrapper, 4)
        overlap(wrapper, 2)
    assert petition.asked == []


def test_meetings_that_are_far_apart_do_not_add_up() -> None:
    wrapper, petition = watch(ContentionWatch, ONE_PROCESSOR, look_every=1, calm_looks=5, meetings=2)
    for _ in range(6):
        alone(wrapper, 12)
        overlap(wrapper, 2)
    assert petition.asked == []


def test_watch_rests_between_two_questions() -> None:
    wrapper, petition = watch(ContentionWatch, ONE_PROCESSOR, look_every=1, meetings=1, renews=True)
    wrapper.rest_ns = 1_000
    for _ in range(5):
        overlap(wrapper, 2)
    wrapper.surroundings.now_ns += 1_000
    overlap(wrapper, 2)
    assert petition.asked == ["the same", "the same"]


def test_refused_question_is_asked_again_without_rest() -> None:
    wrapper, petition = watch(ContentionWatch, ONE_PROCESSOR, look_every=1, meetings=1)
    wrapper.rest_ns, petition.refuses = 10**9, True
    overlap(wrapper, 2)
    overlap(wrapper, 2)
    assert petition.asked == [MANY_PROCESSORS] * 2


def test_watch_that_is_not_to_stay_leaves_once_its_wish_came_true() -> None:
    wrapper, petition = watch(ContentionWatch, ONE_PROCESSOR, look_every=1, meetings=1, stays=False)
    overlap(wrapper, 2)
    overlap(wrapper, 2)
    assert petition.asked == [MANY_PROCESSORS, "to leave"]


def test_watch_before_nothing_asks_nobody() -> None:
    wrapper = ContentionWatch(FakeSurroundings(), look_every=1, meetings=1)
    overlap(wrapper, 4)
    assert wrapper.asked == 0


# ---- sequence


def read(wrapper: Any, pages: Any) -> None:
    for page in pages:
        wrapper.precall("read_page", (page,))


def test_more_than_twenty_pages_in_sequence_are_a_stream() -> None:
    wrapper, petition = watch(SequentialWatch, ONE_PROCESSOR)
    read(wrapper, range(100, 120))
    before = list(petition.asked)
    read(wrapper, [120])
    assert (before, petition.asked) == ([], [STREAMS])


def test_page_that_is_read_again_and_again_is_no_stray() -> None:
    wrapper, petition = watch(SequentialWatch, ONE_PROCESSOR)
    read(wrapper, [page for page in range(21) for _ in range(8)])
    assert petition.asked == [STREAMS]


def test_more_than_ten_strays_bring_back_what_was_there() -> None:
    wrapper, petition = watch(SequentialWatch, MANY_PROCESSORS)
    read(wrapper, range(21))
    read(wrapper, [7 * number for number in range(10, 20)])
    before = list(petition.asked)
    read(wrapper, [3])
    assert (before, petition.asked) == ([STREAMS], [STREAMS, MANY_PROCESSORS])


def test_another_long_sequence_forgives_the_strays_before_it() -> None:
    wrapper, petition = watch(SequentialWatch, ONE_PROCESSOR)
    for begin in range(0, 8_000, 400):
        read(wrapper, range(begin, begin + 30))
    assert petition.asked == [STREAMS]


# ---- Figure 1


@given(st.lists(st.integers(0, 9), max_size=80))
def test_ghosts_hit_where_the_caches_would(pages: list[int]) -> None:
    recent: LRUCache[int, int] = LRUCache(4)
    arrival: FIFOCache[int, int] = FIFOCache(4)
    by_use, by_arrival = Ghosts(4, by_use=True), Ghosts(4, by_use=False)
    for page in pages:
        assert by_use.hit(page) == (recent.get(page) is not None)
        assert by_arrival.hit(page) == (page in arrival)
        recent[page] = page + 1
        arrival.setdefault(page, page)


def fetch(wrapper: Any, pages: Any) -> None:
    for page in pages:
        wrapper.precall("fetch", (17, page))


def test_pages_that_pass_through_ask_for_fifo_and_pages_used_again_for_lru() -> None:
    wrapper, petition = watch(Profiler, RECENT_USE, buffers=8, window=40)
    fetch(wrapper, [page for number in range(200) for page in ((number, number - 6) if number > 5 else (number,))])
    after_passing = list(petition.asked)
    often = [0, 1, 2, 3, 4, 5]
    fetch(wrapper, [page for number in range(400) for page in (*often, 1_000 + number)])
    assert (after_passing, petition.asked) == ([PASSING_THROUGH], [PASSING_THROUGH, RECENT_USE])


def test_profiler_leaves_what_serves_as_well() -> None:
    wrapper, petition = watch(Profiler, RECENT_USE, buffers=8, window=40)
    fetch(wrapper, range(400))
    assert petition.asked == []


# ---- probe


def test_parallel_calls_knows_how_many_were_inside() -> None:
    surroundings = FakeSurroundings()
    probe = ParallelCalls(surroundings, identity=5, report_every=1)
    for _ in range(3):
        probe.precall("add", ())
    for _ in range(3):
        probe.postcall("add", None, None, ValueError())
    probe.precall("add", ())
    told = {figure: value for (_, figure), value in surroundings.figures.items()}
    assert told == {
        "calls": 4, "calls that met others": 2, "most calls in parallel": 3, "mean calls in parallel, hundredths": 175,
    }  # fmt: skip


@pytest.mark.parametrize("made", [ContentionWatch, SequentialWatch, Profiler], ids=lambda made: made.name)
def test_says_how_often_it_asked(made: Any) -> None:
    wrapper, _ = watch(made, "")
    wrapper.ask(MANY_PROCESSORS, "it was told to")
    assert wrapper.surroundings.figures == {(5, "asked"): 1}


# ---- sessions


def called(wrapper: Any, method: str, *arguments: int, result: Any = None, error: BaseException | None = None) -> None:
    wrapper.postcall(method, wrapper.precall(method, arguments), result, error)


def test_second_user_asks_for_a_shared_session_before_it_is_served() -> None:
    wrapper, petition = watch(SharingWatch, ONE_USER)
    called(wrapper, "open", 5, 1)
    before = list(petition.asked)
    wrapper.precall("open", (5, 2))
    assert (before, petition.asked) == ([], [MANY_USERS])


def test_one_user_who_opens_twice_shares_with_nobody() -> None:
    wrapper, petition = watch(SharingWatch, ONE_USER)
    for _ in range(3):
        called(wrapper, "open", 5, 1)
    assert petition.asked == []


def test_exclusive_session_comes_back_when_one_user_is_left() -> None:
    wrapper, petition = watch(SharingWatch, ONE_USER)
    for user in (1, 2):
        called(wrapper, "open", 5, user)
    called(wrapper, "close", 2)
    called(wrapper, "read", 100)
    assert petition.asked == [MANY_USERS, ONE_USER]


def test_user_whose_open_or_close_failed_is_counted_as_it_was() -> None:
    wrapper, petition = watch(SharingWatch, ONE_USER, comes_back=False)
    called(wrapper, "open", 5, 1)
    called(wrapper, "close", 1, error=ValueError())
    assert wrapper.users == {1: 1}
    petition.refuses = True
    called(wrapper, "open", 5, 2, error=ValueError())
    assert wrapper.users == {1: 1}


def test_question_that_came_during_a_transition_is_asked_again_at_the_next_call() -> None:
    wrapper, petition = watch(SharingWatch, ONE_USER)
    petition.refuses = True
    for user in (1, 2):
        called(wrapper, "open", 5, user)
    petition.refuses = False
    called(wrapper, "write", 10, 3)
    assert petition.asked == [MANY_USERS, MANY_USERS]


def used_file(wrapper: Any, length: int, *writes: int) -> None:
    called(wrapper, "open", 5, 1, result=length)
    called(wrapper, "seek", length)
    for size in writes:
        called(wrapper, "write", size, 7)
    called(wrapper, "close", 1)


def test_small_files_ask_for_the_session_that_holds_them() -> None:
    wrapper, petition = watch(SizeWatch, ONE_USER)
    used_file(wrapper, 9_000)
    for _ in range(2):
        used_file(wrapper, 1_000, 500)
    before = list(petition.asked)
    used_file(wrapper, 0, 3_072)
    assert (before, petition.asked) == ([], [SMALL_FILES])


def test_files_that_grow_beyond_the_limit_bring_the_exclusive_session_back() -> None:
    wrapper, petition = watch(SizeWatch, SMALL_FILES)
    for _ in range(4):
        used_file(wrapper, 3_000, 50, 50)
    assert petition.asked == [ONE_USER]


def test_shared_session_is_left_alone() -> None:
    wrapper, petition = watch(SizeWatch, MANY_USERS)
    for _ in range(8):
        used_file(wrapper, 10)
    assert petition.asked == []
