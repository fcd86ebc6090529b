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
from model.components.file_state import COMMON, FILE_BYTES, PAGE_DESCRIPTOR, FileState, Page
from model.components.paged_file import PagedFile
from model.components.suits import MANY_PROCESSORS
from model.engine.clustered import Clustered, Representative
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


class ProcessorTable(Representative):
    """One processor's part: the pages that were read there, under a lock of its own. Every call goes on to the root,
    which looks here first."""

    size_bytes = 0

    def __init__(self, root: ReplicatedFileCache, processor: int, identity: int) -> None:
        super().__init__(root, processor, identity)
        self.table: dict[int, int] = {}
        self.hits = 0
        self.lock = root.lock_of(processor)
        self.purse = Purse(self.surroundings, LOCAL, root.identity)
        self.purse.pay("begin")

    def unmade(self) -> None:
        self.purse.pay("dissolve")


@dataclass(frozen=True, slots=True)
class TabledFile:
    """The state of a replicated file cache by reference: the master's, and by processor a table and a count of hits."""

    master: FileState
    tables: dict[int, dict[int, int]]
    hits: dict[int, int]


class ReplicatedFileCache(Clustered, PagedFile):
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
    representative = ProcessorTable

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.in_trace = self.report_every > 0
        self._locks: dict[int, Lock] = {}

    def map_page(self, index: int) -> int:
        check_pages(index)
        here: ProcessorTable = self.here()
        value = self._find_in(here, index)
        if value is None:
            value = self._first_read(index, here)
        self._tell_now_and_then()
        return value

    def dissolve(self) -> int:
        dropped = super().dissolve()
        for part in self.representatives():
            part.purse.pay("dissolve")
        self.forget_representatives()
        return dropped

    def package(self, bit: int) -> Package:
        if bit == PROCESSOR_TABLES:
            parts = self.representatives()
            tables = {part.processor: part.table for part in parts}
            return Package(TabledFile(self.state, tables, {part.processor: part.hits for part in parts}), 0)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit != PROCESSOR_TABLES:
            super().unpackage(bit, package)
            return
        tabled = package.state
        if not isinstance(tabled, TabledFile):
            raise TypeError(f"per-processor tables come in a TabledFile, not a {type(tabled).__name__}")
        for number, table in sorted(tabled.tables.items()):
            part: ProcessorTable = self.representative_at(number)
            part.table = table
            part.purse.hold(len(table) * ENTRY)
            part.hits = tabled.hits[number]
        self._take(tabled.master)

    # ---- representatives

    def lock_of(self, processor: int) -> Lock:
        """The lock of a processor's table. It outlives the table: a cache manager that serves one file after another
        would name new ones without end."""
        lock = self._locks.get(processor)
        if lock is None:
            lock = self.surroundings.lock(f"lock of the table on cpu {processor}", self.identity)
            lock = self._locks.setdefault(processor, lock)
        return lock

    def _find_in(self, here: ProcessorTable, index: int) -> int | None:
        with here.lock:
            here.purse.pay("hit")
            value = here.table.get(index)
            if value is not None:
                here.hits += 1
            return value

    def _first_read(self, index: int, here: ProcessorTable) -> int:
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

    def _copy_from_master(self, index: int, here: ProcessorTable) -> int | None:
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
        for part in self._holders(index):
            with part.lock:
                part.purse.pay("revoke")
                del part.table[index]

    def _holders(self, index: int) -> list[ProcessorTable]:
        return [part for part in self._parts() if index in part.table]

    def _parts(self) -> list[ProcessorTable]:
        return self.representatives()

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
        hits = [part.hits for part in self._parts()]
        return self.state.hits + sum(hits)

    def _figures(self) -> dict[str, int]:
        figures = super()._figures()
        parts = self.representatives()
        figures["representatives"] = len(parts)
        for part in parts:
            figures[f"pages on cpu {part.processor}"] = len(part.table)
        held = sum(len(part.table) for part in parts)
        figures["bytes"] = len(self.state.pages) * PAGE_BYTES + held * ENTRY
        return figures
