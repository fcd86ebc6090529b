"""What holds a swap up is named, and one gets there with the mouse and with the keyboard."""

import pytest
from PySide6.QtCore import Qt

from model.trace.events import Phase
from tests.views.panels import image_of, linked, shown, stalled_session
from views.kit.selection import Picked, Selection
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme
from views.waiting_for import NOTHING, WaitingForView

BLOCKED_NS = 1_300_000


@pytest.fixture
def stalled():
    """The scene of the abandoned swap, in BLOCK."""
    session = stalled_session(BLOCKED_NS)
    return SessionLink(session), Selection()


@pytest.fixture
def view(qtbot, stalled):
    view = shown(qtbot, WaitingForView(*stalled, load_theme("light")), 320, 560)
    image_of(view)
    return view


def test_the_thread_that_holds_the_swap_up_is_named_and_selected_by_two_keys(qtbot, stalled, view):
    _, selection = stalled
    view.list.setFocus(Qt.FocusReason.TabFocusReason)  # the first: go to the view
    view.list.focusInEvent(_focus())
    qtbot.keyClick(view.list, Qt.Key.Key_Return)  # the second
    holder = view.shown[0].chains[0].steps[0].state.thread
    assert selection.current == Picked("thread", holder)
    assert f"thread {holder}" in view.accessibleDescription()


def test_a_click_selects_what_its_line_names(qtbot, stalled, view):
    _, selection = stalled
    for row, line in enumerate(view.list.lines[:5]):
        if line.picked is None:
            continue
        place = view.list.visualRect(view.list.model().index(row, 0)).center()
        qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert selection.current == Picked(*line.picked)


def test_the_keyboard_passes_over_lines_that_name_nothing(qtbot, view):
    view.list.focusInEvent(_focus())
    stood = []
    for _ in range(5):
        stood.append(view.list.currentIndex().row())
        qtbot.keyClick(view.list, Qt.Key.Key_Down)
    assert [view.list.lines[row].sort for row in stood] == ["step"] * 5
    assert len(set(stood)) == 5


def test_a_cycle_is_said_with_what_will_end_it(view):
    texts = [each.whole for each in view.list.written]
    assert any(text.startswith("cycle: ends by its time limit in") for text in texts)


def test_a_chosen_thread_stays_among_the_lines_of_what_it_holds_up(stalled, view):
    _, selection = stalled
    before = view.list.lines
    selection.select("thread", view.shown[0].chains[1].steps[0].state.thread)
    assert view.list.lines == before


def test_a_selected_call_is_answered_by_its_thread(stalled, view):
    link, selection = stalled
    call = int(link.waits.calls["call"][0])
    selection.select("call", call)
    thread = link.waits.call(call).thread
    assert any(line.title == f"thread {thread}" for line in view.list.lines)


def test_run_until_drained_asks_for_the_next_phase(qtbot, view):
    assert not view.drain.isVisible()  # nobody listens yet
    with qtbot.waitSignal(view.run_until_wanted) as wanted:
        view._seen = ()
        view.take()
        qtbot.mouseClick(view.drain, Qt.MouseButton.LeftButton)
    assert wanted.args == [1, int(Phase.TRANSFER)]


def test_where_nothing_waits_it_says_so(qtbot):
    link, selection = linked("start")
    view = shown(qtbot, WaitingForView(link, selection, load_theme("dark")), 320, 300)
    assert view.list.isHidden()
    assert view.accessibleDescription() == NOTHING


def test_nothing_moves_when_what_waits_comes_and_goes(stalled, view):
    link, _ = stalled
    place = view._foot.geometry(), view._pages.geometry()
    assert view.list.isVisible() and view.list.lines
    link.set_cursor(0)
    link.refresh()
    assert view.nothing.isVisible()
    assert (view._foot.geometry(), view._pages.geometry()) == place
    assert view.nothing.pos() == view.list.pos()


def test_in_the_past_it_says_what_was_waited_for_then(stalled, view):
    link, _ = stalled
    link.set_cursor(link.trace.position_at(1_010_000))
    link.refresh()
    heads = [line for line in view.list.lines if line.sort == "head"]
    assert heads[0].words[0].startswith("FORWARD: 18 older threads must end")


def _focus():
    from PySide6.QtGui import QFocusEvent

    return QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason)
