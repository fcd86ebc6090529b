"""Where each line of a narration begins: the row at which it has something to speak of.

    lines    l0: kind:swap_requested     l1: phase:block     l2: phase:block
    rows     . . . R . . B . . . . . . . B . . . .
                   l0    l1              l2             each is looked for after the one before

So the lines are met in their order whatever else happens, and which of them is said at a position depends on that
position alone: a person who goes back hears again what was said there.

Limits: a line whose rows were let go by the trace before they were looked at is looked for among those that are held.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from model.projections.row_filter import RowFilter
from model.trace.names import Names
from model.trace.trace import Trace


class Telling:
    """Follows one trace with the filters of the lines, in order."""

    def __init__(self, trace: Trace, lines: Sequence[RowFilter]) -> None:
        self._trace = trace
        self._lines = tuple(lines)
        self._points: list[int] = []
        self._looked = 0

    def points(self, names: Callable[[], Names]) -> Sequence[int]:
        """The rows of the lines that were met so far, in order. `names` gives those known at the trace's head."""
        trace = self._trace
        if len(self._points) == len(self._lines) or self._looked == trace.head:
            return self._points
        known: Any = _WhenAsked(names)
        for first, rows in trace.chunks(max(self._looked, trace.tail), trace.head):
            begin = 0
            while begin < len(rows) and len(self._points) < len(self._lines):
                found = np.flatnonzero(self._lines[len(self._points)].mask(rows[begin:], known))
                if not len(found):
                    break
                self._points.append(first + begin + int(found[0]))
                begin += int(found[0]) + 1
        self._looked = trace.head
        return self._points

    def said_at(self, position: int, names: Callable[[], Names]) -> int:
        """The index of the line that is said after the first `position` rows; -1 before the first."""
        return bisect_left(self.points(names), position) - 1


class _WhenAsked:
    """Names that are looked up when a filter asks: this is done for each instant of a run, and few rows need them."""

    def __init__(self, names: Callable[[], Names]) -> None:
        self._names = names

    def __getattr__(self, name: str) -> Any:
        return getattr(self._names(), name)
