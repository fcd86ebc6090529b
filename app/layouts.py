"""Which panels stand where: plain values, four of them named, that can be changed, written down and read again.

    left | centre            | right        an area holds cells, a cell holds panels of which one is in front:
         |                   |
         +-------------------+              {"right": [["receipt", "inspector"], ["latency"]], ...}
         | bottom            |

A layout may name panels that there are none of, as one that was written by a newer version does: they are left out when
it is shown. A file is untrusted: whatever is wrong in it is one sentence, and the layouts that ship are taken.

Limits: an area is cells in one row; nothing floats and nothing nests.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from app.view_catalogue import AREAS, VIEW_BY_NAME, Area

VERSION: Final = 1
MOST_CELLS: Final = 6
LEAST_EXTENT, MOST_EXTENT = 56, 4_000


class LayoutError(Exception):
    """Why a layout that was kept cannot be used: a clause for a sentence."""


@dataclass(frozen=True, slots=True)
class Cell:
    """Panels that share a place, and the one in front."""

    views: tuple[str, ...]
    front: str


@dataclass(frozen=True)
class Arrangement:
    """The cells of each area, and the px at scale 1 that a person has given to an area."""

    cells: Mapping[Area, tuple[Cell, ...]]
    extents: Mapping[Area, int] = field(default_factory=dict)

    def area_of(self, name: str) -> Area | None:
        """Where a panel stands; None where it does not."""
        return next((area for area in AREAS for cell in self.cells.get(area, ()) if name in cell.views), None)

    def names(self) -> Iterator[str]:
        """Every panel that has a place, in front or behind."""
        for area in AREAS:
            for cell in self.cells.get(area, ()):
                yield from cell.views

    def with_front(self, name: str) -> Arrangement:
        """The same with a panel in front of those that share its place."""
        return self._changed(lambda cell: replace(cell, front=name) if name in cell.views else cell)

    def without(self, name: str) -> Arrangement:
        """The same with a panel closed."""
        return self._changed(lambda cell: _less(cell, name) if name in cell.views else cell)

    def with_view(self, name: str, area: Area) -> Arrangement:
        """The same with a panel in an area: in its last cell, in front; it leaves the place where it was."""
        rest = self.without(name)
        here = rest.cells.get(area, ())
        joined = Cell((*here[-1].views, name), name) if here else Cell((name,), name)
        return replace(rest, cells={**rest.cells, area: (*here[:-1], joined)})

    def with_extent(self, area: Area, extent: int) -> Arrangement:
        """The same with a size for an area."""
        return replace(self, extents={**self.extents, area: min(MOST_EXTENT, max(LEAST_EXTENT, extent))})

    def _changed(self, change: Any) -> Arrangement:
        cells = {area: tuple(changed for cell in row if (changed := change(cell))) for area, row in self.cells.items()}
        return replace(self, cells=cells)


def _less(cell: Cell, name: str) -> Cell | None:
    rest = tuple(each for each in cell.views if each != name)
    return Cell(rest, cell.front if cell.front != name else rest[0]) if rest else None


def arranged(**areas: str) -> Arrangement:
    """From words: "receipt + inspector | latency" is two cells, two panels in the first."""
    cells: dict[Area, tuple[Cell, ...]] = {}
    for area in AREAS:
        rows = [tuple(name.strip() for name in part.split("+")) for part in areas.get(area, "").split("|")]
        cells[area] = tuple(Cell(row, row[0]) for row in rows if row[0])
    return Arrangement(cells)


LAYOUTS: Final[Mapping[str, Arrangement]] = {
    "Demo": arranged(
        left="palette", centre="graph", right="receipt | waiting_for | latency", bottom="tables | lanes"
    ),
    "Debug": arranged(
        left="palette", centre="graph", right="waiting_for | receipt + inspector + marks | generations",
        bottom="story | lanes + tables",
    ),
    "Timeline": arranged(centre="swap + lanes + story", right="receipt + inspector | latency"),
    "Compare": arranged(centre="graph", right="branches | receipt + latency", bottom="tables | lanes + story"),
}  # fmt: skip
"""Those that ship, by name. The order is that of the keys."""

FIRST: Final = "Demo"


# --- written down and read again ------------------------------------------------------------------------------------


def to_text(chosen: str, changed: Mapping[str, Arrangement]) -> str:
    """The chosen layout and those that a person has changed, as a line of JSON."""
    layouts = {
        name: {
            "areas": {area: [[cell.front, *cell.views] for cell in row] for area, row in each.cells.items()},
            "extents": dict(each.extents),
        }
        for name, each in changed.items()
    }
    return json.dumps({"version": VERSION, "chosen": chosen, "layouts": layouts}, separators=(",", ":"))


def from_text(text: str) -> tuple[str, dict[str, Arrangement]]:
    """What `to_text` wrote. Raises LayoutError with the reason where it is not that."""
    try:
        kept = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LayoutError("it is damaged") from error
    if not isinstance(kept, dict) or not isinstance(kept.get("version"), int):
        raise LayoutError("it is damaged")
    if kept["version"] != VERSION:
        age = "a newer" if kept["version"] > VERSION else "an older"
        raise LayoutError(f"it was written by {age} version of Changeover")
    layouts = kept.get("layouts", {})
    chosen = kept.get("chosen", FIRST)
    if chosen not in LAYOUTS or not isinstance(layouts, dict):
        raise LayoutError("it is damaged")
    return chosen, {name: _read(each) for name, each in layouts.items() if name in LAYOUTS}


def _read(kept: Any) -> Arrangement:
    """One layout. A panel that is named twice, or that there is none of, would be shown wrong: damaged."""
    try:
        areas, extents = kept["areas"], kept["extents"]
        cells = {area: tuple(Cell(tuple(row[1:]), row[0]) for row in areas.get(area, ())) for area in AREAS}
        sizes = {area: int(extents[area]) for area in AREAS if area in extents}
    except (TypeError, KeyError, ValueError, IndexError, AttributeError) as error:
        raise LayoutError("it is damaged") from error
    read = Arrangement(cells, sizes)
    names = list(read.names())
    sound = (
        all(isinstance(name, str) for name in names)
        and len(names) == len(set(names))
        and all(cell.front in cell.views for row in cells.values() for cell in row)
        and all(len(row) <= MOST_CELLS for row in cells.values())
        and all(LEAST_EXTENT <= size <= MOST_EXTENT for size in sizes.values())
    )
    if not sound:
        raise LayoutError("it is damaged")
    return read


def shown_cells(arrangement: Arrangement, area: Area) -> list[Cell]:
    """The cells of an area with only those panels that there are."""
    cells = []
    for cell in arrangement.cells.get(area, ()):
        known = tuple(name for name in cell.views if name in VIEW_BY_NAME)
        if known:
            cells.append(Cell(known, cell.front if cell.front in known else known[0]))
    return cells


def fitted(cells: list[Cell], least: Mapping[str, int], room: int, latest: str = "") -> list[Cell]:
    """The cells as they fit into so many px: where they do not, the first two share a place, and so on.

    `latest` is the panel that was asked for last: it is in front wherever it stands.
    """
    cells = [replace(cell, front=latest) if latest in cell.views else cell for cell in cells]
    while len(cells) > 1 and sum(max(least[name] for name in cell.views) for cell in cells) > room:
        first, second, *rest = cells
        front = second.front if second.front == latest else first.front
        cells = [Cell((*first.views, *second.views), front), *rest]
    return cells
