"""The diary tells the truth about itself."""

from __future__ import annotations

import pytest

from model.components.diary import ENTRIES_BY_REFERENCE
from model.components.diary_plain import OtherDiary, PlainDiary
from model.trace.effects import after, tag_of
from model.trace.events import Kind
from tests.fake_surroundings import Built, FakeSurroundings


def diary() -> Built:
    return Built(FakeSurroundings(), PlainDiary)


def told(built: Built) -> list[str]:
    return [kind.name for kind, _ in built.surroundings.told]


def test_every_activation_is_told_as_it_begins_and_ends() -> None:
    built = diary()
    built.component.nest(1, 1)
    began, ended = "ACTIVATION_BEGAN", "ACTIVATION_ENDED"
    assert told(built) == ["STATE_TOLD", began, began, ended, ended]


def test_digest_is_that_of_all_entries_in_their_order() -> None:
    built = diary()
    built.component.note(1, 1)
    built.component.note(2, 1)
    assert built.component.digest == after(after(0, tag_of(1, 1)), tag_of(2, 1))
    assert built.surroundings.told[-1][1]["b"] == built.component.digest


def test_a_call_that_fails_leaves_no_effect() -> None:
    built = diary()
    with pytest.raises(ValueError, match="call 1 of caller 4"):
        built.component.fail(4, 1)
    assert built.component.entries == []
    assert told(built)[-1] == "ACTIVATION_RAISED"


@pytest.mark.parametrize("bit", [0, ENTRIES_BY_REFERENCE])
def test_successor_tells_the_state_that_it_took(bit: int) -> None:
    built = diary()
    built.component.note(1, 1)
    successor = built.instance(OtherDiary)
    successor.unpackage(bit, built.component.package(bit))
    kind, fields = built.surroundings.told[-1]
    assert (kind, fields["a"], fields["b"], fields["method"]) == (Kind.STATE_TOLD, 1, built.component.digest, bit + 1)


def test_something_else_than_entries_is_refused() -> None:
    built = diary()
    with pytest.raises(TypeError, match="sequence of whole numbers"):
        built.component.unpackage(0, type("Package", (), {"state": ["a"]})())


def test_it_calls_itself_from_outside_in_each_of_its_ways() -> None:
    built = diary()
    for call in (built.component.nest, built.component.twice, built.component.far, built.component.forward):
        call(1, 1)
    assert len(built.component.entries) == 2 + 3 + 2 + 1
