"""Headers, pills, the search field and separators."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from views.kit.chrome import IconButton, PanelHeader, Pill, SearchField, Separator
from views.kit.theme import MEANINGS, load_theme, meaning_of


@pytest.fixture
def light():
    return load_theme("light")


def grabbed(qtbot, widget):
    qtbot.addWidget(widget)
    widget.resize(widget.sizeHint())
    return widget.grab().toImage()


def colours(image):
    return {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}


def test_a_header_is_thirty_two_high(qapp):
    assert PanelHeader("Latency", "FCM file 17").height() == 32


def test_a_header_says_what_it_is_about(qapp):
    assert PanelHeader("Latency", "FCM file 17").accessibleName() == "Latency, FCM file 17"


def test_a_header_may_come_to_be_about_something_else(qapp):
    header = PanelHeader("Latency", "FCM file 17")
    header.set_subtitle("pager")
    assert header.accessibleName() == "Latency, pager"


def test_a_header_gives_its_theme_to_its_buttons(qtbot):
    header = PanelHeader("Latency")
    qtbot.addWidget(header)
    button = header.add_button(IconButton("pin", "Pin"))
    header.set_theme(load_theme("projector"))
    assert button.sizeHint().width() == 35


def test_a_header_has_its_buttons_in_order(qtbot):
    header = PanelHeader("Latency")
    qtbot.addWidget(header)
    header.add_button(IconButton("copy", "Copy"))
    header.add_button(IconButton("pin", "Pin"))
    assert [button.glyph for button in header.buttons()] == ["copy", "pin"]


def test_a_headers_words_stop_before_its_buttons(qtbot, light):
    header = PanelHeader("A title that is far too long for the panel it heads", "and a subtitle", light)
    qtbot.addWidget(header)
    header.add_button(IconButton("pin", "Pin"))
    header.resize(200, 32)
    header.show()
    ground = header.grab().toImage().pixel(0, 0)
    image = header.grab().toImage()
    between = [image.pixel(x, y) for x in range(160, 166) for y in range(32)]
    assert set(between) == {ground}


@pytest.mark.parametrize("path", MEANINGS)
def test_a_pill_has_the_colours_of_its_meaning(path, qtbot, light):
    image = grabbed(qtbot, Pill("42", path, theme=light))
    meaning = meaning_of(light, path)
    assert image.pixel(6, image.height() // 2) == meaning.tint.rgb()


def test_a_solid_pill_is_filled_with_the_mark(qtbot, light):
    image = grabbed(qtbot, Pill("yes", "drop.yes", look="solid", theme=light))
    assert image.pixel(6, image.height() // 2) == light.drop.yes.mark.rgb()


def test_a_pill_shows_the_shape_of_its_meaning(qtbot, light):
    with_shape = grabbed(qtbot, Pill("hold", "invariant.ok", theme=light))
    assert light.invariant.ok.mark.rgb() in colours(with_shape)


def test_a_pill_changes_its_meaning(qtbot, light):
    pill = Pill("invariants", "invariant.ok", theme=light)
    pill.set_meaning("invariant.violated", "line")
    assert grabbed(qtbot, pill).pixel(5, pill.height() // 2) == light.invariant.violated.tint.rgb()


def test_a_pill_reads_out_what_it_says(qapp):
    pill = Pill("14 invariants hold", "invariant.ok")
    pill.set_text("15 invariants hold")
    assert pill.accessibleName() == "15 invariants hold"


def test_a_pill_that_says_more_is_wider(qapp):
    assert Pill("14 invariants hold").sizeHint().width() > Pill("hold").sizeHint().width()


def test_a_pill_that_only_tells_is_not_reached_by_the_keyboard(qapp):
    assert Pill("held").focusPolicy() == Qt.FocusPolicy.NoFocus


def test_an_interactive_pill_is_clicked_by_the_space_bar(qtbot):
    pill = Pill("slow motion for the swap", "phase.block", interactive=True)
    qtbot.addWidget(pill)
    with qtbot.waitSignal(pill.clicked):
        qtbot.keyClick(pill, Qt.Key.Key_Space)


def test_the_mouse_goes_through_a_pill_that_only_tells(qtbot):
    below = QWidget()
    qtbot.addWidget(below)
    pill = Pill("held", parent=below)
    pill.resize(pill.sizeHint())
    below.show()
    assert below.childAt(pill.geometry().center()) is None


def test_a_search_field_is_named_after_what_to_type(qapp):
    assert SearchField("Filter", "Ctrl+F").accessibleName() == "Filter"


def test_escape_empties_a_search_field(qtbot):
    field = SearchField("Filter")
    qtbot.addWidget(field)
    qtbot.keyClicks(field, "fcm")
    qtbot.keyClick(field, Qt.Key.Key_Escape)
    assert field.text() == ""


def test_the_keys_of_a_search_field_give_way_to_what_is_typed(qtbot):
    field = SearchField("Filter", "Ctrl+F")
    qtbot.addWidget(field)
    before = field.textMargins().right()
    qtbot.keyClicks(field, "fcm")
    assert field.textMargins().right() < before


def test_a_search_field_takes_the_colours_of_its_theme(qtbot):
    dark = load_theme("dark")
    field = SearchField("Filter")
    qtbot.addWidget(field)
    field.set_theme(dark)
    field.resize(200, 28)
    assert field.grab().toImage().pixel(100, 5) == dark.surface.sunken.rgb()


def test_a_separator_is_one_pixel_high(qapp):
    assert Separator().maximumHeight() == 1


def test_a_standing_separator_is_one_pixel_wide(qapp):
    assert Separator(Qt.Orientation.Vertical).maximumWidth() == 1


def test_a_separator_has_the_line_of_its_theme(qtbot, light):
    line = Separator(theme=light)
    qtbot.addWidget(line)
    line.resize(20, 1)
    assert line.grab().toImage().pixel(10, 0) == light.line.subtle.rgb()
