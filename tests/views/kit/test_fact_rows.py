"""Rows of names and values."""

from tests.views.panels import image_of, shown
from views.kit.fact_rows import FactRows
from views.kit.theme import load_theme

REASON = "the new implementation raised in unpackage: counter_fails_in_unpackage failed, as it should"


def test_a_value_that_is_too_long_goes_on_in_the_next_line(qtbot):
    rows = FactRows(load_theme("light"))
    rows.set_rows([("reason", REASON), ("retries", "3")])
    shown(qtbot, rows, 320, 100)
    rows.resize(320, rows.sizeHint().height())
    image_of(rows)
    values = [line for line in rows.written if line.whole not in ("reason", "retries")]
    assert " ".join(line.whole for line in values) == REASON + " 3"
    assert [line.whole for line in rows.written if line.cut] == []
    assert values[-1].rect.bottom() <= rows.height()


def test_rows_that_fit_are_as_high_as_each_other(qtbot):
    rows = FactRows(load_theme("light"), pitch=25)
    rows.set_rows([("state", "14.2 KiB"), ("retries", "3")])
    shown(qtbot, rows, 320, 100)
    assert rows.sizeHint().height() == 50
