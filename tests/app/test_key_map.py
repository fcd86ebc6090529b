"""Keys can be changed, told apart, taken back, and kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.settings import Settings, SettingsFile
from app.sheet import KeySheet
from app.window import Memory
from tests.app.conftest import Opens

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_another_key_does_it_and_the_old_one_does_not(opens: Opens, qtbot: QtBot) -> None:
    window = opens("steady")
    assert window.keys.set_keys("theme", ["Ctrl+J"]) == ""
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert not window.theme.is_dark
    qtbot.keyClick(window, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert window.theme.is_dark


def test_menus_and_tool_tips_tell_the_new_key(opens: Opens) -> None:
    window = opens("steady")
    window.keys.set_keys("theme", ["Ctrl+J"])
    assert window.top.theme_button.toolTip().startswith("Light or dark (Ctrl+J)")
    assert window.actions_by_name["theme"].shortcut().toString() == "Ctrl+J"


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("Ctrl+O", "Ctrl+O is taken by “Open”; choose another, or take it from there first"),
        ("Return", "Return moves within panels and stays theirs; choose another"),
    ],
)
def test_a_key_that_is_taken_is_refused_in_a_sentence(opens: Opens, key: str, said: str) -> None:
    window = opens("steady")
    assert window.keys.set_keys("theme", [key]) == said
    assert window.keys.shown("theme") == "T"


def test_a_key_that_was_given_up_can_be_given_to_another(opens: Opens) -> None:
    window = opens("steady")
    assert window.keys.set_keys("open", ["Ctrl+J"]) == ""
    assert window.keys.set_keys("theme", ["Ctrl+O"]) == ""
    window.keys.reset()
    assert (window.keys.shown("open"), window.keys.shown("theme")) == ("Ctrl+O", "T")


def test_keys_are_kept_even_where_two_have_changed_places(opens: Opens, tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "kept.ini")
    window = opens("steady")
    window.keys.set_keys("open", ["Ctrl+J"])
    window.keys.set_keys("theme", ["Ctrl+O"])
    window.keys.set_keys("open", ["T"])
    Memory(window, file, Settings()).keep()
    again = opens("steady")
    Memory(again, file, file.read()).restore()
    assert (again.keys.shown("open"), again.keys.shown("theme")) == ("T", "Ctrl+O")
    assert again.strip.text == ""


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("not json", "The keys that were kept are damaged"),
        ("[1]", "The keys that were kept are damaged"),
        ('{"theme": 5}', "The keys that were kept are damaged"),
        ('{"theme": ["Ctrl+O"]}', "Some keys that were kept are taken: Light or dark has the keys"),
        ('{"gone": ["Ctrl+J"]}', ""),
    ],
)
def test_what_was_kept_and_cannot_be_used_is_one_sentence(opens: Opens, kept: str, said: str) -> None:
    window = opens("steady")
    assert window.keys.restore(kept).startswith(said)
    assert window.keys.shown("theme") == "T"


def test_the_sheet_takes_the_next_keys_that_are_pressed(opens: Opens, qtbot: QtBot) -> None:
    window = opens("steady")
    sheet = KeySheet(window.theme, window, window.keys)
    qtbot.addWidget(sheet)
    sheet.show()
    button = sheet.buttons["theme"]
    button.click()
    assert button.text() == "press keys"
    qtbot.keyClick(button, Qt.Key.Key_O, Qt.KeyboardModifier.ControlModifier)
    assert "is taken by “Open”" in sheet.said.text()
    assert button.text() == "T"
    button.click()
    qtbot.keyClick(button, Qt.Key.Key_J, Qt.KeyboardModifier.ControlModifier)
    assert (button.text(), window.keys.shown("theme")) == ("Ctrl+J", "Ctrl+J")
    button.click()
    qtbot.keyClick(button, Qt.Key.Key_Escape)
    assert button.text() == "Ctrl+J"
    button.click()
    qtbot.keyClick(button, Qt.Key.Key_Backspace)
    assert (button.text(), window.keys.shown("theme")) == ("none", "")
    sheet._reset()
    assert button.text() == "T"
