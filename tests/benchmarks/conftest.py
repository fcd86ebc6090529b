"""Collects what the measurements found, and writes it to RESULTS.md when all of them were run.

A test says `assert result(what, budget, measured, met)`. The table is printed after every run; the file is written only
when the whole folder was asked for, so that one date and one machine hold for all its lines. What a person has written
below the table stays.
"""

from __future__ import annotations

import os
import platform
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import pytest

HERE = Path(__file__).parent
RESULTS = HERE / "RESULTS.md"
Report = Callable[[str, str, str, bool], bool]


class Result(NamedTuple):
    """A line of the table."""

    what: str
    budget: str
    measured: str
    met: bool


FOUND = pytest.StashKey[list[Result]]()


def pytest_configure(config: pytest.Config) -> None:
    config.stash[FOUND] = []


@pytest.fixture
def result(pytestconfig: pytest.Config) -> Iterator[Report]:
    """Notes one line of the table and gives back whether the budget is met, for the test to assert."""

    def note(what: str, budget: str, measured: str, met: bool) -> bool:
        pytestconfig.stash[FOUND].append(Result(what, budget, measured, met))
        return met

    yield note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Prints the table, and writes it down when it is whole."""
    found = config.stash[FOUND]
    if not found:
        return
    terminalreporter.section("against the budgets")
    for line in table(found):
        terminalreporter.line(line)
    whole = [Path(argument).resolve() for argument in config.args] == [HERE] and not config.option.keyword
    if whole:
        before = RESULTS.read_text(encoding="utf-8") if RESULTS.exists() else ""
        RESULTS.write_text(page([*heading(), "", *table(found)], before), encoding="utf-8")


def page(lines: list[str], before: str) -> str:
    """The new page: these lines, and from the page before what begins with its first section."""
    start = before.find("\n## ")
    return "\n".join([*lines, ""]) + (before[start:] if start >= 0 else "")


def heading() -> list[str]:
    return [
        "# Measured against the budgets",
        "",
        "Written by `python -m pytest tests/benchmarks`. Ratios are medians of rounds taken side by side in one run.",
        "",
        f"{datetime.now(UTC):%d %B %Y}, {processor()}, {os.cpu_count()} cores, {platform.system()},"
        f" {platform.python_implementation()} {platform.python_version()}.",
    ]


def table(found: list[Result]) -> list[str]:
    lines = ["| what | budget | measured | met |", "|---|---|---|---|"]
    return lines + [f"| {row.what} | {row.budget} | {row.measured} | {'yes' if row.met else 'no'} |" for row in found]


def processor() -> str:
    """The processor's model as the system names it, without a host's name."""
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or platform.machine()
