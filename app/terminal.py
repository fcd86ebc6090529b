"""What a person at a terminal, or the window that started this process, sees while something takes long."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
Progress = Callable[[float], None]


def with_progress(word: str, run: Callable[[Progress | None], Result], *, tell: bool = False) -> Result:
    """What `run` gives. It is handed a function that it tells how much is done, from 0 to 1; None without a person.

    `tell` is for another program: a line of JSON on the standard error for each hundredth that is done.
    """
    if tell:
        return run(_teller())
    if not sys.stderr.isatty():
        return run(None)
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(word, total=1.0)

        def moved(part: float) -> None:
            progress.update(task, completed=part)

        return run(moved)


def _teller() -> Progress:
    told = -1

    def moved(part: float) -> None:
        nonlocal told
        if (hundredth := int(100 * part)) > told:
            told = hundredth
            print(json.dumps({"done": part}), file=sys.stderr, flush=True)

    return moved
