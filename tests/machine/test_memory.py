"""Cache lines, the bus and the accounts, against a brute-force oracle and arithmetic."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from model.costs import Costs
from model.machine.machine import Machine
from model.machine.memory import Accounts, Memory
from model.machine.surroundings import NOBODY, Line
from model.trace.events import Kind

MEMORY_NS, TRANSFER_NS, UPGRADE_NS, BUS_NS = 300, 500, 200, 20
COSTS = Costs(
    line_memory_ns=MEMORY_NS, line_transfer_ns=TRANSFER_NS, line_upgrade_ns=UPGRADE_NS, bus_line_ns=BUS_NS, switch_ns=0
)
ACCESS_NS = COSTS.line_write_ns
LONG_NS = 1_000_000


class Caches:
    """The oracle: for each processor the letter of its copy (M, E, S or I), changed as the protocol's table says."""

    def __init__(self, processors: int) -> None:
        self.letters = ["I"] * processors

    def read(self, here: int) -> int:
        if self.letters[here] != "I":
            return 0
        others = [number for number, letter in enumerate(self.letters) if letter != "I"]
        cost = TRANSFER_NS if any(self.letters[number] == "M" for number in others) else MEMORY_NS
        for number in others:
            self.letters[number] = "S"
        self.letters[here] = "S" if others else "E"
        return cost

    def write(self, here: int) -> int:
        mine, dirty = self.letters[here], "M" in self.letters
        self.letters = ["I"] * len(self.letters)
        self.letters[here] = "M"
        if mine in ("M", "E"):
            return 0
        return TRANSFER_NS if dirty else UPGRADE_NS if mine == "S" else MEMORY_NS


ACCESSES = st.lists(st.tuples(st.integers(0, 7), st.booleans()), max_size=60)


@given(ACCESSES)
@settings(deadline=None)
def test_every_access_costs_what_the_state_of_all_caches_says(accesses: list[tuple[int, bool]]) -> None:
    memory, line, oracle = Memory(COSTS), Line("line"), Caches(8)
    for number, (processor, exclusive) in enumerate(accesses):
        expected = oracle.write(processor) if exclusive else oracle.read(processor)
        assert memory.bring(line, processor, number * LONG_NS, exclusive) == expected


@given(ACCESSES)
@settings(deadline=None)
def test_a_modified_line_has_one_owner_and_no_sharers(accesses: list[tuple[int, bool]]) -> None:
    memory, line = Memory(COSTS), Line("line")
    for number, (processor, exclusive) in enumerate(accesses):
        memory.bring(line, processor, number * LONG_NS, exclusive)
        if exclusive:
            assert (line.modified_by, line.sharers) == (processor, 0)
        else:
            assert line.modified_by == processor or line.sharers >> processor & 1
        assert (line.modified_by == NOBODY) == bool(line.sharers)


@given(st.lists(st.integers(0, 60), min_size=1, max_size=40))
@settings(deadline=None)
def test_the_bus_serves_one_after_the_other(gaps: list[int]) -> None:
    memory, now_ns, free_ns = Memory(COSTS), 0, 0
    for gap in gaps:
        now_ns += gap
        starts_ns = max(now_ns, free_ns)
        free_ns = starts_ns + BUS_NS
        assert memory.bring(Line("another"), 0, now_ns, False) == starts_ns - now_ns + MEMORY_NS
    assert memory.bus_busy_ns == BUS_NS * len(gaps)


def test_a_line_that_is_still_on_its_way_is_waited_for() -> None:
    memory, line = Memory(COSTS), Line("line")
    assert memory.bring(line, 0, 0, True) == MEMORY_NS
    assert memory.bring(line, 1, 100, True) == MEMORY_NS - 100 + TRANSFER_NS
    assert memory.bring(line, 2, 100, True) == MEMORY_NS - 100 + 2 * TRANSFER_NS


def ends_of(machine: Machine, *bodies: Callable[[], None]) -> list[int]:
    """When each body has ended; body number n runs on processor n."""
    ends: list[int] = [0] * len(bodies)

    def on(number: int, body: Callable[[], None]) -> Callable[[], None]:
        def run() -> None:
            body()
            ends[number] = machine.now_ns

        return run

    for number, body in enumerate(bodies):
        machine.spawn(on(number, body), name=f"{number}", processor=number, in_generation=False)
    machine.run(1_000_000_000)
    return ends


def test_two_things_on_one_line_are_falsely_shared(make_machine: Callable[..., Machine]) -> None:
    def time_with(shared: bool) -> int:
        machine = make_machine(processors=2, costs=COSTS)
        lines = [machine.line("left"), machine.line("right")]
        cells = [machine.cell(0, lines[0 if shared else number]) for number in (0, 1)]

        def count(number: int) -> Callable[[], None]:
            def body() -> None:
                for _ in range(100):
                    machine.fetch_add(cells[number], 1)
                    machine.work(50)

            return body

        return max(ends_of(machine, count(0), count(1)))

    assert time_with(shared=False) < 100 * (50 + COSTS.count_ns) + MEMORY_NS + 2 * BUS_NS + 1
    assert time_with(shared=True) > 100 * TRANSFER_NS


