"""Panels stand where the layout says, hidden ones do nothing, and what a person changes is kept."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from pathlib import Path

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

import views
from app.layouts import LAYOUTS
from app.main_window import MainWindow
from app.settings import Settings, SettingsFile
from app.view_catalogue import PARTS, VIEW_BY_NAME, VIEWS, ViewEntry
from app.window import Memory
from model.scenario import LayoutTable, dump, load
from tests.app.conftest import Opens
from views.kit.panel_view import PanelView
from views.kit.theme import load_theme

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class Blank(PanelView):
    """A panel that counts what it is asked to do."""

    made: list[Blank] = []

    def __init__(self, *words: object) -> None:
        super().__init__(*words)  # type: ignore[arg-type]
        self.taken = self.painted = 0
        Blank.made.append(self)

    def take(self) -> None:
        self.taken += 1

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        self.painted += 1


@pytest.fixture
def blanks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Panels that the layouts name and that may not be there yet, as blank ones."""
    Blank.made = []
    for name, area in (("waiting_for", "right"), ("inspector", "right"), ("lanes", "bottom"), ("story", "bottom")):
        entry = ViewEntry(name, name.capitalize(), area, f"{__name__}:Blank")  # type: ignore[arg-type]
        monkeypatch.setitem(VIEW_BY_NAME, name, entry)  # type: ignore[misc]


def seen(window: MainWindow) -> set[str]:
    """The panels that are to be seen."""
    return {name for name, view in window.workspace.made().items() if view.isVisible()}


# --- the catalogue --------------------------------------------------------------------------------------------------


def test_every_view_has_its_line_in_the_catalogue() -> None:
    named = {entry.made_by.split(":")[0].split(".")[1] for entry in VIEWS if entry.made_by.startswith("views.")}
    files = {module.name for module in pkgutil.iter_modules([str(Path(views.__file__).parent)])}
    assert files - named == {*PARTS, "kit", "graph"}, "a view without its line in app/view_catalogue.py, or a stale one"


@pytest.mark.parametrize("entry", VIEWS, ids=lambda entry: entry.name)
def test_what_the_catalogue_names_is_there(entry: ViewEntry) -> None:
    module, _, name = entry.made_by.partition(":")
    assert callable(getattr(importlib.import_module(module), name).set_theme)


@pytest.mark.parametrize("entry", VIEWS, ids=lambda entry: entry.name)
def test_every_panel_can_be_shown_closed_and_shown_again(opens: Opens, entry: ViewEntry) -> None:
    window = opens("steady")
    window.workspace.show_panel(entry.name)
    assert entry.name in seen(window)
    window.actions_by_name["panel_" + entry.name].trigger()
    assert entry.name not in seen(window)
    assert not window.actions_by_name["panel_" + entry.name].isChecked()
    window.actions_by_name["panel_" + entry.name].trigger()
    assert entry.name in seen(window)


# --- layouts --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("number", range(1, 5))
def test_ctrl_and_a_digit_choose_a_layout(opens: Opens, qtbot: QtBot, number: int) -> None:
    window = opens("steady")
    qtbot.keyClick(window, Qt.Key(Qt.Key.Key_0 + number), Qt.KeyboardModifier.ControlModifier)
    assert window.workspace.layout_name == tuple(LAYOUTS)[number - 1]
    assert window.top.layouts.current == number - 1
    fronts = {cell.front for row in window.workspace.arrangement.cells.values() for cell in row}
    assert seen(window) <= set(window.workspace.arrangement.names())
    assert fronts & set(VIEW_BY_NAME) <= seen(window)


def test_the_keyboard_goes_to_the_centre_where_what_had_it_is_not_shown(opens: Opens) -> None:
    window = opens("steady")
    window.graph.setFocus()
    window.workspace.choose_layout("Timeline")
    focus = window.focusWidget()
    assert focus is not None
    assert window.workspace.area("centre").isAncestorOf(focus)


