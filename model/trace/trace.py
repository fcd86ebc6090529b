"""The append-only record of a run: the only thing that projections, stories and views ever read.

Rows of 64 bytes lie in chunks of 4,096, each flat memory that numpy looks at without copying:

    tail                                   head
     |  chunk 12   |  chunk 13   |  chunk 14 .....
     [#############|#############|########........]
          full          full       open    .. and what is fresh, not yet filed: packed rows in a list

Positions are absolute and never reused. When the capacity is full the oldest chunk is let go, the tail moves by one
chunk, and with it go the texts that only let-go rows used; names (`keep=True`) stay. A text's number is a digest of the
text, so neither the numbers nor the fingerprint depend on the capacity.

Limits: rows are ordered by `at_ns`; a row cannot be changed or taken back; a view of the open chunk shows the rows that
were there when it was asked for. One trace belongs to one operating system thread.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator
from struct import Struct
from typing import Any, Final, NamedTuple, Protocol
from weakref import WeakSet

import numpy as np
from numpy.typing import NDArray

from model.trace.events import MEANINGS, Kind
from model.trace.fingerprint import Fingerprint, text_number

Rows = NDArray[Any]

ROW: Final = np.dtype(
    [(name, "<i8") for name in ("at_ns", "until_ns", "cause", "call", "a", "b")]
    + [(name, "<i4") for name in ("thread", "subject")]
    + [(name, "<i2") for name in ("kind", "method", "client", "processor")]
)
CHUNK_ROWS: Final = 4096
BATCH_ROWS: Final = 512
"""Fresh rows are filed so many at a time, while the processor's cache still holds them."""

_BARE: Final = f"V{ROW.itemsize}"
_PACKING: Final = Struct("<6q2i4h")
_PACK_INTO: Final = _PACKING.pack_into
pack_row: Final = _PACKING.pack
"""A row as it lies in the trace, for `fresh`: (at_ns, until_ns, cause, call, a, b, thread, subject, kind, method,
client, processor). `a` and `b` have 64 bits with sign: a vector with bit 63 comes as a negative number. A value that
does not fit its field raises struct.error."""
_ROW_SHIFT: Final = 6
_CHUNK_MASK: Final = CHUNK_ROWS - 1
_BATCH_MASK: Final = BATCH_ROWS - 1
CHUNK_BYTES: Final = CHUNK_ROWS << _ROW_SHIFT
_KIND: Final = 8

TEXT_KINDS: Final = frozenset(kind for kind, meaning in MEANINGS.items() if meaning.b.startswith("text:"))
"""The kinds whose `b` is a text."""

_HAS_TEXT: Final = np.zeros(1 << 15, dtype=np.bool_)
_HAS_TEXT[[int(kind) for kind in TEXT_KINDS]] = True


class Event(NamedTuple):
    """One row by itself, for stories and step-by-step reading; folds take whole arrays instead."""

    position: int
    at_ns: int
    until_ns: int
    cause: int
    call: int
    a: int
    b: int
    thread: int
    subject: int
    kind: int
    method: int
    client: int
    processor: int


class Inlet(Protocol):
    """Takes packed rows, as the trace's own list of fresh ones does."""

    def append(self, row: bytes, /) -> None: ...


class Watcher(Protocol):
    """Who must see every chunk before it may be let go (a projection)."""

    def chunk_filled(self, head: int) -> None:
        """The rows before `head`, a multiple of the chunk's length, are all there."""


