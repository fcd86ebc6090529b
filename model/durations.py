"""Spans of simulated time as people write them: "2 ms", "18 µs", "1.5 s".

Inside the program a time is a whole number of nanoseconds in a name that ends in `_ns`; only files and the command
line have units. A span that is not a whole number of nanoseconds is refused rather than rounded.
"""

from __future__ import annotations

import re
from decimal import Decimal

LONGEST_NS = 10**18
"""About 31 years of simulated time; it leaves room below 2**63 for sums."""

UNITS = {"ns": 1, "us": 1_000, "µs": 1_000, "μs": 1_000, "ms": 1_000_000, "s": 1_000_000_000}
REMEDY = 'write a number and a unit, like "2 ms", "18 us", "500 ns" or "1 s"'

_WRITTEN = re.compile(r"\s*(\d{1,19}(?:\.\d{1,9})?)\s*([a-zµμ]{1,2})\s*", re.ASCII)


def parse(text: str) -> int:
    """The nanoseconds of a written span. Raises ValueError with half a sentence that says what is wrong."""
    match = _WRITTEN.fullmatch(text)
    if match is None or match[2] not in UNITS:
        raise ValueError(f"{text[:40]!r} is not a time")
    value = Decimal(match[1]) * UNITS[match[2]]
    if value != int(value):
        raise ValueError(f"{text[:40]!r} is not a whole number of nanoseconds")
    if value > LONGEST_NS:
        raise ValueError(f"{text[:40]!r} is longer than 31 years")
    return int(value)


def written(time_ns: int) -> str:
    """The span in the largest unit in which it is a whole number; `parse` gives it back."""
    for unit in ("s", "ms", "us"):
        if time_ns and time_ns % UNITS[unit] == 0:
            return f"{time_ns // UNITS[unit]} {unit}"
    return f"{time_ns} ns"
