"""How many calls there are: issued, ended and in flight, in all and for each object.

A call is issued when it is entered, and in flight until it returns or raises. While a swap is in BLOCK some of those in
flight are not inside the component but held at its door; they are kept by number, as one may be blocked more than once.

Limits: counts only. How busy an object was lately is read from the columns of the trace by whoever draws it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.projections.copied import Copied
from model.projections.picking import Texts, kind_table, picked
from model.trace.events import Kind
from model.trace.trace import Rows

_RETURNED: Final = Kind.CALL_RETURNED
_ENDED: Final = kind_table(Kind.CALL_RETURNED, Kind.CALL_RAISED)
_DOOR: Final = kind_table(Kind.CALL_BLOCKED, Kind.CALL_RELEASED, Kind.CALL_RAISED)


@dataclass(frozen=True, slots=True)
class Counts:
    """Calls at a position: issued = returned + raised + in flight, always.

    `by_object` has the calls in flight of each object that has any, `held` those of them that stand at its closed door;
    `waiting` is each such call with its object.
    """

    issued: int = 0
    returned: int = 0
    raised: int = 0
    by_object: dict[int, int] = field(default_factory=dict)
    held: dict[int, int] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)

    @property
    def in_flight(self) -> int:
        """Entered and not returned, in all."""
        return self.issued - self.returned - self.raised

    def in_flight_of(self, object_id: int) -> int:
        """Entered and not returned, of one object, with those that wait at its door."""
        return self.by_object.get(object_id, 0)

    def waiting_of(self, object_id: int) -> int:
        """Held at the object's door."""
        return self.held.get(object_id, 0)

    def inside_of(self, object_id: int) -> int:
        """In flight and not held at the door."""
        return self.in_flight_of(object_id) - self.waiting_of(object_id)


class FactsFold:
    """From rows to Counts."""

    def __init__(self, trace: Texts) -> None:
        """Needs no texts; takes the trace as all folds do."""

    def initial(self) -> Counts:
        return Counts()

    def apply(self, state: Counts, first_position: int, rows: Rows) -> Counts:
        kinds = rows["kind"]
        entered = rows["subject"][kinds == Kind.CALL_ENTERED]
        ended = rows["subject"][_ENDED[kinds]]
        if not len(entered) and not len(ended) and not _DOOR[kinds].any():
            return state
        waiting = _waiting(state.waiting, first_position, rows)
        returned = int(np.count_nonzero(kinds == _RETURNED))
        return replace(
            state,
            issued=state.issued + len(entered),
            returned=state.returned + returned,
            raised=state.raised + len(ended) - returned,
            by_object=_added(_added(state.by_object, entered, 1), ended, -1),
            held=state.held if waiting is state.waiting else dict(Counter(waiting.values())),
            waiting=waiting,
        )


def _added(counts: dict[int, int], objects: NDArray[np.int32], sign: int) -> dict[int, int]:
    """A copy of the counts with so many more for each object; without those that have come to 0."""
    if not len(objects):
        return counts
    new = dict(counts)
    for identity, count in zip(*(column.tolist() for column in np.unique(objects, return_counts=True)), strict=True):
        new[identity] = new.get(identity, 0) + sign * count
        if not new[identity]:
            del new[identity]
    return new


def _waiting(before: dict[int, int], first_position: int, rows: Rows) -> dict[int, int]:
    """The calls at closed doors; one may be blocked again without having been released."""
    waiting = Copied(before)
    for event in picked(_DOOR, first_position, rows):
        if event.kind == Kind.CALL_BLOCKED:
            waiting.put(event.call, event.subject)
        else:
            waiting.drop(event.call)
    return waiting.now
