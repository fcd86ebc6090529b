"""The latency panel and its axis of octaves."""

import time

import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFocusEvent

from tests.views.panels import image_of, linked, shown
from views.kit.contrast import lightness
from views.kit.latency_heat import LatencyHeat
from views.kit.latency_plot import LatencyPlot, bounds
from views.kit.octaves import MICROSECOND, drawn, span, ticks
from views.kit.theme import load_theme, theme_names
from views.latency import LatencyView

FCM_17, PAGER, COUNTER = 18, 20, 21


@pytest.fixture
def latency(qtbot):
    def make(identity=0, until="completed"):
        link, selection = linked(until)
        if identity:
            selection.select("object", identity)
        return shown(qtbot, LatencyView(link, selection, load_theme("light")), 359, 333)

    return make


def table_words(view):
    image_of(view)
    return [line.whole.replace("\u00a0", " ").replace("\u202f", " ") for line in view.table.written]


def words(first, last):
    return [text.replace("\u00a0", " ") for _, text in ticks(first, last)]


# --- the axis --------------------------------------------------------------------------------------------------------


def test_ticks_are_powers_of_two_of_a_microsecond_and_the_unit_is_said_once():
    assert words(MICROSECOND - 1, MICROSECOND + 4) == ["0.5", "1", "2", "4", "8", "16 µs"]


def test_many_octaves_have_fewer_ticks():
    assert words(MICROSECOND - 2, MICROSECOND + 8) == ["0.25", "1", "4", "16", "64", "256 µs"]


def test_a_long_axis_says_each_unit_where_it_ends():
    assert words(MICROSECOND - 4, MICROSECOND + 12) == ["125 ns", "1", "8", "64", "512 µs", "4.1 ms"]


def test_eight_of_thirty_two_bins_an_octave_are_drawn_as_shares():
    counts = np.zeros(64, dtype=np.int64)
    counts[[0, 3, 4, 63]] = [1, 2, 3, 2]
    shares = drawn(counts)
    assert len(shares) == 16
    assert (shares[0], shares[1], shares[15]) == (0.375, 0.375, 0.25)


def test_nothing_counted_is_drawn_as_nothing():
    assert not drawn(np.zeros(64, dtype=np.int64)).any()


def test_the_span_goes_from_tick_to_tick_and_leaves_strays_outside():
    shares = np.zeros(43 * 8)
    shares[[83, 90, 100]] = [0.4, 0.4, 0.199]
    shares[300] = 0.001
    first, last = span(shares)
    assert first <= 83 / 8 and last >= 101 / 8 and last < 300 / 8
    assert (first - MICROSECOND) % 1 == pytest.approx(0)


# --- the panel -------------------------------------------------------------------------------------------------------


def test_with_nothing_selected_it_is_about_the_busiest(latency):
    view = latency()
    calls = {}
    for (_, identity), count in view.link.tables.calls.items():
        calls[identity] = calls.get(identity, 0) + count
    name = view.link.topology.objects[max(calls, key=calls.get)].name
    assert view.header.accessibleName() == f"Latency, {name}"


def test_the_numbers_are_those_of_the_projection(latency):
    view = latency(FCM_17)
    histogram = view.link.latency.of(FCM_17)
    text = table_words(view)
    assert text[:3] == ["now", "before", "difference"]
    assert text[-1] == f"{histogram.count} calls now · {histogram.before_count} before"
    assert histogram.before_count > 0


def test_the_ghost_says_before_which_swap(latency):
    view = latency(FCM_17)
    image_of(view)
    assert [line.whole for line in view.legend.written] == ["now", "before swap 4"]


def test_a_component_that_was_never_swapped_has_no_ghost(latency):
    view = latency(COUNTER)
    text = table_words(view)
    assert "before" not in text and "difference" not in text
    assert [line.whole for line in view.legend.written] == ["now"]
    assert not view.plot._ghost.isVisible()


def test_one_method_can_be_chosen(qtbot, latency):
    view = latency(FCM_17)
    assert view.method.labels[:2] == ("all methods", "get_page")
    qtbot.keyClick(view.method, Qt.Key.Key_Down)
    assert view.method.text() == "get_page"
    histogram = view.link.latency.of(FCM_17, 1)
    assert table_words(view)[-1] == f"{histogram.count} calls now · {histogram.before_count} before"
    assert histogram.before_count < view.link.latency.of(FCM_17).before_count


