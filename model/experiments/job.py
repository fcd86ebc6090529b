"""A job: one run of one activity on one machine, described so completely that its result is a function of it.

    Job(activity, machine, setting, seed)  --execute-->  a result of plain JSON values

An activity is what a job does (an SDET, a Postmark, null swaps under load); an experiment is a list of jobs and a fold
of their results into rows. So two figures that look at the same run share it, and a job is run once.

A job travels by pickle to another process or another machine and back, so it holds numbers and texts only. Its digest
names it in the folder of kept results, together with the version of the code that ran it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import model
import resources
from model.engine.component import Setting

Value = int | str | bool
Result = dict[str, Any]
"""What a job gives: whatever JSON can hold, and nothing else, so that a kept result is the same as a fresh one."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run, described; `setting` is sorted by name and holds every setting of the activity."""

    activity: str
    machine: str
    setting: tuple[tuple[str, Value], ...]
    seed: int = 0

    def __getitem__(self, name: str) -> Any:
        """The setting of that name."""
        return dict(self.setting)[name]

    def digest(self) -> str:
        """The same for the same description, in any process."""
        described = [self.activity, self.machine, self.setting, self.seed]
        return hashlib.sha256(json.dumps(described).encode()).hexdigest()[:24]

    def __str__(self) -> str:
        setting = ", ".join(f"{name} {value}" for name, value in self.setting)
        return f"{self.activity} on the {self.machine} ({setting}), seed {self.seed}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a job: a result, or one sentence on why there is none."""

    job: Job
    result: Result | None = None
    missing: str = ""


def job(activity: str, machine: str, settings: Mapping[str, Setting], seed: int = 0, **given: Value) -> Job:
    """A job of an activity with these settings; raises ValueError, with the setting and its range, for one that makes
    no sense."""
    for name, value in given.items():
        if name not in settings:
            raise ValueError(f"{name}: {activity} has no such setting; it has {', '.join(settings)}")
        if refusal := settings[name].refuse(value):
            raise ValueError(f"{name}: {refusal}; {_range_of(settings[name])}")
    whole = {name: given.get(name, setting.default) for name, setting in settings.items()}
    return Job(activity, machine, tuple(sorted(whole.items())), seed)


def _range_of(setting: Setting) -> str:
    if setting.low is not None and setting.high is not None:
        return f"give one from {setting.low} to {setting.high}"
    return f"{setting.meaning}, by default {setting.default!r}"


@cache
def code_version() -> str:
    """A digest of everything that a result depends on beside its job: the model's source and the machines' profiles."""
    sources = sorted(Path(model.__file__).parent.rglob("*.py"))
    sources += sorted((Path(resources.__file__).parent / "machines").glob("*.toml"))
    digest = hashlib.sha256()
    for source in sources:
        digest.update(source.name.encode())
        digest.update(source.read_bytes())
    return digest.hexdigest()[:24]
