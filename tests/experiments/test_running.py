"""Jobs run anywhere, in any number of workers, and a run loses no more than it must."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from model.experiments.job import Job, Outcome, Result, code_version
from model.experiments.kept import KeptResults
from model.experiments.running import Progress, Runner, attempt, outcome_of
from tests.experiments.jobs_for_tests import square


def jobs(what: str = "square", count: int = 6, **more: Any) -> list[Job]:
    return [Job("squares", "s85", tuple(sorted({"what": what, **more}.items())), seed) for seed in range(count)]


def processes() -> Executor:
    return ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn"))


def squares(outcomes: tuple[Outcome, ...]) -> list[Any]:
    return [outcome.result["square"] if outcome.result else outcome.missing for outcome in outcomes]


class InOrder(Executor):
    """Runs each job at once, in the order in which they are submitted."""

    def __init__(self) -> None:
        self.submitted: list[Job] = []

    def submit(self, function: Any, /, *arguments: Any, **_: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.submitted.append(arguments[1])
        future.set_result(function(*arguments))
        return future


def test_outcomes_come_in_the_order_of_the_jobs_whatever_finishes_first() -> None:
    executor = InOrder()
    outcomes = Runner(jobs(), square, lambda: executor, weigh=lambda job: job.seed).run()
    assert [job.seed for job in executor.submitted] == [5, 4, 3, 2, 1, 0]
    assert squares(outcomes) == [0, 1, 4, 9, 16, 25]


def test_job_that_raises_loses_only_itself() -> None:
    outcomes = Runner(jobs("raise"), square, InOrder).run()
    assert squares(outcomes) == [0, 1, 4, "ValueError: three is refused", 16, 25]


def test_same_job_twice_runs_once() -> None:
    executor = InOrder()
    outcomes = Runner([*jobs(), *jobs()], square, lambda: executor).run()
    assert len(outcomes) == len(executor.submitted) == 6


def test_progress_goes_from_nothing_to_all_by_weight() -> None:
    told: list[Progress] = []
    Runner(jobs(count=3), square, InOrder, weigh=lambda job: job.seed + 1, told=told.append).run()
    assert [(progress.done, progress.total, progress.jobs_done) for progress in told] == [
        (0, 6, 0), (3, 6, 1), (5, 6, 2), (6, 6, 3),
    ]  # fmt: skip


class Interrupting:
    """Interrupts a run after some jobs, as a key of the terminal would."""

    def __init__(self, after: int) -> None:
        self._after = after

    def __call__(self, progress: Progress) -> None:
        if progress.jobs_done == self._after:
            raise KeyboardInterrupt


def test_interrupted_run_keeps_what_is_done_and_the_next_one_goes_on_from_there(tmp_path: Path) -> None:
    kept = KeptResults(tmp_path)
    first = Runner(jobs(), square, InOrder, kept=kept, told=Interrupting(2))
    assert sum(outcome.result is not None for outcome in first.run()) == 2
    assert first.interrupted
    executor = InOrder()
    outcomes = Runner(jobs(), square, lambda: executor, kept=kept).run()
    assert len(executor.submitted) == 4
    assert squares(outcomes) == [0, 1, 4, 9, 16, 25]


def test_outcome_of_an_interrupted_job_says_so() -> None:
    outcomes = Runner(jobs(count=2), square, InOrder, told=Interrupting(1)).run()
    assert sorted(outcome.missing for outcome in outcomes) == ["", "the run was interrupted before it was done"]


def test_stopped_run_submits_nothing_more() -> None:
    executor = InOrder()
    runner = Runner(jobs(), square, lambda: executor)
    runner.stop()
    assert {outcome.missing for outcome in runner.run()} == {"the run was interrupted before it was done"}
    assert executor.submitted == []


@pytest.mark.parametrize("spoil", ["{", "[]", '{"code": "another", "result": {"square": 77}}', "{}"])
def test_kept_result_that_is_no_good_is_as_if_it_were_not_there(tmp_path: Path, spoil: str) -> None:
    kept = KeptResults(tmp_path)
    (job,) = jobs(count=1)
    kept.keep(job, {"square": 0})
    assert kept.result(job) == {"square": 0}
    (file,) = tmp_path.iterdir()
    file.write_text(spoil)
    assert kept.result(job) is None


def test_worker_with_another_version_of_the_code_is_told_from_ours() -> None:
    (job,) = jobs(count=1)
    assert outcome_of(job, attempt(square, job)).result == {"square": 0, "worker": 0}
    assert "another version" in outcome_of(job, ("other", "{}", "")).missing
    assert len(code_version()) == 24


def tuples(job: Job) -> Result:
    return {"pairs": ((1, 2.5), (3, 0.1))}


def test_fresh_result_is_the_same_as_a_kept_one(tmp_path: Path) -> None:
    kept = KeptResults(tmp_path)
    fresh = Runner(jobs(count=1), tuples, InOrder, kept=kept).run()
    again = Runner(jobs(count=1), tuples, InOrder, kept=kept).run()
    assert fresh == again


@pytest.fixture(scope="module")
def one_worker() -> Iterator[tuple[Outcome, ...]]:
    yield Runner(jobs(), square, lambda: ThreadPoolExecutor(1)).run()


@pytest.mark.slow
def test_two_processes_give_what_one_thread_gives(one_worker: tuple[Outcome, ...]) -> None:
    """Starts two interpreters: that a job and its result do travel shows only there."""
    assert Runner(jobs(), square, processes).run() == one_worker


@pytest.mark.slow
def test_job_that_takes_its_worker_with_it_loses_only_itself() -> None:
    """Starts some interpreters: a broken pool is nothing that a fake would show."""
    outcomes = Runner(jobs("die"), square, processes).run()
    assert squares(outcomes) == [0, 1, 4, "its process was ended from outside or ran out of memory", 16, 25]


@pytest.mark.slow
def test_worker_that_is_ended_once_costs_nothing(tmp_path: Path) -> None:
    """Starts some interpreters, of which one dies in the middle."""
    outcomes = Runner(jobs("die once", mark=str(tmp_path / "mark")), square, processes).run()
    assert squares(outcomes) == [0, 1, 4, 9, 16, 25]
