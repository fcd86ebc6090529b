"""The swap panel: which swap it is about, what it says, and what its buttons do."""

import dataclasses

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from model.commands import Cancel, Detach, Swap
from model.projections.swaps import Swap as SwapState
from model.trace.events import Phase
from tests.views.panels import image_of, linked, shown
from views.kit.session_link import SessionLink
from views.kit.swap_card import Segment, segments_of, widths_of
from views.kit.swap_words import facts_of, fate_notes, next_words
from views.kit.theme import load_theme
from views.receipt import ReceiptView
from views.selected import SelectedView

FCM_17, PAGER, COUNTER = 18, 20, 21


@pytest.fixture
def panel(qtbot):
    def make(until="block", **how):
        link, selection = linked(until, **how)
        theme = load_theme("light")
        view = ReceiptView(link, selection, theme, idle=SelectedView(link, selection, theme))
        return shown(qtbot, view, 359, 640)

    return make


def go_to(view, at_ns):
    view.link.set_cursor(view.link.trace.position_at(at_ns), at_ns)
    view.link.refresh()


def card_words(view):
    image_of(view)
    return [line.whole.replace("\u00a0", " ") for line in view.card.written]


def visible_buttons(view):
    return [button.text() for button in (view.cancel, view.run_until, view.back, view.rewind) if button.isVisible()]


# --- which swap ------------------------------------------------------------------------------------------------------


def test_with_nothing_selected_it_is_about_the_swap_that_runs(panel):
    assert panel().shown.request == 4


def test_with_nothing_selected_and_nothing_running_it_is_about_the_newest(panel):
    view = panel("start")
    assert view.shown is None
    assert view.hint.isVisible()


def test_a_selected_swap_is_shown_even_when_it_is_long_over(panel):
    view = panel()
    view.selection.select("swap", 2)
    assert view.shown.request == 2


def test_a_selected_component_that_is_swapped_shows_its_swap(panel):
    view = panel()
    view.selection.select("object", FCM_17)
    assert view.shown.request == 4


def test_a_selected_component_that_is_not_swapped_shows_its_facts(panel):
    view = panel()
    view.selection.select("object", PAGER)
    assert view.shown is None
    assert view.findChild(SelectedView).isVisible()
    assert not view.header.isVisible()


def test_a_swap_that_ends_under_the_eyes_becomes_the_selected_thing(panel):
    view = panel("completed")
    view.selection.select("object", FCM_17)
    go_to(view, 2_418_306)
    assert view.shown.phase is Phase.BLOCK
    go_to(view, 2_424_000)
    assert view.selection.is_selected("swap", 4)
    assert view.shown.outcome is Phase.COMPLETED


def test_a_receipt_that_stayed_gives_way_to_the_next_swap_and_one_that_was_chosen_does_not(panel):
    view = panel("block")
    ended_ns = [swap.ended_ns for swap in view.link.swaps.by_request.values() if swap.ended_ns is not None]
    requested_ns = view.link.swaps.by_request[2].requested_ns
    go_to(view, requested_ns + 1)
    assert view.shown.request == 2
    go_to(view, ended_ns[1] + 1)
    assert view.selection.is_selected("swap", 2)
    go_to(view, 2_418_306)
    assert view.selection.current is None
    assert view.shown.request == 4
    go_to(view, ended_ns[1] + 1)
    view.list.chosen.emit(2)
    go_to(view, 2_418_306)
    assert view.shown.request == 2


def test_a_receipt_that_stayed_and_was_selected_again_by_the_person_does_not_give_way(panel):
    view = panel("block")
    ended_ns = view.link.swaps.by_request[2].ended_ns
    go_to(view, view.link.swaps.by_request[2].requested_ns + 1)
    go_to(view, ended_ns + 1)
    assert view.selection.is_selected("swap", 2)
    view.selection.clear()
    view.selection.select("swap", 2)
    go_to(view, 2_418_306)
    assert view.shown.request == 2


def test_a_swap_that_ran_already_beside_one_that_ends_does_not_take_its_receipt_away(panel, monkeypatch):
    running = panel("block").link.swaps.by_request[4]
    view = panel("completed")
    swaps, over = view.link.swaps, view.link.swaps.by_request[4]
    going_on = dataclasses.replace(running, request=5)
    view.selection.select("object", over.object)
    view._shown = running
    both = dataclasses.replace(swaps, by_request={**swaps.by_request, 5: going_on})
    monkeypatch.setattr(SessionLink, "swaps", property(lambda _: both))
    view.take()
    assert view.selection.is_selected("swap", 4)
    view.take()
    assert view.shown.request == 4


def test_a_swap_that_ends_does_not_take_the_selection_from_something_else(panel):
    view = panel("completed")
    go_to(view, 2_418_306)
    view.selection.select("object", COUNTER)
    go_to(view, 2_424_000)
    assert view.selection.is_selected("object", COUNTER)


