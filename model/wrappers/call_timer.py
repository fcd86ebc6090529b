"""Measures the time spent in whatever it is dropped on, by method, and how many calls are inside at once.

These are the probes of the paper's §2.2: time in a component, and calls in parallel, which tell whether a replicated
implementation would pay. What a call waits at a mediator's door is not in it: the mediator stands outside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from model.engine.component import Setting
from model.engine.wrapper import Wrapper
from model.machine.surroundings import Cell, Surroundings


@dataclass(slots=True)
class Times:
    """What is known of one method's calls that have ended."""

    calls: int = 0
    total_ns: int = 0
    shortest_ns: int = 0
    longest_ns: int = 0

    def note(self, ns: int) -> None:
        self.shortest_ns = min(self.shortest_ns, ns) if self.calls else ns
        self.longest_ns = max(self.longest_ns, ns)
        self.calls += 1
        self.total_ns += ns


class CallTimer(Wrapper):
    """Figures for each method: "calls of ...", "mean ns of ...", "shortest ns of ...", "longest ns of ..."; and overall
    "most calls in parallel".

    The times are kept a table a processor, so that measuring makes no processor wait for another.
    """

    name = "call_timer"
    title = "call timer"
    summary = "Measures the time in the component by method, and calls in parallel."
    settings = {"report_every": Setting(16, "calls of a method from one report to the next", 1, 1_000_000)}
    report_every: int

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        super().__init__(surroundings, identity=identity, **settings)
        self.inside: Cell = surroundings.cell()
        self.most_inside = 0
        self._tables: list[dict[str, Times]] = [{} for _ in range(surroundings.processors)]

    def precall(self, method: str, arguments: tuple[Any, ...]) -> int:
        inside = self.surroundings.fetch_add(self.inside, 1) + 1
        if inside > self.most_inside:
            self.most_inside = inside
            self.report("most calls in parallel", inside)
        return self.surroundings.now_ns

    def postcall(self, method: str, state: int, result: Any, error: BaseException | None) -> None:
        ns = self.surroundings.now_ns - state
        self.surroundings.fetch_add(self.inside, -1)
        times = self._tables[self.surroundings.current.processor].setdefault(method, Times())
        times.note(ns)
        if times.calls == 1 or times.calls % self.report_every == 0:
            self._tell(method)

    def times(self, method: str) -> Times:
        """Of all processors together."""
        known = [table[method] for table in self._tables if method in table]
        return Times(
            sum(times.calls for times in known),
            sum(times.total_ns for times in known),
            min((times.shortest_ns for times in known), default=0),
            max((times.longest_ns for times in known), default=0),
        )

    def _tell(self, method: str) -> None:
        times = self.times(method)
        self.report(f"calls of {method}", times.calls)
        self.report(f"mean ns of {method}", times.total_ns // times.calls)
        self.report(f"shortest ns of {method}", times.shortest_ns)
        self.report(f"longest ns of {method}", times.longest_ns)
