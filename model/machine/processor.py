"""A processor: one running thread, and those that are ready for it, first come, first served."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from model.machine.thread import Thread


class Processor:
    """Which thread has it, until when its quantum lasts, and who is next."""

    __slots__ = ("first_turn", "number", "ready", "running", "slice_end_ns")

    def __init__(self, number: int) -> None:
        self.number = number
        self.running: Thread | None = None
        self.ready: deque[Thread] = deque()
        self.slice_end_ns = -1
        self.first_turn = 0
        """The turn in which its thread begins, or goes on after a spin: the one that is not cut short."""
