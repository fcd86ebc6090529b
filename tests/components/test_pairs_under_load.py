"""Every ordered pair that may replace each other does so while calls are under way, and nothing is lost.

On the simulated machine, with threads in an order left to chance: the load that runs knows what it wrote, and reads it
back through whichever component serves by then. The swaps go there and back and there again, and each must complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from model.components import IMPLEMENTATIONS
from model.components.failing import FAILING
from model.components.fcm import FileCache
from model.components.fcm_single import SingleFileCache
from model.components.file_server import FileServer
from model.components.file_server_ram import RamFileServer
from model.components.file_session import FileSession
from model.components.file_session_shared import SharedFileSession
from model.components.pager import Pager
from model.components.pager_lru import LruPager
from model.engine.component import Component, interface_of
from model.engine.system import System
from model.machine.machine import Machine
from model.trace.events import Kind
from model.trace.trace import Trace
from model.workloads.postmark import Postmark
from model.workloads.postmark_files import PostmarkFiles
from model.workloads.workload import Workload

LONG_NS = 10_000_000_000
SWAPS = 4


def pairs(interface: type) -> list[Any]:
    sound = [made for made in IMPLEMENTATIONS if interface_of(made) is interface and made not in FAILING]
    return [pytest.param(old, new, id=f"{old.name}-{new.name}") for old in sound for new in sound]


class Stage:
    """A machine whose scheduling is left to chance, and a system on it."""

    def __init__(self, seed: int) -> None:
        self.machine = Machine(Trace(), seed=seed, policy="random", quantum_ns=15_000)
        self.system = System(self.machine, self.machine.generations)
        self.client = self.system.add_client("user", 31).identity

    def add(self, name: str, made: type[Component], **settings: int | str | bool) -> Any:
        uses = {key: self.system.objects.get(key) for key in made.uses}
        record = self.system.declare(name, made, settings=settings)
        for key, used in uses.items():
            self.system.connect(record, key, used or record)
        self.system.serve(record, made)
        return record

    def start(self, made: type[Workload], names: dict[str, str], **settings: Any) -> Any:
        references = {key: self.system.reference(self.client, self.system.objects[name]) for key, name in names.items()}
        load = made(self.machine, self.client, references, settings, "load")
        load.start()
        return load

    def swap_to_and_fro(self, record: Any, old: type[Component], new: type[Component], every_ns: int) -> None:
        for number in range(SWAPS):
            self.machine.run((number + 1) * every_ns)
            assert self.machine.threads, "the load has ended, and nothing is under way"
            self.system.reconfiguration.swap(record, old if number % 2 else new, queue=True)
        self.machine.run(LONG_NS)
        assert not self.machine.threads

    def completed(self) -> tuple[int, int]:
        """The swaps that completed, and the calls that were in flight when one began."""
        kinds = self.machine.trace.rows(self.machine.trace.tail, self.machine.trace.head)["kind"]
        met = [Kind.CALL_UNTRACKED, Kind.CALL_TRACKED, Kind.CALL_BLOCKED]
        return int((kinds == Kind.SWAP_COMPLETED).sum()), sum(int((kinds == kind).sum()) for kind in met)


@pytest.fixture
def make_stage() -> Iterator[Callable[[int], Stage]]:
    made: list[Stage] = []

    def make(seed: int) -> Stage:
        made.append(Stage(seed))
        return made[-1]

    yield make
    for stage in made:
        stage.machine.close()


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new"), pairs(FileCache))
def test_file_caches(make_stage: Callable[[int], Stage], old: type[Component], new: type[Component]) -> None:
    """Buys that no page, value or dirty bit is lost between any two cache managers, under a small Postmark."""
    stage = make_stage(1)
    stage.add("pager", LruPager, buffers=8)
    cache = stage.add("cache", old, frames=10)
    load = stage.start(Postmark, {"cache": "cache"}, loops=4, files=3, transactions=40, think_ns=2_000)
    stage.swap_to_and_fro(cache, old, new, every_ns=300_000)
    completed, met = stage.completed()
    assert (load.mismatches, load.failed, completed, met > SWAPS) == (0, 0, SWAPS, True)


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new"), pairs(Pager))
def test_pagers(make_stage: Callable[[int], Stage], old: type[Component], new: type[Component]) -> None:
    """Buys the same for what lies behind them."""
    stage = make_stage(2)
    pager = stage.add("pager", old, buffers=8)
    stage.add("cache", SingleFileCache, frames=6)
    load = stage.start(Postmark, {"cache": "cache"}, loops=4, files=3, transactions=40, think_ns=2_000)
    stage.swap_to_and_fro(pager, old, new, every_ns=300_000)
    completed, met = stage.completed()
    assert (load.mismatches, load.failed, completed, met > 0) == (0, 0, SWAPS, True)


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new"), pairs(FileSession))
def test_file_sessions(make_stage: Callable[[int], Stage], old: type[Component], new: type[Component]) -> None:
    """Buys that offset, length and what was written survive each change of place, under PostMark 1.5."""
    stage = make_stage(3)
    stage.add("server", RamFileServer)
    session = stage.add("session", old)
    load = stage.start(PostmarkFiles, {"server": "server", "session": "session"}, files=6, transactions=40)
    stage.swap_to_and_fro(session, old, new, every_ns=1_500_000)
    completed, met = stage.completed()
    assert (load.mismatches, load.failed, completed, met > 0) == (0, 0, SWAPS, True)


@pytest.mark.slow
@pytest.mark.parametrize(("old", "new"), pairs(FileServer))
def test_file_servers(make_stage: Callable[[int], Stage], old: type[Component], new: type[Component]) -> None:
    """Buys that a server's files, users and memory go over to its successor."""
    stage = make_stage(4)
    server = stage.add("server", old, fcm="fcm_replicated")
    for number in range(3):
        stage.add(f"session {number}", SharedFileSession)
    names = {"server": "server", **{f"session {number}": f"session {number}" for number in range(3)}}
    load = stage.start(PostmarkFiles, names, loops=3, files=5, transactions=30)
    stage.swap_to_and_fro(server, old, new, every_ns=1_500_000)
    completed, met = stage.completed()
    assert (load.mismatches, load.failed, completed, met > 0) == (0, 0, SWAPS, True)
