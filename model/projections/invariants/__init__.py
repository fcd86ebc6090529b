"""The rules that every run keeps, as a projection: the light in the window, and what tests and explorations hold.

    S  hot-swap: who may be in which component when, what becomes of each effect, what may be destroyed
    Q  quiescence: every thread of the moment has ended, on every processor
    I  interposition: PRECALL and POSTCALL around each call, nobody blocked
    L  liveness: everything comes to an end; what only the end of a run can show is asked for then

A violation names the rule, the row that breaks it, and the row that this one conflicts with. The same code runs as a
fold over a trace and as a watch over rows that are just being written; both keep the same books in time linear in the
rows.

What the trace alone cannot tell, and who tells it instead:

- who is inside of a component that does not watch itself: there the rules go by what entries pointed at and by what
  the mediator says, so that one which lies is caught only where calls bear it out. The diary watches itself;
- what a component's state holds, and what a call gave: the diary and its callers (S4, S7, S11, I5);
- the mediator's own counts (S6): seen by what it says of calls, not in its slots;
- when a generation's counter was looked at (Q4): seen by how far the generations advanced, and by Q1;
- bounds in time (L5 beside doors, L7: a saturating load cannot put a swap off for ever): tests with a machine.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from model.projections.invariants.books import Books
from model.projections.invariants.sentences import RULES, SENTENCE_OF, RuleText
from model.projections.invariants.watch import BY_NUMBER, InvariantWatch
from model.projections.picking import Texts
from model.projections.rules import Violation
from model.trace.trace import Rows, events_of

__all__ = ["RULES", "SENTENCE_OF", "InvariantWatch", "Invariants", "InvariantsFold", "RuleText", "Violation"]


@dataclass(frozen=True, slots=True)
class Invariants:
    """What the rules say at a position: how many rows they have seen, and the first that break one."""

    rows: int = 0
    broken: int = 0
    """How many violations there are; the first 100 of them are in `violations`."""
    violations: tuple[Violation, ...] = ()
    books: Books = field(default_factory=Books, repr=False, compare=False)

    @property
    def hold(self) -> bool:
        """Whether no rule is broken."""
        return not self.broken


class InvariantsFold:
    """From rows to Invariants."""

    def __init__(self, texts: Texts | None = None) -> None:
        """Needs no texts; takes them so that all folds are made alike."""

    def initial(self) -> Invariants:
        return Invariants()

    def apply(self, state: Invariants, first_position: int, rows: Rows) -> Invariants:
        if not len(rows):
            return state
        books = state.books.copy()
        for row in events_of(first_position, rows, BY_NUMBER):
            BY_NUMBER[row.kind](books, row)
        return Invariants(state.rows + len(rows), books.broken, books.found, books)
