"""Histograms on an axis of octaves: from 32 bins an octave to the 8 that are drawn, and the ticks beneath.

A place on the axis is the binary logarithm of the latency in ns. Ticks stand at powers of two of a microsecond, as in
0.5 1 2 4 8 16 µs, so that an octave is a step; the unit is said once, at the last tick of its kind.
"""

from __future__ import annotations

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

COUNTED: Final = 32
DRAWN: Final = 8
FOLD: Final = COUNTED // DRAWN
MOST_TICKS: Final = 8
LEAST_OCTAVES: Final = 4
SPARE: Final = 0.002
MICROSECOND: Final = math.log2(1_000)
UNITS: Final = ((1e9, "s"), (1e6, "ms"), (1e3, "µs"), (1.0, "ns"))


def drawn(counts: NDArray[np.int64]) -> Floats:
    """The share of all calls in each of the bins that are drawn; all 0 of nothing."""
    folded = np.add.reduceat(counts, np.arange(0, len(counts), FOLD)).astype(np.float64)
    total = folded.sum()
    return folded / total if total else folded


def span(*shares: Floats) -> tuple[float, float]:
    """The octaves from a tick to a tick that hold what is to be drawn, at least LEAST_OCTAVES of them.

    Of each shape the outermost SPARE at either end may lie beyond: one stray call would squeeze all others.
    """
    seen = [(share.cumsum() > SPARE) & (share[::-1].cumsum()[::-1] > SPARE) for share in shares]
    filled = np.flatnonzero(np.any(seen, axis=0))
    if not len(filled):
        return MICROSECOND - 1, MICROSECOND + LEAST_OCTAVES
    first = MICROSECOND + math.floor(filled[0] / DRAWN - MICROSECOND)
    last = MICROSECOND + math.ceil((filled[-1] + 1) / DRAWN - MICROSECOND)
    return first, max(last, first + LEAST_OCTAVES)


def ticks(first: float, last: float) -> list[tuple[float, str]]:
    """Places and words of the ticks, at most MOST_TICKS, each a whole number of octaves from the last."""
    octaves = round(last - first)
    step = max(1, -(-octaves // (MOST_TICKS - 1)))
    places = [last - step * index for index in range(octaves // step + 1)][::-1]
    values = [2.0**place for place in places]
    units = _units(values)
    words = [_digits(value / size) for value, (size, _) in zip(values, units, strict=True)]
    for index, (_, unit) in enumerate(units):
        if index == len(units) - 1 or units[index + 1][1] != unit:
            words[index] += "\u00a0" + unit
    return list(zip(places, words, strict=True))


def _units(values: list[float]) -> list[tuple[float, str]]:
    """The unit of each tick: the last one's where that suits all of them, otherwise each its own."""
    last = _own(values[-1])
    return [last if values[0] >= 0.1 * last[0] else _own(value) for value in values]


def _own(value: float) -> tuple[float, str]:
    return next(unit for unit in UNITS if value >= unit[0] * 0.999 or unit[0] == 1.0)


def _digits(value: float) -> str:
    return f"{value:.3g}" if value < 1_000 else f"{value:.0f}"
