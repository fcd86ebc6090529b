"""A schedule that is played again: the choices of one run by their steps, and where a run does not fit them.

A schedule is the list of all choices that were not 0. Each names what the thread at the choice stood before, so that a
replay which has gone another way is told at the first step that shows it, and not by nonsense later on.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from model.machine.surroundings import Operation

# What a thread stands before at a choice, beside the operations of points.
BEGIN, PARK, SLEEP, WORK, END = 100, 101, 102, 103, 104
_NAMES: Final = {BEGIN: "begin", PARK: "park", SLEEP: "sleep", WORK: "work", END: "end"}


def operation_name(operation: int) -> str:
    """What a schedule calls an operation: "table_read", "park"."""
    return _NAMES[operation] if operation in _NAMES else Operation(operation).name.lower()


class Choice(NamedTuple):
    """One choice of a schedule that was not 0. A schedule is the list of these, in order of their steps."""

    step: int
    answer: int
    operation: str
    """What the last thread stands before, or did last: by this a replay that diverges is told."""


class Replay:
    """Answers as a schedule says, and 0 elsewhere; notes where the run does not fit it."""

    def __init__(self, choices: Iterable[Choice]) -> None:
        self._choices = {choice.step: choice for choice in choices}
        self._last = max(self._choices, default=-1)
        self._divergence = ""

    def __call__(self, machine: Any, n: int) -> int:
        choice = self._choices.get(machine.step)
        if choice is None:
            return 0
        stands_before = operation_name(machine.operation)
        if choice.operation != stands_before:
            return self._diverge(f"at step {choice.step} the thread comes to {stands_before}, not {choice.operation}")
        if choice.answer >= n:
            return self._diverge(f"at step {choice.step} there are {n} choices, not {choice.answer + 1} or more")
        return choice.answer

    def divergence(self, machine: Any) -> str | None:
        """Where the run that `machine` has made so far does not fit the schedule, as a clause; None where it does."""
        if self._divergence:
            return self._divergence
        if machine.step <= self._last and machine.next_due_ns() is None:
            return f"the run ends at step {machine.step}, before step {self._last} of its schedule"
        return None

    def _diverge(self, why: str) -> int:
        self._divergence = self._divergence or why
        return 0
