"""Showing the system to others: the narration of a scene, under the panels.

The window owns one Showing; what belongs to a scene and to nothing else stands here, so that the window need not know.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QVBoxLayout

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
        window.theme_changed.connect(self._wear)
        self.narration.changed.connect(self._narration_changed)
        self.narration.panel_wanted.connect(self._panel_wanted)
        self._narration_changed()

    @Slot(object)
    def _wear(self, theme: Theme) -> None:
        self.band.set_theme(theme)

    @Slot()
    def _narration_changed(self) -> None:
        self.band.setVisible(self.narration.count > 0)
        self._window.actions_by_name["narration"].setChecked(self.narration.on)

    @Slot(str)
    def _panel_wanted(self, name: str) -> None:
        """In front where the person's layout has it; a scene opens nothing and moves nothing."""
        if self._window.workspace.has(name):
            self._window.workspace.show_panel(name)
