"""The sheet on which a person sees the whole kit."""

import pytest

from views.kit.sheet import HEIGHT, WIDTH, main, sheet_image
from views.kit.theme import THEME_NAMES, load_theme


@pytest.mark.parametrize("name", THEME_NAMES)
def test_the_sheet_can_be_painted_in_every_theme(name, qapp):
    theme = load_theme(name)
    assert sheet_image(theme).pixelColor(2, 2) == theme.surface.canvas


def test_the_sheet_has_the_pixels_that_are_asked_for(qapp):
    image = sheet_image(load_theme("light"), 1.5)
    assert (image.width(), image.height()) == (WIDTH * 1.5, HEIGHT * 1.5)


def test_the_command_line_writes_a_picture(qapp, tmp_path):
    out = tmp_path / "sheet.png"
    assert (main([str(out), "--theme", "dark"]), out.stat().st_size > 10_000) == (0, True)
