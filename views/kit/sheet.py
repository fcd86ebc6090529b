"""Everything in the kit on a sheet, to look at: `python -m views.kit.sheet OUT.png --theme dark --scale 2`.

Floors and tests say that a theme can be read; whether it looks right is for eyes. The sheet paints all shapes, dots,
hatches, roles of type and widgets as the views will, at the pixel ratio asked for.

Limits: it shows states that are set (chosen, disabled, focused), not those under the pointer.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFocusEvent, QImage, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QApplication, QWidget

from views.kit.chrome import (
    IconButton,
    PanelHeader,
    Pill,
    PrimaryButton,
    SearchField,
    SecondaryButton,
    SegmentedControl,
    Separator,
)
from views.kit.dots import FATES, TILES, DotPainter, paint_dot, tile_of_generation
from views.kit.format import format_bytes, format_clock, format_count, format_difference, format_duration, format_rate
from views.kit.glyphs import DOT_NAMES, ICON_NAMES, SIGN_NAMES, paint_glyph, paint_mark, sign_rect
from views.kit.hatches import fill_hatched
from views.kit.theme import PATTERNS, Theme, load_theme, meaning_of
from views.kit.typography import PHASE_TRACKING_PX, ROLES, SEMIBOLD, font, text_width

WIDTH, HEIGHT = 1200, 1010
PHASES = ("forward", "block", "transfer", "completed", "abandoned")


def main(arguments: Sequence[str] | None = None) -> int:
    """Paint the sheet that the command line asks for into a PNG."""
    parser = argparse.ArgumentParser(prog="views.kit.sheet", description="Paint everything in the kit into a PNG.")
    parser.add_argument("out")
    parser.add_argument("--theme", default="light", help="a theme's name or a .toml file")
    parser.add_argument("--scale", type=float, default=1.0, help="device pixels to a pixel")
    asked = parser.parse_args(arguments)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    app.setStyle("Fusion")
    theme = load_theme(asked.theme)
    app.setPalette(theme.palette())
    return 0 if sheet_image(theme, asked.scale).save(asked.out) else 1


def sheet_image(theme: Theme, ratio: float = 1.0) -> QImage:
    """The sheet in a theme at a device pixel ratio; needs a QApplication."""
    sheet = Sheet(theme)
    image = QImage(round(WIDTH * ratio), round(HEIGHT * ratio), QImage.Format.Format_ARGB32_Premultiplied)
    image.setDevicePixelRatio(ratio)
    sheet.ensurePolished()
    sheet.show()
    QApplication.processEvents()
    focus = QFocusEvent(QFocusEvent.Type.FocusIn, Qt.FocusReason.TabFocusReason)  # the sheet is no active window
    QApplication.sendEvent(sheet.focused, focus)
    sheet.render(image, QPoint())
    sheet.hide()
    return image


class Sheet(QWidget):
    """The sheet: shapes and type are painted, widgets stand where they stand."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._dots = DotPainter(theme)
        self.resize(WIDTH, HEIGHT)
        self._place_widgets()

    def _place_widgets(self) -> None:
        theme = self._theme
        self.focused = SecondaryButton("Cancel swap", theme=theme, parent=self)
        not_now = SecondaryButton("Cancel swap", theme=theme, parent=self)
        not_now.setEnabled(False)
        primary_not_now = PrimaryButton("Swap", theme=theme, parent=self)
        primary_not_now.setEnabled(False)
        modes = SegmentedControl(("Watch", "Fast", "Express"), "Run mode", theme, self)
        modes.set_current(1)
        self._flow(
            [
                PrimaryButton("Swap", theme=theme, parent=self),
                primary_not_now,
                SecondaryButton("Cancel swap", theme=theme, parent=self),
                not_now,
                self.focused,
                SecondaryButton("Swap back", "undo", theme, self),
                modes,
                SegmentedControl(("Demo", "Debug", "Timeline", "Compare"), "Workspace", theme, self),
            ],
            20,
            720,
        )
        self._flow(
            [
                Pill("14 invariants hold", "invariant.ok", theme=theme, parent=self),
                Pill("calls conserved: violated", "invariant.violated", look="line", theme=theme, parent=self),
                Pill("yes, with conversion", "drop.conversion", look="solid", theme=theme, parent=self),
                Pill("yes", "drop.yes", look="solid", theme=theme, parent=self),
                Pill("no, another interface", "drop.no", look="line", theme=theme, parent=self),
                Pill("slow motion for the swap", "phase.block", glyph=False, small=True, theme=theme, parent=self),
                Pill("BLOCK", "phase.block", look="solid", small=True, theme=theme, parent=self),
                Pill("5 calls", theme=theme, parent=self),
            ],
            20,
            772,
        )
        play = IconButton("pause", "Pause", filled=True, theme=theme, parent=self)
        pinned = IconButton("pin", "Pin", theme=theme, parent=self)
        pinned.setCheckable(True)
        pinned.setChecked(True)
        off = IconButton("step_back", "Step back", theme=theme, parent=self)
        off.setEnabled(False)
        transport = [
            IconButton(name, name, theme=theme, parent=self) for name in ("to_start", "step_forward", "to_end")
        ]
        self._flow([off, *transport, play, pinned], 20, 822)
        field = SearchField("Go to, or run a command", "Ctrl+Shift+P", raised=True, theme=theme, parent=self)
        field.setGeometry(330, 824, 268, 28)
        inner = SearchField("Filter", "Ctrl+F", theme=theme, parent=self)
        inner.setGeometry(620, 824, 212, 28)
        typed = SearchField("Filter", "Ctrl+F", theme=theme, parent=self)
        typed.setText("replicated")
        typed.setGeometry(850, 824, 212, 28)
        header = PanelHeader("Latency", "FCM file 17", theme, self)
        header.add_button(IconButton("copy", "Copy"))
        header.add_button(IconButton("pin", "Pin"))
        header.setGeometry(20, 880, 340, header.height())
        line = Separator(theme=theme, parent=self)
        line.setGeometry(20, 880 + header.height(), 340, 1)

    @staticmethod
    def _flow(widgets: Sequence[QWidget], x: int, y: int) -> None:
        for widget in widgets:
            widget.adjustSize()
            widget.move(x, y + (36 - widget.height()) // 2)
            x += widget.width() + 16

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), self._theme.surface.canvas)
        painter.fillRect(QRectF(0, 700, WIDTH, HEIGHT - 700), self._theme.surface.panel)
        self._paint_shapes(painter)
        self._paint_phases(painter)
        self._paint_dots(painter)
        self._paint_type(painter)
        self._paint_tokens(painter)
        painter.end()

    def _paint_shapes(self, painter: QPainter) -> None:
        text = self._theme.text
        for name, x, y in _grid((*SIGN_NAMES, *DOT_NAMES, *ICON_NAMES), 20, 20, 96, 44, 12):
            paint_glyph(painter, name, QRectF(x, y, 16, 16), text.secondary)
            paint_glyph(painter, name, QRectF(x + 22, y, 28, 28), text.primary)
            self._write(painter, QPointF(x, y + 38), name, "small", text.tertiary)
        paint_mark(painter, QRectF(1120, 196, 48, 48), self._theme)
        paint_mark(painter, QRectF(1080, 212, 24, 24), self._theme)

    def _paint_phases(self, painter: QPainter) -> None:
        theme = self._theme
        for index, name in enumerate(PHASES):
            meaning = meaning_of(theme, f"phase.{name}")
            band = QRectF(20 + 190 * index, 260, 180, 70)
            head = QRectF(band.left(), band.top(), band.width(), 20)
            painter.fillRect(band, meaning.tint)
            fill_hatched(painter, band, meaning.pattern, meaning.mark, theme.texture.on_tint)
            painter.fillRect(head, meaning.mark)
            paint_glyph(painter, meaning.glyph, sign_rect(head.left() + 13, head.center().y(), 8), meaning.on)
            words = font("small", theme.scale, weight=SEMIBOLD, tracking=PHASE_TRACKING_PX)
            painter.setFont(words)
            painter.setPen(meaning.on)
            painter.drawText(head.adjusted(24, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, meaning.word)
            painter.setPen(meaning.text)
            painter.drawText(band.adjusted(10, 26, 0, 0), meaning.word)
        for index, pattern in enumerate(PATTERNS):
            bar = QRectF(980 + 52 * index, 260, 46, 30)
            painter.fillRect(bar, theme.phase.transfer.mark)
            fill_hatched(painter, bar, pattern, theme.phase.transfer.on, theme.texture.on_mark)

    def _paint_dots(self, painter: QPainter) -> None:
        theme = self._theme
        for index, name in enumerate(FATES):
            meaning = meaning_of(theme, f"fate.{name}")
            self._paint_legend(painter, QPointF(30, 356 + 24 * index), meaning.glyph, meaning.mark, meaning.word)
        ages = ("current generation", "the one that drains", "older", "oldest")
        for age, word in enumerate(ages):
            look = theme.generation.glyph[age], theme.generation.ladder[age]
            self._paint_legend(painter, QPointF(330, 356 + 24 * age), *look, word)
        random = np.random.default_rng(7)
        for left, count in ((560, 90), (860, 3_000)):
            painter.fillRect(QRectF(left, 346, 280, 120), theme.surface.sunken)
            x, y = random.uniform(left, left + 280, count), random.uniform(346, 466, count)
            self._dots.paint(painter, x, y, random.integers(0, TILES, count))
        tiles = [*range(len(FATES)), *(tile_of_generation(age) for age in range(4))]
        places = np.arange(TILES) * 24.0 + 30
        for row, scale in enumerate((0.5, 1.0, 1.5)):
            self._dots.paint(painter, places + 300, np.full(TILES, 460.0 + 16 * row), np.array(tiles), scale)

    def _paint_legend(self, painter: QPainter, at: QPointF, glyph: str, mark: QColor, word: str) -> None:
        paint_dot(painter, glyph, at, 4.8, mark, self._theme.surface.canvas)
        self._write(painter, at + QPointF(16, 4), word, "label", self._theme.text.secondary)

    def _paint_type(self, painter: QPainter) -> None:
        theme = self._theme
        samples = (
            "Subtitle 36",
            "2.418 306",
            "TRANSFER",
            "FCM file 17",
            "thread 214",
            "longest 3.9 µs",
            "axes",
            "0x11",
        )
        x = 20.0
        for role, sample in zip(ROLES, samples, strict=True):
            self._write(painter, QPointF(x, 560), sample, role, theme.text.primary)
            self._write(painter, QPointF(x, 580), role, "small", theme.text.tertiary)
            x += 28 + max(text_width(sample, role, theme.scale), text_width(role, "small", theme.scale))
        numbers = (
            *(format_duration(ns) for ns in (340, 4_100, 18_240, 11_000, 2_418_306)),
            format_clock(2_418_306),
            format_count(412_880),
            format_rate(88_120),
            format_bytes(98_304),
            format_difference(7.94, 6.81),
        )
        self._write(painter, QPointF(20, 616), "   ".join(numbers), "body", theme.text.primary)

    def _paint_tokens(self, painter: QPainter) -> None:
        theme = self._theme
        surface, line = theme.surface, theme.line
        grounds = (surface.window, surface.canvas, surface.panel, surface.raised, surface.sunken, surface.hover)
        lines = (line.grid, line.subtle, line.regular, line.strong, line.wire)
        inks = (theme.accent.fill, theme.accent.tint, theme.selection.fill, theme.selection.halo)
        washes = (theme.flash.fill, theme.flash.line, theme.histogram.now, theme.histogram.ghost)
        tokens = (*grounds, *lines, *inks, *washes, *theme.heat.stops)
        painter.setPen(QPen(line.regular, 1))
        for index, token in enumerate(tokens):
            painter.setBrush(token)
            painter.drawRoundedRect(QRectF(20.5 + 46 * index, 640.5, 39, 31), 6, 6)

    def _write(self, painter: QPainter, at: QPointF, text: str, role: str, color: QColor) -> None:
        painter.setFont(font(role, self._theme.scale))
        painter.setPen(color)
        painter.drawText(at, text)


def _grid(
    names: Sequence[str], left: int, top: int, across: int, down: int, columns: int
) -> Iterator[tuple[str, int, int]]:
    for index, name in enumerate(names):
        yield name, left + across * (index % columns), top + down * (index // columns)


if __name__ == "__main__":
    sys.exit(main())
