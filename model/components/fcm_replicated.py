"""The replicated file cache manager: a representative on each processor (paper §6.3, "designed to scale well").

A master copy has every resident page. Each processor has a table of the pages that it found there, with its own lock:

    cpu 0 { 4, 7 }   cpu 1 { 7 }   cpu 2 { }   cpu 3 { 4 }        tables: reads are served here, no shared line
    master { 4: value, dirty   7: value   9: value ... }          one lock: first reads, writes, replacement

A write first takes the page out of every table that has it and then changes the master: a reader that finds the page
has the old value before the write, one that does not waits for the new one, and nobody sees the new value and then the
old. Reads leave no mark in the master, so replacement gives a second chance instead of keeping an order of use: a page
that tables hold loses those copies and goes to the end, one that no table wants goes.

A representative, the table and what belongs to it, is made when its processor first uses the file, as clustered objects
are in K42.

Limits: the cost that the paper names is kept: more memory, and a longer way for writes and for first reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from model.components.charges import Charge, Purse
from model.components.fcm import CANONICAL_PAGES, PAGE_BYTES, PROCESSOR_TABLES, check_pages
from model.components.paged_file import COMMON, FILE_BYTES, PAGE_DESCRIPTOR, FileState, Page, PagedFile
from model.components.suits import MANY_PROCESSORS
from model.engine.component import Package
from model.engine.translation import Reference
from model.machine.surroundings import Lock, Surroundings
from model.protocols import CANONICAL

ENTRY = 96
"""Bytes of a page's entry in a table, with its lock."""

CHARGES: Final[dict[str, Charge]] = {
    **COMMON,
    # The root is padded to whole lines and has a directory beside the page list; a page has a lock of its own there.
    "begin": Charge(
        cycles=5_200, writes=("header", "segments", "directory", "buckets"), allocates=(FILE_BYTES, 512, 256, 128)
    ),
    "dissolve": Charge(cycles=4_400, writes=("header", "directory"), frees=(FILE_BYTES, 512, 256, 128)),
    "new page": Charge(allocates=(PAGE_DESCRIPTOR, ENTRY)),
    "gone page": Charge(frees=(PAGE_DESCRIPTOR, ENTRY)),
    "insert": Charge(cycles=900, writes=("buckets", "directory")),
    "drop": Charge(cycles=700, writes=("buckets", "directory")),
    # On a processor's first read of a page, under the master's lock: look up, lock the entry, copy it.
    "first": Charge(cycles=700, reads=("directory",), writes=("buckets",)),
}
"""Beside what all pay, what it costs to keep a master for all processors."""

LOCAL: Final[dict[str, Charge]] = {
    "begin": Charge(cycles=3_600, writes=("header",), allocates=(384, 256, 128)),
    "dissolve": Charge(cycles=2_800, writes=("header",), frees=(384, 256, 128)),
    # In and out of the count of requests, a bucket and an entry with its lock: nothing that another processor touches.
    "hit": Charge(cycles=960, atomics=("requests", "requests"), writes=("entries",)),
    "new entry": Charge(allocates=(ENTRY,)),
    "no entry": Charge(frees=(ENTRY,)),
    "enter": Charge(cycles=350, writes=("buckets", "entries")),
    "revoke": Charge(cycles=350, writes=("buckets", "entries"), frees=(ENTRY,)),
}
"""What a representative pays; its lines are its own."""


@dataclass(slots=True)
class Representative:
    """One processor's part: the pages that were read there, under a lock of its own."""

    table: dict[int, int]
    lock: Lock
    purse: Purse
    hits: int = 0


@dataclass(frozen=True, slots=True)
class TabledFile:
    """The state of a replicated file cache by reference: the master's, and by processor a table and a count of hits."""

    master: FileState
    tables: dict[int, dict[int, int]]
    hits: dict[int, int]


