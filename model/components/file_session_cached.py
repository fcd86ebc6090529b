"""The exclusive file session with a cache for small files (paper §6.3).

A file of at most `limit` bytes is held in the application altogether: its pages come with the answer to `open`, reading
and writing are copies in memory, and what was written goes with `close`. It needs no region and no faults, only memory
for the same data twice. A file that grows beyond the limit is mapped from then on, as by the exclusive session, and
what the buffer holds is copied to the mapping.
"""

from __future__ import annotations

from model.components.charges import Charge
from model.components.file_session_exclusive import CHARGES, ExclusiveFileSession
from model.components.suits import SMALL_FILES
from model.engine.component import Setting

LIMIT_BYTES = 3_072


class CachedFileSession(ExclusiveFileSession):
    """Small files in the application, larger ones as the exclusive session has them."""

    name = "file_session_cached"
    title = "File session, cached"
    summary = "As exclusive, and a file of a few KB is held in the application as long as it is open."
    suits = SMALL_FILES
    settings = {"limit": Setting(LIMIT_BYTES, "bytes of the largest file that is held in the application", 0, 1 << 30)}
    charges = {
        **CHARGES,
        "buffer": Charge(cycles=500, allocates=(4_096,)),
        "no buffer": Charge(cycles=300, frees=(4_096,)),
        # A page from the buffer to where the file is mapped, or to the server.
        "copy": Charge(cycles=250),
    }
    limit: int
    small = False
    """Whether the file that is open is held here."""

    def _open(self, file: int, user: int) -> int:
        if self.state.users:
            return super()._open(file, user)
        self._cross()
        opened = self._server().open(file, user, with_pages_to=self.limit)
        self.small = opened.length <= self.limit
        if self.small:
            self.purse.pay("buffer")
            self.mapped = dict(opened.pages)
        else:
            self.mapped = {}
            self._map_file()
        return opened.length

    def _unmap_file(self) -> None:
        if self.small:
            self.purse.pay("no buffer")
            self.small = False
        else:
            super()._unmap_file()

    def _write(self, pages: range, value: int, length: int) -> None:
        if self.small and length > self.limit:
            self._outgrow()
        super()._write(pages, value, length)

    def _value(self, index: int) -> int:
        if self.small:
            # All that the file holds came when it was opened; beyond that it is empty.
            return self.state.written.get(index, self.mapped.get(index, 0))
        return super()._value(index)

    def _close(self, user: int, last: bool) -> None:
        if self.small and self.state.written:
            self.purse.pay("copy", times=len(self.state.written))
        super()._close(user, last)

    def _outgrow(self) -> None:
        """Has the file mapped from now on, with what was written; the server learns of that at the end, as ever."""
        self.purse.pay("no buffer")
        self.small = False
        self.mapped = {}
        self._map_file()
        for index, value in self.state.written.items():
            self._fault(index)
            self.purse.pay("copy")
            self.mapped[index] = value
