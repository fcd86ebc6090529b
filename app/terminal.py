"""What a person at a terminal sees while something takes long."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TypeVar

Result = TypeVar("Result")
Progress = Callable[[float], None]


def with_progress(word: str, run: Callable[[Progress | None], Result]) -> Result:
    """What `run` gives. It is handed a function that it tells how much is done, from 0 to 1; None without a person."""
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
