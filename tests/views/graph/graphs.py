"""What the tests of the graph share: a view on the synthetic run, and its nodes by name."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QPointF

from tests.synthetic import Until
from tests.views.panels import FakeSession, linked, session, shown
from views.graph.component_node import ComponentNode
from views.graph.view import GraphView
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme

WIDTH, HEIGHT = 1003, 627


def graph_view(
    qtbot: Any, until: Until = "block", theme: str = "light", size: tuple[int, int] = (WIDTH, HEIGHT)
) -> GraphView:
    """A graph of the synthetic run, shown."""
    link, selection = linked(until)
    view = GraphView(link, selection, load_theme(theme))
    shown(qtbot, view, *size)
    return view


def graph_before_the_swap(qtbot: Any, theme: str = "light") -> GraphView:
    """A graph whose cursor stands just before the last swap, which the trace holds whole."""
    link = SessionLink(session("completed"))
    view = GraphView(link, Selection(), load_theme(theme))
    at(link, REQUESTED_NS - 1_000)
    shown(qtbot, view, WIDTH, HEIGHT)
    return view


REQUESTED_NS = 2_394_500
FORWARD_NS = 2_396_000
BLOCK_NS = FORWARD_NS + 18_200
TRANSFER_NS = BLOCK_NS + 6_000
COMPLETED_NS = TRANSFER_NS + 2_300


def at(link: SessionLink, at_ns: int) -> None:
    """Put the cursor at an instant, and tell the views."""
    link.set_cursor(link.trace.position_at(at_ns), at_ns)
    link.refresh()


def issued(view: GraphView) -> list[Any]:
    """The commands that were asked for."""
    source = view.link.session
    assert isinstance(source, FakeSession)
    return [command for command, _ in source.issued]


def component(view: GraphView, name: str) -> ComponentNode:
    """The node of an object."""
    return next(node for node in view.board.objects.values() if node.name == name)


def middle(view: GraphView, name: str) -> QPointF:
    """The middle of an object's node, in px of the viewport."""
    return view.viewportTransform().map(component(view, name).standing.center())
