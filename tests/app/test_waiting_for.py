"""The scene of the abandoned swap answers the first question of everybody who replaces live code."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from tests.app.conftest import Opens
from views.kit.selection import Picked
from views.waiting_for import WaitingForView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

BLOCKED_NS = 1_300_000


def test_the_thread_that_holds_the_swap_up_is_in_view_and_one_click_selects_it(qtbot: QtBot, opens: Opens) -> None:
    window = opens("cyclic", BLOCKED_NS)
    view = window.workspace.made()["waiting_for"]
    assert isinstance(view, WaitingForView)
    assert view.isVisible()
    holder = view.shown[0].chains[0].steps[0]
    row = next(row for row, line in enumerate(view.list.lines) if line.sort == "step")
    place = view.list.visualRect(view.list.model().index(row, 0))
    assert view.list.viewport().rect().contains(place.center())
    assert view.list.lines[row].title == f"thread {holder.node[1]}"
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place.center())
    assert window.selection.current == Picked("thread", holder.node[1])


def test_the_keyboard_needs_two_actions(qtbot: QtBot, opens: Opens) -> None:
    window = opens("cyclic", BLOCKED_NS)
    view = window.workspace.made()["waiting_for"]
    assert isinstance(view, WaitingForView)
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.list.hasFocus)
    qtbot.keyClick(view.list, Qt.Key.Key_Return)
    assert window.selection.current == Picked("thread", view.shown[0].chains[0].steps[0].node[1])


def test_run_until_drained_plays_until_the_swap_goes_on(qtbot: QtBot, opens: Opens) -> None:
    window = opens("recursive", 1_010_000)
    view = window.workspace.made()["waiting_for"]
    assert isinstance(view, WaitingForView)
    assert view.drain.isVisible()
    qtbot.mouseClick(view.drain, Qt.MouseButton.LeftButton)
    assert window.player.playing
