"""Two branches of one run: the one that was left is kept, compared at the same instant, and can be returned to."""

from __future__ import annotations

from typing import Any

import pytest

from app.main_window import MainWindow
from model.commands import Swap
from tests.app.conftest import Opens
from views.branches import BranchesView, commands_since, differing_entries

PARTED_NS = 600_000


@pytest.fixture
def branched(opens: Opens, monkeypatch: pytest.MonkeyPatch) -> MainWindow:
    """The counter's tutorial, run past its scripted swap, and forked before it with nothing swapped but a timer."""
    import app.forking

    monkeypatch.setattr(app.forking, "FIRST_SLICE_S", 60.0)
    window = opens("counter", until_ns=2_600_000)
    window.player.seek_ns(PARTED_NS)
    window.player.frame()
    window.link.issue(Swap("counter", "counter_recursive"))
    window.session.advance(2_500_000)
    window.player.to_end()
    window.player.frame()
    return window


def shown(window: MainWindow) -> BranchesView:
    window.workspace.show_panel("branches")
    view: BranchesView = window.workspace.view("branches")
    view.take()
    return view


def test_run_that_is_left_is_kept_whole_beside_the_new_one(branched: MainWindow) -> None:
    other = branched.branches.other
    assert other is not None
    assert other.head_ns == 2_600_000
    assert branched.branches.parted_ns == PARTED_NS
    assert commands_since(branched.link, PARTED_NS) == "swap counter to counter_recursive"
    assert commands_since(other, PARTED_NS) == "swap counter to counter_partitioned"


def test_both_are_shown_at_the_same_instant(branched: MainWindow) -> None:
    view = shown(branched)
    other = branched.branches.other
    assert other is not None
    assert other.clock_ns == branched.link.clock_ns == 2_500_000
    branched.player.seek_ns(2_200_000)
    branched.player.frame()
    view.take()
    assert other.clock_ns == 2_200_000


def test_numbers_count_from_where_they_parted(branched: MainWindow) -> None:
    shown(branched)
    link, other = branched.link, branched.branches.other
    assert other is not None
    (counter,) = link.topology.objects
    for each in (link, other):
        since = each.latency.since(each.latency_at(each.trace.position_at(PARTED_NS)), counter)
        whole = each.latency.total(counter)
        before = each.latency_at(each.trace.position_at(PARTED_NS)).total(counter)
        assert since.count == whole.count - before.count > 0
        assert 0 < since.p50_ns <= since.p99_ns <= since.max_ns


def test_entries_that_point_at_something_else_are_listed(branched: MainWindow) -> None:
    shown(branched)
    other = branched.branches.other
    assert other is not None
    found = differing_entries(branched.link, other)
    assert ("counting › counter", "recursive", "partitioned") in found
    assert differing_entries(branched.link, branched.link) == ()


def test_change_over_shows_the_other_and_keeps_this_one(branched: MainWindow) -> None:
    view = shown(branched)
    here = branched.session.trace.fingerprint()
    view.back.click()
    assert branched.session.now_ns == 2_600_000
    assert branched.session.script[-1].command == Swap("counter", "counter_partitioned")
    other = branched.branches.other
    assert other is not None
    assert other.trace.fingerprint() == here
    assert branched.branches.parted_ns == PARTED_NS
    branched.branches.change_over()
    assert branched.session.trace.fingerprint() == here
    branched.session.advance(branched.session.now_ns + 10_000)


def test_without_another_run_the_panel_says_how_to_get_one(opens: Opens) -> None:
    window = opens("counter")
    view = shown(window)
    assert view.hint.isVisibleTo(view)
    assert not view.back.isVisibleTo(view)
    window.branches.change_over()
    assert window.branches.other is None


def test_another_document_has_no_branch(branched: MainWindow) -> None:
    view: Any = shown(branched)
    branched.open("steady")
    assert branched.branches.other is None
    view.take()
    assert view.hint.isVisibleTo(view)
