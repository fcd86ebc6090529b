"""A believable trace of the default scenario, written by hand instead of by an engine.

It shows what the picture of the main window shows: two clients with their tables, file cache managers, a pager, a
counter under a call timer; two swaps of "FCM file 17" that were completed, and a third that stands in BLOCK at 2.418
306 ms with two untracked, five tracked, one recursive and four blocked calls. Projections and views are tested on it
without a machine.

The whole story is always planned, then cut at the asked instant, so an earlier cut is a prefix of a later one. What the
background does between the swaps is drawn from a seeded generator; it keeps away from "FCM file 17" around the swaps,
where every call is written down.

Limits: rows agree with each other (calls nest, threads end, generations drain, entries name what they point at), but no
processor is modelled: threads of one processor may overlap.
"""

from __future__ import annotations

import math
from typing import Literal, NamedTuple

from model.trace.events import Kind
from model.trace.trace import Trace
from tests.synthetic.planning import Plan, end_thread, enter_call, return_call, start_thread
from tests.synthetic.swaps import (
    ABANDONED_NS,
    ABANDONED_THREADS,
    BLOCK_NS,
    FORWARD_NS,
    FREED_NS,
    LAST_REQUEST,
    RESERVED_THREADS,
    SWAP_FORWARD_NS,
    TRANSFER_NS,
    UNTIL_CURSOR_NS,
    CompletedSwap,
    abandoned_swap,
)
from tests.synthetic.world import (
    CALL_TIMER,
    COUNTER_1,
    FCM,
    FCM_3,
    FCM_17,
    FCM_REPLICATED,
    FCM_SINGLE,
    INTERFACES,
    KERNEL,
    OBJECTS,
    PAGER_1,
    POSTMARK,
    PROCESSORS,
    SDET,
    SESSION_17,
    World,
    attach_call_timer,
    whole_world,
)

__all__ = [
    "CALL_TIMER",
    "COUNTER_1",
    "FCM_3",
    "FCM_17",
    "FCM_REPLICATED",
    "FCM_SINGLE",
    "LAST_REQUEST",
    "PAGER_1",
    "POSTMARK",
    "SDET",
    "SESSION_17",
    "Clock",
    "Until",
    "synthetic_trace",
]

Until = Literal["start", "forward", "block", "transfer", "completed"]

CALLS_BEGIN_NS = 20_000
CALLS_END_NS = 2_440_000
LONGEST_THREAD_NS = 12_000


class Clock(NamedTuple):
    """Where the trace stops, and the instants of its last swap, all in ns; those after `now_ns` did not happen."""

    now_ns: int
    requested_ns: int
    forward_ns: int
    block_ns: int
    transfer_ns: int
    completed_ns: int
    freed_ns: int


def synthetic_trace(
    calls: int = 400, until: Until = "block", *, abandoned: bool = False, capacity: int = 1_048_576
) -> tuple[Trace, Clock]:
    """A trace with that many background calls, cut in the last swap as asked, and its clock.

    `abandoned` adds a swap of the pager that retries once and is abandoned; it then has request 5.
    """
    plan = Plan()
    world = whole_world(plan)
    attach_call_timer(plan, world)
    for request, forward_ns in SWAP_FORWARD_NS.items():
        target = FCM_SINGLE if request == 3 else FCM_REPLICATED
        CompletedSwap(plan, world, request, forward_ns, target).write()
    if abandoned:
        abandoned_swap(plan, world)
    _background(plan, world, calls)
    _quiescence(plan)
    clock = _clock(until)
    return plan.trace(clock.now_ns, capacity), clock


def _clock(until: Until) -> Clock:
    forward = SWAP_FORWARD_NS[LAST_REQUEST]
    block = forward + FORWARD_NS
    transfer = block + BLOCK_NS
    completed = transfer + TRANSFER_NS
    now = {
        "start": 0,
        "forward": forward + 10_000,
        "block": forward + UNTIL_CURSOR_NS,
        "transfer": transfer + 900,
        "completed": CALLS_END_NS + 10_000,
    }[until]
    return Clock(now, forward - 1_500, forward, block, transfer, completed, completed + FREED_NS)


BACKGROUND = (
    (POSTMARK, SESSION_17, 3), (POSTMARK, FCM_17, 5), (POSTMARK, FCM_3, 2),
    (SDET, SESSION_17, 2), (SDET, FCM_17, 4), (SDET, FCM_3, 2), (SDET, PAGER_1, 1), (SDET, COUNTER_1, 2),
)  # fmt: skip


