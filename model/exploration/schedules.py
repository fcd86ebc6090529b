"""Schedules: the choices of one run, to make it again; and as turns of threads, to make it smaller.

A schedule names each choice that was not 0 by its step; between two steps, in instants of their own, stand the commands
that came from outside. Taken out of its place a choice means something else, because the answers count candidates.
*Turns* say the same by threads (thread 3 makes four choices, then thread 65 one ...), so that one of them can be left
out and the others still mean what they meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from model.exploration.run import Execution
from model.machine.abstract_time import Alarm
from model.machine.explored import ExploredMachine
from model.machine.replay import Choice, Replay, operation_name
from model.machine.thread import Thread

OUTSIDE = -1
ALARM = -2
"""In place of a thread's number: the next command, the first alarm."""


class Schedule(NamedTuple):
    """The choices of a run, and the (step, instant) of each command that came from outside."""

    choices: tuple[Choice, ...] = ()
    acts: tuple[tuple[int, int], ...] = ()


def schedule_of(execution: Execution) -> Schedule:
    """That of a run that has been made."""
    choices = (Choice(step, answer, operation_name(at)) for step, answer, at in execution.machine.answers)
    return Schedule(tuple(choices), tuple(execution.acted))


class Again:
    """Answers as a schedule says, the commands from outside at their steps."""

    def __init__(self, schedule: Schedule) -> None:
        self.replay = Replay(schedule.choices)
        self._acts = [step for step, _ in schedule.acts]

    def __call__(self, machine: ExploredMachine, n: int) -> int:
        came = machine.came_from_outside  # Not all were asked for: one comes by itself where nothing else can happen.
        if came < len(self._acts) and machine.step >= self._acts[came]:
            return n - 1
        return self.replay(machine, n)


class Turn(NamedTuple):
    """A thread, an alarm or what comes from outside, and for how many choices it goes on."""

    who: int
    choices: int


class Watched:
    """A chooser that notes whose turn it is."""

    def __init__(self, chooser: Again) -> None:
        self.turns: list[Turn] = []
        self._chooser = chooser

    def __call__(self, machine: ExploredMachine, n: int) -> int:
        answer = self._chooser(machine, n)
        who = _who(machine.candidates()[answer])
        if self.turns and self.turns[-1].who == who and who not in (OUTSIDE, ALARM):
            self.turns[-1] = Turn(who, self.turns[-1].choices + 1)
        else:
            self.turns.append(Turn(who, 1))
        return answer


class ByTurns:
    """Lets go on whose turn it is, as long as it can; 0 after the last turn."""

    def __init__(self, turns: Sequence[Turn]) -> None:
        self._turns = [[turn.who, turn.choices] for turn in reversed(turns)]

    def __call__(self, machine: ExploredMachine, n: int) -> int:
        if self._turns:
            numbers = [_who(candidate) for candidate in machine.candidates()]
            while self._turns:
                who, left = self._turns[-1]
                if not left or who not in numbers:
                    self._turns.pop()
                    continue
                self._turns[-1][1] -= 1
                return numbers.index(who)
        return 0


def _who(candidate: Thread | Alarm | None) -> int:
    if isinstance(candidate, Thread):
        return candidate.identity
    return OUTSIDE if candidate is None else ALARM
