"""What people ask of programs nearby, each as a test: one run however it is watched, a picture that is never stale,
failure that is shown as plainly as success, keys that do what they did yesterday."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.main_window import MainWindow
from model.commands import Swap
from model.projections.facts import FactsFold
from model.projections.projection import Projection
from model.scenario import load
from model.session import Session
from model.trace.events import Kind
from tests.app.conftest import Opens
from tests.app.playing import Wall

UNTIL_NS = 2_500_000
"""Past the tutorial's scripted swap at 2 ms."""


def frames(window: MainWindow, wall: Wall, count: int, seconds: float = 0.016) -> None:
    for _ in range(count):
        wall.now_s += seconds
        window.player.frame()


def played(window: MainWindow, wall: Wall, mode: str) -> None:
    window.player.set_mode(mode)  # type: ignore[arg-type]
    window.player.set_pace(20_000_000.0)
    window.player.set_slow_motion(False)
    window.player.play()
    while window.session.now_ns < UNTIL_NS:
        frames(window, wall, 5)
    window.player.pause()


def stepped(window: MainWindow, wall: Wall) -> None:
    window.player.set_step("phase")
    for _ in range(200):
        if window.session.now_ns >= UNTIL_NS - 400_000:
            break
        window.player.step_forward()
        frames(window, wall, 3)
    window.player.pause()
    window.player.set_step("event")
    for _ in range(50):
        window.player.step_forward()
        frames(window, wall, 1)


WAYS: dict[str, Callable[[MainWindow, Wall], None]] = {
    "watch": lambda window, wall: played(window, wall, "watch"),
    "fast": lambda window, wall: played(window, wall, "fast"),
    "express": lambda window, wall: played(window, wall, "express"),
    "stepping": stepped,
}


@pytest.mark.slow
@pytest.mark.parametrize("way", WAYS)
def test_run_is_the_same_however_it_is_watched(opens: Opens, wall: Wall, way: str) -> None:
    """Plays a whole swap in each way of running and compares it with a run without a window, row by row."""
    window = opens("counter", until_ns=1_900_000)
    WAYS[way](window, wall)
    window.session.recording()  # finishes the instant within which a frame may have ended
    headless = Session(load("counter"))
    headless.advance(window.session.now_ns)
    assert headless.trace.fingerprint() == window.session.trace.fingerprint()
    headless.close()


@pytest.mark.slow
@pytest.mark.parametrize("way", ["fast", "express"])
def test_picture_is_true_after_a_fast_run(opens: Opens, wall: Wall, way: str, qtbot: QtBot) -> None:
    """After each the views stand where a window stands that was opened there."""
    window = opens("counter", until_ns=1_900_000)
    WAYS[way](window, wall)
    window.session.recording()  # finishes the instant within which a frame may have ended
    window.player.to_end()
    frames(window, wall, 2)
    fresh = opens("counter", until_ns=window.session.now_ns)
    for part in ("topology", "tables", "counts", "generations"):
        assert window.link.state(part) == fresh.link.state(part)
    fleet = window.graph.board
    assert {node.name: node.facts for node in fleet.objects.values()} == {
        node.name: node.facts for node in fresh.graph.board.objects.values()
    }


def test_the_key_goes_back_to_before_a_swap_that_is_still_under_way(opens: Opens) -> None:
    window = opens("tour", 12_060_000)
    swap = window.receipt.shown
    assert swap is not None and not swap.over
    window.actions_by_name["rewind"].trigger()
    window.player.frame()
    assert window.player.clock_ns == swap.requested_ns - 1
    assert window.receipt.shown is None or window.receipt.shown.request != swap.request


def test_rewind_into_the_door_shows_the_same_blocked_calls(opens: Opens) -> None:
    window = opens("counter", until_ns=UNTIL_NS)
    trace = window.session.trace
    (blocked,) = (
        position for position in range(trace.tail, trace.head)
        if trace.event(position).kind == Kind.PHASE_ENTERED and trace.event(position).b == 3
    )  # fmt: skip
    window.player.seek_ns(trace.event(blocked).at_ns)
    window.player.frame()
    again = Session(load("counter"))
    counts = Projection(again.trace, FactsFold(again.trace))
    again.advance(trace.event(blocked).at_ns)
    assert window.link.counts == counts.at(window.link.position)
    assert window.link.counts.waiting
    again.close()


