"""One selection and one hover for all panels."""

import pytest

from views.kit.selection import Picked, Selection


@pytest.fixture
def heard():
    """A selection and what its two signals have carried, in order."""

    class Listener:
        def __init__(self):
            self.selection = Selection()
            self.picked, self.hovered = [], []
            self.selection.changed.connect(self.picked.append)
            self.selection.hover_changed.connect(self.hovered.append)

    return Listener()


def test_nothing_is_selected_at_first():
    assert Selection().current is None


def test_what_is_selected_is_told(heard):
    heard.selection.select("thread", 214)
    assert heard.picked == [Picked("thread", 214)]


def test_the_same_selection_is_told_once(heard):
    heard.selection.select("thread", 214)
    heard.selection.select("thread", 214)
    assert len(heard.picked) == 1


def test_clearing_is_told_as_none(heard):
    heard.selection.select("swap", 4)
    heard.selection.clear()
    assert heard.picked == [Picked("swap", 4), None]


def test_hover_leaves_the_selection_alone(heard):
    heard.selection.hover("object", 17)
    assert (heard.selection.current, heard.hovered) == (None, [Picked("object", 17)])


def test_leaving_is_told_as_none(heard):
    heard.selection.hover("object", 17)
    heard.selection.leave()
    assert heard.hovered == [Picked("object", 17), None]


def test_the_same_number_of_another_kind_is_another_thing(heard):
    heard.selection.select("object", 3)
    assert (heard.selection.is_selected("object", 3), heard.selection.is_selected("client", 3)) == (True, False)


def test_a_kind_that_cannot_be_picked_is_refused():
    with pytest.raises(ValueError, match="nothing of kind 'panel'"):
        Selection().select("panel", 1)
