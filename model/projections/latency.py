"""How long calls take: a histogram for each object and method, now and before its last swap.

A latency falls into one of 32 bins an octave, so a bin is 2.2 % wide wherever it lies; integers below 46 ns have bins
of their own. A percentile is the upper edge of its bin: the longest whole number of ns that the bin can hold. The
maximum is exact. A call counts when it ends, in the histogram of that moment, whether it returned or raised.

The counts of all objects lie in one pair of columns, sorted by (object, method, bin), and only where something was
counted:

    cells   counter.increment 1.49 µs | counter.increment 1.52 µs | FCM file 17.get_page 1.40 µs ...
    now                            12 |                         7 |                           31 ...
    before                          0 |                         0 |                           88 ...

so a batch is added by numpy alone, and a swap's end moves a slice of `now` to `before`.

Limits: latencies beyond 2.4 hours share the last bin. A keyframe costs 16 to 32 bytes for each bin in use.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.projections.picking import Texts, kind_table
from model.trace.events import Kind
from model.trace.trace import Rows

Integers = NDArray[np.int64]
Columns = tuple[Integers, Integers, Integers]

BINS_PER_OCTAVE: Final = 32
OCTAVES: Final = 43
BINS: Final = BINS_PER_OCTAVE * OCTAVES

EDGES_NS: Final[Integers] = np.ceil(2.0 ** (np.arange(BINS + 1) / BINS_PER_OCTAVE)).astype(np.int64)
"""Bin i holds the whole numbers from EDGES_NS[i] to EDGES_NS[i + 1] - 1: those between 2^(i/32) and 2^((i+1)/32)."""

_BIN_BITS: Final = 11
_METHOD_BITS: Final = 15
_ENDED: Final = kind_table(Kind.CALL_RETURNED, Kind.CALL_RAISED)


@dataclass(frozen=True, slots=True, eq=False)
class Histogram:
    """The latencies of an object, or of one of its methods: counts by bin (see EDGES_NS) and what is read off them.

    `before` is None when the object was never swapped. Percentiles and maxima of nothing are 0.
    """

    now: Integers
    count: int
    p50_ns: int
    p99_ns: int
    max_ns: int
    before: Integers | None = None
    before_count: int = 0
    before_p50_ns: int = 0
    before_p99_ns: int = 0
    before_max_ns: int = 0


def _no_counts() -> Integers:
    return np.empty(0, dtype=np.int64)


@dataclass(frozen=True, slots=True, eq=False)
class Latency:
    """All histograms of a run at a position; ask `of` for those of an object since its last swap and before it."""

    cells: Integers = field(default_factory=_no_counts)
    now: Integers = field(default_factory=_no_counts)
    before: Integers = field(default_factory=_no_counts)
    whole: Integers = field(default_factory=_no_counts)
    series: Integers = field(default_factory=_no_counts)
    """Each (object, method) that was called, sorted; the three maxima below are aligned to it."""
    max_now: Integers = field(default_factory=_no_counts)
    max_before: Integers = field(default_factory=_no_counts)
    max_whole: Integers = field(default_factory=_no_counts)
    swapped: frozenset[int] = frozenset()

    def of(self, object_id: int, method: int | None = None) -> Histogram:
        """Since the object's last swap, with what was before it; of one method, or of all together."""
        cells, series = self._slices(object_id, method)
        now = _dense(self.cells[cells], self.now[cells])
        with_now = Histogram(now, *_read(now, self.max_now[series]))
        if object_id not in self.swapped:
            return with_now
        before = _dense(self.cells[cells], self.before[cells])
        count, p50, p99, longest = _read(before, self.max_before[series])
        return replace(
            with_now, before=before, before_count=count, before_p50_ns=p50, before_p99_ns=p99, before_max_ns=longest
        )

    def total(self, object_id: int, method: int | None = None) -> Histogram:
        """Over the whole run, as if nothing had been swapped."""
        cells, series = self._slices(object_id, method)
        whole = _dense(self.cells[cells], self.whole[cells])
        return Histogram(whole, *_read(whole, self.max_whole[series]))

    def since(self, earlier: Latency, object_id: int) -> Histogram:
        """Of the calls that ended after an earlier state of the same run, none if it is the later one; the maximum is
        the upper edge of its bin."""
        counts = np.maximum(self.total(object_id).now - earlier.total(object_id).now, 0)
        filled = np.flatnonzero(counts)
        longest = int(EDGES_NS[1 + filled[-1]]) - 1 if len(filled) else 0
        return Histogram(counts, int(counts.sum()), percentile(counts, 50), percentile(counts, 99), longest)

    def objects(self) -> list[int]:
        """The objects of which a call has ended, in order."""
        return [int(identity) for identity in np.unique(self.series >> _METHOD_BITS)]

    def methods(self, object_id: int) -> list[int]:
        """The methods of that object of which a call has ended, in order."""
        _, series = self._slices(object_id, None)
        return [int(method) for method in self.series[series] & (1 << _METHOD_BITS) - 1]

    def _slices(self, object_id: int, method: int | None) -> tuple[slice, slice]:
        """Where the cells and the series of the object, or of its method, stand."""
        first = object_id << _METHOD_BITS | (method or 0)
        last = (object_id + 1) << _METHOD_BITS if method is None else first + 1
        cells = self.cells.searchsorted(np.array([first, last]) << _BIN_BITS)
        series = self.series.searchsorted(np.array([first, last]))
        return slice(*cells.tolist()), slice(*series.tolist())


