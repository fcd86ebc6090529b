"""Greenlets that are used again: each carries one thread after the other.

To begin a greenlet costs as much as a dozen steps, because it gets a piece of stack of its own. Who makes thousands of
short runs, one after the other, keeps those whose threads have ended for the threads of the next run.

        idle -> given a life -> begun -> the life is over -> idle

While it is idle nobody but who keeps it refers to it, not even it itself, so that it goes together with that list.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from greenlet import getcurrent, greenlet


class Carrier(greenlet):
    """Carries the threads that it is given, one by one; to its parent it looks ended after each."""

    life: Callable[[], None] | None = None
    ended: Callable[[Carrier], None] | None = None
    begun = False

    def __init__(self) -> None:
        super().__init__(_carry)

    def take(self, life: Callable[[], None], ended: Callable[[Carrier], None]) -> None:
        """What it does when it is switched to next, and who is told when that is over."""
        self.life, self.ended = life, ended


def _carry() -> None:
    """An error that comes out of a life ends the carrier too."""
    while True:
        carrier: Any = getcurrent()
        life, ended = carrier.life, carrier.ended
        carrier.begun, carrier.life, carrier.ended = True, None, None
        life()
        carrier.begun = False
        ended(carrier)
        parent = carrier.parent
        del carrier, life, ended
        parent.switch()
        del parent
