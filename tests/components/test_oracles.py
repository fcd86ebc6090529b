"""Replacement against two libraries that others trust: the same hits, access by access, on the same reference strings.

The strings are those of `patterns`, and the pages that each workload refers to. cachetools has LRU and FIFO,
libcachesim LRU, FIFO and CLOCK; MRU, which both have given up, is a few lines here.
"""

from __future__ import annotations

import random
from collections import OrderedDict
from collections.abc import Callable, Iterable
from functools import cache
from itertools import islice
from typing import Any

import pytest
from cachetools import FIFOCache, LRUCache

from model.components.fcm_replicated import ReplicatedFileCache
from model.components.fcm_sequential import SequentialFileCache
from model.components.fcm_single import SingleFileCache
from model.components.pager_fifo import FifoPager
from model.components.pager_lru import LruPager
from model.engine.component import Component
from model.workloads.patterns import PATTERNS
from model.workloads.postmark_script import Act, Plan
from model.workloads.sdet import Script, Sdet
from model.wrappers.profiler import Ghosts
from tests.fake_surroundings import Built, FakeSurroundings

FRAMES = 24
LENGTH = 1_200
PAGE_BYTES = 4_096


# ---- the reference strings


def pages_of_pattern(name: str) -> list[int]:
    return list(islice(PATTERNS[name](random.Random(7), 60), LENGTH))


def pages_of_postmark() -> list[int]:
    """Each operation's pages: a file's are its own, up to four of them."""
    pages = []
    for step in Plan(40, 600, 128, 16_000).steps():
        if step.act is not Act.DELETE:
            first, end = step.begin // PAGE_BYTES, -(-(step.begin + step.size) // PAGE_BYTES)
            pages += [step.file * 4 + index for index in range(first, end)]
    return pages[:LENGTH]


def pages_of_sdet() -> list[int]:
    """The faults of one loop, by text and page."""
    settings: Any = {"files": False}
    surroundings: Any = FakeSurroundings()
    references: Any = {"text 1": object(), "text 2": object(), "text 3": object(), "processes": object()}
    sdet = Sdet(surroundings, 1, references, settings, "sdet")
    script = Script(sdet, 0, random.Random(3))
    places = {id(text): place for place, text in enumerate(sdet.texts)}
    return [64 * places[id(script.text(sdet.texts))] + script.page() for _ in range(LENGTH)]


