"""Counters that go wrong during a swap, each in one way, to see that the swap is abandoned and the old one serves on.

Each counts rightly as long as nobody swaps it (but for the one whose calls raise), so that whatever is lost was lost by
the swap. They speak the canonical form and the one by reference, as the shared counter that they are made from.
"""

from __future__ import annotations

from typing import Any

from model.components.counter_shared import SharedCounter
from model.engine.component import Component, Package, Setting


class CounterFailure(RuntimeError):
    """What a failing counter raises."""


class CounterFailsInPackage(SharedCounter):
    """Raises when it is to hand over its state."""

    name = "counter_fails_in_package"
    title = "Counter, fails in package"
    summary = "Raises when its state is to be packaged."
    offered = False

    def package(self, bit: int) -> Package:
        self.surroundings.work(self.update_ns)
        raise CounterFailure("package failed, as it should")


class CounterFailsInUnpackage(SharedCounter):
    """Raises when it has taken over the state already."""

    name = "counter_fails_in_unpackage"
    title = "Counter, fails in unpackage"
    summary = "Raises when it takes over a predecessor's state."
    offered = False

    def unpackage(self, bit: int, package: Package) -> None:
        super().unpackage(bit, package)
        self.surroundings.work(self.update_ns)
        raise CounterFailure("unpackage failed, as it should")


class CounterPackagesGarbage(SharedCounter):
    """Hands over something that is no package at all."""

    name = "counter_packages_garbage"
    title = "Counter, packages garbage"
    summary = "Hands over something that is no package."
    offered = False

    def package(self, bit: int) -> Package:
        garbage: Any = "no package"
        return garbage  # type: ignore[no-any-return]


class CounterPackagesNonsense(SharedCounter):
    """Hands over a package in which no counter's state is."""

    name = "counter_packages_nonsense"
    title = "Counter, packages nonsense"
    summary = "Hands over a package whose contents are not a counter's state."
    offered = False

    def package(self, bit: int) -> Package:
        return Package({"value": "nonsense"}, 64)


class CounterNeverUnpackages(SharedCounter):
    """Works on its predecessor's state without end; the time limit of TRANSFER ends it."""

    name = "counter_never_unpackages"
    title = "Counter, never ends unpackage"
    summary = "Works for ever on a predecessor's state."
    offered = False

    def unpackage(self, bit: int, package: Package) -> None:
        while True:
            self.surroundings.work(max(1, self.update_ns))


class CounterRaises(SharedCounter):
    """Raises in each call of `increment` and `add` whose turn it is, before it counts anything."""

    name = "counter_raises"
    title = "Counter, raises in calls"
    summary = "Raises in every eighth call and counts nothing there."
    offered = False
    settings = {**SharedCounter.settings, "raise_every": Setting(8, "every how many calls it raises", 1, 1_000_000)}
    raise_every: int
    _calls = 0

    def increment(self, amount: int = 1) -> int:
        self._raise_in_turn()
        return super().increment(amount)

    def add(self, caller: int, sequence: int) -> int:
        self._raise_in_turn()
        return super().add(caller, sequence)

    def _raise_in_turn(self) -> None:
        self.surroundings.work(self.update_ns)
        self._calls += 1
        if self._calls % self.raise_every == 0:
            raise CounterFailure(f"call {self._calls} failed, as it should")


FAILING: tuple[type[Component], ...] = (
    CounterFailsInPackage,
    CounterFailsInUnpackage,
    CounterPackagesGarbage,
    CounterPackagesNonsense,
    CounterNeverUnpackages,
    CounterRaises,
)
"""The palette shows them with the others; the conformance suite leaves them out."""
