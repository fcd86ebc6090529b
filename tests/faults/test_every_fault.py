"""Every fault, dropped onto a component just before it is swapped: what becomes of the swap, and that nothing is lost.

The load is a counter with callers that number their calls, so that a call which is lost, comes twice or overtakes
another shows as a violation. After the fault a second swap is asked for, which must find nothing in its way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import cache
from typing import Any, NamedTuple

import msgspec
import pytest

from model import catalogue
from model.commands import Attach, Command, Inject, Stamped, Swap
from model.engine.translation import calls_in_flight
from model.faults import FAULTS
from model.faults.fault import Fault
from model.refusals import ScenarioError
from model.scenario import (
    ClientTable,
    ComponentTable,
    MachineTable,
    Scenario,
    SwapTable,
    WorkloadTable,
    dump,
    load,
    parse,
)
from model.session import Session
from model.trace.events import Kind

LOOPS = 6
CALLS = 150
INJECTED_NS = 300_000
SWAPPED_NS = 310_000
AGAIN_NS = 4_000_000


class Expected(NamedTuple):
    """What a fault does to a swap that meets it: its outcome, a part of the reason, and calls that raise."""

    outcome: str
    reason: str = ""
    raised: int = 0
    again: str = "COMPLETED"
    """The outcome of the second swap."""


EXPECTED: dict[str, Expected] = {
    "never_returns": Expected("ABANDONED", "did not end in time", again="ABANDONED"),
    "slow_call": Expected("COMPLETED"),
    "raises_in_call": Expected("COMPLETED", raised=1),
    "raises_in_package": Expected("ABANDONED", "raised in package: InjectedFault"),
    "raises_in_unpackage": Expected("ABANDONED", "raised in unpackage: InjectedFault"),
    "raises_in_precall": Expected("COMPLETED", raised=1),
    "raises_in_postcall": Expected("COMPLETED", raised=1),
    "truncated_state": Expected("ABANDONED", "was lost on the way"),
    "wrong_shape": Expected("ABANDONED", "raised in unpackage: TypeError"),
    "claims_protocol": Expected("ABANDONED", "claims protocol 33"),
    "processor_stops": Expected("COMPLETED"),
    "lost_wake_up": Expected("COMPLETED"),
    "memory_exhausted": Expected("ABANDONED", "was not made: MemoryError"),
}


def session_with(*script: tuple[int, Command], mix: str = "add:1") -> Session:
    """A counter under a load that ends, with an interposer around it."""
    scenario = Scenario(
        format=1,
        name="fault",
        seed=3,
        machine=MachineTable(processors=4),
        swap=SwapTable(forward_timeout_ns=1_000_000, block_timeout_ns=500_000, wake_again_ns=300_000),
        clients=(ClientTable("one", 31), ClientTable("two", 32)),
        components=(ComponentTable("counter", "counter_shared"),),
        workloads=tuple(
            WorkloadTable(
                "steady", client, {"target": "counter"},
                {"loops": LOOPS // 2, "calls": CALLS, "think_ns": 3_000, "mix": mix},
            )
            for client in ("one", "two")
        ),
        script=(
            Stamped(100_000, Attach("counter", "call_timer")),
            *(Stamped(at_ns, command) for at_ns, command in script),
        ),
    )  # fmt: skip
    return Session(scenario)


@pytest.fixture(scope="module", autouse=True)
def closed_at_the_end() -> Iterator[None]:
    yield
    for fault in FAULTS:
        faulty(fault).close()
    faulty.cache_clear()


@cache
def faulty(fault: type[Fault]) -> Session:
    """The run with the fault and two swaps, at its end; one for all tests of a fault."""
    return run_with(fault)


def run_with(fault: type[Fault]) -> Session:
    session = session_with(
        (INJECTED_NS, Inject("counter", fault.name)),
        (SWAPPED_NS, Swap("counter", "counter_partitioned")),
        (AGAIN_NS, Swap("counter", "counter_partitioned")),
    )
    session.advance(60_000_000)
    return session


def rows(session: Session, *kinds: Kind) -> list[tuple[Kind, int, int]]:
    trace = session.trace
    return [(Kind(event.kind), event.a, event.b) for event in map(trace.event, range(trace.tail, trace.head))
            if event.kind in kinds]  # fmt: skip


def outcomes(session: Session) -> list[tuple[str, str]]:
    """What became of each swap, with the reason where it was abandoned."""
    return [
        (kind.name.removeprefix("SWAP_"), session.trace.text(b) if kind is Kind.SWAP_ABANDONED else "")
        for kind, _, b in rows(session, Kind.SWAP_COMPLETED, Kind.SWAP_ABANDONED)
    ]


def system_of(session: Session) -> Any:
    world: Any = session._world
    return world.system


def test_every_fault_is_expected_to_do_something() -> None:
    assert {fault.name for fault in FAULTS} == EXPECTED.keys()
    assert catalogue.shipped().faults.keys() == EXPECTED.keys()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_swap_that_meets_a_fault_ends_honestly(fault: type[Fault]) -> None:
    expected = EXPECTED[fault.name]
    session = faulty(fault)
    (first, reason), (second, _) = outcomes(session)
    assert (first, second) == (expected.outcome, expected.again)
    assert expected.reason in reason
    assert [kind for kind, _, _ in rows(session, Kind.FAULT_STRUCK)] == [Kind.FAULT_STRUCK]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_loses_no_call(fault: type[Fault]) -> None:
    expected = EXPECTED[fault.name]
    session = faulty(fault)
    record = system_of(session).objects["counter"]
    machine = system_of(session).surroundings
    stuck = 1 if fault.name == "never_returns" else 0
    assert len(calls_in_flight(machine, record)) == stuck
    assert machine.calls_entered == machine.calls_returned + machine.calls_raised + stuck
    assert machine.calls_raised == expected.raised
    noted = dict(record.instance.package(0).state.callers)
    # A caller that sees its call raise makes it again under the same number: where POSTCALL raised it had been counted.
    counted = 1 if fault.name == "raises_in_postcall" else 0
    unnoted = machine.calls_raised - counted
    assert sum(line.calls for line in noted.values()) == machine.calls_entered - unnoted - stuck
    assert sum(line.violations for line in noted.values()) == counted


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_leaks_nothing(fault: type[Fault]) -> None:
    """Counted after the load has ended: threads, generations, entries, interposers, mediators, instances."""
    session = faulty(fault)
    system = system_of(session)
    machine, record = system.surroundings, system.objects["counter"]
    stuck = 1 if fault.name == "never_returns" else 0
    counts = [machine.generations.active(cpu, slot) for cpu in range(machine.processors) for slot in (0, 1)]
    assert sum(counts) == stuck
    # A thread that never ends keeps its caller's loop and the two swaps that wait for it to be freed.
    assert len(machine.threads) == (4 if stuck else 0)
    assert {entry.target_subject for entry in record.entries} == {record.interposers[0].subject}
    assert len(record.entries) == len(session.scenario.clients)
    made = Counter(kind for kind, _, _ in rows(
        session, Kind.MEDIATOR_CREATED, Kind.MEDIATOR_DESTROYED, Kind.INSTANCE_CREATED, Kind.INSTANCE_DESTROYED,
        Kind.INTERPOSER_CREATED, Kind.INTERPOSER_DESTROYED,
    ))  # fmt: skip
    waiting = 2 * stuck
    assert made[Kind.MEDIATOR_CREATED] - made[Kind.MEDIATOR_DESTROYED] == waiting
    assert made[Kind.INSTANCE_CREATED] - made[Kind.INSTANCE_DESTROYED] == 1 + waiting
    assert made[Kind.INTERPOSER_CREATED] - made[Kind.INTERPOSER_DESTROYED] == 1


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_fault_comes_again_in_a_replay(fault: type[Fault]) -> None:
    again = run_with(fault)
    assert again.trace.fingerprint() == faulty(fault).trace.fingerprint()
    again.close()


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_spent_fault_leaves_the_component_as_it_was(fault: type[Fault]) -> None:
    session = faulty(fault)
    system = system_of(session)
    assert type(system.objects["counter"].instance).__name__ in {"SharedCounter", "PartitionedCounter"}
    assert system.factory.when_made == []


@pytest.mark.parametrize("method", ["increment", "add", "value"])
def test_component_may_raise_in_each_of_its_calls(method: str) -> None:
    session = session_with(
        (INJECTED_NS, Inject("counter", "raises_in_call", times=3, method=method)),
        (AGAIN_NS, Swap("counter", "counter_partitioned")),
        mix="add:1 increment:1 value:1",
    )
    session.advance(20_000_000)
    machine = system_of(session).surroundings
    assert machine.calls_raised == 3
    assert machine.calls_entered == machine.calls_returned + machine.calls_raised
    raised = {event.method for event in map(session.trace.event, range(session.trace.tail, session.trace.head))
              if event.kind == Kind.CALL_RAISED}  # fmt: skip
    assert len(raised) == 1
    session.close()


@pytest.mark.parametrize(
    ("command", "reason"),
    [
        (Inject("counter", "raises_in_call", method="fly"), "a Counter has no call 'fly'"),
        (Inject("counter", "raises_in_package", method="add"), "the fault 'package raises' is not limited to one call"),
        (Inject("counter", "wrong_shape", lasting_ns=5), "the fault 'misshapen state' does not last"),
        (Inject("pager", "raises_in_precall"), "no interposer is attached to pager"),
    ],
)
def test_fault_that_makes_no_sense_is_refused_with_the_reason(command: Inject, reason: str) -> None:
    session = Session(load("tour"))
    session.issue(msgspec.structs.replace(command, object="pager" if command.object == "pager" else "counter"), 0)
    session.advance(1_000)
    ((_, _, text),) = rows(session, Kind.REQUEST_REFUSED)
    assert session.trace.text(text) == reason
    assert rows(session, Kind.FAULT_INJECTED) == []
    session.close()


def test_fault_that_nobody_knows_is_told_with_those_that_there_are() -> None:
    session = Session(load("counter"))
    with pytest.raises(ScenarioError, match="there is no fault 'rust'"):
        session.issue(Inject("counter", "rust"), 0)
    session.close()


def test_script_says_how_long_a_fault_lasts_with_its_unit() -> None:
    text = (
        dump(load("counter"))
        + """
