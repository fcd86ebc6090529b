"""`changeover explore` and `changeover litmus` as a person or a script meets them."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.command_line import BAD_INPUT, BROKEN, main
from app.explore_command import Wanted, explored_elsewhere
from model.scenario import dump, load

LITMUS = Path(__file__).parents[1] / "exploration" / "litmus"


def test_explore_prints_one_object_and_finds_nothing_in_a_sound_engine(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    status = main(
        ["explore", "one_call", "--strategy", "bounded", "--preemptions", "1", "--json", "--to", str(tmp_path)]
    )
    printed = json.loads(capsys.readouterr().out)
    assert status == 0
    assert {key: printed[key] for key in ("scenario", "strategy", "complete", "violations")} == {
        "scenario": "one_call",
        "strategy": "bounded",
        "complete": True,
        "violations": [],
    }
    assert printed["schedules"] > 20
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_planted_bug_is_kept_as_a_scenario_that_run_plays(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Slow: searched, made small and made again ten times."""
    arguments = ["explore", "one_call", "--strategy", "bounded", "--mutant", "1", "--json", "--to", str(tmp_path)]
    assert main(arguments) == 1
    (violation,) = json.loads(capsys.readouterr().out)["violations"]
    assert set(violation) >= {"rule", "message", "schedule", "preemptions", "scenario_file"}
    assert violation["reproduced"] == 10
    assert violation["preemptions"] == 1
    assert main(["run", violation["scenario_file"]]) == BROKEN
    assert main(["story", violation["scenario_file"]]) == 0


def test_what_is_not_there_is_told_in_a_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    for arguments in (
        ["explore", "no_such_scenario"],
        ["explore", "one_call", "--strategy", "magic"],
        ["explore", "one_call", "--mutant", "magic"],
        ["explore", "one_call", "--checkpoint", str(tmp_path / "file")],
        ["litmus", str(tmp_path / "missing.json")],
        ["litmus", str(tmp_path)],
    ):
        assert main(arguments) == BAD_INPUT
        captured = capsys.readouterr()
        assert captured.out == ""
        assert captured.err.count("\n") == 1


@pytest.mark.slow
def test_an_exploration_is_gone_on_with(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    """Slow: all of a small scenario, in two parts and whole."""
    arguments = ["explore", "one_call", "--strategy", "complete", "--json"]
    main(arguments)
    whole = json.loads(capsys.readouterr().out)
    main([*arguments, "--schedules", "100", "--checkpoint", str(tmp_path / "kept")])
    begun = json.loads(capsys.readouterr().out)
    main([*arguments, "--checkpoint", str(tmp_path / "kept")])
    ended = json.loads(capsys.readouterr().out)
    assert not begun["complete"]
    assert ended["complete"]
    assert ended["states"] == whole["states"]


@pytest.mark.slow
def test_litmus_prints_a_list_in_the_order_of_the_files(capsys: pytest.CaptureFixture[str]) -> None:
    """Slow: two small tests, every interleaving."""
    files = [str(LITMUS / "section_over.json"), str(LITMUS / "domains_apart.json")]
    assert main(["litmus", *files, "--jobs", "1", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert [(line["name"], line["expected"], line["seen"], line["ok"]) for line in printed] == [
        ("section over", "Sometimes", "Sometimes", True),
        ("domains apart", "Sometimes", "Sometimes", True),
    ]
    assert all(line["states"] > 0 for line in printed)


@pytest.mark.slow
def test_several_processes_share_an_exploration(capsys: pytest.CaptureFixture[str]) -> None:
    """Slow: two processes are started."""
    assert main(["explore", "one_call", "--strategy", "random", "--schedules", "40", "--jobs", "2", "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["schedules"] == 40
    assert printed["violations"] == []


@pytest.mark.slow
def test_parts_in_threads_of_one_process_do_not_see_each_others_bugs() -> None:
    """Slow: two failures are made small, twice. A cluster's workers have several threads."""
    one = Wanted(dump(load("one_call")), "bounded", 1, 60, 60.0, 0, "")
    wanted = [one, one._replace(mutant="1", schedules=300), one, one._replace(mutant="18", schedules=300)]
    alone = [explored_elsewhere(part) for part in wanted]
    with ThreadPoolExecutor(4) as threads:
        together = list(threads.map(explored_elsewhere, wanted))
    for report in (*alone, *together):
        report.pop("seconds")
    assert together == alone
    assert [bool(report["violations"]) for report in alone] == [False, True, False, True]
