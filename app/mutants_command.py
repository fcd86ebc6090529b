"""`changeover mutants`: every planted bug, and the rule that found it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from app.terminal import with_progress

if TYPE_CHECKING:
    from model.exploration.gate import Verdict

FAILED = 1


def mutants(
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many are examined at a time.")] = 2,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON list.")] = False,
) -> None:
    """Plant each bug in the engine and see that the rule which it names finds it."""
    from model.exploration.gate import examine_all

    verdicts = with_progress("examining", lambda progress: examine_all(processes=processes, told=progress))
    if json:
        import json as text

        print(text.dumps([as_table(verdict) for verdict in verdicts], indent=2))
    else:
        print(in_words(verdicts))
    if not all(verdict.as_it_should for verdict in verdicts):
        raise typer.Exit(FAILED)


def as_table(verdict: Verdict) -> dict[str, object]:
    """A verdict with the keys that scripts read."""
    return {
        "number": verdict.number,
        "name": verdict.name,
        "equivalent": verdict.equivalent,
        "killed": verdict.killed,
        "rule": verdict.rule,
        "scenario": verdict.scenario,
        "schedules": verdict.schedules,
        "preemptions": verdict.preemptions,
    }


def in_words(verdicts: list[Verdict]) -> str:
    """The verdicts as a table that a person reads, and what they come to."""
    lines = [f"{'':>2}  {'what is left out':36}  {'rule':4}  {'schedules':>9}  {'preemptions':>11}  scenario"]
    for verdict in verdicts:
        preemptions = "" if verdict.preemptions is None else str(verdict.preemptions)
        rule = "none" if verdict.equivalent and not verdict.killed else verdict.rule
        mark = "" if verdict.as_it_should else "  FAILED: " + ("killed" if verdict.killed else "survives")
        lines.append(
            f"{verdict.number:>2}  {verdict.name:36}  {rule:4}  {verdict.schedules:>9,}  {preemptions:>11}  "
            f"{verdict.scenario}{mark}"
        )
    bugs = [verdict for verdict in verdicts if not verdict.equivalent]
    spared = [verdict for verdict in verdicts if verdict.equivalent]
    killed = sum(verdict.killed for verdict in bugs)
    survived = sum(not verdict.killed for verdict in spared)
    lines.append(
        f"{killed} of {len(bugs)} planted bugs were found by the rule that each names; "
        f"{survived} of {len(spared)} that are none were let pass"
    )
    return "\n".join(lines)
