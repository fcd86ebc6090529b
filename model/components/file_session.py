"""File sessions: an open file as programs see it, in bytes, over the pages of its file cache manager (paper §6.3).

Limits: positions are given with each call, so that several threads may share a session; a write gives every page that
it touches one value.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from model.engine.component import Interface
from model.protocols import BY_REFERENCE, CANONICAL

SESSION_BYTES = 32


class FileSession(Interface):
    """Reads and writes stretches of one open file."""

    title = "File session"
    protocols = {CANONICAL: "canonical form", BY_REFERENCE: "session by reference"}

    @abstractmethod
    def read(self, offset: int, size: int) -> tuple[int, ...]:
        """The values of the pages that hold the `size` bytes from `offset`, as far as the file goes."""

    @abstractmethod
    def write(self, offset: int, size: int, value: int) -> None:
        """Gives the pages that hold the `size` bytes from `offset` a value. The file grows to hold them."""

    @abstractmethod
    def remove(self, offset: int, size: int) -> int:
        """How many pages were in memory of those that hold the `size` bytes from `offset`; they are free now."""

    @abstractmethod
    def end(self) -> int:
        """Where the furthest write ended, in bytes."""


@dataclass(frozen=True, slots=True)
class SessionImage:
    """The canonical form of a session."""

    end: int
    reads: int
    writes: int