def pages_of_streams() -> list[int]:
    """Three streams in turn, and a program that comes back to its few pages in between."""
    stream = random.Random(5)
    pages = []
    for place in range(LENGTH // 4):
        pages += [10_000 + place, 20_000 + place, 30_000 + place, stream.randrange(10)]
    return pages


STRINGS: dict[str, Callable[[], list[int]]] = {
    **{name: (lambda name=name: pages_of_pattern(name)) for name in PATTERNS},  # type: ignore[misc]
    "postmark": pages_of_postmark,
    "sdet": pages_of_sdet,
    "streams": pages_of_streams,
}


@cache
def pages_of(name: str) -> tuple[int, ...]:
    pages = tuple(STRINGS[name]())
    assert len(pages) >= LENGTH // 2
    return pages


# ---- what is tested: access by access, whether it was a hit


def hits_of_cache(made: type[Component], pages: Iterable[int], *, written: bool = False) -> list[bool]:
    component: Any = Built(FakeSurroundings(), made, frames=FRAMES).component
    hits = []
    for number, page in enumerate(pages):
        before = component.state.misses
        if written:
            component.write_page(page, number)
        else:
            component.read_page(page)
        hits.append(component.state.misses == before)
    return hits


def hits_of_pager(made: type[Component], pages: Iterable[int]) -> list[bool]:
    built: Any = Built(FakeSurroundings(), made, buffers=FRAMES, device="disk")
    transfers = built.surroundings.device("disk").transfers
    hits = []
    for page in pages:
        before = len(transfers)
        built.component.fetch(17, page)
        hits.append(len(transfers) == before)
    return hits


def hits_of_ghosts(pages: Iterable[int], *, by_use: bool) -> list[bool]:
    ghosts = Ghosts(FRAMES, by_use=by_use)
    return [ghosts.hit(page) for page in pages]


# ---- the oracles


def lru_of_cachetools(pages: Iterable[int]) -> list[bool]:
    known: LRUCache[int, bool] = LRUCache(FRAMES)
    hits = []
    for page in pages:
        hits.append(known.get(page) is not None)
        known[page] = True
    return hits


def fifo_of_cachetools(pages: Iterable[int]) -> list[bool]:
    known: FIFOCache[int, bool] = FIFOCache(FRAMES)
    hits = []
    for page in pages:
        hits.append(page in known)
        known.setdefault(page, True)
    return hits


def mru_by_hand(pages: Iterable[int]) -> list[bool]:
    known: OrderedDict[int, None] = OrderedDict()
    hits = []
    for page in pages:
        hits.append(page in known)
        if page not in known and len(known) >= FRAMES:
            known.popitem()
        known[page] = None
        known.move_to_end(page)
    return hits


def of_libcachesim(kind: str, pages: Iterable[int]) -> list[bool]:
    libcachesim = pytest.importorskip("libcachesim", reason="it has no build for this platform")
    known = getattr(libcachesim, kind)(FRAMES)
    hits = []
    for number, page in enumerate(pages):
        request = libcachesim.Request()
        request.obj_id, request.obj_size, request.clock_time = page + 1, 1, number
        hits.append(bool(known.get(request)))
    return hits


every_string = pytest.mark.parametrize("string", STRINGS)


@every_string
def test_single_cache_manager_hits_as_lru(string: str) -> None:
    pages = pages_of(string)
    hits = hits_of_cache(SingleFileCache, pages)
    assert hits == lru_of_cachetools(pages)
    assert hits == hits_of_cache(SingleFileCache, pages, written=True)
    assert hits == of_libcachesim("LRU", pages)


@every_string
def test_lru_page_manager_hits_as_lru(string: str) -> None:
    pages = pages_of(string)
    hits = hits_of_pager(LruPager, pages)
    assert hits == lru_of_cachetools(pages) == hits_of_ghosts(pages, by_use=True)
    assert hits == of_libcachesim("LRU", pages)


@every_string
def test_fifo_page_manager_hits_as_fifo(string: str) -> None:
    pages = pages_of(string)
    hits = hits_of_pager(FifoPager, pages)
    assert hits == fifo_of_cachetools(pages) == hits_of_ghosts(pages, by_use=False)
    assert hits == of_libcachesim("FIFO", pages)


@every_string
def test_sequential_cache_manager_hits_as_mru(string: str) -> None:
    pages = pages_of(string)
    assert hits_of_cache(SequentialFileCache, pages) == mru_by_hand(pages)


@every_string
def test_replicated_cache_manager_hits_as_clock(string: str) -> None:
    """A page in a table is one with its mark. Written pages come in without, as in CLOCK; read ones with it."""
    pages = pages_of(string)
    assert hits_of_marks(pages) == of_libcachesim("Clock", pages) == clock_by_hand(pages, marked=False)
    assert hits_of_cache(ReplicatedFileCache, pages) == clock_by_hand(pages, marked=True)


def hits_of_marks(pages: Iterable[int]) -> list[bool]:
    """Pages that are not there are written, the others are read, which brings them into the table."""
    component: Any = Built(FakeSurroundings(), ReplicatedFileCache, frames=FRAMES).component
    hits = []
    for page in pages:
        hits.append(page in component.state.pages)
        if hits[-1]:
            component.read_page(page)
        else:
            component.write_page(page, 1)
    return hits


def clock_by_hand(pages: Iterable[int], *, marked: bool) -> list[bool]:
    """Second chance; `marked` says whether a page that comes in has one from the start."""
    marks: OrderedDict[int, bool] = OrderedDict()
    hits = []
    for page in pages:
        hits.append(page in marks)
        if page not in marks and len(marks) >= FRAMES:
            while next(iter(marks.values())):
                first = next(iter(marks))
                marks.move_to_end(first)
                marks[first] = False
            marks.popitem(last=False)
        marks[page] = page in marks or marked
    return hits


def test_strings_tell_the_policies_apart() -> None:
    """Otherwise one policy would pass for another."""
    policies = (lru_of_cachetools, fifo_of_cachetools, mru_by_hand)
    told = {name: len({tuple(each(pages_of(name))) for each in policies}) for name in STRINGS}
    assert {name for name, found in told.items() if found == 3} == {"random", "zipf", "postmark", "sdet", "streams"}
    assert told["sequential"] == 1, "a stream never comes back: all miss always"
