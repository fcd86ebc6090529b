"""The graph as a whole: it holds no truth, paints only what has changed, and follows mouse and keys."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations
from typing import Any

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QApplication

from model.commands import Attach, Cancel, Detach, Swap
from model.trace.events import Phase
from tests.synthetic import COUNTER_1, FCM_17, POSTMARK
from tests.views.graph.graphs import (
    BLOCK_NS,
    COMPLETED_NS,
    FORWARD_NS,
    at,
    component,
    graph_before_the_swap,
    graph_view,
    issued,
    middle,
)
from tests.views.panels import image_of, linked, session, shown
from views.graph.view import GraphView
from views.kit.theme import load_theme


def drag_node(qtbot: Any, view: GraphView, name: str, by: QPoint) -> None:
    start = middle(view, name).toPoint()
    viewport = view.viewport()
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    for step in range(1, 6):
        place = start + by * (step / 5)
        QApplication.sendEvent(viewport, _move(place, viewport.mapToGlobal(place)))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=start + by)


def _move(place: QPoint, on_screen: QPoint) -> QMouseEvent:
    left = Qt.MouseButton.LeftButton
    return QMouseEvent(
        QEvent.Type.MouseMove, QPointF(place), QPointF(on_screen), left, left, Qt.KeyboardModifier.NoModifier
    )


@pytest.mark.parametrize("until", ["forward", "block", "transfer", "completed"])
def test_a_view_made_anew_at_the_same_cursor_looks_the_same(qtbot: Any, until: Any) -> None:
    link, selection = linked(until)
    first = GraphView(link, selection, load_theme())
    shown(qtbot, first, 1003, 627)
    link.refresh()
    second = GraphView(link, selection, load_theme())
    shown(qtbot, second, 1003, 627)
    assert image_of(first) == image_of(second)


def test_a_view_that_went_through_a_swap_looks_as_one_that_did_not(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    home = image_of(view)
    for instant in (FORWARD_NS + 10, BLOCK_NS + 10, COMPLETED_NS + 10):
        at(view.link, instant)
        view.board.motion.finish()
    at(view.link, FORWARD_NS - 2_500)
    view.board.motion.finish()
    view.fit()
    assert image_of(view) == home


def test_a_view_that_was_played_to_a_cursor_looks_as_one_made_there(qtbot: Any) -> None:
    played = graph_before_the_swap(qtbot)
    for instant in range(FORWARD_NS - 400_000, FORWARD_NS - 5_000, 12_345):
        at(played.link, instant)
        played.board.motion.skip(16)
    played.board.motion.finish()
    QApplication.processEvents()
    fresh = GraphView(played.link, played.selection, load_theme())
    shown(qtbot, fresh, played.width(), played.height())
    assert image_of(played) == image_of(fresh)


def test_nothing_is_painted_when_nothing_has_changed(qtbot: Any) -> None:
    view = graph_view(qtbot)
    image_of(view)
    before = view.still.renders
    for _ in range(5):
        view.link.refresh()
        image_of(view)
    assert view.still.renders == before


def test_new_figures_are_painted_into_the_cards_and_no_card_is_painted_anew(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    image_of(view)
    before, figures = view.still.renders, set()
    for instant in range(FORWARD_NS - 400_000, FORWARD_NS - 300_000, 12_345):
        at(view.link, instant)
        image_of(view)
        figures.add(tuple(node.facts.in_flight for node in view.board.objects.values()))
    assert len(figures) > 1
    assert view.still.renders == before


def test_a_hidden_view_reads_nothing(qtbot: Any) -> None:
    view = graph_view(qtbot)
    view.hide()
    clients = dict(view.board.clients)
    view.link.reset.emit()
    view.link.refresh()
    assert view.board.clients == {} and clients


def test_a_view_takes_the_picture_when_it_is_shown(qtbot: Any) -> None:
    link, selection = linked()
    view = GraphView(link, selection, load_theme())
    link.refresh()
    assert view.board.objects == {}
    shown(qtbot, view, 1003, 627)
    assert sorted(node.name for node in view.board.objects.values()) == [
        "FCM file 17", "FCM file 3", "counter", "file session", "pager",
    ]  # fmt: skip


def test_a_node_follows_the_mouse_and_keeps_its_place(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    home = component(view, "pager").home
    with qtbot.waitSignal(view.positions_changed):
        drag_node(qtbot, view, "pager", QPoint(-40, 60))
    moved = component(view, "pager").home
    assert (moved - home) == QPointF(-40, 60) / view.zoom
    assert view.positions["pager"] == (moved.x(), moved.y())


def test_wires_follow_a_node_that_is_moved(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    drag_node(qtbot, view, "counter", QPoint(30, 40))
    ends = {tuple(map(round, wire[-1])) for wire in view.board.wires.samples}
    shell = component(view, "counter").parts.shells[0].translated(component(view, "counter").pos())
    assert (round(shell.left() - 14), round(shell.center().y() + 4)) in ends


def test_places_that_are_given_are_taken(qtbot: Any) -> None:
    link, selection = linked("start")
    view = GraphView(link, selection, load_theme())
    view.positions = {"pager": (700.0, 20.0)}
    shown(qtbot, view, 1003, 627)
    assert view.positions["pager"] == (700.0, 20.0)


def test_a_fork_leaves_every_node_where_it_stands(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    drag_node(qtbot, view, "pager", QPoint(-40, 60))
    view.zoom_by(1.3, QPointF(200, 200))
    before, seen = view.positions, view.seen()
    view.link.set_session(session("completed"))
    view.positions = {}
    assert (view.positions, view.seen()) == (before, seen)


def test_the_wheel_zooms_at_the_pointer(qtbot: Any) -> None:
    view = graph_view(qtbot)
    point = QPoint(300, 200)
    under = view.mapToScene(point)
    wheel = QWheelEvent(
        QPointF(point), QPointF(view.viewport().mapToGlobal(point)), QPoint(), QPoint(0, 240),
        Qt.MouseButton.NoButton, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False,
    )  # fmt: skip
    zoom = view.zoom
    view.wheelEvent(wheel)
    assert view.zoom > zoom
    assert (view.mapToScene(point) - under).manhattanLength() < 2.0


def test_dragging_the_ground_pans(qtbot: Any) -> None:
    view = graph_view(qtbot)
    corner = view.mapToScene(QPoint(0, 0))
    viewport = view.viewport()
    start = QPoint(10, 10)
    qtbot.mousePress(viewport, Qt.MouseButton.LeftButton, pos=start)
    QApplication.sendEvent(viewport, _move(QPoint(40, 30), viewport.mapToGlobal(QPoint(40, 30))))
    qtbot.mouseRelease(viewport, Qt.MouseButton.LeftButton, pos=QPoint(40, 30))
    moved = view.mapToScene(QPoint(0, 0)) - corner
    assert (round(moved.x() * view.zoom), round(moved.y() * view.zoom)) == (-30, -20)


def test_the_whole_graph_stays_in_sight_when_a_mediator_appears(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    at(view.link, FORWARD_NS + 500)
    view.board.motion.finish()
    seen = view.seen()
    assert all(seen.contains(node.standing) for node in view.board.nodes())


def test_no_node_covers_another_when_a_mediator_appears(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    at(view.link, FORWARD_NS + 500)
    view.board.motion.finish()
    pairs = combinations(view.board.nodes(), 2)
    assert [(one.name, other.name) for one, other in pairs if one.standing.intersects(other.standing)] == []


def test_a_click_selects(qtbot: Any) -> None:
    view = graph_view(qtbot)
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle(view, "pager").toPoint())
    assert view.selection.is_selected(*component(view, "pager").key)


def test_a_click_on_a_shell_selects_the_interposer(qtbot: Any) -> None:
    view = graph_view(qtbot)
    node = component(view, "counter")
    shell = node.parts.shells[0].translated(node.pos())
    point = view.viewportTransform().map(QPointF(shell.center().x(), shell.top() + 10)).toPoint()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert view.selection.is_selected("interposer", node.facts.shells[0].interposer)


def test_arrow_keys_go_from_node_to_node(qtbot: Any) -> None:
    view = graph_view(qtbot, "start")
    view.selection.select("client", POSTMARK)
    names = []
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Left):
        qtbot.keyClick(view, key)
        names.append(view.board.picked_node(view.selection.current).name)
    assert names == ["FCM file 17", "FCM file 3", "counter", "sdet-1"]


def test_the_menu_offers_what_a_drag_would(qtbot: Any) -> None:
    view = graph_view(qtbot, "start")
    menu = view.menu_of(FCM_17)
    words = [[action.text() for action in child.menu().actions()] for child in menu.actions() if child.menu()]
    assert words[0] == [
        "FCM, replicated, yes, with conversion: whole page table, bit 17",
        "FCM, sequential, yes, by reference",
    ]
    menu.actions()[0].menu().actions()[0].trigger()
    menu.actions()[1].menu().actions()[0].trigger()
    assert issued(view)[-2:] == [
        Swap(object="FCM file 17", implementation="fcm_replicated"),
        Attach(object="FCM file 17", wrapper="call_counter"),
    ]


def test_the_menu_detaches_what_is_attached(qtbot: Any) -> None:
    view = graph_view(qtbot)
    detach = next(action for action in view.menu_of(COUNTER_1).actions() if action.text() == "Detach")
    detach.menu().actions()[0].trigger()
    assert issued(view)[-1] == Detach(object="counter", wrapper="call_timer")


def test_enter_asks_for_the_menu_of_the_selected_node(qtbot: Any) -> None:
    view = graph_view(qtbot)
    view.own_menu = False
    view.selection.select("object", FCM_17)
    with qtbot.waitSignal(view.action_menu_requested) as asked:
        qtbot.keyClick(view, Qt.Key.Key_Return)
    assert asked.args[0] == FCM_17


def test_cancel_on_the_frame_cancels_the_swap(qtbot: Any) -> None:
    view = graph_view(qtbot)
    node = component(view, "FCM file 17")
    point = view.viewportTransform().map(node.parts.cancel.center() + node.pos() + QPointF(20, 0)).toPoint()
    qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=point)
    assert issued(view)[-1] == Cancel(object="FCM file 17")


def test_transfer_offers_no_cancel(qtbot: Any) -> None:
    view = graph_view(qtbot, "transfer")
    node = component(view, "FCM file 17")
    image_of(view)
    assert "no cancel now" in {line.whole for line in node.written}
    assert not node.over_cancel(node.parts.cancel.center())


def test_a_search_dims_what_it_does_not_find(qtbot: Any) -> None:
    view = graph_view(qtbot)
    view.find_nodes("fcm 3")
    dim = {node.name for node in view.board.nodes() if view.board.is_dim(node.key)}
    assert dim == {"postmark", "sdet-1", "file session", "FCM file 17", "pager", "counter"}


def test_with_reduced_motion_everything_is_there_at_once(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.reduced_motion = True
    at(view.link, FORWARD_NS + 500)
    assert component(view, "FCM file 17").parts.open == 1.0
    at(view.link, BLOCK_NS + 500)
    with qtbot.waitSignal(view._step.timeout):
        assert component(view, "FCM file 17").held.phase is Phase.FORWARD
    assert component(view, "FCM file 17").held.phase is Phase.BLOCK


def hidden(view: GraphView) -> list[str]:
    """The nodes that are out of sight or under the tools."""
    shown_at = view.viewportTransform()
    rects = {node.name: shown_at.mapRect(node.standing) for node in view.board.nodes()}
    seen, tools = QRectF(view.viewport().rect()), view.tools_area()
    return [name for name, rect in rects.items() if rect.intersects(tools) or not seen.contains(rect)]


@pytest.mark.parametrize("scale", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("size", [(1003, 627), (714, 330), (526, 270), (420, 700)])
def test_fit_leaves_no_node_under_the_tools(qtbot: Any, size: tuple[int, int], scale: float) -> None:
    link, selection = linked("block")
    view = GraphView(link, selection, replace(load_theme(), scale=scale))
    shown(qtbot, view, *size)
    view.fit()
    assert hidden(view) == []


def test_room_for_a_mediator_is_not_made_under_the_tools(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    view.resize(714, 330)
    view.fit()
    at(view.link, BLOCK_NS + 10)
    view.board.motion.finish()
    assert hidden(view) == []


def test_graph_that_was_whole_stays_whole_in_another_size_until_a_person_looks_closer(qtbot: Any) -> None:
    view = graph_view(qtbot)
    view.fit()
    view.resize(640, 360)
    assert hidden(view) == []
    view.set_theme(replace(load_theme(), scale=1.5))
    assert hidden(view) == []
    view.zoom_in()
    zoom = view.zoom
    view.resize(1003, 627)
    assert view.zoom == zoom
