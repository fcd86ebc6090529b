"""Counters: what they count, the tickets, and the memory of who called."""

from __future__ import annotations

import pytest

from model.components.counter import CALLERS, CallerLine, Ledger
from model.components.counter_partitioned import PartitionedCounter
from model.components.counter_shared import SharedCounter
from model.components.recursive import RecursiveCounter
from model.engine.component import Component
from model.protocols import CANONICAL
from tests.fake_surroundings import Built, FakeSurroundings

COUNTERS = [SharedCounter, PartitionedCounter, RecursiveCounter]


@pytest.fixture(params=COUNTERS, ids=lambda made: made.name)
def built(request: pytest.FixtureRequest) -> Built:
    return Built(FakeSurroundings(), request.param)


def test_value_is_the_sum_over_all_processors(built: Built) -> None:
    for processor in range(4):
        with built.surroundings.on(processor):
            built.component.increment(processor)
    assert built.component.value() == 6


def test_no_ticket_is_given_twice_whoever_serves() -> None:
    built = Built(FakeSurroundings(), SharedCounter)
    tickets = []
    for implementation in (PartitionedCounter, SharedCounter, PartitionedCounter, PartitionedCounter, SharedCounter):
        for processor in (0, 3, 3, 1):
            with built.surroundings.on(processor):
                tickets.append(built.component.increment())
        successor = built.instance(implementation)
        successor.unpackage(CANONICAL, built.component.package(CANONICAL))
        built.component = successor
    assert len(set(tickets)) == len(tickets)


def test_calls_in_order_are_no_violation(built: Built) -> None:
    for sequence in (1, 2, 3):
        built.component.add(9, sequence)
        built.component.add(8, sequence)
    assert (built.component.value(), built.component.violations()) == (6, 0)


@pytest.mark.parametrize("sequences", [(1, 3), (1, 1), (2,), (1, 2, 2)], ids=["lost", "doubled", "late", "again"])
def test_each_call_out_of_order_is_a_violation(built: Built, sequences: tuple[int, ...]) -> None:
    for sequence in sequences:
        built.component.add(9, sequence)
    assert built.component.violations() == 1


def test_violation_is_reported_at_once(built: Built) -> None:
    built.component.add(9, 5)
    assert built.surroundings.figures[built.component.identity, "violations"] == 1


@pytest.mark.parametrize("implementation", [SharedCounter, PartitionedCounter], ids=lambda made: made.name)
def test_value_is_reported_now_and_then(implementation: type[Component]) -> None:
    built = Built(FakeSurroundings(), implementation, report_every=4)
    for _ in range(9):
        built.component.increment()
    assert built.surroundings.figures[built.component.identity, "value"] == 8


def test_one_caller_too_many_is_refused_by_name() -> None:
    ledger = Ledger({caller: CallerLine(1, 1, 0) for caller in range(CALLERS)})
    ledger.note(5, 2)
    with pytest.raises(ValueError, match="caller 70000 is one too many"):
        ledger.note(70_000, 1)


def test_recursive_counter_calls_itself_through_its_own_reference() -> None:
    built = Built(FakeSurroundings(), RecursiveCounter)
    other = Built(built.surroundings, SharedCounter)
    built.own.object = other.component
    built.component.add(1, 1)
    assert (other.component.value(), built.component.value()) == (1, 0)


def test_count_takes_about_a_microsecond() -> None:
    times = {}
    for implementation in COUNTERS:
        built = Built(FakeSurroundings(), implementation)
        built.component.add(1, 1)
        times[implementation.name] = built.surroundings.now_ns
    assert times == {"counter_shared": 800, "counter_partitioned": 300, "counter_recursive": 4_800}
