"""Two runs that part at an instant: the one that is shown, and the one that was left for it.

The shell keeps the other run as long as there is no newer one; a view looks at it through a link of its own.
"""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import SignalInstance

from views.kit.session_link import SessionLink


class BranchesControl(Protocol):
    """`changed` is emitted when there is another other run, or none."""

    other: SessionLink | None
    """The run that was left, at its end; None before the first fork."""
    parted_ns: int
    """The last instant that both runs have in common."""
    changed: SignalInstance

    def change_over(self) -> None:
        """Show the other run, and keep this one beside it."""
