"""Shapes kept as lines of text."""

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from views.kit.path_text import path_from_text


def points(path):
    return [(path.elementAt(i).x, path.elementAt(i).y) for i in range(path.elementCount())]


def test_a_line_goes_where_it_says():
    assert points(path_from_text("M1 2L3 4")) == [(1, 2), (3, 4)]


def test_small_letters_are_relative():
    assert points(path_from_text("M1 2l3 4h1v-2")) == [(1, 2), (4, 6), (5, 6), (5, 4)]


def test_numbers_may_run_together():
    assert points(path_from_text("M.5.5l-.5-.5")) == [(0.5, 0.5), (0, 0)]


def test_numbers_after_a_move_are_lines():
    assert points(path_from_text("m1 1 2 0 0 2")) == [(1, 1), (3, 1), (3, 3)]


def test_closing_goes_back_to_the_start():
    assert points(path_from_text("M1 1h2v2z"))[-1] == (1, 1)


def test_a_move_after_closing_begins_anew():
    assert path_from_text("M0 0h2v2zM5 5h2v2z").boundingRect() == QRectF(0, 0, 7, 7)


def test_a_smooth_curve_mirrors_the_last_handle():
    assert points(path_from_text("M0 0C1 2 3 2 4 0S7 -2 8 0"))[4] == (5, -2)


@pytest.mark.parametrize(("clockwise", "top"), [(1, 0), (0, 5)])
def test_a_half_circle_bows_to_the_side_of_its_flag(clockwise, top):
    path = path_from_text(f"M0 5A5 5 0 0 {clockwise} 10 5")
    assert path.boundingRect().top() == pytest.approx(top, abs=0.01)


def test_the_large_arc_goes_the_long_way():
    path = path_from_text("M8 3A5 5 0 1 1 7.9 3")
    assert path.boundingRect().height() == pytest.approx(10, abs=0.01)


def test_an_arc_ends_where_it_says():
    end = path_from_text("M2 3a4 4 0 0 1 4 4").currentPosition()
    assert (end - QPointF(6, 7)).manhattanLength() == pytest.approx(0, abs=1e-9)


def test_nothing_is_an_empty_path():
    assert path_from_text("") == QPainterPath()


@pytest.mark.parametrize("text", ["M0 0Q1 1 2 2", "M0 0L1", "M0 0A1 2 0 0 1 3 3", "M0 0A1 1 30 0 1 2 0", "M0 0z1 1"])
def test_what_is_outside_the_subset_is_refused(text):
    with pytest.raises(ValueError, match="path text"):
        path_from_text(text)
