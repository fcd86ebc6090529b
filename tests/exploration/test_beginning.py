"""A world that is brought back to its beginning runs like one that was built, or says that it cannot be."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from random import Random
from typing import Any

import pytest

from model.exploration.beginning import Beginning, CannotGoBack
from model.exploration.gate import SeldomInterrupted, held
from model.exploration.grounds import GROUNDS
from model.exploration.mutants import MUTANTS, planted
from model.exploration.run import Program, executed
from model.projections.invariants import InvariantWatch
from model.scenario import load, small
from tests.exploration.programs import program

SEEDS = range(3)


def told(explored: Program, seed: int) -> tuple[Any, ...]:
    """All that can be seen of a run."""
    with executed(explored, SeldomInterrupted(seed)) as execution:
        machine = execution.machine
        return (
            execution.trace.fingerprint(),
            tuple(machine.answers),
            tuple(execution.acted),
            execution.violation,
            machine.step,
        )


def assert_runs_alike(brought_back: Program, built: Program) -> None:
    for seed in SEEDS:
        assert told(brought_back, seed) == told(built.with_scenario(built.scenario), seed), seed


@pytest.mark.parametrize("name", sorted(summary.name for summary in small()))
def test_a_world_that_is_brought_back_runs_like_one_that_was_built(name: str) -> None:
    explored = program(load(name))
    assert_runs_alike(explored, explored)


@pytest.mark.slow
def test_it_does_so_with_every_planted_bug() -> None:
    """Slow: buys that no bug leaves anything behind for the next run; half of them end runs in the middle."""
    for mutant in MUTANTS:
        explored = GROUNDS[mutant.ground].program(lambda mutant=mutant: (InvariantWatch(held(mutant)),))  # type: ignore[misc]
        with planted(mutant):
            assert_runs_alike(explored, explored)


def test_a_planted_bug_is_in_the_world_only_while_it_is_planted() -> None:
    explored = program(load("one_call"))
    without = [told(explored, seed) for seed in SEEDS]
    with planted(MUTANTS[1]):
        assert [told(explored, seed) for seed in SEEDS] != without
    assert [told(explored, seed) for seed in SEEDS] == without


class Slotted:
    """As the machine's own classes are."""

    __slots__ = ("first", "second")

    first: Any
    second: Any


class Plain:
    """As components are."""

    def __init__(self) -> None:
        self.items: Any = [1, [2]]
        self.by_name: Any = {"a": deque([1]), "b": {2}}
        self.chance = Random(5)
        self.count = 0


class Changed(Plain):
    """What a fault makes of it."""


def test_everything_that_can_be_reached_is_put_back() -> None:
    slotted, plain = Slotted(), Plain()
    slotted.first = plain
    beginning = Beginning((slotted,), (), lambda life: pytest.fail("nobody lives here"))
    draws = plain.chance.random()
    inner = plain.items[1]
    for _ in range(2):
        plain.__class__ = Changed
        slotted.first, slotted.second = None, 1
        inner.append(3)
        plain.items = None
        plain.by_name["a"].append(2)
        plain.by_name["b"].clear()
        del plain.by_name["b"]
        plain.new = 1  # type: ignore[attr-defined]
        plain.count += 1
        plain.chance.random()
        beginning.bring_back()
        assert slotted.first is plain and not hasattr(slotted, "second")
        assert type(plain) is Plain and set(vars(plain)) == {"items", "by_name", "chance", "count"}
        assert (plain.items, plain.by_name, plain.count) == ([1, [2]], {"a": deque([1]), "b": {2}}, 0)
        assert plain.items[1] is inner
        assert plain.chance.random() == draws


def test_what_a_function_has_closed_over_is_put_back() -> None:
    count = 0

    def more() -> int:
        nonlocal count
        count += 1
        return count

    beginning = Beginning((more,), (), lambda life: pytest.fail("nobody lives here"))
    assert [more(), more()] == [1, 2]
    beginning.bring_back()
    assert more() == 1


def numbers() -> Iterator[int]:
    yield 1


@pytest.mark.parametrize("hidden", [iter([1]), numbers(), {"deep": [map(int, "1")]}], ids=["list", "generator", "map"])
def test_what_cannot_be_put_back_is_refused(hidden: object) -> None:
    with pytest.raises(CannotGoBack):
        Beginning((hidden,), (), lambda life: pytest.fail("nobody lives here"))


def test_a_program_that_cannot_go_back_is_built_anew_each_time() -> None:
    def hides(world: Any) -> None:
        world.hidden = numbers()

    plain = program(load("one_call"))
    hiding = Program(plain.scenario, plain.catalogue, plain.make_rules, hides)
    assert [told(hiding, seed) for seed in SEEDS] == [told(plain, seed) for seed in SEEDS]
    assert hiding.stage() is not hiding.stage()
