"""Loads that drive the components of a scenario."""

from __future__ import annotations

from model.workloads.diarists import Diarists
from model.workloads.pattern import Pattern
from model.workloads.postmark import Postmark
from model.workloads.steady import Steady
from model.workloads.workload import Workload

WORKLOADS: tuple[type[Workload], ...] = (Postmark, Steady, Pattern, Diarists)
