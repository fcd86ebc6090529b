"""The profiler of Figure 1: watches a page manager, decides which would do better, and asks for it (paper §2.1).

It keeps two lists of page names, no pages, as long as the page manager's buffers: what a manager that goes by recent
use would hold, and what one that goes by order of arrival would. Every fetch is looked up in both.

        fetch(file, page) --+--> LRU list   hit?      after every `window` fetches:
                            |                          the one with more hits, by `margin` of a hundred fetches,
                            `--> FIFO list  hit?      is asked for, whichever serves now

Neither is better as such. What is used again and again stays in the LRU list and is pushed out of the FIFO list; what
passes through, used twice and never again, leaves the FIFO list in time and clutters the LRU list with its second use.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

from model.components.pager import Pager
from model.components.suits import PASSING_THROUGH, RECENT_USE
from model.engine.component import Setting
from model.machine.surroundings import Surroundings
from model.wrappers.deciding import Deciding


class Ghosts:
    """The names of the pages that a manager would have in its buffers."""

    def __init__(self, length: int, *, by_use: bool) -> None:
        self.length = length
        self.by_use = by_use
        self.pages: OrderedDict[Any, None] = OrderedDict()

    def hit(self, page: Any) -> bool:
        """Whether the page is there; it is, from now on."""
        if page in self.pages:
            if self.by_use:
                self.pages.move_to_end(page)
            return True
        if len(self.pages) >= self.length:
            self.pages.popitem(last=False)
        self.pages[page] = None
        return False


class Profiler(Deciding):
    """Asks for the page manager whose list had more hits. Figures: "asked", and "LRU hits", "FIFO hits" of a window."""

    name = "profiler"
    title = "profiler"
    summary = "Watches a page manager's fetches and asks for LRU or FIFO, whichever would hit more."
    interface = Pager
    methods = frozenset({"fetch"})
    skips_postcall = True
    settings = {
        **Deciding.settings,
        "buffers": Setting(32, "buffers of the page manager that it stands before", 1, 1 << 20),
        "window": Setting(256, "fetches from one decision to the next", 1, 1 << 20),
        "margin": Setting(5, "by how many hits in a hundred fetches the other must be better", 0, 100),
        "lookup_cycles": Setting(70, "cycles to look a page up in both lists", 0, 1_000_000),
    }
    buffers: int
    window: int
    margin: int
    lookup_cycles: int

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        super().__init__(surroundings, identity=identity, **settings)
        self.by_use = Ghosts(self.buffers, by_use=True)
        self.by_arrival = Ghosts(self.buffers, by_use=False)
        self.fetches = self.use_hits = self.arrival_hits = 0

    def precall(self, method: str, arguments: tuple[Any, ...]) -> None:
        self.surroundings.compute(self.lookup_cycles)
        self.use_hits += self.by_use.hit(arguments)
        self.arrival_hits += self.by_arrival.hit(arguments)
        self.fetches += 1
        if self.fetches % self.window == 0:
            self._decide()

    def _decide(self) -> None:
        use, arrival = self.use_hits, self.arrival_hits
        self.report("LRU hits", use)
        self.report("FIFO hits", arrival)
        self.use_hits = self.arrival_hits = 0
        why = f"of {self.window} fetches LRU would have hit {use} and FIFO {arrival}"
        if 100 * abs(use - arrival) >= self.margin * self.window:
            self.ask(RECENT_USE if use > arrival else PASSING_THROUGH, why)
