"""The command box: everything can be found, done, and written as a line that does the same."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.actions import ACTIONS
from app.command_line import COMMANDS
from app.documents import open_session
from app.main_window import MainWindow
from app.offers import facts_of, offers
from app.script_lines import PYTHON, SEEN_ONLY, SHELL, line_of
from model.commands import Attach, Cancel, Detach, Swap
from model.trace.events import Kind
from tests.app.conftest import Opens
from tests.app.whole_window import stray_colours, text_faults

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

CTRL_SHIFT = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier


def opened(window: MainWindow, qtbot: QtBot, letters: str) -> None:
    """The box, with some letters typed into it."""
    qtbot.keyClick(window, Qt.Key.Key_P, CTRL_SHIFT)
    qtbot.keyClicks(window.commands.field, letters)


def test_a_few_letters_and_enter_do_it(opens: Opens, qtbot: QtBot) -> None:
    window = opens("steady")
    opened(window, qtbot, "theme dark")
    qtbot.keyClick(window.commands.field, Qt.Key.Key_Return)
    assert window.theme.is_dark
    assert window.commands.isHidden()


def test_an_implementation_is_swapped_in_from_the_box(opens: Opens, qtbot: QtBot) -> None:
    window = opens("tour")
    opened(window, qtbot, "swap fcm file 17 replicated")
    assert window.commands.line.text() == (
        "session.issue(Swap(object='FCM file 17', implementation='fcm_replicated', queue=False), clock_ns=500000)"
    )
    qtbot.keyClick(window.commands.field, Qt.Key.Key_Return)
    assert window.session.script[0].command == Swap(object="FCM file 17", implementation="fcm_replicated")


def test_arrows_move_and_escape_gives_the_keyboard_back(opens: Opens, qtbot: QtBot) -> None:
    window = opens("steady")
    window.graph.setFocus()
    opened(window, qtbot, "go to")
    box = window.commands
    qtbot.keyClick(box.field, Qt.Key.Key_Down)
    assert box.list.currentIndex().row() == 1
    qtbot.keyClick(box.field, Qt.Key.Key_Up)
    qtbot.keyClick(box.field, Qt.Key.Key_Up)
    assert box.list.currentIndex().row() == 0
    qtbot.keyClick(box.field, Qt.Key.Key_Escape)
    assert box.isHidden()
    assert window.focusWidget() is window.graph


def test_ctrl_p_offers_places_alone_and_goes_there(opens: Opens, qtbot: QtBot) -> None:
    window = opens("tour")
    qtbot.keyClick(window, Qt.Key.Key_P, Qt.KeyboardModifier.ControlModifier)
    assert {offer.sort for offer in window.commands.model._offers} == {"go"}
    qtbot.keyClicks(window.commands.field, "counter")
    qtbot.keyClick(window.commands.field, Qt.Key.Key_Return)
    picked = window.selection.current
    assert picked is not None
    assert window.link.topology.objects[picked.identity].name == "counter"


def test_the_field_at_the_top_and_a_click_on_a_line_do_the_same(opens: Opens, qtbot: QtBot) -> None:
    window = opens("steady")
    qtbot.mouseClick(window.top.commands, Qt.MouseButton.LeftButton)
    assert window.commands.isVisible()
    qtbot.keyClicks(window.commands.field, "narrow palette")
    rect = window.commands.list.visualRect(window.commands.model.index(0, 0))
    qtbot.mouseClick(window.commands.list.viewport(), Qt.MouseButton.LeftButton, pos=rect.center())
    assert window.palette_view.width() == 56


def test_the_box_goes_when_the_keyboard_goes_elsewhere(opens: Opens, qtbot: QtBot) -> None:
    window = opens("steady")
    opened(window, qtbot, "")
    window.graph.setFocus()
    assert window.commands.isHidden()


def test_everything_is_offered(opens: Opens) -> None:
    window = opens("tour", until_ns=1_000_000)
    window.scenarios_offered = [("counter", "Counter: from shared to partitioned")]
    offered = offers(window)
    said = {offer.words for offer in offered}
    assert {"Go to FCM file 17", "Go to client postmark", "Swap FCM file 17 with FCM, replicated"} <= said
    assert {"Attach call timer to counter", "Open Counter: from shared to partitioned", "Layout: Debug"} <= said
    assert any(words.startswith("Go to thread ") for words in said)
    done = {offer.words for offer in offered if offer.sort == "do"}
    assert len(done) >= len(ACTIONS) - 8, "all but those that cannot be done now"


def test_every_entry_tells_its_keys(opens: Opens) -> None:
    window = opens("steady")
    keys = {offer.words: offer.keys for offer in offers(window)}
    assert (keys["Fit the graph"], keys["Layout: Demo"]) == ("F or Ctrl+0", "Ctrl+1")
    window.keys.set_keys("fit", ["Ctrl+J"])
    assert {offer.words: offer.keys for offer in offers(window)}["Fit the graph"] == "Ctrl+J"


# --- the line that does the same ------------------------------------------------------------------------------------


def test_every_action_has_a_line_or_is_about_what_is_seen(opens: Opens) -> None:
    window = opens("tour")
    facts = facts_of(window)
    assert set(PYTHON) | set(SHELL) <= {entry.name for entry in ACTIONS}
    acting = {entry.name for entry in ACTIONS if entry.menu == "Swap"} - {"stop_fork"}
    assert [name for name in acting if line_of(name, facts) == SEEN_ONLY] == []


def test_lines_of_the_shell_are_commands_of_the_program(opens: Opens) -> None:
    facts = facts_of(opens("tour"))
    for name in SHELL:
        if line := line_of(name, facts):
            program, *words = line.split()
            assert program == "changeover" or line == SEEN_ONLY
            assert line == SEEN_ONLY or words[0] in COMMANDS or words[0] in ("tour", "FILE.toml")


@pytest.mark.parametrize(
    "name", [name for name, line in PYTHON.items() if "..." not in line and "predicate" not in line]
)
def test_lines_of_python_run(opens: Opens, name: str) -> None:
    line = line_of(name, facts_of(opens("tour")))
    session = open_session("tour")
    session.advance(500_000)
    names: dict[str, Any] = {
        "session": session, "numpy": np, "Kind": Kind, "Swap": Swap, "Attach": Attach, "Detach": Detach,
        "Cancel": Cancel,
    }  # fmt: skip
    if name == "express":
        line = line.replace("session.scenario.until_ns", "600_000")
    before = session.trace.head
    eval(line, names)
    assert session.trace.head >= before
    session.close()


# --- looks ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_box_is_well_set_in_the_themes_colours(opens: Opens, qtbot: QtBot, theme: str) -> None:
    window = opens("tour", size=(1280, 800), theme=theme)
    opened(window, qtbot, "swap fcm")
    QApplication.processEvents()
    box = {id(part) for part in (window.commands.field, window.commands.list.viewport(), window.commands.line)}
    faults = [fault for fault in text_faults(window) if "covered" not in fault and "overlap" not in fault]
    assert faults == [] and box
    assert stray_colours(window.grab().toImage(), window.theme).none
