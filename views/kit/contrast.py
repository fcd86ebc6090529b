"""The numbers behind a theme: contrast, lightness, and what a colour-blind eye makes of it.

A theme is allowed only if its words can be read and its meanings told apart by every eye and on a grey print.
Contrast is the ratio of WCAG 2; lightness is CIE L*; colour blindness is simulated after Machado, Oliveira and
Fernandes (2009) at full severity; distance is 100 times the Euclidean distance in OKLab, where 2 is just visible.

Limits: colours are `#RRGGBB` in sRGB, without alpha. No Qt here, so that a theme can be judged without a screen.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Mapping
from typing import Any

TEXT_FLOOR = 4.5
MARK_FLOOR = 3.0
GREY_FLOOR = 7.0  # L* between neighbours of one family
DISTANCE_FLOOR = 7.0  # OKLab x 100 between members of one family, for each kind of eye

EYES = ("normal", "protan", "deutan", "tritan")
GROUNDS = ("canvas", "panel", "raised", "sunken", "window", "hover")
MARK_GROUNDS = ("canvas", "panel", "raised")
FAMILIES = ("phase", "fate", "invariant", "drop")

Rgb = tuple[float, float, float]

CONES: Mapping[str, tuple[Rgb, Rgb, Rgb]] = {
    "protan": ((0.152286, 1.052583, -0.204868), (0.114503, 0.786281, 0.099216), (-0.003882, -0.048116, 1.051998)),
    "deutan": ((0.367322, 0.860646, -0.227968), (0.280085, 0.672501, 0.047413), (-0.011820, 0.042940, 0.968881)),
    "tritan": ((1.255528, -0.076749, -0.178779), (-0.078411, 0.930809, 0.147602), (0.004733, 0.691367, 0.303900)),
}


def missed_floors(tokens: Mapping[str, Any]) -> tuple[str, ...]:
    """One line for each colour under its floor, with the ratio that it reaches; none when the theme may be used.

    `tokens` is the theme as its TOML says it, complete and well-formed: `theme.load_theme` sees to that first.
    """
    checks = itertools.chain(_text_checks(tokens), _mark_checks(tokens), _wash_checks(tokens), _family_checks(tokens))
    return tuple(f"{what}: {value:.2f}, needs {least:g}" for what, value, least in checks if value < least)


Check = tuple[str, float, float]


def _text_checks(tokens: Mapping[str, Any]) -> Iterator[Check]:
    for level, ground in itertools.product(("primary", "secondary", "tertiary"), GROUNDS):
        value = contrast(tokens["text"][level], tokens["surface"][ground])
        yield f"text.{level} on surface.{ground}", value, TEXT_FLOOR
    accent = tokens["accent"]
    for fill in ("fill", "hover"):
        yield f"accent.on on accent.{fill}", contrast(accent["on"], accent[fill]), TEXT_FLOOR


def _mark_checks(tokens: Mapping[str, Any]) -> Iterator[Check]:
    surface = tokens["surface"]
    yield "line.wire on surface.canvas", contrast(tokens["line"]["wire"], surface["canvas"]), MARK_FLOOR
    yield "line.strong on surface.panel", contrast(tokens["line"]["strong"], surface["panel"]), MARK_FLOOR
    yield "focus.ring on surface.panel", contrast(tokens["focus"]["ring"], surface["panel"]), MARK_FLOOR
    yield "selection.ring on surface.canvas", contrast(tokens["selection"]["ring"], surface["canvas"]), MARK_FLOOR
    yield "flash.line on flash.fill", contrast(tokens["flash"]["line"], tokens["flash"]["fill"]), MARK_FLOOR
    for path, meaning in _meanings(tokens):
        for ground in MARK_GROUNDS:
            yield f"{path}.mark on surface.{ground}", contrast(meaning["mark"], surface[ground]), MARK_FLOOR
        yield f"{path}.text on surface.panel", contrast(meaning["text"], surface["panel"]), TEXT_FLOOR
        yield f"{path}.text on its tint", contrast(meaning["text"], meaning["tint"]), TEXT_FLOOR
        yield f"{path}.on on its mark", contrast(meaning["on"], meaning["mark"]), TEXT_FLOOR
        yield f"{path}.mark on its tint", contrast(meaning["mark"], meaning["tint"]), MARK_FLOOR
    for index, ground in itertools.product(range(len(tokens["generation"]["ladder"])), MARK_GROUNDS):
        value = contrast(tokens["generation"]["ladder"][index], surface[ground])
        yield f"generation.ladder[{index}] on surface.{ground}", value, MARK_FLOOR
    for key in ("now", "ghost"):
        yield f"histogram.{key} on surface.panel", contrast(tokens["histogram"][key], surface["panel"]), MARK_FLOOR
    yield "pace.behind on surface.window", contrast(tokens["pace"]["behind"], surface["window"]), TEXT_FLOOR


def _wash_checks(tokens: Mapping[str, Any]) -> Iterator[Check]:
    washes = {f"{path}.tint": meaning["tint"] for path, meaning in _meanings(tokens)}
    washes |= {"flash.fill": tokens["flash"]["fill"], "selection.fill": tokens["selection"]["fill"]}
    for level, (where, wash) in itertools.product(("primary", "secondary"), washes.items()):
        yield f"text.{level} on {where}", contrast(tokens["text"][level], wash), TEXT_FLOOR


def _family_checks(tokens: Mapping[str, Any]) -> Iterator[Check]:
    for family in ("phase", "fate", "invariant"):
        marks = {f"{family}.{name}": meaning["mark"] for name, meaning in tokens[family].items()}
        for (one, first), (other, second) in itertools.combinations(marks.items(), 2):
            for eye in EYES:
                yield f"{one} and {other} to the {eye} eye", distance(first, second, eye), DISTANCE_FLOOR
            yield f"{one} and {other} in grey", abs(lightness(first) - lightness(second)), GREY_FLOOR


def _meanings(tokens: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, str]]]:
    for family in FAMILIES:
        for name, meaning in tokens[family].items():
            yield f"{family}.{name}", meaning
    yield "structure.interposer", tokens["structure"]["interposer"]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance).

    >>> round(contrast("#000000", "#FFFFFF"), 1)
    21.0
    """
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def distance(one: str, other: str, eye: str = "normal") -> float:
    """How far apart two colours are to an eye of `EYES`, in hundredths of OKLab."""
    return 100 * math.dist(_oklab(seen(one, eye)), _oklab(seen(other, eye)))


