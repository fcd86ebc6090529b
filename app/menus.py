"""Menus: those of the bar, made from the table of actions, and those that depend on what is selected.

The list of a component's candidates is the graph's own menu, with the component's verdicts; what the table of actions
can do with a component stands beneath it. So the menu at a node, the keys S, A and D and the menu bar say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, QPointF, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QMenuBar, QWidget

from app.actions import MENUS, entries
from app.view_catalogue import AREAS, VIEW_BY_NAME
from views.graph.drop import Dragged, command_of, verdict_of
from views.kit.glyphs import glyph_icon
from views.kit.menus import dress
from views.kit.session_link import SessionLink
from views.kit.theme import Theme

if TYPE_CHECKING:
    from app.workspace import Workspace
    from model.projections.topology import Verdict
    from views.graph.menu import NodeMenu
    from views.graph.view import GraphView

SIGNS: Final = {"yes": "check", "conversion": "tilde", "no": "cross"}
OF_A_NODE: Final = ("swap_back", "next_phase", "run_until_drained", "rewind", "copy_receipt")


def fill_menu_bar(bar: QMenuBar, actions: Mapping[str, QAction]) -> dict[str, QMenu]:
    """The menus of the bar and their submenus, by name."""
    menus: dict[str, QMenu] = {}
    for name in MENUS:
        menu = menus[name] = bar.addMenu(f"&{name}")
        menu.setToolTipsVisible(True)
        for entry in entries(name):
            target = menu
            if entry.submenu:
                if entry.submenu not in menus:
                    menus[entry.submenu] = menu.addMenu(entry.submenu)
                target = menus[entry.submenu]
            if entry.parts:
                target.addSeparator()
            target.addAction(actions[entry.name])
    return menus


def fill_choices(menu: QMenu, choices: list[tuple[str, str]], theme: Theme) -> None:
    """Give a menu a line a choice, each with its name and its words."""
    menu.clear()
    menu.setEnabled(bool(choices))
    for name, words in choices:
        menu.addAction(words).setData(name)
    dress(menu, theme)


class NodeMenus:
    """Opens what can be done with a component, whole or one list of it."""

    def __init__(self, graph: GraphView, actions: Mapping[str, QAction]) -> None:
        self._graph = graph
        self._actions = actions

    def open_at(self, object_id: int, at: QPoint) -> QMenu:
        """Everything that can be done with a component."""
        menu = self._graph.menu_of(object_id)
        menu.addSeparator()
        menu.addActions([self._actions[name] for name in OF_A_NODE if self._actions[name].isEnabled()])
        dress(menu, self._graph.theme)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)
        return menu

    def open_list(self, object_id: int, title: str) -> QMenu | None:
        """One list of it ("Swap with", "Attach", "Detach") beside the node; None where there is no such list."""
        menu = self._graph.menu_of(object_id)
        part = _part(menu, title)
        if part is None or not part.isEnabled():
            menu.deleteLater()
            return None
        dress(part, self._graph.theme)
        part.aboutToHide.connect(menu.deleteLater)
        part.popup(self.place_of(object_id))
        choose_first(part)
        return part

    def place_of(self, object_id: int) -> QPoint:
        """The point of the screen under a component's node."""
        node = self._graph.board.objects.get(object_id)
        corner = node.standing.bottomLeft() + QPointF(0, 6) if node is not None else QPointF()
        return self._graph.viewport().mapToGlobal(self._graph.mapFromScene(corner))


def _part(menu: NodeMenu, title: str) -> QMenu | None:
    for action in menu.actions():
        part = action.menu()
        if isinstance(part, QMenu) and part.title() == title:
            return part
    return None


def choose_first(menu: QMenu) -> None:
    """Let Enter take the first line that is possible."""
    first = next((action for action in menu.actions() if action.isEnabled() and not action.isSeparator()), None)
    if first is not None:
        menu.setActiveAction(first)


class PanelMenu(QMenu):
    """What can be done with a panel: put it into another area, or close it."""

    def __init__(self, workspace: Workspace, name: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._workspace, self._name = workspace, name
        title = VIEW_BY_NAME[name].title
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(f"What can be done with the panel {title}")
        here = workspace.arrangement.area_of(name)
        for area in AREAS:
            if area != here:
                self.addAction(f"Move {title} to the {area}").setData(area)
        self.addSeparator()
        self.addAction(f"Close {title}").setData("")
        self.triggered.connect(self._chosen)
        dress(self, theme)

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        if action.data():
            self._workspace.move_panel(self._name, action.data())
        else:
            self._workspace.close_panel(self._name)


class TargetMenu(QMenu):
    """The keyboard's twin of a drag that began in the palette: every component, with its answer."""

    def __init__(self, link: SessionLink, theme: Theme, kind: str, name: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._link = link
        self._kind, self._name = kind, name
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setAccessibleName(f"Where {name} is to go")
        topology = link.topology
        for identity, node in topology.objects.items():
            verdict = self._verdict(identity)
            action = self.addAction(glyph_icon(SIGNS[verdict.answer], theme), f"{node.name}, {_words(verdict)}")
            action.setData(identity)
            action.setEnabled(verdict.answer != "no")
        self.triggered.connect(self._chosen)
        dress(self, theme)

    def _verdict(self, object_id: int) -> Verdict:
        topology = self._link.topology
        return verdict_of(topology, Dragged(self._kind, self._name), object_id, "queue")

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        topology, identity = self._link.topology, action.data()
        behind = topology.objects[identity].transition is not None
        self._link.issue(command_of(topology, Dragged(self._kind, self._name), identity, queue=behind))


def _words(verdict: Verdict) -> str:
    if verdict.answer == "conversion":
        return f"yes, with conversion: {verdict.protocol_name}"
    return verdict.answer if verdict.words in ("", "attach") else f"{verdict.answer}, {verdict.words}"
