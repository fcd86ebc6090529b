"""Where wires run, and how they are sampled."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PySide6.QtCore import QPointF

from tests.views.graph.graphs import FORWARD_NS, at, component, graph_before_the_swap, graph_view
from views.graph import paths
from views.graph.motion import WIRE_MS
from views.graph.wires import wire_code


def test_samples_are_at_equal_distances() -> None:
    samples, lengths = paths.sampled(np.array([paths.way((0, 0), (300, 200)), paths.way((0, 0), (90, 0), run=42)]))
    steps = np.hypot(np.diff(samples[:, :, 0]), np.diff(samples[:, :, 1]))
    assert np.ptp(steps, axis=1) == pytest.approx([0, 0], abs=0.4)
    assert steps.sum(axis=1) == pytest.approx(lengths, rel=0.005)


def test_a_wire_to_a_door_ends_straight() -> None:
    way = paths.way((0, 0), (300, 200), run=42)
    samples, lengths = paths.sampled(way[None])
    share = np.array([1 - 41 / lengths[0], 1.0])
    _, down = paths.along(samples, np.array([0, 0]), share)
    assert down == pytest.approx([200, 200], abs=1.0)


def test_both_handles_reach_half_the_distance() -> None:
    assert paths.cubic((0, 0), (200, 100))[:2] == [(100, 0), (100, 100)]


def test_a_wire_keeps_clear_of_what_is_between() -> None:
    lane = paths.lane_past((0, 50), (600, 60), [(200, 0, 400, 100)], {})
    assert lane is not None
    points = paths.sampled(paths.way((0, 50), (600, 60), lane=lane)[None])[0][0]
    assert not ((points[:, 0] > 200) & (points[:, 0] < 400) & (points[:, 1] > 0) & (points[:, 1] < 100)).any()


def test_a_wire_that_goes_back_is_seen_to_do_so() -> None:
    lower, upper = (100.0, 120.0, 300.0, 200.0), (100.0, 0.0, 300.0, 80.0)
    y = paths.height_between(lower, upper, {})
    assert 80 < y < 120
    way = paths.way_back((300, 160), (100, 40), y, 300, 100)
    points = paths.sampled(way[None])[0][0]
    for left, top, right, bottom in (lower, upper):
        inside = (points[:, 0] > left) & (points[:, 0] < right) & (points[:, 1] > top) & (points[:, 1] < bottom)
        assert not inside.any()
    assert points[:, 0].max() > 315 and points[:, 0].min() < 85


def test_wires_that_go_back_and_forth_run_side_by_side() -> None:
    taken: dict[float, int] = {}
    lower, upper = (100.0, 120.0, 300.0, 200.0), (100.0, 0.0, 300.0, 80.0)
    assert paths.height_between(lower, upper, taken) != paths.height_between(upper, lower, taken)


def test_a_wire_back_to_what_stands_beside_goes_over_both() -> None:
    assert paths.height_between((400.0, 0.0, 600.0, 80.0), (100.0, 10.0, 300.0, 90.0), {}) < 0


def test_a_wire_with_a_clear_way_needs_no_lane() -> None:
    assert paths.lane_past((0, 50), (600, 60), [(200, 300, 400, 400)], {}) is None


def test_wires_in_one_lane_run_side_by_side() -> None:
    taken: dict[float, int] = {}
    lanes = [paths.lane_past((0, y), (600, 60), [(200, 0, 400, 100)], taken) for y in (50.0, 52.0)]
    assert len({lane[2] for lane in lanes if lane}) == 2


@pytest.mark.parametrize("until", ["start", "block"])
def test_no_wire_runs_through_a_node(qtbot: Any, until: Any) -> None:
    view = graph_view(qtbot, until)
    wires = view.board.wires
    crossed = []
    for wire, samples in zip(wires._order, wires.samples, strict=True):
        ends = {wire.key[0], ("object", wire.key[1])}
        for node in view.board.nodes():
            if node.key not in ends and any(node.standing.contains(x, y) for x, y in samples):
                crossed.append((wire.key, node.name))
    assert crossed == []


def test_a_wire_finds_its_new_end_in_time(qtbot: Any) -> None:
    view = graph_before_the_swap(qtbot)
    node = component(view, "FCM file 17")
    row = int(view.board.wires.rows_of(np.array([wire_code(("client", 1), node.facts.identity)]))[0])
    at(view.link, FORWARD_NS + 100)
    view.board.motion.skip(WIRE_MS // 2)
    halfway = view.board.wires._order[row].share
    view.board.motion.finish()
    door = node.parts.frame.left() + node.pos().x() + 8
    assert 0.2 < halfway < 0.8
    assert view.board.wires.samples[row][-1][0] == pytest.approx(door)


def test_the_wire_under_the_pointer_is_found(qtbot: Any) -> None:
    view = graph_view(qtbot, "start")
    wires = view.board.wires
    middle = QPointF(*wires.samples[0][16])
    assert wires.near(middle, 1.0) == wires._order[0].key
    assert wires.near(middle + QPointF(0, 4_000), 1.0) is None
