"""A small Postmark: many little files that come, are read, grow and go (paper §6.1).

Postmark was made after the file traffic of mail, news and web commerce. It creates a number of files with sizes from a
range, then runs transactions, each of which pairs a read or an append with a creation or a deletion, of files chosen at
random. The biases are of ten: 5 is even, -1 leaves that half out.

Here each file is an *extent*, a stretch of pages of a file that a file cache manager or a file session serves, with
enough pages for the largest size. Loops have extents of their own. Each operation is one request and makes a call a
page (or one call to a session). A loop knows what it wrote; what it reads back differently is counted in `mismatches`,
which stays 0 when nothing is lost.

Limits: transfers go by pages, not by 512-byte blocks; where no file is left, a file is created instead, so that a run
need not end; a full table deletes instead. Two workloads on one file need different `first_page`s.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from model.components.fcm import FILE_PAGES, PAGE_BYTES, FileCache
from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.workloads.workload import LOOPS, Workload, drawn_around

EVEN_BIAS = 5
TOKEN_BITS = 32


@dataclass(slots=True)
class Extent:
    """One of Postmark's files: where it lies, how long it is, and what its pages should hold."""

    place: int
    size: int = 0
    values: list[int] = field(default_factory=list)
    certain: bool = True


class Store(Protocol):
    """Where extents lie; `place` is the first page."""

    def write(self, place: int, first_page: int, end_byte: int, value: int) -> None:
        """Writes the extent's pages from `first_page` through byte `end_byte`, both counted within it."""

    def read(self, place: int, size: int) -> list[int]: ...
    def remove(self, place: int, size: int) -> None: ...
    def flush(self, place: int, size: int) -> None: ...


