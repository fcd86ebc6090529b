"""File sessions: an open file as programs see it, in bytes and with an offset (paper §6.3).

A session serves one file at a time. A program opens it, reads and writes from the offset on, closes it, and may open
another through it, as through a file descriptor. Several users may have the file open through one session, as
processes do after a fork: they share the offset. Where the session's state lives is what implementations differ in:

    shared      in the file server: every operation is a call to it, and any number of users see the same
    exclusive   in the application: offset and length are at hand, and pages are mapped; for one user
    cached      as exclusive, and files of a few KB are held in the application altogether

Limits: a write gives every page that it touches one value; one file at a time.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from model.components.fcm import PAGE_BYTES
from model.components.file_server import Pages
from model.engine.component import Interface
from model.protocols import BY_REFERENCE, CANONICAL

SESSION_BYTES = 64
NO_FILE = -1


class FileSession(Interface):
    """Reads and writes one open file."""

    title = "File session"
    protocols = {CANONICAL: "canonical form", BY_REFERENCE: "session by reference"}

    @abstractmethod
    def open(self, file: int, user: int) -> int:
        """The file's length. The offset is 0 if nobody had it open here; ValueError while another file is."""

    @abstractmethod
    def seek(self, offset: int) -> None:
        """Where the next read or write begins."""

    @abstractmethod
    def read(self, size: int) -> tuple[int, ...]:
        """The values of the pages that hold the next `size` bytes, as far as the file goes."""

    @abstractmethod
    def write(self, size: int, value: int) -> None:
        """Gives the pages that hold the next `size` bytes a value. The file grows to hold them."""

    @abstractmethod
    def length(self) -> int:
        """How long the open file is, in bytes."""

    @abstractmethod
    def offset(self) -> int:
        """Where the next read or write begins."""

    @abstractmethod
    def close(self, user: int) -> None:
        """The user is done with it. ValueError for one who does not have it open."""


@dataclass(frozen=True, slots=True)
class SessionImage:
    """The canonical form of a session."""

    file: int
    length: int
    offset: int
    users: tuple[tuple[int, int], ...]
    """Who has it open, and how often."""
    written: Pages
    """Pages that the file server has not seen yet, with their values."""
    reads: int
    writes: int


def pages_of(offset: int, size: int) -> range:
    """The pages that hold these bytes; none for an empty stretch."""
    if not size:
        return range(0)
    return range(offset // PAGE_BYTES, -(-(offset + size) // PAGE_BYTES))
