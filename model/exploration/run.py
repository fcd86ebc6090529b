"""One execution of a scenario in abstract time: at its first step, run to its end or to the first broken rule, closed.

    chooser --answers--> machine --rows--> trace
       ^                                     |
       `---- at each choice: rules see the rows since the last one; end(ending) when nothing can happen any more

The script's first commands, those at 1 ns, lead everything; each later one may come at any moment after the one before,
whatever its instant. So a small scenario says only in which order a person acts.

An execution ends at the first violation: what comes after it may be nonsense. Between two choices there is nothing to
decide, so that the rules are told then of what was written meanwhile, and the rows up to there are still written. But
hardly any run breaks a rule, and telling of a few rows at a time costs twice what telling of all at once does: whoever
makes thousands of runs may have the rules told at the end, and makes the run that breaks one again (`explorer`).

All executions of a program are made by one world, which is brought back to its beginning (`beginning`), one after the
other: a new one ends the one before. Greenlets can be neither copied nor stored, so that whoever wants to go on from
the middle of a run runs it again to there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any

from model import commands, profiles
from model.catalogue import Catalogue
from model.commands import Stamped
from model.engine import generated
from model.exploration.beginning import Beginning, CannotGoBack
from model.exploration.deadlock import waiting_threads
from model.machine.calendar import NEVER_NS
from model.machine.errors import ComponentHung
from model.machine.explored import FIRST_NS, Chooser, ExploredMachine
from model.projections.rules import Ending, MakeRules, Rule, Violation
from model.scenario import Scenario
from model.trace.events import Kind
from model.trace.trace import CHUNK_BYTES, CHUNK_ROWS, Trace
from model.world import World

ROWS_AT_MOST = 256 * CHUNK_ROWS
"""Of one run: fifty for each of its steps, so that only a component that writes and never comes to a point has more."""

Prepare = Callable[[World], None]


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
        self.first = tuple(stamped for stamped in scenario.script if stamped.at_ns <= FIRST_NS)
        self.later = tuple(stamped for stamped in scenario.script if stamped.at_ns > FIRST_NS)
        self._chunk = bytearray(CHUNK_BYTES)
        """The memory of the trace of all executions."""
        self._stage: Stage | None = None

    def with_scenario(self, scenario: Scenario) -> Program:
        """The same for another scenario."""
        return Program(scenario, self.catalogue, self.make_rules, self.prepare)

    def stage(self) -> Stage:
        """A world at its first step; that of the execution before is none any more."""
        stage = self._stage
        if stage is not None:
            stage.world.close()
            if stage.bring_back():
                return stage
        self._stage = Stage(self, self._chunk)
        return self._stage

    def watched(self) -> AbstractContextManager[object]:
        """For who makes many executions: the watch over component code that hangs is kept up between them."""
        return (self._stage or self.stage()).machine.watched()


class Stage:
    """A world at its first step, with rules that have seen what was written so far; used again and again."""

    def __init__(self, program: Program, chunk: bytearray) -> None:
        self.trace = Trace(ROWS_AT_MOST, chunk)
        self.world = World(
            program.scenario, program.catalogue, self.trace, chooser=_nobody, hardware=program.hardware
        )  # fmt: skip
        assert isinstance(self.world.machine, ExploredMachine)
        self.machine: ExploredMachine = self.world.machine
        self.rules: Sequence[Rule] = program.make_rules()
        self.execution: Execution | None = None
        # Classes are generated anew under a planted bug: a world with the others knows nothing of it.
        self._classes = generated.classes()
        if program.prepare is not None:
            program.prepare(self.world)
        self._begin(program)
        self.violation = self.tell(0)
        """What the beginning itself breaks."""
        self.told = self.trace.head
        """The rows that the rules have seen before the first step."""
        self._beginning = self._kept(chunk)

    def bring_back(self) -> bool:
        """Whether it stands at its first step again."""
        if self._beginning is None or self._classes is not generated.classes():
            return False
        self._beginning.bring_back()
        return True

    def tell(self, first: int) -> Violation | None:
        """Tells the rules what was written from the row `first` on; what is broken first, if anything."""
        news = None
        for rule in self.rules:
            found = rule.see(self.trace.events(first, rule.kinds))
            if found is not None and (news is None or found.position < news.position):
                news = found
        return news

    def _begin(self, program: Program) -> None:
        self.world.lead(FIRST_NS)
        for place, stamped in enumerate(program.first):
            self._act(place, stamped)
        for place, stamped in enumerate(program.later, len(program.first)):
            self.machine.from_outside(partial(self._act_later, place, stamped))

    def _kept(self, chunk: bytearray) -> Beginning | None:
        machine = self.machine
        constant = (self, chunk, machine.watched(), machine.keep_greenlets())
        try:
            return Beginning((self.world, self.rules, self.trace), constant, machine.carrier)
        except CannotGoBack:
            return None

    def _act_later(self, place: int, stamped: Stamped) -> None:
        assert self.execution is not None
        self.execution.acted.append((self.machine.step, self.machine.now_ns))
        self._act(place, stamped)

    def _act(self, place: int, stamped: Stamped) -> None:
        """As a session does it."""
        text = self.trace.intern(commands.encode(stamped.command))
        row = self.machine.append(Kind.COMMAND_ISSUED, self.machine.now_ns, a=place, b=text)
        self.world.apply(stamped.command, row)


class Execution:
    """One run of a program: `violation` is what it broke, None if nothing; readable until the program's next one.

    The rules are told at each choice, and the run ends where the first is broken. Where they are `told_at_end` it goes
    on from there, and what comes of that may be anything, errors among it.
    """

    def __init__(self, program: Program, chooser: Chooser, *, told_at_end: bool = False) -> None:
        self.program = program
        self._stage = stage = program.stage()
        stage.execution = self
        self.world, self.machine, self.trace = stage.world, stage.machine, stage.trace
        self.machine.chooser = chooser if told_at_end else self._choose
        self._chooser = chooser
        self._told = stage.told
        self.violation: Violation | None = stage.violation
        self.hung = False
        """A component did not come back, and that is the violation."""
        self.ending: Ending | None = None
        self.acted: list[tuple[int, int]] = []
        """(step, instant) of each command that came from outside, in order."""

    def run(self) -> None:
        """Runs to the end, to a violation, or to where the chooser halted the machine."""
        machine = self.machine
        try:
            machine.run(NEVER_NS)
        except ComponentHung as hung:
            self._tell()
            if self.violation is None:
                self.hung = True
                self.violation = Violation("L1", f"a component hung: {hung}", self.trace.head)
            return
        self._tell()
        if self.violation is None and (machine.endless or not machine.halted):
            self._end()

    def memory(self) -> tuple[Any, ...]:
        """What the rules remember, a part of the state."""
        return tuple(rule.memory() for rule in self._stage.rules)

    def close(self) -> None:
        """Ends all threads; the trace stays readable until the program's next execution."""
        if self._stage.execution is self:
            self.world.close()

    def _choose(self, machine: ExploredMachine, n: int) -> int:
        if self.trace.head > self._told:
            self._tell()
            if self.violation is not None:
                machine.halt()
                return 0
        return self._chooser(machine, n)

    def _tell(self) -> None:
        """The rules see the rows that were written since they were told last."""
        if self.violation is not None:
            return
        head = self.trace.head
        if head - self._told > CHUNK_ROWS:
            self.trace.file()  # So that it shows whether the first of them are held.
        if self._told < self.trace.tail:
            self.violation = Violation("L1", f"it writes {ROWS_AT_MOST:,} rows without an end", head)
        else:
            self.violation = self._stage.tell(self._told)
        self._told = head

    def _end(self) -> None:
        self.ending = Ending(self.trace.head, waiting_threads(self.machine, self.trace), self.machine.endless)
        for rule in self._stage.rules:
            if self.violation is None:
                self.violation = rule.end(self.ending)


def _nobody(machine: ExploredMachine, n: int) -> int:
    raise AssertionError("the execution brings who chooses")


@contextmanager
def executed(program: Program, chooser: Chooser) -> Iterator[Execution]:
    """A whole run, closed afterwards."""
    execution = Execution(program, chooser)
    try:
        execution.run()
        yield execution
    finally:
        execution.close()
