"""The mediator's promises, over schedules, callers and requests that nobody would think of.

Each example is a plan: up to four callers with what they call, up to five requests, a seed by which the machine chooses
among threads that tie. A ghost stands beside the system: it counts who is truly inside of which instance, and who holds
a front that was looked up earlier. It takes no simulated time and asks the engine nothing.

    nobody is inside of the old component from TRANSFER on     no call enters the new one before the state has moved
    each effect once, in each caller's order                   calls entered = returned + raised
    at the end all entries have one target, and it serves      what is destroyed is held, and being called, by nobody
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import Phase as Stage
from hypothesis import find, given, settings

from model.engine.mediator import Mediator, Slot
from model.engine.swap import MediatedSwap
from model.engine.translation import LocalReference
from model.machine.surroundings import Operation
from model.trace.events import Kind
from tests.engine.plans import CALM_PLANS, PLANS, Plan, Run

EXAMPLES = 250


@pytest.mark.slow
@settings(max_examples=EXAMPLES)
@given(PLANS)
def test_a_swap_keeps_its_promises_whatever_happens_meanwhile(plan: Plan) -> None:
    """Buys the mediator's soundness over hundreds of schedules with swaps, cancels, retries and faults on top of each
    other."""
    assert Run(plan).faults() == []


@pytest.mark.slow
@settings(max_examples=EXAMPLES // 2)
@given(CALM_PLANS)
def test_a_swap_that_nothing_hinders_is_completed(plan: Plan) -> None:
    """Buys that no call is ever left tracked or asleep: with patience, every swap ends well under chance schedules."""
    assert Run(plan).faults() == []


# ---- planted faults, each of which some plan must bring to light


def tracks_by_a_flag(mediator: Mediator, slot: Slot) -> None:
    """The return of an inner call untracks the outer one."""
    if slot.depth:
        slot.depth = 0
        mediator._untrack(mediator.surroundings.current)


def does_not_look_again(mediator: Mediator, thread: Any, state: Any) -> Slot:
    """Publishes, and goes in though the door may have closed meanwhile."""
    slot = Slot(state.target)
    slot.depth = 1
    mediator.surroundings.point(Operation.COUNT_CHANGE)
    mediator._slots[thread.identity] = slot
    return slot


def does_not_untrack_what_raises(mediator: Mediator, slot: Slot) -> None:
    if sys.exc_info()[0] is None:
        LEAVE(mediator, slot)


def wakes_all_but_the_last(mediator: Mediator) -> None:
    for thread in mediator._door[:-1]:
        mediator.surroundings.unpark(thread)


def waits_for_nobody(*_: Any) -> None:
    """FORWARD without a quiescent state."""


def frees_at_once(swap: Any, mediator: Any, instance: Any) -> None:
    """Without the second quiescence."""
    if mediator is not None:
        swap._surroundings.emit(Kind.MEDIATOR_DESTROYED, subject=mediator.subject, b=swap._record.identity)
    swap._surroundings.emit(Kind.INSTANCE_DESTROYED, subject=instance.identity, b=swap._record.identity)


def holds_recursive_calls(mediator: Mediator, slot: Slot) -> Slot:
    mediator._wait_at_door(mediator.surroundings.current)
    slot.depth += 1
    return slot


LEAVE = Mediator.leave
FAULTS: dict[str, tuple[type, str, Callable[..., Any]]] = {
    "tracks by a flag": (Mediator, "leave", tracks_by_a_flag),
    "does not look again": (Mediator, "_track", does_not_look_again),
    "does not untrack what raises": (Mediator, "leave", does_not_untrack_what_raises),
    "holds recursive calls": (Mediator, "_enter_again", holds_recursive_calls),
    "wakes all but the last": (Mediator, "release", wakes_all_but_the_last),
    "waits for nobody in FORWARD": (MediatedSwap, "_forward", waits_for_nobody),
    "waits for nobody in BLOCK": (Mediator, "someone_inside", lambda mediator: False),
    "frees at once": (MediatedSwap, "_free", frees_at_once),
    "forgets the processors' tables": (LocalReference, "write_local", lambda *_: None),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_ghost_sees_a_planted_fault(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Buys the trust in the test above; plans are tried until one shows the fault."""
    owner, name, planted = FAULTS[fault]
    monkeypatch.setattr(owner, name, planted)
    without_shrinking = settings(max_examples=1_000, phases=[Stage.generate], database=None)
    assert find(PLANS | CALM_PLANS, lambda plan: bool(Run(plan).faults()), settings=without_shrinking)
