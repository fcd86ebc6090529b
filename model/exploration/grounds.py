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

from model import catalogue
from model.commands import Attach, Command, Detach, Stamped, Swap
from model.exploration.run import Program
from model.machine.surroundings import Operation
from model.projections.rules import MakeRules
from model.scenario import (
    Alarms,
    ClientTable,
    ComponentTable,
    ExplorationTable,
    MachineTable,
    Scenario,
    SwapTable,
    WorkloadTable,
)
from model.world import World

CLIENTS: Final = ("one", "two")
SWAP: Final = Swap(object="diary", implementation="diary_other")


def diary_scenario(
    name: str,
    *plans: str,
    commands: tuple[Command, ...] = (SWAP,),
    processors: int = 1,
    retries: int = 0,
    alarms: Alarms = "when idle",
) -> Scenario:
    """Callers of a diary, each of a client of its own in turn, and what a person asks for in that order."""
    return Scenario(
        format=1,
        name=name,
        title=name,
        description="Explored by the mutants' gate.",
        seed=1,
        until_ns=1_000_000_000,
        machine=MachineTable(processors=processors),
        swap=SwapTable(retries=retries),
        clients=tuple(ClientTable(client, 31 + place) for place, client in enumerate(CLIENTS)),
        components=(ComponentTable("diary", "diary", {"own": "diary"}),),
        workloads=tuple(
            WorkloadTable(
                "diarists", CLIENTS[place % 2], {"target": "diary"}, {"plan": plan, "first_caller": place + 1}
            )
            for place, plan in enumerate(plans)
        ),
        script=tuple(Stamped(1 + place, command) for place, command in enumerate(commands)),
        exploration=ExplorationTable(alarms=alarms),
    )


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
    return diary_scenario(name, commands=(), processors=processors)


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


def reads_in_turn(world: World) -> None:
    """Two readers, one after the other: the second is begun by the first as it ends."""
    world.machine.point(Operation.TABLE_READ)
    world.machine.spawn(partial(reads, world), name="reader")


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


def _quiescence(name: str, *bodies: tuple[str, int, Callable[[World], Any]], processors: int = 1) -> Ground:
    return Ground(empty_scenario(name, processors), threads(*bodies), QUIESCENCE_ONLY)


QUIESCENCE_ONLY: Final[frozenset[str]] = frozenset()

NOTE = "note"


def _grounds() -> dict[str, Ground]:
    swaps = {
        "one call": diary_scenario("one call", "note"),
        "one caller, two calls": diary_scenario("one caller, two calls", "note note"),
        "two callers": diary_scenario("two callers", "note", "note"),
        "recursive call": diary_scenario("recursive call", "nest"),
        "two recursive calls in one": diary_scenario("two recursive calls in one", "twice"),
        "a call that raises": diary_scenario("a call that raises", "fail"),
        "time is up": diary_scenario("time is up", "note", alarms="any time"),
        "time is up, two callers": diary_scenario("time is up, two callers", "note", "note", alarms="any time"),
        "one retry": diary_scenario("one retry", "note", retries=1, alarms="any time"),
        "one retry, two callers": diary_scenario(
            "one retry, two callers", "note", "note", retries=1, alarms="any time"
        ),
        "one retry, cyclic call": diary_scenario("one retry, cyclic call", "far", retries=1),
        "one retry, cyclic call, any time": diary_scenario(
            "one retry, cyclic call, any time", "far", retries=1, alarms="any time"
        ),
        "cyclic call": diary_scenario("cyclic call", "far"),
        "call of another processor": diary_scenario("call of another processor", "far", processors=2),
        "detach during a call": diary_scenario(
            "detach during a call",
            "note",
            commands=(Attach("diary", "call_timer"), Detach("diary", "call_timer")),
        ),
    }
    grounds = {name: Ground(scenario) for name, scenario in swaps.items()}
    for ground in (
        _quiescence("one reader, one grace period", ("reader", 0, reads), ("updater", 0, updates)),
        _quiescence("one reader, two grace periods", ("reader", 0, reads), ("updater", 0, updates_twice)),
        _quiescence("one reader, two updaters", ("reader", 0, reads), ("updater", 0, updates), ("updater", 0, updates)),
        _quiescence(
            "two readers, one grace period", ("reader", 0, reads), ("reader", 0, reads), ("updater", 0, updates)
        ),
        _quiescence("readers in turn, two grace periods", ("reader", 0, reads_in_turn), ("updater", 0, updates_twice)),
        _quiescence("two processors", ("reader", 1, reads), ("updater", 0, updates_twice), processors=2),
        _quiescence("a reader that moves", ("reader", 0, moves), ("updater", 0, updates), processors=2),
    ):
        grounds[ground.scenario.name] = ground
    section = _quiescence("a section within another", ("reader", 0, nested), ("updater", 0, updates))
    section.without = frozenset({"Q3"})
    grounds[section.scenario.name] = section
    return grounds


GROUNDS: Final[dict[str, Ground]] = _grounds()
