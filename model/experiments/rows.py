"""What an experiment says in the end: rows with the paper's number beside ours, and pictures of plain numbers.

A row is one number of the paper, or one that the paper's words promise. A band says how near ours is expected to come;
`fitted` says that costs were chosen so that this number comes out, so that it proves nothing by itself.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Row:
    """One number: the paper's, ours, and whether ours is where it should be. `ours` None: it is missing."""

    quantity: str
    paper: float | None
    ours: float | None
    unit: str
    band: tuple[float, float] | None = None
    fitted: bool = False
    remark: str = ""

    @property
    def in_band(self) -> bool | None:
        """None where nothing can be said: no band, or no number of ours."""
        if self.band is None or self.ours is None:
            return None
        return self.band[0] <= self.ours <= self.band[1]

    def as_json(self) -> dict[str, Any]:
        """The row as the JSON object has it."""
        return {
            "quantity": self.quantity,
            "paper": self.paper,
            "ours": None if self.ours is None else round(self.ours, 4),
            "unit": self.unit,
            "band": None if self.band is None else list(self.band),
            "in_band": self.in_band,
            "fitted": self.fitted,
            "remark": self.remark,
        }

    def but_missing(self, why: str) -> Row:
        """The same row without a number of ours."""
        return replace(self, ours=None, remark=why)


@dataclass(frozen=True, slots=True)
class Series:
    """A line or a row of bars: y over x, ours or the paper's."""

    name: str
    x: tuple[float, ...]
    y: tuple[float, ...]
    of_paper: bool = False
    spread: tuple[tuple[float, float], ...] = ()
    """Lowest and highest over the seeds, for each x."""


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture, described and not drawn: `bars` or lines over x."""

    name: str
    title: str
    x_label: str
    y_label: str
    series: tuple[Series, ...]
    bars: bool = False
    x_names: Mapping[float, str] = field(default_factory=dict)
    """What stands under an x instead of its number."""
    marks: tuple[tuple[str, float, bool], ...] = ()
    """Upright lines: what they say, where they stand, and whether they are the paper's."""
