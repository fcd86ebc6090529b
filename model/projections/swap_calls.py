"""The calls that one swap met, each as a bar over time: the paper's Figure 3 from the trace.

    thread 187  ?   =========|                          untracked: entered before the mediator was there
    thread 214  b      ......=================|         tracked; BLOCK ends when it leaves
    thread 214  b'                   ====|              recursive: the same thread again, let through
    thread 221  d                 ||||||||||||          blocked, then released to the new component

A bar is cut into pieces where the fate of its call changes, so a call that was blocked in two tries shows both.

Limits: of calls whose rows the trace has let go there is one piece, from what the swap itself remembers. Calls that
were released to the new component are not followed further: their bar ends at the door.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import numpy as np

from model.projections.picking import kind_table
from model.projections.receipt import Fate, FateSort, Swap
from model.trace.events import Kind, Phase
from model.trace.trace import Trace


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a call with one fate; `until_ns` is None while it lasts."""

    sort: FateSort
    from_ns: int
    until_ns: int | None


@dataclass(frozen=True, slots=True)
class Bar:
    """One call in one swap."""

    call: int
    thread: int
    processor: int
    client: int
    method: int
    """-1 when the trace no longer holds its entry."""
    name: str
    """Its letter in the figure: "?" for an untracked call, "b'" for one that comes from inside "b"."""
    pieces: tuple[Piece, ...]
    outer: int = 0
    """The call of the same thread inside which it was made, 0 for none."""

    @property
    def from_ns(self) -> int:
        return self.pieces[0].from_ns

    @property
    def until_ns(self) -> int | None:
        return self.pieces[-1].until_ns

    @property
    def sort(self) -> FateSort:
        """What it is told as: that it was blocked outweighs that it was let through later."""
        sorts = [piece.sort for piece in self.pieces]
        return FateSort.BLOCKED if FateSort.BLOCKED in sorts else sorts[0]

    def blocked_ns(self, clock_ns: int) -> int:
        """How long it was held at the door, as of the clock."""
        held = [piece for piece in self.pieces if piece.sort is FateSort.BLOCKED]
        return sum((clock_ns if piece.until_ns is None else piece.until_ns) - piece.from_ns for piece in held)

    def at(self, at_ns: int) -> FateSort | None:
        """Its fate at an instant; None before and after."""
        for piece in self.pieces:
            if piece.from_ns <= at_ns and (piece.until_ns is None or at_ns < piece.until_ns):
                return piece.sort
        return None


_FATES: Final = kind_table(
    Kind.CALL_UNTRACKED, Kind.CALL_TRACKED, Kind.CALL_RECURSIVE, Kind.CALL_BLOCKED, Kind.CALL_RELEASED
)
_BEFORE_FATES: Final = Kind.CALL_UNTRACKED - FateSort.UNTRACKED


def bars_of(trace: Trace, swap: Swap, position: int) -> tuple[Bar, ...]:
    """The bars of a swap as of a position, each group in order of time: untracked calls, tracked ones that BLOCK waits
    or waited for, blocked ones, and at last those that came and went while calls were forwarded.

    A recursive call follows the one from which it comes.
    """
    changes = _changes(trace, swap, position)
    bars = [_bar(trace, fate, changes.get(fate.call, [])) for fate in swap.fates.values()]
    closed_ns = _first_block_ns(swap)

    def order(bar: Bar) -> tuple[int, int, int]:
        left = bar.until_ns is not None and (closed_ns is None or bar.until_ns < closed_ns)
        group = {FateSort.UNTRACKED: 0, FateSort.BLOCKED: 2}.get(bar.sort, 3 if left else 1)
        return group, bar.from_ns, bar.call

    return _named(_nested(sorted(bars, key=order)))


def _first_block_ns(swap: Swap) -> int | None:
    """When the door was closed for the first time."""
    closed = [from_ns for phase, from_ns, _ in swap.spans if phase is Phase.BLOCK]
    if swap.phase is Phase.BLOCK and swap.phase_since_ns is not None:
        closed.append(swap.phase_since_ns)
    return min(closed, default=None)


