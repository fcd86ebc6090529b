"""Quiescence: whoever was registered at the request has left at the callback, and nobody waits for latecomers.

The ghost is what the algorithm must not know: the set of registrations that are open, kept beside it without a point of
its own. A request remembers those that are open when it is made; none of them may be open when it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field, fields, replace
from typing import Any

import pytest

from model.costs import Costs
from model.machine.generations import Generations, Request
from model.machine.machine import Machine
from model.machine.surroundings import Cell, Operation
from model.trace.events import Kind
from model.trace.trace import Trace

MakeMachine = Callable[..., Machine]

STEP_NS = 10
EVEN = Costs(**{cost.name: STEP_NS for cost in fields(Costs)})
"""Every step takes the same, so that processors tie all the time and the policy has much to choose."""
END_NS = 100_000_000


class Ghost:
    """Who is registered, and what was found at each callback."""

    def __init__(self, generations: Generations) -> None:
        self.generations = generations
        self.registered: set[int] = set()
        self.registrations = 0
        self.spans: list[int] = []
        self.answers: list[int] = []
        self.asked = 0
        self.violations: list[str] = []

    def stay(self, machine: Machine, inside: Callable[[], None]) -> None:
        """Registers, does `inside`, leaves."""
        generations = self.generations
        token = generations.enter()
        self.registrations += 1
        number, at_entry = self.registrations, generations.current(token.processor)
        self.registered.add(number)
        inside()
        self.registered.remove(number)
        self.spans.append(generations.current(token.processor) - at_entry)
        generations.leave(token)

    def ask(self) -> None:
        """Requests a quiescent state; the answer is compared with who was there."""
        self.asked += 1
        request, there = self.asked, frozenset(self.registered)

        def answered() -> None:
            self.answers.append(request)
            if left_over := there & self.registered:
                self.violations.append(f"request {request} was answered with {sorted(left_over)} still there")

        self.generations.when_quiescent(answered)


class Story:
    """One machine and one instance of generations; threads that stay, and requests, each at its time."""

    def __init__(self, machine: Machine, **settings: Any) -> None:
        self.machine = machine
        self.generations = Generations(machine, recorded=False, **settings)
        self.told: list[tuple[str, int]] = []

    def stays(self, name: str, from_ns: int, to_ns: int, *, processor: int = 0, to: int | None = None) -> None:
        """A thread that is registered from about `from_ns` to `to_ns`, and may go to another processor meanwhile."""

        def body() -> None:
            self.machine.sleep(from_ns)
            token = self.generations.enter()
            if to is not None:
                self.machine.migrate(to)
            self.machine.sleep(to_ns - self.machine.now_ns)
            self.told.append((f"{name} leaves", self.machine.now_ns))
            self.generations.leave(token)

        self.machine.spawn(body, name=name, processor=processor, in_generation=False)

    def asks(self, name: str, at_ns: int, *, processor: int = 3, of: Collection[int] | None = None) -> None:
        """A request at about `at_ns`, from a thread that is in no generation; `of` some processors only."""

        def body() -> None:
            self.machine.sleep(at_ns)
            self.generations.when_quiescent(lambda: self.told.append((f"{name} answered", self.machine.now_ns)), of)

        self.machine.spawn(body, name=name, processor=processor, in_generation=False)

    def run(self) -> list[str]:
        self.machine.run(END_NS)
        return [what for what, _ in self.told]

    def advances(self) -> list[int]:
        return [self.generations.current(processor) for processor in range(self.machine.processors)]


class Living(Story):
    """The same with the machine's own generations: every thread that lives is counted, and the trace is told."""

    def __init__(self, machine: Machine) -> None:
        super().__init__(machine)
        self.generations = machine.generations

    def lives(self, name: str, to_ns: int, *, processor: int, by: Collection[int] = ()) -> None:
        """A thread that lives from the start to about `to_ns`, and goes to the processors `by` at once, in turn."""

        def body() -> None:
            for other in by:
                self.machine.migrate(other)
            self.machine.sleep(to_ns - self.machine.now_ns)
            self.told.append((f"{name} ends", self.machine.now_ns))

        self.machine.spawn(body, name=name, processor=processor)

    def left_out(self) -> list[set[int]]:
        """Which processors each request does not wait for, as the trace tells it."""
        trace = self.machine.trace
        rows = [row for row in map(trace.event, range(trace.head)) if row.kind == Kind.QUIESCENCE_REQUESTED]
        return [{number for number in range(64) if row.b >> number & 1} for row in rows]


