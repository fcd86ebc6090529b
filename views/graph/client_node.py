"""A client: an address space whose translation table is its body, a slot an entry.

A slot has the number of the entry, the object that it is for and, when it points at something else, what that is; its
port is on the edge, and the wire leaves there. A slot that points at a mediator stays filled until it is repointed, and
then flashes once more with old -> new.

Limits: MOST_SLOTS slots are shown; the wires of the rest leave from one last row that counts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor

from views.graph.ink import FAR_ROLE, PAD, Ink
from views.graph.motion import LINEAR, SLOT_FADE_MS, SLOT_HOLD_MS
from views.graph.node import FULL, NAME_ONLY, NodeItem
from views.graph.picture import ClientFacts, SlotFacts
from views.kit.theme import mixed
from views.kit.typography import MEDIUM, SEMIBOLD, text_width

if TYPE_CHECKING:
    from PySide6.QtWidgets import QGraphicsSceneHoverEvent

    from views.graph.scene import GraphScene

HEAD, SLOT, STEP, FOOT = 49.0, 28.0, 30.0, 7.0
SIDE = 6.0
NUMBER_LEFT, NAME_LEFT = 14.0, 48.0
WORDS_RIGHT = 20.0
LEAST_WIDTH, MOST_WIDTH = 204.0, 280.0
MOST_SLOTS = 14
PORT_RADIUS = 4.0
ARROW = "\N{RIGHTWARDS ARROW}"


class ClientNode(NodeItem):
    """One client of the topology."""

    def __init__(self, board: GraphScene, facts: ClientFacts) -> None:
        self.facts = facts
        self._size = client_size(facts)
        self._fresh: dict[int, float] = {}
        """How strongly each slot that was just written still flashes."""
        self._over_slot = 0
        super().__init__(board, ("client", facts.identity))

    @property
    def name(self) -> str:
        return self.facts.name

    @property
    def body(self) -> QRectF:
        return QRectF(0, 0, *self._size)

    def take(self, facts: ClientFacts, *, at_once: bool) -> bool:
        """Show other facts; True when its outline has changed. Slots that were written since begin to flash."""
        if facts == self.facts:
            return False
        look = self.look()
        before, self.facts = self.facts, facts
        written = {slot.object: slot.written_position for slot in before.slots}
        for slot in facts.slots:
            if not at_once and slot.was and slot.written_position > written.get(slot.object, slot.written_position):
                self._flash(slot.object)
        size = client_size(facts)
        changed = size != self._size
        if changed:
            self._size = size
            self.outline_changed()
        elif self.look() != look:
            self.touch()
        return changed or len(facts.slots) != len(before.slots)

    def _flash(self, of: int) -> None:
        key = ("slot", self.key, of)
        self.board.motion.stop(key)
        lasts = SLOT_HOLD_MS + SLOT_FADE_MS
        fade = _Fade(self, of)
        self.board.motion.move(key, lasts, LINEAR, 0.0, 1.0, fade.at, fade.over, lasting=True)

    def set_fresh(self, of: int, strength: float) -> None:
        """A slot flashes this strongly; not at all at 0."""
        if strength > 0.0:
            self._fresh[of] = strength
        else:
            self._fresh.pop(of, None)
        self.touch()

    # --- where wires leave -------------------------------------------------------------------------------------------

    def port(self, of: int) -> QPointF:
        """Where the wire to an object leaves, in the node's coordinates."""
        return QPointF(self._size[0], self.slot_rect(self._row(of)).center().y())

    def _row(self, of: int) -> int:
        row = next((number for number, slot in enumerate(self.facts.slots) if slot.object == of), 0)
        return min(row, shown_rows(self.facts) - 1) if shown_rows(self.facts) else 0

    def slot_rect(self, row: int) -> QRectF:
        """The rectangle of a row of the table."""
        return QRectF(SIDE, HEAD + row * STEP, self._size[0] - 2 * SIDE, SLOT)

    # --- painting ----------------------------------------------------------------------------------------------------

    def look(self) -> object:
        return self.facts if self.board.zoom >= NAME_ONLY else self.facts.name

    def paint_whole(self, ink: Ink, zoom: float) -> None:
        theme, facts = ink.theme, self.facts
        body = self.body
        dim = self.board.is_dim(self.key)
        primary = theme.text.tertiary if dim else theme.text.primary
        ink.card(body, hovered=self.hovered, selected=self.selected, focused=self.focused)
        if zoom < NAME_ONLY:
            ink.line(QRectF(PAD, 12, body.width() - 2 * PAD, 24), facts.name, FAR_ROLE, primary)
            return
        ink.tile(10, 10, "terminal", dim=dim)
        room = body.width() - NAME_LEFT - PAD
        ink.line(QRectF(NAME_LEFT, 9, room, 18), facts.name, "body", primary, weight=SEMIBOLD)
        ink.line(QRectF(NAME_LEFT, 26, room, 14), f"address space {facts.address_space}", "small", theme.text.tertiary)
        rows = shown_rows(facts)
        for row, slot in enumerate(facts.slots[:rows]):
            if row == rows - 1 and len(facts.slots) > rows:
                self._paint_rest(ink, row, facts.slots[row:])
            else:
                self._paint_slot(ink, row, slot, zoom)

    def _paint_slot(self, ink: Ink, row: int, slot: SlotFacts, zoom: float) -> None:
        theme = ink.theme
        box = self.slot_rect(row)
        held = slot.sort == "mediator"
        strength = 1.0 if held else self._fresh.get(slot.object, 0.0)
        over = self.board.entry_is_lit((self.key, slot.object))
        self._paint_ground(ink, box, strength, over=over)
        number = theme.text.secondary if strength > 0.0 else theme.text.tertiary
        if zoom >= FULL:
            ink.line(
                QRectF(NUMBER_LEFT, box.top(), NAME_LEFT - NUMBER_LEFT - 4, SLOT),
                f"0x{slot.number:02x}",
                "mono",
                number,
            )
        left = NAME_LEFT if zoom >= FULL else NUMBER_LEFT
        right = box.right() + SIDE - WORDS_RIGHT
        name = text_width(slot.name, "label", weight=MEDIUM) + 8
        words, colour = self._words(ink, slot, right - left - name)
        if words:
            # Where both cannot be whole, the name keeps the greater part.
            width = min(text_width(words, "small", weight=MEDIUM), right - left - min(name, 0.6 * (right - left)))
            ink.line(QRectF(right - width, box.top(), width, SLOT), words, "small", colour, weight=MEDIUM, right=True)
            right -= width + 8
        ink.line(QRectF(left, box.top(), right - left, SLOT), slot.name, weight=MEDIUM)
        self._paint_port(ink, box, over=over)

    def _words(self, ink: Ink, slot: SlotFacts, room: float) -> tuple[str, QColor]:
        """What stands at the right: where it points when that is not the object itself; old -> new while it flashes."""
        theme = ink.theme
        if slot.sort != "mediator" and self._fresh.get(slot.object, 0.0) > 0.0:
            both = f"{slot.was} {ARROW} {slot.words}"
            fits = text_width(both, "small", weight=MEDIUM) <= room
            return both if fits else f"{ARROW} {slot.words}", theme.text.primary
        if slot.sort == "interposer":
            return slot.words, theme.structure.interposer.text
        return (slot.words, theme.text.primary) if slot.sort == "mediator" else ("", theme.text.primary)

    def _paint_rest(self, ink: Ink, row: int, rest: tuple[SlotFacts, ...]) -> None:
        box = self.slot_rect(row)
        held = any(slot.sort == "mediator" for slot in rest)
        strength = 1.0 if held else max((self._fresh.get(slot.object, 0.0) for slot in rest), default=0.0)
        self._paint_ground(ink, box, strength, over=False)
        ink.line(
            QRectF(NUMBER_LEFT, box.top(), box.width() - 20, SLOT),
            f"and {len(rest)} more",
            colour=ink.theme.text.secondary,
        )
        self._paint_port(ink, box, over=False)

    def _paint_ground(self, ink: Ink, box: QRectF, strength: float, *, over: bool) -> None:
        theme = ink.theme
        if strength > 0.0 and self.board.motion.reduced:
            ink.box(box, 6, theme.surface.sunken, ink.line_of(theme.flash.line, 1.0))
        elif strength > 0.0:
            fill = mixed(theme.surface.sunken, theme.flash.fill, strength)
            ink.box(box, 6, fill, ink.hair(mixed(theme.surface.sunken, theme.flash.line, strength)))
        else:
            ink.box(box, 6, theme.surface.sunken)
        if over:
            ink.box(box, 6, None, ink.hair(theme.selection.ring))

    def _paint_port(self, ink: Ink, box: QRectF, *, over: bool) -> None:
        theme = ink.theme
        ink.painter.setBrush(theme.structure.component.fill)
        ink.painter.setPen(ink.line_of(theme.selection.ring if over else theme.line.wire, 1.5))
        ink.painter.drawEllipse(QPointF(self._size[0], box.center().y()), PORT_RADIUS, PORT_RADIUS)

    # --- the pointer -------------------------------------------------------------------------------------------------

    def slot_at(self, point: QPointF) -> int:
        """The object of the slot at a point, 0 for none."""
        for row, slot in enumerate(self.facts.slots[: shown_rows(self.facts)]):
            if self.slot_rect(row).contains(point):
                return slot.object
        return 0

    def point_at(self, point: QPointF | None) -> None:
        if point is None or not self.slot_at(point):
            super().point_at(point)  # over a slot it is the entry that is meant, and the wire says so

    def hoverMoveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        super().hoverMoveEvent(event)
        self._hover_slot(self.slot_at(event.pos()))

    def hoverLeaveEvent(self, event: QGraphicsSceneHoverEvent) -> None:
        super().hoverLeaveEvent(event)
        self._hover_slot(0)

    def _hover_slot(self, of: int) -> None:
        if of != self._over_slot:
            self._over_slot = of
            self.board.hover_wire((self.key, of) if of else None)

    def tip_at(self, point: QPointF) -> str:
        cut = super().tip_at(point)
        if cut:
            return cut
        of = self.slot_at(point)
        slot = next((slot for slot in self.facts.slots if slot.object == of), None)
        return f"entry 0x{slot.number:02x}: {slot.name} points at {slot.words}" if slot else self.name


