"""What every panel must hold to: it can be rebuilt, hidden, set in any font and any theme, and it is well set."""

import re
from pathlib import Path

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from tests.views.panels import (
    FakeBranches,
    FakeMarks,
    FakePlayback,
    assert_areas_in_theme,
    assert_well_set,
    image_of,
    linked,
    shown,
    use_fonts,
)
from views.branches import BranchesView
from views.caption import CaptionView
from views.generations import GenerationsView
from views.inspector import InspectorView
from views.kit.theme import load_theme
from views.lanes import LanesView
from views.latency import LatencyView
from views.legend import Legend
from views.marks import MarksView
from views.palette import Palette
from views.receipt import ReceiptView
from views.selected import SelectedView
from views.story import StoryView
from views.swap import SwapView
from views.tables import TablesView
from views.time_bar import TimeBar
from views.transport import Transport
from views.waiting_for import WaitingForView

FCM_17 = 18
VIEWS = Path(__file__).parents[2] / "views"
FILES = (
    "caption", "latency", "legend", "palette", "receipt", "selected", "tables", "time_bar", "transport",
    "generations", "invariants", "inspector", "lanes", "marks", "story", "swap", "waiting_for",
    "kit/catalogue", "kit/choice_button", "kit/describing", "kit/entry_table", "kit/fact_rows", "kit/flashes",
    "kit/inspecting", "kit/selection_history", "kit/source_text",
    "kit/lanes_canvas", "kit/lanes_drawing", "kit/lanes_picture",
    "kit/latency_heat", "kit/marks_control", "kit/marks_list",
    "branches", "kit/branches_control", "kit/comparison",
    "kit/latency_plot", "kit/line_list", "kit/octaves", "kit/panel_view",
    "kit/phases", "kit/readout", "kit/speed_slider", "kit/story_list",
    "kit/swap_card", "kit/swap_columns", "kit/swap_figure", "kit/swap_histogram", "kit/swap_list", "kit/swap_rows",
    "kit/swap_vignette",
    "kit/swap_words", "kit/thin_scroll", "kit/vectors", "kit/waiting_words", "kit/writing",
)  # fmt: skip


def _palette(link, selection, theme, playback):
    return Palette(link, selection, theme, foot=Legend(theme))


def _tables(link, selection, theme, playback):
    return TablesView(link, selection, theme)


def _receipt(link, selection, theme, playback):
    return ReceiptView(link, selection, theme, idle=SelectedView(link, selection, theme))


def _selected(link, selection, theme, playback):
    selection.select("object", FCM_17)
    return SelectedView(link, selection, theme)


def _latency(link, selection, theme, playback):
    return LatencyView(link, selection, theme)


def _transport(link, selection, theme, playback):
    return Transport(link, selection, theme, playback, time_bar=TimeBar(link, selection, theme, playback))


def _time_bar(link, selection, theme, playback):
    return TimeBar(link, selection, theme, playback)


def _caption(link, selection, theme, playback):
    return CaptionView(link, selection, theme, hint="Story  L")


def _waiting_for(link, selection, theme, playback):
    return WaitingForView(link, selection, theme)


def _lanes(link, selection, theme, playback):
    view = LanesView(link, selection, theme)
    view._span_ns = 30_000
    return view


def _generations(link, selection, theme, playback):
    return GenerationsView(link, selection, theme)


def _story(link, selection, theme, playback):
    return StoryView(link, selection, theme)


def _inspector(link, selection, theme, playback):
    selection.select("object", FCM_17)
    return InspectorView(link, selection, theme)


def _swap(link, selection, theme, playback):
    return SwapView(link, selection, theme)


def _branches(link, selection, theme, playback):
    return BranchesView(link, selection, theme, branches=FakeBranches())


def _marks(link, selection, theme, playback):
    return MarksView(link, selection, theme, marks=FakeMarks())


SIZES = {
    _palette: (236, 867), _tables: (620, 204), _receipt: (359, 640), _selected: (359, 420), _latency: (359, 333),
    _transport: (1600, 92), _time_bar: (1600, 42), _caption: (1003, 36), _waiting_for: (359, 520),
    _swap: (1080, 760), _lanes: (1000, 320), _marks: (359, 420), _branches: (359, 470),
    _generations: (359, 320), _story: (900, 240), _inspector: (359, 480),
}  # fmt: skip
NARROW = {
    _tables: (903, 204), _receipt: (320, 640), _selected: (320, 420), _latency: (320, 290), _transport: (1024, 92),
    _time_bar: (1024, 42), _caption: (903, 36), _waiting_for: (320, 520),
    _swap: (320, 640), _lanes: (320, 320), _marks: (320, 320), _branches: (320, 470),
    _generations: (320, 320), _story: (320, 320), _inspector: (320, 480),
}  # fmt: skip
EVERY = pytest.mark.parametrize("make", SIZES, ids=lambda make: make.__name__.strip("_"))


