"""Undo and redo, part by part; and of a swap, by another swap that says so."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF

from model.commands import Attach, Cancel, Detach, Swap
from model.trace.events import Kind
from tests.app.conftest import Opens


def commands(window) -> list:
    return [stamped.command for stamped in window.session.script]


def run_on(window, ns: int = 400_000) -> None:
    window.session.advance(window.session.now_ns + ns)
    window.player.to_end()
    window.player.frame()


def test_marks_are_taken_back_and_come_again(opens: Opens) -> None:
    window = opens("counter")
    window.marks.add_bookmark(100_000)
    window.marks.add_stop("phase:block")
    window.undo.undo()
    assert (len(window.marks.bookmarks), window.marks.stops) == (1, ())
    window.undo.undo()
    assert window.marks.bookmarks == ()
    window.undo.redo()
    window.undo.redo()
    assert (len(window.marks.bookmarks), len(window.marks.stops)) == (1, 1)


def test_letters_of_a_filter_are_one_change(opens: Opens) -> None:
    window = opens("tour")
    for text in ("f", "fc", "fcm"):
        window.palette_view.search.setText(text)
    window.undo.undo()
    assert window.palette_view.search.text() == ""
    window.undo.redo()
    assert window.palette_view.search.text() == "fcm"


def test_filter_of_the_story_is_watched_once_there_is_a_story(opens: Opens) -> None:
    window = opens("counter")
    window.workspace.show_panel("story")
    window.workspace.view("story").filter.setText("kind:call")
    window.undo.undo()
    assert window.workspace.view("story").filter.text() == ""


def test_layout_is_put_back(opens: Opens) -> None:
    window = opens("counter")
    before = window.workspace.state()
    window.workspace.close_panel("latency")
    assert not window.workspace.has("latency")
    window.undo.undo()
    assert window.workspace.state() == before
    window.undo.redo()
    assert not window.workspace.has("latency")


def test_moved_node_goes_back_to_its_place_as_often_as_it_is_moved(opens: Opens) -> None:
    window = opens("tour")
    board = window.graph.board
    before = board.places()
    for _ in range(2):
        (pager,) = (node for node in board.nodes() if node.name == "pager")
        board.node_dragged(pager)
        pager.put(QPointF(900.0, 900.0))
        board.node_released(pager)
        assert board.places()["pager"] == (900.0, 900.0)
        window.undo.undo()
        assert board.places()["pager"] == before["pager"]


def test_undo_of_a_swap_is_a_swap_back_that_says_so(opens: Opens) -> None:
    window = opens("counter")
    window.link.issue(Swap("counter", "counter_partitioned"))
    run_on(window)
    text = window.actions_by_name["undo"].text()
    assert text == "Undo swap of counter to Counter, partitioned (runs a swap back)"
    said: list[str] = []
    window.undo.said.connect(said.append)
    window.undo.undo()
    assert commands(window)[-1] == Swap("counter", "counter_shared", queue=True)
    assert said == ["A swap back is asked for: counter to counter_shared"]
    run_on(window)
    trace = window.session.trace
    kinds = [trace.event(position).kind for position in range(trace.tail, trace.head)]
    assert kinds.count(Kind.SWAP_COMPLETED) == 2
    window.undo.redo()
    assert commands(window)[-1] == Swap("counter", "counter_partitioned")


def test_swap_that_came_to_nothing_is_not_taken_back(opens: Opens) -> None:
    window = opens("failing")
    window.link.issue(Swap("counter", "counter_fails_in_unpackage"))
    run_on(window, 1_000_000)
    asked = len(commands(window))
    window.undo.undo()
    assert len(commands(window)) == asked
    assert window.strip.text == "The swap of counter came to nothing: shared serves as before"


def test_attach_and_detach_take_each_other_back(opens: Opens) -> None:
    window = opens("counter")
    window.link.issue(Attach("counter", "call_timer"))
    run_on(window)
    window.undo.undo()
    run_on(window)
    assert commands(window)[-1] == Detach("counter", "call_timer")
    (node,) = window.link.topology.objects.values()
    assert node.interposers == ()
    window.undo.redo()
    assert commands(window)[-1] == Attach("counter", "call_timer")


def test_what_cannot_be_taken_back_is_not_on_the_stack(opens: Opens) -> None:
    window = opens("counter")
    window.link.issue(Cancel("counter"))
    assert not window.undo.stack.canUndo()


def test_another_document_begins_with_nothing_to_undo(opens: Opens) -> None:
    window = opens("counter")
    window.marks.add_bookmark(1)
    window.open("steady")
    assert not window.undo.stack.canUndo()
    window.undo.undo()
    assert window.strip.text == "There is nothing to undo"


@pytest.mark.parametrize("name", ["undo", "redo"])
def test_menu_and_keys_do_it(opens: Opens, name: str) -> None:
    window = opens("counter")
    window.marks.add_bookmark(1)
    window.actions_by_name["undo"].trigger()
    if name == "redo":
        window.actions_by_name["redo"].trigger()
    assert len(window.marks.bookmarks) == (name == "redo")
