"""Wrappers that ship with Changeover: specific code around any component's calls."""

from __future__ import annotations

from model.engine.wrapper import Wrapper
from model.wrappers.call_counter import CallCounter
from model.wrappers.call_timer import CallTimer

WRAPPERS: tuple[type[Wrapper], ...] = (CallCounter, CallTimer)
