"""A planted bug is found, made small, made again, and kept as a scenario that plays it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from model.engine.mediator import Mediator
from model.engine.swap import MediatedSwap
from model.exploration.explorer import Report, explore
from model.exploration.failure import Failure
from model.exploration.searches import STRATEGIES, Bounded, make_run
from model.scenario import dump, load, parse
from model.session import Session
from tests.exploration.programs import program


@pytest.fixture
def no_forward_phase(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nobody waits for the calls that went past the mediator."""
    monkeypatch.setattr(MediatedSwap, "_forward", lambda self: None)
    yield


def found(report: Report) -> Failure:
    assert not report.complete
    (failure,) = report.failures
    return failure


@pytest.mark.slow
@pytest.mark.usefixtures("no_forward_phase")
@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_strategy_finds_a_call_that_was_not_waited_for(strategy: str) -> None:
    """Slow: the last one needs some hundred runs, and each failure is made small."""
    failure = found(explore(program(load("one_call")), strategy=strategy, schedules=3_000, seconds=600))
    assert failure.violation.rule in {"S3", "S10", "S1"}
    assert failure.reproduced() == 10
    assert failure.told()


@pytest.mark.slow
@pytest.mark.usefixtures("no_forward_phase")
def test_a_failure_is_made_small() -> None:
    """Slow: a hundred runs. Two callers become one, and one preemption is left."""
    report = explore(program(load("two_callers")), strategy="bounded", seconds=600)
    failure = found(report)
    assert failure.preemptions == 1
    assert failure.program.scenario.workloads[0].settings["loops"] == 1


@pytest.mark.usefixtures("no_forward_phase")
def test_a_failure_plays_in_a_session_row_by_row() -> None:
    failure = found(explore(program(load("one_call")), strategy="bounded", seconds=600, shrink=False))
    session = Session(parse(dump(failure.scenario())))
    session.advance(10**12)
    assert session.schedule_divergence is None
    assert session.trace.head > failure.violation.position
    session.close()


def test_a_deadlock_tells_who_waits_for_whom(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mediator, "release", lambda self: None)
    failure = found(explore(program(load("one_call")), strategy="bounded", seconds=600, shrink=False))
    assert failure.violation.rule == "L4"
    assert [waiting.waits_for for waiting in failure.waiting] == [
        "a signal",
        "the door of a component that is being swapped",
    ]


def test_bounded_search_runs_each_schedule_once() -> None:
    explored, search = program(load("one_call")), Bounded(1)
    fingerprints = []
    while (chooser := search.next_chooser()) is not None:
        execution = make_run(explored, search, chooser)
        search.done(execution)
        fingerprints.append((execution.trace.fingerprint(), tuple(execution.machine.answers)))
        assert execution.machine.preemptions <= 1
        execution.close()
    assert search.finished
    assert len(set(fingerprints)) == len(fingerprints) > 20
