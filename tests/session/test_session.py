"""A live run is its replay: commands act between instants, and where a run pauses leaves no mark (rule R1)."""

from __future__ import annotations

import random
from functools import partial
from typing import Any

import msgspec
import pytest

from model import catalogue, commands
from model.commands import Attach, Command, Detach, Stamped, Swap
from model.components.counter_shared import SharedCounter
from model.refusals import ScenarioError
from model.scenario import Scenario, load, shipped
from model.session import MAX_SCRIPT, ScriptFull, Session, SessionEnded
from model.trace.events import Kind
from model.trace.trace import CHUNK_ROWS
from model.world import World

COMMANDS: tuple[Command, ...] = (
    Swap("counter", "counter_partitioned"),
    Swap("counter", "counter_shared", queue=True),
    Attach("counter", "call_timer"),
    Attach("counter", "call_counter"),
    Detach("counter", "call_timer"),
)


def rows_of(session: Session, kind: Kind) -> list[tuple[int, int, str]]:
    events = (session.trace.event(position) for position in range(session.trace.head))
    return [(event.at_ns, event.a, session.trace.text(event.b)) for event in events if event.kind == kind]


@pytest.fixture(scope="module")
def quiet() -> Scenario:
    """The tutorial without its script."""
    return msgspec.structs.replace(load("counter"), script=())


def test_command_leads_the_instant_after_the_clock_that_the_person_sees(quiet: Scenario) -> None:
    session = Session(quiet)
    session.advance(10_000)
    assert session.issue(COMMANDS[2], clock_ns=12_345) == 12_346
    assert session.now_ns == 12_345
    session.advance(20_000)
    (issued,) = rows_of(session, Kind.COMMAND_ISSUED)
    assert issued == (12_346, 0, commands.encode(COMMANDS[2]))
    first = session.trace.position_at(12_345)
    assert session.trace.event(first).kind == Kind.COMMAND_ISSUED
    session.close()


def test_clock_behind_the_run_does_not_reach_into_the_past(quiet: Scenario) -> None:
    session = Session(quiet)
    session.advance(10_000)
    assert session.issue(COMMANDS[2], clock_ns=3) == 10_001
    session.close()


def test_commands_given_in_a_pause_act_in_their_order(quiet: Scenario) -> None:
    session = Session(quiet)
    session.advance(10_000)
    stamps = [session.issue(command, 10_000) for command in COMMANDS[2:4]]
    session.advance(30_000)
    assert stamps == [10_001, 10_001]
    assert [row[1:] for row in rows_of(session, Kind.COMMAND_ISSUED)] == [
        (0, commands.encode(COMMANDS[2])),
        (1, commands.encode(COMMANDS[3])),
    ]
    assert session.script == tuple(Stamped(10_001, command) for command in COMMANDS[2:4])
    session.close()


def test_request_names_its_command_as_its_cause(quiet: Scenario) -> None:
    session = Session(quiet)
    session.issue(COMMANDS[0], 5_000)
    session.advance(100_000)
    events = [session.trace.event(position) for position in range(session.trace.head)]
    (request,) = (event for event in events if event.kind == Kind.SWAP_REQUESTED)
    assert events[request.cause].kind == Kind.COMMAND_ISSUED
    session.close()


def test_live_command_drops_what_the_script_has_for_later() -> None:
    session = Session(load("counter"))
    session.issue(COMMANDS[2], 5_000)
    session.advance(2_500_000)
    assert [stamped.at_ns for stamped in session.script] == [5_001]
    assert len(session.fingerprints) == 1
    session.close()


def test_live_command_keeps_what_the_script_has_done() -> None:
    session = Session(load("counter"))
    session.advance(2_500_000)
    session.issue(COMMANDS[2], 2_500_000)
    assert [stamped.at_ns for stamped in session.script] == [2_000_000, 2_500_001]
    session.close()


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_live_run_equals_its_replay_cut_into_random_slices(quiet: Scenario, seed: int) -> None:
    """Buys rule R1: commands at random clocks, pauses anywhere, and the fingerprint stays."""
    chance = random.Random(seed)
    live = Session(msgspec.structs.replace(quiet, seed=seed))
    while live.now_ns < 300_000:
        live.advance(live.now_ns + chance.randrange(20_000), budget_s=chance.choice([None, 0.0, 0.0005]))
        if chance.random() < 0.3:
            live.issue(chance.choice(COMMANDS), live.now_ns + chance.choice([-500, 0, 0, 700]))
    live.advance(320_000)
    recording = live.recording()

    again = Session(recording)
    while again.now_ns < live.now_ns:
        again.advance(min(live.now_ns, again.now_ns + chance.randrange(1, 50_000)), budget_s=chance.choice([None, 0.0]))
    assert again.fingerprints == live.fingerprints
    assert again.trace.fingerprint() == live.trace.fingerprint()
    live.close()
    again.close()


