"""A simulated thread.

A thread is started, becomes ready, runs, and then runs, waits and is readied in turn until it ends. Threads that serve
a request live for that request only, and stay from start to end in the generation that was current on their processor
when they started (paper §4.2); the loops of clients and the engine's control threads are in no generation.

A thread runs on a greenlet, so that component code is ordinary calls however deep. A request borrows the greenlet of
the loop that made it, which has nothing to do but wait for it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from model.machine.processor import Processor
from model.trace.events import Wait

if TYPE_CHECKING:
    from greenlet import greenlet

    from model.machine.generations import Token


class Thread:
    """One flow of control; made by the machine alone."""

    __slots__ = (
        "at_lock",
        "call",
        "client",
        "cpu",
        "deadline",
        "disturbed",
        "ended",
        "error",
        "followers",
        "function",
        "greenlet",
        "identity",
        "joiners",
        "killed",
        "leaving",
        "name",
        "origin",
        "outermost",
        "parked",
        "permit",
        "position",
        "processor",
        "result",
        "resume",
        "token",
        "travelled",
        "turn",
        "urgent",
        "wait",
        "woken",
        "zero_delays",
        "zero_delays_at_ns",
    )

    def __init__(self, identity: int, name: str, cpu: Processor, client: int, function: Callable[[], Any]) -> None:
        self.identity = identity
        self.name = name
        self.processor = cpu.number
        self.cpu = cpu
        self.client = client
        self.function = function
        self.greenlet: greenlet | None = None
        self.resume: Callable[[], Any]
        """Switches to it; the current thread is this one already."""
        self.turn = 0
        """The order of its turn in the calendar, or of the last one that it had."""
        self.token: Token | None = None
        self.travelled = False
        """Has been on another processor than the one that counts it."""
        self.call: Any = None
        """The innermost call that it is in, kept by the fronts; None outside of all."""
        self.outermost: Any = None
        """Where they keep its calls, from the outermost one inwards, and room for further ones."""
        self.origin = 0
        """The object whose code started it, 0 for a client's own: the caller of its first call."""
        self.position = -1
        """Where the trace says that it started: the cause of its first call."""
        self.parked = False
        self.wait: Wait | None = None
        """What it waits for, or waited for last."""
        self.at_lock = 0
        """The subject of the lock that it waits for, which nothing ends but that the lock is handed to it; or 0."""
        self.permit = False
        self.woken = False
        self.urgent = False
        """Goes before others and ends their quantum: the engine's control threads, as interrupts would."""
        self.deadline: Any = None
        """What ends its wait when that has lasted long enough: its order in the calendar, or an alarm where time is
        abstract; None if nothing does."""
        self.joiners: list[Thread] | None = None
        self.followers: list[Thread] | None = None
        """Threads that begin when it has ended."""
        self.killed = False
        self.disturbed = False
        """It was killed or its turn was cut short, which it has to see when it goes on."""
        self.leaving = False
        """Its work is over, and it undoes what its beginning did: it cannot be killed any more."""
        self.ended = False
        self.result: Any = None
        self.error: BaseException | None = None
        self.zero_delays = 0
        self.zero_delays_at_ns = -1

    def __repr__(self) -> str:
        return f"<thread {self.identity} {self.name!r}>"
