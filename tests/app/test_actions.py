"""The table of actions is whole: each has a handler, keys of its own, a place in a menu and a line on the sheet."""

from __future__ import annotations

from collections import Counter

import pytest
from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from app.actions import ACTIONS, MENUS, Entry, keys_of, tip_of
from app.handlers import Handlers
from app.sheet import KeySheet
from tests.app.conftest import Opens


@pytest.mark.parametrize("entry", ACTIONS, ids=lambda entry: entry.name)
def test_every_action_has_a_handler_that_is_a_slot(entry: Entry) -> None:
    handler = getattr(Handlers, entry.handler)
    slots = {
        bytes(Handlers.staticMetaObject.method(index).name().data()).decode()
        for index in range(QObject.staticMetaObject.methodCount(), Handlers.staticMetaObject.methodCount())
    }
    assert callable(handler)
    assert entry.handler in slots


def test_no_two_actions_have_a_key_or_a_name_in_common() -> None:
    keys = Counter(QKeySequence(key).toString() for entry in ACTIONS for key in entry.keys)
    assert [key for key, times in keys.items() if times > 1 or not key] == []
    assert len({entry.name for entry in ACTIONS}) == len(ACTIONS)


@pytest.mark.parametrize("entry", ACTIONS, ids=lambda entry: entry.name)
def test_every_gesture_of_the_mouse_has_keys(entry: Entry) -> None:
    assert entry.keys or not entry.mouse


def test_tool_tips_tell_the_keys() -> None:
    (fit,) = (entry for entry in ACTIONS if entry.name == "fit")
    assert (keys_of(fit), tip_of(fit)) == ("F or Ctrl+0", "Fit the graph (F or Ctrl+0)")


def test_menus_hold_every_action_once(opens: Opens) -> None:
    window = opens("steady")
    placed = Counter(action for menu in window.menus.values() for action in menu.actions() if action.objectName())
    assert {action.objectName() for action in placed} == {entry.name for entry in ACTIONS}
    assert set(placed.values()) == {1}
    assert [action.text().replace("&", "") for action in window.top.menus.actions()] == list(MENUS)


def test_the_window_hears_every_key(opens: Opens) -> None:
    window = opens("steady")
    heard = {action for action in window.actions() if isinstance(action, QAction)}
    assert set(window.actions_by_name.values()) <= heard


def test_the_sheet_lists_every_key(opens: Opens) -> None:
    window = opens("steady")
    sheet = KeySheet(window.theme, window, window.keys)
    shown = {keys for _, keys, _ in sheet.rows}
    assert {keys_of(entry) for entry in ACTIONS if entry.keys} <= shown
    sheet.close()
