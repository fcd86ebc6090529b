"""The light: whether every rule holds up to the instant that is shown.

    (v) 33 rules hold  48.6 k rows                (x) S5 broken  3 times

Green with how many rules were held over how many rows; red from the first row on that breaks one, with the rule's
number. A click, or its key, goes to that row; the tool tip says the rule and what broke it.

It is a part of the bar at the top. What it says is folded with the cursor, so that going back to before the broken row
makes it green again. Limits: the rules see the rows up to the cursor, not those that are still to come.
"""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QWidget

from model.projections.invariants import RULES, SENTENCE_OF, Invariants, Violation
from views.kit.chrome import Pill
from views.kit.format import format_count
from views.kit.panel_view import PanelView, describe
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme

NARROW, NARROWER = 1_400, 1_100
"""px of the window under which the rows are said by the tool tip alone, and under which nearly all is."""
WORDS_AT_MOST = 300


class InvariantLight(PanelView):
    """One pill; `time_wanted` is the instant of the first row that breaks a rule, once somebody asks for it."""

    time_wanted = Signal(int)

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(link, selection, theme, parent)
        self.pill = Pill("", "invariant.ok", interactive=True, theme=theme, parent=self)
        self.pill.clicked.connect(self.go)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 4, 0)
        row.addWidget(self.pill)
        self._shown: tuple[str, str] = ("", "")
        self._rule = self._planted = ""
        self.take()

    def look_for(self, rule: str, planted: str) -> None:
        """The rule that a run was kept for breaking, and the bug that is planted in its engine; empty for none.

        A broken engine may break several rules: the one that a run is there to show is told of before the others.
        """
        self._rule, self._planted = rule, planted
        self.take()

    @property
    def broken(self) -> str:
        """`S5 broken`; empty where every rule holds."""
        state: Invariants = self.link.invariants
        return "" if state.hold else f"{self._first(state).rule} broken"

    def take(self) -> None:
        state: Invariants = self.link.invariants
        meaning, words, more = self._told(state)
        if (meaning, words) != self._shown:
            if meaning != self._shown[0]:
                self.pill.set_meaning(meaning, "tint" if state.hold else "solid")
            self._shown = (meaning, words)
            self.pill.set_text(words)
        if self.pill.toolTip() != more:
            self.pill.setToolTip(more)
        describe(self.pill, words, more)

    def restyle(self) -> None:
        self.pill.set_theme(self.theme)

    def forget(self) -> None:
        self._shown = ("", "")

    @Slot()
    def go(self) -> bool:
        """Asks for the instant of the first broken row; False where every rule holds."""
        state: Invariants = self.link.invariants
        if state.hold:
            return False
        self.time_wanted.emit(self._instant(state))
        return True

    def _first(self, state: Invariants) -> Violation:
        """Of the rule that is looked for, or of any."""
        return next((one for one in state.violations if one.rule == self._rule), state.violations[0])

    def _instant(self, state: Invariants) -> int:
        """When the first row that breaks a rule was written; the earliest that is held if it was let go."""
        trace, position = self.link.trace, self._first(state).position
        return trace.event(position).at_ns if trace.tail <= position < trace.head else self.link.earliest_ns

    def _told(self, state: Invariants) -> tuple[str, str, str]:
        """The meaning, the words, and what the tool tip says."""
        width, px = self.window().width(), self.theme.px
        if state.hold:
            words = str(len(RULES)) if width < px(NARROWER) else f"{len(RULES)} rules hold"
            if width >= px(NARROW):
                words += f" \u00b7 {_thousands(state.rows)} rows"
            more = f"{len(RULES)} rules were held over {format_count(state.rows)} rows, and none is broken"
            return "invariant.ok", words, more + self._warning()
        first = self._first(state)
        words = first.rule if width < px(NARROWER) else f"{first.rule} broken"
        if state.broken > 1 and width >= px(NARROW):
            words += f" and {state.broken - 1} more"
        more = f"{first.rule}: {SENTENCE_OF[first.rule]}.\nBut {first.message}. Click to go there."
        return "invariant.violated", words, more[:WORDS_AT_MOST] + self._warning()

    def _warning(self) -> str:
        return f"\nThe engine of this run has a planted bug: {self._planted}" if self._planted else ""


def _thousands(rows: int) -> str:
    """About as wide at all times: `48.6 k`."""
    if rows < 1_000:
        return str(rows)
    for size, unit in ((1_000_000, "M"), (1_000, "k")):
        if rows >= size:
            return f"{rows / size:.3g} {unit}" if rows < 999.5 * size else f"{rows / size:,.0f} {unit}"
    return str(rows)
