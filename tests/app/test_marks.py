"""Bookmarks and stops: the run stops where it should, in every way of running; and they are saved with it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.documents import save_recording
from app.marks import BOOKMARKS_AT_MOST, STOPS_AT_MOST, Marks
from model.scenario import BookmarkTable, StopTable, load
from model.session import Session
from model.trace.events import Kind, Phase
from tests.app.playing import Stage, staged
from views.kit.marks_control import Bookmark, Stop


@pytest.fixture
def stage(qtbot: QtBot) -> Iterator[Stage]:
    """The counter's tutorial at 0.9 ms; its swap comes at 1 ms."""
    stage = staged("counter", until_ns=900_000)
    stage.player.to_end()
    stage.frame()
    yield stage
    stage.player.stop()
    session = stage.link.session
    assert isinstance(session, Session)
    session.close()


@pytest.fixture
def marks(stage: Stage) -> Marks:
    return Marks(stage.link, stage.player)


def play(stage: Stage, frames: int = 2_000) -> None:
    """Plays until the player stops by itself."""
    stage.player.play()
    for _ in range(frames):
        if not stage.player.playing:
            return
        stage.frame()
    raise AssertionError("the run did not stop by itself")


def row_before(stage: Stage) -> tuple[Kind, int]:
    """The row right before the cursor: kind and b."""
    event = stage.link.trace.event(stage.link.position - 1)
    return Kind(event.kind), event.b


@pytest.mark.parametrize("mode", ["watch", "fast", "express"])
def test_run_stops_right_after_the_row_in_every_mode(stage: Stage, marks: Marks, mode: str) -> None:
    assert marks.add_stop("phase:block") == ""
    stage.player.set_pace(2_000_000.0)
    stage.player.set_mode(mode)  # type: ignore[arg-type]
    play(stage)
    stage.frame()
    assert row_before(stage) == (Kind.PHASE_ENTERED, Phase.BLOCK)


def test_stop_behind_the_head_is_met_again_when_it_is_played_again(stage: Stage, marks: Marks) -> None:
    stage.session.advance(1_600_000)
    stage.player.seek_ns(950_000)
    stage.frame()
    marks.add_stop("phase:transfer")
    stage.player.set_pace(2_000_000.0)
    play(stage)
    stage.frame()
    assert row_before(stage) == (Kind.PHASE_ENTERED, Phase.TRANSFER)


def test_run_that_stopped_goes_on_from_there(stage: Stage, marks: Marks) -> None:
    marks.add_stop("kind:phase_entered")
    stage.player.set_mode("fast")
    seen = []
    for _ in range(3):
        play(stage)
        stage.frame()
        seen.append(row_before(stage)[1])
    assert seen == [Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER]


@pytest.mark.parametrize("change", [{"on": False}, {"halts": False}])
def test_stop_that_is_off_or_only_counts_does_not_stop(stage: Stage, marks: Marks, change: dict[str, bool]) -> None:
    marks.add_stop("phase:block")
    marks.change_stop(0, **change)
    marks.add_stop("phase:completed")
    stage.player.set_mode("express")
    play(stage)
    stage.frame()
    assert row_before(stage)[0] == Kind.SWAP_COMPLETED
    assert marks.met(0)[0] == 1


def test_tracepoint_counts_what_lies_before_the_cursor(stage: Stage, marks: Marks) -> None:
    marks.add_stop("kind:call_entered", halts=False)
    trace = stage.link.trace
    entered = [position for position in range(trace.head) if trace.event(position).kind == Kind.CALL_ENTERED]
    assert marks.met(0) == (len(entered), entered[-1])
    stage.player.seek_ns(300_000)
    stage.frame()
    before = [position for position in entered if position < stage.link.position]
    assert marks.met(0) == (len(before), before[-1])
    assert 0 < len(before) < len(entered)


def test_run_until_goes_along_what_is_held_first(stage: Stage, marks: Marks) -> None:
    stage.session.advance(1_600_000)
    stage.player.to_start()
    stage.frame()
    assert marks.run_until("latency>1us") == ""
    stage.frame()
    assert not stage.player.playing
    event = stage.link.trace.event(stage.link.position - 1)
    assert (event.kind, event.a > 1_000) == (Kind.CALL_RETURNED, True)


def test_run_until_a_row_to_come_runs_there_as_fast_as_it_goes(stage: Stage, marks: Marks) -> None:
    assert marks.run_until("phase:completed") == ""
    play(stage)
    stage.frame()
    assert row_before(stage)[0] == Kind.SWAP_COMPLETED


@pytest.mark.parametrize(
    ("rows", "words"),
    [("", "Say at which rows"), ("phase:blok", "write block"), ("attached", "A stop asks columns")],
)
def test_filter_that_makes_no_stop_is_one_sentence_and_changes_nothing(marks: Marks, rows: str, words: str) -> None:
    assert words in marks.add_stop(rows)
    assert words in marks.run_until(rows)
    assert marks.stops == ()


