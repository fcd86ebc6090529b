"""The window as a whole, as a person sees it: no text is cut, covered or in another's way; no colour is a stranger.

Each panel and the graph have tests of their own, with made-up figures; here they stand together, in runs of the
scenarios that ship, at the sizes of common screens. Not every moment at every size in every theme: each size, theme and
scale meets each moment often enough for a fault of any two of them to show.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication, QLabel

from app.documents import open_session
from app.main_window import MainWindow
from app.pictures import open_still, settle
from model.trace.events import Phase
from tests.app.whole_window import distance_from_mixtures, stray_colours, text_faults
from views.kit.theme import load_theme

pytestmark = pytest.mark.slow

TOUR_NS = 16_000_000
EACH_MOMENT = "test_texts_fit_and_colours_are_the_themes"
SIZES = ((1280, 800), (1600, 1000), (1920, 1080))


def at(scenario_ns: int) -> Callable[[MainWindow], None]:
    def go(window: MainWindow) -> None:
        window.player.seek_ns(scenario_ns)

    return go


def inside(phase: Phase) -> Callable[[MainWindow], None]:
    """The middle of a phase of the first swap."""

    def go(window: MainWindow) -> None:
        first = next(swap for swap in window.link.swaps_at_head.by_request.values() if swap.sort == "swap")
        since, until = next((since, until) for each, since, until in first.spans if each is phase)
        window.player.seek_ns((since + until) // 2)

    return go


def drag(card: str, target: str = "") -> Callable[[MainWindow], None]:
    """A card is held over a component, or over none."""

    def go(window: MainWindow) -> None:
        window.player.seek_ns(11_000_000)
        settle(window)
        window.palette_view.drag_started.emit("wrapper" if card.startswith("call") else "implementation", card)
        if target:
            node = next(node for node in window.graph.board.nodes() if node.name == target)
            window.graph.drag_over(window.graph.viewportTransform().map(node.standing.center()))

    return go


def message(window: MainWindow) -> None:
    window.player.seek_ns(7_000_000)
    window.say(
        "tour.toml, machine.processors: must be at least 1, not 0; name how many processors there are", failure=True
    )


def selected(window: MainWindow) -> None:
    window.player.seek_ns(7_000_000)
    window.selection.select("object", next(iter(window.link.topology.objects)))


def looking(window: MainWindow) -> None:
    window.player.seek_ns(7_000_000)
    window.graph.open_search()


MOMENTS: dict[str, Callable[[MainWindow], None]] = {
    "empty": at(0),
    "at rest": at(6_000_000),
    "selected": selected,
    "dragging": drag("fcm_replicated"),
    "over one that converts": drag("fcm_replicated", "FCM file 17"),
    "over one that refuses": drag("fcm_replicated", "pager"),
    "dragging a wrapper": drag("call_timer", "counter"),
    "FORWARD": inside(Phase.FORWARD),
    "BLOCK": inside(Phase.BLOCK),
    "TRANSFER": inside(Phase.TRANSFER),
    "completed": at(12_500_000),
    "attached": at(15_500_000),
    "message": message,
    "looking": looking,
}
ELSEWHERE = {
    "cyclic": (1_900_000, 2_000_000, 6_000_000),
    "stacked": (1_400_000, 2_000_500),
    "recursive": (1_085_000, 3_000_000),
    "failing": (1_003_000, 1_500_000, 2_500_000),
}


@pytest.fixture(scope="module")
def tour(qapp: QApplication) -> Iterator[MainWindow]:
    """A window on the tour after its swap and its attach, in which nothing moves by itself."""
    yield from _window("tour", TOUR_NS)


def _window(scenario: str, until_ns: int) -> Iterator[MainWindow]:
    session = open_session(scenario)
    session.advance(until_ns)
    window = open_still(session, SIZES[1], "light", scenario)
    yield window
    window.close()
    window.deleteLater()


def show(window: MainWindow, size: tuple[int, int], theme: str, go: Callable[[MainWindow], None]) -> None:
    """The window at a moment, in a size and a theme, everything arrived."""
    window.graph.end_drag()
    window.graph._toolbar.close_search()
    window.strip.hide()
    window.selection.clear()
    window.set_theme(load_theme(theme))
    window.resize(*size)
    settle(window)
    window.graph.fit()
    go(window)
    settle(window)


def assert_well(window: MainWindow) -> None:
    assert text_faults(window) == []
    strays = stray_colours(window.grab().toImage(), window.theme)
    assert strays.none, strays


@pytest.mark.parametrize("moment", MOMENTS)
@pytest.mark.parametrize(("size", "theme"), [(SIZES[0], "light"), (SIZES[1], "dark")], ids=["1280", "1600-dark"])
def test_texts_fit_and_colours_are_the_themes(tour: MainWindow, moment: str, size: tuple[int, int], theme: str) -> None:
    """Buys that panels, each well by itself, are well together."""
    show(tour, size, theme, MOMENTS[moment])
    assert_well(tour)
    assert not tour.transport.slow_motion.isVisible(), "nothing is in motion while the run is held"


@pytest.mark.parametrize("moment", ["over one that converts", "TRANSFER", "completed"])
@pytest.mark.parametrize(
    ("size", "theme"),
    [(SIZES[2], "light"), (SIZES[1], "high_contrast"), (SIZES[2], "projector"), (SIZES[0], "projector")],
    ids=["1920", "1600-high-contrast", "1920-projector", "1280-projector"],
)
def test_large_screens_and_strong_themes_are_well_too(
    tour: MainWindow, moment: str, size: tuple[int, int], theme: str
) -> None:
    """Buys the themes that make letters larger and lines thicker."""
    show(tour, size, theme, MOMENTS[moment])
    assert_well(tour)


@pytest.mark.parametrize("layout", ["Debug", "Timeline", "Compare"])
def test_every_layout_is_well(tour: MainWindow, layout: str) -> None:
    """Buys that panels fit into the places that layouts give them, at the narrowest common screen."""
    tour.workspace.choose_layout(layout)
    try:
        show(tour, SIZES[0], "light", MOMENTS["BLOCK"])
        assert_well(tour)
    finally:
        tour.workspace.choose_layout("Demo")


@pytest.mark.parametrize(
    ("factor", "size"), [(1.25, (1600, 1000)), (1.5, (1920, 1080)), (2.0, (2560, 1600))], ids=lambda each: str(each)
)
def test_everything_can_be_larger(tour: MainWindow, factor: float, size: tuple[int, int]) -> None:
    """Buys the sizes of View > Size."""
    tour.looks.set_size(factor)
    try:
        show(tour, size, "dark", MOMENTS["TRANSFER"])
        assert_well(tour)
    finally:
        tour.looks.set_size(1.0)


@pytest.mark.parametrize("scenario", ELSEWHERE)
def test_every_kind_of_scenario_is_well(qapp: QApplication, scenario: str) -> None:
    """Buys retries, stacked shells, failed and recursive swaps, at the narrowest common screen."""
    window = next(windows := _window(scenario, ELSEWHERE[scenario][-1]))
    try:
        for at_ns in ELSEWHERE[scenario]:
            show(window, SIZES[0], "dark", at(at_ns))
            assert_well(window)
    finally:
        windows.close()


def test_at_two_pixels_a_point_it_is_the_same_picture_in_finer_print() -> None:
    """Buys screens of high density, which Qt takes note of only once in the life of a process."""
    environment = os.environ | {"QT_SCALE_FACTOR": "2", "PYTHONPATH": os.pathsep.join(sys.path)}
    words = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]
    words += [
        f"{__file__}::{EACH_MOMENT}[1280-{moment}]" for moment in ("over one that converts", "BLOCK", "completed")
    ]
    done = subprocess.run(words, env=environment, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout[-3_000:]
    assert done.stdout.splitlines()[-1].startswith("3 passed"), done.stdout[-300:]


# --- the tests above can fail ---------------------------------------------------------------------------------------


def test_a_label_that_does_not_fit_is_found(tour: MainWindow) -> None:
    """Buys trust in the search for faults."""
    show(tour, SIZES[1], "light", at(6_000_000))
    cut = QLabel("These words are longer than their label", tour.receipt)
    cut.setGeometry(20, 300, 60, 16)
    above = QLabel("laid over the others", tour.receipt)
    above.setGeometry(16, 52, 200, 20)
    for label in (cut, above):
        label.show()
    faults = text_faults(tour)
    for label in (cut, above):
        label.hide()
        label.deleteLater()
    assert any("leaves" in fault and "longer than their label" in fault for fault in faults)
    assert any("overlap" in fault and "laid over the others" in fault for fault in faults)
    assert any("covered by" in fault for fault in faults)


def test_a_colour_of_no_theme_is_found(qapp: QApplication) -> None:
    """Buys trust in the search for colours."""
    theme = load_theme("light")
    picture = QImage(200, 200, QImage.Format.Format_RGB32)
    picture.fill(theme.surface.panel)
    assert stray_colours(picture, theme).none
    for x in range(20):
        for y in range(20):
            picture.setPixelColor(x, y, QColor("lime"))
    assert list(stray_colours(picture, theme).areas) == ["#00ff00"]


def test_a_mixture_of_two_colours_is_no_stranger() -> None:
    """Buys that the edges of letters are let through, and nothing beside them."""
    known = np.array([[0.0, 0.0, 0.0], [200.0, 100.0, 0.0]])
    colours = np.array([[100.0, 50.0, 0.0], [0.0, 0.0, 0.0], [100.0, 50.0, 40.0]])
    assert distance_from_mixtures(colours, known).round().tolist() == [0.0, 0.0, 40.0]
