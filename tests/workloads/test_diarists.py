"""Diarists make the calls of their plan, each with its number."""

from __future__ import annotations

from typing import Any

import pytest

from model.components.diary_plain import PlainDiary
from model.trace.effects import tag_of
from model.workloads.diarists import Diarists, steps_of
from tests.fake_surroundings import Built, FakeSurroundings


def run(**settings: Any) -> tuple[Diarists, list[int]]:
    built = Built(FakeSurroundings(), PlainDiary)
    references: Any = {"target": built.own}
    load = Diarists(built.surroundings, 1, references, settings, "load")
    load.start()
    built.surroundings.run_spawned()
    return load, built.component.entries


def test_each_loop_goes_through_its_plan_and_numbers_its_calls() -> None:
    _, entries = run(loops=2, plan="note nest", first_caller=7)
    assert entries == [tag_of(caller, *effect) for caller in (7, 8) for effect in ((1, 0), (2, 0), (2, 1))]


def test_a_call_that_fails_is_counted_and_the_plan_goes_on() -> None:
    load, entries = run(plan="fail note", rounds=2)
    assert (load.issued, load.failed) == (4, 2)
    assert entries == [tag_of(1, 2), tag_of(1, 4)]


@pytest.mark.parametrize("plan", ["", "shout", "nest:0", "nest:41", "nest:x"])
def test_a_plan_that_cannot_be_is_refused(plan: str) -> None:
    with pytest.raises(ValueError):
        steps_of(plan)
