"""What in the window can be undone: a line for each part, and the words in the menu."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.actions import BY_NAME
from app.undo import Undo

if TYPE_CHECKING:
    from app.main_window import MainWindow


class Changes(QObject):
    """Tells an Undo of everything that a person changes in a window."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.undo = undo = Undo(window.link, self)
        marks, workspace, board = window.marks, window.workspace, window.graph.board
        undo.watch("change of marks", marks.tables, marks.write, marks.changed)
        undo.watch("change of the layout", workspace.state, workspace.restore, workspace.changed)
        self._places = undo.watch("move of a node", board.places, board.set_places, window.graph.positions_changed)
        board.shape_changed.connect(self._laid_out)
        search = window.palette_view.search
        undo.watch("filter of the implementations", search.text, search.setText, search.textChanged, joins=True)
        undo.said.connect(window.say)
        undo.stack.undoTextChanged.connect(self._name)
        undo.stack.redoTextChanged.connect(self._name)
        window.forking.issued.connect(undo.issued)
        workspace.view_made.connect(self._watch_view)

    @Slot()
    def _laid_out(self) -> None:
        """Nodes come, go and are laid out by themselves; only what a person moves is a change."""
        if not self._window.graph.board.dragging:
            self._places.forget()

    @Slot(str)
    def _watch_view(self, name: str) -> None:
        """Panels are made when they are first shown."""
        if name == "story":
            text = self._window.workspace.view("story").filter
            self.undo.watch("filter of the story", text.text, text.setText, text.textChanged, joins=True)

    @Slot(str)
    def _name(self, _: str) -> None:
        """The menu says what would be undone."""
        stack = self.undo.stack
        for name, words in (("undo", stack.undoText()), ("redo", stack.redoText())):
            text = BY_NAME[name].text
            self._window.actions_by_name[name].setText(f"{text} {words}" if words else text)
