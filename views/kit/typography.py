"""Type by role: which family, size, weight and line height a piece of text has.

A view asks for `font("label", theme.scale)` and never for a size, so that a change of scale or of family reaches
every panel. Families are tried in order, Inter first and DejaVu Sans Condensed where a system has nothing else; they
differ in width by a tenth, so widths come from `metrics`, never from constants. Digits have one width each, so that
numbers do not shiver while they run and stand under each other in columns.

Limits: pixel sizes are whole, as `QFont.setPixelSize` has it; a scale of 1.25 rounds 11 px to 14.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF

FAMILIES = (
    "Inter",
    "Segoe UI",
    "SF Pro Text",
    "Noto Sans",
    "Cantarell",
    "DejaVu Sans Condensed",
    "DejaVu Sans",
)
MONO_FAMILIES = ("JetBrains Mono", "Cascadia Mono", "DejaVu Sans Mono")
PHASE_TRACKING_PX = 0.3  # between the capitals of a phase
PRESENTATION_LEAST_PX = 16

REGULAR, MEDIUM, SEMIBOLD = QFont.Weight.Normal, QFont.Weight.Medium, QFont.Weight.DemiBold


@dataclass(frozen=True)
class Role:
    """What a piece of text is for: its size and line height in px at scale 1, and its weight."""

    size: int
    line: int
    weight: QFont.Weight
    mono: bool = False


ROLES: Mapping[str, Role] = {
    "subtitle": Role(36, 50, SEMIBOLD),
    "readout": Role(20, 24, SEMIBOLD),
    "phase": Role(17, 22, SEMIBOLD),
    "title": Role(15, 20, SEMIBOLD),
    "body": Role(13, 18, REGULAR),
    "label": Role(12, 16, REGULAR),
    "small": Role(11, 14, REGULAR),
    "mono": Role(11, 14, REGULAR, mono=True),
}


def font(
    role: str, scale: float = 1.0, *, weight: QFont.Weight | None = None, tracking: float = 0.0, least: int = 0
) -> QFont:
    """The font of a role in `ROLES`, with tabular digits.

    `weight` departs from the role's own (a name in a body is SEMIBOLD), `tracking` is px between letters at scale 1,
    and `least` is the smallest size in px that may come out (`PRESENTATION_LEAST_PX` when presenting).
    """
    return QFont(_font(role, scale, ROLES[role].weight if weight is None else weight, tracking, least))


def metrics(role: str, scale: float = 1.0, *, weight: QFont.Weight | None = None, least: int = 0) -> QFontMetricsF:
    """The measures of the font of a role, kept: ask as often as you like."""
    return _metrics(role, scale, ROLES[role].weight if weight is None else weight, least)


def line_height(role: str, scale: float = 1.0) -> float:
    """The height of a line of a role in px."""
    return ROLES[role].line * scale


def text_width(text: str, role: str, scale: float = 1.0, *, weight: QFont.Weight | None = None) -> float:
    """The width that a text takes in px, digits in their tabular width."""
    return _width(text, role, scale, ROLES[role].weight if weight is None else weight)


def elide_middle(text: str, measure: QFontMetricsF, width: float) -> str:
    """The text cut in its middle to fit a width; names differ at their ends. Show the whole in the tooltip."""
    return measure.elidedText(text, Qt.TextElideMode.ElideMiddle, width)


def wrapped(text: str, measure: QFontMetricsF, width: float) -> list[str]:
    """The text in lines that fit a width, broken at spaces; a word that is wider stands on a line of its own."""
    lines = [""]
    for word in text.split(" "):
        longer = f"{lines[-1]} {word}" if lines[-1] else word
        if not lines[-1] or measure.horizontalAdvance(longer) <= width + 0.5:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def forget_fonts() -> None:
    """Measure every text anew: the families, or the fonts of the system, are others."""
    for kept in (_font, _metrics, _width):
        kept.cache_clear()


@lru_cache(maxsize=8192)
def _width(text: str, role: str, scale: float, weight: QFont.Weight) -> float:
    # Letters are joined and digits set in columns for each answer: what is asked again in every frame is kept.
    return _metrics(role, scale, weight, 0).horizontalAdvance(text)


@lru_cache(maxsize=256)
def _font(role: str, scale: float, weight: QFont.Weight, tracking: float, least: int) -> QFont:
    made = QFont()
    kind = ROLES[role]
    made.setFamilies([*(MONO_FAMILIES if kind.mono else FAMILIES)])
    made.setStyleHint(QFont.StyleHint.Monospace if kind.mono else QFont.StyleHint.SansSerif)
    made.setPixelSize(max(least, round(kind.size * scale)))
    made.setWeight(weight)
    made.setFeature(QFont.Tag("tnum"), 1)
    if tracking:
        made.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, tracking * scale)
    return made


@lru_cache(maxsize=256)
def _metrics(role: str, scale: float, weight: QFont.Weight, least: int) -> QFontMetricsF:
    return QFontMetricsF(_font(role, scale, weight, 0.0, least))
