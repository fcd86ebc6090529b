"""What is said to those who watch a scene, as views see it.

The narration lives in the shell, which knows the scenario; a view shows the line that is said and asks to go on.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance


class NarrationControl(Protocol):
    """`changed` is emitted when another line is said, when the run pauses for it or goes on, and for another scene."""

    changed: SignalInstance

    @property
    def count(self) -> int:
        """How many lines there are; 0 where nothing is narrated."""

    @property
    def index(self) -> int:
        """The line that is said; -1 before the first."""

    @property
    def text(self) -> str:
        """What is said; empty before the first line."""

    @property
    def waiting(self) -> bool:
        """Whether the run stands still for the line that is said."""
