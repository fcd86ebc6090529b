"""Bugs in quiescence: what the generations, and threads that register in them, could get wrong."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from model.components.diary import Diary
from model.components.diary_plain import PlainDiary
from model.engine.factory import OWN
from model.exploration.planting import Patches, patched
from model.machine.generations import Generations, Request, Token
from model.machine.surroundings import Operation
from model.trace.events import Kind
from model.workloads.diarists import Diarists

_enter = Generations.enter
_count_down = Generations.count_down


def one_thread_is_missed() -> Patches:
    return patched(Generations, _advance_while_empty=_advances_while(lambda count: count <= 1))


def _advances_while(allows: Callable[[int], bool], ahead: int = 1) -> Callable[[Any, int], bool]:
    """The loop of the advances, by another view of which count, and which generation's, allows one."""

    def advance(self: Any, processor: int) -> bool:
        surroundings = self._surroundings
        while True:
            surroundings.point(Operation.COUNT_READ)
            if not self._needed[processor]:
                return False
            current = self._current[processor]
            surroundings.point(Operation.COUNT_READ)
            if not allows(self._active[processor][(current + ahead) % self._count].value):
                return False
            surroundings.point(Operation.ADVANCE)
            _flip(self, processor)
            surroundings.point(Operation.ADVANCE)
            self._needed[processor] -= 1
            if not self._needed[processor]:
                return bool(surroundings.fetch_add(self._unfinished, -1) == 1)

    return advance


def _flip(self: Any, processor: int) -> None:
    current = self._current[processor]
    self._current[processor] = current + 1
    if self._recorded:
        left = self._active[processor][current % self._count].value
        self._surroundings.emit(Kind.GENERATION_ADVANCED, a=current + 1, b=left, processor=processor)


def _begins(advances: Callable[[Any, int], int]) -> Callable[[Any], bool]:
    """The beginning of a period that needs as many advances of each processor as `advances` says."""

    def begin(self: Any) -> bool:
        surroundings = self._surroundings
        surroundings.fetch_add(self._unfinished, len(self._current))
        over = False
        for processor in range(len(self._current)):
            surroundings.point(Operation.ADVANCE)
            self._needed[processor] = advances(self, processor)
            over |= self._advance(processor)
        return over

    return begin


def one_advance() -> Patches:
    return patched(Generations, _begin=_begins(lambda self, processor: 1))


def advances_without_waiting() -> Patches:
    return patched(Generations, _advance_while_empty=_advances_while(lambda count: True))


def the_current_generation_only() -> Patches:
    return patched(
        Generations,
        _begin=_begins(lambda self, processor: 1),
        _advance_while_empty=_advances_while(lambda count: not count, ahead=0),
    )


def _flip_first(self: Any) -> bool:
    surroundings = self._surroundings
    surroundings.fetch_add(self._unfinished, len(self._current))
    over = False
    for processor in range(len(self._current)):
        surroundings.point(Operation.ADVANCE)
        _flip(self, processor)
        self._needed[processor] = 1
        over |= self._advance(processor)
    return over


def _then_wait(self: Any, processor: int) -> bool:
    surroundings = self._surroundings
    surroundings.point(Operation.COUNT_READ)
    if not self._needed[processor]:
        return False
    surroundings.point(Operation.COUNT_READ)
    if self._active[processor][(self._current[processor] - 1) % self._count].value:
        return False
    self._needed[processor] = 0
    return bool(surroundings.fetch_add(self._unfinished, -1) == 1)


def flips_and_then_waits() -> Patches:
    return patched(Generations, _begin=_flip_first, _advance_while_empty=_then_wait)


def flips_and_then_waits_with_atomic_registration() -> Patches:
    """Equivalent: nobody can be between reading the current generation and counting up in it."""

    def enter(self: Any) -> Token:
        surroundings = self._surroundings
        processor = surroundings.current.processor
        surroundings.point(Operation.COUNT_CHANGE)
        generation = self._current[processor]
        self._active[processor][generation % self._count].value += 1
        return Token(processor, generation)

    return flips_and_then_waits() + patched(Generations, enter=enter)


class _Period:
    """One request that is served beside others."""

    def __init__(self, number: int, callback: Callable[[], None], processors: int, advances: int) -> None:
        self.number = number
        self.callback = callback
        self.needed = [advances] * processors
        self.answered = False


