"""Interposers: what a wrapper sees and may change, stacking, and detaching in any order."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from engine_harness import Doubling, Empty, Ledger, OldLedger, Skipping, targets

from model.engine.component import calls_of
from model.trace.events import Kind

MakeBench = Callable[..., Any]


def test_generated_classes_have_the_exact_signatures_of_the_interface(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.system.reconfiguration.attach(bench.record, Empty)
    bench.run(10_000)
    interposer = bench.record.interposers[0]
    front = bench.record.entries[0].object if False else bench.record.entries[0]._front
    for call in calls_of(Ledger):
        wanted = [
            parameter.replace(annotation=inspect.Parameter.empty)
            for parameter in inspect.signature(getattr(Ledger, call)).parameters.values()
        ]
        for generated in (type(interposer), type(front)):
            assert list(inspect.signature(getattr(generated, call)).parameters.values()) == wanted


def test_wrapper_sees_and_changes_arguments_and_results(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.system.reconfiguration.attach(bench.record, Doubling)
    bench.run(10_000)
    bench.caller(lambda reference, _: reference.object.note(9, 21))
    bench.run(100_000)
    assert bench.ledger.notes == [(9, 42)]
    assert bench.record.interposers[0].wrapper.seen == ["pre note(9, 21, 1000)", "post note state 1 None"]


def test_wrapper_sees_the_exception_and_the_caller_the_same(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.system.reconfiguration.attach(bench.record, Doubling)
    bench.run(10_000)
    bench.caller(lambda reference, _: reference.object.fail(3))
    bench.run(100_000)
    assert bench.errors == ["ValueError: caller 3 asked for it"]
    assert bench.record.interposers[0].wrapper.seen[-1].endswith("ValueError('caller 3 asked for it')")


def test_wrapper_of_named_methods_leaves_the_others_alone(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.system.reconfiguration.attach(bench.record, Doubling)
    bench.run(10_000)
    bench.caller(lambda reference, _: reference.object.nested(1, 0))
    bench.run(100_000)
    assert bench.record.interposers[0].wrapper.seen == []


def test_skipped_postcall_is_not_run(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.system.reconfiguration.attach(bench.record, Skipping)
    bench.run(10_000)
    bench.noter(times=5)
    bench.run(100_000)
    assert len(bench.events(Kind.PRECALL_RAN)) == 5
    assert bench.events(Kind.POSTCALL_RAN) == []
    assert bench.errors == []


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 0, 2), (1, 2, 0), (0, 2, 1), (2, 0, 1)])
def test_interposers_detach_in_any_order(make_bench: MakeBench, order: tuple[int, ...]) -> None:
    bench = make_bench()
    for _ in range(4):
        bench.noter(times=80)
    reconfiguration = bench.system.reconfiguration
    for step, wrapper in enumerate((Empty, Skipping, Doubling)):
        reconfiguration.attach(bench.record, wrapper)
        bench.run(15_000 * (step + 1))
    attached = list(bench.record.interposers)
    for step, place in enumerate(order):
        reconfiguration.detach(bench.record, type(attached[place].wrapper))
        bench.run(60_000 + 15_000 * step)
        remaining = bench.record.interposers
        first = remaining[0].subject if remaining else bench.ledger.identity
        assert targets(bench.record) == {first}
    bench.run(5_000_000)
    assert [b for _, _, b in bench.events(Kind.INTERPOSER_DETACHED)] == [attached[place].subject for place in order]
    assert len(bench.events(Kind.INTERPOSER_DESTROYED)) == 3
    assert len(bench.ledger.notes) == 4 * 80
    assert bench.errors == []


def test_attach_and_detach_never_make_a_caller_wait(make_bench: MakeBench) -> None:
    bench = make_bench()
    for _ in range(4):
        bench.noter(times=80)
    for step in range(6):
        if step % 2:
            bench.system.reconfiguration.detach(bench.record, Empty)
        else:
            bench.system.reconfiguration.attach(bench.record, Empty)
        bench.run(20_000 * (step + 1))
    bench.run(5_000_000)
    assert bench.events(Kind.CALL_BLOCKED) == []
    before, after = len(bench.events(Kind.PRECALL_RAN)), len(bench.events(Kind.POSTCALL_RAN))
    assert before == after > 0
    assert bench.missing() == []


def test_detach_of_what_is_not_attached_is_refused(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.system.reconfiguration.detach(bench.record, Empty)
    assert bench.reasons() == ["ledger has no empty number 1 attached"]


def test_interposer_is_freed_only_after_the_calls_that_hold_it(make_bench: MakeBench) -> None:
    bench = make_bench()
    bench.system.reconfiguration.attach(bench.record, Empty)
    bench.run(10_000)
    bench.noter(times=1, ns=200_000)
    bench.run(20_000)
    bench.system.reconfiguration.detach(bench.record, Empty)
    bench.run(150_000)
    assert bench.events(Kind.INTERPOSER_DETACHED)
    assert not bench.events(Kind.INTERPOSER_DESTROYED)
    bench.run(400_000)
    assert bench.events(Kind.INTERPOSER_DESTROYED)
    assert bench.ledger.notes == [(0, 1)]
    assert type(bench.ledger) is OldLedger