@pytest.mark.parametrize("count", [2, 3, 5])
def test_quiet_system_advances_as_often_as_there_are_generations(make_machine: MakeMachine, count: int) -> None:
    story = Story(make_machine(), count=count)
    story.asks("request", 1_000)
    assert story.run() == ["request answered"]
    assert story.advances() == [count] * 4


def test_request_waits_for_everyone_who_was_registered_before_it(make_machine: MakeMachine) -> None:
    story = Story(make_machine())
    story.stays("first", 100, 40_000, processor=0)
    story.stays("second", 100, 90_000, processor=2)
    story.asks("request", 5_000)
    assert story.run() == ["first leaves", "second leaves", "request answered"]


def test_request_does_not_wait_for_those_who_come_later(make_machine: MakeMachine) -> None:
    story = Story(make_machine())
    story.stays("before", 100, 40_000)
    story.asks("request", 5_000)
    story.stays("later", 10_000, 1_000_000)
    story.stays("later elsewhere", 10_000, 1_100_000, processor=1)
    assert story.run() == ["before leaves", "request answered", "later leaves", "later elsewhere leaves"]


def test_requests_that_come_in_a_period_are_served_together_by_the_next(make_machine: MakeMachine) -> None:
    story = Story(make_machine())
    story.stays("before", 100, 40_000)
    story.asks("first", 5_000)
    story.asks("second", 10_000)
    story.asks("third", 20_000, processor=2)
    assert story.run() == ["before leaves", "first answered", "second answered", "third answered"]
    assert story.advances() == [4] * 4


def test_request_in_a_period_waits_for_those_who_came_after_it_began(make_machine: MakeMachine) -> None:
    story = Story(make_machine())
    story.stays("before", 100, 40_000)
    story.asks("first", 5_000)
    story.stays("between", 10_000, 200_000)
    story.asks("second", 20_000)
    assert story.run() == ["before leaves", "first answered", "between leaves", "second answered"]


def test_request_of_some_processors_waits_for_their_threads_only(make_machine: MakeMachine) -> None:
    story = Story(make_machine())
    story.stays("there", 100, 40_000, processor=1)
    story.stays("elsewhere", 100, 90_000, processor=2)
    story.asks("request", 5_000, of=[0, 1])
    assert story.run() == ["there leaves", "request answered", "elsewhere leaves"]
    assert story.advances() == [2, 2, 0, 0]


def test_request_of_no_processor_is_answered_at_once(make_machine: MakeMachine) -> None:
    story = Story(make_machine())
    story.stays("somebody", 100, 40_000)
    story.asks("request", 5_000, of=())
    assert story.run() == ["request answered", "somebody leaves"]


def test_requests_of_different_processors_in_a_period_are_served_together_by_the_next(
    make_machine: MakeMachine,
) -> None:
    story = Story(make_machine())
    story.stays("first to go", 100, 40_000, processor=0)
    story.stays("second to go", 100, 90_000, processor=1)
    story.asks("of 0", 5_000, of=[0])
    story.asks("of 1", 10_000, of=[1])
    story.asks("of 2", 20_000, of=[2])
    assert story.run() == [
        "first to go leaves",
        "of 0 answered",
        "second to go leaves",
        "of 1 answered",
        "of 2 answered",
    ]
    assert story.advances() == [2, 2, 2, 0]


def test_request_after_one_that_was_answered_has_a_period_of_its_own(make_machine: MakeMachine) -> None:
    story = Story(make_machine())
    story.asks("first", 1_000)
    story.stays("between", 10_000, 60_000)
    story.asks("second", 20_000)
    assert story.run() == ["first answered", "between leaves", "second answered"]
    assert story.advances() == [4] * 4


def test_request_of_some_processors_waits_for_a_thread_that_came_there_from_another(make_machine: MakeMachine) -> None:
    story = Living(make_machine())
    story.lives("wanderer", 60_000, processor=1, by=[2])
    story.asks("request", 20_000, of=[2])
    assert story.run() == ["wanderer ends", "request answered"]


