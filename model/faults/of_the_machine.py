"""Faults of the machine under a swap: a wake-up that is lost, and memory that is exhausted."""

from __future__ import annotations

from typing import Any

from model.engine.component import Component
from model.engine.objects import ObjectRecord
from model.faults.fault import TIMES, Fault
from model.trace.events import Wait


class LostWakeUp(Fault):
    """A thread that waits because of the object's swap is woken and does not notice.

    It strikes at a caller that is held at the door, or at the swap's own thread while it waits with a time limit:
    whichever is woken first. The limits end the one wait, the swap's second look at its door the other.
    """

    name = "lost_wake_up"
    title = "lost wake-up"
    summary = "The next wake-up of a thread that waits because of a swap is lost."
    settings = {"times": TIMES}

    def place(self) -> None:
        # Only a simulated machine can lose one on purpose.
        machine: Any = self.system.surroundings
        machine.lose_wake_ups(self._loses)

    def _loses(self, thread: Any) -> bool:
        return self._is_ours(thread) and self.strikes()

    def _is_ours(self, thread: Any) -> bool:
        if thread.wait is Wait.DOOR:
            return thread.call is not None and thread.call.front.record is self.record
        timed = thread.wait is Wait.SIGNAL and thread.deadline is not None
        return timed and thread is self.system.reconfiguration.driver_of(self.record)


class MemoryExhausted(Fault):
    """There is no memory for the next instance: a swap cannot even begin, and nothing is installed."""

    name = "memory_exhausted"
    title = "memory exhausted"
    summary = "There is no memory left for the next implementation's instance."
    settings = {"times": TIMES}

    def place(self) -> None:
        self.system.factory.when_made.append(self._made)

    def _made(self, record: ObjectRecord, instance: Component) -> None:
        if record is not self.record or not self.strikes():
            return
        if not self.strikes_left:
            self.system.factory.when_made.remove(self._made)
        raise MemoryError(f"there is no memory for another {instance.title}")