def test_before_a_selected_swap_was_asked_for_it_is_not_shown(panel):
    view = panel("completed")
    view.selection.select("swap", 4)
    go_to(view, 1_000_000)
    assert view.shown.request == 1


# --- what it says ----------------------------------------------------------------------------------------------------


def test_a_running_swap_says_its_phase_its_time_and_what_must_happen(panel):
    assert card_words(panel())[:5] == ["single", "replicated", "4.11 µs", "BLOCK", "1 tracked call must return first"]


def test_the_four_fates_stand_with_counts_and_notes(panel):
    assert card_words(panel())[-12:] == [
        "untracked", "2", "all returned", "tracked", "5", "4 returned", "recursive", "1", "inside", "blocked", "4",
        "longest 3.91 µs",
    ]  # fmt: skip


def test_it_says_completed_only_after_the_entries_are_written(panel):
    view = panel("completed")
    for at_ns in (2_422_400, 2_422_499):
        go_to(view, at_ns)
        assert "COMPLETED" not in card_words(view)
        assert "TRANSFER" in card_words(view)
    go_to(view, 2_422_500)
    assert view.shown.entries_written == view.shown.entries_total == 3
    assert "COMPLETED" in card_words(view)


def test_a_receipt_has_the_rest_of_the_figures(panel):
    view = panel("completed")
    rows = [(name, value.replace("\u00a0", " ")) for name, value in view.facts.rows]
    assert rows == [
        ("total blocked time", "27.0 µs"), ("protocol", "whole page table, bit 17"), ("state", "18 KiB"),
        ("retries", "0"), ("table entries written", "3 of 3"), ("old component", "waits for quiescence"),
    ]  # fmt: skip


def test_an_abandoned_swap_says_why(panel):
    view = panel("completed", abandoned=True)
    view.selection.select("swap", 5)
    assert card_words(view)[:2] == ["40.7 µs", "ABANDONED"]
    assert dict(view.facts.rows)["reason"] == "BLOCK took longer than 3 µs, 2 times"
    assert dict(view.facts.rows)["old component"] == "still serves"


def test_an_attach_is_told_in_the_words_of_wrappers(panel):
    view = panel()
    view.selection.select("swap", 1)
    assert card_words(view) == ["440 ns", "ATTACHED", "attach", "call timer"]
    assert view.facts.rows == (("table entries written", "1 of 1"),)


def test_the_ended_ones_are_listed_newest_first(panel):
    view = panel("completed", abandoned=True)
    assert [swap.request for swap in view.list.model().swaps] == [4, 5, 3, 2, 1]


def test_choosing_an_ended_one_shows_its_receipt(qtbot, panel):
    view = panel()
    row = view.list.visualRect(view.list.model().index(0, 0)).center()
    qtbot.mouseClick(view.list.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(row))
    assert view.selection.is_selected("swap", 3)
    assert "COMPLETED" in card_words(view)


RUNNING = SwapState(4, "swap", FCM_17, "FCM file 17", 0, entries_total=2)
WORDS = [
    (dict(waits_for=3), "queued behind request 3"),
    (dict(), "2 table entries are being written"),
    (dict(phase=Phase.FORWARD, untracked=3, untracked_left=1), "2 older calls must return first"),
    (dict(phase=Phase.FORWARD), "older threads must end first"),
    (dict(phase=Phase.FORWARD, retries=1, retry_until_ns=3_000), "retry 1 begins in 2.0 µs"),
    (dict(phase=Phase.BLOCK, tracked=2, left=1), "1 tracked call must return first"),
    (dict(phase=Phase.BLOCK), "all tracked calls have returned"),
    (dict(phase=Phase.BLOCK, cancel_requested=True), "a cancel is on its way"),
    (dict(phase=Phase.TRANSFER), "the state is packed next"),
    (dict(phase=Phase.TRANSFER, package_from_ns=0, bytes=2048), "the old component packs 2 KiB"),
    (dict(phase=Phase.TRANSFER, unpackage_from_ns=900), "the new component unpacks the state"),
    (dict(phase=Phase.TRANSFER, entries_written=1), "1 of 2 table entries written"),
    (dict(refused=True, reason="no such wrapper"), "no such wrapper"),
]


@pytest.mark.parametrize(("facts", "words"), WORDS, ids=[words for _, words in WORDS])
def test_what_must_happen_next_is_said(facts, words):
    assert next_words(dataclasses.replace(RUNNING, **facts), 1_000).replace("\u00a0", " ") == words


def test_a_swap_that_touched_no_call_has_no_notes():
    assert set(fate_notes(RUNNING.receipt(0), 0).values()) == {""}


