"""What the tests of all folds need: folding a trace whole or in pieces, and a trace written as a list of rows."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

from model.projections.projection import Fold
from model.trace.events import Kind
from model.trace.trace import TEXT_KINDS, Trace

S = TypeVar("S")


def folded(fold: Fold[S], trace: Trace) -> S:
    """The state after all rows in one batch."""
    return fold.apply(fold.initial(), 0, trace.rows(0, trace.head))


def folded_in_pieces(fold: Fold[S], trace: Trace, cuts: Iterable[int]) -> S:
    """The state after all rows, folded in batches that end at `cuts`."""
    state, first = fold.initial(), 0
    for last in [*sorted(cut % (trace.head + 1) for cut in cuts), trace.head]:
        state = fold.apply(state, first, trace.rows(first, last))
        first = last
    return state


def trace_of(*rows: tuple[Kind, int, dict[str, Any]]) -> Trace:
    """A trace of (kind, at_ns, fields); a text in `b` may be given as such."""
    trace = Trace()
    for kind, at_ns, fields in rows:
        b = trace.intern(fields["b"], keep=True) if kind in TEXT_KINDS else fields.get("b", 0)
        trace.append(kind, at_ns, **{**fields, "b": b})
    return trace