def lightness(colour: str) -> float:
    """CIE L*, 0 for black to 100 for white: what is left of a colour on a grey print."""
    y = luminance(colour)
    return 116 * math.cbrt(y) - 16 if y > 0.008856 else 903.3 * y


def luminance(colour: str) -> float:
    """The relative luminance of a colour, 0 to 1."""
    red, green, blue = linear(colour)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def seen(colour: str, eye: str) -> Rgb:
    """The linear light that an eye of `EYES` makes of a colour."""
    light = linear(colour)
    if eye == "normal":
        return light
    dots = (sum(share * channel for share, channel in zip(row, light, strict=True)) for row in CONES[eye])
    red, green, blue = (min(1.0, max(0.0, value)) for value in dots)
    return red, green, blue


def as_seen(colour: str, eye: str) -> str:
    """The colour that shows a normal eye what another eye of `EYES` sees, as `#RRGGBB`."""
    channels = (12.92 * v if v <= 0.0031308 else 1.055 * v ** (1 / 2.4) - 0.055 for v in seen(colour, eye))
    return "#" + "".join(f"{round(255 * v):02X}" for v in channels)


def linear(colour: str) -> Rgb:
    """The linear light of `#RRGGBB`, each channel 0 to 1."""
    values = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return red, green, blue


def _oklab(rgb: Rgb) -> Rgb:
    red, green, blue = rgb
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    medium = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * medium - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * medium + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * medium - 0.8086757660 * short,
    )
