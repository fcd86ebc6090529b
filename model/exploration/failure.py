"""A broken rule, with what a person needs to see why: which steps conflict, who waits for whom, how to play it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from model.commands import Stamped
from model.exploration.run import Execution, Program, executed
from model.exploration.schedules import Again, Schedule
from model.projections.projection import Projection
from model.projections.rules import Violation, Waiting
from model.scenario import ChoiceTable, Scenario, ScheduleTable
from model.trace.names import NamesFold
from model.trace.story import line

REPRODUCED = 10
"""How often a failure is made again before it is told."""


@dataclass(frozen=True, slots=True)
class Failure:
    """One run that breaks a rule."""

    program: Program
    violation: Violation
    schedule: Schedule
    preemptions: int
    switches: int
    waiting: tuple[Waiting, ...]

    @classmethod
    def of(cls, program: Program, schedule: Schedule, execution: Execution) -> Failure:
        """That of a run that was just made."""
        assert execution.violation is not None
        ending = execution.ending
        return cls(
            program, execution.violation, schedule, execution.machine.preemptions, len(schedule.choices),
            () if ending is None else ending.waiting,
        )  # fmt: skip

    def reproduced(self, times: int = REPRODUCED) -> int:
        """How many of so many runs of the schedule break the same rule at the same row."""
        good = 0
        for _ in range(times):
            with executed(self.program, Again(self.schedule)) as execution:
                found = execution.violation
                good += found is not None and (found.rule, found.position) == self._place
        return good

    @property
    def _place(self) -> tuple[str, int]:
        return self.violation.rule, self.violation.position

    def scenario(self, mutant: str = "") -> Scenario:
        """The scenario that plays it: commands at the instants at which they came, and the schedule."""
        scenario, first = self.program.scenario, self.program.first
        later = zip(self.program.later, self.schedule.acts, strict=False)
        script = (*first, *(Stamped(at_ns, stamped.command) for stamped, (_, at_ns) in later))
        table = ScheduleTable(
            choices=tuple(ChoiceTable(*choice) for choice in self.schedule.choices),
            rule=self.violation.rule,
            message=self.violation.message,
            mutant=mutant,
        )
        title = f"{scenario.title or scenario.name}: {self.violation.rule} is broken"
        return msgspec.structs.replace(scenario, title=title, script=script, schedule=table)

    def told(self) -> tuple[str, ...]:
        """The two rows that conflict, as the story tells them; one where only one is to blame."""
        with executed(self.program, Again(self.schedule)) as execution:
            trace = execution.trace
            names = Projection(trace, NamesFold(trace)).at(trace.head)
            places = sorted({self.violation.other, self.violation.position})
            rows = [trace.event(place) for place in places if 0 <= place < trace.head]
            return tuple(line(trace, names, row) for row in rows)
