"""The floors under every theme: what can be read, and what each eye can tell apart."""

import itertools
import tomllib

import pytest

from views.kit.contrast import EYES, as_seen, contrast, distance, lightness, missed_floors, seen
from views.kit.theme import THEME_NAMES, THEMES_FOLDER


def tokens_of(name):
    return tomllib.loads((THEMES_FOLDER / f"{name}.toml").read_text(encoding="utf-8"))


def test_black_on_white_reaches_twenty_one():
    assert contrast("#000000", "#FFFFFF") == pytest.approx(21.0)


def test_contrast_is_the_same_both_ways():
    assert contrast("#3D8EDB", "#F7F8FA") == contrast("#F7F8FA", "#3D8EDB")


def test_middle_grey_has_lightness_fifty_three():
    assert lightness("#808080") == pytest.approx(53.6, abs=0.1)


def test_the_normal_eye_sees_a_colour_as_it_is():
    assert as_seen("#B75906", "normal") == "#B75906"


def test_grey_stays_grey_to_every_eye():
    for eye in EYES:
        assert seen("#808080", eye) == pytest.approx(seen("#808080", "normal"), abs=1e-3)


def test_red_and_green_come_closer_to_a_protan_eye():
    assert distance("#FF0000", "#00A000", "protan") < distance("#FF0000", "#00A000") / 2


@pytest.mark.parametrize("name", THEME_NAMES)
def test_every_theme_that_ships_keeps_all_floors(name):
    assert missed_floors(tokens_of(name)) == ()


@pytest.mark.parametrize("family", ["phase", "fate"])
@pytest.mark.parametrize("name", THEME_NAMES)
def test_every_eye_tells_the_members_of_a_family_apart(name, family):
    marks = [meaning["mark"] for meaning in tokens_of(name)[family].values()]
    pairs = list(itertools.combinations(marks, 2))
    assert min(distance(one, other, eye) for one, other in pairs for eye in EYES) >= 7


@pytest.mark.parametrize("name", THEME_NAMES)
def test_a_phase_stands_out_more_the_further_the_swap_has_come(name):
    tokens = tokens_of(name)
    steps = [lightness(meaning["mark"]) for meaning in tokens["phase"].values()]
    assert steps == sorted(steps, reverse=tokens["kind"] == "light")


def test_high_contrast_words_reach_eleven_on_every_surface():
    tokens = tokens_of("high_contrast")
    words = [tokens["text"][level] for level in ("primary", "secondary", "tertiary")]
    assert min(contrast(word, ground) for word in words for ground in tokens["surface"].values()) >= 11


def test_a_word_that_cannot_be_read_is_named_with_its_ratio():
    tokens = tokens_of("light")
    tokens["text"]["tertiary"] = "#9BA2AD"
    assert "text.tertiary on surface.panel: 2.57, needs 4.5" in missed_floors(tokens)


def test_two_phases_that_look_alike_to_one_eye_are_named_with_the_eye():
    tokens = tokens_of("light")
    tokens["phase"]["block"]["mark"] = tokens["phase"]["transfer"]["mark"]
    assert "phase.block and phase.transfer to the deutan eye: 0.00, needs 7" in missed_floors(tokens)
