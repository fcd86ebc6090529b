"""Where jobs run: processes of this machine, or a Dask cluster, both behind the standard executor interface."""

from __future__ import annotations

import multiprocessing
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager

from model.refusals import ScenarioError

CONNECTED_WITHIN_S = 10
RETRIES = 3
"""How often a cluster tries a job again whose worker was lost."""


@contextmanager
def executors(jobs: int, on: str | None) -> Iterator[Callable[[], Executor]]:
    """What makes an executor whenever one is needed; ScenarioError, with the remedy, where there cannot be one."""
    if on is None:
        yield lambda: Processes(jobs)
        return
    if not on.startswith("dask://") or not on.removeprefix("dask://"):
        raise ScenarioError("--on", f"{on!r} is not an address", "write like dask://HOST:PORT")
    try:
        from distributed import Client
    except ImportError:
        remedy = "install the extra with `pip install changeover[cluster]`"
        raise ScenarioError("--on", "the library for clusters is not installed", remedy) from None
    address = "tcp://" + on.removeprefix("dask://")
    try:
        client = Client(address, timeout=CONNECTED_WITHIN_S, set_as_default=False)
    except (OSError, ValueError) as error:
        remedy = "start it with `dask scheduler` and name its host and port"
        raise ScenarioError("--on", f"no scheduler answers at {on} ({type(error).__name__})", remedy) from None
    with client:
        yield lambda: client.get_executor(pure=False, retries=RETRIES)


class Processes(ProcessPoolExecutor):
    """Processes of this machine, started afresh: a forked one would inherit the threads of a window."""

    def __init__(self, jobs: int) -> None:
        context = multiprocessing.get_context("spawn")
        super().__init__(jobs, mp_context=context, initializer=_leave_interrupts_to_the_parent)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Without waiting, ends the workers at once: what they are at is wanted no more."""
        if not wait:
            for child in multiprocessing.active_children():
                child.terminate()
        super().shutdown(wait, cancel_futures=cancel_futures)


def _leave_interrupts_to_the_parent() -> None:
    """A key of the terminal interrupts all of its processes, and each worker would tell the person so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
