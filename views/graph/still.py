"""A still picture: a pixmap of what does not move every frame, repainted only where something has changed.

Ten thousand dots move each frame over nodes that do not. Were both painted by the view's own machinery, each dot would
have the nodes beneath it painted again. So the view keeps two of these and paints the dots over the second:

    ground and wires  --copied into-->  those with the nodes  --copied into-->  the frame, then dots

    touch(rect) -> the rectangle is out of date -> the next frame renders it once -> every later frame copies it

Limits: panning and zooming repaint everything in sight; more than MOST_PARTS rectangles become one about them all.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

MOST_PARTS = 64
SPILL = 2
"""How far a stroke may reach beyond what was touched, in px."""


class StillLayer:
    """A pixmap of the size of the viewport and what of it is out of date, in px of the viewport."""

    def __init__(self) -> None:
        self.pixmap = QPixmap()
        self._size = QSize()
        self._dirty: list[QRect] = []
        self.renders = 0
        """How often anything was rendered: tests see by it that nothing is when nothing changes."""

    def touch(self, rect: QRectF) -> QRect:
        """A rectangle is out of date; returns it in whole px."""
        area = rect.toAlignedRect().adjusted(-SPILL, -SPILL, SPILL, SPILL)
        apart: list[QRect] = []
        joined = QRect(area)
        for part in self._dirty:
            if part.intersects(joined):
                joined = joined.united(part)
            else:
                apart.append(part)
        self._dirty = [*apart, joined]
        if len(self._dirty) > MOST_PARTS:
            self._dirty = [self._united()]
        return area

    def touch_all(self) -> None:
        """All of it is out of date."""
        self._dirty = [QRect(0, 0, 1 << 16, 1 << 16)]

    def bring_up_to_date(self, size: QSize, ratio: float, render: Callable[[QPainter, QRect], None]) -> None:
        """Let `render` paint each rectangle that is out of date; all of it where the size is another."""
        if size != self._size or ratio != self.pixmap.devicePixelRatio():
            self._size = size
            self.pixmap = QPixmap(size * ratio)
            self.pixmap.setDevicePixelRatio(ratio)
            self.pixmap.fill(Qt.GlobalColor.transparent)
            self.touch_all()
        whole = QRect(0, 0, size.width(), size.height())
        parts = [part & whole for part in self._dirty if part.intersects(whole)]
        self._dirty = []
        if not parts:
            return
        painter = QPainter(self.pixmap)
        for part in parts:
            painter.save()
            painter.setClipRect(part)
            render(painter, part)
            painter.restore()
            self.renders += 1
        painter.end()

    def _united(self) -> QRect:
        whole = QRect()
        for part in self._dirty:
            whole = whole.united(part)
        return whole
