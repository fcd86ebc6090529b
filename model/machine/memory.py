"""Cache lines, the bus between the processors' caches, and what is allocated.

Each processor has a cache, and what an access to a line costs depends on who had the line last:

    state of the line here    read                              write, atomic
    modified                  private hit                       private hit
    exclusive                 private hit                       private hit, modified from now on
    shared                    shared hit                        upgrade: the other copies go
    not here, modified there  transfer from that cache          transfer, gone over there
    not here otherwise        miss to memory                    miss to memory, the other copies go

A hit costs what the processor takes for the instruction. The other three are transactions on the bus, which serves one
after the other: each occupies it for a while, and who comes meanwhile waits. The line itself travels longer than the
bus is occupied, so a second processor that wants it before it has arrived waits for that as well.

A transaction happens where it stands in the order of time, because the machine executes in that order; who runs ahead
does so only while nothing else is due. So `busy_until_ns` is all that the queue needs.

Limits: caches are as large as need be, so nothing is ever evicted; a clean line comes from memory even if a neighbour
has it; a line lives in one place, without a home node. The state decides costs only, never what a program computes.
"""

from __future__ import annotations

from model.costs import Costs
from model.machine.surroundings import NOBODY, Line


class Memory:
    """The caches and the bus between them."""

    __slots__ = (
        "_bus_line_ns", "_memory_ns", "_transfer_ns", "_upgrade_ns", "bus_busy_ns", "bus_waited_ns",
        "busy_until_ns", "misses", "transfers", "upgrades",
    )  # fmt: skip

    def __init__(self, costs: Costs) -> None:
        self._memory_ns = costs.line_memory_ns
        self._transfer_ns = costs.line_transfer_ns
        self._upgrade_ns = costs.line_upgrade_ns
        self._bus_line_ns = costs.bus_line_ns
        self.busy_until_ns = 0
        self.bus_busy_ns = self.bus_waited_ns = 0
        self.misses = self.transfers = self.upgrades = 0

    def bring(self, line: Line, processor: int, now_ns: int, exclusive: bool) -> int:
        """How long the processor waits for the line, which is its own from now on; 0 for a hit.

        `exclusive` for a write: no other copy is left.
        """
        owner, sharers, here = line.modified_by, line.sharers, 1 << processor
        if owner == processor:
            return 0
        if not exclusive:
            if sharers & here:
                return 0
            line.modified_by = NOBODY
            line.sharers = sharers | here if owner == NOBODY else here | 1 << owner
        else:
            line.modified_by, line.sharers = processor, 0
            if sharers == here:
                return 0
        if owner != NOBODY:
            self.transfers += 1
            return self._transaction(line, now_ns, self._transfer_ns)
        if sharers & here:
            self.upgrades += 1
            return self._transaction(line, now_ns, self._upgrade_ns)
        self.misses += 1
        return self._transaction(line, now_ns, self._memory_ns)

    def _transaction(self, line: Line, now_ns: int, latency_ns: int) -> int:
        """The bus is granted to one after the other; the line is there when it has come from where it was."""
        starts_ns = max(self.busy_until_ns, now_ns)
        self.bus_waited_ns += starts_ns - now_ns
        self.bus_busy_ns += self._bus_line_ns
        self.busy_until_ns = starts_ns + self._bus_line_ns
        line.arrives_ns = max(starts_ns, line.arrives_ns) + latency_ns
        return line.arrives_ns - now_ns


class Accounts:
    """Who has how much of something: bytes, or page frames. Whoever has none is not in it."""

    __slots__ = ("_has", "_of")

    def __init__(self, of: str) -> None:
        self._of = of
        self._has: dict[int, int] = {}

    def has(self, owner: int) -> int:
        """How much an owner has now."""
        return self._has.get(owner, 0)

    @property
    def total(self) -> int:
        """How much all have together."""
        return sum(self._has.values())

    def take(self, owner: int, amount: int) -> int:
        """Enters what an owner takes; what it has then. ValueError for less than nothing."""
        if amount < 0:
            raise ValueError(f"{amount} {self._of} cannot be taken")
        has = self._has.get(owner, 0) + amount
        if has:
            self._has[owner] = has
        return has

    def give(self, owner: int, amount: int) -> int:
        """Strikes out what an owner gives back; what it still has. ValueError if it never had so much."""
        has = self._has.get(owner, 0)
        if not 0 <= amount <= has:
            raise ValueError(f"{amount} {self._of} cannot be given back: {owner} has {has}")
        if amount < has:
            self._has[owner] = has - amount
        else:
            self._has.pop(owner, None)
        return has - amount
