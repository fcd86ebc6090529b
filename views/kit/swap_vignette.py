"""The picture in the head of a phase: who stands where at its end, or now.

      o o  | [ ]-> single     calls inside, as their fates
    queue door     replicated dashed until it has state; packages on their way in TRANSFER

It is the paper's Figure 3 a, b and c; every dot is a call of this swap, and past three a number stands for the rest.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QPen

from model.projections.receipt import FateSort
from model.trace.events import Phase
from views.kit.format import format_bytes
from views.kit.glyphs import dot_rect, paint_glyph
from views.kit.phases import fate_meaning, phase_meaning
from views.kit.swap_words import change_words
from views.kit.typography import MEDIUM, SEMIBOLD, elide_middle, metrics, text_width

if TYPE_CHECKING:
    from model.projections.receipt import Swap
    from model.projections.swap_calls import Bar
    from views.kit.writing import Writer

SHOWN: Final = 3
PITCH: Final = 21
_INSIDE: Final = {
    FateSort.UNTRACKED: "untracked", FateSort.TRACKED: "tracked", FateSort.RECURSIVE: "recursive",
}  # fmt: skip


def paint_vignette(writer: Writer, room: QRectF, swap: Swap, bars: tuple[Bar, ...], phase: Phase, at_ns: int) -> None:
    """Paint the picture of a phase as of an instant into a room of at least 128 by 120 px."""
    standing = [(bar, sort) for bar in bars if (sort := bar.at(at_ns)) is not None]
    waiting = [bar for bar, sort in standing if sort is FateSort.BLOCKED]
    inside = [(bar, sort) for bar, sort in standing if sort in _INSIDE]
    px = writer.theme.px
    # The door stands where the queue ends; on a narrow column the queue gives way first.
    queue = min(px(100), max(px(24), room.width() * 0.3))
    door = room.left() + queue
    boxes = QRectF(door + px(34), room.top(), min(px(116), room.right() - door - px(42)), room.height())
    _paint_door(writer, door, room, phase)
    _paint_queue(writer, QRectF(room.left() + px(6), room.top(), queue - px(14), room.height()), waiting)
    upper = QRectF(boxes.left(), boxes.top() + px(6), boxes.width(), px(52))
    lower = QRectF(boxes.left(), boxes.top() + px(76), boxes.width(), px(52))
    if phase is not Phase.TRANSFER:
        _paint_wire(
            writer, QPointF(door + px(20), upper.center().y()), QPointF(upper.left() - px(2), upper.center().y())
        )
    old, new = change_words(swap)
    _paint_old(writer, upper, old, inside)
    _paint_new(writer, lower, new, swap, phase, at_ns)


def _paint_door(writer: Writer, x: float, room: QRectF, phase: Phase) -> None:
    """The mediator as a tall box, and its door: open with a gap, or two closed bars."""
    theme, px, painter = writer.theme, writer.theme.px, writer.painter
    meaning = phase_meaning(theme, phase)
    body = QRectF(x + px(4), room.top() + px(6), px(16), px(122))
    painter.setPen(QPen(meaning.mark, theme.stroke(1.5)))
    painter.setBrush(theme.surface.panel)
    painter.drawRoundedRect(body, px(5), px(5))
    closed = phase is not Phase.FORWARD
    bars = theme.phase.block.mark if closed else meaning.mark
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(bars)
    top, height = body.top() + px(6), body.height() - px(12)
    gap = px(0) if closed else px(34)
    for left in (x - px(9), x - px(3)):
        for begin in (top, top + (height + gap) / 2):
            painter.drawRoundedRect(QRectF(left, begin, px(3), (height - gap) / 2), px(1.5), px(1.5))


def _paint_queue(writer: Writer, room: QRectF, waiting: list[Bar]) -> None:
    theme, px, painter = writer.theme, writer.theme.px, writer.painter
    if not waiting:
        return
    blocked = fate_meaning(theme, "blocked")
    y = room.center().y() - px(6)
    places = max(1, int(room.width() // px(PITCH)))
    first = sorted(waiting, key=lambda bar: bar.from_ns)[:places]
    painter.setPen(QPen(theme.line.wire, theme.stroke(1.4)))
    painter.drawLine(QPointF(room.left(), y), QPointF(room.right(), y))
    for place, bar in enumerate(first):
        x = room.right() - px(10) - px(PITCH) * place
        paint_glyph(painter, blocked.glyph, dot_rect(x, y, px(4.5)), blocked.mark)
        more = len(waiting) - places
        name = f"+{more + 1}" if more > 0 and place == places - 1 else bar.name
        writer.line(QRectF(x - px(12), y + px(8), px(24), px(14)), name, "small", theme.text.primary,
                    weight=SEMIBOLD, middle=True)  # fmt: skip


def _paint_wire(writer: Writer, start: QPointF, end: QPointF) -> None:
    theme, px, painter = writer.theme, writer.theme.px, writer.painter
    painter.setPen(QPen(theme.line.wire, theme.stroke(1.4)))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawLine(start, end)
    for reach in (-4, 4):
        painter.drawLine(QPointF(end.x() - px(5), end.y() + px(reach)), end)


def _paint_old(writer: Writer, box: QRectF, name: str, inside: list[tuple[Bar, FateSort]]) -> None:
    theme, px, painter = writer.theme, writer.theme.px, writer.painter
    painter.setPen(QPen(theme.structure.component.line, theme.stroke(1)))
    painter.setBrush(theme.structure.component.fill)
    painter.drawRoundedRect(box, px(8), px(8))
    _title(writer, box, name)
    second = _second(writer, box)
    if not inside:
        writer.line(second, "no call inside", "small", theme.text.tertiary)
        return
    step = px(26)
    places = max(1, int(second.width() // step))
    shown = inside[: places - 1] if len(inside) > places else inside
    x = second.left() + px(5)
    for bar, sort in shown:
        meaning = fate_meaning(theme, _INSIDE[sort])
        paint_glyph(painter, meaning.glyph, dot_rect(x, second.center().y(), px(4.5)), meaning.mark)
        writer.line(QRectF(x + px(7), second.top(), step - px(9), second.height()), bar.name, "small", weight=MEDIUM)
        x += step
    if len(shown) < len(inside):
        area = QRectF(x - px(5), second.top(), second.right() - x + px(5), second.height())
        writer.line(area, f"+{len(inside) - len(shown)}", "small", theme.text.secondary, weight=MEDIUM)


def _paint_new(writer: Writer, box: QRectF, name: str, swap: Swap, phase: Phase, at_ns: int) -> None:
    theme, px, painter = writer.theme, writer.theme.px, writer.painter
    arriving = theme.structure.arriving
    filled = phase is Phase.TRANSFER and swap.unpackage_until_ns is not None and at_ns >= swap.unpackage_until_ns - 1
    pen = QPen(theme.phase.transfer.mark if phase is Phase.TRANSFER else arriving.line, theme.stroke(1.2))
    if not filled:
        pen.setDashPattern(list(arriving.dash))
    painter.setPen(pen)
    painter.setBrush(arriving.fill)
    painter.drawRoundedRect(box, px(8), px(8))
    _title(writer, box, name)
    words, colour = "empty", theme.text.tertiary
    if phase is Phase.TRANSFER:
        colour = theme.phase.transfer.text
        words = _state_words(swap, filled, at_ns)
        _paint_packages(writer, QPointF(box.right() - px(22), box.top() - px(18)))
    writer.line(_second(writer, box), words, "small", colour)


def _state_words(swap: Swap, filled: bool, at_ns: int) -> str:
    size = format_bytes(swap.bytes) if swap.bytes else "state"
    if filled:
        return f"{size} unpacked"
    return f"{size} packed" if swap.package_from_ns is not None and at_ns >= swap.package_from_ns else "waits for state"


def _paint_packages(writer: Writer, at: QPointF) -> None:
    theme, px, painter = writer.theme, writer.theme.px, writer.painter
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.phase.transfer.mark)
    for place in range(3):
        painter.drawRoundedRect(QRectF(at.x(), at.y() + px(5) * place, px(12), px(3.4)), px(1.7), px(1.7))


def _title(writer: Writer, box: QRectF, name: str) -> None:
    """The name, said short enough that nothing is cut in the middle of a word."""
    theme, px = writer.theme, writer.theme.px
    area = QRectF(box.left() + px(9), box.top() + px(6), box.width() - px(18), px(18))
    words = name
    if text_width(words, "label", theme.scale, weight=SEMIBOLD) > area.width():
        words = name.split(",")[0].split(" ")[0]
        words = elide_middle(words, metrics("label", theme.scale, weight=SEMIBOLD), area.width())
    writer.line(area, words, "label", weight=SEMIBOLD)


def _second(writer: Writer, box: QRectF) -> QRectF:
    px = writer.theme.px
    return QRectF(box.left() + px(9), box.top() + px(27), box.width() - px(14), px(18))
