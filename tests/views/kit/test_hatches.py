"""Hatches: crisp at every pixel ratio, and fixed to what they fill."""

import numpy as np
import pytest
from PySide6.QtCore import QRectF, Qt

from tests.views.kit.painting import INK, painted, pixels, touched
from views.kit.hatches import fill_hatched, hatch_brush
from views.kit.theme import PATTERNS

pytestmark = pytest.mark.usefixtures("qapp")

WHOLE = QRectF(0, 0, 32, 32)


def hatched(pattern, rect=WHOLE, strength=1.0, ratio=1.0):
    return painted(lambda painter: fill_hatched(painter, rect, pattern, INK, strength), ratio=ratio)


def test_plain_lays_nothing():
    assert not touched(hatched("plain")).any()


def test_plain_is_no_brush():
    assert hatch_brush("plain", INK, 1.0).style() == Qt.BrushStyle.NoBrush


def test_no_two_patterns_look_the_same():
    assert len({pixels(hatched(pattern)).tobytes() for pattern in PATTERNS}) == len(PATTERNS)


@pytest.mark.parametrize("ratio", [1.0, 1.25, 1.5, 2.0, 3.0])
@pytest.mark.parametrize("pattern", ["vertical", "diagonal", "crosshatch"])
def test_a_pattern_comes_back_after_eight_pixels(pattern, ratio):
    image = pixels(hatched(pattern, ratio=ratio)).astype(int)
    pitch = round(8 * ratio)
    assert np.abs(image[:pitch, :pitch] - image[pitch : 2 * pitch, pitch : 2 * pitch]).max() <= 2


@pytest.mark.parametrize("ratio", [1.0, 1.25, 2.0])
def test_more_pixels_do_not_make_it_darker(ratio):
    cover = 255 - pixels(hatched("vertical", ratio=ratio))[:, :, 1].astype(float).mean()
    assert cover / 255 == pytest.approx(2 * 1.2 / 8, abs=0.02)


def test_a_hatch_moves_with_what_it_fills():
    here = pixels(hatched("diagonal", QRectF(0, 0, 16, 16)))[:16, :16]
    there = pixels(hatched("diagonal", QRectF(5, 3, 16, 16)))[3:19, 5:21]
    assert (here == there).all()


def test_a_hatch_stays_within_its_area():
    found = touched(hatched("crosshatch", QRectF(4, 4, 10, 10)))
    found[4:14, 4:14] = False
    assert not found.any()


def test_strength_is_how_much_of_the_colour_is_seen():
    weak, strong = (255 - pixels(hatched("vertical", strength=s))[:, :, 1].min() for s in (0.1, 1.0))
    assert weak == pytest.approx(0.1 * strong, abs=3)


def test_a_brush_that_is_handed_out_may_be_changed():
    hatch_brush("diagonal", INK, 0.5).setStyle(Qt.BrushStyle.SolidPattern)
    assert hatch_brush("diagonal", INK, 0.5).style() == Qt.BrushStyle.TexturePattern
