"""One value under one lock: right everywhere, quick while few use it.

Each call writes the same cache line, so that with every further processor more of its time goes to waiting.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.components.counter import Counter, CounterImage, Ledger, image_in
from model.components.suits import ONE_PROCESSOR
from model.engine.component import Component, Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import BY_REFERENCE, CANONICAL


@dataclass(slots=True)
class CounterState:
    """All that a shared counter knows."""

    value: int = 0
    next_ticket: int = 1
    ledger: Ledger = field(default_factory=Ledger)


class SharedCounter(Component, Counter):
    """A counter whose value and tickets change under one lock; about 1 us a call when nobody else wants it."""

    name = "counter_shared"
    title = "Counter, shared"
    summary = "One value under one lock."
    suits = ONE_PROCESSOR
    transfer_protocols = frozenset({BY_REFERENCE, CANONICAL})
    settings = {
        "update_ns": Setting(800, "time under the lock for a count", 0, 1_000_000),
        "report_every": Setting(16, "counts from one report of the value to the next", 1, 1_000_000),
    }
    update_ns: int
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
        self.state = CounterState()
        self.lock = surroundings.lock("lock of the value", identity)
        self.line = surroundings.line("counter", identity)

    def increment(self, amount: int = 1) -> int:
        with self.lock:
            ticket = self._count(amount)
        self._report(ticket)
        return ticket

    def add(self, caller: int, sequence: int) -> int:
        with self.lock:
            ticket = self._count(1)
            in_order = self.state.ledger.note(caller, sequence)
        self._report(ticket, in_order)
        return ticket

    def value(self) -> int:
        with self.lock:
            self.surroundings.read(self.line)
            return self.state.value

    def violations(self) -> int:
        with self.lock:
            return self.state.ledger.violations()

    def package(self, bit: int) -> Package:
        if bit == BY_REFERENCE:
            return Package(self.state, 0)
        if bit == CANONICAL:
            state = self.state
            image = CounterImage(state.value, state.next_ticket, state.ledger.image())
            return Package(image, image.size_bytes)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        # By reference both instances hold one state. No call is inside either until the commit, and after it only the
        # new one is ever called, so that nobody sees the other's writes.
        if bit == BY_REFERENCE:
            if not isinstance(package.state, CounterState):
                raise TypeError(f"a shared counter's state is a CounterState, not a {type(package.state).__name__}")
            self.state = package.state
        elif bit == CANONICAL:
            image = image_in(package)
            self.state = CounterState(image.value, image.next_ticket, Ledger(dict(image.callers)))
        else:
            super().unpackage(bit, package)
        self.report("value", self.state.value)

    def _count(self, amount: int) -> int:
        self.surroundings.work(self.update_ns)
        self.surroundings.write(self.line)
        ticket = self.state.next_ticket
        self.state.next_ticket += 1
        self.state.value += amount
        return ticket

    def _report(self, ticket: int, in_order: bool = True) -> None:
        if ticket % self.report_every == 0:
            self.report("value", self.state.value)
        if not in_order:
            self.report("violations", self.state.ledger.violations())
