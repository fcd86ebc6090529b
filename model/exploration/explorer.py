"""Explores a program: runs one schedule after the other until a rule is broken, all is shown, or the budget is spent.

    explore(program) -> Report(strategy, complete, schedules, states, failures)

The first violation ends an exploration: what the next one shows is mostly the same mistake from another side. It is
made small and kept as a scenario (`failure`).

    a run, the rules told at its end  --nothing is broken, as nearly always-->  the next run
                                      --anything else------------------------>  the same, the rules told at each choice

Python's own collector is off meanwhile and asked now and then, about what has come since the exploration began: looking
through all that the program holds costs as much as twenty runs, and a run leaves nothing behind unless it is cut short.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

from model.exploration.coverage import transitions
from model.exploration.failure import Failure
from model.exploration.run import Execution, Program
from model.exploration.schedules import Again, schedule_of
from model.exploration.searches import Search, make_run, search_by
from model.exploration.shrinking import shrunk
from model.machine.explored import Chooser

SCHEDULES_BY_DEFAULT = 1_000_000
SECONDS_BY_DEFAULT = 60.0
RUNS_BETWEEN_COLLECTIONS = 500
RUNS_BETWEEN_LOOKS = 50
"""Schedules between two looks at the clock and two calls of `told`."""
PREEMPTIONS = 3


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an exploration is."""

    schedules: int
    states: int
    seconds: float
    transitions: frozenset[str] = frozenset()
    """The ways that swaps have gone so far (`coverage`), if they are counted."""


@dataclass(frozen=True, slots=True)
class Report:
    """What an exploration showed."""

    scenario: str
    strategy: str
    complete: bool
    """Every behaviour of the scenario was shown, or with `bounded` every one with so few preemptions."""
    schedules: int
    states: int
    failures: tuple[Failure, ...]
    seconds: float = field(compare=False)


def explore(
    program: Program,
    *,
    strategy: str = "portfolio",
    preemptions: int = PREEMPTIONS,
    schedules: int = SCHEDULES_BY_DEFAULT,
    seconds: float = SECONDS_BY_DEFAULT,
    seed: int = 0,
    shrink: bool = True,
    told: Callable[[Progress], bool] = lambda progress: True,
    search: Search | None = None,
    covers: bool = False,
) -> Report:
    """Explores until something is broken or the budget is spent. `told` returns False to end it sooner.

    `search` goes on with one that was stopped, in place of a new one by `strategy`. `covers` counts transitions too.
    """
    begun_s = perf_counter()
    search = search or search_by(strategy, preemptions, seed)
    runs = 0
    failures: tuple[Failure, ...] = ()
    broken: Execution | None = None
    gone: set[str] = set()
    with without_collector(), program.watched():
        while runs < schedules and not search.finished:
            if runs % RUNS_BETWEEN_LOOKS == 0:
                spent_s = perf_counter() - begun_s
                if spent_s >= seconds or not told(Progress(runs, search.states, spent_s, frozenset(gone))):
                    break
            chooser = search.next_chooser()
            if chooser is None:
                break
            execution = _made(program, search, chooser)
            runs += 1
            if covers:
                gone |= transitions(execution.trace.rows(execution.trace.tail, execution.trace.head))
            if execution.violation is not None:
                broken = execution
                break
            search.done(execution)
            execution.close()
            if runs % RUNS_BETWEEN_COLLECTIONS == 0:
                gc.collect()
    if broken is not None:
        failures = (failure_of(program, broken, shrink=shrink),)
        broken.close()
    told(Progress(runs, search.states, perf_counter() - begun_s, frozenset(gone)))
    complete = search.finished and not failures
    return Report(
        program.scenario.name, strategy, complete, runs, search.states, failures, perf_counter() - begun_s
    )  # fmt: skip


def _made(program: Program, search: Search, chooser: Chooser) -> Execution:
    """The next run, which ends where the first rule is broken, if one is."""
    if search.asks_rules:
        return make_run(program, search, chooser)
    execution = Execution(program, chooser, told_at_end=True)
    search.begun(execution)
    wrong: Exception | None = None
    try:
        execution.run()
    except Exception as error:  # Anything may come after a violation: it counts only where there was none.
        wrong = error
    if wrong is None and (execution.violation is None or execution.hung):
        return execution
    found = execution.violation
    execution = Execution(program, Again(schedule_of(execution)))
    execution.run()
    if execution.violation is None:
        if wrong is not None:
            raise wrong
        # It does not repeat itself: it is told all the same, as made again so many times of ten.
        execution.violation = found
    return execution


def failure_of(program: Program, execution: Execution, *, shrink: bool = True) -> Failure:
    """The run that was just made, as a failure that can be kept, made small first."""
    assert execution.violation is not None
    found = Failure.of(program, schedule_of(execution), execution)
    return shrunk(found) if shrink else found


@contextmanager
def without_collector() -> Iterator[None]:
    """Python's cyclic collector off, and asked once at the end; it looks at nothing that was there before."""
    was_on = gc.isenabled()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        gc.collect()  # While the rest is frozen: to look through that as well would cost as much as twenty runs.
        gc.unfreeze()
        if was_on:
            gc.enable()
