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

from model.machine.calendar import NEVER_NS
from model.machine.errors import ThreadKilled
from model.machine.surroundings import Line, Operation
from model.machine.thread import Thread
from model.trace.events import Kind
from model.trace.trace import BATCH_ROWS, pack_row

if TYPE_CHECKING:
    from model.machine.machine import Machine

# Plain numbers: a member of an enumeration costs as much to read, to look up by and to pack as a call of a method.
_LOCK: Final = int(Operation.LOCK)
_UNLOCK: Final = int(Operation.UNLOCK)
_LOCK_CONTENDED: Final = int(Kind.LOCK_CONTENDED)
_LOCK_ACQUIRED: Final = int(Kind.LOCK_ACQUIRED)


class SimulatedLock:
    """Mutual exclusion among simulated threads; not reentrant: a second acquire by the holder waits for ever."""

    __slots__ = ("_lock_ns", "_machine", "_unlock_ns", "_waiting", "holder", "line", "name", "subject")

    def __init__(self, machine: Machine, name: str, subject: int, line: Line | None) -> None:
        self._machine = machine
        # On a line of its own each step costs what the line does, so that neither may be taken the short way.
        self._lock_ns = machine.cost_of(_LOCK) if line is None else NEVER_NS
        self._unlock_ns = machine.cost_of(_UNLOCK) if line is None else NEVER_NS
        self._waiting: deque[Thread] = deque()
        self.name = name
        self.line = line
        self.subject = subject
        self.holder: Thread | None = None

    def acquire(self) -> Self:
        """Returns when the current thread holds the lock."""
        machine = self._machine
        due_ns = machine.now_ns + self._lock_ns
        if due_ns < machine.horizon_ns:
            machine.now_ns = due_ns
        elif self.line is None:
            machine.wait_turn(self._lock_ns, _LOCK, self.subject)
        else:
            machine.point_on(_LOCK, self.subject, self.line)
        if self.holder is None:
            self.holder = machine.current
        else:
            self._wait(machine.current, self.holder)
        return self

    __enter__ = acquire

    def _wait(self, thread: Thread, holder: Thread) -> None:
        """Waits with the processor and then without it, until the lock is handed over."""
        machine = self._machine
        now_ns = machine.now_ns
        spin_ends_ns = now_ns + machine.costs.spin_ns
        machine.fresh.append(pack_row(
            now_ns, spin_ends_ns, -1, 0, holder.identity, 0, thread.identity, self.subject, _LOCK_CONTENDED, 0,
            thread.client, thread.processor,
        ))  # fmt: skip
        machine.wait_at_most(thread, spin_ends_ns)
        self._waiting.append(thread)
        thread.at_lock = self.subject
        try:
            machine.spin()
            if self.line is not None:
                # Whoever let it go wrote the word last.
                machine.bring(self.line)
        except BaseException:
            self._forget(thread)
            raise
        finally:
            thread.at_lock = 0
        machine.fresh.append(pack_row(
            machine.now_ns, 0, -1, 0, 0, 0, thread.identity, self.subject, _LOCK_ACQUIRED, 0, thread.client,
            thread.processor,
        ))  # fmt: skip
        if len(machine.trace.fresh) > BATCH_ROWS:
            machine.trace.file()

    def release(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        traceback: TracebackType | None = None,
    ) -> None:
        """Hands the lock to whoever has waited longest."""
        machine = self._machine
        due_ns = machine.now_ns + self._unlock_ns
        if due_ns < machine.horizon_ns:
            machine.now_ns = due_ns
        else:
            try:
                if self.line is None:
                    machine.wait_turn(self._unlock_ns, _UNLOCK, self.subject)
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

    __exit__ = release

    def _hand_over(self) -> None:
        self.holder = thread = self._waiting.popleft()
        if thread.deadline is None:  # It has spun long enough and sleeps, or never spins.
            self._machine.end_lock_wait(thread)
        else:
            thread.deadline = None
            self._machine.end_spin(thread)

    def _forget(self, killed: Thread) -> None:
        """A thread that is killed while it waits must not be handed the lock; one that already was hands it on."""
        if killed in self._waiting:
            killed.deadline = None
            self._waiting.remove(killed)
        elif self.holder is killed:
            self.holder = None
            if self._waiting:
                self._hand_over()
