"""Traces and moving pictures are written by another process, from the window's own run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from app.exporting import Exporting, span_of
from tests.app.conftest import Opens

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
    with qtbot.waitSignal(exporting.process.ended, timeout=90_000):
        pass
    assert window.strip.text == "run.json is written"
    assert json.loads(path.read_text(encoding="utf-8"))["traceEvents"]


def test_what_the_other_process_says_is_said(opens: Opens, qtbot: QtBot) -> None:
    window = opens("counter")
    exporting = Exporting(window)
    said: list[tuple[str, bool]] = []

    def told(words: str, failure: bool) -> None:
        said.append((words, failure))

    exporting.said.connect(told)
    exporting._path = "/nowhere/run.json"
    exporting.process.said = "--output: /nowhere/run.json cannot be written (No such file); name another.\n"
    exporting.process.ended.emit(2, "")
    exporting.process.said = ""
    exporting.process.ended.emit(-1, "")
    assert said == [
        ("--output: /nowhere/run.json cannot be written (No such file); name another", True),
        ("run.json was not written", True),
    ]


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
