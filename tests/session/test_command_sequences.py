"""Whatever a person does, and whenever: no call is lost or doubled, and the run can be run again.

Hypothesis draws sequences of commands, pauses and forks over a small system whose load ends by itself. Each of them
must keep the books of calls at every step, leave every caller's counts in order, and replay to the same fingerprint,
also from its file and in other processes.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from model.commands import Attach, Cancel, Command, Detach, Swap
from model.components.counter import Ledger
from model.components.counter_shared import CounterState, SharedCounter
from model.engine.component import Package
from model.engine.mediator import Mediator
from model.engine.translation import calls_in_flight
from model.machine.scheduler import Scheduler
from model.projections.invariants import InvariantsFold
from model.scenario import Scenario, dump, parse
from model.session import Session
from model.trace.events import Kind

ROOT = Path(__file__).parents[2]
TRACE_ROWS = 65_536
SOME = 50
MANY = 1_000

SMALL = """
format = 1
name = "small"
seed = {seed}
policy = "{policy}"
[machine]
processors = 2
quantum = "5 us"
[swap]
forward_timeout = "300 us"
block_timeout = "15 us"
transfer_timeout = "20 us"
retry_delay = "5 us"
retries = 2
[[clients]]
name = "a"
address_space = 31
[[clients]]
name = "b"
address_space = 32
[[components]]
name = "counter"
implementation = "counter_recursive"
uses = {{ own = "counter" }}
settings = {{ pause_ns = 700, update_ns = 400 }}
[[workloads]]
kind = "steady"
client = "a"
uses = {{ target = "counter" }}
settings = {{ loops = 3, think_ns = 1500, calls = 8, mix = "add:1" }}
[[workloads]]
kind = "steady"
client = "b"
uses = {{ target = "counter" }}
settings = {{ loops = 2, think_ns = 1000, calls = 8, mix = "add:1" }}
"""
CALLS = (3 + 2) * 8

IMPLEMENTATIONS = (
    "counter_shared",
    "counter_partitioned",
    "counter_recursive",
    "counter_raises",
    "counter_fails_in_package",
    "counter_fails_in_unpackage",
    "counter_packages_garbage",
    "counter_packages_nonsense",
    "counter_never_unpackages",
)
WRAPPERS = ("call_timer", "call_counter")


@dataclass(frozen=True)
class Run:
    """Let time pass, a pause of the wall clock in between or not."""

    ns: int
    in_slices: bool


@dataclass(frozen=True)
class Issue:
    """Give a command, with a clock that is a little behind or ahead."""

    command: Command
    ahead_ns: int


@dataclass(frozen=True)
class Fork:
    """Go back to a part of the time, in hundredths, or think better of it."""

    hundredths: int
    cancelled: bool


@dataclass(frozen=True)
class Wrapped:
    """Attach a wrapper, let time pass, and detach it."""

    wrapper: str
    ns: int


COMMANDS = st.one_of(
    st.builds(Swap, st.just("counter"), st.sampled_from(IMPLEMENTATIONS), st.booleans()),
    st.builds(Swap, st.just("counter"), st.sampled_from(IMPLEMENTATIONS[:3]), st.just(True)),
    st.builds(Attach, st.just("counter"), st.sampled_from(WRAPPERS)),
    st.builds(Detach, st.just("counter"), st.sampled_from(WRAPPERS), st.sampled_from([0, 0, 0, 1])),
    st.builds(Cancel, st.just("counter")),
)
STEPS = st.one_of(
    st.builds(Run, st.integers(1, 6_000), st.booleans()),
    st.builds(Issue, COMMANDS, st.integers(-50, 900)),
    st.builds(Issue, COMMANDS, st.integers(-50, 4_000)),
    st.builds(Wrapped, st.sampled_from(WRAPPERS), st.integers(1, 6_000)),
    st.builds(Fork, st.integers(0, 100), st.booleans()),
)
SEQUENCES = st.tuples(
    st.integers(0, 5), st.sampled_from(["first_come", "random"]), st.lists(STEPS, min_size=4, max_size=16)
)
Sequence = tuple[int, str, list[Any]]


def played(sequence: Sequence) -> Session:
    """The session after the steps and after the load has ended; the books are checked all the way."""
    seed, policy, steps = sequence
    session = Session(parse(SMALL.format(seed=seed, policy=policy)), trace_capacity=TRACE_ROWS)
    for step in steps:
        session = _after(session, step)
        check_books(session)
    while session.ended is None and session.now_ns < 20_000_000:
        session.advance(session.now_ns + 500_000)
    assert session.ended is not None, "the load did not come to its end"
    return session


def _after(session: Session, step: Run | Issue | Wrapped | Fork) -> Session:
    if isinstance(step, Run):
        end_ns = session.now_ns + step.ns
        while not session.advance(end_ns, 0.0 if step.in_slices else None):
            pass
        return session
    if isinstance(step, Issue):
        session.issue(step.command, session.now_ns + step.ahead_ns)
        return session
    if isinstance(step, Wrapped):
        session.issue(Attach("counter", step.wrapper), session.now_ns)
        session.advance(session.now_ns + step.ns)
        session.issue(Detach("counter", step.wrapper), session.now_ns)
        return session
    fork = session.fork_at(session.now_ns * step.hundredths // 100)
    if step.cancelled:
        fork.advance(0.0)
        fork.cancel()
        return session
    while not fork.advance(0.0):
        pass
    session.close()
    return fork.session


def check_books(session: Session) -> None:
    """Calls issued are those returned, raised and in flight; the engine's own list says which are in flight."""
    count = rows_by_kind(session)
    system = session._world.system  # type: ignore[attr-defined]
    in_flight = calls_in_flight(system.surroundings, system.objects["counter"])
    done = count[Kind.CALL_RETURNED] + count[Kind.CALL_RAISED]
    assert count[Kind.CALL_ENTERED] == done + len(in_flight)


