"""The watchdog: notices component code that runs for seconds without reaching a point.

Such code never gives control back, so only something outside of it can tell. Where the platform has interval timers and
the machine runs in the main thread, a signal looks at the machine every second and raises ComponentHung in whatever is
running; no second thread exists, which beside Qt would be a danger (CPython's cyclic collector destroys QObjects in
whichever thread trips it). Elsewhere there is no watch, and `active` says so.

What it sees depends on wall time, so what it does ends the run and never stands in the trace.
"""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any, NoReturn, Self

PATIENCE_S = 2.0


class Watchdog:
    """Armed around each slice of a machine's run: compares `progress` from look to look, and lets `hung` raise."""

    def __init__(
        self,
        progress: Callable[[], tuple[int, ...]],
        hung: Callable[[float], NoReturn],
        patience_s: float = PATIENCE_S,
    ) -> None:
        self.patience_s = patience_s
        self.active = hasattr(signal, "setitimer")
        self._progress = progress
        self._hung = hung
        self._seen: tuple[int, ...] | None = None
        self._armed = False
        self._depth = 0
        self._before: Any = None

    def __enter__(self) -> Self:
        """Arms it, unless it is armed already: who runs many short slices arms it around all of them, which is dear."""
        self._seen = None
        self._depth += 1
        if self._depth > 1:
            return self
        self._armed = self.active and threading.current_thread() is threading.main_thread()
        if self._armed:
            self._before = signal.signal(signal.SIGALRM, self._look)
            signal.setitimer(signal.ITIMER_REAL, self.patience_s / 2, self.patience_s / 2)
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if self._armed and not self._depth:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def _look(self, _signal: int, _frame: FrameType | None) -> None:
        progress = self._progress()
        if progress == self._seen:
            self._hung(self.patience_s)
        self._seen = progress
