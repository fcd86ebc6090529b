"""The small programs in which planted bugs are looked for. Each explores clean and complete without one.

Most are scenarios of a diary and its callers; those of quiescence alone add threads of their own to an empty scenario,
because a whole swap would only make what they are about harder to see:

    reader    is in a generation, and ends
    updater   is in none; asks for a quiescent state and waits for it
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from msgspec.structs import replace

from model import catalogue
from model.commands import Attach, Detach, Stamped
from model.exploration.run import Program
from model.machine.surroundings import Operation
from model.projections.rules import MakeRules
from model.scenario import ExplorationTable, MachineTable, Scenario, load
from model.world import World


class Ground:
    """A small program by name, and the rules that cannot be asked of it."""

    def __init__(
        self,
        scenario: Scenario,
        prepare: Callable[[World], None] | None = None,
        without: frozenset[str] = frozenset(),
    ) -> None:
        self.scenario = scenario
        self.prepare = prepare
        self.without = without

    def program(self, make_rules: MakeRules) -> Program:
        """What is explored, held to these rules."""
        return Program(self.scenario, catalogue.for_scenario(self.scenario), make_rules, self.prepare)


def empty_scenario(name: str, processors: int = 1) -> Scenario:
    """A machine with nobody on it but what a program prepares."""
    return Scenario(format=1, name=name, title=name, machine=MachineTable(processors=processors))


def threads(*bodies: tuple[str, int, Callable[[World], Any]]) -> Callable[[World], None]:
    """Starts threads in a new world: each "reader" in a generation, each "updater" in none, on its processor."""

    def prepare(world: World) -> None:
        for number, (sort, processor, body) in enumerate(bodies):
            world.machine.spawn(
                partial(body, world), name=f"{sort} {number}", processor=processor, in_generation=sort == "reader"
            )

    return prepare


def reads(world: World) -> None:
    """A critical section with one step in it."""
    world.machine.point(Operation.TABLE_READ)


def nested(world: World) -> None:
    """A critical section within another."""
    generations = world.machine.generations
    inner = generations.enter()
    generations.leave(inner)
    world.machine.point(Operation.TABLE_READ)


def moves(world: World) -> None:
    """A critical section that ends on another processor than it began."""
    world.machine.migrate(1)
    world.machine.point(Operation.TABLE_READ)


def updates(world: World) -> None:
    """One grace period."""
    world.machine.generations.synchronize()


def updates_twice(world: World) -> None:
    """Two grace periods, one after the other."""
    world.machine.generations.synchronize()
    world.machine.generations.synchronize()


def _quiescence(
    name: str,
    *bodies: tuple[str, int, Callable[[World], Any]],
    processors: int = 1,
    without: frozenset[str] = frozenset(),
) -> Ground:
    return Ground(empty_scenario(name, processors), threads(*bodies), without)


SHIPPED: Final = (
    "one_call", "two_calls_of_one", "recursion", "recursion_twice", "exception", "time_limits", "cyclic_call",
    "cyclic_call_retried",
)  # fmt: skip
"""Small scenarios that are files, and are explored by themselves too."""


def _grounds() -> tuple[Ground, ...]:
    updater, reader = ("updater", 0, updates), ("reader", 0, reads)
    return (
        *(Ground(load(name)) for name in SHIPPED),
        Ground(
            replace(load("cyclic_call_retried"), name="cyclic_call_retried, alarms at any time", exploration=ANY_TIME)
        ),
        Ground(replace(load("attach_and_detach"), name="attach_and_detach, of a call timer", script=TIMER)),
        _quiescence("one reader, one grace period", reader, updater),
        _quiescence("one reader, two grace periods", reader, ("updater", 0, updates_twice)),
        _quiescence("one reader, two updaters", reader, updater, updater),
        _quiescence("two processors", ("reader", 1, reads), ("updater", 0, updates_twice), processors=2),
        _quiescence("a reader that moves", ("reader", 0, moves), updater, processors=2),
        _quiescence("a section within another", ("reader", 0, nested), updater, without=frozenset({"Q3"})),
    )


TIMER: Final = (Stamped(1, Attach("diary", "call_timer")), Stamped(2, Detach("diary", "call_timer")))
"""A call counter has no POSTCALL that could be skipped."""
ANY_TIME: Final = ExplorationTable(alarms="any time", registering="one step")
GROUNDS: Final[dict[str, Ground]] = {ground.scenario.name: ground for ground in _grounds()}
