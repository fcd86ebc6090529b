"""The engine's generations against litmus files: small concurrent programs with a known answer.

The programs of a file (`litmus_files`) run on the machine in abstract time with the engine's own `Generations`, and
every interleaving is explored (`composed`):

    rcu_read_lock      registers the thread in a generation      rcu_read_unlock     leaves it
    synchronize_rcu    asks for a quiescent state and waits until it is called back
    read, write        one step on a shared variable             read_indirect       of the one that a register names
    mb                 nothing: here every step is seen by all as it happens

Domains are generations of their own, which do not know of each other. A token names one of several sections that a
thread has open in a domain; without one, the innermost is closed. To close a section that is not open does nothing.

Each file is explored with all threads on one processor and with a processor each. A run is left as soon as it cannot
come to the outcome any more (`foresight`). What may be seen `Sometimes` must be seen: a mechanism that never shows it
waits too much, or is not explored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from model.exploration.composed import Composed
from model.exploration.explorer import without_collector
from model.exploration.foresight import Foresight, Place, Registers
from model.exploration.litmus_files import NEVER, SOMETIMES, Litmus, LitmusError, Step, Value
from model.machine.explored import Chooser, ExploredMachine
from model.machine.generations import Generations
from model.machine.surroundings import Operation
from model.trace.trace import CHUNK_BYTES, CHUNK_ROWS, Trace

MEMORY = "memory"
STATES_AT_MOST = 2_000_000
"""Of one test on so many processors: about a gigabyte and half a minute. What has more was not shown to the end."""
_LINE_READ: Final = int(Operation.LINE_READ)
_LINE_WRITE: Final = int(Operation.LINE_WRITE)

MakeGenerations = Callable[[ExploredMachine], Generations]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen of one test."""

    name: str
    expected: str
    seen: str
    states: int
    schedules: int
    complete: bool = True

    @property
    def ok(self) -> bool:
        """Seen as expected, in an exploration that is whole where something must never be seen."""
        return self.seen == self.expected and (self.complete or self.seen == SOMETIMES)


def run_litmus(test: Litmus, make_generations: MakeGenerations | None = None) -> Outcome:
    """Every interleaving, on one processor and on one each; `make_generations` gives other generations to test.

    What may be seen must be seen on both.
    """
    shown: list[bool] = []
    searches: list[Composed[LitmusRun]] = []
    for processors in dict.fromkeys((1, len(test.threads))):
        search = search_of(test, processors, make_generations)
        with without_collector(), closing(search.endings()) as endings:
            # What must never be seen is looked for to the end; what may be seen, until it is.
            shown.append(any(run.ended_as_asked() for run in endings))
        searches.append(search)
    seen = all(shown) if test.expected == SOMETIMES else any(shown)
    return Outcome(
        test.name, test.expected, SOMETIMES if seen else NEVER,
        sum(search.states for search in searches), sum(search.runs for search in searches),
        all(search.finished for search in searches),
    )  # fmt: skip


def search_of(test: Litmus, processors: int, make_generations: MakeGenerations | None = None) -> Composed[LitmusRun]:
    """The exploration of one test."""
    foresight = Foresight(test)
    places = [f"{MEMORY}[{name}].value" for name in test.variables]

    def settled(own: Sequence[tuple[int, Registers]], values: Mapping[str, Value]) -> bool:
        return not foresight.can_hold(Place(tuple(own), tuple(values[place] for place in places)))

    make = partial(LitmusRun, test, processors, make_generations or _generations, bytearray(CHUNK_BYTES))
    return Composed(make, settled, places, STATES_AT_MOST)


def _generations(machine: ExploredMachine) -> Generations:
    return Generations(machine, recorded=False)


class Variable:
    """A shared variable."""

    __slots__ = ("value",)

    def __init__(self, value: Value) -> None:
        self.value = value


class LitmusRun:
    """One interleaving."""

    def __init__(
        self, test: Litmus, processors: int, make_generations: MakeGenerations, chunk: bytearray, chooser: Chooser
    ) -> None:
        self._test = test
        self.machine = machine = ExploredMachine(Trace(2 * CHUNK_ROWS, chunk), chooser=chooser, processors=processors)
        memory = MappingProxyType({name: Variable(value) for name, value in test.variables.items()})
        generations = MappingProxyType({domain: make_generations(machine) for domain in test.domains})
        self.memory = memory
        self.readers = [_Thread(machine, steps, memory, generations) for steps in test.threads]
        self.threads = [
            machine.spawn(thread.run, name=f"P{number}", processor=number % processors, in_generation=False)
            for number, thread in enumerate(self.readers)
        ]
        self.shared: tuple[tuple[str, Any], ...] = ((MEMORY, memory), ("domain", generations))

    def own(self, number: int) -> tuple[int, Registers]:
        reader = self.readers[number]
        return reader.done, tuple(sorted(reader.registers.items()))

    def close(self) -> None:
        self.machine.close()

    def ended_as_asked(self) -> bool:
        """Whether this is the outcome that the test asks about."""
        for thread in self.threads:
            if thread.error is not None:
                raise thread.error
            if not thread.ended:
                raise LitmusError(f"{self._test.name}: {thread.name} waits for ever")
        memory = {name: variable.value for name, variable in self.memory.items()}
        return self._test.holds(memory, [reader.registers for reader in self.readers])


class _Thread:
    """A thread of the test at work."""

    def __init__(
        self,
        machine: ExploredMachine,
        steps: Sequence[Step],
        memory: Mapping[str, Variable],
        generations: Mapping[str, Generations],
    ) -> None:
        self.registers: dict[str, Value] = {}
        self.done = 0
        self._machine = machine
        self._steps = steps
        self._memory = memory
        self._generations = generations
        self._open: list[tuple[str, str, Any]] = []

    def run(self) -> None:
        for place in range(len(self._steps)):
            self._step(self._steps[place])
            self.done = place + 1

    def _step(self, step: Step) -> None:
        match step.operation:
            case "read":
                self._read(step.variable, step.register)
            case "read_indirect":
                self._read(str(self.registers.get(step.variable, "")), step.register)
            case "write":
                self._machine.point(_LINE_WRITE)
                self._memory[step.variable].value = step.value
            case "rcu_read_lock":
                token = self._generations[step.domain].enter()
                self._open.append((step.domain, step.token, token))
            case "rcu_read_unlock":
                self._unlock(step)
            case "synchronize_rcu":
                self._generations[step.domain].synchronize()

    def _read(self, variable: str, register: str) -> None:
        self._machine.point(_LINE_READ)
        named = self._memory.get(variable)
        self.registers[register] = 0 if named is None else named.value

    def _unlock(self, step: Step) -> None:
        names = [(domain, token) for domain, token, _ in self._open]
        if (step.domain, step.token) in names:
            innermost = len(names) - 1 - names[::-1].index((step.domain, step.token))
            _, _, entered = self._open.pop(innermost)
            self._generations[step.domain].leave(entered)
