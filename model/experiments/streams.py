"""The activity of Figure 7: one SDET script on one processor, against readers that stream over NFS.

The memory is full at the start, as it is soon after the streams have begun: of their own pages, beside those of the
script's files. A stream maps a file larger than memory and goes through it page after page, as fast as the network
brings it and never faster than a program looks at it. All streams share one network. Pages of the script's files that
were lost come back from a disk.

Adaptive: a sequential watch stands before the cache manager of each stream.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from model.commands import Attach, Stamped
from model.components.file_state import PAGE_DESCRIPTOR, Page
from model.components.paged_file import PagedFile
from model.engine.component import Setting
from model.experiments.experiment import Activity
from model.experiments.job import Job, Result
from model.experiments.measuring import Run
from model.experiments.sdet import (
    STEPS_A_SECOND,
    TEXT_PAGES,
    TEXTS,
    TRACE_ROWS,
    WARM_UP,
    file_names,
    measure,
    sdet_scenario,
)
from model.scenario import ComponentTable, Scenario, WorkloadTable

REST_NS: Final = 900_000
"""What a reader takes over a page beside reading and looking: one alone reads some 700 pages a second, 3 MB."""
LOOK_CYCLES: Final = 20_000
"""The network's protocols and the copy to the reader, beside the fault. Assumed: no measurement was found."""
QUANTUM_NS: Final = 100_000
"""A reader that waited for the network has the processor soon, as schedulers favour those who wait."""
FIRST_PAGE: Final = 1 << 18
"""Beyond all that the streams have read before."""


def streams_scenario(job: Job) -> Scenario:
    """The system of every SDET, and around it streams, their network, and page replacement."""
    plain = sdet_scenario(job)
    names = [f"stream {number}" for number in range(1, job["streams"] + 1)]
    components = [
        msgspec.structs.replace(component, settings={"buffers": 0, "device": "disk"})
        if component.name == "pager"
        else component
        for component in plain.components
    ]
    components.append(ComponentTable("nfs", "pager_lru", settings={"buffers": 0, "device": "nfs"}))
    for number, name in enumerate(names):
        settings: dict[str, Any] = {"file": 1_000 + number, "frames": 1 << 20, "report_every": 0}
        components.append(ComponentTable(name, "fcm_single", uses={"pager": "nfs"}, settings=settings))
    caches = [*names, *file_names(job["ways"]).values()]
    replaced = {f"cache {number:03}": name for number, name in enumerate(caches)}
    components.append(ComponentTable("page replacement", "reclaim_proportional",
                                     uses={**replaced, "own": "page replacement"}))  # fmt: skip
    readers = WorkloadTable(
        "streaming", "sdet", uses={f"cache {name}": name for name in names},
        settings={"rest_ns": REST_NS, "look_cycles": LOOK_CYCLES, "maps": True, "first_page": FIRST_PAGE},
    )  # fmt: skip
    watches = tuple(Stamped(1, Attach(object=name, wrapper="sequential_watch")) for name in names)
    return msgspec.structs.replace(
        plain,
        name=f"streams_{job['pager']}_{job['streams']}",
        title=f"SDET against {job['streams']} streams, {job['pager']} page replacement",
        machine=msgspec.structs.replace(plain.machine, quantum_ns=QUANTUM_NS),
        components=tuple(components),
        workloads=(*plain.workloads, *((readers,) if names else ())),
        script=watches if job["pager"] == "adaptive" else (),
    )


def fill(run: Run, streams: int) -> None:
    """Fills the memory as far as page replacement lets it be, with the texts and what the streams have read before.

    Free is what is half-way from where it stops to where it is woken.
    """
    frames = run.world.machine.frames
    for number in range(1, TEXTS + 1):
        _give(run, f"file {number}", TEXT_PAGES)
    left = frames.free - (frames.low + frames.enough) // 2
    for number in range(1, streams + 1):
        _give(run, f"stream {number}", left // streams)


def _give(run: Run, name: str, count: int) -> None:
    """So many pages of a file are in memory."""
    cache: Any = run.world.system.objects[name].instance
    assert isinstance(cache, PagedFile)
    run.world.machine.frames.give_away(count, cache.state.account)
    cache.purse.hold(count * PAGE_DESCRIPTOR)
    for index in range(count):
        cache.state.pages[index] = Page(0, dirty=False)


def run_streams(job: Job) -> Result:
    """The throughput of the script, its hits, and the memory that streams hold."""
    run = Run(streams_scenario(job), TRACE_ROWS)
    try:
        fill(run, job["streams"])
        result = measure(run, job)
        objects = run.world.system.objects
        files: list[Any] = [objects[name].instance for name in file_names(job["ways"]).values()]
        streams: list[Any] = [objects[name].instance for name in objects if name.startswith("stream ")]
        hits = sum(file.state.hits for file in files)
        misses = sum(file.state.misses for file in files)
        frames = run.world.machine.frames
        result["hit_percent"] = 100 * hits / max(1, hits + misses)
        result["stream_memory_percent"] = 100 * sum(len(each.state.pages) for each in streams) / frames.total
        result["pages_read"] = sum(sum(getattr(load, "pages_read", ())) for load in run.world.workloads)
        return result
    finally:
        run.close()


STREAMS = Activity(
    name="streams",
    title="SDET against streams",
    settings={
        "pager": Setting("default", "default or adaptive"),
        "streams": Setting(1, "readers over NFS", 0, 256),
        "ways": Setting(1, "scripts, each on a processor of its own", 1, 64),
        "fcm": Setting("single", "single, replicated or adaptive"),
        "operations": Setting(120_000, "steps of each script that are measured", 100, 10_000_000),
        "warm_up": WARM_UP,
    },
    execute=run_streams,
    weigh=lambda job: (1 + job["streams"] / 8) * (job["operations"] + job["warm_up"]) / STEPS_A_SECOND,
    scenario=streams_scenario,
)
