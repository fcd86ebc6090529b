"""What nodes answer to a drag, and what a drop asks for."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtWidgets import QApplication

from model.commands import Attach, Swap
from tests.views.graph.graphs import component, graph_before_the_swap, graph_view, issued, middle
from tests.views.panels import image_of
from views.graph.drop_marks import pill_words
from views.graph.overlays import card_rect
from views.graph.view import GraphView
from views.kit.catalogue import MIME_TYPES


def answers(view: GraphView) -> dict[str, tuple[str, str]]:
    """The words of the pill on each node."""
    return {node.name: pill_words(node.answer) for node in view.board.objects.values() if node.answer is not None}


def mime(kind: str, name: str) -> QMimeData:
    data = QMimeData()
    data.setData(MIME_TYPES[kind], name.encode())
    return data


def send(
    view: GraphView, sort: type, point: QPoint, data: QMimeData, keys: Any = Qt.KeyboardModifier.NoModifier
) -> Any:
    place = QPointF(point) if sort is QDropEvent else point
    event = sort(place, Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, keys)
    QApplication.sendEvent(view.viewport(), event)
    return event


ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


def drop(view: GraphView, kind: str, name: str, onto: str, keys: Any = Qt.KeyboardModifier.NoModifier) -> None:
    data = mime(kind, name)
    point = middle(view, onto).toPoint()
    send(view, QDragEnterEvent, QPoint(5, 5), data)
    send(view, QDragMoveEvent, point, data)
    send(view, QDropEvent, point, data, keys)


def test_every_node_answers_an_implementation(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("implementation", "fcm_sequential")
    assert answers(view) == {
        "file session": ("no", "another interface"),
        "FCM file 17": ("yes", "by reference"),
        "FCM file 3": ("yes, with conversion", ""),
        "pager": ("no", "another interface"),
        "counter": ("no", "another interface"),
    }


def test_the_hovered_node_names_the_protocol(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("implementation", "fcm_replicated")
    view.drag_over(middle(view, "FCM file 17"))
    assert answers(view)["FCM file 17"] == ("whole page table, bit 17", "")


def test_an_object_that_is_being_swapped_says_so(qtbot: Any) -> None:
    view = graph_view(qtbot, "block")
    view.begin_drag("implementation", "fcm_sequential")
    assert answers(view)["FCM file 17"] == ("no", "it is being swapped")


def test_a_wrapper_for_any_interface_goes_everywhere(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("wrapper", "call_timer")
    assert {words[0] for words in answers(view).values()} == {"yes"}


def test_the_pills_are_on_the_picture(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("implementation", "fcm_replicated")
    image_of(view)
    assert "another interface" in {line.shown for line in component(view, "pager").written}


def test_a_drop_asks_for_the_swap(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    drop(view, "implementation", "fcm_replicated", "FCM file 17")
    assert issued(view)[-1] == Swap(object="FCM file 17", implementation="fcm_replicated")
    assert answers(view) == {}


def test_a_dropped_wrapper_asks_for_the_attachment(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    drop(view, "wrapper", "call_counter", "pager")
    assert issued(view)[-1] == Attach(object="pager", wrapper="call_counter")


def test_a_drop_on_a_no_does_nothing_and_says_why(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    before = issued(view)
    with qtbot.waitSignal(view.link.message) as said:
        drop(view, "implementation", "fcm_replicated", "pager")
    assert said.args == ["FCM, replicated does not go onto pager: another interface."]
    assert issued(view) == before


def test_control_queues_behind_the_swap_that_goes_on(qtbot: Any) -> None:
    view = graph_view(qtbot, "block")
    drop(view, "implementation", "fcm_sequential", "FCM file 17", CONTROL)
    assert issued(view)[-1] == Swap(object="FCM file 17", implementation="fcm_sequential", queue=True)


def test_what_is_queued_must_have_the_interface(qtbot: Any) -> None:
    """Once anything was queued there that could never be swapped in."""
    view = graph_view(qtbot, "block")
    before = issued(view)
    drop(view, "implementation", "counter_partitioned", "FCM file 17", CONTROL)
    assert issued(view) == before


def test_answers_follow_the_keys_while_the_mouse_stands_still(qtbot: Any) -> None:
    view = graph_view(qtbot, "block")
    data, point = mime("implementation", "fcm_sequential"), middle(view, "FCM file 17").toPoint()
    said: list[str] = []
    view.drag_spoke.connect(said.append)
    send(view, QDragEnterEvent, QPoint(5, 5), data)
    told = []
    for keys in (Qt.KeyboardModifier.NoModifier, CONTROL, ALT, Qt.KeyboardModifier.NoModifier):
        send(view, QDragMoveEvent, point, data, keys)
        told.append((answers(view)["FCM file 17"], answers(view)["FCM file 3"]))
    sequential, own = ("no", "it is being swapped"), ("yes, with conversion", "")
    choose = ("yes", "attach what you choose")
    assert told == [(sequential, own), (("yes", "queued"), own), (sequential, choose), (sequential, own)]
    assert "when what is under way is over" in said[-3]


def test_card_follows_the_keys(qtbot: Any) -> None:
    view = graph_view(qtbot, "block")
    data = mime("implementation", "fcm_sequential")
    send(view, QDragEnterEvent, QPoint(5, 5), data)
    cards = []
    for onto, keys in (("FCM file 17", CONTROL), ("FCM file 3", CONTROL), ("FCM file 3", ALT)):
        send(view, QDragMoveEvent, middle(view, onto).toPoint(), data, keys)
        card = view._desk.card()
        assert card is not None
        cards.append((card.target, [what for what, _ in card.rows][1], card.foot.split(" \N{MIDDLE DOT} ")[0]))
    assert cards == [
        ("FCM file 17", "waits for", "Alt attaches"),
        ("FCM file 3", "threads to drain", "Alt attaches"),
        ("FCM file 3", "entries to write", "a list of wrappers opens"),
    ]


def test_alt_attaches_a_wrapper_as_no_key_does(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    drop(view, "wrapper", "call_counter", "pager", ALT)
    assert issued(view)[-1] == Attach(object="pager", wrapper="call_counter")


def test_alt_swaps_nothing_in_but_asks_what_is_to_be_attached(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    before = issued(view)
    with qtbot.waitSignal(view.attach_wanted) as asked:
        drop(view, "implementation", "fcm_replicated", "FCM file 17", ALT)
    assert view.link.topology.objects[asked.args[0]].name == "FCM file 17"
    assert issued(view) == before


def test_alt_refuses_a_fault_and_says_why(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("fault", next(iter(view.link.topology.faults.values())).name if view.link.topology.faults else "x")
    view.drag_over(middle(view, "pager"), ALT)
    assert answers(view)["pager"] == ("no", "a fault is no wrapper")


def test_a_drop_beside_a_node_is_meant_for_it(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("implementation", "fcm_replicated")
    card = view.viewportTransform().mapRect(component(view, "FCM file 17").standing)
    view.drag_over(QPointF(card.left() - 20, card.center().y()))
    assert "whole page table, bit 17" in answers(view)["FCM file 17"]


def test_escape_ends_the_drag(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("implementation", "fcm_replicated")
    qtbot.keyClick(view, Qt.Key.Key_Escape)
    assert answers(view) == {}


def test_something_else_is_not_taken(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    data = QMimeData()
    data.setText("hello")
    assert not send(view, QDragEnterEvent, QPoint(5, 5), data).isAccepted()


def test_the_card_says_what_the_swap_would_cost(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("implementation", "fcm_replicated")
    view.drag_over(middle(view, "FCM file 17"))
    image_of(view)
    said = [line.whole for node, line in view.written() if node is None]
    assert said[:2] == ["If dropped now", "FCM file 17"]
    assert {"calls in flight", "threads to drain", "block, from 2 swaps before", "state to move", "protocol"} <= set(
        said
    )


@pytest.mark.parametrize("target", ["FCM file 17", "FCM file 3"])
def test_the_card_stays_in_sight_and_off_its_target(qtbot: Any, target: str) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("implementation", "fcm_replicated")
    view.drag_over(middle(view, target))
    card = view._desk.card()
    assert card is not None
    box = view.viewportTransform().mapRect(component(view, target).standing)
    tools = QRectF(view.over_area().right() - 142, 12, 130, 32)
    place = card_rect(card, box, view.over_area(), tools)
    assert view.over_area().contains(place) and not place.intersects(box) and not place.intersects(tools)


def test_the_drag_speaks(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    said: list[str] = []
    view.drag_spoke.connect(said.append)
    view.begin_drag("implementation", "fcm_replicated")
    view.drag_over(middle(view, "FCM file 17"))
    view.end_drag()
    assert said == [
        "Drop FCM, replicated onto a component. 2 accept, 3 do not.",
        "Drop to swap FCM file 17 from single to replicated. 2 accept, 3 do not.",
        "",
    ]
