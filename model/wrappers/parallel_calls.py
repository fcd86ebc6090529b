"""Counts how many calls are inside of whatever it is dropped on at once: a probe of the paper's §2.2.

It tells whether a component that scales would pay, and like every probe it costs something itself: the count is one
for all processors, because only so is it exact.
"""

from __future__ import annotations

from typing import Any

from model.engine.component import Setting
from model.engine.wrapper import Wrapper
from model.machine.surroundings import Cell, Surroundings


class ParallelCalls(Wrapper):
    """Figures: "calls", "calls that met others", "most calls in parallel", "mean calls in parallel, hundredths"."""

    name = "parallel_calls"
    title = "parallel calls"
    summary = "Counts how many calls are in the component at once."
    settings = {"report_every": Setting(16, "calls from one report to the next", 1, 1_000_000)}
    report_every: int

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        super().__init__(surroundings, identity=identity, **settings)
        self.inside: Cell = surroundings.cell()
        self.calls = self.met = self.most = self.total = 0

    def precall(self, method: str, arguments: tuple[Any, ...]) -> None:
        inside = self.surroundings.fetch_add(self.inside, 1) + 1
        self.calls += 1
        self.met += inside > 1
        self.total += inside
        self.most = max(self.most, inside)
        if self.calls == 1 or self.calls % self.report_every == 0:
            self._tell()

    def postcall(self, method: str, state: Any, result: Any, error: BaseException | None) -> None:
        self.surroundings.fetch_add(self.inside, -1)

    def _tell(self) -> None:
        self.report("calls", self.calls)
        self.report("calls that met others", self.met)
        self.report("most calls in parallel", self.most)
        self.report("mean calls in parallel, hundredths", 100 * self.total // self.calls)
