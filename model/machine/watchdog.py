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
from typing import Any

from model.machine.errors import ComponentHung

PATIENCE_S = 2.0


class Watchdog:
    """Armed around each slice of a machine's run: compares `progress` from look to look; `culprit` names the thread."""

    def __init__(
        self, progress: Callable[[], tuple[int, ...]], culprit: Callable[[], str], patience_s: float = PATIENCE_S
    ) -> None:
        self._progress = progress
        self._culprit = culprit
        self._patience_s = patience_s
        self._seen: tuple[int, ...] | None = None
        self._before: Any = None
        self.active = hasattr(signal, "setitimer")

    def __enter__(self) -> Watchdog:
        self._seen = None
        self._armed = self.active and threading.current_thread() is threading.main_thread()
        if self._armed:
            self._before = signal.signal(signal.SIGALRM, self._look)
            signal.setitimer(signal.ITIMER_REAL, self._patience_s / 2, self._patience_s / 2)
        return self

    def __exit__(self, *_: object) -> None:
        if self._armed:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._before)

    def _look(self, _signal: int, _frame: FrameType | None) -> None:
        progress = self._progress()
        if progress == self._seen:
            raise ComponentHung(f"{self._culprit()} ran for {self._patience_s:g} s without reaching a point")
        self._seen = progress
