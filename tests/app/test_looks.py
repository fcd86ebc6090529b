"""Themes are switched live, the system is followed, and everything can be larger."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from app import looks
from app.looks import SIZES, SYSTEM, Looks, system_theme
from app.settings import Settings, SettingsFile
from app.window import Memory
from tests.app.conftest import Opens
from views.kit.theme import Theme, load_theme, theme_names

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_a_system_that_does_not_say_is_light(qapp: object) -> None:
    assert system_theme() == "light"


@pytest.mark.parametrize(
    ("scheme", "contrast", "theme"),
    [
        (Qt.ColorScheme.Dark, Qt.ContrastPreference.NoPreference, "dark"),
        (Qt.ColorScheme.Light, Qt.ContrastPreference.NoPreference, "light"),
        (Qt.ColorScheme.Light, Qt.ContrastPreference.HighContrast, "high_contrast"),
    ],
)
def test_what_the_system_says_is_heard(
    monkeypatch: pytest.MonkeyPatch, scheme: Qt.ColorScheme, contrast: Qt.ContrastPreference, theme: str
) -> None:
    class Hints:
        def colorScheme(self) -> Qt.ColorScheme:
            return scheme

        def accessibility(self) -> Hints:
            return self

        def contrastPreference(self) -> Qt.ContrastPreference:
            return contrast

    class Application:
        @staticmethod
        def styleHints() -> Hints:
            return Hints()

    monkeypatch.setattr(looks, "QGuiApplication", Application)
    assert system_theme() == theme


def test_the_system_is_followed_until_a_theme_is_chosen(qapp: object, monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = Looks(load_theme("light"))
    seen: list[Theme] = []
    chosen.changed.connect(seen.append)
    chosen.choose(SYSTEM)
    monkeypatch.setattr(looks, "system_theme", lambda: "dark")
    chosen._system_changed()
    assert seen[-1].is_dark
    chosen.choose("projector")
    chosen._system_changed()
    assert seen[-1].name == "Projector"


def test_a_size_multiplies_the_scale_of_every_theme(qapp: object) -> None:
    chosen = Looks(load_theme("light"))
    chosen.set_size(1.5)
    chosen.choose("projector")
    assert chosen.theme.scale == 1.5 * load_theme("projector").scale
    chosen.set_size(7.0)
    assert chosen.size == 1.5, "a size that is not offered is not taken"


@pytest.mark.parametrize("size", SIZES)
def test_a_size_is_chosen_live_and_reaches_every_panel(opens: Opens, size: float) -> None:
    window = opens("steady")
    window.actions_by_name[f"size_{round(100 * size)}"].trigger()
    assert window.top.height() == round(40 * size)
    assert {view.theme.scale for view in (window.graph, window.tables, window.receipt)} == {size}
    assert window.actions_by_name[f"size_{round(100 * size)}"].isChecked()


@pytest.mark.parametrize("name", [SYSTEM, *theme_names()])
def test_a_theme_is_chosen_live_and_its_line_in_the_menu_is_checked(opens: Opens, name: str) -> None:
    window = opens("steady")
    window.actions_by_name["theme_" + name].trigger()
    assert window.looks.choice == name
    assert window.actions_by_name["theme_" + name].isChecked()


def test_looks_are_kept(opens: Opens, tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "kept.ini")
    window = opens("steady")
    window.looks.choose("projector")
    window.looks.set_size(1.25)
    Memory(window, file, Settings()).keep()
    again = opens("steady")
    Memory(again, file, file.read()).restore()
    assert (again.looks.choice, again.looks.size) == ("projector", 1.25)


def test_reduced_motion_reaches_panels_made_before_and_after(opens: Opens) -> None:
    window = opens("steady")
    window.set_reduced_motion(True)
    assert window.graph.reduced_motion and window.player.reduced_motion
    assert window.tables.flashes.steady


@pytest.mark.parametrize(("size", "width"), [(1.0, 1024), (1.25, 1280), (1.5, 1280), (1.5, 1600)])
def test_nothing_of_the_top_bar_lies_over_anything_else(opens: Opens, size: float, width: int) -> None:
    """On a screen that is too small for the size that was chosen the way to the commands once lay under the buttons."""
    window = opens("counter", size=(width, 800))
    window.looks.set_size(size)
    window.resize(width, 800)
    QApplication.processEvents()
    top = window.top
    parts = [top.menus, top.layouts, window.light, top.commands, top.theme_button, top.help_button]
    ends = [(part.x(), part.x() + part.width()) for part in parts]
    assert all(end <= begin for (_, end), (begin, _) in pairwise(ends))
    assert ends[-1][1] <= window.width()
