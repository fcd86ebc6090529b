"""What was selected before, as a browser keeps its pages: back, forward, and a new way from where one stands.

    FCM file 17 -> thread 203 -> call 812          back, back: FCM file 17; forward: thread 203

Limits: the last KEPT; another session forgets them all, as its numbers mean other things.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QObject, Signal, Slot

from views.kit.selection import Picked, Selection

KEPT: Final = 100


class SelectionHistory(QObject):
    """Follows one selection; `changed` when other steps have become possible."""

    changed = Signal()

    def __init__(self, selection: Selection, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._selection = selection
        self._kept: list[Picked] = [selection.current] if selection.current else []
        self._at = len(self._kept) - 1
        self._stepping = False
        selection.changed.connect(self._selected)

    @property
    def can_go_back(self) -> bool:
        """Whether something was selected before."""
        return self._at > 0 or (self._selection.current is None and self._at >= 0)

    @property
    def can_go_forward(self) -> bool:
        """Whether one has gone back from something."""
        return self._at + 1 < len(self._kept)

    @Slot()
    def go_back(self) -> None:
        """Select what was selected before."""
        if self._selection.current is None and self._at >= 0:
            self._step(0)
        elif self.can_go_back:
            self._step(-1)

    @Slot()
    def go_forward(self) -> None:
        """Select what one has gone back from."""
        if self.can_go_forward:
            self._step(1)

    def clear(self) -> None:
        """Forget everything."""
        self._kept, self._at = [], -1
        self.changed.emit()

    def _step(self, by: int) -> None:
        self._at += by
        self._stepping = True
        picked = self._kept[self._at]
        self._selection.select(picked.kind, picked.identity)
        self._stepping = False
        self.changed.emit()

    @Slot(object)
    def _selected(self, picked: Picked | None) -> None:
        if picked is not None and not self._stepping:
            self._kept = [*self._kept[: self._at + 1], picked][-KEPT:]
            self._at = len(self._kept) - 1
        self.changed.emit()
