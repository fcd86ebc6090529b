"""The small widgets that all panels share: headers, buttons, segments, pills, a search field, separators.

The chrome is ink on paper: nothing here has a hue, but a pill that stands for a meaning. Each widget is painted after
the theme it was last given by `set_theme`, is reached by the keyboard, shows where the keyboard is by an ink ring, and
has a name for those who cannot see it.

Limits: what Fusion paints well after `theme.palette()` (menus, lists, combo boxes, sliders) is left to it.
"""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Slot
from PySide6.QtGui import QColor, QFocusEvent, QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QLineEdit, QSizePolicy, QWidget

from views.kit.buttons import IconButton, PrimaryButton, SecondaryButton, SegmentedControl
from views.kit.glyphs import paint_glyph, sign_rect
from views.kit.painted import PADDING, RING_REASONS, TARGET, paint_box, paint_inner_ring, paint_words
from views.kit.theme import Theme, load_theme, meaning_of
from views.kit.typography import MEDIUM, SEMIBOLD, font

__all__ = [
    "PanelHeader",
    "PrimaryButton",
    "SecondaryButton",
    "IconButton",
    "SegmentedControl",
    "Pill",
    "SearchField",
    "Separator",
]

HEADER = 32


class PanelHeader(QWidget):
    """The head of a panel, 32 px high: its title, what it is about, and at the right its icon buttons."""

    def __init__(
        self, title: str, subtitle: str = "", theme: Theme | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._title, self._subtitle = title, subtitle
        self._theme = theme or load_theme()
        self._row = QHBoxLayout(self)
        self._row.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(self._theme)
        self._name()

    def set_theme(self, theme: Theme) -> None:
        """Paint after another theme, buttons too."""
        self._theme = theme
        self._row.setContentsMargins(0, 0, round(theme.px(PADDING - (TARGET - 16) / 2)), 0)
        self._row.setSpacing(0)
        self.setFixedHeight(round(theme.px(HEADER)))
        for button in self.buttons():
            button.set_theme(theme)
        self.update()

    def set_title(self, title: str, subtitle: str | None = None) -> None:
        """Say what the panel is, and what it is about when that has changed too."""
        self._title = title
        self._subtitle = self._subtitle if subtitle is None else subtitle
        self._name()
        self.update()

    def set_subtitle(self, subtitle: str) -> None:
        """Say what the panel is about."""
        self.set_title(self._title, subtitle)

    def add_button(self, button: IconButton) -> IconButton:
        """Put a button at the right end."""
        button.set_theme(self._theme)
        self._row.addWidget(button)
        return button

    def buttons(self) -> list[IconButton]:
        """The buttons, from left to right."""
        items = (self._row.itemAt(index) for index in range(self._row.count()))
        widgets = (item.widget() for item in items if item is not None)
        return [widget for widget in widgets if isinstance(widget, IconButton)]

    def _name(self) -> None:
        self.setAccessibleName(f"{self._title}, {self._subtitle}" if self._subtitle else self._title)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        title = font("label", theme.scale, weight=SEMIBOLD)
        area = QRectF(self.rect()).adjusted(theme.px(PADDING), 0, 0, 0)
        right = min((button.x() for button in self.buttons() if button.isVisible()), default=self.width() - PADDING)
        area.setRight(max(area.left(), right - theme.px(4)))
        after = paint_words(painter, area, self._title, title, theme.text.primary)
        area.setLeft(min(area.right(), after + theme.px(8)))
        paint_words(painter, area, self._subtitle, font("label", theme.scale), theme.text.tertiary)


class Pill(QAbstractButton):
    """A short statement in the colours of its meaning, with its shape: `14 invariants hold`.

    `meaning` is one of `theme.MEANINGS`, or empty for a plain one. A look of "tint" washes it, "line" adds the mark
    about it, "solid" fills it with the mark. It is a button only when `interactive`; otherwise the mouse goes through.
    """

    def __init__(
        self,
        text: str,
        meaning: str = "",
        *,
        look: str = "tint",
        glyph: bool = True,
        small: bool = False,
        interactive: bool = False,
        theme: Theme | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        assert look in ("tint", "line", "solid"), look
        self._meaning, self._look, self._glyph, self._small = meaning, look, glyph and bool(meaning), small
        self._theme = theme or load_theme()
        self._ringed = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents, not interactive)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus if interactive else Qt.FocusPolicy.NoFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_text(text)

    def set_theme(self, theme: Theme) -> None:
        """Paint after another theme."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def set_text(self, text: str) -> None:
        """Say something else."""
        self.setText(text)
        self.setAccessibleName(text)
        self.updateGeometry()

    def set_meaning(self, meaning: str, look: str = "tint") -> None:
        """Stand for another meaning."""
        self._meaning, self._look = meaning, look
        self.update()

    def sizeHint(self) -> QSize:
        theme = self._theme
        width = QFontMetricsF(self._font()).horizontalAdvance(self.text())
        margins = (16 if self._small else 24) + (16 if self._glyph else 0)
        return QSize(round(width + theme.px(margins)), round(theme.px(20 if self._small else 24)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _font(self) -> QFont:
        weight = SEMIBOLD if self._look == "line" else MEDIUM
        return font("small" if self._small else "label", self._theme.scale, weight=weight)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        body = QRectF(self.rect())
        fill, border, words = self._colours()
        paint_box(painter, body, body.height() / 2, fill, border)
        if self._ringed:
            paint_inner_ring(painter, body, body.height() / 2, theme.focus.ring)
        left = theme.px(8 if self._small else 12)
        if self._glyph:
            self._paint_glyph(painter, left + theme.px(5), body.center().y())
            left += theme.px(16)
        painter.setPen(words)
        painter.setFont(self._font())
        painter.drawText(body.adjusted(left, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, self.text())

    def _paint_glyph(self, painter: QPainter, x: float, y: float) -> None:
        meaning = meaning_of(self._theme, self._meaning)
        color = meaning.on if self._look == "solid" else meaning.mark
        rounded = meaning.glyph in ("disc_check", "octagon_cross")
        inner = meaning.mark if self._look == "solid" else meaning.on
        paint_glyph(painter, meaning.glyph, sign_rect(x, y, self._theme.px(11 if rounded else 8.5)), color, inner)

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        theme = self._theme
        if not self._meaning:
            over = self.underMouse() and self.focusPolicy() != Qt.FocusPolicy.NoFocus
            ground = theme.surface.hover if over else theme.surface.sunken
            return ground, ground if self._look == "tint" else theme.line.regular, theme.text.secondary
        meaning = meaning_of(theme, self._meaning)
        if self._look == "solid":
            return meaning.mark, meaning.mark, meaning.on
        return meaning.tint, meaning.mark if self._look == "line" else meaning.tint, meaning.text

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in RING_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        super().focusOutEvent(event)


class SearchField(QLineEdit):
    """A field with a magnifying glass, what to type, and the keys that lead here; Escape empties it.

    `raised` is the field of the top bar, on the window's ground; without it the field lies in a panel.
    """

    def __init__(
        self,
        placeholder: str,
        shortcut: str = "",
        *,
        raised: bool = False,
        theme: Theme | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._shortcut, self._raised = shortcut, raised
        self._theme = theme or load_theme()
        self.setFrame(False)
        self.setPlaceholderText(placeholder)
        self.setAccessibleName(placeholder)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.textChanged.connect(self._make_room)
        self.set_theme(self._theme)

    def set_theme(self, theme: Theme) -> None:
        """Paint after another theme."""
        self._theme = theme
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Base, QColor(Qt.GlobalColor.transparent))
        self.setPalette(palette)
        self.setFont(font("label", theme.scale))
        self.setFixedHeight(round(theme.px(TARGET)))
        self._make_room()
        self.update()

    @Slot()
    def _make_room(self) -> None:
        """Leave the right end to the keys while nothing is typed."""
        theme = self._theme
        keys = "" if self.text() else self._shortcut
        width = QFontMetricsF(font("small", theme.scale)).horizontalAdvance(keys)
        self.setTextMargins(round(theme.px(26)), 0, round(width + theme.px(8)), 0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            return
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        body = QRectF(self.rect())
        painter = QPainter(self)
        fill = theme.surface.panel if self._raised else theme.surface.sunken
        border = theme.line.regular if self._raised or self.underMouse() else theme.line.subtle
        paint_box(painter, body, theme.px(7 if self._raised else 6), fill, border, theme.line_scale)
        if self.hasFocus():
            paint_inner_ring(painter, body, theme.px(6), theme.focus.ring)
        side = theme.px(14)
        box = QRectF(theme.px(8), (body.height() - side) / 2, side, side)
        paint_glyph(painter, "search", box, theme.text.tertiary)
        if self._shortcut and not self.text():
            painter.setPen(theme.text.tertiary)
            painter.setFont(font("small", theme.scale))
            flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
            painter.drawText(body.adjusted(0, 0, -theme.px(8), 0), flags, self._shortcut)
        painter.end()
        super().paintEvent(event)


class Separator(QWidget):
    """A line between two things that are not one: decoration, so that nothing depends on seeing it."""

    def __init__(
        self,
        orientation: Qt.Orientation = Qt.Orientation.Horizontal,
        *,
        regular: bool = False,
        theme: Theme | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._regular = regular
        self._theme = theme or load_theme()
        horizontal = orientation == Qt.Orientation.Horizontal
        fixed, free = QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding
        self.setSizePolicy(free if horizontal else fixed, fixed if horizontal else free)
        if horizontal:
            self.setFixedHeight(1)
        else:
            self.setFixedWidth(1)

    def set_theme(self, theme: Theme) -> None:
        """Paint after another theme."""
        self._theme = theme
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        line = self._theme.line
        QPainter(self).fillRect(self.rect(), line.regular if self._regular else line.subtle)
