"""What the engine and the components ask of the world they run in.

The same component code runs on the simulated multiprocessor and on real threads because it asks only through this. On
the simulated machine each operation costs time and may let others run; on real threads the costs are nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from enum import IntEnum
from typing import Any, Final, Protocol

from model.costs import Costs, Shape
from model.trace.events import Kind, Wait


class Operation(IntEnum):
    """What a point announces: the one access to shared state that comes right after it."""

    TABLE_READ = 1
    TABLE_WRITE = 2
    COUNT_READ = 3
    COUNT_CHANGE = 4
    PHASE_READ = 5
    PHASE_WRITE = 6
    ADVANCE = 7
    LOCK = 8
    UNLOCK = 9
    CALL_ENTRY = 10
    CALL_RETURN = 11
    WAKE = 12
    TRANSFER_STEP = 13
    LINE_READ = 14
    LINE_WRITE = 15
    WRAPPER = 16
    CROSSING = 17
    LINE_ATOMIC = 18
    FRAME = 19
    TRAP = 20
    TABLE_MISS = 21


NOBODY: Final = -1


class Line:
    """A cache line. `modified_by` is the processor whose cache alone has the newest value, with no sharers beside it;
    `sharers` has a bit for each processor that has a copy of what is in memory.

    `owner` is the instance that it belongs to. What stands on one line is for its owner to say: two things that do are
    falsely shared.
    """

    __slots__ = ("arrives_ns", "modified_by", "name", "owner", "sharers")

    def __init__(self, name: str, owner: int = 0) -> None:
        self.name = name
        self.owner = owner
        self.modified_by = NOBODY
        self.sharers = 0
        self.arrives_ns = 0


class Cell:
    """A shared number, changed only by `fetch_add`; on the line `line` where memory is not flat."""

    __slots__ = ("line", "value")

    def __init__(self, value: int = 0, line: Line | None = None) -> None:
        self.value = value
        self.line = line


class ThreadHandle(Protocol):
    """A thread as the engine sees it."""

    identity: int
    processor: int
    client: int


class Alarm(Protocol):
    """Something that is due later, and may be taken back."""

    def cancel(self) -> None: ...


class Lock(AbstractContextManager["Lock"], Protocol):
    """Mutual exclusion, first come, first served; not reentrant."""

    def acquire(self) -> object: ...
    def release(self) -> None: ...


class Frames(Protocol):
    """The page frames of the machine."""

    total: int
    free: int
    low: int
    """Fewer free ones than this wake the pager."""
    enough: int
    """So many free ones let it rest."""

    def when_low(self, wake_pager: Callable[[], None]) -> None: ...
    def held_by(self, owner: int) -> int: ...
    def take(self, owner: int = 0) -> None: ...
    def give_away(self, count: int, owner: int) -> None: ...
    def give(self, count: int = 1, owner: int = 0) -> None: ...


class Device(Protocol):
    """A disk or a file server."""

    def transfer(self, size_bytes: int) -> None: ...


class Surroundings(Protocol):
    """The operations; see the simulated machine for what each costs there."""

    costs: Costs
    processors: int
    recording: bool
    """True where events are kept; the real-thread surroundings keep none."""
    shape: Shape

    @property
    def threads(self) -> Mapping[int, Any]:
        """Those that live, by number; where nothing is recorded, none."""

    @property
    def now_ns(self) -> int: ...
    @property
    def current(self) -> ThreadHandle: ...
    def point(self, operation: int, subject: int = 0) -> None: ...
    def point_on(self, operation: int, subject: int, line: Line, exclusive: bool = True) -> None: ...
    def work(self, ns: int) -> None: ...
    def compute(self, cycles: int) -> None: ...
    def line(self, name: str, owner: int = 0) -> Line: ...
    def read(self, line: Line) -> None: ...
    def write(self, line: Line) -> None: ...
    def atomic(self, line: Line) -> None: ...
    def allocate(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None: ...
    def free(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None: ...
    def settle(self, owner: int) -> None: ...
    def fill(self, size_bytes: int) -> None: ...
    @property
    def frames(self) -> Frames: ...
    def device(self, name: str) -> Device: ...
    def lock(self, name: str, owner: int = 0, line: Line | None = None) -> Lock: ...
    def cell(self, value: int = 0, line: Line | None = None) -> Cell: ...
    def fetch_add(self, cell: Cell, amount: int) -> int: ...
    def spawn(
        self,
        function: Callable[[], Any],
        *,
        name: str,
        processor: int | None = None,
        client: int | None = None,
        in_generation: bool = True,
        urgent: bool = False,
        afterwards: bool = False,
    ) -> ThreadHandle: ...
    def join(self, thread: Any, timeout_ns: int | None = None) -> Any: ...
    def kill(self, thread: Any) -> None: ...
    def call_on(self, processor: int, function: Callable[[], Any]) -> Any: ...
    def request(self, client: int, function: Callable[[], Any]) -> Any: ...
    def sleep(self, ns: int) -> None: ...
    def after(self, delay_ns: int, callback: Callable[[], None]) -> Alarm: ...
    def park(self, wait: Wait, subject: int = 0, timeout_ns: int | None = None) -> bool: ...
    def unpark(self, thread: Any) -> None: ...
    def stream(self, name: str) -> random.Random: ...
    def report(self, subject: int, figure: str, value: int) -> None: ...
    def new_subject(self) -> int: ...
    def text(self, text: str) -> int: ...
    def name(self, text: str) -> int: ...
    def emit(
        self,
        kind: Kind,
        *,
        until_ns: int = 0,
        cause: int = -1,
        call: int = 0,
        a: int = 0,
        b: int = 0,
        subject: int = 0,
        method: int = 0,
        client: int | None = None,
        processor: int | None = None,
        thread: Any = None,
    ) -> int: ...
