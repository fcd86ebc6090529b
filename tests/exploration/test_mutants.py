"""An examination that nothing fails is none: every planted bug is found by the rule that it names."""

from __future__ import annotations

import pytest

from model.engine import generated
from model.engine.mediator import Mediator
from model.engine.swap import MediatedSwap
from model.exploration.explorer import explore
from model.exploration.gate import Again, SeldomInterrupted, Verdict, broken, examine_all, held
from model.exploration.grounds import GROUNDS, SHIPPED
from model.exploration.mutants import MUTANTS, named, planted
from model.exploration.planting import in_place, patched
from model.machine.generations import Generations
from model.projections.invariants import SENTENCE_OF, InvariantWatch

_VERDICTS: dict[int, Verdict] = {}


def verdict_of(number: int) -> Verdict:
    if not _VERDICTS:
        _VERDICTS.update((verdict.number, verdict) for verdict in examine_all())
    return _VERDICTS[number]


@pytest.mark.slow
@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.number} {mutant.name}")
def test_each_mutant_is_killed_by_its_rule_and_each_equivalent_one_survives(mutant) -> None:  # type: ignore[no-untyped-def]
    """Buys that every rule which guards the engine would notice its absence: all mutants are examined once here."""
    verdict = verdict_of(mutant.number)
    assert (verdict.killed, verdict.rule) == (not mutant.equivalent, mutant.rule), verdict
    assert verdict.as_it_should


@pytest.mark.parametrize("name", GROUNDS)
def test_no_rule_is_broken_on_a_ground_without_a_mutant(name: str) -> None:
    """Buys that what kills a mutant is the mutant: 60 schedules each, like those that kill."""
    ground = GROUNDS[name]
    program = ground.program(lambda: (InvariantWatch(frozenset(SENTENCE_OF) - ground.without),))
    assert [broken(program, SeldomInterrupted(seed)) for seed in range(60)] == [None] * 60


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in GROUNDS if name not in SHIPPED])
def test_ground_explores_clean_and_complete_without_a_mutant(name: str) -> None:
    """Buys that no schedule at all of these breaks a rule; the shipped ones are explored by themselves."""
    ground = GROUNDS[name]
    report = explore(
        ground.program(lambda: (InvariantWatch(frozenset(SENTENCE_OF) - ground.without),)), strategy="complete"
    )
    assert (report.failures, report.complete) == ((), True)
    assert report.states > 100


def test_schedule_that_killed_a_mutant_breaks_nothing_without_it() -> None:
    mutant = named("no forward phase")
    program = GROUNDS[mutant.ground].program(lambda: (InvariantWatch(held(mutant)),))
    with planted(mutant):
        seed = next(seed for seed in range(100) if broken(program, SeldomInterrupted(seed)) is not None)
        chooser = SeldomInterrupted(seed)
        assert broken(program, chooser) is not None
        assert broken(program, Again(chooser.answers)) is not None
    assert broken(program, Again(chooser.answers)) is None


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.number} {mutant.name}")
def test_nothing_of_a_mutant_stays_in_the_engine(mutant) -> None:  # type: ignore[no-untyped-def]
    owners = (Mediator, MediatedSwap, Generations, generated)
    before = [dict(vars(owner)) for owner in owners]
    with planted(mutant):
        patches = mutant.patches()
        assert patches
        assert all(vars(patch.owner)[patch.name] is not None for patch in patches)
    assert [dict(vars(owner)) for owner in owners] == before


def test_nothing_is_left_in_place_when_the_exploration_raises() -> None:
    enter = Mediator.enter
    with pytest.raises(ZeroDivisionError), in_place(patched(Mediator, enter=lambda self: None)):
        assert Mediator.enter is not enter
        raise ZeroDivisionError
    assert Mediator.enter is enter


def test_planting_nothing_changes_nothing() -> None:
    with planted(None):
        assert Mediator.__dict__["enter"].__module__ == "model.engine.mediator"


def test_numbers_and_names_are_one_each_and_those_of_the_list() -> None:
    numbers = [mutant.number for mutant in MUTANTS]
    assert numbers == [number for number in range(1, 51) if number not in (31, 32)]
    assert len({mutant.name for mutant in MUTANTS}) == len(MUTANTS)
    assert [mutant.number for mutant in MUTANTS if mutant.equivalent] == [30, 49, 50]


def test_every_mutant_says_what_it_leaves_out_and_names_what_there_is() -> None:
    for mutant in MUTANTS:
        assert mutant.sentence.endswith(".") and mutant.sentence[0].isupper()
        assert mutant.equivalent or mutant.rule in SENTENCE_OF
        assert mutant.ground in GROUNDS
        assert mutant.spared <= set(SENTENCE_OF)


def test_a_mutant_is_found_by_its_name_and_by_its_number() -> None:
    assert named("33") is named("one generation advance")
    with pytest.raises(KeyError):
        named("no such bug")


def test_the_gate_fails_for_an_equivalent_one_that_is_killed_and_for_a_bug_that_survives() -> None:
    killed = Verdict(30, "equivalent", True, True, "S1", "one_call", 5, 1)
    survives = Verdict(1, "bug", False, False, "S3", "one_call", 6_000, None)
    assert (killed.as_it_should, survives.as_it_should) == (False, False)
