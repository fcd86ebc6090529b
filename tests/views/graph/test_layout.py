"""Where nodes stand, and how they make room."""

from __future__ import annotations

import math
from itertools import combinations

import networkx as nx

from views.graph.layout import by_force, layered, make_room

SIZE = (200.0, 80.0)


def graph_of(*edges: tuple[str, str]) -> nx.DiGraph:
    graph = nx.DiGraph()
    graph.add_edges_from(edges)
    return graph


def places(graph: nx.DiGraph, *clients: str) -> dict:
    return layered(graph.adj, dict.fromkeys(graph.nodes, SIZE), clients)


def overlaps(standing: dict) -> list:
    return [
        (one, other)
        for one, other in combinations(standing, 2)
        if abs(standing[one][0] - standing[other][0]) < SIZE[0] and abs(standing[one][1] - standing[other][1]) < SIZE[1]
    ]


def test_clients_stand_left_of_what_they_use_and_that_left_of_what_it_uses() -> None:
    standing = places(graph_of(("a", "fcm"), ("b", "fcm"), ("fcm", "pager"), ("b", "pager")), "a", "b")
    assert standing["a"][0] == standing["b"][0] < standing["fcm"][0] < standing["pager"][0]


def test_nodes_do_not_overlap() -> None:
    edges = [(f"c{client}", f"o{(client * 7 + step * 3) % 40}") for client in range(6) for step in range(9)]
    edges += [(f"o{number}", f"p{number % 5}") for number in range(40)]
    standing = places(graph_of(*edges), *(f"c{client}" for client in range(6)))
    assert overlaps(standing) == []


def test_a_cycle_of_components_is_laid_out() -> None:
    standing = places(graph_of(("c", "a"), ("a", "b"), ("b", "a")), "c")
    assert standing["c"][0] < standing["a"][0]


def test_crossings_are_avoided_where_they_can_be() -> None:
    standing = places(graph_of(("a", "x"), ("b", "y"), ("a", "z"), ("b", "w")), "a", "b")
    upper = "a" if standing["a"][1] < standing["b"][1] else "b"
    above, below = ({"x", "z"}, {"y", "w"}) if upper == "a" else ({"y", "w"}, {"x", "z"})
    assert max(standing[node][1] for node in above) < min(standing[node][1] for node in below)


def test_the_same_graph_gives_the_same_places() -> None:
    edges = [(f"c{number % 3}", f"o{number}") for number in range(12)]
    assert places(graph_of(*edges), "c0", "c1", "c2") == places(graph_of(*edges), "c0", "c1", "c2")


def test_a_long_layer_is_folded_into_columns() -> None:
    standing = places(graph_of(*(("c", f"o{number}") for number in range(60))), "c")
    assert overlaps(standing) == []
    assert max(y for _, y in standing.values()) < 2_500


def test_what_is_in_the_way_steps_aside_and_nothing_else_does() -> None:
    resting = {"above": (0.0, 0.0, 200.0, 80.0), "below": (0.0, 220.0, 200.0, 80.0), "far": (900.0, 0.0, 200.0, 80.0)}
    offsets = make_room(resting, {"grown": (0.0, 60.0, 400.0, 200.0)}, margin=20)
    assert offsets == {"above": (0.0, -40.0), "below": (0.0, 60.0)}


def test_who_steps_aside_pushes_the_next_one() -> None:
    resting = {"next": (0.0, 100.0, 200.0, 80.0), "last": (0.0, 200.0, 200.0, 80.0)}
    offsets = make_room(resting, {"grown": (0.0, 0.0, 200.0, 150.0)}, margin=20)
    assert offsets == {"next": (0.0, 70.0), "last": (0.0, 70.0)}


def test_what_has_shells_keeps_its_place_and_its_neighbours_step_aside() -> None:
    resting = {"above": (0.0, 0.0, 200.0, 80.0), "shelled": (-16.0, 86.0, 232.0, 120.0)}
    assert make_room(resting, {}, margin=20, wider={"shelled"}) == {"above": (0.0, -14.0)}


