"""Scenes: every line is met in its order, what it says is so, and each takes from half a minute to one and a half."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.documents import open_session, save_recording
from app.narration import Narration, reading_s
from app.planted import mutant_of
from model.projections.receipt import Swap
from model.projections.row_filter import RowFilter
from model.projections.telling import Telling
from model.scenario import NarrationTable, SceneTable, load, scenes, shipped
from model.session import Session
from model.trace.events import Kind, Phase
from tests.app.conftest import Opens
from tests.app.playing import Stage, Wall, staged
from views.kit.session_link import SessionLink

SCENES = [summary.name for summary in scenes()]
FRAME_S = 0.1
LONGEST_S = 120.0


@dataclass
class Played:
    """A scene that was played to its end by somebody who reads each line and goes on."""

    stage: Stage
    said: list[int] = field(default_factory=list)
    """The lines at which the run paused."""
    swaps: list[Swap | None] = field(default_factory=list)
    """The latest swap as it stood at each."""
    broken: list[set[str]] = field(default_factory=list)
    """The rules that were broken by then."""
    playing_s: float = 0.0
    reading_s: float = 0.0


def play(name: str) -> Played:
    """The wall clock is one that the test moves: what comes out is the length of the scene on any machine."""
    stage = staged(name)
    narration = Narration(stage.link, stage.selection, stage.player)
    narration.read(stage.session.scenario)
    played = Played(stage)
    stage.player.play()
    while not narration.over and played.playing_s < LONGEST_S:
        stage.frame(FRAME_S)
        played.playing_s += FRAME_S
        if not stage.player.playing:
            assert narration.waiting, f"{name} stands still at {stage.player.clock_ns} ns without a word"
            played.said.append(narration.index)
            played.reading_s += reading_s(narration.text)
            swaps = [swap for swap in stage.link.swaps.by_request.values() if swap.sort == "swap"]
            played.swaps.append(swaps[-1] if swaps else None)
            played.broken.append({one.rule for one in stage.link.invariants.violations})
            stage.player.play()
    stage.player.stop()
    stage.planted.clear()  # No other scene is played by a broken engine.
    return played


_PLAYED: dict[str, Played] = {}


@pytest.fixture(scope="module", autouse=True)
def _closes_all() -> Iterator[None]:
    yield
    for played in _PLAYED.values():
        played.stage.close()
    _PLAYED.clear()


def scene(name: str) -> Played:
    if name not in _PLAYED:
        _PLAYED[name] = play(name)
    return _PLAYED[name]


def test_there_is_a_scene_for_each_of_the_stories() -> None:
    assert SCENES == [
        "profiler", "null_swap", "contention", "recursive", "cyclic", "failing", "streaming", "one_advance",
        "two_advances",
    ]  # fmt: skip
    assert [summary.scene for summary in scenes()] == list(range(1, len(SCENES) + 1))


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_every_line_is_met_in_order_and_none_is_skipped(qtbot: QtBot, name: str) -> None:
    """Plays each scene whole, in the swaps' slow motion: buys that none falls silent when a cost changes."""
    lines = load(name).narration
    assert scene(name).said == [index for index, line in enumerate(lines) if line.pauses]
    assert len(lines) >= 5


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_scene_takes_from_30_to_90_seconds(qtbot: QtBot, name: str) -> None:
    """The same runs; simulated time at the scene's pace, and the time that reading takes."""
    played = scene(name)
    assert 30 <= played.playing_s + played.reading_s <= 90


def waited(swap: Swap | None) -> bool:
    """Whether calls were held at the door."""
    fates = swap.fates.values() if swap is not None else ()
    return any(fate.blocked_ns or fate.blocked_since_ns is not None for fate in fates)


Claim = Callable[[Swap | None], object]
CLAIMS: dict[tuple[str, int], Claim] = {
    ("profiler", 2): lambda swap: swap is None or "FIFO" in swap.to_title,
    ("profiler", 4): lambda swap: swap and swap.outcome is Phase.COMPLETED and swap.to_title == "FIFO",
    ("profiler", 6): lambda swap: swap and swap.outcome is Phase.COMPLETED and swap.to_title == "LRU",
    ("null_swap", 3): lambda swap: swap and swap.phase is Phase.BLOCK,
    ("null_swap", 4): lambda swap: swap and swap.from_title == swap.to_title,
    ("null_swap", 6): lambda swap: swap and swap.outcome is Phase.COMPLETED,
    ("contention", 4): waited,
    ("contention", 5): lambda swap: swap and swap.to_title == "FCM, replicated",
    ("recursive", 5): waited,
    ("cyclic", 2): waited,
    ("cyclic", 4): lambda swap: swap and swap.retries == 1 and not swap.over,
    ("cyclic", 5): lambda swap: swap and swap.outcome is Phase.ABANDONED and swap.retries > 1,
    ("failing", 3): lambda swap: swap and swap.outcome is Phase.ABANDONED and "in unpackage" in swap.reason,
    ("failing", 4): waited,
    ("failing", 5): lambda swap: swap and swap.outcome is Phase.COMPLETED,
    ("streaming", 4): lambda swap: swap and swap.to_title == "FCM, sequential",
    ("streaming", 6): lambda swap: swap and swap.from_title == "FCM, sequential",
}
"""What lines say of the swap that they speak of."""


