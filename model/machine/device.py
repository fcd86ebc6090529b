"""A disk, or a file server on the network: one transfer after the other, each with its service time.

    transfer(bytes)   waits for those before it, then for request + bytes; the processor is free for others meanwhile

The queue is `busy_until_ns` alone: the machine executes in the order of time, so whoever asks now is served after all
who have asked, and knows when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.costs import DeviceCosts
from model.trace.events import Kind, Wait

if TYPE_CHECKING:
    from model.machine.machine import Machine


class Device:
    """One device of a machine; first come, first served."""

    __slots__ = ("_machine", "busy_until_ns", "costs", "name", "served", "subject")

    def __init__(self, machine: Machine, name: str, costs: DeviceCosts) -> None:
        self._machine = machine
        self.name = name
        self.costs = costs
        self.busy_until_ns = 0
        self.served = 0
        self.subject = machine.new_subject()
        machine.emit(Kind.RESOURCE_KNOWN, subject=self.subject, b=machine.name(f"the {name}"))

    def service_ns(self, size_bytes: int) -> int:
        """How long one transfer takes once it is its turn."""
        if size_bytes < 0:
            raise ValueError(f"{size_bytes} bytes cannot be transferred")
        return self.costs.request_ns + size_bytes * self.costs.ns_per_kib // 1024

    def transfer(self, size_bytes: int) -> None:
        """Returns when the bytes have come, or gone. They go all the same if the thread is killed meanwhile."""
        machine = self._machine
        self.busy_until_ns = max(self.busy_until_ns, machine.now_ns) + self.service_ns(size_bytes)
        self.served += 1
        machine.wait_until(self.busy_until_ns, Wait.DEVICE, self.subject)
