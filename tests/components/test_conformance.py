"""What every implementation owes the engine, for each that is in the catalogue.

State transfer is tried between all implementations of an interface over every protocol that both speak: nothing may be
lost, the old one may not be touched, whatever happens on the way, and the new one goes on where the old one stopped.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from typing import Any

import pytest

import model.components
from model.components import IMPLEMENTATIONS, INTERFACES
from model.components.counter import Counter
from model.components.counter_partitioned import PartitionedCounter
from model.components.counter_shared import SharedCounter
from model.components.diary import Diary
from model.components.diary_plain import FAILING_DIARIES
from model.components.failing import FAILING
from model.components.fcm import CANONICAL_PAGES, PAGE_BYTES, FileCache
from model.components.fcm_single import SingleFileCache
from model.components.file_server import FileServer
from model.components.file_session import FileSession
from model.components.pager import Pager
from model.components.process_table import ProcessTable
from model.components.reclaim import Reclaim
from model.components.region import Region
from model.components.relay import Relay
from model.engine.component import Component, Package, calls_of, interface_of
from model.protocols import BY_REFERENCE, CANONICAL, negotiate, vector
from tests.fake_surroundings import Built, FakeSurroundings, Injected

SOUND = [implementation for implementation in IMPLEMENTATIONS if implementation not in (*FAILING, *FAILING_DIARIES)]
STEPS_AT_MOST = 1_000


def use_counter(built: Built, salt: int) -> None:
    counter: Counter = built.component
    for sequence in range(1, 8):
        with built.surroundings.on((sequence + salt) % 3):
            counter.add(salt, sequence)
    counter.increment(5)


def use_file_cache(built: Built, salt: int) -> None:
    """More pages than frames, some read on several processors, some written, some gone."""
    cache: FileCache = built.component
    for index in range(12):
        cache.write_page(index, 1_000 * salt + index)
    for processor in range(3):
        with built.surroundings.on(processor):
            for index in range(3, 9):
                cache.read_page(index)
    cache.flush(0, 6)
    cache.discard(7, 1)
    cache.truncate(11 * PAGE_BYTES - 5)
    cache.write_page(4, 7_000 * salt)


def use_pager(built: Built, salt: int) -> None:
    pager: Pager = built.component
    for index in range(6):
        pager.write_back(salt, index, 10 * index)
        pager.fetch(salt, index // 2)
    pager.discard(salt, 2, 2)


def use_session(built: Built, salt: int) -> None:
    """A file of three pages, some of them seen by the server and some not, open for two users in the end."""
    session: FileSession = built.component
    server: FileServer = built.references["server"].object
    if salt == 1:
        server.create(salt)
        session.open(salt, 7)
        session.write(9_000, 5)
        session.close(7)
        session.open(salt, 7)
    session.seek(100 * salt)
    session.read(4_000)
    session.write(5_000, salt)
    if salt == 2:
        session.open(1, 8)
    session.seek(50)


def use_server(built: Built, salt: int) -> None:
    server: FileServer = built.component
    for number in (10 * salt, 10 * salt + 1, 10 * salt + 2):
        server.create(number)
        server.open(number, salt)
        server.write_pages(number, 0, 2, number, 5_000)
    server.close(10 * salt, salt, 9_000, ((1, 70 + salt), (2, 71)))
    server.update(10 * salt + 1, 8_000, ((1, 5),))
    server.remove(10 * salt)


def use_reclaim(built: Built, salt: int) -> None:
    reclaim: Reclaim = built.component
    for _ in range(salt):
        reclaim.round()


def use_relay(built: Built, salt: int) -> None:
    relay: Relay = built.component
    relay.ask(salt)


def use_diary(built: Built, salt: int) -> None:
    diary: Diary = built.component
    diary.note(salt, 1)
    diary.nest(salt, 2, 2)
    diary.far(salt, 3)


def use_region(built: Built, salt: int) -> None:
    region: Region = built.component
    for process in (10 * salt, 10 * salt + 1):
        region.attach(process)
        for page in range(3):
            region.fault(process, page)
    region.detach(10 * salt)


def use_process_table(built: Built, salt: int) -> None:
    table: ProcessTable = built.component
    children = [table.fork(0, 3) for _ in range(3)]
    table.execute(children[1], 5)
    table.call(children[1])
    table.exit(children[0], 2)


USE: dict[type, Callable[[Built, int], None]] = {
    Counter: use_counter,
    FileCache: use_file_cache,
    Pager: use_pager,
    FileSession: use_session,
    FileServer: use_server,
    Reclaim: use_reclaim,
    Region: use_region,
    ProcessTable: use_process_table,
    Relay: use_relay,
    Diary: use_diary,
}
SETTINGS: dict[type, dict[str, int]] = {FileCache: {"frames": 8, "file": 17}, Pager: {"buffers": 4}}


def named(implementation: type[Component]) -> str:
    return implementation.name


def pairs() -> list[Any]:
    return [
        pytest.param(old, new, bit, id=f"{old.name}-{new.name}-{bit}")
        for old in SOUND
        for new in SOUND
        if interface_of(old) is interface_of(new)
        for bit in sorted(old.transfer_protocols & new.transfer_protocols, reverse=True)
    ]


def used(implementation: type[Component]) -> Built:
    """A component with state worth moving."""
    interface = interface_of(implementation)
    built = Built(FakeSurroundings(), implementation, **SETTINGS.get(interface, {}))
    USE[interface](built, 1)
    return built


def canonical(component: Component) -> Any:
    return component.package(CANONICAL).state


def moved(built: Built, new: type[Component], bit: int) -> Any:
    """A new instance that has taken the old one's state and serves now."""
    successor = built.instance(new, **SETTINGS.get(interface_of(new), {}))
    successor.unpackage(bit, built.component.package(bit))
    return successor


