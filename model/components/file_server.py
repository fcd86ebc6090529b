"""File servers: where files are made, opened and removed, and where their lengths and pages are kept (paper §6.3).

A server knows files by number, and users by number too: whoever opens a file. Each file has a file cache manager of its
own, as in K42, made with the file and gone with it.

Limits: no names and no directories; a page is written whole.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from model.components.fcm import FileImage
from model.engine.component import Interface
from model.protocols import CANONICAL

Pages = tuple[tuple[int, int], ...]
"""Pages by index with their values."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What opening a file tells: how long it is, and its pages, if they were asked for."""

    length: int
    pages: Pages = ()


@dataclass(frozen=True, slots=True)
class ServedFile:
    """One file as it travels with its server."""

    number: int
    length: int
    users: tuple[tuple[int, int], ...]
    """Who has it open, and how often."""
    image: FileImage


@dataclass(frozen=True, slots=True)
class ServerImage:
    """The canonical form of a file server."""

    files: tuple[ServedFile, ...]


class FileServer(Interface):
    """Files by number; a file that is not there is a FileNotFoundError."""

    title = "File server"
    protocols = {CANONICAL: "canonical form"}

    @abstractmethod
    def create(self, file: int) -> None:
        """Makes an empty file. FileExistsError if there is one of that number."""

    @abstractmethod
    def remove(self, file: int) -> int:
        """How many of its pages were in memory; the file is gone. PermissionError while somebody has it open."""

    @abstractmethod
    def open(self, file: int, user: int, with_pages_to: int = 0) -> Opened:
        """Opens a file for a user. With the pages of one that is no longer than `with_pages_to` bytes."""

    @abstractmethod
    def close(self, file: int, user: int, length: int, written: Pages = ()) -> None:
        """The user is done with it; so long is it now, and these pages were written where the server did not see."""

    @abstractmethod
    def update(self, file: int, length: int, written: Pages = ()) -> None:
        """As `close` for a user who goes on."""

    @abstractmethod
    def map_page(self, file: int, index: int) -> int:
        """The page's value; the user may read and write it by itself from now on, until it closes the file."""

    @abstractmethod
    def read_pages(self, file: int, first: int, count: int) -> tuple[int, ...]:
        """The values of so many pages, copied to the user."""

    @abstractmethod
    def write_pages(self, file: int, first: int, count: int, value: int, length: int) -> None:
        """Gives so many pages a value; the file is `length` bytes long at least."""

    @abstractmethod
    def length(self, file: int) -> int:
        """How long the file is, in bytes."""

    @abstractmethod
    def users(self, file: int) -> int:
        """How many users have it open."""
