"""`changeover break`: one planted bug, and the smallest run that it breaks, kept as a scenario."""

from __future__ import annotations

import json as text
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

if TYPE_CHECKING:
    from model.exploration.lesson import Lesson

SURVIVED = 1


def break_it(
    mutant: Annotated[str, typer.Argument(metavar="NAME", help="A planted bug, by name or number.")],
    to: Annotated[Path, typer.Option(metavar="FOLDER", help="Where the scenario goes.")] = Path(),
    json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False,
) -> None:
    """Plant a bug in the engine and keep the smallest run that it breaks."""
    from model.exploration.lesson import lesson_of
    from model.exploration.mutants import MUTANTS, named
    from model.refusals import ScenarioError, nearest

    try:
        found = named(mutant)
    except KeyError:
        remedy = nearest(mutant, [known.name for known in MUTANTS])
        raise ScenarioError("NAME", f"there is no planted bug {mutant!r}", remedy) from None
    lesson = lesson_of(found)
    if lesson is None:
        print(f"{found.number} {found.name}: nothing was broken")
        raise typer.Exit(0 if found.equivalent else SURVIVED)
    file = _keep(lesson, to)
    if json:
        print(text.dumps(_table(lesson, file), indent=2, ensure_ascii=False))
    else:
        print("\n".join(_lines(lesson, file)))


def _keep(lesson: Lesson, folder: Path) -> str:
    """The file of the scenario; empty where there is none to be kept."""
    from model.refusals import ScenarioError
    from model.scenario import dump

    if lesson.scenario is None:
        return ""
    file = folder / f"broken-{lesson.mutant.number:02d}.toml"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(dump(lesson.scenario), encoding="utf-8")
    except OSError as error:
        remedy = "name a folder that you may write into"
        raise ScenarioError("--to", f"{file} cannot be written ({error.strerror})", remedy) from None
    return str(file)


def _table(lesson: Lesson, file: str) -> dict[str, Any]:
    mutant = lesson.mutant
    return {
        "number": mutant.number,
        "name": mutant.name,
        "sentence": mutant.sentence,
        "rule": mutant.rule,
        "message": lesson.message,
        "steps": list(lesson.steps),
        "schedules": lesson.schedules,
        "preemptions": lesson.preemptions,
        "scenario_file": file,
    }


def _lines(lesson: Lesson, file: str) -> list[str]:
    mutant = lesson.mutant
    return [
        f"{mutant.number} {mutant.name}: {mutant.sentence}",
        f"BROKEN after {lesson.schedules:,} schedules, {lesson.preemptions} preemptions: {lesson.rule}",
        f"    {lesson.message}",
        *(f"    {step}" for step in lesson.steps),
        f"changeover {file} plays it" if file else "Its ground is a program of the generations alone: nothing to open",
    ]
