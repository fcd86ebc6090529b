"""Every behaviour of a small program, from steps that were each made once, by the real code on the real machine.

What a step of a thread does is decided by where the thread is and by the values of what it touches (`places`). So it is
made once for each of these, and remembered:

    P1 before `leave`, the count is 1     ->  P1 before `make_way`, the count is 0
    P1 before `leave`, the count is 2     ->  P1 at the next operation, the count is 1

A state is where each thread is and the value of each place. From each state every thread that does not wait goes on,
each in turn: by a step that is remembered or, where there is none, by one that is made. For that the program is run
again from its start to that state, which must then be the one that was composed, in every place. No order is left out
because it is like another; what makes a million states cheap is that they are made of a thousand different steps. Where
the program can end in a new state it is run there: an outcome is always that of a real run.

This is what explicit-state model checkers do with the parts of a model: states are vectors of numbers that stand for
the values of parts (G. Holzmann, "State Compression in SPIN", 1997), and transitions are remembered by those parts that
they depend on (S. Blom, J. van de Pol, M. Weber, "LTSmin: Distributed and Symbolic Reachability", CAV 2010). There the
dependencies are read off the model; here there is none, and they are seen as the code runs.

Limits: no time limits and no sleeping threads, no thread that starts another, no lock or counter that is made on the
way, nothing shared that is reached neither from a thread's stack nor from what is watched (a module's own variables,
what a thread asks the machine about others).
What of this is noticed ends the exploration with CannotBeComposed rather than with a wrong answer.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Generator, Hashable, Iterable, Mapping, Sequence
from typing import Any, Final, Generic, Protocol, TypeVar

from model.exploration.places import CannotBeComposed, Found, Places, waits
from model.machine.explored import FIRST_NS, Chooser, ExploredMachine
from model.machine.replay import SLEEP
from model.machine.thread import Thread

RUNS_AT_FIRST: Final = 4
"""To see which places change their values at all. One that shows it later costs a new beginning."""

State = tuple[int, ...]
"""Of each thread its own state, then of each place that changes its value, by number."""

Path = tuple[Any, int] | None
"""Which threads went on to come here: (those before, the last one)."""


class Run(Protocol):
    """One run of the program, not yet begun."""

    @property
    def machine(self) -> ExploredMachine: ...

    @property
    def threads(self) -> Sequence[Thread]:
        """All that there will ever be."""

    @property
    def shared(self) -> Iterable[tuple[str, Any]]:
        """What the threads share, with names: objects whose attributes are watched, or mappings to such."""

    def own(self, number: int) -> Hashable:
        """What of a thread is told apart beside its stack, and what `Settled` is asked with."""

    def close(self) -> None: ...


class Settled(Protocol):
    """Whether nothing that comes after a state is of interest."""

    def __call__(self, own: Sequence[Any], values: Mapping[str, Any], /) -> bool:
        """With what each thread has of its own, and the values of the places that were asked for."""


R = TypeVar("R", bound=Run)


class _MoreVaries(Exception):
    """A place that had never changed does."""


class Composed(Generic[R]):
    """All states of the program that `make` makes, and all its endings.

    `make` gets whom the machine has to ask who goes on. Where `settled`, which is asked with the places called `asked`,
    no thread goes on. After `at_most` states it gives up, and is not finished.
    """

    def __init__(
        self,
        make: Callable[[Chooser], R],
        settled: Settled = lambda own, values: False,
        asked: Sequence[str] = (),
        at_most: int | None = None,
    ) -> None:
        self.states = 0
        self.runs = 0
        """How often the program was really begun."""
        self.steps = 0
        """How many different steps were made."""
        self.finished = False
        self.make = make
        self._settled = settled
        self._asked = asked
        self._at_most = at_most
        self._known_to_be_settled: dict[tuple[Any, ...], bool] = {}
        self._own: dict[int, Any] = {}
        """What a thread has of its own, by the number of its state."""
        self._hidden: dict[int, State | None] = {}
        """Of a thread's state that holds more than can be seen, the state in which the thread came there."""
        self._places = Places()
        self._varying: set[int] = set()
        """Which places ever change: the others are no part of a state."""
        self._numbers: dict[Any, int] = {}
        self._worth: dict[int, Any] = {}
        """The value of a place, by its number."""
        self._waiting: set[int] = set()
        """The values of a thread's place at which it cannot go on."""
        self._known: list[dict[int, Any]] = []
        """What each thread does from each state of its own: a list of what changes, each place with its new value; or,
        where that depends on more, (a place, what is known for each of its values).
        """
        self._live: _Live[R] | None = None

    def endings(self) -> Generator[R, None, None]:
        """The program where no thread can go on, once for each such state; closed when the next one is asked for.

        After `finished` there is no other. A few may come twice.
        """
        try:
            self._see_what_varies()
            while True:
                try:
                    yield from self._explored()
                    self.finished = self._at_most is None or self.states < self._at_most
                    break
                except _MoreVaries:
                    self._known = []
                    self._known_to_be_settled.clear()
        finally:
            self._close()

    # ---- composing states

    def _explored(self) -> Generator[R, None, None]:
        state = self._begin().state
        seen = {state}
        todo: list[tuple[State, Path, list[int]]] = [(state, None, self._going_on(state))]
        self.states = 1
        while todo and self.states != self._at_most:
            state, path, threads = todo[-1]
            if not threads:
                todo.pop()
                continue
            thread = threads.pop()
            after = self._after(state, thread) or self._learn(state, path, thread)
            if after in seen:
                continue
            seen.add(after)
            self.states += 1
            if self._is_settled(after):
                continue
            threads = self._going_on(after)
            if threads:
                todo.append((after, (path, thread), threads))
            else:
                yield self._come_to(after, (path, thread)).run

    def _going_on(self, state: State) -> list[int]:
        n, waiting = len(self._known), self._waiting
        return [thread for thread in range(n) if state[n + thread] not in waiting]

    def _is_settled(self, state: State) -> bool:
        n, own = len(self._known), self._own
        key = (*[own[each] for each in state[:n]], *[state[place] for _, place in self._varying_asked])
        settled = self._known_to_be_settled.get(key)
        if settled is None:
            values = {name: self._worth[state[place]] for name, place in self._varying_asked}
            settled = self._settled(key[:n], {**self._constant_asked, **values})
            self._known_to_be_settled[key] = settled
        return settled

    def _after(self, state: State, thread: int) -> State | None:
        """The state after a step, if such a step was made."""
        known = self._known[thread].get(state[thread])
        while type(known) is tuple:
            known = known[1].get(state[known[0]])
        if known is None:
            return None
        after = list(state)
        for place, value in known:
            after[place] = value
        return tuple(after)

    # ---- making steps

    def _learn(self, state: State, path: Path, thread: int) -> State:
        """Makes a step that was never made, remembers it, and tells where it leads."""
        live = self._come_to(state, path)
        before = live.found
        self._places.touched.clear()
        live.go_on(thread)
        depends = self._depends(before, thread)
        if more := self._changed():
            self._varying |= more
            raise _MoreVaries
        if self._places.refused:
            raise CannotBeComposed(self._places.refused)
        after = self._look(live, state, thread)
        changed = [place for place, value in enumerate(after) if value != state[place]]
        for place in changed:
            if place != thread and place not in depends:
                raise CannotBeComposed(f"{self._name(place)} changed without having been touched")
        self._remember(state, thread, depends, [(place, after[place]) for place in changed])
        return after

    def _depends(self, before: list[Found], thread: int) -> dict[int, None]:
        """The places of the state that the step has touched, in order, and those that are tied to them."""
        everything = range(len(before))
        if before[thread].hides:
            return dict.fromkeys(place for place in everything if place != thread)
        at = self._at
        depends = dict.fromkeys(at[place] for place in self._places.touched if place in at)
        reached = before[thread].reaches.union(*(before[place].reaches for place in depends))
        found = True
        while found and reached:
            found = False
            for place in everything:
                if place != thread and place not in depends and before[place].reaches & reached:
                    depends[place] = None
                    reached |= before[place].reaches
                    found = True
        return depends

    def _remember(self, state: State, thread: int, depends: Iterable[int], effect: list[tuple[int, int]]) -> None:
        self.steps += 1
        known, value = self._known[thread], state[thread]
        for place in depends:
            node = known.setdefault(value, (place, {}))
            if type(node) is not tuple or node[0] != place:
                raise self._unlike(thread)
            known, value = node[1], state[place]
        if value in known:
            raise self._unlike(thread)
        known[value] = effect

    def _unlike(self, thread: int) -> CannotBeComposed:
        assert self._live is not None
        name = self._live.run.threads[thread].name
        return CannotBeComposed(f"{name} does not do the same from the same state")

    # ---- the run that is at work

    def _begin(self) -> _Live[R]:
        self._close()
        self._live = live = _Live(self.make)
        self.runs += 1
        self._places.watch(live.run.machine, live.run.threads, live.run.shared)
        n = len(live.run.threads)
        self._known = self._known or [{} for _ in range(n)]
        self._varying.update(range(n))
        varying = sorted(self._varying)
        self._at = {place: n + number for number, place in enumerate(varying)}
        self._constant = {
            place: self._places.read(place).value for place in range(len(self._places.names)) if place not in self._at
        }
        names = self._places.names
        self._varying_asked = [(names[place], at) for place, at in self._at.items() if names[place] in self._asked]
        self._constant_asked = {names[place]: value for place, value in self._constant.items()}
        live.state = self._look(live, (), -1)
        return live

    def _close(self) -> None:
        if self._live is not None:
            self._live.close()
            self._live = None

    def _come_to(self, state: State, path: Path) -> _Live[R]:
        """The run at work, brought to a state that is known."""
        if self._live is not None and self._live.state == state:
            return self._live
        live = self._begin()
        now = live.state
        for thread in _threads_of(path):
            live.go_on(thread)
            after = self._after(now, thread)
            assert after is not None
            now = after
        if self._look(live, now, -1) != state:
            wrong = [self._name(place) for place in range(len(state)) if live.state[place] != state[place]]
            raise CannotBeComposed(f"made again, another value has {', '.join(wrong)}")
        return live

    def _look(self, live: _Live[R], known: State, moved: int) -> State:
        """Where the run stands now. `known` is the state before the thread `moved` did, or -1: before nobody did."""
        run, places = live.run, self._places
        own = [run.own(number) for number in range(len(run.threads))]
        found = [places.own_state(thread, own[number]) for number, thread in enumerate(run.threads)]
        found += [places.read(place) for place in sorted(self._varying)]
        n = len(run.threads)
        ties = _ties(found)
        state = []
        for place, each in enumerate(found):
            # What an expression holds was decided when the thread came there.
            hidden = (known if place == moved else self._hidden.get(known[place])) if each.hides and known else None
            value = self._number((type(each.value), each.value, ties.get(place), hidden))
            self._worth[value] = each.value
            if place < n:
                self._own[value] = own[place]
                self._hidden[value] = hidden
            elif place < 2 * n and waits(each.value):
                self._waiting.add(value)
            state.append(value)
        live.found = found
        live.state = tuple(state)
        return live.state

    def _number(self, value: Any) -> int:
        return self._numbers.setdefault(value, len(self._numbers))

    def _name(self, place: int) -> str:
        assert self._live is not None
        threads = self._live.run.threads
        if place < len(threads):
            return f"the state of {threads[place].name}"
        return self._places.names[sorted(self._varying)[place - len(threads)]]

    def _see_what_varies(self) -> None:
        for number in range(RUNS_AT_FIRST):
            live, stream = self._begin(), random.Random(number)
            while going := live.going_on():
                live.go_on(stream.choice(going))
                self._varying |= self._changed()

    def _changed(self) -> set[int]:
        now = ((place, before, self._places.read(place).value) for place, before in self._constant.items())
        return {place for place, before, after in now if after != before or type(after) is not type(before)}


