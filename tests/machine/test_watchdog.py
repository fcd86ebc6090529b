"""Component code that never comes back to a point."""

from __future__ import annotations

import pytest

from model.machine.errors import ComponentHung
from model.machine.machine import Machine
from model.trace.events import Kind
from model.trace.trace import Trace


@pytest.mark.slow
def test_hung_component_ends_the_run_and_leaves_no_mark_in_the_trace() -> None:
    """Buys that a window never freezes for good; takes the watchdog's patience, shortened, of wall time."""
    machine = Machine(Trace())
    machine._watchdog.patience_s = 0.1
    handled: list[str] = []

    def hang() -> None:
        try:
            while True:
                pass
        except Exception:
            handled.append("the component saw it")

    machine.spawn(lambda: machine.request(1, hang), name="looper", processor=0, in_generation=False)
    with pytest.raises(ComponentHung, match="looper"):
        machine.run(1_000_000)
    assert handled == []
    last = machine.trace.event(machine.trace.head - 1)
    assert last.kind == Kind.THREAD_STARTED
    with pytest.raises(ComponentHung):
        machine.run(2_000_000)
    machine.close()


def test_long_run_with_points_is_not_taken_for_hung() -> None:
    machine = Machine(Trace())
    machine._watchdog.patience_s = 0.02

    def busy() -> None:
        for _ in range(60_000):
            machine.work(10)

    machine.spawn(busy, name="busy", processor=0)
    assert machine.run(1_000_000)
    machine.close()
