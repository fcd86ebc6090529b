"""Frames, shells and tables: what stands before a component, and what a client's slots say of it."""

from __future__ import annotations

from typing import Any

import pytest

from model.trace.events import Phase
from tests.views.graph.graphs import (
    BLOCK_NS,
    COMPLETED_NS,
    FORWARD_NS,
    at,
    component,
    graph_before_the_swap,
    graph_view,
)
from tests.views.graph.worlds import LONG, OBJECT, World
from tests.views.panels import image_of, shown
from tests.views.text_fit import assert_texts_fit, lines_of_graph
from views.graph import mediator_frame
from views.graph.geometry import SHELL_SIDE, SHELL_TOP
from views.graph.motion import ABANDONED_MS, COMPLETED_MS, SLOT_FADE_MS, SLOT_HOLD_MS
from views.graph.view import GraphView
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme


def view_of(qtbot: Any, world: World) -> GraphView:
    view = GraphView(SessionLink(world), Selection(), load_theme())
    shown(qtbot, view, 1000, 640)
    return view


def words_on(view: GraphView, name: str) -> set[str]:
    image_of(view)
    return {line.whole for line in component(view, name).written}


@pytest.mark.parametrize(
    ("until", "words"),
    [
        ("forward", {"tracks, passes calls on", "Cancel", "empty until TRANSFER"}),
        ("block", {"door closed, 4 wait", "Cancel", "empty until TRANSFER"}),
        ("transfer", {"moves the state", "no cancel now", "FCM file 17, receiving"}),
    ],
)
def test_the_frame_says_in_words_what_the_mediator_does(qtbot: Any, until: Any, words: set[str]) -> None:
    assert words <= words_on(graph_view(qtbot, until), "FCM file 17")


def test_the_ribbon_has_the_times_of_what_is_done_and_of_what_goes_on(qtbot: Any) -> None:
    words = {
        word.replace("\u202f", " ").replace("\N{NO-BREAK SPACE}", " ")
        for word in words_on(graph_view(qtbot), "FCM file 17")
    }
    assert {"FORWARD", "18.2 µs", "BLOCK", "TRANSFER"} <= words


def test_a_narrow_ribbon_drops_the_earliest_time_first() -> None:
    wishes = [(phase, phase.name, "18.2 µs", 90.0) for phase in (Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER)]
    _, times = mediator_frame._shared_out(wishes, 370.0)
    assert times == ["", "18.2 µs", "18.2 µs"]


def test_nothing_says_completed_before_the_entries_are_written(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    said = []
    for instant in range(FORWARD_NS, COMPLETED_NS + 2_000, 500):
        at(view.link, instant)
        view.board.motion.finish() if instant < COMPLETED_NS else view.board.motion.skip(1)
        written = all(slot.sort != "mediator" for client in view.board.clients.values() for slot in client.facts.slots)
        said.append(("COMPLETED" in words_on(view, "FCM file 17"), written))
    assert (True, True) in said
    assert (True, False) not in said


def test_after_completed_the_frame_fades_and_the_new_one_stands_there(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    at(view.link, BLOCK_NS + 500)
    view.board.motion.finish()
    at(view.link, COMPLETED_NS + 100)
    node = component(view, "FCM file 17")
    assert node.leaving and node.held.phase is Phase.COMPLETED
    view.board.motion.skip(COMPLETED_MS + 20)
    assert node.held is None
    assert "replicated, 4 representatives" in words_on(view, "FCM file 17")


def test_after_abandoned_the_old_one_stands_there(qtbot: Any) -> None:
    world = World()
    world.swap()
    world.phase(Phase.FORWARD)
    world.phase(Phase.BLOCK)
    view = view_of(qtbot, world)
    world.abandon("BLOCK took longer than 3 µs")
    view.link.refresh()
    node = view.board.objects[OBJECT]
    view.board.motion.skip(ABANDONED_MS // 8)
    image_of(view)
    assert {"ABANDONED", "BLOCK took longer than 3 µs"} <= {line.whole for line in node.written}
    view.board.motion.skip(ABANDONED_MS)
    assert node.held is None and node.facts.words == "single"


def test_a_slot_that_points_at_a_mediator_stays_filled_and_then_flashes_old_and_new(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    at(view.link, BLOCK_NS + 500)
    view.board.motion.finish()
    client = next(node for node in view.board.clients.values() if node.name == "postmark")
    image_of(view)
    assert "mediator" in {line.whole for line in client.written}
    at(view.link, COMPLETED_NS + 100)
    view.board.motion.skip(SLOT_HOLD_MS)
    image_of(view)
    assert "\N{RIGHTWARDS ARROW} replicated" in {line.whole for line in client.written}
    view.board.motion.skip(SLOT_FADE_MS + 20)
    image_of(view)
    assert "\N{RIGHTWARDS ARROW} replicated" not in {line.whole for line in client.written}


def test_shells_stack_outwards_with_their_names(qtbot: Any) -> None:
    world = World()
    world.wrap("call timer", "contention watch")
    view = view_of(qtbot, world)
    node = view.board.objects[OBJECT]
    image_of(view)
    assert [shell.title for shell in node.facts.shells] == ["contention watch", "call timer"]
    inner, outer = node.parts.shells
    assert outer.contains(inner)
    assert (node.parts.card.left() - inner.left(), node.parts.card.top() - inner.top()) == (SHELL_SIDE, SHELL_TOP)
    assert_texts_fit(lines_of_graph(view)[0])


def test_a_mediator_stands_before_all_shells(qtbot: Any) -> None:
    world = World()
    world.wrap("call timer", "contention watch")
    world.swap()
    world.phase(Phase.FORWARD)
    world.phase(Phase.BLOCK)
    world.blocked(3)
    view = view_of(qtbot, world)
    node = view.board.objects[OBJECT]
    image_of(view)
    assert node.parts.frame.contains(node.parts.shells[-1])
    assert not node.parts.arriving.intersects(node.parts.shells[-1])
    assert_texts_fit(lines_of_graph(view)[0])


def test_long_names_are_cut_in_the_middle_and_whole_in_the_tool_tip(qtbot: Any) -> None:
    world = World(LONG)
    world.swap()
    world.phase(Phase.FORWARD)
    view = view_of(qtbot, world)
    image_of(view)
    assert_texts_fit(lines_of_graph(view)[0], {LONG, f"{LONG}, arriving"})
    node = view.board.objects[OBJECT]
    cut = next(line for line in node.written if line.whole == LONG)
    assert node.tip_at(cut.rect.center()) == LONG


@pytest.mark.parametrize("zoom", [0.7, 0.5, 0.3, 0.2])
def test_far_away_there_is_less_to_read(qtbot: Any, zoom: float) -> None:
    view = graph_view(qtbot)
    view.zoom_by(zoom / view.zoom, view.over_area().center())
    image_of(view)
    said = {line.whole for line in component(view, "FCM file 3").written}
    expected = {
        0.7: {"FCM file 3", "replicated, 4 representatives", "0", "1", "2", "3"},
        0.5: {"FCM file 3", "replicated, 4 representatives"},
        0.3: {"FCM file 3"},
        0.2: set(),
    }
    calls_in_flight = {str(component(view, "FCM file 3").facts.in_flight)}
    assert said - calls_in_flight == expected[zoom] - calls_in_flight
