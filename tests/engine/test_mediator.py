"""The mediator alone, one step at a time: what a call does at each point, and what it leaves behind if it is killed.

The surroundings here have one thread at a time and a script: what happens before the point or the wait of that number.
So the narrow places can be entered on purpose: the door closes just after a call has looked, a thread dies between two
steps.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from engine_harness import Ledger

from model.engine.mediator import Mediator, mediator_for
from model.engine.objects import ObjectRecord
from model.trace.events import Kind, Phase, Wait
from tests.fake_surroundings import FakeSurroundings, FakeThread, Injected

DRIVER = FakeThread(99)


@dataclass
class Scripted(FakeSurroundings):
    """`before[n]` happens before the n-th point from now, `while_waiting` when a thread parks."""

    before: dict[int, Callable[[], None]] = field(default_factory=dict)
    while_waiting: list[Callable[[], None]] = field(default_factory=list)
    woken: list[int] = field(default_factory=list)
    waits: list[tuple[Wait, int]] = field(default_factory=list)

    def point(self, operation: int, subject: int = 0) -> None:
        super().point(operation, subject)
        assert len(self.points) < 100, "this thread goes round and round"
        self.before.pop(len(self.points), nothing)()

    def park(self, wait: Wait, subject: int = 0, timeout_ns: int | None = None) -> bool:
        self.waits.append((wait, subject))
        assert self.while_waiting, "this thread would wait for ever"
        self.while_waiting.pop(0)()
        return True

    def unpark(self, thread: FakeThread) -> None:
        self.woken.append(thread.identity)


def nothing() -> None:
    pass


class Target:
    """Stands for the component: says which one it is."""

    def __init__(self, name: str) -> None:
        self.name = name

    def note(self, caller: int, sequence: int, *, ns: int = 1_000) -> str:
        return f"{self.name} noted {caller} {sequence} {ns}"


OLD, NEW = Target("old"), Target("new")


class Door:
    """A mediator before the old component, and the threads that come to it."""

    def __init__(self) -> None:
        self.surroundings = Scripted()
        record = ObjectRecord(4, "ledger", Ledger, (1, 2, 3, 4), 0)
        record.set_door(OLD, 5)
        self.mediator: Mediator = mediator_for(self.surroundings, record, 1, 8, DRIVER)

    def as_thread(self, identity: int) -> None:
        self.surroundings.current = FakeThread(identity)

    def becomes(self, phase: Phase, target: Any = None) -> Callable[[], None]:
        """The same as `set_phase` and `release`, without their points."""

        def change() -> None:
            mediator = self.mediator
            mediator._state = mediator._state._replace(phase=phase, target=target or mediator._state.target)

        return change

    def points(self) -> list[str]:
        """The points since the last time."""
        passed = [point.name for point in self.surroundings.points]
        self.surroundings.points.clear()
        return passed


@pytest.fixture
def door() -> Door:
    return Door()


def test_call_through_an_open_door_is_counted_from_before_it_goes_on_until_it_is_out(door: Door) -> None:
    slot = door.mediator.enter()
    assert door.points() == ["PHASE_READ", "COUNT_CHANGE", "PHASE_READ"]
    assert (slot.depth, slot.target) == (1, OLD)
    assert door.mediator.someone_inside()
    door.points()
    door.mediator.leave(slot)
    assert door.points() == ["COUNT_CHANGE", "PHASE_READ"]
    assert not door.mediator.someone_inside()


def test_count_is_a_depth_so_that_an_inner_return_does_not_untrack_the_outer_call(door: Door) -> None:
    slot = door.mediator.enter()
    assert [door.mediator.enter() is slot for _ in range(2)] == [True, True]
    assert slot.depth == 3
    inside = []
    for _ in range(3):
        door.mediator.leave(slot)
        inside.append((slot.depth, door.mediator.someone_inside()))
    assert inside == [(2, True), (1, True), (1, False)]


def test_another_thread_is_not_taken_for_the_one_inside(door: Door) -> None:
    first = door.mediator.enter()
    door.as_thread(2)
    assert door.mediator.enter() is not first


@pytest.mark.parametrize("phase", [Phase.BLOCK, Phase.TRANSFER])
def test_recursive_call_goes_on_whatever_the_phase(door: Door, phase: Phase) -> None:
    slot = door.mediator.enter()
    door.becomes(phase)()
    door.points()
    assert door.mediator.enter() is slot
    assert door.points() == ["PHASE_READ", "COUNT_CHANGE"]
    assert slot.depth == 2


def test_call_that_finds_the_door_closed_after_it_was_counted_withdraws_and_waits(door: Door) -> None:
    surroundings = door.surroundings
    surroundings.before[2] = door.becomes(Phase.BLOCK)
    surroundings.while_waiting = [door.becomes(Phase.COMPLETED, NEW)]
    slot = door.mediator.enter()
    assert door.points() == [
        *["PHASE_READ", "COUNT_CHANGE", "PHASE_READ"],  # counted; closed
        *["COUNT_CHANGE", "PHASE_READ", "WAKE"],  # withdrawn, and the swap is told to look again
        *["PHASE_READ", "COUNT_CHANGE", "PHASE_READ", "PHASE_READ", "PHASE_READ"],  # at the door; open; looked again
    ]
    assert surroundings.waits == [(Wait.DOOR, 8)]
    assert surroundings.woken == [DRIVER.identity]
    assert (slot.depth, slot.target) == (0, NEW)
    assert not door.mediator.someone_inside()
    assert not door.mediator.someone_at_door


def test_call_that_was_woken_by_a_retry_is_counted_or_waits_again(door: Door) -> None:
    door.becomes(Phase.BLOCK)()
    door.surroundings.while_waiting = [nothing, door.becomes(Phase.FORWARD)]
    slot = door.mediator.enter()
    assert door.surroundings.waits == [(Wait.DOOR, 8)] * 2
    assert (slot.depth, slot.target) == (1, OLD)
    assert door.mediator.someone_inside()


def test_call_that_comes_after_the_end_is_not_counted_and_its_return_changes_nothing(door: Door) -> None:
    door.becomes(Phase.ABANDONED)()
    slot = door.mediator.enter()
    assert (slot.depth, slot.target) == (0, OLD)
    door.points()
    door.mediator.leave(slot)
    assert door.points() == []


def test_last_one_out_wakes_the_swap_in_block_and_only_then(door: Door) -> None:
    woken = []
    for phase in (Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER):
        slot = door.mediator.enter()
        door.becomes(phase)()
        door.mediator.leave(slot)
        woken.append((phase.name, list(door.surroundings.woken)))
        door.surroundings.woken.clear()
        door.becomes(Phase.FORWARD)()
    assert woken == [("FORWARD", []), ("BLOCK", [DRIVER.identity]), ("TRANSFER", [])]


@pytest.mark.parametrize("step", [1, 2, 3])
def test_thread_killed_on_its_way_in_is_not_inside(door: Door, step: int) -> None:
    door.surroundings.fail_at = step
    with pytest.raises(Injected):
        door.mediator.enter()
    assert not door.mediator.someone_inside()


@pytest.mark.parametrize("step", [4, 5, 6])
def test_thread_killed_while_it_withdraws_hears_of_nothing_but_its_end(door: Door, step: int) -> None:
    door.surroundings.before[2] = door.becomes(Phase.BLOCK)
    door.surroundings.fail_at = step
    with pytest.raises(Injected):
        door.mediator.enter()
    assert not door.mediator.someone_inside()


def test_thread_killed_at_the_door_does_not_stand_there_any_more(door: Door) -> None:
    door.becomes(Phase.BLOCK)()
    door.surroundings.fail_at = 3
    with pytest.raises(Injected):
        door.mediator.enter()
    assert not door.mediator.someone_at_door


@pytest.mark.parametrize("depth", [1, 2, 3])
def test_thread_killed_on_its_way_out_is_out(door: Door, depth: int) -> None:
    for _ in range(depth):
        slot = door.mediator.enter()
    for _ in range(depth):
        door.surroundings.fail_at = 1
        with pytest.raises(Injected):
            door.mediator.leave(slot)
    assert not door.mediator.someone_inside()


def test_release_wakes_everybody_at_the_door_first_come_first(door: Door) -> None:
    door.becomes(Phase.BLOCK)()
    order: list[int] = []

    def next_one() -> None:
        if len(order) < 3:
            order.append(door.surroundings.current.identity)
            door.as_thread(10 - len(order))
            door.surroundings.while_waiting.append(next_one)
            door.mediator.enter()
        else:
            door.points()
            door.mediator.release()
            assert door.points() == ["WAKE"] * 4
            door.becomes(Phase.COMPLETED, NEW)()

    door.surroundings.while_waiting = [next_one]
    door.mediator.enter()
    assert door.surroundings.woken == [1, 9, 8, 7]


def test_a_phase_without_a_target_keeps_the_one_before(door: Door) -> None:
    mediator, reached = door.mediator, []
    for phase, target in ((Phase.BLOCK, None), (Phase.COMPLETED, NEW), (Phase.ABANDONED, None)):
        mediator.set_phase(phase, target)
        reached.append((mediator.phase, mediator._state.target))
    assert reached == [(Phase.BLOCK, OLD), (Phase.COMPLETED, NEW), (Phase.ABANDONED, NEW)]
    assert door.points() == ["PHASE_WRITE"] * 3


def test_generated_call_goes_to_the_slots_target_and_its_result_comes_back(door: Door) -> None:
    mediator: Any = door.mediator
    assert mediator.note(1, 2) == "old noted 1 2 1000"
    door.becomes(Phase.COMPLETED, NEW)()
    assert mediator.note(3, 4, ns=5) == "new noted 3 4 5"
    assert not mediator.someone_inside()


def test_recursive_call_is_told_in_block_where_others_wait_and_in_no_other_phase(door: Door) -> None:
    class Call:
        position, number = 30, 9
        front = type("Front", (), {"client": 2})

    thread: Any = door.surroundings.current
    thread.call = Call
    door.mediator.enter()
    door.surroundings.recording = True
    for phase in (Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER):
        door.becomes(phase)()
        door.mediator.enter()
    fields = {"cause": 30, "call": 9, "a": 1, "b": 0, "subject": 4, "client": 2}
    assert door.surroundings.told == [(Kind.CALL_RECURSIVE, fields)]


def test_nothing_is_told_of_a_thread_that_makes_no_call(door: Door) -> None:
    door.surroundings.recording = True
    door.mediator.leave(door.mediator.enter())
    assert door.surroundings.told == []


def test_nothing_is_told_where_nothing_is_recorded(door: Door) -> None:
    thread: Any = door.surroundings.current
    thread.call = "a call"
    door.mediator.leave(door.mediator.enter())
    assert door.surroundings.told == []
