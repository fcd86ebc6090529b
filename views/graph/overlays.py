"""What lies over the graph and does not move with it: the card of costs and the small map.

Both are painted in px of the viewport, after the threads, from what the scene knows.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPixmap

from views.graph.drop import CostCard
from views.graph.ink import Ink
from views.graph.node import NodeItem
from views.kit.theme import Theme, faded
from views.kit.typography import MEDIUM, SEMIBOLD, text_width
from views.kit.writing import Written

if TYPE_CHECKING:
    from views.graph.scene import GraphScene

CARD_WIDTH = 284.0
CARD_PAD = 16.0
ROW = 22.0
HEAD, FOOT = 38.0, 30.0
GAP = 36.0
POINTER = 8.0
EDGE = 12.0
MAP_WIDTH, MAP_HEIGHT = 124.0, 76.0
MAP_PAD = 6.0
LEAST_MARK = 4.0


def card_rect(card: CostCard, target: QRectF, viewport: QRectF, tools: QRectF) -> QRectF:
    """Where the card stands: at the right of the target, else at its left, always in sight and not under the tools."""
    height = HEAD + ROW * len(card.rows) + FOOT
    left = target.right() + GAP
    if left + CARD_WIDTH > viewport.right() - EDGE:
        left = target.left() - GAP - CARD_WIDTH
    left = min(max(left, viewport.left() + EDGE), viewport.right() - EDGE - CARD_WIDTH)
    top = target.center().y() - height * 0.7
    least = viewport.top() + EDGE
    if tools.left() < left + CARD_WIDTH and left < tools.right():
        least = tools.bottom() + EDGE / 2
    top = min(max(top, least), viewport.bottom() - EDGE - height)
    return QRectF(round(left), round(top), CARD_WIDTH, height)


def paint_cost_card(
    painter: QPainter, theme: Theme, card: CostCard, target: QRectF, viewport: QRectF, tools: QRectF
) -> list[Written]:
    """Paint the card beside its target; returns what was written."""
    ink = Ink(painter, theme)
    box = card_rect(card, target, viewport, tools)
    shade = faded(QColor(Qt.GlobalColor.black), min(1.0, theme.texture.dragged_shadow * 0.67))
    ink.box(box.translated(0, 6), 12, shade)
    ink.box(box, 12, theme.surface.raised, ink.hair(theme.line.regular))
    _paint_pointer(ink, box, target)
    text = theme.text
    left, right = box.left() + CARD_PAD, box.right() - CARD_PAD
    used = ink.line(QRectF(left, box.top() + 12, right - left, 20), card.head, "body", weight=SEMIBOLD)
    width = min(text_width(card.target, "small", weight=MEDIUM) + 16, right - left - used - 12)
    pill = QRectF(right - width, box.top() + 12, width, 20)
    ink.box(pill, 10, theme.surface.sunken)
    ink.line(pill.adjusted(8, 0, -8, 0), card.target, "small", text.secondary, weight=MEDIUM)
    top = box.top() + HEAD
    for what, much in card.rows:
        row = QRectF(left, top, right - left, ROW)
        # The value keeps its whole length and the label is cut first: it is the value that was asked for.
        need = min(text_width(much, "label", weight=MEDIUM) + 1, (right - left) * 0.75)
        ink.line(QRectF(right - need, top, need, ROW), much, weight=MEDIUM, right=True)
        ink.line(row.adjusted(0, 0, -need - 8, 0), what, colour=text.secondary)
        top += ROW
    ink.line(QRectF(left, top + 4, right - left, 18), card.foot, "small", text.tertiary)
    return ink.written


def _paint_pointer(ink: Ink, box: QRectF, target: QRectF) -> None:
    """The small triangle towards the target."""
    y = min(max(target.center().y(), box.top() + 20), box.bottom() - 20)
    right_of = box.left() >= target.right()
    if not right_of and box.right() > target.left():
        return
    edge, tip = (
        (box.left() + 0.5, box.left() + 0.5 - POINTER) if right_of else (box.right() - 0.5, box.right() - 0.5 + POINTER)
    )
    fill = QPainterPath(QPointF(edge, y - POINTER))
    fill.lineTo(tip, y)
    fill.lineTo(edge, y + POINTER)
    inward = QPainterPath(fill)
    inward.lineTo(edge + (1 if right_of else -1), y + POINTER)
    inward.lineTo(edge + (1 if right_of else -1), y - POINTER)
    ink.painter.fillPath(inward, ink.theme.surface.raised)
    ink.stroke(fill, ink.hair(ink.theme.line.regular))


def map_rect(viewport: QRectF) -> QRectF:
    """Where the small map stands."""
    return QRectF(viewport.right() - MAP_WIDTH - EDGE, viewport.bottom() - MAP_HEIGHT - EDGE, MAP_WIDTH, MAP_HEIGHT)


def map_world(nodes: Iterable[NodeItem], seen: QRectF) -> QRectF:
    """What the map shows: all nodes and what is in sight."""
    world = QRectF(seen)
    for node in nodes:
        world |= node.standing
    return world


def to_map(rect: QRectF, world: QRectF, area: QRectF) -> QRectF:
    """A rectangle of the scene on the map."""
    inner = area.adjusted(MAP_PAD, MAP_PAD, -MAP_PAD, -MAP_PAD)
    zoom = min(inner.width() / max(1.0, world.width()), inner.height() / max(1.0, world.height()))
    left = inner.center().x() - world.width() * zoom / 2
    top = inner.center().y() - world.height() * zoom / 2
    return QRectF(
        left + (rect.left() - world.left()) * zoom, top + (rect.top() - world.top()) * zoom, rect.width() * zoom,
        rect.height() * zoom,
    )  # fmt: skip


class SmallMap:
    """The small map: a block a node, in the colour of what goes on there, and a frame about what is in sight.

    It is painted once and copied until a node stands elsewhere or something else is in sight.
    """

    def __init__(self) -> None:
        self._pixmap = QPixmap()
        self._shown: tuple[object, ...] = ()
        self._asked: tuple[object, ...] = ()
        self._visible = True
        self.wanted = True
        """Whether there may be a map at all."""

    def is_shown(self, board: GraphScene, seen: QRectF, viewport: QRectF) -> bool:
        """Whether there is a map: not where all is in sight and it would only cover a node."""
        asked = (board.outlines, seen, viewport)
        if asked != self._asked:
            self._asked = asked
            zoom = seen.width() / max(1.0, viewport.width())
            area = map_rect(viewport)
            corner = seen.topLeft() + area.topLeft() * zoom
            under = QRectF(corner, area.size() * zoom)
            standing = [node.standing for node in board.nodes()]
            covers = any(under.intersects(each) for each in standing)
            self._visible = not covers or not all(seen.contains(each) for each in standing)
        return self._visible and self.wanted

    def paint(self, painter: QPainter, board: GraphScene, seen: QRectF, viewport: QRectF) -> None:
        """Paint the map into its corner of the viewport."""
        area = map_rect(viewport)
        if not self.is_shown(board, seen, viewport):
            return
        ratio = painter.device().devicePixelRatioF() * abs(painter.worldTransform().m11())
        shown = (board.outlines, seen, ratio, id(board.theme))
        if shown != self._shown:
            self._shown = shown
            self._pixmap = QPixmap(round(area.width() * ratio), round(area.height() * ratio))
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            inner = QPainter(self._pixmap)
            _paint_map(Ink(inner, board.theme), board.nodes(), seen, QRectF(0, 0, area.width(), area.height()))
            inner.end()
        painter.drawPixmap(area, self._pixmap, QRectF(self._pixmap.rect()))


def _paint_map(ink: Ink, nodes: list[NodeItem], seen: QRectF, area: QRectF) -> None:
    world = map_world(nodes, seen)
    ink.box(area, 6, ink.theme.surface.panel, ink.hair(ink.theme.line.regular))
    for node in nodes:
        mark = to_map(node.standing, world, area)
        mark.setSize(mark.size().expandedTo(QSizeF(LEAST_MARK, LEAST_MARK)))
        ink.box(mark, min(2.0, mark.height() / 2), node.mark)
    ink.box(to_map(seen, world, area), 4, None, ink.hair(ink.theme.text.secondary))
