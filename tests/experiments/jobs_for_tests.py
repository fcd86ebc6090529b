"""What workers run in tests: importable by name in another process, where a test's own functions are not."""

from __future__ import annotations

import os
from pathlib import Path

from model.experiments.job import Job, Result


def square(job: Job) -> Result:
    """The square of the seed; some seeds fail in the ways that a job may."""
    if job["what"] == "raise" and job.seed == 3:
        raise ValueError("three is refused")
    if job["what"] == "die" and job.seed == 3:
        os._exit(9)
    if job["what"] == "die once" and job.seed == 3 and not Path(job["mark"]).exists():
        Path(job["mark"]).touch()
        os._exit(9)
    return {"square": job.seed**2, "worker": 0}


def count(job: Job) -> Result:
    """Counts for about a tenth of a second, so that a worker can be lost in the middle of it."""
    total = 0
    for number in range(1_000_000):
        total = (total * 31 + number + job.seed) % 1_000_003
    return {"total": total}
