"""A whole window on a session, offscreen, whose wall clock stands still unless a test moves it."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from app.documents import open_session
from app.main_window import MainWindow
from app.planted import Planted
from tests.app.playing import Wall
from views.kit.theme import load_theme

Opens = Callable[..., MainWindow]


@pytest.fixture
def wall() -> Wall:
    """The clock of the windows that `opens` opens."""
    return Wall()


@pytest.fixture
def opens(qtbot: QtBot, wall: Wall) -> Iterator[Opens]:
    """Opens a window on a scenario that has run for a while, paused at its head."""
    windows: list[MainWindow] = []

    def open_window(
        scenario: str = "tour", until_ns: int = 500_000, size: tuple[int, int] = (1600, 1000), theme: str = "light"
    ) -> MainWindow:
        planted = Planted()
        session = open_session(scenario, planted=planted)
        session.advance(until_ns)
        window = MainWindow(session, load_theme(theme), opened=scenario, wall=wall, planted=planted)
        windows.append(window)
        window.resize(*size)
        with qtbot.waitActive(window):
            window.show()
            window.activateWindow()
        window.player.to_end()
        window.player.frame()
        return window

    yield open_window
    while popup := QApplication.activePopupWidget():
        popup.close()
    for window in windows:
        window.close()
        window.deleteLater()
    qtbot.wait(0)
