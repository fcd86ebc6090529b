"""Threads on wires, in the queue at a door, and inside a component."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from model.trace.events import Kind, Phase
from tests.views.graph.worlds import OBJECT, World
from tests.views.panels import image_of, shown
from views.graph.geometry import TEXT_LEFT
from views.graph.threads_layer import FIRST_IN_QUEUE, QUEUE_STEP
from views.graph.view import GraphView
from views.kit.dots import TILE_OF_FATE, tile_of_generation
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme
from views.kit.typography import text_width


def view_of(qtbot: Any, world: World) -> GraphView:
    view = GraphView(SessionLink(world), Selection(), load_theme())
    shown(qtbot, view, 1000, 600)
    return view


def blocked_world(count: int) -> World:
    world = World()
    world.swap()
    world.phase(Phase.FORWARD)
    world.phase(Phase.BLOCK)
    world.blocked(count)
    return world


def away_from_the_door(view: GraphView) -> list[int]:
    """How far each dot is from the end of its wire, along the wire."""
    wires = view.board.wires
    end = wires.samples[0][-1]
    return [
        round(float(np.hypot(*(np.array(dot) - end))))
        for dot in zip(view.threads.across, view.threads.down, strict=True)
    ]


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75])
def test_a_thread_moves_along_its_wire_in_simulated_time(qtbot: Any, share: float) -> None:
    world = World()
    world.call(1, way_ns=1_000)
    world.now_ns = round(1_000 * share)
    view = view_of(qtbot, world)
    samples = view.board.wires.samples[0]
    place = samples[round(share * (len(samples) - 1))]
    assert (view.threads.across[0], view.threads.down[0]) == pytest.approx(tuple(place), abs=0.01)


def test_a_thread_that_has_arrived_has_a_seat_in_the_node(qtbot: Any) -> None:
    world = World()
    world.call(1)
    world.now_ns = 1_000
    view = view_of(qtbot, world)
    node = view.board.objects[OBJECT]
    assert node.parts.card.translated(node.pos()).contains(view.threads.across[0], view.threads.down[0])


def test_only_so_many_have_a_seat(qtbot: Any) -> None:
    world = World()
    for number in range(1, 40):
        world.call(number)
    world.now_ns = 1_000
    view = view_of(qtbot, world)
    assert 2 <= len(view.threads.across) <= 8


def test_seats_make_room_when_the_words_beside_them_grow(qtbot: Any) -> None:
    """As after a jump over a whole swap, by which the node keeps its outline and has another implementation."""
    world = World()
    for number in range(1, 40):
        world.call(number)
    world.now_ns = 1_000
    view = view_of(qtbot, world)
    node = view.board.objects[OBJECT]
    before = len(view.threads.across)
    assert node.take(node.facts._replace(words="sequential, 1 rep"), at_once=True, ended=None)
    view.board.lay_wires(at_once=True)  # as the scene does where a node says so
    right_of_words = node.pos().x() + node.parts.card.left() + TEXT_LEFT + text_width("sequential, 1 rep", "label")
    assert len(view.threads.across) < before
    assert view.threads.across.min() - 6 >= right_of_words


def test_outside_a_swap_the_generation_shows(qtbot: Any) -> None:
    world = World()
    world.call(1, way_ns=10_000)
    world.trace.append(Kind.GENERATION_ADVANCED, 0, a=1, processor=0)
    world.call(2, way_ns=10_000)
    world.now_ns = 0
    world.trace.append(Kind.THREAD_STARTED, 0, thread=3, client=1, a=1)
    view = view_of(qtbot, world)
    assert view.threads.tile.tolist() == [tile_of_generation(1), tile_of_generation(1)]


def test_in_a_swap_the_fate_wins_over_the_generation(qtbot: Any) -> None:
    world = blocked_world(1)
    world.trace.append(Kind.GENERATION_ADVANCED, world.now_ns, a=1, processor=0)
    assert view_of(qtbot, world).threads.tile.tolist() == [TILE_OF_FATE["blocked"]]


def test_who_came_first_stands_nearest_to_the_door(qtbot: Any) -> None:
    view = view_of(qtbot, blocked_world(4))
    steps = [FIRST_IN_QUEUE + QUEUE_STEP * number for number in range(4)]
    assert away_from_the_door(view) == pytest.approx(steps, abs=3)


def test_six_in_the_queue_are_six_squares(qtbot: Any) -> None:
    view = view_of(qtbot, blocked_world(6))
    assert len(view.threads.across) == 6
    assert view.threads.numbers == []


def test_over_six_the_sixth_place_has_the_number(qtbot: Any) -> None:
    view = view_of(qtbot, blocked_world(11))
    image_of(view)
    assert len(view.threads.across) == 5
    assert [number for _, _, number in view.threads.numbers] == [6]
    assert [line.shown for line in view.threads.written] == ["+6"]


def test_the_head_of_the_frame_counts_who_waits(qtbot: Any) -> None:
    view = view_of(qtbot, blocked_world(11))
    image_of(view)
    assert "door closed, 11 wait" in {line.whole for line in view.board.objects[OBJECT].written}


def test_calls_inside_the_old_component_are_named_by_their_fate(qtbot: Any) -> None:
    world = World()
    world.swap()
    world.phase(Phase.FORWARD)
    world.call(7)
    world.fate(Kind.CALL_TRACKED, 7)
    world.now_ns += 500
    view = view_of(qtbot, world)
    image_of(view)
    assert "tracked 7" in {line.whole for line in view.board.objects[OBJECT].written}
