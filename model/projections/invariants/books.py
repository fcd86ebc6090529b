"""What the rules remember of a run: who is alive, in which call, inside of what, and how each swap stands.

The books are kept from rows, and from them alone: from the fronts' CALL_ENTERED and CALL_RETURNED, which are true, from
what components say of their own activations, and from what the engine claims, which is what the rules hold against the
rest. Everything is in dictionaries of small immutable values, so that a copy costs little.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Hashable, Iterator
from typing import Final, NamedTuple

from model.projections.invariants.swap_record import SwapRecord
from model.projections.rules import Violation

KEPT: Final = 100
"""Violations that are kept; of further ones only the number."""
DESTROYED_REMEMBERED: Final = 4_096

INSTANCE, INTERPOSER, MEDIATOR = "instance", "interposer", "mediator"


class InFlight(NamedTuple):
    """A call that was entered and has not come back; `outer` is the call around it on the same thread, 0 for none."""

    thread: int
    object: int
    target: int
    position: int
    outer: int


class Life(NamedTuple):
    """A thread that counts in a generation, and how far its processor had advanced when it began."""

    generation: int
    home: int
    position: int
    advances: int


class Since(NamedTuple):
    """Something of a call or thread, since a row: the request that tracks it, the instance in which it is."""

    what: int
    position: int


class Asked(NamedTuple):
    """A request for quiescence, and how far each processor had advanced when it was made; `left_out` has a bit for each
    processor that it does not wait for."""

    position: int
    base: tuple[int, ...]
    left_out: int = 0

    def waits_for(self, processor: int) -> bool:
        return not self.left_out >> processor & 1


class Subject(NamedTuple):
    """What an entry can point at; `kind` is its implementation or wrapper."""

    sort: str
    object: int
    kind: int


class Books:
    """Mutable while rows come in; copied before that where somebody else holds it."""

    __slots__ = (
        "active", "advances", "answers", "asked", "at_door", "broken", "busy", "calls", "calm", "detached", "due",
        "effects", "entries", "found", "generations", "gone", "held", "innermost", "inside", "last_tag", "latest",
        "leaves_out", "newest", "news", "only", "outside", "pointing", "raised", "refused", "retired", "served",
        "serving", "subjects", "swaps", "tags", "telling", "threads", "told", "tracked", "unborn", "vectors",
        "wanted", "wrapped",
    )  # fmt: skip

    def __init__(self, only: frozenset[str] | None = None) -> None:
        """`only` names the rules that are held; None for all."""
        self.only = only
        self.found: tuple[Violation, ...] = ()
        self.news: Violation | None = None
        """The first that was found since somebody set this to None."""
        self.broken = 0
        # Threads and generations.
        self.generations = 2
        self.advances: tuple[int, ...] = ()
        self.threads: dict[int, Life] = {}
        self.outside: dict[int, int] = {}
        """Threads of no generation, with the row of their start."""
        self.active: dict[tuple[int, int], int] = {}
        """How many threads count on (processor, place of the generation)."""
        self.asked: dict[int, Asked] = {}
        self.calm = -1
        """The latest request for a quiescence of all processors that was reached, as a position."""
        # Calls.
        self.calls: dict[int, InFlight] = {}
        self.innermost: dict[int, int] = {}
        self.tracked: dict[int, Since] = {}
        self.held: dict[int, Since] = {}
        self.at_door: dict[int, Since] = {}
        """Threads that wait at the door of a mediator."""
        self.wrapped: dict[int, tuple[Since, ...]] = {}
        """The interposers whose PRECALL has run for a call and whose POSTCALL has not, outermost first."""
        self.due: dict[int, int] = {}
        """Calls whose entry named an interposer that has not seen them yet."""
        # What components say of themselves.
        self.telling: dict[int, int] = {}
        """Objects whose instances watch themselves."""
        self.inside: dict[int, Since] = {}
        self.served: dict[int, int] = {}
        """The instance that said of each call that it began there."""
        self.effects: dict[int, int] = {}
        self.tags: dict[int, int] = {}
        self.answers: dict[int, int] = {}
        """By thread what its last call gave."""
        self.raised: dict[int, int] = {}
        self.told: dict[int, int] = {}
        """What the digest of each instance must be."""
        self.last_tag: dict[tuple[int, int], int] = {}
        # Objects and swaps.
        self.subjects: dict[int, Subject] = {}
        self.vectors: dict[int, int] = {}
        self.leaves_out: dict[int, int] = {}
        self.entries: dict[int, dict[int, int]] = {}
        self.pointing: dict[int, int] = {}
        self.gone: dict[int, int] = {}
        self.retired: dict[int, int] = {}
        """Instances whose transfer has begun."""
        self.unborn: dict[int, int] = {}
        """Instances whose state has not come."""
        self.refused: dict[int, int] = {}
        """Instances of swaps that were abandoned."""
        self.newest: dict[int, Since] = {}
        """By object the newest instance by which a call was served, since the first that came back."""
        self.detached: dict[int, int] = {}
        self.busy: dict[int, Since] = {}
        self.serving: dict[int, int] = {}
        self.wanted: dict[int, int] = {}
        self.swaps: dict[int, SwapRecord] = {}
        self.latest: dict[int, SwapRecord] = {}

    def copy(self) -> Books:
        """The same books, which can be kept on without the others noticing."""
        other = Books.__new__(Books)
        for name in self.__slots__:
            value = getattr(self, name)
            setattr(other, name, value.copy() if type(value) is dict else value)
        thawed = {request: swap.copy() for request, swap in self.swaps.items()}
        other.swaps = thawed
        other.latest = {object_: thawed.get(swap.request) or swap.copy() for object_, swap in self.latest.items()}
        return other

    def breaks(self, rule: str, message: str, position: int, other: int = -1) -> None:
        """Notes that a rule is broken by a row, which conflicts with `other` where there are two."""
        if self.only is not None and rule not in self.only:
            return
        violation = Violation(rule, message, position, other)
        if self.news is None:
            self.news = violation
        self.broken += 1
        if len(self.found) < KEPT:
            self.found = (*self.found, violation)

    # ---- what follows from the books

    def around(self, call: int) -> Iterator[int]:
        """The call and those around it on its thread, from the inside out."""
        while call:
            yield call
            flight = self.calls.get(call)
            call = flight.outer if flight is not None else 0

    def is_within(self, thread: int, request: int) -> bool:
        """Whether one of the thread's calls is tracked by the swap."""
        return any(
            self.tracked[call].what == request
            for call in self.around(self.innermost.get(thread, 0))
            if call in self.tracked
        )

    def served_by(self, call: int, flight: InFlight) -> int:
        """The instance that the call is known to be served by; 0 where interposers and mediators hide it."""
        subject = self.subjects.get(flight.target)
        pointed = flight.target if subject is not None and subject.sort == INSTANCE else 0
        return self.served.get(call, pointed)

    def destroy(self, subject: int, position: int) -> None:
        """Forgets it, and that after a while it was there."""
        for table in (self.retired, self.unborn, self.refused, self.detached, self.told, self.subjects):
            table.pop(subject, None)
        self.gone[subject] = position
        if len(self.gone) > DESTROYED_REMEMBERED:
            del self.gone[next(iter(self.gone))]

    # ---- for explorations

    def memory(self) -> Hashable:
        """What of the past may still decide: no instants, no numbers of calls, of positions only their order."""
        pivots = sorted(
            [asked.position for asked in self.asked.values()]
            + [since.position for since in self.newest.values()]
            + [*self.detached.values(), self.calm]
        )
        return (
            tuple((thread, self._stack(call, pivots)) for thread, call in sorted(self.innermost.items())),
            tuple(
                (thread, life.generation, life.home, bisect_left(pivots, life.position), self._since(life))
                for thread, life in sorted(self.threads.items())
            ),
            tuple(
                (number, tuple(now - then for now, then in zip(self.advances, asked.base, strict=True)))
                for number, asked in sorted(self.asked.items())
            ),
            tuple((thread, since.what) for thread, since in sorted(self.at_door.items())),
            tuple(sorted((subject, bisect_left(pivots, at)) for subject, at in self.detached.items())),
            bisect_left(pivots, self.calm),
            tuple(sorted((object_, since.what) for object_, since in self.newest.items())),
            tuple(sorted((object_, since.what) for object_, since in self.busy.items())),
            tuple(sorted(self.gone)),
            tuple(sorted(self.retired)),
            tuple(sorted(self.unborn)),
            tuple(sorted(self.refused)),
            tuple(sorted(self.last_tag.items())),
            tuple(sorted(self.answers.items())),
            tuple(sorted((object_, *sorted(entries.items())) for object_, entries in self.entries.items())),
            tuple(swap.memory() for _, swap in sorted(self.latest.items())),
        )

    def _since(self, life: Life) -> int:
        return self.advances[life.home] - life.advances

    def _stack(self, call: int, pivots: list[int]) -> tuple[Hashable, ...]:
        return tuple(
            (
                self.calls[each].object,
                self.calls[each].target,
                bisect_left(pivots, self.calls[each].position),
                self.tracked[each].what if each in self.tracked else 0,
                self.held[each].what if each in self.held else 0,
                self.inside[each].what if each in self.inside else 0,
                self.served.get(each, 0),
                self.effects.get(each, 0),
                self.raised.get(each, 0),
                tuple(since.what for since in self.wrapped.get(each, ())),
                self.due.get(each, 0),
            )
            for each in self.around(call)
        )
