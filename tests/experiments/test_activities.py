"""The activities themselves, small: what they count, and that a job's result is a function of its description."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from model.experiments import ACTIVITIES, execute, scenario_of
from model.experiments.interposition import INTERPOSITION
from model.experiments.job import Job
from model.experiments.measuring import Run
from model.experiments.null_swaps import NULL_SWAPS
from model.experiments.postmark import POSTMARK
from model.experiments.sdet import SDET
from model.experiments.streams import STREAMS, fill, streams_scenario
from model.scenario import dump, parse

ROOT = Path(__file__).parents[2]
SMALL = [
    INTERPOSITION.job("270", times=20),
    SDET.job("s85", 1, ways=2, fcm="adaptive", operations=100, warm_up=50),
    NULL_SWAPS.job("270", 1, ways=2, swaps="random", operations=100, warm_up=50),
    STREAMS.job("270", 1, streams=2, pager="adaptive", operations=100, warm_up=50),
    POSTMARK.job("s85", 1, sample=20, sessions="small"),
]

SAYS = """
import json, sys
from model.experiments import execute
from tests.experiments.test_activities import SMALL
print(json.dumps(execute(SMALL[int(sys.argv[1])])))
"""


REPLAYS = """
from model.scenario import load, shipped
from model.session import Session
for summary in shipped():
    scenario = load(summary.name)
    session = Session(scenario)
    session.advance(min(scenario.until_ns, 500_000))
    print(summary.name, session.trace.head, session.trace.fingerprint())
    session.close()
"""
OTHER_PYTHONS = [f"3.{minor}" for minor in (11, 12, 13) if minor != sys.version_info.minor]


def said_by(python: str, program: str, *arguments: str) -> str:
    environment = {**os.environ, "PYTHONHASHSEED": "77", "PYTHONPATH": str(ROOT)}
    command = [python, "-W", "error", "-c", program, *arguments]
    said = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert said.returncode == 0, said.stderr
    return said.stdout


@pytest.fixture(params=OTHER_PYTHONS)
def other_python(request: pytest.FixtureRequest) -> str:
    """Another interpreter with all that the model needs; on PATH as `python3.12` and the like."""
    python = shutil.which(f"python{request.param}")
    needed = "import greenlet, msgspec, networkx, numpy, tomli_w"
    if python is None or subprocess.run([python, "-c", needed], capture_output=True, check=False).returncode:
        pytest.skip(f"there is no python{request.param} with the program's dependencies on PATH")
    return python


@pytest.mark.slow
def test_every_shipped_scenario_and_every_activity_is_the_same_run_on_every_python(other_python: str) -> None:
    """Where there are other interpreters: what depends on one, as chance or the order of sorting might, shows there."""
    assert said_by(other_python, REPLAYS) == said_by(sys.executable, REPLAYS)
    for place, job in enumerate(SMALL):
        assert json.loads(said_by(other_python, SAYS, str(place))) == json.loads(json.dumps(execute(job)))


def test_there_is_a_small_job_of_every_activity() -> None:
    assert {job.activity for job in SMALL} == {activity.name for activity in ACTIVITIES}


@pytest.mark.slow
@pytest.mark.parametrize("place", range(len(SMALL)), ids=[job.activity for job in SMALL])
def test_result_of_a_job_is_the_same_in_another_process_with_another_order_of_hashes(place: int) -> None:
    """Starts an interpreter: what depends on the order of a set or on an address shows only there."""
    assert json.loads(said_by(sys.executable, SAYS, str(place))) == json.loads(json.dumps(execute(SMALL[place])))


@pytest.mark.parametrize("job", [job for job in SMALL if scenario_of(job)], ids=lambda job: job.activity)
def test_run_of_a_job_opens_as_a_scenario(job: Job) -> None:
    scenario = scenario_of(job)
    assert scenario is not None
    assert parse(dump(scenario)) == scenario


def test_call_through_an_interposer_is_dearer_with_postcall_than_without() -> None:
    result = execute(SMALL[0])
    assert 0 < result["call_without_postcall_ns"] < result["call_ns"] < result["detach_ns"] < result["attach_ns"]


@pytest.mark.slow
def test_swaps_are_timed_and_the_script_loses_no_step() -> None:
    """Half a second of a two-way SDET whose files are swapped all the time."""
    result = execute(NULL_SWAPS.job("270", 1, ways=2, swaps="random", operations=400, warm_up=50))
    assert len(result["swap_ns"]) > 5
    assert min(result["swap_ns"]) > 1_000
    assert result["failed"] == 0


def test_memory_is_full_when_streams_begin() -> None:
    run = Run(streams_scenario(STREAMS.job("270", streams=2)), 4_096)
    fill(run, 2)
    frames = run.world.machine.frames
    objects = run.world.system.objects
    assert frames.low < frames.free < frames.enough
    accounts = [objects[f"stream {number}"].instance.state.account for number in (1, 2)]
    assert sum(frames.held_by(account) for account in accounts) > 0.9 * frames.total
    run.close()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"ways": 0}, "ways: must be at least 1, not 0; give one from 1 to 64"),
        ({"ways": "4"}, "ways: must be of type int, not str; give one from 1 to 64"),
        ({"wayz": 4}, "wayz: sdet has no such setting; it has ways, fcm, operations, warm_up"),
    ],
)
def test_job_that_makes_no_sense_is_refused_with_the_range(given: dict[str, int | str], said: str) -> None:
    with pytest.raises(ValueError, match="^" + said.replace("(", r"\(") + "$"):
        SDET.job("s85", **given)
