"""One frozen `Theme`: what each meaning looks like, read from TOML and checked to the last key.

Views ask by meaning (`theme.phase.block.mark`) and never name a hue; a change of theme hands every view another
`Theme`, and it repaints. The tokens and their floors are the visual language's: a theme with a missing, unknown or
ill-formed key, or with a colour that cannot be read, is refused by name rather than shown half.

    resources/themes/light.toml ──┐
    a user's file (some keys) ────┴─> complete tokens ─> keys checked ─> floors checked ─> Theme

Limits: colours are opaque `#RRGGBB`. A `QColor` is mutable and belongs to the theme: copy it before altering it
(`faded` does).
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from PySide6.QtGui import QColor, QPalette

from views.kit.contrast import missed_floors
from views.kit.tokens import built

THEME_NAMES = ("light", "dark", "high_contrast", "projector")
THEMES_FOLDER = Path(__file__).resolve().parents[2] / "resources" / "themes"
FORMAT = 1
PATTERNS = ("plain", "vertical", "diagonal", "crosshatch")


class ThemeError(ValueError):
    """A theme that cannot be used; `problems` has one line for each key or colour that is wrong."""

    def __init__(self, source: str, problems: tuple[str, ...]) -> None:
        super().__init__(f"theme {source} is refused: " + "; ".join(problems))
        self.problems = problems


@dataclass(frozen=True)
class Meaning:
    """How one meaning is shown: four colours, a shape, a hatch and a word."""

    mark: QColor
    text: QColor
    tint: QColor
    on: QColor
    glyph: str
    pattern: str
    word: str


@dataclass(frozen=True)
class DropMeaning(Meaning):
    """A meaning of a drop target; `dash` is that of its ring in multiples of its width's pixel, empty when solid."""

    dash: tuple[float, ...]


@dataclass(frozen=True)
class Surface:
    """Grounds, from the window up."""

    window: QColor
    canvas: QColor
    panel: QColor
    raised: QColor
    sunken: QColor
    hover: QColor


@dataclass(frozen=True)
class Text:
    """Words, from what must be read to what may be."""

    primary: QColor
    secondary: QColor
    tertiary: QColor
    disabled: QColor
    inverse: QColor


@dataclass(frozen=True)
class Line:
    """Lines; only `strong` and `wire` may carry a meaning."""

    grid: QColor
    subtle: QColor
    regular: QColor
    strong: QColor
    wire: QColor


@dataclass(frozen=True)
class Accent:
    """Ink: what the chrome is drawn in where it must stand out."""

    fill: QColor
    on: QColor
    hover: QColor
    tint: QColor


@dataclass(frozen=True)
class SelectionColours:
    """What is selected."""

    ring: QColor
    fill: QColor
    halo: QColor


@dataclass(frozen=True)
class Focus:
    """Where the keyboard is."""

    ring: QColor
    gap: QColor


@dataclass(frozen=True)
class Texture:
    """Strengths from 0 to 1: hatches on a tint and on a mark, shadows of a node and of a dragged card."""

    on_tint: float
    on_mark: float
    node_shadow: float
    dragged_shadow: float
    grid_dots: bool


@dataclass(frozen=True)
class Phases:
    """The phases of a hot-swap and its two outcomes, in the order in which they stand out more and more."""

    forward: Meaning
    block: Meaning
    transfer: Meaning
    completed: Meaning
    abandoned: Meaning


@dataclass(frozen=True)
class Fates:
    """What becomes of a call during a swap."""

    untracked: Meaning
    tracked: Meaning
    recursive: Meaning
    blocked: Meaning
    released: Meaning


@dataclass(frozen=True)
class Generations:
    """`ladder[0]` is the current generation, `ladder[1]` the one that drains, then older ones."""

    ladder: tuple[QColor, ...]
    glyph: tuple[str, ...]

    def mark(self, age: int) -> QColor:
        """The colour of a generation by its age; past the ladder the last colour stays."""
        return self.ladder[min(age, len(self.ladder) - 1)]


