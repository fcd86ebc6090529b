"""The palette: what is there to drag, and how the keyboard gets at it."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QDrag

from tests.views.panels import image_of, linked, shown
from views.kit.catalogue import MIME_TYPES, cards_of, mime_of
from views.kit.theme import load_theme
from views.legend import Legend
from views.palette import Palette, dragged_card


@pytest.fixture
def palette(qtbot):
    link, selection = linked()
    theme = load_theme("light")
    return shown(qtbot, Palette(link, selection, theme, foot=Legend(theme)), 236, 867)


def titles(palette):
    return [card.title for card in palette.model.cards]


def choose(palette, title):
    palette.list.setCurrentIndex(palette.model.index(titles(palette).index(title)))


def test_implementations_stand_under_their_interfaces_and_wrappers_below(palette):
    assert titles(palette) == [
        "File cache manager", "FCM, single", "FCM, replicated", "FCM, sequential",
        "Pager", "LRU", "FIFO",
        "Counter", "Counter, shared", "Counter, partitioned",
        "Wrappers", "call counter", "call timer", "contention watch", "sequential watch",
    ]  # fmt: skip


def test_a_card_says_how_many_live_and_how_many_protocols_it_speaks(palette):
    lines = {card.title: card.line for card in palette.model.cards}
    assert lines["FCM, replicated"] == "1 live · 4 protocols"
    assert lines["FCM, sequential"] == "5 protocols"


def test_a_wrapper_says_where_it_is_or_where_it_fits(palette):
    lines = {card.title: card.line for card in palette.model.cards}
    assert [lines[title] for title in ("call timer", "call counter", "sequential watch")] == [
        "1 attached", "any interface", "file cache managers",
    ]  # fmt: skip


def test_an_implementation_without_a_sibling_is_shown_only_when_it_is_searched_for(palette):
    topology = palette.link.topology
    assert "File session" not in [card.title for card in cards_of(topology) if card.kind == "implementation"]
    assert "File session" in [card.title for card in cards_of(topology, "session") if card.kind == "implementation"]


def test_the_filter_leaves_what_holds_every_word(qtbot, palette):
    qtbot.keyClicks(palette.search, "fcm seq")
    assert titles(palette) == ["File cache manager", "FCM, sequential"]


def test_escape_empties_the_filter(qtbot, palette):
    qtbot.keyClicks(palette.search, "nothing like it")
    assert titles(palette) == []
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert len(titles(palette)) == 15


def test_arrows_go_over_sections_to_the_next_card(qtbot, palette):
    choose(palette, "FCM, sequential")
    qtbot.keyClick(palette.list, Qt.Key.Key_Down)
    assert palette.list.currentIndex().data() == "LRU"
    qtbot.keyClick(palette.list, Qt.Key.Key_Up)
    assert palette.list.currentIndex().data() == "FCM, sequential"


def test_enter_on_a_card_asks_for_a_target(qtbot, palette):
    choose(palette, "FCM, replicated")
    with qtbot.waitSignal(palette.target_wanted) as asked:
        qtbot.keyClick(palette.list, Qt.Key.Key_Return)
    assert asked.args == ["implementation", "fcm_replicated"]


def test_a_section_is_neither_chosen_nor_dragged(palette):
    flags = palette.model.flags(palette.model.index(0))
    assert not flags & (Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled)


def test_a_drag_carries_the_name_under_the_type_of_its_kind(palette):
    by_title = {card.title: card for card in palette.model.cards}
    data = mime_of(by_title["FCM, replicated"])
    assert bytes(data.data(MIME_TYPES["implementation"]).data()) == b"fcm_replicated"
    assert mime_of(by_title["call timer"]).hasFormat("application/x-changeover-wrapper")


def test_a_drag_is_told_when_it_begins_and_when_it_ends(qtbot, palette, monkeypatch):
    during = []
    monkeypatch.setattr(QDrag, "exec", lambda drag, action: during.append(palette.list.dragged))
    choose(palette, "FCM, replicated")
    told = []

    def started(*what):
        told.append(what)

    def ended():
        told.append("ended")

    palette.drag_started.connect(started)
    palette.drag_ended.connect(ended)
    palette.list.startDrag(Qt.DropAction.CopyAction)
    assert (told, during) == ([("implementation", "fcm_replicated"), "ended"], ["fcm_replicated"])
    assert palette.list.dragged == ""


def test_the_dragged_card_is_painted_at_the_ratio_of_the_screen(palette):
    card = palette.model.cards[1]
    pixmap = dragged_card(card, load_theme("dark"), 2.0)
    assert pixmap.devicePixelRatio() == 2.0
    assert pixmap.width() == pytest.approx(2 * dragged_card(card, load_theme("dark"), 1.0).width(), abs=2)


def test_a_rail_is_56_wide_and_keeps_the_cards(palette):
    palette.set_rail(True)
    assert palette.width() == 56
    assert len(titles(palette)) == 15
    assert not palette.search.isVisible()
    palette.set_rail(False)
    assert palette.width() == 236


def test_what_runs_elsewhere_does_not_move_the_keyboard(palette):
    choose(palette, "FCM, replicated")
    palette.link.set_cursor(palette.link.trace.position_at(500_000))
    palette.link.refresh()
    assert palette.list.currentIndex().data() == "FCM, replicated"
    lines = {card.title: card.line for card in palette.model.cards}
    assert lines["FCM, replicated"] == "1 live · 4 protocols"
    assert lines["call timer"] == "any interface"


def test_the_legend_has_every_shape_that_a_dot_may_have(qtbot):
    legend = shown(qtbot, Legend(load_theme("light")), 236, 140)
    image_of(legend)
    assert [line.whole for line in legend.written] == [
        "Threads", "running", "tracked", "recursive", "released", "older generation", "untracked", "blocked",
    ]  # fmt: skip
