"""Where nodes stand: clients at the left, components to the right by who uses whom.

A layered drawing after Sugiyama, of holders and what they hold:

    layer 0      layer 1         layer 2
    client --->  component --->  component        longest path from a client; a cycle counts as one
    client ------- lane -------> component        an edge that skips a layer keeps a lane free in it

Order within a layer comes from barycentres, swept to and fro while crossings fall; heights from the mean of a node's
neighbours, then pushed apart. `make_room` is the other half: what grows (a mediator's frame) pushes its neighbours
away, and they come back when it goes, for the places themselves are never changed by it.

`by_force` is another drawing of the same graph: who calls each other stands together, wherever that is.

networkx is loaded only for what needs it, circles and forces: it takes as long as a tenth of a start.

Limits: good for graphs of some hundred nodes; a layer longer than it is fit to look at is folded into columns.
"""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterable, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from math import ceil, sqrt
from typing import Any

import numpy as np
from numpy.typing import NDArray

Node = Hashable
Called = Mapping[Any, Iterable[Any]]
"""Every node with those that it calls."""
Size = tuple[float, float]
Place = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, width, height."""

COLUMN_GAP = 150.0
LEAST_FIRST_GAP, LEAST_GAP = 128.0, 88.0
WIDTH = 960.0
"""Columns move together to be as wide as a usual canvas; queues stand mostly between clients and components."""
FOLDED_GAP = 56.0
ROW_GAP = 36.0
LANE = 10.0
SWEEPS = 8
LEAST_TALLEST = 1_300.0
ASPECT = 1.7
CROSSINGS_COUNTED_UP_TO = 4_000
ROOM_MARGIN = 24.0
PUSHES = 12
FORCE_STEPS = 120
FORCE_ROOM = 1.6
FORCE_GAP = 64.0
FORCE_PUSHES = 200


def layered(called: Called, sizes: Mapping[Any, Size], first_layer: Iterable[Node] = ()) -> dict[Node, Place]:
    """The top left corner of every node of `called`; what is in `first_layer` stands at the left.

    The same graph, in the same order of nodes and edges, gives the same places.
    """
    if not called:
        return {}
    layer_of = _layers(called, set(first_layer))
    layers, edges = _with_lanes(called, layer_of)
    _order(layers, edges)
    columns = _folded(layers, sizes, _tallest(sizes))
    return _placed(columns, edges, sizes)


def by_force(called: Called, sizes: Mapping[Any, Size]) -> dict[Node, Place]:
    """The top left corner of every node, drawn together by what it calls and pushed apart by all others.

    The same graph gives the same places: the drawing begins from where `layered` would put the nodes.
    """
    import networkx as nx

    nodes = [node for node in called if node in sizes]
    begin = layered(called, sizes)
    if len(nodes) < 2:
        return begin
    extent = FORCE_ROOM * sqrt(sum(width * height for width, height in (sizes[node] for node in nodes)))
    start = {node: (begin[node][0] / extent, begin[node][1] / extent) for node in nodes}
    ways = nx.Graph()
    ways.add_nodes_from(nodes)
    ways.add_edges_from((source, target) for source in nodes for target in called[source] if target in sizes)
    drawn = nx.spring_layout(ways, pos=start, iterations=FORCE_STEPS, seed=0, method="force", scale=extent / 2)
    middles = np.array([drawn[node] for node in nodes], dtype=np.float64)
    # Cards are wide: what is a circle to the forces is an ellipse to the eye.
    middles[:, 0] *= ASPECT
    halves = np.array([sizes[node] for node in nodes], dtype=np.float64) / 2
    corners = _apart(middles, halves + FORCE_GAP / 2) - halves
    return {node: (float(x), float(y)) for node, (x, y) in zip(nodes, corners.tolist(), strict=True)}


def _apart(middles: NDArray[np.float64], halves: NDArray[np.float64]) -> NDArray[np.float64]:
    """The middles pushed until no two boxes overlap, each pair along the shorter way, both by half."""
    places = middles.copy()
    for _ in range(FORCE_PUSHES):
        away = places[:, None] - places[None, :]
        overlap = halves[:, None] + halves[None, :] - np.abs(away)
        hit = (overlap > 0).all(axis=2) & ~np.eye(len(places), dtype=np.bool_)
        if not hit.any():
            break
        along = overlap.argmin(axis=2)
        for axis in (0, 1):
            mine = hit & (along == axis)
            sign = np.sign(away[:, :, axis])
            # Two in the very same place go opposite ways, by their order.
            sign += (sign == 0) * np.sign(np.arange(len(places))[:, None] - np.arange(len(places))[None, :])
            places[:, axis] += (mine * sign * overlap[:, :, axis] * 0.5).sum(axis=1) / np.maximum(1, mine.sum(axis=1))
    return places


def make_room(
    resting: Mapping[Node, Box],
    grown: Mapping[Node, Box],
    margin: float = ROOM_MARGIN,
    wider: Collection[Node] = (),
) -> dict[Node, Place]:
    """How far each other node steps aside so that nothing covers what has grown; only those that must are named.

    Those of `wider` have grown too, by shells; they keep their places as long as nothing else has grown.
    """
    placed = [(box, box) for box in grown.values()]
    world = _about([*resting.values(), *grown.values()])
    offsets: dict[Node, Place] = {}
    others = [node for node in resting if node not in grown]
    reasons = [*grown.values()] or [resting[node] for node in wider]
    others.sort(key=lambda node: min((_distance(resting[node], box) for box in reasons), default=0.0))
    for node in others:
        home = resting[node]
        box = home
        for _ in range(PUSHES):
            hit = next((other for other in placed if _overlap(box, other[0], margin)), None)
            if hit is None:
                break
            box = _pushed(box, home, *hit, margin, world)
        if box != home:
            offsets[node] = (box[0] - home[0], box[1] - home[1])
        # A node that stays may be hit by one that is pushed later, if they stand in the same columns.
        beside = any(box[0] < other[0] + other[2] and other[0] < box[0] + box[2] for other, _ in placed)
        if node in wider or box != home or beside:
            placed.append((box, home))
    return offsets


def _layers(called: Called, first: set[Node]) -> dict[Node, int]:
    callers: dict[Node, list[Node]] = {node: [] for node in called}
    for source, targets in called.items():
        for target in targets:
            callers[target].append(source)
    try:
        order = [*TopologicalSorter(callers).static_order()]
    except CycleError:
        return _layers_with_circles(called, first)
    depth: dict[Node, int] = {}
    for node in order:
        depth[node] = max((depth[before] + 1 for before in callers[node]), default=0 if node in first else 1)
    return depth


def _layers_with_circles(called: Called, first: set[Node]) -> dict[Node, int]:
    """Those that can come back to each other stand in one layer."""
    import networkx as nx

    graph = nx.DiGraph()
    graph.add_nodes_from(called)
    graph.add_edges_from((source, target) for source, targets in called.items() for target in targets)
    condensed = nx.condensation(graph)
    depth: dict[int, int] = {}
    for component in nx.topological_sort(condensed):
        members = condensed.nodes[component]["members"]
        least = 0 if members & first else 1
        depth[component] = max((depth[before] + 1 for before in condensed.predecessors(component)), default=least)
    mapping = condensed.graph["mapping"]
    return {node: depth[mapping[node]] for node in graph.nodes}


def _with_lanes(called: Called, layer_of: Mapping[Node, int]) -> tuple[list[list[Node]], list[tuple[Node, Node]]]:
    """The layers with a lane for each layer that an edge skips, and the edges cut at the lanes."""
    layers: list[list[Node]] = [[] for _ in range(max(layer_of.values()) + 1)]
    for node in called:
        layers[layer_of[node]].append(node)
    edges: list[tuple[Node, Node]] = []
    for source, target in ((source, target) for source, targets in called.items() for target in targets):
        before = source
        for layer in range(layer_of[source] + 1, layer_of[target]):
            lane = ("lane", source, target, layer)
            layers[layer].append(lane)
            edges.append((before, lane))
            before = lane
        if layer_of[target] > layer_of[source]:
            edges.append((before, target))
    return layers, edges


def _order(layers: list[list[Node]], edges: Sequence[tuple[Node, Node]]) -> None:
    """Sort each layer by the barycentre of its neighbours, to and fro, and keep the order with the fewest crossings."""
    before: dict[Node, list[Node]] = {}
    after: dict[Node, list[Node]] = {}
    for source, target in edges:
        after.setdefault(source, []).append(target)
        before.setdefault(target, []).append(source)
    best, least = [list(layer) for layer in layers], _crossings(layers, after)
    for sweep in range(SWEEPS):
        if not least:
            break
        forward = sweep % 2 == 0
        for layer in layers[1:] if forward else layers[-2::-1]:
            _sort_by_barycentre(layer, before if forward else after, _ranks(layers))
        crossings = _crossings(layers, after)
        if crossings < least:
            best, least = [list(layer) for layer in layers], crossings
    for layer, ordered in zip(layers, best, strict=True):
        layer[:] = ordered


def _ranks(layers: Iterable[Sequence[Node]]) -> dict[Node, float]:
    return {node: rank for layer in layers for rank, node in enumerate(layer)}


def _sort_by_barycentre(layer: list[Node], neighbours: Mapping[Node, list[Node]], rank: Mapping[Node, float]) -> None:
    def barycentre(node: Node) -> float:
        near = neighbours.get(node)
        return sum(rank[other] for other in near) / len(near) if near else rank[node]

    layer.sort(key=barycentre)


def _crossings(layers: Sequence[Sequence[Node]], after: Mapping[Node, list[Node]]) -> int:
    """How often edges cross between neighbouring layers; 1 where counting would cost more than it tells."""
    if sum(len(near) for near in after.values()) > CROSSINGS_COUNTED_UP_TO:
        return 1
    rank = _ranks(layers)
    total = 0
    for layer in layers:
        ends: list[float] = []
        for node in layer:
            targets = sorted(rank[target] for target in after.get(node, ()))
            total += sum(1 for end in ends for target in targets if target < end)
            ends += targets
    return total


def _tallest(sizes: Mapping[Node, Size]) -> float:
    """How tall a column may be, so that the whole has the shape of a window."""
    area = sum((width + FOLDED_GAP) * (height + ROW_GAP) for width, height in sizes.values())
    return max(LEAST_TALLEST, sqrt(area / ASPECT))


def _folded(
    layers: Sequence[Sequence[Node]], sizes: Mapping[Node, Size], tallest: float
) -> list[tuple[list[Node], bool]]:
    """The columns from left to right, and whether each begins a layer."""
    columns: list[tuple[list[Node], bool]] = []
    for layer in layers:
        real = [node for node in layer if not _is_lane(node)]
        whole = sum(sizes[node][1] + ROW_GAP for node in real)
        if whole <= tallest:
            columns.append((list(layer), True))
            continue
        share, height = whole / ceil(whole / tallest), 0.0
        column: list[Node] = []
        for node in real:
            if column and height + sizes[node][1] / 2 > share:
                columns.append((column, column[0] is real[0]))
                column, height = [], 0.0
            column.append(node)
            height += sizes[node][1] + ROW_GAP
        columns.append((column, column[0] is real[0]))
    return columns


def _is_lane(node: Node) -> bool:
    return isinstance(node, tuple) and len(node) == 4 and node[0] == "lane"


def _placed(
    columns: Sequence[tuple[list[Node], bool]], edges: Iterable[tuple[Node, Node]], sizes: Mapping[Node, Size]
) -> dict[Node, Place]:
    near: dict[Node, list[Node]] = {}
    for source, target in edges:
        near.setdefault(source, []).append(target)
        near.setdefault(target, []).append(source)
    height = {node: LANE if _is_lane(node) else sizes[node][1] for column, _ in columns for node in column}
    middle: dict[Node, float] = {}
    for column, _ in columns:
        y = -sum(height[node] + ROW_GAP for node in column) / 2
        for node in column:
            middle[node] = y + height[node] / 2
            y += height[node] + ROW_GAP
    # A layer in several columns is a block to look at; pulled towards its neighbours it would fall apart.
    folded = any(not begins for _, begins in columns)
    for sweep in range(0 if folded else SWEEPS):
        for column, _ in columns if sweep % 2 else reversed(columns):
            _pull_together(column, near, height, middle)
    top = min(middle[node] - height[node] / 2 for node in middle)
    places: dict[Node, Place] = {}
    x, gap, layer = 0.0, _gap(columns, sizes), -1
    for number, (column, begins) in enumerate(columns):
        layer += begins
        x += (
            0.0 if number == 0 else FOLDED_GAP if not begins else max(gap, LEAST_FIRST_GAP if layer == 1 else LEAST_GAP)
        )
        real = [node for node in column if not _is_lane(node)]
        for node in real:
            places[node] = (round(x), round(middle[node] - height[node] / 2 - top))
        x += max((sizes[node][0] for node in real), default=0.0)
    return places


def _gap(columns: Sequence[tuple[list[Node], bool]], sizes: Mapping[Node, Size]) -> float:
    """The distance between two layers that makes the whole WIDTH wide."""
    widths = sum(max((sizes[node][0] for node in column if not _is_lane(node)), default=0.0) for column, _ in columns)
    gaps = sum(begins for _, begins in columns) - 1
    return min(COLUMN_GAP, (WIDTH - widths) / max(1, gaps))


def _pull_together(
    column: Sequence[Node], near: Mapping[Node, list[Node]], height: Mapping[Node, float], middle: dict[Node, float]
) -> None:
    """Move a column's nodes towards the mean of their neighbours, keeping their order and the gap between them.

    Nodes that would meet form a block whose place is the mean of what its members want.
    """
    blocks: list[tuple[list[Node], float, float]] = []  # members, top that they want in the mean, height with gap
    for node in column:
        neighbours = [middle[other] for other in near.get(node, ()) if other in middle]
        wanted = sum(neighbours) / len(neighbours) if neighbours else middle[node]
        members, top, tall = [node], wanted - height[node] / 2, height[node] + ROW_GAP
        while blocks and blocks[-1][1] + blocks[-1][2] > top:
            above, above_top, above_tall = blocks.pop()
            share = len(above) / (len(above) + len(members))
            top = above_top * share + (top - above_tall) * (1.0 - share)
            members, tall = above + members, above_tall + tall
        blocks.append((members, top, tall))
    for members, top, _ in blocks:
        y = top
        for node in members:
            middle[node] = y + height[node] / 2
            y += height[node] + ROW_GAP


def _overlap(one: Box, other: Box, margin: float) -> bool:
    return (
        one[0] < other[0] + other[2] + margin
        and other[0] < one[0] + one[2] + margin
        and one[1] < other[1] + other[3] + margin
        and other[1] < one[1] + one[3] + margin
    )


def _pushed(box: Box, home: Box, hit: Box, hit_home: Box, margin: float, world: Box) -> Box:
    """`box` moved out of `hit`, on the side on which their homes are, so that what is pushed on is never pushed back.

    In the same column up or down; beside it also sideways, whichever makes the whole less large for a window.
    """
    left, top, width, height = box
    below = home[1] + home[3] / 2 >= hit_home[1] + hit_home[3] / 2
    upright = (left, hit[1] + hit[3] + margin if below else hit[1] - margin - height, width, height)
    right_of = home[0] + home[2] / 2 >= hit_home[0] + hit_home[2] / 2
    beside = home[0] >= hit[0] + hit[2] * 0.6 or home[0] + home[2] <= hit[0] + hit[2] * 0.2
    if not beside:
        return upright
    sideways = (hit[0] + hit[2] + margin if right_of else hit[0] - margin - width, top, width, height)
    return min((sideways, upright), key=lambda moved: (_extent(_about([world, moved])), _distance(home, moved)))


def _about(boxes: Sequence[Box]) -> Box:
    """The box about all boxes."""
    left, top = min(box[0] for box in boxes), min(box[1] for box in boxes)
    return left, top, max(box[0] + box[2] for box in boxes) - left, max(box[1] + box[3] for box in boxes) - top


def _extent(box: Box) -> float:
    """How large a window it takes to show a box."""
    return max(box[2] / ASPECT, box[3])


def _distance(one: Box, other: Box) -> float:
    return abs(one[0] + one[2] / 2 - other[0] - other[2] / 2) + abs(one[1] + one[3] / 2 - other[1] - other[3] / 2)
