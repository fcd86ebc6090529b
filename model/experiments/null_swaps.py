"""The activity of Figure 4: null swaps of file cache managers during an SDET.

Contended: a contention watch before the cache manager of each shared file asks for another of the same kind where it
finds calls of several processors inside at once, `meetings` times, and at most once in `gap_us`. Random: the same watch
before all of them asks without looking who is inside, so that the load knows nothing of when; of such swaps, `own` in a
hundred are of files that one script alone uses, and so one processor, as most files and all anonymous memory are. In
the run without swaps the watches stand where they stand in the contended one and are never satisfied, so that what
differs is the swaps alone.
"""

from __future__ import annotations

from typing import Final

import msgspec

from model.commands import Attach, Stamped
from model.engine.component import Setting
from model.experiments.experiment import Activity
from model.experiments.job import Job, Result
from model.experiments.measuring import Run
from model.experiments.sdet import OWN_FILES, TEXTS, TRACE_ROWS, WARM_UP, file_names, measure, sdet_scenario
from model.scenario import Scenario

NEVER: Final = 1_000_000
"""So many meetings there are in no run."""


def swaps_scenario(job: Job) -> Scenario:
    """The SDET, and what asks for null swaps."""
    plain = sdet_scenario(job)
    script: tuple[Stamped, ...] = ()
    caches = list(file_names(job["ways"]).values())
    shared, own = caches[:TEXTS], caches[TEXTS:]
    if job["swaps"] == "random":
        script = _watching(own, job["gap_us"] * OWN_FILES, processors=1)
        script += _watching(shared, _gap_of_shared(job), processors=1)
    elif job["swaps"] in ("contended", "none"):
        script = _watching(shared, job["gap_us"], meetings=job["meetings"] if job["swaps"] == "contended" else NEVER)
    return msgspec.structs.replace(
        plain,
        name=f"null_swaps_{job['swaps']}",
        title=f"Null swaps, {job['swaps']}, during a {job['ways']}-way SDET on the {job.machine}",
        script=script,
    )


def _watching(caches: list[str], gap_us: int, **settings: int) -> tuple[Stamped, ...]:
    """A watch before each, which asks for a null swap at most once in `gap_us`."""
    watch: dict[str, int | str | bool] = {
        "renews": True,
        "rest_ns": gap_us * 1_000,
        "meetings": 1,
        "look_every": 2,
        **settings,
    }
    return tuple(Stamped(1, Attach(object=name, wrapper="contention_watch", settings=watch)) for name in caches)


def _gap_of_shared(job: Job) -> int:
    """How seldom a shared file is swapped so that `own` in a hundred swaps are of a script's own memory."""
    own: int = job["own"]
    gap_us: int = job["gap_us"]
    ways: int = job["ways"]
    return round(gap_us * TEXTS / ways * own / max(1, 100 - own))


def run_swaps(job: Job) -> Result:
    """The throughput, and how long each swap took."""
    run = Run(swaps_scenario(job), TRACE_ROWS)
    try:
        return measure(run, job)
    finally:
        run.close()


NULL_SWAPS = Activity(
    name="null_swaps",
    title="Null swaps during an SDET",
    settings={
        "ways": Setting(4, "scripts, each on a processor of its own", 1, 64),
        "fcm": Setting("single", "single, replicated or adaptive"),
        "swaps": Setting("contended", "contended, random or none"),
        "gap_us": Setting(10_000, "the least time between two swaps of a file, in microseconds", 0, 10_000_000),
        "meetings": Setting(1, "findings of several calls inside at once that make a file contended", 1, 1_000_000),
        "own": Setting(86, "of a hundred random swaps, those of files that one script alone uses", 0, 100),
        "operations": Setting(6_000, "steps of each script that are measured", 100, 10_000_000),
        "warm_up": WARM_UP,
    },
    execute=run_swaps,
    weigh=lambda job: float(job["ways"]) * (job["operations"] + job["warm_up"]) / 2_000,
    scenario=swaps_scenario,
)