def test_request_of_some_processors_waits_for_no_other_once_whoever_came_from_there_has_ended(
    make_machine: MakeMachine,
) -> None:
    story = Living(make_machine())
    story.lives("wanderer", 40_000, processor=1, by=[2])
    story.lives("stayer", 200_000, processor=1)
    story.asks("request", 60_000, of=[2])
    assert story.run() == ["wanderer ends", "request answered", "stayer ends"]


def test_processor_is_left_out_only_after_all_who_went_from_it_have_ended(make_machine: MakeMachine) -> None:
    story = Living(make_machine())
    story.lives("first", 60_000, processor=1, by=[2])
    story.lives("second", 120_000, processor=1, by=[2, 3, 2])
    for at_ns in (20_000, 80_000, 160_000):
        story.asks(f"at {at_ns}", at_ns, of=[2])
    story.run()
    assert story.left_out() == [{0, 3}, {0, 3}, {0, 1, 3}]


@pytest.mark.parametrize(
    ("of", "left_out"),
    [
        (None, set()),
        (range(64), set()),
        (range(62), {62, 63}),
        (range(63), {63}),
        ([0, 2, 63], set(range(64)) - {0, 2, 63}),
    ],
)
def test_trace_tells_which_of_sixty_four_processors_a_request_leaves_out(
    make_machine: MakeMachine, of: Collection[int] | None, left_out: set[int]
) -> None:
    story = Living(make_machine(processors=64))
    story.asks("request", 1_000, of=of)
    story.run()
    assert story.left_out() == [left_out]


def test_instances_do_not_wait_for_each_other(make_machine: MakeMachine) -> None:
    machine = make_machine()
    one, other = Story(machine), Story(machine)
    one.stays("stayer", 100, 500_000)
    one.asks("of the one", 5_000)
    other.asks("of the other", 6_000)
    one.run()
    (answered,) = other.told
    assert answered[1] < 20_000
    assert [what for what, _ in one.told] == ["stayer leaves", "of the one answered"]


def test_request_waits_for_a_thread_that_has_migrated(make_machine: MakeMachine) -> None:
    story = Story(make_machine())
    story.stays("wanderer", 100, 60_000, processor=1, to=2)
    story.asks("request", 5_000)
    assert story.run() == ["wanderer leaves", "request answered"]
    assert all(story.generations.active(processor, slot) == 0 for processor in range(4) for slot in range(2))


class Hesitating(Machine):
    """The thread named "slow" hesitates between reading the current generation and counting up in it."""

    def fetch_add(self, cell: Cell, amount: int) -> int:
        if self.current.name == "slow" and amount == 1:
            self.sleep(50_000)
        return super().fetch_add(cell, amount)


def test_thread_that_hesitates_while_registering_counts_in_an_old_slot_and_is_waited_for() -> None:
    machine = Hesitating(Trace())
    story = Story(machine)
    story.stays("slow", 100, 200_000)
    story.asks("early", 5_000)  # it has looked nothing up yet, so nobody need wait for it
    story.asks("late", 80_000)
    assert story.run() == ["early answered", "slow leaves", "late answered"]
    machine.close()


def test_whoever_waits_for_quiescence_goes_on_once_all_have_left_and_at_no_other_signal(
    make_machine: MakeMachine,
) -> None:
    story = Living(make_machine())

    def waits() -> None:
        story.machine.sleep(5_000)
        story.generations.synchronize()
        story.told.append(("waiter goes on", story.machine.now_ns))

    def signals() -> None:
        story.machine.sleep(20_000)
        story.told.append(("signal", story.machine.now_ns))
        story.machine.unpark(waiter)

    waiter = story.machine.spawn(waits, name="waiter", processor=0, in_generation=False)
    story.machine.spawn(signals, name="another", processor=1, in_generation=False)
    story.lives("stayer", 60_000, processor=0)
    assert story.run() == ["signal", "stayer ends", "waiter goes on"]


@pytest.mark.parametrize("count", [-1, 0, 1])
def test_fewer_than_two_generations_are_refused(make_machine: MakeMachine, count: int) -> None:
    with pytest.raises(ValueError, match="at least 2 generations"):
        Generations(make_machine(), count=count)


