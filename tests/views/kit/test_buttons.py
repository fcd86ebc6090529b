"""Buttons and segments: mouse, keyboard, actions, and the ring that shows where the keyboard is."""

import numpy as np
import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QAction, QFocusEvent
from PySide6.QtWidgets import QWidget
from shiboken6 import isValid

from tests.views.kit.painting import pixels
from views.kit.buttons import FocusRing, IconButton, PrimaryButton, SecondaryButton, SegmentedControl
from views.kit.glyphs import GLYPH_NAMES
from views.kit.theme import THEME_NAMES, load_theme

TAB, CLICK = Qt.FocusReason.TabFocusReason, Qt.FocusReason.MouseFocusReason


@pytest.fixture
def parent(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    widget.resize(400, 100)
    widget.show()
    return widget


@pytest.fixture
def button(parent):
    made = SecondaryButton("Cancel swap", parent=parent)
    made.move(20, 20)
    made.adjustSize()
    made.show()
    return made


@pytest.fixture
def modes(parent):
    made = SegmentedControl(("Watch", "Fast", "Express"), "Run mode", parent=parent)
    made.adjustSize()
    made.show()
    return made


def focus(widget, reason):
    widget.focusInEvent(QFocusEvent(QFocusEvent.Type.FocusIn, reason))


def leave(widget):
    widget.focusOutEvent(QFocusEvent(QFocusEvent.Type.FocusOut, TAB))


def rings(parent):
    return [ring for ring in parent.findChildren(FocusRing) if ring.isVisible()]


def segments(control):
    return control.findChildren(QWidget)


def chosen_by(control):
    indices = []
    control.chosen.connect(indices.append)
    return indices


def test_a_button_is_twenty_eight_high(button):
    assert button.sizeHint().height() == 28


def test_a_button_grows_with_the_scale_of_its_theme(button):
    button.set_theme(load_theme("projector"))
    assert button.sizeHint().height() == 35


def test_a_button_with_an_icon_is_wider_than_its_words(qapp):
    assert (
        SecondaryButton("Swap back to it", "undo").sizeHint().width()
        > SecondaryButton("Swap back to it").sizeHint().width()
    )


def test_the_tab_key_brings_a_ring(button, parent):
    focus(button, TAB)
    assert [ring.geometry() for ring in rings(parent)] == [button.geometry().adjusted(-5, -5, 5, 5)]


def test_a_click_brings_no_ring(button, parent):
    focus(button, CLICK)
    assert rings(parent) == []


def test_the_ring_goes_when_the_keyboard_does(button, parent):
    focus(button, TAB)
    leave(button)
    assert rings(parent) == []


def test_the_ring_goes_with_a_button_that_is_hidden(button, parent):
    focus(button, TAB)
    button.hide()
    assert rings(parent) == []


def test_the_ring_follows_its_button(button, parent):
    focus(button, TAB)
    button.move(60, 30)
    assert rings(parent)[0].geometry().center() == button.geometry().center()


def test_a_ring_goes_with_the_parent_of_its_button(qapp):
    parent = QWidget()
    button = SecondaryButton("Cancel swap", parent=parent)
    parent.show()
    focus(button, TAB)
    parent.deleteLater()
    qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert (isValid(button), isValid(parent)) == (False, False)


def test_the_ring_lets_the_mouse_through(button, parent):
    focus(button, TAB)
    assert parent.childAt(button.geometry().center()) is button


def test_the_space_bar_presses_a_button(button, qtbot):
    with qtbot.waitSignal(button.clicked):
        qtbot.keyClick(button, Qt.Key.Key_Space)


def test_a_button_triggers_the_action_it_was_given(button, qtbot):
    action = QAction("Cancel swap")
    button.set_action(action)
    with qtbot.waitSignal(action.triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_button_follows_what_becomes_of_its_action(button):
    action = QAction("Cancel swap")
    button.set_action(action)
    action.setText("Swap back")
    action.setEnabled(False)
    assert (button.text(), button.isEnabled()) == ("Swap back", False)


def test_a_mnemonic_takes_no_room(qapp):
    assert SecondaryButton("&Cancel swap").sizeHint() == SecondaryButton("Cancel swap").sizeHint()


@pytest.mark.parametrize("name", THEME_NAMES)
def test_the_primary_button_is_ink_all_over(name, qtbot):
    theme = load_theme(name)
    button = PrimaryButton("Swap", theme=theme)
    qtbot.addWidget(button)
    button.resize(button.sizeHint())
    assert button.grab().toImage().pixelColor(12, button.height() // 2) == theme.accent.fill


def test_a_button_that_is_off_is_no_longer_ink(qtbot):
    theme = load_theme("light")
    button = PrimaryButton("Swap", theme=theme)
    qtbot.addWidget(button)
    button.setEnabled(False)
    button.resize(button.sizeHint())
    assert button.grab().toImage().pixelColor(12, 14) == theme.surface.sunken


def test_an_icon_button_has_a_target_of_twenty_eight(qapp):
    size = IconButton("pin", "Pin").sizeHint()
    assert (size.width(), size.height()) == (28, 28)


def test_an_icon_button_says_its_name(qapp):
    button = IconButton("pin", "Pin")
    assert (button.toolTip(), button.accessibleName()) == ("Pin", "Pin")


def test_play_becomes_pause(qapp):
    button = IconButton("play", "Play", filled=True)
    button.set_glyph("pause", "Pause")
    assert (button.glyph, button.accessibleName()) == ("pause", "Pause")


def test_an_icon_button_can_be_of_any_glyph(qtbot):
    for name in GLYPH_NAMES:
        button = IconButton(name, name)
        qtbot.addWidget(button)
        button.resize(28, 28)
        assert np.ptp(pixels(button.grab().toImage())) > 0


def test_an_icon_button_shows_the_keyboard_inside_itself(parent, qtbot):
    button = IconButton("pin", "Pin", theme=load_theme("light"), parent=parent)
    button.resize(28, 28)
    before = button.grab().toImage()
    focus(button, TAB)
    assert button.grab().toImage() != before


def test_an_icon_button_follows_an_action(parent, qtbot):
    action = QAction("Pin")
    button = IconButton("pin", "Pin", parent=parent)
    button.setDefaultAction(action)
    with qtbot.waitSignal(action.triggered):
        qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def test_a_segmented_control_begins_with_its_first_segment(modes):
    assert modes.current == 0


def test_setting_a_segment_tells_nobody(modes):
    indices = chosen_by(modes)
    modes.set_current(2)
    assert (modes.current, indices) == (2, [])


def test_a_click_on_a_segment_chooses_it(modes, qtbot):
    indices = chosen_by(modes)
    qtbot.mouseClick(segments(modes)[1], Qt.MouseButton.LeftButton)
    assert (modes.current, indices) == (1, [1])


def test_a_click_at_the_edge_of_a_segment_counts(modes, qtbot):
    indices = chosen_by(modes)
    segment = segments(modes)[2]
    qtbot.mouseClick(segment, Qt.MouseButton.LeftButton, pos=segment.rect().topRight())
    assert indices == [2]


def test_an_arrow_key_goes_to_the_next_segment(modes, qtbot):
    indices = chosen_by(modes)
    segments(modes)[0].setFocus()
    qtbot.keyClick(segments(modes)[0], Qt.Key.Key_Right)
    assert (modes.current, indices) == (1, [1])


def test_a_segment_may_be_refused_with_a_reason(modes):
    modes.set_enabled_at(2, False, "nothing to compare with")
    assert (segments(modes)[2].isEnabled(), segments(modes)[2].toolTip()) == (False, "nothing to compare with")


def test_a_segmented_control_has_a_name(modes):
    assert modes.accessibleName() == "Run mode"