def test_panels_stand_beside_each_other_where_there_is_room_and_behind_each_other_where_not(
    opens: Opens, blanks: None
) -> None:
    window = opens("steady", size=(1600, 1000))
    assert {"receipt", "waiting_for", "latency", "tables", "lanes"} <= seen(window)
    window.resize(1280, 800)
    QApplication.processEvents()
    assert {"receipt", "latency", "tables"} <= seen(window)
    assert not {"waiting_for", "lanes"} & seen(window)
    cell = window.workspace.cell_of("receipt")
    assert cell is not None and cell.strip is not None
    assert [cell.strip.tabText(index) for index in range(cell.strip.count())] == ["Receipts", "Waiting_for"]


def test_a_tab_brings_its_panel_to_the_front_by_mouse_and_by_keyboard(opens: Opens, qtbot: QtBot, blanks: None) -> None:
    window = opens("steady", size=(1280, 800))
    cell = window.workspace.cell_of("receipt")
    assert cell is not None and cell.strip is not None
    qtbot.mouseClick(cell.strip, Qt.MouseButton.LeftButton, pos=cell.strip.tabRect(1).center())
    assert "waiting_for" in seen(window) and "receipt" not in seen(window)
    cell.strip.setFocus()
    qtbot.keyClick(cell.strip, Qt.Key.Key_Left)
    assert "receipt" in seen(window)
    assert cell.strip.hasFocus(), "the keyboard stays on the tabs"


def test_a_layout_comes_back_as_it_was_left_and_reset_gives_it_back_as_it_came(opens: Opens) -> None:
    window = opens("steady")
    workspace = window.workspace
    workspace.move_panel("latency", "bottom")
    workspace.choose_layout("Debug")
    workspace.choose_layout("Demo")
    assert workspace.arrangement.area_of("latency") == "bottom"
    window.actions_by_name["reset_layout"].trigger()
    assert workspace.arrangement == LAYOUTS["Demo"]


def test_the_menu_of_a_panel_moves_and_closes_it(opens: Opens) -> None:
    window = opens("steady")
    window.workspace.menu_wanted.emit("latency", window.mapToGlobal(window.rect().center()))
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    words = [action.text() for action in menu.actions() if not action.isSeparator()]
    assert words == [
        "Move Latency to the left", "Move Latency to the centre", "Move Latency to the bottom", "Close Latency"
    ]  # fmt: skip
    menu.actions()[2].trigger()
    menu.close()
    assert window.workspace.arrangement.area_of("latency") == "bottom"


def test_the_bottom_is_as_high_as_its_panel_needs(opens: Opens) -> None:
    window = opens("steady", size=(1280, 800))
    for name in ("tables", "lanes"):
        window.workspace.show_panel(name)
        QApplication.processEvents()
        view = window.workspace.view(name)
        assert view.height() >= view.minimumSizeHint().height(), name
        assert window.workspace.rect().contains(view.mapTo(window.workspace, view.rect().bottomRight())), name


def test_dragged_lines_are_kept_in_the_layout(opens: Opens) -> None:
    window = opens("steady", size=(1600, 1000))
    whole = window.workspace._whole
    whole.moveSplitter(1600 - 420 - 1, 2)
    assert window.workspace.arrangement.extents["right"] == 420
    window.resize(1700, 1000)
    QApplication.processEvents()
    assert window.workspace.area("right").width() == 420


def test_a_theme_reaches_panels_that_are_hidden(opens: Opens) -> None:
    window = opens("steady")
    window.workspace.close_panel("tables")
    window.set_theme(load_theme("dark"))
    assert window.tables.theme.is_dark


# --- what is kept ---------------------------------------------------------------------------------------------------


def test_what_was_kept_comes_back(opens: Opens, tmp_path: Path) -> None:
    file = SettingsFile(tmp_path / "kept.ini")
    window = opens("steady")
    memory = Memory(window, file, Settings())
    window.workspace.choose_layout("Debug")
    window.workspace.close_panel("tables")
    memory.keep()
    again = opens("steady")
    Memory(again, file, file.read()).restore()
    assert again.workspace.layout_name == "Debug"
    assert again.workspace.arrangement.area_of("tables") is None
    assert again.strip.text == ""


