"""Entries by themselves: where they stand, what a call that ends leaves behind, and tables on real threads."""

from __future__ import annotations

import gc
import weakref
from abc import abstractmethod
from collections.abc import Callable
from typing import Any

import pytest
from engine_harness import Bench, OldLedger

from model.costs import Costs, Shape
from model.engine.component import Component, Interface
from model.engine.objects import ObjectRecord
from model.engine.system import System
from model.engine.translation import calls_in_flight
from model.machine.machine import Machine
from model.machine.real_threads import RealThreads
from model.trace.events import Kind
from model.trace.trace import Trace

MakeBench = Callable[..., Bench]


def entries_of(machine: Machine, objects: int) -> list[Any]:
    """A client's entries for so many objects, in the order in which they were made."""
    system = System(machine, machine.generations)
    client = system.add_client("a", 30).identity
    records = [system.declare(f"object {number}", OldLedger) for number in range(objects)]
    entries = [system.reference(client, record) for record in records]
    machine.close()
    return entries


def test_entries_that_stand_beside_each_other_share_a_line_and_others_do_not() -> None:
    entries = entries_of(Machine(Trace(), costs=Costs(line_memory_ns=100)), objects=20)
    lines = [entry._line for entry in entries]
    assert [lines.index(line) for line in lines] == [0] * 7 + [7] * 8 + [15] * 5
    assert {line.name for line in lines} == {"table -1 of client 1"}


def test_tables_of_two_processors_share_no_line() -> None:
    machine = Machine(Trace(), processors=2, costs=Costs(line_memory_ns=100), shape=Shape(local_tables=True))
    entry = entries_of(machine, objects=1)[0]
    assert [line.name for line in entry._local_lines] == ["table 0 of client 1", "table 1 of client 1"]
    assert len({id(line) for line in (entry._line, *entry._local_lines)}) == 3


class Chain(Interface):
    title = "Chain"

    @abstractmethod
    def recover(self) -> int: ...

    @abstractmethod
    def fail(self) -> None: ...

    @abstractmethod
    def end(self) -> int: ...


def calling_itself(implementation: type[Component]) -> tuple[Machine, ObjectRecord, Any]:
    """A machine of one processor with an object that calls itself, and the kernel's entry for it."""
    machine = Machine(Trace(), processors=1)
    system = System(machine, machine.generations)
    record = system.declare("chain", implementation)
    system.connect(record, "self", record)
    system.serve(record, implementation)
    return machine, record, system.reference(0, record)


class Recovering(Component, Chain):
    """Makes a call that raises, and then one that does not."""

    name = "recovering"
    uses = {"self": Chain}

    def recover(self) -> int:
        own = self.references["self"]
        with pytest.raises(ValueError):
            own.object.fail()
        result: int = own.object.end()
        return result

    def fail(self) -> None:
        raise ValueError("as asked")

    def end(self) -> int:
        return 3


def test_call_after_one_that_raised_is_made_by_the_same_caller() -> None:
    machine, record, reference = calling_itself(Recovering)
    thread = machine.spawn(lambda: reference.object.recover(), name="caller", processor=0)
    machine.run(1_000_000)
    rows = [machine.trace.event(position) for position in range(machine.trace.head)]
    entered = [row for row in rows if row.kind == Kind.CALL_ENTERED]
    assert thread.result == 3
    assert [row.b for row in entered] == [0, record.identity, record.identity]
    assert [row.cause for row in entered][1:] == [entered[0].position] * 2
    assert (machine.calls_entered, machine.calls_returned, machine.calls_raised) == (3, 2, 1)
    machine.close()


class Asking(Component, Chain):
    """Calls itself from inside of a call: through a request, which is a thread of its own, and directly."""

    name = "asking"
    uses = {"self": Chain}

    def recover(self) -> int:
        own = self.references["self"]
        asked: int = self.surroundings.request(0, lambda: own.object.end())
        answered: int = own.object.end()
        return asked + answered

    def fail(self) -> None:
        raise ValueError("as asked")

    def end(self) -> int:
        self.surroundings.work(100)
        return 3


def test_request_from_inside_of_a_call_has_calls_of_its_own() -> None:
    machine, record, reference = calling_itself(Asking)
    seen: list[list[tuple[int, int, int]]] = []

    def look() -> None:
        found = calls_in_flight(machine, record)
        now = [(thread.identity, call.number, call.depth) for thread, call in found]
        if not seen or seen[-1] != now:
            seen.append(now)

    for at_ns in range(10, 5_000, 10):
        machine.call_at(at_ns, look)
    thread = machine.spawn(lambda: [reference.object.recover() for _ in range(2)], name="caller", processor=0)
    machine.run(5_000)
    assert thread.result == [6, 6]
    ours, first, second = thread.identity, thread.identity + 1, thread.identity + 2
    assert [one for one in seen if len(one) == 2] == [
        [(ours, 1, 1), (first, 2, 1)], [(ours, 1, 1), (ours, 3, 2)],
        [(ours, 4, 1), (second, 5, 1)], [(ours, 4, 1), (ours, 6, 2)],
    ]  # fmt: skip
    assert seen[-1] == []
    machine.close()


def test_every_end_of_a_call_is_counted(make_bench: MakeBench) -> None:
    bench = make_bench(processors=1)
    bench.caller(lambda reference, _: reference.object.fail(1), times=3)
    bench.noter(times=4)
    bench.run(1_000_000)
    machine = bench.machine
    assert (machine.calls_entered, machine.calls_returned, machine.calls_raised) == (7, 4, 3)
    assert calls_in_flight(machine, bench.record) == []


def test_room_for_calls_keeps_no_instance_that_was_destroyed(make_bench: MakeBench) -> None:
    bench = make_bench(processors=1)

    reference = bench.system.reference(0, bench.record)

    def calls_once_and_stays() -> None:
        bench.machine.request(0, lambda: reference.object.note(1, 1))
        bench.machine.sleep(10**8)

    bench.machine.spawn(calls_once_and_stays, name="stays", in_generation=False)
    bench.run(100_000)
    old = weakref.ref(bench.record.instance)
    bench.swap()
    bench.run(10**7)
    assert bench.phases()[-1] == "COMPLETED"
    gc.collect()
    assert old() is None


def test_on_real_threads_an_entry_is_the_slot_itself() -> None:
    surroundings: Any = RealThreads(processors=1)
    system = System(surroundings, surroundings.generations)
    client = system.add_client("a", 30).identity
    record = system.declare("ledger", OldLedger)
    early = system.reference(client, record)
    assert (early.object, early.target_subject) == (None, 0)
    system.connect(record, "self", record)
    system.serve(record, OldLedger)
    for entry, owner in ((early, client), (system.reference(0, record), 0)):
        assert entry.object is record.instance
        assert (entry.record, entry.client, entry.number) == (record, owner, 1)
        assert entry.target_subject == record.instance.identity
    assert system.reference(client, record) is early
