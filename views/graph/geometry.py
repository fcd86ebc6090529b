"""Where the parts of a component stand in its node, from what is known of it alone.

Coordinates are the node's: (0, 0) is the corner of the component's card while nothing stands before it. A shell is
drawn about the card, a frame about the shells; the frame opens from the card to its whole size, and the card moves in
it.

        +- frame -------------------------------+
        | mediator  door closed, 4 wait  Cancel |
        | [ FORWARD  >[ BLOCK     >[ TRANSFER ] |
     ---||| +- shell --------------------------+|
        ||| |  +- card (the old component) -+  ||
        ||| PRE|                            |POST
        ||| |  +----------------------------+  ||
        |   +- - arriving - - - - - - - - - - -+|
        +---------------------------------------+
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QRectF

from views.graph.ink import PAD, TILE
from views.graph.picture import ObjectFacts
from views.kit import typography
from views.kit.format import format_rate
from views.kit.typography import MEDIUM, SEMIBOLD, text_width

CARD_HEIGHT, CELLS_HEIGHT = 76.0, 88.0
LEAST_CARD, MOST_CARD = 180.0, 320.0
TEXT_LEFT = PAD + TILE + 10.0
CELL_WIDTH, CELL_GAP, CELL_HEIGHT = 52.0, 7.0, 23.0

SHELL_SIDE, SHELL_TOP, SHELL_BOTTOM = 16.0, 24.0, 16.0
NEXT_SIDE, NEXT_TOP, NEXT_BOTTOM = 18.0, 22.0, 10.0
PRE_HALF = 14.0
POST_HALF = 18.0

FRAME_LEAST = 392.0
FRAME_BEFORE, FRAME_LEFT, FRAME_RIGHT = 8.0, 46.0, 14.0
FRAME_ABOVE, FRAME_TOP, FRAME_BOTTOM = 62.0, 72.0, 16.0
HELD_HEIGHT, ARRIVING_GAP, ARRIVING_HEIGHT = 84.0, 16.0, 70.0
RIBBON_TOP, RIBBON_HEIGHT = 34.0, 26.0
DOOR_LEFT, BAR_WIDTH, BAR_STEP = 9.5, 5.0, 8.0
STRAIGHT = 34.0
RING, WASH = 6.0, 12.0


@dataclass(frozen=True, slots=True)
class Geometry:
    """The rectangles of a node at one moment of its opening; shared, so nobody alters them."""

    card: QRectF
    shells: tuple[QRectF, ...]
    """Innermost first."""
    frame: QRectF
    arriving: QRectF
    open: float

    @property
    def outer(self) -> QRectF:
        """The outermost of what stands: what others must not cover."""
        if self.open > 0.0:
            return self.frame
        return self.shells[-1] if self.shells else self.card

    @property
    def wrapped(self) -> QRectF:
        """The outermost shell, or the card."""
        return self.shells[-1] if self.shells else self.card

    @property
    def cancel(self) -> QRectF:
        """The button in the frame's head."""
        return QRectF(self.frame.right() - 96, self.frame.top() + 5, 84, 24)

    @property
    def ribbon(self) -> QRectF:
        return QRectF(
            self.frame.left() + FRAME_RIGHT, self.frame.top() + RIBBON_TOP, self.frame.width() - 2 * FRAME_RIGHT,
            RIBBON_HEIGHT,
        )  # fmt: skip

    @property
    def door(self) -> QRectF:
        """The two bars."""
        middle = self.wrapped
        width = BAR_STEP + BAR_WIDTH
        return QRectF(self.frame.left() + DOOR_LEFT, middle.top() - 1, width, middle.height() + 2)


def card_size(facts: ObjectFacts) -> tuple[float, float]:
    """The size of a component's card at rest."""
    return _card_size(facts.name, facts.words, len(str(facts.in_flight)), len(facts.cells), typography.FAMILIES)


@lru_cache(maxsize=4096)
def _card_size(name: str, words: str, digits: int, cells: int, families: tuple[str, ...]) -> tuple[float, float]:
    # Room for two digits, so that a card does not breathe with the calls in flight.
    pill = pill_width(10 ** max(1, digits - 1))
    need = TEXT_LEFT + text_width(name, "body", weight=SEMIBOLD) + 12 + pill + PAD
    need = max(need, TEXT_LEFT + text_width(words, "label") + PAD)
    if cells:
        need = max(need, 2 * PAD + cells * (CELL_WIDTH + CELL_GAP) - CELL_GAP)
    width = min(MOST_CARD, max(LEAST_CARD, need))
    return float(round(width / 4 + 0.49) * 4), CELLS_HEIGHT if cells else CARD_HEIGHT


def pill_width(in_flight: int) -> float:
    """The width of the pill with the calls in flight."""
    return text_width(str(in_flight), "label", weight=SEMIBOLD) + 24


def rate_width(rate: float) -> float:
    """The width of the rate beside the sparkline."""
    return max(text_width(words, "small", weight=MEDIUM) for words in (format_rate(rate), format_rate(88_800)))


def shell_extent(count: int) -> tuple[float, float, float]:
    """How far the outermost of `count` shells stands out of the card: at the sides, above, below."""
    if count == 0:
        return 0.0, 0.0, 0.0
    more = count - 1
    return SHELL_SIDE + more * NEXT_SIDE, SHELL_TOP + more * NEXT_TOP, SHELL_BOTTOM + more * NEXT_BOTTOM


def geometry(facts: ObjectFacts, open_: float) -> Geometry:
    """Where everything stands when the frame is open to a share of 0 to 1."""
    return _geometry(*card_size(facts), len(facts.shells), open_)


@lru_cache(maxsize=4096)
def _geometry(width: float, height: float, count: int, open_: float) -> Geometry:
    rest = QRectF(0, 0, width, height)
    side, above, below = shell_extent(count)
    frame_width = max(FRAME_LEAST, width + 2 * side + FRAME_LEFT + FRAME_RIGHT)
    inner = frame_width - FRAME_LEFT - FRAME_RIGHT
    held = QRectF(FRAME_LEFT - FRAME_BEFORE, FRAME_TOP - FRAME_ABOVE, inner - 2 * side, HELD_HEIGHT)
    frame_rest = rest.adjusted(-side, -above, side, below)
    frame_whole = QRectF(
        -side - FRAME_BEFORE, -above - FRAME_ABOVE, frame_width,
        FRAME_TOP + above + HELD_HEIGHT + below + ARRIVING_GAP + ARRIVING_HEIGHT + FRAME_BOTTOM,
    )  # fmt: skip
    arriving = QRectF(frame_whole.left() + FRAME_LEFT, held.bottom() + below + ARRIVING_GAP, inner, ARRIVING_HEIGHT)
    card = between(rest, held, open_)
    shells = tuple(
        card.adjusted(-extent[0], -extent[1], extent[0], extent[2])
        for extent in (shell_extent(number + 1) for number in range(count))
    )
    return Geometry(card, shells, between(frame_rest, frame_whole, open_), arriving, open_)


def between(one: QRectF, other: QRectF, share: float) -> QRectF:
    """The rectangle a share of the way from one to another."""
    keep = 1.0 - share
    return QRectF(
        one.x() * keep + other.x() * share,
        one.y() * keep + other.y() * share,
        one.width() * keep + other.width() * share,
        one.height() * keep + other.height() * share,
    )
