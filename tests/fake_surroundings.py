"""Surroundings for tests of one component: a single thread, no scheduler, and honest bookkeeping of what was asked.

Time passes where it should, locks refuse what would wait for ever, a cross-processor call runs at once over there.
Where the interleaving of threads is the matter, a test runs on the simulated machine.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from model.components import IMPLEMENTATIONS
from model.components.pager import Pager
from model.components.pager_lru import LruPager
from model.costs import Costs, Shape
from model.engine.component import Component, Interface, interface_of
from model.machine.memory import Accounts
from model.machine.surroundings import Cell, Line, Operation
from model.trace.events import Kind
from model.trace.fingerprint import text_number


class Injected(Exception):
    """What the fake raises when it was told to fail."""


@dataclass
class FakeThread:
    identity: int = 1
    processor: int = 0
    client: int = 0


class FakeLock:
    """A lock that one thread may take once at a time."""

    def __init__(self, surroundings: FakeSurroundings, name: str) -> None:
        self.surroundings = surroundings
        self.name = name
        self.held = False

    def acquire(self) -> None:
        self.surroundings.step("lock")
        assert not self.held, f"{self.name} is taken twice: on the machine this waits for ever"
        self.held = True

    def release(self) -> None:
        assert self.held, f"{self.name} is released and not held"
        self.held = False

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.release()


@dataclass
class FakeFrames:
    """A pool that never waits: a test that runs it dry is told so."""

    total: int = 1_000
    free: int = 1_000
    low: int = 0
    enough: int = 0
    held: Accounts = field(default_factory=lambda: Accounts("page frames"))

    def when_low(self, wake_pager: Callable[[], None]) -> None:
        """It is never low."""

    def held_by(self, owner: int) -> int:
        return self.held.has(owner)

    def take(self, owner: int = 0) -> None:
        assert self.free, "no frame is free: on the machine this waits"
        self.free -= 1
        self.held.take(owner, 1)

    def give_away(self, count: int, owner: int) -> None:
        self.free -= count
        self.held.take(owner, count)

    def give(self, count: int = 1, owner: int = 0) -> None:
        self.held.give(owner, count)
        self.free += count


@dataclass
class FakeDevice:
    """A device that notes what was transferred."""

    surroundings: FakeSurroundings
    transfers: list[int] = field(default_factory=list)

    def transfer(self, size_bytes: int) -> None:
        self.surroundings.step("transfer")
        self.transfers.append(size_bytes)


@dataclass
class FakeSurroundings:
    """`fail_at`: which step from now, counted from 1, raises Injected; 0 for none."""

    processors: int = 4
    seed: int = 0
    costs: Costs = field(default_factory=Costs)
    recording: bool = False
    shape: Shape = field(default_factory=Shape)
    now_ns: int = 0
    current: FakeThread = field(default_factory=FakeThread)
    fail_at: int = 0
    figures: dict[tuple[int, str], int] = field(default_factory=dict)
    locks: list[FakeLock] = field(default_factory=list)
    spawned: list[Callable[[], Any]] = field(default_factory=list)
    told: list[tuple[Kind, dict[str, Any]]] = field(default_factory=list)
    requests: int = 0
    subjects: int = 0
    allocated: Accounts = field(default_factory=lambda: Accounts("bytes"))
    frames: FakeFrames = field(default_factory=lambda: FakeFrames())
    devices: dict[str, FakeDevice] = field(default_factory=dict)
    points: list[Operation] = field(default_factory=list)
    writes: int = 0
    cycles: int = 0

    def step(self, what: str) -> None:
        """Every operation that may wait or be the point of a failure passes here."""
        if self.fail_at:
            self.fail_at -= 1
            if not self.fail_at:
                raise Injected(what)

    def work(self, ns: int) -> None:
        assert ns >= 0
        self.step("work")
        self.now_ns += ns

    sleep = work

    def compute(self, cycles: int) -> None:
        self.cycles += cycles
        self.work(cycles * self.costs.cycle_ps // 1000)

    def line(self, name: str, owner: int = 0) -> Line:
        return Line(name, owner)

    def read(self, line: Line) -> None:
        assert isinstance(line, Line)
        self.step("read")

    def write(self, line: Line) -> None:
        assert isinstance(line, Line)
        self.step("write")
        self.writes += 1

    def atomic(self, line: Line) -> None:
        assert isinstance(line, Line)
        self.step("atomic")

    def allocate(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None:
        self.step("allocate")
        self.allocated.take(owner, size_bytes)

    def free(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None:
        self.step("free")
        self.allocated.give(owner, size_bytes)

    def settle(self, owner: int) -> None:
        if has := self.allocated.has(owner):
            self.free(has, owner)

    def point(self, operation: int, subject: int = 0) -> None:
        self.step(Operation(operation).name)
        self.points.append(Operation(operation))

    def fill(self, size_bytes: int) -> None:
        self.step("fill")

    def device(self, name: str) -> FakeDevice:
        return self.devices.setdefault(name, FakeDevice(self))

    def lock(self, name: str, owner: int = 0, line: Line | None = None) -> FakeLock:
        self.locks.append(FakeLock(self, name))
        return self.locks[-1]

    def cell(self, value: int = 0, line: Line | None = None) -> Cell:
        self.step("cell")
        return Cell(value, line)

    def fetch_add(self, cell: Cell, amount: int) -> int:
        self.step("fetch_add")
        before, cell.value = cell.value, cell.value + amount
        return before

    def call_on(self, processor: int, function: Callable[[], Any]) -> Any:
        with self.on(processor):
            return function()

    def request(self, client: int, function: Callable[[], Any]) -> Any:
        self.requests += 1
        return function()

    def spawn(
        self,
        function: Callable[[], Any],
        *,
        name: str,
        processor: int | None = None,
        client: int | None = None,
        in_generation: bool = True,
    ) -> FakeThread:
        """Keeps the function; a test runs it."""
        self.spawned.append(function)
        return FakeThread()

    def run_spawned(self) -> None:
        while self.spawned:
            self.spawned.pop(0)()

    def stream(self, name: str) -> random.Random:
        return random.Random(f"{self.seed}/{name}")

    def report(self, subject: int, figure: str, value: int) -> None:
        self.step("report")
        self.figures[subject, figure] = value

    def emit(self, kind: Kind, **fields: Any) -> int:
        self.step("emit")
        self.told.append((kind, fields))
        return len(self.told) - 1

    def text(self, text: str) -> int:
        return text_number(text)

    def new_subject(self) -> int:
        self.subjects += 1
        return self.subjects

    def on(self, processor: int) -> OnProcessor:
        return OnProcessor(self, processor)

    def held_locks(self) -> list[str]:
        return [lock.name for lock in self.locks if lock.held]


class OnProcessor:
    """Within it the current thread runs on another processor."""

    def __init__(self, surroundings: FakeSurroundings, processor: int) -> None:
        self.surroundings = surroundings
        self.processor = processor

    def __enter__(self) -> None:
        self.before = self.surroundings.current
        self.surroundings.current = FakeThread(self.before.identity, self.processor, self.before.client)

    def __exit__(self, *_: object) -> None:
        self.surroundings.current = self.before


@dataclass
class FakeReference:
    """An entry that points straight at a component."""

    object: Any = None


class Built:
    """A component, what it uses, and the references between them."""

    def __init__(self, surroundings: Any, implementation: type[Component], **settings: int | str | bool) -> None:
        self.surroundings = surroundings
        self.own = FakeReference()
        self.references: Mapping[str, FakeReference] = {
            key: self.own if key in ("own", "other") else FakeReference(self._used(interface))
            for key, interface in implementation.uses.items()
        }
        self.component: Any = self.instance(implementation, **settings)
        self.own.object = self.component

    def instance(self, implementation: type[Component], **settings: int | str | bool) -> Any:
        """Another implementation with the same references and settings; it serves nobody yet."""
        known = {key: value for key, value in settings.items() if key in implementation.settings}
        references: Any = self.references
        for key, interface in implementation.uses.items():
            if key not in references:
                references[key] = self.own if key in ("own", "other") else FakeReference(self._used(interface))
        return implementation(self.surroundings, references, identity=self.surroundings.new_subject(), **known)

    def _used(self, interface: type[Interface]) -> Any:
        if interface is Pager:
            return Built(self.surroundings, LruPager).component
        first = next(made for made in IMPLEMENTATIONS if interface_of(made) is interface)
        return Built(self.surroundings, first).component
