"""The same work on a cluster: a scheduler and workers on this machine, one of which is lost in the middle of each."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from app.command_line import main
from app.reproduce_executors import executors
from model.experiments.job import Job
from model.experiments.running import Progress, Runner
from model.refusals import ScenarioError
from tests.experiments.jobs_for_tests import count

ROOT = Path(__file__).parents[2]
QUIET = ["--host", "127.0.0.1", "--no-dashboard"]


class Cluster:
    """A scheduler and three workers, each a process of its own, on ports that the system chooses."""

    def __init__(self, folder: Path) -> None:
        self.scheduler = self._start("dask_scheduler", "--port", "0", stderr=subprocess.PIPE)
        self.address = self._address()
        self.workers = [
            self._start("dask_worker", self.address, "--nthreads", "1", "--no-nanny", "--local-directory", str(folder))
            for _ in range(3)
        ]
        self.lost = 0

    def _start(self, program: str, *arguments: str, stderr: int = subprocess.DEVNULL) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", f"distributed.cli.{program}", *QUIET, *arguments]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=stderr, text=True)

    def _address(self) -> str:
        """Where the scheduler is, as soon as it says so; a line that never comes ends with the scheduler."""
        assert self.scheduler.stderr is not None
        for line in self.scheduler.stderr:
            if found := re.search(r"Scheduler at: +(tcp://\S+)", line):
                return found[1]
        raise AssertionError("the scheduler did not start")

    def lose_worker(self) -> None:
        """Kills one of those that are left."""
        self.workers[self.lost].kill()
        assert self.workers[self.lost].wait() != 0
        self.lost += 1

    def close(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.communicate()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    made = Cluster(tmp_path_factory.mktemp("workers"))
    yield made
    made.close()


class LosesWorker:
    """Kills a worker once two jobs are done."""

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster

    def __call__(self, progress: Progress) -> None:
        if progress.jobs_done == 2:
            self._cluster.lose_worker()


@pytest.mark.slow
def test_cluster_that_loses_a_worker_gives_the_same_results(cluster: Cluster) -> None:
    """Some seconds for four interpreters: nothing less shows that a job travels, and that a lost worker costs none."""
    jobs = [Job("count", "s85", (), seed) for seed in range(12)]
    here = tuple(count(job) for job in jobs)
    with executors(2, cluster.address.replace("tcp://", "dask://")) as make_executor:
        outcomes = Runner(jobs, count, make_executor, told=LosesWorker(cluster)).run()
    assert tuple(outcome.result for outcome in outcomes) == here
    assert cluster.lost


class AsTheyCome:
    """An executor that does all here, or asks another; tells whoever wants to know once the first result is there."""

    def __init__(self, other: Any = None, first: Callable[[], None] = lambda: None) -> None:
        self._other = other
        self._first = first

    def __enter__(self) -> AsTheyCome:
        return self

    def __exit__(self, *_: object) -> None: ...

    def map(self, function: Callable[[Any], Any], parts: Iterable[Any]) -> Iterator[Any]:
        results = map(function, parts) if self._other is None else self._other.map(function, parts)
        for place, result in enumerate(results):
            if not place:
                self._first()
            yield result


@pytest.mark.slow
def test_exploration_on_a_cluster_that_loses_a_worker_finds_the_same(
    cluster: Cluster, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    """Some seconds: nothing less shows that a planted bug is planted over there, and that no part is lost."""

    @contextmanager
    def here(jobs: int, on: str | None) -> Iterator[Callable[[], AsTheyCome]]:
        yield AsTheyCome

    @contextmanager
    def losing(jobs: int, on: str | None) -> Iterator[Callable[[], AsTheyCome]]:
        with executors(jobs, on) as make_executor:
            yield lambda: AsTheyCome(make_executor(), cluster.lose_worker)

    lost = cluster.lost
    found = []
    for how, arguments in ((here, []), (losing, ["--on", cluster.address.replace("tcp://", "dask://")])):
        monkeypatch.setattr("app.reproduce_executors.executors", how)
        where = ["--json", "--to", str(tmp_path / how.__name__)]
        what = ["explore", "one_call", "--strategy", "pct", "--mutant", "1", "--jobs", "4", "--schedules", "400"]
        assert main([*what, *where, *arguments]) == 1
        report = json.loads(capsys.readouterr().out)
        (violation,) = report["violations"]
        found.append((report, Path(violation.pop("scenario_file")).read_text(encoding="utf-8")))
    assert found[0] == found[1]
    assert cluster.lost == lost + 1


@pytest.mark.parametrize("address", ["localhost:8786", "dask://", "http://there"])
def test_address_that_is_none_is_refused_with_the_remedy(address: str) -> None:
    with pytest.raises(ScenarioError, match=r"^--on: .* is not an address; write like dask://HOST:PORT\.$"):
        with executors(1, address):
            pass


def test_missing_extra_is_told_with_the_command_that_installs_it(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing: Any = None
    monkeypatch.setitem(sys.modules, "distributed", nothing)
    with pytest.raises(ScenarioError, match=r"install the extra with `pip install changeover\[cluster\]`"):
        with executors(1, "dask://127.0.0.1:1"):
            pass
