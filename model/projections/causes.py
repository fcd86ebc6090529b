"""One step from an event to what brought it about, and to what it brought about.

Only one step: arrows through a whole run are a thicket that nobody reads. A call is brought about by the call or the
thread that made it; what a call or a thread did next is the first row that names it as its cause.

Limits: within the rows that are held.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from model.projections.picking import kind_table
from model.trace.events import Kind
from model.trace.trace import CHUNK_ROWS, Event, Trace

_CALLS: Final = kind_table(Kind.CALL_ENTERED)
_STARTS: Final = kind_table(Kind.THREAD_STARTED)


def cause_of(trace: Trace, position: int) -> Event | None:
    """The row that brought this one about; None when none is known, or none is held."""
    if not trace.tail <= position < trace.head:
        return None
    cause = trace.event(position).cause
    return trace.event(cause) if trace.tail <= cause < trace.head else None


def effect_of(trace: Trace, position: int, until: int) -> Event | None:
    """The first row before `until` that this one brought about."""
    if position < trace.tail:
        return None
    for first, rows in trace.chunks(min(position + 1, until), until):
        found = np.flatnonzero(rows["cause"] == position)
        if len(found):
            return trace.event(first + int(found[0]))
    return None


def position_of(trace: Trace, kind: str, identity: int, until: int) -> int:
    """Where a call was entered or a thread started, the last before `until`; -1 when that is not held."""
    wanted, field = (_CALLS, "call") if kind == "call" else (_STARTS, "thread")
    last = until
    while last > trace.tail:
        first = max(trace.tail, last - CHUNK_ROWS)
        rows = trace.rows(first, last)
        found = np.flatnonzero(wanted[rows["kind"]] & (rows[field] == identity))
        if len(found):
            return first + int(found[-1])
        last = first
    return -1


def about(event: Event) -> tuple[str, int] | None:
    """What of an event can be selected: its call, its thread or its object's number."""
    if event.call:
        return "call", event.call
    return ("thread", event.thread) if event.thread else None
