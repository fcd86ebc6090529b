"""The window stays alive: turns of the event loop, stop, and the first frame, on the clock of the wall.

The window is the real one, offscreen, on the default scenario. A beat that wants to come as often as it can is the
person's hand: the longest time between two beats is how long a press of a key would have waited.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import QEventLoop, QTimer
from PySide6.QtWidgets import QApplication

from app.documents import open_session
from app.main_window import MainWindow
from tests.benchmarks.conftest import Report
from views.kit.theme import load_theme

REPOSITORY = Path(__file__).parents[2]
WATCHED_MS = 4_000
SETTLED_MS = 1_000
GAP_MS, STOP_MS, FIRST_S = 150.0, 100.0, 1.5
PATIENCE_S = 30.0

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Beat:
    """The longest time between two turns of the event loop."""

    def __init__(self) -> None:
        self.longest_ms = 0.0
        self._last_s = perf_counter()
        self._timer = QTimer()
        self._timer.setInterval(0)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    def _beat(self) -> None:
        now_s = perf_counter()
        self.longest_ms = max(self.longest_ms, (now_s - self._last_s) * 1_000)
        self._last_s = now_s

    def stop(self) -> None:
        self._timer.stop()


def spend(milliseconds: int) -> None:
    """Let the event loop turn for so long."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


@pytest.fixture
def window(qapp: QApplication) -> Iterator[MainWindow]:
    shown = MainWindow(open_session("tour"), load_theme(), opened="tour")
    shown.resize(1600, 1000)
    shown.show()
    spend(SETTLED_MS)
    yield shown
    shown.close()
    shown.deleteLater()


@pytest.mark.parametrize("mode", ["watch", "fast", "express"])
@pytest.mark.parametrize("layout", ["Demo", "Timeline"])
def test_the_event_loop_turns_in_every_mode(window: MainWindow, result: Report, mode: str, layout: str) -> None:
    window.workspace.choose_layout(layout)
    window.player.set_mode(mode)  # type: ignore[arg-type]
    window.player.play()
    spend(SETTLED_MS)
    beat = Beat()
    spend(WATCHED_MS)
    beat.stop()
    begin = perf_counter()
    window.player.pause()
    spend(0)
    stopped_ms = (perf_counter() - begin) * 1_000
    head = window.session.trace.head
    spend(200)
    assert window.session.trace.head == head, "nothing runs after a stop"
    measured = f"longest gap {beat.longest_ms:.0f} ms, stopped after {stopped_ms:.0f} ms"
    met = beat.longest_ms <= GAP_MS and stopped_ms <= STOP_MS
    assert result(f"event loop, {mode}, {layout}", f"≤ {GAP_MS:.0f} ms, stop ≤ {STOP_MS:.0f} ms", measured, met)


def test_the_first_frame_comes_soon(qapp: QApplication, tmp_path: Path, result: Report) -> None:
    """From the start of the process to the first picture of the graph, best of three: the others share the disk.

    One start before them compiles the program, as a first start does on every machine.
    """
    _first_frame_s(tmp_path / "first.jsonl", tmp_path)
    times_s = [_first_frame_s(tmp_path / f"report{number}.jsonl", tmp_path) for number in range(3)]
    measured = f"best {min(times_s):.2f} s, worst {max(times_s):.2f} s of {len(times_s)}"
    assert result("first frame after the start", f"≤ {FIRST_S} s", measured, min(times_s) <= FIRST_S)


def _first_frame_s(report: Path, folder: Path) -> float:
    environment = os.environ | {
        "QT_QPA_PLATFORM": "offscreen",
        "CHANGEOVER_REPORT": str(report),
        "XDG_CONFIG_HOME": str(folder / "config"),
        "PYTHONDONTWRITEBYTECODE": "",  # an empty value is none: what is compiled once is kept, as it is for a user
        "PYTHONPYCACHEPREFIX": str(folder / "compiled"),
        "DISPLAY": ":0",  # never opened: the platform is offscreen; without one the demonstration would play
    }
    begin = perf_counter()
    program = subprocess.Popen([sys.executable, "-m", "app", "tour"], cwd=REPOSITORY, env=environment)
    try:
        while perf_counter() - begin < PATIENCE_S:
            lines = report.read_text().splitlines() if report.exists() else []
            if any(json.loads(line)["event"] == "shown" for line in lines):
                return perf_counter() - begin
            spend(5)
        return PATIENCE_S
    finally:
        program.terminate()
        program.wait(PATIENCE_S)
