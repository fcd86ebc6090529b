"""The tour of the window: seven of its parts, one after the other, each in the light while a card says what it is for.

    Enter, Space or ->  the next part       <-  the part before       Esc  the end, at any moment

The part is the real one and goes on living under the light. A part that is not to be seen is left out.

Limits: it lies over the whole window and takes the keyboard and the mouse while it lasts.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, Qt, Signal, Slot
from PySide6.QtGui import QColor, QKeyEvent, QMouseEvent, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from views.kit.chrome import PrimaryButton, SecondaryButton
from views.kit.painted import paint_box
from views.kit.typography import line_height, metrics, wrapped
from views.kit.writing import Writer

if TYPE_CHECKING:
    from app.main_window import MainWindow

STEPS: Final = (
    ("graph", "The system, as it runs", "Clients at the left call components through their table entries. Each dot is "
     "a thread. Nothing here moves unless the run moved."),
    ("palette", "What can be put in", "Drag a card onto a component. While you drag, every component answers: yes, yes "
     "with conversion, or no and why. On the keyboard: select a component and press S."),
    ("receipt", "The receipt", "While a swap runs it stands here with its phase; afterwards it says what it cost, and "
     "Swap back does just that."),
    ("latency", "Latency, now and before", "How long calls take to the selected component. After a swap the hollow "
     "step is what it was before."),
    ("tables", "Translation tables", "Every call goes through an entry. A swap writes these, and a written one "
     "flashes."),
    ("transport", "Time", "Space lets the run go on and holds it. Drag the bar back into the middle of a swap, and "
     "look again; drop something there, and the run goes another way."),
    ("help", "All the rest", "The question mark shows every key and gesture. Help > Welcome has the scenes, which tell "
     "what happens."),
)  # fmt: skip
"""The part, a title and what is said of it."""
WIDTH: Final = 340
PADDING: Final = 16


class GuidedTour(QWidget):
    """Lies over the window until it has been walked through or left."""

    over = Signal()

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._theme = window.theme
        self._steps = [step for step in STEPS if (part := self._part(step[0])) is not None and part.isVisible()]
        self.index = 0
        self.setAccessibleName("Tour of the window")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._card = QWidget(self)
        self.next_button = PrimaryButton("Next", theme=self._theme)
        self.back_button = SecondaryButton("Back", theme=self._theme)
        self.skip_button = SecondaryButton("Skip the tour", theme=self._theme)
        row = QHBoxLayout(self._card)
        row.setContentsMargins(6, 6, 6, 6)
        row.addWidget(self.skip_button)
        row.addStretch(1)
        row.addWidget(self.back_button)
        row.addWidget(self.next_button)
        for button, slot in (
            (self.next_button, self.next_step), (self.back_button, self.step_before), (self.skip_button, self.end),
        ):  # fmt: skip
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
            button.clicked.connect(slot)
        window.installEventFilter(self)
        self.setGeometry(window.rect())
        self._show_step()
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _part(self, name: str) -> QWidget | None:
        window = self._window
        frame = {"transport": window.transport, "help": window.top.help_button}
        return frame.get(name) or window.workspace.cell_of(name)

    @property
    def title(self) -> str:
        """What the step is about."""
        return self._steps[self.index][1]

    @property
    def light(self) -> QRect:
        """The place of the part, in the window."""
        part = self._part(self._steps[self.index][0])
        assert part is not None
        return QRect(part.mapTo(self._window, QPoint()), part.size()).adjusted(-2, -2, 2, 2).intersected(self.rect())

    @Slot()
    def next_step(self) -> None:
        """The next part; after the last one the tour is over."""
        if self.index + 1 < len(self._steps):
            self.index += 1
            self._show_step()
        else:
            self.end()

    @Slot()
    def step_before(self) -> None:
        """The part before."""
        self.index = max(0, self.index - 1)
        self._show_step()

    @Slot()
    def end(self) -> None:
        """Leave it."""
        self.close()
        self.over.emit()
        self._window.handlers.go_graph()

    def _show_step(self) -> None:
        last = self.index + 1 == len(self._steps)
        self.next_button.setText("Done" if last else "Next")
        self.back_button.setEnabled(self.index > 0)
        self.skip_button.setVisible(not last)
        self.setAccessibleDescription(f"{self.title}. {self._steps[self.index][2]}")
        box = self.card_rect()
        px = self._theme.px
        foot = round(px(44))
        self._card.setGeometry(
            round(box.left() + px(8)), round(box.bottom()) - foot - round(px(6)), round(box.width() - px(16)), foot
        )
        self.update()

    def _lines(self) -> list[str]:
        room = self._theme.px(WIDTH - 2 * PADDING)
        return wrapped(self._steps[self.index][2], metrics("body", self._theme.scale), room)

    def card_rect(self) -> QRectF:
        """Beside the light where there is room, otherwise within it."""
        px, light = self._theme.px, QRectF(self.light)
        height = px(PADDING + 28 + 56) + len(self._lines()) * line_height("body", self._theme.scale)
        width, gap = px(WIDTH), px(16)
        places = (
            (light.right() + gap, light.top() + gap), (light.left() - gap - width, light.top() + gap),
            (light.center().x() - width / 2, light.top() - gap - height), (light.left() + gap, light.bottom() + gap),
        )  # fmt: skip
        room = QRectF(self.rect()).adjusted(8, 8, -8, -8)
        for left, top in places:
            box = QRectF(min(max(left, room.left()), room.right() - width), top, width, height)
            if room.contains(box) and not box.intersects(light):
                return box
        return QRectF(light.center().x() - width / 2, light.center().y() - height / 2, width, height)

    def paintEvent(self, _: QPaintEvent) -> None:
        theme, px = self._theme, self._theme.px
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        dark = QPainterPath()
        dark.addRect(QRectF(self.rect()))
        hole = QPainterPath()
        hole.addRoundedRect(QRectF(self.light), px(8), px(8))
        shade = QColor(0, 0, 0, 150 if theme.is_dark else 96)
        painter.fillPath(dark.subtracted(hole), shade)
        painter.setPen(QPen(theme.focus.ring, theme.stroke(2)))
        painter.drawPath(hole)
        box = self.card_rect()
        paint_box(painter, box, px(10), theme.surface.raised, theme.line.strong, theme.stroke(1))
        writer = Writer(painter, theme)
        row = QRectF(box.left() + px(PADDING), box.top() + px(12), box.width() - px(2 * PADDING), px(24))
        place = f"{self.index + 1} of {len(self._steps)}"
        writer.line(row, place, "label", theme.text.tertiary, right=True)
        writer.line(row.adjusted(0, 0, -px(48), 0), self.title, "title")
        height = line_height("body", theme.scale)
        for index, line in enumerate(self._lines()):
            area = QRectF(row.left(), row.bottom() + px(4) + index * height, row.width(), height)
            writer.line(area, line, "body", theme.text.secondary)
        painter.end()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # The window's own keys rest meanwhile.
            return True
        return super().event(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._window.rect())
            self._show_step()
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = event.key()
        if key == Qt.Key.Key_Escape:
            self.end()
        elif key in (Qt.Key.Key_Right, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space, Qt.Key.Key_PageDown):
            self.next_step()
        elif key in (Qt.Key.Key_Left, Qt.Key.Key_PageUp, Qt.Key.Key_Backspace):
            self.step_before()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        event.accept()