def _changes(trace: Trace, swap: Swap, position: int) -> dict[int, list[tuple[int, FateSort]]]:
    """When each call got which fate, as far as the trace still tells."""
    first = max(trace.tail, trace.position_at(swap.requested_ns - 1))
    last = position if swap.ended_ns is None else min(position, trace.position_at(swap.ended_ns))
    found: dict[int, list[tuple[int, FateSort]]] = defaultdict(list)
    for _, rows in trace.chunks(min(first, last), last):
        wanted = rows[np.flatnonzero(_FATES[rows["kind"]] & (rows["a"] == swap.request))]
        for call, at_ns, kind in wanted[["call", "at_ns", "kind"]].tolist():
            found[call].append((at_ns, FateSort(kind - _BEFORE_FATES)))
    return found


def _bar(trace: Trace, fate: Fate, changes: list[tuple[int, FateSort]]) -> Bar:
    known = trace.event(fate.cause) if trace.tail <= fate.cause < trace.head else None
    entered_ns = known.at_ns if known else fate.at_ns
    steps = changes or [(fate.at_ns, fate.sort)]
    # On its way to the mediator a call is what it will be; but it is not held before it is at the door.
    first_ns = steps[0][0] if steps[0][1] is FateSort.BLOCKED else entered_ns
    starts = [(first_ns, steps[0][1]), *steps[1:]]
    ends = [at_ns for at_ns, _ in starts[1:]] + [fate.ended_ns]
    pieces = [
        Piece(sort, from_ns, until_ns)
        for (from_ns, sort), until_ns in zip(starts, ends, strict=True)
        if until_ns is None or until_ns > from_ns
    ]
    return Bar(
        fate.call, fate.thread, fate.processor, fate.client, known.method if known else -1, "",
        tuple(pieces) or (Piece(fate.sort, entered_ns, fate.ended_ns),),
    )  # fmt: skip


def _nested(bars: list[Bar]) -> list[Bar]:
    """Recursive calls behind the calls from which they come."""
    inner: dict[int, list[Bar]] = defaultdict(list)
    outer: list[Bar] = []
    for bar in bars:
        home = _outer_of(bar, bars) if bar.sort is FateSort.RECURSIVE else None
        if home is None:
            outer.append(bar)
        else:
            inner[home.call].append(_with(bar, outer=home.call))
    return [each for bar in outer for each in (bar, *inner.get(bar.call, ()))]


def _outer_of(bar: Bar, bars: list[Bar]) -> Bar | None:
    """The outermost call of the same thread that was there when this one came."""
    around = [
        each
        for each in bars
        if each.thread == bar.thread and each.call != bar.call and each.sort is not FateSort.RECURSIVE
        and each.from_ns <= bar.from_ns and (each.until_ns is None or each.until_ns >= bar.from_ns)
    ]  # fmt: skip
    return min(around, key=lambda each: each.from_ns, default=None)


def _named(bars: list[Bar]) -> tuple[Bar, ...]:
    """Letters in the order in which the calls came; what is older than the mediator has none, as in the paper."""
    told = [bar for bar in bars if not bar.outer and bar.sort is not FateSort.UNTRACKED]
    letters = {bar.call: _letter(place) for place, bar in enumerate(sorted(told, key=lambda bar: bar.from_ns))}
    return tuple(
        _with(bar, name=letters.get(bar.call) or letters.get(bar.outer, "?") + "′" * bool(bar.outer)) for bar in bars
    )


def _letter(number: int) -> str:
    """a, b, ... z, aa, ab, ..."""
    letter = chr(ord("a") + number % 26)
    return letter if number < 26 else _letter(number // 26 - 1) + letter


def _with(bar: Bar, name: str = "", outer: int = 0) -> Bar:
    return Bar(
        bar.call, bar.thread, bar.processor, bar.client, bar.method, name or bar.name, bar.pieces, outer or bar.outer
    )