def test_another_component_shows_all_its_methods_again(qtbot, latency):
    view = latency(FCM_17)
    qtbot.keyClick(view.method, Qt.Key.Key_Down)
    view.selection.select("object", PAGER)
    assert view.method.current == 0


def test_before_the_first_call_there_is_nothing_to_read_off(latency):
    view = latency(until="start")
    assert table_words(view)[-1] == "0 calls now"
    assert not any(line.isVisible() for line in view.plot._lines)


def test_p50_steps_aside_where_it_would_run_into_p99(latency):
    view = latency(FCM_17)
    shares = np.zeros(43 * 8)
    shares[88] = 1.0
    view.plot.show_shares(shares, None, 2_000, 2_050)
    p50, p99 = view.plot._words
    assert (p50.anchor.x(), p99.anchor.x()) == (1.0, 0.0)
    view.plot.show_shares(shares, None, 1_000, 8_000)
    assert (p50.anchor.x(), p99.anchor.x()) == (0.0, 0.0)


@pytest.mark.slow
def test_a_refresh_takes_at_most_four_ms(latency):
    """Buys the frame's budget: the panel must not eat it. The best of many, so that a busy machine does not matter."""
    view = latency(FCM_17)
    best = float("inf")
    for _ in range(30):
        view._latency = None
        began = time.perf_counter()
        view.take()
        best = min(best, time.perf_counter() - began)
    assert best <= 0.004


# --- to a call, and over time ----------------------------------------------------------------------------------------


def test_a_tall_panel_shows_five_numbers_and_a_low_one_three(latency):
    view = latency(FCM_17)
    assert [name for name, _, _ in view.table.shown] == ["p50", "p90", "p99", "p99.9", "max"]
    view.resize(359, 290)
    image_of(view)
    assert [name for name, _, _ in view.table.shown] == ["p50", "p99", "max"]


def test_a_bucket_leads_to_a_call_that_took_so_long_by_mouse_and_by_key(qtbot, latency):
    view = latency(FCM_17)
    image_of(view)
    view.plot.focusInEvent(QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    qtbot.keyClick(view.plot, Qt.Key.Key_Left)
    qtbot.keyClick(view.plot, Qt.Key.Key_Return)
    picked = view.selection.current
    assert picked.kind == "call"
    least, most = bounds(view.plot.current)
    ended = view._calls.until(view.link.position)
    assert least <= int(ended["took_ns"][ended["call"] == picked.identity][0]) <= most
    assert view._object == FCM_17  # it stays with the component whose call it is
    place = view.plot.getPlotItem().getViewBox().mapViewToScene(QPointF((view.plot.current + 0.5) / 8, 0))
    view.selection.clear()
    view.selection.select("object", FCM_17)
    qtbot.mouseClick(view.plot.viewport(), Qt.MouseButton.LeftButton, pos=view.plot.mapFromScene(place))
    assert view.selection.current == picked


def test_over_time_every_call_since_the_first_is_in_a_cell(qtbot, latency):
    view = latency(FCM_17)
    qtbot.mouseClick(view.over_time, Qt.MouseButton.LeftButton)
    image_of(view)
    assert view.heat.isVisible()
    assert not view.plot.isVisible()
    mine = view._mine()
    assert 0 <= len(mine) - view.heat.counts.sum() <= 0.005 * len(mine) + 1
    assert len(view.heat.swaps_ns) == 3
    assert view.heat.written


def test_a_cell_leads_to_its_last_call_by_mouse_and_by_key(qtbot, latency):
    view = latency(FCM_17)
    view.over_time.setChecked(True)
    image_of(view)
    view.heat.focusInEvent(QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason))
    qtbot.keyClick(view.heat, Qt.Key.Key_Left)
    qtbot.keyClick(view.heat, Qt.Key.Key_Return)
    picked = view.selection.current
    least, most, until_ns = view.heat.bounds(view.heat.current)
    call = next(each for each in view._mine() if each["call"] == picked.identity)
    assert least <= call["took_ns"] <= most
    assert call["at_ns"] <= until_ns
    place = view.heat._cell(*view.heat.current).center().toPoint()
    view.selection.select("object", FCM_17)
    qtbot.mouseClick(view.heat, Qt.MouseButton.LeftButton, pos=place)
    assert view.selection.current == picked


