"""The marks panel: what it asks for, by mouse and by keys, and what its lines say."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from tests.views.panels import FakeMarks, linked, shown
from views.kit.marks_control import Bookmark
from views.kit.theme import load_theme
from views.marks import MarksView


@pytest.fixture
def marks():
    return FakeMarks()


@pytest.fixture
def panel(qtbot, marks):
    link, selection = linked("completed")
    view = shown(qtbot, MarksView(link, selection, load_theme("light"), marks=marks), 359, 420)
    view.gone_to = []
    view.told = []
    view.time_wanted.connect(view.gone_to.append)
    view.said.connect(view.told.append)
    return view


def test_lines_are_stops_first_and_then_bookmarks(panel):
    assert [line.words for line in panel.list.marks.lines] == [
        "phase:block: stops the run; met once",
        "on:pager latency>5us: counts; met 12 345 times".replace(" 345", "\u00a0345"),
        "kind:fault: stops the run, switched off; met 0 times",
        "Bookmark at 1.210\u00a0000\u00a0ms: no note",
        "Bookmark at 2.418\u00a0306\u00a0ms: the door closes",
    ]


@pytest.mark.parametrize(
    ("button", "asked"),
    [("until", ("run_until", "phase:block")), ("stop", ("add_stop", "phase:block", True)),
     ("count", ("add_stop", "phase:block", False))],
)  # fmt: skip
def test_each_button_does_its_thing_with_the_rows(panel, marks, button, asked):
    panel.field.setText("phase:block")
    getattr(panel, button).click()
    assert marks.asked == [asked]
    assert panel.field.text() == ("phase:block" if button == "until" else "")


def test_enter_in_the_field_runs_until_there(panel, marks, qtbot):
    panel.field.setText("kind:fault")
    qtbot.keyClick(panel.field, Qt.Key.Key_Return)
    assert marks.asked == [("run_until", "kind:fault")]
    assert panel.field.selectedText() == "kind:fault", "what is typed next replaces it"


def test_refusal_is_told_and_the_text_stays(panel, marks):
    panel.field.setText("")
    panel.stop.click()
    assert panel.told == ["Say at which rows"]


def test_click_goes_to_the_last_row_that_met_a_stop_or_to_the_bookmark(panel, qtbot):
    viewport = panel.list.viewport()
    for row in (0, 3):
        place = panel.list.visualRect(panel.list.marks.index(row)).center()
        qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place)
    assert panel.gone_to == [panel.link.trace.event(40).at_ns, 1_210_000]


def test_enter_goes_there_too_and_says_where_there_is_nothing_to_go_to(panel, qtbot):
    panel.list.setCurrentIndex(panel.list.marks.index(2))
    qtbot.keyClick(panel.list, Qt.Key.Key_Return)
    assert panel.gone_to == []
    assert panel.told == ["No row so far has met this"]


def test_delete_takes_a_line_away(panel, marks, qtbot):
    for row in (1, 4):
        panel.list.setCurrentIndex(panel.list.marks.index(row))
        qtbot.keyClick(panel.list, Qt.Key.Key_Delete)
    assert marks.asked == [("remove_stop", 1), ("remove_bookmark", 2_418_306)]


def test_note_is_written_in_place(panel, marks):
    model = panel.list.marks
    assert model.data(model.index(4), Qt.ItemDataRole.EditRole) == "the door closes"
    assert model.setData(model.index(3), "x" * 9_000)
    assert not model.setData(model.index(0), "stops have no notes")
    assert marks.asked == [("add_bookmark", 1_210_000, "x" * 4_000)]


@pytest.mark.parametrize(
    ("row", "choices"),
    [
        (0, ["Go there", "Only count", "Switch off", "Remove"]),
        (1, ["Go there", "Stop there", "Switch off", "Remove"]),
        (2, ["Go there", "Only count", "Switch on", "Remove"]),
        (3, ["Go there", "Write a note", "Remove"]),
    ],
)
def test_menu_of_a_line_offers_what_can_be_done_with_it(panel, row, choices):
    menu = panel.menu_of(panel.list.marks.lines[row])
    assert [action.text() for action in menu.actions()] == choices


def test_menu_changes_a_stop(panel, marks):
    menu = panel.menu_of(panel.list.marks.lines[0])
    menu.actions()[1].trigger()
    menu.actions()[2].trigger()
    assert marks.asked == [("change_stop", 0, False, None), ("change_stop", 0, None, False)]


def test_without_marks_the_panel_says_how_to_make_some(qtbot):
    link, selection = linked("completed")
    empty = FakeMarks(filled=False)
    view = shown(qtbot, MarksView(link, selection, load_theme("light"), marks=empty), 359, 420)
    assert view.hint.isVisible()
    assert not view.list.isVisible()
    empty.bookmarks = (Bookmark(5),)
    empty.changed.emit()
    assert not view.hint.isVisible()
    assert view.list.isVisible()