@pytest.fixture
def playback():
    return FakePlayback()


def written_in(view):
    """The painted lines of the view and of the parts in it, each part with its size."""
    parts = [part for part in (view, *view.findChildren(QWidget)) if getattr(part, "written", None)]
    return [
        (part.viewport() if hasattr(part, "viewport") else part, part.written) for part in parts if part.isVisible()
    ]


@EVERY
def test_a_view_that_is_rebuilt_at_the_same_cursor_looks_the_same(qtbot, playback, make):
    link, selection = linked("completed")
    theme = load_theme("light")
    old = shown(qtbot, make(link, selection, theme, playback), *SIZES[make])
    for at_ns in (500_000, 1_210_000, 2_430_000, 2_420_300):
        link.set_cursor(link.trace.position_at(at_ns))
        link.refresh()
        image_of(old)
    new = shown(qtbot, make(link, selection, theme, playback), *SIZES[make])
    assert image_of(new) == image_of(old)


@EVERY
@pytest.mark.parametrize(
    "families", [("Inter",), ("DejaVu Sans Condensed",), ("DejaVu Sans",)], ids=lambda each: each[0]
)
@pytest.mark.parametrize("until", ["block", "completed"])
def test_nothing_is_cut_and_nothing_overlaps(qtbot, monkeypatch, playback, make, families, until):
    use_fonts(monkeypatch, *families)
    link, selection = linked(until, abandoned=True)
    view = shown(qtbot, make(link, selection, load_theme("light"), playback), *SIZES[make])
    image_of(view)
    parts = written_in(view)
    assert parts or any(label.isVisible() and label.text() for label in view.findChildren(QLabel))
    for part, written in parts:
        seen = [line for line in written if line.rect.bottom() <= part.height()]  # a list may be scrolled
        assert_well_set(seen, part.width(), part.height())


@pytest.mark.parametrize("family", ["Inter", "DejaVu Sans"])
@pytest.mark.parametrize("make", NARROW, ids=lambda make: make.__name__.strip("_"))
def test_in_a_narrow_window_nothing_is_cut_either(qtbot, monkeypatch, playback, make, family):
    use_fonts(monkeypatch, family)
    link, selection = linked()
    view = shown(qtbot, make(link, selection, load_theme("light"), playback), *NARROW[make])
    image_of(view)
    assert view.width() == NARROW[make][0]
    for part, written in written_in(view):
        seen = [line for line in written if line.rect.bottom() <= part.height()]
        assert_well_set(seen, part.width(), part.height())


@EVERY
@pytest.mark.parametrize("name", ["light", "dark", "high_contrast", "projector"])
def test_every_ground_and_mark_is_a_colour_of_the_theme(qtbot, playback, make, name):
    link, selection = linked()
    theme = load_theme(name)
    view = shown(qtbot, make(link, selection, theme, playback), *SIZES[make])
    assert_areas_in_theme(image_of(view), theme)


@EVERY
def test_a_change_of_theme_is_the_same_as_a_view_made_in_it(qtbot, playback, make):
    link, selection = linked()
    changed = shown(qtbot, make(link, selection, load_theme("light"), playback), *SIZES[make])
    changed.set_theme(load_theme("dark"))
    made = shown(qtbot, make(link, selection, load_theme("dark"), playback), *SIZES[make])
    assert image_of(changed) == image_of(made)


@EVERY
def test_a_hidden_view_takes_no_picture(qtbot, playback, make, monkeypatch):
    link, selection = linked()
    view = make(link, selection, load_theme("light"), playback)
    qtbot.addWidget(view)
    taken = []
    monkeypatch.setattr(view, "take", lambda: taken.append("taken"))
    link.refresh()
    selection.select("object", FCM_17)
    selection.clear()
    assert taken == []


@EVERY
def test_a_view_has_a_name_for_those_who_cannot_see_it(qtbot, playback, make):
    link, selection = linked()
    view = shown(qtbot, make(link, selection, load_theme("light"), playback), *SIZES[make])
    names = [view.accessibleName(), *(child.accessibleName() for child in view.findChildren(QWidget))]
    assert any(names)


@pytest.mark.parametrize("name", FILES)
def test_no_colour_is_named_in_a_panel(name):
    text = (VIEWS / f"{name}.py").read_text()
    named = re.findall(r"QColor\((?!\))|#[0-9A-Fa-f]{6}|GlobalColor\.(?!transparent)\w+", text)
    assert [each for each in named if each != "QColor(theme"] == []


@pytest.mark.parametrize("name", FILES)
def test_no_lambda_is_connected(name):
    assert "connect(lambda" not in (VIEWS / f"{name}.py").read_text()
