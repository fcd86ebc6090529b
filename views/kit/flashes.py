"""What has just changed stands out for a moment: held for 200 ms, then faded over 1000.

The strength of a flash is a function of the wall clock since it began, so a picture taken at any moment is right and no
animation object is kept for each cell. The timer runs only while something flashes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Hashable
from typing import Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

HOLD_MS: Final = 200
FADE_MS: Final = 1000
FRAME_MS: Final = 33


def wall_ms() -> float:
    """The wall clock in ms."""
    return time.monotonic() * 1000


class Flashes(QObject):
    """Which keys flash, and how strongly; `steady` holds each at full strength instead of fading (reduced motion)."""

    moved = Signal()
    """A frame of the fade has come: paint again."""

    def __init__(self, parent: QObject | None = None, clock: Callable[[], float] = wall_ms) -> None:
        super().__init__(parent)
        self.steady = False
        self._clock = clock
        self._began: dict[Hashable, float] = {}
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)

    def begin(self, key: Hashable) -> None:
        """Flash this from now on, again if it does already."""
        self._began[key] = self._clock()
        self._timer.start()

    def strength(self, key: Hashable) -> float:
        """From 1, just begun, to 0, over; 0 for what does not flash."""
        began = self._began.get(key)
        if began is None:
            return 0.0
        elapsed = self._clock() - began
        if elapsed >= HOLD_MS + FADE_MS:
            return 0.0
        if elapsed <= HOLD_MS or self.steady:
            return 1.0
        left = 1 - (elapsed - HOLD_MS) / FADE_MS
        return left * left  # OutQuad, seen from its end

    def clear(self) -> None:
        """Nothing flashes."""
        self._began.clear()
        self._timer.stop()

    @Slot()
    def _tick(self) -> None:
        self._began = {key: began for key, began in self._began.items() if self.strength(key) > 0}
        if not self._began:
            self._timer.stop()
        self.moved.emit()
