"""Relays: two components on different processors that call each other in a circle.

Cross-processor calls run on new threads, so that a chain that comes back to its first component is not recognised as
recursion. If the first is just being swapped, the call that came back waits at its door until the call that began the
chain has left, which waits for it: a deadlock that only the mediator's time limit ends (paper §4.3.2). Two relays that
name each other make it.

        A.ask(2) on cpu 0  ->  B.ask(1) on cpu 1  ->  A.ask(0) on cpu 0, a new thread
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping

from model.engine.component import Component, Interface, Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import CANONICAL, NULL_SWAP

HOPS = 64
COUNT_BYTES = 8


class Relay(Interface):
    """Passes a question on."""

    title = "Relay"
    protocols = {CANONICAL: "canonical form", NULL_SWAP: "null swap"}

    @abstractmethod
    def ask(self, hops: int) -> int:
        """How many relays were asked: this one and, while `hops` are left, the other one. At most HOPS hops."""

    @abstractmethod
    def asked(self) -> int:
        """How often this relay was asked."""


class CrossProcessorRelay(Component, Relay):
    """Asks the other relay by a cross-processor call; 2 us of its own a question."""

    name = "relay"
    title = "Relay, cross-processor"
    summary = "Calls the other relay on another processor, which may call back."
    transfer_protocols = frozenset({NULL_SWAP, CANONICAL})
    uses = {"other": Relay}
    settings = {
        "processor": Setting(1, "processor on which the other relay is called", 0, 63),
        "pause_ns": Setting(2_000, "time inside before the other relay is called", 0, 1_000_000),
    }
    processor: int
    pause_ns: int

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.questions = surroundings.cell()

    def ask(self, hops: int) -> int:
        if not 0 <= hops <= HOPS:
            raise ValueError(f"a question makes 0 to {HOPS} hops, not {hops}")
        self.surroundings.fetch_add(self.questions, 1)
        self.surroundings.work(self.pause_ns)
        if not hops:
            return 1
        answered: int = self.surroundings.call_on(
            self.processor % self.surroundings.processors, lambda: self._other().ask(hops - 1)
        )
        return 1 + answered

    def asked(self) -> int:
        return self.questions.value

    def package(self, bit: int) -> Package:
        if bit in (NULL_SWAP, CANONICAL):
            return Package(self.questions.value, COUNT_BYTES)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        if bit not in (NULL_SWAP, CANONICAL):
            super().unpackage(bit, package)
            return
        if not isinstance(package.state, int):
            raise TypeError(f"a relay's state is how often it was asked, not a {type(package.state).__name__}")
        self.questions = self.surroundings.cell(package.state)

    def _other(self) -> Relay:
        other: Relay = self.references["other"].object
        return other