def rows_by_kind(session: Session) -> dict[int, int]:
    kinds = session.trace.rows(0, session.trace.head)["kind"].tolist()
    return {kind: kinds.count(kind) for kind in Kind}


def check_end(session: Session) -> None:
    """All calls are out, nobody waits at a door, and each caller's counts came once and in order."""
    check_books(session)
    count = rows_by_kind(session)
    system = session._world.system  # type: ignore[attr-defined]
    record = system.objects["counter"]
    assert not calls_in_flight(system.surroundings, record)
    assert count[Kind.MEDIATOR_CREATED] == count[Kind.MEDIATOR_DESTROYED]
    assert count[Kind.CALL_TRACKED] == count[Kind.CALL_LEFT]
    assert count[Kind.THREAD_STARTED] == count[Kind.THREAD_ENDED]
    instance = record.instance
    ledger = instance.cells.ledger if hasattr(instance, "cells") else instance.state.ledger
    assert ledger.violations() == 0
    assert all(line.last == line.calls for line in ledger.lines.values())
    by_clients = _outermost(session)
    assert sum(line.calls for line in ledger.lines.values()) == by_clients[Kind.CALL_RETURNED]
    trace, fold = session.trace, InvariantsFold()
    assert fold.apply(fold.initial(), 0, trace.rows(0, trace.head)).violations == ()
    assert by_clients[Kind.CALL_RETURNED] + by_clients[Kind.CALL_RAISED] == CALLS


def _outermost(session: Session) -> dict[int, int]:
    """Ends of the calls that the clients made; those of the component to itself are nested in them."""
    rows = session.trace.rows(0, session.trace.head)
    entered = rows[(rows["kind"] == Kind.CALL_ENTERED) & (rows["b"] == 0)]["call"]
    ends = rows[[call in set(entered.tolist()) for call in rows["call"].tolist()]]
    return {kind: int((ends["kind"] == kind).sum()) for kind in (Kind.CALL_RETURNED, Kind.CALL_RAISED)}


def check_replay(recording: Scenario) -> None:
    """The recording, read from its file, is the same run."""
    written = dump(recording)
    assert recording.recording is not None
    again = Session(parse(written), trace_capacity=TRACE_ROWS)
    again.advance(recording.recording.end_ns)
    assert tuple(again.fingerprints) == recording.recording.fingerprints
    assert again.trace.fingerprint() == recording.recording.fingerprint
    again.close()


def check_sequence(sequence: Sequence) -> Scenario:
    session = played(sequence)
    check_end(session)
    recording = session.recording()
    session.close()
    check_replay(recording)
    return recording


@pytest.mark.slow
@settings(max_examples=SOME, suppress_health_check=[HealthCheck.too_slow])
@given(SEQUENCES)
def test_any_sequence_of_commands_keeps_every_call_and_replays(sequence: Sequence) -> None:
    """Buys what the program exists for; fifty sequences, which shrink when one fails."""
    check_sequence(sequence)


SWAPPED = Issue(Swap("counter", "counter_shared"), 0)
ONE_SWAP: Sequence = (0, "random", [Run(6_000, False), SWAPPED])


def test_sequence_with_one_swap_is_sound() -> None:
    check_sequence(ONE_SWAP)


def test_mediator_that_releases_nobody_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Mediator, "release", lambda self: None)
    with pytest.raises(AssertionError, match="in_flight"):
        check_end(played(ONE_SWAP))


def test_transfer_that_forgets_a_caller_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    def forgetful(counter: SharedCounter, bit: int, package: Package) -> None:
        counter.state = CounterState(0, 1, Ledger())

    monkeypatch.setattr(SharedCounter, "unpackage", forgetful)
    with pytest.raises(AssertionError, match="violations"):
        check_end(played(ONE_SWAP))


def test_choice_by_unrecorded_chance_is_caught(monkeypatch: pytest.MonkeyPatch) -> None:
    chance = random.Random(1)
    monkeypatch.setattr(Scheduler, "choose", lambda self, n: chance.randrange(n))
    with pytest.raises(AssertionError, match="=="):
        check_sequence(ONE_SWAP)


REPLAYS = """
import json, sys
from model.scenario import parse
from model.session import Session
for text in json.load(sys.stdin):
    recording = parse(text)
    session = Session(recording, trace_capacity=65_536)
    session.advance(recording.recording.end_ns)
    print(session.trace.fingerprint())
    session.close()
"""


@pytest.mark.slow
def test_thousand_sequences_are_the_same_runs_in_two_other_processes() -> None:
    """Buys the thousand: each saved, and replayed in batch processes under two values of PYTHONHASHSEED."""
    recordings: list[Scenario] = []

    @settings(max_examples=MANY, phases=[Phase.generate], suppress_health_check=[HealthCheck.too_slow])
    @given(SEQUENCES)
    def play(sequence: Sequence) -> None:
        recordings.append(check_sequence(sequence))

    play()
    assert len(recordings) >= MANY
    texts = json.dumps([dump(recording) for recording in recordings])
    expected = [recording.recording.fingerprint for recording in recordings if recording.recording is not None]
    for seed in ("1", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", REPLAYS],
            input=texts,
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert done.stdout.split() == expected
