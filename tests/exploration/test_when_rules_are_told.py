"""Rules are told when a run is over, and an exploration reports as if they had been told at each choice."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import ClassVar

import pytest

from model import catalogue
from model.exploration import run
from model.exploration.explorer import explore, failure_of
from model.exploration.failure import Failure
from model.exploration.grounds import GROUNDS, empty_scenario
from model.exploration.mutants import MUTANTS, planted
from model.exploration.run import Program
from model.exploration.searches import make_run, search_by
from model.machine.explored import STEPS_AT_MOST
from model.machine.surroundings import Operation
from model.projections.invariants import InvariantWatch
from model.projections.rules import Ending, Violation
from model.trace.events import Kind
from model.trace.trace import CHUNK_ROWS, Event
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


def small_program(
    number: int, body: Callable[[World], None], rule: type[OneStart | NoThree | InvariantWatch]
) -> Program:
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


class NoThree:
    """Nobody reports a figure of 3."""

    name: ClassVar[str] = "no three"
    kinds: ClassVar[frozenset[Kind]] = frozenset({Kind.FIGURE_REPORTED})

    def see(self, rows: Iterable[Event]) -> Violation | None:
        return next((Violation(self.name, "a figure of 3", row.position) for row in rows if row.a == 3), None)

    def end(self, ending: Ending) -> Violation | None:
        return None

    def memory(self) -> tuple[int, ...]:
        return ()


def reports_and_goes_on_for_long(world: World) -> None:
    world.machine.report(0, "figure", 3)
    for _ in range(CHUNK_ROWS):
        world.machine.point(Operation.TABLE_READ)


@pytest.mark.parametrize("strategy", ["random", "bounded", "pct"])
def test_a_rule_that_was_broken_long_before_the_end_is_found(strategy: str) -> None:
    program = small_program(2, reports_and_goes_on_for_long, NoThree)
    report = explore(program, strategy=strategy, schedules=1, shrink=False)
    assert [failure.violation.message for failure in report.failures] == ["a figure of 3"]


_called = [0]
"""A module's own variable is not put back before a run."""


def counts_for_ever(world: World) -> None:
    _called[0] += 1
    world.machine.report(0, "calls ever", _called[0])
    world.machine.point(Operation.TABLE_READ)


@pytest.mark.parametrize("strategy", ["random", "bounded", "complete"])
def test_a_component_that_does_not_repeat_itself_is_told_of_and_not_made_again(strategy: str) -> None:
    _called[0] = 0
    report = explore(small_program(2, counts_for_ever, NoThree), strategy=strategy, schedules=2, shrink=False)
    (failure,) = report.failures
    assert failure.violation.message == "a figure of 3"
    assert failure.reproduced() == 0


def test_a_run_that_writes_without_an_end_is_told_of(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "ROWS_AT_MOST", 2 * CHUNK_ROWS)

    def writes(world: World) -> None:
        for _ in range(4 * CHUNK_ROWS):
            world.machine.report(0, "figure", 1)

    (failure,) = explore(small_program(1, writes, NoThree), strategy="random", schedules=1, shrink=False).failures
    assert (failure.violation.rule, failure.violation.message) == ("L1", "it writes 8,192 rows without an end")


def test_rules_are_told_of_every_row_of_a_run_that_is_longer_than_a_chunk() -> None:
    program = small_program(1, reports_for_ever, InvariantWatch)
    (failure,) = explore(program, strategy="random", schedules=1, shrink=False).failures
    assert (1, failure) == told_at_each_choice(program, "random")
    assert failure.violation.message == "the run does not end"
    assert failure.violation.position > STEPS_AT_MOST > CHUNK_ROWS