# ---- by chance, with the ghost


@dataclass
class Chance:
    """Threads that come, go and migrate, and threads that ask, on a machine that chooses at random among ties."""

    seed: int
    count: int = 2
    kind: type[Generations] = Generations
    users: int = 6
    stays: int = 25
    requests: int = 12
    machine: Machine = field(init=False)
    ghost: Ghost = field(init=False)

    def __post_init__(self) -> None:
        self.machine = machine = Machine(Trace(), processors=3, seed=self.seed, policy="random", costs=EVEN)
        self.ghost = Ghost(self.kind(machine, count=self.count, recorded=False))
        for number in range(self.users):
            self._start(f"user {number}", number % 3, self._user)
        for number in range(3):
            self._start(f"asker {number}", number, self._asker)

    def _start(self, name: str, processor: int, body: Callable[[Any], None]) -> None:
        chance = self.machine.stream(name)
        self.machine.spawn(lambda: body(chance), name=name, processor=processor, in_generation=False)

    def _user(self, chance: Any) -> None:
        machine = self.machine

        def inside() -> None:
            if chance.randrange(4) == 0:
                machine.migrate(chance.randrange(3))
            machine.work(STEP_NS * chance.randrange(1, 40))

        for _ in range(self.stays):
            self.ghost.stay(machine, inside)
            machine.sleep(STEP_NS * chance.randrange(1, 20))

    def _asker(self, chance: Any) -> None:
        for _ in range(self.requests):
            self.ghost.ask()
            self.machine.sleep(STEP_NS * chance.randrange(1, 60))

    def run(self) -> Ghost:
        self.machine.run(END_NS)
        assert not self.machine.threads, "somebody waits for ever"
        self.machine.close()
        return self.ghost


@pytest.mark.parametrize("count", [2, 3, 4])
@pytest.mark.parametrize("seed", range(12))
def test_whoever_was_registered_at_the_request_has_left_at_the_callback(seed: int, count: int) -> None:
    ghost = Chance(seed, count).run()
    assert ghost.violations == []
    assert sorted(ghost.answers) == list(range(1, ghost.asked + 1)), "each exactly once"
    assert ghost.registrations == 6 * 25


@pytest.mark.parametrize("count", [2, 3, 4])
def test_a_thread_spans_at_most_one_advance_less_than_there_are_generations(count: int) -> None:
    longest = max(max(Chance(seed, count).run().spans) for seed in range(6))
    assert longest == count - 1


class OneAdvanceLess(Generations):
    """Planted: takes a slot that was not looked at for an empty one."""

    def _begin(self) -> bool:
        surroundings = self._surroundings
        surroundings.fetch_add(self._unfinished, len(self._current))
        over = False
        for processor in range(len(self._current)):
            surroundings.point(Operation.ADVANCE)
            self._needed[processor] = self._count - 1
            over |= self._advance(processor)
        return over


class JoiningRequests(Generations):
    """Planted: a request counts advances whose checks came before it."""

    def when_quiescent(self, callback: Callable[[], None], processors: Collection[int] | None = None) -> int:
        with self._lock:
            self._requests += 1
            number = self._requests
            busy = bool(self._serving)
            self._serving.append(Request(number, self._counting(None), callback))
        if not busy and self._begin():
            self._finish()
        return number


class ForgetfulLeaving(Generations):
    """Planted: counts down where the thread is, instead of where it registered."""

    def leave(self, token: Any) -> None:
        super().leave(replace(token, processor=self._surroundings.current.processor))


@pytest.mark.parametrize("planted", [OneAdvanceLess, JoiningRequests])
def test_ghost_sees_a_planted_fault(planted: type[Generations]) -> None:
    assert any(Chance(seed, kind=planted).run().violations for seed in range(6))


def test_leaving_where_one_did_not_register_is_noticed() -> None:
    machine = Machine(Trace())
    generations = ForgetfulLeaving(machine, recorded=False)

    def body() -> None:
        token = generations.enter()
        machine.migrate(1)
        generations.leave(token)

    thread = machine.spawn(body, name="wanderer", processor=0, in_generation=False)
    machine.run(END_NS)
    machine.close()
    assert "was left more often than entered" in str(thread.error)
