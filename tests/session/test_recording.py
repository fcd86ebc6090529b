"""A recording is a scenario with what a replay is compared with; written, read and replayed it is the same run."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import msgspec
import pytest

from model.commands import Attach, Swap
from model.refusals import ScenarioError
from model.replay import replay
from model.scenario import Scenario, SourceTable, dump, load, parse, shipped
from model.session import Session
from model.trace.events import Kind

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def recording() -> Scenario:
    session = Session(msgspec.structs.replace(load("counter"), script=()))
    session.advance(20_000)
    session.issue(Attach("counter", "call_timer"), 25_123)
    session.advance(60_000)
    session.issue(Swap("counter", "counter_partitioned"), 60_000)
    session.advance(150_000)
    recording = session.recording()
    session.close()
    return recording


def test_recording_survives_its_file(recording: Scenario) -> None:
    assert parse(dump(recording)) == recording


@pytest.mark.parametrize("name", [summary.name for summary in shipped()])
def test_scenario_survives_being_written(name: str) -> None:
    assert parse(dump(load(name))) == load(name)


def test_recording_replays_without_divergence(recording: Scenario) -> None:
    assert replay(recording) is None


def test_swap_that_a_wrapper_asked_for_is_no_command_and_happens_once_in_a_replay() -> None:
    """Its settings travel with the command that attached it, and are written like those of a component."""
    session = Session(msgspec.structs.replace(load("contention"), script=()))
    session.issue(Attach("FCM file 17", "contention_watch", {"meetings": 2}), 50_000)
    session.advance(1_300_000)
    recording = session.recording()
    rows = session.trace.rows(session.trace.tail, session.trace.head)
    session.close()
    assert [int((rows["kind"] == kind).sum()) for kind in (Kind.WRAPPER_ASKED, Kind.SWAP_COMPLETED)] == [1, 1]
    assert [stamped.command for stamped in recording.script] == [
        Attach("FCM file 17", "contention_watch", {"meetings": 2})
    ]
    assert parse(dump(recording)) == recording
    assert replay(recording) is None


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"meetings": 0}, "settings.meetings: this must be at least 1, not 0"),
        ({"meeting": 1}, "settings.meeting: there is no setting 'meeting'; write meetings"),
        ({"stays": 3}, "settings.stays: this must be of type bool"),
    ],
)
def test_setting_of_a_wrapper_that_makes_no_sense_is_refused_by_its_place(settings: dict[str, int], why: str) -> None:
    session = Session(load("contention"))
    try:
        with pytest.raises(ScenarioError, match=why):
            session.issue(Attach("FCM file 17", "contention_watch", settings), 0)  # type: ignore[arg-type]
    finally:
        session.close()


def test_divergence_names_the_first_command_that_differs(recording: Scenario) -> None:
    expected = recording.recording
    assert expected is not None
    changed = msgspec.structs.replace(expected, fingerprints=(expected.fingerprints[0], "0" * 32))
    found = replay(msgspec.structs.replace(recording, recording=changed))
    assert found is not None
    assert found.place == 1
    assert str(found) == "the replay diverges at command 2, swap counter to counter_partitioned, at 60001 ns"


def test_divergence_at_the_end_is_told_as_that(recording: Scenario) -> None:
    expected = recording.recording
    assert expected is not None
    changed = msgspec.structs.replace(expected, fingerprint="0" * 32)
    found = replay(msgspec.structs.replace(recording, recording=changed))
    assert str(found) == "the replay diverges at the end, after all 2 commands"


def test_divergence_says_when_the_machine_is_another(recording: Scenario) -> None:
    machine = msgspec.structs.replace(recording.machine, costs={"trap_ns": 401})
    found = replay(msgspec.structs.replace(recording, machine=machine))
    assert found is not None
    assert found.place == 0
    assert str(found).endswith("(the machine's costs have changed since it was made)")


def test_recording_in_the_middle_keeps_what_is_still_to_come() -> None:
    session = Session(load("counter"))
    session.advance(100_000)
    recording = session.recording()
    assert recording.script == load("counter").script
    assert recording.recording is not None
    assert recording.recording.fingerprints == ()
    assert replay(recording) is None
    session.close()


def test_recording_of_a_run_that_paused_within_an_instant_ends_at_a_whole_one() -> None:
    session = Session(load("counter"))
    session.advance(30_000)
    session.advance(50_000, budget_s=0.0)
    assert replay(session.recording()) is None
    session.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", ["tour", "failing"])
def test_saved_run_is_the_same_in_processes_with_other_hash_seeds(tmp_path: Path, name: str) -> None:
    """Buys that no set or dict of hashed order decides anything; starts two interpreters."""
    session = Session(load(name))
    session.advance(2_500_000)
    file = tmp_path / "recording.toml"
    file.write_text(dump(session.recording()), encoding="utf-8")
    program = (
        "import sys, json\n"
        "from model.scenario import load\n"
        "from model.replay import divergence\n"
        "from model.session import Session\n"
        "session = Session(load(sys.argv[1]))\n"
        "session.advance(session.scenario.recording.end_ns)\n"
        "print(json.dumps([session.trace.fingerprint(), str(divergence(session)), sys.flags.hash_randomization]))\n"
    )
    for seed in ("1", "4242"):
        done = subprocess.run(
            [sys.executable, "-c", program, str(file)],
            capture_output=True,
            text=True,
            check=True,
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": seed},
        )
        assert json.loads(done.stdout) == [session.trace.fingerprint(), "None", 1]
    session.close()


SOURCE = '''\
from model.components.counter_shared import SharedCounter


class TidyCounter(SharedCounter):
    """Counts like any other."""

    name = "counter_tidy"
    title = "Counter, tidy"
'''


def with_foreign_code(recording: Scenario) -> tuple[Scenario, str]:
    from model.catalogue import sha256_of

    expected = recording.recording
    assert expected is not None
    source = SourceTable(path="tidy.py", sha256=sha256_of(SOURCE), text=SOURCE)
    component = msgspec.structs.replace(recording.components[0], implementation="counter_tidy")
    changed = msgspec.structs.replace(expected, sources=(source,))
    return msgspec.structs.replace(recording, components=(component,), recording=changed), source.sha256


def test_foreign_code_is_kept_and_not_run_without_trust(tmp_path: Path, recording: Scenario) -> None:
    foreign, digest = with_foreign_code(recording)
    file = tmp_path / "foreign.toml"
    file.write_text(dump(foreign), encoding="utf-8")
    assert parse(dump(foreign)) == foreign
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert str(caught.value) == (
        f"{file}: components[0].implementation: there is no implementation 'counter_tidy' without the foreign code of "
        f"tidy.py, which was not run; if you trust it, run it with --trust {digest}."
    )


def test_trusted_foreign_code_runs_and_travels_on(tmp_path: Path, recording: Scenario) -> None:
    from model import catalogue

    foreign, digest = with_foreign_code(recording)
    file = tmp_path / "foreign.toml"
    file.write_text(dump(foreign), encoding="utf-8")
    loaded = load(file, trusted=[digest])
    session = Session(loaded, catalogue=catalogue.for_scenario(loaded, [digest]))
    session.advance(100_000)
    again = session.recording().recording
    assert again is not None
    assert again.sources == foreign.recording.sources  # type: ignore[union-attr]
    session.close()


def test_trust_is_in_the_text_and_not_in_what_the_recording_says_of_it(tmp_path: Path, recording: Scenario) -> None:
    foreign, digest = with_foreign_code(recording)
    expected = foreign.recording
    assert expected is not None
    tampered = msgspec.structs.replace(expected.sources[0], text=SOURCE + "\nraise SystemExit('run!')\n")
    changed = msgspec.structs.replace(expected, sources=(tampered,))
    file = tmp_path / "foreign.toml"
    file.write_text(dump(msgspec.structs.replace(foreign, recording=changed)), encoding="utf-8")
    with pytest.raises(ScenarioError, match="was not run"):
        load(file, trusted=[digest])


def test_trusted_code_that_does_not_load_is_told(tmp_path: Path, recording: Scenario) -> None:
    from model.catalogue import sha256_of

    foreign, _ = with_foreign_code(recording)
    expected = foreign.recording
    assert expected is not None
    text = "import nothing_like_this\n"
    broken = SourceTable(path="broken.py", sha256=sha256_of(text), text=text)
    file = tmp_path / "foreign.toml"
    changed = msgspec.structs.replace(expected, sources=(broken,))
    file.write_text(dump(msgspec.structs.replace(foreign, recording=changed)), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file, trusted=[broken.sha256])
    assert str(caught.value) == (
        f"{file}: broken.py, line 1, does not load (ModuleNotFoundError: No module named 'nothing_like_this'); "
        "mend that code or leave it out."
    )