def test_same_run_with_and_without_stops(stage: Stage, marks: Marks) -> None:
    marks.add_stop("kind:swap")
    stage.player.set_mode("express")
    while stage.session.now_ns < 1_500_000:
        play(stage)
    undisturbed = Session(load("counter"))
    undisturbed.advance(stage.session.now_ns)
    assert undisturbed.trace.fingerprint() == stage.session.trace.fingerprint()
    undisturbed.close()


def test_bookmarks_are_in_order_and_take_their_notes(stage: Stage, marks: Marks) -> None:
    for at_ns in (300, 100, 200):
        marks.bookmark_at(at_ns)
    marks.add_bookmark(200, "here")
    marks.remove_bookmark(300)
    assert marks.bookmarks == (Bookmark(100), Bookmark(200, "here"))


def test_next_and_previous_bookmark_are_gone_to(stage: Stage, marks: Marks) -> None:
    said: list[str] = []
    marks.said.connect(said.append)
    for at_ns in (200_000, 600_000):
        marks.add_bookmark(at_ns, f"at {at_ns}")
    stage.player.seek_ns(400_000)
    marks.next_bookmark()
    assert stage.player.clock_ns == 600_000
    marks.previous_bookmark()
    assert stage.player.clock_ns == 200_000
    marks.previous_bookmark()
    assert said == ["at 600000", "at 200000", "There is no bookmark before this instant"]


def test_marks_are_bounded(marks: Marks) -> None:
    said: list[str] = []
    marks.said.connect(said.append)
    marks.bookmarks = tuple(Bookmark(at_ns) for at_ns in range(BOOKMARKS_AT_MOST))
    marks.add_bookmark(10**9)
    assert len(marks.bookmarks) == BOOKMARKS_AT_MOST
    assert said == ["There are 1,000 bookmarks: remove some first"]
    for _ in range(STOPS_AT_MOST):
        assert marks.add_stop("kind:fault", halts=False) == ""
    assert "remove some first" in marks.add_stop("kind:fault")


def test_marks_are_saved_with_the_run_and_come_back(stage: Stage, marks: Marks, tmp_path: Path) -> None:
    marks.add_bookmark(5_000, "a note with “quotes”")
    marks.add_stop("phase:block")
    marks.add_stop("latency>5us", halts=False)
    marks.change_stop(1, on=False)
    save_recording(stage.session, tmp_path / "run.toml", **marks.tables())
    again = Marks(stage.link, stage.player)
    assert again.read(load(tmp_path / "run.toml")) == ""
    assert (again.bookmarks, again.stops) == (marks.bookmarks, marks.stops)
    assert again.stops[1] == Stop("latency>5us", halts=False, on=False)


def test_stop_in_a_file_that_makes_no_sense_is_left_out_with_a_sentence(marks: Marks) -> None:
    scenario = msgspec.structs.replace(
        load("counter"), stops=(StopTable("phase:blok"), StopTable("phase:block")), bookmarks=(BookmarkTable(7),)
    )
    assert "phase:blok" in marks.read(scenario)
    assert marks.stops == (Stop("phase:block"),)
    assert marks.bookmarks == (Bookmark(7),)


def test_run_until_drained_stops_where_the_last_call_of_this_moment_returns_with_no_swap_under_way(
    stage: Stage, marks: Marks
) -> None:
    """At 0.9 ms nobody has asked for a quiescent state."""
    inside = set(stage.link.waits.calls["call"].tolist())
    assert inside and not stage.link.generations.waiting
    assert marks.run_until("drained on:counter") == ""
    play(stage)
    trace = stage.link.trace
    last = trace.event(stage.link.position - 1)
    assert Kind(last.kind) is Kind.CALL_RETURNED
    assert last.call in inside
    assert not inside & set(stage.link.waits.calls["call"].tolist())


def test_run_until_drained_goes_along_what_is_held_as_well(stage: Stage, marks: Marks) -> None:
    marks.run_until("drained on:counter")
    play(stage)
    live_ns = stage.player.clock_ns
    stage.session.advance(950_000)
    stage.player.seek_ns(900_000)
    stage.frame()
    assert marks.run_until("drained on:counter") == ""
    stage.frame()
    assert not stage.player.playing
    assert stage.player.clock_ns == live_ns


def test_what_is_drained_already_is_said_and_what_is_asked_of_a_moment_is_no_stop(stage: Stage, marks: Marks) -> None:
    assert marks.run_until("drained generation:0 processor:9") == (
        "Nothing is to be waited for: generation 0 of processor 9 is drained"
    )
    assert marks.run_until("drained on:nobody") == "There is no component 'nobody'"
    assert marks.add_stop("drained on:counter").startswith("What is drained is asked of one moment")
    assert not stage.player.playing
