"""What a simulated machine is and what things cost on it: two frozen tables, every unit in the name.

The defaults are the plain machine: of the order of a 600 MHz multiprocessor of the paper's time (§6.1), in round
figures, for people who watch. A table look-up is one load that usually hits the cache, a virtual call about 10 cycles
(§6.2), a crossing of the address space under a microsecond; its memory is flat, every line costs the same whoever had
it last. The paper's own machines, with what is known of each number, are profiles in `resources/machines/`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


@dataclass(frozen=True, slots=True)
class Costs:
    """Nanoseconds for each thing that the machine and the engine charge.

    `line_read_ns`, `line_write_ns` and `line_atomic_ns` are paid for every access to a line, `line_memory_ns`,
    `line_transfer_ns` or `line_upgrade_ns` on top of it when the line is not at hand. `bus_line_ns` is how long each
    of those three keeps the bus from the next.
    """

    cycle_ps: int = 1_667
    table_read_ns: int = 4
    table_write_ns: int = 20
    call_entry_ns: int = 30
    call_return_ns: int = 20
    count_ns: int = 12
    phase_read_ns: int = 6
    advance_ns: int = 40
    lock_ns: int = 30
    unlock_ns: int = 30
    wake_ns: int = 60
    transfer_step_ns: int = 50
    line_read_ns: int = 10
    line_write_ns: int = 20
    line_atomic_ns: int = 20
    line_memory_ns: int = 0
    line_transfer_ns: int = 0
    line_upgrade_ns: int = 0
    bus_line_ns: int = 0
    frame_ns: int = 40
    wrapper_ns: int = 40
    spin_ns: int = 2_000
    switch_ns: int = 200
    spawn_ns: int = 300
    trap_ns: int = 400
    crossing_ns: int = 400
    interrupt_ns: int = 500
    allocation_ns: int = 200
    free_ns: int = 75
    slot_ns: int = 0
    constructor_ns: int = 0
    miss_ns: int = 500
    copy_ns_per_kib: int = 150
    control_ns: int = 500

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")

    @property
    def flat(self) -> bool:
        """Whether it makes no difference where a line was last: then no line's state need be kept."""
        return not (self.line_memory_ns or self.line_transfer_ns or self.line_upgrade_ns or self.bus_line_ns)


class DeviceCosts(NamedTuple):
    """How long a disk or a server takes for one transfer: the request, and its bytes."""

    request_ns: int
    ns_per_kib: int


@dataclass(frozen=True, slots=True)
class Shape:
    """What a machine is made of, beside its processors."""

    page_bytes: int = 4_096
    line_bytes: int = 128
    frames: int = 131_072
    """Page frames: 512 MiB of them."""
    frames_low: int = 2_000
    """With fewer free ones than this the pager is woken."""
    frames_enough: int = 5_000
    """With so many free ones it may rest."""
    local_tables: bool = False
    """Whether each processor has a translation table of its own, filled by a miss handler."""
    devices: Mapping[str, DeviceCosts] = field(
        default_factory=lambda: {"disk": DeviceCosts(8_000_000, 40_000), "nfs": DeviceCosts(300_000, 93_000)}
    )

    def __post_init__(self) -> None:
        if not 0 <= self.frames_low <= self.frames_enough <= self.frames:
            raise ValueError("the thresholds of free frames must be in order: 0, low, enough, all")
