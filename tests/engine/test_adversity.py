"""Swaps among components that do whatever a component can do wrong, at the worst of all moments."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from engine_harness import Empty, NewLedger, OldLedger, targets
from greenlet import GreenletExit

from model.engine.component import Component, Package
from model.engine.interposition import INTERPOSERS_AT_MOST
from model.engine.swap import SwapSettings
from model.engine.translation import CALLS_DEEP_AT_MOST, calls_in_flight
from model.machine import machine as machine_module
from model.trace.events import Kind

MakeBench = Callable[..., Any]


class CannotSay(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no words")


def assert_quiet(bench: Any, calls: int) -> None:
    """Everything has come to its end: no thread, no count, no call and no transition is left, and no call was lost."""
    machine = bench.machine
    assert machine.threads == {}
    assert bench.conserved
    assert not calls_in_flight(bench.machine, bench.record)
    assert bench.missing() == []
    assert len(bench.ledger.notes) == calls
    assert targets(bench.record) == {bench.ledger.identity}
    counts = [machine.generations.active(cpu, slot) for cpu in range(machine.processors) for slot in (0, 1)]
    assert not any(counts)
    created = [kind for kind, _, _ in bench.events(Kind.MEDIATOR_CREATED, Kind.MEDIATOR_DESTROYED)]
    assert len(created) % 2 == 0


def swapped(bench: Any, implementation: type[Component], until_ns: int = 8_000_000) -> Any:
    """The bench after a swap under the load of three callers, and after a second one to a sound implementation."""
    for _ in range(3):
        bench.noter(times=30)
    bench.run(20_000)
    bench.swap(implementation)
    bench.run(until_ns)
    bench.swap(NewLedger)
    bench.run(until_ns + 1_000_000)
    return bench


class LockingLedger(OldLedger):
    """Packages under the lock that its calls take."""

    name = "locking"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.lock = self.surroundings.lock("notes", self.identity)

    def note(self, caller: int, sequence: int, *, ns: int = 1_000) -> int:
        with self.lock:
            return super().note(caller, sequence, ns=ns)

    def package(self, bit: int) -> Package:
        for _ in range(3):
            with self.lock:
                self.surroundings.work(50)
        return Package(list(self.notes), 8)


@pytest.mark.parametrize("quantum_ns", [50, 333])
@pytest.mark.parametrize("from_ns", [1, 250, 500, 750, 1_000, 1_250])
def test_transfer_killed_at_any_step_leaves_the_old_component_serving(
    make_bench: MakeBench, quantum_ns: int, from_ns: int
) -> None:
    for limit_ns in range(from_ns, from_ns + 250, 41):
        settings = SwapSettings(transfer_timeout_ns=limit_ns)
        bench = make_bench(LockingLedger, settings=settings, quantum_ns=quantum_ns, processors=2)
        for _ in range(3):
            bench.noter(times=5)
        bench.run(20_000)
        bench.swap(LockingLedger)
        bench.run(1_000_000)
        assert_quiet(bench, 15)


ERRORS = [
    CannotSay(),
    SystemExit(3),
    GeneratorExit(),
    GreenletExit(),
    asyncio.CancelledError(),
    ValueError("x" * 9_999),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
@pytest.mark.parametrize("step", ["__init__", "package", "unpackage"])
def test_whatever_a_step_of_the_swap_raises_abandons_it(make_bench: MakeBench, step: str, error: BaseException) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    wrong = type("Wrong", (OldLedger,), {"name": "wrong", "package" if step == "package" else step: fail})
    bench = make_bench(wrong if step == "package" else OldLedger)
    for _ in range(3):
        bench.noter(times=30)
    bench.run(20_000)
    bench.swap(NewLedger if step == "package" else wrong)
    bench.run(3_000_000)
    assert bench.phases()[-1] == "ABANDONED"
    assert type(error).__name__ in bench.reasons()[0]
    assert len(bench.reasons()[0]) < 300
    assert_quiet(bench, 90)


@pytest.mark.parametrize("error", ERRORS[:-1], ids=lambda error: type(error).__name__)
def test_call_that_raises_whatever_it_likes_has_ended(make_bench: MakeBench, error: BaseException) -> None:
    def fail(*_: Any, **__: Any) -> Any:
        raise error

    bench = make_bench(type("Wrong", (OldLedger,), {"name": "wrong", "fail": fail}))
    bench.noter(times=30)
    seen: list[BaseException] = []

    def call(reference: Any, _: int) -> None:
        try:
            reference.object.fail(1)
        except BaseException as raised:
            seen.append(raised)

    bench.caller(call, times=5)
    bench.run(30_000)
    bench.swap()
    bench.run(3_000_000)
    assert seen == [error] * 5
    assert len(bench.events(Kind.CALL_RAISED)) == 5
    assert_quiet(bench, 30)


class MakesItselfAlone(NewLedger):
    """Does not call the constructor that it inherits."""

    name = "alone"

    def __init__(self, surroundings: Any, references: Any, **_: Any) -> None:
        self.surroundings = surroundings
        self.references = references
        self.notes: list[tuple[int, int]] = []


def test_component_that_skips_the_constructor_of_its_base_is_not_made(make_bench: MakeBench) -> None:
    bench = swapped(make_bench(), MakesItselfAlone)
    assert bench.reasons() == [
        "alone was not made: TypeError: alone must pass what it is made with on to Component.__init__"
    ]
    assert_quiet(bench, 90)


class GivesItself(OldLedger):
    name = "gives_itself"

    def package(self, bit: int) -> Package:
        return Package(self, 0)


class TakesEverything(NewLedger):
    name = "takes_everything"

    def unpackage(self, bit: int, package: Package) -> None:
        self.__dict__.update(package.state.__dict__)


def test_component_that_takes_all_attributes_of_its_predecessor_keeps_its_number(make_bench: MakeBench) -> None:
    bench = make_bench(GivesItself)
    old = bench.ledger.identity
    bench.noter()
    bench.run(20_000)
    bench.swap(TakesEverything)
    bench.run(2_000_000)
    assert bench.ledger.identity != old
    assert_quiet(bench, 100)


class IsNeverMade(NewLedger):
    name = "is_never_made"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.surroundings.sleep(10**12)


class IsMadeForEver(NewLedger):
    name = "is_made_for_ever"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        while True:
            self.surroundings.work(1_000)


@pytest.mark.parametrize("implementation", [IsNeverMade, IsMadeForEver])
def test_constructor_without_end_is_given_up(make_bench: MakeBench, implementation: type[Component]) -> None:
    bench = swapped(make_bench(), implementation)
    assert bench.phases() == ["ABANDONED", "FORWARD", "BLOCK", "TRANSFER", "COMPLETED"]
    assert "was not made: TimeoutError" in bench.reasons()[0]
    assert_quiet(bench, 90)


@pytest.mark.parametrize("error", [SystemExit(3), CannotSay()], ids=lambda error: type(error).__name__)
def test_wrapper_that_cannot_be_made_leaves_its_object_free(make_bench: MakeBench, error: BaseException) -> None:
    class Wrong(Empty):
        name = title = "wrong"

        def __init__(self, *_: Any, **__: Any) -> None:
            raise error

    bench = make_bench()
    bench.system.reconfiguration.attach(bench.record, Wrong)
    bench.run(10_000)
    bench.system.reconfiguration.attach(bench.record, Empty)
    bench.run(20_000)
    assert len(bench.reasons()) == 1
    assert len(bench.record.interposers) == 1


def test_wrapper_whose_declarations_make_no_sense_leaves_its_object_free(make_bench: MakeBench) -> None:
    class Wrong(Empty):
        name = title = "wrong"
        methods = {"note"}  # type: ignore[assignment]

    bench = make_bench()
    bench.system.reconfiguration.attach(bench.record, Wrong)
    bench.run(10_000)
    assert "unhashable" in bench.reasons()[0]
    bench.swap()
    bench.run(1_000_000)
    assert bench.phases()[-1] == "COMPLETED"


def test_interposers_before_one_object_are_bounded(make_bench: MakeBench) -> None:
    bench = make_bench()
    for _ in range(INTERPOSERS_AT_MOST + 1):
        bench.system.reconfiguration.attach(bench.record, Empty)
        bench.run(bench.machine.now_ns + 10_000)
    assert len(bench.record.interposers) == INTERPOSERS_AT_MOST
    assert bench.reasons() == [f"{INTERPOSERS_AT_MOST} interposers stand before ledger already"]


def test_swap_for_which_there_is_no_thread_is_refused_and_frees_its_object(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench()
    monkeypatch.setattr(machine_module, "THREADS_AT_MOST", 0)
    bench.swap()
    assert bench.reasons() == ["0 threads live at once, no more are started"]
    monkeypatch.undo()
    bench.swap()
    bench.run(1_000_000)
    assert bench.phases()[-1] == "COMPLETED"


def test_transfer_for_which_there_is_no_thread_is_abandoned(
    make_bench: MakeBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = make_bench()
    bench.run(20_000)
    bench.swap()
    while bench.phases()[-1:] != ["BLOCK"]:
        bench.run(bench.machine.now_ns + 50)
    monkeypatch.setattr(machine_module, "THREADS_AT_MOST", 0)
    bench.run(1_000_000)
    assert bench.phases()[-1] == "ABANDONED"
    assert_quiet(bench, 0)


class CallsItselfForEver(OldLedger):
    name = "calls_itself_for_ever"

    def fail(self, caller: int) -> None:
        self.surroundings.work(10)
        self.references["self"].object.fail(caller)


def run_of_endless_calls(make_bench: MakeBench, stack: int) -> str:
    """The fingerprint of a run that is driven from that much deeper in Python's stack."""
    if stack:
        return run_of_endless_calls(make_bench, stack - 1)
    bench = make_bench(CallsItselfForEver)
    for _ in range(INTERPOSERS_AT_MOST):
        bench.system.reconfiguration.attach(bench.record, Empty, queue=True)
    bench.caller(lambda reference, _: reference.object.fail(1), times=2, start_ns=50_000)
    while not bench.errors:
        bench.run(bench.machine.now_ns + 10_000)
    bench.run(bench.machine.now_ns + 50_000)
    bench.swap()
    bench.run(10_000_000)
    assert len(bench.events(Kind.CALL_RAISED)) == 2 * CALLS_DEEP_AT_MOST
    assert (
        bench.errors == [f"CallsTooDeep: ledger would be called inside of {CALLS_DEEP_AT_MOST} calls of one thread"] * 2
    )
    assert not calls_in_flight(bench.machine, bench.record)
    assert bench.conserved
    fingerprint: str = bench.machine.trace.fingerprint()
    return fingerprint


def test_component_that_calls_itself_for_ever_is_told_at_the_same_call_in_every_run(make_bench: MakeBench) -> None:
    assert run_of_endless_calls(make_bench, 0) == run_of_endless_calls(make_bench, 50)
