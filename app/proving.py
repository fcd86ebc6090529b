"""Proof in the window: every schedule of the scenario that is open, and one thing of the engine left out.

        Explore   another process: `changeover explore FILE --json --tell`
                      | a line a few times a second: schedules, states, transitions gone
        the sheet <---'   at the end: complete, or the run that breaks a rule, which the window opens at the broken step
        Break it  another process: `changeover break NAME --json`, and the window opens the smallest run that it breaks

Exploring keeps an interpreter busy and plants bugs in its own engine, so it is done in another process; the window
stays quick, and whole.
"""

from __future__ import annotations

import json
from pathlib import Path
from tempfile import mkdtemp
from typing import Any, Final

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QListWidget, QListWidgetItem, QStackedWidget, QVBoxLayout, QWidget

from app.other_process import OtherProcess
from app.sheet import Sheet
from model.exploration.coverage import TRANSITIONS
from model.exploration.lesson import lessons
from model.scenario import Scenario, dump
from views.kit.buttons import PrimaryButton, SecondaryButton, SegmentedControl
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import font

STRATEGIES: Final = ("portfolio", "complete", "bounded", "pct", "random")
SECONDS: Final = 60
ABOUT: Final = (
    "Runs the scenario that is open in abstract time, where every step is a choice, and holds every rule over every "
    "run. Small scenarios are shown whole; a large one is searched for as long as you let it."
)
PAGES: Final = ("Explore this scenario", "Break it")


class ProofSheet(Sheet):
    """Both pages."""

    open_wanted = Signal(str)
    """The scenario of a broken run."""

    def __init__(self, scenario: Scenario, theme: Theme, parent: QWidget) -> None:
        super().__init__("Proof", theme, parent, does=True)
        self.folder = Path(mkdtemp(prefix="changeover-proof-"))
        self.choice = SegmentedControl(list(PAGES), "What to do", theme)
        self.explore = ExplorePage(scenario, self.folder, theme, self)
        self.break_it = BreakPage(self.folder, theme, self)
        self.pages = QStackedWidget()
        for page in (self.explore, self.break_it):
            self.pages.addWidget(page)
            page.open_wanted.connect(self._open)
        self.choice.chosen.connect(self._turn_to)
        self.body.addWidget(self.choice)
        self.body.addWidget(self.pages, 1)
        self.finish()
        self.resize(round(theme.px(820)), round(theme.px(600)))

    def show_page(self, index: int) -> None:
        """Show one of the two."""
        self.choice.set_current(index)
        self._turn_to(index)

    @Slot(int)
    def _turn_to(self, index: int) -> None:
        """Enter does what the page is for, and the arrows choose from its list."""
        self.pages.setCurrentIndex(index)
        page = (self.explore, self.break_it)[index]
        page.run_button.setDefault(True)
        page.first.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot(str)
    def _open(self, path: str) -> None:
        self.open_wanted.emit(path)
        self.accept()

    def done(self, result: int) -> None:
        """Closing the sheet ends what it began."""
        self.explore.process.cancel()
        self.break_it.process.cancel()
        super().done(result)


class _Page(QWidget):
    """What both pages have: a process, its two buttons, and a line of words."""

    open_wanted = Signal(str)

    def __init__(self, run: str, theme: Theme, sheet: Sheet) -> None:
        super().__init__(sheet)
        self.process = OtherProcess(self)
        self.process.ended.connect(self._ended)
        self.run_button = PrimaryButton(run, theme=theme)
        self.run_button.clicked.connect(self.run)
        self.cancel_button = SecondaryButton("Cancel", theme=theme)
        self.cancel_button.clicked.connect(self.process.cancel)
        self.cancel_button.setEnabled(False)
        self.first: QWidget = self.run_button
        """What has the keyboard when the page is turned to."""
        self.words = sheet.line("")
        self.words.setWordWrap(True)
        self.words.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 8, 0, 0)
        self.column.setSpacing(10)

    def buttons_row(self) -> QHBoxLayout:
        """The two buttons, at the left."""
        row = QHBoxLayout()
        row.addWidget(self.run_button)
        row.addWidget(self.cancel_button)
        row.addStretch(1)
        return row

    @Slot()
    def run(self) -> None:
        """Begins."""
        self.run_button.setEnabled(False)
        self.cancel_button.setEnabled(True)

    @Slot(int, str)
    def _ended(self, status: int, printed: str) -> None:
        self.run_button.setEnabled(True)
        self.cancel_button.setEnabled(False)
        try:
            found = json.loads(printed)
        except ValueError:
            said = self.process.said.strip().splitlines()
            self.words.setText(said[-1] if said else "Cancelled")
            return
        self.show_result(found)

    def show_result(self, found: dict[str, Any]) -> None:
        """What was printed."""
        raise NotImplementedError


