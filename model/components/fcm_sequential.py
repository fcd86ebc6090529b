"""The sequential file cache manager: for files that are streamed (paper §6.3, "Adaptive Page Replacement").

A stream that is longer than memory never comes back to a page soon, so keeping the latest pages keeps the useless ones.
This one replaces the page that was used *most* recently: what was resident before the stream stays, and the stream runs
through one frame. Where frames are those of the whole machine, `stream_pages` says how many the stream may fill. It has
the single one's page list and takes it over by reference.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.components.fcm import CANONICAL_PAGES, FILE_PAGES, PAGE_LIST
from model.components.fcm_single import SingleFileCache
from model.components.file_state import FileState
from model.components.suits import STREAMS
from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import CANONICAL


class SequentialFileCache(SingleFileCache):
    """One page list in order of use under one lock; replaces the page that was used most recently."""

    name = "fcm_sequential"
    title = "FCM, sequential"
    summary = "Replaces the page used most recently, so that a stream does not push the others out."
    suits = STREAMS
    transfer_protocols = frozenset({PAGE_LIST, CANONICAL_PAGES, CANONICAL})

    settings = {
        **SingleFileCache.settings,
        "stream_pages": Setting(64, "pages that a stream may fill beside those that were there", 1, FILE_PAGES),
    }
    stream_pages: int

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.most = self.stream_pages

    def give_back(self, pressure: int) -> int:
        freed = super().give_back(pressure)
        # What was given back is not for the stream to fill again.
        self.most = min(self.most, len(self.state.pages) + self.stream_pages)
        return freed

    def _take(self, state: FileState) -> None:
        super()._take(state)
        self.most = len(state.pages) + self.stream_pages

    def _has_free_frame(self) -> bool:
        return super()._has_free_frame() and len(self.state.pages) < self.most

    def _choose_victim(self) -> int:
        return next(reversed(self.state.pages))