@pytest.mark.parametrize(("old", "new", "bit"), pairs())
def test_nothing_is_lost_on_the_way(old: type[Component], new: type[Component], bit: int) -> None:
    built = used(old)
    before = canonical(built.component)
    assert canonical(moved(built, new, bit)) == before


@pytest.mark.parametrize(("old", "new", "bit"), pairs())
def test_there_and_back_is_where_it_began(old: type[Component], new: type[Component], bit: int) -> None:
    built = used(old)
    before = canonical(built.component)
    built.component = moved(built, new, bit)
    assert canonical(moved(built, old, bit)) == before


@pytest.mark.parametrize(("old", "new", "bit"), pairs())
def test_old_one_is_untouched_until_the_commit(old: type[Component], new: type[Component], bit: int) -> None:
    built = used(old)
    before = canonical(built.component)
    moved(built, new, bit)
    assert canonical(built.component) == before


@pytest.mark.parametrize(("old", "new", "bit"), pairs())
def test_abandoned_at_any_step_the_old_one_serves_on(old: type[Component], new: type[Component], bit: int) -> None:
    built = used(old)
    undisturbed = used(old)
    before = canonical(built.component)
    for step in range(1, STEPS_AT_MOST):
        successor = built.instance(new, **SETTINGS.get(interface_of(new), {}))
        built.surroundings.fail_at = step
        try:
            successor.unpackage(bit, built.component.package(bit))
        except Injected:
            assert canonical(built.component) == before
            assert built.surroundings.held_locks() == []
        else:
            break
    else:
        raise AssertionError(f"unpackage takes more than {STEPS_AT_MOST} steps")
    built.surroundings.fail_at = 0
    for each in (built, undisturbed):
        USE[interface_of(old)](each, 2)
    assert canonical(built.component) == canonical(undisturbed.component)


@pytest.mark.parametrize(("old", "new", "bit"), pairs())
def test_new_one_goes_on_where_the_old_one_stopped(old: type[Component], new: type[Component], bit: int) -> None:
    """What clients see afterwards is what they would have seen without a swap."""
    swapped, left = used(old), used(old)
    swapped.component = swapped.own.object = moved(swapped, new, bit)
    for each in (swapped, left):
        USE[interface_of(old)](each, 2)
    assert seen(swapped) == seen(left)


