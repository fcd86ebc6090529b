"""How often a filter was met by the rows so far, and where last: what a tracepoint shows.

A pure question to the trace, so that it has an answer at each position and for a filter that was written down a moment
ago. What is asked of whole chunks is kept; the rest is a numpy query over one chunk.

Limits: rows that the trace has let go no longer count.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from model.projections.row_filter import RowFilter
from model.trace.names import Names
from model.trace.trace import CHUNK_ROWS, Trace

NEVER: Final = -1


class Met(NamedTuple):
    """How many rows met the filter, and the position of the last; NEVER if none did."""

    times: int = 0
    last: int = NEVER


class Hits:
    """The answers of one filter over one trace."""

    def __init__(self, trace: Trace, rows: RowFilter) -> None:
        self._trace = trace
        self._filter = rows
        self._whole: dict[int, Met] = {}

    def before(self, position: int, names: Names) -> Met:
        """Of the held rows before `position`. `names` are those known there or later."""
        trace = self._trace
        position = min(position, trace.head)
        count, last = 0, NEVER
        for first, rows in trace.chunks(trace.tail, position):
            whole = first % CHUNK_ROWS == 0 and len(rows) == CHUNK_ROWS
            met = self._whole.get(first) if whole else None
            if met is None:
                found = np.flatnonzero(self._filter.mask(rows, names))
                met = Met(len(found), first + int(found[-1])) if len(found) else Met()
                if whole:
                    self._whole[first] = met
            count += met.times
            last = max(last, met.last)
        self._forget(trace.tail)
        return Met(count, last)

    def _forget(self, tail: int) -> None:
        for first in [first for first in self._whole if first < tail]:
            del self._whole[first]
