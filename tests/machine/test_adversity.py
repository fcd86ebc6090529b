"""What goes wrong with threads: killed at every instant, woken by mistake, asked for nonsense, nested without end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from greenlet import GreenletExit

from model.costs import Costs
from model.machine.errors import ThreadKilled, ZeroDelayLoop
from model.machine.machine import Machine
from model.machine.scheduler import ZERO_DELAYS_AT_ONE_INSTANT
from model.machine.thread import Thread
from model.trace.events import Wait

MakeMachine = Callable[..., Machine]


def kill_at(machine: Machine, at_ns: int) -> tuple[bool, bool, bool]:
    """Kills a thread that takes a lock twice, at an instant; whether it ended, let the lock go, and left."""
    lock = machine.lock("lock")
    survived: list[bool] = []

    def body() -> None:
        for _ in range(2):
            with lock:
                machine.work(50)

    def other() -> None:
        machine.sleep(900)
        with lock:
            survived.append(True)

    victim = machine.spawn(body, name="victim", processor=0)
    machine.spawn(other, name="other", processor=1)
    machine.after(at_ns, lambda: machine.kill(victim))
    machine.run(1_000_000)
    counted = sum(machine.generations.active(processor, slot) for processor in (0, 1) for slot in (0, 1))
    return victim.ended, survived == [True], counted == 0


@pytest.mark.parametrize("from_ns", range(0, 700, 100))
def test_thread_killed_at_any_instant_leaves_no_lock_and_no_count_behind(
    make_machine: MakeMachine, from_ns: int
) -> None:
    outcomes = {kill_at(make_machine(processors=2), at_ns) for at_ns in range(from_ns, from_ns + 100)}
    assert outcomes == {(True, True, True)}


@pytest.mark.parametrize("at_ns", range(0, 6_000, 250))
def test_thread_killed_while_it_waits_for_a_lock_ends_soon(make_machine: MakeMachine, at_ns: int) -> None:
    machine = make_machine(processors=2)
    lock = machine.lock("lock")

    def hold() -> None:
        with lock:
            machine.work(500_000)

    def want() -> None:
        machine.sleep(300)
        with lock:
            pass

    machine.spawn(hold, name="holder", processor=0)
    victim = machine.spawn(want, name="victim", processor=1)
    machine.after(at_ns, lambda: machine.kill(victim))
    machine.run(at_ns + 2 * machine.costs.spin_ns + 1_000)
    assert victim.ended
    machine.run(1_000_000)
    assert lock.holder is None


def test_thread_killed_before_it_begins_is_no_success(make_machine: MakeMachine) -> None:
    machine = make_machine(processors=2)
    victim = machine.spawn(lambda: "done", name="victim")
    machine.kill(victim)
    machine.run(1_000_000)
    assert victim.result is None
    assert type(victim.error) is ThreadKilled


def test_lock_is_not_entered_because_its_waiter_was_woken_for_something_else(make_machine: MakeMachine) -> None:
    machine = make_machine(processors=3)
    lock = machine.lock("lock")
    order: list[str] = []

    def hold() -> None:
        with lock:
            machine.work(50_000)
            order.append("first is out")

    def want() -> None:
        machine.work(1_000)
        with lock:
            order.append("second is in")
        order.append(f"woken early: {machine.park(Wait.SIGNAL)}")

    def wake() -> None:
        machine.work(20_000)
        machine.unpark(waiter)

    machine.spawn(hold, name="holder", processor=0)
    waiter = machine.spawn(want, name="waiter", processor=1)
    machine.spawn(wake, name="waker", processor=2)
    machine.run(1_000_000)
    assert order == ["first is out", "second is in", "woken early: True"]


def test_release_lets_the_lock_go_even_when_its_own_step_is_one_too_many(make_machine: MakeMachine) -> None:
    machine = make_machine(processors=1, costs=Costs(lock_ns=0, unlock_ns=0, switch_ns=0))
    lock = machine.lock("lock")

    def body() -> None:
        with lock:
            for _ in range(ZERO_DELAYS_AT_ONE_INSTANT - 1):
                machine.work(0)

    first = machine.spawn(body, name="first", in_generation=False)
    second = machine.spawn(lock.acquire, name="second", in_generation=False)
    machine.run(1_000_000)
    assert type(first.error) is ZeroDelayLoop
    assert second.ended


@pytest.mark.parametrize("error", [SystemExit(3), GeneratorExit(), GreenletExit()])
def test_thread_that_raises_what_is_no_exception_ends_itself_and_not_the_run(
    make_machine: MakeMachine, error: BaseException
) -> None:
    machine = make_machine(processors=1)

    def body() -> None:
        machine.work(100)
        raise error

    first = machine.spawn(body, name="first")
    second = machine.spawn(lambda: machine.work(1_000), name="second")
    assert machine.run(1_000_000)
    assert first.error is error
    assert second.ended
    assert machine.generations.active(0, 0) == 0


@pytest.mark.parametrize(
    "ask",
    [
        lambda machine: machine.work(1.5),
        lambda machine: machine.work(-5_000),
        lambda machine: machine.sleep(1.5),
        lambda machine: machine.sleep(-1),
        lambda machine: machine.park(Wait.SIGNAL, 0, 0.5),
        lambda machine: machine.park(Wait.SIGNAL, 0, -1),
        lambda machine: machine.after(-1, lambda: None),
        lambda machine: machine.call_on(2, lambda: None),
        lambda machine: machine.call_on(-1, lambda: None),
        lambda machine: machine.migrate(2),
    ],
)
def test_impossible_time_or_processor_is_refused_where_it_is_asked_for(
    make_machine: MakeMachine, ask: Callable[[Machine], Any]
) -> None:
    machine = make_machine(processors=2)

    def body() -> int:
        machine.work(1_000)
        with pytest.raises((TypeError, ValueError)):
            ask(machine)
        machine.work(1_000)
        return machine.now_ns

    asking = machine.spawn(body, name="asking", processor=0)
    other = machine.spawn(lambda: machine.work(5_000), name="other", processor=1)
    machine.run(1_000_000)
    assert (asking.error, other.error) == (None, None)
    assert asking.result < 5_000
    assert machine.threads == {}


def test_chain_of_calls_from_processor_to_processor_may_be_long(make_machine: MakeMachine) -> None:
    machine = make_machine(processors=2)

    def ask(left: int) -> int:
        machine.work(10)
        return 1 + machine.call_on(left % 2, lambda: ask(left - 1)) if left else 0

    asking = machine.spawn(lambda: ask(300), name="asking")
    assert machine.run(100_000_000)
    assert (asking.error, asking.result) == (None, 300)


def test_names_in_a_chain_of_calls_do_not_grow(make_machine: MakeMachine) -> None:
    machine = make_machine(processors=2)
    names: list[str] = []

    def ask(left: int) -> None:
        names.append(machine.current.name)
        if left:
            machine.call_on(left % 2, lambda: ask(left - 1))

    machine.spawn(lambda: ask(3), name="asking")
    machine.run(1_000_000)
    assert names == ["asking", "asking on 1", "asking on 0", "asking on 1"]


def test_loop_whose_request_was_cut_short_and_killed_has_one_turn_to_come(make_machine: MakeMachine) -> None:
    """What was cut short stays in the calendar until it would have come; the loop's next turn must not revive it."""
    machine = make_machine(processors=1, costs=Costs(switch_ns=0, spawn_ns=0), run_ahead=False)

    def loop() -> None:
        with pytest.raises(ThreadKilled):
            machine.request(0, lambda: machine.work(10_000))
        machine.work(20_000)

    def cut() -> None:
        machine.kill(max(machine.threads.values(), key=lambda thread: thread.identity))
        machine.spawn(lambda: None, name="urgent", processor=0, in_generation=False, urgent=True)

    machine.spawn(loop, name="loop", processor=0, in_generation=False)
    machine.after(1_000, cut)
    machine.after(6_000, lambda: None)
    machine.run(5_000)
    to_come = [due.name for _, order, due in machine._calendar.heap if isinstance(due, Thread) and due.turn == order]
    assert to_come == ["loop"]