def test_a_lock_that_goes_to_another_processor_costs_a_transfer(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=2, costs=COSTS)
    lock = machine.lock("lock")

    def first() -> None:
        with lock:
            machine.work(10)

    def second() -> None:
        machine.work(50_000)
        with lock:
            machine.work(10)

    ends = ends_of(machine, first, second)
    assert machine.memory is not None
    assert ends[1] == 50_000 + TRANSFER_NS + COSTS.lock_ns + 10 + COSTS.unlock_ns
    assert (machine.memory.transfers, machine.memory.misses) == (1, 1)


def test_a_contended_lock_travels_with_every_hand_over(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=4, costs=COSTS)
    lock = machine.lock("lock")

    def body() -> None:
        for _ in range(20):
            with lock:
                machine.work(200)

    ends_of(machine, body, body, body, body)
    assert machine.memory is not None
    assert machine.memory.transfers >= 79


def test_cycles_are_those_of_the_machines_clock(make_machine: Callable[..., Machine]) -> None:
    slow = make_machine(processors=1, costs=Costs(cycle_ps=2_667, switch_ns=0))
    fast = make_machine(processors=1, costs=Costs(cycle_ps=1_667, switch_ns=0))
    assert [ends_of(machine, lambda m=machine: m.compute(3_000)) for machine in (slow, fast)] == [[8_001], [5_001]]


def test_an_account_holds_what_was_taken_and_not_given_back() -> None:
    accounts = Accounts("bytes")
    accounts.take(7, 100)
    accounts.take(7, 28)
    accounts.take(8, 50)
    assert (accounts.give(7, 28), accounts.has(7), accounts.total) == (100, 100, 150)
    with pytest.raises(ValueError, match="101 bytes cannot be given back: 7 has 100"):
        accounts.give(7, 101)
    accounts.give(7, 100)
    accounts.give(8, 50)
    assert accounts.total == 0


def test_memory_is_told_as_it_doubles_and_goes(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=1, costs=Costs(switch_ns=0))

    def body() -> None:
        for _ in range(1_000):
            machine.allocate(64, owner=5)
        for _ in range(1_000):
            machine.free(64, owner=5)

    ends_of(machine, body)
    rows = [machine.trace.event(position) for position in range(machine.trace.head)]
    told = [row.a for row in rows if row.kind == Kind.FIGURE_REPORTED]
    assert told[:4] == [64, 128, 256, 512]
    assert told[-1] == 0
    assert len(told) < 30


def test_freeing_what_was_never_allocated_is_the_threads_own_error(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=1)
    thread = machine.spawn(lambda: machine.free(1, owner=3), name="freeing", in_generation=False)
    machine.run(1_000_000)
    assert str(thread.error) == "1 bytes cannot be given back: 3 has 0"


def test_fresh_memory_comes_line_by_line(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=2, costs=COSTS)
    (alone,) = ends_of(machine, lambda: machine.fill(4_096))
    assert alone == 32 * (MEMORY_NS + COSTS.line_write_ns)


def test_two_who_fill_memory_at_once_wait_for_the_bus_once(make_machine: Callable[..., Machine]) -> None:
    """The second finds the bus taken at its first line; from then on it comes just after the other each time."""
    machine = make_machine(processors=2, costs=COSTS)
    alone = 32 * (MEMORY_NS + COSTS.line_write_ns)
    assert ends_of(machine, *[lambda: machine.fill(4_096)] * 2) == [alone, alone + BUS_NS]
    assert machine.memory is not None
    assert machine.memory.bus_busy_ns == 64 * BUS_NS


def test_a_lock_and_what_it_guards_travel_together_on_one_line(make_machine: Callable[..., Machine]) -> None:
    def transfers(together: bool) -> int:
        machine = make_machine(processors=2, costs=COSTS)
        line = machine.line("header")
        lock = machine.lock("lock", line=line if together else None)

        def body() -> None:
            for _ in range(50):
                machine.work(3_000)
                with lock:
                    machine.write(line)

        def later() -> None:
            machine.work(1_500)
            body()

        ends_of(machine, body, later)
        assert machine.memory is not None
        return machine.memory.transfers

    assert transfers(together=True) * 2 == transfers(together=False) == 198


def test_what_is_allocated_before_the_run_takes_no_time(make_machine: Callable[..., Machine]) -> None:
    machine = make_machine(processors=1, costs=COSTS)
    machine.allocate(100, owner=1)
    machine.free(40, owner=1)
    assert (machine.now_ns, machine.allocated.has(1)) == (0, 60)
    machine.settle(1)
    assert machine.allocated.total == 0
