"""Traces and moving pictures are written by another process, from the window's own run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from app.exporting import Exporting, _free_beside, _remove, span_of
from tests.app.conftest import Opens
from tests.app.playing import Wall

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.mark.slow
def test_trace_is_that_of_the_run_that_is_open(opens: Opens, qtbot: QtBot, tmp_path: Path) -> None:
    """Starts another process: buys that what the command line can write the window can."""
    window = opens("one_advance", until_ns=10_000)
    path = tmp_path / "run.json"
    window.handlers._export("trace", str(path))
    assert window.strip.text == "run.json is being written"
    exporting = window.handlers.exporting
    assert exporting is not None
    window.handlers._export("trace", str(path))
    assert window.strip.text == "run.json is still being written"
    done: list[float] = []

    def moved(share: float, _: float) -> None:
        done.append(share)

    exporting.moved.connect(moved)
    with qtbot.waitSignal(exporting.process.ended, timeout=90_000):
        pass
    assert done[-1] == 1.0
    assert window.strip.text == "run.json is written"
    assert [each.name for each in tmp_path.iterdir()] == ["run.json"]
    assert json.loads(path.read_text(encoding="utf-8"))["traceEvents"]


def test_what_the_other_process_says_is_said(opens: Opens, qtbot: QtBot) -> None:
    window = opens("counter")
    exporting = Exporting(window)
    said: list[tuple[str, bool]] = []

    def told(words: str, failure: bool) -> None:
        said.append((words, failure))

    exporting.said.connect(told)
    exporting._path = Path("/nowhere/run.json")
    exporting._unfinished = Path("/nowhere/unfinished-run.json")
    exporting.process.said = "--output: /nowhere/unfinished-run.json cannot be written (No such file); name another.\n"
    exporting.process.ended.emit(2, "")
    exporting.process.said = ""
    exporting.process.ended.emit(-1, "")
    assert said == [
        ("--output: /nowhere/run.json cannot be written (No such file); name another", True),
        ("run.json was not written", True),
    ]


def test_export_that_never_starts_is_over_and_said(opens: Opens, qtbot: QtBot, tmp_path: Path) -> None:
    window = opens("counter")
    exporting = Exporting(window)
    exporting.process.program = (str(tmp_path / "no-python"),)
    said: list[tuple[str, bool]] = []

    def told(words: str, failure: bool) -> None:
        said.append((words, failure))

    exporting.said.connect(told)
    with qtbot.waitSignal(exporting.over, timeout=5_000):
        exporting.write(window.session, "trace", str(tmp_path / "run.json"))
    assert said == [("run.json was not written", True)]
    assert not exporting.process.running


def test_what_is_unfinished_and_cannot_be_removed_is_no_reason_to_say_nothing(
    opens: Opens, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    exporting = Exporting(opens("counter"))

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "unlink", refuse)
    exporting._path = Path("/nowhere/run.json")
    with qtbot.waitSignal(exporting.said):
        exporting.process.ended.emit(-1, "")


def test_without_room_for_what_is_temporary_no_file_is_written(
    opens: Opens, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    window = opens("counter")

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("app.exporting.TemporaryDirectory", full)
    window.handlers._export("trace", str(tmp_path / "run.json"))
    assert "No space left on device" in window.strip.text and window.strip.tells_failure


def test_export_shows_how_far_it_is_and_how_long_the_rest_takes(opens: Opens) -> None:
    """From the first that is told: before it the other process only makes ready."""
    window, wall = opens("counter"), Wall()
    exporting = Exporting(window, wall)
    exporting.begun.connect(window.strip.begin_export)
    exporting.moved.connect(window.strip.export_moved)
    exporting.begun.emit("swap.gif is being written")
    seen = [window.strip.text]
    for now_s, done in ((10.0, 0.1), (12.0, 0.2), (20.0, 0.6), (27.9, 1.0)):
        wall.now_s = now_s
        exporting.process.told.emit({"done": done})
        seen.append(window.strip.text)
    assert seen == [
        "swap.gif is being written",
        "swap.gif is being written: 10%",
        "swap.gif is being written: 20%, about 16 s left",
        "swap.gif is being written: 60%, about 8 s left",
        "swap.gif is being written: 100%, about 1 s left",
    ]
    assert window.strip.cancel.isVisible()


def test_sentences_are_heard_while_a_file_is_written_and_a_fork_comes_first(opens: Opens) -> None:
    strip = opens("counter").strip
    strip.begin_export("swap.gif is being written")
    strip.say("Asked for")
    assert (strip.text, strip.cancel.isVisible()) == ("Asked for", False)
    strip.export_moved(0.5, 3.0)
    assert strip.text == "Asked for"
    strip.close_button.click()
    assert (strip.text, strip.cancel.isVisible()) == ("swap.gif is being written: 50%, about 3 s left", True)
    strip.begin_progress("Running again")
    strip.progress(0.25, -1.0)
    strip.say("Not now")
    assert strip.text == "Running again: 25%"
    strip.end_progress()
    assert strip.text == "swap.gif is being written: 50%, about 3 s left"
    strip.end_export()
    assert strip.text == ""


def test_cancel_is_of_what_is_shown(opens: Opens, qtbot: QtBot) -> None:
    strip = opens("counter").strip
    strip.begin_export("swap.gif is being written")
    with qtbot.waitSignal(strip.export_cancelled), qtbot.assertNotEmitted(strip.cancelled):
        strip.cancel.click()
    strip.begin_progress("Running again")
    with qtbot.waitSignal(strip.cancelled), qtbot.assertNotEmitted(strip.export_cancelled):
        strip.cancel.click()


@pytest.mark.slow
def test_moving_picture_that_is_cancelled_leaves_what_was_there(opens: Opens, qtbot: QtBot, tmp_path: Path) -> None:
    """Starts another process and ends it when the first picture is drawn."""
    window = opens("counter")
    path = tmp_path / "swap.gif"
    path.write_bytes(b"an older one")
    window.handlers._export("movie", str(path), "--from", "10us", "--to", "500us")
    exporting = window.handlers.exporting
    assert exporting is not None
    with qtbot.waitSignal(exporting.moved, timeout=90_000):
        pass
    window.strip.cancel.click()
    assert not exporting.process.running
    assert window.strip.text == "Cancelled: swap.gif is not written"
    assert [each.name for each in tmp_path.iterdir()] == ["swap.gif"]
    assert path.read_bytes() == b"an older one"


def test_moving_picture_shows_the_swap_with_a_little_around_it_or_the_last_of_the_run(opens: Opens) -> None:
    window = opens("tour", 13_000_000)
    swap = window.receipt.shown
    assert swap is not None and swap.ended_ns is not None
    begin_ns, end_ns = span_of(swap, window.link.clock_ns)
    assert begin_ns < swap.requested_ns < swap.ended_ns < end_ns < 13_000_000
    assert span_of(None, 5_000_000) == (4_000_000, 5_000_000)
    assert span_of(None, 10) == (0, 10)


def test_picture_of_the_window_is_pixels_or_lines(opens: Opens, tmp_path: Path) -> None:
    window = opens("counter")
    for name, beginning in (("window.png", b"\x89PNG"), ("window.svg", b"<?xml")):
        window.handlers.save_picture_to(str(tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(beginning)
    window.handlers.save_picture_to("/nowhere/window.png")
    assert "the picture cannot be written" in window.strip.text


def test_a_file_of_the_name_of_what_is_unfinished_is_the_persons_own(tmp_path: Path) -> None:
    assert _free_beside(tmp_path / "run.json").name == "unfinished-run.json"
    (tmp_path / "unfinished-run.json").write_text("mine")
    assert _free_beside(tmp_path / "run.json").name == "unfinished-2-run.json"


def test_nothing_is_removed_that_was_not_begun_here(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="was not begun here"):
        _remove(tmp_path)
    assert tmp_path.exists()


def test_a_moving_picture_without_an_ending_replaces_no_file_unasked(
    opens: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "swap.gif").write_text("mine")
    window = opens("counter")
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "swap"), ""))
    window.handlers.save_movie()
    assert window.strip.text == "swap.gif is there already; choose it to replace it"
    assert (tmp_path / "swap.gif").read_text() == "mine"
