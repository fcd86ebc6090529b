"""How fast explorations go: schedules a second, and states and runs a second of the complete one.

The yardstick is a toy that does the same swap with bare greenlets (`bare_toy`), measured in the same run: what a
machine makes of Python differs from day to day by a factor of three, and both go with it. What limits them stands in
the guide, under Proof.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time

import pytest

from model.exploration.explorer import explore
from model.scenario import load
from tests.benchmarks.bare_toy import toy_runs
from tests.exploration.programs import program

AIMED_AT_A_SECOND = 2_000
RUNS = 300
TURNS = 4
TOYS_AT_MOST = 9
"""What a schedule may cost, in runs of the toy; it is 5.5 to 6.5. More, and something costs half as much again as it
should."""


def test_schedules_of_the_two_caller_swap_a_second(capsys: pytest.CaptureFixture[str]) -> None:
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
    toys = {name: spent / spent_s["toy"] for name, spent in spent_s.items()}
    with capsys.disabled():
        for name, spent in spent_s.items():
            print(f"\n{name}: {RUNS / spent:,.0f} runs a second of two_callers, {toys[name]:.1f} toys each", end="")
        print(f"\n(aimed at {AIMED_AT_A_SECOND:,} schedules a second)")
    assert max(toys.values()) < TOYS_AT_MOST


def test_states_and_runs_of_the_complete_search_a_second(capsys: pytest.CaptureFixture[str]) -> None:
    explored = program(load("two_callers"))
    begun_s = process_time()
    report = explore(explored, strategy="complete", schedules=500)
    spent_s = process_time() - begun_s
    with capsys.disabled():
        print(
            f"\ncomplete: {report.states / spent_s:,.0f} states and {report.schedules / spent_s:,.0f} runs a second "
            f"of two_callers"
        )
    assert report.states > 0
