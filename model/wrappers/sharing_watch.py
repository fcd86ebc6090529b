"""Notices that a second user opens a file, and asks for a session that many can share; and back (paper §6.3).

An exclusive session is in its user's application, where nobody else can keep offset and length with it. So the moment
to ask is the second user's `open`, before it is served; until the swap has come the exclusive session serves both,
correctly and dear. When one user is left, and nobody has come for `rest_ns`, the exclusive one is asked for again.
"""

from __future__ import annotations

from typing import Any

from model.components.file_session import FileSession
from model.components.suits import MANY_USERS, ONE_USER
from model.engine.component import Setting
from model.machine.surroundings import Surroundings
from model.wrappers.deciding import Deciding


class SharingWatch(Deciding):
    """Asks for "many users" when a second one opens the file, for "one user" when one is left. Figures: "asked"."""

    name = "sharing_watch"
    title = "sharing watch"
    summary = "Asks for a shared session when a second user opens the file, and back."
    interface = FileSession
    settings = {
        **Deciding.settings,
        "comes_back": Setting(True, "whether it asks for the exclusive session again when one user is left"),
    }
    comes_back: bool

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        super().__init__(surroundings, identity=identity, **settings)
        self.line = surroundings.line("users", identity)
        self.users: dict[int, int] = {}

    def precall(self, method: str, arguments: tuple[Any, ...]) -> int | None:
        """The user whom the call adds or takes away, if it does."""
        if method not in ("open", "close"):
            self._decide()
            return None
        self.surroundings.write(self.line)
        user: int = arguments[-1]
        if method == "open":
            self.users[user] = self.users.get(user, 0) + 1
            self._decide()
        return user

    def postcall(self, method: str, state: int | None, result: Any, error: BaseException | None) -> None:
        # An `open` that raised was counted too soon; a `close` counts once it came to pass.
        if state is None or (method == "open") == (error is None):
            return
        left = self.users.get(state, 0) - 1
        if left > 0:
            self.users[state] = left
        else:
            self.users.pop(state, None)

    def _decide(self) -> None:
        """At every call, as an earlier question may have come while the session was in transition."""
        serves = self.serves()
        if len(self.users) > 1:
            if serves != MANY_USERS:
                self.ask(MANY_USERS, f"{len(self.users)} users have the file open")
        elif self.comes_back and serves == MANY_USERS and self.users:
            self.ask(ONE_USER, "one user is left")
