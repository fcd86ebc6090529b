"""The paper's evaluation (section 6) as experiments: lists of jobs, and folds of their results into rows.

    job.py, running.py, kept.py     a job, how jobs are run wherever there is room, how results are kept
    experiment.py, rows.py          what an activity and an experiment are, what an experiment says
    interposition, sdet, postmark   the activities: what a job does
    table1, figure4 ... figure7     the experiments

Adding an experiment is a file and a line here.
"""

from __future__ import annotations

from model.experiments.experiment import Activity, Experiment
from model.experiments.figure4 import FIGURE4
from model.experiments.figure5 import FIGURE5
from model.experiments.figure6 import FIGURE6
from model.experiments.figure7 import FIGURE7
from model.experiments.interposition import INTERPOSITION
from model.experiments.job import Job, Result
from model.experiments.null_swaps import NULL_SWAPS
from model.experiments.postmark import POSTMARK
from model.experiments.sdet import SDET
from model.experiments.streams import STREAMS
from model.experiments.table1 import TABLE1
from model.scenario import Scenario

ACTIVITIES: tuple[Activity, ...] = (INTERPOSITION, SDET, NULL_SWAPS, STREAMS, POSTMARK)

EXPERIMENTS: tuple[Experiment, ...] = (TABLE1, FIGURE4, FIGURE5, FIGURE6, FIGURE7)

_BY_NAME = {activity.name: activity for activity in ACTIVITIES}


def execute(job: Job) -> Result:
    """Runs a job here and now; the same job gives the same result wherever it runs."""
    return _BY_NAME[job.activity].execute(job)


def weigh(job: Job) -> float:
    """The seconds that a job takes on an ordinary machine, roughly."""
    return _BY_NAME[job.activity].weigh(job)


def scenario_of(job: Job) -> Scenario | None:
    """The same run as a document that a window can open; None where it is no system at work."""
    scenario = _BY_NAME[job.activity].scenario
    return None if scenario is None else scenario(job)
