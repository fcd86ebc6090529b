"""Streams: programs that read a file from one end to the other and never come back (paper §6.3, Figure 7).

Each reads a file of its own, larger than memory, one page after the other, as fast as its device brings them and it can
look at them; at the end it begins anew. Every page that it leaves behind in memory is one that somebody else had.
"""

from __future__ import annotations

import random
from collections.abc import Mapping

from model.components.fcm import FILE_PAGES, FileCache
from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.workloads.workload import Workload


class Streaming(Workload):
    """One reader for each of `cache ...`, the cache managers of the files; `pages_read` counts, a number a reader."""

    name = "streaming"
    title = "Streams"
    summary = "Readers that go through files larger than memory, page after page."
    settings = {
        **Workload.settings,
        "pages": Setting(1 << 20, "pages of each file", 1, FILE_PAGES),
        "look_cycles": Setting(4_000, "cycles that a reader looks at a page", 0, 1 << 30),
        "rest_ns": Setting(0, "time that a reader rests after each page, which bounds its rate", 0, 10**12),
        "maps": Setting(False, "whether a reader maps its file and faults its pages in, instead of having them copied"),
        "first_page": Setting(0, "the page at which the readers begin", 0, FILE_PAGES - 1),
    }
    pages: int
    look_cycles: int
    rest_ns: int
    maps: bool
    first_page: int

    def __init__(
        self,
        surroundings: Surroundings,
        client: int,
        references: Mapping[str, Reference],
        settings: Mapping[str, int | str | bool],
        stream_name: str,
    ) -> None:
        super().__init__(surroundings, client, references, settings, stream_name)
        self.caches = [references[name] for name in sorted(references) if name.startswith("cache")]
        if not self.caches or len(self.caches) != len(references):
            raise ValueError('streams read files: write like `uses = { "cache 1" = "FCM stream 1" }`')
        self.loops = len(self.caches)
        self.pages_read = [0] * self.loops

    def run_loop(self, number: int, stream: random.Random) -> None:
        page = self.first_page % self.pages
        if self.maps:
            self.request(lambda: self._cache(number).attach_region(number))
        while True:
            # Each looks the entry up for every page, and brings one page in a request of its own.
            if self.request(lambda page=page: self._bring(number, page)):  # type: ignore[misc]
                self.pages_read[number] += 1
            self.surroundings.compute(self.look_cycles or 1)
            if self.rest_ns:
                self.surroundings.sleep(self.rest_ns)
            page = (page + 1) % self.pages

    def _bring(self, number: int, page: int) -> int:
        cache = self._cache(number)
        return cache.map_page(page) if self.maps else cache.read_page(page)

    def _cache(self, number: int) -> FileCache:
        cache: FileCache = self.caches[number].object
        return cache