class ReplicatedFileCache(PagedFile):
    """Per-processor tables over a master copy; reads meet no other processor once the page is in the table.

    A hit takes 960 cycles and touches no line of another processor, on any number of them at once; a first read is a
    hit of the master besides; a write takes the page out of each table that holds it.
    """

    name = "fcm_replicated"
    title = "FCM, replicated"
    summary = "A table on each processor over a master copy; reads of a shared file do not wait for each other."
    suits = MANY_PROCESSORS
    transfer_protocols = frozenset({PROCESSOR_TABLES, CANONICAL_PAGES, CANONICAL})
    charges = CHARGES

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.representatives: dict[int, Representative] = {}
        self._locks: dict[int, Lock] = {}

    def map_page(self, index: int) -> int:
        check_pages(index)
        here = self._here()
        value = self._find_in(here, index)
        if value is None:
            value = self._first_read(index, here)
        self._tell_now_and_then()
        return value

    def dissolve(self) -> int:
        dropped = super().dissolve()
        for representative in self.representatives.values():
            representative.purse.pay("dissolve")
        self.representatives = {}
        return dropped

    def package(self, bit: int) -> Package:
        if bit == PROCESSOR_TABLES:
            known = self.representatives.items()
            tables = {number: each.table for number, each in known}
            return Package(TabledFile(self.state, tables, {number: each.hits for number, each in known}), 0)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit != PROCESSOR_TABLES:
            super().unpackage(bit, package)
            return
        tabled = package.state
        if not isinstance(tabled, TabledFile):
            raise TypeError(f"per-processor tables come in a TabledFile, not a {type(tabled).__name__}")
        for number, table in sorted(tabled.tables.items()):
            representative = self._representative(number, table)
            representative.purse.hold(len(table) * ENTRY)
            representative.hits = tabled.hits[number]
        self._take(tabled.master)

    # ---- representatives

    def _here(self) -> Representative:
        """This processor's representative; the first use makes it."""
        here = self.surroundings.current.processor
        return self.representatives.get(here) or self._representative(here, {})

    def _representative(self, number: int, table: dict[int, int]) -> Representative:
        # Its lock outlives it: a cache manager that serves one file after another would name new ones without end.
        lock = self._locks.get(number)
        if lock is None:
            lock = self.surroundings.lock(f"lock of the table on cpu {number}", self.identity)
            lock = self._locks.setdefault(number, lock)
        purse = Purse(self.surroundings, LOCAL, self.identity)
        purse.pay("begin")
        # Two threads of one processor may both have come this far; the second finds the first one's.
        return self.representatives.setdefault(number, Representative(table, lock, purse))

    def _find_in(self, here: Representative, index: int) -> int | None:
        with here.lock:
            here.purse.pay("hit")
            value = here.table.get(index)
            if value is not None:
                here.hits += 1
            return value

    def _first_read(self, index: int, here: Representative) -> int:
        """The page's value, now in this processor's table too."""
        here.purse.pay("new entry")
        value = self._copy_from_master(index, here)
        if value is None:
            page = self._bring(index)
            value = self._copy_from_master(index, here)
            if value is None:
                # Gone again before it was copied, as frames are short; what it held was the latest then.
                here.purse.pay("no entry")
                value = page.value
        return value

    def _find(self, index: int) -> Page | None:
        with self.page_list:
            self.purse.pay("find")
            return self.state.pages.get(index)

    def _copy_from_master(self, index: int, here: Representative) -> int | None:
        with self.page_list:
            self.purse.pay("find")
            page = self.state.pages.get(index)
            if page is None:
                return None
            self.purse.pay("map")
            self.purse.pay("first")
            self._use(index, page)
            self.state.hits += 1
            # Under the master's lock: a write may not come between the copy and its entry in the table.
            with here.lock:
                here.purse.pay("enter")
                if index in here.table:
                    here.purse.pay("no entry")
                here.table[index] = page.value
            return page.value

    def _forget(self, index: int) -> None:
        for representative in self._holders(index):
            with representative.lock:
                representative.purse.pay("revoke")
                del representative.table[index]

    def _holders(self, index: int) -> list[Representative]:
        return [each for _, each in sorted(self.representatives.items()) if index in each.table]

    def _choose_victim(self) -> int:
        """The first page that no table holds; those before it lose their copies and go to the end."""
        pages = self.state.pages
        for _ in range(len(pages)):
            index = next(iter(pages))
            if not self._holders(index):
                return index
            self._forget(index)
            pages.move_to_end(index)
        # Every page had its chance, and the first of them is without copies now: its lock was ours all the time.
        return next(iter(pages))

    def _hits(self) -> int:
        return self.state.hits + sum(each.hits for each in self.representatives.values())

    def _figures(self) -> dict[str, int]:
        figures = super()._figures()
        figures["representatives"] = len(self.representatives)
        for number, each in sorted(self.representatives.items()):
            figures[f"pages on cpu {number}"] = len(each.table)
        held = sum(len(each.table) for each in self.representatives.values())
        figures["bytes"] = len(self.state.pages) * PAGE_BYTES + held * ENTRY
        return figures
