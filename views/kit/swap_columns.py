"""The columns of a swap over its width: one for each phase that it went through, and where an instant lies in them.

    | before |   FORWARD   |   BLOCK   |  TRANSFER  | after |

*Equal* gives each phase the same room, for understanding: a phase of 600 ns is as wide as one of 80 µs. *To scale*
gives each what it took, for measuring. Within a column time runs evenly in both.

Limits: the phase that is open has no known end; it takes NOW of its column up to the clock.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from model.trace.events import Phase

if TYPE_CHECKING:
    from model.projections.receipt import Swap

State = Literal["over", "now", "next"]

PHASES: Final = (Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER)
NOW: Final = 0.72
LEAST: Final = 3.0


@dataclass(frozen=True, slots=True)
class Span:
    """A phase: from when until when; `until_ns` is None for the one that is open and those that come."""

    phase: Phase
    from_ns: int
    until_ns: int | None
    state: State


def spans_of(swap: Swap) -> tuple[Span, ...]:
    """The phases that a swap went through, the one that is open, and those that are still to come."""
    spans = [Span(phase, from_ns, until_ns, "over") for phase, from_ns, until_ns in swap.spans]
    if swap.phase is not None and swap.phase_since_ns is not None:
        spans.append(Span(swap.phase, swap.phase_since_ns, None, "now"))
    if not swap.over:
        spans += [Span(phase, 0, None, "next") for phase in PHASES if swap.phase is None or phase > swap.phase]
    return tuple(spans)


@dataclass(frozen=True, slots=True)
class Column:
    """A phase and its place."""

    span: Span
    left: float
    right: float

    @property
    def width(self) -> float:
        return self.right - self.left


class Columns:
    """Places for instants; made anew when the width or the swap has changed."""

    def __init__(
        self, spans: Sequence[Span], clock_ns: int, area: tuple[float, float], sides: tuple[float, float],
        earliest_ns: int, *, equal: bool,
    ) -> None:  # fmt: skip
        """`area` is left and right of all; `sides` are the widths of *before* and *after*."""
        self.clock_ns = clock_ns
        self.left, self.right = area
        self.before, self.after = self.left + sides[0], self.right - sides[1]
        widths = self._equal(spans) if equal else self._scaled(spans)
        self.columns: list[Column] = []
        left = self.before
        for span, width in zip(spans, widths, strict=True):
            self.columns.append(Column(span, left, left + width))
            left += width
        self._marks = self._pins(earliest_ns)

    def _equal(self, spans: Sequence[Span]) -> list[float]:
        room = self.after - self.before
        return [room / len(spans)] * len(spans) if spans else []

    def _scaled(self, spans: Sequence[Span]) -> list[float]:
        room = self.after - self.before
        took = [self._took(span) for span in spans]
        whole = sum(took) or 1
        spare = max(0.0, room - LEAST * len(spans))
        return [LEAST + spare * each / whole for each in took]

    def _took(self, span: Span) -> int:
        if span.state == "next":
            return 0
        return max(1, (self.clock_ns if span.until_ns is None else span.until_ns) - span.from_ns)

    def _pins(self, earliest_ns: int) -> list[tuple[int, float]]:
        """Instants whose places are known; between them time runs evenly."""
        seen = [column for column in self.columns if column.span.state != "next"]
        if not seen:
            return [(earliest_ns, self.left), (max(self.clock_ns, earliest_ns + 1), self.before)]
        first = seen[0].span.from_ns
        pins = [(min(earliest_ns, first - 1), self.left + 4), (first, seen[0].left)]
        for column in seen:
            if column.span.until_ns is None:
                pins.append((max(self.clock_ns, column.span.from_ns + 1), column.left + NOW * column.width))
            else:
                pins.append((max(column.span.until_ns, pins[-1][0] + 1), column.right))
        # After the last phase as long again as all of it took, in what room there is.
        pins.append((pins[-1][0] + max(1, pins[-1][0] - first), self.right))
        return pins

    def x(self, at_ns: int) -> float:
        """The place of an instant, held within the whole width."""
        marks = self._marks
        if at_ns <= marks[0][0]:
            return marks[0][1]
        for (from_ns, left), (until_ns, right) in itertools.pairwise(marks):
            if at_ns <= until_ns:
                return left + (right - left) * (at_ns - from_ns) / (until_ns - from_ns)
        return marks[-1][1]

    def instant(self, x: float) -> int:
        """The instant at a place."""
        marks = self._marks
        for (from_ns, left), (until_ns, right) in itertools.pairwise(marks):
            if x <= right and right > left:
                return round(from_ns + (until_ns - from_ns) * max(0.0, x - left) / (right - left))
        return marks[-1][0]
