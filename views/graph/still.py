"""The still picture: ground, wires and nodes in one pixmap, repainted only where something has changed.

Ten thousand dots move each frame over nodes that do not. Were both painted by the view's own machinery, each dot would
have the nodes beneath it painted again. So the view paints two layers: this pixmap, and the dots over it.

    touch(rect) -> the rectangle is dirty -> the next paint event renders it once -> every later frame copies it

Limits: panning and zooming repaint everything in sight. A dirty region is one rectangle about all that was touched,
unless there are few.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPixmap

MOST_PARTS = 12
SPILL = 2
"""How far a stroke may reach beyond what was touched, in px."""


class StillLayer:
    """A pixmap of the size of the viewport and what of it is out of date, in px of the viewport."""

    def __init__(self) -> None:
        self._pixmap = QPixmap()
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

    def paint(self, painter: QPainter, size: QSize, ratio: float, render: Callable[[QPainter, QRect], None]) -> None:
        """Bring the pixmap up to date by `render`, which paints a rectangle, and copy it."""
        if size != self._size or ratio != self._pixmap.devicePixelRatio():
            self._size = size
            self._pixmap = QPixmap(size * ratio)
            self._pixmap.setDevicePixelRatio(ratio)
            self._pixmap.fill(Qt.GlobalColor.transparent)
            self.touch_all()
        whole = QRect(0, 0, size.width(), size.height())
        parts = [part & whole for part in self._dirty if part.intersects(whole)]
        self._dirty = []
        if parts:
            inner = QPainter(self._pixmap)
            for part in parts:
                inner.save()
                inner.setClipRect(part)
                render(inner, part)
                inner.restore()
                self.renders += 1
            inner.end()
        painter.drawPixmap(0, 0, self._pixmap)

    def _united(self) -> QRect:
        whole = QRect()
        for part in self._dirty:
            whole = whole.united(part)
        return whole
