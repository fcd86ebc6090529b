"""Which rows count: where a step ends, where a run halts, and the search for the next such row that is held."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from model.trace.events import Kind
from views.kit.playback_control import Step

if TYPE_CHECKING:
    from model.trace.trace import Rows, Trace

Mask = Callable[["Rows"], Any]
"""Which rows count, as a column of truth values."""

PHASE_KINDS: Final = (int(Kind.PHASE_ENTERED), int(Kind.SWAP_COMPLETED), int(Kind.SWAP_ABANDONED))
HELD_AT_ONCE: Final = 4_096
"""Rows that are looked at together on the way back."""


class CallsOf:
    """Calls that are entered, of one object or, for 0, of any."""

    def __init__(self, object_id: int) -> None:
        self._object = object_id

    def __call__(self, rows: Rows) -> Any:
        calls = rows["kind"] == Kind.CALL_ENTERED
        return calls & (rows["subject"] == self._object) if self._object else calls


def phase_rows(rows: Rows) -> Any:
    """Those at which a swap's phase begins or the swap ends."""
    return np.isin(rows["kind"], PHASE_KINDS)


STEPS_AT: Final[dict[Step, Mask]] = {
    "event": lambda rows: np.ones(len(rows), dtype=np.bool_),
    "phase": phase_rows,
    "advance": lambda rows: rows["kind"] == Kind.GENERATION_ADVANCED,
}


def next_held(trace: Trace, position: int, counts: Mask) -> int | None:
    """The first row that counts from `position` on, of those that the trace holds."""
    for first, rows in trace.chunks(position, trace.head):
        found = first_of(counts(rows))
        if found is not None:
            return first + found
    return None


def last_held(trace: Trace, position: int, counts: Mask) -> int | None:
    """The last row that counts before `position`, of those that the trace holds."""
    while position > trace.tail:
        first = max(trace.tail, position - HELD_AT_ONCE)
        found = np.flatnonzero(counts(trace.rows(first, position)))
        if len(found):
            return first + int(found[-1])
        position = first
    return None


def first_of(truths: Any) -> int | None:
    """The index of the first that is true."""
    return int(np.argmax(truths)) if truths.any() else None