@pytest.mark.slow
@pytest.mark.parametrize("name", [summary.name for summary in shipped()])
def test_running_ahead_leaves_no_mark(name: str) -> None:
    """Buys that the machine's one shortcut is unobservable, for every scenario that ships."""
    scenario = load(name)
    fingerprints = []
    for run_ahead in (True, False):
        session = Session(scenario, world=partial(World, run_ahead=run_ahead))
        session.advance(1_200_000)
        fingerprints.append(session.trace.fingerprint())
        session.close()
    assert fingerprints[0] == fingerprints[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", [summary.name for summary in shipped()])
def test_slices_leave_no_mark(name: str) -> None:
    """Buys that a window, which pauses every few milliseconds, shows the run that a batch run computes."""
    scenario = load(name)
    whole = Session(scenario)
    whole.advance(1_200_000)
    cut = Session(scenario)
    while not cut.advance(1_200_000, budget_s=0.0):
        pass
    assert cut.trace.fingerprint() == whole.trace.fingerprint()
    whole.close()
    cut.close()


def test_budget_ends_a_slice_and_now_stays_at_a_whole_instant(quiet: Scenario) -> None:
    session = Session(quiet)
    paused = 0
    while not session.advance(100_000, budget_s=0.0):
        paused += 1
        due = session._world.next_ns
        assert due is not None
        assert session.now_ns < due
    assert paused > 10
    assert session.now_ns == 100_000
    session.close()


def test_slices_keep_what_is_left_of_the_fingerprint_short() -> None:
    """A person's command asks for it, and a frame has no time for that of all rows at once."""
    session = Session(load("steady"))
    while session.trace.head < 5 * CHUNK_ROWS:
        before = session.trace.head
        session.advance(session.now_ns + 100_000, budget_s=10.0)
        assert session.trace.taken_in == before // CHUNK_ROWS
    assert session.trace.taken_in >= 4
    session.close()


def test_run_until_stops_right_after_the_instant_of_the_row(quiet: Scenario) -> None:
    session = Session(quiet)
    position = session.run_until(
        lambda rows: next((i for i, kind in enumerate(rows["kind"]) if kind == Kind.CALL_ENTERED), None), 1_000_000
    )
    assert position is not None
    assert session.trace.event(position).kind == Kind.CALL_ENTERED
    assert session.now_ns == session.trace.event(position).at_ns
    session.close()


def test_run_until_what_never_happens_stops_at_its_limit(quiet: Scenario) -> None:
    session = Session(quiet)
    assert session.run_until(lambda rows: None, 20_000) is None
    assert session.now_ns == 20_000
    session.close()


def test_step_goes_on_until_there_is_another_row(quiet: Scenario) -> None:
    session = Session(quiet)
    for _ in range(20):
        before = session.trace.head
        session.step_event()
        assert session.trace.head > before
        assert session.trace.event(before).at_ns <= session.now_ns
    session.close()


def test_run_with_nothing_left_to_do_ends_where_it_is_and_a_command_revives_it(quiet: Scenario) -> None:
    session = Session(msgspec.structs.replace(quiet, workloads=()))
    assert session.advance(10**12)
    assert session.ended == "Nothing is left to do: every thread has ended or waits for ever"
    assert session.now_ns == 0
    assert session.issue(COMMANDS[0], 500) == 501
    assert session.ended is None
    session.advance(10**12)
    assert rows_of(session, Kind.SWAP_COMPLETED)
    assert session.ended is not None
    assert session.now_ns == session.trace.event(session.trace.head - 1).at_ns
    session.step_event()

    again = Session(session.recording())
    again.advance(10**12)
    assert again.now_ns == session.now_ns
    assert again.trace.fingerprint() == session.trace.fingerprint()
    fork = session.fork_at(session.now_ns)
    assert fork.advance()
    assert fork.session.trace.fingerprint() == session.trace.fingerprint()
    for closed in (session, again, fork.session):
        closed.close()


def test_unknown_name_in_a_command_changes_nothing(quiet: Scenario) -> None:
    session = Session(quiet)
    with pytest.raises(ScenarioError, match="object: there is no component 'pager'; write one of counter"):
        session.issue(Swap("pager", "counter_shared"), 0)
    with pytest.raises(ScenarioError, match="there is no wrapper 'call_tmer'; write call_timer"):
        session.issue(Attach("counter", "call_tmer"), 0)
    assert session.script == ()
    assert session.now_ns == 0
    session.close()


def test_full_script_refuses_another_command(quiet: Scenario) -> None:
    script = tuple(Stamped(1_000_000, COMMANDS[2]) for _ in range(MAX_SCRIPT))
    session = Session(msgspec.structs.replace(quiet, script=script))
    with pytest.raises(ScriptFull, match="10,000 commands"):
        session.issue(COMMANDS[2], 0)
    session.close()


def test_workload_that_refuses_its_settings_is_told_with_its_place(quiet: Scenario) -> None:
    workload = msgspec.structs.replace(quiet.workloads[0], settings={"mix": "dance:1"})
    with pytest.raises(ScenarioError) as caught:
        Session(msgspec.structs.replace(quiet, workloads=(workload,)))
    assert str(caught.value).startswith("workloads[0]: steady does not call 'dance'")


def test_component_that_cannot_be_made_is_told_by_its_name(quiet: Scenario) -> None:
    class Unmakeable(SharedCounter):
        name = "counter_unmakeable"

        def __init__(self, *arguments: Any, **named: Any) -> None:
            raise OSError("out of luck.")

    known = catalogue.shipped().with_classes([Unmakeable])
    component = msgspec.structs.replace(quiet.components[0], implementation="counter_unmakeable")
    with pytest.raises(ScenarioError) as caught:
        Session(msgspec.structs.replace(quiet, components=(component,)), catalogue=known)
    assert str(caught.value) == (
        "components: 'counter' cannot be served by counter_unmakeable (OSError: out of luck); "
        "change its settings or its implementation."
    )


def test_closed_session_can_still_be_read(quiet: Scenario) -> None:
    session = Session(quiet)
    session.advance(50_000)
    head = session.trace.head
    session.close()
    session.close()
    assert session.trace.head == head
    assert len(session.trace.rows(0, head)) == head


def test_ended_session_takes_no_command(quiet: Scenario) -> None:
    session = Session(quiet)
    session.advance(50_000)
    session._hung = True
    session.ended = "It hung."
    with pytest.raises(SessionEnded, match="It hung"):
        session.issue(COMMANDS[0], 0)
    session.close()
