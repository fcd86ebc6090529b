"""Shapes by name: each is there, fits its place and takes its colour."""

import numpy as np
import pytest
from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QIcon

from tests.views.kit.painting import INK, extent, painted, pixels, touched
from views.kit.glyphs import (
    DOT_NAMES,
    GLYPH_NAMES,
    ICON_NAMES,
    SIGN_NAMES,
    dot_rect,
    glyph_icon,
    glyph_path,
    glyph_pixmap,
    paint_glyph,
    sign_rect,
    window_icon,
)
from views.kit.theme import load_theme

pytestmark = pytest.mark.usefixtures("qapp")


def on_canvas(name, rect, ratio=1.0):
    return painted(lambda painter: paint_glyph(painter, name, rect, INK), ratio=ratio)


@pytest.mark.parametrize("name", GLYPH_NAMES)
def test_every_glyph_paints_something(name):
    assert touched(on_canvas(name, QRectF(8, 8, 16, 16))).sum() > 8


@pytest.mark.parametrize("name", GLYPH_NAMES)
def test_every_glyph_stays_in_its_box(name):
    left, top, right, bottom = extent(on_canvas(name, QRectF(8, 8, 16, 16)))
    assert 8 <= left <= right < 24
    assert 8 <= top <= bottom < 24


def test_no_two_glyphs_look_the_same():
    pictures = {pixels(on_canvas(name, QRectF(0, 0, 32, 32))).tobytes() for name in GLYPH_NAMES}
    assert len(pictures) == len(GLYPH_NAMES)


def test_a_name_is_in_one_catalogue_only():
    assert len({*SIGN_NAMES, *DOT_NAMES, *ICON_NAMES}) == len(GLYPH_NAMES)


def test_a_name_that_does_not_exist_is_refused():
    with pytest.raises(KeyError):
        glyph_path("blob")


def test_a_glyph_is_centred_in_a_wide_rectangle():
    left, _, right, _ = extent(on_canvas("disc", QRectF(0, 0, 32, 16)))
    assert left + right == 31


def test_a_glyph_has_the_colour_that_is_asked_for():
    assert tuple(pixels(on_canvas("square", QRectF(0, 0, 32, 32)))[16, 16]) == (255, 0, 0)


def test_nothing_is_painted_into_nothing():
    assert not touched(on_canvas("disc", QRectF(4, 4, 0, 0))).any()


def test_the_painter_is_left_as_it_was():
    def paint(painter):
        before = painter.worldTransform()
        paint_glyph(painter, "check", QRectF(3, 3, 20, 20), INK)
        assert painter.worldTransform() == before

    painted(paint)


def test_the_check_is_cut_out_of_its_disc():
    def share(on):
        image = painted(lambda p: paint_glyph(p, "disc_check", QRectF(0, 0, 32, 32), INK, on))
        return (pixels(image)[10:22, 10:22] == (255, 255, 255)).all(axis=2).sum()

    assert share(None) > 0 == share(QColor("#000000"))


def test_a_ring_keeps_its_width_when_the_dot_grows():
    def width(side):
        image = painted(lambda p: paint_glyph(p, "ring", QRectF(0, 0, side, side), INK), side=side, ratio=4)
        row = 255 - pixels(image)[side * 2, :, 1].astype(float)
        return row[: side * 2].sum() / 255 / 4

    assert width(16) == pytest.approx(width(64), abs=0.15)


def test_a_sign_of_a_size_is_as_high_as_in_the_pictures():
    image = painted(lambda p: paint_glyph(p, "bars", sign_rect(16, 16, 20), INK), ratio=4)
    _, top, _, bottom = extent(image)
    assert (bottom - top + 1) / 4 == pytest.approx(0.8 * 20 + 0.22 * 20, abs=0.6)


def test_a_dot_of_a_radius_is_as_wide_as_it_says():
    left, _, right, _ = extent(painted(lambda p: paint_glyph(p, "disc", dot_rect(16, 16, 10), INK), ratio=4))
    assert (right - left + 1) / 4 == pytest.approx(2 * 0.95 * 10, abs=0.6)


def test_more_pixels_give_the_same_shape():
    coarse = touched(on_canvas("disc", QRectF(0, 0, 32, 32))).mean()
    fine = touched(on_canvas("disc", QRectF(0, 0, 32, 32), ratio=4)).mean()
    assert coarse == pytest.approx(fine, abs=0.05)


def test_an_outline_can_be_asked_for_hits():
    path = glyph_path("ring")
    assert (path.contains(QPointF(8, 8 - 4.2)), path.contains(QPointF(8, 8))) == (True, False)


def test_an_icon_is_crisp_at_twice_the_pixels():
    icon = glyph_icon("copy", load_theme("light"))
    assert icon.pixmap(QSize(16, 16), 2.0).size() == QSize(32, 32)


def test_an_icon_that_is_off_has_the_disabled_colour():
    theme = load_theme("light")
    image = glyph_icon("pause", theme).pixmap(QSize(16, 16), 1.0, QIcon.Mode.Disabled).toImage()
    assert image.pixelColor(5, 8).rgb() == theme.text.disabled.rgb()


def test_an_icon_with_a_meaning_keeps_its_colour():
    theme = load_theme("light")
    mark = theme.phase.block.mark
    image = glyph_icon("square", theme, color=mark).pixmap(QSize(16, 16), 1.0, QIcon.Mode.Active).toImage()
    assert image.pixelColor(8, 8) == mark


def test_an_icon_is_made_once():
    theme = load_theme("dark")
    assert glyph_icon("pin", theme) is glyph_icon("pin", theme)


def test_a_pixmap_has_the_ratio_it_was_asked_for():
    pixmap = glyph_pixmap("pin", 16, INK, 1.25)
    assert (pixmap.width(), pixmap.devicePixelRatio()) == (20, 1.25)


def test_the_mark_has_its_cue_dot_at_the_upper_right():
    theme = load_theme("light")
    image = window_icon(theme).pixmap(QSize(64, 64), 1.0).toImage()
    cue = theme.phase.block.mark.rgb()
    found = np.array([[image.pixelColor(x, y).rgb() == cue for x in range(64)] for y in range(64)])
    rows, columns = np.nonzero(found)
    assert (rows.mean() < 24, columns.mean() > 48) == (True, True)
