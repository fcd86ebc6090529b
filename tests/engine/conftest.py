"""A bench per test, closed afterwards."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from model.engine import generated

_specification = importlib.util.spec_from_file_location("engine_harness", Path(__file__).with_name("harness.py"))
assert _specification is not None and _specification.loader is not None
harness = importlib.util.module_from_spec(_specification)
sys.modules["engine_harness"] = harness
_specification.loader.exec_module(harness)


@pytest.fixture(autouse=True)
def _classes_are_generated_anew() -> None:
    """A class that an earlier test had generated would say nothing of the generator in this one."""
    generated._cache.clear()


@pytest.fixture
def make_bench() -> Iterator[Callable[..., Any]]:
    made: list[Any] = []

    def make(*arguments: Any, **settings: Any) -> Any:
        bench = harness.Bench(*arguments, **settings)
        made.append(bench)
        return bench

    yield make
    for bench in made:
        bench.machine.close()