[[script]]
at = "3 ms"
command = "inject"
object = "counter"
fault = "slow_call"
lasting = "40 us"
"""
    )
    scenario = parse(text)
    assert scenario.script[-1].command == Inject("counter", "slow_call", lasting_ns=40_000)
    assert parse(dump(scenario)) == scenario


def test_slow_thread_is_slow_for_as_long_as_it_is_told() -> None:
    session = session_with((INJECTED_NS, Inject("counter", "slow_call", lasting_ns=70_000)))
    session.advance(20_000_000)
    ends = [a for kind, a, _ in rows(session, Kind.CALL_RETURNED) if a >= 70_000]
    assert len(ends) == 1
    assert ends[0] < 80_000
    session.close()


def test_nothing_runs_on_a_processor_that_stands_still() -> None:
    session = session_with((INJECTED_NS, Inject("counter", "processor_stops", lasting_ns=900_000)))
    session.advance(5_000_000)
    trace = session.trace
    events = [trace.event(position) for position in range(trace.tail, trace.head)]
    (struck,) = (event for event in events if event.kind == Kind.FAULT_STRUCK)
    begun = next(
        event for event in events
        if event.kind == Kind.THREAD_STARTED and "stands still" in trace.text(event.b)
    )  # fmt: skip
    meanwhile = [
        event for event in events
        if event.processor == struck.processor and begun.at_ns < event.at_ns < begun.at_ns + 900_000
        and event.thread != begun.thread and event.kind not in (Kind.THREAD_READIED, Kind.FAULT_STRUCK)
    ]  # fmt: skip
    assert meanwhile == []
    session.close()
