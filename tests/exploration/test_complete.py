"""The complete search against plain enumeration: on tiny programs both must show the same outcomes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from model.exploration.searches import Complete, make_run
from model.exploration.states import States
from model.machine.calendar import NEVER_NS
from model.machine.explored import ExploredMachine
from model.machine.surroundings import Operation
from model.scenario import load
from model.trace.events import Wait
from model.trace.trace import Trace
from tests.exploration.programs import program


class Tiny:
    """A few threads on one shared object; its attributes at the end are the outcome."""

    def __init__(self, machine: ExploredMachine) -> None:
        self.machine = machine
        self.value = 0
        self.order: list[int] = []

    def point(self) -> None:
        self.machine.point(Operation.LINE_READ)

    def read(self) -> int:
        self.point()
        return self.value

    def threads(self) -> list[Callable[[], None]]:
        raise NotImplementedError

    def outcome(self) -> tuple[Any, ...]:
        return (self.value, tuple(self.order))


class LostUpdate(Tiny):
    """What one thread has read is overwritten by the other before it writes: hashing reads alone finds 2 of 3."""

    def adds(self) -> None:
        v = self.value
        self.point()
        self.value = v + 10

    def sets(self) -> None:
        self.value = 1

    def threads(self) -> list[Callable[[], None]]:
        return [self.adds, self.sets]


class InAnExpression(Tiny):
    """The first value stands on the evaluation stack while the second is read, where no variable shows it."""

    def adds(self) -> None:
        self.order.append(self.value + self.read())

    def sets(self) -> None:
        self.value = 1
        self.point()
        self.value = 5
        self.point()
        self.value = 7

    def threads(self) -> list[Callable[[], None]]:
        return [self.adds, self.sets]


class BesideAVariable(Tiny):
    """The variable's old value stands on the stack, and the variable is never read again."""

    def adds(self) -> None:
        known = self.value
        self.point()
        known *= self.read()
        self.order.append(known)

    def sets(self) -> None:
        self.value = 2
        self.point()
        self.value = 3

    def threads(self) -> list[Callable[[], None]]:
        return [self.adds, self.sets]


class WithoutAVariable(Tiny):
    """How far a walk is, when its variable is never read and what it has done cannot be seen."""

    def turns(self) -> None:
        for _ in range(5):
            self.point()
            self.value = 1 - self.value
        self.order.append(9)

    def notes(self) -> None:
        self.point()
        self.order.append(self.value)

    def threads(self) -> list[Callable[[], None]]:
        return [self.turns, self.notes]


class OfAnother(Tiny):
    """The variable that is on the stack has another value meanwhile."""

    def adds(self) -> None:
        known = self.value
        self.order.append(known + (known := 5) * self.read())
        self.order.append(known)

    def sets(self) -> None:
        self.value = 2
        self.point()
        self.value = 3

    def threads(self) -> list[Callable[[], None]]:
        return [self.adds, self.sets]


class GivenOnTheWay(Tiny):
    """What a thread was started with, nobody else remembers until it begins."""

    def starts(self) -> None:
        self.point()
        self.machine.spawn(partial(self.order.append, self.value), name="new", in_generation=False)

    def sets(self) -> None:
        self.point()
        self.value = 1
        self.point()
        self.value = 0

    def threads(self) -> list[Callable[[], None]]:
        return [self.starts, self.sets]


class OverACopy(Tiny):
    """What is left of a copied list stands in an iterator, where no variable shows it."""

    def walks(self) -> None:
        for item in tuple(self.order):
            self.point()
            self.value = self.value * 10 + item

    def fills(self) -> None:
        self.order = [1]
        self.point()
        self.order = [1, 2]

    def threads(self) -> list[Callable[[], None]]:
        return [self.walks, self.fills]


class AfterAReturn(Tiny):
    """What is returned waits for the end of `finally`."""

    def gives(self) -> int:
        try:
            return self.value
        finally:
            self.point()

    def notes(self) -> None:
        self.order.append(self.gives())

    def sets(self) -> None:
        self.value = 1
        self.point()
        self.value = 0

    def threads(self) -> list[Callable[[], None]]:
        return [self.notes, self.sets]


