"""The few rules that need nothing but the rows of calls and swaps: what an exploration checks at the very least.

- L1: every call that was entered returns or raises.
- L2: every swap that was requested is completed, abandoned or refused.
- L4: nothing waits for ever; and the run ends.
- S4: no effect is lost or doubled, as far as a component says so itself: a counter reports its violations.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import ClassVar

from model.projections.rules import Ending, Rule, Violation
from model.trace.events import Kind
from model.trace.fingerprint import text_number
from model.trace.trace import Event


class EveryCallReturns:
    """L1: what is entered comes back."""

    name: ClassVar[str] = "L1"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.CALL_ENTERED, Kind.CALL_RETURNED, Kind.CALL_RAISED})

    def __init__(self) -> None:
        self._open: dict[int, tuple[int, int]] = {}

    def see(self, row: Event) -> Violation | None:
        if row.kind == Kind.CALL_ENTERED:
            self._open[row.call] = (row.thread, row.position)
        elif self._open.pop(row.call, None) is None:
            return Violation(self.name, f"call {row.call} came back twice", row.position)
        return None

    def end(self, ending: Ending) -> Violation | None:
        for call, (thread, position) in self._open.items():
            return Violation(self.name, f"call {call} of thread {thread} never came back", position)
        return None

    def memory(self) -> Hashable:
        return tuple(sorted(thread for thread, _ in self._open.values()))


class EverySwapEnds:
    """L2: each request comes to one end."""

    name: ClassVar[str] = "L2"
    kinds: ClassVar[frozenset[Kind]] = frozenset(
        {Kind.SWAP_REQUESTED, Kind.SWAP_COMPLETED, Kind.SWAP_ABANDONED, Kind.REQUEST_REFUSED}
    )

    def __init__(self) -> None:
        self._open: dict[int, int] = {}

    def see(self, row: Event) -> Violation | None:
        if row.kind == Kind.SWAP_REQUESTED:
            self._open[row.a] = row.position
        elif self._open.pop(row.a, None) is None and row.kind != Kind.REQUEST_REFUSED:
            return Violation(self.name, f"swap {row.a} ended twice", row.position)
        return None

    def end(self, ending: Ending) -> Violation | None:
        for request, position in self._open.items():
            return Violation(self.name, f"swap {request} never ended", position)
        return None

    def memory(self) -> Hashable:
        return tuple(sorted(self._open))


class NothingWaitsForEver:
    """L4: at the end every thread has ended."""

    name: ClassVar[str] = "L4"
    kinds: ClassVar[frozenset[Kind]] = frozenset()

    def see(self, row: Event) -> Violation | None:
        return None

    def end(self, ending: Ending) -> Violation | None:
        if ending.endless:
            return Violation(self.name, "the run does not end", ending.position)
        if not ending.waiting:
            return None
        words = "; ".join(
            f"thread {waiting.thread} ({waiting.name}) waits for {waiting.waits_for}"
            + (f", thread {waiting.on}" if waiting.on else "")
            for waiting in ending.waiting
        )
        return Violation(self.name, f"nothing can happen any more: {words}", ending.position)

    def memory(self) -> Hashable:
        return None


class NoCountIsLost:
    """S4: a counter that notices a gap, a repetition or an overtaking reports it."""

    name: ClassVar[str] = "S4"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.FIGURE_REPORTED})

    def see(self, row: Event) -> Violation | None:
        if row.b == _VIOLATIONS and row.a > 0:
            return Violation(self.name, "a call was lost, came twice or overtook another", row.position)
        return None

    def end(self, ending: Ending) -> Violation | None:
        return None

    def memory(self) -> Hashable:
        return None


_VIOLATIONS = text_number("violations")


def few_rules() -> tuple[Rule, ...]:
    """A new set of them for one run."""
    return (EveryCallReturns(), EverySwapEnds(), NothingWaitsForEver(), NoCountIsLost())
