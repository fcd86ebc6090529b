"""The rows that a fold cares about, and no others.

Most rows of a run are calls, of which most folds want nothing. A table indexed by kind sorts out 4,096 rows in a few
microseconds, and only what it lets pass becomes Python objects.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from model.trace.events import Kind
from model.trace.trace import Event, Rows

KindTable = NDArray[np.bool_]


class Texts(Protocol):
    """Who knows the texts that rows name by number: the trace."""

    def text(self, number: int) -> str:
        """The text of that number."""


def kind_table(*wanted: Kind) -> KindTable:
    """A table that is True at the wanted kinds."""
    table = np.zeros(max(Kind) + 1, dtype=np.bool_)
    table[[int(kind) for kind in wanted]] = True
    return table


def picked(table: KindTable, first_position: int, rows: Rows) -> Iterator[Event]:
    """The rows of the wanted kinds, in order, as events with their absolute positions."""
    indices = np.flatnonzero(table[rows["kind"]])
    for index, row in zip(indices.tolist(), rows[indices].tolist(), strict=True):
        yield Event(first_position + index, *row)
