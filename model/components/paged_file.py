"""What every file cache manager does alike: move pages between their frames and the pager, and lose none.

Two locks. The *lock of the page list* is held while the list is looked at or changed, and never across a call to
another component. The *lock of pages in transit* is held while pages come from the pager or go to it, and is taken
first:

    read, resident                      ->            list {find}
    read, not resident                  ->  transit { list {still not there?}  make room  fetch  list {insert} }
    written, resident or a frame free   ->            list {write}
    written, no frame free              ->  transit { make room  list {write} }

As all traffic with the pager of one file is under the transit lock, a page cannot be fetched while a newer value of it
is on its way out, and of two write-backs of one page the later value arrives later.

Limits: the fetches of one file are served one after the other. A write may take the frame that was freed for a fetch,
so that a file may hold one page more than it has frames.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from model.components.fcm import (
    CANONICAL_PAGES,
    DESCRIPTOR_BYTES,
    FILE_PAGES,
    PAGE_BYTES,
    FileCache,
    FileImage,
    PageImage,
    check_pages,
)
from model.components.pager import Pager
from model.engine.component import Component, Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import CANONICAL

MICROSECOND_NS = 1_000


@dataclass(slots=True)
class Page:
    """A resident page."""

    value: int
    dirty: bool


@dataclass(slots=True)
class FileState:
    """All that is known of a file whatever the implementation; `pages` in order of replacement, next to go first."""

    file: int
    frames: int
    length: int
    pages: OrderedDict[int, Page]
    hits: int = 0
    misses: int = 0
    write_backs: int = 0


class PagedFile(Component, FileCache):
    """The common part; an implementation brings `read_page` and its choice of victims."""

    uses = {"pager": Pager}
    settings = {
        "file": Setting(0, "number of the file, by which the pager knows its pages", 0, 1 << 31),
        "frames": Setting(64, "page frames that the file may fill", 1, FILE_PAGES),
        "lookup_ns": Setting(300, "time to find a page in its list", 0, MICROSECOND_NS * 1_000),
        "map_ns": Setting(400, "time to map a page that was found", 0, MICROSECOND_NS * 1_000),
        "copy_ns": Setting(300, "time to copy between a page and its reader or writer", 0, MICROSECOND_NS * 1_000),
        "adopt_ns": Setting(30, "time to enter a page that comes from a predecessor", 0, MICROSECOND_NS * 1_000),
        "report_every": Setting(16, "calls from one report of the figures to the next", 1, 1_000_000),
    }
    file: int
    frames: int
    lookup_ns: int
    map_ns: int
    copy_ns: int
    adopt_ns: int
    report_every: int

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.state = FileState(self.file, self.frames, 0, OrderedDict())
        self.page_list = surroundings.lock("lock of the page list", identity)
        self.transit = surroundings.lock("lock of pages in transit", identity)
        self.line = surroundings.line("page list", identity)
        self._told: dict[str, int] = {}
        self._calls_since_told = 0

    # ---- calls that are alike

    def write_page(self, index: int, value: int) -> None:
        check_pages(index)
        self.surroundings.work(self.copy_ns)
        if not self._write(index, value, room_made=False):
            with self.transit:
                self._make_room()
                self._write(index, value, room_made=True)
        self._tell_now_and_then()

    def discard(self, first: int, count: int) -> int:
        check_pages(first, count)
        with self.transit:
            with self.page_list:
                self.surroundings.work(self.lookup_ns)
                dropped = self._drop(first, first + count)
            self._pager().discard(self.state.file, first, count)
        self._tell_now_and_then()
        return dropped

    def truncate(self, length: int) -> None:
        if not 0 <= length <= FILE_PAGES * PAGE_BYTES:
            raise ValueError(f"a file cannot be {length} bytes long: 0 to {FILE_PAGES * PAGE_BYTES}")
        with self.transit:
            with self.page_list:
                self.surroundings.work(self.lookup_ns)
                first, end = -(-length // PAGE_BYTES), -(-self.state.length // PAGE_BYTES)
                self._drop(first, max(first, end))
                self.state.length = length
            if end > first:
                self._pager().discard(self.state.file, first, end - first)
        self._tell_now_and_then()

    def flush(self, first: int = 0, count: int = FILE_PAGES) -> int:
        check_pages(first, count)
        written = 0
        for index in self._dirty_pages(first, first + count):
            with self.transit:
                written += self._write_back(index)
        self._tell_now_and_then()
        return written

    def length(self) -> int:
        with self.page_list:
            self.surroundings.read(self.line)
            return self.state.length

    def resident(self) -> int:
        with self.page_list:
            self.surroundings.read(self.line)
            return len(self.state.pages)

    # ---- state transfer

    def package(self, bit: int) -> Package:
        if bit == CANONICAL_PAGES:
            image = self._image()
            return Package(image, len(image.pages) * DESCRIPTOR_BYTES)
        if bit == CANONICAL:
            image = self._image().by_index()
            return Package(image, len(image.pages) * PAGE_BYTES)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit not in (CANONICAL, CANONICAL_PAGES):
            super().unpackage(bit, package)
            return
        image = package.state
        if not isinstance(image, FileImage):
            raise TypeError(f"the canonical form of a file cache is a FileImage, not a {type(image).__name__}")
        pages = OrderedDict()
        for index, value, dirty in image.pages:
            self.surroundings.work(self.adopt_ns)
            pages[index] = Page(value, dirty)
        self._take(
            FileState(image.file, image.frames, image.length, pages, image.hits, image.misses, image.write_backs)
        )

    def _image(self) -> FileImage:
        state = self.state
        pages = tuple(PageImage(index, page.value, page.dirty) for index, page in state.pages.items())
        return FileImage(state.file, state.frames, state.length, pages, self._hits(), state.misses, state.write_backs)

    def _take(self, state: FileState) -> None:
        self.state = state
        self.tell()

    # ---- pages and the pager

    def _pager(self) -> Pager:
        pager: Pager = self.references["pager"].object
        return pager

    def _make_room(self) -> None:
        """Frees a frame for one more page. Called with the transit lock held.

        A dirty victim stays resident until the pager has it. If it is dirtied again meanwhile another round is needed;
        rounds are bounded, and past the bound the file holds a page too many until the next miss.
        """
        for _ in range(2 * self.state.frames):
            with self.page_list:
                if self._has_free_frame():
                    return
                victim = self._choose_victim()
                if not self.state.pages[victim].dirty:
                    self._forget(victim)
                    del self.state.pages[victim]
                    continue
            self._write_back(victim)

    def _has_free_frame(self) -> bool:
        return len(self.state.pages) < self.state.frames

    @abstractmethod
    def _choose_victim(self) -> int:
        """The page to replace. Called with the list's lock held and no frame free."""

    def _forget(self, index: int) -> None:
        """A page leaves memory, or changes: copies of it elsewhere must go. Called with the list's lock held."""

    def _hits(self) -> int:
        return self.state.hits

    def _fetch(self, index: int) -> Page:
        """Brings a page in. Called with the transit lock held, when it is not resident."""
        self._make_room()
        fetched = Page(self._pager().fetch(self.state.file, index), dirty=False)
        with self.page_list:
            self.state.misses += 1
            # It may have been written meanwhile, and then it is newer than what the pager had.
            return self.state.pages.setdefault(index, fetched)

    def _write_back(self, index: int) -> bool:
        """Whether the page was dirty; it is at the pager now. Called with the transit lock held."""
        with self.page_list:
            page = self.state.pages.get(index)
            if page is None or not page.dirty:
                return False
            # Clean before the pager has it: a write that comes meanwhile makes it dirty again and is not lost.
            value, page.dirty = page.value, False
        try:
            self._pager().write_back(self.state.file, index, value)
        except Exception:
            page.dirty = True
            raise
        with self.page_list:
            self.state.write_backs += 1
        return True

    def _write(self, index: int, value: int, *, room_made: bool) -> bool:
        """Whether it wrote the page: it does if the page is resident, or there is room for it."""
        with self.page_list:
            self.surroundings.work(self.lookup_ns)
            if index not in self.state.pages and not room_made and not self._has_free_frame():
                return False
            self.surroundings.write(self.line)
            self.surroundings.work(self.map_ns)
            self._put(index, value)
            return True

    def _drop(self, first: int, end: int) -> int:
        """How many pages were resident in [first, end); they are gone. Called with both locks held."""
        pages = self.state.pages
        if end - first < len(pages):
            gone = [index for index in range(first, end) if index in pages]
        else:
            gone = sorted(index for index in pages if first <= index < end)
        for index in gone:
            self._forget(index)
            del pages[index]
        return len(gone)

    def _dirty_pages(self, first: int, end: int) -> list[int]:
        with self.page_list:
            self.surroundings.work(self.lookup_ns)
            return sorted(index for index, page in self.state.pages.items() if page.dirty and first <= index < end)

    def _put(self, index: int, value: int) -> None:
        """A page is written, whole, so that nothing need be fetched. Called with the list's lock held."""
        page = self.state.pages.get(index)
        if page is None:
            self.state.pages[index] = Page(value, dirty=True)
            self.state.misses += 1
        else:
            self._forget(index)
            page.value, page.dirty = value, True
            self.state.hits += 1
        self.state.length = max(self.state.length, (index + 1) * PAGE_BYTES)

    # ---- figures

    def tell(self) -> None:
        """Reports the figures that changed since they were last told."""
        self._calls_since_told = 0
        for figure, value in self._figures().items():
            if self._told.get(figure) != value:
                self._told[figure] = value
                self.report(figure, value)

    def _tell_now_and_then(self) -> None:
        self._calls_since_told += 1
        if self._calls_since_told >= self.report_every:
            self.tell()

    def _figures(self) -> dict[str, int]:
        pages = self.state.pages
        dirty = sum(page.dirty for page in pages.values())
        return {"pages": len(pages), "dirty": dirty, "bytes": len(pages) * PAGE_BYTES}
