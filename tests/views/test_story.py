"""The story: a sentence for each event, filtered, linked with selection and cursor, and lazy."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, Qt
from PySide6.QtGui import QKeyEvent

from model.trace.events import Kind
from model.trace.story import sentence
from tests.views.panels import image_of, linked, shown
from views.kit.selection import Picked
from views.kit.story_list import wrapped
from views.kit.theme import load_theme
from views.story import StoryView


@pytest.fixture
def made(qtbot):
    link, selection = linked("completed", abandoned=True)
    view = shown(qtbot, StoryView(link, selection, load_theme("light")), 900, 300)
    image_of(view)
    return link, selection, view


def texts(view):
    image_of(view)
    return [line.whole for line in view.list.written]


def choose(view, index):
    view.list.chosen.emit(index)
    image_of(view)


def test_the_last_sentence_is_that_of_the_last_row_before_the_cursor(made):
    link, _, view = made
    assert texts(view)[-1] == sentence(link.trace, link.names, link.trace.event(link.position - 1))
    link.set_cursor(400)
    link.refresh()
    assert texts(view)[-1] == sentence(link.trace, link.names, link.trace.event(399))


def test_a_filter_leaves_only_what_it_asks_for(made):
    link, _, view = made
    view.filter.setText("kind:swap_completed")
    rows = link.trace.rows(0, link.trace.head)
    count = int((rows["kind"] == Kind.SWAP_COMPLETED).sum())
    assert view.count() == count
    assert all("COMPLETED" in words or "completed" in words for words in texts(view)[1::2])


def test_a_wrong_filter_is_said_in_a_sentence_and_changes_nothing(made):
    _, _, view = made
    view.filter.setText("kind:fate")
    before = view.count()
    view.filter.setText("kind:fate colour:blue")
    assert view.wrong.isVisible()
    assert view.wrong.text() == "There is no column 'colour': write one of kind, on, method, client, thread, call, " \
        "processor, request, phase, latency, at."  # fmt: skip
    assert view.count() == before
    view.filter.setText("kind:fate phase:block")
    assert not view.wrong.isVisible()


def test_a_row_that_is_chosen_selects_what_it_is_about(made):
    link, selection, view = made
    view.filter.setText("kind:call_blocked")
    choose(view, 0)
    first = link.trace.event(view._rows.position(0))
    assert selection.current == Picked("call", first.call)
    view.filter.setText("kind:phase_entered")
    choose(view, 0)
    assert selection.current == Picked("swap", link.trace.event(view._rows.position(0)).a)


def test_what_is_selected_elsewhere_is_marked_and_found_when_the_story_does_not_follow(made):
    link, selection, view = made
    view.list.follows = False
    rows = link.trace.rows(0, link.trace.head)
    call = rows[rows["kind"] == Kind.CALL_ENTERED][50]
    selection.select("call", int(call["call"]))
    image_of(view)
    line = view.story_line(view.list.current)
    assert line.lit
    assert view._event(view.list.current).call == call["call"]


def test_it_follows_until_a_person_scrolls_and_again_when_told_to(qtbot, made):
    link, _, view = made
    bar = view.list.verticalScrollBar()
    assert bar.value() == bar.maximum()
    bar.setValue(10)
    assert not view.list.follows
    assert view.follow.isVisible()
    link.set_cursor(link.position - 50)
    link.refresh()
    assert bar.value() == 10
    qtbot.mouseClick(view.follow, Qt.MouseButton.LeftButton)
    assert bar.value() == bar.maximum()
    assert not view.follow.isVisible()


def test_keys_go_from_row_to_row_and_enter_selects(qtbot, made):
    _, selection, view = made
    view.list.current = 20
    for key, expected in ((Qt.Key.Key_Down, 21), (Qt.Key.Key_Up, 20)):
        qtbot.keyClick(view.list, key)
        assert view.list.current == expected
    qtbot.keyClick(view.list, Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    assert view.list.current == 0
    qtbot.keyClick(view.list, Qt.Key.Key_End, Qt.KeyboardModifier.ControlModifier)
    assert view.list.current == view.count() - 1
    qtbot.keyClick(view.list, Qt.Key.Key_Return)
    assert selection.current is not None
    assert view.story_line(view.list.current).words in view.list.accessibleDescription()


def test_home_and_end_alone_stay_the_windows(made):
    _, _, view = made
    for key in (Qt.Key.Key_Home, Qt.Key.Key_End, Qt.Key.Key_Space):
        event = QKeyEvent(QEvent.Type.ShortcutOverride, key, Qt.KeyboardModifier.NoModifier)
        event.ignore()
        QCoreApplication.sendEvent(view.list, event)
        assert not event.isAccepted()


def test_shift_enter_and_a_double_click_lead_to_the_instant(qtbot, made):
    link, _, view = made
    wanted = []
    view.time_wanted.connect(wanted.append)
    view.list.current = 30
    qtbot.keyClick(view.list, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert wanted == [link.trace.event(30).at_ns]


def test_only_what_is_seen_is_told(qtbot, monkeypatch):
    link, selection = linked("completed")
    view = shown(qtbot, StoryView(link, selection, load_theme("light")), 900, 300)
    told = []
    line = view.story_line
    monkeypatch.setattr(view, "story_line", lambda index: told.append(index) or line(index))
    image_of(view)
    assert 0 < len(set(told)) <= view.list._seen() + 1


def test_words_are_wrapped_and_none_is_lost():
    theme = load_theme("light")
    text = "Thread 214 called FCM file 17 again from inside; the mediator let the recursive call through."
    rows = wrapped(text, 260, 3, theme)
    assert len(rows) > 1
    assert " ".join(rows) == text


@pytest.mark.parametrize(("height", "scale"), [(230, 1.0), (180, 1.0), (120, 1.0), (210, 1.5)])
def test_low_panel_shows_several_sentences_rather_than_one_that_is_whole(qtbot, height, scale):
    link, selection = linked("completed")
    theme = replace(load_theme("light"), scale=scale)
    view = shown(qtbot, StoryView(link, selection, theme, None), 560, height)
    clocks = [words for words in texts(view) if words.replace("\u00a0", "").replace(".", "").isdigit()]
    fitting = int(view.list.viewport().height() / theme.px(24))
    assert len(clocks) >= min(3, fitting) >= 1
    assert texts(view)[-1].startswith(sentence(link.trace, link.names, link.trace.event(link.position - 1))[:10])


def test_high_and_narrow_panel_wraps_its_sentences(qtbot):
    link, selection = linked("completed")
    view = shown(qtbot, StoryView(link, selection, load_theme("light")), 300, 500)
    image_of(view)
    assert view.list.row_height > 2 * load_theme("light").px(24)
    assert not any(line.cut for line in view.list.written)
