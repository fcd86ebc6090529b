"""Relays call each other round in a circle."""

from __future__ import annotations

import pytest

from model.components.relay import CrossProcessorRelay
from tests.fake_surroundings import Built, FakeSurroundings


def test_question_goes_round_as_often_as_asked() -> None:
    surroundings = FakeSurroundings()
    first, second = (Built(surroundings, CrossProcessorRelay, processor=number) for number in (1, 0))
    first.own.object, second.own.object = second.component, first.component
    assert first.component.ask(2) == 3
    assert (first.component.asked(), second.component.asked()) == (2, 1)


def test_question_with_too_many_hops_is_refused() -> None:
    with pytest.raises(ValueError, match="0 to 64 hops, not 65"):
        Built(FakeSurroundings(), CrossProcessorRelay).component.ask(65)
