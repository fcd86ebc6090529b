"""The keyboard's twin of drag and drop: what can be put on a node, with the same verdicts and the same commands.

    Enter, or a click with the right button  -->  Swap with > ...   Attach > ...   Detach > ...   Let it fail > ...
                                                  Cancel the swap

Where something is under way with the object, a swap is queued behind it, as by a drop with Ctrl.
What an object refuses stands in the list too, greyed, with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Slot
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu, QWidget

from model.commands import Cancel, Command, Detach
from views.graph.drop import FAULT, IMPLEMENTATION, WRAPPER, Dragged, command_of
from views.graph.drop_marks import protocol_words
from views.kit.describing import Choice, fault_choices, swap_choices, wrap_choices
from views.kit.glyphs import glyph_icon
from views.kit.menus import dress

if TYPE_CHECKING:
    from model.projections.topology import Topology, Verdict
    from views.kit.session_link import SessionLink
    from views.kit.theme import Theme

SIGNS = {"yes": "check", "conversion": "tilde", "no": "cross"}


class NodeMenu(QMenu):
    """What can be done with one object; choosing issues the command."""

    def __init__(self, link: SessionLink, theme: Theme, object_id: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self._theme = theme
        self._commands: list[Command] = []
        # One group over all submenus: it tells of each choice once, however it was made.
        self._group = QActionGroup(self)
        self._group.setExclusionPolicy(QActionGroup.ExclusionPolicy.None_)
        self._group.triggered.connect(self._chosen)
        topology = link.topology
        node = topology.objects[object_id]
        self.setTitle(node.name)
        self.setAccessibleName(f"What can be done with {node.name}")
        self._list("Swap with", IMPLEMENTATION, swap_choices(topology, object_id), topology, object_id)
        self._list("Attach", WRAPPER, wrap_choices(topology, object_id), topology, object_id)
        self._detaches(topology, object_id)
        self._list("Let it fail", FAULT, fault_choices(topology, object_id), topology, object_id)
        swap = link.swaps.under_way(object_id)
        if swap is not None and swap.sort == "swap":
            self.addSeparator()
            cancel = self._offer(self, "Cancel the swap", Cancel(object=node.name))
            cancel.setEnabled(swap.cancellable)
            if not swap.cancellable:
                cancel.setText("Cancel the swap, not possible now")
        dress(self, theme)

    def _list(self, title: str, kind: str, choices: tuple[Choice, ...], topology: Topology, object_id: int) -> None:
        menu = self.addMenu(title)
        menu.setAccessibleName(title)
        menu.setEnabled(bool(choices))
        for choice in choices:
            words = f"{choice.title}, {verdict_words(choice.verdict)}"
            queued = choice.verdict.words == "queued"
            action = self._offer(menu, words, command_of(topology, Dragged(kind, choice.name), object_id, queue=queued))
            action.setIcon(glyph_icon(SIGNS[choice.verdict.answer], self._theme))
            action.setEnabled(choice.verdict.answer != "no")

    def _detaches(self, topology: Topology, object_id: int) -> None:
        node = topology.objects[object_id]
        if not node.interposers:
            return
        menu = self.addMenu("Detach")
        seen: dict[int, int] = {}
        for interposer in node.interposers:
            wrapper = topology.wrappers[topology.interposers[interposer].wrapper]
            which = seen.get(wrapper.identity, 0)
            seen[wrapper.identity] = which + 1
            action = self._offer(
                menu, wrapper.title or wrapper.name, Detach(object=node.name, wrapper=wrapper.name, which=which)
            )
            action.setEnabled(node.transition is None)

    def _offer(self, menu: QMenu, words: str, command: Command) -> QAction:
        action = menu.addAction(words)
        action.setData(len(self._commands))
        self._group.addAction(action)
        self._commands.append(command)
        return action

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        number = action.data()
        if isinstance(number, int):
            self._link.issue(self._commands[number])


def verdict_words(verdict: Verdict) -> str:
    """The answer as the list says it: "yes, by reference", "no, another interface"."""
    if verdict.answer == "conversion":
        return f"yes, with conversion: {protocol_words(verdict)}"
    return f"{verdict.answer}, {verdict.words}" if verdict.words not in ("attach", "inject") else verdict.answer
