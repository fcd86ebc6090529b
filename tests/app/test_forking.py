"""Commands in the past: a new run that must match, with progress and a way out; the old run stays until then."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytestqt.qtbot import QtBot

import app.forking
from app.forking import Forking
from model.commands import Attach, Swap
from model.refusals import ScenarioError
from model.session import Fork, ForkDiverged, Session
from tests.app.playing import Stage, staged

PAST_NS = 1_000_000
PARTITION = Swap(object="counter", implementation="counter_partitioned")


class Told:
    """What a Forking has said and done."""

    def __init__(self, forking: Forking) -> None:
        self.begun: list[str] = []
        self.fractions: list[float] = []
        self.said: list[tuple[str, bool]] = []
        self.over = 0
        forking.begun.connect(self.begun.append)
        forking.moved.connect(self._moved)
        forking.said.connect(self._said)
        forking.over.connect(self._over)

    def _moved(self, fraction: float, estimate_s: float) -> None:
        self.fractions.append(fraction)

    def _said(self, sentence: str, failure: bool) -> None:
        self.said.append((sentence, failure))

    def _over(self) -> None:
        self.over += 1


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    """The counter's tutorial at 1.5 ms, with the person at 1 ms."""
    stage = staged("counter", until_ns=1_500_000)
    stage.player.seek_ns(PAST_NS)
    stage.frame()
    yield stage
    stage.player.stop()
    session = stage.link.session
    assert isinstance(session, Session)
    session.close()


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """A first slice so long that every fork is done in it, however slow the machine."""
    monkeypatch.setattr(app.forking, "FIRST_SLICE_S", 60.0)


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Slices so short that no fork is done in its first."""
    monkeypatch.setattr(app.forking, "FIRST_SLICE_S", 0.0)
    monkeypatch.setattr(app.forking, "SLICE_S", 0.0005)


def test_a_command_at_the_head_goes_straight_to_the_session(stage: Stage) -> None:
    stage.player.to_end()
    forking = Forking(stage.link, stage.player)
    stage.link.issue(Attach(object="counter", wrapper="call_timer"))
    assert stage.link.session is stage.session
    assert stage.session.script[0].at_ns == 1_500_001
    assert not forking.running


@pytest.mark.usefixtures("quick")
def test_a_command_behind_the_head_acts_right_after_the_clock_in_a_new_run(stage: Stage) -> None:
    forking = Forking(stage.link, stage.player)
    stage.link.issue(PARTITION)
    assert not forking.running, "so short a run is made again within its first slice"
    assert [(stamped.at_ns, stamped.command) for stamped in stage.link.script] == [(PAST_NS + 1, PARTITION)]
    assert stage.link.session is not stage.session
    stage.frame()
    assert stage.link.at_head


@pytest.mark.usefixtures("quick")
def test_the_new_run_plays_on_if_the_old_one_played(stage: Stage) -> None:
    forking = Forking(stage.link, stage.player)
    stage.player.play()
    stage.link.issue(PARTITION)
    assert (stage.player.playing, forking.running) == (True, False)
    assert stage.link.session is not stage.session


@pytest.mark.usefixtures("slow")
def test_a_fork_shows_how_far_it_has_come(stage: Stage, qtbot: QtBot) -> None:
    forking = Forking(stage.link, stage.player)
    told = Told(forking)
    stage.link.issue(PARTITION)
    qtbot.waitUntil(lambda: not forking.running, timeout=10_000)
    assert told.begun == [
        "Running again from the beginning to 1.000\N{NO-BREAK SPACE}000\N{NO-BREAK SPACE}ms "
        "to swap counter to counter_partitioned there"
    ]
    assert told.fractions == sorted(told.fractions)
    assert len(told.fractions) > 1
    assert told.over == 1


@pytest.mark.usefixtures("slow")
def test_a_fork_that_is_cancelled_leaves_everything_as_it_was(stage: Stage) -> None:
    forking = Forking(stage.link, stage.player)
    told = Told(forking)
    script, rows = stage.session.script, stage.session.trace.head
    stage.link.issue(PARTITION)
    forking.cancel()
    assert stage.link.session is stage.session
    assert (stage.session.script, stage.session.trace.head) == (script, rows)
    assert (told.over, told.said) == (1, [("Cancelled: the run is as it was", False)])
    assert stage.session.advance(1_600_000), "and it goes on"


@pytest.mark.usefixtures("slow")
def test_only_one_fork_at_a_time(stage: Stage) -> None:
    forking = Forking(stage.link, stage.player)
    told = Told(forking)
    stage.link.issue(PARTITION)
    stage.link.issue(PARTITION)
    assert told.said == [("A run from the beginning is under way: wait for it, or cancel it", False)]
    assert "under way" in told.said[0][0]
    forking.cancel()


def test_a_run_that_differs_is_given_up_and_told_by_its_row(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    def diverge(fork: Fork, budget_s: float | None = None) -> bool:
        fork.cancel()
        raise ForkDiverged(4711)

    monkeypatch.setattr(Fork, "advance", diverge)
    forking = Forking(stage.link, stage.player)
    told = Told(forking)
    stage.link.issue(PARTITION)
    assert stage.link.session is stage.session
    ((sentence, failure),) = told.said
    assert "row 4711" in sentence
    assert (failure, forking.running) == (True, False)


def test_a_command_that_makes_no_sense_is_a_sentence(stage: Stage) -> None:
    stage.player.to_end()
    told = Told(forking := Forking(stage.link, stage.player))
    stage.link.issue(Swap(object="nobody", implementation="counter_shared"))
    ((sentence, failure),) = told.said
    assert "there is no component 'nobody'" in sentence
    assert failure
    assert not forking.running
    with pytest.raises(ScenarioError):
        stage.session.issue(Swap(object="nobody", implementation="counter_shared"), 0)


def test_a_command_while_paused_is_seen_to_be_asked_for(stage: Stage) -> None:
    stage.player.to_end()
    told = Told(forking := Forking(stage.link, stage.player))
    stage.link.issue(PARTITION)
    stage.frame()
    assert [swap.component for swap in stage.link.swaps.by_request.values()] == ["counter"]
    assert told.said == [(app.forking.PAUSED, False)]
    assert not forking.running


@pytest.mark.usefixtures("quick")
def test_a_session_that_hung_opens_again_where_it_hung(stage: Stage) -> None:
    told = Told(forking := Forking(stage.link, stage.player))
    stage.session._hung = True
    stage.session.ended = "counter went 2 s without reaching a point; the run ends at 1500000 ns."
    forking.reopen()
    assert stage.link.session is not stage.session
    assert stage.link.session.now_ns == 1_500_000
    ((sentence, failure),) = told.said
    assert sentence.startswith(
        "counter went 2 s without reaching a point; the run ends at 1500000 ns. It is open there"
    )
    assert failure
    stage.session._hung = False
