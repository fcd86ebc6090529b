"""The gate: every planted bug is found by the rule that it names, and none of the equivalent ones is.

For each mutant schedules of its ground are run, the engine patched, and only the named rule held, until it is broken.
The schedules are those of a thread that is seldom interrupted: most protocol bugs need one to three interruptions at
the right places, and a walk that switches at every step hardly ever leaves a thread alone for as long as they need. The
schedule that is found is then made plainer: interruptions that are not needed are taken out again.

Limits: a mutant that survives SCHEDULES_AT_MOST schedules counts as not killed; an equivalent one is run for
SCHEDULES_OF_EQUIVALENT, which shows that it is not easily told from the engine, and no more.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from multiprocessing import get_context
from typing import Final

from model.exploration.grounds import GROUNDS
from model.exploration.mutants import MUTANTS, Mutant, planted
from model.exploration.run import Program, executed
from model.machine.explored import Chooser, ExploredMachine
from model.projections.invariants import SENTENCE_OF, InvariantWatch
from model.projections.rules import Violation

SCHEDULES_AT_MOST: Final = 6_000
SCHEDULES_OF_EQUIVALENT: Final = 1_000
PROCESSES: Final = 2
SWITCHES: Final = (0.06, 0.12, 0.03)
"""How often a thread that could go on is interrupted, by turns."""
ALARMS: Final = 0.2
"""How often a time limit is up where threads could go on instead."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one mutant. `preemptions` counts the interruptions of the schedule that killed it."""

    number: int
    name: str
    equivalent: bool
    killed: bool
    rule: str
    scenario: str
    schedules: int
    preemptions: int | None
    message: str = ""

    @property
    def as_it_should(self) -> bool:
        """Whether the gate lets it pass: killed, or equivalent and not."""
        return self.killed != self.equivalent


class SeldomInterrupted:
    """Lets the current thread go on but for a few times, and keeps what it answered and whether that interrupted."""

    def __init__(self, seed: int) -> None:
        self._draw = random.Random(seed).random
        self._switches = SWITCHES[seed % len(SWITCHES)]
        self.answers: dict[int, int] = {}
        self.interruptions: set[int] = set()
        self._asked = -1

    def __call__(self, machine: ExploredMachine, n: int) -> int:
        self._asked += 1
        answer = self._answer(machine, n)
        if answer:
            self.answers[self._asked] = answer
            if machine.goes_on is not None:
                self.interruptions.add(self._asked)
        return answer

    def _answer(self, machine: ExploredMachine, n: int) -> int:
        threads, draw = machine.enabled, self._draw
        if machine.goes_on is not None and draw() > self._switches:
            return 0
        first = 1 if machine.goes_on is not None else 0
        if threads > first and not (n > threads and draw() < ALARMS):
            return first + int(draw() * (threads - first))
        return threads + int(draw() * (n - threads)) if n > threads else 0


class Again:
    """Gives the answers of another run but for some, and counts the interruptions."""

    def __init__(self, answers: dict[int, int]) -> None:
        self.answers = answers
        self.interruptions: set[int] = set()
        self._asked = -1

    def __call__(self, machine: ExploredMachine, n: int) -> int:
        self._asked += 1
        answer = self.answers.get(self._asked, 0)
        if answer >= n:
            return 0
        if answer and machine.goes_on is not None:
            self.interruptions.add(self._asked)
        return answer


def examine(mutant: Mutant) -> Verdict:
    """Runs schedules of the mutant's ground until its rule is broken, or there have been enough."""
    ground = GROUNDS[mutant.ground]
    program = ground.program(lambda: (InvariantWatch(held(mutant)),))
    schedules = SCHEDULES_OF_EQUIVALENT if mutant.equivalent else SCHEDULES_AT_MOST
    verdict = (mutant.number, mutant.name, mutant.equivalent)
    with planted(mutant):
        for seed in range(schedules):
            chooser = SeldomInterrupted(seed)
            violation = broken(program, chooser)
            if violation is not None:
                plain = made_plain(program, chooser.answers, len(chooser.interruptions))
                return Verdict(
                    *verdict, True, violation.rule, mutant.ground, seed + 1, plain, violation.message
                )  # fmt: skip
    return Verdict(*verdict, False, mutant.rule, mutant.ground, schedules, None)


def held(mutant: Mutant) -> frozenset[str]:
    """The rule that is to find it; for an equivalent one all that can be asked of it."""
    if not mutant.equivalent:
        return frozenset({mutant.rule})
    return frozenset(SENTENCE_OF) - GROUNDS[mutant.ground].without - mutant.spared


def broken(program: Program, chooser: Chooser) -> Violation | None:
    """What one run breaks."""
    with executed(program, chooser) as execution:
        return execution.violation


def made_plain(program: Program, answers: dict[int, int], interruptions: int) -> int:
    """How many interruptions are left when those that the violation does not need are taken out one by one."""
    for asked in sorted(answers, reverse=True):
        fewer = {place: answer for place, answer in answers.items() if place != asked}
        again = Again(fewer)
        if broken(program, again) is not None:
            answers, interruptions = fewer, len(again.interruptions)
    return interruptions


def examine_number(number: int) -> Verdict:
    """As `examine`, by number, so that another process can be asked."""
    return examine(next(mutant for mutant in MUTANTS if mutant.number == number))


def examine_all(
    mutants: Iterable[Mutant] = MUTANTS, processes: int = PROCESSES, told: Callable[[float], None] | None = None
) -> list[Verdict]:
    """A verdict for each mutant, in their order; `told` hears how much is done."""
    numbers = [mutant.number for mutant in mutants]
    verdicts: list[Verdict] = []
    for verdict in _examined(numbers, processes):
        verdicts.append(verdict)
        if told is not None:
            told(len(verdicts) / len(numbers))
    return verdicts


def _examined(numbers: list[int], processes: int) -> Iterator[Verdict]:
    if processes == 1:
        yield from map(examine_number, numbers)
        return
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(examine_number, numbers)
