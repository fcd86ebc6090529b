"""The activities around SDET: alone, with null swaps, and against streams. One workload, one system, three uses.

The system is a scenario, which the window can open: shared texts, each with regions in front of a file cache manager, a
process table, and a file server in memory. Nothing of it depends on the machine or on the figure.

A job does not run whole scripts, of some 80,000 steps each: after a warm-up it counts the steps that are done while
every script does its share of `operations`, and scales by the steps of a script. The trace forgets early, since all
that is measured is read from counts as the run goes on.
"""

from __future__ import annotations

from typing import Any, Final

from model.commands import Attach, Stamped
from model.engine.component import Setting
from model.experiments.experiment import Activity
from model.experiments.job import Job, Result
from model.experiments.measuring import Run, rate
from model.experiments.postmark import FILE_SERVER
from model.scenario import FORMAT, ClientTable, ComponentTable, MachineTable, Scenario, WorkloadTable
from model.workloads.sdet import DATA_PAGES, Sdet

TEXTS: Final = 9
TEXT_PAGES: Final = 64
OWN_FILES: Final = 16
"""Of each script: its copies of sources, manuals and mail, which SDET gives each script in a directory of its own."""
TRACE_ROWS: Final = 65_536
CHUNK_NS: Final = 1_000_000
"""Between two looks at the counts."""
LONGEST_NS: Final = 3_600_000_000_000
STEPS_A_SECOND: Final = 4_000
"""That an ordinary machine simulates."""

WAYS = Setting(4, "scripts, each on a processor of its own", 1, 64)
OPERATIONS = Setting(1_000, "steps of each script that are measured", 100, 10_000_000)
WARM_UP = Setting(1_500, "steps of each script before that", 0, 10_000_000)
FCM_OF = {"single": "fcm_single", "replicated": "fcm_replicated", "adaptive": "fcm_single"}


def file_names(ways: int) -> dict[str, str]:
    """The file cache managers under an SDET by their regions: of the shared texts, and of the scripts' own files."""
    texts = {f"text {number}": f"file {number}" for number in range(1, TEXTS + 1)}
    return {**texts, **{f"data {number:04}": f"own file {number}" for number in range(ways * OWN_FILES)}}


def system(job: Job, fcm: str) -> tuple[ComponentTable, ...]:
    """The system under every SDET."""
    found = [
        ComponentTable("pager", "pager_lru", settings={"buffers": 4_096, "service_ns": 2_000}),
        ComponentTable("processes", "process_table"),
        ComponentTable("server", "file_server_ram", settings={"fcm": "fcm_single"}, home=FILE_SERVER),
    ]
    for number, (region, cache) in enumerate(file_names(job["ways"]).items(), 1):
        settings: dict[str, Any] = {"file": number, "frames": 1_024, "report_every": 0}
        if number > TEXTS:
            settings["warm_pages"] = DATA_PAGES
        found.append(ComponentTable(cache, fcm, uses={"pager": "pager"}, settings=settings))
        found.append(ComponentTable(region, "region", uses={"cache": cache}))
    return tuple(found)


def workload(ways: int) -> WorkloadTable:
    """The SDET of that many scripts."""
    uses = {region: region for region in file_names(ways)}
    return WorkloadTable("sdet", "sdet", uses={**uses, "processes": "processes", "server": "server"},
                         settings={"loops": ways, "text_pages": TEXT_PAGES})  # fmt: skip


def sdet_scenario(job: Job) -> Scenario:
    """An SDET; adaptive: a contention watch before each shared file's cache manager.

    On one processor nobody could ever be found beside another, so that none is attached.
    """
    fcm = FCM_OF[job["fcm"]]
    watches = tuple(
        Stamped(1, Attach(object=f"file {number}", wrapper="contention_watch", settings={"stays": False}))
        for number in range(1, TEXTS + 1)
    )
    return Scenario(
        format=FORMAT,
        name=f"sdet_{job.machine}_{job['fcm']}_{job['ways']}",
        title=f"SDET, {job['ways']}-way, {job['fcm']} FCM, on the {job.machine}",
        seed=job.seed,
        until_ns=20_000_000,
        machine=MachineTable(profile=job.machine, processors=job["ways"]),
        clients=(ClientTable("sdet", 1), ClientTable(FILE_SERVER, 2)),
        components=system(job, fcm),
        workloads=(workload(job["ways"]),),
        script=watches if job["fcm"] == "adaptive" and job["ways"] > 1 else (),
    )


def measure(run: Run, job: Job) -> Result:
    """Runs the warm-up and then what is measured."""
    load = next(each for each in run.world.workloads if isinstance(each, Sdet))
    warm_ns = _until(run, load, job["warm_up"], 0)
    before, swaps_before = list(load.steps), len(run.swaps.took_ns)
    ends_ns = _until(run, load, job["warm_up"] + job["operations"], warm_ns)
    steps_a_second = rate(load.steps, before, ends_ns - warm_ns)
    memory = run.world.machine.memory
    result: Result = {
        "scripts_per_hour": 3600 * steps_a_second / load.steps_in_script,
        "steps": sum(load.steps) - sum(before),
        "window_ns": ends_ns - warm_ns,
        "failed": load.failed,
        "swap_ns": run.swaps.took_ns[swaps_before:],
        "swaps_in_warm_up": swaps_before,
        "blocked": run.swaps.blocked,
        "bus_busy_percent": 100 * memory.bus_busy_ns / ends_ns if memory is not None else 0.0,
    }
    return result


def _until(run: Run, load: Sdet, steps: int, now_ns: int) -> int:
    """Runs until every script has done so many steps; the instant."""
    while min(load.steps) < steps:
        now_ns += CHUNK_NS
        if now_ns > LONGEST_NS:
            raise RuntimeError("an hour of simulated time did not do for it")
        run.to(now_ns)
    return now_ns


def run_sdet(job: Job) -> Result:
    """The throughput of an SDET."""
    run = Run(sdet_scenario(job), TRACE_ROWS)
    try:
        return measure(run, job)
    finally:
        run.close()


def _weigh(job: Job) -> float:
    steps: int = job["ways"] * (job["operations"] + job["warm_up"])
    return steps / STEPS_A_SECOND


SDET = Activity(
    name="sdet",
    title="SDET",
    settings={
        "ways": WAYS,
        "fcm": Setting("single", "single, replicated or adaptive"),
        "operations": OPERATIONS,
        "warm_up": WARM_UP,
    },
    execute=run_sdet,
    weigh=_weigh,
    scenario=sdet_scenario,
)
