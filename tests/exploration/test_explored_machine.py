"""A machine in abstract time: what may happen next, and that a schedule plays in a session as it was explored."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from model.exploration.run import executed
from model.exploration.schedules import Again, schedule_of
from model.exploration.strategies import RandomWalk
from model.machine.calendar import NEVER_NS
from model.machine.explored import STEPS_AT_MOST, Alarms, ExploredMachine
from model.machine.surroundings import Operation
from model.scenario import ChoiceTable, Scenario, ScheduleTable, dump, load, parse
from model.session import Session
from model.trace.trace import Trace
from tests.exploration.programs import program

HERE = Path(__file__).parents[2]


def played(scenario: Scenario, seed: int) -> tuple[Scenario, str]:
    """A random run of a scenario as a scenario with a schedule, and the run's fingerprint."""
    explored = program(scenario)
    with executed(explored, RandomWalk(random.Random(seed))) as execution:
        schedule, fingerprint = schedule_of(execution), execution.trace.fingerprint()
    later = zip(explored.later, schedule.acts, strict=True)
    script = (*explored.first, *(msgspec.structs.replace(stamped, at_ns=at) for stamped, (_, at) in later))
    table = ScheduleTable(choices=tuple(ChoiceTable(*choice) for choice in schedule.choices))
    return msgspec.structs.replace(scenario, script=script, schedule=table), fingerprint


@pytest.mark.parametrize("name", ["two_callers", "cancelled", "cyclic_call", "time_limits"])
def test_a_schedule_plays_in_a_session_as_it_was_explored_however_it_is_cut(name: str) -> None:
    scenario, fingerprint = played(load(name), seed=5)
    whole = parse(dump(scenario))
    cuts = random.Random(1)
    for cut_ns in (NEVER_NS // 2, 2_000):
        session = Session(whole)
        until_ns = 0
        while not session.ended:
            until_ns += cuts.randrange(1, cut_ns) if until_ns < 20_000 else 10_000_000
            session.advance(until_ns)
        assert session.schedule_divergence is None
        assert session.trace.fingerprint() == fingerprint
        session.close()


def test_a_schedule_that_does_not_fit_is_told_by_its_step() -> None:
    scenario, _ = played(load("two_callers"), seed=5)
    assert scenario.schedule is not None
    wrong = tuple(
        ChoiceTable(choice.step, choice.answer, "phase_write") if place == 3 else choice
        for place, choice in enumerate(scenario.schedule.choices)
    )
    session = Session(msgspec.structs.replace(scenario, schedule=ScheduleTable(choices=wrong)))
    session.advance(10**12)
    assert session.schedule_divergence is not None
    assert f"at step {wrong[3].step} the thread comes to" in session.schedule_divergence
    session.close()


def test_a_run_that_ends_before_its_schedule_is_told() -> None:
    late = ScheduleTable(choices=(ChoiceTable(5_000, 1, "park"),))
    session = Session(msgspec.structs.replace(load("one_call"), schedule=late))
    session.advance(10**12)
    assert "before step 5000" in str(session.schedule_divergence)
    session.close()


def test_threads_are_numbered_by_who_started_them_and_not_by_when() -> None:
    explored = program(load("two_callers"))
    numbers = set()
    for seed in range(5):
        with executed(explored, RandomWalk(random.Random(seed))) as execution:
            trace = execution.trace
            names = {trace.event(place).thread for place in range(trace.head)}
            numbers.add(tuple(sorted(names)))
    assert len(numbers) == 1


@pytest.mark.parametrize(("alarms", "candidates"), [("any time", 2), ("when idle", 1)])
def test_an_alarm_is_a_candidate_at_any_time_or_only_when_all_wait(alarms: Alarms, candidates: int) -> None:
    asked: list[int] = []

    def chooser(machine: ExploredMachine, n: int) -> int:
        asked.append(n)
        return 0

    machine = ExploredMachine(Trace(), chooser=chooser, alarms=alarms, processors=1)

    def body() -> None:
        machine.after(10_000, lambda: None)
        machine.point(Operation.TABLE_READ)

    machine.spawn(body, name="armed", in_generation=False)
    machine.run(NEVER_NS)
    assert (asked[0] if asked else 1) == candidates
    machine.close()


def test_a_run_without_end_is_stopped_and_says_so() -> None:
    machine = ExploredMachine(Trace(), chooser=lambda machine, n: 0, processors=1)

    def body() -> None:
        while True:
            machine.point(Operation.TABLE_READ)

    machine.spawn(body, name="endless", in_generation=False)
    machine.run(NEVER_NS)
    assert machine.endless
    assert machine.step == STEPS_AT_MOST
    machine.close()


def test_an_error_of_whoever_chooses_comes_out_of_the_run() -> None:
    def chooser(machine: ExploredMachine, n: int) -> int:
        raise LookupError("no answer")

    machine = ExploredMachine(Trace(), chooser=chooser, processors=1)
    for number in range(2):
        machine.spawn(lambda: machine.point(Operation.TABLE_READ), name=f"{number}", in_generation=False)
    with pytest.raises(LookupError, match="no answer"):
        machine.run(NEVER_NS)
    machine.close()


def test_a_command_may_come_at_any_moment_and_comes_again_at_the_same() -> None:
    explored = program(load("cancelled"))
    steps = set()
    for seed in range(40):
        with executed(explored, RandomWalk(random.Random(seed))) as execution:
            schedule, fingerprint = schedule_of(execution), execution.trace.fingerprint()
        with executed(explored, Again(schedule)) as again:
            assert again.trace.fingerprint() == fingerprint
        steps.add(schedule.acts[0][0])
    assert len(steps) > 5


def test_a_command_that_comes_by_itself_does_not_bring_the_next_one() -> None:
    explored = program(load("interposers_stacked"))
    assert len(explored.later) > 1
    for seed in range(20):
        with executed(explored, RandomWalk(random.Random(seed))) as execution:
            schedule, fingerprint = schedule_of(execution), execution.trace.fingerprint()
        with executed(explored, Again(schedule)) as again:
            assert again.trace.fingerprint() == fingerprint


DRAWS = """
import random
from model.exploration.run import executed
from model.exploration.strategies import Priorities, RandomWalk
from model.scenario import load
from tests.exploration.programs import program

explored = program(load("two_callers"))
for seed in range(3):
    streams = random.Random(seed), random.Random(seed)
    for chooser, stream in ((RandomWalk(streams[0]), streams[0]), (Priorities(streams[1], 3, 60), streams[1])):
        with executed(explored, chooser) as execution:
            print(execution.trace.fingerprint(), stream.random())
"""


@pytest.mark.slow
def test_same_seed_gives_the_same_run_and_the_same_last_draw_in_any_process() -> None:
    """Slow: two processes with other seeds of Python's hashes are the only way to see that nothing depends on those."""
    told = []
    for hash_seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": hash_seed, "PYTHONPATH": str(HERE)}
        ran = subprocess.run(
            [sys.executable, "-c", DRAWS], env=environment, cwd=HERE, capture_output=True, text=True, check=True
        )
        told.append(ran.stdout)
    assert told[0] == told[1]
    assert len(set(told[0].split())) == 12
