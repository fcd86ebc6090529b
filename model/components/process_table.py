"""The kernel's process table: making, replacing and ending processes, which are its long threads (paper §4.2, §6.2).

A fault ends in microseconds; fork, exec and exit copy or take down an address space, and it is these that a swap has to
wait for until the generations have advanced.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from model.engine.component import Interface
from model.protocols import BY_REFERENCE, CANONICAL

PROCESSES = 1 << 16


class ProcessTable(Interface):
    """Processes by number. LookupError for one that does not live."""

    title = "Process table"
    protocols = {CANONICAL: "canonical form", BY_REFERENCE: "table by reference"}

    @abstractmethod
    def fork(self, parent: int, pages: int) -> int:
        """A new process, with a copy of the parent's `pages` mapped pages. The parent 0 is the first program."""

    @abstractmethod
    def execute(self, process: int, pages: int) -> None:
        """Another program in the same process: `pages` mapped pages go, and others are prepared."""

    @abstractmethod
    def exit(self, process: int, pages: int) -> None:
        """The process ends, with `pages` mapped pages to take down."""

    @abstractmethod
    def call(self, process: int) -> None:
        """Some other system call, short and on lines that all processors share."""

    @abstractmethod
    def living(self) -> int:
        """How many processes live."""


@dataclass(frozen=True, slots=True)
class ProcessImage:
    """The canonical form: who lives, with its parent, and the next number."""

    parents: tuple[tuple[int, int], ...]
    next_process: int
