"""Components that call themselves from inside, through their own object's reference (paper §4.3.2).

Such a call is external: it goes through the translation table, and during a swap it meets the mediator. Blocking it
would be a deadlock, as the outer call waits for it; the mediator recognises the thread and lets it through.

A scenario names the object itself as the reference `own`.
"""

from __future__ import annotations

from model.components.counter import Counter
from model.components.counter_shared import SharedCounter
from model.components.fcm import CANONICAL_PAGES, FILE_PAGES, PAGE_LIST, FileCache, check_pages
from model.components.fcm_single import SingleFileCache
from model.components.pager import Pager
from model.engine.component import Setting
from model.protocols import BY_REFERENCE, CANONICAL


class RecursiveCounter(SharedCounter):
    """A shared counter whose `add` counts by calling its own `increment` from inside; about 5 us a call."""

    name = "counter_recursive"
    title = "Counter, recursive"
    summary = "Calls itself from inside each call of add."
    suits = ""
    uses = {"own": Counter}
    settings = {
        **SharedCounter.settings,
        "pause_ns": Setting(2_000, "time inside before and after the inner call", 0, 1_000_000),
    }
    pause_ns: int

    def add(self, caller: int, sequence: int) -> int:
        self.surroundings.work(self.pause_ns)
        own: Counter = self.references["own"].object
        ticket = own.increment()
        self.surroundings.work(self.pause_ns)
        with self.lock:
            in_order = self.state.ledger.note(caller, sequence)
        self._report(ticket, in_order)
        return ticket


class TreeWalkFileCache(SingleFileCache):
    """A single file cache whose `flush` halves its stretch and calls itself for both halves, down to `leaf_pages`."""

    name = "fcm_tree_walk"
    title = "FCM, tree walk"
    summary = "Flushes by halving: calls itself from inside for each half of a file."
    suits = ""
    transfer_protocols = frozenset({BY_REFERENCE, PAGE_LIST, CANONICAL_PAGES, CANONICAL})
    uses = {"pager": Pager, "own": FileCache}
    settings = {
        **SingleFileCache.settings,
        "leaf_pages": Setting(8, "pages of a stretch that is flushed without calling itself", 1, FILE_PAGES),
    }
    leaf_pages: int

    def flush(self, first: int = 0, count: int = FILE_PAGES) -> int:
        check_pages(first, count)
        dirty = self._dirty_pages(first, first + count)
        if not dirty:
            return 0
        # From the first dirty page to the last: halving a whole file's range would call for nothing but empty halves.
        first, count = dirty[0], dirty[-1] + 1 - dirty[0]
        if count <= self.leaf_pages:
            return super().flush(first, count)
        half = count // 2
        written = self._own().flush(first, half)
        return written + self._own().flush(first + half, count - half)

    def _own(self) -> FileCache:
        own: FileCache = self.references["own"].object
        return own
