"""The activity of Figure 4: null swaps of file cache managers during an SDET.

Contended: a contention watch before the cache manager of each shared file asks for another of the same kind where it
finds calls of several processors inside at once, `meetings` times, and at most once in `gap_us`. Random: at random
times, a file drawn at random. In the run without swaps the watches stand where they stand in the contended one and are
never satisfied, so that what differs is the swaps alone.
"""

from __future__ import annotations

import random
from typing import Final

import msgspec

from model.commands import Attach, Stamped, Swap
from model.engine.component import Setting
from model.experiments.experiment import Activity
from model.experiments.job import Job, Result
from model.experiments.measuring import Run
from model.experiments.sdet import FCM_OF, TEXTS, TRACE_ROWS, WARM_UP, measure, sdet_scenario
from model.scenario import Scenario

EVERY_US: Final = 400
"""The mean time between two random swaps."""
RANDOM_SWAPS: Final = 600
NEVER: Final = 1_000_000
"""So many meetings there are in no run."""


def swaps_scenario(job: Job) -> Scenario:
    """The SDET, and what asks for null swaps."""
    plain = sdet_scenario(job)
    files = [f"file {number}" for number in range(1, TEXTS + 1)]
    script: list[Stamped] = []
    if job["swaps"] in ("contended", "none"):
        meetings = job["meetings"] if job["swaps"] == "contended" else NEVER
        watch = {"renews": True, "rest_ns": job["gap_us"] * 1_000, "meetings": meetings, "look_every": 2}
        script = [Stamped(1, Attach(object=name, wrapper="contention_watch", settings=watch)) for name in files]
    elif job["swaps"] == "random":
        script = _at_random(job, files)
    return msgspec.structs.replace(
        plain,
        name=f"null_swaps_{job['swaps']}",
        title=f"Null swaps, {job['swaps']}, during a {job['ways']}-way SDET on the {job.machine}",
        script=tuple(script),
    )


def _at_random(job: Job, files: list[str]) -> list[Stamped]:
    stream = random.Random(f"null swaps/{job.seed}")
    at_ns, script = 0, []
    for _ in range(RANDOM_SWAPS):
        at_ns += max(1, round(stream.expovariate(1 / (EVERY_US * 1_000))))
        swap = Swap(object=stream.choice(files), implementation=FCM_OF[job["fcm"]])
        script.append(Stamped(at_ns, swap))
    return script


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
        "operations": Setting(6_000, "steps of each script that are measured", 100, 10_000_000),
        "warm_up": WARM_UP,
    },
    execute=run_swaps,
    weigh=lambda job: float(job["ways"]) * (job["operations"] + job["warm_up"]) / 2_000,
    scenario=swaps_scenario,
)
