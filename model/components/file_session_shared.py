"""The shared file session: in the server, for any number of users; its length is kept under a lock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from model.components.fcm import PAGE_BYTES, FileCache
from model.components.file_session import SESSION_BYTES, FileSession, SessionImage
from model.engine.component import Component, Package, Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import BY_REFERENCE, CANONICAL


@dataclass(slots=True)
class SessionState:
    """All that a shared session knows."""

    end: int = 0
    reads: int = 0
    writes: int = 0


class SharedFileSession(Component, FileSession):
    """An open file in the server; each call takes about 0.5 us and the file cache manager's time for each page."""

    name = "file_session_shared"
    title = "File session, shared"
    summary = "An open file kept in the server, for any number of users."
    transfer_protocols = frozenset({BY_REFERENCE, CANONICAL})
    uses = {"cache": FileCache}
    settings = {"session_ns": Setting(400, "time to check a call and find its pages", 0, 1_000_000)}
    session_ns: int

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.state = SessionState()
        self.lock = surroundings.lock("lock of the session", identity)
        self.line = surroundings.line("offset and length", identity)

    def read(self, offset: int, size: int) -> tuple[int, ...]:
        _check(offset, size)
        with self.lock:
            self.surroundings.work(self.session_ns)
            self.surroundings.read(self.line)
            self.state.reads += 1
            size = max(0, min(size, self.state.end - offset))
        return tuple(self._cache().read_page(index) for index in _pages(offset, size))

    def write(self, offset: int, size: int, value: int) -> None:
        _check(offset, size)
        for index in _pages(offset, size):
            self._cache().write_page(index, value)
        # Only now: a reader may not be let to pages that are not written yet.
        with self.lock:
            self.surroundings.work(self.session_ns)
            self.surroundings.write(self.line)
            self.state.writes += 1
            self.state.end = max(self.state.end, offset + size)

    def remove(self, offset: int, size: int) -> int:
        _check(offset, size)
        self.surroundings.work(self.session_ns)
        pages = _pages(offset, size)
        return self._cache().discard(pages.start, len(pages)) if pages else 0

    def end(self) -> int:
        with self.lock:
            self.surroundings.read(self.line)
            return self.state.end

    def package(self, bit: int) -> Package:
        state = self.state
        if bit == BY_REFERENCE:
            return Package(state, 0)
        if bit == CANONICAL:
            return Package(SessionImage(state.end, state.reads, state.writes), SESSION_BYTES)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        state = package.state
        if bit == BY_REFERENCE:
            if not isinstance(state, SessionState):
                raise TypeError(f"a session's state is a SessionState, not a {type(state).__name__}")
            self.state = state
        elif bit == CANONICAL:
            if not isinstance(state, SessionImage):
                raise TypeError(f"a session's canonical form is a SessionImage, not a {type(state).__name__}")
            self.state = SessionState(state.end, state.reads, state.writes)
        else:
            super().unpackage(bit, package)
        self.report("end", self.state.end)

    def _cache(self) -> FileCache:
        cache: FileCache = self.references["cache"].object
        return cache


def _check(offset: int, size: int) -> None:
    if offset < 0 or size < 0:
        raise ValueError(f"a stretch of {size} bytes from {offset} is not in any file: neither may be negative")


def _pages(offset: int, size: int) -> range:
    """The pages that hold these bytes; none for an empty stretch."""
    if not size:
        return range(0)
    return range(offset // PAGE_BYTES, -(-(offset + size) // PAGE_BYTES))
