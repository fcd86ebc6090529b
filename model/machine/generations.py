"""Thread generations: how it is known that every thread of a moment has ended (paper §4.2).

Each processor counts its active threads by generation. A thread registers in the current generation and stays counted
there until it leaves, wherever it has migrated meanwhile. The paper's algorithm, with a callback instead of a busy
wait:

        as often as there are generations:
            if the next generation's count is 0, make it the current one
            else whoever counts it down to 0 does so

        processor 0   current 42: 3 threads    draining 41: 1 thread     next: slot of 41, not yet 0
        processor 1   current 42: 2 threads    draining 41: 0            next: free

With two generations that is the paper's two swaps of the current generation; here it is called an *advance*. Each slot
is seen empty once after the request, so every thread that had registered before it has ended. One advance would not do:
a thread that registers between the check and the switch is then missed.

Requests are serialised. Those that arrive while a period runs are served together by the next one, so that none counts
an advance whose check came before the request.

A request may leave processors out: those on which no thread can have looked up what is to go. Where each processor has
a translation table of its own, that is known (see `model.engine.translation`), and whoever uses a thing on one
processor only does not wait for the others' threads. A thread that migrates takes what it holds with it while it is
counted where it entered; so a processor from which a thread has gone is left out by nobody until that one has ended.

Registering is two steps (read the current generation, count up), and a thread may be delayed between them. It then
counts in an older slot, which is safe: it has not looked anything up yet.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from model.machine.surroundings import Operation, Surroundings
from model.trace.events import Kind, Wait

# Plain numbers: a member of an enumeration costs as much to read and to look up by as a call of a method.
_COUNT_READ: Final = int(Operation.COUNT_READ)


@dataclass(frozen=True, slots=True)
class Token:
    """The proof of registration: which counter to count down again."""

    processor: int
    generation: int


_token: Final = lru_cache(maxsize=256)(Token)
"""All that register in a generation hold the same one."""


class Request(NamedTuple):
    """Somebody waits for the end of the threads that these processors count."""

    number: int
    processors: frozenset[int]
    callback: Callable[[], None]


class Generations:
    """Counters per processor, and the requests for a quiescent state.

    Independent instances do not know of each other. Callbacks run in the thread that completed the period, must not
    wait, and are called exactly once each.
    """

    def __init__(self, surroundings: Surroundings, *, count: int = 2, recorded: bool = True) -> None:
        if count < 2:
            raise ValueError(f"at least 2 generations are needed, not {count}")
        self._surroundings = surroundings
        self._count = count
        self._recorded = recorded
        processors = range(surroundings.processors)
        self._current = [0 for _ in processors]
        # What a processor counts stands on a line of its own, which only whoever advances takes away from it.
        lines = [surroundings.line(f"generations of cpu {processor}") for processor in processors]
        self._active = [[surroundings.cell(0, line) for _ in range(count)] for line in lines]
        self._needed = [0 for _ in processors]
        self._advancing = [surroundings.cell(0, line) for line in lines]
        self._unfinished = surroundings.cell()
        self._requests = 0
        self._gone_from = [0 for _ in processors]
        """Of the threads that each processor counts, how many have ever been on another."""
        self._serving: list[Request] = []
        self._waiting: list[Request] = []
        self._lock = surroundings.lock("requests for quiescence")

    def enter(self) -> Token:
        """Registers the current thread in the current generation of its processor: two points."""
        surroundings = self._surroundings
        processor = surroundings.current.processor
        surroundings.point(_COUNT_READ)
        generation = self._current[processor]
        surroundings.fetch_add(self._active[processor][generation % self._count], 1)
        return _token(processor, generation)

    def leave(self, token: Token) -> None:
        """Counts down where `enter` counted up; the last one out of a generation advances what waits for it."""
        if self.count_down(token):
            self.make_way(token)

    def count_down(self, token: Token) -> bool:
        """The first half of `leave`: whether the current thread was the last of its generation and has to make way.

        By itself so that the end of a thread can be written at the very instant at which it no longer counts.
        """
        before = self._surroundings.fetch_add(self._active[token.processor][token.generation % self._count], -1)
        assert before > 0, f"{token} was left more often than entered"
        return before == 1

    def make_way(self, token: Token) -> None:
        """The second half of `leave`: advances what waits for the generation that is empty now."""
        self._surroundings.point(_COUNT_READ)
        if self._needed[token.processor] and self._advance(token.processor):
            self._finish()

    def travels(self, token: Token) -> None:
        """A registered thread goes to another processor for the first time, with what it has looked up."""
        self._gone_from[token.processor] += 1

    def ends_travel(self, token: Token) -> None:
        """A thread that has travelled is about to leave: it holds nothing any more."""
        self._gone_from[token.processor] -= 1

    def when_quiescent(self, callback: Callable[[], None], processors: Collection[int] | None = None) -> int:
        """Calls back once every thread that is registered now has left; the request's number.

        With `processors`, only those that are registered there are waited for, and those that came from there.
        A thread that waits for it must belong to no generation, or it would wait for itself.
        """
        with self._lock:
            self._requests += 1
            number = self._requests
            request = Request(number, self._counting(processors), callback)
            if self._recorded:
                self._surroundings.emit(Kind.QUIESCENCE_REQUESTED, a=number, b=self._left_out(request))
            busy = bool(self._serving)
            (self._waiting if busy else self._serving).append(request)
        if not busy and self._begin():
            self._finish()
        return number

    def synchronize(self) -> None:
        """Waits until every thread that is registered now has left; only for a thread that is in no generation."""
        surroundings = self._surroundings
        waiter = surroundings.current
        quiescent: list[bool] = []

        def come() -> None:
            quiescent.append(True)
            surroundings.unpark(waiter)

        self.when_quiescent(come)
        while not quiescent:
            surroundings.park(Wait.SIGNAL)

    def active(self, processor: int, generation: int) -> int:
        """How many threads are counted in a generation now; for tests and displays."""
        return self._active[processor][generation % self._count].value

    def current(self, processor: int) -> int:
        """The number of the current generation of a processor, counted from 0 without wrapping."""
        return self._current[processor]

    def _counting(self, processors: Collection[int] | None) -> frozenset[int]:
        """Which processors count a thread that has been on one of these."""
        every = range(len(self._current))
        if processors is None:
            return frozenset(every)
        self._surroundings.point(_COUNT_READ)
        return frozenset(number for number in every if number in processors or self._gone_from[number])

    def _left_out(self, request: Request) -> int:
        """The processors that a request does not wait for, a bit each, as the trace stores it."""
        bits = sum(1 << number for number in range(len(self._current)) if number not in request.processors)
        return bits - (1 << 64) if bits >> 63 else bits

    def _begin(self) -> bool:
        """Starts a period on every processor for which somebody waits; whether it is over already."""
        surroundings = self._surroundings
        waited_for = frozenset[int]().union(*(request.processors for request in self._serving))
        surroundings.fetch_add(self._unfinished, len(waited_for))
        over = not waited_for
        for processor in range(len(self._current)):
            if processor not in waited_for:
                continue
            surroundings.point(Operation.ADVANCE)
            self._needed[processor] = self._count
            over |= self._advance(processor)
        return over

    def _advance(self, processor: int) -> bool:
        """Advances as far as empty counters allow; whether this ended the period on all processors.

        One thread at a time does it. Whoever comes meanwhile only leaves word, and the one at work looks again: so
        nobody waits, and no count of 0 goes unseen.
        """
        surroundings = self._surroundings
        word = surroundings.fetch_add(self._advancing[processor], 1)
        if word:
            return False
        seen, over = 1, False
        while True:
            over |= self._advance_while_empty(processor)
            before = surroundings.fetch_add(self._advancing[processor], -seen)
            if before == seen:
                return over
            seen = before - seen

    def _advance_while_empty(self, processor: int) -> bool:
        surroundings = self._surroundings
        while True:
            surroundings.point(_COUNT_READ)
            if not self._needed[processor]:
                return False
            current = self._current[processor]
            surroundings.point(_COUNT_READ)
            if self._active[processor][(current + 1) % self._count].value:
                return False
            surroundings.point(Operation.ADVANCE)
            self._current[processor] = current + 1
            if self._recorded:
                left = self._active[processor][current % self._count].value
                surroundings.emit(Kind.GENERATION_ADVANCED, a=current + 1, b=left, processor=processor)
            surroundings.point(Operation.ADVANCE)
            self._needed[processor] -= 1
            if not self._needed[processor]:
                return surroundings.fetch_add(self._unfinished, -1) == 1

    def _finish(self) -> None:
        """Answers the requests of the period that is over, and goes on with those that came meanwhile."""
        while True:
            with self._lock:
                done = self._serving
                self._serving, self._waiting = self._waiting, []
                more = bool(self._serving)
            for request in done:
                if self._recorded:
                    self._surroundings.emit(Kind.QUIESCENCE_REACHED, a=request.number)
                request.callback()
            if not more or not self._begin():
                return
