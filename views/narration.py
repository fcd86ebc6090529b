"""What a scene says, over the transport: one or two sentences, and how to go on while the run stands still for them.

    3 / 7   The door is closed. Calls that are inside may end; who comes now waits outside.        [Space] goes on

In a presentation the same words are a subtitle (views/stage.py).
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from views.kit.keycap import keycap_width, paint_keycap
from views.kit.narration_control import NarrationControl
from views.kit.theme import Theme
from views.kit.typography import SEMIBOLD, font, line_height, metrics, text_width, wrapped
from views.kit.writing import Writer, Written

HEIGHT: Final = 56
PADDING: Final = 16
ROLE: Final = "title"


class NarrationView(QWidget):
    """The line that is said; no height at all where nothing is narrated."""

    def __init__(self, narration: NarrationControl, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._narration, self._theme = narration, theme
        self.written: list[Written] = []
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)
        narration.changed.connect(self._said)
        self._said()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.setPalette(theme.palette())
        self.setBackgroundRole(self.palette().ColorRole.Base)
        self.setFixedHeight(round(theme.px(HEIGHT)))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(400, round(self._theme.px(HEIGHT)))

    @Slot()
    def _said(self) -> None:
        if self.accessibleName() != self._narration.text:
            self.setAccessibleName(self._narration.text)
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(QRectF(0, 0, self.width(), theme.stroke(1)), theme.line.regular)
        writer = Writer(painter, theme)
        row = QRectF(px(PADDING), 1, self.width() - px(2 * PADDING), self.height() - 1)
        place = f"{self._narration.index + 1} / {self._narration.count}"
        writer.line(row, place, "label", theme.text.tertiary)
        row.setLeft(row.left() + text_width("88 / 88", "label", theme.scale) + px(12))
        if self._narration.waiting:
            self._paint_key(writer, row)
        row.setRight(row.right() - self._key_width() - px(24))
        self._paint_words(writer, row)
        painter.end()
        self.written = writer.written

    def _key_width(self) -> float:
        theme = self._theme
        return keycap_width("Space", theme) + theme.px(8) + text_width("goes on", "label", theme.scale)

    def _paint_key(self, writer: Writer, row: QRectF) -> None:
        theme = self._theme
        area = QRectF(row.right() - self._key_width(), row.top(), self._key_width(), row.height())
        area.setLeft(area.left() + paint_keycap(writer, area, "Space") + theme.px(8))
        writer.line(area, "goes on", "label", theme.text.secondary)

    def _paint_words(self, writer: Writer, row: QRectF) -> None:
        theme = self._theme
        measure = metrics(ROLE, theme.scale, weight=SEMIBOLD)
        lines = wrapped(self._narration.text, measure, row.width())
        height = line_height(ROLE, theme.scale)
        if len(lines) * height <= row.height():
            top = row.center().y() - len(lines) * height / 2
            for index, line in enumerate(lines):
                area = QRectF(row.left(), top + index * height, row.width(), height)
                writer.line(area, line, ROLE, weight=SEMIBOLD)
            return
        # A long line in a narrow window: in smaller letters, as many as go in.
        writer.painter.setFont(font("label", theme.scale))
        writer.painter.setPen(theme.text.primary)
        wraps = Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignVCenter
        writer.painter.drawText(row, wraps, self._narration.text)
