"""No text of the graph is clipped, overlaps another or leaves its node, in any phase, theme, font or scale."""

from __future__ import annotations

from typing import Any

import pytest

from tests.views.graph.graphs import graph_before_the_swap, graph_view, middle
from tests.views.panels import assert_areas_in_theme, image_of, use_fonts
from tests.views.text_fit import assert_texts_fit, lines_of_graph
from views.graph.view import GraphView
from views.kit.theme import load_theme

PHASES = ("start", "forward", "block", "transfer", "completed")


def assert_graph_fits(view: GraphView) -> None:
    image_of(view)
    nodes, over = lines_of_graph(view)
    assert_texts_fit(nodes)
    if over:
        assert_texts_fit(over)


@pytest.mark.parametrize("until", PHASES)
@pytest.mark.parametrize("theme", ["light", "projector"])
def test_texts_fit_in_every_phase(qtbot: Any, until: Any, theme: str) -> None:
    assert_graph_fits(graph_view(qtbot, until, theme, (1400, 900)))


@pytest.mark.parametrize("family", ["DejaVu Sans", "DejaVu Sans Condensed"])
def test_texts_fit_in_wide_and_narrow_fonts(qtbot: Any, monkeypatch: Any, family: str) -> None:
    use_fonts(monkeypatch, family)
    assert_graph_fits(graph_view(qtbot, "block", size=(1400, 900)))


@pytest.mark.parametrize("target", ["FCM file 17", "FCM file 3", "pager", ""])
def test_texts_fit_while_something_is_dragged(qtbot: Any, target: str) -> None:
    view = graph_before_the_swap(qtbot)
    view.begin_drag("implementation", "fcm_replicated")
    if target:
        view.drag_over(middle(view, target))
    assert_graph_fits(view)


@pytest.mark.parametrize("theme", ["light", "dark", "high_contrast", "projector"])
def test_every_colour_comes_from_the_theme(qtbot: Any, theme: str) -> None:
    view = graph_view(qtbot, "block", theme)
    assert_areas_in_theme(image_of(view), load_theme(theme))
