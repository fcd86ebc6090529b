"""The welcome: scenes with a picture each, the files that were open lately, the tour, and the tip of the drag.

    Welcome                              [x]
    [ Take the tour ]
    Drag an implementation from the left onto a component ...
    Scenes
    +------+  Figure 1: a profiler chooses between LRU and FIFO
    | o-[] |
    +------+  ...
    Opened lately
    ...

A picture is painted from the scenario: clients at the left, components at the right, a line for each use, and the
component that is changed in ink.

Limits: it opens nothing itself; it says what is wanted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QFocusEvent, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractButton,
    QFrame,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from views.kit.chrome import IconButton, PrimaryButton
from views.kit.painted import RING_REASONS, paint_box, paint_inner_ring
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import MEDIUM, SEMIBOLD, font, line_height, metrics, wrapped
from views.kit.writing import Writer

PICTURE: Final = QSize(76, 48)
CARD: Final = 60
FILE: Final = 30
TIP: Final = (
    "Or simply watch: the run goes on. Drag an implementation from the left onto a component; "
    "every component answers while you drag."
)


@dataclass(frozen=True)
class Sketch:
    """A scenario as a small picture: what there is, who uses what by name, and what is changed in it."""

    clients: tuple[str, ...] = ()
    components: tuple[str, ...] = ()
    uses: tuple[tuple[str, str], ...] = ()
    changed: str = ""


@dataclass(frozen=True)
class Choice:
    """Something that can be opened: its name, and what a person reads."""

    name: str
    words: str
    sketch: Sketch | None = None


class ChoiceCard(QAbstractButton):
    """One choice as a row, with its picture if it has one."""

    def __init__(self, choice: Choice, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.choice = choice
        self._theme = theme
        self._ringed = False
        self.setText(choice.words)
        self.setAccessibleName(choice.words)
        self.setToolTip(choice.words)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(round(theme.px(CARD if choice.sketch else FILE)))

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in RING_REASONS
        super().focusInEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        whole = QRectF(self.rect())
        if self.underMouse() or self.isDown():
            paint_box(painter, whole, px(8), theme.surface.hover, theme.surface.hover)
        if self.hasFocus() and self._ringed:
            paint_inner_ring(painter, whole, px(8), theme.focus.ring)
        row = whole.adjusted(px(6), 0, -px(6), 0)
        if self.choice.sketch is not None:
            side = QRectF(row.left(), row.center().y() - px(24), px(PICTURE.width()), px(PICTURE.height()))
            paint_sketch(painter, side, self.choice.sketch, theme)
            row.setLeft(side.right() + px(10))
        self._paint_words(painter, row)
        painter.end()

    def _paint_words(self, painter: QPainter, row: QRectF) -> None:
        scale = self._theme.scale
        lines = wrapped(self.choice.words, metrics("label", scale, weight=MEDIUM), row.width())
        most = 3 if self.choice.sketch else 1
        shown = [*lines[: most - 1], " ".join(lines[most - 1 :])] if len(lines) > most else lines
        writer = Writer(painter, self._theme)
        height = line_height("label", scale)
        top = row.center().y() - len(shown) * height / 2
        for index, line in enumerate(shown):
            writer.line(QRectF(row.left(), top + index * height, row.width(), height), line, "label", weight=MEDIUM)


def paint_sketch(painter: QPainter, area: QRectF, sketch: Sketch, theme: Theme) -> None:
    """Clients, components and who uses what, as small as it can be understood."""
    px = theme.px
    paint_box(painter, area, px(6), theme.surface.canvas, theme.line.regular, theme.stroke(1))
    inner = area.adjusted(px(8), px(7), -px(8), -px(7))
    places: dict[str, QRectF] = {}
    for names, left, width in ((sketch.clients[:3], 0.0, 0.26), (sketch.components[:3], 0.56, 0.44)):
        height = min(px(11), inner.height() / max(1, len(names)) - px(2))
        for index, name in enumerate(names):
            middle = inner.top() + inner.height() * (index + 0.5) / len(names)
            x, w = inner.left() + left * inner.width(), width * inner.width()
            places[name] = QRectF(x, middle - height / 2, w, height)
    painter.setPen(QPen(theme.line.wire, theme.stroke(1.2)))
    for user, used in sketch.uses:
        if user in places and used in places and places[user].left() < places[used].left():
            start = QPointF(places[user].right(), places[user].center().y())
            painter.drawLine(start, QPointF(places[used].left(), places[used].center().y()))
    for name, place in places.items():
        changed = name == sketch.changed
        fill = theme.phase.transfer.tint if changed else theme.surface.raised
        line = theme.phase.transfer.mark if changed else theme.line.strong
        paint_box(painter, place, px(3), fill, line, theme.stroke(1.4 if changed else 1))


class WelcomeView(QFrame):
    """The page. It is as wide as it is made; what does not fit in height scrolls."""

    scene_wanted = Signal(str)
    file_wanted = Signal(str)
    tour_wanted = Signal()
    closed = Signal()

    def __init__(self, scenes: Sequence[Choice], files: Sequence[Choice], theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.setAccessibleName("Welcome")
        self.setAutoFillBackground(True)
        palette = theme.palette()
        palette.setColor(palette.ColorRole.Window, theme.surface.panel)
        self.setPalette(palette)
        self.cards: list[ChoiceCard] = []
        self.tour = PrimaryButton("Take the tour", theme=theme)
        self.tour.clicked.connect(self.tour_wanted)
        self.close_button = IconButton("close", "Close the welcome", theme=theme)
        self.close_button.clicked.connect(self.closed)
        page = QWidget()
        page.setPalette(palette)
        column = QVBoxLayout(page)
        px = theme.px
        column.setContentsMargins(round(px(10)), 0, round(px(10)), round(px(10)))
        column.setSpacing(round(px(2)))
        self._add_line(column, TIP, "label")
        self._add_choices(column, "Scenes, which tell what happens", scenes, self._scene_chosen)
        if files:
            self._add_choices(column, "Opened lately", files, self._file_chosen)
        column.addStretch(1)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll_thinly(area, theme)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, round(px(8)), 0, 0)
        whole.setSpacing(round(px(8)))
        whole.addLayout(self._head())
        whole.addWidget(area, 1)

    def _head(self) -> QHBoxLayout:
        px = self._theme.px
        title = QLabel("Welcome")
        title.setFont(font("title", self._theme.scale))
        row = QHBoxLayout()
        row.setContentsMargins(round(px(16)), 0, round(px(8)), 0)
        row.addWidget(title, 1)
        row.addWidget(self.tour)
        row.addWidget(self.close_button)
        return row

    def _add_line(self, column: QVBoxLayout, words: str, role: str) -> None:
        label = QLabel(words)
        label.setWordWrap(True)
        label.setFont(font(role, self._theme.scale))
        palette = self._theme.palette()
        palette.setColor(palette.ColorRole.WindowText, self._theme.text.secondary)
        label.setPalette(palette)
        label.setContentsMargins(round(self._theme.px(6)), 0, round(self._theme.px(6)), 0)
        column.addWidget(label)

    def _add_choices(self, column: QVBoxLayout, title: str, choices: Sequence[Choice], chosen: object) -> None:
        head = QLabel(title)
        head.setFont(font("label", self._theme.scale, weight=SEMIBOLD))
        head.setContentsMargins(round(self._theme.px(6)), round(self._theme.px(10)), 0, round(self._theme.px(2)))
        column.addWidget(head)
        for choice in choices:
            card = ChoiceCard(choice, self._theme)
            card.clicked.connect(chosen)
            column.addWidget(card)
            self.cards.append(card)

    @Slot()
    def _scene_chosen(self) -> None:
        self.scene_wanted.emit(self._sender())

    @Slot()
    def _file_chosen(self) -> None:
        self.file_wanted.emit(self._sender())

    def _sender(self) -> str:
        card = self.sender()
        assert isinstance(card, ChoiceCard)
        return card.choice.name

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, self._theme.stroke(1), self.height()), self._theme.line.regular)
        painter.end()