class _Fade:
    """The flash of one slot: it holds, then it fades."""

    def __init__(self, node: ClientNode, of: int) -> None:
        self._node, self._of = node, of

    def at(self, share: float) -> None:
        ms = share * (SLOT_HOLD_MS + SLOT_FADE_MS)
        gone = min(1.0, max(0.0, (ms - SLOT_HOLD_MS) / SLOT_FADE_MS))
        self._node.set_fresh(self._of, max(0.01, (1.0 - gone) ** 2))

    def over(self) -> None:
        self._node.set_fresh(self._of, 0.0)


def shown_rows(facts: ClientFacts) -> int:
    """How many rows the table has: all slots, or MOST_SLOTS of which the last counts the rest."""
    return min(len(facts.slots), MOST_SLOTS)


def client_size(facts: ClientFacts) -> tuple[float, float]:
    """Wide enough for the longest slot while it points at a mediator, so that a swap does not move the table's edge."""
    words = text_width("mediator", "small", weight=MEDIUM)
    need = max(
        (
            text_width(slot.name, "label", weight=MEDIUM)
            + 12
            + max(words, text_width(slot.words, "small", weight=MEDIUM) if slot.sort == "interposer" else 0.0)
            for slot in facts.slots
        ),
        default=0.0,
    )
    width = min(MOST_WIDTH, max(LEAST_WIDTH, NAME_LEFT + need + WORDS_RIGHT))
    return float(round(width / 4 + 0.49) * 4), HEAD + max(1, shown_rows(facts)) * STEP - 2 + FOOT + 2
