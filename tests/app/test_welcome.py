"""The welcome stands in nobody's way, everything on it can be reached by keys, and the tour shows the real parts."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from app.guided_tour import STEPS
from app.main_window import MainWindow
from app.welcome import sketch_of
from model.scenario import load, scenes
from tests.app.conftest import Opens
from tests.app.playing import Wall
from tests.app.whole_window import stray_colours
from views.kit.theme import load_theme
from views.welcome import WelcomeView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")

Key = Qt.Key


def welcomed(opens: Opens, scenario: str = "tour", **more: object) -> tuple[MainWindow, WelcomeView]:
    window = opens(scenario, **more)
    window.recent_files = ("/somewhere/my run.toml",)
    window.actions_by_name["welcome"].trigger()
    view = window.showing.welcome.view
    assert view is not None
    return window, view


def test_every_scene_and_file_is_on_the_page(opens: Opens) -> None:
    _, view = welcomed(opens)
    assert [card.text() for card in view.cards] == [*(scene.title for scene in scenes()), "my run.toml"]


@pytest.mark.parametrize("size", [(1600, 1000), (1280, 800)])
def test_the_page_leaves_the_graph_and_the_palette_free(opens: Opens, size: tuple[int, int]) -> None:
    window, view = welcomed(opens, size=size)
    for part in (window.graph, window.palette_view, window.transport):
        assert not view.geometry().intersects(QRect(part.mapTo(window, QPoint()), part.size()))


def test_the_page_gives_way_when_a_swap_begins(opens: Opens, wall: Wall) -> None:
    window, _ = welcomed(opens, "counter", until_ns=1_990_000)
    window.player.play()
    for _ in range(40):
        wall.now_s += 0.05
        window.player.frame()
    assert window.link.swaps.by_request
    assert window.showing.welcome.view is None


def test_a_scene_is_opened_by_keys_alone(opens: Opens, qtbot: QtBot) -> None:
    window, view = welcomed(opens)
    assert view.tour.hasFocus()
    reached = set()
    for _ in range(30):
        qtbot.keyClick(window.focusWidget(), Key.Key_Tab)
        focus = window.focusWidget()
        if focus in view.cards:
            reached.add(view.cards.index(focus))
    assert reached == set(range(len(view.cards)))
    view.cards[2].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(view.cards[2], Key.Key_Space)
    assert (window.opened, window.player.playing) == (scenes()[2].name, True)
    assert window.showing.welcome.view is None


def test_escape_closes_the_page(opens: Opens, qtbot: QtBot) -> None:
    window, view = welcomed(opens)
    qtbot.keyClick(view.tour, Key.Key_Escape)
    assert window.showing.welcome.view is None
    assert window.graph.hasFocus()


def test_file_that_is_gone_is_one_sentence(opens: Opens) -> None:
    window, view = welcomed(opens)
    view.cards[-1].click()
    assert window.opened == "tour"
    assert "my run.toml" in window.strip.accessibleName() or window.strip.isVisible()


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_the_page_has_the_colours_of_the_theme(opens: Opens, theme: str) -> None:
    _, view = welcomed(opens, theme=theme)
    strays = stray_colours(view.grab().toImage(), load_theme(theme))
    assert strays.none, strays


@pytest.mark.parametrize("theme", ["light", "projector"])
def test_no_word_of_the_page_is_cut_in_a_narrow_window(opens: Opens, theme: str) -> None:
    _, view = welcomed(opens, size=(1280, 800), theme=theme)
    for label in view.findChildren(QLabel):
        assert label.hasHeightForWidth() or label.width() >= label.sizeHint().width(), label.text()
    assert view.close_button.geometry().right() < view.width()


def test_picture_of_a_scene_is_its_scenario() -> None:
    sketch = sketch_of(load("contention"))
    assert (sketch.clients, sketch.components) == (("first", "crowd"), ("pager", "FCM file 17"))
    assert set(sketch.uses) >= {("first", "FCM file 17"), ("crowd", "FCM file 17"), ("FCM file 17", "pager")}
    assert sketch.changed == "FCM file 17"


# --- the tour -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [(1600, 1000), (1280, 800)])
def test_every_step_lights_a_real_part_and_its_card_is_whole(opens: Opens, qtbot: QtBot, size: tuple[int, int]) -> None:
    window = opens("tour", size=size)
    window.actions_by_name["guided_tour"].trigger()
    tour = window.showing.welcome.tour
    assert tour is not None
    titles = []
    for _ in STEPS:
        titles.append(tour.title)
        assert window.rect().contains(tour.light) and tour.light.width() >= 24
        assert window.rect().contains(tour.card_rect().toAlignedRect())
        qtbot.keyClick(tour, Key.Key_Right)
    assert titles == [title for _, title, _ in STEPS]
    assert window.showing.welcome.tour is None
    assert window.graph.hasFocus()


def test_tour_can_be_walked_back_and_left(opens: Opens, qtbot: QtBot) -> None:
    window = opens("tour")
    window.actions_by_name["guided_tour"].trigger()
    tour = window.showing.welcome.tour
    assert tour is not None
    seen = []
    for key in (Key.Key_Space, Key.Key_Return, Key.Key_Left):
        qtbot.keyClick(tour, key)
        seen.append(tour.index)
    assert seen == [1, 2, 1]
    assert not window.player.playing, "Space belongs to the tour while it lasts"
    qtbot.keyClick(tour, Key.Key_Escape)
    assert window.showing.welcome.tour is None
