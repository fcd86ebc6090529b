"""Patterns of pages: each is of its kind, phases follow each other, and a loop refers to what it says."""

from __future__ import annotations

import random
from itertools import islice
from typing import Any

import pytest

from model.components.fcm_single import SingleFileCache
from model.components.pager_lru import LruPager
from model.workloads.pattern import Pattern, phases_of
from model.workloads.patterns import LAG, PATTERNS
from tests.fake_surroundings import Built, FakeSurroundings


def pages(name: str, length: int = 400) -> list[int]:
    return list(islice(PATTERNS[name](random.Random(1), 16), length))


def test_patterns_are_of_their_kind() -> None:
    assert pages("sequential", 5) == [0, 1, 2, 3, 4]
    assert pages("looping", 20) == [*range(16), 0, 1, 2, 3]
    assert set(pages("random")) == set(range(16)) == set(pages("zipf"))


def test_zipf_refers_to_the_first_page_most() -> None:
    drawn = pages("zipf", 4_000)
    shares = [drawn.count(page) for page in range(16)]
    assert shares.index(max(shares)) == 0
    assert 1.5 < shares[0] / shares[1] < 2.5


def test_passing_refers_to_each_page_twice_with_the_same_lag() -> None:
    drawn = pages("passing", 2_000)
    assert all(drawn.count(page) == 2 for page in range(600))
    places = [[place for place, page in enumerate(drawn) if page == wanted] for wanted in (50, 51)]
    assert places[0][1] - places[0][0] == places[1][1] - places[1][0] == 2 * LAG + 1


def built(implementation: Any, key: str, **settings: Any) -> tuple[Built, Pattern]:
    made = Built(FakeSurroundings(), implementation)
    references: Any = {key: made.own}
    return made, Pattern(made.surroundings, 1, references, settings, "pattern")


def test_phases_follow_each_other_and_go_on_where_they_stopped() -> None:
    _, load = built(SingleFileCache, "cache", phases="sequential:3 looping:2", pages=2)
    assert list(islice(load.pages_of(random.Random(1)), 10)) == [0, 1, 2, 0, 1, 3, 4, 5, 0, 1]


@pytest.mark.parametrize(("implementation", "key"), [(SingleFileCache, "cache"), (LruPager, "pager")])
def test_loop_refers_as_often_as_asked(implementation: Any, key: str) -> None:
    made, load = built(implementation, key, phases="sequential", calls=12, loops=2, stride=100)
    load.start()
    made.surroundings.run_spawned()
    assert (load.issued, load.failed) == (24, 0)
    if key == "cache":
        assert sorted(made.component.state.pages) == [*range(12), *range(100, 112)]


@pytest.mark.parametrize(
    ("phases", "why"),
    [("", "refers to nothing"), ("zigzag:3", "no pattern 'zigzag'"), ("zipf:0", "from 1"), ("zipf:x", "whole number")],
)
def test_phases_that_cannot_be_are_refused(phases: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        phases_of(phases)


def test_pattern_needs_one_component() -> None:
    with pytest.raises(ValueError, match="needs one component"):
        Pattern(FakeSurroundings(), 1, {}, {}, "pattern")  # type: ignore[arg-type]