class UnderALock(Tiny):
    """Nobody comes between under a lock, but who is first is open."""

    def __init__(self, machine: ExploredMachine) -> None:
        super().__init__(machine)
        self.lock = machine.lock("tiny")

    def locks(self, number: int) -> None:
        with self.lock:
            v = self.value
            self.point()
            self.value = v * 3 + number

    def threads(self) -> list[Callable[[], None]]:
        return [lambda: self.locks(1), lambda: self.locks(2), lambda: self.locks(3)]


class Waiting(Tiny):
    """A thread that waits is woken, or finds that it need not wait."""

    def waits(self) -> None:
        self.point()
        while not self.value:
            self.machine.park(Wait.SIGNAL)
        self.order.append(self.value)

    def wakes(self) -> None:
        self.point()
        self.value = 1
        self.point()
        self.machine.unpark(self.machine.threads[1])
        self.point()
        self.value = 2

    def threads(self) -> list[Callable[[], None]]:
        return [self.waits, self.wakes]


class WokenAtALock(Tiny):
    """A wake-up comes before, or while, its thread waits for a lock, and is for what it does after."""

    def __init__(self, machine: ExploredMachine) -> None:
        super().__init__(machine)
        self.lock = machine.lock("tiny")
        self.sleepers: list[Any] = []

    def holds(self) -> None:
        with self.lock:
            self.point()
            if self.lock._waiting:
                self.order.append(9)

    def waits(self) -> None:
        self.sleepers.append(self.machine.current)
        with self.lock:
            self.value = 1
        self.machine.park(Wait.SIGNAL)
        self.order.append(2)

    def wakes(self) -> None:
        self.point()
        for sleeper in self.sleepers:
            self.order.append(1)
            self.machine.unpark(sleeper)

    def threads(self) -> list[Callable[[], None]]:
        return [self.holds, self.waits, self.wakes]


class InTime(Tiny):
    """A time limit may be over, or not."""

    def waits(self) -> None:
        self.order.append(int(self.machine.park(Wait.SIGNAL, 0, 1_000)))

    def wakes(self) -> None:
        self.point()
        if 1 in self.machine.threads:
            self.machine.unpark(self.machine.threads[1])

    def threads(self) -> list[Callable[[], None]]:
        return [self.waits, self.wakes]


TINY: tuple[type[Tiny], ...] = (
    LostUpdate,
    InAnExpression,
    BesideAVariable,
    WithoutAVariable,
    OfAnother,
    GivenOnTheWay,
    OverACopy,
    AfterAReturn,
    UnderALock,
    Waiting,
    WokenAtALock,
    InTime,
)


def made(kind: type[Tiny], chooser: Any) -> Tiny:
    machine = ExploredMachine(Trace(), chooser=chooser, processors=1)
    tiny = kind(machine)
    for number, thread in enumerate(tiny.threads()):
        machine.spawn(thread, name=f"tiny {number}", in_generation=False)
    return tiny


def enumerated(kind: type[Tiny]) -> Iterator[tuple[Any, ...]]:
    """The outcome of every schedule there is."""
    prefixes: list[list[int]] = [[]]
    while prefixes:
        prefix = prefixes.pop()
        widths: list[int] = []

        def chooser(machine: ExploredMachine, n: int, prefix: list[int] = prefix, widths: list[int] = widths) -> int:
            widths.append(n)
            return prefix[len(widths) - 1] if len(widths) <= len(prefix) else 0

        tiny = made(kind, chooser)
        tiny.machine.run(NEVER_NS)
        yield tiny.outcome()
        tiny.machine.close()
        for place in range(len(prefix), len(widths)):
            taken = prefix + [0] * (place - len(prefix))
            prefixes += [[*taken, answer] for answer in range(1, widths[place])]


