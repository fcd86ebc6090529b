"""Pagers: where pages come from and go to when they are not in memory.

A pager serves the file cache managers of all files; a page is named by its file's number and its index. What was never
written back reads as 0.

Limits: at most STORED_PAGES pages in all; one more is refused with MemoryError.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from model.engine.component import Interface
from model.protocols import BY_REFERENCE, CANONICAL

STORED_PAGES = 1 << 20


class Pager(Interface):
    """Fetches pages from a device and writes them back."""

    title = "Pager"
    protocols = {CANONICAL: "canonical form", BY_REFERENCE: "store by reference"}

    @abstractmethod
    def fetch(self, file: int, index: int) -> int:
        """The value that was last written back, 0 if none was."""

    @abstractmethod
    def write_back(self, file: int, index: int, value: int) -> None:
        """Stores the page's value."""

    @abstractmethod
    def discard(self, file: int, first: int, count: int) -> None:
        """Frees the `count` pages from `first`; they read as 0 from now on."""


@dataclass(frozen=True, slots=True)
class PagerImage:
    """The canonical form: every stored page by (file, index), and the buffered ones, next to go first."""

    stored: tuple[tuple[tuple[int, int], int], ...]
    buffered: tuple[tuple[int, int], ...]
    fetches: int
    write_backs: int
