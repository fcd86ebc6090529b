"""A processor: one running thread, and those that are ready for it, first come, first served."""

from __future__ import annotations

from collections import deque

from model.machine.thread import Thread


class Processor:
    """Which thread has it, until when its quantum lasts, and who is next."""

    __slots__ = ("number", "ready", "running", "slice_end_ns")

    def __init__(self, number: int) -> None:
        self.number = number
        self.running: Thread | None = None
        self.ready: deque[Thread] = deque()
        self.slice_end_ns = 0
