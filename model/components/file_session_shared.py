"""The shared file session: in the server, for any number of users.

Its offset and length are kept under a lock, so that users who write in turn do not write over each other. Each
operation crosses into the server's address space and back, which is most of what a small one costs.
"""

from __future__ import annotations

from model.components.charges import Charge
from model.components.open_file import OPEN_BYTES, OpenFileSession
from model.components.suits import MANY_USERS


class SharedFileSession(OpenFileSession):
    """An open file kept in the server; each operation is a call to the server and one to the file's cache manager."""

    name = "file_session_shared"
    title = "File session, shared"
    summary = "An open file kept in the server, for any number of users."
    suits = MANY_USERS
    charges = {
        "open": Charge(cycles=1_200, writes=("session",), allocates=(OPEN_BYTES,)),
        "close": Charge(cycles=900, writes=("session",), frees=(OPEN_BYTES,)),
        "seek": Charge(cycles=120, writes=("session",)),
        "read": Charge(cycles=300, writes=("session",)),
        "write": Charge(cycles=300, writes=("session",)),
    }

    def _read(self, pages: range) -> tuple[int, ...]:
        self._bring_up_to_date()
        return self._server().read_pages(self.state.file, pages.start, len(pages)) if pages else ()

    def _write(self, pages: range, value: int, length: int) -> None:
        self._bring_up_to_date()
        self._server().write_pages(self.state.file, pages.start, len(pages), value, length)

    def _bring_up_to_date(self) -> None:
        """Tells the server what an exclusive predecessor had kept to itself."""
        state = self.state
        if state.written:
            self._server().update(state.file, state.length, tuple(sorted(state.written.items())))
            state.written = {}
