"""The command line: the runs of the window, one sentence for bad input, and exit statuses that mean something."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
import pytest

from app import command_line
from app.command_line import BROKEN, main
from model.scenario import DEFAULT, dump, load, parse, scenes, shipped

ROOT = Path(__file__).parents[2]


def said(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    status = main(list(arguments))
    captured = capsys.readouterr()
    return status, captured.out, captured.err


def test_scenarios_are_listed_a_line_each_the_default_first(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "scenarios")
    assert status == 0
    assert [line.split("  ")[0] for line in out.splitlines()] == [summary.name for summary in shipped()]
    assert out.splitlines()[0].startswith(DEFAULT)


@pytest.mark.parametrize(
    ("what", "told"), [("counter", "counter"), ("all", "every thread of this moment"), ("generation:0", "generation 0")]
)
def test_run_goes_on_until_what_is_inside_has_come_out(
    capsys: pytest.CaptureFixture[str], what: str, told: str
) -> None:
    status, out, err = said(capsys, "run", "counter", "--until", "900us", "--drained", what, "--json")
    assert (status, err) == (0, "")
    drained = json.loads(out)["drained"]
    assert drained["what"] == told
    assert drained["count"] > 0
    assert 900_000 < drained["at_ns"] < 1_000_000


def test_run_that_is_not_drained_in_time_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    """A cyclic call that stands in BLOCK; the run may go on to where it stands already."""
    status, out, _ = said(capsys, "run", "cyclic", "--until", "8ms", "--drained", "all")
    assert status == 1
    assert "not in time" in out
    status, _, err = said(capsys, "run", "counter", "--until", "9us", "--drained", "nobody")
    assert status == 2
    assert err == (
        "--drained: 'nobody' is not asked of what is drained; name a component, or write \"all\" or "
        '"generation:3 processor:0".\n'
    )


@pytest.mark.parametrize(("scenario", "status"), [("one_advance", BROKEN), ("two_advances", 0)])
def test_run_of_a_kept_failure_ends_with_status_1_as_long_as_it_breaks_a_rule(
    capsys: pytest.CaptureFixture[str], scenario: str, status: int
) -> None:
    ended, out, err = said(capsys, "run", scenario)
    assert (ended, err) == (status, "")
    assert ("\nbroken: " in out) is bool(status)
    ended, out, _ = said(capsys, "run", scenario, "--json")
    assert (ended, bool(json.loads(out)["violations"])) == (status, bool(status))


def test_no_percentile_of_a_run_lies_beyond_its_longest_call(capsys: pytest.CaptureFixture[str]) -> None:
    _, out, _ = said(capsys, "run", "two_advances", "--json")
    (latency,) = json.loads(out)["latency"].values()
    assert latency["count"] == 1
    assert latency["p50_ns"] == latency["p99_ns"] == latency["max_ns"]
    assert ", 1 call, half within 1.00" in said(capsys, "run", "two_advances")[1]


def test_json_of_a_run_has_the_promised_shape(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, err = said(capsys, "run", "counter", "--until", "2100us", "--json")
    assert (status, err) == (0, "")
    numbers = json.loads(out)
    assert list(numbers) == ["fingerprint", "until_ns", "calls", "swaps", "latency"]
    assert numbers["until_ns"] == 2_100_000
    assert list(numbers["calls"]) == ["issued", "returned", "raised", "in_flight"]
    (swap,) = numbers["swaps"]
    assert list(swap) == [
        "component",
        "from",
        "to",
        "outcome",
        "reason",
        "protocol",
        "phases",
        "untracked",
        "tracked",
        "recursive",
        "blocked",
        "retries",
        "longest_blocked_ns",
    ]
    assert list(swap["phases"]) == ["forward_ns", "block_ns", "transfer_ns"]
    assert list(numbers["latency"]) == ["counter"]
    assert list(numbers["latency"]["counter"]) == ["count", "p50_ns", "p99_ns", "max_ns"]


def test_run_in_words_ends_with_the_fingerprint(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "run", "null_swap", "--until", "1100us")
    assert status == 0
    assert "swap: relay A, relay to relay: COMPLETED" in out
    assert out.splitlines()[-1].startswith("fingerprint: ")


def test_seed_gives_another_run(capsys: pytest.CaptureFixture[str]) -> None:
    prints = [
        json.loads(said(capsys, "run", "counter", "--until", "50us", "--json", *seed)[1])["fingerprint"]
        for seed in ((), ("--seed", "1"), ("--seed", "2"))
    ]
    assert prints[0] == prints[1] != prints[2]


def test_recording_replays_to_the_same_fingerprint(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "run.toml"
    _, first, _ = said(capsys, "run", "failing", "--until", "1200us", "--record", str(file), "--json")
    status, again, err = said(capsys, "run", str(file), "--json")
    assert (status, err) == (0, "")
    assert again == first


def test_diverging_recording_ends_with_status_3_and_names_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "run.toml"
    said(capsys, "run", "failing", "--until", "2100us", "--record", str(file))
    recording = parse(file.read_text(encoding="utf-8"))
    assert recording.recording is not None
    changed = msgspec.structs.replace(recording.recording, fingerprints=(recording.recording.fingerprints[0], "0" * 32))
    file.write_text(dump(msgspec.structs.replace(recording, recording=changed)), encoding="utf-8")
    status, out, err = said(capsys, "run", str(file))
    assert status == 3
    assert out
    assert err == (f"{file}: the replay diverges at command 2, swap counter to counter_partitioned, at 2000000 ns.\n")
    assert said(capsys, "run", str(file), "--until", "1500us")[0] == 0
    assert said(capsys, "run", str(file), "--seed", "9")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("run", "tuor"), "tuor: no scenario of this name ships; write tour, or another of "),
        (("tuor",), "tuor: no scenario of this name ships; write tour, or another of "),
        (("story", "./none.toml"), "./none.toml: cannot be read (No such file or directory); "),
        (("run", "tour", "--until", "50"), "--until: '50' is not a time; write a number and a unit"),
        (("snapshot", "tour", "--at", "2mm", "-o", "x.png"), "--at: '2mm' is not a time; write a number and a unit"),
        (("snapshot", "tour", "--at", "2ms", "--size", "big", "-o", "x.png"), "--size: 'big' is not a size; write "),
        (
            ("snapshot", "tour", "--at", "2ms", "--theme", "mauve", "-o", "x.png"),
            "--theme: there is no theme 'mauve'; write light, dark, high_contrast, projector, or the name of a .toml",
        ),
        (("snapshot", "tour", "--at", "2ms", "--theme", "no.toml", "-o", "x.png"), "--theme: no.toml cannot be read"),
        (
            ("run", "counter", "--until", "1us", "--record", "/nowhere/at/all.toml"),
            "--record: /nowhere/at/all.toml cannot be written (No such file or directory); name a file",
        ),
    ],
)
def test_bad_input_is_one_sentence_and_status_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], sentence: str
) -> None:
    status, out, err = said(capsys, *arguments)
    assert status == 2
    assert out == ""
    assert err.startswith(sentence)
    assert err.endswith(".\n")
    assert err.count("\n") == 1


def test_refusal_of_a_workload_names_the_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "dance.toml"
    file.write_text(dump(load("counter")).replace("add:1", "dance:1"), encoding="utf-8")
    status, _, err = said(capsys, "run", str(file))
    assert status == 2
    assert err.startswith(f"{file}: workloads[0]: steady does not call 'dance'")


def test_option_that_does_not_exist_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    assert said(capsys, "run", "tour", "--sed", "3")[0] == 2


def test_version_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "--version")
    assert status == 0
    assert out.startswith("changeover ")


def test_story_tells_each_row_with_its_clock(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "story", "counter", "--until", "5us")
    assert status == 0
    lines = out.splitlines()
    assert lines[0] == "0.000 000 ms  The run started on 4 processors with 2 generations on each."
    assert all(" ms  " in line and line.endswith(".") for line in lines)


FOREIGN = """\
from model.components.counter_shared import SharedCounter