@dataclass(frozen=True)
class ComponentColours:
    """The body of a component in the graph."""

    fill: QColor
    line: QColor
    line_hover: QColor


@dataclass(frozen=True)
class ArrivingColours:
    """A component that is not yet in any table."""

    fill: QColor
    line: QColor
    dash: tuple[float, ...]


@dataclass(frozen=True)
class Structure:
    """Parts of the system that are not calls."""

    interposer: Meaning
    component: ComponentColours
    arriving: ArrivingColours


@dataclass(frozen=True)
class Invariants:
    """The light of the invariants."""

    ok: Meaning
    violated: Meaning


@dataclass(frozen=True)
class Histogram:
    """Latency now and before (the ghost)."""

    now: QColor
    now_fill: QColor
    ghost: QColor
    ghost_fill: QColor
    ghost_dash: tuple[float, ...]


@dataclass(frozen=True)
class Drop:
    """What a node answers to a dragged implementation."""

    yes: DropMeaning
    conversion: DropMeaning
    no: DropMeaning


@dataclass(frozen=True)
class Flash:
    """A table entry that was just written, or that points at a mediator."""

    fill: QColor
    line: QColor


@dataclass(frozen=True)
class Pace:
    """The run against the asked pace."""

    behind: QColor


@dataclass(frozen=True)
class Heat:
    """Five steps from nothing to most."""

    stops: tuple[QColor, ...]


@dataclass(frozen=True)
class Theme:
    """Every colour, shape and strength by its meaning. Made by `load_theme`, never by hand."""

    format: int
    name: str
    kind: str
    scale: float
    line_scale: float
    surface: Surface
    text: Text
    line: Line
    accent: Accent
    selection: SelectionColours
    focus: Focus
    texture: Texture
    phase: Phases
    fate: Fates
    generation: Generations
    structure: Structure
    invariant: Invariants
    histogram: Histogram
    drop: Drop
    flash: Flash
    pace: Pace
    heat: Heat

    @property
    def is_dark(self) -> bool:
        """Whether words are light on a dark ground."""
        return self.kind == "dark"

    def px(self, size: float) -> float:
        """A length of the visual language at this theme's scale."""
        return size * self.scale

    def stroke(self, width: float) -> float:
        """The width of a line of the visual language at this theme's strength."""
        return width * self.line_scale

    def palette(self) -> QPalette:
        """The palette for the Fusion style: ink on paper, no hue."""
        return _palette(self)


def theme_names() -> tuple[str, ...]:
    """The names of the themes that come with the program."""
    return THEME_NAMES


@lru_cache(maxsize=16)
def load_theme(name_or_path: str | Path = "light") -> Theme:
    """The theme of a name in `theme_names()`, or of a user's file laid over the light or the dark one.

    A user's file says `kind = "light"` or `"dark"` and then only the keys that it changes. Raises ThemeError when a
    key is missing, unknown or ill-formed or when a colour is under its floor, and OSError when the file cannot be read.
    A theme is read once; `load_theme.cache_clear()` makes it be read again.
    """
    if name_or_path in THEME_NAMES:
        return theme_from_tokens(_read(THEMES_FOLDER / f"{name_or_path}.toml"), str(name_or_path))
    path = Path(name_or_path)
    if not path.suffix:
        raise ThemeError(str(name_or_path), (f"no such theme; there are {', '.join(THEME_NAMES)}, or a .toml file",))
    own = _read(path)
    base = own.get("kind")
    if base not in ("light", "dark"):
        raise ThemeError(path.name, ('kind: must be "light" or "dark", the theme over which the file is laid',))
    return theme_from_tokens(_laid_over(own, _read(THEMES_FOLDER / f"{base}.toml")), path.name)


def theme_from_tokens(tokens: Mapping[str, Any], source: str) -> Theme:
    """The theme that complete tokens describe; raises ThemeError naming each key and each colour that is wrong."""
    problems: list[str] = []
    theme = built(Theme, tokens, "", problems)
    if not problems:
        problems += _ill_chosen(theme) + list(missed_floors(tokens))
    if problems:
        raise ThemeError(source, tuple(problems))
    assert isinstance(theme, Theme)
    return theme


