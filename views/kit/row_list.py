"""A list of rows of one height, each painted after the theme in a line: what stops, bookmarks and swaps have in common.

A click or Enter chooses a row. What was written is kept until the first row is painted again, so that a test can see
that nothing was cut.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRectF, QSize, Qt, Slot
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.writing import Written

if TYPE_CHECKING:
    from views.kit.entry_table import Index

ROW: Final = 28
PADDING: Final = 16


class RowDelegate(QStyledItemDelegate):
    """Paints the rows; `paint` is the subclass's own."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self.theme = theme
        self.written: list[Written] = []

    def sizeHint(self, _: QStyleOptionViewItem, __: Index) -> QSize:
        return QSize(10, round(self.theme.px(ROW)))

    def words_area(self, area: QRectF) -> QRectF:
        """What a row has for words, right of its sign."""
        px = self.theme.px
        return area.adjusted(px(PADDING + 22), 0, -px(PADDING), 0)


class RowList(QListView):
    """The rows, one under the other; `choose` is the subclass's own."""

    def __init__(
        self, rows: QAbstractListModel, delegate: RowDelegate, name: str, theme: Theme, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        rows.setParent(self)
        delegate.setParent(self)
        self._delegate = delegate
        self.setModel(rows)
        self.setItemDelegate(delegate)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(name)
        self.clicked.connect(self._row_chosen)
        self.activated.connect(self._row_chosen)
        self.set_theme(theme)

    def choose(self, row: int) -> None:
        """A person has chosen a row."""
        raise NotImplementedError

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._delegate.theme = theme
        self.setPalette(theme.palette())
        scroll_thinly(self, theme)

    @property
    def written(self) -> list[Written]:
        """The lines as they were painted last."""
        return self._delegate.written

    @Slot(QModelIndex)
    def _row_chosen(self, index: QModelIndex) -> None:
        self.choose(index.row())
