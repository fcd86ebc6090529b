"""The graph, and under it the last sentence of the story: one panel, for neither says much without the other."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QVBoxLayout, QWidget

from views.caption import CaptionView
from views.graph.view import GraphView
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme


class GraphPane(QWidget):
    """The object graph with its caption."""

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.graph = GraphView(link, selection, theme)
        self.graph.own_menu = False
        self.graph.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.caption = CaptionView(link, selection, theme)
        self.graph.drag_spoke.connect(self.caption.say)
        self.setFocusProxy(self.graph)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.graph, 1)
        column.addWidget(self.caption)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self.graph.set_theme(theme)
        self.caption.set_theme(theme)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Nothing glides in the graph."""
        self.graph.reduced_motion = reduced
