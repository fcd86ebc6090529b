"""Acting in the past: the same run again up to the cursor, compared row by row, and taken only when it matches."""

from __future__ import annotations

import gc
from functools import partial
from itertools import count
from typing import Any

import greenlet
import msgspec
import pytest

from model.commands import Attach, Stamped, Swap
from model.scenario import Scenario, load
from model.session import ForkDiverged, Session
from model.trace.events import Kind
from model.world import World

SCRIPT = (
    Stamped(20_000, Attach("counter", "call_timer")),
    Stamped(60_000, Swap("counter", "counter_partitioned")),
    Stamped(150_000, Attach("counter", "call_counter")),
)


@pytest.fixture(scope="module")
def scripted() -> Scenario:
    return msgspec.structs.replace(load("counter"), script=SCRIPT)


@pytest.fixture
def running(scripted: Scenario) -> Any:
    session = Session(scripted)
    session.advance(200_000)
    yield session
    session.close()


def test_fork_stands_at_the_cursor_without_later_commands(running: Session) -> None:
    fork = running.fork_at(100_000)
    assert fork.advance()
    new = fork.session
    assert new.now_ns == 100_000
    assert new.script == SCRIPT[:2]
    assert new.fingerprints == running.fingerprints[:2]
    end = running.trace.position_at(100_000)
    assert new.trace.head == end
    assert (new.trace.rows(0, end) == running.trace.rows(0, end)).all()
    new.close()


def test_fork_goes_its_own_way_after_the_cursor(running: Session) -> None:
    fork = running.fork_at(40_000)
    fork.advance()
    new = fork.session
    assert new.issue(Swap("counter", "counter_shared"), 40_000) == 40_001
    new.advance(200_000)
    assert new.trace.fingerprint() != running.trace.fingerprint()
    assert [stamped.at_ns for stamped in new.script] == [20_000, 40_001]
    new.close()


def test_fork_at_the_instant_of_a_command_keeps_the_command(running: Session) -> None:
    fork = running.fork_at(60_000)
    fork.advance()
    assert fork.session.script == SCRIPT[:2]
    assert fork.session.issue(Swap("counter", "counter_shared"), 60_000) == 60_001
    fork.session.close()


def test_fork_tells_how_far_it_is(running: Session) -> None:
    fork = running.fork_at(200_000)
    assert fork.fraction == 0 or fork.trace.head > 0
    assert fork.estimate_s is None
    fractions = []
    while not fork.advance(0.0):
        fractions.append(fork.fraction)
        assert fork.estimate_s is not None
    assert fractions == sorted(fractions)
    assert all(0 <= fraction <= 1 for fraction in fractions)
    assert fork.fraction == 1
    fork.session.close()


def test_fork_has_no_session_before_it_matches(running: Session) -> None:
    fork = running.fork_at(200_000)
    with pytest.raises(RuntimeError, match="no session before it matches"):
        _ = fork.session
    fork.cancel()


def test_cancelled_fork_leaves_the_running_session_as_it_was(running: Session) -> None:
    before = (running.now_ns, running.script, running.trace.fingerprint())
    fork = running.fork_at(150_000)
    fork.advance(0.0)
    fork.cancel()
    fork.cancel()
    assert (running.now_ns, running.script, running.trace.fingerprint()) == before
    running.advance(250_000)
    with pytest.raises(RuntimeError, match="cancelled"):
        fork.advance()


class Deviating(World):
    """A world that in its second making does something else at 90 us: what an unmarked chance would do."""

    made = count()

    def __init__(self, *arguments: Any, makings: Any) -> None:
        super().__init__(*arguments)
        if next(makings):
            self.machine.after(90_000, lambda: self.machine.emit(Kind.FIGURE_REPORTED, a=7))


def test_fork_that_differs_says_at_which_row_and_keeps_the_running_session(scripted: Scenario) -> None:
    running = Session(scripted, world=partial(Deviating, makings=count()))
    running.advance(200_000)
    before = running.trace.fingerprint()
    fork = running.fork_at(150_000)
    with pytest.raises(ForkDiverged) as caught:
        fork.advance()
    position = caught.value.position
    assert running.trace.event(position).at_ns >= 90_000
    assert running.trace.event(position - 1).at_ns <= 90_000
    assert running.trace.fingerprint() == before
    running.advance(210_000)
    running.close()


def test_fork_compares_what_is_held_and_the_fingerprints_of_what_is_not(scripted: Scenario) -> None:
    running = Session(scripted, trace_capacity=8_192)
    while running.trace.tail == 0:
        running.advance(running.now_ns + 100_000)
    fork = running.fork_at(running.now_ns)
    assert fork.advance()
    assert fork.session.trace.fingerprint() == running.trace.fingerprint()
    fork.session.close()

    running.fingerprints[1] = "0" * 32
    with pytest.raises(ForkDiverged) as caught:
        running.fork_at(running.now_ns).advance()
    assert caught.value.position == running.trace.tail
    running.close()


def test_fork_before_what_is_held_runs_to_its_instant(scripted: Scenario) -> None:
    running = Session(scripted, trace_capacity=8_192)
    while running.trace.tail < 8_192:
        running.advance(running.now_ns + 100_000)
    fork = running.fork_at(70_000)
    fractions = []
    while not fork.advance(0.0):
        fractions.append(fork.fraction)
    assert fractions == sorted(fractions)
    assert fork.session.now_ns == 70_000
    assert fork.session.fingerprints == running.fingerprints[:2]
    fork.session.close()
    running.close()


def test_fork_ahead_of_the_run_goes_on_to_the_cursor(running: Session) -> None:
    fork = running.fork_at(230_000)
    assert fork.advance()
    running.advance(230_000)
    assert fork.session.trace.fingerprint() == running.trace.fingerprint()
    fork.session.close()


def test_thousand_forks_leave_no_greenlet_behind() -> None:
    """Each fork takes the place of the session before it, as in the window."""
    scenario = msgspec.structs.replace(load("counter"), script=())
    gc.collect()
    before = _greenlets()
    session = Session(scenario, trace_capacity=8_192)
    session.advance(4_000)
    for _ in range(1_000):
        fork = session.fork_at(2_000)
        assert fork.advance()
        session.close()
        session = fork.session
        session.advance(4_000)
    session.close()
    del session, fork
    gc.collect()
    assert _greenlets() <= before


def _greenlets() -> int:
    return sum(isinstance(item, greenlet.greenlet) for item in gc.get_objects())
