"""Where every thread is: columns for ten thousand dots, and no Python object per dot.

A thread that is in a call stands in one row. Its wire goes from the caller, `source`, to the called object, `target`:

    client's port, source 0                   object
        |---------------- wire ----------------| inside
        0 -->  outward: fraction goes up  -->  1
        0 <-- returning: fraction goes down <- 1

so that outward and back are the same path. A thread that has arrived is inside the target; one that has come back is
inside the source again, and of its outermost call it then leaves the columns.

How it is folded: the calls in flight are a second table, in the order in which they were entered. The last row of each
thread in the batch says where it moves; its innermost call that is still in flight says which call and which fate it
has, so an inner call that returns gives the outer call's fate back.

Limits: no row of the trace is looked at one by one, but for outcomes of swaps. A preemption on the way is not seen. A
generation is that of the processor where the thread started; it stays there when the thread migrates.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.projections.columns import Column, at, joined, whole
from model.projections.picking import Texts, kind_table
from model.projections.receipt import FateSort
from model.trace.events import Kind
from model.trace.trace import Rows

RUNNING: Final = 0
UNTRACKED: Final = int(FateSort.UNTRACKED)
TRACKED: Final = int(FateSort.TRACKED)
RECURSIVE: Final = int(FateSort.RECURSIVE)
BLOCKED: Final = int(FateSort.BLOCKED)
RELEASED: Final = int(FateSort.RELEASED)
PORT: Final = 0
OBJECT: Final = 1

THREAD: Final = np.dtype(
    [
        ("start_ns", "<i8"), ("until_ns", "<i8"), ("call", "<i8"), ("fate_since_ns", "<i8"), ("generation", "<i8"),
        ("thread", "<i4"), ("source", "<i4"), ("target", "<i4"),
        ("client", "<i2"), ("processor", "<i2"), ("home", "<i2"),
        ("fate", "i1"), ("returning", "?"), ("leaving", "?"), ("in_call", "?"),
    ]
)  # fmt: skip
CALL: Final = np.dtype(
    [("call", "<i8"), ("fate_since_ns", "<i8"), ("thread", "<i4"), ("object", "<i4"), ("caller", "<i4"), ("fate", "i1")]
)


@dataclass(frozen=True, slots=True, eq=False)
class ThreadColumns:
    """One row for each live thread that is in a call or on its way back from one, in the order of thread numbers.

    All columns have the same length and are read-only: `thread`, `client` (whose table was used), `source` and `target`
    (the wire; source 0 is that client's port), `start_ns` and `until_ns` (the move along it), `returning` (from target
    to source), `fate` (0 to 5) and `fate_since_ns`, `generation` (-1 for none), `age`, `processor`, `call`, `leaving`
    (returning from its outermost call).
    """

    rows: Rows = field(default_factory=lambda: np.empty(0, dtype=THREAD))
    idle: Rows = field(default_factory=lambda: np.empty(0, dtype=THREAD))
    """The live threads that are in no call."""
    calls: Rows = field(default_factory=lambda: np.empty(0, dtype=CALL))
    """The calls in flight, in the order in which they were entered."""
    current_generations: Column = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """By processor."""

    def __len__(self) -> int:
        return len(self.rows)

    @property
    def thread(self) -> Column:
        """Thread numbers, ascending."""
        return self.rows["thread"]

    @property
    def client(self) -> Column:
        """Whose table the call, or its return, goes through."""
        return self.rows["client"]

    @property
    def source_kind(self) -> Column:
        """PORT or OBJECT."""
        return np.where(self.rows["source"] != 0, OBJECT, PORT)

    @property
    def source(self) -> Column:
        """The object that calls, 0 for the client's port."""
        return self.rows["source"]

    @property
    def target(self) -> Column:
        """The object that is called."""
        return self.rows["target"]

    @property
    def start_ns(self) -> Column:
        """When the move along the wire began."""
        return self.rows["start_ns"]

    @property
    def until_ns(self) -> Column:
        """When it ends."""
        return self.rows["until_ns"]

    @property
    def returning(self) -> Column:
        """True on the way from target to source, and there."""
        return self.rows["returning"]

    @property
    def leaving(self) -> Column:
        """True on the way back from the outermost call: at `until_ns` the thread is gone from the picture."""
        return self.rows["leaving"]

    @property
    def fate(self) -> Column:
        """0 running, then as FateSort: 1 untracked, 2 tracked, 3 recursive, 4 blocked, 5 released."""
        return self.rows["fate"]

    @property
    def fate_since_ns(self) -> Column:
        """When the call got its fate, its entry for 0; orders the queue at a door."""
        return self.rows["fate_since_ns"]

    @property
    def generation(self) -> Column:
        """The generation in which the thread started, -1 for none."""
        return self.rows["generation"]

    @property
    def age(self) -> Column:
        """How many generations ago that was on its processor: 0 current or none, 1 draining, more is older."""
        return _age(self.rows, self.current_generations)

    @property
    def processor(self) -> Column:
        """Where the thread was last seen to run."""
        return self.rows["processor"]

    @property
    def call(self) -> Column:
        """The innermost call in flight; of a thread that leaves, the call that has returned."""
        return self.rows["call"]


