"""A cell for each processor: no lock and no shared line, at the price of a slower sum.

Tickets stay unique without a word between processors: processor p of P gives base + P*n + p for its n-th. A swap moves
the base past the largest ticket that was given.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.components.counter import CELLS, Counter, CounterImage, Ledger, image_in
from model.components.suits import MANY_PROCESSORS
from model.engine.component import Component, Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Cell, Line, Surroundings
from model.protocols import CANONICAL


@dataclass(slots=True)
class Cells:
    """All that a partitioned counter knows; a place in each list for every processor."""

    base_value: int
    base_ticket: int
    lines: list[Line]
    amounts: list[Cell]
    tickets: list[Cell]
    ledger: Ledger


class PartitionedCounter(Component, Counter):
    """A counter with a cell a processor; about 0.4 us a count however many count, longer for `value`."""

    name = "counter_partitioned"
    title = "Counter, partitioned"
    summary = "A cell for each processor, added up when somebody asks."
    suits = MANY_PROCESSORS
    transfer_protocols = frozenset({CELLS, CANONICAL})
    settings = {
        "update_ns": Setting(300, "time for a count", 0, 1_000_000),
        "sum_ns": Setting(100, "time to add one cell to the sum", 0, 1_000_000),
        "report_every": Setting(16, "counts on a processor from one report of the value to the next", 1, 1_000_000),
    }
    update_ns: int
    sum_ns: int
    report_every: int

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.cells = self._fresh_cells(CounterImage(0, 1, ()))

    def increment(self, amount: int = 1) -> int:
        here = self.surroundings.current.processor
        self.surroundings.work(self.update_ns)
        self.surroundings.write(self.cells.lines[here])
        self.surroundings.fetch_add(self.cells.amounts[here], amount)
        order = self.surroundings.fetch_add(self.cells.tickets[here], 1)
        if (order + 1) % self.report_every == 0:
            self.report("value", self._sum())
        return self.cells.base_ticket + order * self.surroundings.processors + here

    def add(self, caller: int, sequence: int) -> int:
        ticket = self.increment()
        if not self.cells.ledger.note(caller, sequence):
            self.report("violations", self.cells.ledger.violations())
        return ticket

    def value(self) -> int:
        for line in self.cells.lines:
            self.surroundings.read(line)
            self.surroundings.work(self.sum_ns)
        return self._sum()

    def violations(self) -> int:
        return self.cells.ledger.violations()

    def package(self, bit: int) -> Package:
        if bit == CELLS:
            return Package(self.cells, 0)
        if bit == CANONICAL:
            longest = max(cell.value for cell in self.cells.tickets)
            next_ticket = self.cells.base_ticket + longest * self.surroundings.processors
            image = CounterImage(self._sum(), next_ticket, self.cells.ledger.image())
            return Package(image, image.size_bytes)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit == CELLS:
            if not isinstance(package.state, Cells):
                raise TypeError(f"a partitioned counter's state is Cells, not a {type(package.state).__name__}")
            self.cells = package.state
        elif bit == CANONICAL:
            self.cells = self._fresh_cells(image_in(package))
        else:
            super().unpackage(bit, package)
        self.report("value", self._sum())

    def _fresh_cells(self, image: CounterImage) -> Cells:
        surroundings = self.surroundings
        lines = [surroundings.line(f"part {number}", self.identity) for number in range(surroundings.processors)]

        def each() -> list[Cell]:
            return [surroundings.cell(0, line) for line in lines]

        return Cells(image.value, image.next_ticket, lines, each(), each(), Ledger(dict(image.callers)))

    def _sum(self) -> int:
        return self.cells.base_value + sum(cell.value for cell in self.cells.amounts)
