"""A process table as kernels have it: one lock, held for a moment; the long work of fork, exec and exit is outside."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from model.components.charges import Charge, Purse
from model.components.process_table import PROCESSES, ProcessImage, ProcessTable
from model.engine.component import Component, Package
from model.engine.translation import Reference
from model.machine.surroundings import Surroundings
from model.protocols import BY_REFERENCE, CANONICAL

PROCESS_BYTES = 1_024
CHARGES = {
    # Under the lock: a number, a place in the table and in the parent's list.
    "enter": Charge(cycles=450, writes=("table", "free numbers")),
    "leave": Charge(cycles=400, writes=("table", "free numbers")),
    # A short system call: some of what it touches is shared by all processors.
    "call": Charge(cycles=600, writes=("table", "load", "clock")),
    # Outside of it, and what they cost besides for each page that is mapped.
    "fork": Charge(cycles=2_500, writes=("load",), allocates=(PROCESS_BYTES, 512)),
    "execute": Charge(cycles=3_000, reads=("load",)),
    "exit": Charge(cycles=2_000, writes=("load",), frees=(PROCESS_BYTES, 512)),
    "fork, a page": Charge(cycles=150),
    "execute, a page": Charge(cycles=140),
    "exit, a page": Charge(cycles=120),
}
"""Of the order of 40 us at 375 MHz for an address space of 70 pages, as long threads were seen to last."""


@dataclass(slots=True)
class Processes:
    """Who lives."""

    parents: dict[int, int] = field(default_factory=dict)
    next_process: int = 1


class DefaultProcessTable(Component, ProcessTable):
    """One lock for the table; fork, exec and exit take 10,000 to 20,000 cycles, by the size of the address space."""

    name = "process_table"
    title = "Process table"
    summary = "Makes, replaces and ends processes: the kernel's long threads."
    transfer_protocols = frozenset({BY_REFERENCE, CANONICAL})

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self.state = Processes()
        self.lock = surroundings.lock("lock of the process table", identity)
        self.purse = Purse(surroundings, CHARGES, identity)

    def fork(self, parent: int, pages: int) -> int:
        with self.lock:
            if parent:
                self._living(parent)
            if len(self.state.parents) >= PROCESSES:
                raise OSError(f"{PROCESSES} processes live, and no more are made: let some end")
            self.purse.pay("enter")
            child = self.state.next_process
            self.state.next_process += 1
            self.state.parents[child] = parent
        self._long("fork", pages)
        return child

    def execute(self, process: int, pages: int) -> None:
        self._living(process)
        self._long("execute", pages)

    def exit(self, process: int, pages: int) -> None:
        self._living(process)
        self._long("exit", pages)
        with self.lock:
            self._living(process)
            self.purse.pay("leave")
            del self.state.parents[process]
            if not len(self.state.parents) % 16:
                self.report("processes", len(self.state.parents))

    def call(self, process: int) -> None:
        self._living(process)
        with self.lock:
            self.purse.pay("call")

    def living(self) -> int:
        return len(self.state.parents)

    def package(self, bit: int) -> Package:
        if bit == BY_REFERENCE:
            return Package(self.state, 0)
        if bit == CANONICAL:
            parents = tuple(sorted(self.state.parents.items()))
            return Package(ProcessImage(parents, self.state.next_process), len(parents) * 16)
        return super().package(bit)

    def unpackage(self, bit: int, package: Package) -> None:
        state = package.state
        if bit == BY_REFERENCE:
            if not isinstance(state, Processes):
                raise TypeError(f"a process table is a Processes, not a {type(state).__name__}")
            self.state = state
        elif bit == CANONICAL:
            if not isinstance(state, ProcessImage):
                raise TypeError(f"a process table's canonical form is a ProcessImage, not a {type(state).__name__}")
            self.state = Processes(dict(state.parents), state.next_process)
        else:
            super().unpackage(bit, package)
        self.purse.hold((PROCESS_BYTES + 512) * len(self.state.parents))

    def _long(self, operation: str, pages: int) -> None:
        if pages < 0:
            raise ValueError(f"an address space cannot have {pages} pages")
        self.purse.pay(operation)
        if pages:
            self.purse.pay(f"{operation}, a page", times=pages)

    def _living(self, process: int) -> None:
        if process not in self.state.parents:
            raise LookupError(f"process {process} does not live")
