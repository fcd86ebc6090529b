"""Reads what a run has done while it goes on, before the trace forgets it."""

from __future__ import annotations

from collections.abc import Sequence

from model import catalogue
from model.commands import Stamped
from model.scenario import Scenario
from model.trace.events import Kind, Phase
from model.trace.trace import Trace
from model.world import World


class Run:
    """A scenario at work: advanced by instants, its script applied on the way, its swaps timed."""

    def __init__(self, scenario: Scenario, trace_rows: int) -> None:
        self.trace = Trace(trace_rows)
        self.world = World(scenario, catalogue.for_scenario(scenario), self.trace)
        self.swaps = SwapTimes(self.trace)
        self._script: list[Stamped] = list(scenario.script)

    def to(self, until_ns: int) -> None:
        """Runs everything at or before `until_ns`."""
        world = self.world
        while self._script and self._script[0].at_ns <= until_ns:
            stamped = self._script.pop(0)
            world.run(stamped.at_ns - 1)
            self.swaps.look()
            world.lead(stamped.at_ns)
            world.apply(stamped.command, -1)
        world.run(until_ns)
        self.swaps.look()

    def close(self) -> None:
        """Ends it."""
        self.world.close()


class SwapTimes:
    """How long each completed swap took, in order of completion.

    The clock of a swap starts when it enters FORWARD, once its mediator is built, and stops when the entries name the
    new component.
    """

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._looked = 0
        self._begun: dict[int, int] = {}
        self.took_ns: list[int] = []
        self.blocked = 0
        """Calls that were held at a door."""

    def look(self) -> None:
        """Takes note of what has happened since the last look. LookupError if the trace has forgotten some of it."""
        trace = self._trace
        if trace.tail > self._looked and self._looked:
            raise LookupError("the trace was too short for what was to be read from it")
        rows = trace.rows(max(self._looked, trace.tail), trace.head)
        self._looked = trace.head
        kinds = rows["kind"]
        self.blocked += int((kinds == Kind.CALL_BLOCKED).sum())
        for row in rows[(kinds == Kind.PHASE_ENTERED) | (kinds == Kind.SWAP_COMPLETED)]:
            request = int(row["a"])
            if row["kind"] == Kind.SWAP_COMPLETED:
                if request in self._begun:
                    self.took_ns.append(int(row["at_ns"]) - self._begun.pop(request))
            elif row["b"] == Phase.FORWARD:
                self._begun.setdefault(request, int(row["at_ns"]))


def rate(done: Sequence[int], before: Sequence[int], took_ns: int) -> float:
    """How many a second, over all."""
    return (sum(done) - sum(before)) * 1e9 / took_ns
