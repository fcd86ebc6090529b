"""Rules are told when a run is over, and an exploration reports as if they had been told at each choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

import pytest

from model import catalogue
from model.exploration.explorer import explore, failure_of
from model.exploration.failure import Failure
from model.exploration.grounds import GROUNDS, empty_scenario
from model.exploration.mutants import MUTANTS, planted
from model.exploration.run import TRACE_ROWS, Program
from model.exploration.searches import make_run, search_by
from model.machine.explored import STEPS_AT_MOST
from model.machine.surroundings import Operation
from model.projections.invariants import InvariantWatch
from model.projections.rules import Ending, Violation
from model.trace.events import Kind
from model.trace.trace import Event
from model.world import World

RUNS = 60


def told_at_each_choice(program: Program, strategy: str) -> tuple[int, Failure | None]:
    """How many runs it took to break a rule, and how it was broken."""
    search = search_by(strategy, 3, 0)
    for runs in range(1, RUNS + 1):
        chooser = search.next_chooser()
        assert chooser is not None
        execution = make_run(program, search, chooser)
        if execution.violation is not None:
            failure = failure_of(program, execution, shrink=False)
            execution.close()
            return runs, failure
        search.done(execution)
        execution.close()
    return RUNS, None


@pytest.mark.slow
@pytest.mark.parametrize("strategy", ["random", "bounded", "pct"])
def test_a_planted_bug_is_reported_as_if_told_at_each_choice(strategy: str) -> None:
    """Slow: buys that of every planted bug, whatever the engine does once a rule is broken, the same is told."""
    for mutant in MUTANTS:
        program = GROUNDS[mutant.ground].program(lambda: (InvariantWatch(),))
        with planted(mutant):
            report = explore(program, strategy=strategy, schedules=RUNS, seconds=600, shrink=False)
            failure = report.failures[0] if report.failures else None
            assert (report.schedules, failure) == told_at_each_choice(program, strategy), mutant.name


class OneStart:
    """No thread is started after the first one, and what is told after that is nonsense."""

    name: ClassVar[str] = "one start"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.THREAD_STARTED})

    def __init__(self) -> None:
        self.starts: list[int] = []

    def see(self, rows: Iterable[Event]) -> Violation | None:
        self.starts += [row.position for row in rows]
        if len(self.starts) > 2:
            raise LookupError("nobody knows what this is")
        return Violation(self.name, "another one", self.starts[1]) if len(self.starts) == 2 else None

    def end(self, ending: Ending) -> Violation | None:
        return None

    def memory(self) -> tuple[int, ...]:
        return tuple(self.starts)


def threads(number: int, body: Callable[[World], None]) -> Callable[[World], None]:
    def prepare(world: World) -> None:
        for place in range(number):
            world.machine.spawn(lambda: body(world), name=f"thread {place}", in_generation=False)

    return prepare


def reads(world: World) -> None:
    world.machine.point(Operation.TABLE_READ)


def reports_for_ever(world: World) -> None:
    while True:
        world.machine.point(Operation.TABLE_READ)
        world.machine.report(0, "turns", 1)


def small_program(number: int, body: Callable[[World], None], rule: type[OneStart] | type[InvariantWatch]) -> Program:
    scenario = empty_scenario("small")
    return Program(scenario, catalogue.for_scenario(scenario), lambda: (rule(),), threads(number, body))


def test_an_error_that_comes_of_a_violation_is_not_told() -> None:
    program = small_program(4, reads, OneStart)
    report = explore(program, strategy="bounded", shrink=False)
    (failure,) = report.failures
    assert (report.schedules, failure) == told_at_each_choice(program, "bounded")
    assert failure.violation.message == "another one"


class Fails(OneStart):
    """A rule with a mistake."""

    def see(self, rows: Iterable[Event]) -> Violation | None:
        if list(rows):
            raise LookupError("a mistake")
        return None


def test_an_error_without_a_violation_comes_out() -> None:
    with pytest.raises(LookupError, match="a mistake"):
        explore(small_program(2, reads, Fails), strategy="bounded")


def test_rules_are_told_of_every_row_of_a_run_that_is_longer_than_its_trace() -> None:
    program = small_program(1, reports_for_ever, InvariantWatch)
    (failure,) = explore(program, strategy="random", schedules=1, shrink=False).failures
    assert (1, failure) == told_at_each_choice(program, "random")
    assert failure.violation.message == "the run does not end"
    assert failure.violation.position > STEPS_AT_MOST > TRACE_ROWS
