"""The ways of wires, as control points and as samples at equal distances.

A way is three cubics one after the other (a straight piece is a cubic too), so that all wires are one array and are
sampled in one go:

    start --cubic--> lane --straight--> lane --cubic--> end        past what stands in the way
    start --cubic--> straight -----------------------> door        before a mediator
    start --cubic--------------------------------------> end       (the rest has no length)

What ends to the left of its start loops out at the right, goes back between the two nodes, and in at the left:

              +-------+
          +-->|       |
          (   +-------+
          +---------------)
              +-------+   )
              |       |---+
              +-------+

Limits: a way keeps clear of nodes by one lane, above or below all that is in its way, and not around corners.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""

SAMPLES: Final = 33
_STEPS: Final = 16
CLEARANCE: Final = 6.0
LANE_CLEARANCE: Final = 12.0
LANE_LEAD: Final = 20.0
LANE_STEP: Final = 8.0
LOOP: Final = 34.0
"""How far the handles of a loop stand out; the loop itself three quarters of it."""

_T: Final = np.linspace(0.0, 1.0, _STEPS + 1)
_BASIS: Final = np.stack([(1 - _T) ** 3, 3 * _T * (1 - _T) ** 2, 3 * _T**2 * (1 - _T), _T**3], axis=1)


def cubic(start: Point, end: Point) -> list[Point]:
    """The handles and the end of a piece that leaves and arrives level, both handles at half the distance."""
    middle = (start[0] + end[0]) / 2
    reach = max(middle - start[0], min(40.0, abs(end[1] - start[1]) / 2))
    return [(start[0] + reach, start[1]), (end[0] - reach, end[1]), end]


def drop(start: Point, end: Point) -> list[Point]:
    """As `cubic`, but arriving from above or below."""
    return [(start[0] + (end[0] - start[0]) * 0.95, start[1]), (end[0], start[1] + (end[1] - start[1]) * 0.12), end]


def straight(start: Point, end: Point) -> list[Point]:
    """A piece without a bend."""
    third = ((end[0] - start[0]) / 3, (end[1] - start[1]) / 3)
    return [(start[0] + third[0], start[1] + third[1]), (end[0] - third[0], end[1] - third[1]), end]


def way(
    start: Point, end: Point, *, run: float = 0.0, level: bool = True, lane: tuple[float, float, float] | None = None
) -> Floats:
    """The ten control points of a wire; `run` is its straight end, `lane` (left, right, y) what it keeps to."""
    points = [start]
    before = (end[0] - run, end[1])
    if lane is not None:
        points += cubic(start, (lane[0], lane[2]))
        points += straight(points[-1], (lane[1], lane[2]))
        points += cubic(points[-1], end)
    elif not level:
        points += drop(start, end) + straight(end, end) + straight(end, end)
    else:
        points += cubic(start, before)
        points += straight(before, end) + straight(end, end)
    return np.array(points)


def way_back(start: Point, end: Point, y: float, right: float, left: float) -> Floats:
    """The ten control points of a wire that goes back at a height `y`: out beyond `right`, in from beyond `left`."""
    out, into = (max(start[0], right), y), (min(end[0], left), y)
    points = [start, (out[0] + LOOP, start[1]), (out[0] + LOOP, y), out]
    points += straight(out, into)
    points += [(into[0] - LOOP, y), (into[0] - LOOP, end[1]), end]
    return np.array(points)


def height_between(one: Box, other: Box, taken: dict[float, int]) -> float:
    """Where a wire may go back: between two nodes, or above them where they stand beside each other."""
    upper, lower = sorted((one, other), key=lambda box: box[1])
    gap = lower[1] - upper[3]
    y = (lower[1] + upper[3]) / 2 if gap > 0 else upper[1] - LANE_CLEARANCE
    number = taken.get(y, 0)
    taken[y] = number + 1
    # The first two lie about the middle; who needs more than the gap has room for lies on the last of them.
    step = min(LANE_STEP, max(2.0, gap / 4)) if gap > 0 else -LANE_STEP
    return y + step * (number - 0.5) if gap > 0 else y + step * number


def sampled(controls: Floats) -> tuple[Floats, Floats]:
    """Of wires (n, 10, 2): points at equal distances (n, SAMPLES, 2), and lengths (n)."""
    count = len(controls)
    if not count:
        return np.empty((0, SAMPLES, 2)), np.empty(0)
    pieces = np.stack([controls[:, 0:4], controls[:, 3:7], controls[:, 6:10]], axis=1)
    dense = np.einsum("tk,nskd->nstd", _BASIS, pieces)
    dense = np.concatenate([dense[:, :, :-1].reshape(count, -1, 2), controls[:, 9:10]], axis=1)
    gone = np.hypot(np.diff(dense[:, :, 0]), np.diff(dense[:, :, 1])).cumsum(axis=1)
    lengths = gone[:, -1]
    share = np.concatenate([np.zeros((count, 1)), gone / np.maximum(lengths, 1e-9)[:, None]], axis=1)
    # One interpolation for all: wire n lies between 2n and 2n + 1.
    shift = 2.0 * np.arange(count)[:, None]
    wanted = (np.linspace(0.0, 1.0, SAMPLES)[None, :] + shift).ravel()
    known = (share + shift).ravel()
    across = np.interp(wanted, known, dense[:, :, 0].ravel())
    down = np.interp(wanted, known, dense[:, :, 1].ravel())
    return np.stack([across, down], axis=1).reshape(count, SAMPLES, 2), lengths


def along(samples: Floats, rows: npt.NDArray[np.integer], shares: Floats) -> tuple[Floats, Floats]:
    """The points of wires `rows` at shares of their length, 0 to 1."""
    place = np.clip(shares, 0.0, 1.0) * (SAMPLES - 1)
    index = np.minimum(place.astype(np.intp), SAMPLES - 2)
    rest = place - index
    keep = 1.0 - rest
    # Every number by its place in the flat array: numpy fetches ten times as fast by one index as by two.
    flat, first = samples.ravel(), 2 * (SAMPLES * rows + index)
    across = flat.take(first) * keep + flat.take(first + 2) * rest
    down = flat.take(first + 1) * keep + flat.take(first + 3) * rest
    return across, down


def lane_past(
    start: Point, end: Point, boxes: Sequence[Box], taken: dict[float, int]
) -> tuple[float, float, float] | None:
    """The lane that a level wire needs to keep clear of boxes; None when its plain way is clear.

    `taken` counts the wires in each lane and is brought up to date, so that wires in one lane run side by side.
    """
    if end[0] - start[0] < 2 * LANE_LEAD or not boxes:
        return None
    array = np.array(boxes)
    between = array[(array[:, 2] > start[0]) & (array[:, 0] < end[0])]
    if not len(between):
        return None
    points = sampled(way(start, end)[None])[0][0]
    hit = _hit(points, between)
    if not hit.any():
        return None
    left = max(start[0] + LANE_LEAD, float(between[hit, 0].min()) - LANE_LEAD)
    right = min(end[0] - LANE_LEAD, float(between[hit, 2].max()) - LANE_LEAD)
    if right <= left:
        return None
    passed = between[(between[:, 2] > left) & (between[:, 0] < right + LANE_LEAD)]
    edges = np.concatenate([passed[:, 1] - LANE_CLEARANCE, passed[:, 3] + LANE_CLEARANCE])
    free = [y for y in edges.tolist() if not ((passed[:, 1] - CLEARANCE < y) & (y < passed[:, 3] + CLEARANCE)).any()]
    if not free:
        return None
    y = min(free, key=lambda lane: abs(lane - start[1]) + abs(lane - end[1]))
    number = taken.get(y, 0)
    taken[y] = number + 1
    below = bool((np.abs(passed[:, 3] + LANE_CLEARANCE - y) < 0.5).any())
    return left, right, y + (LANE_STEP * number if below else -LANE_STEP * number)


def _hit(points: Floats, boxes: Floats) -> npt.NDArray[np.bool_]:
    """Which boxes a line of points enters."""
    across, down = points[:, None, 0], points[:, None, 1]
    inside = (across > boxes[:, 0] - CLEARANCE) & (across < boxes[:, 2] + CLEARANCE)
    inside &= (down > boxes[:, 1] - CLEARANCE) & (down < boxes[:, 3] + CLEARANCE)
    return np.asarray(inside.any(axis=0))
