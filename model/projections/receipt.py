"""One swap, attach or detach as far as it is known, and its receipt.

A receipt is the same card while the swap runs and after it: what a person sees in the window, pastes into a report
(`markdown`) or gets from `run --json` (`as_json`). It says COMPLETED only after the table entries are written.

Limits: all words are in the swap itself, so a receipt can be read when what it names is long gone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any, NamedTuple

from model.projections.world import TransitionSort
from model.trace.events import Phase


class FateSort(IntEnum):
    """What a swap does to a call; the numbers are the fate codes of threads.py, where 0 is running."""

    UNTRACKED = 1
    TRACKED = 2
    RECURSIVE = 3
    BLOCKED = 4
    RELEASED = 5


class Fate(NamedTuple):
    """One call in one swap. A tuple and not a dataclass, for there are thousands and each changes three times."""

    call: int
    thread: int
    client: int
    processor: int
    cause: int
    """The position of its CALL_ENTERED row."""
    sort: FateSort
    """The last."""
    sorts: int
    """All that it had, a bit each."""
    at_ns: int
    """When the swap met it."""
    since_ns: int
    """When it got `sort`."""
    blocked_since_ns: int | None = None
    """While it is held at the door."""
    blocked_ns: int = 0
    """How long it was held, over all tries, this one not included."""
    ended_ns: int | None = None
    """When it was out of the component."""

    def was(self, sort: FateSort) -> bool:
        """Whether the call had this fate at any time."""
        return bool(self.sorts >> sort & 1)


@dataclass(frozen=True, slots=True)
class Swap:
    """One request and all that is known of it; for an attach or a detach most of it stays empty."""

    request: int
    sort: TransitionSort
    object: int
    component: str
    requested_ns: int
    from_implementation: int = 0
    to_implementation: int = 0
    from_name: str = ""
    from_title: str = ""
    to_name: str = ""
    to_title: str = ""
    old_instance: int = 0
    new_instance: int = 0
    wrapper: int = 0
    wrapper_title: str = ""
    interposer: int = 0
    mediator: int = 0
    waits_for: int = 0
    """The request behind which this one is queued, 0 for none."""
    installed_ns: int | None = None
    ended_ns: int | None = None
    phase: Phase | None = None
    """FORWARD, BLOCK or TRANSFER while it stands there, None before and after."""
    phase_since_ns: int | None = None
    spans: tuple[tuple[Phase, int, int], ...] = ()
    """The phases that are over, with their instants."""
    outcome: Phase | None = None
    refused: bool = False
    cancel_requested: bool = False
    reason: str = ""
    protocol_bit: int | None = None
    protocol_name: str = ""
    old_vector: int = 0
    new_vector: int = 0
    timeouts: int = 0
    retries: int = 0
    retry_until_ns: int | None = None
    bytes: int = 0
    package_from_ns: int | None = None
    package_until_ns: int | None = None
    unpackage_from_ns: int | None = None
    unpackage_until_ns: int | None = None
    entries_total: int = 0
    entries_written: int = 0
    """Entries that no longer point at the mediator; of an attach or detach, those that were repointed."""
    freed_ns: int | None = None
    """When the old instance, or the detached interposer, was freed."""
    untracked: int = 0
    untracked_left: int = 0
    tracked: int = 0
    left: int = 0
    """Tracked calls that are out of the component."""
    recursive: int = 0
    blocked: int = 0
    waiting_now: int = 0
    longest_blocked_ns: int = 0
    total_blocked_ns: int = 0
    fates: dict[int, Fate] = field(default_factory=dict)
    """By call, in the order in which the swap met them."""

    @property
    def forward_ns(self) -> int:
        """Time in FORWARD, over all tries, as far as it is over."""
        return self._ended_ns(Phase.FORWARD)

    @property
    def block_ns(self) -> int:
        """Time in BLOCK, over all tries, as far as it is over."""
        return self._ended_ns(Phase.BLOCK)

    @property
    def transfer_ns(self) -> int:
        """Time in TRANSFER, as far as it is over."""
        return self._ended_ns(Phase.TRANSFER)

    @property
    def cancellable(self) -> bool:
        """Whether a cancel would be heard now: in FORWARD and BLOCK, once."""
        return self.phase in {Phase.FORWARD, Phase.BLOCK} and not self.cancel_requested

    @property
    def over(self) -> bool:
        """Whether it has its outcome or was refused."""
        return self.outcome is not None or self.refused

    def receipt(self, clock_ns: int) -> Receipt:
        """What it has cost as of `clock_ns`: the phase that is open and the calls that wait are included."""
        spent = {phase: self._ended_ns(phase) for phase in (Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER)}
        if self.phase is not None and self.phase_since_ns is not None:
            spent[self.phase] += max(0, clock_ns - self.phase_since_ns)
        waiting = [fate for fate in self.fates.values() if fate.blocked_since_ns is not None]
        held = {fate.call: max(0, clock_ns - (fate.blocked_since_ns or 0)) for fate in waiting}
        return Receipt(
            swap=self,
            forward_ns=spent[Phase.FORWARD],
            block_ns=spent[Phase.BLOCK],
            transfer_ns=spent[Phase.TRANSFER],
            longest_blocked_ns=max([self.longest_blocked_ns, *(held[each.call] + each.blocked_ns for each in waiting)]),
            total_blocked_ns=self.total_blocked_ns + sum(held.values()),
        )

    def _ended_ns(self, phase: Phase) -> int:
        return sum(until_ns - from_ns for spent, from_ns, until_ns in self.spans if spent is phase)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a swap has cost as of an instant; what does not depend on the instant is in `swap`."""

    swap: Swap
    forward_ns: int
    block_ns: int
    transfer_ns: int
    longest_blocked_ns: int
    total_blocked_ns: int

    @property
    def total_ns(self) -> int:
        """Time in all phases."""
        return self.forward_ns + self.block_ns + self.transfer_ns

    @property
    def standing(self) -> str:
        """COMPLETED, ABANDONED or REFUSED; before that the phase, or REQUESTED."""
        swap = self.swap
        if swap.refused:
            return "REFUSED"
        stands = swap.outcome or swap.phase
        return stands.name if stands else "REQUESTED"

    def as_json(self) -> dict[str, Any]:
        """The object that `run --json` prints for a swap; `outcome` is null while it is under way."""
        swap = self.swap
        return {
            "component": swap.component,
            "from": swap.from_name or None,
            "to": swap.to_name or swap.wrapper_title or None,
            "outcome": self.standing if swap.over else None,
            "reason": swap.reason,
            "protocol": swap.protocol_name or None,
            "phases": {
                "forward_ns": self.forward_ns,
                "block_ns": self.block_ns,
                "transfer_ns": self.transfer_ns,
            },
            "untracked": swap.untracked,
            "tracked": swap.tracked,
            "recursive": swap.recursive,
            "blocked": swap.blocked,
            "retries": swap.retries,
            "longest_blocked_ns": self.longest_blocked_ns,
        }

    def markdown(self) -> str:
        """The receipt to paste into a report."""
        swap = self.swap
        change = f"{swap.from_title} to {swap.to_title}" if swap.sort == "swap" else f"{swap.sort} {swap.wrapper_title}"
        lines = [f"### {swap.component}: {self.standing}, {duration(self.total_ns)}", "", change]
        if swap.reason:
            lines += ["", f"Reason: {swap.reason}"]
        rows = self._rows() if swap.sort == "swap" else self._entry_rows()
        return "\n".join([*lines, "", "| | |", "|---|---:|", *(f"| {what} | {much} |" for what, much in rows), ""])

    def _rows(self) -> Iterator[tuple[str, str]]:
        swap = self.swap
        yield "FORWARD", duration(self.forward_ns)
        yield "BLOCK", duration(self.block_ns)
        yield "TRANSFER", duration(self.transfer_ns)
        yield "untracked calls", str(swap.untracked)
        yield "tracked calls", str(swap.tracked)
        yield "recursive calls", str(swap.recursive)
        yield "blocked calls", str(swap.blocked)
        yield "longest blocked", duration(self.longest_blocked_ns)
        yield "total blocked time", duration(self.total_blocked_ns)
        if swap.protocol_bit is not None:
            yield "protocol", f"{swap.protocol_name}, bit {swap.protocol_bit}"
        yield "old vector", f"0x{swap.old_vector:016x}"
        yield "new vector", f"0x{swap.new_vector:016x}"
        yield "state", f"{swap.bytes} bytes"
        yield "retries", str(swap.retries)
        yield from self._entry_rows()

    def _entry_rows(self) -> Iterator[tuple[str, str]]:
        yield "table entries written", f"{self.swap.entries_written} of {self.swap.entries_total}"


def duration(nanoseconds: int) -> str:
    """The time in three significant digits with its unit.

    >>> duration(4_096), duration(18_200), duration(950)
    ('4.10 µs', '18.2 µs', '950 ns')
    """
    if nanoseconds < 1_000:
        return f"{nanoseconds} ns"
    for unit, unit_ns in (("µs", 1_000), ("ms", 1_000_000), ("s", 1_000_000_000)):
        value = nanoseconds / unit_ns
        if value < 999.5 or unit == "s":
            digits = 2 if value < 9.995 else 1 if value < 99.95 else 0
            return f"{value:.{digits}f} {unit}"
    raise AssertionError("the last unit takes everything")
