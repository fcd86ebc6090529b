"""Whether text fits: nothing is cut, nothing runs into something else, nothing leaves what it belongs to.

What writes through `views.kit.writing.Writer` keeps its lines; this puts the lines of a whole scene into the px of its
viewport, each with the room of its parent, and holds them against each other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Any

from PySide6.QtCore import QRectF

from views.kit.writing import Written

SLACK = 1.0
SPILL = 2.0
"""The box of a line is higher than its letters; two lines of a paragraph may share so much of it."""


@dataclass(frozen=True)
class Line:
    """A line of text on the screen, and the outline of what it belongs to."""

    rect: QRectF
    room: QRectF
    shown: str
    whole: str
    owner: str


def line_in(written: Written, room: QRectF, owner: str) -> Line:
    """A line of a panel that paints itself."""
    return Line(QRectF(written.rect), room, written.shown, written.whole, owner)


def lines_of_graph(view: Any) -> tuple[list[Line], list[Line]]:
    """The lines of the nodes, and those of what lies over them, of a graph view that was painted."""
    nodes: list[Line] = []
    over: list[Line] = []
    whole = QRectF(view.viewport().rect())
    for node, written in view.written():
        if node is None:
            over.append(line_in(written, whole, "overlay"))
            continue
        place = view.viewportTransform()
        # A pill stands on the edge of its node, and the tabs of a shell too: both are of the node.
        room = place.mapRect(node.boundingRect().translated(node.pos()))
        rect = place.mapRect(written.rect.translated(node.pos()))
        nodes.append(Line(rect, room, written.shown, written.whole, node.name))
    return nodes, over


def assert_texts_fit(lines: Sequence[Line], may_be_cut: Iterable[str] = ()) -> None:
    """No line is cut but those named, none leaves its parent, and no two overlap."""
    assert lines
    allowed = set(may_be_cut)
    assert [line.whole for line in lines if line.shown != line.whole and line.whole not in allowed] == []
    for line in lines:
        assert line.room.adjusted(-SLACK, -SLACK, SLACK, SLACK).contains(line.rect), line
    for one, other in combinations(lines, 2):
        letters = one.rect.adjusted(0, SPILL, 0, -SPILL)
        assert not letters.intersects(other.rect.adjusted(0, SPILL, 0, -SPILL)), (one, other)
