"""The selected component: its facts, and the keyboard's twin of a drag."""

import pytest
from PySide6.QtCore import Qt

from model.commands import Attach, Detach, Swap
from tests.views.panels import linked, shown
from views.kit.theme import load_theme
from views.selected import SelectedView

FCM_17, FCM_3, COUNTER = 18, 19, 21


@pytest.fixture
def selected(qtbot):
    def make(identity=FCM_3, until="block"):
        link, selection = linked(until)
        if identity:
            selection.select("object", identity)
        return shown(qtbot, SelectedView(link, selection, load_theme("light")), 359, 440)

    return make


def entries(menu):
    return [(action.text(), action.isEnabled()) for action in menu.actions() if not action.isSeparator()]


def act(menu, begins):
    action = next(action for action in menu.actions() if action.text().startswith(begins))
    menu.triggered.emit(action)


def test_with_nothing_selected_it_says_what_to_do(selected):
    view = selected(0)
    assert view.hint.isVisible()
    assert not view.facts.isVisible()


def test_the_facts_of_a_component(selected):
    rows = [(name, value.replace("\u00a0", " ")) for name, value in selected().facts.rows]
    assert rows == [
        ("interface", "file cache manager"), ("implementation", "replicated, 4 representatives"),
        ("clients", "postmark, sdet-1"), ("in flight", "1 call on 1 processor"), ("protocols", "4, highest is bit 17"),
        ("swaps", "none"), ("state", "32 pages, 5 dirty"),
    ]  # fmt: skip


def test_calls_in_flight_are_told_with_their_processors(selected):
    view = selected(FCM_17)
    value = dict(view.facts.rows)["in flight"]
    calls = view.link.counts.in_flight_of(FCM_17)
    assert value.startswith(f"{calls} calls on ") and value.endswith(" processors")


def test_swaps_are_counted_with_the_time_since_the_last(selected):
    assert dict(selected(FCM_17).facts.rows)["swaps"].replace("\u00a0", " ") == "2, last 672 µs ago"


def test_wrappers_are_a_fact_where_there_are_some(selected):
    assert dict(selected(COUNTER).facts.rows)["wrappers"] == "call timer"


def test_every_candidate_is_in_the_menu_with_the_answer_of_the_component(selected):
    assert entries(selected(FCM_3).swap_menu()) == [
        ("FCM, single\twhole page table", True), ("FCM, sequential\twhole page table", True),
    ]  # fmt: skip


def test_what_is_refused_says_why(selected):
    view = selected(FCM_17)
    assert {words for words, _ in entries(view.attach_menu())} >= {"call timer\tit is being swapped"}
    assert not view.attach.isEnabled()
    assert view.attach.toolTip() == "A swap is under way"


def test_swap_is_queued_behind_what_is_under_way(selected):
    view = selected(FCM_17)
    assert entries(view.swap_menu()) == [("FCM, replicated\tqueued", True), ("FCM, sequential\tqueued", True)]
    assert view.swap_with.isEnabled()
    assert view.swap_with.toolTip() == "A swap is under way: another is queued behind it"
    act(view.swap_menu(), "FCM, sequential")
    (command,) = [command for command, _ in view.link.session.issued]
    assert command == Swap(object="FCM file 17", implementation="fcm_sequential", queue=True)


def test_choosing_an_implementation_asks_for_the_swap(selected):
    view = selected(FCM_3)
    act(view.swap_menu(), "FCM, sequential")
    assert [command for command, _ in view.link.session.issued] == [
        Swap(object="FCM file 3", implementation="fcm_sequential")
    ]


def test_choosing_a_wrapper_asks_for_the_attach(selected):
    view = selected(FCM_3)
    act(view.attach_menu(), "sequential watch")
    assert [command for command, _ in view.link.session.issued] == [
        Attach(object="FCM file 3", wrapper="sequential_watch")
    ]


def test_what_is_attached_can_be_detached_from_the_same_menu(selected):
    view = selected(COUNTER)
    act(view.attach_menu(), "Detach call timer")
    assert [command for command, _ in view.link.session.issued] == [Detach(object="counter", wrapper="call_timer")]


def test_the_menu_opens_from_the_keyboard(qtbot, selected):
    view = selected(FCM_3)
    opened = []
    view._open = lambda menu, under: opened.append((len(menu.actions()), under))
    view.swap_with.setFocus()
    qtbot.keyClick(view.swap_with, Qt.Key.Key_Space)
    assert opened == [(2, view.swap_with)]


def test_a_swap_of_the_component_can_be_chosen(qtbot, selected):
    view = selected(FCM_17)
    with qtbot.waitSignal(view.selection.changed):
        view.list.chosen.emit(2)
    assert view.selection.is_selected("swap", 2)
