"""Which run to make next: the strategies as searches, each an endless or bounded stream of runs.

    complete    every behaviour: from each state that was not seen before, every candidate is let go once
    bounded     every schedule with 0 preemptions, then with 1, 2 ...
    pct         random priorities with one to three drops, in turn
    random      any candidate at each step

A preemption is a switch away from a thread that could have gone on, or an alarm where a thread could; a switch where
the last thread waits or has ended costs nothing. The first violation that `bounded` finds has the fewest preemptions.

The complete search is stateful and uses no reduction of its own: it goes on from each state in all ways, and stops at a
state that it has seen (`states`). The bounded one is stateless. Mixing states with reductions by independence is a
known source of errors, and is not done.

A search that is made again with the same arguments makes the same runs in the same order.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, Protocol

from model.exploration.run import Execution, Program
from model.exploration.states import Moment, States
from model.exploration.strategies import Priorities, RandomWalk
from model.machine.explored import Chooser, ExploredMachine

STRATEGIES = ("portfolio", "complete", "bounded", "pct", "random")
DEPTHS = (2, 3, 4)
LENGTH_AT_FIRST = 100


class Search(Protocol):
    """One strategy at work."""

    @property
    def states(self) -> int:
        """Different states that were met; 0 where nobody looks."""

    @property
    def finished(self) -> bool:
        """There is nothing left to run: within its bounds, everything was shown."""

    @property
    def asks_rules(self) -> bool:
        """Its chooser goes by what the rules remember at each choice."""

    def next_chooser(self) -> Chooser | None:
        """Who answers the next run; None when there is none."""

    def begun(self, execution: Execution) -> None:
        """The run is built and about to begin."""

    def done(self, execution: Execution) -> None:
        """The run is over, and nothing was broken."""


class Random:
    """Runs at random without end."""

    states = 0
    finished = False
    asks_rules = False

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._runs = 0

    def next_chooser(self) -> Chooser:
        self._runs += 1
        return RandomWalk(random.Random(f"{self._seed}/random/{self._runs}"))

    def begun(self, execution: Execution) -> None:
        """Nothing to prepare."""

    def done(self, execution: Execution) -> None:
        """Nothing to learn."""


class Pct:
    """PCT with depth 2, 3 and 4 in turn, without end; how long a run is, is learnt."""

    states = 0
    finished = False
    asks_rules = False

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._runs = 0
        self._length = LENGTH_AT_FIRST

    def next_chooser(self) -> Chooser:
        self._runs += 1
        stream = random.Random(f"{self._seed}/pct/{self._runs}")
        return Priorities(stream, DEPTHS[self._runs % len(DEPTHS)], self._length)

    def begun(self, execution: Execution) -> None:
        """Nothing to prepare."""

    def done(self, execution: Execution) -> None:
        self._length = max(self._length, min(execution.machine.step, 10 * LENGTH_AT_FIRST))


class Bounded:
    """All schedules with up to `preemptions` preemptions, those with fewer first."""

    states = 0
    asks_rules = False

    def __init__(self, preemptions: int) -> None:
        self.finished = False
        self._preemptions = preemptions
        self._prefixes = self._all()
        self._sparse: _Sparse | None = None

    def next_chooser(self) -> Chooser | None:
        prefix = next(self._prefixes, None)
        if prefix is None:
            self.finished = True
            return None
        self._sparse = _Sparse(prefix)
        return self._sparse

    def begun(self, execution: Execution) -> None:
        """Nothing to prepare."""

    def done(self, execution: Execution) -> None:
        """What the run was asked is taken from its chooser."""

    def _all(self) -> Iterator[Mapping[int, int]]:
        yield {}
        level = [self._record()]
        for bound in range(self._preemptions + 1):
            # The list grows by what costs nothing while it is gone through.
            for record in level:
                for prefix in record.alternatives(paid=False):
                    yield prefix
                    level.append(self._record())
            if bound == self._preemptions:
                return
            following = []
            for record in level:
                for prefix in record.alternatives(paid=True):
                    yield prefix
                    following.append(self._record())
            level = following

    def _record(self) -> _Asked:
        assert self._sparse is not None
        return _Asked(self._sparse.prefix, bytes(self._sparse.widths), bytes(self._sparse.free))


class _Sparse:
    """Answers by the number of the question, 0 elsewhere; keeps how many candidates there were, and of which sort."""

    __slots__ = ("free", "prefix", "widths")

    def __init__(self, prefix: Mapping[int, int]) -> None:
        self.prefix = prefix
        self.widths = bytearray()
        self.free = bytearray()
        """How many of the candidates cost nothing: all but the alarms where nobody can simply go on, else none."""

    def __call__(self, machine: ExploredMachine, n: int) -> int:
        asked = len(self.widths)
        self.widths.append(n if n < 255 else 255)
        free = 0 if machine.goes_on is not None else machine.enabled or n
        self.free.append(free if free < 255 else 255)
        return self.prefix.get(asked, 0)


class _Asked(NamedTuple):
    """One run that was made: its prefix, and what it was asked."""

    prefix: Mapping[int, int]
    widths: bytes
    free: bytes

    def alternatives(self, *, paid: bool) -> Iterator[dict[int, int]]:
        """The prefixes that differ in one later answer."""
        for asked in range(max(self.prefix, default=-1) + 1, len(self.widths)):
            first, last = (max(1, self.free[asked]), self.widths[asked]) if paid else (1, self.free[asked])
            for answer in range(first, last):
                yield {**self.prefix, asked: answer}


class Complete:
    """Every state that can be reached."""

    asks_rules = True

    def __init__(self) -> None:
        self.seen: set[bytes] = set()
        self.pending: list[tuple[_Node | None, Moment | None]] = [(None, None)]
        self._chooser: _FromState | None = None

    @property
    def states(self) -> int:
        return len(self.seen)

    @property
    def finished(self) -> bool:
        return not self.pending

    def next_chooser(self) -> Chooser | None:
        if not self.pending:
            return None
        node, moment = self.pending.pop()
        self._chooser = _FromState(self, node, moment)
        return self._chooser

    def begun(self, execution: Execution) -> None:
        system, machine = execution.world.system, execution.machine
        self.look_at(
            machine, (list(system.objects.values()), system.reconfiguration, machine.generations), execution.memory
        )  # fmt: skip

    def look_at(
        self,
        machine: ExploredMachine,
        roots: tuple[Any, ...],
        memory: Callable[[], Any],
        decided: Callable[[], bool] = lambda: False,
    ) -> None:
        """The run that is about to begin, what can be reached in it, and what is remembered of it.

        Where `decided`, nothing that comes later is of interest, and it is left.
        """
        assert self._chooser is not None
        self._chooser.states = States(machine, roots, memory)
        self._chooser.decided = decided

    def done(self, execution: Execution) -> None:
        """What is left to do was noted on the way."""

    def checkpoint(self) -> bytes:
        """All that is needed to go on later, in another process."""
        seen = [digest.hex() for digest in sorted(self.seen)]
        pending = [(_path(node), None if moment is None else moment.as_plain()) for node, moment in self.pending]
        return json.dumps({"checkpoint": CHECKPOINT, "seen": seen, "pending": pending}).encode()

    def resume(self, checkpoint: bytes) -> None:
        """Goes on where another search was; ValueError if this is not from one, or from another version's."""
        try:
            table = json.loads(checkpoint)
            if table["checkpoint"] != CHECKPOINT:
                raise ValueError("another version made it")
            seen = {bytes.fromhex(digest) for digest in table["seen"]}
            pending = [
                (_node([int(answer) for answer in path]), None if plain is None else Moment.from_plain(plain))
                for path, plain in table["pending"]
            ]
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"it is no checkpoint: {error}") from None
        self.seen, self.pending = seen, pending


