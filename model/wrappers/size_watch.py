"""Notices that the files of a session are small, and asks for one that holds them in the application (paper §6.3).

A file's size is known when it is opened, and grows by writes. With `of` files looked at, the small-file session is
asked for when at least `small` of the last `of` were never longer than `limit`, and the exclusive one when fewer were.
A session that many share is left alone: its users come first.
"""

from __future__ import annotations

from collections import deque
from typing import Any

from model.components.file_session import FileSession
from model.components.suits import MANY_USERS, ONE_USER, SMALL_FILES
from model.engine.component import Setting
from model.machine.surroundings import Surroundings
from model.wrappers.deciding import Deciding


class SizeWatch(Deciding):
    """Asks for "one user with small files" or for "one user", by what the last files were. Figures: "asked"."""

    name = "size_watch"
    title = "size watch"
    summary = "Asks for the session that holds small files in the application while files are small."
    interface = FileSession
    methods = frozenset({"open", "seek", "read", "write", "close"})
    settings = {
        **Deciding.settings,
        "limit": Setting(3_072, "the longest file in bytes that is small", 0, 1 << 30),
        "of": Setting(4, "how many files are looked at, the latest", 1, 1_000),
        "small": Setting(3, "how many of these must be small", 1, 1_000),
    }
    limit: int
    of: int
    small: int

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        super().__init__(surroundings, identity=identity, **settings)
        self.line = surroundings.line("sizes", identity)
        self.last: deque[bool] = deque(maxlen=self.of)
        self.longest = self.offset = 0

    def precall(self, method: str, arguments: tuple[Any, ...]) -> tuple[Any, ...]:
        return arguments

    def postcall(self, method: str, state: tuple[Any, ...], result: Any, error: BaseException | None) -> None:
        if error is not None:
            return
        self.surroundings.write(self.line)
        match method:
            case "open":
                self.longest, self.offset = max(0, result), 0
            case "seek":
                self.offset = state[0]
            case "read":
                self.offset = min(self.offset + state[0], max(self.offset, self.longest))
            case "write":
                self.offset += state[0]
                self.longest = max(self.longest, self.offset)
            case "close":
                self.last.append(self.longest <= self.limit)
                self._decide()

    def _decide(self) -> None:
        serves = self.serves()
        if serves == MANY_USERS or len(self.last) < self.of:
            return
        small = sum(self.last)
        if small >= self.small:
            if serves != SMALL_FILES:
                self.ask(SMALL_FILES, f"{small} of the last {self.of} files were at most {self.limit} bytes long")
        elif serves == SMALL_FILES:
            self.ask(ONE_USER, f"only {small} of the last {self.of} files were at most {self.limit} bytes long")
