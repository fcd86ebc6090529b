"""A load that refers to pages in a known pattern, and in another after a while.

It is what the watches and the profiler are shown with: a cache manager or a page manager whose users change their ways.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Mapping
from itertools import cycle, islice

from model.components.fcm import FILE_PAGES, FileCache
from model.components.pager import Pager
from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.workloads.patterns import PATTERNS
from model.workloads.workload import LOOPS, Workload, drawn_around

REFERENCES_AT_MOST = 1 << 40


class Pattern(Workload):
    """Reads pages of `cache`, a file cache manager, or fetches them from `pager`. Refuses a phase that it does not know
    with ValueError.

    Each loop has pages of its own, `stride` pages after those of the loop before it; 0 lets all have the same.
    """

    name = "pattern"
    title = "Pattern of pages"
    summary = "Loops that refer to pages in one pattern after another."
    settings = {
        **Workload.settings,
        "loops": Setting(1, "loops, each with at most one call at a time", 1, LOOPS),
        "phases": Setting("zipf:512", "patterns and how many references each lasts, like `zipf:512 sequential:128`"),
        "calls": Setting(0, "references of each loop; 0 for no end", 0, REFERENCES_AT_MOST),
        "pages": Setting(64, "pages that random, looping and zipf are spread over", 1, 1 << 16),
        "stride": Setting(0, "pages from the first page of a loop to that of the next", 0, FILE_PAGES),
        "think_ns": Setting(5_000, "mean time from a call's return to the loop's next call", 1, 1_000_000_000),
        "file": Setting(17, "the file whose pages are fetched from a page manager", 0, 1 << 31),
    }
    phases: str
    calls: int
    pages: int
    stride: int
    think_ns: int
    file: int

    def __init__(
        self,
        surroundings: Surroundings,
        client: int,
        references: Mapping[str, Reference],
        settings: Mapping[str, int | str | bool],
        stream_name: str,
    ) -> None:
        super().__init__(surroundings, client, references, settings, stream_name)
        if not set(references) <= {"cache", "pager"} or len(references) != 1:
            raise ValueError('a pattern needs one component to refer to: write like `uses = { cache = "FCM file 17" }`')
        self._phases = phases_of(self.phases)

    def run_loop(self, number: int, stream: random.Random) -> None:
        for page in islice(self.pages_of(stream), self.calls or None):
            self.surroundings.sleep(drawn_around(stream, self.think_ns))
            self.request(self._call(number * self.stride + page))

    def pages_of(self, stream: random.Random) -> Iterator[int]:
        """The pages of one loop, phase after phase; a pattern that comes again goes on where it stopped."""
        strings = {name: PATTERNS[name](stream, self.pages) for name, _ in self._phases}
        for name, length in cycle(self._phases):
            yield from islice(strings[name], length)

    def _call(self, page: int) -> Callable[[], int]:
        page %= FILE_PAGES
        if "cache" in self.references:
            return lambda: self._cache().read_page(page)
        return lambda: self._pager().fetch(self.file, page)

    def _cache(self) -> FileCache:
        cache: FileCache = self.references["cache"].object
        return cache

    def _pager(self) -> Pager:
        pager: Pager = self.references["pager"].object
        return pager


def phases_of(text: str) -> list[tuple[str, int]]:
    """The patterns and their lengths.

    >>> phases_of("zipf:512 sequential")
    [('zipf', 512), ('sequential', 256)]
    """
    phases = []
    for part in text.split():
        name, _, length = part.partition(":")
        if name not in PATTERNS:
            raise ValueError(f"there is no pattern {name!r}; there are {', '.join(PATTERNS)}")
        if not (length or "256").isdecimal() or not 0 < int(length or "256") <= REFERENCES_AT_MOST:
            raise ValueError(f"the length of {name} must be a whole number from 1, not {length!r}")
        phases.append((name, int(length or "256")))
    if not phases:
        raise ValueError("a pattern without phases refers to nothing: write like `zipf:512`")
    return phases