def positions(columns: ThreadColumns, clock_ns: int) -> NDArray[np.float64]:
    """How far along its wire each thread is at `clock_ns`: 0 at the source, 1 at the target."""
    start_ns, until_ns = columns.start_ns, columns.until_ns
    way_ns = np.maximum(until_ns - start_ns, 1)
    gone: NDArray[np.float64] = np.clip((clock_ns - start_ns) / way_ns, 0.0, 1.0)
    # What takes no time has arrived when it starts.
    gone[(until_ns <= start_ns) & (start_ns <= clock_ns)] = 1.0
    gone[columns.returning] = 1.0 - gone[columns.returning]
    return gone


def visible(columns: ThreadColumns, clock_ns: int) -> NDArray[np.bool_]:
    """Which threads are in the picture at `clock_ns`: all but those that have come back from their outermost call."""
    mask: NDArray[np.bool_] = ~columns.leaving | (columns.until_ns > clock_ns)
    return mask


def inside(columns: ThreadColumns, clock_ns: int) -> NDArray[np.int32]:
    """The object in which each thread is at `clock_ns`; 0 on a wire, at a port or at a closed door."""
    arrived = (columns.until_ns <= clock_ns) & (columns.fate != BLOCKED)
    return np.where(arrived, np.where(columns.returning, columns.source, columns.target), 0).astype(np.int32)


class ThreadsFold:
    """How rows become ThreadColumns."""

    def __init__(self, texts: Texts | None = None) -> None:
        """Needs no texts; takes them so that all folds are made alike."""

    def initial(self) -> ThreadColumns:
        """No thread is in a call."""
        return ThreadColumns()

    def apply(self, state: ThreadColumns, first_position: int, rows: Rows) -> ThreadColumns:
        """The state after `rows`; the same object when nothing changed."""
        if not len(rows):
            return state
        picked = at(rows, _WANTED[rows["kind"]])
        now_ns = int(rows["at_ns"][-1])
        if not len(picked):
            gone = state.leaving & (state.until_ns <= now_ns)
            return _split(_merged(state), state.calls, state.current_generations, now_ns) if gone.any() else state
        kinds = picked["kind"]
        threads, index = _with_started(_merged(state), picked, kinds)
        calls = _with_entered(state.calls, at(picked, kinds == Kind.CALL_ENTERED))
        ends = _Ends(calls, picked, kinds)
        fated = _give_fates(calls, ends, picked, kinds)
        _move(threads, index, calls, ends, picked, kinds)
        concerned = np.concatenate((picked["thread"], calls["thread"][fated | ends.ended]))
        calls = at(calls, ~ends.ended)
        _take_innermost(threads, index, calls, concerned)
        threads, calls = _without_ended(threads, index, calls, picked[kinds == Kind.THREAD_ENDED]["thread"])
        generations = _generations(state.current_generations, picked[kinds == Kind.GENERATION_ADVANCED])
        return _split(threads, calls, generations, now_ns)


_MOVES: Final = kind_table(Kind.CALL_ENTERED, Kind.CALL_RETURNED, Kind.CALL_RAISED)
_ENDS: Final = kind_table(Kind.CALL_RETURNED, Kind.CALL_RAISED)
_FATES: Final = kind_table(
    Kind.CALL_UNTRACKED, Kind.CALL_TRACKED, Kind.CALL_RECURSIVE, Kind.CALL_BLOCKED, Kind.CALL_RELEASED
)
_OUTCOMES: Final = kind_table(Kind.SWAP_COMPLETED, Kind.SWAP_ABANDONED)
_PLACES: Final = _MOVES | kind_table(Kind.THREAD_MIGRATED)
_STARTS: Final = _MOVES | kind_table(Kind.THREAD_STARTED)
_WANTED: Final = (
    _STARTS | _FATES | _OUTCOMES | kind_table(Kind.THREAD_ENDED, Kind.THREAD_MIGRATED, Kind.GENERATION_ADVANCED)
)
_BEFORE_FATES: Final = Kind.CALL_UNTRACKED - UNTRACKED
_NEVER: Final = np.iinfo(np.int64).max


