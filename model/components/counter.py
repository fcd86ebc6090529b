"""The tutorial component: a counter that also remembers who counted, so that lost or doubled calls show.

Why it exists: a counter is the smallest component with state, and with `add` it is an instrument as well. Each caller
numbers its calls from 1; the counter keeps a line per caller, and a call that was lost, came twice or overtook another
breaks the sequence and is counted as a violation. A swap that loses nothing leaves no violation behind.

Limits: a caller has one call under way at a time (its next number is meaningful only then), and at most CALLERS callers
are kept.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass

from model.engine.component import Interface, Package
from model.protocols import BY_REFERENCE, CANONICAL

CELLS = 33
CALLERS = 65_536
CELL_BYTES = 8
LINE_BYTES = 24


class Counter(Interface):
    """Counts, and hands out a ticket for each count."""

    title = "Counter"
    protocols = {CANONICAL: "canonical form", CELLS: "cells by reference", BY_REFERENCE: "value by reference"}

    @abstractmethod
    def increment(self, amount: int = 1) -> int:
        """A ticket that no other call of this counter gets, not even after a swap; the value rises by `amount`."""

    @abstractmethod
    def add(self, caller: int, sequence: int) -> int:
        """Counts one and notes that it was `caller`'s call number `sequence`, from 1. A ticket, as `increment`."""

    @abstractmethod
    def value(self) -> int:
        """The sum of all amounts; of calls still under way it may hold some and not others."""

    @abstractmethod
    def violations(self) -> int:
        """How many calls of `add` did not bear the number that was due: 0 when each came once and in order."""


@dataclass(frozen=True, slots=True)
class CallerLine:
    """What is kept of one caller of `add`."""

    last: int = 0
    calls: int = 0
    violations: int = 0

    def after(self, sequence: int) -> CallerLine:
        """The line once call number `sequence` has come."""
        return CallerLine(sequence, self.calls + 1, self.violations + (sequence != self.last + 1))


@dataclass(frozen=True, slots=True)
class CounterImage:
    """The canonical form of any counter."""

    value: int
    next_ticket: int
    callers: tuple[tuple[int, CallerLine], ...]

    @property
    def size_bytes(self) -> int:
        return 2 * CELL_BYTES + len(self.callers) * LINE_BYTES


class Ledger:
    """The callers' lines. A caller has one call at a time, so its line is its own and needs no lock."""

    __slots__ = ("lines",)

    def __init__(self, lines: Mapping[int, CallerLine] | None = None) -> None:
        self.lines = dict(lines or {})

    def note(self, caller: int, sequence: int) -> bool:
        """Whether call number `sequence` of `caller` was the one due; notes it in any case."""
        line = self.lines.get(caller)
        if line is None:
            if len(self.lines) >= CALLERS:
                raise ValueError(f"caller {caller} is one too many: a counter keeps {CALLERS}; number them anew")
            line = CallerLine()
        self.lines[caller] = after = line.after(sequence)
        return after.violations == line.violations

    def violations(self) -> int:
        return sum(line.violations for line in self.lines.values())

    def image(self) -> tuple[tuple[int, CallerLine], ...]:
        return tuple(sorted(self.lines.items()))


def image_in(package: Package) -> CounterImage:
    """The canonical form in `package`; TypeError where it is something else."""
    if not isinstance(package.state, CounterImage):
        raise TypeError(f"a counter's canonical form is a CounterImage, not a {type(package.state).__name__}")
    return package.state
