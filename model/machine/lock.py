"""A FIFO lock of the simulated machine.

A thread that finds it taken first waits with its processor ("spinning", one entry of the calendar, not a loop) for the
time of about two context switches, and only then parks. The lock is handed over: whoever has waited longest holds it
before it runs again, so nobody overtakes.

    free -> held by A -> A releases -> held by the first that waits
"""

from __future__ import annotations

from collections import deque
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from model.machine.calendar import TIMER, Entry
from model.machine.errors import ThreadKilled
from model.machine.surroundings import Line, Operation
from model.machine.thread import Thread
from model.trace.events import Kind

if TYPE_CHECKING:
    from model.machine.machine import Machine

# Reading a member of an enumeration costs as much as a call of a method.
_LOCK: Final = Operation.LOCK
_UNLOCK: Final = Operation.UNLOCK


class SimulatedLock:
    """Mutual exclusion among simulated threads; not reentrant: a second acquire by the holder waits for ever."""

    __slots__ = ("_machine", "_waiting", "holder", "line", "name", "subject")

    def __init__(self, machine: Machine, name: str, subject: int, line: Line | None) -> None:
        self._machine = machine
        self._waiting: deque[tuple[Thread, Entry]] = deque()
        self.name = name
        self.line = line
        self.subject = subject
        self.holder: Thread | None = None

    def acquire(self) -> None:
        """Returns when the current thread holds the lock."""
        machine = self._machine
        if self.line is None:
            machine.point(_LOCK, self.subject)
        else:
            machine.point_on(_LOCK, self.subject, self.line)
        thread = machine.current
        if self.holder is None:
            self.holder = thread
            return
        spin_ends_ns = machine.now_ns + machine.costs.spin_ns
        machine.emit(Kind.LOCK_CONTENDED, until_ns=spin_ends_ns, subject=self.subject, a=self.holder.identity)
        spin = machine.calendar_put(spin_ends_ns, TIMER, lambda: machine.park_spinning(thread, self.subject))
        self._waiting.append((thread, spin))
        thread.at_lock = True
        try:
            machine.spin()
        except BaseException:
            self._forget(thread)
            raise
        finally:
            thread.at_lock = False
        machine.emit(Kind.LOCK_ACQUIRED, subject=self.subject)

    def release(self) -> None:
        """Hands the lock to whoever has waited longest."""
        machine = self._machine
        try:
            if self.line is None:
                machine.point(_UNLOCK, self.subject)
            else:
                machine.point_on(_UNLOCK, self.subject, self.line)
        except (Exception, ThreadKilled):
            # Killed on the way out: nobody else could let the lock go, and whoever waits would wait for ever.
            self._forget(machine.current)
            raise
        assert self.holder is machine.current, f"{self.name} is released by a thread that does not hold it"
        if self._waiting:
            self._hand_over()
        else:
            self.holder = None

    def _hand_over(self) -> None:
        thread, spin = self._waiting.popleft()
        self.holder = thread
        if spin.action is None:
            self._machine.end_lock_wait(thread)
        else:
            spin.cancel()
            self._machine.end_spin(thread)

    def _forget(self, killed: Thread) -> None:
        """A thread that is killed while it waits must not be handed the lock; one that already was hands it on."""
        for index, (thread, spin) in enumerate(self._waiting):
            if thread is killed:
                spin.cancel()
                del self._waiting[index]
                return
        if self.holder is killed:
            self.holder = None
            if self._waiting:
                self._hand_over()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()
