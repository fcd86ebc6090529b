"""`changeover explore` and `changeover litmus`: every schedule of a small scenario, and the generations by themselves.

What was shown is said in numbers; a broken rule with the two steps that conflict, and as a scenario that the window
opens and plays. The exit status is 1 when something was broken, 2 for bad input.
"""

from __future__ import annotations

import json as text
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Annotated, Any, Final, NamedTuple

import typer

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from model.exploration.explorer import Progress, Report
    from model.exploration.failure import Failure
    from model.exploration.litmus import Outcome

BROKEN = 1
BETWEEN_LINES_S = 0.2

Jobs = Annotated[int, typer.Option(min=1, max=64, help="Processes that work at a time.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def explore(
    scenario: Annotated[str, typer.Argument(metavar="SCENARIO", help="A scenario that ships, or a file.")],
    strategy: Annotated[str, typer.Option(help="portfolio, complete, bounded, pct or random.")] = "portfolio",
    preemptions: Annotated[int, typer.Option(min=0, max=16, help="The most preemptions of bounded schedules.")] = 3,
    schedules: Annotated[int, typer.Option(min=1, help="The most schedules.")] = 1_000_000,
    seconds: Annotated[float, typer.Option(min=0.1, help="The longest time.")] = 60.0,
    seed: Annotated[int, typer.Option(min=0, help="What decides the random schedules.")] = 0,
    mutant: Annotated[str, typer.Option(metavar="NAME", help="A planted bug, by name or number.")] = "",
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where scenarios of failures go.")] = Path(),
    checkpoint: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Go on from here, and leave here what is left to do.")
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes, each with a seed of its own.")] = 1,
    on: Annotated[str | None, typer.Option(metavar="dask://HOST:PORT", help="A cluster instead of processes.")] = None,
    json: AsJson = False,
    tell: Annotated[bool, typer.Option("--tell", hidden=True, help="A line of JSON on stderr now and then.")] = False,
) -> None:
    """Run the schedules of a small scenario until a rule is broken or all are shown."""
    from model.exploration.searches import STRATEGIES
    from model.refusals import ScenarioError, nearest

    if strategy not in STRATEGIES:
        raise ScenarioError("--strategy", f"there is no strategy {strategy!r}", nearest(strategy, STRATEGIES))
    text_of = _text(scenario)
    wanted = Wanted(text_of, strategy, preemptions, schedules, seconds, seed, mutant)
    if jobs == 1 and on is None:
        with _telling() if tell else _told(json) as told:
            report = _explored(wanted, told, checkpoint, covers=tell)
    elif checkpoint is not None:
        raise ScenarioError("--checkpoint", "one process leaves one checkpoint", "leave out --jobs and --on")
    else:
        report = _merged(_in_parts(wanted, jobs, on))
    for violation in report["violations"]:
        violation["scenario_file"] = _kept(violation, report["scenario"], to)
    spent_s = report.pop("seconds")
    print(text.dumps(report, indent=2, ensure_ascii=False) if json else _in_words(report, spent_s))
    if report["violations"]:
        raise typer.Exit(BROKEN)


def litmus(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Litmus files, or folders of them.")],
    jobs: Jobs = 2,
    on: Annotated[str | None, typer.Option(metavar="dask://HOST:PORT", help="A cluster instead of processes.")] = None,
    json: AsJson = False,
) -> None:
    """Hold the engine's generations to litmus files, in every interleaving."""
    from model.exploration.litmus import run_litmus
    from model.exploration.litmus_files import LitmusError, read_litmus
    from model.refusals import ScenarioError

    try:
        tests = read_litmus(paths)
    except LitmusError as error:
        raise ScenarioError("", str(error), "a litmus file is described in the guide, under Proof") from None
    outcomes = []
    try:
        for outcome in _in_processes(run_litmus, tests, jobs, on):
            outcomes.append(outcome)
            if not json:
                print(_litmus_line(outcome), flush=True)
    except LitmusError as error:
        remedy = "no section may be open where its thread waits for a grace period"
        raise ScenarioError("", str(error), remedy) from None
    if json:
        print(text.dumps([_outcome_table(outcome) for outcome in outcomes], indent=2, ensure_ascii=False))
    else:
        right = sum(outcome.ok for outcome in outcomes)
        states, schedules = (sum(getattr(o, name) for o in outcomes) for name in ("states", "schedules"))
        print(f"{right} of {len(outcomes)} as expected; {states:,} states, {schedules:,} schedules")
    if not all(outcome.ok for outcome in outcomes):
        raise typer.Exit(BROKEN)


def _in_processes(run: Callable[[Any], Any], tests: list[Any], jobs: int, on: str | None) -> Iterator[Any]:
    """Results in the order of the tests, however many processes there are."""
    if on is None and (jobs == 1 or len(tests) == 1):
        yield from map(run, tests)
        return
    from app.reproduce_executors import executors

    with executors(jobs, on) as make_executor, make_executor() as executor:
        yield from executor.map(run, tests)


# ---- exploring


class Wanted(NamedTuple):
    """An exploration, described so that another process can make it."""

    scenario: str
    strategy: str
    preemptions: int
    schedules: int
    seconds: float
    seed: int
    mutant: str


def _text(name: str) -> str:
    from model.scenario import dump, load

    return dump(load(name))


_ONE_AT_A_TIME: Final = Lock()
"""A cluster's worker may have several threads, and a planted bug is planted for all of its process."""


def explored_elsewhere(wanted: Wanted) -> dict[str, Any]:
    """One part, in another process."""
    with _ONE_AT_A_TIME:
        return _explored(wanted, lambda progress: True, None)


def _explored(
    wanted: Wanted, told: Callable[[Progress], bool], checkpoint: Path | None, *, covers: bool = False
) -> dict[str, Any]:
    from model import catalogue
    from model.exploration.explorer import explore as run
    from model.exploration.run import Program
    from model.projections.invariants import InvariantWatch
    from model.scenario import parse

    scenario = parse(wanted.scenario)
    program = Program(scenario, catalogue.for_scenario(scenario), lambda: (InvariantWatch(),))
    search = _search(wanted.strategy, wanted.preemptions, wanted.seed, checkpoint)
    with planted(wanted.mutant):
        report = run(
            program, strategy=wanted.strategy, schedules=wanted.schedules, seconds=wanted.seconds, told=told,
            search=search, covers=covers,
        )  # fmt: skip
        failures = [_as_table(failure, wanted.mutant) for failure in report.failures]
    _leave(checkpoint, search)
    return {**_report_table(report, failures), "seconds": report.seconds}


def _in_parts(wanted: Wanted, jobs: int, on: str | None) -> list[dict[str, Any]]:
    """Each process has a seed of its own and its share of the schedules."""
    from app.reproduce_executors import executors

    share = -(-wanted.schedules // jobs)
    parts = [wanted._replace(seed=wanted.seed + part, schedules=share) for part in range(jobs)]
    with executors(jobs, on) as make_executor, make_executor() as executor:
        return list(executor.map(explored_elsewhere, parts))


def _merged(parts: list[dict[str, Any]]) -> dict[str, Any]:
    """One report: complete where one part is, and the violation with the fewest preemptions."""
    violations = sorted((found for part in parts for found in part["violations"]), key=lambda one: one["preemptions"])
    return {
        **parts[0],
        "complete": not violations and any(part["complete"] for part in parts),
        "schedules": sum(part["schedules"] for part in parts),
        "states": max(part["states"] for part in parts),
        "violations": violations[:1],
        "seconds": max(part["seconds"] for part in parts),
    }


def planted(name: str) -> AbstractContextManager[Any]:
    """The engine with a bug planted, by its name or number; as it is where there is none."""
    from model.exploration import mutants
    from model.refusals import ScenarioError, nearest

    if not name:
        return nullcontext()
    known = {key: mutant for mutant in mutants.MUTANTS for key in (mutant.name, str(mutant.number))}
    if name not in known:
        names = [mutant.name for mutant in mutants.MUTANTS]
        raise ScenarioError("--mutant", f"there is no planted bug {name!r}", nearest(name, names))
    return mutants.planted(known[name])


@contextmanager
def _told(json: bool) -> Iterator[Callable[[Progress], bool]]:
    """A line that counts where a person watches; an interrupt ends the exploration and not the program."""
    if json or not sys.stderr.isatty():
        yield lambda progress: True
        return
    from rich.console import Console

    with Console(stderr=True).status("exploring") as status:

        def told(progress: Progress) -> bool:
            rate = progress.schedules / progress.seconds if progress.seconds else 0
            status.update(
                f"{progress.schedules:,} schedules, {progress.states:,} states, {rate:,.0f} schedules a second"
            )
            return True

        yield told


@contextmanager
def _telling() -> Iterator[Callable[[Progress], bool]]:
    """For the window, which shows it: a line of JSON a few times a second."""
    told_s = -1.0

    def told(progress: Progress) -> bool:
        nonlocal told_s
        if progress.seconds - told_s >= BETWEEN_LINES_S:
            told_s = progress.seconds
            line = {
                "schedules": progress.schedules, "states": progress.states, "seconds": progress.seconds,
                "transitions": sorted(progress.transitions),
            }  # fmt: skip
            print(text.dumps(line), file=sys.stderr, flush=True)
        return True

    yield told


def _search(strategy: str, preemptions: int, seed: int, checkpoint: Path | None) -> Any:
    """A search that was stopped, if there is one; only the complete one can be."""
    from model.exploration.searches import Complete, search_by
    from model.refusals import ScenarioError

    search = search_by(strategy, preemptions, seed)
    if checkpoint is None:
        return search
    if not isinstance(search, Complete):
        raise ScenarioError(
            "--checkpoint", "only a complete exploration can be gone on with", "add --strategy complete"
        )
    if checkpoint.exists():
        try:
            search.resume(checkpoint.read_bytes())
        except (OSError, ValueError) as error:
            why = f"{checkpoint} cannot be gone on from ({str(error).rstrip('.')})"
            raise ScenarioError("--checkpoint", why, "name another file") from None
    return search


def _leave(checkpoint: Path | None, search: Any) -> None:
    if checkpoint is not None:
        checkpoint.write_bytes(search.checkpoint())


def _kept(violation: dict[str, Any], name: str, folder: Path) -> str:
    """Writes the scenario that plays a violation, and says where."""
    from model.refusals import ScenarioError

    file = folder / f"{name.replace(' ', '_')}-{violation['rule']}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(violation["scenario_file"], encoding="utf-8")
    except OSError as error:
        remedy = "name a folder that you may write into"
        raise ScenarioError("--to", f"{file} cannot be written ({error.strerror})", remedy) from None
    return str(file)


def _as_table(failure: Failure, mutant: str) -> dict[str, Any]:
    """A failure with the keys that scripts read; in place of its file, for now, what is to be in it."""
    from model.scenario import dump

    return {
        "rule": failure.violation.rule,
        "message": failure.violation.message,
        "schedule": [choice._asdict() for choice in failure.schedule.choices],
        "preemptions": failure.preemptions,
        "scenario_file": dump(failure.scenario(mutant)),
        "steps": list(failure.told()),
        "waiting": [
            {"thread": one.thread, "name": one.name, "waits_for": one.waits_for, "on": one.on}
            for one in failure.waiting
        ],
        "reproduced": failure.reproduced(),
    }


def _report_table(report: Report, failures: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "scenario": report.scenario,
        "strategy": report.strategy,
        "complete": report.complete,
        "schedules": report.schedules,
        "states": report.states,
        "violations": failures,
    }


def _in_words(report: dict[str, Any], spent_s: float) -> str:
    extent = "every behaviour was shown" if report["complete"] else "not every behaviour was shown"
    if report["complete"] and report["strategy"] == "bounded":
        extent = "every schedule with so few preemptions was run"
    states = f", {report['states']:,} states" if report["states"] else ""
    size = f"{report['schedules']:,} schedules{states} in {spent_s:.1f} s"
    lines = [f"{report['scenario']}, {report['strategy']}: {size}; {extent}"]
    failures = report["violations"]
    for failure in failures:
        lines += [
            f"BROKEN {failure['rule']}: {failure['message']}",
            *(f"    {step}" for step in failure["steps"]),
            *(
                f"    thread {one['thread']} ({one['name']}) waits for {one['waits_for']}"
                + (f", thread {one['on']}" if one["on"] else "")
                for one in failure["waiting"]
            ),
            f"    preemptions: {failure['preemptions']}; made again {failure['reproduced']} times of 10",
            f"    play it: changeover {failure['scenario_file']}",
        ]
    if not failures:
        lines.append("no rule was broken")
    return "\n".join(lines)


# ---- litmus


def _outcome_table(outcome: Outcome) -> dict[str, Any]:
    return {
        "name": outcome.name,
        "expected": outcome.expected,
        "seen": outcome.seen,
        "states": outcome.states,
        "ok": outcome.ok,
    }


def _litmus_line(outcome: Outcome) -> str:
    mark = "" if outcome.ok else "  FAILED"
    return f"{outcome.seen:9}  {outcome.states:>9,} states  {outcome.name}{mark}"
