"""What the program has to say to the person, over the graph: one sentence, or the progress of a fork.

A sentence goes by itself after some seconds; one that tells of a failure stays until it is closed, and a newer one
takes its place. While a run is made again from the beginning a line shows how far it has come, with Cancel beside it.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QObject, QRectF, QSize, Qt, QTimer, Signal, Slot
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QSizePolicy, QWidget

from views.kit.chrome import IconButton, SecondaryButton
from views.kit.glyphs import paint_glyph
from views.kit.painted import paint_box
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, font

EDGE: Final = 12
SHOWN_MS: Final = 6_000
WIDEST: Final = 640
RIGHT_KEPT: Final = 150
"""px at the right that belong to the small map."""


class MessageStrip(QWidget):
    """One sentence at the lower left of its parent; hidden while there is nothing to say."""

    cancelled = Signal()
    """The person does not want to wait for the fork."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self._theme = theme
        self._fraction: float | None = None
        self._failure = False
        self.label = QLabel(self)
        self.label.setWordWrap(True)
        self.label.setTextFormat(Qt.TextFormat.PlainText)
        self.label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.label.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.cancel = SecondaryButton("Cancel", theme=theme, parent=self)
        self.close_button = IconButton("close", "Close the message", theme=theme, parent=self)
        self._row = QHBoxLayout(self)
        self._row.addWidget(self.label, 1)
        self._row.addWidget(self.cancel)
        self._row.addWidget(self.close_button)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.hide)
        self.cancel.clicked.connect(self.cancelled)
        self.close_button.clicked.connect(self.hide)
        parent.installEventFilter(self)
        self.set_theme(theme)
        self.hide()

    @property
    def text(self) -> str:
        """What is said; empty when nothing is."""
        return self.label.text() if not self.isHidden() else ""

    @property
    def tells_failure(self) -> bool:
        """Whether what is said tells of a failure."""
        return self._failure and not self.isHidden()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.setPalette(theme.palette())
        self.label.setFont(font("label", theme.scale, weight=MEDIUM))
        self.cancel.set_theme(theme)
        self.close_button.set_theme(theme)
        px = theme.px
        self._row.setContentsMargins(round(px(38)), round(px(6)), round(px(8)), round(px(6)))
        self._row.setSpacing(round(px(8)))
        self._place()

    @Slot(str, bool)
    def say(self, sentence: str, failure: bool = False) -> None:
        """Show a sentence; one of a failure stays."""
        if self._fraction is not None and not failure:
            return
        self._fraction = None
        self._failure = failure
        self._show(sentence)
        if failure:
            self._timer.stop()
        else:
            self._timer.start(SHOWN_MS)

    @Slot(str)
    def begin_progress(self, sentence: str) -> None:
        """A fork has begun."""
        self._timer.stop()
        self._failure = False
        self._fraction = 0.0
        self._words = sentence
        self._show(sentence)

    @Slot(float, float)
    def progress(self, fraction: float, estimate_s: float) -> None:
        """So much of the fork is done, and so much wall time is left; negative when nobody knows."""
        self._fraction = fraction
        rest = f", about {max(1, round(estimate_s))} s left" if estimate_s >= 0 else ""
        self.label.setText(f"{self._words}: {fraction:.0%}{rest}")
        self.update()

    @Slot()
    def end_progress(self) -> None:
        """The fork is over."""
        if self._fraction is not None:
            self._fraction = None
            self.hide()

    def _show(self, sentence: str) -> None:
        self.label.setText(sentence)
        self.setAccessibleName(sentence)
        self.cancel.setVisible(self._fraction is not None)
        self.close_button.setVisible(self._fraction is None)
        self._place()
        self.show()
        self.raise_()
        self.update()

    def _place(self) -> None:
        room = self._room.width() - EDGE - round(self._theme.px(RIGHT_KEPT))
        width = max(200, min(room, round(self._theme.px(WIDEST))))
        margins = self._row.contentsMargins()
        wanted = self.label.fontMetrics().horizontalAdvance(self.label.text()) + 8
        buttons = self.cancel.sizeHint().width() if self._fraction is not None else self.close_button.sizeHint().width()
        width = min(width, wanted + margins.left() + margins.right() + buttons + self._row.spacing())
        height = max(round(self._theme.px(40)), self.heightForWidth(width))
        self.setGeometry(EDGE, self._room.height() - height - EDGE, width, height)

    def sizeHint(self) -> QSize:
        return QSize(400, round(self._theme.px(40)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and not self.isHidden():
            self._place()
        return super().eventFilter(watched, event)

    def paintEvent(self, _: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        body = QRectF(self.rect())
        line = theme.accent.fill if self._failure else theme.line.strong
        paint_box(painter, body, px(8), theme.surface.raised, line, theme.stroke(1.5 if self._failure else 1))
        sign = QRectF(px(12), (body.height() - px(16)) / 2, px(16), px(16))
        paint_glyph(painter, "cross" if self._failure else "flag", sign, theme.text.primary)
        if self._fraction is not None:
            bar = QRectF(px(12), body.height() - px(5), body.width() - px(24), px(2))
            painter.fillRect(bar, theme.line.regular)
            bar.setWidth(bar.width() * self._fraction)
            painter.fillRect(bar, theme.accent.fill)
        painter.end()
