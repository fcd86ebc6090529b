"""Which threads live in which generation of each processor, and who waits for them to end (paper §4.2).

A thread counts in the generation and on the processor where it registered, until it ends, wherever it has moved since.

    processor 0   current 42: 3 threads    41: 1 thread      quiescence 7 waits for the 41st
    processor 1   current 42: 2 threads    41: none

THREAD_STARTED and THREAD_ENDED are written at the very instants at which a thread begins and ceases to count.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from model.projections.copied import Copied
from model.projections.picking import Texts, kind_table, picked
from model.trace.events import Kind
from model.trace.trace import Event, Rows

_GENERATION_BITS: Final = 40
_STARTED: Final = kind_table(Kind.THREAD_STARTED)
_ENDED: Final = kind_table(Kind.THREAD_ENDED)
_SELDOM: Final = kind_table(
    Kind.RUN_STARTED, Kind.THREAD_MIGRATED, Kind.GENERATION_ADVANCED, Kind.QUIESCENCE_REQUESTED, Kind.QUIESCENCE_REACHED
)


@dataclass(frozen=True, slots=True)
class Generation:
    """One generation of one processor, and how many threads live in it."""

    number: int
    threads: int


@dataclass(frozen=True, slots=True)
class Generations:
    """Generations, advances and requests at a position.

    `active` has the threads of each (processor, generation) that has any; `waiting` the requests for quiescence that
    are not reached, with when they were made; `homes` the processor of registration of each thread that has moved.
    """

    processors: int = 0
    generations: int = 0
    currents: tuple[int, ...] = ()
    advanced_ns: tuple[int, ...] = ()
    active: dict[tuple[int, int], int] = field(default_factory=dict)
    waiting: dict[int, int] = field(default_factory=dict)
    requested: int = 0
    reached: int = 0
    homes: dict[int, int] = field(default_factory=dict)

    @property
    def advances(self) -> int:
        """How often any processor has advanced; its current generation counts its own."""
        return sum(self.currents)

    def current(self, processor: int) -> int:
        """The number of the processor's current generation, counted from 0 without wrapping."""
        return self.currents[processor] if processor < len(self.currents) else 0

    def of(self, processor: int) -> tuple[Generation, ...]:
        """The current generation first, then the older ones down to the oldest in which a thread lives."""
        current = self.current(processor)
        older = [number for at, number in self.active if at == processor]
        numbers = range(current, min([current, *older]) - 1, -1)
        return tuple(Generation(number, self.active.get((processor, number), 0)) for number in numbers)


class GenerationsFold:
    """From rows to Generations."""

    def __init__(self, trace: Texts) -> None:
        """Needs no texts; takes the trace as all folds do."""

    def initial(self) -> Generations:
        return Generations()

    def apply(self, state: Generations, first_position: int, rows: Rows) -> Generations:
        homes = state.homes
        if _SELDOM[rows["kind"]].any():
            for event in picked(_SELDOM, first_position, rows):
                state = _after(state, event)
            homes = state.homes
        active = _lived(state.active, homes, rows)
        ended = set(rows["thread"][_ENDED[rows["kind"]]].tolist()) if homes else set()
        if not ended.isdisjoint(homes):
            homes = {thread: home for thread, home in homes.items() if thread not in ended}
        if active is state.active and homes is state.homes:
            return state
        return replace(state, active=active, homes=homes)


def _after(state: Generations, event: Event) -> Generations:
    match event.kind:
        case Kind.RUN_STARTED:
            nothing = (0,) * event.a
            return replace(state, processors=event.a, generations=event.b, currents=nothing, advanced_ns=nothing)
        case Kind.THREAD_MIGRATED if event.thread not in state.homes:
            return replace(state, homes={**state.homes, event.thread: event.a})
        case Kind.GENERATION_ADVANCED:
            currents = _with(state.currents, event.processor, event.a)
            return replace(state, currents=currents, advanced_ns=_with(state.advanced_ns, event.processor, event.at_ns))
        case Kind.QUIESCENCE_REQUESTED:
            return replace(state, waiting={**state.waiting, event.a: event.at_ns}, requested=state.requested + 1)
        case Kind.QUIESCENCE_REACHED:
            left = {request: at_ns for request, at_ns in state.waiting.items() if request != event.a}
            return replace(state, waiting=left, reached=state.reached + 1)
    return state


def _lived(active: dict[tuple[int, int], int], homes: dict[int, int], rows: Rows) -> dict[tuple[int, int], int]:
    """The living threads by processor and generation after the rows."""
    changes = rows[(_STARTED | _ENDED)[rows["kind"]] & (rows["a"] >= 0)]
    if not len(changes):
        return active
    ends = changes["kind"] == Kind.THREAD_ENDED
    processors = changes["processor"].astype(np.int64)
    if homes:
        moved = ends & np.isin(changes["thread"], list(homes))
        processors[moved] = [homes[thread] for thread in changes["thread"][moved].tolist()]
    keys, places = np.unique(processors << _GENERATION_BITS | changes["a"], return_inverse=True)
    more = np.bincount(places, weights=np.where(ends, -1, 1)).astype(np.int64)
    new = Copied(active)
    for key, difference in zip(keys.tolist(), more.tolist(), strict=True):
        at = (key >> _GENERATION_BITS, key & (1 << _GENERATION_BITS) - 1)
        count = new.now.get(at, 0) + difference
        if count:
            new.put(at, count)
        else:
            new.drop(at)
    return new.now


def _with(values: tuple[int, ...], place: int, value: int) -> tuple[int, ...]:
    """The values with another one in that place; longer if the place is new."""
    longer = list(values) + [0] * (place + 1 - len(values))
    longer[place] = value
    return tuple(longer)
