"""A selected thread is found in the graph, and one arrow says whom it waits for; an entry is lit with its wire."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt

from tests.views.panels import image_of, linked, point_at, shown, stalled_session
from views.graph.view import GraphView
from views.kit.selection import Picked, Selection, entry_number, entry_of
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme
from views.tables import TablesView

FCM_17, POSTMARK = 18, 1


@pytest.fixture
def stalled(qtbot):
    session = stalled_session(1_300_000)
    link, selection = SessionLink(session), Selection()
    view = shown(qtbot, GraphView(link, selection, load_theme("light")), 1000, 600)
    image_of(view)
    return link, selection, view


def waiting_for_reply(link, view):
    """A thread that waits for another and has a dot of its own."""
    children = link.waits.children()
    return next(parent for parent in children if view.threads.place_of(parent) is not None)


def test_a_selected_thread_is_ringed_where_its_dot_is_and_points_to_whom_it_waits_for(stalled):
    link, selection, view = stalled
    thread = waiting_for_reply(link, view)
    before = image_of(view)
    selection.select("thread", thread)
    picked = view._picked_thread
    assert picked.thread == thread
    assert picked.waits_for == link.waits.children()[thread][0]
    assert picked._place == view.threads.place_of(thread)
    assert image_of(view) != before
    selection.clear()
    assert image_of(view) == before


def test_a_selected_call_is_found_by_its_thread(stalled):
    link, selection, view = stalled
    thread = waiting_for_reply(link, view)
    call = int(link.waits.calls["call"][link.waits.calls["thread"] == thread][-1])
    selection.select("call", call)
    assert view._picked_thread.thread == thread


def test_a_thread_that_is_gone_has_no_ring(stalled):
    _, selection, view = stalled
    selection.select("thread", 99_999)
    assert view._picked_thread.thread == 0


def dots(view, *, on_a_card):
    """Threads whose dots are in sight, on cards or beside them, with where the pointer must be."""
    found = []
    for thread in view.threads.thread.tolist():
        place = view.mapFromScene(view.threads.place_of(thread))
        if (view.node_at(place) is not None) is on_a_card:
            found.append((thread, place))
    assert found
    return found


def busy(qtbot):
    link, selection = linked("block")
    view = shown(qtbot, GraphView(link, selection, load_theme("light")), 1003, 627)
    image_of(view)
    return selection, view


def test_a_click_on_a_card_selects_the_component_whoever_is_there_and_with_alt_the_thread(qtbot):
    selection, view = busy(qtbot)
    for thread, place in dots(view, on_a_card=True):
        node = view.node_at(place)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=place)
        assert selection.current == Picked(*node.key)
        qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.AltModifier, place)
        assert selection.current == Picked("thread", thread)


def test_a_click_beside_the_cards_selects_the_nearest_thread(qtbot):
    selection, view = busy(qtbot)
    for thread, place in dots(view, on_a_card=False):
        for keys in (Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.AltModifier):
            selection.clear()
            qtbot.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, keys, place + QPoint(3, 2))
            assert selection.current == Picked("thread", thread)


def test_an_entry_under_the_pointer_lights_its_wire_its_slot_and_its_cell(qtbot):
    link, selection = linked("completed")
    theme = load_theme("light")
    graph = shown(qtbot, GraphView(link, selection, theme), 1000, 600)
    tables = shown(qtbot, TablesView(link, selection, theme), 640, 204)
    image_of(graph)
    plain = image_of(tables)
    wire = (("client", POSTMARK), FCM_17)
    row = tables.model.row_of(FCM_17)
    point_at(tables.table.viewport(), QPointF(tables.table.visualRect(tables.model.index(row, 1)).center()))
    assert selection.hovered == Picked("entry", entry_number(POSTMARK, FCM_17))
    assert graph.board.is_lit(wire)
    assert graph.board.entry_is_lit(wire)
    assert not graph.board.is_lit((("client", 2), FCM_17))
    selection.leave()
    assert not graph.board.is_lit(wire)
    assert image_of(tables) == plain
    graph.board.hover_wire(wire)
    assert selection.hovered == Picked("entry", entry_number(POSTMARK, FCM_17))
    assert image_of(tables) != plain
    graph.board.hover_wire(None)
    assert selection.hovered is None


def test_an_entrys_number_tells_its_client_and_its_object():
    assert entry_of(entry_number(31, 70_000)) == (31, 70_000)
    with pytest.raises(ValueError, match="nothing of kind 'entry'"):
        Selection().select("entry", 1)


def test_the_rates_of_all_ways_to_a_component_sum_up_to_its_own(qtbot):
    link, selection = linked("completed")
    view = shown(qtbot, GraphView(link, selection, load_theme("light")), 1000, 600)
    image_of(view)
    ways = view._reader._activity.wires
    for identity, node in view.board.objects.items():
        assert sum(rate for (*_, of), rate in ways.items() if of == identity) == pytest.approx(node.facts.busy.rate)
        # What the kernel calls by itself, and what nobody drew, comes along no wire.
        drawn = sum(view._reader.rate_along(*wire) for wire in view.board.wires.to_object(identity))
        assert drawn <= node.facts.busy.rate * 1.000_001
    assert any(view._reader.rate_along(*wire) for wire in view.board.wires.to_object(FCM_17))


def test_a_component_under_the_pointer_shows_the_rates_of_its_wires(qtbot):
    link, selection = linked("completed")
    view = shown(qtbot, GraphView(link, selection, load_theme("light")), 1000, 600)
    plain = image_of(view)
    selection.hover("object", FCM_17)
    view.viewport().update()
    lit = image_of(view)
    middles = dict(view.board.wires.middles())
    for wire in view.board.wires.to_object(FCM_17):
        place = view.mapFromScene(middles[wire])
        ground = load_theme("light").surface.raised.rgb()
        around = [(place.x() + across, place.y() - 6) for across in range(-14, 15)]
        assert any(lit.pixel(x, y) == ground != plain.pixel(x, y) for x, y in around)
    selection.leave()
    view.viewport().update()
    assert image_of(view) == plain
