"""A row of buttons that becomes two."""

import pytest
from PySide6.QtCore import QCoreApplication, QMargins
from PySide6.QtWidgets import QWidget

from views.kit.chrome import SecondaryButton
from views.kit.flow_layout import FlowLayout


@pytest.fixture
def row(qtbot):
    widget = QWidget()
    qtbot.addWidget(widget)
    layout = FlowLayout(8, QMargins(16, 10, 16, 10), widget)
    widget.buttons = [SecondaryButton(words) for words in ("Cancel swap", "Run until TRANSFER")]
    for button in widget.buttons:
        layout.addWidget(button)
    return widget


def places(row, width):
    row.resize(width, row.layout().heightForWidth(width))
    row.show()
    QCoreApplication.processEvents()
    return [(button.x(), button.y()) for button in row.buttons]


def test_where_there_is_room_the_buttons_stand_beside_each_other(row):
    (first_x, first_y), (second_x, second_y) = places(row, 400)
    assert (first_x, first_y, second_y) == (16, 10, 10)
    assert second_x == 16 + row.buttons[0].width() + 8


def test_where_there_is_none_they_stand_in_two_lines(row):
    assert places(row, 200) == [(16, 10), (16, 10 + row.buttons[0].height() + 8)]


def test_what_is_hidden_takes_no_place(row):
    row.buttons[0].hide()
    assert places(row, 400)[1] == (16, 10)
    row.buttons[1].hide()
    assert row.layout().heightForWidth(400) == 0
