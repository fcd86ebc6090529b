"""What a machine in abstract time has in place of its calendar, its locks, its generations and its count of threads.

alarms          due later, in order of their instants; whether one comes is a choice, as far as it is left to choice
locks           without spinning: who finds one taken is not enabled until it is handed over
generations     that register and advance in one step each, for scenarios that are about something else
numbers         of threads, by who started them
"""

from __future__ import annotations

from bisect import insort
from collections.abc import Callable, Collection
from typing import Any, Final

from model.machine.calendar import NEVER_NS, Calendar
from model.machine.generations import Generations, Token
from model.machine.lock import SimulatedLock
from model.machine.surroundings import Operation
from model.machine.thread import Thread
from model.trace.events import Kind, Wait

_COUNT_CHANGE: Final = int(Operation.COUNT_CHANGE)
_NOWHERE: Final = -1
"""The horizon of a thread that must not run ahead of anybody."""


class Alarm:
    """Something that is due later: a callback, or a thread that sleeps."""

    __slots__ = ("_among", "action", "due_ns")

    def __init__(self, due_ns: int, action: Any, among: list[Alarm]) -> None:
        self.due_ns = due_ns
        self.action = action
        self._among = among
        insort(among, self, key=_due_ns)

    def cancel(self) -> None:
        """Takes it back; harmless when it has already come."""
        if self.action is not None:
            self.action = None
            self._among.remove(self)


def _due_ns(alarm: Alarm) -> int:
    return alarm.due_ns


class AlarmCalendar(Calendar):
    """The calendar of a machine on which only alarms are due at an instant."""

    __slots__ = ("_alarms",)

    def __init__(self, alarms: list[Alarm]) -> None:
        super().__init__()
        self._alarms = alarms

    def head_ns(self) -> int | None:
        return self._alarms[0].due_ns if self._alarms else None


CHILDREN_AT_MOST = 64
"""Threads that one thread starts and that are numbered after it; further ones are numbered in order."""
_LARGEST_NUMBERED: Final = 2**31 // CHILDREN_AT_MOST - 1
_FIRST_UNNUMBERED: Final = 1_500_000_000


class NumbersByParent:
    """Numbers threads by who started them, not by when: two orders of the same things lead to the same numbers."""

    __slots__ = ("_children",)

    def __init__(self) -> None:
        self._children: dict[int, int] = {}

    def number_of_child(self, parent: int) -> int:
        """That of the next thread that `parent` starts."""
        child = self._children[parent] = self._children.get(parent, 0) + 1
        if parent <= _LARGEST_NUMBERED and child < CHILDREN_AT_MOST:
            return parent * CHILDREN_AT_MOST + child
        unnumbered = self._children[-1] = self._children.get(-1, 0) + 1
        return _FIRST_UNNUMBERED + unnumbered


class LockWithoutSpinning(SimulatedLock):
    """A lock of which the next holder is known: it is handed over, and nobody looks again."""

    __slots__ = ()

    def _wait(self, thread: Thread, holder: Thread) -> None:
        machine = self._machine
        machine.emit(Kind.LOCK_CONTENDED, until_ns=machine.now_ns, subject=self.subject, a=holder.identity)
        self._waiting.append(thread)
        thread.at_lock = self.subject
        try:
            # A wake-up that was left for the thread, or is meanwhile, is not meant for this.
            permit, thread.permit = thread.permit, False
            machine.park(Wait.LOCK, self.subject)
            thread.permit = permit or thread.permit
        except BaseException:
            self._forget(thread)
            raise
        finally:
            thread.at_lock = 0
        machine.emit(Kind.LOCK_ACQUIRED, subject=self.subject)


class GenerationsInOneStep(Generations):
    """Generations whose operations are one step each, for scenarios that are about something else.

    Whoever is in one runs ahead of all others for as long as it lasts.

    That their many steps amount to that is shown where they are explored one by one: by the litmus tests, and by the
    scenarios that do not ask for this.
    """

    def enter(self) -> Token:
        surroundings: Any = self._surroundings
        surroundings.point(_COUNT_CHANGE)
        surroundings.horizon_ns = NEVER_NS
        try:
            return super().enter()
        finally:
            surroundings.horizon_ns = _NOWHERE

    def count_down(self, token: Token) -> bool:
        surroundings: Any = self._surroundings
        surroundings.point(_COUNT_CHANGE)
        surroundings.horizon_ns = NEVER_NS
        try:
            return super().count_down(token)
        finally:
            surroundings.horizon_ns = _NOWHERE

    def make_way(self, token: Token) -> None:
        if not self._needed[token.processor]:
            return
        surroundings: Any = self._surroundings
        surroundings.point(_COUNT_CHANGE)
        surroundings.horizon_ns = NEVER_NS
        try:
            super().make_way(token)
        finally:
            surroundings.horizon_ns = _NOWHERE

    def when_quiescent(self, callback: Callable[[], None], processors: Collection[int] | None = None) -> int:
        surroundings: Any = self._surroundings
        surroundings.point(_COUNT_CHANGE)
        surroundings.horizon_ns = NEVER_NS
        try:
            return super().when_quiescent(callback, processors)
        finally:
            surroundings.horizon_ns = _NOWHERE