def test_facts_of_a_refused_swap_say_only_why():
    rows = facts_of(dataclasses.replace(RUNNING, refused=True, reason="another interface").receipt(0))
    assert rows[0] == ("reason", "another interface")
    assert "old component" not in dict(rows)


# --- the bar ---------------------------------------------------------------------------------------------------------


def test_phases_are_to_scale():
    segments = (Segment(Phase.FORWARD, 3_000, "over"), Segment(Phase.BLOCK, 1_000, "over"))
    assert widths_of(segments, 402, 0, 30, 2) == [300, 100]


def test_what_comes_has_a_place_and_nothing_is_too_thin_to_see():
    segments = (
        Segment(Phase.FORWARD, 10**9, "over"), Segment(Phase.BLOCK, 1, "now"), Segment(Phase.TRANSFER, 0, "next"),
    )  # fmt: skip
    forward, block, transfer = widths_of(segments, 334, 4, 30, 2)
    assert (transfer, round(block), round(forward + block)) == (30, 4, 300)


def test_an_abandoned_swap_has_no_piece_for_what_it_never_saw(panel):
    view = panel("completed", abandoned=True)
    view.selection.select("swap", 5)
    assert [each.phase for each in segments_of(view.shown.receipt(0))] == [Phase.FORWARD, Phase.BLOCK]


# --- what the buttons do ---------------------------------------------------------------------------------------------


def test_a_running_swap_can_be_cancelled(qtbot, panel):
    view = panel()
    assert visible_buttons(view) == ["Cancel swap"]
    qtbot.mouseClick(view.cancel, Qt.MouseButton.LeftButton)
    assert [command for command, _ in view.link.session.issued] == [Cancel(object="FCM file 17")]


def test_a_swap_in_transfer_cannot_be_cancelled_and_says_so(panel):
    view = panel("transfer")
    assert not view.cancel.isEnabled()
    assert "FORWARD and in BLOCK" in view.cancel.toolTip()


def test_run_until_is_there_when_somebody_listens(qtbot, panel):
    view = panel()
    with qtbot.waitSignal(view.run_until_wanted) as asked:
        view.link.refresh()
        assert view.run_until.text() == "Run until TRANSFER"
        qtbot.mouseClick(view.run_until, Qt.MouseButton.LeftButton)
    assert asked.args == [4, Phase.TRANSFER]


def test_swap_back_asks_for_what_was_there_before(qtbot, panel):
    view = panel("completed")
    assert visible_buttons(view) == ["Swap back", "Rewind to before"]
    qtbot.mouseClick(view.back, Qt.MouseButton.LeftButton)
    assert [command for command, _ in view.link.session.issued] == [
        Swap(object="FCM file 17", implementation="fcm_single")
    ]


def test_what_was_swapped_back_already_cannot_be_swapped_back(panel):
    view = panel("completed")
    go_to(view, 1_800_000)
    view.selection.select("swap", 2)
    assert not view.back.isEnabled()
    assert view.back.toolTip() == "FCM file 17 is single again"


def test_the_undo_of_an_attach_is_a_detach(qtbot, panel):
    view = panel()
    view.selection.select("swap", 1)
    assert visible_buttons(view) == ["Detach", "Rewind to before"]
    qtbot.mouseClick(view.back, Qt.MouseButton.LeftButton)
    assert [command for command, _ in view.link.session.issued] == [Detach(object="counter", wrapper="call_timer")]


def test_rewind_goes_to_the_instant_before_the_swap_was_asked_for(qtbot, panel):
    view = panel("completed")
    with qtbot.waitSignal(view.rewind_requested) as asked:
        qtbot.mouseClick(view.rewind, Qt.MouseButton.LeftButton)
    assert asked.args == [view.shown.requested_ns - 1]


def test_the_receipt_is_copied_as_markdown(qtbot, panel):
    view = panel("completed")
    with qtbot.waitSignal(view.link.message) as told:
        qtbot.mouseClick(view.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == view.shown.receipt(view.link.clock_ns).markdown()
    assert told.args == ["The receipt of swap 4 is on the clipboard, as Markdown."]


def test_another_session_forgets_the_swap(panel):
    view = panel()
    other, _ = linked("start")
    view.link.set_session(other.session)
    assert view.shown is None


def test_in_a_low_window_the_buttons_stand_right_under_the_card(panel):
    view = panel("completed")
    image_of(view)
    assert view.back.parentWidget().y() > view.facts.y()
    view.resize(320, 378)
    image_of(view)
    assert view.card.y() < view.back.parentWidget().y() < view.facts.y()


def test_in_a_low_window_the_receipt_scrolls(panel):
    view = panel("completed")
    view.resize(320, 300)
    image_of(view)
    assert view._page.verticalScrollBar().maximum() > 0
    assert view.card.height() == view.card.sizeHint().height()
