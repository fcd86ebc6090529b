"""The short movements of the view itself: one timer for all of them, and none while nothing moves.

What the model does is drawn from its clock. What is left (a wire finds its new end, a node makes room, a slot fades)
takes the milliseconds that the visual language gives it and is driven here. A movement has a key; a new one with the
same key takes the old one's place, from wherever that one stood.

Limits: with reduced motion everything arrives at once, but for what is marked `lasting` (a steady outline has to stay
to be seen).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtCore import QEasingCurve, QElapsedTimer, QObject, QTimer, Signal, Slot

FRAME_MS = 16

DOOR_CLOSES_MS, DOOR_OPENS_MS = 180, 240
RIBBON_MS = 200
WIRE_MS, ROOM_MS = 240, 320
SLOT_HOLD_MS, SLOT_FADE_MS = 200, 1000
COMPLETED_MS, ABANDONED_MS = 400, 320

LINEAR = QEasingCurve.Type.Linear
OUT_QUAD = QEasingCurve.Type.OutQuad
OUT_CUBIC = QEasingCurve.Type.OutCubic
IN_OUT_CUBIC = QEasingCurve.Type.InOutCubic


@dataclass(slots=True)
class _Movement:
    begun_ms: int
    lasts_ms: int
    curve: QEasingCurve
    begin: float
    end: float
    apply: Callable[[float], None]
    done: Callable[[], None] | None
    now: float


class Motion(QObject):
    """Drives movements; `moved` comes once a frame after all of them have been applied."""

    moved = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.reduced = False
        self._movements: dict[Hashable, _Movement] = {}
        self._clock = QElapsedTimer()
        self._clock.start()
        self._skipped_ms = 0
        self._timer = QTimer(self)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self._tick)

    @property
    def moving(self) -> bool:
        """Whether anything moves now."""
        return bool(self._movements)

    def move(
        self,
        key: Hashable,
        lasts_ms: int,
        curve: QEasingCurve.Type,
        begin: float,
        end: float,
        apply: Callable[[float], None],
        done: Callable[[], None] | None = None,
        *,
        lasting: bool = False,
    ) -> None:
        """Take a number from `begin` to `end`; where the key moves already, from where it stands now."""
        before = self._movements.pop(key, None)
        if before is not None:
            begin = before.now
        if lasts_ms <= 0 or (self.reduced and not lasting):
            apply(end)
            if done is not None:
                done()
            return
        self._movements[key] = _Movement(self._now_ms(), lasts_ms, QEasingCurve(curve), begin, end, apply, done, begin)
        apply(begin)
        if not self._timer.isActive():
            self._timer.start()

    def stop(self, key: Hashable) -> None:
        """Leave a movement where it stands."""
        self._movements.pop(key, None)

    def skip(self, ms: int) -> None:
        """Be `ms` later: for pictures of a certain instant, and for tests."""
        self._skipped_ms += ms
        self._tick()

    def finish(self) -> None:
        """Let everything arrive now."""
        self.skip(60_000)

    def _now_ms(self) -> int:
        return self._clock.elapsed() + self._skipped_ms

    @Slot()
    def _tick(self) -> None:
        now_ms = self._now_ms()
        over = []
        for key, movement in list(self._movements.items()):
            share = min(1.0, (now_ms - movement.begun_ms) / movement.lasts_ms)
            movement.now = movement.begin + (movement.end - movement.begin) * movement.curve.valueForProgress(share)
            movement.apply(movement.end if share >= 1.0 else movement.now)
            if share >= 1.0:
                over.append((key, movement))
        for key, movement in over:
            if self._movements.get(key) is movement:
                del self._movements[key]
            if movement.done is not None:
                movement.done()
        if not self._movements:
            self._timer.stop()
        self.moved.emit()
