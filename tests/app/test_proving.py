"""Exploring and breaking from the window: in another process, told of, cancelled, and opened where it breaks."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from app.command_line import BROKEN, main
from app.planted import Planted
from app.proving import ProofSheet
from model.engine.mediator import Mediator
from model.exploration.coverage import TRANSITIONS, transitions
from model.exploration.lesson import lesson_of, lessons
from model.exploration.mutants import MUTANTS, named
from model.machine.generations import Generations
from model.refusals import ScenarioError
from model.scenario import dump, load
from model.session import Session
from tests.app.conftest import Opens


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scenario of the smallest run that one generation advance breaks."""
    lesson = lesson_of(named("one generation advance"))
    assert lesson is not None
    assert lesson.scenario is not None
    path = tmp_path_factory.mktemp("broken") / "broken.toml"
    path.write_text(dump(lesson.scenario), encoding="utf-8")
    return path


def test_lessons_are_the_planted_bugs_whose_ground_is_a_scenario() -> None:
    assert 20 < len(lessons()) < len(MUTANTS)
    assert all(not mutant.equivalent for mutant in lessons())


@pytest.mark.slow
def test_broken_run_opens_at_the_step_that_breaks_it_with_both_steps_marked(opens: Opens, broken: Path) -> None:
    """Explores once for all tests of this file."""
    from app.failures import show_failure

    window = opens("counter")
    assert window.open(str(broken))
    assert window.planted.name == "one generation advance"
    assert "S5 is broken here" in window.strip.text, "however it is opened"
    assert show_failure(window)
    window.player.to_end()
    window.player.frame()
    violation = next(one for one in window.link.invariants.violations if one.rule == "S5")
    show_failure(window)
    assert window.player.clock_ns == window.link.trace.event(violation.position).at_ns
    notes = [bookmark.note for bookmark in window.marks.bookmarks]
    assert any(note.startswith("breaks S5") for note in notes)
    assert any(note.startswith("conflicts with") for note in notes)
    assert "S5 is broken here (planted: one generation advance)" in window.strip.text


def test_engine_is_whole_again_once_another_session_is_open(opens: Opens, broken: Path) -> None:
    before = (vars(Generations)["_begin"], vars(Mediator)["release"])
    window = opens("counter")
    window.open(str(broken))
    window.open("counter")
    assert window.planted.name == ""
    assert (vars(Generations)["_begin"], vars(Mediator)["release"]) == before
    window.open(str(broken))
    window.close()
    assert (vars(Generations)["_begin"], vars(Mediator)["release"]) == before


def test_bad_file_leaves_the_broken_engine_of_the_session_that_stays(
    opens: Opens, broken: Path, tmp_path: Path
) -> None:
    window = opens("counter")
    window.open(str(broken))
    (tmp_path / "bad.toml").write_text("format = 1", encoding="utf-8")
    assert not window.open(str(tmp_path / "bad.toml"))
    assert window.planted.name == "one generation advance"


def test_bug_that_nobody_knows_is_one_sentence(broken: Path) -> None:
    text = broken.read_text(encoding="utf-8").replace("one generation advance", "no generation advance")
    from model.scenario import parse

    planted = Planted()
    with pytest.raises(ScenarioError, match="there is no planted bug 'no generation advance'; write one generation"):
        planted.take(parse(text))
    planted.clear()


