"""A theme is complete, or it is refused by the names of what is wrong."""

import dataclasses
import tomllib

import pytest
from PySide6.QtGui import QColor, QPalette

from views.kit.glyphs import GLYPH_NAMES
from views.kit.theme import (
    MEANINGS,
    THEME_NAMES,
    THEMES_FOLDER,
    ThemeError,
    faded,
    load_theme,
    meaning_of,
    mixed,
    theme_from_tokens,
    theme_names,
)


def light_tokens():
    return tomllib.loads((THEMES_FOLDER / "light.toml").read_text(encoding="utf-8"))


def problems_of(tokens):
    with pytest.raises(ThemeError) as refused:
        theme_from_tokens(tokens, "trial")
    return refused.value.problems


def user_file(folder, text):
    path = folder / "mine.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_every_theme_file_is_in_the_catalogue():
    assert {path.stem for path in THEMES_FOLDER.glob("*.toml")} == set(theme_names())


@pytest.mark.parametrize("name", THEME_NAMES)
def test_every_theme_that_ships_loads(name):
    assert load_theme(name).kind in ("light", "dark")


@pytest.mark.parametrize("name", THEME_NAMES)
def test_every_glyph_that_a_theme_names_can_be_painted(name):
    theme = load_theme(name)
    named = {meaning_of(theme, path).glyph for path in MEANINGS} | set(theme.generation.glyph)
    assert named <= set(GLYPH_NAMES)


@pytest.mark.parametrize("name", THEME_NAMES)
def test_no_two_phases_share_a_glyph(name):
    phases = [meaning_of(load_theme(name), path).glyph for path in MEANINGS if path.startswith("phase.")]
    assert len(set(phases)) == len(phases)


def test_colours_are_asked_for_by_meaning():
    assert load_theme("light").phase.block.mark == QColor("#B75906")


def test_a_theme_is_read_once():
    assert load_theme("dark") is load_theme("dark")


def test_a_theme_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        load_theme("light").scale = 2.0


def test_dark_and_high_contrast_are_dark():
    assert [name for name in THEME_NAMES if load_theme(name).is_dark] == ["dark", "high_contrast"]


def test_a_generation_past_the_ladder_keeps_the_last_colour():
    generation = load_theme("light").generation
    assert generation.mark(9) == generation.ladder[-1]


def test_a_missing_key_is_named():
    tokens = light_tokens()
    del tokens["phase"]["block"]["tint"]
    assert problems_of(tokens) == ("phase.block.tint: missing",)


def test_an_unknown_key_is_named():
    tokens = light_tokens()
    tokens["line"]["bold"] = "#000000"
    assert problems_of(tokens) == ("line.bold: unknown key",)


def test_an_ill_formed_colour_is_named():
    tokens = light_tokens()
    tokens["flash"]["fill"] = "amber"
    assert problems_of(tokens) == ("flash.fill: must be a colour #RRGGBB, not 'amber'",)


def test_a_number_where_a_truth_belongs_is_named():
    tokens = light_tokens()
    tokens["texture"]["grid_dots"] = 1
    assert problems_of(tokens) == ("texture.grid_dots: must be true or false, not 1",)


def test_a_value_where_a_table_belongs_is_named():
    tokens = light_tokens()
    tokens["phase"]["block"] = "#B75906"
    assert problems_of(tokens) == ("phase.block: must be a table",)


def test_all_that_is_wrong_is_said_at_once():
    tokens = light_tokens()
    del tokens["heat"]
    tokens["scale"] = "big"
    assert problems_of(tokens) == ("heat: missing", "scale: must be a number from 0 to 4, not 'big'")


def test_an_unknown_hatch_is_named():
    tokens = light_tokens()
    tokens["phase"]["block"]["pattern"] = "wavy"
    assert problems_of(tokens) == (
        "phase.block.pattern: must be one of plain, vertical, diagonal, crosshatch, not 'wavy'",
    )


def test_a_colour_under_its_floor_is_refused_with_the_ratio_it_reaches():
    tokens = light_tokens()
    tokens["line"]["wire"] = "#CDD2DA"
    assert problems_of(tokens) == ("line.wire on surface.canvas: 1.43, needs 3",)


def test_a_name_that_is_no_theme_is_refused_with_the_names_that_are():
    with pytest.raises(ThemeError, match="light, dark, high_contrast, projector"):
        load_theme("sepia")


def test_a_users_file_is_laid_over_the_theme_of_its_kind(tmp_path):
    path = user_file(tmp_path, 'kind = "dark"\nname = "Mine"\n[surface]\ncanvas = "#101010"\n')
    theme = load_theme(path)
    assert (theme.name, theme.surface.canvas, theme.surface.panel) == (
        "Mine",
        QColor("#101010"),
        load_theme("dark").surface.panel,
    )


def test_a_users_file_without_a_kind_is_refused(tmp_path):
    with pytest.raises(ThemeError, match="kind: must be"):
        load_theme(user_file(tmp_path, 'name = "Mine"\n'))


def test_a_users_key_that_does_not_exist_is_named(tmp_path):
    with pytest.raises(ThemeError, match=r"phase\.blok: unknown key"):
        load_theme(user_file(tmp_path, 'kind = "light"\n[phase.blok]\nmark = "#000000"\n'))


def test_a_file_that_is_not_toml_is_refused(tmp_path):
    with pytest.raises(ThemeError, match="not TOML"):
        load_theme(user_file(tmp_path, "kind = light"))


def test_the_palette_highlights_in_ink(qapp):
    theme = load_theme("light")
    palette = theme.palette()
    role = QPalette.ColorRole
    assert [palette.color(each) for each in (role.Highlight, role.HighlightedText, role.Base, role.Link)] == [
        theme.accent.fill,
        theme.accent.on,
        theme.surface.panel,
        theme.text.primary,
    ]


def test_what_is_disabled_is_written_in_the_disabled_colour(qapp):
    theme = load_theme("dark")
    palette = theme.palette()
    assert palette.color(QPalette.ColorGroup.Disabled, QPalette.ColorRole.ButtonText) == theme.text.disabled


def test_fading_a_colour_leaves_the_themes_own_alone():
    mark = load_theme("light").phase.block.mark
    faded(mark, 0.5)
    assert mark.alphaF() == 1.0


def test_a_mix_of_nothing_is_the_first_colour():
    assert mixed(QColor("#102030"), QColor("#FFFFFF"), 0.0) == QColor("#102030")
