"""Notices a stream: a file that is read page after page, and asks for a cache manager made for streams (paper §6.3).

The paper's rule: if a sequence of more than 20 pages is requested, access is deemed sequential and the default cache
manager is replaced by one that approximates MRU; if more than 10 non-sequential pages are requested, it comes back.

    pages   7 8 9 10 ... 28        40 3 17 ...
    run     1 2 3 4  ... 22 -> streams       11th stray -> what was there before

A page that is asked for again in a row is neither: a reader of small pieces stays on its page.
"""

from __future__ import annotations

from typing import Any

from model.components.fcm import FileCache
from model.components.suits import ONE_PROCESSOR, STREAMS
from model.engine.component import Setting
from model.machine.surroundings import Surroundings
from model.wrappers.deciding import Deciding


class SequentialWatch(Deciding):
    """Asks for "streams" after a sequence, after strays for what was there before. Figures: "asked", "longest run"."""

    name = "sequential_watch"
    title = "sequential watch"
    summary = "Asks for a cache manager for streams when pages are read one after the other, and back."
    interface = FileCache
    methods = frozenset({"read_page", "map_page"})
    skips_postcall = True
    settings = {
        **Deciding.settings,
        "sequence": Setting(20, "a sequence of more pages than this is a stream", 1, 1_000_000),
        "strays": Setting(10, "more pages out of sequence than this end the stream", 0, 1_000_000),
    }
    sequence: int
    strays: int

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        super().__init__(surroundings, identity=identity, **settings)
        self.line = surroundings.line("last page", identity)
        self.last = -2
        self.run = 0
        self.out_of_sequence = 0
        self.before = ONE_PROCESSOR

    def precall(self, method: str, arguments: tuple[Any, ...]) -> None:
        self.surroundings.write(self.line)
        page = arguments[0]
        if page == self.last:
            return
        if page == self.last + 1:
            self.run += 1
        else:
            self.run = 1
            self.out_of_sequence += 1
        self.last = page
        if self.run > self.sequence:
            self._streams()
        elif self.out_of_sequence > self.strays:
            self._strays()

    def _streams(self) -> None:
        self.out_of_sequence = 0
        serves = self.serves()
        if serves == STREAMS:
            self.leave_if_done()
        elif self.ask(STREAMS, f"{self.run} pages were asked for one after the other"):
            self.before = serves
            self.report("longest run", self.run)

    def _strays(self) -> None:
        if self.serves() == STREAMS:
            self.ask(self.before, f"{self.out_of_sequence} pages were asked for out of sequence")
