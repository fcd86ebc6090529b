"""A thread that is killed at any instant inside of a call: what stood in front of the component must know that it left.

A request is killed at each of the instants of its way through a mediator or an interposer, one run each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from engine_harness import NewLedger, OldLedger

from model.engine.swap import SwapSettings
from model.engine.wrapper import Wrapper
from model.machine.errors import ThreadKilled
from model.trace.events import Kind

MakeBench = Callable[..., Any]


def start_victim(bench: Any, call: Callable[[Any], Any], *, start_ns: int, kill_at_ns: int) -> None:
    """A loop whose one request makes `call`, and is killed at an instant if it still lives."""
    reference = bench.system.reference(bench.clients[0], bench.record)
    machine = bench.machine

    def loop() -> None:
        machine.sleep(start_ns)
        try:
            machine.request(bench.clients[0], lambda: call(reference), "victim")
        except ThreadKilled:
            return

    def kill() -> None:
        for thread in machine.threads.values():
            if thread.name == "victim":
                machine.kill(thread)

    machine.spawn(loop, name="loop", processor=0, client=bench.clients[0], in_generation=False)
    machine.after(kill_at_ns, kill)


@pytest.mark.parametrize("from_ns", range(0, 4_000, 500))
def test_thread_killed_on_its_way_out_of_a_recursive_call_keeps_no_swap_waiting(
    make_bench: MakeBench, from_ns: int
) -> None:
    """A call from before the swap keeps it in FORWARD until the victim has been in, twice, and out."""
    outcomes = set()
    for kill_at_ns in range(INNER_RETURNS_NS + from_ns, INNER_RETURNS_NS + from_ns + 500, 20):
        bench = make_bench(processors=2, settings=SwapSettings(block_timeout_ns=100_000, retries=0))
        bench.callers = 1
        bench.noter(times=1, ns=40_000)
        bench.machine.after(2_000, lambda bench=bench: bench.swap(NewLedger))
        start_victim(bench, lambda reference: reference.object.nested(1, 1), start_ns=5_000, kill_at_ns=kill_at_ns)
        bench.run(10_000_000)
        outcomes.update(bench.phases()[-1:])
        assert bench.conserved
    assert outcomes == {"COMPLETED"}


INNER_RETURNS_NS = 12_000


class Counting(Wrapper):
    """Counts who is inside, as a wrapper that watches contention does."""

    name = "counting"
    title = "counting"
    inside = 0

    def precall(self, method: str, arguments: tuple[Any, ...]) -> Any:
        Counting.inside += 1

    def postcall(self, method: str, state: Any, result: Any, error: BaseException | None) -> Any:
        Counting.inside -= 1


@pytest.mark.parametrize("from_ns", range(11_500, 13_500, 500))
def test_wrapper_sees_the_end_of_every_call_that_it_saw_begin(make_bench: MakeBench, from_ns: int) -> None:
    ran = set()
    for kill_at_ns in range(from_ns, from_ns + 500, 4):
        Counting.inside = 0
        bench = make_bench(OldLedger, processors=1)
        bench.system.reconfiguration.attach(bench.record, Counting)
        start_victim(bench, lambda reference: reference.object.note(1, 0), start_ns=10_000, kill_at_ns=kill_at_ns)
        bench.run(1_000_000)
        assert Counting.inside == 0, f"killed at {kill_at_ns} ns"
        ran.update(kind for kind, _, _ in bench.events(Kind.PRECALL_RAN, Kind.POSTCALL_RAN))
    assert ran <= {Kind.PRECALL_RAN, Kind.POSTCALL_RAN}
