"""A machine whose trace can be read, closed again after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from model.machine.machine import Machine
from model.trace.trace import Trace


@pytest.fixture
def make_machine() -> Iterator[Callable[..., Machine]]:
    made: list[Machine] = []

    def make(**settings: Any) -> Machine:
        machine = Machine(Trace(), **settings)
        made.append(machine)
        return machine

    yield make
    for machine in made:
        machine.close()
