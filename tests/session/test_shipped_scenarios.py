"""Each scenario that ships ends as its description says, and keeps its books."""

from __future__ import annotations

from typing import Any

import pytest

from app.planted import engine_of
from app.run_report import RunReport
from model.projections.invariants import Invariants, InvariantsFold
from model.projections.projection import Projection
from model.projections.topology import Topology, TopologyFold
from model.scenario import Scenario, load, shipped
from model.session import Session
from model.trace.events import Kind

NAMES = [summary.name for summary in shipped()]
ENDS_NS = {"tour": 15_000_000}
"""Where a run is long enough to have shown what it shows."""
OF_ONE_CALL = ("one_advance", "two_advances")
"""A lesson, not a load."""


class Run:
    """One finished run and what is known of it."""

    def __init__(self, name: str) -> None:
        scenario = load(name)
        with engine_of(scenario):
            self._run(name, scenario)

    def _run(self, name: str, scenario: Scenario) -> None:
        session = Session(scenario)
        report = RunReport(session)
        topology = Projection(session.trace, TopologyFold(session.trace))
        invariants = Projection(session.trace, InvariantsFold(session.trace))
        session.advance(ENDS_NS.get(name, scenario.until_ns))
        self.session = session
        self.numbers: dict[str, Any] = report.numbers()
        self.swaps: list[dict[str, Any]] = self.numbers["swaps"]
        self.topology: Topology = topology.at(session.trace.head)
        self.invariants: Invariants = invariants.at(session.trace.head)
        kinds = session.trace.rows(0, session.trace.head)["kind"].tolist()
        self.count = {kind: kinds.count(kind) for kind in Kind}
        self.objects = dict(session._world.system.objects)  # type: ignore[attr-defined]
        session.close()


_RUNS: dict[str, Run] = {}


def run(name: str) -> Run:
    if name not in _RUNS:
        _RUNS[name] = Run(name)
    return _RUNS[name]


def test_there_is_a_scenario_for_each_of_the_stories() -> None:
    assert NAMES == [
        "tour", "contention", "counter", "cyclic", "failing", "multiprocessor", "null_swap", "one_advance", "profiler",
        "recursive", "sharing", "stacked", "steady", "streaming", "two_advances",
    ]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_every_call_is_accounted_for(name: str) -> None:
    """Buys the books of every scenario: runs each once for all tests here."""
    calls = run(name).numbers["calls"]
    assert calls["issued"] == calls["returned"] + calls["raised"] + calls["in_flight"]
    if name in OF_ONE_CALL:
        assert calls["issued"] == calls["returned"] == 1
        return
    assert calls["issued"] > 1_000
    assert run(name).session.ended is None


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_no_rule_is_broken(name: str) -> None:
    """Buys that all invariants hold over the whole trace of every scenario."""
    invariants = run(name).invariants
    assert bool(invariants.violations) == (name == "one_advance"), "but by the engine with a planted bug"
    assert invariants.rows == run(name).session.trace.head


@pytest.mark.slow
@pytest.mark.parametrize("name", ["counter", "failing", "recursive", "stacked"])
def test_every_count_comes_once_and_in_order(name: str) -> None:
    """Buys that no swap loses, doubles or reorders a call."""
    counter = run(name).objects["counter"].instance
    assert counter.violations() == 0 if not hasattr(counter, "lock") else counter.state.ledger.violations() == 0


@pytest.mark.slow
def test_tour_swaps_the_file_cache_manager_and_attaches_the_timer() -> None:
    """Buys the default scenario: what the window opens with shows each fate but recursion."""
    (swap,) = run("tour").swaps
    assert (swap["component"], swap["from"], swap["to"], swap["outcome"]) == (
        "FCM file 17",
        "fcm_single",
        "fcm_replicated",
        "COMPLETED",
    )
    assert min(swap["untracked"], swap["tracked"], swap["blocked"]) >= 4
    assert swap["retries"] == 0
    assert run("tour").count[Kind.INTERPOSER_ATTACHED] == 1
    names = {client.name for client in run("tour").topology.clients.values()}
    assert names == {"kernel", "postmark", "sdet-1"}


@pytest.mark.slow
def test_counter_is_quicker_after_its_swap() -> None:
    """Buys the tutorial's point: twelve loops no longer wait for each other."""
    (swap,) = run("counter").swaps
    assert (swap["outcome"], swap["protocol"]) == ("COMPLETED", "canonical form")
    rows = run("counter").session.trace.rows(0, run("counter").session.trace.head)
    returned = rows[rows["kind"] == Kind.CALL_RETURNED]
    before = returned[returned["at_ns"] < 2_000_000]["a"]
    after = returned[returned["at_ns"] > 2_100_000]["a"]
    assert after.mean() < before.mean() / 2


