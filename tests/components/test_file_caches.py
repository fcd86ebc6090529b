"""File cache managers: what clients see is one file, whichever keeps it; what differs is replacement and cost."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
from cachetools import LRUCache
from hypothesis import given
from hypothesis import strategies as st

from model.components.fcm import CANONICAL_PAGES, FILE_PAGES, PAGE_BYTES
from model.components.fcm_replicated import ReplicatedFileCache
from model.components.fcm_sequential import SequentialFileCache
from model.components.fcm_single import SingleFileCache
from model.components.file_state import COMMON
from model.components.recursive import TreeWalkFileCache
from model.engine.component import Component
from tests.fake_surroundings import Built, FakeSurroundings

CACHES = [SingleFileCache, ReplicatedFileCache, SequentialFileCache, TreeWalkFileCache]


@pytest.fixture(params=CACHES, ids=lambda made: made.name)
def built(request: pytest.FixtureRequest) -> Built:
    return Built(FakeSurroundings(), request.param, frames=4, file=17)


class PagerFails(Exception):
    pass


class FailingPager:
    """Raises in everything that it is asked."""

    def fetch(self, file: int, index: int) -> int:
        raise PagerFails

    def write_back(self, file: int, index: int, value: int) -> None:
        raise PagerFails


def test_page_never_written_reads_as_nothing(built: Built) -> None:
    assert built.component.read_page(3) == 0


def test_written_pages_are_read_back_though_most_had_to_leave(built: Built) -> None:
    for index in range(20):
        built.component.write_page(index, 100 + index)
    assert [built.component.read_page(index) for index in range(20)] == list(range(100, 120))


def test_no_more_pages_than_frames_are_resident(built: Built) -> None:
    for index in range(20):
        with built.surroundings.on(index % 4):
            built.component.write_page(index, 1)
            built.component.read_page(index // 2)
    assert built.component.resident() == 4


def test_file_grows_by_writes_and_shrinks_by_truncation(built: Built) -> None:
    built.component.write_page(5, 1)
    grown = built.component.length()
    built.component.truncate(PAGE_BYTES + 1)
    assert (grown, built.component.length()) == (6 * PAGE_BYTES, PAGE_BYTES + 1)


def test_pages_beyond_a_truncation_read_as_nothing_even_if_they_had_been_written_back(built: Built) -> None:
    for index in range(6):
        built.component.write_page(index, 7)
    built.component.flush()
    built.component.truncate(PAGE_BYTES + 1)
    assert [built.component.read_page(index) for index in range(6)] == [7, 7, 0, 0, 0, 0]


def test_discarded_pages_read_as_nothing_and_keep_the_length(built: Built) -> None:
    for index in range(6):
        built.component.write_page(index, 7)
    built.component.discard(1, 4)
    assert [built.component.read_page(index) for index in range(6)] == [7, 0, 0, 0, 0, 7]
    assert built.component.length() == 6 * PAGE_BYTES


def test_flush_writes_each_dirty_page_once(built: Built) -> None:
    for index in range(4):
        built.component.write_page(index, 7)
    assert [built.component.flush(1, 2), built.component.flush(), built.component.flush()] == [2, 2, 0]


def test_every_processor_sees_the_latest_write(built: Built) -> None:
    seen = []
    for value in (1, 2, 3):
        for processor in range(4):
            with built.surroundings.on(processor):
                built.component.read_page(0)
        with built.surroundings.on(value):
            built.component.write_page(0, value)
        for processor in range(4):
            with built.surroundings.on(processor):
                seen.append(built.component.read_page(0))
    assert seen == [1] * 4 + [2] * 4 + [3] * 4


def test_page_whose_write_back_fails_stays_dirty_and_resident(built: Built) -> None:
    for index in range(4):
        built.component.write_page(index, 7)
    pager, built.references["pager"].object = built.references["pager"].object, FailingPager()
    with pytest.raises(PagerFails):
        built.component.flush()
    with pytest.raises(PagerFails):
        built.component.read_page(9)
    built.references["pager"].object = pager
    assert (built.component.flush(), built.surroundings.held_locks()) == (4, [])


@pytest.mark.parametrize(("first", "count"), [(-1, 1), (0, -1), (FILE_PAGES, 1), (1, FILE_PAGES)])
def test_pages_that_cannot_exist_are_refused(built: Built, first: int, count: int) -> None:
    with pytest.raises(IndexError, match="outside"):
        built.component.discard(first, count)
    with pytest.raises(IndexError, match="outside"):
        built.component.flush(first, count)


def test_length_that_cannot_be_is_refused(built: Built) -> None:
    with pytest.raises(ValueError, match="-1 bytes"):
        built.component.truncate(-1)


def test_figures_tell_pages_dirty_and_bytes() -> None:
    built = Built(FakeSurroundings(), SingleFileCache, report_every=1)
    for index in range(3):
        built.component.write_page(index, 1)
    built.component.flush(0, 1)
    figures = {figure: value for (_, figure), value in built.surroundings.figures.items() if figure != "stored"}
    assert figures == {"pages": 3, "dirty": 2, "bytes": 3 * PAGE_BYTES}


def test_replicated_tells_how_full_each_representative_is() -> None:
    built = Built(FakeSurroundings(processors=2), ReplicatedFileCache, report_every=1)
    built.component.write_page(0, 1)
    with built.surroundings.on(1):
        built.component.read_page(0)
    identity = built.component.identity
    told = {figure: value for (subject, figure), value in built.surroundings.figures.items() if subject == identity}
    assert told == {
        "pages": 1, "dirty": 1, "bytes": PAGE_BYTES + 96, "representatives": 1, "pages on cpu 1": 1,

    }  # fmt: skip


# ---- replacement

ACCESSES = st.lists(st.tuples(st.booleans(), st.integers(0, 11)), max_size=60)


class MostRecent:
    """The textbook: on a miss with no frame free the page used last goes."""

    def __init__(self, frames: int) -> None:
        self.frames = frames
        self.pages: OrderedDict[int, None] = OrderedDict()

    def use(self, page: int) -> bool:
        hit = page in self.pages
        if not hit and len(self.pages) >= self.frames:
            self.pages.popitem(last=True)
        self.pages[page] = None
        self.pages.move_to_end(page)
        return hit


def hits_of(implementation: type[Component], accesses: list[tuple[bool, int]]) -> list[bool]:
    """Access by access, whether it was a hit."""
    cache: Any = Built(FakeSurroundings(), implementation, frames=5).component
    hits = []
    for write, page in accesses:
        misses = cache.state.misses
        if write:
            cache.write_page(page, 1)
        else:
            cache.read_page(page)
        hits.append(cache.state.misses == misses)
    return hits


@given(ACCESSES)
def test_single_hits_where_least_recently_used_does(accesses: list[tuple[bool, int]]) -> None:
    oracle: LRUCache[int, int] = LRUCache(5)
    expected = []
    for _, page in accesses:
        expected.append(oracle.get(page) is not None)
        oracle[page] = page + 1
    assert hits_of(SingleFileCache, accesses) == expected


@given(ACCESSES)
def test_sequential_hits_where_most_recently_used_does(accesses: list[tuple[bool, int]]) -> None:
    oracle = MostRecent(5)
    assert hits_of(SequentialFileCache, accesses) == [oracle.use(page) for _, page in accesses]


def test_stream_does_not_push_out_what_was_resident() -> None:
    built = Built(FakeSurroundings(), SequentialFileCache, frames=4)
    for index in [*range(4), *range(100, 140)]:
        built.component.read_page(index)
    image = built.component.package(CANONICAL_PAGES).state
    assert [page.number for page in image.pages] == [0, 1, 2, 139]


def test_replicated_gives_pages_in_tables_a_second_chance() -> None:
    built = Built(FakeSurroundings(), ReplicatedFileCache, frames=3)
    built.component.read_page(0)
    for index in (1, 2):
        built.component.write_page(index, 7)
    built.component.read_page(9)
    image = built.component.package(CANONICAL_PAGES).state
    assert [page.number for page in image.pages] == [2, 0, 9]


@given(ACCESSES)
def test_tables_hold_only_what_the_master_holds(accesses: list[tuple[bool, int]]) -> None:
    built = Built(FakeSurroundings(), ReplicatedFileCache, frames=5)
    for number, (write, page) in enumerate(accesses):
        with built.surroundings.on(number % 4):
            if write:
                built.component.write_page(page, number)
            else:
                built.component.read_page(page)
    master = {index: page.value for index, page in built.component.state.pages.items()}
    for representative in built.component.representatives():
        assert representative.table.items() <= master.items()


# ---- cost


def paid(built: Built, method: str, *arguments: int) -> tuple[int, int]:
    """The cycles that a call computed, and how many lines it wrote."""
    surroundings = built.surroundings
    cycles, writes = surroundings.cycles, surroundings.writes
    getattr(built.component, method)(*arguments)
    return surroundings.cycles - cycles, surroundings.writes - writes


def test_cost_of_a_call_is_that_of_the_table_beside_the_class() -> None:
    """Cycles and lines written; locks, allocations and the way to the pager are the machine's."""
    single, replicated = (Built(FakeSurroundings(), made) for made in (SingleFileCache, ReplicatedFileCache))
    for built in (single, replicated):
        built.component.write_page(0, 1)
    assert paid(single, "map_page", 0) == (300 + 400, 1 + 7 + 1)
    assert paid(single, "read_page", 0) == (300 + 400 + 180, 9)
    assert paid(replicated, "map_page", 0)[0] == 3_600 + 960 + 300 + 400 + 700 + 350
    assert paid(replicated, "map_page", 0) == (960, 1)
    assert paid(replicated, "write_page", 0, 2)[0] == 180 + 300 + 400 + 350


def test_no_sort_of_cache_manager_is_dearer_by_a_factor() -> None:
    """Where they do the same they pay the same: what all share is one table."""
    for name in ("find", "map", "copy", "region", "unmap", "adopt", "look"):
        assert ReplicatedFileCache.charges[name] is SingleFileCache.charges[name] is COMMON[name]


def test_tree_walk_calls_itself_for_both_halves() -> None:
    built = Built(FakeSurroundings(), TreeWalkFileCache, leaf_pages=2)
    calls = []
    inner = built.component.flush

    class Listening:
        def flush(self, first: int, count: int) -> int:
            calls.append((first, count))
            return int(inner(first, count))

    built.own.object = Listening()
    for index in range(8):
        built.component.write_page(index, 1)
    assert built.component.flush() == 8
    assert calls == [(0, 4), (0, 2), (2, 2), (4, 4), (4, 2), (6, 2)]
