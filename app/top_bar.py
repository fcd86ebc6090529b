"""The bar at the top: the mark, the menus, what is open, the layouts, the way to every command, the theme, the keys.

Limits: under 1200 px the title is left out; the title bar of the window has it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QGuiApplication, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QMenuBar, QSizePolicy, QWidget

from views.kit.chrome import IconButton, SearchField, SegmentedControl
from views.kit.glyphs import paint_mark
from views.kit.painted import paint_box, paint_words
from views.kit.theme import Theme
from views.kit.typography import font

HEIGHT = 40
MARK = 22
FIELD = 252
LEAST_FIELD = 40
"""The magnifying glass alone, on a screen that is too small for the size that was chosen."""


class TopBar(QWidget):
    """40 px that hold the menu bar; the window's menu widget."""

    def __init__(self, theme: Theme, layouts: Sequence[str] = (), parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self.menus = MenuBar(theme, self)
        self.menus.setNativeMenuBar(False)
        self.menus.setSizePolicy(QSizePolicy.Policy.Minimum, QSizePolicy.Policy.Fixed)
        self.title = Title(theme, self)
        self.layouts = SegmentedControl(layouts, "Layout", theme, self)
        self.commands = CommandField("Go to, or run a command", "Ctrl+Shift+P", raised=True, theme=theme, parent=self)
        self.theme_button = IconButton("contrast", "Light or dark", theme=theme, parent=self)
        self.help_button = IconButton("help", "Keys and gestures", theme=theme, parent=self)
        self._mark = Mark(theme, self)
        row = QHBoxLayout(self)
        row.setContentsMargins(10, 0, 12, 0)
        row.setSpacing(4)
        row.addWidget(self._mark)
        row.addSpacing(2)
        row.addWidget(self.menus)
        row.addWidget(self.title, 1)
        self._row = row
        row.addWidget(self.layouts)
        row.addStretch(1)
        row.addWidget(self.commands)
        row.addSpacing(8)
        row.addWidget(self.theme_button)
        row.addWidget(self.help_button)
        self.setAutoFillBackground(True)
        self.set_theme(theme)

    def put_in(self, light: QWidget) -> None:
        """Gives a widget the place before the commands; it is the window's, which restyles it."""
        self._row.insertWidget(self._row.indexOf(self.commands), light)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        palette = theme.palette()
        self.setPalette(palette)
        for widget in (
            self._mark,
            self.menus,
            self.title,
            self.layouts,
            self.commands,
            self.theme_button,
            self.help_button,
        ):
            widget.set_theme(theme)
        self.setFixedHeight(round(theme.px(HEIGHT)))
        self._fit()
        self.update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        """The way to the commands is as wide as the others leave it: nothing lies over anything else."""
        px, row = self._theme.px, self._row
        hints = [item.sizeHint().width() for item in map(row.itemAt, range(row.count())) if item is not None]
        others = sum(hints) - self.commands.width() - self.title.sizeHint().width()
        margins = row.contentsMargins()
        room = self.width() - others - row.spacing() * (row.count() - 1) - margins.left() - margins.right()
        self.commands.setFixedWidth(round(min(px(FIELD), max(px(LEAST_FIELD), room))))

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        line = self._theme.stroke(1)
        painter.fillRect(QRectF(0, self.height() - line, self.width(), line), self._theme.line.regular)
        painter.end()


class CommandField(SearchField):
    """Looks like the field of the command box and opens it; the keyboard has Ctrl+Shift+P for that."""

    pressed = Signal()

    def __init__(self, *words: Any, **more: Any) -> None:
        super().__init__(*words, **more)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setReadOnly(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.NoContextMenu)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self.pressed.emit()


class MenuBar(QMenuBar):
    """The menus' names on the bar's own ground: no line beneath, the letter of a name marked while Alt is held."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setPalette(theme.palette())
        self.setFont(font("body", theme.scale))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme.surface.window)
        alt = bool(QGuiApplication.queryKeyboardModifiers() & Qt.KeyboardModifier.AltModifier)
        marked = Qt.TextFlag.TextShowMnemonic if alt else Qt.TextFlag.TextHideMnemonic
        for action in self.actions():
            area = QRectF(self.actionGeometry(action))
            if action is self.activeAction():
                paint_box(painter, area.adjusted(1, 1, -1, -1), theme.px(6), theme.surface.hover, theme.surface.hover)
            painter.setFont(self.font())
            painter.setPen(theme.text.primary)
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter | marked, action.text())
        painter.end()


class Mark(QWidget):
    """The mark of the program: two reels and the cue dot."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self.set_theme(theme)
        self.setToolTip("Changeover")

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setFixedSize(round(theme.px(MARK + 4)), round(theme.px(MARK)))
        self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        side = self._theme.px(MARK)
        paint_mark(painter, QRectF((self.width() - side) / 2, (self.height() - side) / 2, side, side), self._theme)
        painter.end()


class Title(QWidget):
    """What is open: a title beside the menus, where there is room for all of it."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = theme
        self.text = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.update()

    def show_title(self, text: str, more: str) -> None:
        """Name what is open; `more` is the tool tip."""
        self.text = text
        self.setToolTip(more)
        self.setAccessibleName(text)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(120, round(self._theme.px(28)))

    def minimumSizeHint(self) -> QSize:
        return QSize(0, round(self._theme.px(28)))

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        face = font("label", self._theme.scale)
        width = QFontMetricsF(face).horizontalAdvance(self.text)
        if width < self.width() - 24:  # the title bar of the window says it too
            area = QRectF(12.0, 0, width + 1, self.height())
            paint_words(painter, area, self.text, face, self._theme.text.tertiary)
        painter.end()
