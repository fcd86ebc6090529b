"""Processors, threads, time."""

from __future__ import annotations

import random
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest

from model.costs import Costs
from model.machine.calendar import TAKEN_BACK_AT_LEAST
from model.machine.errors import MachineClosed, NotAThread, ThreadKilled, ZeroDelayLoop
from model.machine.machine import Machine
from model.trace.events import Kind, Wait
from model.trace.trace import BATCH_ROWS, Trace

FREE_SWITCH = Costs(switch_ns=0)


def kinds(machine: Machine, *wanted: Kind) -> list[tuple[int, Kind, int]]:
    """(at_ns, kind, thread) of the rows of these kinds."""
    trace = machine.trace
    rows = trace.rows(trace.tail, trace.head)
    return [(int(r["at_ns"]), Kind(int(r["kind"])), int(r["thread"])) for r in rows if r["kind"] in wanted]


def test_work_takes_its_time(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(costs=FREE_SWITCH)
    seen: list[int] = []

    def body() -> None:
        machine.work(700)
        seen.append(machine.now_ns)

    machine.spawn(body, name="a", processor=0, in_generation=False)
    assert machine.run(10_000)
    assert seen == [700]
    assert machine.now_ns == 10_000


def test_two_threads_share_a_processor_by_quantum(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(costs=FREE_SWITCH, quantum_ns=1_000)
    ends: dict[str, int] = {}

    def body(name: str) -> Callable[[], None]:
        def work() -> None:
            machine.work(1_500)
            ends[name] = machine.now_ns

        return work

    machine.spawn(body("a"), name="a", processor=0, in_generation=False)
    machine.spawn(body("b"), name="b", processor=0, in_generation=False)
    machine.run(10_000)
    assert ends == {"a": 2_500, "b": 3_000}


def test_threads_of_two_processors_overlap(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(costs=FREE_SWITCH)
    ends: list[int] = []
    for processor in (0, 1):
        machine.spawn(
            lambda: (machine.work(1_500), ends.append(machine.now_ns)),
            name="t",
            processor=processor,
            in_generation=False,
        )
    machine.run(10_000)
    assert ends == [1_500, 1_500]


def test_unpark_before_park_is_not_lost(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    woken: list[bool] = []
    sleeper = machine.spawn(
        lambda: (machine.work(5_000), woken.append(machine.park(Wait.SIGNAL))), name="s", processor=0
    )
    machine.spawn(lambda: machine.unpark(sleeper), name="w", processor=1)
    machine.run(1_000_000)
    assert woken == [True]


def test_park_ends_at_its_time_limit(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(costs=FREE_SWITCH)
    woken: list[tuple[bool, int]] = []
    machine.spawn(
        lambda: woken.append((machine.park(Wait.SIGNAL, 0, 700), machine.now_ns)),
        name="s",
        processor=0,
        in_generation=False,
    )
    machine.run(10_000)
    assert woken == [(False, 700)]


def test_join_raises_what_the_thread_raised(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    caught: list[str] = []

    def parent() -> None:
        def fail() -> None:
            raise ValueError("no")

        try:
            machine.join(machine.spawn(fail, name="child"))
        except ValueError as error:
            caught.append(str(error))

    machine.spawn(parent, name="parent", processor=0)
    machine.run(1_000_000)
    assert caught == ["no"]


def test_join_gives_up_at_its_time_limit(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    caught: list[str] = []

    def parent() -> None:
        child = machine.spawn(lambda: machine.work(10_000), name="child", processor=1)
        try:
            machine.join(child, 1_000)
        except TimeoutError as error:
            caught.append(str(error))

    machine.spawn(parent, name="parent", processor=0)
    machine.run(1_000_000)
    assert len(caught) == 1


def test_killed_thread_runs_its_finally_clauses_and_leaves_its_generation(
    make_machine: Callable[..., Machine],
) -> None:
    machine = make_machine()
    said: list[str] = []

    def victim() -> None:
        try:
            machine.sleep(1_000_000)
        except ThreadKilled:
            said.append("killed")
            raise
        finally:
            machine.work(10)
            said.append("cleaned")

    thread = machine.spawn(victim, name="victim", processor=1)
    machine.spawn(lambda: (machine.work(5_000), machine.kill(thread)), name="killer", processor=0)
    machine.run(2_000_000)
    assert said == ["killed", "cleaned"]
    assert thread.ended
    assert machine.generations.active(1, 0) == 0


def test_killed_waiter_does_not_keep_the_lock(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    lock = machine.lock("l")
    got: list[str] = []

    def hold(name: str, ns: int) -> Callable[[], None]:
        def body() -> None:
            with lock:
                got.append(name)
                machine.work(ns)

        return body

    machine.spawn(hold("first", 20_000), name="first", processor=0)
    victim = machine.spawn(hold("victim", 10), name="victim", processor=1)
    machine.spawn(hold("third", 10), name="third", processor=2)
    machine.spawn(lambda: (machine.work(9_000), machine.kill(victim)), name="killer", processor=3)
    machine.run(1_000_000)
    assert got == ["first", "third"]
    assert lock.holder is None


def test_lock_is_first_come_first_served(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=8)
    lock = machine.lock("l")
    order: list[int] = []

    def body(number: int) -> Callable[[], None]:
        def work() -> None:
            machine.work(1 + 100 * number)
            with lock:
                order.append(number)
                machine.work(3_000)

        return work

    for number in (5, 2, 7, 0, 1):
        machine.spawn(body(number), name=f"t{number}", processor=number)
    machine.run(1_000_000)
    assert order == [0, 1, 2, 5, 7]


def test_long_waiter_parks_after_the_spin(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(costs=Costs(spin_ns=2_000, switch_ns=0))
    lock = machine.lock("l")

    def body() -> None:
        with lock:
            machine.work(10_000)

    machine.spawn(body, name="a", processor=0, in_generation=False)
    machine.spawn(body, name="b", processor=1, in_generation=False)
    machine.run(1_000_000)
    contended, parked, acquired = kinds(machine, Kind.LOCK_CONTENDED, Kind.THREAD_WAITED, Kind.LOCK_ACQUIRED)
    assert parked[0] - contended[0] == 2_000
    assert acquired[0] > parked[0]


def test_request_runs_in_a_generation_and_its_loop_does_not(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    inside: list[int] = []
    machine.spawn(
        lambda: machine.request(1, lambda: inside.append(machine.generations.active(0, 0))),
        name="loop",
        processor=0,
        client=1,
        in_generation=False,
    )
    machine.run(1_000_000)
    assert inside == [1]
    assert machine.generations.active(0, 0) == 0


def test_request_raises_in_the_loop(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    caught: list[str] = []

    def loop() -> None:
        def fail() -> None:
            machine.work(10)
            raise KeyError("gone")

        try:
            machine.request(1, fail)
        except KeyError as error:
            caught.append(error.args[0])
        machine.work(10)
        caught.append("goes on")

    machine.spawn(loop, name="loop", processor=0, in_generation=False)
    machine.run(1_000_000)
    assert caught == ["gone", "goes on"]


def test_call_on_runs_over_there(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    seen: list[int] = []
    machine.spawn(lambda: seen.append(machine.call_on(3, lambda: machine.current.processor)), name="a", processor=0)
    machine.run(1_000_000)
    assert seen == [3]


def test_migrated_thread_leaves_the_generation_that_it_entered(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    seen: list[tuple[int, int]] = []

    def body() -> None:
        machine.migrate(2)
        machine.work(100)
        seen.append((machine.current.processor, machine.generations.active(0, 0)))

    machine.spawn(body, name="m", processor=0)
    machine.run(1_000_000)
    assert seen == [(2, 1)]
    assert machine.generations.active(0, 0) == 0


def test_zero_delay_loop_is_stopped_and_named(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()

    def body() -> None:
        while True:
            machine.work(0)

    thread = machine.spawn(body, name="spinner", processor=0)
    machine.run(1_000_000)
    assert isinstance(thread.error, ZeroDelayLoop)
    assert "spinner" in str(thread.error)


def test_work_outside_of_a_thread_is_refused(make_machine: Callable[..., Machine]) -> None:
    with pytest.raises(NotAThread):
        make_machine().work(1)


def random_load(seed: int, **settings: Any) -> Machine:
    """A few threads that work, sleep, lock, call across processors and end, all by chance."""
    machine = Machine(Trace(), seed=seed, quantum_ns=3_000, **settings)
    locks = [machine.lock(f"lock {number}") for number in range(2)]

    def body(number: int) -> Callable[[], None]:
        chance = machine.stream(f"thread {number}")

        def step() -> None:
            match chance.randrange(5):
                case 0:
                    machine.work(chance.randrange(1, 5_000))
                case 1:
                    machine.sleep(chance.randrange(1, 9_000))
                case 2:
                    with locks[chance.randrange(2)]:
                        machine.work(chance.randrange(1, 4_000))
                case 3:
                    machine.call_on(chance.randrange(4), lambda: machine.work(100))
                case 4:
                    machine.request(1, lambda: machine.work(chance.randrange(1, 800)))

        def work() -> None:
            for _ in range(30):
                step()

        return work

    for number in range(9):
        machine.spawn(body(number), name=f"thread {number}", processor=number % 4, in_generation=False)
    return machine


@pytest.mark.parametrize("policy", ["first_come", "random"])
@pytest.mark.parametrize("seed", range(5))
def test_running_ahead_leaves_no_mark(seed: int, policy: str) -> None:
    ahead, behind = (random_load(seed, policy=policy, run_ahead=flag) for flag in (True, False))
    ahead.run(3_000_000)
    behind.run(3_000_000)
    assert ahead.trace.head > 500
    assert ahead.trace.fingerprint() == behind.trace.fingerprint()
    ahead.close()
    behind.close()


@pytest.mark.parametrize("seed", range(5))
def test_slices_leave_no_mark(seed: int) -> None:
    whole, cut = random_load(seed), random_load(seed)
    whole.run(3_000_000)
    chance = random.Random(seed)
    until_ns = 0
    while until_ns < 3_000_000:
        until_ns = min(3_000_000, until_ns + chance.randrange(1, 40_000))
        while not cut.run(until_ns, budget_s=0.0):
            pass
    assert whole.trace.fingerprint() == cut.trace.fingerprint()
    whole.close()
    cut.close()


def test_random_policy_differs_and_repeats() -> None:
    prints = []
    for policy in ("first_come", "random", "random"):
        machine = random_load(1, policy=policy)
        machine.run(3_000_000)
        prints.append(machine.trace.fingerprint())
        machine.close()
    assert prints[0] != prints[1] == prints[2]


def test_close_writes_nothing_and_ends_every_thread(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine()
    after: list[str] = []

    def body() -> None:
        try:
            machine.sleep(10**9)
        finally:
            after.append("finally")
            machine.work(1)
            after.append("never")

    machine.spawn(body, name="a", processor=0)
    machine.spawn(lambda: machine.request(1, body), name="b", processor=1, in_generation=False)
    machine.run(100_000)
    head = machine.trace.head
    machine.close()
    assert machine.trace.head == head
    assert after == ["finally", "finally"]
    assert not machine.threads
    with pytest.raises(MachineClosed):
        machine.run(200_000)


def test_streams_do_not_disturb_each_other(make_machine: Callable[..., Machine]) -> None:
    one, other = make_machine(seed=4), make_machine(seed=4)
    other.stream("another").random()
    assert [one.stream("a").random() for _ in range(3)] == [other.stream("a").random() for _ in range(3)]


def test_waits_that_ended_long_before_their_limit_do_not_pile_up(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=1)
    most = 0

    def waits() -> None:
        nonlocal most
        for _ in range(2_000):
            machine.after(100, partial(machine.unpark, machine.current))
            assert machine.park(Wait.SIGNAL, timeout_ns=10**9)
            most = max(most, len(machine._calendar.heap))

    thread = machine.spawn(waits, name="waits", in_generation=False)
    machine.run(10**9)
    assert thread.error is None
    assert most < 2 * TAKEN_BACK_AT_LEAST


def test_rows_of_threads_that_only_wait_are_filed_on_the_way(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=1)
    most = 0

    def sleeps() -> None:
        nonlocal most
        for _ in range(2_000):
            machine.sleep(10)
            most = max(most, len(machine.trace.fresh))

    machine.spawn(sleeps, name="sleeps", in_generation=False)
    machine.run(10**9)
    assert machine.trace.head > 6_000
    assert most < 2 * BATCH_ROWS
