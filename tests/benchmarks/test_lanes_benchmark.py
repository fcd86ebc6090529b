"""How long a frame of the lanes takes with 10,000 slices in sight, at three zooms.

The budget is 16 ms. As for the object graph, what counts is the time of this thread.
"""

from __future__ import annotations

from statistics import median
from time import thread_time

import numpy as np
from pytestqt.qtbot import QtBot

from tests.benchmarks.conftest import Report
from views.kit.lanes_canvas import LanesCanvas
from views.kit.lanes_picture import Lane, Picture
from views.kit.theme import load_theme

BUDGET_MS = 16.0
SLICES, LANES, SPAN_NS, FRAMES = 10_000, 16, 1_000_000, 20


def crowded() -> Picture:
    """Lanes without a gap, slices of very different lengths, all looks."""
    draw = np.random.default_rng(1)
    each = SLICES // LANES
    starts = np.sort(draw.integers(0, SPAN_NS, (LANES, each)), axis=1)
    ends = np.concatenate((starts[:, 1:], np.full((LANES, 1), SPAN_NS)), axis=1)
    count = each * LANES
    nothing = np.zeros(count, dtype=np.int64)
    lane = np.repeat(np.arange(LANES), each)
    return Picture(
        tuple(Lane("processor", number, f"cpu {number}") for number in range(LANES)), "thread", np.arange(count),
        np.arange(count), lane, nothing, nothing, starts.ravel(), np.maximum(ends.ravel(), starts.ravel() + 1),
        draw.integers(0, 9, count),
    )  # fmt: skip


def test_a_frame_with_ten_thousand_slices_is_within_its_budget(qtbot: QtBot, result: Report) -> None:
    canvas = LanesCanvas(load_theme("light"))
    qtbot.addWidget(canvas)
    canvas.resize(1400, 700)
    canvas.show()
    picture = crowded()
    slowest = 0.0
    for part in (1, 10, 60):
        canvas.window_ns = (0, SPAN_NS // part)
        canvas.show_picture(picture, (), SPAN_NS // 2, None)
        canvas.grab()
        times = []
        for _ in range(FRAMES):
            began = thread_time()
            canvas.grab()
            times.append(1e3 * (thread_time() - began))
        slowest = max(slowest, median(times))
    met = slowest <= BUDGET_MS
    assert result("a frame of the lanes, 10,000 slices", f"<= {BUDGET_MS:.0f} ms", f"{slowest:.1f} ms", met)
