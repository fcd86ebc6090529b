"""`changeover reproduce`: the paper's evaluation, or any single run of it, without the window.

    changeover reproduce table1|figure4|figure5|figure6|figure7|all     rows, pictures, CSV and a page, in --out
    changeover reproduce sdet | postmark                                one workload in a setting of one's own

Results are kept in `--out` job by job; an interrupted run goes on from there. Interrupted, or with a job that failed,
it still reports all that there is, says what is missing, and ends with status 130 or 5.
"""

from __future__ import annotations

import json as json_module
import os
import signal
import sys
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

with warnings.catch_warnings():
    # As in app/command_line.py: whichever of the two is imported first meets it.
    warnings.simplefilter("ignore", DeprecationWarning)
    import typer

if TYPE_CHECKING:
    from model.experiments.job import Job, Outcome
    from model.experiments.kept import KeptResults
    from model.experiments.running import Progress

MISSING = 5
INTERRUPTED = 130
DEFAULT_OUT = Path("changeover-results")
SEEDS_AT_MOST = 1_000
JOBS_AT_MOST = 256
WAYS_AT_MOST = 64

reproduce = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    no_args_is_help=True,
    help="Reproduce the paper's evaluation on the simulated machine.",
)

Out = Annotated[Path, typer.Option(metavar="DIR", help="Where plots, tables, the page and the kept results go.")]
Seeds = Annotated[int, typer.Option(min=1, max=SEEDS_AT_MOST, help="How many seeds, each of them a whole run.")]
Jobs = Annotated[int, typer.Option(min=0, max=JOBS_AT_MOST, help="Processes at a time; 0 for one a processor.")]
On = Annotated[str | None, typer.Option(metavar="dask://HOST:PORT", help="Run the jobs on a Dask cluster.")]
Json = Annotated[bool, typer.Option("--json", help="Print one JSON object.")]
Tell = Annotated[bool, typer.Option("--tell", hidden=True, help="Tell progress as lines of JSON, for a program.")]
Machine = Annotated[Literal["s85", "270"], typer.Option(help="Which of the paper's machines.")]
Fcm = Annotated[Literal["single", "replicated", "adaptive"], typer.Option(help="Which file cache manager.")]
Sessions = Annotated[Literal["shared", "exclusive", "small"], typer.Option(help="Which file sessions.")]
Seed = Annotated[int, typer.Option(min=0, max=2**31, help="The run's seed.")]

EXPERIMENTS = ("table1", "figure4", "figure5", "figure6", "figure7")


def _of_paper(name: str) -> None:
    """Registers the command of one experiment, or of all."""

    def command(
        out: Out = DEFAULT_OUT,
        seeds: Seeds = 1,
        jobs: Jobs = 0,
        on: On = None,
        json: Json = False,
        tell: Tell = False,
    ) -> None:
        reproduce_paper(EXPERIMENTS if name == "all" else (name,), out, seeds, jobs, on, json, tell)

    title = "All tables and figures." if name == "all" else f"{name[:-1].capitalize()} {name[-1]} of the paper."
    reproduce.command(name, help=title)(command)


for _name in (*EXPERIMENTS, "all"):
    _of_paper(_name)


@reproduce.command()
def sdet(
    machine: Machine = "s85",
    fcm: Fcm = "single",
    ways: Annotated[str, typer.Option(help="Numbers of scripts, a processor each, like 1,2,4,8.")] = "1,2,4,8",
    seed: Seed = 0,
    jobs: Jobs = 0,
    on: On = None,
    json: Json = False,
) -> None:
    """SDET with as many processors as scripts, in scripts an hour."""
    from model.experiments.sdet import SDET

    counts = _ways(ways)
    made = [_made(lambda count=count: SDET.job(machine, seed, ways=count, fcm=fcm)) for count in counts]  # type: ignore[misc]
    alone = _made(lambda: SDET.job(machine, seed, ways=1, fcm=fcm))
    outcomes = {outcome.job: outcome for outcome in _outcomes([*made, alone], jobs, on)}
    found = [_found(outcomes[job]) for job in (*made, alone)]
    one = found.pop()["scripts_per_hour"]
    rows = [
        {
            "ways": count,
            "scripts_per_hour": round(result["scripts_per_hour"], 1),
            "speedup": round(result["scripts_per_hour"] / one, 4),
        }
        for count, result in zip(counts, found, strict=True)
    ]
    if json:
        print(json_module.dumps({"rows": rows}, indent=2))
        return
    print(f"SDET on the {machine}, {fcm} FCM\n{'ways':>5} {'scripts/hour':>14} {'speedup':>9}")
    for row in rows:
        print(f"{row['ways']:>5} {row['scripts_per_hour']:>14,.0f} {row['speedup']:>9.2f}")


@reproduce.command()
def postmark(
    machine: Machine = "s85",
    fcm: Fcm = "single",
    sessions: Sessions = "shared",
    files: Annotated[int, typer.Option(min=1, max=1_000_000, help="Files at the start.")] = 1_000,
    transactions: Annotated[int, typer.Option(min=1, max=10_000_000)] = 10_000,
    low: Annotated[int, typer.Option(min=1, max=2**24, help="Smallest size of a new file in bytes.")] = 128,
    high: Annotated[int, typer.Option(min=2, max=2**24, help="Largest size of a file in bytes.")] = 8_192,
    seed: Seed = 0,
    on: On = None,
    json: Json = False,
) -> None:
    """Postmark on one processor, in transactions a second."""
    from model.experiments.postmark import POSTMARK
    from model.refusals import ScenarioError

    if low >= high:
        raise ScenarioError("--low", "must be less than --high", f"give one below {high}")
    job = _made(
        lambda: POSTMARK.job(
            machine, seed, fcm=fcm, sessions=sessions, files=files, transactions=transactions, low=low, high=high
        )
    )
    result = _found(_outcomes([job], 1, on)[0])
    numbers = {"transactions_per_second": round(result["transactions_per_second"], 2)}
    if json:
        print(json_module.dumps(numbers, indent=2))
    else:
        print(f"Postmark on the {machine}, {fcm} FCM, {sessions} sessions")
        print(f"{numbers['transactions_per_second']:,.0f} transactions a second")


