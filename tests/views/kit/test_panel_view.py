"""What every panel has in common."""

from typing import Any

from pytestqt.exceptions import capture_exceptions

from tests.views.panels import linked
from views.kit.panel_view import PanelView
from views.kit.theme import load_theme


class Broken(PanelView):
    def take(self) -> None:
        raise LookupError("no such row")


def test_a_panel_that_cannot_take_its_picture_is_shown_and_says_why_once(qtbot: Any) -> None:
    link, selection = linked("completed")
    panel = Broken(link, selection, load_theme("light"))
    qtbot.addWidget(panel)
    with capture_exceptions() as caught:
        panel.show()
    assert panel.isVisible()
    assert [str(error) for _, error, _ in caught] == ["no such row"]
