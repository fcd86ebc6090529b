"""State transfer by itself: what is handed over, what it costs, and every way to fail at it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from model.costs import Costs
from model.engine.component import Component, Interface, Package
from model.engine.objects import ObjectRecord
from model.engine.transfer import BYTES_AT_MOST, TransferFailed, protocol_between, transfer
from model.trace.events import Kind
from tests.fake_surroundings import FakeSurroundings


class Kept(Interface):
    title = "Kept"


def truncated() -> Package:
    """A package of which a part is lost after it was sealed."""
    package = Package([1, 2, 3], 24)
    package.state.pop()
    return package


class Keeper(Component, Kept):
    """Hands over what the test gave it, and remembers what it was given."""

    name = "keeper"
    transfer_protocols = frozenset({0, 3, 63})
    hands_over: Any = Package("state", 2_048)
    asked: list[int]
    took: tuple[int, Any]

    def package(self, bit: int) -> Package:
        self.asked = [bit]
        if isinstance(self.hands_over, Exception):
            raise self.hands_over
        package: Package = self.hands_over
        return package

    def unpackage(self, bit: int, package: Package) -> None:
        self.took = bit, package.state


class Clumsy(Keeper):
    name = "clumsy"

    def unpackage(self, bit: int, package: Package) -> None:
        raise LookupError("no such page")


@dataclass
class Moving:
    """A transfer from a keeper to another, in surroundings where a kibibyte takes 150 ns."""

    hands_over: Any = field(default_factory=lambda: Package("state", 2_048))
    to: type[Keeper] = Keeper

    def __post_init__(self) -> None:
        self.surroundings = FakeSurroundings(costs=Costs(copy_ns_per_kib=150))
        surroundings: Any = self.surroundings
        self.old, self.new = (kind(surroundings, {}, identity=number) for kind, number in ((Keeper, 5), (self.to, 6)))
        self.old.hands_over = self.hands_over
        self.record = ObjectRecord(4, "kept", Kept, (), 0)
        self.record.instance = self.old

    def move(self) -> None:
        transfer(self.surroundings, self.record, self.new, 3, request=7)  # type: ignore[arg-type]

    def fails(self) -> str:
        with pytest.raises(TransferFailed) as failed:
            self.move()
        return str(failed.value)


def test_whole_state_moves_in_the_form_that_was_agreed_on() -> None:
    moving = Moving()
    moving.move()
    assert (moving.old.asked, moving.new.took) == ([3], (3, "state"))
    assert [point.name for point in moving.surroundings.points] == ["TRANSFER_STEP"] * 2


def test_copying_takes_as_long_as_there_are_bytes_and_the_end_is_told_as_it_begins() -> None:
    moving = Moving()
    moving.move()
    both = {"a": 7, "b": 2_048, "subject": 4}
    assert moving.surroundings.told == [
        (Kind.STATE_PACKAGED, {"until_ns": 300, **both}),
        (Kind.STATE_UNPACKAGED, {"until_ns": 600, **both}),
    ]
    assert moving.surroundings.now_ns == 600


@pytest.mark.parametrize(
    ("handed_over", "sentence"),
    [
        (ValueError("not today"), "keeper raised in package: ValueError: not today"),
        ("nonsense", "keeper returned str from package instead of a package"),
        (None, "keeper returned NoneType from package instead of a package"),
        (Package("state", -1), "keeper returned a package of -1 bytes"),
        (Package("state", BYTES_AT_MOST + 1), "keeper returned a package of 1099511627777 bytes"),
        (Package("state", 1.5), "keeper returned a package of 1.5 bytes"),  # type: ignore[arg-type]
        (truncated(), "a part of what keeper had packaged was lost on the way"),
    ],
)
def test_what_is_no_whole_package_ends_the_transfer_in_one_sentence(handed_over: Any, sentence: str) -> None:
    moving = Moving(handed_over)
    assert moving.fails() == sentence
    assert not hasattr(moving.new, "took")


def test_whoever_raises_in_unpackage_is_named_with_its_words() -> None:
    assert Moving(to=Clumsy).fails() == "clumsy raised in unpackage: LookupError: no such page"


def test_failure_says_what_caused_it() -> None:
    with pytest.raises(TransferFailed) as failed:
        Moving(ValueError("not today")).move()
    assert isinstance(failed.value.__cause__, ValueError)


@pytest.mark.parametrize("size", [0, 1, BYTES_AT_MOST])
def test_package_of_any_size_up_to_the_bound_is_taken(size: int) -> None:
    moving = Moving(Package("state", size))
    moving.move()
    assert moving.new.took == (3, "state")


def test_highest_protocol_that_both_speak_is_chosen_and_none_where_there_is_none() -> None:
    class Plain(Keeper):
        transfer_protocols = frozenset({0, 3, 5})

    class Stranger(Keeper):
        transfer_protocols = frozenset({17})

    assert [protocol_between(Keeper, kind) for kind in (Keeper, Plain, Stranger)] == [63, 3, None]
    assert protocol_between(Plain, Keeper) == 3