def reproduce_paper(
    names: Sequence[str], out: Path, seeds: int, jobs: int, on: str | None, json: bool, tell: bool = False
) -> None:
    """Runs the experiments of these names and reports them."""
    from app.reproduce_report import Report
    from model.experiments import EXPERIMENTS as all_of_them
    from model.experiments.experiment import Results

    experiments = [experiment for experiment in all_of_them if experiment.name in names]
    kept = _kept(out)
    every = [job for experiment in experiments for job in experiment.jobs(seeds)]
    outcomes = {outcome.job: outcome for outcome in _outcomes(every, jobs, on, kept, tell)}
    results = {
        experiment.name: Results((outcomes[job] for job in experiment.jobs(seeds)), seeds) for experiment in experiments
    }
    report = Report([(experiment, results[experiment.name]) for experiment in experiments], seeds)
    _write(report, out)
    print(report.as_json() if json else report.in_words())
    _say_what_is_missing(outcomes.values(), out)


def _say_what_is_missing(outcomes: Any, out: Path) -> None:
    from model.experiments.running import INTERRUPTED as WAS_INTERRUPTED

    missing = [outcome for outcome in outcomes if outcome.result is None]
    if not missing:
        return
    interrupted = sum(outcome.missing == WAS_INTERRUPTED for outcome in missing)
    for outcome in missing:
        if outcome.missing != WAS_INTERRUPTED:
            print(f"missing: {outcome.job}: {outcome.missing}", file=sys.stderr)
    if interrupted:
        print(
            f"interrupted: {interrupted} of {len(outcomes)} jobs are missing; what is done is kept in {out}, and the "
            "same command goes on from there",
            file=sys.stderr,
        )
    raise typer.Exit(INTERRUPTED if interrupted else MISSING)


def _outcomes(
    jobs: Sequence[Job], at_once: int, on: str | None, kept: KeptResults | None = None, tell: bool = False
) -> tuple[Outcome, ...]:
    """Runs jobs with a progress bar where a person waits for it."""
    from app.reproduce_executors import executors
    from model.experiments import execute, weigh
    from model.experiments.running import Runner

    with executors(at_once or processors(), on) as make_executor, _ending_when_told(), _telling(tell) as told:
        return Runner(jobs, execute, make_executor, weigh=weigh, kept=kept, told=told).run()


@contextmanager
def _ending_when_told() -> Iterator[None]:
    """Whoever ends the program politely gets what an interrupt from the keyboard gets."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def processors() -> int:
    """How many this program may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@contextmanager
def _telling(tell: bool) -> Iterator[Any]:
    """Who is told of progress: a program, a person at a terminal, or nobody."""
    if tell:
        yield lambda progress: print(json_module.dumps(_told(progress)), file=sys.stderr, flush=True)
    elif sys.stderr.isatty():
        with _progress_bar() as bar:
            yield bar
    else:
        yield lambda progress: None


def _told(progress: Progress) -> dict[str, float]:
    return {"done": progress.done, "total": progress.total, "jobs_done": progress.jobs_done, "jobs": progress.jobs}


@contextmanager
def _progress_bar() -> Iterator[Any]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f}%"), TimeElapsedColumn(),
        TextColumn("left"), TimeRemainingColumn(),
    )  # fmt: skip
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("running")
        yield lambda progress: bar.update(
            task,
            total=progress.total,
            completed=progress.done,
            description=f"{progress.jobs_done} of {progress.jobs} runs",
        )


def _kept(out: Path) -> KeptResults:
    from model.experiments.kept import KeptResults
    from model.refusals import ScenarioError

    try:
        return KeptResults(out / "results")
    except OSError as error:
        remedy = "name a folder that you may write"
        raise ScenarioError("--out", f"{out} cannot be written ({error.strerror})", remedy) from None


def _write(report: Any, out: Path) -> None:
    from model.refusals import ScenarioError

    try:
        report.write(out)
    except OSError as error:
        remedy = "name a folder that you may write"
        raise ScenarioError("--out", f"{out} cannot be written ({error.strerror})", remedy) from None


def _made(make: Any) -> Any:
    """A job, or one sentence on the setting that makes no sense."""
    from model.refusals import ScenarioError

    try:
        return make()
    except ValueError as error:
        setting, _, words = str(error).partition(": ")
        message, _, remedy = words.partition("; ")
        raise ScenarioError(f"--{setting}", message, remedy or "choose another value") from None


def _found(outcome: Outcome) -> Any:
    """The result, or the end of the program with the reason."""
    if outcome.result is None:
        print(f"missing: {outcome.job}: {outcome.missing}", file=sys.stderr)
        raise typer.Exit(MISSING)
    return outcome.result


def _ways(text: str) -> list[int]:
    from model.refusals import ScenarioError

    counts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdecimal() and 1 <= int(part) <= WAYS_AT_MOST for part in counts):
        message = f"{text!r} is not a list of numbers from 1 to {WAYS_AT_MOST}"
        raise ScenarioError("--ways", message, "write like 1,2,4,8")
    return [int(part) for part in counts]