@pytest.mark.slow
def test_cyclic_call_deadlocks_the_swap_until_it_is_abandoned_after_its_retries() -> None:
    """Buys the scenario that only a time limit ends; the old relay serves on."""
    (swap,) = run("cyclic").swaps
    assert (swap["outcome"], swap["retries"]) == ("ABANDONED", 3)
    assert swap["reason"] == "tracked calls did not return in time, 4 tries"
    assert run("cyclic").count[Kind.PHASE_TIMED_OUT] == 4
    assert run("cyclic").count[Kind.CALL_BLOCKED] == run("cyclic").count[Kind.CALL_RELEASED]
    assert run("cyclic").numbers["calls"]["raised"] == 0


@pytest.mark.slow
def test_implementation_that_fails_in_unpackage_leaves_the_old_one_serving() -> None:
    """Buys that a failure is atomic, and that another swap works after it."""
    failed, good = run("failing").swaps
    assert failed["outcome"] == "ABANDONED"
    assert failed["reason"].startswith("counter_fails_in_unpackage raised in unpackage: CounterFailure")
    assert (good["from"], good["to"], good["outcome"]) == ("counter_shared", "counter_partitioned", "COMPLETED")
    assert run("failing").numbers["calls"]["raised"] == 0


@pytest.mark.slow
def test_recursive_call_passes_the_closed_door() -> None:
    """Buys that recursion is recognised under load."""
    (swap,) = run("recursive").swaps
    assert swap["outcome"] == "COMPLETED"
    assert swap["recursive"] >= 1
    assert swap["retries"] == 0


@pytest.mark.slow
def test_wrappers_are_detached_in_another_order_than_they_came() -> None:
    """Buys stacking: the innermost goes first, the component is swapped behind what remains."""
    assert run("stacked").count[Kind.INTERPOSER_ATTACHED] == 3
    assert run("stacked").count[Kind.INTERPOSER_DETACHED] == 2
    assert run("stacked").count[Kind.INTERPOSER_DESTROYED] == 2
    assert run("stacked").count[Kind.REQUEST_REFUSED] == 0
    (swap,) = run("stacked").swaps
    assert swap["outcome"] == "COMPLETED"
    left = run("stacked").objects["counter"].interposers
    assert [type(interposer.wrapper).name for interposer in left] == ["call_counter"]


@pytest.mark.slow
def test_null_swap_moves_next_to_nothing() -> None:
    """Buys the measure of what a swap costs by itself."""
    (swap,) = run("null_swap").swaps
    assert (swap["from"], swap["to"], swap["protocol"], swap["outcome"]) == ("relay", "relay", "null swap", "COMPLETED")
    assert swap["phases"]["transfer_ns"] < 1_000


@pytest.mark.slow
def test_steady_load_has_no_script() -> None:
    """Buys a ground on which nothing happens by itself."""
    assert run("steady").swaps == []
    assert run("steady").session.fingerprints == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "wrapper", "there", "back"),
    [
        ("profiler", "profiler", ("pager_lru", "pager_fifo"), True),
        ("contention", "contention_watch", ("fcm_single", "fcm_replicated"), True),
        ("streaming", "sequential_watch", ("fcm_single", "fcm_sequential"), True),
        ("sharing", "sharing_watch", ("file_session_exclusive", "file_session_shared"), True),
    ],
)
def test_wrapper_asks_for_the_swap_and_for_the_way_back(
    name: str, wrapper: str, there: tuple[str, str], back: bool
) -> None:
    """Buys the stories in which nobody gives a command: what the wrapper sees brings every swap about."""
    swaps = run(name).swaps
    assert [(swap["from"], swap["to"]) for swap in swaps[:2]] == [there, there[::-1]][: 1 + back]
    assert {swap["outcome"] for swap in swaps} == {"COMPLETED"}
    assert run(name).count[Kind.WRAPPER_ASKED] == len(swaps) == run(name).count[Kind.SWAP_REQUESTED]
    assert run(name).count[Kind.COMMAND_ISSUED] == 1


@pytest.mark.slow
def test_replicated_cache_ends_the_waiting_that_the_contention_watch_saw() -> None:
    """Buys that the swap that was asked for is worth it."""
    rows = run("contention").session.trace.rows(0, run("contention").session.trace.head)
    completed = int(rows[rows["kind"] == Kind.SWAP_COMPLETED]["at_ns"][0])
    contended = rows[rows["kind"] == Kind.LOCK_CONTENDED]["at_ns"]
    before = ((contended >= 1_000_000) & (contended < completed)).sum() / (completed - 1_000_000)
    # Its tables are empty at first, and each first read asks the master.
    warm = completed + 500_000
    after = ((contended > warm) & (contended < warm + 500_000)).sum() / 500_000
    assert after < before / 4