def test_the_same_bug_is_played_from_the_command_line(broken: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", str(broken), "--json"]) == BROKEN
    told = json.loads(capsys.readouterr().out)
    assert told["planted"] == "one generation advance"
    assert {"rule": "S5", "at_ns": 3_387} in [
        {key: one[key] for key in ("rule", "at_ns")} for one in told["violations"]
    ]
    assert main(["run", "one_advance"]) == BROKEN
    said = capsys.readouterr().out
    assert "planted: one generation advance" in said
    assert "broken: S5, 21 was destroyed while call 1 of thread 65, which looked it up, uses it" in said
    assert main(["run", "two_advances"]) == 0
    assert "broken" not in capsys.readouterr().out
    main(["run", "counter", "--until", "1us"])


@pytest.mark.slow
def test_exploring_from_the_window_counts_and_ends(opens: Opens, qtbot: QtBot) -> None:
    """Starts another process; a scenario that is small enough to be shown whole."""
    window = opens("counter")
    scenario = load("one_caller") if _ships("one_caller") else load("counter")
    sheet = ProofSheet(scenario, window.theme, window)
    sheet.explore.strategy.set_current(4)
    with qtbot.waitSignal(sheet.explore.process.told, timeout=60_000):
        sheet.explore.run()
    assert "schedules" in sheet.explore.count.text()
    assert f"of {len(TRANSITIONS)} transitions" in sheet.explore.gone.text()
    with qtbot.waitSignal(sheet.explore.process.ended, timeout=60_000):
        sheet.explore.process.cancel()
    assert sheet.explore.run_button.isEnabled()
    sheet.close()


def _ships(name: str) -> bool:
    try:
        load(name)
    except ScenarioError:
        return False
    return True


def test_enter_does_what_the_page_is_for_and_does_not_close_the_sheet(
    opens: Opens, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    window = opens("counter")
    sheet = ProofSheet(window.session.scenario, window.theme, window)
    started: list[tuple[str, ...]] = []
    for page in (sheet.explore, sheet.break_it):
        monkeypatch.setattr(page.process, "start", lambda *words: started.append(words))
    sheet.show_page(1)
    with qtbot.waitActive(sheet):
        sheet.open()
    assert sheet.focusWidget() is sheet.break_it.list
    qtbot.keyClick(sheet.break_it.list, Qt.Key.Key_Down)
    qtbot.keyClick(sheet.break_it.list, Qt.Key.Key_Return)
    sheet.choice.chosen.emit(0)
    qtbot.keyClick(sheet.explore.first, Qt.Key.Key_Return)
    assert [words[0] for words in started] == ["break", "explore"]
    assert started[0][1] == lessons()[[one.number for one in lessons()].index(33) + 1].name
    assert sheet.isVisible()
    sheet.close()


@pytest.mark.slow
def test_breaking_from_the_window_opens_the_broken_run(opens: Opens, qtbot: QtBot) -> None:
    """Starts another process, which plants the bug in its own engine."""
    window = opens("counter")
    sheet = ProofSheet(window.session.scenario, window.theme, window)
    sheet.show_page(1)
    opened: list[str] = []
    sheet.open_wanted.connect(opened.append)
    with qtbot.waitSignal(sheet.open_wanted, timeout=90_000):
        sheet.break_it.run()
    assert Path(opened[0]).name == "broken-33.toml"
    assert window.open(opened[0])


def test_break_of_a_name_that_nobody_knows_is_one_sentence(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["break", "one generation advanse"]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "write one generation advance" in sentence


@pytest.mark.parametrize(
    ("name", "until_ns", "gone"),
    [
        (
            "counter",
            3_000_000,
            {"requested to FORWARD", "FORWARD to BLOCK", "BLOCK to TRANSFER", "TRANSFER to COMPLETED"},
        ),
        (
            "failing",
            1_800_000,
            {"requested to FORWARD", "FORWARD to BLOCK", "BLOCK to TRANSFER", "TRANSFER to ABANDONED"},
        ),
    ],
)
def test_transitions_are_those_that_the_swaps_made(name: str, until_ns: int, gone: set[str]) -> None:
    session = Session(load(name))
    session.advance(until_ns)
    assert transitions(session.trace.rows(session.trace.tail, session.trace.head)) == gone
    session.close()


def test_retries_are_transitions_too() -> None:
    session = Session(load("cyclic"))
    session.advance(session.scenario.until_ns)
    gone = transitions(session.trace.rows(session.trace.tail, session.trace.head))
    assert {"BLOCK to FORWARD", "BLOCK to ABANDONED"} <= gone
    session.close()
