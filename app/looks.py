"""Which theme the window has and how large everything is: what the person chose, or what the system says.

    choice: "system" --> dark, light or high contrast, as the system says now and later --+
            "dark", ... -----------------------------------------------------------------+--> theme x size

The size multiplies the theme's own scale, so that 1.5 in the projector's theme is 1.875; a screen of high density is
Qt's affair and needs no size.

Limits: a system that does not say is light.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QToolTip

from views.kit.theme import Theme, load_theme, theme_names
from views.kit.typography import font

SYSTEM: Final = "system"
SIZES: Final = (1.0, 1.25, 1.5, 2.0)


def system_theme() -> str:
    """The name of the theme that the system asks for."""
    hints = QGuiApplication.styleHints()
    if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
        return "high_contrast"
    return "dark" if hints.colorScheme() == Qt.ColorScheme.Dark else "light"


def theme_of(choice: str) -> Theme:
    """The theme of a choice."""
    return load_theme(system_theme() if choice == SYSTEM else choice)


def theme_key(theme: Theme) -> str:
    """The name by which a theme that ships is loaded; its own name is for people."""
    return theme.name.lower().replace(" ", "_")


class Looks(QObject):
    """The choice of theme and size."""

    changed = Signal(object)
    """The theme that holds now, at its size."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.choice = theme_key(theme)
        self.size = 1.0
        self._least_scale = 0.0
        hints = QGuiApplication.styleHints()
        hints.colorSchemeChanged.connect(self._system_changed)
        hints.accessibility().contrastPreferenceChanged.connect(self._system_changed)

    @property
    def theme(self) -> Theme:
        """The theme at its size."""
        scale = max(self._theme.scale * self.size, self._least_scale)
        return self._theme if scale == self._theme.scale else replace(self._theme, scale=scale)

    def choose(self, choice: str) -> None:
        """Take a theme by its name, or follow the system."""
        self.choice = choice if choice in (SYSTEM, *theme_names()) else SYSTEM
        self._become(theme_of(self.choice))

    def toggle(self) -> None:
        """From light to dark, or from dark to light."""
        self.choose("light" if self._theme.is_dark else "dark")

    def set_size(self, size: float) -> None:
        """Make everything larger or smaller: one of SIZES."""
        if size != self.size and size in SIZES:
            self.size = size
            self.changed.emit(self.theme)

    def set_least_scale(self, least: float) -> None:
        """Nothing smaller than this, whatever the theme and the size, as in a presentation; 0 for no floor."""
        if least != self._least_scale:
            self._least_scale = least
            self.changed.emit(self.theme)

    def take(self, theme: Theme) -> None:
        """Have a theme that may be a person's own file."""
        self.choice = theme_key(theme)
        self._become(theme)

    @Slot()
    def _system_changed(self) -> None:
        if self.choice == SYSTEM:
            self._become(theme_of(SYSTEM))

    def _become(self, theme: Theme) -> None:
        self._theme = theme
        self.changed.emit(self.theme)


def dress_application(theme: Theme) -> None:
    """What belongs to no window: the palette and the type of dialogs and tool tips."""
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setPalette(theme.palette())
    application.setFont(font("label", theme.scale))
    QToolTip.setPalette(theme.palette())
    QToolTip.setFont(font("label", theme.scale))
