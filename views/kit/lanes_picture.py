"""The picture of lanes: which bars fall into a window of time, where they lie, and how they are painted.

A bar that is wide enough has a frame, its glyph and a number; what is narrower is a filled sliver. Slivers of one
colour that fall on one pixel are one: so ten thousand slices cost no more than the pixels that they cover, and all of
them are painted by a few calls on arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Literal

import numpy as np
from numpy.typing import NDArray
from pyqtgraph.Qt import internals
from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QPainter, QPen

from model.projections.lanes import Lanes, in_window, stacked
from views.kit.dots import TILE_OF_FATE, DotPainter, tile_of_generation
from views.kit.hatches import hatch_brush
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, font, line_height, metrics, text_width
from views.kit.writing import Writer, Written

if TYPE_CHECKING:
    from model.trace.trace import Rows

Pivot = Literal["processors", "threads", "components"]
PIVOTS: Final[tuple[Pivot, ...]] = ("processors", "threads", "components")
Integers = NDArray[np.int64]

LANE: Final = 34
BAR: Final = 22
STACK: Final = 26
MOST_STACKED: Final = 8
MOST_LANES: Final = 400
FRAMED: Final = 9.0
"""px from which a bar has a frame."""
MOST_ROUNDED: Final = 120
"""Beyond so many bars their corners are square: as many round ones would cost a frame."""
MOST_WORDS: Final = 300
FATES: Final = ("running", "untracked", "tracked", "recursive", "blocked")
NO_GENERATION: Final = 4
FIRST_FATE: Final = 5
"""Looks: 0 to 3 a generation by its age, 4 none, then the fates of calls."""


@dataclass(frozen=True, slots=True)
class Lane:
    """One lane: what it stands for, its words, and how many rows of bars lie in it."""

    kind: Literal["processor", "thread", "object"]
    identity: int
    words: str
    rows: int = 1

    def height(self, px: float) -> float:
        return (LANE + STACK * (self.rows - 1)) * px


def _none() -> Any:
    return np.empty(0, dtype=np.int64)


@dataclass(eq=False)
class Picture:
    """The bars of a window: columns of the same length, in the order of their starts within each lane."""

    lanes: tuple[Lane, ...] = ()
    kind: Literal["thread", "call"] = "thread"
    identity: Integers = field(default_factory=_none)
    number: Integers = field(default_factory=_none)
    """What a bar says: the thread."""
    lane: Integers = field(default_factory=_none)
    row: Integers = field(default_factory=_none)
    """The row within its lane."""
    depth: Integers = field(default_factory=_none)
    start_ns: Integers = field(default_factory=_none)
    end_ns: Integers = field(default_factory=_none)
    look: Integers = field(default_factory=_none)

    def __len__(self) -> int:
        return len(self.identity)


def picture_of(
    lanes: Lanes, pivot: Pivot, window: tuple[int, int], clock_ns: int, known: Sequence[tuple[int, str]],
    currents: Sequence[int],
) -> Picture:  # fmt: skip
    """What a window of time shows, as of the clock.

    `known` are the lanes that there are in any case (processors, components) with their words, `currents` the current
    generation of each processor.
    """
    if pivot == "processors":
        return _processors(lanes.runs, window, clock_ns, known, currents)
    calls = lanes.calls
    places = in_window(calls, *window, clock_ns)
    return (_threads if pivot == "threads" else _components)(calls[places], clock_ns, known)


def _processors(
    runs: Rows, window: tuple[int, int], clock_ns: int, known: Sequence[tuple[int, str]], currents: Sequence[int]
) -> Picture:
    found = runs[in_window(runs, *window, clock_ns)]
    order = found["processor"].argsort(kind="stable")
    found = found[order]
    current = np.asarray([*currents, *(0,) * max(0, len(known) - len(currents))], dtype=np.int64)
    age = current[np.minimum(found["processor"], len(current) - 1)] - found["generation"] if len(found) else _none()
    look = np.where(found["generation"] < 0, NO_GENERATION, np.clip(age, 0, 3)).astype(np.int64)
    return Picture(
        tuple(Lane("processor", identity, words) for identity, words in known), "thread",
        found["thread"].astype(np.int64), found["thread"].astype(np.int64), found["processor"].astype(np.int64),
        np.zeros(len(found), dtype=np.int64), np.zeros(len(found), dtype=np.int64), found["start_ns"],
        np.minimum(found["end_ns"], clock_ns), look,
    )  # fmt: skip


def _threads(calls: Rows, clock_ns: int, known: Sequence[tuple[int, str]]) -> Picture:
    numbers, lane = np.unique(calls["thread"], return_inverse=True)
    lanes = tuple(Lane("thread", int(number), f"thread {number}") for number in numbers[:MOST_LANES])
    return _of_calls(calls, lane.astype(np.int64), lanes, clock_ns, calls["depth"].astype(np.int64))


def _components(calls: Rows, clock_ns: int, known: Sequence[tuple[int, str]]) -> Picture:
    place = {identity: number for number, (identity, _) in enumerate(known)}
    lane = np.array([place.get(each, -1) for each in calls["object"].tolist()], dtype=np.int64)
    calls, lane = calls[lane >= 0], lane[lane >= 0]
    row = np.zeros(len(calls), dtype=np.int64)
    rows = []
    for number in range(len(known)):
        mine = np.flatnonzero(lane == number)
        if len(mine):
            row[mine] = stacked(calls["start_ns"][mine], calls["end_ns"][mine], MOST_STACKED)
        rows.append(int(row[mine].max()) + 1 if len(mine) else 1)
    lanes = tuple(Lane("object", identity, words, rows[number]) for number, (identity, words) in enumerate(known))
    picture = _of_calls(calls, lane, lanes, clock_ns, np.zeros(len(calls), dtype=np.int64))
    picture.row = row[: len(picture)]
    return picture


def _of_calls(calls: Rows, lane: Integers, lanes: tuple[Lane, ...], clock_ns: int, depth: Integers) -> Picture:
    kept = lane < len(lanes)
    calls, lane, depth = calls[kept], lane[kept], depth[kept]
    fate = np.where(calls["fate_ns"] <= clock_ns, calls["fate"], 0)
    return Picture(
        lanes, "call", calls["call"], calls["thread"].astype(np.int64), lane, np.zeros(len(calls), dtype=np.int64),
        np.minimum(depth, 3), calls["start_ns"], np.minimum(calls["end_ns"], clock_ns),
        (FIRST_FATE + fate).astype(np.int64),
    )  # fmt: skip


@dataclass(frozen=True)
class Look:
    """How a bar of one sort is painted."""

    mark: QColor
    tint: QColor
    words: QColor
    glyph: str
    pattern: str
    tile: int = 0
    """Its glyph as a thread's dot (kit/dots.py)."""


