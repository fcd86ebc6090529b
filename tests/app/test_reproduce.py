"""`changeover reproduce`: its object, its files, its refusals, and what it says when something is missing."""

from __future__ import annotations

import csv
import json
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import msgspec
import pytest

from app import reproduce_command
from app.command_line import main
from app.reproduce_report import Report
from model import experiments
from model.experiments import EXPERIMENTS
from model.experiments.experiment import Results
from model.experiments.job import Job, Outcome, Result

ROW = ["quantity", "paper", "ours", "unit", "band", "in_band", "fitted", "remark"]


def invented(job: Job) -> Result:
    """A result of the right shape for any job, from its description alone."""
    ways = dict(job.setting).get("ways", 1)
    gain = {"replicated": 1 + ways / 24, "adaptive": 1 + ways / 24}.get(dict(job.setting).get("fcm", ""), 1.0)
    return {
        "attach_ns": 17_000, "call_ns": 1_400, "call_without_postcall_ns": 190, "detach_ns": 4_000,
        "scripts_per_hour": 1700.0 * ways * gain, "transactions_per_second": 3000.0, "small_share_of_time": 0.2,
        "swap_ns": [10_000, 15_000, 50_000], "blocked": 1, "hit_percent": 99.0, "stream_memory_percent": 3.0,
    }  # fmt: skip


def results_of(names: tuple[str, ...], seeds: int = 2, lost: int = -1) -> list[Any]:
    found = []
    for experiment in EXPERIMENTS:
        if experiment.name in names:
            jobs = experiment.jobs(seeds)
            outcomes = [
                Outcome(job, missing="it <failed>") if place == lost else Outcome(job, invented(job))
                for place, job in enumerate(jobs)
            ]
            found.append((experiment, Results(outcomes, seeds)))
    return found


def test_commands_are_those_of_the_experiments() -> None:
    assert tuple(experiment.name for experiment in EXPERIMENTS) == reproduce_command.EXPERIMENTS


def test_object_has_every_experiment_with_rows_of_the_promised_shape() -> None:
    report = Report(results_of(reproduce_command.EXPERIMENTS), 2)
    object_ = json.loads(report.as_json())
    assert list(object_) == list(reproduce_command.EXPERIMENTS)
    for experiment in object_.values():
        assert list(experiment) == ["rows"]
        for row in experiment["rows"]:
            assert list(row) == ROW
            assert (row["in_band"] is None) == (row["band"] is None or row["ours"] is None)
            assert row["band"] is None or row["band"][0] <= row["band"][1]


def test_row_says_of_how_many_seeds_it_is_and_over_which_range() -> None:
    ((experiment, results),) = results_of(("figure5",))
    row = next(row for row in experiment.rows(results) if row.quantity.startswith("SDET 24-way, replicated"))
    assert (row.ours, row.in_band) == (100.0, True)
    assert row.remark == "2 seeds: 100.0 to 100.0"


def test_missing_job_leaves_its_seed_out_and_the_page_says_which() -> None:
    ((experiment, results),) = results_of(("table1",), lost=0)
    assert [row.ours for row in experiment.rows(results)][:3] == [17.0, 1.4, 4.0]
    assert experiment.rows(results)[0].remark.startswith("1 seed; 1 missing")
    page = Report([(experiment, results)], 2)._page({})
    assert "it &lt;failed&gt;" in page
    assert "<failed>" not in page


def test_experiment_of_which_nothing_is_there_has_its_rows_and_says_why() -> None:
    experiment = next(each for each in EXPERIMENTS if each.name == "figure6")
    results = Results([Outcome(job, missing="interrupted") for job in experiment.jobs(1)], 1)
    rows = experiment.rows(results)
    assert {row.ours for row in rows} == {None}
    assert all(row.remark.startswith("missing: ") for row in rows)
    assert experiment.charts(results) == ()