class _Index:
    """Finds numbers in a column that need not be sorted."""

    __slots__ = ("_order", "_sorted")

    def __init__(self, column: Column) -> None:
        self._order: Column | None = None
        self._sorted = np.ascontiguousarray(column)
        if (self._sorted[1:] < self._sorted[:-1]).any():
            self._order = np.argsort(self._sorted, kind="stable")
            self._sorted = self._sorted[self._order]

    def find(self, wanted: Column) -> tuple[Column, Column]:
        """(the places in the column of those that are there, the mask over `wanted` of those)."""
        if not len(self._sorted):
            return np.empty(0, dtype=np.int64), np.zeros(len(wanted), dtype=np.bool_)
        places = np.minimum(np.searchsorted(self._sorted, wanted), len(self._sorted) - 1)
        there = self._sorted[places] == wanted
        places = places[there]
        return places if self._order is None else self._order[places], there


class _Ends:
    """Which calls return or raise in the batch, and at which of its rows."""

    __slots__ = ("at", "ended", "index")

    def __init__(self, calls: Rows, picked: Rows, kinds: Column) -> None:
        self.index = _Index(calls["call"])
        rows = np.flatnonzero(_ENDS[kinds])
        places, there = self.index.find(picked["call"][rows])
        self.at = np.full(len(calls), _NEVER)
        self.at[places] = rows[there]
        self.ended = self.at != _NEVER


def _merged(state: ThreadColumns) -> Rows:
    """All live threads in one table, in the order of their numbers; a copy that may be changed."""
    merged = joined(state.rows, state.idle)
    return at(merged, np.argsort(merged["thread"], kind="stable")) if len(state.idle) else merged


def _with_started(threads: Rows, picked: Rows, kinds: Column) -> tuple[Rows, _Index]:
    """The threads with those that start in the batch, or whose start was never seen, and where each of them is."""
    rows = at(picked, _STARTS[kinds])
    numbers, first = np.unique(rows["thread"], return_index=True)
    index = _Index(threads["thread"])
    _, there = index.find(numbers)
    new = rows[first[~there]]
    if not len(new):
        return threads, index
    started = np.zeros(len(new), dtype=THREAD)
    for name in ("thread", "processor", "client"):
        started[name] = new[name]
    started["home"] = new["processor"]
    started["generation"] = np.where(new["kind"] == Kind.THREAD_STARTED, new["a"], -1)
    merged = joined(threads, started)
    merged = at(merged, np.argsort(merged["thread"], kind="stable"))
    return merged, _Index(merged["thread"])


def _with_entered(calls: Rows, rows: Rows) -> Rows:
    """The calls in flight with those that are entered in the batch; a copy that may be changed."""
    entered = np.zeros(len(rows), dtype=CALL)
    for name, field_name in (
        ("call", "call"), ("fate_since_ns", "at_ns"), ("thread", "thread"), ("object", "subject"), ("caller", "b")
    ):  # fmt: skip
        entered[name] = rows[field_name]
    return joined(calls, entered)


def _give_fates(calls: Rows, ends: _Ends, picked: Rows, kinds: Column) -> Column:
    """Each call gets its last fate; with the outcome of the swap it runs on as any other. The mask of those calls."""
    changed = np.zeros(len(calls), dtype=np.bool_)
    fated = np.flatnonzero(_FATES[kinds])
    outcomes = np.flatnonzero(_OUTCOMES[kinds])
    for part, outcome in zip(
        np.split(fated, np.searchsorted(fated, outcomes)), [*outcomes.tolist(), None], strict=True
    ):
        places, there = ends.index.find(picked["call"][part])
        # Where a place comes twice, numpy keeps the last: the rows are in order.
        calls["fate"][places] = kinds[part[there]] - _BEFORE_FATES
        calls["fate_since_ns"][places] = picked["at_ns"][part[there]]
        changed[places] = True
        if outcome is not None:
            served = (calls["object"] == picked["subject"][outcome]) & (ends.at > outcome)
            inside_now = served & (calls["fate"] >= UNTRACKED) & (calls["fate"] <= RECURSIVE)
            calls["fate"][inside_now] = RUNNING
            changed |= inside_now
    return changed