def seen(built: Built) -> Any:
    """What a client can find out, timing and replacement left aside."""
    component = built.component
    if isinstance(component, Counter):
        return component.value(), component.violations()
    if isinstance(component, FileCache):
        return component.length(), [component.read_page(index) for index in range(14)]
    if isinstance(component, Pager):
        return [component.fetch(file, index) for file in (1, 2) for index in range(7)]
    if isinstance(component, FileSession):
        length, offset = component.length(), component.offset()
        component.seek(0)
        read = component.read(20_000)
        for user in (7, 8):
            component.close(user)
        server = built.references["server"].object
        return length, offset, read, server.length(1), server.read_pages(1, 0, 4), server.users(1)
    if isinstance(component, FileServer):
        numbers = (11, 12, 21, 22)
        return [(component.length(each), component.users(each), component.read_pages(each, 0, 3)) for each in numbers]
    if isinstance(component, Region):
        return component.attached(), [component.detach(process) for process in (11, 21)]
    if isinstance(component, ProcessTable):
        return component.living(), component.fork(0, 1)
    if isinstance(component, Reclaim):
        return component.rounds()
    if isinstance(component, Diary):
        return component.note(9, 9), built.component.entries
    return component.asked()


@pytest.mark.parametrize("implementation", SOUND, ids=named)
def test_transferred_twice_a_package_gives_the_same(implementation: type[Component]) -> None:
    """After a retry the state is packaged anew; neither package may have used the other up."""
    component = used(implementation).component
    for bit in sorted(implementation.transfer_protocols - {CANONICAL}):
        component.package(bit)
    assert canonical(component) == canonical(component)


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS, ids=named)
def test_speaks_the_canonical_form_and_only_named_protocols(implementation: type[Component]) -> None:
    assert CANONICAL in implementation.transfer_protocols
    assert implementation.transfer_protocols <= set(interface_of(implementation).protocols)


@pytest.mark.parametrize("implementation", SOUND, ids=named)
def test_package_is_one_and_has_a_size(implementation: type[Component]) -> None:
    component = used(implementation).component
    for bit in implementation.transfer_protocols:
        package = component.package(bit)
        assert isinstance(package, Package)
        assert package.size_bytes >= 0


@pytest.mark.parametrize("implementation", SOUND, ids=named)
def test_refuses_a_protocol_that_it_does_not_claim_and_contents_that_are_no_state(
    implementation: type[Component],
) -> None:
    built = used(implementation)
    before = canonical(built.component)
    with pytest.raises(NotImplementedError, match=implementation.name):
        built.component.package(62)
    with pytest.raises(NotImplementedError, match=implementation.name):
        built.component.unpackage(62, Package(None, 0))
    for bit in implementation.transfer_protocols:
        with pytest.raises(TypeError):
            built.component.unpackage(bit, Package("nonsense", 8))
    assert canonical(built.component) == before


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS, ids=named)
def test_signatures_are_those_of_the_interface(implementation: type[Component]) -> None:
    interface = interface_of(implementation)
    for name in calls_of(interface):
        wanted, found = getattr(interface, name), getattr(implementation, name)
        assert inspect.signature(found) == inspect.signature(wanted), name
        assert not getattr(found, "__isabstractmethod__", False), name


@pytest.mark.parametrize("implementation", IMPLEMENTATIONS, ids=named)
def test_says_what_it_is(implementation: type[Component]) -> None:
    assert implementation.name == implementation.name.lower().replace(" ", "_") != ""
    assert implementation.title
    assert implementation.summary.endswith(".")
    assert implementation.__doc__
    for name, setting in implementation.settings.items():
        assert setting.meaning, name
        assert not setting.refuse(setting.default), name


