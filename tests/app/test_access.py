"""For those who do not see the window or have no mouse: names, a way by Tab, a ring about what has the keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QWidget
from pytestqt.qtbot import QtBot

from app.layouts import LAYOUTS
from app.main_window import MainWindow
from tests.app.conftest import Opens

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def reached_by_tab(window: MainWindow) -> list[QWidget]:
    """What takes the keyboard by Tab and can be seen."""
    parts = window.findChildren(QWidget)
    return [part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisible()]


def name_of(widget: QWidget) -> str:
    """What a screen reader says: its own name, its words, or the name of the list of which it is the inside."""
    words = getattr(widget, "text", lambda: "")()
    around = widget.parentWidget()
    of_list = around.accessibleName() if isinstance(around, QAbstractScrollArea) else ""
    return widget.accessibleName() or words or of_list


@pytest.mark.parametrize("layout", LAYOUTS)
def test_everything_that_takes_the_keyboard_has_a_name(opens: Opens, layout: str) -> None:
    window = opens("tour", until_ns=12_500_000)
    window.workspace.choose_layout(layout)
    QApplication.processEvents()
    parts = reached_by_tab(window)
    assert len(parts) > 10
    assert [
        f"{type(part).__name__} in {type(part.parentWidget()).__name__}" for part in parts if not name_of(part)
    ] == []


@pytest.mark.parametrize("layout", ["Demo", "Timeline"])
def test_tab_comes_round_and_what_has_the_keyboard_looks_different(opens: Opens, qtbot: QtBot, layout: str) -> None:
    window = opens("tour", until_ns=6_000_000)
    window.workspace.choose_layout(layout)
    QApplication.processEvents()
    plain = {part: part.grab().toImage() for part in reached_by_tab(window) if part.isEnabled()}
    seen: list[QWidget] = []
    for _ in range(4 * len(plain)):
        qtbot.keyClick(window.focusWidget() or window, Qt.Key.Key_Tab)
        focus = window.focusWidget()
        if focus is None or focus in seen:
            break
        seen.append(focus)
    assert len(seen) > 10, "Tab goes on"
    invisible = [part for part in seen[:12] if part in plain and not _shows_focus(part, plain[part])]
    assert [f"{type(part).__name__} “{name_of(part)}”" for part in invisible] == []


def _shows_focus(widget: QWidget, plain: object) -> bool:
    """Whether it, or what lies about it, is painted differently while it has the keyboard."""
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    around = widget.parentWidget()
    rings = [each for each in around.findChildren(QWidget) if type(each).__name__ == "FocusRing"] if around else []
    return bool(rings) or widget.grab().toImage() != plain
