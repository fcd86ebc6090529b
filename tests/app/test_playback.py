"""Playing: wall time becomes simulated time, frame by frame; the wall's clock is a fake one."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest
from pytestqt.qtbot import QtBot

from app.playback import LONGEST_FRAME_S
from app.slow_motion import AFTER_S, AIM_S, LEAST_S
from model.commands import Swap
from model.trace.events import Kind, Phase
from tests.app.playing import FRAME_S, Stage, staged

SWAP_NS = 12_000_000


@pytest.fixture
def steady(qtbot: QtBot) -> Iterator[Stage]:
    stage = staged("steady", until_ns=100_000)
    yield stage
    stage.player.stop()
    stage.session.close()


@pytest.fixture
def tour(qtbot: QtBot) -> Iterator[Stage]:
    """The tour 10 µs before its scripted swap."""
    stage = staged("tour", until_ns=SWAP_NS - 10_000)
    yield stage
    stage.player.stop()
    stage.session.close()


def test_at_the_head_the_session_runs_to_where_the_clock_is(steady: Stage) -> None:
    steady.player.play()
    steady.frames(0.8)
    assert steady.session.now_ns == steady.player.clock_ns == steady.link.clock_ns
    assert steady.session.now_ns == pytest.approx(900_000, abs=2)
    assert steady.link.position == steady.session.trace.head


def test_the_achieved_pace_is_the_asked_one_where_the_machine_keeps_up(steady: Stage) -> None:
    steady.player.play()
    steady.frames(1)
    assert steady.player.achieved_pace == pytest.approx(1e6, rel=0.01)


def test_slow_paces_advance_by_parts_of_a_nanosecond(steady: Stage) -> None:
    steady.player.set_pace(10)
    steady.player.play()
    steady.frames(1)
    assert steady.player.clock_ns == pytest.approx(100_010, abs=1)


def test_a_frame_that_comes_late_does_not_leap(steady: Stage) -> None:
    steady.player.play()
    steady.frame(seconds=5)
    assert steady.player.clock_ns == 100_000 + LONGEST_FRAME_S * 1e6


def test_nothing_moves_while_paused(steady: Stage) -> None:
    steady.frames(1)
    assert steady.session.now_ns == 100_000
    assert not steady.player._timer.isActive()


def clocks_told(stage: Stage) -> list[float]:
    """The clock at each refresh from now on."""
    told: list[float] = []

    def tell() -> None:
        told.append(stage.player.clock_ns)

    stage.link.refreshed.connect(tell)
    return told


def test_views_are_told_once_a_frame(steady: Stage) -> None:
    told = clocks_told(steady)
    steady.player.play()
    steady.frames(10 * FRAME_S)
    assert len(told) == len(set(told)) == 10


@pytest.mark.parametrize(("mode", "shown"), [("fast", 10), ("express", 2)])
def test_fast_and_express_show_fewer_pictures(steady: Stage, mode: str, shown: int) -> None:
    told = clocks_told(steady)
    steady.player.set_mode(mode)  # type: ignore[arg-type]
    steady.player.play()
    steady.frames(1)
    assert len(told) == pytest.approx(shown, abs=2)


def test_after_fast_frames_the_picture_is_true(steady: Stage) -> None:
    steady.player.set_mode("fast")
    steady.player.play()
    steady.frames(0.25)
    steady.player.pause()
    steady.frame()
    assert steady.link.position == steady.session.trace.head
    assert steady.link.clock_ns == steady.session.now_ns


# --- behind the head ----------------------------------------------------------------------------------------------


def test_a_seek_shows_the_past_and_pauses(steady: Stage) -> None:
    steady.player.play()
    steady.player.seek_ns(40_000)
    steady.frame()
    assert (steady.player.playing, steady.player.behind, steady.link.clock_ns) == (False, True, 40_000)
    assert steady.link.position == steady.session.trace.position_at(40_000)


def test_a_seek_past_the_head_is_the_head(steady: Stage) -> None:
    steady.player.seek_ns(10**9)
    steady.frame()
    assert (steady.link.at_head, steady.player.behind, steady.link.clock_ns) == (True, False, 100_000)


def test_playing_behind_the_head_replays_and_goes_on_live(steady: Stage) -> None:
    rows = steady.session.trace.head
    steady.player.seek_ns(60_000)
    steady.player.play()
    steady.frame(0.02)
    assert (steady.player.clock_ns, steady.session.trace.head) == (80_000, rows)
    steady.frames(0.1)
    assert steady.link.at_head
    assert steady.session.trace.head > rows


def test_home_is_the_start_and_end_is_the_head(steady: Stage) -> None:
    steady.player.to_start()
    steady.frame()
    assert steady.link.clock_ns == 0
    steady.player.to_end()
    steady.frame()
    assert (steady.link.clock_ns, steady.link.at_head) == (100_000, True)


# --- steps --------------------------------------------------------------------------------------------------------


def test_a_step_by_event_is_one_row_either_way(steady: Stage) -> None:
    head = steady.session.trace.head
    steady.player.step_back()
    steady.frame()
    assert steady.link.position == head - 1
    steady.player.step_forward()
    steady.player.step_forward()
    steady.frame()
    assert steady.link.position == head + 1


def test_a_step_by_call_stops_at_calls_of_the_selected_component(tour: Stage) -> None:
    tour.selection.select("object", tour.identity("FCM file 3"))
    tour.player.set_step("call")
    tour.player.step_back()
    tour.frame()
    row = tour.session.trace.event(tour.link.position - 1)
    assert (row.kind, row.subject) == (Kind.CALL_ENTERED, tour.identity("FCM file 3"))


def test_a_step_by_generation_stops_at_the_next_advance(tour: Stage) -> None:
    tour.player.set_step("advance")
    for _ in range(2):
        tour.player.step_forward()
        while tour.player.playing:
            tour.frame()
        tour.frame()
        row = tour.session.trace.event(tour.link.position - 1)
        assert row.kind == Kind.GENERATION_ADVANCED


def test_a_step_by_phase_runs_on_to_the_next_phase(tour: Stage) -> None:
    tour.player.set_step("phase")
    phases = []
    for _ in range(4):
        tour.player.step_forward()
        while tour.player.playing:
            tour.frame()
        tour.frame()
        row = tour.session.trace.event(tour.link.position - 1)
        phases.append((Kind(row.kind).name, row.b if row.kind == Kind.PHASE_ENTERED else 0))
    assert phases == [("PHASE_ENTERED", 1), ("PHASE_ENTERED", 2), ("PHASE_ENTERED", 3), ("SWAP_COMPLETED", 0)]
    tour.player.step_back()
    tour.frame()
    assert tour.link.swaps.by_request[1].phase is Phase.TRANSFER


def test_run_until_a_phase_pauses_as_it_is_entered(tour: Stage) -> None:
    tour.player.play()
    tour.frames(1)
    tour.player.run_until_phase(1, Phase.TRANSFER)
    tour.frames(20)
    assert not tour.player.playing
    assert tour.link.swaps.by_request[1].phase is Phase.TRANSFER
    assert tour.link.swaps.by_request[1].phase_since_ns == tour.link.clock_ns


# --- slow motion --------------------------------------------------------------------------------------------------


def seconds_in_phases(stage: Stage, request: int, longest_s: float = 60) -> dict[str, float]:
    """How long each phase of a swap was seen, and how long it took to be back at the asked pace."""
    seen: dict[str, float] = {}
    stage.player.play()
    for _ in range(round(longest_s / FRAME_S)):
        stage.frame()
        swap = stage.link.swaps.by_request.get(request)
        if swap is None:
            continue
        if swap.over and not stage.player.slow_motion_active:
            return seen
        name = "after" if swap.over else swap.phase.name if swap.phase else "before"
        seen[name] = seen.get(name, 0.0) + FRAME_S
    raise AssertionError(f"the swap was not over in {longest_s} s: {seen}")


def test_phases_last_about_as_long_as_they_should(tour: Stage) -> None:
    seen = seconds_in_phases(tour, 1)
    for phase, aim_s in AIM_S.items():
        assert max(LEAST_S, aim_s / 3) <= seen[phase.name] + FRAME_S <= 3 * aim_s, seen
    assert seen["after"] == pytest.approx(AFTER_S, abs=0.05)


def test_a_later_swap_is_judged_by_the_earlier_ones(tour: Stage) -> None:
    seconds_in_phases(tour, 1)
    tour.session.advance(tour.session.now_ns + 300_000)
    tour.player.to_end()
    tour.session.issue(Swap(object="FCM file 17", implementation="fcm_single"), tour.player.clock_ns)
    seen = seconds_in_phases(tour, 2)
    # The same pages are moved back, in the same time; how long calls need to drain differs from time to time.
    assert seen["TRANSFER"] == pytest.approx(AIM_S[Phase.TRANSFER], rel=0.15), seen
    for phase, aim_s in AIM_S.items():
        assert LEAST_S <= seen[phase.name] + FRAME_S <= 3 * aim_s, seen


def test_a_phase_that_is_over_at_once_is_still_seen(tour: Stage) -> None:
    """Nobody is inside the counter, so its BLOCK takes 26 ns."""
    tour.session.issue(Swap(object="counter", implementation="counter_partitioned"), tour.player.clock_ns)
    seen = seconds_in_phases(tour, 1)
    (block,) = [until - since for phase, since, until in tour.link.swaps.by_request[1].spans if phase is Phase.BLOCK]
    assert block < 1_000
    assert seen["BLOCK"] + FRAME_S >= LEAST_S


def test_the_run_never_stands_still_in_a_swap(tour: Stage) -> None:
    tour.player.play()
    clocks = []
    for _ in range(round(10 / FRAME_S)):
        tour.frame()
        clocks.append(tour.player.clock_ns)
    longest = max(len(list(run)) for run in np.split(clocks, np.flatnonzero(np.diff(clocks)) + 1))
    assert longest * FRAME_S <= LEAST_S + FRAME_S


def test_a_click_on_the_pill_lets_the_swap_pass(tour: Stage) -> None:
    tour.player.play()
    tour.frames(2)
    assert tour.player.slow_motion_active
    tour.player.cancel_slow_motion()
    tour.frames(0.5)
    assert not tour.player.slow_motion_active
    assert tour.link.swaps.by_request[1].over


def test_slow_motion_can_be_switched_off(tour: Stage) -> None:
    tour.player.set_slow_motion(False)
    tour.player.play()
    tour.frames(0.3)
    assert tour.link.swaps.by_request[1].over


def test_a_replayed_swap_is_eased_by_what_is_known_of_it(tour: Stage) -> None:
    tour.session.advance(SWAP_NS + 1_000_000)
    tour.player.seek_ns(SWAP_NS - 10_000)
    tour.frame()
    seen = seconds_in_phases(tour, 1)
    for phase, aim_s in AIM_S.items():
        assert seen[phase.name] == pytest.approx(aim_s, rel=0.35), seen


def test_reduced_motion_pauses_at_each_phase_instead_of_easing(tour: Stage) -> None:
    tour.player.reduced_motion = True
    phases = []
    for _ in range(4):
        tour.player.play()
        while tour.player.playing:
            tour.frame()
        tour.frame()
        swap = tour.link.swaps.by_request[1]
        phases.append((swap.phase or swap.outcome, tour.player.slow_motion_active))
    assert phases == [(phase, False) for phase in (Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER, Phase.COMPLETED)]


# --- the end ------------------------------------------------------------------------------------------------------


def test_a_run_that_ends_says_why_and_pauses(steady: Stage) -> None:
    said = []
    steady.player.ended.connect(said.append)
    steady.session.ended = None
    steady.player.play()
    steady.frame()
    steady.session.ended = "Nothing is left to do"
    steady.player._tell_end()
    assert (said, steady.player.playing) == (["Nothing is left to do"], False)
