"""Menus in the window's theme: what Fusion would paint in ink is a wash here, so that icons can still be told apart.

Fusion fills the line under the pointer with the palette's highlight, which is ink on this window, and paints the icon
over it as it is: a dark check on dark ink. A palette of the application for all menus is not taken by PySide6, so each
menu is dressed when it is made.
"""

from __future__ import annotations

from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QMenu

from views.kit.theme import Theme
from views.kit.typography import font


def dress(menu: QMenu, theme: Theme) -> None:
    """Give a menu and those within it the theme's colours and type."""
    palette = theme.palette()
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        palette.setColor(group, QPalette.ColorRole.Highlight, theme.accent.tint)
        palette.setColor(group, QPalette.ColorRole.HighlightedText, theme.text.primary)
    palette.setColor(QPalette.ColorGroup.Disabled, QPalette.ColorRole.Highlight, theme.surface.sunken)
    menu.setPalette(palette)
    menu.setFont(font("label", theme.scale))
    for action in menu.actions():
        below = action.menu()
        if isinstance(below, QMenu):
            dress(below, theme)
