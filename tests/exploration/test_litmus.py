"""Litmus tests: our own, others where CHANGEOVER_LITMUS names a folder of them, and files that are none."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Iterator
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from model.exploration.composed import Composed
from model.exploration.foresight import Foresight, Place
from model.exploration.litmus import run_litmus, search_of
from model.exploration.litmus_files import Litmus, LitmusError, Step, parse_litmus, read_litmus
from model.machine.explored import ExploredMachine
from model.machine.generations import Generations

OWN = Path(__file__).parent / "litmus"
OTHERS = os.environ.get("CHANGEOVER_LITMUS", "")
"""Where a collection lies that is not ours."""


@pytest.mark.slow
@pytest.mark.parametrize("test", read_litmus([OWN]), ids=lambda test: test.name)
def test_the_generations_keep_what_a_litmus_test_expects(test: Litmus) -> None:
    """Slow: up to a thousand different steps each, and each is made by a run."""
    outcome = run_litmus(test)
    assert outcome.ok, outcome
    assert outcome.states > 0


@pytest.mark.slow
@pytest.mark.skipif(not OTHERS, reason="CHANGEOVER_LITMUS names no collection")
def test_the_generations_keep_what_others_expect_of_four_threads() -> None:
    """Slow: the largest of a collection that is not ours; the command runs all of it."""
    outcomes = [run_litmus(test) for test in read_litmus([Path(OTHERS)]) if len(test.threads) > 3]
    assert outcomes
    assert [outcome for outcome in outcomes if not outcome.ok] == []


def one_advance(machine: ExploredMachine) -> Generations:
    """Two counters and one advance: each period needs one where it needs as many as there are counters."""
    generations = Generations(machine, recorded=False)

    class Needs(list[int]):
        def __setitem__(self, place: Any, value: Any) -> None:
            super().__setitem__(place, min(value, 1) if value == 2 else value)

    generations._needed = Needs(generations._needed)
    return generations


@pytest.mark.slow
@pytest.mark.parametrize("name", ["message passing", "removed and freed", "two grace periods"])
def test_two_counters_and_one_advance_fail(name: str) -> None:
    """Slow: shows that the tests test something."""
    test = next(test for test in read_litmus([OWN]) if test.name == name)
    outcome = run_litmus(test, one_advance)
    assert outcome.seen == "Sometimes"
    assert not outcome.ok


@pytest.mark.slow
@pytest.mark.parametrize("name", ["two updaters", "fewer grace periods than sections"])
def test_looking_ahead_loses_no_outcome(name: str) -> None:
    """Slow: without looking ahead, every order is gone through to its end."""
    test = next(test for test in read_litmus([OWN]) if test.name == name)
    ahead = search_of(test, 1)
    to_the_end = Composed(ahead.make)
    seen = any(run.ended_as_asked() for run in ahead.endings())
    assert any([run.ended_as_asked() for run in to_the_end.endings()]) == seen
    assert to_the_end.states > ahead.states


VARIABLES, REGISTERS = ("x", "y"), ("r1", "r2")
STEPS = st.one_of(
    st.builds(Step, st.just("write"), st.sampled_from(VARIABLES), value=st.integers(0, 2)),
    st.builds(Step, st.just("write"), st.sampled_from(VARIABLES), value=st.sampled_from(VARIABLES)),
    st.builds(Step, st.just("read"), st.sampled_from(VARIABLES), st.sampled_from(REGISTERS)),
    st.builds(Step, st.just("read_indirect"), st.sampled_from(REGISTERS), st.sampled_from(REGISTERS)),
    st.builds(Step, st.sampled_from(["mb", "rcu_read_lock", "synchronize_rcu"])),
)
PARTS = st.one_of(
    st.builds(lambda name, value: {"var": name, "eq": value}, st.sampled_from(VARIABLES), st.integers(0, 2)),
    st.builds(
        lambda thread, name, value: {"thread": thread, "reg": name, "eq": value},
        st.integers(0, 1), st.sampled_from(REGISTERS), st.one_of(st.integers(0, 2), st.sampled_from(VARIABLES)),
    ),
)  # fmt: skip


@given(threads=st.lists(st.lists(STEPS, max_size=4), min_size=2, max_size=2), parts=st.lists(PARTS, max_size=3))
def test_an_outcome_can_come_where_some_order_leads_to_it(threads: Any, parts: Any) -> None:
    test = Litmus("any", {"x": 0, "y": 0}, tuple(map(tuple, threads)), {"and": parts}, "Sometimes")
    start = Place(((0, ()), (0, ())), (0, 0))
    assert Foresight(test).can_hold(start) == any(map(test.holds, *zip(*ends(test), strict=True)))


def ends(test: Litmus) -> Iterator[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """The memory and the registers after each order of the steps of two threads."""
    first, second = map(len, test.threads)
    for places in combinations(range(first + second), first):
        turns = [0 if place in places else 1 for place in range(first + second)]
        memory: dict[str, Any] = dict(test.initial)
        registers: list[dict[str, Any]] = [{}, {}]
        left = [iter(steps) for steps in test.threads]
        for turn in turns:
            step, mine = next(left[turn]), registers[turn]
            if step.operation == "write":
                memory[step.variable] = step.value
            elif step.operation == "read":
                mine[step.register] = memory[step.variable]
            elif step.operation == "read_indirect":
                mine[step.register] = memory.get(str(mine.get(step.variable, "")), 0)
        yield memory, registers


def test_without_grace_periods_nothing_is_kept() -> None:
    class NoGracePeriod(Generations):
        def synchronize(self) -> None:
            return

    test = next(test for test in read_litmus([OWN]) if test.name == "message passing")
    assert not run_litmus(test, lambda machine: NoGracePeriod(machine, recorded=False)).ok


SOUND = json.loads((OWN / "message_passing.json").read_text(encoding="utf-8"))


def spoilt(*path: Any, value: Any) -> Any:
    """The sound table with one value replaced, or taken out where it is None."""
    table = copy.deepcopy(SOUND)
    place = table
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return table


@pytest.mark.parametrize(
    ("table", "sentence"),
    [
        ([], "a litmus test is a JSON object"),
        (spoilt("name", value=None), "name: this key is missing"),
        (spoilt("threads", value=[]), "threads: there must be 1 to 16 of them, not 0"),
        (spoilt("threads", 0, "ops", value="read"), "threads[0].ops: must be a list"),
        (spoilt("threads", 0, "ops", 1, "op", value="reed"), "threads[0].ops[1].op: there is no operation 'reed'"),
        (spoilt("threads", 0, "ops", 1, "reg", value=None), "threads[0].ops[1].reg: read needs this key"),
        (spoilt("threads", 1, "ops", 0, "value", value=1.5), "threads[1].ops[0].value: a value is a whole number"),
        (spoilt("exists", value=3), "exists: must be an object"),
        (spoilt("exists", "and", 0, "thread", value=7), "exists.and[0].thread: there is no thread 7"),
        (spoilt("expected_sc", value="Always"), "expected_sc: must be Never or Sometimes, not 'Always'"),
    ],
)
def test_what_is_malformed_is_told_with_its_place(table: Any, sentence: str) -> None:
    with pytest.raises(LitmusError) as told:
        parse_litmus(table)
    assert str(told.value).startswith(sentence)


def test_a_thread_that_waits_for_itself_is_told() -> None:
    steps = (Step("rcu_read_lock"), Step("synchronize_rcu"), Step("rcu_read_unlock"))
    with pytest.raises(LitmusError, match="for itself: P0 waits for ever"):
        run_litmus(Litmus("for itself", {}, (steps,), {"and": []}, "Sometimes"))


def test_files_that_cannot_be_read_are_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text("{", encoding="utf-8")
    with pytest.raises(LitmusError, match=r"none\.json: is not JSON"):
        read_litmus([tmp_path])
    with pytest.raises(LitmusError, match=r"missing\.json: cannot be read"):
        read_litmus([tmp_path / "missing.json"])