def test_played_from_before_a_swap_it_is_the_same_swap(opens: Opens, wall: Wall) -> None:
    window = opens("counter", until_ns=UNTIL_NS)
    fingerprint = window.session.trace.fingerprint()
    window.player.seek_ns(1_900_000)
    window.player.set_slow_motion(False)
    window.player.set_pace(10_000_000.0)
    window.player.play()
    while window.player.clock_ns < UNTIL_NS - 20_000:
        frames(window, wall, 1)
    window.player.pause()
    assert window.session.trace.fingerprint() == fingerprint


def test_failed_swap_says_failed_and_never_done(opens: Opens, wall: Wall) -> None:
    window = opens("failing", until_ns=1_800_000)
    (swap,) = (each for each in window.link.swaps.by_request.values() if each.sort == "swap")
    (name,) = (node.name for node in window.link.topology.objects.values())
    entries = {entry.target for entry in window.link.tables.entries.values()}
    assert entries == {next(iter(window.link.topology.objects.values())).instance}
    window.selection.select("swap", swap.request)
    window.player.frame()
    words = " ".join(str(each.whole) for each in _written(window.receipt))
    assert "ABANDONED" in words
    assert "COMPLETED" not in words
    assert name == "counter"


def _written(view: Any) -> list[Any]:
    from PySide6.QtWidgets import QWidget

    parts = [view, *view.findChildren(QWidget)]
    return [line for part in parts if part.isVisible() for line in getattr(part, "written", [])]


def test_space_never_moves_the_cursor(opens: Opens, qtbot: QtBot) -> None:
    window = opens("counter", until_ns=UNTIL_NS)
    window.player.seek_ns(1_000_000)
    window.player.frame()
    for _ in range(2):
        qtbot.keyClick(window, Qt.Key.Key_Space)
        assert window.player.clock_ns == 1_000_000
    assert not window.player.playing


def test_end_follows_and_dragging_the_bar_pauses(opens: Opens, qtbot: QtBot, wall: Wall) -> None:
    window = opens("counter", until_ns=UNTIL_NS)
    window.player.seek_ns(1_000_000)
    qtbot.keyClick(window, Qt.Key.Key_End)
    frames(window, wall, 1)
    assert window.link.follows_head
    window.player.play()
    qtbot.mousePress(window.time_bar, Qt.MouseButton.LeftButton, pos=window.time_bar.rect().center())
    assert not window.player.playing
    assert window.player.clock_ns < UNTIL_NS


def test_every_component_answers_within_the_frame_in_which_a_drag_begins(opens: Opens) -> None:
    window = opens("tour")
    window.graph.begin_drag("implementation", "fcm_sequential")
    answers = {node.name: node.answer.verdict.answer for node in window.graph.board.objects.values() if node.answer}
    assert answers.keys() == {node.name for node in window.link.topology.objects.values()}
    assert set(answers.values()) <= {"yes", "conversion", "no"}
    assert answers["pager"] == "no"


def test_drop_on_a_no_changes_nothing_and_says_why(opens: Opens) -> None:
    window = opens("tour")
    desk = window.graph._desk
    window.graph.begin_drag("implementation", "fcm_sequential")
    (pager,) = (number for number, node in window.link.topology.objects.items() if node.name == "pager")
    desk.hover(pager)
    script, rows = window.session.script, window.session.trace.head
    assert not desk.drop()
    assert (window.session.script, window.session.trace.head) == (script, rows)
    assert "does not go onto pager: another interface" in window.strip.text


def test_enter_asks_the_engine_for_exactly_what_a_drop_asks(opens: Opens) -> None:
    issued: list[list[Any]] = []
    for way in ("drop", "menu"):
        window = opens("counter")
        (counter,) = window.link.topology.objects
        if way == "drop":
            window.graph.begin_drag("implementation", "counter_partitioned")
            window.graph._desk.hover(counter)
            assert window.graph._desk.drop()
        else:
            from views.graph.menu import NodeMenu

            menu = NodeMenu(window.link, window.theme, counter)
            (part,) = (action.menu() for action in menu.actions() if action.text() == "Swap with")
            (choice,) = (action for action in part.actions() if "partitioned" in action.text())
            choice.trigger()
        issued.append(list(window.session.script))
    assert issued[0] == issued[1]
    assert issued[0][0].command == Swap("counter", "counter_partitioned")