@pytest.mark.slow
@pytest.mark.parametrize(("name", "index"), CLAIMS)
def test_what_is_said_is_so(qtbot: QtBot, name: str, index: int) -> None:
    """The same runs: buys that a scene says nothing which its run does not do."""
    assert CLAIMS[name, index](scene(name).swaps[index])


@pytest.mark.slow
@pytest.mark.parametrize("name", SCENES)
def test_rules_hold_in_every_scene_but_the_one_that_shows_what_one_advance_breaks(qtbot: QtBot, name: str) -> None:
    """The same runs: buys that the red light of the lesson is seen there, at its points, and nowhere else."""
    broken = scene(name).broken
    if name != "one_advance":
        assert not set().union(*broken)
        return
    freed = next(place for place, rules in enumerate(broken) if "S5" in rules)
    assert [bool(rules) for rules in broken] == [False] + [True] * (len(broken) - 1)
    assert load(name).narration[freed].when == "kind:mediator_destroyed"


@pytest.mark.slow
def test_flags_of_the_planted_bug_are_the_steps_that_conflict(qtbot: QtBot) -> None:
    """The same run: buys that the bookmarks of the file are still where it breaks its rule."""
    stage = scene("one_advance").stage
    scenario, trace = stage.session.scenario, stage.link.trace
    assert scenario.schedule is not None
    first = next(one for one in stage.link.invariants.violations if one.rule == scenario.schedule.rule)
    steps = [trace.event(position) for position in (first.other, first.position)]
    assert [step.kind for step in steps] == [Kind.CALL_ENTERED, Kind.MEDIATOR_DESTROYED]
    assert [flag.at_ns for flag in scenario.bookmarks] == [step.at_ns for step in steps]
    assert first.message == scenario.schedule.message


@pytest.mark.slow
def test_what_the_planted_bug_destroys_is_used_and_with_both_advances_it_is_not(qtbot: QtBot) -> None:
    """The same runs: buys that the lesson shows the moment itself, and the pair of scenes its difference."""

    def order(name: str) -> list[Kind]:
        rows = scene(name).stage.link.trace.rows(0, scene(name).stage.link.trace.head)
        wanted = (Kind.MEDIATOR_DESTROYED, Kind.CALL_RELEASED)
        return [Kind(kind) for kind in rows["kind"].tolist() if kind in wanted]

    assert order("one_advance") == [Kind.MEDIATOR_DESTROYED, Kind.CALL_RELEASED]
    assert order("two_advances") == [Kind.CALL_RELEASED, Kind.MEDIATOR_DESTROYED]


def test_scenario_that_plants_a_bug_says_so_wherever_it_is_listed() -> None:
    planted = [summary for summary in shipped() if mutant_of(load(summary.name))]
    assert [summary.name for summary in planted] == ["one_advance"]
    assert all("planted bug" in summary.title for summary in planted)


def test_the_deadlock_has_waiting_for_in_view(opens: Opens, wall: Wall) -> None:
    window = opens("cyclic", until_ns=0)
    window.player.play()
    for _ in range(10):
        wall.now_s += 0.05
        window.player.frame()
    assert window.narration.waiting and window.narration.index == 0
    assert window.workspace.cell_of("waiting_for") is not None
    assert window.selection.current is not None
    assert window.showing.band.isVisible()


# --- the narration ------------------------------------------------------------------------------------------------


@pytest.fixture
def narrated(qtbot: QtBot) -> Iterator[tuple[Stage, Narration]]:
    """The counter's tutorial with three lines, the second of which does not pause."""
    stage = staged("counter", until_ns=1_990_000)
    narration = Narration(stage.link, stage.selection, stage.player)
    lines = (
        NarrationTable(when="phase:forward", text="It begins.", select="counter"),
        NarrationTable(when="phase:block", text="It waits.", pauses=False),
        NarrationTable(when="phase:completed", text="It is done.", pace_ns=123_000),
    )
    narration.read(msgspec.structs.replace(stage.session.scenario, narration=lines, scene=SceneTable(pace_ns=900_000)))
    yield stage, narration
    stage.close()


