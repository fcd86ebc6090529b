"""The time bar: what is held of the run, what was done in it, and the way to another instant."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QColor

from model.trace.events import Phase
from tests.synthetic import synthetic_trace
from tests.views.panels import FakePlayback, FakeSession, image_of, linked, point_at, shown
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme
from views.time_bar import TimeBar


def make(qtbot, link, selection=None):
    view = shown(qtbot, TimeBar(link, selection or Selection(), load_theme("light"), FakePlayback()), 1600, 42)
    view.playback = view._playback
    return view


@pytest.fixture
def bar(qtbot):
    return make(qtbot, *linked(abandoned=True))


@pytest.fixture
def worn_bar(qtbot):
    """A bar over a trace that has let its beginning go."""
    trace, clock = synthetic_trace(1_500, "completed")
    small, _ = synthetic_trace(0, "start", capacity=4_096)
    link = SessionLink(FakeSession(small, clock.now_ns))
    for row in trace.rows(small.head, trace.head).tolist():
        at_ns, until_ns, cause, call, a, b, thread, subject, kind, method, client, processor = row
        small.append(kind, at_ns, until_ns, cause, call, a, b, thread, subject, method, client, processor)
    link.refresh()
    return make(qtbot, link)


def colour_at(view, at_ns):
    middle = view.groove().center().y()
    return QColor(image_of(view).pixel(round(view.x_of(at_ns)), round(middle))).name()


def test_an_instant_and_its_place_belong_together(bar):
    for at_ns in (0, 700_000, 2_418_306):
        assert bar.ns_at(bar.x_of(at_ns)) == pytest.approx(at_ns, abs=2)


def test_both_ends_are_named(bar):
    image_of(bar)
    assert [line.whole.replace("\u00a0", " ") for line in bar.written] == ["0 ms", "2.418 ms"]


def test_a_completed_and_an_abandoned_swap_have_the_colours_of_their_outcomes(bar):
    theme = load_theme("light")
    assert colour_at(bar, 1_213_000) == theme.phase.completed.mark.name()
    assert colour_at(bar, 2_060_000) == theme.phase.abandoned.mark.name()


def test_a_running_swap_reaches_to_the_head_by_phases(bar):
    piece = next(piece for piece in bar._pieces if piece.request == 4)
    assert [(phase, until) for phase, _, until in piece.spans] == [
        (Phase.FORWARD, 2_414_200), (Phase.BLOCK, 2_418_306),
    ]  # fmt: skip


def test_what_lies_after_the_cursor_is_shown_too(bar):
    bar.link.set_cursor(100)
    bar.link.refresh()
    assert sorted(piece.request for piece in bar._pieces) == [1, 2, 3, 4, 5]


def test_a_click_pauses_and_seeks(qtbot, bar):
    place = QPoint(round(bar.x_of(1_000_000)), 24)
    qtbot.mouseClick(bar, Qt.MouseButton.LeftButton, pos=place)
    assert bar.playback.asked[0] == ("pause",)
    assert bar.playback.asked[1] == ("seek_ns", bar.ns_at(place.x()))


def test_a_drag_scrubs_and_stays_within_the_run(qtbot, bar):
    qtbot.mousePress(bar, Qt.MouseButton.LeftButton, pos=QPoint(700, 24))
    point_at(bar, QPointF(900, 24), pressed=True)
    point_at(bar, QPointF(5_000, 24), pressed=True)
    qtbot.mouseRelease(bar, Qt.MouseButton.LeftButton, pos=QPoint(1_590, 24))
    point_at(bar, QPointF(300, 24))
    assert [what for what, *_ in bar.playback.asked] == ["pause", "seek_ns", "seek_ns", "seek_ns"]
    assert bar.playback.asked[-1] == ("seek_ns", 2_418_306)


@pytest.mark.parametrize(
    ("key", "asked"),
    [(Qt.Key.Key_Left, "step_back"), (Qt.Key.Key_Right, "step_forward"), (Qt.Key.Key_Home, "to_start"),
     (Qt.Key.Key_End, "to_end")],
)  # fmt: skip
def test_keys_do_what_the_buttons_do(qtbot, bar, key, asked):
    qtbot.keyClick(bar, key)
    assert bar.playback.asked == [(asked,)]


def test_what_was_let_go_is_hatched_and_not_to_scale(worn_bar):
    link = worn_bar.link
    assert link.earliest_ns > 0
    assert worn_bar.x_of(link.earliest_ns) == worn_bar.x_of(0) == worn_bar.held().left()
    assert worn_bar.held().left() > worn_bar.groove().left()
    assert "is the earliest that is held" in worn_bar.words_at(worn_bar.groove().left() + 10)


def test_a_swap_is_named_where_the_pointer_rests(bar):
    words = bar.words_at(bar.x_of(1_210_000)).replace("\u00a0", " ")
    assert words == "swap 2 of FCM file 17, COMPLETED, 26.5 µs"


def test_elsewhere_the_instant_is_named(bar):
    assert bar.words_at(bar.x_of(600_000)).startswith("0.")
    assert bar.words_at(bar.x_of(600_000)).endswith("ms")


def test_another_session_forgets_the_swaps(bar):
    other, _ = linked("start")
    bar.link.set_session(other.session)
    assert bar._pieces == ()
