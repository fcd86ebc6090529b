"""A component that never reaches a point ends the run; the session opens again at the last whole instant."""

from __future__ import annotations

import msgspec
import pytest

from model import catalogue
from model.catalogue import Catalogue
from model.components.counter_shared import SharedCounter
from model.scenario import Scenario, load
from model.session import Session, SessionEnded
from model.trace.trace import Trace
from model.world import World

PATIENCE_S = 0.2


class HangingCounter(SharedCounter):
    """Goes round without end in its tenth count."""

    name = "counter_hanging"
    title = "Counter, hanging"

    def add(self, caller: int, sequence: int) -> int:
        while self.state.next_ticket == 10:
            pass
        return super().add(caller, sequence)


def impatient(scenario: Scenario, known: Catalogue, trace: Trace) -> World:
    world = World(scenario, known, trace)
    world.machine._watchdog._patience_s = PATIENCE_S
    return world


@pytest.fixture
def hanging() -> Session:
    scenario = load("counter")
    component = msgspec.structs.replace(scenario.components[0], implementation="counter_hanging")
    scenario = msgspec.structs.replace(scenario, components=(component,), script=())
    known = catalogue.shipped().with_classes([HangingCounter])
    return Session(scenario, catalogue=known, world=impatient)


@pytest.mark.slow
def test_hanging_component_ends_the_run_with_a_sentence(hanging: Session) -> None:
    """Buys that an endless loop in foreign code does not freeze the program for ever; waits for the watchdog."""
    assert hanging.advance(1_000_000)
    assert hanging.hung
    assert hanging.ended is not None
    assert "without reaching a point; the run ends at" in hanging.ended
    assert 0 < hanging.now_ns < 1_000_000
    with pytest.raises(SessionEnded):
        hanging.issue(hanging_swap(), 0)
    hanging.close()


@pytest.mark.slow
def test_hung_session_opens_again_at_its_last_whole_instant(hanging: Session) -> None:
    """Buys that the person can swap the culprit out and go on."""
    hanging.advance(1_000_000)
    fork = hanging.fork_at(hanging.now_ns)
    assert fork.advance()
    again = fork.session
    assert again.now_ns == hanging.now_ns
    assert not again.hung
    recording = hanging.recording()
    assert recording.recording is not None
    assert recording.recording.end_ns == again.now_ns
    hanging.close()
    again.close()


def hanging_swap() -> object:
    from model.commands import Swap

    return Swap("counter", "counter_shared")
