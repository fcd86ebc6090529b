"""The translation tables as a table."""

import pytest
from PySide6.QtCore import Qt

from model.scenario import load
from model.session import Session
from tests.views.panels import image_of, linked, point_at, shown
from views.kit.flashes import Flashes
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme
from views.tables import TablesView

FCM_17, COUNTER = 18, 21


@pytest.fixture
def tables(qtbot):
    link, selection = linked()
    return shown(qtbot, TablesView(link, selection, load_theme("light")), 640, 204)


def grid(view):
    model = view.model
    return {row.name: [f"{cell.number} {cell.words}".strip() for cell in row.cells] for row in model.rows}


def go_to(view, at_ns):
    view.link.set_cursor(view.link.trace.position_at(at_ns))
    view.link.refresh()


def test_a_row_is_an_object_and_a_column_a_client_the_kernel_last(tables):
    model = tables.model
    heads = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert heads == ["object", "postmark", "sdet-1", "kernel"]
    assert list(grid(tables)) == ["file session", "FCM file 17", "FCM file 3", "pager", "counter"]


def test_cells_say_in_words_where_an_entry_points(tables):
    shown_cells = grid(tables)
    assert shown_cells["FCM file 17"] == ["0x11 mediator", "0x08 mediator", "0x02 mediator"]
    assert shown_cells["pager"] == ["no entry", "0x0b pager", "0x01 pager"]
    assert shown_cells["counter"] == ["no entry", "0x0c call timer", "no entry"]


def test_calls_through_an_entry_are_counted(tables):
    cell = tables.model.rows[0].cells[0]
    assert cell.calls == tables.link.tables.calls[1, 17] > 0


def test_an_entry_that_is_repointed_flashes_and_says_what_was_and_is(qtbot):
    link, selection = linked("completed")
    go = link.trace.position_at
    link.set_cursor(go(2_420_300))
    link.refresh()
    view = shown(qtbot, TablesView(link, selection, load_theme("light")), 760, 204)
    assert view.flashes.strength((1, FCM_17)) == 0
    go_to(view, 2_423_000)
    assert view.flashes.strength((1, FCM_17)) == 1.0
    cell = view.model.rows[1].cells[0]
    assert (cell.old, cell.new, cell.sort) == ("single", "replicated", "plain")
    image_of(view)
    assert {"single", "replicated"} <= {line.whole for line in view.table.written}


def test_a_step_back_flashes_nothing(qtbot):
    link, selection = linked("completed")
    view = shown(qtbot, TablesView(link, selection, load_theme("light")), 640, 204)
    go_to(view, 2_424_000)
    go_to(view, 2_410_000)
    assert all(view.flashes.strength((client, FCM_17)) == 0 for client in (0, 1, 2))


def test_a_flash_is_held_and_then_fades(qapp):
    now = [0.0]
    flashes = Flashes(clock=lambda: now[0])
    flashes.begin("entry")
    strengths = []
    for now[0] in (0, 200, 700, 1_199, 1_200):
        strengths.append(round(flashes.strength("entry"), 2))
    assert strengths == [1.0, 1.0, 0.25, 0.0, 0.0]


def test_with_reduced_motion_a_flash_does_not_fade(qapp):
    now = [0.0]
    flashes = Flashes(clock=lambda: now[0])
    flashes.steady = True
    flashes.begin("entry")
    now[0] = 1_199
    assert flashes.strength("entry") == 1.0


def test_the_panel_takes_reduced_motion_over(tables):
    tables.set_reduced_motion(True)
    assert tables.flashes.steady


def test_a_click_on_a_header_orders_by_entry_numbers_and_what_has_none_is_last(tables):
    tables.table.sortByColumn(1, Qt.SortOrder.AscendingOrder)
    assert [row.name for row in tables.model.rows] == ["file session", "FCM file 17", "FCM file 3", "counter", "pager"]


def test_a_third_click_gives_the_order_of_the_trace_back(tables):
    tables.table.sortByColumn(0, Qt.SortOrder.DescendingOrder)
    tables.table.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
    assert next(iter(grid(tables))) == "file session"