class Trace:
    """What happened, in order: appended to by machine and engine, read by everybody."""

    __slots__ = (
        "_capacity_chunks", "_chunks", "_closed_ns", "_filing", "_fingerprint", "_first_ns", "_kept", "_last_ns",
        "_last_use", "_open", "_recent", "_texts", "_views", "_watchers", "filed", "fresh", "full", "tail", "taken_in",
    )  # fmt: skip

    def __init__(self, capacity: int = 1_048_576, chunk: bytearray | None = None) -> None:
        """Holds the last `capacity` rows, rounded up to whole chunks, two at least.

        `chunk` is the memory of a trace that nobody reads any more, of CHUNK_BYTES: where thousands of short traces
        are made one after the other, fresh memory costs as much as all that is written into it.
        """
        self.fresh: list[bytes] = []
        """Rows that were written and not yet filed. Whoever packs them itself and puts them here, as the machine does,
        sees to it that they are filed when a batch is `full`."""
        self.filed = 0
        """How many rows lie in chunks, those included that were let go."""
        self.full = _BATCH_MASK
        """The position of the last row of a batch: who writes it, or one after it, files."""
        self.tail = 0
        self._capacity_chunks = max(2, -(-capacity // CHUNK_ROWS))
        assert chunk is None or len(chunk) == CHUNK_BYTES
        self._open = _new_chunk() if chunk is None else memoryview(chunk)
        self._chunks = [self._open]
        self._views: list[Rows] = [_view(self._open)]
        self._first_ns: list[int] = []
        self._last_ns = 0
        self._closed_ns = 0
        self._filing = False
        self._fingerprint = Fingerprint()
        self.taken_in = 0
        """How many chunks the fingerprint has taken in. It is asked for seldom, and costs as much as writing the rows:
        a chunk goes in when it is, or before it is let go."""
        self._texts: dict[int, str] = {0: ""}
        self._recent: dict[str, int] = {}
        """The texts that were interned since the open chunk began, with their numbers."""
        self._kept: set[int] = {0}
        self._last_use: dict[int, int] = {}
        self._watchers: WeakSet[Watcher] = WeakSet()

    def append(
        self, kind: int, at_ns: int, until_ns: int = 0, cause: int = -1, call: int = 0, a: int = 0, b: int = 0,
        thread: int = 0, subject: int = 0, method: int = 0, client: int = 0, processor: int = 0,
    ) -> int:  # fmt: skip
        """The absolute position of the new row. A value that does not fit raises struct.error; nothing is written."""
        if self.fresh:
            self.file()
        position = self.filed
        assert at_ns >= self._last_ns, f"at_ns goes back from {self._last_ns} to {at_ns}"
        _PACK_INTO(
            self._open, (position & _CHUNK_MASK) << _ROW_SHIFT, at_ns, until_ns, cause, call, a, b, thread, subject,
            kind, method, client, processor,
        )  # fmt: skip
        self._last_ns = at_ns
        self.filed = position + 1
        if position & _CHUNK_MASK == _CHUNK_MASK:
            self._close_chunk()
        self.full = self.filed | _BATCH_MASK
        return position

    @property
    def head(self) -> int:
        """How many rows were ever written: the position of the next one."""
        return self.filed + len(self.fresh)

    def file(self) -> None:
        """Puts what was written into chunks. Everybody who reads does so first."""
        if self._filing:  # Whoever is told of a chunk that is full reads up to there, and the rest comes later.
            return
        self._filing = True
        try:
            self._file()
        finally:
            self._filing = False
        self.full = self.filed | _BATCH_MASK

    def _file(self) -> None:
        fresh = self.fresh
        while fresh:
            start = self.filed & _CHUNK_MASK
            rows = fresh[: CHUNK_ROWS - start]
            end = start + len(rows)
            self._open[start << _ROW_SHIFT : end << _ROW_SHIFT] = b"".join(rows)
            del fresh[: len(rows)]
            self.filed += len(rows)
            if end == CHUNK_ROWS:
                self._close_chunk()

    def rows(self, first: int, last: int) -> Rows:
        """The rows [first, last) as a structured array, read-only; copied only where they span chunks."""
        parts = [rows for _, rows in self.chunks(first, last)]
        if len(parts) == 1:
            return parts[0]
        # Without their fields rows are copied at once, and not field by field.
        return np.concatenate([part.view(_BARE) for part in parts]).view(ROW) if parts else np.empty(0, dtype=ROW)

    def chunks(self, first: int, last: int) -> Iterator[tuple[int, Rows]]:
        """The rows [first, last) piece by piece without copying, each with the absolute position of its first row."""
        self.file()
        if not self.tail <= first <= last <= self.head:
            raise IndexError(f"rows {first} to {last} are not held; the trace holds {self.tail} to {self.head}")
        while first < last:
            start = first & _CHUNK_MASK
            stop = min(CHUNK_ROWS, start + last - first)
            yield first, self._views[(first - self.tail) // CHUNK_ROWS][start:stop]
            first += stop - start

    def event(self, position: int) -> Event:
        """One row with its position."""
        self.file()
        if not self.tail <= position < self.head:
            raise IndexError(f"row {position} is not held; the trace holds {self.tail} to {self.head}")
        chunk = self._chunks[(position - self.tail) // CHUNK_ROWS]
        return Event(position, *_PACKING.unpack_from(chunk, (position & _CHUNK_MASK) << _ROW_SHIFT))

    def events(self, first: int, wanted: Collection[int]) -> list[Event]:
        """The rows from `first` on that are of the wanted kinds, for who follows a short trace closely."""
        if first < self.filed:
            return [
                row for start, rows in self.chunks(first, self.head) for row in events_of(start, rows, wanted)
            ]  # fmt: skip
        new = tuple.__new__
        rows = b"".join(self.fresh[first - self.filed :])
        return [
            new(Event, (position, *values))
            for position, values in enumerate(_PACKING.iter_unpack(rows), first)
            if values[_KIND] in wanted
        ]

    def position_at(self, at_ns: int) -> int:
        """How many rows of the run are no later than `at_ns`; the tail for an instant before what is held."""
        self.file()
        held = len(self._first_ns)
        index = bisect_right(self._first_ns, at_ns) - 1
        open_rows = self.head & _CHUNK_MASK
        if open_rows and int(self._views[-1]["at_ns"][0]) <= at_ns:
            index = held
        if index < 0:
            return self.tail
        column = self._views[index]["at_ns"]
        if index == held:
            column = column[:open_rows]
        return self.tail + index * CHUNK_ROWS + int(column.searchsorted(at_ns, side="right"))

    def intern(self, text: str, *, keep: bool = False) -> int:
        """The number of a text, for the `b` of the kinds that carry one.

        A text lives as long as the rows that use it; intern it again for the next row. `keep` is for names, of which
        there is a bounded number: they are never let go.
        """
        if self.filed + len(self.fresh) > self.full:
            self.file()  # Later it would touch the texts of a full chunk after this one, or let this one go.
        recent = self._recent.get(text)
        if recent is not None and not keep:
            return recent
        number = self._recent[text] = text_number(text)
        known = self._texts.setdefault(number, text)
        assert known == text, f"two texts with one number: {known!r} and {text!r}"
        if keep:
            self._kept.add(number)
            self._last_use.pop(number, None)
        elif number not in self._kept:
            self._last_use.pop(number, None)
            self._last_use[number] = self.filed + len(self.fresh) + 1
        return number

    def text(self, number: int) -> str:
        """The text of that number; empty for 0 and for one that was let go."""
        return self._texts.get(number, "")

    def fingerprint(self) -> str:
        """32 hexadecimal digits over all rows and texts ever appended, also those let go."""
        self.file()
        self.take_in()
        return self._fingerprint.with_rest(memoryview(self._open)[: (self.head & _CHUNK_MASK) << _ROW_SHIFT])

    def watch(self, watcher: Watcher) -> None:
        """Tells `watcher` of every chunk that fills up, before any is let go; does not keep it alive."""
        self._watchers.add(watcher)

    def take_in(self) -> None:
        """Takes the chunks that are full into the fingerprint, for who must not have to wait for it later."""
        self._feed(self.filed // CHUNK_ROWS)

    def _feed(self, chunks: int) -> None:
        """The first `chunks` ever written go into the fingerprint, as far as they are not in it."""
        let_go = self.tail // CHUNK_ROWS
        for number in range(self.taken_in, chunks):
            self._fingerprint.feed(self._chunks[number - let_go])
            self.taken_in = number + 1

    def _close_chunk(self) -> None:
        rows = self._views[-1]
        self._check_order(rows["at_ns"])
        self._first_ns.append(int(rows["at_ns"][0]))
        self._touch_texts_of(rows)
        self._open = _new_chunk()
        self._recent.clear()
        self._chunks.append(self._open)
        self._views.append(_view(self._open))
        for watcher in tuple(self._watchers):
            watcher.chunk_filled(self.filed)
        while len(self._chunks) > self._capacity_chunks:
            self._let_go()

    def _check_order(self, at_ns: NDArray[np.int64]) -> None:
        """What came by the fast door was not looked at one by one."""
        before_ns = self._closed_ns
        assert before_ns <= at_ns[0] and (at_ns[:-1] <= at_ns[1:]).all(), "at_ns goes back within a chunk"
        self._closed_ns = int(at_ns[-1])

    def _let_go(self) -> None:
        self._feed(self.tail // CHUNK_ROWS + 1)
        del self._chunks[0], self._views[0], self._first_ns[0]
        self.tail += CHUNK_ROWS
        # Ordered by last use, so the first that is still needed ends the search.
        unused = []
        for number, position in self._last_use.items():
            if position > self.tail:
                break
            unused.append(number)
        for number in unused:
            del self._last_use[number], self._texts[number]

    def _touch_texts_of(self, rows: Rows) -> None:
        for number in np.unique(rows["b"][_HAS_TEXT[rows["kind"]]]).tolist():
            if number in self._last_use:
                self._touch(number)

    def _touch(self, number: int) -> None:
        """Moves the text to the end of the order of last use: rows before the last one that is filed name it."""
        self._last_use.pop(number, None)
        self._last_use[number] = self.filed


def events_of(first_position: int, rows: Rows, wanted: Collection[int]) -> Iterator[Event]:
    """The rows of the wanted kinds as events, for what must look at most rows one by one.

    Costs a fifth of numpy's own way to Python objects; where few rows are wanted, a mask comes first and is cheaper.
    """
    new, position = tuple.__new__, first_position
    for values in _PACKING.iter_unpack(rows.tobytes()):
        if values[_KIND] in wanted:
            yield new(Event, (position, *values))
        position += 1


def _new_chunk() -> memoryview:
    """Memory for a chunk, as it comes: to clear it first would cost as much as to write a row in ten."""
    return np.empty(CHUNK_BYTES, dtype=np.uint8).data


def _view(chunk: memoryview) -> Rows:
    """The chunk as read-only rows, over the same memory."""
    return np.frombuffer(chunk.toreadonly(), dtype=ROW)


def kinds(rows: Rows, *wanted: Kind) -> NDArray[np.bool_]:
    """The mask of the rows of the wanted kinds; for folds."""
    column = rows["kind"]
    mask: NDArray[np.bool_] = column == wanted[0]
    for kind in wanted[1:]:
        mask |= column == kind
    return mask