def _background(plan: Plan, world: World, calls: int) -> None:
    """Requests of both clients all the time, each one call; page misses go on to the pager."""
    draw = plan.random
    weights = [weight for _, _, weight in BACKGROUND]
    number = 0
    for index in range(calls):
        at = CALLS_BEGIN_NS + (CALLS_END_NS - CALLS_BEGIN_NS) * index // max(1, calls) + draw.randrange(40)
        client, of, _ = draw.choices(BACKGROUND, weights)[0]
        if of in (FCM_17, PAGER_1) and _near_swap(at):
            of = SESSION_17
        number += 1
        if number == ABANDONED_THREADS:
            number = RESERVED_THREADS * LAST_REQUEST
        _background_request(plan, world, at, number, client, of)


def _background_request(plan: Plan, world: World, at: int, number: int, client: int, of: int) -> None:
    draw = plan.random
    took = min(LONGEST_THREAD_NS - 1_000, round(1_000 * math.exp(draw.gauss(math.log(1.5), 0.55))))
    started = start_thread(plan, at, number, draw.randrange(PROCESSORS), client, "request")
    methods = INTERFACES[OBJECTS[of][0]][2]
    target = world.door(of, at + 150)
    call = enter_call(plan, at + 150, started, of, 1 + draw.randrange(len(methods) - 1), target, client)
    wrapped = of == COUNTER_1 and target != world.instances[COUNTER_1]
    if wrapped:
        fields = call.fields() | {"subject": target, "b": of}
        plan.add(Kind.PRECALL_RAN, at + 270, call.entered, **fields)
        plan.add(Kind.POSTCALL_RAN, at + 150 + took, call.entered, **fields)
    elif OBJECTS[of][0] == FCM and draw.random() < 0.25 and not _near_swap(at):
        inner = enter_call(
            plan, at + 150 + took // 3, call.entered, PAGER_1, 1, world.door(PAGER_1, at), KERNEL, of, way_ns=took // 10
        )
        return_call(plan, at + 150 + took * 2 // 3, inner)
    if draw.random() < 0.005:
        fields = call.fields() | {"a": took}
        plan.add(
            Kind.CALL_RAISED, at + 150 + took, call.entered, until_ns=at + 250 + took, b="FileClosed: file 3", **fields
        )
    else:
        return_call(plan, at + 150 + took, call)
    end_thread(plan, at + 300 + took, started)


def _near_swap(at_ns: int) -> bool:
    around = LONGEST_THREAD_NS + 4_000
    in_swap = any(begin - around < at_ns < begin + 30_000 for begin in SWAP_FORWARD_NS.values())
    return in_swap or ABANDONED_NS - around < at_ns < ABANDONED_NS + 64_000


def _quiescence(plan: Plan) -> None:
    """Two advances on every processor for each request, then each thread's generation."""
    advances: list[list[int]] = [[] for _ in range(PROCESSORS)]
    for which, (requested_ns, limit_ns) in enumerate(sorted(plan.quiescences), 1):
        plan.add(Kind.QUIESCENCE_REQUESTED, requested_ns, a=which)
        reached_ns = max(_advance_twice(plan, advances[cpu], cpu, requested_ns) for cpu in range(PROCESSORS)) + 100
        assert reached_ns <= limit_ns, "a background thread outlives the grace period"
        plan.add(Kind.QUIESCENCE_REACHED, reached_ns, a=which)
    for thread in plan.threads:
        generation = sum(1 for at_ns in advances[thread.processor] if at_ns <= thread.started.at_ns)
        thread.started.fields["a"] = thread.ended.fields["a"] = generation
    for cpu, instants in enumerate(advances):
        for generation, at_ns in enumerate(instants, 1):
            left = sum(
                1 for thread in plan.threads
                if thread.processor == cpu and thread.started.fields["a"] == generation - 1
                and thread.started.at_ns < at_ns < thread.ended.at_ns
            )  # fmt: skip
            plan.add(Kind.GENERATION_ADVANCED, at_ns, a=generation, b=left, processor=cpu)


def _advance_twice(plan: Plan, advances: list[int], cpu: int, requested_ns: int) -> int:
    """The instant of the second advance: when the threads of the generation before the first have ended."""
    first = requested_ns + 300 + 130 * cpu
    alive = [
        thread.ended.at_ns for thread in plan.threads
        if thread.processor == cpu and thread.started.at_ns < first < thread.ended.at_ns
    ]  # fmt: skip
    second = max([first + 500, *alive]) + 100
    advances += [first, second]
    return second
