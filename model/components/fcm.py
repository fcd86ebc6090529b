"""File cache managers: the pages of one file that are in memory (paper §4.1, §6.2).

K42 has no global page cache: each file has an object of its own that caches its pages. That makes the file cache
manager, FCM for short, the component that the paper swaps most: a single one for files that one program uses, a
replicated one for files that all processors share, a sequential one for files that are streamed.

A page's contents are stood for by one number, its *value*. Writing gives a page a new value and makes it dirty; a
dirty page goes to the pager before its frame is used again. A file has a fixed number of page frames, which are the
file's and move with it from one implementation to the next.

Limits: a file has at most FILE_PAGES pages; a page is written whole, so that a write need not fetch it first.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass, replace
from typing import NamedTuple

from model.engine.component import Interface
from model.protocols import BY_REFERENCE, CANONICAL, NULL_SWAP

PAGE_BYTES = 4096
DESCRIPTOR_BYTES = 64
FILE_PAGES = 1 << 24

CANONICAL_PAGES = 12
PAGE_LIST = 29
PROCESSOR_TABLES = 33


class FileCache(Interface):
    """The in-memory pages of one file, filled from the pager and written back to it."""

    title = "File cache manager"
    protocols = {
        CANONICAL: "canonical form",
        CANONICAL_PAGES: "canonical pages",
        PAGE_LIST: "page list by reference",
        PROCESSOR_TABLES: "per-processor tables by reference",
        BY_REFERENCE: "whole file by reference",
        NULL_SWAP: "null swap",
    }

    @abstractmethod
    def read_page(self, index: int) -> int:
        """The page's value; a page that is not resident is fetched first."""

    @abstractmethod
    def map_page(self, index: int) -> int:
        """As `read_page`, for a fault: the page is mapped where it is, and nothing is copied."""

    @abstractmethod
    def write_page(self, index: int, value: int) -> None:
        """Gives the page a value and makes it dirty. The file grows to hold it."""

    @abstractmethod
    def discard(self, first: int, count: int) -> int:
        """How many of the `count` pages from `first` were resident. They are free now and read as 0."""

    @abstractmethod
    def truncate(self, length: int) -> None:
        """Makes the file `length` bytes long; pages wholly beyond it are dropped and read as 0."""

    @abstractmethod
    def flush(self, first: int = 0, count: int = FILE_PAGES) -> int:
        """How many dirty pages it wrote back, of the `count` pages from `first`. Each is clean afterwards."""

    @abstractmethod
    def length(self) -> int:
        """The file's length in bytes."""

    @abstractmethod
    def resident(self) -> int:
        """How many pages are in memory."""

    @abstractmethod
    def attach_region(self, region: int) -> None:
        """A region of some address space shows the file from now on; each may be attached once more than detached."""

    @abstractmethod
    def detach_region(self, region: int) -> None:
        """A region shows it no longer. LookupError if it did not."""

    @abstractmethod
    def give_back(self, pressure: int) -> int:
        """How many page frames it gave back, being asked with a pressure of 1 to 3 (see `model.components.reclaim`)."""


class PageImage(NamedTuple):
    """One resident page."""

    number: int
    value: int
    dirty: bool


@dataclass(frozen=True, slots=True)
class FileImage:
    """A file cache as it travels: CANONICAL_PAGES keeps its pages in order of replacement, CANONICAL by index.

    The order is worth keeping and not worth requiring: an implementation that has no such order speaks the canonical
    form alone, and comparing two of those compares what a client can see. The canonical form copies the pages;
    canonical pages stay in their frames, and only what describes them moves.
    """

    file: int
    frames: int
    length: int
    pages: tuple[PageImage, ...]
    hits: int
    misses: int
    write_backs: int
    account: int = 0
    """Whose the page frames are in the machine's account; they stay where they are when the file moves."""
    regions: tuple[tuple[int, int], ...] = ()
    candidates: tuple[int, ...] = ()

    def by_index(self) -> FileImage:
        return replace(self, pages=tuple(sorted(self.pages)))


def check_pages(first: int, count: int = 1) -> None:
    """Raises IndexError unless the `count` pages from `first` may exist."""
    if first < 0 or count < 0 or first + count > FILE_PAGES:
        raise IndexError(f"pages {first} to {first + count - 1} are outside a file's {FILE_PAGES} pages")
