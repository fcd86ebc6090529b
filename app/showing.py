"""Showing the system to others: the narration of a scene under the panels, and the presentation in their place.

The window owns one Showing; what belongs to a scene and to nothing else stands here, so that the window need not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QVBoxLayout

from app.presentation import Presentation
from app.welcome import Welcome
from views.narration import NarrationView

if TYPE_CHECKING:
    from app.main_window import MainWindow
    from views.kit.theme import Theme


class Showing(QObject):
    """What the window shows of a scene beside its panels."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.narration = window.narration
        central = window.centralWidget()
        assert central is not None
        column = central.layout()
        assert isinstance(column, QVBoxLayout)
        self.band = NarrationView(self.narration, window.theme, central)
        column.insertWidget(1, self.band)
        self.presentation = Presentation(window, column)
        self.welcome = Welcome(window)
        window.theme_changed.connect(self._wear)
        self.narration.changed.connect(self._narration_changed)
        self.narration.panel_wanted.connect(self._panel_wanted)
        self._narration_changed()

    @Slot(object)
    def _wear(self, theme: Theme) -> None:
        self.band.set_theme(theme)

    @Slot()
    def _narration_changed(self) -> None:
        self.show_band()
        self._window.actions_by_name["narration"].setChecked(self.narration.on)

    def show_band(self) -> None:
        """Where there is something to be said, unless the presentation says it."""
        self.band.setVisible(self.narration.count > 0 and not self.presentation.on)

    @Slot(str)
    def _panel_wanted(self, name: str) -> None:
        """In front where the person's layout has it; a scene opens nothing and moves nothing."""
        if self._window.workspace.has(name) and not self.presentation.on:
            self._window.workspace.show_panel(name)