class Sources(HTMLParser):
    """What a page loads."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in ("script", "link", "iframe"):
            self.found.append(tag)
        self.found += [value or "" for name, value in attrs if name == "src"]


@pytest.mark.slow
def test_folder_has_a_page_that_needs_nothing_else_pictures_and_a_table(tmp_path: Path, qapp: Any) -> None:
    """Draws every chart of the evaluation, about a second: that they can be drawn is the point."""
    found = results_of(reproduce_command.EXPERIMENTS)
    Report(found, 2).write(tmp_path)
    page = (tmp_path / "index.html").read_text(encoding="utf-8")
    sources = Sources()
    sources.feed(page)
    charts = [chart for experiment, results in found for chart in experiment.charts(results)]
    assert len(sources.found) == len(charts)
    assert all(source.startswith("data:image/svg+xml;base64,") for source in sources.found)
    assert "IBM RS/6000 44P-270" in page
    for chart in charts:
        assert (tmp_path / f"{chart.name}.png").read_bytes().startswith(b"\x89PNG")
        assert b"<svg" in (tmp_path / f"{chart.name}.svg").read_bytes()
    with (tmp_path / "rows.csv").open(encoding="utf-8", newline="") as table:
        rows = list(csv.DictReader(table))
    assert len(rows) == sum(len(experiment.rows(results)) for experiment, results in found)


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["sdet", "--ways", "0"], "--ways: '0' is not a list of numbers from 1 to 64; write like 1,2,4,8.\n"),
        (["sdet", "--ways", "4,,8"], "--ways: '4,,8' is not a list of numbers from 1 to 64; write like 1,2,4,8.\n"),
        (["postmark", "--low", "900", "--high", "800"], "--low: must be less than --high; give one below 800.\n"),
        (["table1", "--on", "nowhere"], "--on: 'nowhere' is not an address; write like dask://HOST:PORT.\n"),
    ],
)
def test_setting_that_makes_no_sense_is_one_sentence(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert main(["reproduce", *arguments]) == 2
    assert capsys.readouterr().err == said


def test_folder_that_cannot_be_written_is_one_sentence(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("")
    assert main(["reproduce", "table1", "--out", str(tmp_path / "taken")]) == 2
    assert "cannot be written" in capsys.readouterr().err


class Here:
    """Runs jobs in this process, in place of other ones."""

    def __init__(self, fails: bool = False) -> None:
        self._fails = fails

    def __call__(self, jobs: Any, *_: Any) -> tuple[Outcome, ...]:
        return tuple(Outcome(job, missing="no room") if self._fails else Outcome(job, invented(job)) for job in jobs)


def test_sdet_gives_throughput_and_speedup_in_the_order_of_the_ways(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reproduce_command, "_outcomes", Here())
    assert main(["reproduce", "sdet", "--ways", "4,2", "--fcm", "single", "--json"]) == 0
    rows = json.loads(capsys.readouterr().out)["rows"]
    assert rows == [
        {"ways": 4, "scripts_per_hour": 6800.0, "speedup": 4.0},
        {"ways": 2, "scripts_per_hour": 3400.0, "speedup": 2.0},
    ]


def test_run_with_a_failed_job_reports_what_there_is_and_ends_with_a_status_of_its_own(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path, qapp: Any
) -> None:
    monkeypatch.setattr(reproduce_command, "_outcomes", Here(fails=True))
    assert main(["reproduce", "table1", "--out", str(tmp_path), "--json"]) == reproduce_command.MISSING
    captured = capsys.readouterr()
    assert json.loads(captured.out)["table1"]["rows"][0]["ours"] is None
    assert "missing: interposition on the 270" in captured.err


def test_every_job_of_an_experiment_names_a_machine_that_ships_and_nothing_else_of_it() -> None:
    for experiment in EXPERIMENTS:
        for job in experiment.jobs(2):
            assert job.machine == experiment.machine
            scenario = experiments.scenario_of(job)
            if scenario is None:
                continue
            table = scenario.machine
            assert table.profile == job.machine
            assert replace_processors(table) == replace_processors(type(table)(profile=job.machine))


def replace_processors(table: Any) -> Any:
    """A machine's table but for how many processors it has and how they are scheduled: the rest is the profile's."""
    return msgspec.structs.replace(table, processors=None, quantum_ns=1_000_000)
