"""The whole window: it opens, it is laid out, the keyboard does what the mouse does, bad files change nothing."""

from __future__ import annotations

import gc
from pathlib import Path

import pytest
from greenlet import greenlet
from PySide6.QtCore import QCoreApplication, QEvent, QMimeData, QObject, QPointF, Qt, QUrl
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QApplication, QMenu, QWidget
from pytestqt.qtbot import QtBot
from shiboken6 import isValid

from app.documents import open_session
from app.looks import theme_key
from app.main_window import MainWindow
from app.offers import offers
from model.commands import Attach, Detach, Stamped, Swap
from model.scenario import shipped
from tests.app.conftest import Opens
from tests.app.playing import Wall
from views.kit.theme import load_theme, theme_names

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def select(window: MainWindow, name: str) -> int:
    """Selects a component by its name."""
    objects = window.link.topology.objects
    identity = next(identity for identity, node in objects.items() if node.name == name)
    window.selection.select("object", identity)
    return identity


def commands(window: MainWindow) -> list[object]:
    """What was asked for beside the scenario's own script."""
    own = [stamped.command for stamped in window.session.scenario.script]
    return [stamped.command for stamped in window.session.script if stamped.command not in own]


def open_menu() -> QMenu:
    """The menu that has popped up."""
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    return menu


@pytest.mark.parametrize("scenario", [summary.name for summary in shipped()])
def test_every_scenario_that_ships_opens_and_plays(opens: Opens, wall: Wall, scenario: str) -> None:
    window = opens(scenario, until_ns=0)
    window.player.play()
    for _ in range(10):
        wall.now_s += 0.016
        window.player.frame()
    assert window.graph.board.objects
    assert window.link.clock_ns > 0
    assert window.windowTitle().startswith(window.session.scenario.title)


@pytest.mark.parametrize(
    ("size", "palette", "right", "tables"),
    [((1600, 1000), 236, 360, 204), ((1280, 800), 56, 320, 204), ((1024, 680), 56, 320, 197)],
)
def test_parts_have_the_places_of_the_visual_language(
    opens: Opens, size: tuple[int, int], palette: int, right: int, tables: int
) -> None:
    window = opens("steady", size=size)
    assert (window.palette_view.width(), window.workspace.area("right").width()) == (palette, right)
    assert (window.transport.height(), window.top.height()) == (92, 40)
    assert window.workspace.area("bottom").height() == tables
    assert window.graph.width() == size[0] - palette - right - 2
    assert window.width() == size[0]


def test_an_implementation_dropped_with_alt_opens_the_list_of_wrappers_and_swaps_nothing(
    opens: Opens, qtbot: QtBot
) -> None:
    window = opens("counter")
    picked = select(window, "counter")
    window.selection.clear()
    window.graph.attach_wanted.emit(picked)
    qtbot.waitUntil(lambda: QApplication.activePopupWidget() is not None)
    menu = open_menu()
    assert menu.title() == "Attach"
    active = menu.activeAction()
    assert active is not None and active.isEnabled()
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert [type(command) for command in commands(window)] == [Attach]
    assert window.selection.is_selected("object", picked)


def test_while_something_is_under_way_the_keyboard_and_the_box_queue_too(opens: Opens, qtbot: QtBot) -> None:
    window = opens("tour", until_ns=12_030_000)
    assert window.link.swaps.under_way(select(window, "FCM file 17")) is not None
    qtbot.keyClick(window.graph, Qt.Key.Key_S)
    menu = open_menu()
    assert all("queued" in action.text() for action in menu.actions())
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    (command,) = commands(window)
    assert isinstance(command, Swap) and command.queue
    queued = [offer for offer in offers(window) if "when what is under way is over" in offer.words]
    assert queued and all("queue=True" in offer.line for offer in queued)


@pytest.mark.parametrize("theme", theme_names())
def test_every_theme_reaches_every_view(opens: Opens, theme: str) -> None:
    window = opens("steady")
    window.set_theme(load_theme(theme))
    views = (
        window.graph,
        window.tables,
        window.receipt,
        window.workspace.view("latency"),
        window.palette_view,
        window.transport,
    )
    assert {theme_key(view.theme) for view in views} == {theme}
    assert window.actions_by_name["theme_" + theme].isChecked()


# --- the keyboard's twins -----------------------------------------------------------------------------------------


def test_s_and_enter_swap_the_selected_component(opens: Opens, qtbot: QtBot) -> None:
    window = opens()
    select(window, "FCM file 17")
    qtbot.keyClick(window, Qt.Key.Key_S)
    qtbot.keyClick(open_menu(), Qt.Key.Key_Return)
    assert window.session.script[0] == Stamped(500_001, Swap(object="FCM file 17", implementation="fcm_replicated"))
    assert window.session.now_ns == 500_001