class TidyCounter(SharedCounter):
    name = "counter_tidy"
    title = "Counter, tidy"
"""


def test_foreign_code_runs_only_with_trust(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from model.catalogue import for_scenario, sha256_of
    from model.scenario import RecordingTable, SourceTable
    from model.session import Session

    digest = sha256_of(FOREIGN)
    scenario = load("counter")
    component = msgspec.structs.replace(scenario.components[0], implementation="counter_tidy")
    source = SourceTable(path="tidy.py", sha256=digest, text=FOREIGN)
    table = RecordingTable(
        product_version="", end_ns=0, fingerprint="0" * 32, machine_sha256="0" * 64, sources=(source,)
    )
    scenario = msgspec.structs.replace(scenario, components=(component,), recording=table)
    session = Session(scenario, catalogue=for_scenario(scenario, [digest]))
    session.advance(30_000)
    file = tmp_path / "foreign.toml"
    file.write_text(dump(session.recording()), encoding="utf-8")
    session.close()

    status, _, err = said(capsys, "run", str(file))
    assert status == 2
    assert err.endswith(f"run it with --trust {digest}.\n")
    assert said(capsys, "run", str(file), "--trust", digest)[0] == 0


class Called:
    """A module that somebody else writes, by what it was asked for."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, module: str, function: str) -> None:
        self.calls: list[tuple[tuple[Any, ...], dict[str, Any]]] = []
        fake = ModuleType(module)
        setattr(fake, function, self)
        monkeypatch.setitem(sys.modules, module, fake)

    def __call__(self, *arguments: Any, **named: Any) -> int:
        self.calls.append((arguments, named))
        return 0


