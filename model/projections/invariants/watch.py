"""All rules over one run, some rows at a time: for explorations and tests."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import ClassVar, Final

from model.projections.invariants import activations, calls, interposition, quiescence, swaps
from model.projections.invariants.books import Books
from model.projections.rules import Ending, Violation
from model.trace.events import Kind
from model.trace.trace import Event

Handler = Callable[[Books, Event], None]

HANDLERS: Final[dict[Kind, Handler]] = {
    **calls.HANDLERS,
    **activations.HANDLERS,
    **interposition.HANDLERS,
    **swaps.HANDLERS,
    **quiescence.HANDLERS,
}
"""Who takes note of a row; the others say nothing that a rule needs."""

BY_NUMBER: Final[dict[int, Handler]] = {int(kind): handler for kind, handler in HANDLERS.items()}


class InvariantWatch:
    """Every rule at once, because they share what they remember; a violation names the one that is broken."""

    name: ClassVar[str] = "invariants"
    kinds: ClassVar[frozenset[Kind]] = frozenset(HANDLERS)

    def __init__(self, only: frozenset[str] | None = None) -> None:
        """`only` names the rules that are held; None for all."""
        self.books = Books(only)

    def see(self, rows: Iterable[Event]) -> Violation | None:
        """Takes note of rows; the first rule that one of them breaks, if any."""
        books = self.books
        books.news = None
        for row in rows:
            BY_NUMBER[row.kind](books, row)
        return books.news

    def end(self, ending: Ending) -> Violation | None:
        """What is left undone when nothing can happen any more."""
        self.books.news = None
        unfinished(self.books, ending)
        return self.books.news

    def memory(self) -> Hashable:
        """What of the past may still decide."""
        return self.books.memory()


def unfinished(books: Books, ending: Ending) -> None:
    """L1 to L4, for a run that has come to its end."""
    position = ending.position
    if ending.endless:
        books.breaks("L4", "the run does not end", position)
    if ending.waiting:
        words = "; ".join(
            f"thread {waiting.thread} ({waiting.name}) waits for {waiting.waits_for}"
            + (f", thread {waiting.on}" if waiting.on else "")
            for waiting in ending.waiting
        )
        books.breaks("L4", f"nothing can happen any more: {words}", position)
    for call, flight in books.calls.items():
        books.breaks("L1", f"call {call} of thread {flight.thread} never came back", position, flight.position)
    for request in books.wanted:
        books.breaks("L2", f"swap {request} was requested and never began", position)
    for swap in books.swaps.values():
        words = "never freed what it replaced" if swap.over else "never ended"
        books.breaks("L2", f"swap {swap.request} {words}", position, swap.phase_position)
    if not books.threads:
        for number, asked in books.asked.items():
            books.breaks("L3", f"quiescence {number} was requested and never reached", position, asked.position)
