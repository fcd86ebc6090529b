"""How one swap stands, as far as its rows have told."""

from __future__ import annotations

from collections.abc import Hashable
from copy import copy

from model.trace.events import Phase

CLOSED = (Phase.BLOCK, Phase.TRANSFER)


class SwapRecord:
    """One swap from the negotiation on. Positions are -1 for what has not happened."""

    __slots__ = (
        "bit", "door", "given_up", "mediator", "new", "object", "old", "phase", "phase_position", "request", "retries",
        "state_position", "transfer_position",
    )  # fmt: skip

    def __init__(self, request: int, object_: int, old: int, bit: int) -> None:
        self.request = request
        self.object = object_
        self.old = old
        self.bit = bit
        self.new = 0
        self.mediator = 0
        self.door: int | None = None
        """What the entries pointed at before the mediator came; None without entries."""
        self.phase = 0
        self.phase_position = -1
        self.transfer_position = -1
        self.state_position = -1
        self.retries = 0
        self.given_up = False
        """Entries are being pointed back: it is abandoned, though it has not said so yet."""

    @property
    def closed(self) -> bool:
        """Whether the old component is not to be entered by anyone new."""
        return self.phase in CLOSED and self.state_position < 0 and not self.given_up

    @property
    def over(self) -> bool:
        """Whether it has come to its outcome."""
        return self.phase >= Phase.COMPLETED

    def leads_back(self, target: int) -> bool:
        """Whether an entry that points there does so because the swap is being abandoned."""
        if self.state_position >= 0 and not self.given_up:
            return False
        return target == self.door if self.door is not None else target not in (self.mediator, self.new)

    def copy(self) -> SwapRecord:
        """The same record, to be kept on."""
        return copy(self)

    def memory(self) -> Hashable:
        """What of it may still decide."""
        return (
            self.request, self.object, self.old, self.bit, self.new, self.mediator, self.door, self.phase,
            self.state_position >= 0, self.given_up,
        )  # fmt: skip
