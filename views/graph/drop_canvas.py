"""The canvas as what things are dropped on: Qt's events, the keys that are held, and the sentence for the caption.

    enter, move, key --> desk.mean, desk.hover --> every node answers, a card says what a drop would cost
    drop             --> desk.drop             --> a command, a refusal, or the list of what can be attached

Qt sends a move when a key goes down or up while the mouse stands still, so that the answers follow the keys live.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt, Signal, Slot
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent

from views.graph.canvas import Canvas
from views.graph.drop import Dragged, DropDesk, dragged_of, way_of

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from views.graph.scene import GraphScene
    from views.kit.session_link import SessionLink
    from views.kit.theme import Theme


class DropCanvas(Canvas):
    """A canvas onto whose nodes things are dropped."""

    drag_spoke = Signal(str)
    """A sentence on the drag that goes on, for the caption; empty when it is over."""

    attach_wanted = Signal(int)
    """Something is to be attached to an object, and the person is to choose what."""

    def __init__(self, link: SessionLink, board: GraphScene, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(board, theme, parent)
        self.link = link
        self._desk = DropDesk(link, board, self.attach_wanted.emit)
        self._drag_entered = False
        self.setAcceptDrops(True)

    @Slot(str, str)
    def begin_drag(self, kind: str, name: str) -> None:
        """Something has been taken into the hand (kind "implementation" or "wrapper"): every node answers."""
        if self._desk.dragged != Dragged(kind, name):
            self._desk.begin(Dragged(kind, name))
            self._speak()
            self.viewport().update()

    @Slot()
    def end_drag(self) -> None:
        """The hand is empty."""
        if self._desk.dragged is not None:
            self._desk.end()
            self.drag_spoke.emit("")
            self.viewport().update()

    def _speak(self) -> None:
        self.drag_spoke.emit(self._desk.sentence())

    def drag_over(self, point: QPointF, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """The hand is over a point of the viewport, with these keys held; a node within SNAP px is meant."""
        meant = self._desk.mean(way_of(keys))
        if self._desk.hover(self._desk.target_at(self.viewportTransform(), point)) or meant:
            self._speak()
            self.viewport().update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        dragged = dragged_of(event.mimeData())
        if dragged is None:
            event.ignore()
            return
        self._drag_entered = self._desk.dragged is None
        self.begin_drag(dragged.kind, dragged.name)
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        if self._desk.dragged is None:
            event.ignore()
            return
        self.drag_over(event.position(), event.modifiers())
        # Accepted over a "no" too: only then does the drop come, and with it the reason.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        if self._drag_entered:
            self.end_drag()  # Nobody told of the drag before, so nobody will tell of its end.
        elif self._desk.hover(0):
            self._speak()
            self.viewport().update()
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self.drag_over(event.position(), event.modifiers())
        self._desk.drop()
        self.drag_spoke.emit("")
        self.viewport().update()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
