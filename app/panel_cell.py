"""A place in the window: one panel, or several behind tabs; and the lines between places.

Limits: the cell owns no panel; it shows the one that it is given and lets it go.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSplitter, QSplitterHandle, QVBoxLayout, QWidget

from views.kit.tab_strip import TabStrip
from views.kit.theme import Theme

HEAD = 36
"""px at the top of a panel that are its head, for the menu of the panel."""


class PanelCell(QWidget):
    """Shows one of the panels that share it."""

    chosen = Signal(str)
    """A person wants another of the panels in front."""
    menu_wanted = Signal(str, QPoint)
    """The right button on the head, or the menu key on the tabs: of which panel, and where on the screen."""

    def __init__(self, titles: Sequence[tuple[str, str]], theme: Theme, parent: QWidget) -> None:
        """`titles` are name and title of each panel."""
        super().__init__(parent)
        self.names = tuple(name for name, _ in titles)
        self.front = ""
        self._view: QWidget | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(0)
        self.strip: TabStrip | None = None
        if len(titles) > 1:
            self.strip = TabStrip(theme, self)
            for _, title in titles:
                self.strip.addTab(title)
            self.strip.set_theme(theme)
            self.strip.currentChanged.connect(self._tab_chosen)
            self._column.addWidget(self.strip)

    def show_front(self, name: str, view: QWidget) -> None:
        """Bring a panel to the front; the one before is hidden and stays where it is until it is let go."""
        if self._view is view and view.parentWidget() is self:
            return
        self.let_go(self.window())
        self.front, self._view = name, view
        if self.strip is not None:
            self.strip.blockSignals(True)
            self.strip.setCurrentIndex(self.names.index(name))
            self.strip.blockSignals(False)
        self._column.addWidget(view, 1)
        view.show()

    def let_go(self, to: QWidget) -> None:
        """Hide the panel and give it to another parent, before this place goes."""
        view, self._view = self._view, None
        if view is not None and view.parentWidget() is self:
            self._column.removeWidget(view)
            view.hide()
            view.setParent(to)

    def take_keyboard(self) -> None:
        """Give the keyboard to the panel in front: to itself, or to the first of its parts that takes it."""
        if self._view is None:
            return
        parts = (self._view, *self._view.findChildren(QWidget))
        takes = (part for part in parts if part.focusPolicy() & Qt.FocusPolicy.TabFocus and part.isVisible())
        next(takes, self._view).setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        if self.strip is not None:
            self.strip.set_theme(theme)

    def least_height(self) -> int:
        """The height under which the panel in front is cut, its tabs included."""
        if self._view is None:
            return 0
        strip = 0 if self.strip is None else self.strip.sizeHint().height()
        return strip + max(self._view.minimumSizeHint().height(), self._view.minimumHeight())

    def minimumSizeHint(self) -> QSize:
        """Small: the workspace has seen to it that there is room, and a panel copes with less."""
        return QSize(self._column.minimumSize().width() if self._fixed() else 40, 40)

    def _fixed(self) -> bool:
        return self._view is not None and self._view.minimumWidth() == self._view.maximumWidth()

    @Slot(int)
    def _tab_chosen(self, index: int) -> None:
        self.chosen.emit(self.names[index])

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        strip = 0 if self.strip is None else self.strip.height()
        if event.reason() == QContextMenuEvent.Reason.Mouse and event.pos().y() > strip + HEAD:
            super().contextMenuEvent(event)
            return
        index = self.strip.tabAt(event.pos()) if self.strip is not None else -1
        self.menu_wanted.emit(self.names[index] if index >= 0 else self.front, event.globalPos())


class Lines(QSplitter):
    """Places beside each other with lines between them that can be dragged."""

    def __init__(self, orientation: Qt.Orientation, theme: Theme, parent: QWidget) -> None:
        super().__init__(orientation, parent)
        self.theme = theme
        self.setChildrenCollapsible(False)
        self.setHandleWidth(1)  # Qt lets the pointer catch it two px beside it too

    def createHandle(self) -> QSplitterHandle:
        return LineHandle(self.orientation(), self)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self.theme = theme
        for index in range(self.count()):
            self.handle(index).update()


class LineHandle(QSplitterHandle):
    """A line of the theme; stronger under the pointer, since it can be dragged."""

    def paintEvent(self, _: QPaintEvent) -> None:
        lines = self.splitter()
        assert isinstance(lines, Lines)
        painter = QPainter(self)
        colour = lines.theme.line.strong if self.underMouse() else lines.theme.line.regular
        painter.fillRect(QRectF(self.contentsRect()), colour)
        painter.end()
