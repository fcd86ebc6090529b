"""The replicated file cache manager: a representative on each processor (paper §6.3, "designed to scale well").

A master copy has every resident page. Each processor has a table of the pages that it found there, with its own lock:

    cpu 0 { 4, 7 }   cpu 1 { 7 }   cpu 2 { }   cpu 3 { 4 }        tables: reads are served here, no shared line
    master { 4: value, dirty   7: value   9: value ... }          one lock: first reads, writes, replacement

A write first takes the page out of every table that has it and then changes the master: a reader that finds the page
has the old value before the write, one that does not waits for the new one, and nobody sees the new value and then the
old. Reads leave no mark in the master, so replacement gives a second chance instead of keeping an order of use: a page
that tables hold loses those copies and goes to the end, one that no table wants goes.

Limits: the cost that the paper names is kept: more memory, and a longer way for writes and for first reads.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.components.fcm import CANONICAL_PAGES, PAGE_BYTES, PROCESSOR_TABLES, check_pages
from model.components.paged_file import FileState, PagedFile
from model.components.suits import MANY_PROCESSORS
from model.engine.component import Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import CANONICAL

ENTRY_BYTES = 16


@dataclass(frozen=True, slots=True)
class TabledFile:
    """The state of a replicated file cache by reference: the master's, and a table and a count of hits a processor."""

    master: FileState
    tables: list[dict[int, int]]
    hits: list[int]


class ReplicatedFileCache(PagedFile):
    """Per-processor tables over a master copy; reads meet no other processor once the page is in the table.

    A read from the table takes about 1.1 us, on any number of processors at once; a first read 1.5 us; a write 1.2 us
    and 0.3 us for each table that holds the page; a miss adds the pager's time.
    """

    name = "fcm_replicated"
    title = "FCM, replicated"
    summary = "A table on each processor over a master copy; reads of a shared file do not wait for each other."
    suits = MANY_PROCESSORS
    transfer_protocols = frozenset({PROCESSOR_TABLES, CANONICAL_PAGES, CANONICAL})
    settings = {
        **PagedFile.settings,
        "revoke_ns": Setting(200, "time to take a page out of one processor's table", 0, 1_000_000),
    }
    revoke_ns: int

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        processors = range(surroundings.processors)
        self.tables: list[dict[int, int]] = [{} for _ in processors]
        self.local_hits = [0 for _ in processors]
        self.table_locks = [surroundings.lock(f"lock of the table on cpu {number}", identity) for number in processors]
        self.table_lines = [surroundings.line(f"table {number}", identity) for number in processors]

    def read_page(self, index: int) -> int:
        check_pages(index)
        here = self.surroundings.current.processor
        value = self._find_here(index, here)
        if value is None:
            value = self._first_read(index, here)
        self.surroundings.work(self.map_ns + self.copy_ns)
        self._tell_now_and_then()
        return value

    def package(self, bit: int) -> Package:
        if bit == PROCESSOR_TABLES:
            return Package(TabledFile(self.state, self.tables, self.local_hits), 0)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit != PROCESSOR_TABLES:
            super().unpackage(bit, package)
            return
        tabled = package.state
        if not isinstance(tabled, TabledFile):
            raise TypeError(f"per-processor tables come in a TabledFile, not a {type(tabled).__name__}")
        self.tables, self.local_hits = tabled.tables, tabled.hits
        self._take(tabled.master)

    def _find_here(self, index: int, here: int) -> int | None:
        with self.table_locks[here]:
            self.surroundings.work(self.lookup_ns)
            value = self.tables[here].get(index)
            if value is not None:
                self.local_hits[here] += 1
            return value

    def _first_read(self, index: int, here: int) -> int:
        """The page's value, now in this processor's table too."""
        value = self._copy_from_master(index, here)
        if value is None:
            with self.transit:
                value = self._copy_from_master(index, here)
                if value is None:
                    value = self._fetch(index).value
        return value

    def _copy_from_master(self, index: int, here: int) -> int | None:
        with self.page_list:
            self.surroundings.work(self.lookup_ns)
            self.surroundings.read(self.line)
            page = self.state.pages.get(index)
            if page is None:
                return None
            self.state.hits += 1
            # Under the master's lock: a write may not come between the copy and its entry in the table.
            with self.table_locks[here]:
                self.surroundings.write(self.table_lines[here])
                self.tables[here][index] = page.value
            return page.value

    def _forget(self, index: int) -> None:
        for number in self._holders(index):
            with self.table_locks[number]:
                self.surroundings.write(self.table_lines[number])
                self.surroundings.work(self.revoke_ns)
                del self.tables[number][index]

    def _holders(self, index: int) -> list[int]:
        return [number for number, table in enumerate(self.tables) if index in table]

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
        return self.state.hits + sum(self.local_hits)

    def _figures(self) -> dict[str, int]:
        figures = super()._figures()
        figures["representatives"] = len(self.tables)
        for number, table in enumerate(self.tables):
            figures[f"pages on cpu {number}"] = len(table)
        held = sum(len(table) for table in self.tables)
        figures["bytes"] = len(self.state.pages) * PAGE_BYTES + held * ENTRY_BYTES
        return figures
