"""The transport: it shows the playback and passes on what is asked of it."""

import pytest
from PySide6.QtCore import QPoint, Qt

from tests.views.panels import FakePlayback, image_of, linked, point_at, shown
from views.kit.playback_control import FASTEST_PACE, SLOWEST_PACE
from views.kit.speed_slider import STEPS, pace_of, ratio_words, step_of
from views.kit.theme import load_theme
from views.time_bar import TimeBar
from views.transport import Transport


@pytest.fixture
def transport(qtbot):
    link, selection = linked()
    theme, playback = load_theme("light"), FakePlayback()
    bar = TimeBar(link, selection, theme, playback)
    view = shown(qtbot, Transport(link, selection, theme, playback, time_bar=bar), 1600, 92)
    view.playback = playback
    return view


def readout(view):
    image_of(view)
    return [line.whole.replace("\u00a0", " ").replace("\u202f", " ") for line in view.readout.written]


def plain(text):
    return text.replace("\u00a0", " ").replace("\u202f", " ")


@pytest.mark.parametrize(
    ("button", "asked"),
    [("to_start", "to_start"), ("back", "step_back"), ("play", "toggle"), ("forward", "step_forward")],
)
def test_each_button_asks_for_one_thing(qtbot, transport, button, asked):
    qtbot.mouseClick(getattr(transport, button), Qt.MouseButton.LeftButton)
    assert transport.playback.asked == [(asked,)]


def test_to_the_head_is_possible_only_behind_it(qtbot, transport):
    assert not transport.to_end.isEnabled()
    transport.link.set_cursor(300)
    transport.link.refresh()
    qtbot.mouseClick(transport.to_end, Qt.MouseButton.LeftButton)
    assert transport.playback.asked == [("to_end",)]


def test_play_becomes_pause_while_it_plays(transport):
    assert transport.play.glyph == "play"
    transport.playback.playing = True
    transport.playback.changed.emit()
    assert (transport.play.glyph, transport.play.toolTip()) == ("pause", "Pause (Space)")


def test_the_readout_gives_the_clock_the_event_and_where_that_is(transport):
    count = f"{transport.link.trace.head:,}".replace(",", " ")
    assert readout(transport) == ["2.418 306", "ms", f"event {count}", "at the head, recording"]


def test_behind_the_head_it_says_what_play_and_a_command_would_do(transport):
    transport.link.set_cursor(300)
    transport.link.refresh()
    assert readout(transport)[-1] == "behind the head: play replays, a command forks here"


def test_a_run_that_has_ended_says_why(transport):
    transport.link.session.ended = "thread 3 hung"
    transport.link.refresh()
    assert readout(transport)[-1] == "the run has ended: thread 3 hung"


def test_in_a_narrow_window_the_place_and_then_the_step_give_way(transport):
    transport.resize(1100, 92)
    assert readout(transport) == ["2.418 306", "ms"]
    assert transport.step.isVisible()
    transport.resize(1024, 92)
    assert not transport.step.isVisible()
    assert transport.width() == 1024


def test_the_kind_of_step_is_asked_of_the_playback(qtbot, transport):
    qtbot.keyClick(transport.step, Qt.Key.Key_Down)
    assert transport.playback.asked == [("set_step", "phase")]


def test_the_menu_of_steps_has_the_current_one_checked(transport):
    transport.playback.step = "call"
    transport.playback.changed.emit()
    menu = transport.step.menu()
    assert [(action.text(), action.isChecked()) for action in menu.actions()] == [
        ("Step by event", False), ("Step by phase", False), ("Step by call", True),
            ("Step by advance", False),
    ]  # fmt: skip


def test_the_mode_is_asked_of_the_playback(transport):
    transport.mode.chosen.emit(2)
    assert transport.playback.asked == [("set_mode", "express")]


def test_the_pill_ends_the_slow_motion(qtbot, transport):
    assert not transport.slow_motion.isVisible()
    transport.playback.slow_motion_active = True
    transport.playback.changed.emit()
    assert transport.slow_motion.isVisible() and not transport.pace.isVisible()
    qtbot.mouseClick(transport.slow_motion, Qt.MouseButton.LeftButton)
    assert transport.playback.asked == [("cancel_slow_motion",)]


def test_the_achieved_pace_stands_beside_the_asked(transport):
    transport.playback.playing = True
    transport.playback.changed.emit()
    image_of(transport)
    assert [plain(line.whole) for line in transport.speed.written] == ["1 : 200 000 asked", "Speed"]
    assert [plain(line.whole) for line in transport.pace.written] == ["1 : 200 000 achieved"]


def test_a_pace_that_is_not_reached_says_so(transport):
    transport.playback.playing, transport.playback.achieved_pace = True, 1_000.0
    transport.playback.changed.emit()
    image_of(transport)
    assert [plain(line.whole) for line in transport.pace.written] == ["1 : 1 000 000 achieved"]
    assert "cannot keep up" in transport.pace.toolTip()


def test_the_speed_is_on_a_log_scale():
    assert (step_of(SLOWEST_PACE), step_of(1e5), step_of(FASTEST_PACE)) == (0, STEPS // 2, STEPS)
    assert pace_of(STEPS // 2) == pytest.approx(1e5)


@pytest.mark.parametrize(
    ("pace", "said"),
    [(5_000, "1 : 200 000"), (1e6, "1 : 1 000"), (1e9, "1 : 1"), (123_456, "1 : 8 100"), (2e9, "2 : 1")],
)
def test_a_pace_is_worded_as_simulated_to_real_time(pace, said):
    assert plain(ratio_words(pace)) == said


def test_the_slider_moves_by_the_arrows(qtbot, transport):
    qtbot.keyClick(transport.speed, Qt.Key.Key_Right)
    ((asked, pace),) = transport.playback.asked
    assert asked == "set_pace" and pace == pytest.approx(5_000 * 10**0.1, rel=0.02)


def test_the_slider_goes_to_where_it_is_pressed(qtbot, transport):
    middle = QPoint(transport.speed.width() // 2, 28)
    qtbot.mousePress(transport.speed, Qt.MouseButton.LeftButton, pos=middle)
    assert transport.playback.asked[-1][1] == pytest.approx(1e5, rel=0.1)
    point_at(transport.speed, QPoint(transport.speed.width(), 28), pressed=True)
    assert transport.playback.asked[-1][1] == pytest.approx(FASTEST_PACE)


def test_showing_a_pace_asks_for_nothing(transport):
    transport.playback.asked_pace = 1e7
    transport.playback.changed.emit()
    assert transport.playback.asked == []
