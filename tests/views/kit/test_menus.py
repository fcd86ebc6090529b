"""Menus are dressed in the theme, those within them too."""

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QMenu

from views.kit.contrast import contrast
from views.kit.menus import dress
from views.kit.theme import load_theme, theme_names


@pytest.mark.parametrize("name", theme_names())
def test_the_line_under_the_pointer_is_a_wash_on_which_words_and_icons_stand_out(qapp, name):
    theme = load_theme(name)
    menu = QMenu()
    below = menu.addMenu("Swap with")
    dress(menu, theme)
    for each in (menu, below):
        palette = each.palette()
        wash = palette.color(QPalette.ColorRole.Highlight).name()
        assert contrast(palette.color(QPalette.ColorRole.HighlightedText).name(), wash) >= 4.5
        assert min(contrast(getattr(theme.drop, answer).text.name(), wash) for answer in ("yes", "conversion")) >= 3
