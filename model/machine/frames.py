"""Page frames: the part of memory that files and programs share, page by page.

        taken <-- take() -- free -- give() <-- the pager
                             |
                             `-- fewer than `low`: the pager is woken;  `enough`: it may rest

Who takes a frame when none is free waits until one is given, first come, first served. The pool does not know what a
frame holds; whose it is stands in an account, so that a swap that leaves frames behind shows.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from model.costs import Shape
from model.machine.memory import Accounts
from model.machine.surroundings import Line, Operation
from model.machine.thread import Thread
from model.trace.events import Kind, Wait

if TYPE_CHECKING:
    from model.machine.machine import Machine

_FRAME: Final = Operation.FRAME
FIGURE = "free frames"
TOLD_PARTS: Final = 64
"""How many times its free frames are told from full to empty, so that the trace has a bound."""


class Frames:
    """The pool of one machine."""

    def __init__(self, machine: Machine, shape: Shape) -> None:
        self.total = self.free = shape.frames
        self.low, self.enough = shape.frames_low, shape.frames_enough
        self._machine = machine
        self._line = Line("free frames")
        self._accounts = Accounts("page frames")
        self._waiting: deque[Thread] = deque()
        self._granted: set[int] = set()
        self._wake_pager: Callable[[], None] | None = None
        self._subject = 0
        self._told = shape.frames

    def when_low(self, wake_pager: Callable[[], None]) -> None:
        """Names what wakes the pager: called when fewer than `low` frames are left, and whenever somebody must wait.

        It runs in the thread that took the frame, and must not wait itself.
        """
        self._wake_pager = wake_pager

    def held_by(self, owner: int) -> int:
        """How many frames an owner has."""
        return self._accounts.has(owner)

    def take(self, owner: int = 0) -> None:
        """One frame for `owner`; waits where none is free."""
        machine = self._machine
        machine.point_on(_FRAME, 0, self._line)
        if self.free and not self._waiting:
            self.free -= 1
            if self.free == self.low - 1:
                self._wake()
        else:
            self._wait(machine.current)
        self._accounts.take(owner, 1)
        self._tell()

    def give_away(self, count: int, owner: int) -> None:
        """Enters that `owner` has had `count` frames since before the run. ValueError if so many are not free."""
        if not 0 <= count <= self.free:
            raise ValueError(f"{count} page frames cannot be given away: {self.free} are free")
        self.free -= count
        self._accounts.take(owner, count)
        self._told = self.free

    def give(self, count: int = 1, owner: int = 0) -> None:
        """Gives back `count` frames of `owner`; those who wait have them first."""
        self._machine.point_on(_FRAME, 0, self._line)
        self._accounts.give(owner, count)
        self.free += count
        self._serve_waiting()
        self._tell()

    def _serve_waiting(self) -> None:
        while self._waiting and self.free:
            self.free -= 1
            thread = self._waiting.popleft()
            self._granted.add(thread.identity)
            self._machine.unpark(thread)

    def _wait(self, thread: Thread) -> None:
        """Until a frame was granted. One that is killed meanwhile leaves its place, or passes its frame on."""
        self._waiting.append(thread)
        self._wake()
        try:
            while thread.identity not in self._granted:
                self._machine.park(Wait.FRAME, self.subject)
        except BaseException:
            if thread.identity in self._granted:
                self.free += 1
                self._serve_waiting()
            else:
                self._waiting.remove(thread)
            raise
        finally:
            self._granted.discard(thread.identity)

    def _wake(self) -> None:
        if self._wake_pager is not None:
            self._wake_pager()

    @property
    def subject(self) -> int:
        """The number by which the trace knows the pool; it gets one when there is something to tell."""
        if not self._subject:
            self._subject = self._machine.new_subject()
            title = self._machine.name("page frames")
            self._machine.emit(Kind.RESOURCE_KNOWN, subject=self._subject, b=title)
        return self._subject

    def _tell(self) -> None:
        """Reports how many are free, at the thresholds' crossing and else in steps."""
        told, free = self._told, self.free
        crossed = (told < self.low) != (free < self.low) or (told < self.enough) != (free < self.enough)
        if crossed or abs(free - told) * TOLD_PARTS >= self.total:
            self._told = free
            self._machine.report(self.subject, FIGURE, free)
