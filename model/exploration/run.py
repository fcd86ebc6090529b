"""One execution of a scenario in abstract time: built, run to its end or to the first broken rule, closed.

    chooser --answers--> machine --rows--> trace
                                      `--> rules: see(row) at once, end(ending) when nothing can happen any more

The script's first commands, those at 1 ns, lead everything; each later one may come at any moment after the one before,
whatever its instant. So a small scenario says only in which order a person acts.

An execution ends at the first violation: what comes after it may be nonsense. Greenlets can be neither copied nor
stored, so that whoever wants to go on from the middle of a run runs it again to there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from model import commands, profiles
from model.catalogue import Catalogue
from model.commands import Stamped
from model.exploration.deadlock import waiting_threads
from model.machine.calendar import NEVER_NS
from model.machine.errors import ComponentHung
from model.machine.explored import FIRST_NS, Chooser, ExploredMachine
from model.projections.rules import Ending, MakeRules, Rule, Violation
from model.scenario import Scenario
from model.trace.events import Kind
from model.trace.trace import CHUNK_BYTES, CHUNK_ROWS, Event, Trace
from model.world import World

TRACE_ROWS = 2 * CHUNK_ROWS

Prepare = Callable[[World], None]
See = Callable[[Event], Violation | None]


class Program:
    """What is explored: a scenario and the rules that hold for it.

    `prepare` is called with each new world before its first step, for what keeps counts of its own.
    """

    def __init__(
        self,
        scenario: Scenario,
        catalogue: Catalogue,
        make_rules: MakeRules,
        prepare: Prepare | None = None,
    ) -> None:
        self.scenario = scenario
        self.catalogue = catalogue
        self.make_rules = make_rules
        self.prepare = prepare
        self.hardware = profiles.hardware(scenario.machine)
        self.interest = Interest(make_rules())
        self.spare_chunk = bytearray(CHUNK_BYTES)
        """The memory of the last execution's trace: one at a time is held."""
        self.first = tuple(stamped for stamped in scenario.script if stamped.at_ns <= FIRST_NS)
        self.later = tuple(stamped for stamped in scenario.script if stamped.at_ns > FIRST_NS)

    def with_scenario(self, scenario: Scenario) -> Program:
        """The same for another scenario."""
        return Program(scenario, self.catalogue, self.make_rules, self.prepare)


class Execution:
    """One run of a program: `violation` is what it broke, None if nothing; readable until it is closed."""

    def __init__(self, program: Program, chooser: Chooser) -> None:
        self.program = program
        self.trace = Trace(TRACE_ROWS, program.spare_chunk)
        self.world = World(
            program.scenario, program.catalogue, self.trace, chooser=chooser, hardware=program.hardware
        )  # fmt: skip
        assert isinstance(self.world.machine, ExploredMachine)
        self.machine: ExploredMachine = self.world.machine
        self.rules: Sequence[Rule] = program.make_rules()
        self.violation: Violation | None = None
        self.ending: Ending | None = None
        self.acted: list[tuple[int, int]] = []
        """(step, instant) of each command that came from outside, in order."""
        self._seeing = program.interest.seeing(self.rules)
        self._tell_the_beginning()
        if program.prepare is not None:
            program.prepare(self.world)

    def run(self) -> None:
        """Runs to the end, to a violation, or to where the chooser halted the machine."""
        machine = self.machine
        self.world.lead(FIRST_NS)
        for place, stamped in enumerate(self.program.first):
            self._act(place, stamped)
        for place, stamped in enumerate(self.program.later, len(self.program.first)):
            machine.from_outside(partial(self._act_later, place, stamped))
        try:
            machine.run(NEVER_NS)
        except ComponentHung as hung:
            self.violation = Violation("L1", f"a component hung: {hung}", self.trace.head)
            return
        if self.violation is None and (machine.endless or not machine.halted):
            self._end()

    def memory(self) -> tuple[Any, ...]:
        """What the rules remember, a part of the state."""
        return tuple(rule.memory() for rule in self.rules)

    def close(self) -> None:
        """Ends all threads; the trace stays readable."""
        self.world.close()

    def _end(self) -> None:
        self.ending = Ending(self.trace.head, waiting_threads(self.machine, self.trace), self.machine.endless)
        for rule in self.rules:
            if self.violation is None:
                self.violation = rule.end(self.ending)

    def _act_later(self, place: int, stamped: Stamped) -> None:
        self.acted.append((self.machine.step, self.machine.now_ns))
        self._act(place, stamped)

    def _act(self, place: int, stamped: Stamped) -> None:
        """As a session does it."""
        text = self.trace.intern(commands.encode(stamped.command))
        row = self.machine.append(Kind.COMMAND_ISSUED, self.machine.now_ns, a=place, b=text)
        self.world.apply(stamped.command, row)

    def _tell_the_beginning(self) -> None:
        """The rules see what the building wrote, and from now on each row as it is written."""
        for row in self.program.interest.beginning(self.trace):
            for see in self._seeing[row.kind]:
                self._note(see(row))
        self._append = self.trace.append
        self.machine.append = self._append_and_tell

    def _append_and_tell(
        self, kind: int, at_ns: int, until_ns: int = 0, cause: int = -1, call: int = 0, a: int = 0, b: int = 0,
        thread: int = 0, subject: int = 0, method: int = 0, client: int = 0, processor: int = 0,
    ) -> int:  # fmt: skip
        position = self._append(
            kind, at_ns, until_ns, cause, call, a, b, thread, subject, method, client, processor
        )  # fmt: skip
        seeing = self._seeing.get(kind)
        if seeing is not None:
            row = Event(
                position, at_ns, until_ns, cause, call, a, b, thread, subject, kind, method, client, processor
            )  # fmt: skip
            for see in seeing:
                self._note(see(row))
        return position

    def _note(self, found: Violation | None) -> None:
        if found is not None and self.violation is None:
            self.violation = found
            self.machine.halt()


@contextmanager
def executed(program: Program, chooser: Chooser) -> Iterator[Execution]:
    """A whole run, closed afterwards."""
    execution = Execution(program, chooser)
    try:
        execution.run()
        yield execution
    finally:
        execution.close()


class Interest:
    """Which rules want which rows. Every run of a program begins with the same rows, which are read once."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        kinds = sorted({int(kind) for rule in rules for kind in rule.kinds})
        self._places = {kind: [place for place, rule in enumerate(rules) if kind in rule.kinds] for kind in kinds}
        self._beginning: list[Event] | None = None

    def seeing(self, rules: Sequence[Rule]) -> dict[int, list[See]]:
        """Who is told of a row, by its kind."""
        sees = [rule.see for rule in rules]
        return {kind: [sees[place] for place in places] for kind, places in self._places.items()}

    def beginning(self, trace: Trace) -> list[Event]:
        """The wanted ones of the rows that are there already."""
        if self._beginning is None:
            rows = (trace.event(position) for position in range(trace.head))
            self._beginning = [row for row in rows if row.kind in self._places]
        return self._beginning
