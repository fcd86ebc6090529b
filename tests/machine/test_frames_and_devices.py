"""The pool of page frames with its pager, and devices with their queues."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from model.costs import Costs, DeviceCosts, Shape
from model.machine.machine import Machine
from model.trace.events import Kind, Wait

COSTS = Costs(switch_ns=0, frame_ns=10)
SMALL = Shape(frames=10, frames_low=3, frames_enough=6, devices={"disk": DeviceCosts(1_000, 1_024)})


def spawn(machine: Machine, body: Callable[[], None], processor: int = 0) -> None:
    machine.spawn(body, name="body", processor=processor, in_generation=False)


def waits(machine: Machine) -> list[Wait]:
    rows = [machine.trace.event(position) for position in range(machine.trace.head)]
    return [Wait(row.a) for row in rows if row.kind == Kind.THREAD_WAITED]


def test_frames_are_on_the_account_of_who_took_them(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(costs=COSTS, shape=SMALL)

    def body() -> None:
        for owner in (1, 1, 2):
            machine.frames.take(owner)
        machine.frames.give(1, owner=1)

    spawn(machine, body)
    machine.run(10_000)
    assert [machine.frames.held_by(owner) for owner in (1, 2, 3)] == [1, 1, 0]
    assert machine.frames.free == 8


def test_giving_back_more_than_was_taken_is_refused(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(costs=COSTS, shape=SMALL)
    thread = machine.spawn(lambda: machine.frames.give(1, owner=4), name="giving", in_generation=False)
    machine.run(10_000)
    assert isinstance(thread.error, ValueError)
    assert machine.frames.free == 10


def test_pager_is_woken_when_frames_get_few_and_frees_enough(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(costs=COSTS, shape=SMALL)
    frames, least = machine.frames, []

    def page_out() -> None:
        while True:
            machine.park(Wait.SIGNAL)
            least.append(frames.free)
            while frames.free < frames.enough:
                machine.work(5)
                frames.give(1, owner=1)

    pager = machine.spawn(page_out, name="pager", processor=1, in_generation=False)
    frames.when_low(lambda: machine.unpark(pager))

    def read_file() -> None:
        for _ in range(50):
            frames.take(1)
            machine.work(100)

    spawn(machine, read_file)
    machine.run(1_000_000)
    assert len(least) > 5
    assert min(least) == frames.low - 1
    assert 0 < frames.held_by(1) == frames.total - frames.free


def test_who_finds_no_frame_waits_and_is_served_first_come(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=4, costs=COSTS, shape=Shape(frames=1, frames_low=0, frames_enough=0))
    served: list[int] = []

    def taker(number: int) -> Callable[[], None]:
        def body() -> None:
            machine.work(number)
            machine.frames.take(number)
            served.append(number)
            machine.work(1_000)
            machine.frames.give(1, owner=number)

        return body

    for number in (1, 2, 3):
        spawn(machine, taker(number), processor=number)
    machine.run(100_000)
    assert served == [1, 2, 3]
    assert waits(machine) == [Wait.FRAME, Wait.FRAME]
    assert machine.frames.free == 1


def test_a_thread_that_is_killed_at_the_pool_takes_no_frame_along(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=2, costs=COSTS, shape=Shape(frames=1, frames_low=0, frames_enough=0))
    spawn(machine, lambda: machine.frames.take(1))
    machine.run(100)
    waiting = machine.spawn(lambda: machine.frames.take(2), name="waiting", processor=1, in_generation=False)
    machine.run(1_000)
    machine.kill(waiting)
    machine.run(2_000)
    spawn(machine, lambda: machine.frames.give(1, owner=1))
    machine.run(3_000)
    assert (machine.frames.free, machine.frames.held_by(2)) == (1, 0)


def test_device_serves_one_transfer_after_the_other(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=4, costs=COSTS, shape=SMALL)
    ends: list[int] = []

    def reader(start_ns: int, size_bytes: int) -> Callable[[], None]:
        def body() -> None:
            machine.sleep(start_ns)
            machine.device("disk").transfer(size_bytes)
            ends.append(machine.now_ns)

        return body

    for number, (start_ns, size_bytes) in enumerate(((100, 1_000), (200, 3_000), (20_000, 0))):
        spawn(machine, reader(start_ns, size_bytes), processor=number)
    machine.run(100_000)
    assert ends == [100 + 2_000, 100 + 2_000 + 4_000, 20_000 + 1_000]


def test_a_processor_is_free_for_others_while_the_device_works(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=1, costs=COSTS, shape=SMALL)
    ends: list[int] = []
    spawn(machine, lambda: machine.device("disk").transfer(9_000))
    spawn(machine, lambda: (machine.work(500), ends.append(machine.now_ns))[0])
    machine.run(5_000)
    assert ends == [500]


def test_a_device_that_the_machine_has_not_is_refused_by_name(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(shape=SMALL)
    with pytest.raises(LookupError, match="the machine has no device 'tape'; it has disk"):
        machine.device("tape")
