"""What every panel has in common: it takes one picture a frame, and none while it is hidden.

link.refreshed --> _frame --(visible)--> take() --> update()
selection.changed -----^                 ^
showEvent, set_theme --------------------+
"""

from __future__ import annotations

import sys
from typing import Protocol, runtime_checkable

from PySide6.QtCore import Slot
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QWidget

from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme


class PanelView(QWidget):
    """A view of the states at the cursor; `take` says what it reads, `restyle` what a theme changes."""

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.link = link
        self.selection = selection
        self.theme = theme
        link.refreshed.connect(self._frame)
        link.reset.connect(self._another_session)
        selection.changed.connect(self._frame)

    def take(self) -> None:
        """Read the states and bring the picture up to date; called once a frame while the view can be seen."""

    def restyle(self) -> None:
        """Take over the colours and the sizes of `self.theme`."""

    def forget(self) -> None:
        """Another session has come: drop every number of the old one."""

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self.theme = theme
        self.restyle()
        self._frame()
        self.update()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        try:
            self.take()
        except Exception:
            # Left to PySide, an exception out of this override can end the program: it is told as any other is.
            sys.excepthook(*sys.exc_info())

    @Slot()
    @Slot(object)
    def _frame(self, _: object = None) -> None:
        if self.isVisible():
            self.take()

    @Slot()
    def _another_session(self) -> None:
        self.forget()
        self._frame()


def describe(widget: QWidget, name: str, words: str = "") -> None:
    """Name a widget for those who cannot see it; they are told only when it has changed."""
    if widget.accessibleName() != name:
        widget.setAccessibleName(name)
    if widget.accessibleDescription() != words:
        widget.setAccessibleDescription(words)


@runtime_checkable
class Themed(Protocol):
    """What takes over a theme."""

    def set_theme(self, theme: Theme) -> None: ...


def retheme(part: QWidget | None, theme: Theme) -> None:
    """Hand a theme on to a part that was given to a view, if it takes one."""
    if isinstance(part, Themed):
        part.set_theme(theme)
