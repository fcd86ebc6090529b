"""The search that composes states of steps: it must show what plain enumeration shows, or refuse."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.exploration.composed import Composed
from model.exploration.litmus import LitmusRun
from model.exploration.litmus_files import Litmus, Step
from model.exploration.places import CannotBeComposed, Places
from model.exploration.searches import Complete
from model.machine.calendar import NEVER_NS
from model.machine.explored import Chooser, ExploredMachine
from model.machine.generations import Generations
from model.machine.thread import Thread
from model.trace.events import Wait
from model.trace.trace import CHUNK_BYTES, Trace
from tests.exploration.test_complete import TINY, GivenOnTheWay, InTime, OverACopy, Tiny, Waiting, enumerated


class TinyRun:
    """One run of a tiny program, for the search."""

    def __init__(self, kind: Callable[[ExploredMachine], Tiny], chooser: Chooser) -> None:
        self.machine = ExploredMachine(Trace(), chooser=chooser, processors=1)
        self.tiny = kind(self.machine)
        self.threads = [
            self.machine.spawn(thread, name=f"tiny {number}", in_generation=False)
            for number, thread in enumerate(self.tiny.threads())
        ]
        self.shared: Iterable[tuple[str, Any]] = [("tiny", self.tiny)]

    def own(self, number: int) -> None:
        """All that a thread has is on its stack."""

    def close(self) -> None:
        self.machine.close()


def composed(kind: Callable[[ExploredMachine], Tiny]) -> set[tuple[Any, ...]]:
    """The outcomes that the search shows."""
    search: Composed[TinyRun] = Composed(lambda chooser: TinyRun(kind, chooser))
    outcomes = {run.tiny.outcome() for run in search.endings()}
    assert search.finished
    return outcomes


class Woken(Tiny):
    """A thread that waits is woken by whoever has been told of it."""

    def __init__(self, machine: ExploredMachine) -> None:
        super().__init__(machine)
        self.sleepers: list[Any] = []

    def waits(self) -> None:
        self.point()
        self.sleepers.append(self.machine.current)
        while not self.value:
            self.machine.park(Wait.SIGNAL)
        self.order.append(self.value)

    def wakes(self) -> None:
        self.point()
        self.value += 1
        self.point()
        for sleeper in self.sleepers:
            self.machine.unpark(sleeper)

    def threads(self) -> list[Callable[[], None]]:
        return [self.waits, self.wakes, self.wakes]


@pytest.mark.parametrize(
    "kind",
    [*(kind for kind in TINY if kind not in (GivenOnTheWay, InTime, Waiting)), Woken],
    ids=lambda kind: kind.__name__,
)
def test_what_is_composed_is_what_plain_enumeration_sees(kind: type[Tiny]) -> None:
    assert composed(kind) == set(enumerated(kind))


# ---- programs at random

OPERATIONS = ("read", "write", "add", "count", "append", "take", "locked", "wake", "wait", "twice")


class AtRandom(Tiny):
    """Two or three threads of a few operations on the same few things."""

    program: tuple[tuple[tuple[str, int], ...], ...] = ()

    def __init__(self, machine: ExploredMachine) -> None:
        super().__init__(machine)
        self.items = [0, 0]
        self.cell = machine.cell()
        self.lock = machine.lock("tiny")
        self.handed: deque[list[int]] = deque()
        self.seen: list[tuple[int, int]] = []
        self.sleepers: list[Thread] = []

    def threads(self) -> list[Callable[[], None]]:
        return [lambda number=number: self.go(number) for number in range(len(self.program))]  # type: ignore[misc]

    def go(self, number: int) -> None:
        known, handed = 0, [number]
        for name, amount in self.program[number]:
            known = self.do(name, amount, known, handed)
        self.seen.append((number, known + sum(handed)))

    def do(self, name: str, amount: int, known: int, handed: list[int]) -> int:
        match name:
            case "read":
                return known * 3 + self.read() + self.items[amount % 2]
            case "write":
                self.point()
                self.value = known + amount
            case "add":
                self.items[amount % 2] += self.read()
            case "count":
                known += self.machine.fetch_add(self.cell, amount)
            case "append":
                self.point()
                self.handed.append(handed)
            case "take":
                self.point()
                if self.handed:
                    self.handed[0].append(amount)
            case "locked":
                with self.lock:
                    before = self.value
                    self.point()
                    self.value = before + amount
            case "wake":
                self.point()
                for sleeper in self.sleepers:
                    self.machine.unpark(sleeper)
            case "wait":
                self.sleepers.append(self.machine.current)
                while not self.value:
                    self.machine.park(Wait.SIGNAL)
            case "twice":
                for _ in range(2):
                    known += self.read()
        return known

    def outcome(self) -> tuple[Any, ...]:
        waiting = tuple(thread.name for thread in self.machine.waiting())
        return (self.value, tuple(self.items), self.cell.value, tuple(sorted(self.seen)), len(self.handed), waiting)


def operations(at_most: int) -> st.SearchStrategy[tuple[tuple[str, int], ...]]:
    return st.lists(st.tuples(st.sampled_from(OPERATIONS), st.integers(1, 2)), min_size=1, max_size=at_most).map(tuple)


PROGRAMS = st.one_of(
    st.tuples(operations(3), operations(2)), st.tuples(operations(1), operations(1), operations(1))
)  # fmt: skip


@pytest.mark.slow
@given(program=PROGRAMS)
@settings(max_examples=40, deadline=None)
def test_programs_at_random_have_the_outcomes_of_plain_enumeration(program: Any) -> None:
    """Slow: every schedule of forty programs, one by one, is what holds the search to the truth."""
    kind = type("AtRandom", (AtRandom,), {"program": program})
    assert composed(kind) == set(enumerated(kind))


# ---- the generations

READER = (Step("rcu_read_lock"), Step("read", "x", "r1"), Step("read", "y", "r2"), Step("rcu_read_unlock"))
UPDATER = (Step("write", "x", value=1), Step("synchronize_rcu"), Step("write", "y", value=1))
IN_AND_OUT = (Step("rcu_read_lock"), Step("rcu_read_unlock"))
JUST_WAITS = (Step("synchronize_rcu"),)
End = tuple[tuple[Any, ...], ...]


def litmus_run(threads: tuple[tuple[Step, ...], ...], processors: int, chooser: Chooser) -> LitmusRun:
    test = Litmus("any outcome", {}, threads, {"and": []}, "Sometimes")
    chunk = bytearray(CHUNK_BYTES)
    return LitmusRun(test, processors, lambda machine: Generations(machine, recorded=False), chunk, chooser)


def end_of(run: LitmusRun) -> End:
    assert run.ended_as_asked()  # Which any end is, but one in which somebody waits.
    return (
        *(run.own(number) for number in range(len(run.threads))),
        *((name, variable.value) for name, variable in run.memory.items()),
    )


def ends_by_states(threads: tuple[tuple[Step, ...], ...], processors: int) -> Iterator[End]:
    search = Complete()
    while (chooser := search.next_chooser()) is not None:
        with closing(litmus_run(threads, processors, chooser)) as run:
            search.look_at(run.machine, (run.memory, run.readers, *dict(run.shared).values()), lambda: None)
            run.machine.run(NEVER_NS)
            if not run.machine.halted:
                yield end_of(run)


@pytest.mark.slow
@pytest.mark.parametrize("processors", [1, 2])
@pytest.mark.parametrize(
    "threads", [(READER, UPDATER), (READER, JUST_WAITS), (JUST_WAITS, UPDATER), (IN_AND_OUT, JUST_WAITS)]
)
def test_the_generations_end_as_the_search_of_all_states_sees(
    threads: tuple[tuple[Step, ...], ...], processors: int
) -> None:
    """Slow: the other complete search makes each of its steps anew."""
    search: Composed[LitmusRun] = Composed(lambda chooser: litmus_run(threads, processors, chooser))
    assert {end_of(run) for run in search.endings()} == set(ends_by_states(threads, processors))
    assert search.finished


# ---- what cannot be composed


class Starts(Tiny):
    """A thread that starts another."""

    def starts(self) -> None:
        self.point()
        self.machine.spawn(self.point, name="new", in_generation=False)

    def threads(self) -> list[Callable[[], None]]:
        return [self.starts]


class Sleeps(Tiny):
    """A thread that waits for an instant."""

    def threads(self) -> list[Callable[[], None]]:
        return [lambda: self.machine.sleep(1_000)]


class Grows(Tiny):
    """Something shared that was not there from the beginning."""

    def grows(self) -> None:
        self.point()
        self.new = 1

    def threads(self) -> list[Callable[[], None]]:
        return [self.grows]


class BehindTheBack(Tiny):
    """A variable of another thread's function is given another value, of which no place tells."""

    def threads(self) -> list[Callable[[], None]]:
        known = 0

        def reads() -> None:
            self.point()
            self.order.append(known)

        def sets() -> None:
            nonlocal known
            self.point()
            known = 1

        return [reads, sets]


