"""The inspector in the window: sources of what ships, and the keys that go back and forward."""

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.documents import Sources, open_session
from tests.app.conftest import Opens
from views.kit.selection import Picked

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def test_the_source_of_every_implementation_and_wrapper_is_found_by_its_name() -> None:
    session = open_session("tour")
    sources = Sources(session)
    for name, found in {**session.catalogue.implementations, **session.catalogue.wrappers}.items():
        assert f"class {found.__name__}" in sources(name), name
    assert sources("no such thing") == ""
    session.close()


def test_alt_left_and_right_go_through_what_was_selected(qtbot: QtBot, opens: Opens) -> None:
    window = opens("tour", 100_000)
    first, second = list(window.link.topology.objects)[:2]
    window.selection.select("object", first)
    window.selection.select("object", second)
    qtbot.keyClick(window, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert window.selection.current == Picked("object", first)
    qtbot.keyClick(window, Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    assert window.selection.current == Picked("object", second)
