"""Buttons and segments, painted after the theme; ordinary Qt buttons to keys, actions and screen readers.

Limits: the ring of a button with words lies outside it, on its parent, which needs 5 px about the button to show it
whole. Buttons of icons and segments stand close together and have their ring inside.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRectF, QSize, Qt, Signal, Slot
from PySide6.QtGui import (
    QAction,
    QColor,
    QFocusEvent,
    QFont,
    QFontMetricsF,
    QHideEvent,
    QMoveEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QRadioButton, QSizePolicy, QToolButton, QWidget
from shiboken6 import isValid

from views.kit.glyphs import paint_glyph
from views.kit.painted import RING_REASONS, TARGET, paint_box, paint_inner_ring
from views.kit.theme import Theme, load_theme
from views.kit.typography import MEDIUM, font

RING_REACH = 5  # px that a focus ring goes beyond its button


class _TextButton(QPushButton):
    """A button with words and perhaps an icon; its two kinds differ in their colours."""

    def __init__(self, text: str, glyph: str = "", theme: Theme | None = None, parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self._glyph = glyph
        self._theme = theme or load_theme()
        self._ring: FocusRing | None = None
        self._action: QAction | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def set_theme(self, theme: Theme) -> None:
        """Paint after another theme."""
        self._theme = theme
        if self._ring is not None:
            self._ring.set_theme(theme)
        self.updateGeometry()
        self.update()

    def set_action(self, action: QAction) -> None:
        """Trigger an action, and take its words, its tool tip and whether it is possible from it, now and later.

        One action for the life of a button.
        """
        assert self._action is None
        self._action = action
        action.changed.connect(self._follow)
        self.clicked.connect(action.trigger)
        self._follow()

    @Slot()
    def _follow(self) -> None:
        assert self._action is not None
        self.setText(self._action.text())
        self.setToolTip(self._action.toolTip())
        self.setEnabled(self._action.isEnabled())

    def sizeHint(self) -> QSize:
        theme = self._theme
        words = QFontMetricsF(self._font()).horizontalAdvance(self._words())
        width = words + theme.px(20 + 20 if self._glyph else 30)
        return QSize(round(max(theme.px(64), width)), round(theme.px(TARGET)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def _words(self) -> str:
        return self.text().replace("&", "")

    def _font(self) -> QFont:
        return font("label", self._theme.scale, weight=MEDIUM)

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        """Fill, border and words for the state it is in."""
        raise NotImplementedError

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        fill, border, words = self._colours()
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), theme.px(6), fill, border, theme.line_scale)
        width = QFontMetricsF(self._font()).horizontalAdvance(self._words())
        glyph = theme.px(20) if self._glyph else 0.0
        left = (self.width() - width - glyph) / 2
        if self._glyph:
            side = theme.px(14)
            paint_glyph(painter, self._glyph, QRectF(left, (self.height() - side) / 2, side, side), words)
        painter.setPen(words)
        painter.setFont(self._font())
        area = QRectF(left + glyph, 0, width + 2, self.height())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextHideMnemonic, self.text())

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in RING_REASONS and self.parentWidget() is not None:
            self._drop_ring()
            self._ring = FocusRing(self, self._theme)
            self._ring.show()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._drop_ring()

    def moveEvent(self, event: QMoveEvent) -> None:
        super().moveEvent(event)
        if self._ring is not None:
            self._ring.lie_about(self)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._ring is not None:
            self._ring.lie_about(self)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._drop_ring()

    def _drop_ring(self) -> None:
        ring, self._ring = self._ring, None
        if ring is not None and isValid(ring):  # their parent may be going, and the ring have gone first
            ring.hide()
            ring.deleteLater()


class PrimaryButton(_TextButton):
    """The one thing that a panel is for: ink all over."""

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        theme = self._theme
        if not self.isEnabled():
            return theme.surface.sunken, theme.line.regular, theme.text.disabled
        fill = theme.accent.hover if self.underMouse() or self.isDown() else theme.accent.fill
        return fill, fill, theme.accent.on


class SecondaryButton(_TextButton):
    """Anything else that can be done: ink on paper, with a line about it."""

    def _colours(self) -> tuple[QColor, QColor, QColor]:
        theme = self._theme
        if not self.isEnabled():
            return theme.surface.raised, theme.line.regular, theme.text.disabled
        fill = (
            theme.accent.tint if self.isDown() else theme.surface.hover if self.underMouse() else theme.surface.raised
        )
        return fill, theme.line.strong if self.underMouse() else theme.line.regular, theme.text.primary


class FocusRing(QWidget):
    """The ink ring about a button that has the keyboard: a sibling that lies over it and takes no mouse."""

    def __init__(self, button: QWidget, theme: Theme) -> None:
        super().__init__(button.parentWidget())
        self._theme = theme
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.lie_about(button)
        self.raise_()

    def set_theme(self, theme: Theme) -> None:
        """Paint after another theme."""
        self._theme = theme
        self.update()

    def lie_about(self, button: QWidget) -> None:
        """Take the place about a button again, after it has moved."""
        self.setGeometry(button.geometry().adjusted(-RING_REACH, -RING_REACH, RING_REACH, RING_REACH))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(self._theme.focus.ring, 2))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(1, 1, -1, -1), 9, 9)


class IconButton(QToolButton):
    """A button that is an icon: 28 px to hit, its name in the tool tip and for screen readers.

    `filled` gives the round ink button of the transport, 34 px. A checkable one keeps a ground while it is on.
    `setDefaultAction` works; the shape stays the one given here.
    """

    def __init__(
        self,
        glyph: str,
        name: str,
        *,
        filled: bool = False,
        theme: Theme | None = None,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._filled = filled
        self._theme = theme or load_theme()
        self._ringed = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_glyph(glyph, name)

    def set_theme(self, theme: Theme) -> None:
        """Paint after another theme."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    def set_glyph(self, glyph: str, name: str) -> None:
        """Become another button: Play becomes Pause."""
        self._glyph = glyph
        self.setToolTip(name)
        self.setAccessibleName(name)
        self.update()

    @property
    def glyph(self) -> str:
        """The name of the shape that it shows."""
        return self._glyph

    def sizeHint(self) -> QSize:
        side = round(self._theme.px(34 if self._filled else TARGET))
        return QSize(side, side)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        body = QRectF(self.rect())
        radius = body.height() / 2 if self._filled else theme.px(6)
        fill, color = self._colours()
        if fill is not None:
            paint_box(painter, body, radius, fill, fill)
        if self._ringed:
            paint_inner_ring(painter, body, radius, theme.accent.on if self._filled else theme.focus.ring)
        side = theme.px(16)
        box = QRectF(body.center().x() - side / 2, body.center().y() - side / 2, side, side)
        paint_glyph(painter, self._glyph, box, color)

    def _colours(self) -> tuple[QColor | None, QColor]:
        theme = self._theme
        over = self.underMouse() and self.isEnabled()
        if self._filled:
            fill = theme.accent.hover if over else theme.accent.fill
            return (fill, theme.accent.on) if self.isEnabled() else (theme.surface.hover, theme.text.disabled)
        if not self.isEnabled():
            return None, theme.text.disabled
        if self.isDown() or self.isChecked():
            return theme.accent.tint, theme.text.primary
        return (theme.surface.hover, theme.text.primary) if over else (None, theme.text.secondary)

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in RING_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        super().focusOutEvent(event)


