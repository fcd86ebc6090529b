"""A planted bug as a lesson: the smallest run that it breaks, as a scenario that the window opens and plays.

    mutant --explored in its ground--> violation --made small--> scenario with a schedule and the mutant's name

The mutants' gate asks only whether the rule notices; here the run is made small and kept, to be watched step by step
beside the engine that does it rightly.

Limits: grounds that start threads of their own (the generations by themselves) are programs and no scenarios, so that
their mutants have a story and no file.
"""

from __future__ import annotations

from dataclasses import dataclass

from model.exploration.explorer import Report, explore
from model.exploration.gate import held
from model.exploration.grounds import GROUNDS
from model.exploration.mutants import MUTANTS, Mutant, planted
from model.projections.invariants import SENTENCE_OF, InvariantWatch
from model.scenario import Scenario

SECONDS_AT_MOST = 60.0


@dataclass(frozen=True, slots=True)
class Lesson:
    """What a planted bug does, in the smallest run that was found."""

    mutant: Mutant
    message: str
    steps: tuple[str, ...]
    """The rows that conflict, as the story tells them."""
    schedules: int
    preemptions: int
    scenario: Scenario | None
    """None where the ground is no scenario."""

    @property
    def rule(self) -> str:
        """The broken rule with its sentence."""
        return f"{self.mutant.rule}: {SENTENCE_OF[self.mutant.rule]}"


def lessons() -> tuple[Mutant, ...]:
    """The planted bugs that can be watched in the window: those whose ground is a scenario."""
    return tuple(mutant for mutant in MUTANTS if not mutant.equivalent and GROUNDS[mutant.ground].prepare is None)


def lesson_of(mutant: Mutant, seconds: float = SECONDS_AT_MOST) -> Lesson | None:
    """The smallest run that the bug breaks; None if none was found in that time, which is right for an equivalent."""
    program = GROUNDS[mutant.ground].program(lambda: (InvariantWatch(held(mutant)),))
    with planted(mutant):
        report: Report = explore(program, seconds=seconds)
        if not report.failures:
            return None
        (failure,) = report.failures
        scenario = failure.scenario(mutant.name) if program.prepare is None else None
        return Lesson(
            mutant, failure.violation.message, failure.told(), report.schedules, failure.preemptions, scenario
        )  # fmt: skip
