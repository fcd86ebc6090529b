"""What every wrapper that decides does alike: ask for what suits now, and not too often.

A decision is made on the thread of a caller, in PRECALL or POSTCALL, and only asks: the swap comes by itself later, on
a thread of its own, and the call goes on to whichever component serves until then. So a decision may be asked for in
vain, because the object is in transition, and is then made anew at a later call.
"""

from __future__ import annotations

from model.engine.component import Setting
from model.engine.wrapper import Wrapper
from model.machine.surroundings import Surroundings

REST_NS = 1_000_000


class Deciding(Wrapper):
    """The base of the watches. Figures: "asked", how many swaps it has asked for."""

    settings = {
        "rest_ns": Setting(REST_NS, "the least time from one swap that it asks for to the next", 0, 10**12),
        "stays": Setting(True, "whether it goes on watching after the first swap, or asks to be detached"),
    }
    rest_ns: int
    stays: bool

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        super().__init__(surroundings, identity=identity, **settings)
        self.asked = 0
        self._asked_ns = -1

    def serves(self) -> str:
        """What the component at work suits; empty where the wrapper stands before nothing."""
        return "" if self.petition is None else self.petition.suits()

    def ask(self, suits: str, why: str) -> bool:
        """Asks for a component that suits just that, unless it is there; whether it asked."""
        petition = self.petition
        if petition is None or suits == petition.suits() or not self._rested():
            return False
        return self._noted(petition.swap(suits, f"a component for {suits}, because {why}"))

    def ask_to_renew(self, why: str) -> bool:
        """Asks for another instance of what is there; whether it asked."""
        petition = self.petition
        if petition is None or not self._rested():
            return False
        return self._noted(petition.renew(f"a null swap, because {why}"))

    def leave_if_done(self) -> None:
        """Asks to be detached, where it was set not to stay and what it asked for has come about."""
        if not self.stays and self.asked and self.petition is not None:
            self.petition.leave("its own detachment, because its work is done")

    def _rested(self) -> bool:
        return not self.asked or self.surroundings.now_ns - self._asked_ns >= self.rest_ns

    def _noted(self, asked: bool) -> bool:
        if asked:
            self.asked += 1
            self._asked_ns = self.surroundings.now_ns
            self.report("asked", self.asked)
        return asked
