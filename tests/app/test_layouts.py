"""Layouts are plain values: changed, written down, read again, and refused with a reason when they are not sound."""

from __future__ import annotations

import json

import pytest

from app.layouts import LAYOUTS, Cell, LayoutError, arranged, fitted, from_text, shown_cells, to_text
from app.view_catalogue import AREAS, VIEWS

THREE = arranged(left="palette", centre="graph", right="receipt + inspector | latency", bottom="tables")


def row(text: str) -> list[tuple[str, ...]]:
    return [cell.views for cell in arranged(right=text).cells["right"]]


def test_words_become_cells_with_the_first_panel_in_front() -> None:
    assert row("receipt + inspector | latency") == [("receipt", "inspector"), ("latency",)]
    assert THREE.cells["right"][0].front == "receipt"
    assert THREE.cells["left"] == (Cell(("palette",), "palette"),)


def test_a_panel_that_moves_leaves_its_place_and_stands_in_front_of_the_last_cell() -> None:
    moved = THREE.with_view("tables", "right")
    assert [cell.views for cell in moved.cells["right"]] == [("receipt", "inspector"), ("latency", "tables")]
    assert moved.cells["right"][1].front == "tables"
    assert moved.cells["bottom"] == ()


def test_a_panel_that_is_closed_gives_the_front_to_its_neighbour() -> None:
    closed = THREE.without("receipt")
    assert closed.cells["right"][0] == Cell(("inspector",), "inspector")
    assert closed.area_of("receipt") is None


def test_every_panel_stands_once_in_each_layout_that_ships() -> None:
    for name, layout in LAYOUTS.items():
        names = list(layout.names())
        assert len(names) == len(set(names)), name


def test_every_panel_that_there_is_stands_in_a_layout() -> None:
    placed = {name for layout in LAYOUTS.values() for name in layout.names()}
    assert {entry.name for entry in VIEWS} <= placed


def test_what_was_written_down_is_read_again() -> None:
    changed = {"Debug": THREE.with_front("inspector").with_extent("right", 420)}
    assert from_text(to_text("Debug", changed)) == ("Debug", changed)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("not json", "it is damaged"),
        ("[]", "it is damaged"),
        ("{}", "it is damaged"),
        ('{"version":"1"}', "it is damaged"),
        ('{"version":0}', "it was written by an older version of Changeover"),
        ('{"version":7}', "it was written by a newer version of Changeover"),
        ('{"version":1,"chosen":"Mine"}', "it is damaged"),
        ('{"version":1,"chosen":"Demo","layouts":[]}', "it is damaged"),
        ('{"version":1,"chosen":"Demo","layouts":{"Demo":{"areas":[],"extents":{}}}}', "it is damaged"),
        ('{"version":1,"chosen":"Demo","layouts":{"Demo":{"areas":{"left":[[]]},"extents":{}}}}', "it is damaged"),
        ('{"version":1,"chosen":"Demo","layouts":{"Demo":{"areas":{"left":[["a","b"]]},"extents":{}}}}',
         "it is damaged"),
        ('{"version":1,"chosen":"Demo","layouts":{"Demo":{"areas":{"left":[["a","a","a"]]},"extents":{}}}}',
         "it is damaged"),
        ('{"version":1,"chosen":"Demo","layouts":{"Demo":{"areas":{"left":[[1,1]]},"extents":{}}}}', "it is damaged"),
        ('{"version":1,"chosen":"Demo","layouts":{"Demo":{"areas":{},"extents":{"left":-5}}}}', "it is damaged"),
        ('{"version":1,"chosen":"Demo","layouts":{"Demo":{"areas":{},"extents":{"left":"wide"}}}}', "it is damaged"),
        ("[" * 100_000, "it is damaged"),
    ],
)  # fmt: skip
def test_what_is_not_sound_is_refused_with_the_reason(text: str, reason: str) -> None:
    with pytest.raises(LayoutError, match=reason):
        from_text(text)


def test_a_layout_that_there_is_no_more_is_let_go() -> None:
    text = json.dumps({"version": 1, "chosen": "Demo", "layouts": {"Mine": {}}})
    assert from_text(text) == ("Demo", {})


def test_panels_that_there_are_not_are_not_shown() -> None:
    cells = shown_cells(arranged(right="receipt + from_the_future | of_the_past"), "right")
    assert cells == [Cell(("receipt",), "receipt")]
    assert all(shown_cells(LAYOUTS["Demo"], area) for area in AREAS)


def test_cells_for_which_there_is_no_room_share_a_place_until_there_is() -> None:
    cells = list(arranged(right="receipt | waiting | latency").cells["right"])
    least = {"receipt": 300, "waiting": 200, "latency": 300}
    assert [cell.views for cell in fitted(cells, least, 900)] == [("receipt",), ("waiting",), ("latency",)]
    assert [cell.views for cell in fitted(cells, least, 700)] == [("receipt", "waiting"), ("latency",)]
    assert [cell.views for cell in fitted(cells, least, 500)] == [("receipt", "waiting", "latency")]


def test_what_was_asked_for_last_is_in_front_where_cells_share_a_place() -> None:
    cells = list(arranged(right="receipt | waiting | latency").cells["right"])
    least = {"receipt": 300, "waiting": 200, "latency": 300}
    assert [cell.front for cell in fitted(cells, least, 700, "waiting")] == ["waiting", "latency"]
    assert [cell.front for cell in fitted(cells, least, 700)] == ["receipt", "latency"]
