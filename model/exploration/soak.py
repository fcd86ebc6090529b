"""A soak: a long run in which everything is reconfigured at random while everything fails, and then the books.

What small scenarios prove for every schedule a soak shows for length: nothing drifts, nothing leaks, no call is lost
among a million. Chance decides what is asked for and when, from one seed, so that a soak that fails can be run again.

    calls        issued = returned + raised, when the load has ended
    effects      each call of `add` is noted exactly once and in its caller's order; a wrapper that raises after the
                 call makes its caller send the same number again, so that just as many doubles are due
    leaks        threads, generation counts, entries, mediators, instances, interposers: as many as at the start
    near misses  how many advances each thread outlived. With n generations a thread may outlive n of them (the last
                 check may have come just before it counted itself): one more would have been a grace period that was
                 too short. A soak without a failure says little; how near it came says how much.

Limits: the calendar's own schedules only; every interleaving is `explore`'s part.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, Final

import numpy as np

from model import catalogue
from model.commands import Attach, Cancel, Command, Detach, Inject, Swap
from model.faults.fault import take_off
from model.protocols import CANONICAL
from model.scenario import ClientTable, ComponentTable, MachineTable, Scenario, SwapTable, WorkloadTable
from model.session import Session
from model.trace.events import Kind
from model.trace.trace import Rows

COUNTERS: Final = ("counter 1", "counter 2", "counter 3")
IMPLEMENTATIONS: Final = ("counter_shared", "counter_partitioned")
WRAPPERS: Final = ("call_counter", "call_timer")
LOOPS: Final = 8
THINK_NS: Final = 3_000
TRACE_ROWS: Final = 65_536
STUCK_NS: Final = 3_000_000
"""How long the thread that never ends stays: longer than a swap waits for it in FORWARD, and the load goes on after."""
BURST_AT_MOST: Final = 5
BURST_APART: Final = 60
"""Calls, at most, between two requests of a burst: fewer than come while a swap is at work."""
FAULTS_SHARE: Final = 0.2
"""The part of the requests that injects a fault."""


@dataclass
class Result:
    """What a soak found. `failures` is empty when the books balance."""

    calls: dict[str, int] = field(default_factory=dict)
    requests: dict[str, int] = field(default_factory=dict)
    swaps: dict[str, int] = field(default_factory=dict)
    faults: dict[str, int] = field(default_factory=dict)
    threads_by_advances: dict[int, int] = field(default_factory=dict)
    """How many threads outlived so many advances of the generations of the processor on which they began."""
    near_misses: int = 0
    """Threads that outlived as many advances as a grace period has: one step from too short."""
    now_ns: int = 0
    fingerprint: str = ""
    failures: list[str] = field(default_factory=list)

    def as_table(self) -> dict[str, Any]:
        """Plain values, as JSON has them."""
        return asdict(self)


def soak(
    calls: int = 1_000_000,
    reconfigurations: int = 1_000,
    seed: int = 0,
    progress: Callable[[float], None] | None = None,
) -> Result:
    """Runs the load to its end with so many swaps, attaches and detaches on the way; `progress` hears the part done."""
    session = Session(_scenario(calls, seed), trace_capacity=TRACE_ROWS)
    books = _Books(session)
    chance = random.Random(f"soak/{seed}")
    due = _occasions(chance, calls, reconfigurations)
    asked = 0
    while not session.ended:
        session.advance(session.now_ns + LOOPS * THINK_NS)
        books.read()
        while asked < reconfigurations and books.issued >= due[asked][0] and not session.ended:
            command = _drawn(chance, due[asked][1])
            session.issue(command, session.now_ns)
            asked += not isinstance(command, Inject | Cancel)
        if progress is not None:
            progress(books.issued / calls)
    result = books.close()
    session.close()
    return result


def _scenario(calls: int, seed: int) -> Scenario:
    loops = LOOPS * len(COUNTERS)
    return Scenario(
        format=1,
        name="soak",
        title="A soak under all faults",
        seed=seed,
        machine=MachineTable(processors=4),
        swap=SwapTable(
            forward_timeout_ns=1_000_000, block_timeout_ns=200_000, transfer_timeout_ns=500_000, retry_delay_ns=50_000,
            wake_again_ns=200_000,
        ),
        clients=(ClientTable("one", 31), ClientTable("two", 32)),
        components=tuple(ComponentTable(name, "counter_shared") for name in COUNTERS),
        workloads=tuple(
            WorkloadTable(
                "steady", client, {"target": name},
                {"loops": LOOPS // 2, "calls": max(1, calls // loops), "think_ns": THINK_NS, "mix": "add:1"},
            )
            for name in COUNTERS
            for client in ("one", "two")
        ),
    )  # fmt: skip


def _occasions(chance: random.Random, calls: int, requests: int) -> list[tuple[int, str]]:
    """After how many calls each request comes, and for which object.

    All over the load, but in bursts: a request by itself would meet no other at work, and there would be nothing to
    cancel, to queue or to refuse.
    """
    found: list[tuple[int, str]] = []
    latest = calls * 9 // 10
    while len(found) < requests:
        after, name = chance.randrange(latest + 1), chance.choice(COUNTERS)
        for _ in range(min(chance.randint(1, BURST_AT_MOST), requests - len(found))):
            found.append((min(after, latest), name))
            after += chance.randrange(BURST_APART)
    return sorted(found)


def _drawn(chance: random.Random, name: str) -> Command:
    """Something to ask for: any of it may be refused, which is an answer too."""
    if chance.random() < FAULTS_SHARE:
        fault = chance.choice(sorted(catalogue.shipped().faults))
        return Inject(name, fault, lasting_ns=STUCK_NS if fault == "never_returns" else 0)
    match chance.choices(("swap", "attach", "detach", "cancel"), (5, 2, 2, 1))[0]:
        case "swap":
            return Swap(name, chance.choice(IMPLEMENTATIONS), queue=chance.random() < 0.5)
        case "attach":
            return Attach(name, chance.choice(WRAPPERS))
        case "detach":
            return Detach(name, chance.choice(WRAPPERS))
        case _:
            return Cancel(name)


MADE_AND_DESTROYED: Final = (
    (Kind.MEDIATOR_CREATED, Kind.MEDIATOR_DESTROYED, "mediators"),
    (Kind.INSTANCE_CREATED, Kind.INSTANCE_DESTROYED, "instances"),
    (Kind.INTERPOSER_CREATED, Kind.INTERPOSER_DESTROYED, "interposers"),
)


class _Books:
    """Reads the trace as it goes by, because it holds only its last rows."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._seen = 0
        self._kinds: Counter[int] = Counter()
        self._faults: Counter[int] = Counter()
        self._postcalls = 0
        self._generations: Counter[int] = Counter()
        self._living: dict[int, tuple[int, int]] = {}
        self._outlived: Counter[int] = Counter()

    @property
    def issued(self) -> int:
        return self._kinds[Kind.CALL_ENTERED]

    def read(self) -> None:
        """Takes in what has been written since the last time."""
        trace = self._session.trace
        assert trace.tail <= self._seen, "the soak reads more slowly than the trace forgets"
        for _, rows in trace.chunks(self._seen, trace.head):
            kinds, counts = np.unique(rows["kind"], return_counts=True)
            self._kinds.update(dict(zip(kinds.tolist(), counts.tolist(), strict=True)))
            struck = rows[rows["kind"] == Kind.FAULT_STRUCK]
            self._faults.update(struck["a"].tolist())
            self._follow_threads(rows)
        self._seen = trace.head

    def _follow_threads(self, rows: Rows) -> None:
        """Counts, for each thread that ends, the advances since it began on the processor where it is counted."""
        wanted = (Kind.THREAD_STARTED, Kind.THREAD_ENDED, Kind.GENERATION_ADVANCED)
        few = rows[np.isin(rows["kind"], wanted)]
        columns = (few[name].tolist() for name in ("kind", "thread", "processor", "a"))
        for kind, thread, processor, a in zip(*columns, strict=True):
            if kind == Kind.GENERATION_ADVANCED:
                self._generations[processor] = a
            elif a < 0:
                continue
            elif kind == Kind.THREAD_STARTED:
                # Not the generation that it read: it may have been delayed for long before it counted itself.
                self._living[thread] = (processor, self._generations[processor])
            else:
                home, generation = self._living.pop(thread)
                self._outlived[self._generations[home] - generation] += 1

    def close(self) -> Result:
        """The result, with everything that does not balance named."""
        self.read()
        session, kinds = self._session, self._kinds
        world: Any = session._world
        system = world.system
        names = {number: name for name, number in world.fault_numbers.items()}
        entered, returned, raised = (kinds[kind] for kind in (Kind.CALL_ENTERED, Kind.CALL_RETURNED, Kind.CALL_RAISED))
        count = session.scenario.machine.generations
        result = Result(
            calls={"issued": entered, "returned": returned, "raised": raised},
            requests={
                kind.name.removesuffix("_REQUESTED").lower(): kinds[kind]
                for kind in (Kind.SWAP_REQUESTED, Kind.ATTACH_REQUESTED, Kind.DETACH_REQUESTED, Kind.CANCEL_REQUESTED)
            }
            | {"refused": kinds[Kind.REQUEST_REFUSED]},
            swaps={"completed": kinds[Kind.SWAP_COMPLETED], "abandoned": kinds[Kind.SWAP_ABANDONED]},
            faults={names[number]: times for number, times in sorted(self._faults.items())},
            threads_by_advances=dict(sorted(self._outlived.items())),
            near_misses=self._outlived[count],
            now_ns=session.now_ns,
            fingerprint=session.trace.fingerprint(),
        )
        if entered != returned + raised:
            result.failures.append(f"{entered} calls were issued, {returned} returned and {raised} raised")
        result.failures += self._effects(system, result.faults.get("raises_in_postcall", 0), entered, raised)
        result.failures += self._leaks(system)
        late = {advances: threads for advances, threads in self._outlived.items() if advances > count}
        if late:
            result.failures.append(f"grace periods were too short: threads by advances that they outlived: {late}")
        return result

    def _effects(self, system: Any, doubled: int, entered: int, raised: int) -> list[str]:
        """Every call that did not raise before its effect is noted, once and in order."""
        instances = [system.objects[name].instance for name in COUNTERS]
        for instance in instances:
            take_off(instance)  # A fault that still waits for its occasion must not strike at the books.
        images = [instance.package(CANONICAL).state for instance in instances]
        lines = [line for image in images for _, line in image.callers]
        noted, violations = sum(line.calls for line in lines), sum(line.violations for line in lines)
        found = []
        if noted != entered - raised + doubled:
            found.append(f"{noted} effects are noted, and {entered - raised + doubled} were due")
        if violations != doubled:
            found.append(f"{violations} effects came twice or out of order, and {doubled} were due")
        return found

    def _leaks(self, system: Any) -> list[str]:
        """What is there at the end beside what serves."""
        machine = system.surroundings
        slots = range(self._session.scenario.machine.generations)
        counted = sum(machine.generations.active(cpu, slot) for cpu in range(machine.processors) for slot in slots)
        records = [system.objects[name] for name in COUNTERS]
        attached = sum(len(record.interposers) for record in records)
        expected = {"mediators": 0, "instances": len(records), "interposers": attached}
        found = [f"{counted} threads are still counted in generations"] if counted else []
        if machine.threads:
            found.append(f"{len(machine.threads)} threads have not ended")
        for made, destroyed, words in MADE_AND_DESTROYED:
            left = self._kinds[made] - self._kinds[destroyed]
            if left != expected[words]:
                found.append(f"{left} {words} are left, and {expected[words]} serve")
        for record in records:
            outermost = record.interposers[0].subject if record.interposers else record.instance.identity
            if {entry.target_subject for entry in record.entries} != {outermost}:
                found.append(f"an entry of {record.name} does not lead to its door")
        return found
