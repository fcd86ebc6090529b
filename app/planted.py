"""A scenario of a broken engine is played by the engine that is broken so, and by no other.

A kept failure may name a planted bug. While its session is open the bug is in the engine of this process, and it is out
again before another session begins: nothing of it is ever in a normal one.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.scenario import Scenario


def mutant_of(scenario: Scenario) -> str:
    """The bug that a scenario wants; empty for none."""
    return scenario.schedule.mutant if scenario.schedule is not None else ""


class Planted:
    """Holds the bug of one session at a time."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.name = ""
        """The bug that is in the engine now; empty for none."""

    def take(self, scenario: Scenario) -> None:
        """Have the engine as this scenario wants it. Raises ScenarioError for a bug that nobody knows."""
        self.clear()
        name = mutant_of(scenario)
        if not name:
            return
        from model.exploration.mutants import MUTANTS, named, planted
        from model.refusals import ScenarioError, nearest

        try:
            mutant = named(name)
        except KeyError:
            remedy = nearest(name, [known.name for known in MUTANTS])
            raise ScenarioError("schedule.mutant", f"there is no planted bug {name!r}", remedy) from None
        self._stack.enter_context(planted(mutant))
        self.name = mutant.name

    def clear(self) -> None:
        """The engine as it is."""
        self._stack.close()
        self._stack = ExitStack()
        self.name = ""


@contextmanager
def engine_of(scenario: Scenario) -> Iterator[None]:
    """The engine as a scenario wants it while this lasts, for a run without a window."""
    planted = Planted()
    planted.take(scenario)
    try:
        yield
    finally:
        planted.clear()
