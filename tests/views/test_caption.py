"""The caption: the last sentence of the story that is worth one."""

from random import Random

import pytest
from PySide6.QtCore import QPoint, Qt

from model.trace.events import Kind
from model.trace.story import notable, sentence
from tests.synthetic import synthetic_trace
from tests.views.panels import FakeSession, image_of, linked, shown
from views.caption import QUIET, CaptionView
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme


@pytest.fixture
def caption(qtbot):
    link, selection = linked("completed")
    link.set_cursor(link.trace.position_at(2_418_306))
    link.refresh()
    return shown(qtbot, CaptionView(link, selection, load_theme("light"), hint="Story  L"), 1003, 36)


def go_to(view, at_ns):
    view.link.set_cursor(view.link.trace.position_at(at_ns))
    view.link.refresh()


def test_it_tells_what_happened_last_with_its_instant(caption):
    image_of(caption)
    assert [line.whole.replace("\u00a0", " ").replace("\u202f", " ") for line in caption.written] == [
        "Story  L", "2.418 306 ms",
        "Thread 214 called FCM file 17 again from inside; the mediator let the recursive call through.",
    ]  # fmt: skip


def test_what_is_not_worth_a_sentence_leaves_the_last_one_standing(caption):
    before = caption.sentence
    go_to(caption, 2_418_400)
    assert caption.sentence == before


def test_it_goes_back_with_the_cursor(caption):
    go_to(caption, 2_396_000)
    assert "FORWARD" in caption.sentence
    go_to(caption, 2_418_306)
    assert caption.sentence.startswith("Thread 214")


def test_before_anything_has_happened_it_says_so(caption):
    caption.link.set_cursor(0)
    caption.link.refresh()
    assert caption.sentence == "Nothing has been swapped or attached yet."


def test_a_sentence_may_be_laid_over_it_and_taken_away(caption):
    caption.say("Drop to swap FCM file 17 from single to replicated. 2 nodes accept, 3 do not.")
    assert caption.sentence.startswith("Drop to swap")
    assert caption.accessibleName() == caption.sentence
    caption.say("")
    assert caption.sentence.startswith("Thread 214")


def test_a_click_asks_for_the_place_in_the_story(qtbot, caption):
    with qtbot.waitSignal(caption.clicked) as asked:
        qtbot.mouseClick(caption, Qt.MouseButton.LeftButton, pos=QPoint(300, 18))
    assert caption.link.trace.event(asked.args[0]).at_ns == 2_418_306


def test_a_long_sentence_is_cut_in_its_middle_and_whole_in_the_tool_tip(caption):
    caption.resize(420, 36)
    image_of(caption)
    (cut,) = [line for line in caption.written if line.cut]
    assert cut.shown.startswith("Thread") and cut.shown.endswith("through.")
    assert cut.whole == caption.sentence


def test_wherever_the_cursor_jumps_it_tells_the_last_before_it(caption):
    link = caption.link
    told = [at for at in range(link.trace.head) if notable(link.trace.event(at).kind)]
    jumps = Random(5)
    for _ in range(200):
        position = jumps.randrange(link.trace.head + 1)
        link.set_cursor(position)
        link.refresh()
        before = [at for at in told if at < position]
        expected = sentence(link.trace, link.names, link.trace.event(before[-1])) if before else QUIET
        assert caption.sentence == expected


def test_it_finds_a_swap_that_many_calls_have_come_after(qtbot):
    trace, clock = synthetic_trace(20, "completed")
    at_ns = clock.now_ns
    for step in range(70_000):
        trace.append(Kind.FIGURE_REPORTED, at_ns + step)
    link = SessionLink(FakeSession(trace, at_ns + 70_000))
    view = shown(qtbot, CaptionView(link, Selection(), load_theme("light")), 1003, 36)
    link.refresh()
    assert view.sentence not in ("", QUIET)


def test_what_was_looked_through_once_is_not_looked_through_again(qtbot, monkeypatch):
    """Scrubbing over a million rows and back: buys that each frame is short."""
    trace, clock = synthetic_trace(20, "completed")
    first, at_ns = trace.head, clock.now_ns
    for step in range(70_000):
        trace.append(Kind.FIGURE_REPORTED, at_ns + step)
    link = SessionLink(FakeSession(trace, at_ns + 70_000))
    view = shown(qtbot, CaptionView(link, Selection(), load_theme("light")), 1003, 36)
    link.refresh()
    told, rows, read = view.sentence, type(trace).rows, []

    def counted(self, begin, end):
        read.append(end - begin)
        return rows(self, begin, end)

    monkeypatch.setattr(type(trace), "rows", counted)
    for position in (first + 50, first + 60_000, first + 100, None):
        link.set_cursor(position)
        link.refresh()
        assert view.sentence == told
    assert sum(read) == 0