def test_a_and_enter_attach_and_d_detaches(opens: Opens, qtbot: QtBot) -> None:
    window = opens()
    select(window, "counter")
    qtbot.keyClick(window, Qt.Key.Key_A)
    qtbot.keyClick(open_menu(), Qt.Key.Key_Return)
    window.session.advance(600_000)
    window.player.to_end()
    window.player.frame()
    qtbot.keyClick(window, Qt.Key.Key_D)
    qtbot.keyClick(open_menu(), Qt.Key.Key_Return)
    attach, detach = commands(window)
    assert isinstance(attach, Attach)
    assert isinstance(detach, Detach)
    assert (attach.object, attach.wrapper) == (detach.object, detach.wrapper)


def test_enter_on_a_card_asks_for_the_component(opens: Opens, qtbot: QtBot) -> None:
    window = opens()
    window.activateWindow()
    cards = window.palette_view.list
    row = next(row for row, card in enumerate(window.palette_view.model.cards) if card.name == "fcm_replicated")
    cards.setCurrentIndex(cards.model().index(row, 0))
    qtbot.keyClick(cards, Qt.Key.Key_Return)
    menu = open_menu()
    assert {action.text().split(",")[0]: action.isEnabled() for action in menu.actions()} == {
        "pager": False,
        "FCM file 17": True,
        "FCM file 3": True,
        "counter": False,
    }
    qtbot.keyClick(menu, Qt.Key.Key_Return)
    assert window.session.script[0] == Stamped(500_001, Swap(object="FCM file 17", implementation="fcm_replicated"))


def test_without_a_selection_the_keys_say_what_to_do(opens: Opens, qtbot: QtBot) -> None:
    window = opens()
    qtbot.keyClick(window, Qt.Key.Key_S)
    assert window.strip.text.startswith("Select a component first")
    assert QApplication.activePopupWidget() is None


def test_x_cancels_a_swap_and_b_takes_one_back(opens: Opens, qtbot: QtBot) -> None:
    window = opens(until_ns=12_010_000)
    qtbot.keyClick(window, Qt.Key.Key_X)
    window.session.advance(12_300_000)
    window.player.to_end()
    window.player.frame()
    assert [(swap.outcome.name, swap.reason) for swap in window.link.swaps.by_request.values() if swap.outcome] == [
        ("ABANDONED", "cancelled")
    ]
    select(window, "FCM file 17")
    window.link.issue(Swap(object="FCM file 17", implementation="fcm_replicated"))
    window.session.advance(12_900_000)
    window.player.to_end()
    window.player.frame()
    window.selection.select("swap", 2)
    qtbot.keyClick(window, Qt.Key.Key_B)
    assert commands(window)[-1] == Swap(object="FCM file 17", implementation="fcm_single")


def test_space_plays_and_presses_the_button_that_has_the_keyboard(opens: Opens, qtbot: QtBot) -> None:
    window = opens("steady")
    qtbot.keyClick(window.graph, Qt.Key.Key_Space)
    assert window.player.playing
    qtbot.keyClick(window.graph, Qt.Key.Key_Space)
    assert not window.player.playing
    window.top.theme_button.setFocus()
    qtbot.keyClick(window.top.theme_button, Qt.Key.Key_Space)
    assert window.theme.is_dark


def test_full_stop_and_comma_step_and_plus_and_minus_change_the_pace(opens: Opens, qtbot: QtBot) -> None:
    window = opens("steady")
    before, pace = window.link.position, window.player.asked_pace
    qtbot.keyClick(window, Qt.Key.Key_Period)
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    qtbot.keyClick(window, Qt.Key.Key_Comma)
    window.player.frame()
    assert window.link.position == before - 1
    qtbot.keyClick(window, Qt.Key.Key_Plus)
    assert window.player.asked_pace == 2 * pace
    qtbot.keyClick(window, Qt.Key.Key_2)
    assert window.player.asked_pace == 10_000


def test_t_switches_the_theme_and_question_mark_opens_the_sheet(opens: Opens, qtbot: QtBot) -> None:
    window = opens("steady")
    qtbot.keyClick(window, Qt.Key.Key_T)
    assert window.theme.is_dark
    qtbot.keyClicks(window, "?")
    sheet = QApplication.activeModalWidget()
    assert isinstance(sheet, QWidget)
    assert sheet.windowTitle() == "Keys and gestures"
    sheet.close()


def test_the_menu_of_a_node_says_the_same_as_the_keys(opens: Opens) -> None:
    window = opens()
    identity = select(window, "FCM file 17")
    window.graph.open_menu(identity, window.graph.mapToGlobal(window.graph.rect().center()))
    titles = [action.text() for action in open_menu().actions() if not action.isSeparator()]
    assert titles[:2] == ["Swap with", "Attach"]
    assert "Swap back" in titles
    open_menu().close()


