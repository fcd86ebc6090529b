"""The activity of Figures 5 and 6: PostMark on one processor, over file sessions and a file server in memory.

A job runs a sample: as many transactions as `sample`, over as many fewer files as transactions, so that files live as
long and grow as large as in the whole. How large the memory of all files is does not count, which is where the sample
differs: the machine's caches have no size.

The adaptive file cache manager is the single one here. It is watched where a second process opens the file, and no file
of PostMark is ever opened by two.
"""

from __future__ import annotations

from typing import Any, Final

from model.engine.component import Setting
from model.experiments.experiment import Activity
from model.experiments.job import Job, Result
from model.experiments.measuring import Run
from model.scenario import FORMAT, ClientTable, ComponentTable, MachineTable, Scenario, WorkloadTable
from model.workloads.postmark_files import PostmarkFiles

SAMPLE: Final = 2_000
TRACE_ROWS: Final = 65_536
CHUNK_NS: Final = 20_000_000
LONGEST_NS: Final = 36_000_000_000_000
FILE_SERVER: Final = "file server"
"""An address space of its own: files are served by a program and not by the kernel."""
TRANSACTIONS_A_SECOND: Final = 250
"""That an ordinary machine simulates."""
FCM_OF: Final = {"single": "fcm_single", "replicated": "fcm_replicated", "adaptive": "fcm_single"}
SESSION_OF: Final = {
    "shared": "file_session_shared",
    "exclusive": "file_session_exclusive",
    "small": "file_session_cached",
}


def postmark_scenario(job: Job) -> Scenario:
    """The sample as a document."""
    transactions = min(job["transactions"], job["sample"])
    files = max(1, round(job["files"] * transactions / job["transactions"]))
    settings: dict[str, Any] = {"limit": job["limit"]} if job["sessions"] == "small" else {}
    return Scenario(
        format=FORMAT,
        name=f"postmark_{job.machine}_{job['fcm']}_{job['sessions']}",
        title=f"PostMark on the {job.machine}, {job['fcm']} FCM, {job['sessions']} sessions",
        seed=job.seed,
        until_ns=200_000_000,
        machine=MachineTable(profile=job.machine, processors=1),
        clients=(ClientTable("postmark", 1), ClientTable(FILE_SERVER, 2)),
        components=(
            ComponentTable("server", "file_server_ram", settings={"fcm": FCM_OF[job["fcm"]]}, home=FILE_SERVER),
            ComponentTable("session", SESSION_OF[job["sessions"]], uses={"server": "server"}, settings=settings,
                           home=FILE_SERVER),
        ),
        workloads=(
            WorkloadTable(
                "postmark_1_5", "postmark", uses={"server": "server", "session": "session"},
                settings={
                    "files": files,
                    "transactions": transactions,
                    "low_bytes": job["low"],
                    "high_bytes": job["high"],
                    "seed": 42 + job.seed,
                    "small_bytes": job["limit"],
                },
            ),
        ),
    )  # fmt: skip


def run_postmark(job: Job) -> Result:
    """Transactions a second in the phase of transactions, and what of its time went into small files."""
    run = Run(postmark_scenario(job), TRACE_ROWS)
    try:
        load = next(each for each in run.world.workloads if isinstance(each, PostmarkFiles))
        now_ns = 0
        while run.world.next_ns is not None:
            now_ns += CHUNK_NS
            if now_ns > LONGEST_NS:
                raise RuntimeError("ten hours of simulated time did not do for it")
            run.to(now_ns)
        return {
            "transactions_per_second": load.transactions_done * 1e9 / load.transaction_ns,
            "transactions": load.transactions_done,
            "small_share_of_time": load.small_ns / load.transaction_ns,
            "failed": load.failed,
            "mismatches": load.mismatches,
        }
    finally:
        run.close()


POSTMARK = Activity(
    name="postmark",
    title="PostMark",
    settings={
        "fcm": Setting("single", "single, replicated or adaptive"),
        "sessions": Setting("shared", "shared, exclusive or small"),
        "files": Setting(1_000, "files at the start", 1, 1_000_000),
        "transactions": Setting(10_000, "transactions", 1, 10_000_000),
        "low": Setting(128, "the smallest size of a new file in bytes", 1, 1 << 24),
        "high": Setting(8_192, "the largest size of a file in bytes", 2, 1 << 24),
        "limit": Setting(3_072, "the largest file whose data the application keeps, in bytes", 0, 1 << 20),
        "sample": Setting(SAMPLE, "transactions that are run", 1, 10_000_000),
    },
    execute=run_postmark,
    weigh=lambda job: min(job["transactions"], job["sample"]) / TRANSACTIONS_A_SECOND,
    scenario=postmark_scenario,
)
