"""Runs jobs on whatever executor it is given, and loses no more than it must.

    jobs --> [kept already?] --> executor, the longest first --> [keep] --> outcomes, in the order of the jobs

- Results come back in the order of the jobs, whatever finishes first: nothing that is made of them can depend on the
  number of workers.
- A job that raises loses itself alone. One that takes its worker with it breaks a pool of processes altogether; then
  the jobs that may have been at work are run again, each in a pool of its own, and whoever breaks that one too is it.
- An interrupt ends the jobs that are under way and keeps what is done; the next run with the same folder goes on from
  there, if neither a job's description nor the code has changed.

The executor is the standard one of `concurrent.futures`; a cluster's client offers the same interface.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, CancelledError, Executor, Future, wait
from dataclasses import dataclass
from typing import Any

from model.experiments.job import Job, Outcome, Result, code_version
from model.experiments.kept import KeptResults

Execute = Callable[[Job], Result]
MakeExecutor = Callable[[], Executor]
INTERRUPTED = "the run was interrupted before it was done"
TAKEN_AWAY = "its process was ended from outside or ran out of memory"
LOOK_EVERY_S = 0.25
"""Between two looks at whether somebody asked for the end; `wait` returns sooner when a job is done."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far it is, in the jobs' own weights."""

    done: float
    total: float
    jobs_done: int
    jobs: int
    last: Job | None = None


class Runner:
    """One run of a list of jobs: made, run once; `stop` may be called from another thread or a signal's handler."""

    def __init__(
        self,
        jobs: Iterable[Job],
        execute: Execute,
        make_executor: MakeExecutor,
        *,
        weigh: Callable[[Job], float] = lambda job: 1.0,
        kept: KeptResults | None = None,
        told: Callable[[Progress], None] = lambda progress: None,
    ) -> None:
        self.jobs = tuple(dict.fromkeys(jobs))
        self.interrupted = False
        self._execute = execute
        self._make_executor = make_executor
        self._weigh = weigh
        self._kept = kept
        self._told = told
        self._outcomes: dict[Job, Outcome] = {}

    def stop(self) -> None:
        """Asks for the end: what is under way is missing from the outcomes."""
        self.interrupted = True

    def run(self) -> tuple[Outcome, ...]:
        """One outcome for each job, in order. KeyboardInterrupt ends it early and is not raised."""
        try:
            self._take_what_is_kept()
            suspects = self._run_in(self.jobs)
            while suspects and not self.interrupted:
                # The pool broke. Whoever was at work is run alone; the others go on in a new pool.
                for suspect in suspects:
                    if self._run_in([suspect]):
                        self._settle(Outcome(suspect, missing=TAKEN_AWAY))
                suspects = self._run_in(self.jobs)
        except KeyboardInterrupt:
            self.interrupted = True
        return tuple(self._outcomes.get(job, Outcome(job, missing=INTERRUPTED)) for job in self.jobs)

    def _take_what_is_kept(self) -> None:
        self._told(self._progress(None))
        for job in self.jobs:
            result = self._kept.result(job) if self._kept else None
            if result is not None:
                self._settle(Outcome(job, result))

    def _run_in(self, jobs: Sequence[Job]) -> list[Job]:
        """Runs those that have no outcome yet in one executor; those that may have broken it."""
        todo = sorted((job for job in jobs if job not in self._outcomes), key=self._weigh, reverse=True)
        if not todo or self.interrupted:
            return []
        executor = self._make_executor()
        futures: dict[Future[Any], Job] = {}
        try:
            for job in todo:
                futures[executor.submit(attempt, self._execute, job)] = job
            return self._collect(futures)
        except BrokenExecutor:
            return [job for job in todo if job not in self._outcomes]
        except KeyboardInterrupt:
            self.interrupted = True
            return []
        finally:
            for future in futures:
                future.cancel()
            # Without waiting it is for the executor to end what is under way.
            executor.shutdown(wait=not self.interrupted)

    def _collect(self, futures: dict[Future[Any], Job]) -> list[Job]:
        """Settles each job as it is done. After a breakdown: those that had begun."""
        open_futures = set(futures)
        suspects: list[Job] = []
        while open_futures and not self.interrupted:
            begun = [future for future in open_futures if future.running()]
            done, open_futures = wait(open_futures, LOOK_EVERY_S, FIRST_COMPLETED)
            for future in [future for future in futures if future in done]:
                job = futures[future]
                error = CancelledError("on the cluster") if future.cancelled() else future.exception()
                if isinstance(error, BrokenExecutor):
                    if future in begun:
                        suspects.append(job)
                elif error is not None:
                    self._settle(Outcome(job, missing=f"{type(error).__name__}: {error}"))
                else:
                    self._settle(outcome_of(job, future.result()))
        broken = [job for job in futures.values() if job not in self._outcomes]
        return [] if self.interrupted else (suspects or broken)

    def _settle(self, outcome: Outcome) -> None:
        self._outcomes[outcome.job] = outcome
        if self._kept is not None and outcome.result is not None:
            self._kept.keep(outcome.job, outcome.result)
        self._told(self._progress(outcome.job))

    def _progress(self, last: Job | None) -> Progress:
        weights = {job: self._weigh(job) for job in self.jobs}
        done = sum(weights[job] for job in self._outcomes)
        return Progress(done, sum(weights.values()), len(self._outcomes), len(self.jobs), last)


def attempt(execute: Execute, job: Job) -> tuple[str, str, str]:
    """In the worker: the version of its code, the result as JSON, and why there is none; never raises.

    As text, since an exception of a foreign library may not travel, and so that a kept result equals a fresh one.
    """
    try:
        return code_version(), json.dumps(execute(job)), ""
    except Exception as error:  # Whatever a job may raise: it loses itself and nothing else.
        return code_version(), "", f"{type(error).__name__}: {error}"


def outcome_of(job: Job, answer: tuple[str, str, str]) -> Outcome:
    """The outcome that a worker's answer means."""
    version, result, missing = answer
    if version != code_version():
        return Outcome(job, missing="the worker runs another version of Changeover; install this one there")
    if missing:
        return Outcome(job, missing=missing)
    return Outcome(job, json.loads(result))
