"""The two-caller swap as little as it can be: the yardstick for how fast explorations go on a machine.

Bare greenlets, a random choice before each access to what they share, and no more than the protocol itself: an entry,
a mediator with its phases, counts of two generations. No trace, no rules, no clock, no costs, no schedule that could be
kept, and nobody could plug another component in. What this does in a second is a bound for Python on a machine; an
exploration of the real engine is measured beside it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet

FORWARD, BLOCK, TRANSFER, COMPLETED = range(4)
CALLERS = 2


class Toy:
    """One run: made anew, run once by a stream of chance."""

    def __init__(self, stream: random.Random) -> None:
        self.draw = stream.random
        self.steps = 0
        self.enabled: list[greenlet] = []
        self.hub = getcurrent()
        self.entry: Callable[[int], int] = self.note
        self.notes: list[int] = []
        self.new_notes: list[int] | None = None
        self.phase = FORWARD
        self.slots: dict[int, int] = {}
        self.door: list[greenlet] = []
        self.active = [0, 0]
        self.generation = 0
        self.advances_due = 0
        self.advancing = False
        self.driver: greenlet | None = None
        self.freed = False

    def run(self) -> None:
        """Everything until nobody can go on any more."""
        bodies = [self.swap, *(lambda caller=caller: self.call(caller) for caller in range(CALLERS))]
        self.enabled = [greenlet(self.ends(body)) for body in bodies]
        self.driver = self.enabled[0]
        while self.enabled:
            self.pick().switch()

    def ends(self, body: Callable[[], None]) -> Callable[[], None]:
        def whole() -> None:
            body()
            self.enabled.remove(getcurrent())

        return whole

    def pick(self) -> Any:
        return self.enabled[int(self.draw() * len(self.enabled))]

    def point(self) -> None:
        self.steps += 1
        chosen = self.pick()
        if chosen is not getcurrent():
            chosen.switch()

    def wait(self) -> None:
        self.enabled.remove(getcurrent())
        (self.pick() if self.enabled else self.hub).switch()

    def wake(self, waiting: greenlet) -> None:
        if waiting not in self.enabled and not waiting.dead:
            self.enabled.append(waiting)

    # ---- a call

    def call(self, caller: int) -> None:
        self.point()
        mine = self.generation % 2
        self.active[mine] += 1
        self.point()
        entry = self.entry
        self.point()
        entry(caller)
        self.point()
        self.active[mine] -= 1
        self.advance()

    def note(self, caller: int) -> int:
        self.point()
        (self.notes if self.new_notes is None else self.new_notes).append(caller)
        return caller

    def mediate(self, caller: int) -> int:
        while True:
            self.point()
            if self.phase == FORWARD:
                self.point()
                self.slots[caller] = 1
                self.point()
                if self.phase == FORWARD:
                    break
                del self.slots[caller]
                self.wake_driver()
            elif self.phase == COMPLETED:
                return self.note(caller)
            else:
                self.point()
                self.door.append(getcurrent())
                self.point()
                if self.phase != COMPLETED:
                    self.wait()
                self.door.remove(getcurrent())
        answer = self.note(caller)
        self.point()
        del self.slots[caller]
        self.point()
        if self.phase == BLOCK:
            self.wake_driver()
        return answer

    def wake_driver(self) -> None:
        assert self.driver is not None
        self.point()
        self.wake(self.driver)

    # ---- the swap

    def swap(self) -> None:
        self.point()
        self.entry = self.mediate
        self.quiesce()
        self.point()
        self.phase = BLOCK
        while True:
            self.point()
            if not self.slots:
                break
            self.wait()
        self.point()
        self.phase = TRANSFER
        mover = greenlet(self.ends(self.move), self.hub)
        self.enabled.append(mover)
        while self.new_notes is None:
            self.wait()
        self.point()
        self.entry = self.note
        self.point()
        self.phase = COMPLETED
        for waiting in tuple(self.door):
            self.point()
            self.wake(waiting)
        self.quiesce()
        self.freed = True

    def move(self) -> None:
        self.point()
        package = tuple(self.notes)
        self.point()
        self.new_notes = list(package)
        self.wake_driver()

    def quiesce(self) -> None:
        self.point()
        self.advances_due = 2
        self.advance()
        while self.advances_due:
            self.wait()

    def advance(self) -> None:
        self.point()
        if self.advancing or not self.advances_due:
            return
        self.advancing = True
        while self.advances_due and not self.active[(self.generation + 1) % 2]:
            self.point()
            self.generation += 1
            self.advances_due -= 1
        self.advancing = False
        if not self.advances_due:
            self.wake_driver()


def toy_runs(runs: int) -> int:
    """So many runs; the points of all of them. Each must have kept what was noted, and have freed the old."""
    steps = 0
    for number in range(runs):
        toy = Toy(random.Random(number))
        toy.run()
        assert toy.freed and sorted(toy.new_notes or ()) == [0, 1]
        steps += toy.steps
    return steps
