"""What the transport asks of the player, which lives in the shell.

The views never see the player's class: they speak to this protocol, and tests give them a fake. Paces are nanoseconds
of simulated time per second of wall time: 5 000 is shown as "1 : 200 000".
"""

from __future__ import annotations

from typing import Literal, Protocol

from PySide6.QtCore import SignalInstance

Mode = Literal["watch", "fast", "express"]
Step = Literal["event", "phase", "call", "advance"]

MODES: tuple[Mode, ...] = ("watch", "fast", "express")
STEPS: tuple[Step, ...] = ("event", "phase", "call", "advance")

SLOWEST_PACE = 10.0
"""ns a second: 1 : 100 000 000."""
FASTEST_PACE = 1e9
"""ns a second: as fast as the clock on the wall."""


class PlaybackControl(Protocol):
    """Moves the cursor of a link; `changed` is emitted after anything below has changed."""

    playing: bool
    asked_pace: float
    achieved_pace: float
    slow_motion: bool
    """Whether swaps are eased at all."""
    slow_motion_active: bool
    """Whether one is being eased now."""
    mode: Mode
    step: Step
    """What one step is."""
    changed: SignalInstance

    def play(self) -> None: ...

    def pause(self) -> None: ...

    def toggle(self) -> None: ...

    def step_forward(self) -> None: ...

    def step_back(self) -> None: ...

    def to_start(self) -> None: ...

    def to_end(self) -> None: ...

    def seek_ns(self, at_ns: int) -> None:
        """Show the world at an instant and pause; later instants than the head are the head."""

    def set_pace(self, pace: float) -> None: ...

    def set_mode(self, mode: Mode) -> None: ...

    def set_step(self, step: Step) -> None: ...

    def cancel_slow_motion(self) -> None:
        """End the easing of the swap that is running."""
