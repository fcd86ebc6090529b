"""The small bar over the graph: arrange, zoom out, zoom in, fit, search."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from views.graph.ink import Ink, at_scale_one
from views.kit.chrome import IconButton
from views.kit.theme import Theme

RADIUS = 7.0
SEARCH_WIDTH = 168
TOOLBAR_EDGE = 12
"""px from the edges of the view."""


class Toolbar(QWidget):
    """Arrange, zoom out, zoom in, fit, and a search field that opens at the left."""

    arranged = Signal(bool)
    """Stand in layers (False), or by who calls whom (True)."""

    zoom_out = Signal()
    zoom_in = Signal()
    fit = Signal()
    searched = Signal(str)
    """What is looked for, at each letter."""
    next_found = Signal()
    """Enter: go to the next node that was found."""
    closed = Signal()
    """The search is over."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Graph tools")
        self.setCursor(Qt.CursorShape.ArrowCursor)
        self.field = QLineEdit(self)
        self.field.setPlaceholderText("Find a node")
        self.field.setAccessibleName("Find a node in the graph")
        self.field.setFrame(False)
        self.field.setFixedWidth(SEARCH_WIDTH)
        self.field.hide()
        self.field.textChanged.connect(self.searched)
        self.field.returnPressed.connect(self.next_found)
        self.field.installEventFilter(self)
        self.forces = IconButton("shell", "Arrange by who calls whom, and again in layers", theme=theme, parent=self)
        self.forces.setCheckable(True)
        self.forces.clicked.connect(self.arranged)
        self.buttons = (
            IconButton("minus", "Zoom out", theme=theme, parent=self),
            IconButton("plus", "Zoom in", theme=theme, parent=self),
            IconButton("fit", "Fit the graph into the view", theme=theme, parent=self),
            IconButton("search", "Find a node", theme=theme, parent=self),
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 2, 3, 2)
        row.setSpacing(4)
        row.addWidget(self.field)
        row.addWidget(self.forces)
        for button in self.buttons:
            row.addWidget(button)
        out, into, fit, search = self.buttons
        out.clicked.connect(self.zoom_out)
        into.clicked.connect(self.zoom_in)
        fit.clicked.connect(self.fit)
        search.clicked.connect(self.toggle_search)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme."""
        self._theme = theme
        for button in (self.forces, *self.buttons):
            button.set_theme(theme)
        palette = theme.palette()
        palette.setColor(palette.ColorRole.Base, theme.surface.raised)
        self.field.setPalette(palette)
        self.adjustSize()
        self.update()

    @Slot()
    def toggle_search(self) -> None:
        """Open the field, or close it."""
        if self.field.isVisibleTo(self):
            self.close_search()
        else:
            self.open_search()

    def open_search(self) -> None:
        """Open the field and let the person write."""
        self.field.show()
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()
        self._resized()

    def close_search(self) -> None:
        """Close the field and forget what was looked for."""
        self.field.clear()
        self.field.hide()
        self._resized()
        self.closed.emit()

    def _resized(self) -> None:
        right, top = self.geometry().right(), self.geometry().top()
        self.adjustSize()
        self.move(right - self.width() + 1, top)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.field and event.type() == QEvent.Type.KeyPress:
            assert isinstance(event, QKeyEvent)
            if event.key() == Qt.Key.Key_Escape:
                self.close_search()
                return True
        return super().eventFilter(watched, event)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        ink = Ink(painter, at_scale_one(self._theme))
        ink.box(QRectF(self.rect()), RADIUS, self._theme.surface.raised, ink.hair(self._theme.line.regular))
        painter.end()