CHECKPOINT = 1
"""The version of its form. What a state's digest is made from may change with any version of the program."""


_Node = tuple[Any, int]
"""The answers up to here: (those before, the last one)."""


class _FromState:
    """Answers its path, and from there on goes through new states until it comes to one that was seen."""

    __slots__ = ("_asked", "_moment", "_node", "_path", "_search", "decided", "states")

    def __init__(self, search: Complete, node: _Node | None, moment: Moment | None) -> None:
        self.states: States | None = None
        self.decided: Callable[[], bool] = lambda: False
        self._search = search
        self._node = node
        self._moment = moment
        self._path = _path(node)
        self._asked = 0

    def __call__(self, machine: ExploredMachine, n: int) -> int:
        asked = self._asked
        self._asked = asked + 1
        if asked < len(self._path):
            return self._path[asked]
        states, search = self.states, self._search
        assert states is not None
        if states.before is None:
            states.before = self._moment
        moment = states.now()
        if moment.digest in search.seen or self.decided():
            machine.halt()
            return 0
        search.seen.add(moment.digest)
        for answer in range(n - 1, 0, -1):
            search.pending.append(((self._node, answer), moment))
        self._node = (self._node, 0)
        return 0


def _path(node: _Node | None) -> tuple[int, ...]:
    answers = []
    while node is not None:
        node, answer = node
        answers.append(answer)
    return tuple(reversed(answers))


def _node(path: Sequence[int]) -> _Node | None:
    node: _Node | None = None
    for answer in path:
        node = (node, answer)
    return node


class Portfolio:
    """All of them in turn. It is finished when the complete one is, whatever the others still have to do."""

    def __init__(self, preemptions: int, seed: int) -> None:
        self.complete = Complete()
        self._turns: list[Search] = [Bounded(preemptions), self.complete, Pct(seed), self.complete, Random(seed)]
        self._turn = -1
        self._at_work: Search = self.complete

    @property
    def states(self) -> int:
        return self.complete.states

    @property
    def finished(self) -> bool:
        return self.complete.finished

    @property
    def asks_rules(self) -> bool:
        return self._at_work.asks_rules

    def next_chooser(self) -> Chooser | None:
        for _ in self._turns:
            self._turn = (self._turn + 1) % len(self._turns)
            self._at_work = self._turns[self._turn]
            chooser = self._at_work.next_chooser()
            if chooser is not None:
                return chooser
        return None

    def begun(self, execution: Execution) -> None:
        self._at_work.begun(execution)

    def done(self, execution: Execution) -> None:
        self._at_work.done(execution)


def search_by(strategy: str, preemptions: int, seed: int) -> Search:
    """A new search by the name of its strategy."""
    if strategy == "complete":
        return Complete()
    if strategy == "bounded":
        return Bounded(preemptions)
    if strategy == "pct":
        return Pct(seed)
    if strategy == "random":
        return Random(seed)
    assert strategy == "portfolio", strategy
    return Portfolio(preemptions, seed)


def make_run(program: Program, search: Search, chooser: Chooser) -> Execution:
    """One run by a search's chooser; the caller closes it."""
    execution = Execution(program, chooser)
    search.begun(execution)
    execution.run()
    return execution
