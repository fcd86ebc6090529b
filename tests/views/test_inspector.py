"""The inspector: what it knows of each sort of thing, back and forward, the pin, history and source."""

import pytest
from PySide6.QtCore import Qt

from model.trace.events import Kind
from tests.synthetic import LAST_REQUEST
from tests.views.panels import image_of, linked, shown
from views.inspector import NO_SOURCE, NOTHING, InspectorView
from views.kit.selection import KINDS, Picked
from views.kit.theme import load_theme

FCM_17, COUNTER = 18, 21


@pytest.fixture
def made(qtbot):
    link, selection = linked("block")
    link.set_sources(lambda name: "class SingleFileCache:\n    pass  # small\n" if name == "fcm_single" else "")
    view = shown(qtbot, InspectorView(link, selection, load_theme("light")), 359, 480)
    image_of(view)
    return link, selection, view


def facts(view):
    return dict(view.facts.rows)


def some(link, kind):
    """A thing of each sort."""
    threads = link.waits.calls["thread"]
    return {
        "object": FCM_17,
        "client": 1,
        "interposer": next(iter(link.topology.interposers)),
        "thread": int(threads[-1]),
        "call": int(link.waits.calls["call"][-1]),
        "swap": LAST_REQUEST,
    }[kind]


@pytest.mark.parametrize("kind", KINDS)
def test_of_every_sort_of_thing_it_knows_something(made, kind):
    link, selection, view = made
    if kind == "fault":
        pytest.skip("no fault in this run")
    selection.select(kind, some(link, kind))
    image_of(view)
    assert len(view.facts.rows) > 1
    assert all(value for _, value in view.facts.rows)
    assert view.accessibleDescription()


@pytest.mark.parametrize("kind", KINDS)
def test_of_what_is_not_there_it_says_so(made, kind):
    _, selection, view = made
    selection.select(kind, 99_999)
    image_of(view)
    assert view.facts.rows == ()
    assert "not there" in view.header.accessibleName()


def test_it_tells_the_figures_that_a_component_reports_of_itself(made):
    link, selection, view = made
    selection.select("object", FCM_17)
    instance = link.topology.objects[FCM_17].instance
    reported = {name for of, name in link.topology.figures if of == instance}
    assert {name for name, _ in view.state.rows} == reported
    assert view.vectors.isVisible()


def test_in_the_past_it_tells_what_was_known_then(made):
    link, selection, view = made
    selection.select("object", FCM_17)
    assert facts(view)["implementation"].startswith("single")
    link.set_cursor(link.trace.position_at(1_600_000))
    link.refresh()
    assert facts(view)["implementation"].startswith("replicated")


def test_a_call_tells_how_long_it_took_up_to_the_cursor(made):
    link, selection, view = made
    rows = link.trace.rows(0, link.trace.head)
    ended = rows[rows["kind"] == Kind.CALL_RETURNED][20]
    selection.select("call", int(ended["call"]))
    assert "took" in facts(view)
    link.set_cursor(int(ended["cause"]) + 1)
    link.refresh()
    assert facts(view)["takes"].endswith("so far")


def test_back_and_forward_go_through_what_was_selected(qtbot, made):
    _, selection, view = made
    assert not view.back.isEnabled()
    for identity in (FCM_17, COUNTER):
        selection.select("object", identity)
    selection.select("client", 1)
    qtbot.mouseClick(view.back, Qt.MouseButton.LeftButton)
    assert selection.current == Picked("object", COUNTER)
    qtbot.mouseClick(view.back, Qt.MouseButton.LeftButton)
    assert selection.current == Picked("object", FCM_17)
    assert not view.back.isEnabled()
    qtbot.mouseClick(view.forward, Qt.MouseButton.LeftButton)
    assert selection.current == Picked("object", COUNTER)
    selection.select("swap", LAST_REQUEST)
    assert not view.forward.isEnabled()
    selection.clear()
    view.history.go_back()
    assert selection.current == Picked("swap", LAST_REQUEST)


def test_a_pin_keeps_it_while_the_selection_goes_on(qtbot, made):
    _, selection, view = made
    selection.select("object", FCM_17)
    qtbot.mouseClick(view.pin, Qt.MouseButton.LeftButton)
    selection.select("object", COUNTER)
    assert view.shown == Picked("object", FCM_17)
    qtbot.mouseClick(view.pin, Qt.MouseButton.LeftButton)
    assert view.shown == Picked("object", COUNTER)


def test_the_history_is_of_that_thing_newest_first_and_leads_to_its_instants(qtbot, made):
    link, selection, view = made
    thread = int(link.waits.calls["thread"][-1])
    selection.select("thread", thread)
    view.pages.set_current(1)
    view.take()
    image_of(view)
    assert view.count() > 1
    positions = [event.position for event in view._events]
    assert positions == sorted(positions, reverse=True)
    assert {event.thread for event in view._events} == {thread}
    wanted = []
    view.time_wanted.connect(wanted.append)
    view.events.current = 0
    qtbot.keyClick(view.events, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    assert wanted == [view._events[0].at_ns]


def test_the_source_comes_with_the_link_and_by_the_name_of_the_implementation(made):
    _, selection, view = made
    selection.select("object", FCM_17)
    view.pages.set_current(2)
    view.take()
    assert view.source.toPlainText().startswith("class SingleFileCache")
    selection.select("object", COUNTER)
    assert view.source.toPlainText() == NO_SOURCE
    assert view.source.isReadOnly()


def test_with_nothing_selected_it_says_what_to_do(made):
    _, selection, view = made
    selection.clear()
    assert view.accessibleDescription() == NOTHING