def test_what_has_shells_gives_way_to_a_mediator() -> None:
    resting = {"shelled": (-16.0, 86.0, 232.0, 120.0), "last": (0.0, 220.0, 200.0, 80.0)}
    offsets = make_room(resting, {"grown": (0.0, 0.0, 400.0, 100.0)}, margin=20, wider={"shelled"})
    assert offsets == {"shelled": (0.0, 34.0), "last": (0.0, 40.0)}


def test_what_stands_between_a_mediator_and_shells_moves_both_on() -> None:
    resting = {"between": (0.0, 90.0, 200.0, 80.0), "shelled": (-16.0, 180.0, 232.0, 120.0)}
    offsets = make_room(resting, {"grown": (0.0, 0.0, 400.0, 100.0)}, margin=20, wider={"shelled"})
    assert offsets == {"between": (0.0, 30.0), "shelled": (0.0, 40.0)}


def test_what_stands_beside_goes_sideways_in_a_tall_graph_and_upright_in_a_wide_one() -> None:
    grown = {"grown": (0.0, 0.0, 400.0, 200.0)}
    beside = {"right": (380.0, 20.0, 200.0, 80.0)}
    tall = {"far": (0.0, 700.0, 200.0, 80.0)}
    assert make_room(beside | tall, grown, margin=20) == {"right": (40.0, 0.0)}
    assert make_room(beside, grown, margin=20) == {"right": (0.0, -120.0)}


def test_room_cascades_down_a_column_whatever_was_pushed_past_the_next_home() -> None:
    resting = {"next": (10.0, 174.0, 256.0, 89.0), "last": (10.0, 286.0, 181.0, 77.0)}
    grown = {"grown": (0.0, 0.0, 394.0, 260.0)}
    offsets = make_room(resting, grown)
    standing = [
        (left + offsets.get(name, (0.0, 0.0))[0], top + offsets.get(name, (0.0, 0.0))[1], width, height)
        for name, (left, top, width, height) in resting.items()
    ]
    tops = [260.0, *(top for _, top, _, _ in standing)]
    bottoms = [260.0, *(top + height for _, top, _, height in standing)]
    assert all(bottoms[number] < tops[number + 1] for number in range(2)), "each stands under the one before"


# --- by force --------------------------------------------------------------------------------------------------------


def stars(count: int, leaves: int) -> nx.DiGraph:
    """So many centres, each with leaves of its own, in a chain."""
    graph = nx.DiGraph()
    for centre in range(count):
        graph.add_edges_from((f"c{centre}", f"c{centre}-{leaf}") for leaf in range(leaves))
        if centre:
            graph.add_edge(f"c{centre - 1}", f"c{centre}")
    return graph


def test_by_force_no_two_nodes_overlap() -> None:
    graph = stars(6, 5)
    sizes = {node: (176.0, 60.0 + 8 * (len(node) % 3)) for node in graph}
    drawn = by_force(graph.adj, sizes)
    boxes = [(*drawn[node], *sizes[node]) for node in graph]
    for index, one in enumerate(boxes):
        for other in boxes[index + 1 :]:
            apart_x = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
            apart_y = one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]
            assert apart_x or apart_y


def test_by_force_neighbours_stand_nearer_than_others() -> None:
    graph = stars(4, 6)
    drawn = by_force(graph.adj, {node: (176.0, 60.0) for node in graph})

    def away(one: str, other: str) -> float:
        return math.dist(drawn[one], drawn[other])

    own = [away(f"c{centre}", f"c{centre}-{leaf}") for centre in range(4) for leaf in range(6)]
    foreign = [away(f"c{centre}", f"c{(centre + 2) % 4}-{leaf}") for centre in range(4) for leaf in range(6)]
    assert sum(own) < 0.6 * sum(foreign)


def test_by_force_the_same_graph_is_drawn_the_same() -> None:
    graph = stars(3, 4)
    sizes = {node: (176.0, 60.0) for node in graph}
    assert by_force(graph.adj, sizes) == by_force(stars(3, 4).adj, sizes)
    assert by_force({}, {}) == {}
