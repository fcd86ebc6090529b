"""A mediator that leaves is drawn until it is destroyed, and one destroyed too early is drawn with who is in it."""

import pytest

from tests.app.playing import staged
from tests.views.panels import image_of, shown
from views.graph.leaving import Left
from views.graph.view import GraphView
from views.kit.selection import Selection
from views.kit.theme import load_theme


@pytest.fixture(params=["one_advance", "two_advances"])
def seen(qtbot, request):
    """A run that is over, and its graph at an instant."""
    stage = staged(request.param, until_ns=10_000)
    stage.player.stop()  # On a frame of its own it would put the cursor back.
    view = shown(qtbot, GraphView(stage.link, Selection(), load_theme("light")), 900, 500)

    def at(at_ns):
        stage.link.set_cursor(stage.link.trace.position_at(at_ns))
        stage.link.refresh()
        view.board.motion.finish()
        return view

    yield request.param, stage, at
    stage.close()


def leaving(view):
    return [left.destroyed for left in view._leaving.left]


def test_mediator_is_there_from_completion_to_its_end_and_longer_where_somebody_is_still_in_it(seen):
    name, _, at = seen
    told = [leaving(at(at_ns)) for at_ns in (2_600, 2_900, 3_386, 3_395, 4_300)]
    if name == "one_advance":
        assert told == [[], [False], [False], [True], []]
    else:
        assert told == [[], [False], [False], [False], []]


def test_thread_by_which_rules_are_broken_is_marked_where_it_is_and_nobody_is_on_a_sound_engine(seen):
    name, _, at = seen
    view = at(3_395)
    marked = [(each.thread, each.rules) for each in view._leaving.breaking]
    assert marked == ([(65, ("Q1", "S5", "S12"))] if name == "one_advance" else [])
    if marked:
        (each,) = view._leaving.breaking
        assert each.place == view.threads.place_of(65)
        assert view.board.objects[each.object].name == "diary"


def test_both_are_painted(seen, monkeypatch):
    name, _, at = seen
    view = at(2_900)
    with_box = image_of(view)
    monkeypatch.setattr(view._leaving, "paint_under", unpainted)
    assert image_of(view) != with_box
    view = at(3_395)
    painted = image_of(view)
    monkeypatch.setattr(view._leaving, "paint_over", unpainted)
    assert (image_of(view) != painted) == (name == "one_advance")


def unpainted(painter, board):
    """What would be seen without it."""


def test_box_stands_about_the_first_places_of_the_queue(seen):
    _, _, at = seen
    view = at(2_900)
    (left,) = view._leaving.left
    assert left == Left(left.object, destroyed=False)
    body = view.board.objects[left.object].standing
    queued = view.threads.place_of(65)
    assert body.left() - 46 < queued.x() < body.left() - 6
    assert abs(queued.y() - body.center().y()) < 16
