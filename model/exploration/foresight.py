"""Whether a litmus test can still come to its outcome, if nothing ever waited.

Without sections, grace periods and locks there are more orders of the reads and writes, and none is lost. So where even
then no order of what is left leads to the outcome, none does: what follows is of no interest as soon as a write has
come that a read had to come before. Which orders there are is looked up in the test itself, which is small; one that is
not is not looked at: then all can still come.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from model.exploration.litmus_files import Litmus, Step, Value

Registers = tuple[tuple[str, Value], ...]
"""What a thread has read, by the names of the registers, in their order."""

_SEEN_BY_OTHERS: Final = frozenset({"read", "write", "read_indirect"})


PLACES_AT_MOST: Final = 200_000
"""For one question; a test with more is too large to look ahead in."""


class Place(NamedTuple):
    """How far a test is: of each thread how many steps are done and its registers, and the values of the variables."""

    threads: tuple[tuple[int, Registers], ...]
    memory: tuple[Value, ...]


class Foresight:
    """What can still come of one test; what was found once is remembered."""

    def __init__(self, test: Litmus) -> None:
        self._test = test
        self._variables = list(test.variables)
        self._can: set[Place] = set()
        self._cannot: set[Place] = set()
        self._too_large = False

    def can_hold(self, place: Place) -> bool:
        """Whether some order of what is left leads to the outcome; True where nobody knows."""
        todo = [(place, iter((place,)))]
        met: set[Place] = set()
        while todo and not self._too_large:
            here = next(todo[-1][1], None)
            if here is None:
                todo.pop()
            elif here in self._can or self._is_the_outcome(here):
                self._can.update(on_the_way for on_the_way, _ in todo)
                return True
            elif here not in self._cannot and here not in met:
                met.add(here)
                todo.append((here, self._following(here)))
                self._too_large = len(met) > PLACES_AT_MOST
        if self._too_large:
            return True
        self._cannot |= met
        return False

    def _is_the_outcome(self, place: Place) -> bool:
        if any(self._next(number, done) is not None for number, (done, _) in enumerate(place.threads)):
            return False
        memory = dict(zip(self._variables, place.memory, strict=True))
        return self._test.holds(memory, [dict(registers) for _, registers in place.threads])

    def _following(self, place: Place) -> Iterator[Place]:
        for number, (done, _) in enumerate(place.threads):
            at = self._next(number, done)
            if at is not None:
                yield self._after(place, number, at)

    def _next(self, number: int, done: int) -> int | None:
        """The place of a thread's next step that reads or writes."""
        steps = self._test.threads[number]
        return next((at for at in range(done, len(steps)) if steps[at].operation in _SEEN_BY_OTHERS), None)

    def _after(self, place: Place, number: int, at: int) -> Place:
        step: Step = self._test.threads[number][at]
        _, registers = place.threads[number]
        memory = dict(zip(self._variables, place.memory, strict=True))
        if step.operation == "write":
            memory[step.variable] = step.value
        else:
            known = dict(registers)
            indirect = step.operation == "read_indirect"
            variable = str(known.get(step.variable, "")) if indirect else step.variable
            known[step.register] = memory.get(variable, 0)
            registers = tuple(sorted(known.items()))
        threads = (*place.threads[:number], (at + 1, registers), *place.threads[number + 1 :])
        return Place(threads, tuple(memory.values()))
