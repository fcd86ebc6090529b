"""A row of buttons that becomes two where the panel is too narrow for one."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Items from left to right, line after line; what is hidden takes no place."""

    def __init__(self, spacing: int, margins: QMargins, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._items: list[QLayoutItem] = []
        self.setSpacing(spacing)
        self.setContentsMargins(margins)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return self._place(QRect(0, 0, width, 0), move=False)

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        self._place(rect, move=True)

    def sizeHint(self) -> QSize:
        return self.minimumSize()

    def minimumSize(self) -> QSize:
        """As wide as the widest item, as high as one line; the rest is a matter of the width."""
        seen = [item.sizeHint() for item in self._items if not item.isEmpty()]
        margins = self.contentsMargins()
        width = max((size.width() for size in seen), default=0) + margins.left() + margins.right()
        height = max((size.height() for size in seen), default=0)
        return QSize(width, height + (margins.top() + margins.bottom() if seen else 0))

    def _place(self, rect: QRect, *, move: bool) -> int:
        """Lays the items out, or only measures; returns the height that they take, 0 when none is seen."""
        seen = [item for item in self._items if not item.isEmpty()]
        if not seen:
            return 0
        margins = self.contentsMargins()
        left, top, line = rect.x() + margins.left(), rect.y() + margins.top(), 0
        x = left
        for item in seen:
            size = item.sizeHint()
            if x > left and x + size.width() > rect.right() + 1 - margins.right():
                x, top, line = left, top + line + self.spacing(), 0
            if move:
                item.setGeometry(QRect(QPoint(x, top), size))
            x, line = x + size.width() + self.spacing(), max(line, size.height())
        return top + line + margins.bottom() - rect.y()