class SegmentedControl(QWidget):
    """A choice of one among a few words: Watch, Fast, Express. Arrow keys go from one to the next.

    `chosen` carries the index that a person has chosen; `set_current` is silent.
    """

    chosen = Signal(int)

    def __init__(
        self, labels: Sequence[str], name: str = "", theme: Theme | None = None, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._theme = theme or load_theme()
        self._group = QButtonGroup(self)
        self._row = QHBoxLayout(self)
        self._row.setSpacing(0)
        for index, label in enumerate(labels):
            segment = _Segment(label, self._theme, self)
            self._group.addButton(segment, index)
            self._row.addWidget(segment)
        self._group.idClicked.connect(self._tell)
        self.setAccessibleName(name or ", ".join(labels))
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.set_theme(self._theme)
        self.set_current(0)

    @property
    def current(self) -> int:
        """The index of the segment that is on."""
        return self._group.checkedId()

    def set_current(self, index: int) -> None:
        """Switch a segment on without telling anybody."""
        button = self._group.button(index)
        if button is not None:
            button.setChecked(True)

    def set_enabled_at(self, index: int, enabled: bool, why: str = "") -> None:
        """Allow or refuse a segment, with the reason as its tool tip."""
        button = self._group.button(index)
        button.setEnabled(enabled)
        button.setToolTip(why)

    def set_theme(self, theme: Theme) -> None:
        """Paint after another theme."""
        self._theme = theme
        inset = round(theme.px(2))
        self._row.setContentsMargins(inset, inset, inset, inset)
        self.setFixedHeight(round(theme.px(TARGET)))
        for button in self._group.buttons():
            assert isinstance(button, _Segment)
            button.set_theme(theme)
        self.update()

    @Slot(int)
    def _tell(self, index: int) -> None:
        self.chosen.emit(index)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        paint_box(painter, QRectF(self.rect()), theme.px(7), theme.surface.sunken, theme.line.subtle)


class _Segment(QRadioButton):
    """One word of a segmented control; a radio button to keys and screen readers."""

    def __init__(self, label: str, theme: Theme, parent: QWidget) -> None:
        super().__init__(label, parent)
        self._theme = theme
        self._ringed = False
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Expanding)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        theme = self._theme
        width = QFontMetricsF(font("label", theme.scale, weight=MEDIUM)).horizontalAdvance(self.text())
        return QSize(round(width + theme.px(24)), round(theme.px(TARGET - 4)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def hitButton(self, pos: QPoint) -> bool:
        return True  # the whole segment, not the round mark that a radio button would have

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        body = QRectF(self.rect())
        if self.isChecked():
            paint_box(painter, body, theme.px(5), theme.surface.raised, theme.line.regular, theme.line_scale)
        elif self.underMouse() and self.isEnabled():
            paint_box(painter, body, theme.px(5), theme.surface.hover, theme.surface.hover)
        if self._ringed:
            paint_inner_ring(painter, body, theme.px(5), theme.focus.ring)
        words = theme.text.primary if self.isChecked() else theme.text.secondary
        painter.setPen(words if self.isEnabled() else theme.text.disabled)
        painter.setFont(font("label", theme.scale, weight=MEDIUM))
        painter.drawText(body, Qt.AlignmentFlag.AlignCenter, self.text())

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._ringed = event.reason() in RING_REASONS
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._ringed = False
        super().focusOutEvent(event)
