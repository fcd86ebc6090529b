"""A pager with a few buffers before its device; the one filled first is used anew, however often read since."""

from __future__ import annotations

from model.components.pager_lru import LruPager
from model.components.suits import PASSING_THROUGH


class FifoPager(LruPager):
    """As the LRU pager, but a buffer that is used again keeps its place in the queue."""

    name = "pager_fifo"
    title = "FIFO"
    summary = "Buffers before the device; the one filled first goes first."
    suits = PASSING_THROUGH

    def _use(self, page: tuple[int, int]) -> None:
        if page not in self.store.buffers:
            super()._use(page)
