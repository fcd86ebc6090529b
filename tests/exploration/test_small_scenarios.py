"""Every behaviour of the small scenarios that ship, on every run of the tests; of the largest one a part."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from model.exploration.explorer import Report, explore
from model.exploration.grounds import SHIPPED
from model.scenario import load, small
from tests.exploration.programs import program

LARGER = frozenset({"two_callers"})
"""Not whole in the time that a run of the tests has: of these, every schedule with up to PREEMPTIONS."""
PREEMPTIONS = 2
LONG = ("three_callers", "one_retry", "one_call_in_every_step", "time_limits", "two_swaps", "two_swaps_in_turn")
"""Three quarters of the time; by themselves, so that a busy machine has as long for them as for a whole test."""
SHORT = tuple(summary.name for summary in small() if summary.name not in LONG)
AT_MOST_S = 900.0
"""For one scenario; a bound against a mistake, not what it should take."""


def explored(name: str) -> Report:
    """In a process of its own."""
    strategy = "bounded" if name in LARGER else "complete"
    return explore(program(load(name)), strategy=strategy, preemptions=PREEMPTIONS, seconds=AT_MOST_S)


@pytest.mark.slow
@pytest.mark.parametrize("names", [LONG, SHORT], ids=["long", "short"])
def test_every_behaviour_of_the_small_scenarios_keeps_every_rule(
    names: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    """Slow: this is the proof itself, some fifty thousand states on two processors."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        reports = list(pool.map(explored, names))
    with capsys.disabled():
        print()
        for report in reports:
            print(
                f"{report.scenario:28} {report.schedules:>8,} schedules {report.states:>8,} states "
                f"{report.seconds:>6.1f} s"
            )
        states, schedules = sum(r.states for r in reports), sum(r.schedules for r in reports)
        print(f"{'all':28} {schedules:>8,} schedules {states:>8,} states {sum(r.seconds for r in reports):>6.1f} s")
    assert [report.scenario for report in reports if report.failures] == []
    assert [report.scenario for report in reports if not report.complete] == []


def test_at_least_twenty_small_scenarios_are_shown_completely_and_all_in_which_bugs_are_planted() -> None:
    whole = {*LONG, *SHORT} - LARGER
    assert len(whole) >= 23
    assert whole >= set(SHIPPED)
