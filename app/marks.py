"""Bookmarks and stops: what a person marks in a run, kept with it.

    M                        a bookmark where the clock stands, with a note
    a stop                   `phase:block`: the run pauses right after such a row
    a tracepoint             the same without stopping: how many there were, and where the last was
    run until                one stop, used once; `drained on:counter` is asked of this moment, and of no row

A stop is a filter over rows (model/projections/row_filter.py). It asks columns only, never the words of the story, so
that a run with stops is hardly slower than one without.

Marks are part of the document: a recording holds them, and a session that is opened brings its own.
"""

from __future__ import annotations

from dataclasses import replace
from shlex import quote
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from PySide6.QtCore import QObject, Signal, Slot

from model.projections.drained import WORD, drained, is_drained_filter
from model.projections.hits import Hits
from model.projections.row_filter import FilterError, RowFilter
from model.scenario import BookmarkTable, Scenario, StopTable
from views.kit.describing import counted, picked_object
from views.kit.marks_control import Bookmark, Stop

if TYPE_CHECKING:
    from app.playback import Player
    from model.trace.trace import Rows
    from views.kit.selection import Selection
    from views.kit.session_link import SessionLink

BOOKMARKS_AT_MOST: Final = 1_000
STOPS_AT_MOST: Final = 64


class Marks(QObject):
    """The marks of the session that is shown."""

    changed = Signal()
    said = Signal(str)
    """A sentence for the person."""

    def __init__(self, link: SessionLink, player: Player, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._player = player
        self.bookmarks: tuple[Bookmark, ...] = ()
        self.stops: tuple[Stop, ...] = ()
        self._filters: list[RowFilter] = []
        self._hits: list[Hits] = []
        player.stopped.connect(self._stopped)

    # --- the document ------------------------------------------------------------------------------------------------

    def read(self, scenario: Scenario) -> str:
        """Take over the marks of a scenario; a sentence about a stop in it that makes no sense and is left out."""
        self.bookmarks = tuple(sorted((Bookmark(one.at_ns, one.note) for one in scenario.bookmarks), key=_instant))
        stops, wrong = [], ""
        for table in scenario.stops:
            try:
                stop_filter(table.rows)
                stops.append(Stop(table.rows, table.halts, table.on))
            except FilterError as error:
                wrong = f"The stop {table.rows!r} of this file is left out: {error}"
        self._take(tuple(stops))
        return wrong

    def tables(self) -> dict[str, Any]:
        """The marks as the fields of a scenario."""
        return {
            "bookmarks": tuple(BookmarkTable(one.at_ns, one.note) for one in self.bookmarks),
            "stops": tuple(StopTable(one.rows, one.halts, one.on) for one in self.stops),
        }

    def write(self, tables: dict[str, Any]) -> None:
        """Stand as `tables` once said."""
        self.bookmarks = tuple(Bookmark(one.at_ns, one.note) for one in tables["bookmarks"])
        self._take(tuple(Stop(one.rows, one.halts, one.on) for one in tables["stops"]))

    # --- bookmarks ---------------------------------------------------------------------------------------------------

    def add_bookmark(self, at_ns: int, note: str = "") -> None:
        """Mark an instant; marking one again gives it the other note."""
        others = [one for one in self.bookmarks if one.at_ns != at_ns]
        if len(others) >= BOOKMARKS_AT_MOST:
            self.said.emit(f"There are {BOOKMARKS_AT_MOST:,} bookmarks: remove some first")
            return
        self.bookmarks = tuple(sorted((*others, Bookmark(at_ns, note)), key=_instant))
        self.changed.emit()

    def remove_bookmark(self, at_ns: int) -> None:
        """Forget a bookmark; harmless for one that is not there."""
        self.bookmarks = tuple(one for one in self.bookmarks if one.at_ns != at_ns)
        self.changed.emit()

    @Slot()
    def bookmark_here(self) -> None:
        """Mark the instant that is shown."""
        self.add_bookmark(self._player.clock_ns)
        self.said.emit("Bookmarked: Marks lists it, F2 there gives it a note")

    @Slot(int)
    def bookmark_at(self, at_ns: int) -> None:
        """Mark an instant, without a note."""
        self.add_bookmark(at_ns)

    @Slot()
    def next_bookmark(self) -> None:
        """Go to the first bookmark after the clock."""
        self._go(next((one for one in self.bookmarks if one.at_ns > self._player.clock_ns), None), "after")

    @Slot()
    def previous_bookmark(self) -> None:
        """Go to the last bookmark before the clock."""
        self._go(next((one for one in reversed(self.bookmarks) if one.at_ns < self._player.clock_ns), None), "before")

    def _go(self, bookmark: Bookmark | None, where: str) -> None:
        if bookmark is None:
            self.said.emit(f"There is no bookmark {where} this instant")
            return
        self._player.seek_ns(bookmark.at_ns)
        if bookmark.note:
            self.said.emit(bookmark.note)

    # --- stops -------------------------------------------------------------------------------------------------------

    def add_stop(self, rows: str, *, halts: bool = True) -> str:
        """A sentence if the filter is none, and then nothing has changed; otherwise empty."""
        if len(self.stops) >= STOPS_AT_MOST:
            return f"There are {STOPS_AT_MOST} stops: remove some first"
        try:
            stop_filter(rows)
        except FilterError as error:
            return str(error)
        self._take((*self.stops, Stop(rows.strip(), halts)))
        return ""

    def change_stop(self, index: int, *, halts: bool | None = None, on: bool | None = None) -> None:
        """Let a stop halt the run or only count, and switch it on or off."""
        stop = self.stops[index]
        changed = replace(stop, halts=stop.halts if halts is None else halts, on=stop.on if on is None else on)
        self._take((*self.stops[:index], changed, *self.stops[index + 1 :]))

    def remove_stop(self, index: int) -> None:
        """Forget a stop."""
        self._take((*self.stops[:index], *self.stops[index + 1 :]))

    def met(self, index: int) -> tuple[int, int]:
        """How many rows before the cursor a stop means, and the position of the last of them or -1."""
        return self._hits[index].before(self._link.position, self._link.names)

    def run_until(self, rows: str) -> str:
        """Play until such a row, as fast as it goes; a sentence if the filter is none."""
        try:
            if is_drained_filter(rows):
                return self._run_until_drained(rows)
            wanted = stop_filter(rows)
        except FilterError as error:
            return str(error)
        names = self._link.names
        self._player.run_until(lambda held: wanted.mask(held, names))
        return ""

    def _run_until_drained(self, words: str) -> str:
        link = self._link
        wanted = drained(words, link.waits, link.topology)
        # The run may be some rows ahead of what is shown.
        for _, rows in link.trace.chunks(link.position, self._player.here):
            wanted.mask(rows)
        if not wanted.left:
            return f"Nothing is to be waited for: {wanted.what} is drained"
        self.said.emit(f"Until {wanted.what} is drained: {counted(wanted.began_with, wanted.noun)}")
        self._player.run_until(wanted.mask)
        return ""

    @Slot()
    def another_session(self) -> None:
        """A fork has taken the place of its session: the same marks, over another trace."""
        self._take(self.stops)

    def _take(self, stops: tuple[Stop, ...]) -> None:
        self.stops = stops
        self._filters = [stop_filter(stop.rows) for stop in stops]
        self._hits = [Hits(self._link.trace, rows) for rows in self._filters]
        halting = [rows for rows, stop in zip(self._filters, stops, strict=True) if stop.on and stop.halts]
        self._player.set_stops(self._mask_of(halting) if halting else None)
        self.changed.emit()

    def _mask_of(self, halting: list[RowFilter]) -> Any:
        def mask(rows: Rows) -> Any:
            names = self._link.names
            return np.logical_or.reduce([one.mask(rows, names) for one in halting])

        return mask

    @Slot(int)
    def _stopped(self, row: int) -> None:
        """The player has stopped after a row: say at which stop."""
        rows, names = self._link.trace.rows(row, row + 1), self._link.names
        met = [
            stop.rows
            for stop, one in zip(self.stops, self._filters, strict=True)
            if stop.on and stop.halts and one.mask(rows, names)[0]
        ]
        if met:
            self.said.emit(f"Stopped at {met[0]}")


def drained_words(link: SessionLink, selection: Selection) -> str:
    """What is to be drained: the selected component, or everything where none is selected."""
    picked = picked_object(link.topology, selection.current, link.swaps.by_request)
    return f"{WORD} on:{quote(link.topology.objects[picked].name)}" if picked else WORD


def stop_filter(rows: str) -> RowFilter:
    """The filter of a stop; FilterError also for one that means every row, or asks for words."""
    if is_drained_filter(rows):
        raise FilterError("What is drained is asked of one moment: run until it, there is no stop at it")
    made = RowFilter(rows)
    if not made.text:
        raise FilterError("Say at which rows: write like `phase:block` or `latency>5us`")
    if made.asks_sentences:
        raise FilterError(f"A stop asks columns, not words like {made.text!r}: write like `phase:block`")
    return made


def _instant(bookmark: Bookmark) -> int:
    return bookmark.at_ns