def test_line_is_said_where_the_person_stands(narrated: tuple[Stage, Narration]) -> None:
    stage, narration = narrated
    stage.session.advance(3_000_000)
    trace = stage.link.trace
    told = []
    for position in range(trace.head):
        if trace.event(position).kind in (Kind.PHASE_ENTERED, Kind.SWAP_COMPLETED):
            stage.link.set_cursor(position + 1)
            stage.link.refresh()
            told.append(narration.text)
    assert told == ["It begins.", "It waits.", "It waits.", "It is done."]
    stage.player.to_start()
    stage.frame()
    assert (narration.index, narration.text) == (-1, "")


def test_next_and_previous_point_are_the_rows_of_lines(narrated: tuple[Stage, Narration]) -> None:
    stage, narration = narrated
    seen = []
    for step in (narration.next_point, narration.next_point, narration.previous_point, narration.next_point):
        step()
        for _ in range(2_000):
            stage.frame()
            if not stage.player.playing:
                break
        seen.append(narration.index)
    assert seen == [0, 2, 1, 2]


def test_scene_has_its_pace_and_gives_the_persons_back(narrated: tuple[Stage, Narration]) -> None:
    stage, narration = narrated
    assert (stage.player.asked_pace, narration.own_pace) == (900_000, 1e6)
    stage.session.advance(3_000_000)
    stage.player.to_end()
    stage.frame()
    assert stage.player.asked_pace == 123_000
    narration.set_on(False)
    assert (stage.player.asked_pace, narration.count, narration.text) == (1e6, 0, "")


def test_line_selects_its_component(narrated: tuple[Stage, Narration]) -> None:
    stage, narration = narrated
    narration.next_point()
    for _ in range(2_000):
        stage.frame()
    assert stage.selection.is_selected("object", stage.identity("counter"))
    assert narration.waiting


def test_silent_narration_stops_nothing(narrated: tuple[Stage, Narration]) -> None:
    stage, narration = narrated
    narration.set_on(False)
    stage.player.play()
    stage.frames(3.0)
    assert stage.player.playing


def test_lines_of_one_instant_are_all_met(qtbot: QtBot) -> None:
    """The second stop of an instant whose first is the bound of a phase was once run over."""
    session = open_session("cyclic")
    link = SessionLink(session)
    session.advance(1_400_000)
    telling = Telling(link.trace, [RowFilter("kind:phase_timed_out"), RowFilter("kind:swap_retried")])
    first, second = telling.points(link.names_at_head)
    assert link.trace.event(second).at_ns == link.trace.event(second - 1).at_ns
    assert [telling.said_at(at, link.names_at_head) for at in (first, first + 1, second, second + 1)] == [-1, 0, 0, 1]
    session.close()


# --- the document -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('when = "phase:blok"\ntext = "x"', "narration[0].when: there is no phase 'blok'; write block."),
        ('when = "door"\ntext = "x"', "narration[0].when: a stop asks columns, not words like 'door'"),
        ('when = "phase:block"', "narration[0].text: this key is missing"),
        ('when = "phase:block"\ntext = "x"\npanel = "lane"', "narration[0].panel: there is no panel 'lane'; write"),
        ('when = "phase:block"\ntext = "x"\nselect = "count"', "narration[0].select: there is no component 'count'"),
        ('when = "phase:block"\ntext = "x"\npace = "fast"', "narration[0].pace: 'fast' is not a time"),
        ('when = "phase:block"\ntext = "x"\nsay = "y"', "narration[0].say: there is no such key here"),
    ],
)
def test_what_is_wrong_with_a_line_is_one_sentence(tmp_path: Path, line: str, words: str) -> None:
    path = tmp_path / "scene.toml"
    text = Path("resources/scenarios/counter.toml").read_text(encoding="utf-8")
    path.write_text(f"{text}\n[[narration]]\n{line}\n", encoding="utf-8")
    with pytest.raises(ValueError) as caught:
        open_session(str(path))
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)


def test_recording_keeps_the_narration(tmp_path: Path, qtbot: QtBot) -> None:
    session: Session = open_session("failing")
    session.advance(100_000)
    save_recording(session, tmp_path / "kept.toml")
    kept = load(str(tmp_path / "kept.toml"))
    assert (kept.narration, kept.scene) == (session.scenario.narration, session.scenario.scene)
    session.close()