def _move(threads: Rows, index: _Index, calls: Rows, ends: _Ends, picked: Rows, kinds: Column) -> None:
    """Each thread moves as the last row says that moved it."""
    placed = np.flatnonzero(_PLACES[kinds])
    places, there = index.find(picked["thread"][placed])
    threads["processor"][places] = picked["processor"][placed[there]]
    moved = np.flatnonzero(_MOVES[kinds])
    places, there = index.find(picked["thread"][moved])
    last = np.full(len(threads), -1)
    last[places] = moved[there]
    changed = np.flatnonzero(last >= 0)
    rows = at(picked, last[changed])
    returning = rows["kind"] != Kind.CALL_ENTERED
    columns = at(threads, changed)
    # CALL_RAISED has no room for the caller, so that is always taken from the call itself.
    found, known = ends.index.find(rows["call"])
    columns["source"] = np.where(rows["kind"] == Kind.CALL_RETURNED, rows["b"], 0)
    columns["source"][known] = calls["caller"][found]
    columns["fate"], columns["fate_since_ns"] = RUNNING, rows["at_ns"]
    columns["fate"][known] = calls["fate"][found]
    columns["fate_since_ns"][known] = calls["fate_since_ns"][found]
    columns["target"] = rows["subject"]
    columns["start_ns"], columns["until_ns"] = rows["at_ns"], np.maximum(rows["until_ns"], rows["at_ns"])
    columns["call"], columns["client"], columns["returning"] = rows["call"], rows["client"], returning
    whole(threads)[changed] = whole(columns)


def _without_ended(threads: Rows, index: _Index, calls: Rows, ended: Column) -> tuple[Rows, Rows]:
    """The threads that live on, and the calls of those: a thread that is killed returns from nothing."""
    places, _ = index.find(ended)
    if not len(places):
        return threads, calls
    live = np.ones(len(threads), dtype=np.bool_)
    live[places] = False
    return at(threads, live), at(calls, ~np.isin(calls["thread"], ended))


def _take_innermost(threads: Rows, index: _Index, calls: Rows, concerned: Column) -> None:
    """Each thread shows the last of its calls that is in flight; one without any is on its way out, or idle.

    Only those to which the batch did something are looked at, and only their calls: of ten thousand a few hundred.
    """
    theirs = np.flatnonzero(np.isin(calls["thread"], concerned))
    places, there = index.find(calls["thread"][theirs])
    last = np.full(len(threads), -1)
    last[places] = theirs[there]
    looked_at, _ = index.find(np.unique(concerned))
    last = last[looked_at]
    in_call = last >= 0
    innermost = at(calls, last[in_call])
    for name in ("call", "fate", "fate_since_ns"):
        threads[name][looked_at[in_call]] = innermost[name]
    threads["leaving"][looked_at] = ~in_call & threads["returning"][looked_at]
    threads["in_call"][looked_at] = in_call


def _generations(current: Column, advanced: Rows) -> Column:
    if not len(advanced):
        return current
    processors = advanced["processor"]
    result = np.zeros(max(len(current), int(processors.max()) + 1), dtype=np.int64)
    result[: len(current)] = current
    result[processors] = advanced["a"]
    return result


def _age(threads: Rows, current: Column) -> Column:
    generation, home = threads["generation"], threads["home"]
    if not len(current):
        return np.zeros(len(threads), dtype=np.int64)
    known = (home < len(current)) & (generation >= 0)
    return np.where(known, np.maximum(current[np.minimum(home, len(current) - 1)] - generation, 0), 0)


def _split(threads: Rows, calls: Rows, generations: Column, now_ns: int) -> ThreadColumns:
    """The state from the table of all live threads; one that has come back from its outermost call is idle."""
    shown = threads["in_call"] | (threads["leaving"] & (threads["until_ns"] > now_ns))
    rows, idle = at(threads, shown), at(threads, ~shown)
    # What is idle has nothing left of its last call, so that any cut of the rows gives the same state.
    for name in ("start_ns", "until_ns", "call", "fate_since_ns", "source", "target", "fate", "returning", "leaving"):
        idle[name] = 0
    for table in (rows, idle, calls, generations):
        table.flags.writeable = False
    return ThreadColumns(rows, idle, calls, generations)
