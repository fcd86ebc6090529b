"""What each action does, a few lines each: the handlers that the table of actions names.

Handlers ask the player, the link and the window; they hold no state of the run. Those of groups are given the action,
whose `data()` is the entry's value.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QFileDialog, QWidget

from app.documents import save_recording
from app.exporting import Exporting, span_of
from app.marks import drained_words
from app.menus import TargetMenu, choose_first
from app.sheet import AboutBox, GuideSheet, KeySheet
from model.commands import Cancel
from model.refusals import ScenarioError
from model.scenario import LayoutTable
from views.kit.describing import picked_object

if TYPE_CHECKING:
    from app.main_window import MainWindow

FIRST_SELECT = "Select a component first: click it, or press G and walk with the arrow keys"
SOURCES = "Python (*.py);;All files (*)"
SCENARIOS = "Scenarios and recordings (*.toml);;All files (*)"


class Handlers(QObject):
    """The slots of all actions."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.exporting: Exporting | None = None

    # --- files -------------------------------------------------------------------------------------------------------

    @Slot()
    def open_file(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Open a scenario or a recording", "", SCENARIOS)
        if path:
            self._window.open(path)

    @Slot()
    def add_source(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self._window, "Add implementations and wrappers", "", SOURCES)
        if path:
            self._window.offer(path)

    @Slot(QAction)
    def open_named(self, action: QAction) -> None:
        """A scenario that ships, or one that was open lately."""
        self._window.open(action.data())

    @Slot()
    def restart(self) -> None:
        self._window.open(self._window.opened)

    @Slot()
    def save(self) -> None:
        suggested = f"{self._window.session.scenario.name}-recording.toml"
        path, _ = QFileDialog.getSaveFileName(self._window, "Save a recording of this run", suggested, SCENARIOS)
        if path:
            self.save_to(path)

    def save_to(self, path: str) -> None:
        """Write the recording, and say so or why not."""
        try:
            save_recording(self._window.session, Path(path), **self._kept())
        except OSError as error:
            self._window.say(f"{path} cannot be written ({error.strerror}); the run goes on", failure=True)
            return
        self._window.say(f"Saved: changeover run {Path(path).name} replays it")

    def _kept(self) -> dict[str, Any]:
        """What a person has added to the run: marks, where the nodes stand if somebody placed them, and the panels."""
        graph, panels = self._window.graph, self._window.workspace.for_file()
        layout = LayoutTable(graph.positions if graph.board.arranged else {}, panels)
        return {**self._window.marks.tables(), "layout": layout}

    @Slot()
    def arrange_in_layers(self) -> None:
        self._window.graph.arrange(False)

    @Slot()
    def arrange_by_calls(self) -> None:
        self._window.graph.arrange(True)

    @Slot()
    def save_picture(self) -> None:
        title = "Save a picture of the window"
        path, _ = QFileDialog.getSaveFileName(self._window, title, "changeover.png", "PNG (*.png);;SVG (*.svg)")
        if path:
            self.save_picture_to(path)

    def save_picture_to(self, path: str) -> None:
        """Write the window as it stands: lines and texts where the name ends in .svg, pixels otherwise."""
        from app.pictures import save_window  # It imports the window.

        try:
            save_window(self._window, Path(path))
        except ScenarioError as error:
            self._window.say(str(error), failure=True)

    @Slot()
    def save_movie(self) -> None:
        title, window = "Save a moving picture", self._window
        path, _ = QFileDialog.getSaveFileName(window, title, "changeover.gif", "GIF (*.gif);;PNG (*.png)")
        if path:
            if not Path(path).suffix:  # It would be a folder, and the dialog has not asked about what it is called now.
                path = f"{path}.gif"
                if Path(path).exists():
                    window.say(f"{Path(path).name} is there already; choose it to replace it", failure=True)
                    return
            begin_ns, end_ns = span_of(window.receipt.shown, window.link.clock_ns)
            theme = window.theme.name.lower().replace(" ", "_")
            self._export("movie", path, "--from", f"{begin_ns}ns", "--to", f"{end_ns}ns", "--theme", theme)

    @Slot()
    def save_trace(self) -> None:
        title = "Save the run for other viewers of traces"
        path, _ = QFileDialog.getSaveFileName(self._window, title, "changeover.json", "JSON (*.json)")
        if path:
            self._export("trace", path)

    def _export(self, command: str, path: str, *more: str) -> None:
        if self.exporting is None:
            strip = self._window.strip
            self.exporting = Exporting(self._window)
            self.exporting.said.connect(self._tell)
            self.exporting.begun.connect(strip.begin_export)
            self.exporting.moved.connect(strip.export_moved)
            self.exporting.over.connect(strip.end_export)
            strip.export_cancelled.connect(self.exporting.cancel)
        self.exporting.write(self._window.session, command, path, *more, **self._kept())

    @Slot(str, bool)
    def _tell(self, sentence: str, failed: bool) -> None:
        self._window.say(sentence, failure=failed)

    def cancel_what_runs(self) -> None:
        """No fork goes on and nothing is written any more: the window closes."""
        self._window.forking.cancel()
        if self.exporting is not None:
            self.exporting.cancel()

    @Slot()
    def quit(self) -> None:
        self._window.close()

    # --- editing -----------------------------------------------------------------------------------------------------

    @Slot()
    def undo(self) -> None:
        self._window.undo.undo()

    @Slot()
    def redo(self) -> None:
        self._window.undo.redo()

    # --- running -----------------------------------------------------------------------------------------------------

    @Slot()
    def toggle_play(self) -> None:
        self._window.player.toggle()

    @Slot()
    def step_forward(self) -> None:
        self._window.player.step_forward()

    @Slot()
    def step_back(self) -> None:
        self._window.player.step_back()

    @Slot()
    def to_start(self) -> None:
        self._window.player.to_start()

    @Slot()
    def to_end(self) -> None:
        self._window.player.to_end()

    @Slot(QAction)
    def choose_step(self, action: QAction) -> None:
        self._window.player.set_step(action.data())

    @Slot(QAction)
    def choose_pace(self, action: QAction) -> None:
        self._window.player.set_pace(action.data())

    @Slot()
    def run_until(self) -> None:
        """Marks comes to the front, with the keyboard where the rows are written."""
        self._window.workspace.show_panel("marks")
        self._window.workspace.view("marks").take_keyboard()

    @Slot()
    def run_until_drained(self) -> None:
        """Of the selected component, or of every thread of this moment where none is selected."""
        if refusal := self._window.marks.run_until(drained_words(self._window.link, self._window.selection)):
            self._window.say(refusal)

    @Slot()
    def bookmark(self) -> None:
        self._window.marks.bookmark_here()

    @Slot()
    def next_bookmark(self) -> None:
        self._window.marks.next_bookmark()

    @Slot()
    def previous_bookmark(self) -> None:
        self._window.marks.previous_bookmark()

    @Slot()
    def slower(self) -> None:
        self._window.player.set_pace(self._window.player.asked_pace / 2)

    @Slot()
    def faster(self) -> None:
        self._window.player.set_pace(self._window.player.asked_pace * 2)

    @Slot(QAction)
    def choose_mode(self, action: QAction) -> None:
        self._window.player.set_mode(action.data())

    @Slot(bool)
    def toggle_slow_motion(self, on: bool) -> None:
        self._window.player.set_slow_motion(on)

    @Slot(bool)
    def toggle_narration(self, on: bool) -> None:
        self._window.narration.set_on(on)

    @Slot()
    def end_slow_motion(self) -> None:
        self._window.player.cancel_slow_motion()

    # --- swaps -------------------------------------------------------------------------------------------------------

    def _selected(self) -> int:
        """The selected component; 0, and a word to the person, where there is none."""
        link = self._window.link
        found = picked_object(link.topology, self._window.selection.current, link.swaps.by_request)
        if not found:
            self._window.say(FIRST_SELECT)
        return found

    def _open_list(self, title: str, empty: str) -> None:
        object_id = self._selected()
        if object_id and self._window.node_menus.open_list(object_id, title) is None:
            self._window.say(f"{empty} {self._window.link.topology.objects[object_id].name}")

    @Slot()
    def swap_with(self) -> None:
        self._open_list("Swap with", "No other implementation is known for")

    @Slot(int)
    def attach_to(self, object_id: int) -> None:
        """An implementation was dropped with Alt: it is not swapped in; what is to be attached?"""
        self._window.selection.select("object", object_id)
        self.attach()

    @Slot()
    def attach(self) -> None:
        self._open_list("Attach", "No wrapper is known for")

    @Slot()
    def detach(self) -> None:
        self._open_list("Detach", "Nothing is attached to")

    @Slot(str, str)
    def choose_target(self, kind: str, name: str) -> None:
        """Enter on a card of the palette: which component is it for?"""
        window = self._window
        menu = TargetMenu(window.link, window.theme, kind, name, window)
        menu.popup(window.palette_view.mapToGlobal(window.palette_view.rect().topRight()))
        choose_first(menu)

    @Slot()
    def cancel_swap(self) -> None:
        swap = self._window.receipt.shown
        if swap is None or swap.over:
            self._window.say("No swap is under way here")
        else:
            self._window.link.issue(Cancel(object=swap.component))

    def _press(self, button: QWidget, otherwise: str) -> None:
        """Do what a button of the receipt would do, if it stands there and can be pressed."""
        self._window.workspace.show_panel("receipt")
        if button.isVisible() and button.isEnabled():
            button.click()  # type: ignore[attr-defined]
        else:
            reason = button.toolTip() if button.isVisible() else ""  # Of one that is not there it says something else.
            self._window.say(reason or otherwise)

    @Slot()
    def swap_back(self) -> None:
        self._press(self._window.receipt.back, "There is no swap here to take back: choose one at the right")

    @Slot()
    def run_until_next_phase(self) -> None:
        self._press(self._window.receipt.run_until, "No swap is under way here")

    @Slot()
    def rewind(self) -> None:
        window, swap = self._window, self._window.receipt.shown
        if swap is not None and not swap.over:
            window.player.seek_ns(swap.requested_ns - 1)  # While it goes on the card has no room for the button.
        else:
            self._press(window.receipt.rewind, "There is no swap here to go back to: choose one at the right")

    @Slot()
    def copy_receipt(self) -> None:
        self._press(self._window.receipt.copy_button, "There is no receipt here to copy")

    @Slot()
    def stop_fork(self) -> None:
        self._window.forking.cancel()

    # --- panels ------------------------------------------------------------------------------------------------------

    @Slot(QAction)
    def choose_layout(self, action: QAction) -> None:
        self._window.workspace.choose_layout(action.data())

    @Slot()
    def reset_layout(self) -> None:
        self._window.workspace.reset_layout()

    @Slot(QAction)
    def toggle_panel(self, action: QAction) -> None:
        """Show a panel that is closed, or behind another; close one that is to be seen."""
        workspace = self._window.workspace
        if workspace.cell_of(action.data()) is not None:
            workspace.close_panel(action.data())
        else:
            workspace.show_panel(action.data())

    # --- looks -------------------------------------------------------------------------------------------------------

    @Slot()
    def toggle_theme(self) -> None:
        self._window.looks.toggle()

    @Slot(QAction)
    def choose_theme(self, action: QAction) -> None:
        self._window.looks.choose(action.data())

    @Slot(QAction)
    def choose_size(self, action: QAction) -> None:
        self._window.looks.set_size(action.data())

    @Slot(bool)
    def toggle_reduced_motion(self, on: bool) -> None:
        self._window.set_reduced_motion(on)

    @Slot()
    def open_commands(self) -> None:
        self._window.commands.open()

    @Slot()
    def open_places(self) -> None:
        self._window.commands.open(places_only=True)

    @Slot()
    def zoom_in(self) -> None:
        self._window.graph.zoom_in()

    @Slot()
    def zoom_out(self) -> None:
        self._window.graph.zoom_out()

    @Slot()
    def fit(self) -> None:
        self._window.graph.fit()

    @Slot()
    def find(self) -> None:
        """Put the keyboard into the search that is nearest to it."""
        window = self._window
        focus = window.focusWidget()
        if focus is not None and window.tables.isAncestorOf(focus):
            window.tables.focus_search()
        elif focus is not None and (focus is window.graph or window.graph.isAncestorOf(focus)):
            window.graph.open_search()
        else:
            window.workspace.show_panel("palette")
            window.set_rail(False)
            window.palette_view.focus_filter()

    @Slot()
    def go_graph(self) -> None:
        """Put the keyboard into the graph, at the selected node or the first."""
        self._window.workspace.show_panel("graph")
        self._window.graph.setFocus(Qt.FocusReason.TabFocusReason)

    @Slot()
    def select_before(self) -> None:
        self._window.history.go_back()

    @Slot()
    def select_after(self) -> None:
        self._window.history.go_forward()

    @Slot()
    def go_broken_rule(self) -> None:
        if not self._window.light.go():
            self._window.say("No rule is broken up to here.")

    @Slot()
    def go_palette(self) -> None:
        """Put the keyboard into the palette, at a card."""
        self._window.workspace.show_panel("palette")
        cards = self._window.palette_view.list
        cards.setFocus(Qt.FocusReason.TabFocusReason)
        if not cards.currentIndex().isValid():
            cards.setCurrentIndex(cards.model().index(1, 0))

    @Slot(bool)
    def toggle_rail(self, on: bool) -> None:
        self._window.set_rail(on)

    @Slot(bool)
    def toggle_full_screen(self, on: bool) -> None:
        if on:
            self._window.showFullScreen()
        else:
            self._window.showNormal()

    @Slot()
    def explore(self) -> None:
        self._prove(0)

    @Slot()
    def break_it(self) -> None:
        self._prove(1)

    def _prove(self, page: int) -> None:
        from app.proving import ProofSheet  # Exploration is imported when somebody wants it.

        sheet = ProofSheet(self._window.session.scenario, self._window.theme, self._window)
        sheet.open_wanted.connect(self._open_broken)
        sheet.show_page(page)
        sheet.open()

    @Slot(str)
    def _open_broken(self, path: str) -> None:
        """A broken run opens where it breaks, with the steps that conflict bookmarked."""
        self._window.open(path)

    @Slot()
    def show_experiments(self) -> None:
        from app.gallery import Gallery  # The experiments are imported when somebody wants them.

        gallery = Gallery(self._window.theme, self._window)
        gallery.open_wanted.connect(self._open_run)
        gallery.open()

    @Slot(str)
    def _open_run(self, path: str) -> None:
        """A single run of an experiment, as a scenario."""
        self._window.open(path)

    @Slot(bool)
    def toggle_presentation(self, on: bool) -> None:
        self._window.showing.presentation.set_on(on)

    @Slot()
    def show_stand(self) -> None:
        self._window.showing.presentation.show_stand()

    @Slot()
    def show_welcome(self) -> None:
        self._window.showing.welcome.open()

    @Slot()
    def begin_tour(self) -> None:
        self._window.showing.welcome.begin_tour()

    @Slot()
    def show_keys(self) -> None:
        KeySheet(self._window.theme, self._window, self._window.keys).open()

    @Slot()
    def show_guide(self) -> None:
        GuideSheet(self._window.theme, self._window).open()

    @Slot()
    def about(self) -> None:
        AboutBox(self._window.theme, self._window).open()
