"""Which rows of the trace a filter lets through, found piece by piece from the cursor outwards.

New rows are looked through as they come; older ones from the newest to the oldest, a stretch at a time, so that what a
person wants to see is there at once, and a million rows never stop the window:

    tail ........ low ################ high ........ head
          <- older stretches          new rows ->

Without a filter every row is let through and nothing is kept.

Limits: names are those known when a stretch is looked through.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import numpy as np

from model.projections.columns import Column
from model.projections.row_filter import RowFilter
from model.trace.names import Names
from model.trace.trace import Rows, Trace

Sentences = Callable[[int], str]
"""The sentence of the row at a position."""

STRETCH: Final = 65_536
"""Rows of which the columns are looked at in one go."""
SENTENCES: Final = 2_048
"""Rows in a go where sentences are asked for."""


class StoryRows:
    """The positions that a filter lets through, ascending."""

    def __init__(self, trace: Trace, chosen: RowFilter | None = None) -> None:
        self._trace = trace
        self._filter = chosen if chosen is not None and chosen.text else None
        self._low = self._high = -1
        self._newer: list[Column] = []
        self._older: list[Column] = []
        """The last stretch that was looked through comes last: it is the oldest."""
        self._joined: Column | None = None

    @property
    def filtered(self) -> bool:
        """Whether anything is left out."""
        return self._filter is not None

    @property
    def share(self) -> float:
        """How much of the held rows was looked through."""
        held = self._trace.head - self._trace.tail
        if self._filter is None or not held:
            return 1.0
        return max(0.0, min(1.0, (self._high - max(self._low, self._trace.tail)) / held))

    def read(self, until: int, names: Names, sentences: Sentences) -> bool:
        """Look through all new rows before `until` and one stretch of older ones; True when none is left."""
        if self._filter is None:
            return True
        tail = self._trace.tail
        if self._high < tail:
            self._low = self._high = until
            self._newer, self._older, self._joined = [], [], None
        if until > self._high:
            self._add(self._newer, self._high, until, names, sentences)
            self._high = until
        if self._low > tail:
            first = max(tail, self._low - (SENTENCES if self._filter.asks_sentences else STRETCH))
            self._add(self._older, first, self._low, names, sentences)
            self._low = first
        return self._low <= tail

    def _add(self, parts: list[Column], first: int, last: int, names: Names, sentences: Sentences) -> None:
        assert self._filter is not None
        found = []
        for start, rows in self._trace.chunks(first, last):
            mask = self._mask(start, rows, names, sentences)
            found.append(start + np.flatnonzero(mask))
        positions = np.concatenate(found) if found else np.empty(0, dtype=np.int64)
        if len(positions):
            parts.append(positions)
            self._joined = None

    def _mask(self, start: int, rows: Rows, names: Names, sentences: Sentences) -> Column:
        assert self._filter is not None
        mask: Column = self._filter.mask(rows, names, lambda index: sentences(start + index))
        return mask

    def _positions(self) -> Column:
        if self._joined is None:
            parts = [*reversed(self._older), *self._newer]
            self._joined = np.concatenate(parts) if parts else np.empty(0, dtype=np.int64)
            # One piece from now on: joining a thousand small ones each frame would cost more than all else.
            self._older, self._newer = [], [self._joined] if len(self._joined) else []
        return self._joined

    def count(self, until: int) -> int:
        """How many rows before a position are let through and still held."""
        if self._filter is None:
            return max(0, until - self._trace.tail)
        positions = self._positions()
        return int(positions.searchsorted(until)) - self._gone(positions)

    def position(self, index: int) -> int:
        """Where the row stands that is the index-th of those that are let through and held."""
        if self._filter is None:
            return self._trace.tail + index
        positions = self._positions()
        return int(positions[index + self._gone(positions)])

    def index(self, position: int) -> int:
        """The index of the last row at or before a position; -1 for none."""
        return self.count(position + 1) - 1

    def _gone(self, positions: Column) -> int:
        """How many of those that were found the trace has let go."""
        return int(positions.searchsorted(self._trace.tail))