def test_the_search_finds_objects_targets_and_numbers(qtbot, tables):
    tables.focus_search()
    qtbot.keyClicks(tables.search, "mediator")
    assert list(grid(tables)) == ["FCM file 17"]
    tables.search.clear()
    qtbot.keyClicks(tables.search, "0x0c")
    assert list(grid(tables)) == ["counter"]


def test_closing_the_search_shows_everything_again(qtbot, tables):
    tables.focus_search()
    qtbot.keyClicks(tables.search, "pager")
    tables.search_button.setChecked(False)
    assert len(grid(tables)) == 5


def test_the_pointer_over_a_row_is_over_the_object_everywhere(qtbot, tables):
    table = tables.table
    place = table.visualRect(tables.model.index(1, 0)).center()
    point_at(table.viewport(), place)
    assert tables.selection.is_hovered("object", FCM_17)


def test_a_click_selects_the_object(qtbot, tables):
    place = tables.table.visualRect(tables.model.index(4, 1)).center()
    qtbot.mouseClick(tables.table.viewport(), Qt.MouseButton.LeftButton, pos=place)
    assert tables.selection.is_selected("object", COUNTER)


def test_a_tool_tip_tells_the_entry_its_calls_and_its_last_change(tables):
    tip = tables.model.index(1, 1).data(Qt.ItemDataRole.ToolTipRole).replace("\u00a0", " ").replace("\u202f", " ")
    assert tip.splitlines()[0] == "postmark, entry 0x11: mediator"
    assert tip.splitlines()[2].startswith("written at 2.395") and tip.endswith(": single to mediator")


# --- differences between two instants, and local tables --------------------------------------------------------------


def test_between_two_instants_each_cell_that_differs_says_both(qtbot, tables):
    go_to(tables, 1_100_000)
    qtbot.mouseClick(tables.compare, Qt.MouseButton.LeftButton)
    assert tables.model.differences == 0
    go_to(tables, 1_500_000)
    cells = next(row for row in tables.model.rows if row.object == FCM_17).cells
    assert [(cell.old, cell.new) for cell in cells] == [("single", "replicated")] * 3
    assert tables.model.differences == 3
    assert "3 differences" in tables.header.accessibleName()
    image_of(tables)
    struck = [line.whole for line in tables.table.written]
    assert struck.count("replicated") == 3


def test_what_is_compared_with_stays_when_the_cursor_goes_back_before_it(qtbot, tables):
    go_to(tables, 1_500_000)
    tables.compare.setChecked(True)
    go_to(tables, 1_100_000)
    cells = next(row for row in tables.model.rows if row.object == FCM_17).cells
    assert [(cell.old, cell.new) for cell in cells] == [("replicated", "single")] * 3
    tables.compare.setChecked(False)
    assert tables.model.differences == 0
    assert "clients by objects" in tables.header.accessibleName()


def test_a_wrapper_that_came_meanwhile_is_a_difference(tables):
    go_to(tables, 500_000)
    tables.compare.setChecked(True)
    go_to(tables, 1_000_000)
    changed = {row.object for row in tables.model.rows if any(cell.differs for cell in row.cells)}
    assert changed == {COUNTER}


def test_without_local_tables_there_is_nothing_to_choose(tables):
    assert not tables.which.isVisible()


def test_local_tables_have_a_column_for_each_processor(qtbot):
    session = Session(load("multiprocessor"))
    session.advance(600_000)
    link, selection = SessionLink(session), Selection()
    view = shown(qtbot, TablesView(link, selection, load_theme("light")), 1_200, 240)
    assert view.which.isVisible()
    view.which.chosen.emit(1)
    model, slots = view.model, link.tables.slots
    heads = [model.headerData(column, Qt.Orientation.Horizontal) for column in range(model.columnCount())]
    assert heads == ["object", *(f"cpu {number}" for number in range(link.topology.processors))]
    for row in model.rows:
        told = {number for number, cell in enumerate(row.cells) if cell.sort != "none"}
        assert told == {processor for client, of, processor in slots if (client, of) == (model.local, row.object)}
    view.which.chosen.emit(0)
    assert model.local is None
    session.close()
