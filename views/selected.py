"""The facts of the selected component, and what can be put on it.

    FCM file 17  selected
    interface         file cache manager
    clients           postmark, sdet-1
    ...
    [ Swap with... ]  [ Attach... ]                    Enter

The two menus are the keyboard's twin of a drag: they hold every candidate with the component's own answer, and what is
refused says why. Everything here is read from the states at the cursor.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
from PySide6.QtCore import QPoint, Qt, Slot
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QVBoxLayout, QWidget

from model.commands import Attach, Detach
from model.commands import Swap as SwapCommand
from views.kit.chrome import PanelHeader, SecondaryButton
from views.kit.describing import (
    Choice,
    client_name,
    counted,
    described,
    kernel_last,
    picked_object,
    swap_choices,
    wrap_choices,
)
from views.kit.fact_rows import FactRows
from views.kit.format import format_bytes, format_count, format_duration
from views.kit.glyphs import glyph_icon
from views.kit.menus import dress
from views.kit.panel_view import PanelView
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.swap_list import SwapList
from views.kit.theme import Theme
from views.kit.typography import font

if TYPE_CHECKING:
    from model.projections.topology import ObjectNode

PADDING: Final = 16
PITCH: Final = 27
VERDICT_GLYPHS: Final = {"yes": "check", "conversion": "tilde", "no": "cross"}
HINT: Final = "Select a component in the graph to see what it is and what it can become."


class SelectedView(PanelView):
    """One component: what it is, who calls it, what it has been through, what it can become."""

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(link, selection, theme, parent)
        self._object = 0
        self.header = PanelHeader("", "selected", theme=theme)
        self.facts = FactRows(theme, PITCH, spread=False)
        self.swap_with = SecondaryButton("Swap with…", theme=theme)
        self.attach = SecondaryButton("Attach…", theme=theme)
        self.enter = QLabel("Enter")
        self.hint = QLabel(HINT)
        self.list = SwapList(theme)
        self._menu: QMenu | None = None
        self._build()
        self.swap_with.clicked.connect(self.open_swap_menu)
        self.attach.clicked.connect(self.open_attach_menu)
        self.list.chosen.connect(self._choose_swap)
        self.setAutoFillBackground(True)
        self.restyle()

    def _build(self) -> None:
        buttons = QHBoxLayout()
        buttons.setContentsMargins(PADDING, 16, PADDING, 12)
        buttons.setSpacing(8)
        buttons.addWidget(self.swap_with)
        buttons.addWidget(self.attach)
        buttons.addStretch(1)
        buttons.addWidget(self.enter)
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(PADDING, 6, PADDING, 12)
        self._about = QWidget(self)
        column = QVBoxLayout(self._about)
        column.setContentsMargins(0, 8, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.facts)
        column.addLayout(buttons)
        column.addWidget(self.list)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._about)
        layout.addWidget(self.hint)
        layout.addStretch(1)

    def take(self) -> None:
        topology, swaps = self.link.topology, self.link.swaps
        self._object = picked_object(topology, self.selection.current, swaps.by_request)
        node = topology.objects.get(self._object)
        self._about.setVisible(node is not None)
        self.hint.setVisible(node is None)
        if node is None:
            self.header.set_title("Component", "none selected")
            return
        self.header.set_title(node.name, "selected")
        self.facts.set_rows(self._facts(node))
        busy = f"A {node.transition.sort} is under way" if node.transition is not None else ""
        self.swap_with.setToolTip(f"{busy}: another is queued behind it" if busy else "")
        self.attach.setEnabled(not busy)
        self.attach.setToolTip(busy)
        self.list.take(swaps.of_object(node.identity))

    def forget(self) -> None:
        self._object = 0

    def restyle(self) -> None:
        theme = self.theme
        palette = theme.palette()
        self.setPalette(palette)
        self.setBackgroundRole(palette.ColorRole.Base)
        self.enter.setForegroundRole(palette.ColorRole.PlaceholderText)
        self.enter.setFont(font("small", theme.scale))
        self.hint.setFont(font("label", theme.scale))
        for widget in (self.header, self.facts, self.swap_with, self.attach, self.list):
            widget.set_theme(theme)

    # --- facts -------------------------------------------------------------------------------------------------------

    def _facts(self, node: ObjectNode) -> list[tuple[str, str]]:
        topology = self.link.topology
        interface = topology.interfaces.get(node.interface)
        implementation = topology.implementation_of(node.identity)
        vector = implementation.vector if implementation else 0
        rows = [
            ("interface", interface.title.lower() if interface else "unknown"),
            ("implementation", described(topology, implementation, node.instance)),
            ("clients", self._clients(node.identity)),
            ("in flight", self._in_flight(node.identity)),
            ("protocols", f"{vector.bit_count()}, highest is bit {vector.bit_length() - 1}" if vector else "none"),
            ("swaps", self._swaps(node.identity)),
            ("state", self._state(node.instance)),
        ]
        wrappers = [topology.pointed_at(interposer).words for interposer in node.interposers]
        return [*rows, ("wrappers", ", ".join(wrappers))] if wrappers else rows

    def _clients(self, identity: int) -> str:
        clients = sorted(self.link.tables.clients_by_object.get(identity, ()), key=kernel_last)
        return ", ".join(client_name(self.link.topology, client) for client in clients) or "none"

    def _in_flight(self, identity: int) -> str:
        calls, threads = self.link.counts.in_flight_of(identity), self.link.threads
        processors = len(np.unique(threads.processor[threads.target == identity]))
        return f"{counted(calls, 'call')} on {counted(processors, 'processor')}" if calls else "no call"

    def _swaps(self, identity: int) -> str:
        ended = [swap for swap in self.link.swaps.of_object(identity) if swap.sort == "swap" and swap.over]
        if not ended:
            return "none"
        return f"{len(ended)}, last {format_duration(max(0, self.link.clock_ns - (ended[-1].ended_ns or 0)))} ago"

    def _state(self, instance: int) -> str:
        """What the instance reports of itself, in its own words."""
        figures = {name: value for (of, name), value in self.link.topology.figures.items() if of == instance}
        figures.pop("representatives", None)
        size = figures.pop("bytes", None)
        counts = [f"{format_count(value)} {name}" for name, value in figures.items()]
        if size is None:
            return ", ".join(counts[:3]) or "not reported"
        return format_bytes(size) + (f" in {counts[0]}" if counts else "")

    # --- menus -------------------------------------------------------------------------------------------------------

    @Slot()
    def open_swap_menu(self) -> None:
        """Every implementation of the interface with the component's answer; also what Enter opens."""
        self._open(self.swap_menu(), self.swap_with)

    @Slot()
    def open_attach_menu(self) -> None:
        """Every wrapper with the component's answer, and what is attached to take it off."""
        self._open(self.attach_menu(), self.attach)

    def swap_menu(self) -> QMenu:
        """The menu of implementations."""
        menu = QMenu(self)
        self._fill(menu, "swap", swap_choices(self.link.topology, self._object))
        return menu

    def attach_menu(self) -> QMenu:
        """The menu of wrappers; beneath a line what can be detached, outermost first."""
        topology, menu = self.link.topology, QMenu(self)
        self._fill(menu, "attach", wrap_choices(topology, self._object))
        node = topology.objects.get(self._object)
        if node and node.interposers:
            menu.addSeparator()
        which: dict[int, int] = {}
        for interposer in node.interposers if node else ():
            wrapper = topology.wrappers[topology.interposers[interposer].wrapper]
            action = menu.addAction(f"Detach {wrapper.title}")
            action.setData(("detach", wrapper.name, which.get(wrapper.identity, 0)))
            which[wrapper.identity] = which.get(wrapper.identity, 0) + 1
            action.setEnabled(node is not None and node.transition is None)
        return menu

    def _fill(self, menu: QMenu, what: str, choices: tuple[Choice, ...]) -> None:
        dress(menu, self.theme)
        for choice in choices:
            meaning = getattr(self.theme.drop, choice.verdict.answer)
            icon = glyph_icon(VERDICT_GLYPHS[choice.verdict.answer], self.theme, 16, meaning.text)
            action = menu.addAction(icon, f"{choice.title}\t{choice.verdict.words}")
            action.setData((what, choice.name, 0))
            action.setEnabled(choice.verdict.answer != "no")
        if not choices:
            menu.addAction("nothing fits").setEnabled(False)
        menu.triggered.connect(self._chosen)

    def _open(self, menu: QMenu, under: QWidget) -> None:
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(under.mapToGlobal(QPoint(0, under.height() + 4)))

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        if action.data() is None:
            return
        what, name, which = action.data()
        component = self.link.topology.objects[self._object].name
        match what:
            case "swap":
                behind = self.link.topology.objects[self._object].transition is not None
                self.link.issue(SwapCommand(object=component, implementation=name, queue=behind))
            case "attach":
                self.link.issue(Attach(object=component, wrapper=name))
            case "detach":
                self.link.issue(Detach(object=component, wrapper=name, which=which))

    @Slot(int)
    def _choose_swap(self, request: int) -> None:
        self.selection.select("swap", request)
