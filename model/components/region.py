"""Regions: where an address space shows a file, and what a page fault goes through (paper §6.3; K42's region objects).

        fault -> region of the process -> file cache manager -> pager -> page frame, device

A region belongs to one process; those of one file are kept by one component, each on cache lines of its own, as in K42,
where each is an object. A process that starts has its regions attached, one that ends has them detached, and in between
it faults pages in.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from model.engine.component import Interface
from model.protocols import CANONICAL


class Region(Interface):
    """The regions that show one file."""

    title = "Region"
    protocols = {CANONICAL: "canonical form"}

    @abstractmethod
    def attach(self, process: int) -> None:
        """The process has the file in its address space from now on. ValueError if it has it already."""

    @abstractmethod
    def fault(self, process: int, page: int) -> int:
        """The page's value; the process has it mapped now. LookupError if the file is not in its address space."""

    @abstractmethod
    def detach(self, process: int) -> int:
        """How many faults the process had. LookupError if the file is not in its address space."""

    @abstractmethod
    def attached(self) -> int:
        """How many processes show the file."""


@dataclass(frozen=True, slots=True)
class RegionImage:
    """The canonical form: each process with its faults."""

    faults: tuple[tuple[int, int], ...]
