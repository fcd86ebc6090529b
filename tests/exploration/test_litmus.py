"""Litmus tests: our own, others where they lie beside the checkout, and files that are none."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from model.exploration.litmus import Litmus, LitmusError, parse_litmus, read_litmus, run_litmus
from model.machine.explored import ExploredMachine
from model.machine.generations import Generations

OWN = Path(__file__).parent / "litmus"
BESIDE = Path(__file__).parents[3] / "shared" / "litmus"
"""Where a whole collection may lie."""

QUICK_ONES = ("C-RCU-remove", "C-RW-G_RW-R1I", "C-RW-G_RW-RI", "C-srcu-nest-3", "C-srcu-nest-4", "own_nested")


@pytest.mark.slow
@pytest.mark.parametrize("test", read_litmus([OWN]), ids=lambda test: test.name)
def test_the_generations_keep_what_a_litmus_test_expects(test: Litmus) -> None:
    """Slow: up to a few thousand runs each, of which none may be left out."""
    outcome = run_litmus(test)
    assert outcome.ok, outcome
    assert outcome.states > 0


@pytest.mark.slow
@pytest.mark.skipif(not BESIDE.is_dir(), reason="no collection beside the checkout")
@pytest.mark.parametrize("name", QUICK_ONES)
def test_the_generations_keep_what_others_expect(name: str) -> None:
    """Slow: the quick ones of a collection that is not ours; the command runs all of it."""
    assert run_litmus(*read_litmus([BESIDE / f"{name}.json"])).ok


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


def test_files_that_cannot_be_read_are_told_by_name(tmp_path: Path) -> None:
    (tmp_path / "none.json").write_text("{", encoding="utf-8")
    with pytest.raises(LitmusError, match=r"none\.json: is not JSON"):
        read_litmus([tmp_path])
    with pytest.raises(LitmusError, match=r"missing\.json: cannot be read"):
        read_litmus([tmp_path / "missing.json"])
