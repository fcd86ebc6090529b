"""The sequential file cache manager: for files that are streamed (paper §6.3, "Adaptive Page Replacement").

A stream that is longer than memory never comes back to a page soon, so keeping the latest pages keeps the useless ones.
This one replaces the page that was used *most* recently: what was resident before the stream stays, and the stream runs
through one frame. It has the single one's page list and takes it over by reference.
"""

from __future__ import annotations

from model.components.fcm import CANONICAL_PAGES, PAGE_LIST
from model.components.fcm_single import SingleFileCache
from model.components.suits import STREAMS
from model.protocols import CANONICAL


class SequentialFileCache(SingleFileCache):
    """One page list in order of use under one lock; replaces the page that was used most recently."""

    name = "fcm_sequential"
    title = "FCM, sequential"
    summary = "Replaces the page used most recently, so that a stream does not push the others out."
    suits = STREAMS
    transfer_protocols = frozenset({PAGE_LIST, CANONICAL_PAGES, CANONICAL})

    def _choose_victim(self) -> int:
        return next(reversed(self.state.pages))
