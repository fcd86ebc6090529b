"""The real program in a real window with a real mouse: an implementation is dragged onto a live component.

An X server without a screen, the program as a person starts it, and xdotool. The window says in a file where its cards
and nodes are and what became of swaps (CHANGEOVER_REPORT); everything else goes through the mouse.
"""

from __future__ import annotations

import json
import os
import select
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

REPOSITORY = Path(__file__).parents[2]
PATIENCE_S = 60.0
NEEDED = ("Xvfb", "xdotool")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not sys.platform.startswith("linux") or any(shutil.which(tool) is None for tool in NEEDED),
        reason="needs Xvfb and xdotool, which `python3 bootstrap.py test` installs",
    ),
]


@pytest.fixture
def display() -> Iterator[str]:
    """An X server of its own, on a number that it chooses itself."""
    read, write = os.pipe()
    server = subprocess.Popen(
        ["Xvfb", "-displayfd", str(write), "-screen", "0", "1600x1000x24", "-nolisten", "tcp"],
        pass_fds=(write,),
        stderr=subprocess.DEVNULL,
    )
    os.close(write)
    try:
        ready, _, _ = select.select([read], [], [], PATIENCE_S)
        assert ready, "Xvfb did not come up"
        yield f":{os.read(read, 16).decode().strip()}"
    finally:
        os.close(read)
        server.terminate()
        server.wait(PATIENCE_S)


class Program:
    """The program under way, and what it has told."""

    def __init__(self, display: str, folder: Path, scenario: str) -> None:
        self.report = folder / "report.jsonl"
        self.log = folder / "log.txt"
        self.environment = os.environ | {
            "DISPLAY": display,
            "QT_QPA_PLATFORM": "xcb",
            "CHANGEOVER_REPORT": str(self.report),
            "XDG_CONFIG_HOME": str(folder / "config"),
        }
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "app", scenario], cwd=REPOSITORY, env=self.environment, stderr=log, stdout=log
            )

    def told(self, event: str) -> list[dict[str, Any]]:
        """The reports of one kind so far."""
        if not self.report.exists():
            return []
        lines = self.report.read_text(encoding="utf-8").splitlines()
        return [told for told in map(json.loads, lines) if told["event"] == event]

    def wait_for(self, event: str) -> dict[str, Any]:
        """The first report of a kind; fails with the program's own words when none comes."""
        until = monotonic() + PATIENCE_S
        while not (told := self.told(event)):
            assert self.process.poll() is None, f"the program has ended: {self.log.read_text()}"
            assert monotonic() < until, f"no {event!r} in {PATIENCE_S:g} s: {self.log.read_text()}"
            self.pointer("sleep", "0.05")
        return told[0]

    def pointer(self, *words: str) -> None:
        """One call of xdotool."""
        subprocess.run(["xdotool", *words], env=self.environment, check=True, timeout=PATIENCE_S)

    def drag(self, start: list[int], end: list[int]) -> None:
        """Press, some small moves, on to the target, one small move, let go: as a hand does it."""
        x, y = _middle(start)
        to_x, to_y = _middle(end)
        words = ["mousemove", str(x), str(y), "mousedown", "1"]
        for step in range(1, 6):
            words += ["sleep", "0.03", "mousemove", str(x + 4 * step), str(y + step)]
        for step in range(1, 11):
            at = step / 10
            words += ["sleep", "0.03", "mousemove", str(round(x + at * (to_x - x))), str(round(y + at * (to_y - y)))]
        words += ["sleep", "0.1", "mousemove", str(to_x + 2), str(to_y + 1), "sleep", "0.1", "mouseup", "1"]
        self.pointer(*words)


def _middle(area: list[int]) -> tuple[int, int]:
    x, y, width, height = area
    return x + width // 2, y + height // 2


@pytest.fixture
def program(display: str, tmp_path: Path) -> Iterator[Program]:
    running = Program(display, tmp_path, "tour")
    try:
        yield running
    finally:
        running.process.terminate()
        running.process.wait(PATIENCE_S)


def test_implementation_dragged_onto_a_live_component_replaces_it(program: Program) -> None:
    """Buys that the main job works for a person: gesture, command, engine, trace, projection, receipt."""
    places = program.wait_for("shown")
    program.drag(places["cards"]["fcm_replicated"], places["nodes"]["FCM file 17"])
    swap = program.wait_for("swap")
    assert (swap["component"], swap["from"], swap["to"], swap["outcome"]) == (
        "FCM file 17",
        "fcm_single",
        "fcm_replicated",
        "COMPLETED",
    )
    assert swap["shown"] == "Swap 1, FCM file 17", "the receipt is in the window"
    assert all(swap["phases"][phase] > 0 for phase in ("forward_ns", "block_ns", "transfer_ns"))
