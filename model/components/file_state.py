"""What is known of a file in memory whatever the implementation, and what keeping it costs.

A state is what moves when one file cache manager is put in another's place and both know this form: by reference, or
as a page list. The costs are those that all implementations pay alike; each adds its own beside its class.
"""

from __future__ import annotations

from collections import OrderedDict, deque
from dataclasses import dataclass, field

from model.components.charges import Charge
from model.machine.surroundings import Line


@dataclass(slots=True)
class Page:
    """A resident page."""

    value: int
    dirty: bool
    line: Line | None = None
    """Where its descriptor lies."""


@dataclass(slots=True)
class FileState:
    """All that is known of a file whatever the implementation; `pages` in order of replacement, next to go first.

    `candidates` are pages that nobody has mapped any more and that go when page frames are short; one that is used
    again is rescued. `lap` is what the search for candidates has still to look at, in order of the file.
    """

    file: int
    frames: int
    length: int
    pages: OrderedDict[int, Page]
    hits: int = 0
    misses: int = 0
    write_backs: int = 0
    account: int = 0
    regions: dict[int, int] = field(default_factory=dict)
    candidates: OrderedDict[int, None] = field(default_factory=OrderedDict)
    lap: deque[int] = field(default_factory=deque)


PAGE_DESCRIPTOR = 64
FILE_BYTES = 384
"""What describes a page, and a file: of all implementations the least."""

COMMON: dict[str, Charge] = {
    "begin": Charge(cycles=2_400, writes=("header", "segments"), allocates=(FILE_BYTES,)),
    "dissolve": Charge(cycles=1_600, writes=("header",), frees=(FILE_BYTES,)),
    # Under the lock of the page list. K42 maps the page before it lets the lock go; so do we.
    "find": Charge(cycles=300, writes=("header",)),
    "map": Charge(
        cycles=400, writes=("segments", "free list", "statistics", "regions", "references", "mappings", "counts")
    ),
    "insert": Charge(cycles=250, writes=("buckets",)),
    "drop": Charge(cycles=200, writes=("buckets",)),
    "look": Charge(cycles=120, reads=("header",)),
    "region": Charge(cycles=900, writes=("header", "regions")),
    "unmap": Charge(cycles=350, writes=("segments",)),
    # Without the lock, as a frame is taken or given back.
    "new page": Charge(allocates=(PAGE_DESCRIPTOR,)),
    "gone page": Charge(frees=(PAGE_DESCRIPTOR,)),
    # Without it as well.
    "copy": Charge(cycles=180),
    "adopt": Charge(cycles=18),
}
"""What every implementation pays; the page's own line, its descriptor's, is written beside these where it changes.

Compared with 600 to 2,500 cycles that an in-core fault took under such a lock, find and map are at the low end. The
lines that they write there, with the lock's and the page's own, were fitted to Figure 5 within the eight or so that
K42's source suggests.
"""
