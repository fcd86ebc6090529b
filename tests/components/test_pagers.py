"""Pagers: what was written back is fetched; which buffer goes is all in which they differ."""

from __future__ import annotations

from typing import Any

import pytest
from cachetools import FIFOCache, LRUCache
from hypothesis import given
from hypothesis import strategies as st

import model.components.pager_lru
from model.components.pager_fifo import FifoPager
from model.components.pager_lru import LruPager
from model.engine.component import Component
from tests.fake_surroundings import Built, FakeSurroundings

PAGERS = [LruPager, FifoPager]
FETCHES = st.lists(st.integers(0, 9), max_size=60)


@pytest.fixture(params=PAGERS, ids=lambda made: made.name)
def built(request: pytest.FixtureRequest) -> Built:
    return Built(FakeSurroundings(), request.param, buffers=2)


def test_files_do_not_share_pages(built: Built) -> None:
    built.component.write_back(17, 0, 170)
    built.component.write_back(3, 0, 30)
    assert [built.component.fetch(file, 0) for file in (17, 3, 4)] == [170, 30, 0]


@pytest.mark.parametrize("count", [2, 1_000], ids=["few", "more than are stored"])
def test_discarded_pages_read_as_nothing(built: Built, count: int) -> None:
    for index in range(4):
        built.component.write_back(17, index, 7)
    built.component.discard(17, 1, count)
    assert [built.component.fetch(17, index) for index in (0, 1, 2)] == [7, 0, 0]


def test_page_too_many_is_refused_by_name(built: Built, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model.components.pager_lru, "STORED_PAGES", 1)
    built.component.write_back(17, 0, 7)
    built.component.write_back(17, 0, 8)
    with pytest.raises(MemoryError, match="no room for page 1 of file 17"):
        built.component.write_back(17, 1, 7)
    assert built.surroundings.held_locks() == []


def test_pager_without_buffers_asks_the_device_each_time() -> None:
    built = Built(FakeSurroundings(), LruPager, buffers=0)
    for _ in range(3):
        built.component.fetch(17, 0)
    assert built.surroundings.now_ns == 3 * (8_000 + 1_000)


def hits_of(implementation: type[Component], pages: list[int]) -> list[bool]:
    """Access by access, whether the device was spared."""
    built: Any = Built(FakeSurroundings(), implementation, buffers=4)
    hits = []
    for page in pages:
        before = built.surroundings.now_ns
        built.component.fetch(17, page)
        hits.append(built.surroundings.now_ns - before == 1_000)
    return hits


@given(FETCHES)
def test_lru_hits_where_least_recently_used_does(pages: list[int]) -> None:
    oracle: LRUCache[int, int] = LRUCache(4)
    expected = []
    for page in pages:
        expected.append(oracle.get(page) is not None)
        oracle[page] = page
    assert hits_of(LruPager, pages) == expected


@given(FETCHES)
def test_fifo_hits_where_first_in_first_out_does(pages: list[int]) -> None:
    oracle: FIFOCache[int, int] = FIFOCache(4)
    expected = []
    for page in pages:
        expected.append(page in oracle)
        if page not in oracle:
            oracle[page] = page
    assert hits_of(FifoPager, pages) == expected