class _Live(Generic[R]):
    """A run, and where it stands."""

    def __init__(self, make: Callable[[Chooser], R]) -> None:
        self.run = make(self._choose)
        self.state: State = ()
        self.found: list[Found] = []
        self._next = self.run.threads[0]
        self._identities = {thread.identity for thread in self.run.threads}
        # To arm it takes as long as a step.
        self._watch = self.run.machine.watched()
        self._watch.__enter__()

    def close(self) -> None:
        self._watch.__exit__(None, None, None)
        self.run.close()

    def go_on(self, thread: int) -> None:
        """One step of a thread, and no more."""
        machine = self.run.machine
        self._next = self.run.threads[thread]
        # So that each step takes time, and the slice ends with it.
        machine.goes_on = None
        machine.run(max(machine.now_ns, FIRST_NS))
        if machine.armed() or machine.stood_at.get(self._next.identity, (0, 0))[0] == SLEEP:
            raise CannotBeComposed(f"{self._next.name} waits for an instant")
        if not machine.threads.keys() <= self._identities:
            raise CannotBeComposed(f"{self._next.name} starts a thread")
        if machine.halted:
            raise CannotBeComposed("a run of it has too many steps")

    def going_on(self) -> list[int]:
        """The threads that can go on."""
        able = self.run.machine.candidates()
        return [number for number, thread in enumerate(self.run.threads) if thread in able]

    def _choose(self, machine: ExploredMachine, n: int) -> int:
        return machine.candidates().index(self._next)


def _ties(found: Sequence[Found]) -> dict[int, tuple[int, ...]]:
    """Which places reach, with others, something that can change."""
    who: dict[int, list[int]] = {}
    for place, each in enumerate(found):
        for reached in each.reaches:
            who.setdefault(reached, []).append(place)
    ties: dict[int, set[int]] = {}
    for together in who.values():
        if len(together) > 1:
            for place in together:
                ties.setdefault(place, set()).update(together)
    return {place: tuple(sorted(others)) for place, others in ties.items()}


def _threads_of(path: Path) -> list[int]:
    threads = []
    while path is not None:
        path, thread = path
        threads.append(thread)
    return threads[::-1]