class Postmark(Workload):
    """Loops of transactions over all that it is given: references named `cache...`, file cache managers."""

    name = "postmark"
    title = "Postmark"
    summary = "Many small files that are created, read, appended to and deleted."
    settings = {
        **Workload.settings,
        "loops": Setting(4, "loops of transactions", 1, LOOPS),
        "files": Setting(8, "files that each loop creates first", 1, 100_000),
        "transactions": Setting(0, "transactions of each loop; 0 for no end", 0, 1 << 40),
        "low_bytes": Setting(128, "the smallest size of a file", 1, 1 << 24),
        "high_bytes": Setting(8_192, "the largest size of a file", 1, 1 << 24),
        "read_bias": Setting(EVEN_BIAS, "reads, of ten reads and appends; -1 for neither", -1, 10),
        "create_bias": Setting(EVEN_BIAS, "creations, of ten creations and deletions; -1 for neither", -1, 10),
        "think_ns": Setting(6_000, "mean time that a loop waits before each operation", 1, 1_000_000_000),
        "compute_ns": Setting(1_000, "mean time that a loop computes before each operation", 1, 1_000_000_000),
        "flush_every": Setting(8, "transactions of a loop from one flush of a file to the next; 0: never", 0, 1 << 40),
        "first_page": Setting(0, "the page at which the extents begin", 0, FILE_PAGES),
    }
    files: int
    transactions: int
    low_bytes: int
    high_bytes: int
    read_bias: int
    create_bias: int
    think_ns: int
    compute_ns: int
    flush_every: int
    first_page: int

    def __init__(
        self,
        surroundings: Surroundings,
        client: int,
        references: Mapping[str, Reference],
        settings: Mapping[str, int | str | bool],
        stream_name: str,
    ) -> None:
        super().__init__(surroundings, client, references, settings, stream_name)
        if self.low_bytes > self.high_bytes:
            raise ValueError(f"low_bytes must be at most high_bytes, {self.high_bytes}, not {self.low_bytes}")
        if self.read_bias < 0 and self.create_bias < 0:
            raise ValueError("read_bias and create_bias are both -1, which leaves nothing to do: set one of them")
        self.extent_pages = -(-self.high_bytes // PAGE_BYTES)
        last = self.first_page + self.loops * 2 * self.files * self.extent_pages
        if last > FILE_PAGES:
            raise ValueError(f"these files take pages up to {last}, and a file has {FILE_PAGES}: use fewer or smaller")
        self.stores = [_store(name, references[name]) for name in sorted(references)]
        if not self.stores:
            raise ValueError('postmark needs a file cache manager: write like `uses = { cache = "FCM file 17" }`')
        self.mismatches = 0

    def run_loop(self, number: int, stream: random.Random) -> None:
        PostmarkLoop(self, number, stream).run()


class PostmarkLoop:
    """One loop: its file table, and the transactions on it."""

    def __init__(self, postmark: Postmark, number: int, stream: random.Random) -> None:
        self.postmark = postmark
        self.stream = stream
        self.table: list[Extent | None] = [None] * (2 * postmark.files)
        self.live: list[int] = []
        self.first_place = postmark.first_page + number * len(self.table) * postmark.extent_pages
        # Every write bears a token of its own: this loop's number in front, so that loops never write alike.
        self.token = postmark.surroundings.new_subject() << TOKEN_BITS

    def run(self) -> None:
        for _ in range(self.postmark.files):
            self.create()
        made = 0
        while not self.postmark.transactions or made < self.postmark.transactions:
            self.transaction()
            made += 1
            if self.postmark.flush_every and made % self.postmark.flush_every == 0:
                self.flush()
        while self.live:
            self.delete()

    def transaction(self) -> None:
        """A read or an append, then a creation or a deletion."""
        postmark = self.postmark
        if postmark.read_bias >= 0:
            if not self.live:
                self.create()
            elif self.stream.randrange(10) < postmark.read_bias:
                self.read()
            else:
                self.append()
        if postmark.create_bias >= 0:
            create = self.stream.randrange(10) < postmark.create_bias
            if (create and len(self.live) < len(self.table)) or not self.live:
                self.create()
            else:
                self.delete()

    def create(self) -> None:
        slot = self.table.index(None)
        extent = Extent(self.first_place + slot * self.postmark.extent_pages)
        self.table[slot] = extent
        self.live.append(slot)
        self._extend(slot, self._draw(self.postmark.low_bytes, self.postmark.high_bytes))

    def read(self) -> None:
        slot, extent = self._some_file()
        got: list[int] = []
        done = self._request(lambda: got.extend(self._store(slot).read(extent.place, extent.size)))
        if done and extent.certain and got != extent.values:
            self.postmark.mismatches += 1

    def append(self) -> None:
        slot, extent = self._some_file()
        if extent.size < self.postmark.high_bytes:
            self._extend(slot, self._draw(extent.size + 1, self.postmark.high_bytes))

    def delete(self) -> None:
        slot, extent = self._some_file()
        self.table[slot] = None
        self.live.remove(slot)
        self._request(lambda: self._store(slot).remove(extent.place, extent.size))

    def flush(self) -> None:
        """Sees to it that one file is with the pager, as programs do with what must not be lost."""
        if self.live:
            slot, extent = self._some_file()
            self._request(lambda: self._store(slot).flush(extent.place, extent.size))

    def _extend(self, slot: int, size: int) -> None:
        """Makes a file `size` bytes long; its last page so far is written anew with what follows."""
        extent = self.table[slot]
        assert extent is not None
        first = max(0, -(-extent.size // PAGE_BYTES) - (extent.size % PAGE_BYTES > 0))
        value = self.token = self.token + 1
        done = self._request(lambda: self._store(slot).write(extent.place, first, size, value))
        extent.certain = extent.certain and done
        extent.size = size
        extent.values[first:] = [value] * (-(-size // PAGE_BYTES) - first)

    def _some_file(self) -> tuple[int, Extent]:
        slot = self.stream.choice(self.live)
        extent = self.table[slot]
        assert extent is not None
        return slot, extent

    def _store(self, slot: int) -> Store:
        return self.postmark.stores[slot % len(self.postmark.stores)]

    def _draw(self, low: int, high: int) -> int:
        return low + self.stream.randrange(high - low + 1)

    def _request(self, function: Callable[[], None]) -> bool:
        """Waits, computes, and enters the kernel; as `Workload.request`."""
        postmark = self.postmark
        postmark.surroundings.sleep(drawn_around(self.stream, postmark.think_ns))
        postmark.surroundings.work(drawn_around(self.stream, postmark.compute_ns))
        return postmark.request(function)


class CacheStore:
    """Extents in the pages of a file cache manager, a call a page."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference

    def write(self, place: int, first_page: int, end_byte: int, value: int) -> None:
        for page in range(first_page, -(-end_byte // PAGE_BYTES)):
            self._cache().write_page(place + page, value)

    def read(self, place: int, size: int) -> list[int]:
        return [self._cache().read_page(place + page) for page in range(-(-size // PAGE_BYTES))]

    def remove(self, place: int, size: int) -> None:
        self._cache().discard(place, -(-size // PAGE_BYTES))

    def flush(self, place: int, size: int) -> None:
        self._cache().flush(place, -(-size // PAGE_BYTES))

    def _cache(self) -> FileCache:
        """Looked up for every call: the table may name another component by now."""
        cache: FileCache = self.reference.object
        return cache


def _store(name: str, reference: Reference) -> Store:
    if name.startswith("cache"):
        return CacheStore(reference)
    raise ValueError(f"postmark does not know what {name!r} is: name a file cache manager cache...")
