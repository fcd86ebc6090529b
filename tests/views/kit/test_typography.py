"""Type by role."""

import pytest
from PySide6.QtGui import QFont

from views.kit.typography import (
    FAMILIES,
    PRESENTATION_LEAST_PX,
    ROLES,
    SEMIBOLD,
    elide_middle,
    font,
    line_height,
    metrics,
    text_width,
    wrapped,
)

pytestmark = pytest.mark.usefixtures("qapp")


@pytest.mark.parametrize(
    ("role", "size"),
    [
        ("subtitle", 36),
        ("readout", 20),
        ("phase", 17),
        ("title", 15),
        ("body", 13),
        ("label", 12),
        ("small", 11),
        ("mono", 11),
    ],
)
def test_a_role_has_its_size(role, size):
    assert font(role).pixelSize() == size


def test_families_are_tried_in_order():
    assert font("body").families() == list(FAMILIES)


def test_mono_is_of_another_family():
    assert font("mono").families()[0] == "JetBrains Mono"


def test_a_scale_reaches_every_role():
    assert [font(role, 2.0).pixelSize() for role in ROLES] == [2 * role.size for role in ROLES.values()]


def test_a_name_may_be_heavier_than_its_role():
    assert font("body", weight=SEMIBOLD).weight() == QFont.Weight.DemiBold


def test_presentation_has_a_least_size():
    assert font("small", 1.25, least=PRESENTATION_LEAST_PX).pixelSize() == 16


def test_all_digits_have_one_width():
    widths = [text_width(digit * 8, "readout") for digit in "0123456789"]
    assert max(widths) - min(widths) < 0.5


def test_a_font_that_is_handed_out_may_be_changed():
    font("body").setPixelSize(99)
    assert font("body").pixelSize() == 13


def test_line_height_follows_the_scale():
    assert line_height("label", 1.5) == 24


def test_a_long_name_is_cut_in_its_middle():
    shown = elide_middle("FCM file 17, replicated", metrics("label"), 70)
    assert (shown[:3], shown[-1], "…" in shown) == ("FCM", "d", True)


def test_a_name_that_fits_is_left_alone():
    assert elide_middle("pager", metrics("label"), 200) == "pager"


def test_a_sentence_goes_on_in_the_next_line_where_it_is_too_long():
    measure = metrics("label")
    width = measure.horizontalAdvance("calls did not return")
    lines = wrapped("tracked calls did not return in time", measure, width)
    assert " ".join(lines) == "tracked calls did not return in time"
    assert len(lines) == 2
    assert max(measure.horizontalAdvance(line) for line in lines) <= width + 0.5


def test_a_word_that_is_too_long_stands_alone():
    assert wrapped("a counter_fails_in_unpackage b", metrics("label"), 30) == ["a", "counter_fails_in_unpackage", "b"]
