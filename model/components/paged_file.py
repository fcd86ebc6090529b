"""What every file cache manager does alike: move pages between their frames and the pager, and lose none.

Two locks. The *lock of the page list* is held while the list is looked at or changed, and never across a call to
another component. The *lock of pages in transit* is held while pages come from the pager or go to it, and is taken
first:

    read, resident                      ->            list {find}
    read, not resident                  ->  transit { list {still not there?}  make room  fetch  list {insert} }
    written, resident or a frame free   ->            list {write}
    written, no frame free              ->  transit { make room  list {write} }

The page frames are the machine's. One is taken for each page before any lock is, and given back when the page goes.
When they are short the file is asked to give some back, and does so in K42's way: it keeps a list of candidates, pages
that nobody has mapped, gives a share of them back, and fills the list again in the order of its pages.

As all traffic with the pager of one file is under the transit lock, a page cannot be fetched while a newer value of it
is on its way out, and of two write-backs of one page the later value arrives later.

Limits: the fetches of one file are served one after the other. A write may take the frame that was freed for a fetch,
so that a file may hold one page more than it has frames.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import OrderedDict
from collections.abc import Mapping
from math import ceil
from typing import ClassVar

from model.components.charges import Charge, Purse
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
from model.components.file_state import COMMON, FileState, Page
from model.components.pager import Pager
from model.engine.component import Component, Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import CANONICAL

GIVES_BACK = {1: 0.25, 2: 0.5, 3: 1.0}
"""The share of its candidates that a file gives back, by pressure."""
CANDIDATES = {1: 1 / 32, 2: 1 / 8, 3: 1.0}
"""The share of its pages that are candidates afterwards."""


class PagedFile(Component, FileCache):
    """The common part; an implementation brings how a page is found, its choice of victims, and its `charges`."""

    uses = {"pager": Pager}
    settings = {
        "file": Setting(0, "number of the file, by which the pager knows its pages", 0, 1 << 31),
        "frames": Setting(64, "page frames that the file may fill", 1, FILE_PAGES),
        "warm_pages": Setting(0, "pages that are in memory when the run begins", 0, FILE_PAGES),
        "report_every": Setting(16, "calls from one report of the figures to the next; 0 for no reports", 0, 1_000_000),
    }
    charges: ClassVar[Mapping[str, Charge]] = COMMON
    file: int
    frames: int
    warm_pages: int
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
        self.state = FileState(self.file, self.frames, 0, OrderedDict(), account=identity)
        self.page_list = surroundings.lock("lock of the page list", identity)
        self.transit = surroundings.lock("lock of pages in transit", identity)
        self.purse = Purse(surroundings, self.charges, identity)
        self._told: dict[str, int] = {}
        self._calls_since_told = 0
        self.purse.found("begin")
        if self.warm_pages and not surroundings.current.identity:
            self._warm()

    def _warm(self) -> None:
        """The pages that are there before the run begins; one that takes over later has its predecessor's instead."""
        count = min(self.warm_pages, self.frames)
        self.surroundings.frames.give_away(count, self.state.account)
        self.purse.hold(count * sum(self.charges["new page"].allocates))
        self.state.pages = OrderedDict((index, Page(0, dirty=False)) for index in range(count))
        self.state.length = count * PAGE_BYTES

    # ---- the life of one that is part of another component

    def begin(self, file: int) -> None:
        """Serves another file than before, with nothing in memory, as if made anew."""
        self.state = FileState(file, self.frames, 0, OrderedDict(), account=self.identity)
        self.purse.pay("begin")

    def dissolve(self) -> int:
        """How many pages it had; they and all that describes the file are given back. Nobody may use it meanwhile."""
        with self.transit:
            with self.page_list:
                dropped = self._drop(0, FILE_PAGES)
                self.purse.pay("dissolve")
            self._give_frames(dropped)
        return dropped

    # ---- calls that are alike

    def read_page(self, index: int) -> int:
        value = self.map_page(index)
        self.purse.pay("copy")
        return value

    def write_page(self, index: int, value: int) -> None:
        check_pages(index)
        self.purse.pay("copy")
        if not self._write(index, value):
            # The frame comes first and with no lock held: who waits for one may wait for this very file to give some.
            self._take_frame()
            if not self._write(index, value, framed=True):
                with self.transit:
                    self._make_room()
                    self._write(index, value, framed=True, room_made=True)
        self._tell_now_and_then()

    def discard(self, first: int, count: int) -> int:
        check_pages(first, count)
        with self.transit:
            with self.page_list:
                self.purse.pay("look")
                dropped = self._drop(first, first + count)
            self._give_frames(dropped)
            self._pager().discard(self.state.file, first, count)
        self._tell_now_and_then()
        return dropped

    def truncate(self, length: int) -> None:
        if not 0 <= length <= FILE_PAGES * PAGE_BYTES:
            raise ValueError(f"a file cannot be {length} bytes long: 0 to {FILE_PAGES * PAGE_BYTES}")
        with self.transit:
            with self.page_list:
                self.purse.pay("look")
                first, end = -(-length // PAGE_BYTES), -(-self.state.length // PAGE_BYTES)
                dropped = self._drop(first, max(first, end))
                self.state.length = length
            self._give_frames(dropped)
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
            self.purse.pay("look")
            return self.state.length

    def resident(self) -> int:
        with self.page_list:
            self.purse.pay("look")
            return len(self.state.pages)

    def attach_region(self, region: int) -> None:
        with self.page_list:
            self.purse.pay("region")
            self.state.regions[region] = self.state.regions.get(region, 0) + 1

    def detach_region(self, region: int) -> None:
        with self.page_list:
            self.purse.pay("region")
            if region not in self.state.regions:
                raise LookupError(f"region {region} does not show file {self.state.file}")
            self.state.regions[region] -= 1
            if not self.state.regions[region]:
                del self.state.regions[region]

    def give_back(self, pressure: int) -> int:
        if pressure not in GIVES_BACK:
            raise ValueError(f"a pressure is 1, 2 or 3, not {pressure}")
        with self.page_list:
            self.purse.pay("look")
            if not self.state.regions:
                # Nobody shows the file any more, so that nobody has mapped any of its pages.
                self._choose_candidates(len(self.state.pages))
            going = list(self.state.candidates)
        freed = sum(self._give_up(index) for index in going[: ceil(len(going) * GIVES_BACK[pressure])])
        with self.page_list:
            self._choose_candidates(ceil(len(self.state.pages) * CANDIDATES[pressure]))
        self._tell_now_and_then()
        return freed

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
            self.purse.pay("adopt")
            pages[index] = Page(value, dirty)
        self._take(
            FileState(
                image.file, image.frames, image.length, pages, image.hits, image.misses, image.write_backs,
                image.account, dict(image.regions), OrderedDict.fromkeys(image.candidates),
            )
        )  # fmt: skip

    def _image(self) -> FileImage:
        state = self.state
        pages = tuple(PageImage(index, page.value, page.dirty) for index, page in state.pages.items())
        return FileImage(
            state.file, state.frames, state.length, pages, self._hits(), state.misses, state.write_backs,
            state.account, tuple(sorted(state.regions.items())), tuple(sorted(state.candidates)),
        )  # fmt: skip

    def _take(self, state: FileState) -> None:
        """Serves that state from now on; what describes its pages is on this instance's account of memory."""
        self.purse.hold(sum(self.charges["new page"].allocates) * len(state.pages))
        self.state = state
        self.tell()

    # ---- pages and the pager

    def _pager(self) -> Pager:
        pager: Pager = self.references["pager"].object
        return pager

    def _bring(self, index: int) -> Page:
        """The page, from the pager if it is still not resident when its turn has come."""
        # Before the lock, as a frame may have to be waited for until this file gives one back.
        self._take_frame()
        with self.transit:
            page = self._find(index)
            if page is None:
                try:
                    return self._fetch(index)
                except Exception:
                    self._give_frames(1)
                    raise
        self._give_frames(1)
        return page

    @abstractmethod
    def _find(self, index: int) -> Page | None:
        """The page if it is resident, mapped and marked as used."""

    def _make_room(self) -> None:
        """Keeps the file within its own frames. Called with the transit lock held.

        A dirty victim stays resident until the pager has it. If it is dirtied again meanwhile another round is needed;
        rounds are bounded, and past the bound the file holds a page too many until the next miss.
        """
        for _ in range(2 * self.state.frames):
            with self.page_list:
                if self._has_free_frame():
                    return
                victim = self._choose_victim()
                clean = not self.state.pages[victim].dirty
                if clean:
                    self._remove(victim)
            if clean:
                self._give_frames(1)
            else:
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
        """Brings a page in, into a frame that is taken. Called with the transit lock held, when it is not resident."""
        self._make_room()
        fetched = Page(self._pager().fetch(self.state.file, index), dirty=False)
        with self.page_list:
            self.state.misses += 1
            # It may have been written meanwhile, and then it is newer than what the pager had.
            page = self.state.pages.get(index)
            if page is None:
                page = self.state.pages[index] = fetched
                self.purse.pay("insert")
        if page is not fetched:
            self._give_frames(1)
        return page

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

    def _write(self, index: int, value: int, *, framed: bool = False, room_made: bool = False) -> bool:
        """Whether it wrote the page: it does if the page is resident, or has a frame and the file room for it."""
        with self.page_list:
            self.purse.pay("find")
            known = index in self.state.pages
            if not known and not (framed and (room_made or self._has_free_frame())):
                return False
            self.purse.pay("map")
            self._put(index, value)
        if known and framed:
            self._give_frames(1)
        return True

    def _put(self, index: int, value: int) -> None:
        """A page is written, whole, so that nothing need be fetched. Called with the list's lock held."""
        page = self.state.pages.get(index)
        if page is None:
            page = self.state.pages[index] = Page(value, dirty=True)
            self.purse.pay("insert")
            self.state.misses += 1
        else:
            self._forget(index)
            page.value, page.dirty = value, True
            self.state.hits += 1
        self._use(index, page)
        self.state.length = max(self.state.length, (index + 1) * PAGE_BYTES)

    def _use(self, index: int, page: Page) -> None:
        """The page is used: its descriptor is written, and it is no candidate. Called with the list's lock held."""
        if page.line is None:
            page.line = self.surroundings.line("page descriptor", self.identity)
        self.surroundings.write(page.line)
        self.state.candidates.pop(index, None)

    def _drop(self, first: int, end: int) -> int:
        """How many pages were resident in [first, end); they are gone. Called with both locks held.

        Their frames are given back by the caller, who then holds the list's lock no longer.
        """
        pages = self.state.pages
        if end - first < len(pages):
            gone = [index for index in range(first, end) if index in pages]
        else:
            gone = sorted(index for index in pages if first <= index < end)
        for index in gone:
            self._remove(index)
        return len(gone)

    def _remove(self, index: int) -> None:
        """A page leaves memory; its frame is still to be given back. Called with the list's lock held."""
        self._forget(index)
        del self.state.pages[index]
        self.state.candidates.pop(index, None)
        self.purse.pay("drop")

    def _take_frame(self) -> None:
        """A frame for one more page, and what describes it. Called with no lock held: it may have to wait."""
        self.surroundings.frames.take(self.state.account)
        self.purse.pay("new page")

    def _give_frames(self, count: int) -> None:
        """Gives them back, and what described their pages. Called without the list's lock."""
        for _ in range(count):
            self.purse.pay("gone page")
        if count:
            self.surroundings.frames.give(count, self.state.account)

    def _dirty_pages(self, first: int, end: int) -> list[int]:
        with self.page_list:
            self.purse.pay("look")
            return sorted(index for index, page in self.state.pages.items() if page.dirty and first <= index < end)

    # ---- when page frames are short

    def _give_up(self, index: int) -> int:
        """1 if the candidate's frame was given back; 0 if it was rescued meanwhile, or dirtied again."""
        with self.transit:
            self._write_back(index)
            with self.page_list:
                page = self.state.pages.get(index)
                if page is None or page.dirty or index not in self.state.candidates:
                    return 0
                self._remove(index)
        self._give_frames(1)
        return 1

    def _choose_candidates(self, wanted: int) -> None:
        """Unmaps pages in the order of the file until so many are candidates. Called with the list's lock held."""
        state = self.state
        for _ in range(len(state.pages)):
            if len(state.candidates) >= wanted:
                return
            if not state.lap:
                state.lap.extend(sorted(state.pages))
            index = state.lap.popleft()
            if index in state.pages and index not in state.candidates:
                self.purse.pay("unmap")
                self._forget(index)
                state.candidates[index] = None

    # ---- figures

    def tell(self) -> None:
        """Reports the figures that changed since they were last told."""
        self._calls_since_told = 0
        if not self.report_every:
            return
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
