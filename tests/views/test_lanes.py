"""Lanes: what they show, and that every gesture of the mouse has a key that does the same, on any keyboard."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent

from model.trace.events import Kind
from tests.views.panels import image_of, linked, shown
from views.kit.lanes_canvas import ZOOM
from views.kit.physical_keys import place_of
from views.kit.selection import Picked
from views.kit.theme import load_theme
from views.kit.time_ticks import ticks
from views.lanes import LanesView

NONE = Qt.KeyboardModifier.NoModifier
FCM_17 = 18


@pytest.fixture
def made(qtbot):
    link, selection = linked("completed")
    view = shown(qtbot, LanesView(link, selection, load_theme("light")), 1000, 320)
    view.follows = False
    view.canvas.set_window(2_380_000, 2_440_000)
    image_of(view)
    return link, selection, view


def key(canvas, key, text="", code=0, modifiers=NONE):
    event = QKeyEvent(QEvent.Type.KeyPress, key, modifiers, code, 0, 0, text)
    QCoreApplication.sendEvent(canvas, event)
    image_of(canvas)


def span(canvas):
    return canvas.window_ns[1] - canvas.window_ns[0]


def test_w_s_a_d_count_by_their_place_on_a_french_keyboard(made):
    _, _, view = made
    canvas = view.canvas
    before = span(canvas)
    key(canvas, Qt.Key.Key_Z, "z", code=25)  # where W lies
    assert span(canvas) == pytest.approx(before / ZOOM, rel=0.01)
    key(canvas, Qt.Key.Key_S, "s", code=39)
    assert span(canvas) == pytest.approx(before, rel=0.01)
    first = canvas.window_ns[0]
    key(canvas, Qt.Key.Key_Q, "q", code=38)  # where A lies
    assert canvas.window_ns[0] < first
    key(canvas, Qt.Key.Key_D, "d", code=40)
    assert canvas.window_ns[0] == pytest.approx(first, abs=2)


def test_a_letter_that_lies_elsewhere_is_no_key_of_the_lanes(made):
    _, _, view = made
    before = view.canvas.window_ns
    key(view.canvas, Qt.Key.Key_W, "w", code=52)  # on a French keyboard W lies where Z lies elsewhere
    assert view.canvas.window_ns == before


@pytest.mark.parametrize(
    ("platform", "code", "virtual", "expected"),
    [("xcb", 25, 0, "W"), ("wayland", 38, 0, "A"), ("windows", 0x1F, 0, "S"), ("windows", 25, 0, ""),
     ("cocoa", 0, 2, "D"), ("offscreen", 0, 0, "W")],
)  # fmt: skip
def test_each_system_tells_places_by_its_own_codes(platform, code, virtual, expected):
    event = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_W, NONE, code, virtual, 0, "w")
    assert place_of(event, platform) == expected


def test_the_wheel_zooms_at_the_pointer_as_w_does(made):
    _, _, view = made
    canvas = view.canvas
    at = QPointF(600, 100)
    under = canvas.instant(600)
    turn = QWheelEvent(at, at, QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, NONE, Qt.ScrollPhase.NoScrollPhase,
                       False)  # fmt: skip
    QCoreApplication.sendEvent(canvas.viewport(), turn)
    assert canvas.instant(600) == pytest.approx(under, abs=2)
    assert span(canvas) == pytest.approx(60_000 / ZOOM, rel=0.01)


def test_a_click_selects_a_bar_and_comma_and_period_go_along_its_lane(qtbot, made):
    _, selection, view = made
    canvas = view.canvas
    view.pivot.chosen.emit(0)
    image_of(view)
    lane = [place for place in range(len(canvas.picture)) if canvas.picture.lane[place] == 1]
    lane.sort(key=lambda place: canvas.picture.start_ns[place])
    for place in lane:
        x, y, width, height = canvas._rects[place]
        if width > 4 and canvas.bar_at(QPointF(x + width / 2, y + height / 2)) == place:
            break
    at = QPointF(x + width / 2, y + height / 2).toPoint()
    qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert selection.current == Picked("thread", int(canvas.picture.identity[place]))
    here = canvas.selected_bar()
    key(canvas, Qt.Key.Key_Comma, ",")
    assert canvas.picture.start_ns[canvas.selected_bar()] <= canvas.picture.start_ns[here]
    assert canvas.picture.lane[canvas.selected_bar()] == canvas.picture.lane[here]


def test_brackets_follow_cause_and_effect(made):
    link, selection, view = made
    rows = link.trace.rows(0, link.trace.head)
    inner = rows[(rows["kind"] == Kind.CALL_ENTERED) & (rows["b"] != 0)][-1]
    selection.select("call", int(inner["call"]))
    key(view.canvas, Qt.Key.Key_BracketLeft, "[")
    cause = link.trace.event(int(inner["cause"]))
    assert selection.current == Picked("call", cause.call)
    key(view.canvas, Qt.Key.Key_BracketRight, "]")
    assert selection.current is not None


def test_markers_by_mouse_and_by_key_show_their_difference(qtbot, made):
    _, _, view = made
    canvas = view.canvas
    alt, shift = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ShiftModifier
    for modifiers, x in ((alt, 300), (alt | shift, 700)):
        qtbot.mouseClick(canvas.viewport(), Qt.MouseButton.LeftButton, modifiers, QPoint(x, 120))
    image_of(view)
    a, b = canvas.markers_ns["A"], canvas.markers_ns["B"]
    assert (a, b) == (canvas.instant(300), canvas.instant(700))
    assert any(line.whole.startswith("B − A  +") for line in canvas.written)
    canvas.choose(0)
    key(canvas, Qt.Key.Key_A, "a", modifiers=alt)
    assert canvas.markers_ns["A"] == canvas.picture.start_ns[canvas.selected_bar()]


def test_f_goes_to_what_is_selected_and_then_to_everything(made):
    link, _, view = made
    canvas = view.canvas
    canvas.choose(len(canvas.picture) // 2)
    image_of(view)
    key(canvas, Qt.Key.Key_F, "f")
    place = canvas.selected_bar()
    assert span(canvas) <= 2 * max(20, canvas.picture.end_ns[place] - canvas.picture.start_ns[place])
    key(canvas, Qt.Key.Key_F, "f")
    assert canvas.window_ns[0] <= link.earliest_ns
    assert canvas.window_ns[1] >= link.clock_ns
    key(canvas, Qt.Key.Key_Backspace)
    assert span(canvas) < 100_000


def test_m_asks_for_a_bookmark_and_enter_for_the_instant(qtbot, made):
    link, _, view = made
    bookmarks, instants = [], []
    view.bookmark_wanted.connect(bookmarks.append)
    view.time_wanted.connect(instants.append)
    key(view.canvas, Qt.Key.Key_M, "m")
    view.canvas.choose(0)
    image_of(view)
    key(view.canvas, Qt.Key.Key_Return)
    qtbot.mouseDClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(500, 290))
    assert bookmarks == [link.clock_ns]
    assert instants == [int(view.canvas.picture.start_ns[view.canvas.selected_bar()]), view.canvas.instant(500)]


def test_its_keys_are_not_the_windows_shortcuts_while_it_has_the_keyboard(made):
    _, _, view = made
    for code, name in ((Qt.Key.Key_S, "s"), (Qt.Key.Key_D, "d"), (Qt.Key.Key_F, "f"), (Qt.Key.Key_Period, ".")):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, code, NONE, 0, 0, 0, name)
        event.ignore()
        QCoreApplication.sendEvent(view.canvas, event)
        assert event.isAccepted(), name
    space = QKeyEvent(QEvent.Type.ShortcutOverride, Qt.Key.Key_Space, NONE, 0, 0, 0, " ")
    space.ignore()
    QCoreApplication.sendEvent(view.canvas, space)
    assert not space.isAccepted()


def test_the_window_follows_the_clock_until_a_person_moves_it(qtbot, made):
    link, _, view = made
    view._follow_again()
    assert view.canvas.window_ns[0] < link.clock_ns < view.canvas.window_ns[1]
    view.canvas.pan(-0.5)
    assert not view.follows
    assert view.follow.isVisible()
    qtbot.mouseClick(view.follow, Qt.MouseButton.LeftButton)
    assert view.follows


@pytest.mark.parametrize("pivot", [0, 1, 2])
def test_every_pivot_shows_bars_bands_and_lanes(made, pivot):
    _, _, view = made
    view.pivot.set_current(pivot)
    view.take()
    image_of(view)
    assert len(view.canvas.picture)
    assert {band.request for band in view.canvas.bands} >= {4}
    kinds = {lane.kind for lane in view.canvas.picture.lanes}
    assert kinds == {("processor", "thread", "object")[pivot]}


def test_a_click_on_the_name_of_a_component_selects_it(qtbot, made):
    _, selection, view = made
    view.pivot.set_current(2)
    view.take()
    image_of(view)
    lane = next(place for place, each in enumerate(view.canvas.picture.lanes) if each.identity == FCM_17)
    at = QPoint(20, round(view.canvas._tops()[lane]) + 10)
    if at.y() < view.canvas.viewport().height():
        qtbot.mouseClick(view.canvas.viewport(), Qt.MouseButton.LeftButton, pos=at)
        assert selection.current == Picked("object", FCM_17)


def test_nothing_that_lies_after_the_cursor_is_shown(made):
    link, _, view = made
    link.set_cursor(link.trace.position_at(2_400_000))
    link.refresh()
    image_of(view)
    assert int(view.canvas.picture.start_ns.max()) <= 2_400_000
    assert int(view.canvas.picture.end_ns.max()) <= 2_400_000


def test_ticks_are_round_and_told_apart():
    words = [word.replace("\u00a0", " ") for _, word in ticks(2_418_000, 2_419_000, 6)]
    assert words == ["2.418 0", "2.418 2", "2.418 4", "2.418 6", "2.418 8", "2.419 0 ms"]
    assert [at_ns for at_ns, _ in ticks(0, 10_000_000, 6)] == [
        0,
        2_000_000,
        4_000_000,
        6_000_000,
        8_000_000,
        10_000_000,
    ]
    assert ticks(0, 10_000_000, 6)[1][1] == "2"
