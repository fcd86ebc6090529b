"""Counts the calls of whatever it is dropped on, by method.

It keeps nothing across a call, so that it skips POSTCALL, and with it what the paper found to be the dear part of a
wrapped call (§6.2, Table 1).
"""

from __future__ import annotations

from typing import Any

from model.engine.component import Setting
from model.engine.wrapper import Wrapper
from model.machine.surroundings import Cell, Surroundings


class CallCounter(Wrapper):
    """Figures: "calls", and "calls of ..." for each method."""

    name = "call_counter"
    title = "call counter"
    summary = "Counts calls by method."
    skips_postcall = True
    settings = {"report_every": Setting(16, "calls of a method from one report to the next", 1, 1_000_000)}
    report_every: int

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        super().__init__(surroundings, identity=identity, **settings)
        self.calls: dict[str, Cell] = {}

    def precall(self, method: str, arguments: tuple[Any, ...]) -> None:
        cell = self.calls.get(method)
        if cell is None:
            cell = self.calls.setdefault(method, self.surroundings.cell())
        count = self.surroundings.fetch_add(cell, 1) + 1
        if count == 1 or count % self.report_every == 0:
            self.report(f"calls of {method}", count)
            self.report("calls", sum(cell.value for cell in self.calls.values()))