MEANINGS = (
    *(f"phase.{field.name}" for field in dataclasses.fields(Phases)),
    *(f"fate.{field.name}" for field in dataclasses.fields(Fates)),
    "structure.interposer",
    *(f"invariant.{field.name}" for field in dataclasses.fields(Invariants)),
    *(f"drop.{field.name}" for field in dataclasses.fields(Drop)),
)


def meaning_of(theme: Theme, path: str) -> Meaning:
    """The meaning at a path of `MEANINGS`, for what keeps a meaning while themes change."""
    assert path in MEANINGS, path
    family, name = path.split(".")
    meaning = getattr(getattr(theme, family), name)
    assert isinstance(meaning, Meaning)
    return meaning


def faded(colour: QColor, strength: float) -> QColor:
    """A copy of a colour at a strength from 0 to 1."""
    copy = QColor(colour)
    copy.setAlphaF(strength)
    return copy


def mixed(one: QColor, other: QColor, share: float) -> QColor:
    """The colour that lies `share` (0 to 1) of the way from one colour to another, for a fade without alpha."""
    keep = 1.0 - share
    return QColor.fromRgbF(
        one.redF() * keep + other.redF() * share,
        one.greenF() * keep + other.greenF() * share,
        one.blueF() * keep + other.blueF() * share,
    )


def _read(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ThemeError(path.name, (f"not TOML: {error}",)) from error


def _laid_over(own: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    laid = dict(base)
    for key, value in own.items():
        below = laid.get(key)
        laid[key] = _laid_over(value, below) if isinstance(value, dict) and isinstance(below, dict) else value
    return laid


def _ill_chosen(theme: Theme) -> list[str]:
    """What is well-formed by itself and wrong all the same."""
    problems = []
    if theme.format != FORMAT:
        problems.append(f"format: must be {FORMAT}, not {theme.format}")
    if theme.kind not in ("light", "dark"):
        problems.append(f'kind: must be "light" or "dark", not {theme.kind!r}')
    if theme.scale < 0.5 or theme.line_scale < 0.5:
        problems.append("scale and line_scale: must be at least 0.5")
    if len(theme.generation.ladder) != 4 or len(theme.generation.glyph) != 4:
        problems.append("generation: ladder and glyph must have four entries each")
    if len(theme.heat.stops) != 5:
        problems.append("heat.stops: must have five colours")
    for path in MEANINGS:
        pattern = meaning_of(theme, path).pattern
        if pattern not in PATTERNS:
            problems.append(f"{path}.pattern: must be one of {', '.join(PATTERNS)}, not {pattern!r}")
    return problems


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    surface, text, line, accent = theme.surface, theme.text, theme.line, theme.accent
    palette = QPalette()
    colours = {
        role.Window: surface.window,
        role.Base: surface.panel,
        role.AlternateBase: surface.sunken,
        role.Button: surface.raised,
        role.ToolTipBase: surface.raised,
        role.Text: text.primary,
        role.WindowText: text.primary,
        role.ButtonText: text.primary,
        role.ToolTipText: text.primary,
        role.BrightText: text.inverse,
        role.PlaceholderText: text.tertiary,
        role.Highlight: accent.fill,
        role.HighlightedText: accent.on,
        role.Accent: accent.fill,
        role.Light: surface.raised,
        role.Midlight: line.subtle,
        role.Mid: line.regular,
        role.Dark: line.strong,
        role.Shadow: line.strong,
        role.Link: text.primary,
        role.LinkVisited: text.primary,
    }
    for which, colour in colours.items():
        palette.setColor(which, colour)
    for which in (role.Text, role.WindowText, role.ButtonText, role.ToolTipText, role.PlaceholderText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, text.disabled)
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, line.regular)
    palette.setColor(QPalette.ColorGroup.Disabled, role.HighlightedText, text.disabled)
    return palette
