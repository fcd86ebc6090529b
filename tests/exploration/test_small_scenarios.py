"""Every behaviour of every small scenario that ships, on every run of the tests."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import pytest

from model.exploration.explorer import Report, explore
from model.scenario import load, small
from tests.exploration.programs import program

LONGEST_FIRST = ("two_callers", "one_call_in_every_step", "cancelled", "three_callers", "one_retry")
AT_MOST_S = 900.0
"""For one scenario; a bound against a mistake, not what it should take."""


def explored(name: str) -> Report:
    """In a process of its own."""
    return explore(program(load(name)), strategy="complete", seconds=AT_MOST_S)


@pytest.mark.slow
def test_every_behaviour_of_every_small_scenario_keeps_every_rule(capsys: pytest.CaptureFixture[str]) -> None:
    """Slow: this is the proof itself, some ten thousand states on two processors."""
    names = sorted((summary.name for summary in small()), key=lambda name: (name not in LONGEST_FIRST, name))
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
    assert len(reports) >= 20
    assert [report.scenario for report in reports if report.failures] == []
    assert [report.scenario for report in reports if not report.complete] == []
