"""The scene of the abandoned swap answers the first question of everybody who replaces live code."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.offers import offers
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


def test_run_until_drained_works_where_nobody_asked_for_a_quiescent_state(qtbot: QtBot, opens: Opens) -> None:
    """Without a swap: of the selected component, and of everything where none is selected."""
    window = opens("steady", 900_000)
    view = window.workspace.made()["waiting_for"]
    assert isinstance(view, WaitingForView)
    assert not window.link.swaps.by_request
    said = []
    window.marks.said.connect(said.append)
    counts = window.link.counts
    picked = next(identity for identity in window.link.topology.objects if counts.in_flight_of(identity))
    for chosen, words in ((picked, "every call that is inside FCM file 17"), (0, "every thread of this moment")):
        window.selection.clear()
        if chosen:
            window.selection.select("object", chosen)
        window.player.wake()
        window.player.frame()
        assert words in view.drain.toolTip()
        qtbot.mouseClick(view.drain, Qt.MouseButton.LeftButton)
        assert window.player.playing
        window.player.pause()
    assert [each.partition(" is drained")[0] for each in said] == [
        "Until FCM file 17",
        "Until every thread of this moment",
    ]


def test_the_key_the_menu_of_a_node_and_the_command_box_do_it_too(qtbot: QtBot, opens: Opens) -> None:
    window = opens("steady", 900_000)
    name = "FCM file 17"
    picked = next(identity for identity, node in window.link.topology.objects.items() if node.name == name)
    window.selection.select("object", picked)
    said = []
    window.marks.said.connect(said.append)
    qtbot.keyClick(window.graph, Qt.Key.Key_U, Qt.KeyboardModifier.ShiftModifier)
    menu = window.node_menus.open_at(picked, window.graph.mapToGlobal(window.graph.rect().center()))
    next(action for action in menu.actions() if action.text().startswith("Run until drained")).trigger()
    menu.close()
    offered = next(each for each in offers(window) if each.words == f"Run until {name} is drained")
    assert offered.line == "changeover run steady --until 900000ns --drained 'FCM file 17'"
    offered.take()
    assert len(said) == 3 and len(set(said)) == 1
    assert any(each.words.startswith("Run until generation 0 of processor") for each in offers(window))
