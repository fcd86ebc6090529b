"""How busy each object was lately: calls in equal steps of simulated time, straight from the columns of the trace.

Steps are cut at whole multiples of their length, so that the line of a node moves on a step at a time and is the same
whenever it is asked for. A step that is not over is not shown.

Limits: at most MOST_ROWS rows are read; in a denser trace the first steps stay at what the rest says of them, 0.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
import numpy.typing as npt

from model.projections.columns import at
from model.trace.events import Kind
from model.trace.trace import Rows, Trace

STEPS: Final = 28
STEP_NS: Final = 50_000
MOST_ROWS: Final = 65_536
NS_PER_S: Final = 1_000_000_000
_TARGET_BITS: Final = 31
_OBJECTS: Final = 1 << 31
"""Begins of ways from here on are objects, those below are clients; both have 31 bits."""


@dataclass(frozen=True, slots=True)
class Busy:
    """One object: calls in each step, calls in a second, and each processor's share of the busiest one's."""

    steps: tuple[int, ...] = (0,) * STEPS
    rate: float = 0.0
    by_processor: tuple[float, ...] = ()


@dataclass(slots=True)
class Activity:
    """Every object's calls in the steps before a clock; asked again within a step, it answers from memory."""

    _asked: tuple[int, int, int] = (-1, -1, -1)
    _busy: dict[int, Busy] = field(default_factory=dict)
    _entered: tuple[Rows, float] | None = None
    """The calls of these steps and how long those are, until somebody asks for the wires."""
    _wires: dict[tuple[int, int, int], float] = field(default_factory=dict)

    def at(self, trace: Trace, position: int, clock_ns: int, processors: int) -> dict[int, Busy]:
        """What each object that was called at all was busy with; the others are not named."""
        step = clock_ns // STEP_NS
        asked = (id(trace), step, processors)
        if asked != self._asked:
            self._asked = asked
            self._entered = _entered(trace, position, step)
            self._busy = _measured(*self._entered, step, processors)
        return self._busy

    @property
    def wires(self) -> dict[tuple[int, int, int], float]:
        """Calls in a second by (client, calling object, called object), as of the clock that was asked for last.

        The object that calls is 0 for a client's code.
        """
        if self._entered is not None:
            self._wires, self._entered = _by_wire(*self._entered), None
        return self._wires


def _entered(trace: Trace, position: int, step: int) -> tuple[Rows, float]:
    """The calls that were entered in the steps before this one, and how many seconds those are."""
    end_ns = step * STEP_NS
    begin_ns = max(0, step - STEPS) * STEP_NS
    last = min(position, trace.position_at(end_ns - 1)) if end_ns else 0
    first = max(trace.tail, trace.position_at(begin_ns - 1) if begin_ns else 0, last - MOST_ROWS)
    rows = trace.rows(min(first, last), last)
    return at(rows, rows["kind"] == Kind.CALL_ENTERED), max(1, end_ns - begin_ns) / NS_PER_S


def _by_wire(entered: Rows, span_s: float) -> dict[tuple[int, int, int], float]:
    """Calls in a second along each way that was taken."""
    caller = entered["b"].astype(np.int64)
    # One number a way, for numpy sorts numbers ten times as fast as rows.
    begins = np.where(caller == 0, entered["client"].astype(np.int64), _OBJECTS | caller)
    ways, counts = np.unique(begins << _TARGET_BITS | entered["subject"], return_counts=True)
    rates: dict[tuple[int, int, int], float] = {}
    for way, count in zip(ways.tolist(), counts.tolist(), strict=True):
        begin, target = way >> _TARGET_BITS, way & (1 << _TARGET_BITS) - 1
        of_object = begin >= _OBJECTS
        rates[0 if of_object else begin, begin - _OBJECTS if of_object else 0, target] = count / span_s
    return rates


def _measured(entered: Rows, span_s: float, step: int, processors: int) -> dict[int, Busy]:
    if not len(entered):
        return {}
    called = entered["subject"]
    objects = np.flatnonzero(np.bincount(called))  # numbers of objects are small: counting them is quicker than sorting
    which = np.empty(int(objects[-1]) + 1, dtype=np.intp)
    which[objects] = np.arange(len(objects))
    which = which[called]
    when = (entered["at_ns"] // STEP_NS - (step - STEPS)).clip(0, STEPS - 1)
    steps = _table(which, when, len(objects), STEPS)
    where = entered["processor"].clip(0, max(0, processors - 1))
    shares = _table(which, where, len(objects), max(1, processors))
    return {
        int(identity): Busy(
            tuple(steps[row].tolist()),
            float(steps[row].sum()) / span_s,
            tuple((shares[row] / max(1, shares[row].max())).tolist()),
        )
        for row, identity in enumerate(objects)
    }


def _table(
    rows: npt.NDArray[np.integer], columns: npt.NDArray[np.integer], height: int, width: int
) -> npt.NDArray[np.integer]:
    """How often each pair of row and column occurs."""
    flat = np.bincount(rows * width + columns, minlength=height * width)
    return flat.reshape(height, width)
