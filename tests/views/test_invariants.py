"""The light says whether every rule holds up to the instant that is shown, and leads to the row that breaks one."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from model.projections.invariants import RULES
from model.trace.trace import Trace
from tests.app.playing import staged
from tests.projections.clean_run import Edit, clean_rows, moved_before, trace_of_rows
from tests.views.panels import image_of
from views.invariants import InvariantLight
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import load_theme

BROKEN: Edit = moved_before("call 2 ended", "transfer")


class Held:
    """A session that is over: a trace of hand-written rows."""

    def __init__(self, edit: Edit | None = None) -> None:
        rows = clean_rows()
        self.trace: Trace = trace_of_rows(edit(rows) if edit else rows)
        self.now_ns = self.trace.head
        self.script = ()

    def issue(self, command: object, clock_ns: int) -> int:
        raise AssertionError(command)


@pytest.fixture
def light(qtbot, request):
    link = SessionLink(Held(getattr(request, "param", None)))
    view = InvariantLight(link, Selection(), load_theme("light"))
    qtbot.addWidget(view)
    view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    view.resize(1_500, 40)
    view.show()
    return view


def test_light_is_green_with_the_rules_and_the_rows(light) -> None:
    link = light.link
    assert light.pill.text() == f"{len(RULES)} rules hold \u00b7 {link.trace.head} rows"
    assert light.pill.toolTip() == f"{len(RULES)} rules were held over {link.trace.head} rows, and none is broken"


@pytest.mark.parametrize("light", [BROKEN], indirect=True)
def test_light_is_red_with_the_rule_and_says_what_broke_it(light) -> None:
    assert light.pill.text().startswith("S3 broken")
    rule, what = light.pill.toolTip().split("\n")
    assert rule == "S3: Nobody is inside the old component when its transfer begins."
    assert what.startswith("But call 2 is inside")


@pytest.mark.parametrize("light", [BROKEN], indirect=True)
def test_a_click_and_the_key_ask_for_the_instant_of_the_broken_row(light, qtbot) -> None:
    broken = light.link.invariants.violations[0].position
    with qtbot.waitSignal(light.time_wanted) as asked:
        qtbot.mouseClick(light.pill, Qt.MouseButton.LeftButton)
    assert asked.args == [light.link.trace.event(broken).at_ns]
    with qtbot.waitSignal(light.time_wanted):
        qtbot.keyClick(light.pill, Qt.Key.Key_Space)


@pytest.mark.parametrize("light", [BROKEN], indirect=True)
def test_before_the_broken_row_the_light_is_green(light) -> None:
    link = light.link
    broken = link.invariants.violations[0].position
    link.set_cursor(broken)
    link.refresh()
    assert "rules hold" in light.pill.text()
    link.set_cursor(broken + 1)
    link.refresh()
    assert "broken" in light.pill.text()


def test_nothing_is_asked_for_where_every_rule_holds(light, qtbot) -> None:
    with qtbot.assertNotEmitted(light.time_wanted):
        assert light.go() is False


@pytest.mark.parametrize("light", [BROKEN], indirect=True)
def test_another_session_is_looked_at_afresh(light) -> None:
    light.link.set_session(Held())
    assert "rules hold" in light.pill.text()


@pytest.mark.parametrize("theme", ["dark", "high_contrast", "projector"])
def test_light_takes_over_a_theme(light, theme: str) -> None:
    before = image_of(light.pill)
    light.set_theme(load_theme(theme))
    assert image_of(light.pill) != before


def test_in_a_narrow_window_the_rows_are_left_to_the_tool_tip(light) -> None:
    for width, words in ((1_200, f"{len(RULES)} rules hold"), (900, str(len(RULES)))):
        light.resize(width, 40)
        light.take()
        assert light.pill.text() == words


def test_the_rule_that_a_run_was_kept_for_is_told_of_before_others_and_the_planted_bug_with_it(qtbot) -> None:
    """One generation advance breaks Q4 first; the run is there to show S5."""
    stage = staged("one_advance", until_ns=10_000)
    stage.player.to_end()
    stage.frame()
    light = InvariantLight(stage.link, Selection(), load_theme("light"))
    qtbot.addWidget(light)
    first = stage.link.invariants.violations[0]
    assert (first.rule, light.broken) == ("Q4", "Q4 broken")
    light.look_for("S5", stage.planted.name)
    assert light.broken == "S5 broken"
    assert light.pill.toolTip().endswith("The engine of this run has a planted bug: one generation advance")
    with qtbot.waitSignal(light.time_wanted) as asked:
        light.go()
    assert asked.args == [3_387]
    stage.close()
