"""The same surroundings on real threads, where nothing costs anything and nothing is recorded.

Components and engine run unchanged: `object` of a reference is then a plain slot that points at the component. What it
is for: measuring the call path, and showing that the engine does not lean on the simulator's orderliness.

Limits: it belongs in a process of its own, never beside QObjects, because CPython's cyclic collector destroys objects
in whichever thread trips it. A thread cannot be killed here: a transfer that overruns its time limit is given up and
left to itself, and whatever it returns is ignored.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Mapping
from hashlib import sha256
from itertools import count
from types import MappingProxyType, TracebackType
from typing import Any, Self

from model.costs import Costs, Shape
from model.machine.generations import Generations, Token
from model.machine.surroundings import Cell, Line
from model.trace.events import Kind, Wait

FREE = Costs(**dict.fromkeys(Costs.__slots__, 0))


class RealThread:
    """One flow of control of the operating system, as the engine sees it."""

    __slots__ = ("call", "carrier", "client", "error", "identity", "permit", "processor", "result", "token")

    def __init__(self, identity: int, processor: int, client: int) -> None:
        self.identity = identity
        self.processor = processor
        self.client = client
        self.permit = threading.Semaphore(0)
        self.carrier: threading.Thread | None = None
        self.token: Token | None = None
        self.call: Any = None
        self.result: Any = None
        self.error: BaseException | None = None


class RealLock:
    """A lock of the operating system, with the simulated lock's interface."""

    __slots__ = ("_lock",)

    def __init__(self) -> None:
        self._lock = threading.Lock()

    def acquire(self) -> None:
        self._lock.acquire()

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> Self:
        self._lock.acquire()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._lock.release()


class EndlessFrames:
    """Page frames that never run out: the operating system's paging is its own affair."""

    total = free = 1 << 31
    low = enough = 0

    def when_low(self, wake_pager: Callable[[], None]) -> None:
        """They are never low."""

    def held_by(self, owner: int) -> int:
        return 0

    def take(self, owner: int = 0) -> None:
        """There is always one."""

    def give_away(self, count: int, owner: int) -> None:
        """Nobody misses them."""

    def give(self, count: int = 1, owner: int = 0) -> None:
        """Nobody waits for them."""


class InstantDevice:
    """A device that takes no time."""

    def transfer(self, size_bytes: int) -> None:
        """It is there already."""


class RealThreads:
    """Surroundings made of operating system threads; `processors` only divides the generations' counters."""

    recording = False
    costs = FREE
    shape = Shape()
    threads: Mapping[int, RealThread] = MappingProxyType({})

    def __init__(self, *, processors: int = 4, generations: int = 2, seed: int = 0) -> None:
        self.processors = processors
        self._seed = seed
        self._local = threading.local()
        self._numbers = count(1)
        self._subjects = count(1)
        self._addition = threading.Lock()
        self._line = Line("any line")
        self.frames = EndlessFrames()
        self.generations = Generations(self, count=generations)

    @property
    def now_ns(self) -> int:
        return time.monotonic_ns()

    @property
    def current(self) -> RealThread:
        """The calling thread; one that was not spawned here gets a number when it first asks."""
        thread: RealThread | None = getattr(self._local, "thread", None)
        if thread is None:
            number = next(self._numbers)
            thread = self._local.thread = RealThread(number, number % self.processors, 0)
        return thread

    def point(self, operation: int, subject: int = 0) -> None:
        """Costs nothing: the operating system interleaves as it likes."""

    def point_on(self, operation: int, subject: int, line: Line, exclusive: bool = True) -> None:
        """Costs nothing."""

    def work(self, ns: int) -> None:
        """Costs nothing."""

    def compute(self, cycles: int) -> None:
        """Costs nothing."""

    def line(self, name: str, owner: int = 0) -> Line:
        return self._line

    def read(self, line: Line) -> None:
        """Costs nothing."""

    def write(self, line: Line) -> None:
        """Costs nothing."""

    def atomic(self, line: Line) -> None:
        """Costs nothing, and does nothing: what is atomic is `fetch_add`."""

    def allocate(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None:
        """Python has its own."""

    def free(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None:
        """Python has its own."""

    def settle(self, owner: int) -> None:
        """Python has its own."""

    def fill(self, size_bytes: int) -> None:
        """Costs nothing."""

    def device(self, name: str) -> InstantDevice:
        return InstantDevice()

    def lock(self, name: str, owner: int = 0, line: Line | None = None) -> RealLock:
        return RealLock()

    def cell(self, value: int = 0, line: Line | None = None) -> Cell:
        return Cell(value)

    def fetch_add(self, cell: Cell, amount: int) -> int:
        with self._addition:
            before = cell.value
            cell.value = before + amount
        return before

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
    ) -> RealThread:
        number = next(self._numbers)
        home = number % self.processors if processor is None else processor
        thread = RealThread(number, home, self.current.client if client is None else client)
        thread.carrier = threading.Thread(
            target=self._live, args=(thread, function, in_generation), name=name, daemon=True
        )
        thread.carrier.start()
        return thread

    def _live(self, thread: RealThread, function: Callable[[], Any], in_generation: bool) -> None:
        self._local.thread = thread
        token = self.generations.enter() if in_generation else None
        try:
            thread.result = function()
        except BaseException as error:
            thread.error = error
        finally:
            if token is not None:
                self.generations.leave(token)

    def join(self, thread: RealThread, timeout_ns: int | None = None) -> Any:
        assert thread.carrier is not None
        thread.carrier.join(None if timeout_ns is None else timeout_ns / 1e9)
        if thread.carrier.is_alive():
            raise TimeoutError(f"thread {thread.identity} did not end in {timeout_ns} ns")
        if thread.error is not None:
            raise thread.error
        return thread.result

    def kill(self, thread: RealThread) -> None:
        """Cannot be done; the thread is left to itself."""

    def call_on(self, processor: int, function: Callable[[], Any]) -> Any:
        return self.join(self.spawn(function, name=f"call on {processor}", processor=processor))

    def request(self, client: int, function: Callable[[], Any]) -> Any:
        """Runs `function` as a request of its own generation, on the calling thread."""
        token = self.generations.enter()
        try:
            return function()
        finally:
            self.generations.leave(token)

    def sleep(self, ns: int) -> None:
        time.sleep(ns / 1e9)

    def after(self, delay_ns: int, callback: Callable[[], None]) -> threading.Timer:
        timer = threading.Timer(delay_ns / 1e9, callback)
        timer.daemon = True
        timer.start()
        return timer

    def park(self, wait: Wait, subject: int = 0, timeout_ns: int | None = None) -> bool:
        return self.current.permit.acquire(timeout=None if timeout_ns is None else timeout_ns / 1e9)

    def unpark(self, thread: RealThread) -> None:
        thread.permit.release()

    def stream(self, name: str) -> random.Random:
        digest = sha256(f"{self._seed}/{name}".encode()).digest()
        return random.Random(int.from_bytes(digest[:8], "little"))

    def new_subject(self) -> int:
        return next(self._subjects)

    def text(self, text: str) -> int:
        return 0

    def name(self, text: str) -> int:
        return 0

    def report(self, subject: int, figure: str, value: int) -> None:
        """Nothing is recorded."""

    def emit(self, kind: Kind, **fields: Any) -> int:
        """Nothing is recorded."""
        return -1
