"""Presentation: nothing small, nothing of the chrome, every key shown; and the person's window comes back as it was."""

from __future__ import annotations

import time

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from app.narration import reading_s
from model.scenario import load, scenes
from tests.app.conftest import Opens
from tests.app.playing import Wall
from tests.app.whole_window import text_faults
from views.kit.typography import PRESENTATION_LEAST_PX, ROLES, font
from views.stage import LINES, SUBTITLE_WIDTH, Shown, StageFoot

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key


def frames(window: MainWindow, wall: Wall, most: int = 3_000) -> None:
    """Lets the run go until it pauses."""
    for _ in range(most):
        wall.now_s += 0.05
        window.player.frame()
        if not window.player.playing:
            break
    window.player.frame()


def presenting(opens: Opens, scene: str = "null_swap", until_ns: int = 0) -> MainWindow:
    window = opens(scene, until_ns=until_ns)
    window.actions_by_name["present"].trigger()
    return window


def test_f10_clears_the_stage_and_escape_brings_everything_back(opens: Opens, qtbot: QtBot) -> None:
    window = opens("null_swap")
    before = (window.looks.choice, window.theme, window.workspace.state())
    chrome = (window.top, window.transport, window.showing.band)
    qtbot.keyClick(window, Key.Key_F10)
    assert [part.isVisible() for part in chrome] == [False] * 3
    stage = window.showing.presentation
    assert stage.head.isVisible() and stage.foot.isVisible()
    assert set(window.workspace.arrangement.names()) == {"graph"}
    qtbot.keyClick(window, Key.Key_Escape)
    assert [part.isVisible() for part in chrome] == [True] * 3
    assert not stage.foot.isVisible()
    assert (window.looks.choice, window.theme, window.workspace.state()) == before


def test_no_letter_is_smaller_than_16_px_in_either_theme(opens: Opens, qtbot: QtBot) -> None:
    window = presenting(opens)
    sizes = {}
    for _ in range(2):
        sizes[window.looks.choice] = min(font(role, window.theme.scale).pixelSize() for role in ROLES)
        qtbot.keyClick(window, Key.Key_T)
    assert sizes.keys() == {"dark", "projector"}
    assert min(sizes.values()) >= PRESENTATION_LEAST_PX


@pytest.mark.slow
@pytest.mark.parametrize("theme", ["dark", "projector"])
@pytest.mark.parametrize("size", [(1600, 1000), (1280, 800)], ids=["1600", "1280"])
def test_texts_of_the_stage_fit(opens: Opens, theme: str, size: tuple[int, int]) -> None:
    """A whole window each: buys that nothing is cut or covered where everybody looks at it."""
    window = opens("cyclic", until_ns=1_300_000, size=size, theme=theme)
    window.showing.presentation.set_on(True)
    window.player.frame()
    window.graph.board.motion.finish()
    assert text_faults(window) == []


@pytest.mark.parametrize("scene", [summary.name for summary in scenes()])
def test_every_line_is_a_subtitle_of_two_lines(qtbot: QtBot, opens: Opens, scene: str) -> None:
    window = presenting(opens)
    foot = StageFoot(window.theme)
    qtbot.addWidget(foot)
    for line in load(scene).narration:
        foot.shown = Shown(text=line.text)
        lines, scale = foot.subtitle_lines(1_522 * SUBTITLE_WIDTH)
        assert len(lines) <= LINES
        assert font("subtitle", scale).pixelSize() >= 36


def test_space_goes_on_and_the_arrows_go_from_point_to_point(opens: Opens, wall: Wall, qtbot: QtBot) -> None:
    window = presenting(opens, until_ns=990_000)
    seen = []
    for key in (Key.Key_Right, Key.Key_Space, Key.Key_Left, Key.Key_PageDown):
        qtbot.keyClick(window, key)
        frames(window, wall)
        seen.append(window.narration.index)
    assert seen == [1, 2, 1, 2]


def test_keys_are_shown_as_they_are_pressed(opens: Opens, qtbot: QtBot) -> None:
    window = presenting(opens)
    foot = window.showing.presentation.foot
    shown = []
    for key in (Key.Key_Space, Key.Key_T, Key.Key_Plus):
        qtbot.keyClick(window, key)
        shown.append(foot.shown.pressed)
    assert shown == [("Space", "go on"), ("T", "dark or projector"), ("+", "Twice as fast")]


def test_reset_takes_less_than_a_second(opens: Opens, qtbot: QtBot) -> None:
    window = presenting(opens, "contention", until_ns=2_000_000)
    before_s = time.process_time()
    qtbot.keyClick(window, Key.Key_R)
    window.player.frame()
    assert time.process_time() - before_s < 1.0
    assert window.session.now_ns < 100_000
    assert window.player.playing


def test_the_scene_after_the_last_line_is_the_next_one(opens: Opens, qtbot: QtBot) -> None:
    window = presenting(opens, "null_swap", until_ns=2_000_000)
    assert window.narration.over
    qtbot.keyClick(window, Key.Key_Right)
    assert (window.opened, window.showing.presentation.foot.shown.number) == ("contention", 3)
    qtbot.keyClick(window, Key.Key_PageUp, Qt.KeyboardModifier.ControlModifier)
    assert window.opened == "null_swap"


def test_a_stand_reads_each_line_and_goes_round(opens: Opens, wall: Wall, qtbot: QtBot) -> None:
    window = opens("steady")
    window.actions_by_name["stand"].trigger()
    stage = window.showing.presentation
    assert (window.opened, stage.stand) == (scenes()[0].name, True)
    frames(window, wall)
    assert stage.read.isActive()
    assert stage.read.interval() == round(1_000 * reading_s(window.narration.text))
    stage.read_on()
    assert window.player.playing
    window.open(scenes()[-1].name)
    window.session.advance(12_000_000)
    window.player.to_end()
    window.player.frame()
    assert window.narration.over
    stage.read_on()
    assert window.opened == scenes()[0].name


@pytest.mark.parametrize("by", ["key", "mouse"])
def test_any_key_or_click_ends_a_stand(opens: Opens, qtbot: QtBot, by: str) -> None:
    window = opens("steady")
    window.actions_by_name["stand"].trigger()
    if by == "key":
        qtbot.keyClick(window, Key.Key_Q)
    else:
        qtbot.mouseClick(window.graph.viewport(), Qt.MouseButton.LeftButton)
    assert not window.showing.presentation.on
    assert window.top.isVisible()