class ExplorePage(_Page):
    """Explores the scenario that is open, with a live count."""

    def __init__(self, scenario: Scenario, folder: Path, theme: Theme, sheet: Sheet) -> None:
        super().__init__("Explore", theme, sheet)
        self._folder = folder
        self._scenario = msgspec.structs.replace(scenario, recording=None, schedule=None)
        self._broken = ""
        about = sheet.line(ABOUT, faint=True)
        about.setWordWrap(True)
        self.strategy = SegmentedControl(list(STRATEGIES), "Strategy", theme)
        self.count = sheet.line("", "title")
        self.gone = sheet.line("", faint=True)
        self.gone.setWordWrap(True)
        self.open_button = SecondaryButton("Open the run that breaks it", theme=theme)
        self.open_button.clicked.connect(self._open)
        self.open_button.hide()
        above: tuple[QWidget, ...] = (sheet.line(scenario.title or scenario.name, bold=True), about, self.strategy)
        beneath: tuple[QWidget, ...] = (self.count, self.gone, self.words, self.open_button)
        for part in above:
            self.column.addWidget(part)
        self.column.addLayout(self.buttons_row())
        for part in beneath:
            self.column.addWidget(part)
        self.column.addStretch(1)
        self.process.told.connect(self._told)

    @Slot()
    def run(self) -> None:
        super().run()
        self.open_button.hide()
        self.words.setText("")
        file = self._folder / "explored.toml"
        file.write_text(dump(self._scenario), encoding="utf-8")
        strategy = STRATEGIES[self.strategy.current]
        self.process.start(
            "explore", str(file), "--strategy", strategy, "--seconds", str(SECONDS), "--to", str(self._folder),
            "--json", "--tell",
        )  # fmt: skip

    @Slot(dict)
    def _told(self, told: dict[str, Any]) -> None:
        schedules, seconds = told.get("schedules", 0), told.get("seconds", 0.0)
        rate = f", {schedules / seconds:,.0f} a second" if seconds else ""
        states = f", {told['states']:,} states" if told.get("states") else ""
        left = max(0, round(SECONDS - seconds))
        self.count.setText(f"{schedules:,} schedules{states}{rate}; at most {left} s left")
        gone = told.get("transitions", [])
        missing = [name for name in TRANSITIONS if name not in gone]
        rest = f"; not yet {', '.join(missing)}" if missing else ""
        self.gone.setText(f"{len(gone)} of {len(TRANSITIONS)} transitions of the protocol{rest}")

    def show_result(self, found: dict[str, Any]) -> None:
        self.count.setText(self.count.text().partition(";")[0])
        if not found["violations"]:
            extent = "Every behaviour was shown" if found["complete"] else "Not every behaviour was shown"
            self.words.setText(f"{extent}, and every rule held.")
            return
        (broken,) = found["violations"]
        steps = "".join(f"\n{step}" for step in broken["steps"])
        self.words.setText(f"{broken['rule']} is broken: {broken['message']}{steps}")
        self._broken = broken["scenario_file"]
        self.open_button.show()

    @Slot()
    def _open(self) -> None:
        self.open_wanted.emit(self._broken)


class BreakPage(_Page):
    """The planted bugs, each with a sentence of what it leaves out."""

    def __init__(self, folder: Path, theme: Theme, sheet: Sheet) -> None:
        super().__init__("Break it and watch", theme, sheet)
        self._folder = folder
        self.list = QListWidget()
        self.list.setFont(font("label", theme.scale))
        self.list.setPalette(theme.palette())
        self.list.setAccessibleName("What can be left out")
        scroll_thinly(self.list, theme)
        for mutant in lessons():
            item = QListWidgetItem(f"{mutant.number}   {mutant.name}:  {mutant.sentence}")
            item.setData(Qt.ItemDataRole.UserRole, mutant.name)
            item.setToolTip(f"{mutant.sentence} {mutant.rule} finds it.")
            self.list.addItem(item)
        names = [mutant.name for mutant in lessons()]
        self.list.setCurrentRow(names.index(FIRST_LESSON))
        self.list.itemDoubleClicked.connect(self.run)
        self.first = self.list
        about = sheet.line(
            "Each leaves one thing of the swap protocol out. The smallest run that it breaks is searched for, and "
            "opens in the window, with that engine, at the step that breaks a rule.", faint=True,
        )  # fmt: skip
        about.setWordWrap(True)
        self.column.addWidget(about)
        self.column.addWidget(self.list, 1)
        self.column.addLayout(self.buttons_row())
        self.column.addWidget(self.words)

    @Slot()
    def run(self) -> None:
        item = self.list.currentItem()
        if item is None:
            return
        super().run()
        self.words.setText("looking for the smallest run that it breaks")
        self.process.start("break", item.data(Qt.ItemDataRole.UserRole), "--to", str(self._folder), "--json")

    def show_result(self, found: dict[str, Any]) -> None:
        self.words.setText(f"{found['rule']} is broken: {found['message']}")
        self.open_wanted.emit(found["scenario_file"])


FIRST_LESSON: Final = "one generation advance"
"""The best of them: two advances look like one too many until one is seen to be too few."""
