"""What the program has to say to the person, over the graph: one sentence, or the progress of what takes long.

A sentence goes by itself after some seconds; one that tells of a failure stays until it is closed, and a newer one
takes its place. While a run is made again from the beginning, or a file is written, a line shows how far it has come,
with Cancel beside it. Of several things one is shown, the first that there is of

    the fork, for which everything waits  >  a sentence  >  the file, which is written while the run goes on
"""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class _Work:
    """Something that takes long."""

    words: str
    fraction: float = 0.0
    left_s: float = -1.0

    @property
    def sentence(self) -> str:
        """What it is, how far it has come, and how long the rest will take, as far as that is known."""
        if not self.fraction:
            return self.words
        left = f", about {max(1, round(self.left_s))} s left" if self.left_s >= 0 else ""
        return f"{self.words}: {self.fraction:.0%}{left}"


class MessageStrip(QWidget):
    """One sentence at the lower left of its parent; hidden while there is nothing to say."""

    cancelled = Signal()
    """The person does not want to wait for the fork."""
    export_cancelled = Signal()
    """The person does not want the file."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._room = parent
        self._theme = theme
        self._fork: _Work | None = None
        self._export: _Work | None = None
        self._sentence = ""
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
        self._timer.timeout.connect(self._close)
        self.cancel.clicked.connect(self._cancel)
        self.close_button.clicked.connect(self._close)
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
        return self._failure and self._work is None and not self.isHidden()

    @property
    def _work(self) -> _Work | None:
        """What is under way and shown; None while a sentence is, or nothing."""
        return self._fork or (None if self._sentence else self._export)

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
        """Show a sentence; one of a failure stays, and is the only kind that outlasts a fork."""
        if self._fork is not None and not failure:
            return
        self._sentence, self._failure = sentence, failure
        self._show()
        if failure:
            self._timer.stop()
        else:
            self._timer.start(SHOWN_MS)

    @Slot(str)
    def begin_progress(self, sentence: str) -> None:
        """A fork has begun."""
        self._timer.stop()
        self._sentence, self._failure = "", False
        self._fork = _Work(sentence)
        self._show()

    @Slot(float, float)
    def progress(self, fraction: float, estimate_s: float) -> None:
        """So much of the fork is done, and so much wall time is left; negative when nobody knows."""
        if self._fork is not None:
            self._fork = _Work(self._fork.words, fraction, estimate_s)
            self._show()

    @Slot()
    def end_progress(self) -> None:
        """The fork is over."""
        self._fork = None
        self._show()

    @Slot(str)
    def begin_export(self, sentence: str) -> None:
        """A file is being written."""
        self._close()
        self._export = _Work(sentence)
        self._show()

    @Slot(float, float)
    def export_moved(self, fraction: float, estimate_s: float) -> None:
        """So much of the file is done, and so much wall time is left; negative when nobody knows."""
        if self._export is not None:
            self._export = _Work(self._export.words, fraction, estimate_s)
            self._show()

    @Slot()
    def end_export(self) -> None:
        """Nothing is being written any more."""
        self._export = None
        self._show()

    @Slot()
    def _cancel(self) -> None:
        (self.cancelled if self._fork is not None else self.export_cancelled).emit()

    @Slot()
    def _close(self) -> None:
        """The sentence has been read."""
        self._timer.stop()
        self._sentence, self._failure = "", False
        self._show()

    def _show(self) -> None:
        work = self._work
        text = work.sentence if work is not None else self._sentence
        if not text:
            self.hide()
            return
        self.label.setText(text)
        self.setAccessibleName(work.words if work is not None else text)
        self.cancel.setVisible(work is not None)
        self.close_button.setVisible(work is None)
        self._place()
        self.show()
        self.raise_()
        self.update()

    def _place(self) -> None:
        room = self._room.width() - EDGE - round(self._theme.px(RIGHT_KEPT))
        width = max(200, min(room, round(self._theme.px(WIDEST))))
        margins = self._row.contentsMargins()
        # Room for what will be said of the time, so that nothing moves while the line grows.
        text = self.label.text() if self._work is None else f"{self._work.words}: 100%, about 888 s left"
        wanted = self.label.fontMetrics().horizontalAdvance(text) + 8
        buttons = (self.close_button if self._work is None else self.cancel).sizeHint().width()
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
        work, failure = self._work, self.tells_failure
        line = theme.accent.fill if failure else theme.line.strong
        paint_box(painter, body, px(8), theme.surface.raised, line, theme.stroke(1.5 if failure else 1))
        sign = QRectF(px(12), (body.height() - px(16)) / 2, px(16), px(16))
        paint_glyph(painter, "cross" if failure else "flag", sign, theme.text.primary)
        if work is not None:
            bar = QRectF(px(12), body.height() - px(5), body.width() - px(24), px(2))
            painter.fillRect(bar, theme.line.regular)
            bar.setWidth(bar.width() * work.fraction)
            painter.fillRect(bar, theme.accent.fill)
        painter.end()
