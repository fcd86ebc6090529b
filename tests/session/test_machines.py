"""Runs on every machine profile: the same whether threads run ahead or not and however the run is cut."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import msgspec
import pytest

from model import profiles
from model.projections.invariants import InvariantsFold
from model.projections.projection import Projection
from model.scenario import Scenario, load
from model.session import Session
from model.trace.events import Kind
from model.world import World


def on(profile: str, name: str, **machine: Any) -> Scenario:
    scenario = load(name)
    chosen = msgspec.structs.replace(scenario.machine, profile=profile, **machine)
    return msgspec.structs.replace(scenario, machine=chosen)


def fingerprint(scenario: Scenario, until_ns: int, *, run_ahead: bool, cuts: random.Random | None = None) -> str:
    session = Session(scenario, world=partial(World, run_ahead=run_ahead))
    try:
        while cuts is not None and session.now_ns < until_ns - 1:
            session.advance(cuts.randrange(session.now_ns + 1, until_ns), budget_s=0.0)
        session.advance(until_ns)
        return session.trace.fingerprint()
    finally:
        session.close()


@pytest.mark.slow
@pytest.mark.parametrize("profile", profiles.shipped())
@pytest.mark.parametrize("local_tables", [True, False])
@pytest.mark.parametrize(("name", "until_ns"), [("multiprocessor", 2_150_000), ("stacked", 700_000)])
def test_neither_run_ahead_nor_cuts_leave_a_mark_on_any_machine(
    profile: str, local_tables: bool, name: str, until_ns: int
) -> None:
    """Buys that lines, bus, tables and swaps are exact: a run that is executed step by step is the same run."""
    scenario = on(profile, name, processors=8, local_tables=local_tables)
    found = {
        fingerprint(scenario, until_ns, run_ahead=True),
        fingerprint(scenario, until_ns, run_ahead=False),
        fingerprint(scenario, until_ns, run_ahead=True, cuts=random.Random(5)),
    }
    assert len(found) == 1


@pytest.fixture(scope="module")
def multiprocessor() -> Session:
    session = Session(load("multiprocessor"))
    session.advance(session.scenario.until_ns)
    return session


def calls_in(session: Session, since_ns: int, until_ns: int) -> int:
    rows = session.trace.rows(session.trace.tail, session.trace.head)
    returned = rows[rows["kind"] == Kind.CALL_RETURNED]
    return int(((since_ns <= returned["at_ns"]) & (returned["at_ns"] < until_ns)).sum())


@pytest.mark.slow
def test_the_replicated_cache_serves_many_processors_better(multiprocessor: Session) -> None:
    """Buys that contention and the lines under the lock cost what they should: nothing else tells the two apart."""
    assert calls_in(multiprocessor, 3_500_000, 4_000_000) > 1.5 * calls_in(multiprocessor, 1_500_000, 2_000_000)


@pytest.mark.slow
def test_a_representative_is_made_on_every_processor_after_the_swap_and_none_before(multiprocessor: Session) -> None:
    """Shares the run of the test before."""
    rows = multiprocessor.trace.rows(multiprocessor.trace.tail, multiprocessor.trace.head)
    made = rows[rows["kind"] == Kind.REPRESENTATIVE_CREATED]
    assert sorted(made["processor"].tolist()) == list(range(8))
    assert made["at_ns"].min() > 2_000_000


@pytest.mark.slow
def test_every_rule_holds_on_local_tables(multiprocessor: Session) -> None:
    """Shares the run of the test before."""
    trace = multiprocessor.trace
    broken = Projection(trace, InvariantsFold(trace)).at(trace.head)
    assert not broken.violations
