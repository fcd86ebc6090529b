"""The run that was left: kept beside the one that took its place, to be compared with it and returned to.

    run 1   ----o----------------------------->          the other: its trace, at its end
                 \\  a command here forks
    run 2         +------->                               the one that is shown

A run that is left is closed, as a machine cannot be kept that nobody runs; its trace and its projections stay readable.
To return to it is to run its script again to where it was left, which must come to the same rows; then the two change
places.

Limits: one other run; the one before it is let go.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal, Slot

from views.kit.session_link import SessionLink

if TYPE_CHECKING:
    from app.forking import Forking
    from model.session import Session


class Branches(QObject):
    """Listens to the forks of a window."""

    changed = Signal()

    def __init__(self, forking: Forking, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._forking = forking
        self.other: SessionLink | None = None
        self.parted_ns = 0
        forking.left.connect(self._left)

    @Slot(object, object, int)
    def _left(self, session: Session, projections: dict[str, Any], parted_ns: int) -> None:
        """A fork has taken the place of this run."""
        returned = self.other is not None and self._forking.returning
        if self.other is not None:
            self.other.deleteLater()
        self.other = SessionLink(session, self, projections=projections)
        # Who returns to a run has not parted from it anew.
        self.parted_ns = self.parted_ns if returned else parted_ns
        self.changed.emit()

    @Slot()
    def change_over(self) -> None:
        """Show the other run, and keep this one beside it."""
        if self.other is not None:
            self._forking.return_to(self.other.session)

    @Slot()
    def forget(self) -> None:
        """Another document has come: there is nothing to compare it with."""
        if self.other is not None:
            self.other.deleteLater()
            self.other = None
            self.changed.emit()
