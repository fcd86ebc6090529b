"""The hot-swap: its phases, what becomes of calls, and every way in which it may not go through."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from engine_harness import (
    Empty,
    NeverUnpacks,
    NewLedger,
    OldLedger,
    PacksNonsense,
    RaisesInPackage,
    RaisesInUnpackage,
    RaisesWhenMade,
    SpinsInUnpackage,
    StrangeLedger,
    targets,
)

from model.engine.swap import SwapSettings
from model.trace.events import Kind

MakeBench = Callable[..., Any]


def test_swap_goes_through_its_phases_in_order(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.noter()
    bench.run(20_000)
    bench.swap()
    bench.run(2_000_000)
    assert bench.phases() == ["FORWARD", "BLOCK", "TRANSFER", "COMPLETED"]
    assert type(bench.ledger) is NewLedger


@pytest.mark.parametrize("at_ns", range(20_000, 60_000, 1_777))
def test_swap_under_load_loses_no_call_and_no_effect(make_bench: MakeBench, at_ns: int) -> None:
    bench = make_bench()
    for _ in range(8):
        bench.noter(times=40, ns=1_500)
    bench.run(at_ns)
    bench.swap()
    bench.run(10_000_000)
    assert bench.phases()[-1] == "COMPLETED"
    assert bench.conserved
    assert len(bench.ledger.notes) == 8 * 40
    assert bench.missing() == []
    assert bench.errors == []


def test_every_clients_entry_points_at_the_new_instance(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.noter()
    bench.noter()
    bench.run(20_000)
    bench.swap()
    bench.run(2_000_000)
    assert targets(bench.record) == {bench.ledger.identity}
    assert len(bench.record.entries) == 3


def test_old_instance_and_mediator_are_freed_after_a_second_quiescence(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.noter()
    bench.run(20_000)
    bench.swap()
    bench.run(2_000_000)
    order = [
        kind
        for kind, _, _ in bench.events(
            Kind.SWAP_COMPLETED, Kind.QUIESCENCE_REACHED, Kind.MEDIATOR_DESTROYED, Kind.INSTANCE_DESTROYED
        )
    ]
    assert order == [
        Kind.QUIESCENCE_REACHED,
        Kind.SWAP_COMPLETED,
        Kind.QUIESCENCE_REACHED,
        Kind.MEDIATOR_DESTROYED,
        Kind.INSTANCE_DESTROYED,
    ]


def test_call_from_before_the_mediator_is_untracked_and_holds_back_forward(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.noter(times=1, ns=300_000)
    bench.run(10_000)
    bench.swap()
    bench.run(200_000)
    assert bench.phases() == ["FORWARD"]
    assert len(bench.events(Kind.CALL_UNTRACKED)) == 1
    bench.run(1_000_000)
    assert bench.phases()[-1] == "COMPLETED"


def test_forward_blocks_nobody(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.noter(times=1, ns=300_000)
    bench.run(10_000)
    bench.swap()
    bench.noter(times=20, start_ns=10_000)
    bench.run(250_000)
    assert bench.phases() == ["FORWARD"]
    assert bench.events(Kind.CALL_BLOCKED) == []
    assert len(bench.events(Kind.CALL_TRACKED)) > 10


def test_call_in_block_waits_and_goes_to_the_new_component(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.noter(times=1, ns=300_000)
    bench.run(10_000)
    bench.swap()
    bench.noter(times=1, start_ns=200_000, ns=250_000)
    bench.noter(times=20, start_ns=310_000)
    bench.run(2_000_000)
    blocked = bench.events(Kind.CALL_BLOCKED)
    released = bench.events(Kind.CALL_RELEASED)
    assert len(blocked) == 1
    assert [b for _, _, b in released] == [1]
    assert bench.missing() == []


def test_blocked_calls_are_released_first_come_first_served(make_bench: MakeBench) -> None:
    bench = make_bench(processors=8)
    bench.noter(times=1, ns=300_000)
    bench.run(10_000)
    bench.swap()
    bench.noter(times=1, start_ns=200_000, ns=250_000)
    for number in range(5):
        bench.noter(times=1, start_ns=310_000 + 5_000 * ((number * 3) % 5))
    bench.run(2_000_000)
    trace = bench.machine.trace
    rows = trace.rows(trace.tail, trace.head)
    blocked = [int(row["call"]) for row in rows if row["kind"] == Kind.CALL_BLOCKED]
    released = [int(row["call"]) for row in rows if row["kind"] == Kind.CALL_RELEASED]
    assert len(blocked) == 5
    assert released == blocked


def test_recursive_call_is_not_blocked(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.noter(times=1, ns=30_000)
    bench.run(10_000)
    bench.swap()
    bench.caller(lambda reference, _: reference.object.nested(1, 20), start_ns=15_000)
    bench.run(5_000_000)
    assert bench.phases() == ["FORWARD", "BLOCK", "TRANSFER", "COMPLETED"]
    assert len(bench.events(Kind.CALL_RECURSIVE)) > 3
    assert sorted(depth for who, depth in bench.ledger.notes if who == 1) == sorted([*range(21), 1][:-1])


def test_exception_passes_the_mediator_and_is_no_longer_tracked(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.noter(times=1, ns=100_000)
    bench.run(10_000)
    bench.swap()
    bench.caller(lambda reference, _: reference.object.fail(1), times=5)
    bench.run(2_000_000)
    assert bench.phases()[-1] == "COMPLETED"
    assert bench.errors == ["ValueError: caller 1 asked for it"] * 5
    assert bench.conserved


def test_cyclic_cross_processor_call_times_out_and_is_abandoned_after_its_retries(make_bench: MakeBench) -> None:
    settings = SwapSettings(block_timeout_ns=50_000, retry_delay_ns=1_000, retries=2)
    bench = make_bench(settings=settings, processors=2)
    # A call that is inside while the door is closed, each time: its own cross-processor call waits at the door.
    for number in range(8):
        bench.caller(
            lambda reference, _, n=number: reference.object.far(n), times=400, every_ns=10, start_ns=1 + number
        )
    bench.run(20_000)
    bench.swap()
    bench.run(1_500_000)
    assert bench.phases()[-1] == "ABANDONED"
    assert bench.phases().count("BLOCK") == 3
    assert [a for _, a, _ in bench.events(Kind.SWAP_RETRIED)] == [1, 1]
    assert "3 tries" in bench.reasons()[0]
    assert type(bench.ledger) is OldLedger
    bench.run(400_000_000)
    assert bench.machine.calls_entered == bench.machine.calls_returned == 2 * 8 * 400


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (RaisesInPackage, NewLedger, "raised in package: RuntimeError: cannot pack"),
        (PacksNonsense, NewLedger, "returned str from package"),
        (OldLedger, RaisesInUnpackage, "raised in unpackage: RuntimeError: cannot unpack"),
        (OldLedger, SpinsInUnpackage, "raised in unpackage: ZeroDelayLoop"),
        (OldLedger, NeverUnpacks, "not moved in time"),
        (OldLedger, RaisesWhenMade, "was not made: RuntimeError: not today"),
    ],
)
def test_failing_implementation_is_abandoned_and_the_old_one_serves(
    make_bench: MakeBench, old: Any, new: Any, reason: str
) -> None:
    bench = make_bench(old, settings=SwapSettings(transfer_timeout_ns=200_000))
    for _ in range(4):
        bench.noter(times=60)
    bench.run(20_000)
    bench.swap(new)
    bench.run(5_000_000)
    assert bench.phases()[-1] == "ABANDONED"
    assert reason in bench.reasons()[0]
    assert type(bench.ledger) is old
    assert targets(bench.record) == {bench.ledger.identity}
    assert len(bench.ledger.notes) == 4 * 60
    assert bench.missing() == []
    assert bench.conserved


def test_untracked_call_that_never_ends_abandons_the_swap_in_forward(make_bench: MakeBench) -> None:
    bench = make_bench(settings=SwapSettings(forward_timeout_ns=100_000))
    bench.noter(times=1, ns=10_000_000)
    bench.run(10_000)
    bench.swap()
    bench.run(1_000_000)
    assert bench.phases() == ["FORWARD", "ABANDONED"]


def test_swap_without_a_common_protocol_disturbs_nothing(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.noter()
    bench.run(20_000)
    bench.swap(StrangeLedger)
    bench.run(2_000_000)
    assert bench.phases() == []
    assert bench.reasons() == ["Ledger, old and Ledger, strange share no transfer protocol"]
    assert bench.events(Kind.ENTRY_WRITTEN) == [event for event in bench.events(Kind.ENTRY_WRITTEN) if event[2] == 0], (
        "no entry was written after the start"
    )


def test_negotiation_takes_the_highest_common_bit(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.swap()
    bench.run(1_000_000)
    assert [b for _, _, b in bench.events(Kind.PROTOCOL_NEGOTIATED)] == [5]


def test_second_request_for_an_object_is_refused_with_the_reason(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.swap()
    bench.swap()
    bench.run(1_000_000)
    assert bench.reasons() == ["ledger is in transition already (request 1)"]
    assert bench.phases().count("COMPLETED") == 1


def test_queued_request_follows_the_first(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.swap()
    bench.swap(OldLedger, queue=True)
    bench.run(1_000_000)
    assert bench.phases().count("COMPLETED") == 2
    assert type(bench.ledger) is OldLedger


def test_queue_is_bounded(make_bench: MakeBench) -> None:
    bench = make_bench()
    for _ in range(18):
        bench.swap(queue=True)
    assert bench.reasons() == ["16 requests wait for ledger already"]


@pytest.mark.parametrize("at_ns", [1_200, 30_000, 200_000, 320_000])
def test_cancelled_swap_converges_back(make_bench: MakeBench, at_ns: int) -> None:
    bench = make_bench()
    bench.noter(times=1, ns=300_000)
    bench.run(10_000)
    bench.swap()
    bench.noter(times=1, start_ns=200_000, ns=250_000)
    bench.noter(times=50)
    bench.run(10_000 + at_ns)
    assert bench.system.reconfiguration.cancel(bench.record)
    bench.run(5_000_000)
    assert bench.phases()[-1] == "ABANDONED"
    assert bench.reasons() == ["cancelled"]
    assert targets(bench.record) == {bench.ledger.identity}
    assert bench.missing() == []
    assert len(bench.events(Kind.CALL_RETURNED)) == 52


def test_nothing_can_be_cancelled_once_it_is_over(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.swap()
    bench.run(1_000_000)
    assert not bench.system.reconfiguration.cancel(bench.record)


def test_swap_under_interposers_keeps_them(make_bench: MakeBench) -> None:
    bench = make_bench()
    for _ in range(4):
        bench.noter(times=60)
    reconfiguration = bench.system.reconfiguration
    reconfiguration.attach(bench.record, Empty)
    bench.run(20_000)
    reconfiguration.attach(bench.record, Empty)
    bench.run(60_000)
    bench.swap()
    bench.run(5_000_000)
    assert bench.phases()[-1] == "COMPLETED"
    outer, inner = bench.record.interposers
    assert targets(bench.record) == {outer.subject}
    assert outer.inner is inner
    assert inner.inner is bench.ledger
    assert bench.missing() == []
    assert len(bench.ledger.notes) == 4 * 60


def test_blocked_call_has_not_run_precall(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.system.reconfiguration.attach(bench.record, Empty)
    bench.run(5_000)
    bench.noter(times=1, ns=300_000)
    bench.run(15_000)
    bench.swap()
    bench.noter(times=1, start_ns=200_000, ns=250_000)
    bench.noter(times=1, start_ns=310_000)
    bench.run(400_000)
    trace = bench.machine.trace
    rows = trace.rows(trace.tail, trace.head)
    blocked = {int(row["call"]) for row in rows if row["kind"] == Kind.CALL_BLOCKED}
    ran = {int(row["call"]) for row in rows if row["kind"] == Kind.PRECALL_RAN}
    assert len(blocked) == 1
    assert not blocked & ran