def looks_of(theme: Theme) -> tuple[Look, ...]:
    """All looks, by number."""
    looks = []
    for age in range(4):
        colour, tile = theme.generation.mark(age), tile_of_generation(age)
        looks.append(Look(colour, theme.surface.raised, theme.text.primary, theme.generation.glyph[age], "plain", tile))
    looks.append(Look(theme.line.strong, theme.surface.sunken, theme.text.secondary, "", "plain"))
    looks.append(Look(theme.line.strong, theme.surface.raised, theme.text.primary, "", "plain"))
    for name in FATES[1:]:
        meaning = getattr(theme.fate, name)
        looks.append(
            Look(meaning.mark, meaning.tint, theme.text.primary, meaning.glyph, meaning.pattern, TILE_OF_FATE[name])
        )
    return tuple(looks)


class BarPainter:
    """Paints the bars of a picture; it keeps the arrays that Qt reads from."""

    def __init__(self, theme: Theme) -> None:
        self._rects = internals.PrimitiveArray(QRectF, 4)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint after another theme from now on."""
        self.theme = theme
        self._looks = looks_of(theme)
        self._dots = DotPainter(theme, theme.surface.panel)

    def places(
        self, picture: Picture, tops: NDArray[np.float64], x0: NDArray[np.float64], x1: NDArray[np.float64]
    ) -> NDArray[np.float64]:
        """Left, top, width and height of every bar."""
        px = self.theme.scale
        inset = 4.0 * px * picture.depth
        top = tops[picture.lane] + (LANE - BAR) / 2 * px + STACK * px * picture.row + inset
        height = np.maximum(BAR * px - 2 * inset, 6 * px)
        return np.column_stack((x0, top, np.maximum(x1 - x0, 1.0), height))

    def paint(self, writer: Writer, picture: Picture, rects: NDArray[np.float64], seen: NDArray[np.bool_]) -> None:
        """Paint the bars that are seen: slivers first, then those with a frame, then what they say."""
        framed = seen & (rects[:, 2] >= FRAMED)
        slivers = seen & ~framed
        painter = writer.painter
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
        painter.setPen(Qt.PenStyle.NoPen)
        for number, look in enumerate(self._looks):
            mine = rects[slivers & (picture.look == number)]
            if len(mine):
                self._fill(painter, _merged(mine), look.mark)
        places = np.flatnonzero(framed)
        # Inner bars lie on outer ones, so they come later.
        for depth in np.unique(picture.depth[places]).tolist():
            self._frame(painter, picture, rects, places[picture.depth[places] == depth], len(places) <= MOST_ROUNDED)
        self._say(writer, picture, rects, places)

    def _fill(self, painter: QPainter, rects: NDArray[np.float64], brush: QColor | QBrush) -> None:
        self._rects.resize(len(rects))
        self._rects.ndarray()[:] = rects
        painter.setBrush(brush)
        painter.drawRects(*self._rects.drawargs())  # type: ignore[call-overload]

    def _frame(
        self, painter: QPainter, picture: Picture, rects: NDArray[np.float64], places: Integers, rounded: bool
    ) -> None:
        """The frames and grounds of bars: with round corners where they are few, as plain arrays where many."""
        theme, line = self.theme, self.theme.stroke(1.5)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing, rounded)
        ratio = painter.device().devicePixelRatioF()
        for number, look in enumerate(self._looks):
            mine = rects[places[picture.look[places] == number]]
            if not len(mine):
                continue
            inner = mine + np.array((line, line, -2 * line, -2 * line))
            if rounded:
                painter.setPen(QPen(look.mark, line))
                painter.setBrush(look.tint)
                for x, y, width, height in (mine + np.array((line / 2, line / 2, -line, -line))).tolist():
                    radius = min(theme.px(4), width / 2, height / 2)
                    painter.drawRoundedRect(QRectF(x, y, width, height), radius, radius)
                painter.setPen(Qt.PenStyle.NoPen)
            else:
                self._fill(painter, np.round(mine), look.mark)
                self._fill(painter, np.round(inner), look.tint)
            if look.pattern != "plain":
                brush = hatch_brush(look.pattern, look.mark, theme.texture.on_tint, ratio)
                self._fill(painter, inner, brush)

    def _say(self, writer: Writer, picture: Picture, rects: NDArray[np.float64], places: Integers) -> None:
        """Glyph and number on the bars that have room for them; on hatched ones on a ground of their own."""
        theme, px, painter = self.theme, self.theme.px, writer.painter
        digits = text_width("0", "small", theme.scale, weight=MEDIUM)
        long = np.floor(np.log10(np.maximum(picture.number[places], 1))) + 1
        width, height = rects[places, 2], rects[places, 3]
        glyphs = np.array([bool(look.glyph) for look in self._looks])[picture.look[places]]
        need = long * digits + px(14) + np.where(glyphs, px(13), 0.0)
        said = places[(width >= need) & (height >= px(14))][:MOST_WORDS]
        if not len(said):
            return
        looks, left = picture.look[said], rects[said, 0] + px(6)
        middle = rects[said, 1] + rects[said, 3] / 2
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        hatched = np.array([look.pattern != "plain" for look in self._looks])[looks]
        if hatched.any():
            grounds = np.column_stack((left - px(3), rects[said, 1] + px(4), need[np.isin(places, said)] - px(6),
                                       rects[said, 3] - px(8)))  # fmt: skip
            self._fill(painter, grounds[hatched], theme.surface.panel)
        dotted = np.array([bool(look.glyph) for look in self._looks])[looks]
        tiles = np.array([look.tile for look in self._looks])[looks]
        self._dots.paint(painter, left[dotted] + px(4), middle[dotted], tiles[dotted], 0.85)
        painter.setFont(font("small", theme.scale, weight=MEDIUM))
        measure = metrics("small", theme.scale, weight=MEDIUM)
        drop, line = (measure.ascent() - measure.descent()) / 2, line_height("small", theme.scale)
        for place, look, x, y, has_glyph in zip(
            said.tolist(), looks.tolist(), left.tolist(), middle.tolist(), dotted.tolist(), strict=True
        ):
            words = str(picture.number[place])
            start = x + (px(13) if has_glyph else 0.0)
            painter.setPen(self._looks[look].words)
            painter.drawText(QPointF(start, y + drop), words)
            writer.written.append(Written(QRectF(start, y - line / 2, digits * len(words), line), words, words))


def _merged(rects: NDArray[np.float64]) -> NDArray[np.float64]:
    """Slivers on whole pixels, each pixel of a row once."""
    snapped = np.empty_like(rects)
    snapped[:, 0] = np.floor(rects[:, 0])
    snapped[:, 1] = np.round(rects[:, 1])
    snapped[:, 2] = np.maximum(1.0, np.round(rects[:, 2]))
    snapped[:, 3] = np.round(rects[:, 3])
    keys = snapped[:, 0] * 65_536 + snapped[:, 1]
    _, first = np.unique(keys, return_index=True)
    kept: NDArray[np.float64] = snapped[first]
    return kept


def paint_label(writer: Writer, area: QRectF, words: str, *, selected: bool) -> None:
    """The words of a lane, cut at the end of their room."""
    theme = writer.theme
    short = metrics("label", theme.scale).elidedText(words, Qt.TextElideMode.ElideRight, area.width())
    writer.line(area, short, "label", theme.text.primary if selected else theme.text.secondary,
                weight=MEDIUM if selected else None)  # fmt: skip


def paint_flag(writer: Writer, at: QPointF, letter: str, top: float) -> None:
    """A marker: an ink line from the top, and its letter at the foot."""
    theme, px, painter = writer.theme, writer.theme.px, writer.painter
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(theme.accent.fill, theme.stroke(1.6)))
    painter.drawLine(QPointF(at.x(), top), at)
    flag = QRectF(at.x() - px(8), at.y(), px(16), px(16))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(theme.accent.fill)
    painter.drawRoundedRect(flag, px(4), px(4))
    writer.line(flag, letter, "small", theme.accent.on, weight=MEDIUM, middle=True)
