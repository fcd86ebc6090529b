"""A short soak finds nothing, and finds what is planted; the long one has a command of its own."""

from __future__ import annotations

import json
from typing import Any

import pytest

from app.command_line import main
from app.soak_command import in_words
from model.components.counter_shared import SharedCounter
from model.engine.component import Package
from model.engine.mediator import Mediator
from model.engine.swap import MediatedSwap
from model.exploration.soak import Result, soak
from model.machine.generations import Generations
from model.protocols import CANONICAL

CALLS, REQUESTS = 4_000, 120


@pytest.mark.slow
def test_soak_finds_nothing_lost_and_nothing_left(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four thousand calls with all kinds of faults among them, and the same again from the same seed."""
    first = soak(CALLS, REQUESTS, seed=4)
    assert first.failures == []
    assert first.swaps["completed"] > 10
    assert len(first.faults) > 6
    assert sum(first.requests[name] for name in ("swap", "attach", "detach")) == REQUESTS
    assert soak(CALLS, REQUESTS, seed=4) == first


def broken(monkeypatch: pytest.MonkeyPatch, owner: type, method: str, instead: Any) -> list[str]:
    monkeypatch.setattr(owner, method, instead)
    return soak(1_500, 40, seed=1).failures


@pytest.mark.slow
def test_soak_notices_a_transfer_that_forgets_a_caller(monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that cannot fail is none: here the effects are one caller short."""
    own = SharedCounter.package

    def forgets(self: SharedCounter, bit: int) -> Package:
        package = own(self, bit)
        if bit == CANONICAL and package.state.callers:
            from dataclasses import replace

            package = Package(replace(package.state, callers=package.state.callers[1:]), package.size_bytes)
        return package

    failures = broken(monkeypatch, SharedCounter, "package", forgets)
    assert any("effects are noted" in failure for failure in failures)


@pytest.mark.slow
def test_soak_notices_what_is_never_freed(monkeypatch: pytest.MonkeyPatch) -> None:
    """The books of what is made and destroyed."""
    failures = broken(monkeypatch, MediatedSwap, "_free", lambda self, mediator, instance: None)
    assert any("mediators are left" in failure for failure in failures)
    assert any("instances are left" in failure for failure in failures)


@pytest.mark.slow
def test_soak_notices_threads_that_are_held_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody at the door is woken."""
    failures = broken(monkeypatch, Mediator, "release", lambda self: None)
    assert any("threads have not ended" in failure for failure in failures)


@pytest.mark.slow
def test_soak_notices_grace_periods_that_are_too_short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Generations that advance whether or not the next one's slot is empty."""

    def advances_anyway(self: Any, processor: int) -> bool:
        for _ in range(4):
            self._current[processor] += 1
            from model.trace.events import Kind

            self._surroundings.emit(Kind.GENERATION_ADVANCED, a=self._current[processor], processor=processor)
        self._needed[processor] = 0
        return bool(self._surroundings.fetch_add(self._unfinished, -1) == 1)

    failures = broken(monkeypatch, Generations, "_advance_while_empty", advances_anyway)
    assert any("grace periods were too short" in failure for failure in failures)


def test_command_prints_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["soak", "--calls", "200", "--reconfigurations", "5", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["failures"] == []
    assert printed["calls"]["issued"] == 192


def test_failed_soak_says_what_does_not_balance() -> None:
    result = Result(
        calls={"issued": 2, "returned": 1, "raised": 0},
        requests={"swap": 0, "attach": 0, "detach": 0, "cancel": 0, "refused": 0},
        swaps={"completed": 0, "abandoned": 0},
        failures=["2 calls were issued, 1 returned and 0 raised"],
    )
    assert in_words(result).splitlines()[-1] == "FAILED: 2 calls were issued, 1 returned and 0 raised"