def test_scenes_are_listed_in_their_order(capsys: pytest.CaptureFixture[str]) -> None:
    status, out, _ = said(capsys, "scenes")
    assert status == 0
    assert [line.split()[:2] for line in out.splitlines()] == [[str(each.scene), each.name] for each in scenes()]


def test_bare_command_without_a_display_plays_the_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    demo = Called(monkeypatch, "app.demo", "run_demo")
    monkeypatch.setattr(command_line, "_has_display", lambda: False)
    assert main([]) == 0
    assert demo.calls == [((Path("changeover-demo"),), {})]


@pytest.mark.parametrize(("arguments", "opened"), [([], None), (["counter"], "counter")])
def test_bare_command_opens_the_window(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], opened: str | None
) -> None:
    """Without a name the window chooses, and knows that nobody did: then it may say welcome."""
    window = Called(monkeypatch, "app.window", "run_window")
    monkeypatch.setattr(command_line, "_has_display", lambda: True)
    assert main(arguments) == 0
    assert window.calls == [((opened,), {})]


def test_snapshot_passes_on_what_was_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = Called(monkeypatch, "app.snapshot", "snapshot")
    arguments = [
        "snapshot",
        "tour",
        "--at",
        "2ms",
        "--size",
        "1280x800",
        "--scale",
        "2",
        "--theme",
        "dark",
        "-o",
        "a.png",
    ]
    assert main(arguments) == 0
    assert snapshot.calls == [
        (
            ("tour", 2_000_000, Path("a.png")),
            {"size": (1280, 800), "scale": 2.0, "theme": "dark", "trusted": ()},
        )
    ]


@pytest.mark.slow
def test_module_runs_from_another_directory_without_qt_and_its_like(tmp_path: Path) -> None:
    """Buys a quick start: listing what ships imports neither Qt nor numpy; starts an interpreter."""
    program = (
        "import sys\n"
        "sys.path.insert(0, sys.argv.pop(1))\n"
        "from app.command_line import main\n"
        "status = main(['scenarios'])\n"
        "heavy = {'PySide6', 'numpy', 'networkx', 'rich', 'greenlet', 'pyqtgraph'} & set(sys.modules)\n"
        "sys.exit(status or (f'{heavy} were imported' if heavy else 0))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(ROOT)], capture_output=True, text=True, check=False, cwd=tmp_path
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("tour")
