"""Every call that has ended, one by one: how long calls took over time, and which call was one that took so long.

    over time          at      2.1 ms  2.2 ms  2.3 ms ...
                  8 µs          .       #       .
                  4 µs          +       #       +
                  2 µs          #       +       #

Where the histogram of latency.py counts, this remembers, in columns that grow with the trace and are let go with it.

Limits: a query over the rows that are held, read on as far as it is asked for; not a fold.
"""

from __future__ import annotations

from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.projections.columns import Column, at
from model.projections.picking import kind_table
from model.trace.events import Kind
from model.trace.trace import Rows, Trace

ENDED: Final = np.dtype(
    [("position", "<i8"), ("at_ns", "<i8"), ("took_ns", "<i8"), ("call", "<i8"), ("object", "<i4"), ("method", "<i2")]
)
_ENDS: Final = kind_table(Kind.CALL_RETURNED, Kind.CALL_RAISED)


class EndedCalls:
    """The calls of one trace that have ended, as far as it was read."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._position = trace.tail
        self._parts: list[Rows] = []
        self._joined: Rows = np.empty(0, dtype=ENDED)

    def until(self, position: int) -> Rows:
        """All calls that ended before a position, in order; those that the trace has let go are left out."""
        self._read(max(position, self._position))
        if self._parts:
            self._joined = np.concatenate((self._joined, *self._parts))
            self._parts = []
        first = int(self._joined["position"].searchsorted(self._trace.tail))
        if first > len(self._joined) // 2:
            self._joined = self._joined[first:].copy()
            first = 0
        last = int(self._joined["position"].searchsorted(position))
        return self._joined[first:last]

    def _read(self, until: int) -> None:
        for first, rows in self._trace.chunks(max(self._position, self._trace.tail), until):
            places = np.flatnonzero(_ENDS[rows["kind"]])
            if len(places):
                self._parts.append(_ended(first + places, at(rows, places)))
        self._position = until


def _ended(positions: Column, rows: Rows) -> Rows:
    ended = np.zeros(len(rows), dtype=ENDED)
    ended["position"] = positions
    for name, field in (
        ("at_ns", "at_ns"), ("took_ns", "a"), ("call", "call"), ("object", "subject"), ("method", "method")
    ):  # fmt: skip
        ended[name] = rows[field]
    return ended


def of(ended: Rows, object_id: int, method: int | None = None) -> Rows:
    """Those of one object, or of one of its methods."""
    mine = ended["object"] == object_id
    if method is not None:
        mine &= ended["method"] == method
    found: Rows = ended[mine]
    return found


def last_that_took(ended: Rows, least_ns: int, most_ns: int, before_ns: int | None = None) -> int:
    """The number of the last call that took at least and at most so long; 0 for none."""
    there = (ended["took_ns"] >= least_ns) & (ended["took_ns"] <= most_ns)
    if before_ns is not None:
        there &= ended["at_ns"] <= before_ns
    found = np.flatnonzero(there)
    return int(ended["call"][found[-1]]) if len(found) else 0


def over_time(
    ended: Rows, window_ns: tuple[int, int], columns: int, octaves: tuple[float, float], rows_an_octave: int
) -> NDArray[np.int64]:
    """Counts by time (first axis) and by octave of latency (second): what a heat map shows."""
    first_ns, last_ns = window_ns
    count = max(1, round((octaves[1] - octaves[0]) * rows_an_octave))
    across = (ended["at_ns"] - first_ns) * columns // max(1, last_ns - first_ns)
    took = np.log2(np.maximum(ended["took_ns"], 1))
    up = np.floor((took - octaves[0]) * rows_an_octave).astype(np.int64)
    there = (across >= 0) & (across < columns) & (up >= 0) & (up < count)
    counts = np.bincount(across[there] * count + up[there], minlength=columns * count)
    return counts.reshape(columns, count).astype(np.int64)
