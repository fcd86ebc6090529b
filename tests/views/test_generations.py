"""Generations by processor, and the thread that holds an advance back."""

import pytest
from PySide6.QtCore import Qt

from tests.views.panels import image_of, shown, stalled_session
from views.generations import GenerationsView
from views.kit.selection import Picked, Selection
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme


@pytest.fixture
def made(qtbot):
    session = stalled_session(1_010_000)
    link, selection = SessionLink(session), Selection()
    view = shown(qtbot, GenerationsView(link, selection, load_theme("light")), 320, 330)
    image_of(view)
    return link, selection, view


def test_each_processor_says_how_many_threads_live_in_which_generation(made):
    link, _, view = made
    state = link.generations
    for processor in range(state.processors):
        line = view.list.lines[processor]
        assert line.title == f"cpu {processor}"
        told = {generation.number: generation.threads for generation in line.generations}
        counted = {number: count for (at, number), count in state.active.items() if at == processor}
        assert {number: count for number, count in told.items() if count} == counted


def test_a_request_says_how_many_threads_it_waits_for_and_for_whose_sake(qtbot, made):
    _, selection, view = made
    row = next(row for row, line in enumerate(view.list.lines) if line.title.startswith("Quiescent state"))
    assert view.list.lines[row].title == "Quiescent state 1, for swap 1"
    assert view.list.lines[row].words == ("18 older threads must end",)
    place = view.list.visualRect(view.list.model().index(row, 0)).center()
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert selection.current == Picked("swap", 1)


def test_enter_on_a_processor_selects_the_thread_that_holds_its_advance_back(qtbot, made):
    link, selection, view = made
    view.list.setCurrentIndex(view.list.model().index(1, 0))
    qtbot.keyClick(view.list, Qt.Key.Key_Return)
    assert selection.current.kind == "thread"
    state = link.waits.thread(selection.current.identity)
    assert (state.home, state.generation) == (1, 0)
    older = [each for each in link.waits.older_than((0,) * 4) if link.waits.thread(each).home == 1]
    assert state.started_ns == min(link.waits.thread(each).started_ns for each in older)


def test_the_counts_at_the_foot_are_those_of_the_run(made):
    link, _, view = made
    state = link.generations
    assert view.list.lines[-1].title == f"{state.advances} advances, {state.requested} request, {state.reached} reached"
