"""Loads that drive the components of a scenario."""

from __future__ import annotations

from model.workloads.diarists import Diarists
from model.workloads.open_file import OpenFile
from model.workloads.pattern import Pattern
from model.workloads.postmark import Postmark
from model.workloads.postmark_files import PostmarkFiles
from model.workloads.sdet import Sdet
from model.workloads.steady import Steady
from model.workloads.streaming import Streaming
from model.workloads.workload import Workload

WORKLOADS: tuple[type[Workload], ...] = (Postmark, PostmarkFiles, Sdet, Streaming, OpenFile, Steady, Pattern, Diarists)
