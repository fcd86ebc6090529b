"""How fast explorations go: schedules a second, and states and runs a second of the complete one.

What limits them: a run is made from the start, so a schedule costs the building of its world (a fifth), its steps
(a half: a choice, a cost, a switch and the rows of each), the rules (a fifth), and the end of its threads.
The complete search walks over all that can be reached, twice a run on average, which costs as much as the run.
"""

from __future__ import annotations

from time import perf_counter

import pytest

from model.exploration.explorer import explore
from model.scenario import load
from tests.exploration.programs import program

AT_LEAST_A_SECOND = {"random": 2_000, "bounded": 2_000}
"""On one core of its own."""


@pytest.mark.parametrize("strategy", ["random", "bounded"])
def test_schedules_of_the_two_caller_swap_a_second(strategy: str, capsys: pytest.CaptureFixture[str]) -> None:
    explored = program(load("two_callers"))
    explore(explored, strategy=strategy, schedules=100)
    best = 0.0
    for _ in range(3):
        begun_s = perf_counter()
        report = explore(explored, strategy=strategy, schedules=1_000)
        best = max(best, report.schedules / (perf_counter() - begun_s))
    with capsys.disabled():
        print(f"\n{strategy}: {best:,.0f} schedules a second of two_callers; aimed at {AT_LEAST_A_SECOND[strategy]:,}")
    assert best > AT_LEAST_A_SECOND[strategy] / 10, "something costs ten times what it should"


def test_states_and_runs_of_the_complete_search_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    explored = program(load("two_callers"))
    begun_s = perf_counter()
    report = explore(explored, strategy="complete", schedules=1_500)
    spent_s = perf_counter() - begun_s
    with capsys.disabled():
        print(
            f"\ncomplete: {report.states / spent_s:,.0f} states and {report.schedules / spent_s:,.0f} runs a second "
            f"of two_callers"
        )
    assert report.states > 0
