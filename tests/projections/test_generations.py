"""Threads by generation against a plain count."""

from __future__ import annotations

import random

import pytest

from model.projections.generations import Generation, Generations, GenerationsFold
from model.projections.projection import Projection
from model.trace.events import Kind
from model.trace.trace import Trace
from tests.synthetic import synthetic_trace


def generations_of(trace: Trace, position: int | None = None) -> Generations:
    return Projection(trace, GenerationsFold(trace)).at(trace.head if position is None else position)


def plain_active(trace: Trace, position: int) -> dict[tuple[int, int], int]:
    """The living threads by looking at one row after the other."""
    alive: dict[int, tuple[int, int]] = {}
    for event in map(trace.event, range(position)):
        if event.kind == Kind.THREAD_STARTED and event.a >= 0:
            alive[event.thread] = (event.processor, event.a)
        elif event.kind == Kind.THREAD_ENDED:
            alive.pop(event.thread, None)
    return {at: list(alive.values()).count(at) for at in alive.values()}


@pytest.mark.parametrize("share", [0.1, 0.4, 0.6, 0.9, 0.99, 1.0])
def test_active_threads_are_those_of_a_plain_count(share: float) -> None:
    trace, _ = synthetic_trace(until="completed")
    position = round(share * trace.head)
    assert generations_of(trace, position).active == plain_active(trace, position)


def test_any_cut_gives_the_same_state() -> None:
    trace = wandering()
    fold, draw = GenerationsFold(trace), random.Random(2)
    state, position = fold.initial(), 0
    while position < trace.head:
        last = min(trace.head, position + draw.randrange(60))
        state = fold.apply(state, position, trace.rows(position, last))
        position = last
    assert state == generations_of(trace)
    assert state.active == plain_active(trace, trace.head)


def wandering() -> Trace:
    """Threads that start, move between processors and end at random."""
    trace, draw = Trace(), random.Random(5)
    trace.append(Kind.RUN_STARTED, 0, a=4, b=2)
    alive: dict[int, int] = {}
    for number in range(1, 2_000):
        choice = draw.random()
        if choice < 0.4 or not alive:
            alive[number] = draw.randrange(4)
            trace.append(Kind.THREAD_STARTED, number, thread=number, a=draw.randrange(-1, 3), processor=alive[number])
            continue
        thread = draw.choice(sorted(alive))
        if choice < 0.7:
            left, alive[thread] = alive[thread], draw.randrange(4)
            trace.append(Kind.THREAD_MIGRATED, number, thread=thread, a=left, processor=alive[thread])
        else:
            started = next(
                event for event in map(trace.event, range(trace.head))
                if event.kind == Kind.THREAD_STARTED and event.thread == thread
            )  # fmt: skip
            trace.append(Kind.THREAD_ENDED, number, thread=thread, a=started.a, processor=alive.pop(thread))
    return trace


def test_thread_that_moved_leaves_the_count_that_it_entered() -> None:
    trace = Trace()
    trace.append(Kind.RUN_STARTED, 0, a=2, b=2)
    trace.append(Kind.THREAD_STARTED, 1, thread=7, a=0, processor=0)
    trace.append(Kind.THREAD_MIGRATED, 2, thread=7, a=0, processor=1)
    assert generations_of(trace).active == {(0, 0): 1}
    trace.append(Kind.THREAD_ENDED, 3, thread=7, a=0, processor=1)
    assert generations_of(trace) == Generations(2, 2, (0, 0), (0, 0))


def test_thread_in_no_generation_counts_nowhere() -> None:
    trace = Trace()
    trace.append(Kind.THREAD_STARTED, 1, thread=7, a=-1)
    assert generations_of(trace).active == {}


def test_generations_of_a_processor_start_with_the_current_one() -> None:
    trace = Trace()
    trace.append(Kind.RUN_STARTED, 0, a=2, b=2)
    trace.append(Kind.THREAD_STARTED, 1, thread=7, a=0, processor=1)
    trace.append(Kind.GENERATION_ADVANCED, 2, a=1, b=1, processor=1)
    state = generations_of(trace)
    assert state.of(1) == (Generation(1, 0), Generation(0, 1))
    assert state.of(0) == (Generation(0, 0),)
    assert (state.advances, state.current(1), state.advanced_ns) == (1, 1, (0, 2))


def test_requests_wait_until_they_are_reached() -> None:
    trace = Trace()
    trace.append(Kind.QUIESCENCE_REQUESTED, 5, a=1)
    trace.append(Kind.QUIESCENCE_REQUESTED, 6, a=2)
    trace.append(Kind.QUIESCENCE_REACHED, 9, a=1)
    state = generations_of(trace)
    assert (state.waiting, state.requested, state.reached) == ({2: 6}, 2, 1)


def test_forward_of_the_synthetic_trace_waits_for_quiescence() -> None:
    trace, _ = synthetic_trace(until="forward")
    state = generations_of(trace)
    assert len(state.waiting) == 1
    assert state.requested == state.reached + 1
