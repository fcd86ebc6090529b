"""What an activity and an experiment are, and how an experiment reads its results.

        Activity     one sort of run: its settings, how it is executed, about how long it takes
        Experiment   jobs of activities, and the rows and charts that are made of their results

A number of an experiment is made of one or several jobs of the same seed, such as a throughput with one component over
that with another, and then averaged over the seeds. Where a job is missing the seed is left out; where all are, the row
says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from statistics import fmean
from typing import TYPE_CHECKING

from model.engine.component import Setting
from model.experiments.job import Job, Outcome, Result, Value, job
from model.experiments.rows import Chart, Row

if TYPE_CHECKING:
    from model.scenario import Scenario


@dataclass(frozen=True)
class Activity:
    """One sort of run. `weigh` gives the seconds that a job takes, roughly: for the order and the time left."""

    name: str
    title: str
    settings: dict[str, Setting]
    execute: Callable[[Job], Result]
    weigh: Callable[[Job], float]
    scenario: Callable[[Job], Scenario] | None = None
    """The same run as a document that a window can open; None where it is no system at work."""

    def job(self, machine: str, seed: int = 0, **given: Value) -> Job:
        """A job with these settings; ValueError for one that makes no sense."""
        return job(self.name, machine, self.settings, seed, **given)


class Missing(LookupError):
    """A number cannot be had; the sentence says why."""


JobOfSeed = Callable[[int], Job]


class Results:
    """The outcomes of an experiment's jobs, by job."""

    def __init__(self, outcomes: Iterable[Outcome], seeds: int) -> None:
        self._outcomes = {outcome.job: outcome for outcome in outcomes}
        self.seeds = seeds

    def over_seeds(self, *jobs: JobOfSeed) -> list[tuple[Result, ...]]:
        """For each seed of which all these jobs are there, their results; Missing if there is no such seed."""
        found = []
        why = ""
        for seed in range(self.seeds):
            outcomes = [self._outcomes[make(seed)] for make in jobs]
            results = tuple(outcome.result for outcome in outcomes if outcome.result is not None)
            if len(results) == len(jobs):
                found.append(results)
            else:
                why = next(f"{outcome.job}: {outcome.missing}" for outcome in outcomes if outcome.result is None)
        if not found:
            raise Missing(why)
        return found

    def number(self, of: Callable[..., float], *jobs: JobOfSeed) -> Measured:
        """A number made of the results of some jobs of the same seed: its mean and range over the seeds."""
        values = [of(*results) for results in self.over_seeds(*jobs)]
        return Measured(fmean(values), min(values), max(values), len(values), self.seeds)

    def missing(self) -> list[Outcome]:
        """The jobs without a result."""
        return [outcome for outcome in self._outcomes.values() if outcome.result is None]


@dataclass(frozen=True, slots=True)
class Measured:
    """A number over the seeds."""

    mean: float
    low: float
    high: float
    seeds: int = 1
    of_seeds: int = 1

    def in_words(self, digits: int = 1) -> str:
        """The range and what is missing, as half a sentence; empty for one seed of one."""
        words = f"{self.seeds} seeds: {self.low:.{digits}f} to {self.high:.{digits}f}" if self.seeds > 1 else ""
        if self.seeds < self.of_seeds:
            words = f"{words or '1 seed'}; {self.of_seeds - self.seeds} missing"
        return words


def measured(
    quantity: str,
    paper: float | None,
    unit: str,
    measure: Callable[[], Measured],
    *,
    band: tuple[float, float] | None = None,
    fitted: bool = False,
    remark: str = "",
) -> Row:
    """A row with the mean over the seeds, the range in its remark, or why it is missing."""
    row = Row(quantity, paper, None, unit, band, fitted, remark)
    try:
        number = measure()
    except Missing as missing:
        return row.but_missing(f"missing: {missing}")
    words = "; ".join(part for part in (number.in_words(), remark) if part)
    return Row(quantity, paper, number.mean, unit, band, fitted, words)


@dataclass(frozen=True)
class Experiment:
    """One table or figure of the paper."""

    name: str
    title: str
    machine: str
    about: str
    """What was measured and how it is here, in a paragraph."""
    jobs: Callable[[int], tuple[Job, ...]]
    """The jobs for so many seeds."""
    rows: Callable[[Results], tuple[Row, ...]]
    charts: Callable[[Results], tuple[Chart, ...]]
    fitted: tuple[str, ...] = field(default=())
    """What was chosen so that a number comes out, in words."""
