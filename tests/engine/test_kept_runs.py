"""Small runs, kept row for row: what the engine writes and what it asks the machine for.

A recording, a pinned fingerprint and a saved schedule are only worth keeping if the same system does the same steps
next year. Each run here is one page: a swap, interposers, local tables, address spaces; every row with all its fields,
and for the explored machine every point before every access. The price of each operation is another prime, so that a
point that is left out, doubled or taken for another one shifts all that follows.

A change that is meant changes these files. The message of the test that fails says where the new run lies: read the
difference, and put it in the old one's place.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from engine_harness import Bench, Doubling, Empty, NewLedger, OldLedger, RaisesInUnpackage, Skipping

from model.costs import Costs, Shape
from model.engine.swap import SwapSettings
from model.engine.system import System
from model.machine.explored import ExploredMachine
from model.machine.machine import Machine
from model.machine.replay import operation_name
from model.trace.events import Kind
from model.trace.trace import Event, Trace

KEPT = Path(__file__).with_name("kept_runs")

PRIMES = Costs(
    table_read_ns=3, table_write_ns=23, call_entry_ns=31, call_return_ns=19, count_ns=13, phase_read_ns=7,
    advance_ns=41, lock_ns=29, unlock_ns=37, wake_ns=61, transfer_step_ns=53, wrapper_ns=43, allocation_ns=211,
    free_ns=73, trap_ns=401, crossing_ns=409, miss_ns=503, copy_ns_per_kib=151_000, control_ns=499, switch_ns=199,
    spawn_ns=307, interrupt_ns=521,
)  # fmt: skip
WITH_LINES = {"line_memory_ns": 359, "line_transfer_ns": 449, "line_upgrade_ns": 251, "bus_line_ns": 11}
SETTINGS = SwapSettings(block_timeout_ns=9_000, retry_delay_ns=5_000, retries=1)

Run = Callable[[], list[str]]


def told(trace: Trace, event: Event) -> str:
    """A row in one line, without what is 0 or nothing; texts as they read."""
    until = f"+{event.until_ns - event.at_ns}" if event.until_ns else ""
    places = {
        "t": event.thread, "p": event.processor, "c": event.client, "s": event.subject, "call": event.call,
        "m": event.method, "a": event.a, "b": event.b,
    }  # fmt: skip
    cause = f" <{event.cause}" if event.cause >= 0 else ""
    return f"{event.at_ns}{until} {Kind(event.kind).name}{cause} " + " ".join(
        f"{place}{value if abs(value) < 2**32 else repr(trace.text(value))}" for place, value in places.items() if value
    )


def rows(machine: Machine, first: int = 0) -> list[str]:
    found = [told(machine.trace, machine.trace.event(position)) for position in range(first, machine.trace.head)]
    machine.close()
    return found


def swaps(**machine: Any) -> list[str]:
    """Calls that are older than a swap, recursive, held and failing; then a swap that is abandoned after a retry."""
    bench = Bench(settings=SETTINGS, processors=2, **{"costs": PRIMES} | machine)
    first = bench.machine.trace.head
    bench.noter(ns=9_000, times=2, start_ns=100)
    bench.caller(lambda reference, _: reference.object.nested(7, 1), times=2, start_ns=2_000)
    bench.caller(lambda reference, _: reference.object.nested(10, 2), start_ns=5_500)
    bench.noter(ns=1_000, times=3, start_ns=11_000, every_ns=2_000)
    bench.caller(lambda reference, _: reference.object.fail(8), times=3, start_ns=11_500, every_ns=2_500)
    bench.machine.after(3_000, lambda: bench.swap(NewLedger))
    bench.run(60_000)
    bench.caller(lambda reference, _: reference.object.note(9, 0, ns=30_000), start_ns=10_500)
    bench.machine.after(300, lambda: bench.swap(RaisesInUnpackage))
    bench.noter(ns=28_000, times=2, start_ns=200)
    bench.run(200_000)
    return rows(bench.machine, first)


def interposers() -> list[str]:
    """Three interposers, one of which skips POSTCALL, called through, swapped behind, and detached during a call."""
    bench = Bench(processors=2, costs=PRIMES)
    first = bench.machine.trace.head
    reconfiguration = bench.system.reconfiguration
    for wrapper in (Skipping, Doubling, Empty):
        reconfiguration.attach(bench.record, wrapper)
        bench.run(bench.machine.now_ns + 10_000)
    bench.noter(start_ns=100, times=2)
    bench.caller(lambda reference, _: reference.object.fail(8), start_ns=700)
    bench.caller(lambda reference, _: reference.object.nested(9, 0), start_ns=5_000)
    bench.run(60_000)
    bench.swap(NewLedger)
    bench.noter(start_ns=3_000, times=2)
    bench.run(90_000)
    bench.noter(start_ns=9_000, ns=15_000, times=1)
    for wrapper in (Doubling, Empty, Skipping):
        reconfiguration.detach(bench.record, wrapper)
        bench.run(bench.machine.now_ns + 10_000)
    return rows(bench.machine, first)


def local_tables() -> list[str]:
    """Entries of processors on lines of memory, filled by misses and written by a swap."""
    costs = Costs(**{name: getattr(PRIMES, name) for name in PRIMES.__slots__} | WITH_LINES)
    bench = Bench(processors=2, costs=costs, shape=Shape(local_tables=True), settings=SETTINGS)
    bench.noter(start_ns=100, times=3, every_ns=4_000)
    bench.noter(start_ns=300, times=3, every_ns=4_000)
    bench.machine.after(9_000, lambda: bench.swap(NewLedger))
    bench.run(90_000)
    return rows(bench.machine)


def entries_on_lines() -> list[str]:
    """One table a client, but on lines of memory that processors take from each other."""
    costs = Costs(**{name: getattr(PRIMES, name) for name in PRIMES.__slots__} | WITH_LINES)
    bench = Bench(processors=2, costs=costs, settings=SETTINGS)
    bench.noter(start_ns=100, times=3, every_ns=4_000)
    bench.noter(start_ns=300, times=3, every_ns=4_000)
    bench.machine.after(9_000, lambda: bench.swap(NewLedger))
    bench.run(90_000)
    return rows(bench.machine)


class InTheApplication(OldLedger):
    name = "in_the_application"
    in_application = True


def address_spaces() -> list[str]:
    """Calls within an address space, into the kernel, into another one, and to what lives with its callers."""
    machine = Machine(Trace(), processors=1, costs=PRIMES)
    system = System(machine, machine.generations)
    server = system.add_client("server", 40).identity
    user = system.add_client("user", 41).identity
    objects = [
        system.declare("in the kernel", OldLedger),
        system.declare("in the server", OldLedger, home=server),
        system.declare("with its callers", InTheApplication, home=server),
    ]
    for record, kind in zip(objects, (OldLedger, OldLedger, InTheApplication), strict=True):
        system.connect(record, "self", record)
        system.serve(record, kind)
    first = machine.trace.head
    references = [system.reference(client, record) for client in (user, server, 0) for record in objects]

    def calls() -> None:
        for reference in references:
            reference.object.note(1, 1)
        with pytest.raises(ValueError):
            references[0].object.fail(1)

    machine.spawn(calls, name="caller", processor=0, client=user)
    machine.run(100_000)
    return rows(machine, first)


class Listening(ExploredMachine):
    """Notes each point that it is asked for, beside the rows."""

    __slots__ = ("heard",)

    def __init__(self, trace: Trace, **settings: Any) -> None:
        self.heard: list[tuple[int, str]] = []
        super().__init__(trace, **settings)

    def note(self, what: str) -> None:
        self.heard.append((self.trace.head, f"    t{self.current.identity} {what}".rstrip()))

    def point(self, operation: int, subject: int = 0) -> None:
        self.note(f"{operation_name(operation)} {subject or ''}")
        super().point(operation, subject)

    def allocate(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None:
        self.note(f"allocates {size_bytes} for {owner}")
        super().allocate(size_bytes, owner, quiet=quiet)

    def free(self, size_bytes: int, owner: int = 0, *, quiet: bool = False) -> None:
        self.note(f"frees {size_bytes} of {owner}")
        super().free(size_bytes, owner, quiet=quiet)


def listened(bench: Bench) -> list[str]:
    """The rows of a bench on a listening machine, without times, and between them what was asked for."""
    machine: Any = bench.machine
    lines = list(machine.heard)
    for position, row in enumerate(rows(machine)):
        lines.append((position, row.partition(" ")[2]))
    return [line for _, line in sorted(lines, key=lambda found: found[0])]


def another_now_and_then(machine: ExploredMachine, n: int) -> int:
    """An order in which somebody is held and somebody is inside."""
    return 0 if machine.step % 7 else machine.step // 7 % n


LISTENING = partial(Listening, chooser=another_now_and_then, alarms="when idle")


def steps() -> list[str]:
    """Every point of a swap behind an interposer."""
    bench = Bench(made=LISTENING, processors=2)
    bench.system.reconfiguration.attach(bench.record, Empty)
    bench.caller(lambda reference, _: reference.object.nested(7, 1))
    bench.caller(lambda reference, _: reference.object.fail(8))
    bench.noter(times=1)
    bench.machine.from_outside(lambda: bench.swap(NewLedger))
    bench.run(1_000_000)
    return listened(bench)


def steps_of_local_tables() -> list[str]:
    """Every point of calls that miss while a swap writes the tables."""
    bench = Bench(made=LISTENING, processors=2, shape=Shape(local_tables=True))
    for _ in range(2):
        bench.noter(times=2)
    bench.machine.from_outside(lambda: bench.swap(NewLedger))
    bench.run(1_000_000)
    return listened(bench)


RUNS: dict[str, Run] = {
    "swaps": swaps,
    "interposers": interposers,
    "local tables": local_tables,
    "entries on lines": entries_on_lines,
    "address spaces": address_spaces,
    "steps": steps,
    "steps of local tables": steps_of_local_tables,
}


@pytest.mark.parametrize("name", RUNS)
def test_a_small_run_is_row_for_row_what_it_was(name: str, tmp_path: Path) -> None:
    kept = KEPT / f"{name.replace(' ', '_')}.txt"
    now = RUNS[name]()
    was = kept.read_text("utf-8").splitlines() if kept.exists() else []
    if now != was:
        new = tmp_path / kept.name
        new.write_text("\n".join(now) + "\n", "utf-8")
        line = next((n for n, (one, other) in enumerate(zip(now, was, strict=False)) if one != other), len(was))
        pytest.fail(
            f"{name} differs from line {line + 1} on: compare {new} with {kept}, and put it there if it is meant"
        )