@pytest.mark.parametrize(
    ("kind", "sentence"),
    [
        (InTime, "tiny 0 waits for an instant"),
        (Sleeps, "tiny 0 waits for an instant"),
        (Starts, "tiny 0 starts a thread"),
        (Grows, "Grows.new was not there from the beginning"),
        (Waiting, "tiny 1 does not do the same from the same state"),
        (BehindTheBack, "the state of tiny 0 changed without having been touched"),
    ],
)
def test_what_no_place_tells_is_refused(kind: type[Tiny], sentence: str) -> None:
    with pytest.raises(CannotBeComposed, match=sentence):
        composed(kind)


# ---- places


def touched_by(change: Callable[[Any], object]) -> list[str]:
    run = TinyRun(type("OneThread", (AtRandom,), {"program": ((),)}), lambda machine, n: 0)
    places = Places()
    places.watch(run.machine, run.threads, run.shared)
    change(run.tiny)
    names = [places.names[place] for place in places.touched]
    run.close()
    return [name for name in names if name != "tiny.machine"]


def handed_on(tiny: Any) -> None:
    thread: Thread = next(iter(tiny.machine.threads.values()))
    tiny.machine.unpark(thread)


@pytest.mark.parametrize(
    ("change", "names"),
    [
        (lambda tiny: tiny.value, ["tiny.value"]),
        (lambda tiny: setattr(tiny, "value", 3), ["tiny.value"]),
        (lambda tiny: tiny.items[-1], ["tiny.items", "tiny.items[1]"]),
        (lambda tiny: tiny.items.__setitem__(0, 5), ["tiny.items", "tiny.items[0]"]),
        (lambda tiny: sum(tiny.items), ["tiny.items", "tiny.items[0]", "tiny.items[1]"]),
        (lambda tiny: sorted(tiny.items), ["tiny.items", "tiny.items[0]", "tiny.items[1]"]),
        (lambda tiny: tuple(tiny.items), ["tiny.items", "tiny.items[0]", "tiny.items[1]"]),
        (lambda tiny: tiny.items == [0, 0], ["tiny.items", "tiny.items[0]", "tiny.items[1]"]),
        (lambda tiny: tiny.items[:1], ["tiny.items", "tiny.items[0]", "tiny.items[1]"]),
        (lambda tiny: tiny.items.__add__([1]), ["tiny.items", "tiny.items[0]", "tiny.items[1]"]),
        (lambda tiny: 7 in tiny.items, ["tiny.items", "tiny.items[0]", "tiny.items[1]"]),
        (lambda tiny: len(tiny.items), ["tiny.items"]),
        (lambda tiny: tiny.cell.value, ["tiny.cell", "tiny.cell"]),
        (lambda tiny: tiny.lock.holder, ["tiny.lock", "tiny.lock"]),
        (handed_on, ["thread 1"]),
    ],
)
def test_every_access_to_a_place_is_noted(change: Callable[[Any], object], names: list[str]) -> None:
    assert touched_by(change) == names


def test_what_a_run_is_watched_for_is_what_it_has_without_it() -> None:
    """The classes that note accesses are the objects' own in all else."""
    assert isinstance(TinyRun(OverACopy, lambda machine, n: 0).tiny, OverACopy)
    run = TinyRun(AtRandom, lambda machine, n: 0)
    Places().watch(run.machine, run.threads, run.shared)
    assert isinstance(run.tiny, AtRandom)
    assert run.tiny.items == [0, 0]
    assert isinstance(run.tiny.items, list)
    run.close()
