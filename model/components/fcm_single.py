"""The single file cache manager: one lock, one page list (paper §6.3, "designed for uncontended use").

Least memory and the shortest path while one processor uses the file. Every call writes the lock's and the list's cache
lines, so that with several processors they travel, and calls wait for each other.
"""

from __future__ import annotations

from dataclasses import replace

from model.components.fcm import CANONICAL_PAGES, PAGE_LIST, check_pages
from model.components.file_state import FileState, Page
from model.components.paged_file import PagedFile
from model.components.suits import ONE_PROCESSOR
from model.engine.component import Package
from model.protocols import BY_REFERENCE, CANONICAL, NULL_SWAP

HEADER_BYTES = 64


class SingleFileCache(PagedFile):
    """One page list in order of use under one lock; replaces the page that was used least recently.

    A hit takes 700 cycles under the lock and writes six lines there, which on several processors is most of it; a miss
    adds the pager's time, which is not under that lock.
    """

    name = "fcm_single"
    title = "FCM, single"
    summary = "One page list under one lock; short while one processor uses the file."
    suits = ONE_PROCESSOR
    transfer_protocols = frozenset({NULL_SWAP, BY_REFERENCE, PAGE_LIST, CANONICAL_PAGES, CANONICAL})

    def map_page(self, index: int) -> int:
        check_pages(index)
        page = self._find(index) or self._bring(index)
        self._tell_now_and_then()
        return page.value

    def package(self, bit: int) -> Package:
        if bit in (NULL_SWAP, BY_REFERENCE):
            return Package(self.state, 0)
        if bit == PAGE_LIST:
            return Package(replace(self.state), HEADER_BYTES)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit not in (NULL_SWAP, BY_REFERENCE, PAGE_LIST):
            super().unpackage(bit, package)
            return
        if not isinstance(package.state, FileState):
            raise TypeError(f"a page list comes in a FileState, not a {type(package.state).__name__}")
        # Both instances hold the same pages now. No call is inside either until the commit, and after it only this one
        # is ever called; abandoned, this one is thrown away without having touched them.
        self._take(package.state)

    def _find(self, index: int) -> Page | None:
        with self.page_list:
            self.purse.pay("find")
            page = self.state.pages.get(index)
            if page is not None:
                self.purse.pay("map")
                self._use(index, page)
                self.state.hits += 1
            return page

    def _use(self, index: int, page: Page) -> None:
        super()._use(index, page)
        self.state.pages.move_to_end(index)

    def _choose_victim(self) -> int:
        return next(iter(self.state.pages))
