"""From node to node with the arrow keys: to the nearest in that direction, going sideways costs twice."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt

from views.graph.node import NodeItem

SIDEWAYS = 2.0
ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}
DESCRIPTION = (
    "Clients with their translation tables, and the components that they use. Arrow keys go from one to the next, "
    "Enter opens what can be done."
)


def next_node(nodes: Sequence[NodeItem], here: NodeItem | None, across: int, down: int) -> NodeItem | None:
    """The node to go to; the first of all from nowhere, None where there is nothing in that direction."""
    if here is None:
        return min(nodes, key=_reading_order, default=None)
    start = here.standing.center()
    best, least = None, 0.0
    for node in nodes:
        if node is here:
            continue
        way = node.standing.center() - start
        ahead = way.x() * across + way.y() * down
        aside = abs(way.x() * down) + abs(way.y() * across)
        if ahead <= 0 or aside > 3 * ahead:
            continue
        cost = ahead + SIDEWAYS * aside
        if best is None or cost < least:
            best, least = node, cost
    return best


def _reading_order(node: NodeItem) -> tuple[float, float]:
    corner = node.standing.topLeft()
    return corner.x(), corner.y()
