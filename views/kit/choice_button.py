"""A button that says what is chosen and opens a menu of what else could be: "Step by event", "all methods".

A combo box in the window's own look: framed as a field, or plain as a word in a panel. Up and Down go through the
choices without the menu, as in any combo box.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import QAction, QFocusEvent, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QMenu, QSizePolicy, QWidget

from views.kit.glyphs import paint_glyph
from views.kit.menus import dress
from views.kit.painted import RING_REASONS, paint_box, paint_inner_ring
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, REGULAR, text_width
from views.kit.writing import Writer, Written


class ChoiceButton(QAbstractButton):
    """One of several words; `chosen` carries the index that a person has chosen, `set_current` is silent."""

    chosen = Signal(int)

    def __init__(
        self, labels: Sequence[str], name: str, theme: Theme, *, framed: bool = True, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._labels = tuple(labels)
        self._name = name
        self._theme = theme
        self._framed = framed
        self._current = 0
        self._ringed = False
        self.written: list[Written] = []
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self.open_menu)
        self._say()

    @property
    def current(self) -> int:
        """The index of what is chosen."""
        return self._current

    @property
    def labels(self) -> tuple[str, ...]:
        """What can be chosen."""
        return self._labels

    def set_current(self, index: int) -> None:
        """Choose without telling anybody."""
        if index != self._current:
            self._current = index
            self._say()

    def set_labels(self, labels: Sequence[str], current: int = 0) -> None:
        """Offer something else, without telling anybody what is chosen now."""
        if (tuple(labels), current) != (self._labels, self._current):
            self._labels, self._current = tuple(labels), current
            self._say()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def menu(self) -> QMenu:
        """The choices, the current one checked."""
        menu = QMenu(self)
        for index, label in enumerate(self._labels):
            action = menu.addAction(label)
            action.setCheckable(True)
            action.setChecked(index == self._current)
            action.setData(index)
        menu.triggered.connect(self._triggered)
        dress(menu, self._theme)
        return menu

    @Slot()
    def open_menu(self) -> None:
        """Open the menu under the button."""
        menu = self.menu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    @Slot(QAction)
    def _triggered(self, action: QAction) -> None:
        self._choose(action.data())

    def _choose(self, index: int) -> None:
        if 0 <= index < len(self._labels) and index != self._current:
            self.set_current(index)
            self.chosen.emit(index)

    def _say(self) -> None:
        self.setText(self._labels[self._current] if self._labels else "")
        self.setAccessibleName(f"{self._name}: {self.text()}")
        self.setToolTip(self._name)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        px, scale = self._theme.px, self._theme.scale
        if not self._framed:
            return QSize(round(text_width(self.text(), "small", scale) + px(20)), round(px(20)))
        widest = max((text_width(label, "label", scale, weight=MEDIUM) for label in self._labels), default=0.0)
        return QSize(round(max(px(134), widest + px(44))), round(px(28)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        theme, px = self._theme, self._theme.px
        body = QRectF(self.rect())
        writer = Writer(painter, theme)
        hovered = self.underMouse() and self.isEnabled()
        if self._framed:
            ground = theme.surface.hover if hovered else theme.surface.raised
            paint_box(painter, body, px(6), ground, theme.line.regular, theme.line_scale)
        if self._ringed:
            paint_inner_ring(painter, body, px(6), theme.focus.ring)
        side = px(14 if self._framed else 12)
        chevron = QRectF(body.right() - side - px(8 if self._framed else 2), body.center().y() - side / 2, side, side)
        words = QRectF(px(10 if self._framed else 2), 0, chevron.left() - px(14 if self._framed else 4), body.height())
        if self._framed:
            colour = theme.text.primary if self.isEnabled() else theme.text.disabled
            writer.line(words, self.text(), "label", colour, weight=MEDIUM)
        else:
            colour = theme.text.primary if hovered else theme.text.tertiary
            writer.line(words, self.text(), "small", colour, weight=REGULAR, right=True)
        paint_glyph(painter, "chevron_down", chevron, theme.text.tertiary)
        painter.end()
        self.written = writer.written

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Up, Qt.Key.Key_Down):
            self._choose(self._current + (1 if event.key() == Qt.Key.Key_Down else -1))
            return
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_menu()
            return
        super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in RING_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        super().focusOutEvent(event)
