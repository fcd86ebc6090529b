"""What every file session does alike: keep who has the file open, its offset and its length, and lose none in a swap.

Where a session keeps pages that were written and that the file server has not seen, they travel with it. The one that
takes over tells the server at its first call: until the swap is committed it may change nothing.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

from model.components.charges import Charge, Purse
from model.components.file_server import FileServer
from model.components.file_session import NO_FILE, SESSION_BYTES, FileSession, SessionImage, pages_of
from model.engine.component import Component, Package
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import BY_REFERENCE, CANONICAL

OPEN_BYTES = 128
"""What a session keeps for each time that a file was opened."""


@dataclass(slots=True)
class OpenFile:
    """All that is known of the open file; `written` are values that the file server has not seen yet."""

    file: int = NO_FILE
    length: int = 0
    offset: int = 0
    users: dict[int, int] = field(default_factory=dict)
    written: dict[int, int] = field(default_factory=dict)
    reads: int = 0
    writes: int = 0


class OpenFileSession(Component, FileSession):
    """The common part; an implementation brings where reads and writes go, and its `charges`."""

    transfer_protocols = frozenset({BY_REFERENCE, CANONICAL})
    uses = {"server": FileServer}
    charges: ClassVar[Mapping[str, Charge]] = {}

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.state = OpenFile()
        self.lock = surroundings.lock("lock of the session", identity)
        self.purse = Purse(surroundings, self.charges, identity)

    # ---- calls

    def open(self, file: int, user: int) -> int:
        with self.lock:
            self.purse.pay("open")
            state = self.state
            if state.users and state.file != file:
                raise ValueError(f"file {state.file} is open here: close it before file {file}")
            if file < 0:
                raise ValueError(f"files are numbered from 0, and there is no file {file}")
            length = self._open(file, user)
            if not state.users:
                state.file, state.offset, state.length = file, 0, length
            state.users[user] = state.users.get(user, 0) + 1
            self._tell()
            return state.length

    def seek(self, offset: int) -> None:
        if offset < 0:
            raise ValueError(f"an offset cannot be negative, and {offset} is")
        with self.lock:
            self._opened()
            self.purse.pay("seek")
            self.state.offset = offset

    def read(self, size: int) -> tuple[int, ...]:
        _check(size)
        with self.lock:
            state = self._opened()
            self.purse.pay("read")
            size = max(0, min(size, state.length - state.offset))
            values = self._read(pages_of(state.offset, size))
            state.offset += size
            state.reads += 1
            return values

    def write(self, size: int, value: int) -> None:
        _check(size)
        with self.lock:
            state = self._opened()
            self.purse.pay("write")
            end = state.offset + size
            if size:
                self._write(pages_of(state.offset, size), value, max(state.length, end))
                state.length = max(state.length, end)
            state.offset = end
            state.writes += 1

    def length(self) -> int:
        with self.lock:
            self.purse.pay("seek")
            return self._opened().length

    def offset(self) -> int:
        with self.lock:
            self.purse.pay("seek")
            return self._opened().offset

    def close(self, user: int) -> None:
        with self.lock:
            state = self._opened()
            if user not in state.users:
                raise ValueError(f"user {user} does not have file {state.file} open here")
            self.purse.pay("close")
            last = sum(state.users.values()) == 1
            self._close(user, last)
            state.users[user] -= 1
            if not state.users[user]:
                del state.users[user]
            if last:
                state.file = NO_FILE
            self._tell()

    # ---- where implementations differ; all are called with the lock held

    def _open(self, file: int, user: int) -> int:
        """Opens it at the server; its length there."""
        return self._server().open(file, user).length

    @abstractmethod
    def _read(self, pages: range) -> tuple[int, ...]: ...

    @abstractmethod
    def _write(self, pages: range, value: int, length: int) -> None:
        """`length` is that of the file with what is written now."""

    def _close(self, user: int, last: bool) -> None:
        """Closes it at the server, with what the server has not seen."""
        state = self.state
        self._server().close(state.file, user, state.length, tuple(sorted(state.written.items())))
        state.written = {}

    # ---- state transfer

    def package(self, bit: int) -> Package:
        state = self.state
        if bit == BY_REFERENCE:
            return Package(state, 0)
        if bit == CANONICAL:
            image = SessionImage(
                state.file, state.length, state.offset, tuple(sorted(state.users.items())),
                tuple(sorted(state.written.items())), state.reads, state.writes,
            )  # fmt: skip
            return Package(image, SESSION_BYTES)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        state = package.state
        if bit == BY_REFERENCE:
            if not isinstance(state, OpenFile):
                raise TypeError(f"a session's state is an OpenFile, not a {type(state).__name__}")
            self.state = state
        elif bit == CANONICAL:
            if not isinstance(state, SessionImage):
                raise TypeError(f"a session's canonical form is a SessionImage, not a {type(state).__name__}")
            self.state = OpenFile(
                state.file, state.length, state.offset, dict(state.users), dict(state.written), state.reads,
                state.writes,
            )  # fmt: skip
        else:
            super().unpackage(bit, package)
        if self.state.users:
            self._resume()
        self._tell()

    def _resume(self) -> None:
        """Makes here what opening would have made: the predecessor's goes with it."""
        self.purse.hold(OPEN_BYTES * sum(self.state.users.values()))

    # ---- what they share

    def _opened(self) -> OpenFile:
        if not self.state.users:
            raise ValueError("no file is open here: open one first")
        return self.state

    def _server(self) -> FileServer:
        server: FileServer = self.references["server"].object
        return server

    def _tell(self) -> None:
        self.report("users", len(self.state.users))


def _check(size: int) -> None:
    if size < 0:
        raise ValueError(f"{size} bytes cannot be read or written: a size cannot be negative")
