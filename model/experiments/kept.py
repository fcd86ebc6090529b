"""Results on disk, a file a job, so that an interrupted run goes on where it was.

A file's name is the job's digest; in it stand the job in words, the version of the code, and the result. What another
version of the code wrote is never used. A file that cannot be read is as if it were not there: the job runs again.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from model.experiments.job import Job, Result, code_version


class KeptResults:
    """The folder of kept results; made where it is missing."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder

    def result(self, job: Job) -> Result | None:
        """What this version of the code found for this job, if it has run before."""
        try:
            text = self._file(job).read_text(encoding="utf-8")
            kept: Any = json.loads(text)
        except (OSError, ValueError, RecursionError):
            return None
        if not isinstance(kept, dict) or kept.get("code") != code_version() or kept.get("job") != str(job):
            return None
        result = kept.get("result")
        return result if isinstance(result, dict) else None

    def keep(self, job: Job, result: Result) -> None:
        """Writes a result whole or not at all: an interrupt in between leaves no half of a file."""
        path = self._file(job)
        kept = {"job": str(job), "code": code_version(), "result": result}
        draft = path.with_suffix(".part")
        draft.write_text(json.dumps(kept, indent=1), encoding="utf-8")
        os.replace(draft, path)

    def _file(self, job: Job) -> Path:
        return self._folder / f"{job.activity}-{job.digest()}.json"