# --- files --------------------------------------------------------------------------------------------------------


def test_a_bad_file_is_a_message_and_the_run_goes_on_untouched(opens: Opens, tmp_path: Path) -> None:
    window = opens()
    before = (window.session, window.session.now_ns, window.session.trace.head)
    bad = tmp_path / "bad.toml"
    bad.write_text('format = 1\nname = "bad"\nspeed = 3\n')
    assert not window.open(str(bad))
    assert (window.session, window.session.now_ns, window.session.trace.head) == before
    assert "speed: there is no such key here" in window.strip.text
    assert window.strip.tells_failure


def test_another_scenario_takes_the_place_of_the_first(opens: Opens) -> None:
    window = opens("tour")
    first = window.session
    assert window.open("counter")
    window.player.frame()
    assert window.session is not first
    assert window.session.scenario.name == "counter"
    assert [node.name for node in window.graph.board.objects.values()] == ["counter"]
    assert window.top.title.text == window.session.scenario.title


def test_a_saved_recording_opens_as_the_same_run(opens: Opens, tmp_path: Path) -> None:
    window = opens("tour", until_ns=2_100_000)
    window.link.issue(Attach(object="pager", wrapper="call_timer"))
    path = tmp_path / "run.toml"
    window.handlers.save_to(str(path))
    again = open_session(str(path))
    again.advance(window.session.now_ns)
    assert again.trace.fingerprint() == window.session.trace.fingerprint()
    again.close()


def test_a_recording_that_cannot_be_written_is_a_message(opens: Opens, tmp_path: Path) -> None:
    window = opens("steady")
    window.handlers.save_to(str(tmp_path / "nowhere" / "run.toml"))
    assert "cannot be written" in window.strip.text


@pytest.mark.parametrize(("name", "opened"), [("counter.toml", True), ("photo.png", False)])
def test_a_file_that_is_dropped_is_opened_if_it_can_be(opens: Opens, tmp_path: Path, name: str, opened: bool) -> None:
    window = opens("tour")
    path = tmp_path / name
    shipped_file = Path(__file__).parents[2] / "resources" / "scenarios" / "counter.toml"
    path.write_bytes(shipped_file.read_bytes())
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path))])
    window.dropEvent(
        QDropEvent(
            QPointF(300, 300),
            Qt.DropAction.CopyAction,
            data,
            Qt.MouseButton.LeftButton,
            Qt.KeyboardModifier.NoModifier,
        )
    )
    assert window.session.scenario.name == ("counter" if opened else "tour")
    assert window.strip.tells_failure != opened


# --- the past -----------------------------------------------------------------------------------------------------


def test_a_command_behind_the_head_forks(opens: Opens, qtbot: QtBot) -> None:
    window = opens("tour", until_ns=2_500_000)
    old = window.session
    before = old.trace.rows(0, 100).copy()
    window.player.seek_ns(1_000_000)
    window.player.frame()
    window.link.issue(Swap(object="counter", implementation="counter_partitioned"))
    qtbot.waitUntil(lambda: not window.forking.running, timeout=10_000)
    assert window.session is not old
    assert [stamped.at_ns for stamped in window.session.script] == [1_000_001]
    assert window.session.now_ns == 1_000_001
    assert (window.session.trace.rows(0, 100) == before).all()
    assert not window.player.behind


# --- the end ------------------------------------------------------------------------------------------------------


def test_a_closed_window_leaves_no_thread_and_no_object(qtbot: QtBot) -> None:
    gc.collect()
    threads = _greenlets()
    window = MainWindow(open_session("tour"), load_theme(), opened="tour")
    window.show()
    window.session.advance(300_000)
    window.player.to_end()
    window.player.frame()
    parts: list[QObject] = [window, window.link, window.player, window.graph, window.receipt, window.tables]
    window.close()
    window.deleteLater()
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert [part for part in parts if isValid(part)] == []
    del window, parts
    gc.collect()
    assert _greenlets() == threads


def _greenlets() -> int:
    return sum(1 for each in gc.get_objects() if isinstance(each, greenlet) and not each.dead and each.gr_frame)


def test_a_mediator_that_has_gone_leaves_nothing_painted_behind(opens: Opens) -> None:
    window = opens("tour", until_ns=11_990_000)
    for until_ns in (12_010_000, 12_060_000, 12_100_000, 12_200_000):
        window.session.advance(until_ns)
        window.player.to_end()
        window.player.frame()
        for _ in range(40):
            window.graph.board.motion.skip(15)
            window.graph.viewport().repaint()
    assert [swap.outcome.name for swap in window.link.swaps.by_request.values() if swap.outcome] == ["COMPLETED"]
    window.graph.board.motion.finish()
    played = window.graph.grab().toImage()
    window.graph.set_theme(window.theme)
    assert window.graph.grab().toImage() == played, "painted all anew it is the same picture"
