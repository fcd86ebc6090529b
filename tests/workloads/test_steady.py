"""The steady load: as many calls as asked, in the proportions asked, each effect once."""

from __future__ import annotations

from typing import Any

import pytest

from model.components.counter_shared import SharedCounter
from model.components.failing import CounterRaises
from model.components.fcm_single import SingleFileCache
from model.workloads.steady import Steady, shares_of
from tests.fake_surroundings import Built, FakeReference, FakeSurroundings


def steady(built: Built, **settings: Any) -> Steady:
    references: Any = {"target": built.own}
    return Steady(built.surroundings, 1, references, settings, "load")


def run(built: Built, **settings: Any) -> Steady:
    load = steady(built, **settings)
    load.start()
    built.surroundings.run_spawned()
    return load


def test_each_loop_makes_the_calls_that_were_asked_for() -> None:
    built = Built(FakeSurroundings(), SharedCounter)
    load = run(built, loops=3, calls=5)
    assert (load.issued, load.failed, built.component.value(), built.component.violations()) == (15, 0, 15, 0)


def test_call_that_raised_keeps_its_number() -> None:
    built = Built(FakeSurroundings(), CounterRaises, raise_every=3)
    load = run(built, loops=2, calls=9)
    assert (load.issued, load.failed) == (18, 6)
    assert (built.component.value(), built.component.violations()) == (12, 0)


def test_mix_is_kept_in_proportion() -> None:
    called: dict[str, int] = {}

    class Listening(SingleFileCache):
        name = "listening"

        def read_page(self, index: int) -> int:
            called["read_page"] = called.get("read_page", 0) + 1
            return super().read_page(index)

    run(Built(FakeSurroundings(), Listening), loops=2, calls=2_000, mix="read_page:3 resident:1")
    assert called["read_page"] == pytest.approx(3_000, rel=0.05)


def test_pages_are_spread_over_those_given() -> None:
    built = Built(FakeSurroundings(), SingleFileCache)
    run(built, loops=1, calls=200, mix="write_page", pages=5, first_page=40)
    assert sorted(built.component.state.pages) == [40, 41, 42, 43, 44]


def test_time_always_passes_between_calls() -> None:
    built = Built(FakeSurroundings(), SharedCounter, update_ns=0)
    run(built, loops=1, calls=100, think_ns=1)
    assert built.surroundings.now_ns >= 100


def test_draws_of_a_loop_do_not_depend_on_the_number_of_loops() -> None:
    heard = []
    for loops in (1, 3):
        built = Built(FakeSurroundings(), SingleFileCache)
        load = steady(built, loops=loops, calls=20, mix="write_page read_page")
        load.run_loop(0, built.surroundings.stream("load/0"))
        heard.append(built.component.package(0).state)
    assert heard[0] == heard[1]


@pytest.mark.parametrize(
    ("mix", "message"),
    [
        ("jump", "does not call 'jump'; it calls increment, add"),
        ("add:x", "the share of add must be a whole number from 1, not 'x'"),
        ("add:0", "the share of add must be a whole number from 1, not '0'"),
        ("", "an empty mix calls nothing"),
    ],
)
def test_mix_that_makes_no_sense_is_refused(mix: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        shares_of(mix)


def test_missing_target_is_refused() -> None:
    references: Any = {"cache": FakeReference()}
    surroundings: Any = FakeSurroundings()
    with pytest.raises(ValueError, match="uses = "):
        Steady(surroundings, 1, references, {}, "load")


def test_unknown_setting_is_refused() -> None:
    with pytest.raises(ValueError, match="steady has no setting 'colour'; it has starts_ns, loops"):
        steady(Built(FakeSurroundings(), SharedCounter), colour=3)