def _unserialised(atomic: bool) -> Patches:
    """Each request advances by itself, as often as there are generations, whatever others do meanwhile."""

    def when_quiescent(self: Any, callback: Callable[[], None], processors: Collection[int] | None = None) -> int:
        self._requests += 1
        number: int = self._requests
        self._surroundings.emit(Kind.QUIESCENCE_REQUESTED, a=number)
        period = _Period(number, callback, len(self._current), self._count)
        self._serving.append(period)
        for processor in range(len(self._current)):
            serve(self, period, processor)
        return number

    def serve(self: Any, period: _Period, processor: int) -> None:
        surroundings = self._surroundings
        while period.needed[processor]:
            surroundings.point(Operation.COUNT_READ)
            current = self._current[processor]
            if self._active[processor][(current + 1) % self._count].value:
                return
            if not atomic:
                surroundings.point(Operation.ADVANCE)
            if not period.needed[processor]:
                return
            period.needed[processor] -= 1
            _flip(self, processor)
        if not any(period.needed) and not period.answered:
            period.answered = True
            self._serving.remove(period)
            surroundings.emit(Kind.QUIESCENCE_REACHED, a=period.number)
            period.callback()

    def make_way(self: Any, token: Token) -> None:
        for period in tuple(self._serving):
            serve(self, period, token.processor)

    return patched(Generations, when_quiescent=when_quiescent, make_way=make_way)


def requests_not_serialised() -> Patches:
    return _unserialised(atomic=False)


def requests_not_serialised_but_atomic() -> Patches:
    """Equivalent: each request makes its own advances, each with its own check."""
    return _unserialised(atomic=True)


def _shared(counts_anew: bool) -> Patches:
    """A request that comes while another is served is answered with it."""

    def when_quiescent(self: Any, callback: Callable[[], None], processors: Collection[int] | None = None) -> int:
        with self._lock:
            self._requests += 1
            number: int = self._requests
            self._surroundings.emit(Kind.QUIESCENCE_REQUESTED, a=number)
            busy = bool(self._serving)
            self._serving.append(Request(number, self._counting(processors), callback))
            if busy and counts_anew:
                for processor in range(len(self._current)):
                    if self._needed[processor]:
                        self._needed[processor] = self._count
        if not busy and self._begin():
            self._finish()
        return number

    return patched(Generations, when_quiescent=when_quiescent)


def counts_an_advance_past_its_check() -> Patches:
    return _shared(counts_anew=True)


def joins_the_period_under_way() -> Patches:
    return _shared(counts_anew=False)


def leaves_the_current_generation() -> Patches:
    def count_down(self: Any, token: Token) -> bool:
        current = self._current[token.processor]
        return bool(self._surroundings.fetch_add(self._active[token.processor][current % self._count], -1) == 1)

    return patched(Generations, count_down=count_down)


def inner_section_counts_out() -> Patches:
    def enter(self: Any) -> Token:
        thread = self._surroundings.current
        if getattr(thread, "token", None) is not None:
            token: Token = thread.token
            return token
        return _enter(self)

    def count_down(self: Any, token: Token) -> bool:
        counter = self._active[token.processor][token.generation % self._count]
        return bool(self._surroundings.fetch_add(counter, -1) == 1)

    return patched(Generations, enter=enter, count_down=count_down)


def looked_up_before_it_registers() -> Patches:
    def run_loop(self: Any, number: int, stream: Any) -> None:
        caller = self.first_caller + number
        for sequence, step in enumerate(self._steps * self.rounds, 1):
            front = self.references["target"].object
            self.request(lambda step=step, front=front, sequence=sequence: step(front, caller, sequence))

    return patched(Diarists, run_loop=run_loop)


def leaves_where_it_is_now() -> Patches:
    def count_down(self: Any, token: Token) -> bool:
        here = self._surroundings.current.processor
        counter = self._active[here][token.generation % self._count]
        return bool(self._surroundings.fetch_add(counter, -1) == 1)

    return patched(Generations, count_down=count_down)


def pointer_handed_over() -> Patches:
    def far(self: Any, caller: int, sequence: int) -> int:
        def inner() -> None:
            surroundings = self.surroundings
            own: Diary = self.references[OWN].object
            there = (surroundings.current.processor + 1) % surroundings.processors
            surroundings.spawn(lambda: own.note(caller, sequence), name="far", processor=there)

        return int(self._activation(caller, sequence, 1, inner))

    return patched(PlainDiary, far=far)


def an_advance_from_before_the_request() -> Patches:
    def advances(self: Any, processor: int) -> int:
        return int(self._count) - (1 if processor and self._current[processor] else 0)

    return patched(Generations, _begin=_begins(advances))
