"""What an operation costs, in the terms of the machine: a table beside each class, by which all are priced alike.

A path through a component's code costs cycles, the same number on every machine; the cache lines that it reads and
writes cost what the machine's memory says, which depends on who had them last; what it allocates costs the allocator's
path and is accounted. So two implementations differ by what they do and never by a factor:

    CHARGES = {"find": Charge(cycles=300, writes=("header", "statistics")), ...}
    self.pay("find")

Locks, counters and calls to other components are not in the table: they cost where they are used.

Limits: a line's name stands for one line of the instance, however long the structure is that it belongs to; where
there is one line a page or a processor, the caller hands it over.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.machine.surroundings import Line, Surroundings


@dataclass(frozen=True, slots=True)
class Charge:
    """One operation. Lines are those of the instance, by name; allocations and what is freed in bytes each."""

    cycles: int = 0
    reads: tuple[str, ...] = ()
    writes: tuple[str, ...] = ()
    atomics: tuple[str, ...] = ()
    allocates: tuple[int, ...] = ()
    frees: tuple[int, ...] = ()


class Purse:
    """Pays the charges of one instance, whose lines it makes when they are first used."""

    __slots__ = ("_charges", "_lines", "_owner", "_surroundings")

    def __init__(self, surroundings: Surroundings, charges: Mapping[str, Charge], owner: int) -> None:
        self._surroundings = surroundings
        self._charges = charges
        self._owner = owner
        self._lines: dict[str, Line] = {}

    def line(self, name: str) -> Line:
        """The instance's line of that name."""
        line = self._lines.get(name)
        if line is None:
            line = self._lines[name] = self._surroundings.line(name, self._owner)
        return line

    def hold(self, size_bytes: int) -> None:
        """Takes memory over, or for many things at once: one way through the allocator."""
        if size_bytes:
            self._surroundings.allocate(size_bytes, self._owner)

    def found(self, operation: str) -> None:
        """Pays for making the instance: before the run begins, where no thread is to spend time, its memory only."""
        if self._surroundings.current.identity:
            self.pay(operation)
        else:
            self.hold(sum(self._charges[operation].allocates))

    def pay(self, operation: str, times: int = 1) -> None:
        """Spends what the operation costs, in the order lines, allocations, cycles; `times` multiplies cycles only."""
        charge, surroundings = self._charges[operation], self._surroundings
        for name in charge.reads:
            surroundings.read(self.line(name))
        for name in charge.writes:
            surroundings.write(self.line(name))
        for name in charge.atomics:
            surroundings.atomic(self.line(name))
        for size in charge.allocates:
            surroundings.allocate(size, self._owner)
        for size in charge.frees:
            surroundings.free(size, self._owner)
        if charge.cycles:
            surroundings.compute(times * charge.cycles)
