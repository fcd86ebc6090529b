"""A scenario of a broken engine is played by the engine that is broken so, and by no other.

A kept failure may name a planted bug. While its session is open the bug is in the engine of this process, and it is out
again before another session begins: nothing of it is ever in a normal one.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.scenario import Scenario


class Planted:
    """Holds the bug of one session at a time."""

    def __init__(self) -> None:
        self._stack = ExitStack()
        self.name = ""
        """The bug that is in the engine now; empty for none."""

    def take(self, scenario: Scenario) -> None:
        """Have the engine as this scenario wants it. Raises ScenarioError for a bug that nobody knows."""
        self.clear()
        name = scenario.schedule.mutant if scenario.schedule is not None else ""
        if not name:
            return
        from model.exploration.mutants import MUTANTS, named, planted
        from model.scenario import ScenarioError, nearest

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