@pytest.mark.parametrize("implementation", SOUND, ids=named)
def test_no_lock_is_held_after_a_call(implementation: type[Component]) -> None:
    assert used(implementation).surroundings.held_locks() == []


@pytest.mark.parametrize("implementation", SOUND, ids=named)
def test_unknown_setting_is_refused(implementation: type[Component]) -> None:
    with pytest.raises(TypeError, match="no setting 'colour'"):
        implementation(FakeSurroundings(), {}, colour=3)


def test_catalogue_names_every_class_of_the_package_once() -> None:
    found: set[type] = set()
    for module in pkgutil.iter_modules(model.components.__path__):
        values = vars(importlib.import_module(f"model.components.{module.name}")).values()
        found |= {value for value in values if isinstance(value, type) and issubclass(value, Component)}
    assert {made for made in found if made.name} == set(IMPLEMENTATIONS)
    assert len({made.name for made in IMPLEMENTATIONS}) == len(IMPLEMENTATIONS) == len(set(IMPLEMENTATIONS))
    assert {interface_of(made) for made in IMPLEMENTATIONS} == set(INTERFACES)


@pytest.mark.parametrize(
    ("old", "new", "protocol"),
    [
        ("fcm_single", "fcm_replicated", "canonical pages"),
        ("fcm_sequential", "fcm_replicated", "canonical pages"),
        ("fcm_replicated", "fcm_replicated", "per-processor tables by reference"),
        ("fcm_single", "fcm_sequential", "page list by reference"),
        ("fcm_single", "fcm_tree_walk", "whole file by reference"),
        ("fcm_single", "fcm_single", "null swap"),
        ("counter_shared", "counter_partitioned", "canonical form"),
        ("counter_partitioned", "counter_partitioned", "cells by reference"),
        ("counter_shared", "counter_recursive", "value by reference"),
        ("pager_lru", "pager_fifo", "store by reference"),
    ],
)
def test_negotiated_protocol(old: str, new: str, protocol: str) -> None:
    known = {made.name: made for made in IMPLEMENTATIONS}
    bit = negotiate(vector(known[old].transfer_protocols), vector(known[new].transfer_protocols))
    assert bit is not None
    assert interface_of(known[old]).protocols[bit] == protocol


# ---- the suite itself: what it says is kept, it can find broken


class LosesDirt(SingleFileCache):
    """Takes every page for clean."""

    def unpackage(self, bit: int, package: Package) -> None:
        super().unpackage(bit, package)
        for page in self.state.pages.values():
            page.dirty = False


class EmptiesTheOldOne(SingleFileCache):
    """Moves the pages out of the old one's list instead of sharing it."""

    def unpackage(self, bit: int, package: Package) -> None:
        pages = package.state.pages
        self.state.pages.update((index, pages.pop(index)) for index in list(pages))
        self.surroundings.work(1)
        self.state.length = package.state.length


class ForgetsTheTickets(PartitionedCounter):
    """Begins its tickets anew."""

    def unpackage(self, bit: int, package: Package) -> None:
        super().unpackage(bit, package)
        self.cells.base_ticket = 1


@pytest.mark.parametrize(
    ("test", "old", "new", "bit"),
    [
        (test_nothing_is_lost_on_the_way, SingleFileCache, LosesDirt, CANONICAL_PAGES),
        (test_old_one_is_untouched_until_the_commit, SingleFileCache, LosesDirt, BY_REFERENCE),
        (test_old_one_is_untouched_until_the_commit, SingleFileCache, EmptiesTheOldOne, BY_REFERENCE),
        (test_abandoned_at_any_step_the_old_one_serves_on, SingleFileCache, EmptiesTheOldOne, BY_REFERENCE),
        (test_nothing_is_lost_on_the_way, SharedCounter, ForgetsTheTickets, CANONICAL),
    ],
)
def test_planted_fault_is_found(
    test: Callable[..., None], old: type[Component], new: type[Component], bit: int
) -> None:
    with pytest.raises(AssertionError):
        test(old, new, bit)