@pytest.mark.parametrize("name", theme_names())
def test_one_call_among_many_stands_out_from_no_call(name):
    theme = load_theme(name)
    heat = LatencyHeat(theme)
    counts = np.array([[0, 1, 10, 100, 1_000]], dtype=np.int64)
    heat.show_counts(counts, (0, 1), (0.0, 1.0), ())
    picture = heat._image()
    none, *seen = [QColor(picture.pixel(0, row)).name() for row in range(4, -1, -1)]
    assert len(set(seen)) == 4
    assert none == theme.heat.stops[0].name()
    assert min(abs(lightness(each) - lightness(none)) for each in seen) > 5


def test_cells_of_one_call_each_are_as_strong_as_can_be():
    theme = load_theme("light")
    heat = LatencyHeat(theme)
    heat.show_counts(np.ones((1, 1), dtype=np.int64), (0, 1), (0.0, 1.0), ())
    assert QColor(heat._image().pixel(0, 0)) == theme.heat.stops[-1]


def legend_words(view):
    image_of(view)
    return [line.whole for line in view.legend.written]


def test_the_legend_is_that_of_what_is_shown(latency):
    view = latency(FCM_17)
    assert legend_words(view) == ["now", "before swap 4"]
    view.over_time.setChecked(True)
    assert legend_words(view) == ["1", f"{view.heat.counts.max()} calls", "swap"]
    view.over_time.setChecked(False)
    assert legend_words(view) == ["now", "before swap 4"]


def test_over_time_is_about_what_is_selected_now(latency):
    view = latency(FCM_17)
    view.over_time.setChecked(True)
    view.selection.select("object", COUNTER)
    view.take()
    assert view.heat.counts.sum() == pytest.approx(len(view._mine()), abs=0.005 * len(view._mine()) + 1)
    assert view.header.accessibleName().endswith("counter")


def test_a_tall_panel_has_twice_as_many_rows_and_its_cells_lead_to_their_calls(qtbot, latency):
    view = latency(FCM_17)
    view.over_time.setChecked(True)
    image_of(view)
    low = view.heat.counts.shape[1]
    view.resize(359, 900)
    image_of(view)
    view.take()
    assert view.heat.counts.shape[1] == 2 * low
    least, most, _ = view.heat.bounds((0, 0))
    assert most + 1 == pytest.approx(least * 2 ** (1 / 8), rel=0.01)


def test_the_unit_of_time_is_always_said_and_no_word_leaves_the_field(latency):
    view = latency(FCM_17)
    view.over_time.setChecked(True)
    for width in (359, 240, 180, 140):
        view.resize(width, 333)
        image_of(view)
        view.take()
        image_of(view)
        below = [line for line in view.heat.written if line.rect.top() >= view.heat._field().bottom()]
        assert any(line.whole.endswith("ms") for line in below)
        assert all(line.rect.right() <= view.heat._field().right() + 2 for line in below)


@pytest.mark.parametrize("identity", [FCM_17, PAGER, COUNTER])
def test_no_percentile_is_longer_than_the_longest_call(latency, identity):
    view = latency(identity)
    for column in (1, 2):
        numbers = [row[column] for row in view.table.shown]
        assert numbers == sorted(numbers)


def test_words_of_percentiles_find_their_sides_again_when_the_plot_gets_another_width(qtbot):
    """A plot that was filled while it was narrow had them one over the other until something else happened."""
    plot = LatencyPlot(load_theme("light"))
    qtbot.addWidget(plot)
    plot.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    plot.resize(80, 100)
    plot.show()
    image_of(plot)
    now = np.zeros(43 * 8)
    now[[78, 96]] = [0.99, 0.01]
    plot.show_shares(now, None, 900, 900)
    assert [words.anchor.x() for words in plot._words] == [1.0, 1.0]
    plot.resize(360, 120)
    qtbot.waitUntil(lambda: [words.anchor.x() for words in plot._words] == [1.0, 0.0])