def test_recording_brings_its_panels_and_the_persons_own_come_back(opens: Opens, tmp_path: Path) -> None:
    window = opens("counter")
    space, own = window.workspace, window.workspace.arrangement
    space.choose_layout("Debug")
    space.move_panel("story", "right")
    as_saved = space.arrangement
    window.handlers.save_to(str(tmp_path / "mine.toml"))
    space.reset_layout()
    space.choose_layout("Demo")
    kept = space.state()
    window.handlers.save_to(str(tmp_path / "plain.toml"))
    assert load(str(tmp_path / "plain.toml")).layout.panels == ""

    assert window.open(str(tmp_path / "mine.toml"))
    assert space.arrangement == as_saved
    space.close_panel("story")
    assert not space.has("story")
    assert space.state() == kept, "what the file has brought is not the person's"
    space.choose_layout("Demo")
    assert space.arrangement == own
    window.open(str(tmp_path / "mine.toml"))
    window.open(str(tmp_path / "plain.toml"))
    assert space.arrangement == own


def test_panels_of_a_file_that_make_no_sense_are_one_sentence_and_stand_as_they_did(
    opens: Opens, tmp_path: Path
) -> None:
    window = opens("counter")
    own = window.workspace.arrangement
    path = tmp_path / "odd.toml"
    layout = LayoutTable(panels='{"version": 1, "chosen": "Nowhere"}')
    path.write_text(dump(msgspec.structs.replace(load("counter"), layout=layout)), encoding="utf-8")
    assert window.open(str(path))
    assert window.workspace.arrangement == own
    assert window.strip.text == "The panels stand as they did: what this file says of them is not used, it is damaged"


@pytest.mark.parametrize(
    ("layout", "said"),
    [
        ("garbage", "The layout that was kept is not used: it is damaged; this is the layout Demo"),
        ('{"version":9}', "it was written by a newer version of Changeover"),
    ],
)
def test_a_layout_that_cannot_be_used_is_one_sentence_and_the_first_layout(
    opens: Opens, tmp_path: Path, layout: str, said: str
) -> None:
    window = opens("steady")
    Memory(window, SettingsFile(tmp_path / "kept.ini"), Settings(layout=layout)).restore()
    assert said in window.strip.text
    assert window.workspace.arrangement == LAYOUTS["Demo"]
    assert {"palette", "graph", "receipt", "tables"} <= seen(window)


def test_a_screen_that_is_gone_is_one_sentence_and_the_window_is_on_this_one(opens: Opens, tmp_path: Path) -> None:
    window = opens("steady")
    settings = Settings(window=(9_000, 9_000, 800, 700))
    Memory(window, SettingsFile(tmp_path / "kept.ini"), settings).restore()
    assert "is not there now" in window.strip.text
    assert window.screen().geometry().intersects(window.geometry())


# --- hidden views ---------------------------------------------------------------------------------------------------


def test_a_hidden_panel_is_neither_made_nor_painted_nor_asked_for_a_picture(
    opens: Opens, qtbot: QtBot, blanks: None
) -> None:
    window = opens("steady", size=(1600, 1000))
    made = {type(view).__name__ for view in window.workspace.made().values() if isinstance(view, Blank)}
    assert made == {"Blank"} and len(Blank.made) == 2, (
        "waiting_for and lanes are shown; inspector and story are not made"
    )
    (waiting, lanes) = Blank.made
    window.workspace.close_panel("waiting_for")
    waiting.taken = waiting.painted = 0
    for _ in range(5):
        window.session.advance(window.session.now_ns + 10_000)
        window.player.wake()
        window.player.frame()
        QApplication.processEvents()
    assert (waiting.taken, waiting.painted) == (0, 0)
    assert lanes.taken >= 5


def test_what_only_hidden_panels_show_is_not_folded(opens: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    window = opens("steady")
    for name in ("tables", "latency", "lanes"):
        window.workspace.close_panel(name)
    window.player.set_mode("fast")
    asked: Counter[str] = Counter()
    state = window.link.state
    monkeypatch.setattr(window.link, "state", lambda name: asked.update([name]) or state(name))
    window.session.advance(window.session.now_ns + 50_000)
    window.player.wake()
    window.player.frame()
    assert asked["topology"] > 0
    assert asked["generations"] == 0, "no panel that is shown needs it"