def shown(kind: type[Tiny]) -> tuple[set[tuple[Any, ...]], Complete, int]:
    """The outcomes that the complete search sees, and in how many runs."""
    search, outcomes, runs = Complete(), set(), 0
    while (chooser := search.next_chooser()) is not None:
        tiny = made(kind, chooser)
        search.look_at(tiny.machine, (tiny,), lambda: None)
        tiny.machine.run(NEVER_NS)
        if not tiny.machine.halted:
            outcomes.add(tiny.outcome())
        tiny.machine.close()
        runs += 1
    return outcomes, search, runs


@pytest.mark.parametrize("kind", TINY, ids=lambda kind: kind.__name__)
def test_complete_search_sees_what_plain_enumeration_sees(kind: type[Tiny]) -> None:
    plain = list(enumerated(kind))
    outcomes, _, runs = shown(kind)
    assert outcomes == set(plain)
    assert runs <= len(plain)


def test_no_wake_up_is_lost_at_a_lock() -> None:
    orders = {order for _, order in enumerated(WokenAtALock)}
    assert orders == {(), (9,), (1, 2), (1, 9, 2), (9, 1, 2)}


class Bystander(WokenAtALock):
    """With one more thread, so that there always is a choice; which thread was told of nobody notes."""

    def wakes(self) -> None:
        self.point()
        for sleeper in self.sleepers:
            self.machine.unpark(sleeper)

    def threads(self) -> list[Callable[[], None]]:
        return [self.holds, self.waits, self.wakes, self.point]


def test_a_wake_up_that_is_put_aside_is_a_part_of_the_state() -> None:
    """Only the function that waits for the lock knows of it."""
    holds, waits, wakes = "tiny 0", "tiny 1", "tiny 2"
    woken = digest_after([waits, wakes, wakes, holds, holds, waits])
    assert woken != digest_after([wakes, wakes, waits, holds, holds, waits])
    assert woken == digest_after([waits, wakes, holds, holds, wakes, waits])


def digest_after(turns: list[str]) -> bytes:
    """The state of a program with a bystander after the turns of threads."""
    found: list[bytes] = []

    def chooser(machine: ExploredMachine, n: int) -> int:
        if turns:
            name = turns.pop(0)
            return next(place for place, thread in enumerate(machine.candidates()) if thread.name == name)  # type: ignore[union-attr]
        found.append(States(machine, (tiny,), lambda: None).now().digest)
        machine.halt()
        return 0

    tiny = made(Bystander, chooser)
    tiny.machine.run(NEVER_NS)
    tiny.machine.close()
    return found[0]


def test_a_world_that_is_used_again_begins_as_it_began() -> None:
    """Greenlets that carried other threads before are none of a state."""
    scenario, met = program(load("one_call")), []
    for _ in range(2):
        search = Complete()
        make_run(scenario, search, search.next_chooser()).close()
        met.append(search.seen)
    assert met[0] == met[1]


def test_a_lost_update_has_three_outcomes() -> None:
    outcomes, _, _ = shown(LostUpdate)
    assert sorted(value for value, _ in outcomes) == [1, 10, 11]


def test_a_search_goes_on_from_its_checkpoint() -> None:
    """Stopped after each run and gone on with by another, it ends with the same states."""
    whole = shown(UnderALock)[1]
    search, outcomes = Complete(), set()
    while search.pending:
        checkpoint = search.checkpoint()
        search = Complete()
        search.resume(checkpoint)
        chooser = search.next_chooser()
        assert chooser is not None
        tiny = made(UnderALock, chooser)
        search.look_at(tiny.machine, (tiny,), lambda: None)
        tiny.machine.run(NEVER_NS)
        if not tiny.machine.halted:
            outcomes.add(tiny.outcome())
        tiny.machine.close()
    assert outcomes == shown(UnderALock)[0]
    assert search.seen == whole.seen


@pytest.mark.parametrize(
    "damaged", [b"", b"{}", b"[]", b'{"checkpoint": 1}', b'{"checkpoint": 9, "seen": []}', b"\xff"]
)
def test_a_damaged_checkpoint_is_refused(damaged: bytes) -> None:
    with pytest.raises(ValueError):
        Complete().resume(damaged)
