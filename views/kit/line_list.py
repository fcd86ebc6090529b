"""A list of lines of different heights that are painted after the theme, of which one can be chosen by click or Enter.

Lines are frozen values that say what they are (`spoken`), what choosing them selects (`picked`) and which line they are
(`key`): where only words have changed, the list keeps its place and the line where the keyboard stands.

Limits: a few hundred lines; a list of a million rows is a table's business.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QHelpEvent
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate, QToolTip, QWidget

from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.writing import Written

if TYPE_CHECKING:
    from views.kit.entry_table import Index
    from views.kit.selection import Picked


class Spoken(Protocol):
    """What a line must say of itself."""

    @property
    def spoken(self) -> str: ...
    @property
    def picked(self) -> tuple[str, int] | None: ...
    @property
    def key(self) -> Any: ...


class LineDelegate(QStyledItemDelegate):
    """Paints lines; keeps what it wrote since the list was painted last."""

    def __init__(self, theme: Theme, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.current: tuple[str, int] | None = None
        """What is selected."""
        self.written: list[Written] = []


class LineModel(QAbstractListModel):
    """The lines; `Qt.UserRole` gives one. Lines that cannot be chosen are passed over by the keyboard."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.lines: tuple[Any, ...] = ()

    def take(self, lines: Sequence[Spoken]) -> bool:
        """Show these; True when they are other lines, False when the same lines say something else at most."""
        new = tuple(lines)
        if new == self.lines:
            return False
        if [line.key for line in new] == [line.key for line in self.lines]:
            self.lines = new
            self.dataChanged.emit(self.index(0), self.index(len(new) - 1))
            return False
        self.beginResetModel()
        self.lines = new
        self.endResetModel()
        return True

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else len(self.lines)

    def flags(self, index: Index) -> Qt.ItemFlag:
        chosen = index.isValid() and self.lines[index.row()].picked is not None
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable if chosen else Qt.ItemFlag.NoItemFlags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        line = self.lines[index.row()]
        if role == Qt.ItemDataRole.UserRole:
            return line
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return line.spoken
        return None


class LineList(QListView):
    """The lines; click or Enter chooses one. `stands_at` says at which line the keyboard stands first."""

    chosen = Signal(object)
    """What the chosen line stands for: the arguments of `Selection.select`."""

    def __init__(
        self, delegate: LineDelegate, name: str, theme: Theme, parent: QWidget | None = None,
        *, stands_at: Callable[[Any], bool] = bool,
    ) -> None:  # fmt: skip
        super().__init__(parent)
        self._model = LineModel(self)
        self._delegate = delegate
        self._stands_at = stands_at
        delegate.setParent(self)
        self.setModel(self._model)
        self.setItemDelegate(self._delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.clicked.connect(self._choose)
        self.activated.connect(self._choose)
        self.set_theme(theme)

    @property
    def lines(self) -> tuple[Any, ...]:
        """What is shown."""
        return self._model.lines

    @property
    def written(self) -> list[Written]:
        """The lines of text as they were painted last."""
        return self._delegate.written

    def take(self, lines: Sequence[Spoken], current: Picked | None) -> None:
        """Show these lines; those of the selected thing are marked."""
        before = self._current_line()
        if self._model.take(lines):
            again = next((row for row, line in enumerate(self.lines) if before and line.picked == before.picked), -1)
            if again >= 0:
                self.setCurrentIndex(self._model.index(again))
            elif self.hasFocus():
                self._stand_at_first()
        self._delegate.current = (current.kind, current.identity) if current else None
        self.viewport().update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._delegate.theme = theme
        self.setPalette(theme.palette())
        scroll_thinly(self, theme)
        self.scheduleDelayedItemsLayout()

    def focusInEvent(self, event: QFocusEvent) -> None:
        if self._current_line() is None:
            self._stand_at_first()  # Qt would stand at the first line, whatever that says
        super().focusInEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            index = self.indexAt(event.pos())
            QToolTip.showText(event.globalPos(), self.lines[index.row()].spoken if index.isValid() else "", self)
            return True
        if event.type() == QEvent.Type.Paint:
            self._delegate.written = []
        return super().viewportEvent(event)

    def _current_line(self) -> Any:
        index = self.currentIndex()
        return self.lines[index.row()] if index.isValid() and index.row() < len(self.lines) else None

    def _stand_at_first(self) -> None:
        first = next((row for row, line in enumerate(self.lines) if line.picked and self._stands_at(line)), -1)
        if first >= 0:
            self.setCurrentIndex(self._model.index(first))

    @Slot(QModelIndex)
    def _choose(self, index: QModelIndex) -> None:
        picked = self.lines[index.row()].picked
        if picked is not None:
            self.chosen.emit(picked)
