"""How fast explorations go: schedules a second, and states and runs a second of the complete one.

The yardstick is a toy that does the same swap with bare greenlets (`bare_toy`), measured in the same run: what a
machine makes of Python differs from day to day by a factor of three, and both go with it. What limits them stands in
the guide, under Proof.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

from model.exploration.explorer import explore
from model.scenario import load
from tests.benchmarks.bare_toy import toy_runs
from tests.benchmarks.conftest import Report
from tests.exploration.programs import program

BUDGET = 2_000
"""Schedules a second, on one core, with the trace and all rules."""
RUNS = 300
TURNS = 4
TOYS_AT_MOST = 9
"""What a schedule may cost, in runs of the toy; it is 5.5 to 6.5. More, and something costs half as much again as it
should."""


def test_schedules_of_the_two_caller_swap_a_second(result: Report) -> None:
    explored = program(load("two_callers"))
    measured: dict[str, Callable[[], object]] = {
        "toy": lambda: toy_runs(RUNS),
        "random": lambda: explore(explored, strategy="random", schedules=RUNS),
        "bounded": lambda: explore(explored, strategy="bounded", schedules=RUNS),
    }
    spent_s = dict.fromkeys(measured, float("inf"))
    for _ in range(TURNS):
        for name, run in measured.items():
            begun_s = process_time()
            run()
            spent_s[name] = min(spent_s[name], process_time() - begun_s)
    toy_s = spent_s.pop("toy")
    result("the toy of the two-caller swap", "none", f"{RUNS / toy_s:,.0f} a second", True)
    for name, spent in spent_s.items():
        a_second, toys = RUNS / spent, spent / toy_s
        words = f"{a_second:,.0f} a second, {toys:.1f} toys each"
        assert result(f"schedules of the two-caller swap, {name}", f"≥ {BUDGET:,} a second", words, a_second >= BUDGET)
        assert toys < TOYS_AT_MOST


def test_states_and_runs_of_the_complete_search_a_second(result: Report) -> None:
    explored = program(load("two_callers"))
    begun_s = process_time()
    report = explore(explored, strategy="complete", schedules=500)
    spent_s = process_time() - begun_s
    words = f"{report.states / spent_s:,.0f} states and {report.schedules / spent_s:,.0f} runs a second"
    assert result("the same, complete", "none", words, report.states > 0)
