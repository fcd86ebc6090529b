"""Wrappers that ship with Changeover: specific code around any component's calls."""

from __future__ import annotations

from model.engine.wrapper import Wrapper
from model.wrappers.call_counter import CallCounter
from model.wrappers.call_timer import CallTimer
from model.wrappers.contention_watch import ContentionWatch
from model.wrappers.parallel_calls import ParallelCalls
from model.wrappers.profiler import Profiler
from model.wrappers.sequential_watch import SequentialWatch
from model.wrappers.sharing_watch import SharingWatch
from model.wrappers.size_watch import SizeWatch

WRAPPERS: tuple[type[Wrapper], ...] = (
    CallCounter,
    CallTimer,
    ParallelCalls,
    ContentionWatch,
    SequentialWatch,
    SharingWatch,
    SizeWatch,
    Profiler,
)
