"""The components that fail do fail, each in its one way, and count rightly until then."""

from __future__ import annotations

import pytest

from model.components.counter_shared import SharedCounter
from model.components.failing import (
    FAILING,
    CounterFailsInPackage,
    CounterFailsInUnpackage,
    CounterFailure,
    CounterNeverUnpackages,
    CounterPackagesGarbage,
    CounterPackagesNonsense,
    CounterRaises,
)
from model.engine.component import Component, Package
from model.protocols import BY_REFERENCE, CANONICAL
from tests.fake_surroundings import Built, FakeSurroundings, Injected


def built(implementation: type[Component]) -> Built:
    made = Built(FakeSurroundings(), implementation)
    made.component.add(1, 1)
    return made


@pytest.mark.parametrize("implementation", FAILING, ids=lambda made: made.name)
def test_counts_rightly_until_it_is_swapped(implementation: type[Component]) -> None:
    component = built(implementation).component
    assert (component.value(), component.violations()) == (1, 0)


@pytest.mark.parametrize("bit", [CANONICAL, BY_REFERENCE])
def test_package_raises(bit: int) -> None:
    with pytest.raises(CounterFailure, match="package failed"):
        built(CounterFailsInPackage).component.package(bit)


@pytest.mark.parametrize("bit", [CANONICAL, BY_REFERENCE])
def test_unpackage_raises_when_the_state_is_taken_already_and_the_old_one_is_untouched(bit: int) -> None:
    old = built(SharedCounter)
    new = old.instance(CounterFailsInUnpackage)
    with pytest.raises(CounterFailure, match="unpackage failed"):
        new.unpackage(bit, old.component.package(bit))
    assert (old.component.value(), old.component.add(1, 2), old.component.violations()) == (1, 2, 0)


def test_garbage_is_no_package() -> None:
    assert not isinstance(built(CounterPackagesGarbage).component.package(CANONICAL), Package)


@pytest.mark.parametrize("bit", [CANONICAL, BY_REFERENCE])
def test_nonsense_in_a_package_is_refused_by_a_sound_counter(bit: int) -> None:
    old = built(CounterPackagesNonsense)
    with pytest.raises(TypeError, match="not a dict"):
        old.instance(SharedCounter).unpackage(bit, old.component.package(bit))


def test_unpackage_without_end_lets_time_pass_so_that_it_can_be_given_up() -> None:
    old = built(SharedCounter)
    new = old.instance(CounterNeverUnpackages)
    old.surroundings.fail_at = 5_000
    with pytest.raises(Injected):
        new.unpackage(CANONICAL, old.component.package(CANONICAL))
    assert old.surroundings.now_ns > 1_000_000


def test_call_that_raises_has_counted_nothing() -> None:
    made = Built(FakeSurroundings(), CounterRaises, raise_every=2)
    made.component.add(1, 1)
    with pytest.raises(CounterFailure, match="call 2 failed"):
        made.component.add(1, 2)
    made.component.add(1, 2)
    assert (made.component.value(), made.component.violations()) == (2, 0)
