"""Makes a failure small: fewest preemptions first, then fewest switches, then fewest threads and calls.

Each attempt is one run that must break the *same* rule; another mistake is another failure. The turns of threads are
left out in stretches, first half of them and at last one at a time. Then the scenario itself is made smaller: a loop
less, a call less, a command less; as the old schedule means nothing there, the smaller one is searched anew, by few
preemptions. A search meets what needs fewer preemptions first, so what it finds cannot be made with less.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing

import msgspec

from model.exploration.failure import Failure
from model.exploration.run import executed
from model.exploration.schedules import Again, ByTurns, Turn, Watched, schedule_of
from model.exploration.searches import Bounded, make_run
from model.scenario import Scenario

ATTEMPTS_AT_MOST = 2_000
"""Runs that are spent on leaving out turns."""
SEARCHED_AT_MOST = 1_000
"""Runs that are spent on each smaller scenario."""


def shrunk(failure: Failure) -> Failure:
    """The smallest that was found; never worse."""
    best = _with_fewer_turns(failure)
    if best.preemptions > 0:
        best = _searched(best, best.program.scenario, best.preemptions - 1) or best
    smaller = True
    while smaller:
        smaller = False
        for scenario in _smaller(best.program.scenario):
            found = _searched(best, scenario, best.preemptions)
            if found is not None:
                best, smaller = found, True
                break
    return best


def _with_fewer_turns(failure: Failure) -> Failure:
    best, turns = failure, _turns_of(failure)
    stretch, attempts = max(1, len(turns) // 2), 0
    while attempts < ATTEMPTS_AT_MOST:
        place, progress = len(turns) - stretch, False
        while place >= 0 and attempts < ATTEMPTS_AT_MOST:
            attempts += 1
            without = turns[:place] + turns[place + stretch :]
            found = _by_turns(best, without)
            if found is not None and _size(found) < _size(best):
                best, turns, progress = found, _turns_of(found), True
                place = min(place, len(turns)) - stretch
            else:
                place -= max(1, stretch // 2)
        if not progress:
            if stretch == 1:
                break
            stretch = max(1, stretch // 2)
    return best


def _size(failure: Failure) -> tuple[int, int]:
    return failure.preemptions, failure.switches


def _turns_of(failure: Failure) -> list[Turn]:
    watched = Watched(Again(failure.schedule))
    with executed(failure.program, watched):
        return watched.turns


def _by_turns(failure: Failure, turns: Sequence[Turn]) -> Failure | None:
    with executed(failure.program, ByTurns(turns)) as execution:
        if execution.violation is None or execution.violation.rule != failure.violation.rule:
            return None
        return Failure.of(failure.program, schedule_of(execution), execution)


def _searched(failure: Failure, scenario: Scenario, preemptions: int) -> Failure | None:
    """The same rule broken in a scenario by at most so many preemptions, and by as few as possible."""
    program = failure.program.with_scenario(scenario)
    search = Bounded(preemptions)
    for _ in range(SEARCHED_AT_MOST):
        chooser = search.next_chooser()
        if chooser is None:
            return None
        with closing(make_run(program, search, chooser)) as execution:
            if execution.violation is not None:
                if execution.violation.rule == failure.violation.rule:
                    return Failure.of(program, schedule_of(execution), execution)
                continue  # Another rule, broken sooner: that is another failure.
            search.done(execution)
    return None


def _smaller(scenario: Scenario) -> Iterator[Scenario]:
    """Scenarios with a workload, a loop, a call or a command less."""
    for index, workload in enumerate(scenario.workloads):
        others = (*scenario.workloads[:index], *scenario.workloads[index + 1 :])
        if others:
            yield msgspec.structs.replace(scenario, workloads=others)
        loops, plan = workload.settings.get("loops", 1), str(workload.settings.get("plan", "")).split()
        fewer: list[dict[str, bool | int | str]] = []
        if isinstance(loops, int) and loops > 1:
            fewer.append({**workload.settings, "loops": loops - 1})
        fewer += [
            {**workload.settings, "plan": " ".join(plan[:place] + plan[place + 1 :])}
            for place in range(len(plan))
            if len(plan) > 1
        ]
        for settings in fewer:
            changed = msgspec.structs.replace(workload, settings=settings)
            workloads = (*scenario.workloads[:index], changed, *scenario.workloads[index + 1 :])
            yield msgspec.structs.replace(scenario, workloads=workloads)
    for index in range(len(scenario.script)):
        if len(scenario.script) > 1:
            yield msgspec.structs.replace(scenario, script=scenario.script[:index] + scenario.script[index + 1 :])
