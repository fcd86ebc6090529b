"""One swap as Figure 3 and all of them as Figure 4: what is shown, and what the mouse and the keys do."""

import pytest
from PySide6.QtCore import QPointF, Qt

from model.projections.receipt import FateSort
from model.trace.events import Phase
from tests.synthetic import LAST_REQUEST
from tests.views.panels import image_of, linked, shown
from views.kit.selection import Picked
from views.kit.swap_columns import Columns, Span
from views.kit.swap_histogram import bins_of
from views.kit.theme import load_theme
from views.swap import SwapView

FCM_3 = 19


@pytest.fixture
def made(qtbot):
    link, selection = linked("completed", abandoned=True)
    view = shown(qtbot, SwapView(link, selection, load_theme("light")), 1080, 760)
    image_of(view)
    return link, selection, view


def test_every_call_of_the_receipt_is_a_row(made):
    _, _, view = made
    swap = view.shown
    sorts = [piece.sort for bar in view.rows.figure.bars for piece in bar.pieces]
    assert swap.request == LAST_REQUEST
    assert len(view.rows.figure.bars) == len(swap.fates)
    assert sorts.count(FateSort.BLOCKED) == swap.blocked
    assert sorts.count(FateSort.RECURSIVE) == swap.recursive


def test_the_vectors_share_the_bit_that_was_negotiated(made):
    _, _, view = made
    assert view.vectors.common == view.shown.old_vector & view.shown.new_vector
    assert view.vectors.bits(view.vectors.common)[0] == view.shown.protocol_bit
    assert f"chosen: bit {view.shown.protocol_bit}" in view.vectors.accessibleDescription()


def test_a_click_and_enter_select_the_call_of_a_row(qtbot, made):
    _, selection, view = made
    bars = view.rows.figure.bars
    y = round(view.theme.px(29) * 1.5)
    qtbot.mouseClick(view.rows, Qt.MouseButton.LeftButton, pos=QPointF(40, y).toPoint())
    assert selection.current == Picked("call", bars[1].call)
    qtbot.keyClick(view.rows, Qt.Key.Key_Down)
    qtbot.keyClick(view.rows, Qt.Key.Key_Return)
    assert selection.current == Picked("call", bars[2].call)
    assert f"call {bars[2].call}" in view.rows.accessibleDescription()


def test_a_row_and_the_axis_lead_to_their_instants(qtbot, made):
    _, _, view = made
    wanted = []
    view.time_wanted.connect(wanted.append)
    view.rows.current = 3
    qtbot.keyClick(view.rows, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    block = view.axis.columns.columns[1]
    qtbot.mouseClick(view.axis, Qt.MouseButton.LeftButton, pos=QPointF(block.left + 1, 8).toPoint())
    assert wanted[0] == view.rows.figure.bars[3].from_ns
    assert block.span.from_ns <= wanted[1] < block.span.until_ns


def test_a_selected_component_shows_its_own_last_swap(made):
    link, selection, view = made
    swapped = {swap.object for swap in link.swaps.by_request.values() if swap.sort == "swap"}
    for identity in swapped:
        selection.select("object", identity)
        assert view.shown.object == identity


def test_all_swaps_lists_them_and_says_how_long_they_took(qtbot, made):
    link, selection, view = made
    qtbot.mouseClick(view.all_swaps, Qt.MouseButton.LeftButton)
    completed = [
        each for each in link.swaps.by_request.values() if each.sort == "swap" and each.outcome is Phase.COMPLETED
    ]
    assert view.histogram.summary().startswith(f"{len(completed)} completed swap")
    view.list.chosen.emit(completed[0].request)
    assert not view.showing_all
    assert view.shown is completed[0]
    assert selection.current == Picked("swap", completed[0].request)


def test_in_block_the_clock_stands_in_the_middle_of_what_is_open(qtbot):
    link, selection = linked("block")
    view = shown(qtbot, SwapView(link, selection, load_theme("dark")), 1080, 760)
    image_of(view)
    block = next(column for column in view.rows.columns.columns if column.span.state == "now")
    assert block.span.phase is Phase.BLOCK
    assert block.left < view.rows.now_x() < block.right
    waiting = [bar for bar in view.rows.figure.bars if bar.at(link.clock_ns) is FateSort.BLOCKED]
    assert len(waiting) == view.shown.waiting_now


def test_heads_rows_and_axis_share_their_columns_beside_a_scroll_bar(qtbot):
    link, selection = linked("block")
    view = shown(qtbot, SwapView(link, selection, load_theme("light")), 1080, 500)
    image_of(view)
    assert view.rows.height() > view._scroll.viewport().height()
    places = [[column.left for column in part.columns.columns] for part in (view.heads, view.rows, view.axis)]
    assert places[0] == places[1] == places[2]


@pytest.mark.parametrize("equal", [True, False])
def test_places_and_instants_are_each_others_inverse(equal):
    spans = [Span(Phase.FORWARD, 1_000, 81_000, "over"), Span(Phase.BLOCK, 81_000, 93_000, "over"),
             Span(Phase.TRANSFER, 93_000, None, "now")]  # fmt: skip
    columns = Columns(spans, 93_600, (150, 1_000), (60, 50), 400, equal=equal)
    instants = [500, 1_000, 40_000, 81_000, 90_000, 93_000, 93_600]
    places = [columns.x(each) for each in instants]
    assert places == sorted(places)
    assert [columns.instant(place) for place in places] == pytest.approx(instants, abs=1)
    widths = [column.width for column in columns.columns]
    assert (widths[0] == pytest.approx(widths[1])) == equal


def test_bins_are_round_and_hold_everything():
    assert bins_of([]) == (1, [0])
    width, counts = bins_of([27_600, 132_600, 1_000])
    assert width == 10_000
    assert len(counts) == 14
    assert (counts[0], counts[2], counts[13]) == (1, 1, 1)
