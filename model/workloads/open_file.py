"""Users of one open file: each opens it, reads and writes for a while, closes it, rests, and opens it again.

Several of them through one session are what a sharing watch waits for: they have the file open together and share its
offset. Who comes first makes the file.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from typing import Any

from model.components.file_server import FileServer
from model.components.file_session import FileSession
from model.engine.component import Setting
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.workloads.workload import LOOPS, Workload, drawn_around

USERS = 1 << 16


class OpenFile(Workload):
    """Users of the file behind `session`; those who are to make it are given the file `server` too."""

    name = "open_file"
    title = "Users of an open file"
    summary = "Users who open one file, read and write it, and close it again."
    settings = {
        **Workload.settings,
        "loops": Setting(1, "users", 1, LOOPS),
        "user": Setting(1, "number of the first user", 1, USERS),
        "file": Setting(5, "number of the file", 0, 1 << 30),
        "bytes": Setting(16_384, "how long they let the file become", 1, 1 << 30),
        "piece": Setting(1_024, "bytes of each read and write", 1, 1 << 20),
        "operations": Setting(200, "reads and writes from opening to closing", 1, 1 << 30),
        "openings": Setting(0, "how often each opens it; 0 for no end", 0, 1 << 30),
        "writes": Setting(3, "writes, of ten reads and writes", 0, 10),
        "think_ns": Setting(4_000, "mean time from one operation to the next", 1, 1_000_000_000),
        "rest_ns": Setting(200_000, "mean time from closing to opening again", 1, 1_000_000_000),
    }
    user: int
    file: int
    bytes: int
    piece: int
    operations: int
    openings: int
    writes: int
    think_ns: int
    rest_ns: int

    def __init__(
        self,
        surroundings: Surroundings,
        client: int,
        references: Mapping[str, Reference],
        settings: Mapping[str, int | str | bool],
        stream_name: str,
    ) -> None:
        super().__init__(surroundings, client, references, settings, stream_name)
        if "session" not in references:
            raise ValueError('users need a file session: write like `uses = { session = "file session" }`')

    def run_loop(self, number: int, stream: random.Random) -> None:
        user = self.user + number
        if "server" in self.references and not number:
            self.request(lambda: self._server().create(self.file))
        opened = 0
        while not self.openings or opened < self.openings:
            opened += 1
            if self.request(lambda: self._session().open(self.file, user)):
                for _ in range(self.operations):
                    self.surroundings.sleep(drawn_around(stream, self.think_ns))
                    self.request(self._operation(stream))
                self.request(lambda: self._session().close(user))
            self.surroundings.sleep(drawn_around(stream, self.rest_ns))

    def _operation(self, stream: random.Random) -> Callable[[], Any]:
        """A read or a write from wherever the offset is; from the beginning where the file would grow too long."""
        value = stream.getrandbits(31)
        writes = stream.randrange(10) < self.writes
        begins_anew = stream.randrange(self.bytes) < self.piece

        def work() -> None:
            if begins_anew or (writes and self._session().offset() + self.piece > self.bytes):
                self._session().seek(0)
            if writes:
                self._session().write(self.piece, value)
            else:
                self._session().read(self.piece)

        return work

    def _session(self) -> FileSession:
        """Looked up for every call: the table may name another component by now."""
        session: FileSession = self.references["session"].object
        return session

    def _server(self) -> FileServer:
        server: FileServer = self.references["server"].object
        return server
