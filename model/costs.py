"""What things cost on the simulated machine: one frozen table, every unit in the name.

The defaults are of the order of a 600 MHz multiprocessor of the paper's time (§6.1): a table look-up is one load that
usually hits the cache, a virtual call about 10 cycles (§6.2), a crossing of the address space under a microsecond. They
are round figures for a machine that people watch; a calibrated profile is a file of its own.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Costs:
    """Nanoseconds for each thing that the machine and the engine charge."""

    table_read_ns: int = 4
    table_write_ns: int = 20
    call_entry_ns: int = 30
    call_return_ns: int = 20
    count_ns: int = 12
    phase_read_ns: int = 6
    advance_ns: int = 40
    lock_ns: int = 30
    wake_ns: int = 60
    transfer_step_ns: int = 50
    line_read_ns: int = 10
    line_write_ns: int = 20
    wrapper_ns: int = 40
    spin_ns: int = 2_000
    switch_ns: int = 200
    spawn_ns: int = 300
    crossing_ns: int = 400
    interrupt_ns: int = 500
    allocation_ns: int = 800
    free_ns: int = 300
    copy_ns_per_kib: int = 150
    control_ns: int = 500

    def __post_init__(self) -> None:
        for name in self.__slots__:
            if getattr(self, name) < 0:
                raise ValueError(f"{name} must not be negative")
