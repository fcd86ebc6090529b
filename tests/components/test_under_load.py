"""Components under many threads on the simulated machine, where the order of things is left to chance by seed.

The fake surroundings cannot interleave; here every point is a place where another thread may come between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest

from model.components.counter_partitioned import PartitionedCounter
from model.components.counter_shared import SharedCounter
from model.components.fcm_replicated import ReplicatedFileCache
from model.components.fcm_sequential import SequentialFileCache
from model.components.fcm_single import SingleFileCache
from model.components.file_state import Page
from model.components.pager_fifo import FifoPager
from model.components.pager_lru import LruPager
from model.engine.component import Component
from model.engine.system import System
from model.machine.machine import Machine
from model.trace.events import Kind
from model.trace.trace import Trace
from model.workloads.postmark import Postmark
from model.workloads.steady import Steady
from tests.fake_surroundings import Built

CACHES = [SingleFileCache, ReplicatedFileCache, SequentialFileCache]
SEEDS = range(4)
LONG_NS = 1_000_000_000


@pytest.fixture
def make_machine() -> Iterator[Callable[[int], Machine]]:
    made: list[Machine] = []

    def make(seed: int) -> Machine:
        made.append(Machine(Trace(), seed=seed, policy="random", quantum_ns=3_000))
        return made[-1]

    yield make
    for machine in made:
        machine.close()


class Watched:
    """A file of which each page has one writer, with values that rise; checks what readers may see.

    A read that begins after a write has ended sees it; and of two reads, one after the other, the later does not see
    the older value.
    """

    def __init__(self, machine: Machine, cache: Any, pages: int) -> None:
        self.machine = machine
        self.cache = cache
        self.least = [0] * pages
        self.faults: list[str] = []

    def write(self, index: int) -> None:
        value = self.least[index] + 1
        self.cache.write_page(index, value)
        self.least[index] = max(self.least[index], value)

    def read(self, index: int) -> None:
        least = self.least[index]
        value = self.cache.read_page(index)
        if value < least:
            self.faults.append(f"page {index} was read as {value} after {least} had been seen")
        # A value that has been read must be seen from now on, though its write may still be under way.
        self.least[index] = max(self.least[index], value)


def watch(machine: Machine, implementation: type[Component]) -> Watched:
    """Eight threads, each the writer of one page and a reader of all, over four frames."""
    built = Built(machine, implementation, frames=4)
    pages = 8
    watched = Watched(machine, built.component, pages)

    def live(number: int) -> None:
        stream = machine.stream(f"thread {number}")
        for _ in range(30):
            if stream.random() < 0.4:
                watched.write(number)
            elif stream.random() < 0.1:
                built.component.flush(0, pages)
            else:
                watched.read(stream.randrange(pages))

    for number in range(pages):
        machine.spawn(partial(live, number), name=f"{number}", processor=number % 4)
    machine.run(LONG_NS)
    assert not machine.threads
    return watched


@pytest.mark.parametrize("implementation", CACHES, ids=lambda made: made.name)
@pytest.mark.parametrize("seed", SEEDS)
def test_readers_never_see_an_older_value(
    make_machine: Callable[[int], Machine], implementation: type[Component], seed: int
) -> None:
    watched = watch(make_machine(seed), implementation)
    assert watched.faults == []
    assert len(watched.cache.state.pages) <= 4 + 1


class StaleTables(ReplicatedFileCache):
    """A write leaves the tables of other processors as they are."""

    def _put(self, index: int, value: int) -> None:
        self.state.pages[index] = Page(value, dirty=True)


class OvertakenWrite(SingleFileCache):
    """A page that comes from the pager takes the place of one that was written meanwhile."""

    def _fetch(self, index: int) -> Page:
        self._make_room()
        page = self.state.pages[index] = Page(self._pager().fetch(self.state.file, index), dirty=False)
        return page


class ForgottenDirt(SingleFileCache):
    """A page is marked clean when the pager has it, though it was written again meanwhile."""

    def _write_back(self, index: int) -> bool:
        page = self.state.pages.get(index)
        if page is None or not page.dirty:
            return False
        self._pager().write_back(self.state.file, index, page.value)
        page.dirty = False
        return True


@pytest.mark.parametrize("planted", [StaleTables, OvertakenWrite, ForgottenDirt], ids=lambda made: made.__name__)
def test_planted_fault_is_seen_by_readers(make_machine: Callable[[int], Machine], planted: type[Component]) -> None:
    assert any(watch(make_machine(seed), planted).faults for seed in range(20))


@pytest.mark.parametrize("implementation", CACHES, ids=lambda made: made.name)
def test_pages_do_not_share_fates(make_machine: Callable[[int], Machine], implementation: type[Component]) -> None:
    """Pages of one thread come and go while those of another must keep what was written."""
    machine = make_machine(7)
    built = Built(machine, implementation, frames=4)
    lost: list[int] = []

    def live(number: int) -> None:
        mine = range(10 * number, 10 * number + 3)
        for turn in range(1, 12):
            for index in mine:
                built.component.write_page(index, turn)
            lost.extend(index for index in mine if built.component.read_page(index) != turn)
            built.component.discard(mine[1], 2)
            lost.extend(index for index in mine[1:] if built.component.read_page(index) != 0)

    for number in range(6):
        machine.spawn(partial(live, number), name=f"{number}", processor=number % 4)
    machine.run(LONG_NS)
    assert (lost, len(machine.threads)) == ([], 0)


@pytest.mark.parametrize("implementation", [SharedCounter, PartitionedCounter], ids=lambda made: made.name)
def test_no_count_is_lost_and_no_ticket_given_twice(
    make_machine: Callable[[int], Machine], implementation: type[Component]
) -> None:
    machine = make_machine(1)
    built = Built(machine, implementation)
    tickets: list[int] = []

    def live(caller: int) -> None:
        for sequence in range(1, 26):
            tickets.append(built.component.add(caller, sequence))

    for number in range(12):
        machine.spawn(partial(live, number), name=f"{number}", processor=number % 4)
    machine.run(LONG_NS)
    state = built.component.package(0).state
    assert (state.value, len(set(tickets)), len(machine.threads)) == (300, 300, 0)
    assert [line.violations for _, line in state.callers] == [0] * 12


def outcomes(machine: Machine) -> list[str]:
    """How each swap ended."""
    rows = machine.trace.rows(machine.trace.tail, machine.trace.head)
    ends = (Kind.SWAP_COMPLETED, Kind.SWAP_ABANDONED, Kind.REQUEST_REFUSED)
    return [Kind(int(kind)).name for kind in rows["kind"] if kind in ends]


@pytest.mark.parametrize("seed", SEEDS)
def test_postmark_misses_nothing_while_everything_beneath_it_is_swapped(
    make_machine: Callable[[int], Machine], seed: int
) -> None:
    machine = make_machine(seed)
    system = System(machine, machine.generations)
    client = system.add_client("postmark", 31)
    pager = system.add_object("pager", LruPager, settings={"buffers": 8})
    cache = system.add_object("FCM file 17", SingleFileCache, uses={"pager": pager}, settings={"frames": 12})
    references = {"cache": system.reference(client.identity, cache)}
    settings: dict[str, int | str | bool] = {"loops": 6, "files": 4, "transactions": 40, "think_ns": 3_000}
    load = Postmark(machine, client.identity, references, settings, "postmark")
    load.start()
    swaps = [ReplicatedFileCache, ReplicatedFileCache, SequentialFileCache, SingleFileCache, SingleFileCache]
    for number, implementation in enumerate(swaps, 1):
        machine.run(number * 400_000)
        system.reconfiguration.swap(cache, implementation, queue=True)
        system.reconfiguration.swap(pager, FifoPager if number % 2 else LruPager, queue=True)
    machine.run(LONG_NS)
    assert (load.mismatches, load.failed, len(machine.threads)) == (0, 0, 0)
    assert outcomes(machine) == ["SWAP_COMPLETED"] * 2 * len(swaps)


@pytest.mark.parametrize("seed", SEEDS)
def test_each_count_comes_once_and_in_order_while_the_counter_is_swapped(
    make_machine: Callable[[int], Machine], seed: int
) -> None:
    machine = make_machine(seed)
    system = System(machine, machine.generations)
    client = system.add_client("counting", 31)
    counter = system.add_object("counter", SharedCounter)
    references = {"target": system.reference(client.identity, counter)}
    load = Steady(machine, client.identity, references, {"loops": 8, "calls": 60, "think_ns": 2_000}, "steady")
    load.start()
    swaps = [PartitionedCounter, SharedCounter, SharedCounter, PartitionedCounter, PartitionedCounter]
    for number, implementation in enumerate(swaps, 1):
        machine.run(number * 40_000)
        system.reconfiguration.swap(counter, implementation, queue=True)
    machine.run(LONG_NS)
    instance: Any = counter.instance
    state = instance.package(0).state
    assert outcomes(machine) == ["SWAP_COMPLETED"] * len(swaps)
    assert (load.issued, load.failed, state.value, len(state.callers)) == (480, 0, 480, 8)
    assert [line.violations for _, line in state.callers] == [0] * 8
