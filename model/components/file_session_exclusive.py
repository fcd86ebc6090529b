"""The exclusive file session: in the application, for the one user who has the file open (paper §6.3).

Offset and length are at hand, so that an operation is no call to the server. Pages are mapped: the first touch of each
is a page fault, which goes to the server; from then on reading and writing are plain memory, and the server learns at
the end which pages were written, from the hardware's dirty bits.

    open    -> server        read, page not mapped    -> server (a fault)       close -> server, with what was written
                             read, page mapped           memory

Where somebody else opens the file it stays correct: a call from another user comes into this address space and back,
which is dear, and the sharing watch has the shared session put in its place.
"""

from __future__ import annotations

from collections.abc import Mapping

from model.components.charges import Charge
from model.components.open_file import OPEN_BYTES, OpenFile, OpenFileSession
from model.components.suits import ONE_USER
from model.engine.translation import Reference
from model.machine.surroundings import Operation, Surroundings

NOBODY = -1

CHARGES = {
    "open": Charge(cycles=1_500, allocates=(OPEN_BYTES,)),
    "close": Charge(cycles=1_100, frees=(OPEN_BYTES,)),
    "seek": Charge(cycles=60),
    "read": Charge(cycles=300),
    "write": Charge(cycles=300),
    # A region of the address space that shows the file, made and taken down again with its mappings.
    "region": Charge(cycles=1_500, allocates=(256,)),
    "no region": Charge(cycles=1_200, frees=(256,)),
    # The way to the cache manager and the entry in the page table; the trap and the cache manager's path come on top.
    "fault": Charge(cycles=1_200),
}


class ExclusiveFileSession(OpenFileSession):
    """An open file kept in the application; an operation on mapped pages takes some 300 cycles and no call."""

    name = "file_session_exclusive"
    title = "File session, exclusive"
    summary = "An open file kept in the application, for one user; others are served, at a price."
    suits = ONE_USER
    in_application = True
    charges = CHARGES

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.mapped: dict[int, int] = {}
        """What memory shows at the pages that are mapped. The file's only writer is here."""
        self.owner = NOBODY
        """The client in whose address space it is: the first that calls."""

    def open(self, file: int, user: int) -> int:
        if not self.state.users:
            self.owner = self.surroundings.current.client
        return super().open(file, user)

    def _resume(self) -> None:
        super()._resume()
        self._map_file()

    def _open(self, file: int, user: int) -> int:
        self._cross()
        length = self._server().open(file, user).length
        if not self.state.users:
            self.mapped = {}
            self._map_file()
        return length

    def _opened(self) -> OpenFile:
        caller = self.surroundings.current.client
        if self.owner == NOBODY:
            self.owner = caller
        if caller != self.owner:
            self._cross()
        return super()._opened()

    def _map_file(self) -> None:
        self.purse.pay("region")

    def _unmap_file(self) -> None:
        self.purse.pay("no region")

    def _read(self, pages: range) -> tuple[int, ...]:
        return tuple(self._value(index) for index in pages)

    def _write(self, pages: range, value: int, length: int) -> None:
        for index in pages:
            self._value(index)
            self.mapped[index] = self.state.written[index] = value

    def _close(self, user: int, last: bool) -> None:
        self._cross()
        super()._close(user, last)
        if last:
            self._unmap_file()
            self.mapped = {}

    def _value(self, index: int) -> int:
        """What the page holds; a fault brings it where it is not mapped."""
        state = self.state
        if index in state.written:
            return state.written[index]
        value = self.mapped.get(index)
        return self._fault(index) if value is None else value

    def _fault(self, index: int) -> int:
        """Maps a page, and gives what the server has there. It is the kernel's to serve, not the file server's."""
        self.purse.pay("fault")
        self.surroundings.point(Operation.TRAP)
        value = self.mapped[index] = self._server().map_page(self.state.file, index)
        self.surroundings.point(Operation.TRAP)
        return value

    def _cross(self) -> None:
        """Into another address space, and back: the server's, or the owner's where somebody else calls."""
        self.surroundings.point(Operation.CROSSING)
        self.surroundings.point(Operation.CROSSING)