class LatencyFold:
    """From rows to Latency."""

    def __init__(self, trace: Texts) -> None:
        """Needs no texts; takes the trace as all folds do."""

    def initial(self) -> Latency:
        return Latency()

    def apply(self, state: Latency, first_position: int, rows: Rows) -> Latency:
        """The state after the rows; a swap's end parts the batch into what was before it and what is now."""
        start = 0
        for place in np.flatnonzero(rows["kind"] == Kind.SWAP_COMPLETED).tolist():
            state = _swapped(_counted(state, rows[start:place]), int(rows["subject"][place]))
            start = place
        return _counted(state, rows[start:])


def bins_of(latencies_ns: Integers) -> Integers:
    """The bin of each latency; below 1 ns the first."""
    bins = EDGES_NS[1:].searchsorted(latencies_ns, side="right")
    return np.minimum(bins, BINS - 1)


def percentile(counts: Integers, percent: float) -> int:
    """The least upper bin edge with at least `percent` of the counts at or below it, in ns; 0 of nothing.

    Percents are taken to a tenth: 99.9 is the finest that is asked for.
    """
    below = counts.cumsum()
    if not len(below) or not below[-1]:
        return 0
    rank = -(-int(below[-1]) * round(10 * percent) // 1_000)
    return int(EDGES_NS[1 + below.searchsorted(rank)]) - 1


def _counted(state: Latency, rows: Rows) -> Latency:
    """The state with the calls that end in the rows."""
    ended = rows[_ENDED[rows["kind"]]]
    if not len(ended):
        return state
    took = np.ascontiguousarray(ended["a"])
    calls = ended["subject"].astype(np.int64) << _METHOD_BITS | ended["method"]
    touched, added = np.unique(calls << _BIN_BITS | bins_of(took), return_counts=True)
    state = _widened(state, touched, np.unique(calls))
    places = state.cells.searchsorted(touched)
    now, whole = state.now.copy(), state.whole.copy()
    now[places] += added
    whole[places] += added
    rows_of = state.series.searchsorted(calls)
    max_now, max_whole = state.max_now.copy(), state.max_whole.copy()
    np.maximum.at(max_now, rows_of, took)
    np.maximum.at(max_whole, rows_of, took)
    return replace(state, now=now, whole=whole, max_now=max_now, max_whole=max_whole)


def _widened(state: Latency, touched: Integers, calls: Integers) -> Latency:
    """The state with a cell and a series, still 0, for each of those that it has not yet."""
    cells, (now, before, whole) = _with_new(state.cells, touched, (state.now, state.before, state.whole))
    series, maxima = _with_new(state.series, calls, (state.max_now, state.max_before, state.max_whole))
    if cells is state.cells:
        return state
    max_now, max_before, max_whole = maxima
    return Latency(cells, now, before, whole, series, max_now, max_before, max_whole, state.swapped)


def _with_new(keys: Integers, more: Integers, columns: Columns) -> tuple[Integers, Columns]:
    """The sorted keys with those of `more` that are new, and the columns with a 0 in their places."""
    new = more[~np.isin(more, keys, assume_unique=True)]
    if not len(new):
        return keys, columns
    places = keys.searchsorted(new)
    first, second, third = (np.insert(column, places, 0) for column in columns)
    return np.insert(keys, places, new), (first, second, third)


def _swapped(state: Latency, object_id: int) -> Latency:
    """What was now has become before, for all methods of the object."""
    cells, series = state._slices(object_id, None)
    now, before = state.now.copy(), state.before.copy()
    before[cells], now[cells] = now[cells], 0
    max_now, max_before = state.max_now.copy(), state.max_before.copy()
    max_before[series], max_now[series] = max_now[series], 0
    swapped = state.swapped | {object_id}
    return replace(state, now=now, before=before, max_now=max_now, max_before=max_before, swapped=swapped)


def _dense(cells: Integers, counts: Integers) -> Integers:
    """The counts by bin, of all methods together."""
    bins = cells & (1 << _BIN_BITS) - 1
    return np.bincount(bins, weights=counts, minlength=BINS).astype(np.int64)


def _read(counts: Integers, maxima: Integers) -> tuple[int, int, int, int]:
    """The count, p50, p99 and the maximum."""
    longest = int(maxima.max()) if len(maxima) else 0
    return int(counts.sum()), percentile(counts, 50), percentile(counts, 99), longest
