"""What a node answers while something is dragged: a ring or a hatch, and a pill with a sign and words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF

from views.graph.geometry import RING, WASH
from views.graph.ink import NODE_RADIUS, Ink
from views.kit.glyphs import paint_glyph, sign_rect
from views.kit.hatches import fill_hatched
from views.kit.theme import DropMeaning, Theme
from views.kit.typography import SEMIBOLD, text_width

if TYPE_CHECKING:
    from model.projections.topology import Verdict

PILL_HEIGHT = 24.0
PILL_BELOW = 8.0


@dataclass(frozen=True, slots=True)
class Answer:
    """A node's verdict, and whether the drag is over it."""

    verdict: Verdict
    hovered: bool = False


def drop_meaning(theme: Theme, verdict: Verdict) -> DropMeaning:
    """How a verdict looks."""
    return {"yes": theme.drop.yes, "conversion": theme.drop.conversion, "no": theme.drop.no}[verdict.answer]


def pill_words(answer: Answer) -> tuple[str, str]:
    """The strong word of the pill and what follows it: "yes" and "by reference"."""
    verdict = answer.verdict
    if verdict.answer == "yes":
        return "yes", verdict.words
    if verdict.answer == "no":
        return "no", verdict.words
    if answer.hovered:
        return protocol_words(verdict), ""
    return "yes, with conversion", ""


def protocol_words(verdict: Verdict) -> str:
    """The protocol by which the state would move: "canonical form, bit 0"."""
    if verdict.protocol_bit is None:
        return verdict.words
    return f"{verdict.protocol_name or verdict.words}, bit {verdict.protocol_bit}"


def paint_wash(ink: Ink, body: QRectF, answer: Answer) -> None:
    """The ground of the target under the pointer, beneath the node."""
    if answer.hovered and answer.verdict.answer != "no":
        tint = drop_meaning(ink.theme, answer.verdict).tint
        ink.box(body.adjusted(-WASH, -WASH, WASH, WASH), NODE_RADIUS + 8, tint)


def paint_marks(ink: Ink, body: QRectF, card: QRectF, answer: Answer) -> None:
    """The ring, or the hatch over the card, and the pill on its lower edge."""
    meaning = drop_meaning(ink.theme, answer.verdict)
    if answer.verdict.answer == "no":
        fill_hatched(
            ink.painter, card.adjusted(1, 1, -1, -1), "diagonal", ink.theme.line.strong, ink.theme.texture.on_tint
        )
        _paint_pill(ink, pill_rect(card, answer).translated(0, -PILL_BELOW), meaning, answer)
        return
    ring = body.adjusted(-RING, -RING, RING, RING)
    ink.box(ring, NODE_RADIUS + 5, None, ink.line_of(meaning.mark, 2.5, meaning.dash))
    _paint_pill(ink, pill_rect(body, answer), meaning, answer)


def pill_rect(body: QRectF, answer: Answer) -> QRectF:
    """Where the pill of a yes stands: about the middle of the lower edge, a little below it."""
    strong, rest = pill_words(answer)
    width = 25 + text_width(strong, "label", weight=SEMIBOLD) + 12
    width += text_width(rest, "label") + 5 if rest else 0
    return QRectF(body.center().x() - width / 2, body.bottom() + PILL_BELOW - PILL_HEIGHT / 2, width, PILL_HEIGHT)


def _paint_pill(ink: Ink, pill: QRectF, meaning: DropMeaning, answer: Answer) -> None:
    theme = ink.theme
    strong, rest = pill_words(answer)
    if answer.verdict.answer == "no":
        ink.box(pill, PILL_HEIGHT / 2, theme.surface.raised, ink.hair(theme.line.regular))
        colour = meaning.text
    else:
        ink.box(pill, PILL_HEIGHT / 2, meaning.mark, ink.line_of(theme.surface.canvas, 2.0))
        colour = meaning.on
    paint_glyph(ink.painter, meaning.glyph, sign_rect(pill.left() + 14, pill.center().y(), 8.5), colour)
    left = pill.left() + 25
    used = ink.line(
        QRectF(left, pill.top(), pill.right() - left - 8, PILL_HEIGHT), strong, colour=colour, weight=SEMIBOLD
    )
    if rest:
        left += used + 5
        ink.line(QRectF(left, pill.top(), pill.right() - left - 8, PILL_HEIGHT), rest, colour=colour)
