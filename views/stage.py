"""What stands about the graph in a presentation: the title above, and beneath it the subtitle, the phases and the keys.

    (o*) Single to replicated, when sharing begins                                          scene 3 of 7
    ----------------------------------------------------------------------------------------------------
                      No call is inside. The state moves across now,
                         and those at the door feel only a pause.
          [v FORWARD  9.52 µs > v BLOCK  4.20 µs > ->| TRANSFER  880 ns ]
    [Space] go on   [->] next point   [R] reset                [T] theme                       o o = o o

Nothing on the screen is larger than the subtitle. A key that is pressed is shown between the two for a moment, so that
an audience can follow. Letters have 16 px at least, because the theme is at 1.5 times its size (app/presentation.py).

Limits: told what to show once a frame; it holds nothing of the run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from model.trace.events import Phase
from views.kit.format import format_duration
from views.kit.glyphs import paint_glyph, paint_mark, sign_rect
from views.kit.keycap import paint_keycap
from views.kit.phases import phase_meaning
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, SEMIBOLD, font, line_height, metrics, text_width, wrapped
from views.kit.writing import Writer, Written

if TYPE_CHECKING:
    from model.projections.receipt import Receipt

HEAD: Final = 48
SUBTITLE_SHARE: Final = 1 / 1.5
"""The theme of a presentation is 1.5 times as large already; 36 px are meant."""
LINES: Final = 2
SUBTITLE_WIDTH: Final = 0.88
"""The share of the width that a line may take before two are made of it."""
RIBBON: Final = 36
KEYS: Final = 44
MARGIN: Final = 26
PHASES: Final = (Phase.FORWARD, Phase.BLOCK, Phase.TRANSFER)


@dataclass(frozen=True)
class Shown:
    """All that the head and the foot say."""

    title: str = ""
    number: int = 0
    """Which of the scenes this is, from 1; 0 for none of them."""
    of: int = 0
    broken: str = ""
    """The rule that is broken, as the light says it; empty where every rule holds."""
    text: str = ""
    receipt: Receipt | None = None
    keys: tuple[tuple[str, str], ...] = ()
    """Key and word, at the left."""
    pressed: tuple[str, str] = ("", "")
    """The key that was pressed last and what it does."""


class _Stage(QWidget):
    """What both have: a theme, something to show, and an account of what was written."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.shown = Shown()
        self.written: list[Written] = []
        self.setAutoFillBackground(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_theme(theme)

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self.theme = theme
        palette = theme.palette()
        palette.setColor(palette.ColorRole.Window, theme.surface.canvas)
        self.setPalette(palette)
        self.setFixedHeight(self.sizeHint().height())
        self.update()

    def show_all(self, shown: Shown) -> None:
        """Show this; painted again only where it is another."""
        if shown != self.shown:
            self.shown = shown
            self.setAccessibleName(shown.text or shown.title)
            self.update()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        writer = Writer(painter, self.theme)
        self._paint(writer)
        painter.end()
        self.written = writer.written

    def _paint(self, writer: Writer) -> None:
        raise NotImplementedError


class StageHead(_Stage):
    """The mark, the title, and which scene it is."""

    def sizeHint(self) -> QSize:
        return QSize(600, round(self.theme.px(HEAD)))

    def _paint(self, writer: Writer) -> None:
        theme, px = self.theme, self.theme.px
        row = QRectF(px(MARGIN), 0, self.width() - px(2 * MARGIN), self.height())
        side = px(22)
        paint_mark(writer.painter, QRectF(row.left(), row.center().y() - side / 2, side, side), theme)
        if self.shown.number:
            words = f"scene {self.shown.number} of {self.shown.of}"
            row.setRight(row.right() - writer.line(row, words, "label", theme.text.secondary, right=True) - px(12))
        if self.shown.broken:
            self._paint_light(writer, row)
        row.setLeft(row.left() + side + px(12))
        writer.line(row, self.shown.title, "body", weight=SEMIBOLD)

    def _paint_light(self, writer: Writer, row: QRectF) -> None:
        """Red, at the right of what is left of a row, which it takes for itself."""
        px, meaning = self.theme.px, self.theme.invariant.violated
        width = text_width(self.shown.broken, "label", self.theme.scale, weight=MEDIUM) + px(36)
        pill = QRectF(row.right() - width, row.center().y() - px(12), width, px(24))
        writer.painter.setPen(Qt.PenStyle.NoPen)
        writer.painter.setBrush(meaning.mark)
        writer.painter.drawRoundedRect(pill, px(12), px(12))
        side = px(14)
        glyph = QRectF(pill.left() + px(8), pill.center().y() - side / 2, side, side)
        paint_glyph(writer.painter, meaning.glyph, glyph, meaning.on)
        writer.line(pill.adjusted(px(28), 0, 0, 0), self.shown.broken, "label", meaning.on, weight=MEDIUM)
        row.setRight(pill.left() - px(12))


class StageFoot(_Stage):
    """The subtitle, the phases of the swap, the keys, and a dot for each scene."""

    def sizeHint(self) -> QSize:
        height = LINES * line_height("subtitle", self.theme.scale * SUBTITLE_SHARE)
        return QSize(600, round(height + self.theme.px(RIBBON + KEYS + 40)))

    def _paint(self, writer: Writer) -> None:
        px = self.theme.px
        writer.painter.fillRect(QRectF(0, 0, self.width(), self.theme.stroke(1)), self.theme.line.regular)
        whole = QRectF(px(MARGIN), 0, self.width() - px(2 * MARGIN), self.height())
        keys = QRectF(whole.left(), whole.bottom() - px(KEYS), whole.width(), px(KEYS))
        ribbon = QRectF(whole.left(), keys.top() - px(RIBBON), whole.width(), px(RIBBON))
        words = QRectF(whole.left(), px(8), whole.width(), ribbon.top() - px(16))
        self._paint_subtitle(writer.painter, words)
        if self.shown.receipt is not None:
            self._paint_ribbon(writer, ribbon, self.shown.receipt)
        self._paint_keys(writer, keys)
        self._paint_dots(writer.painter, keys)

    # --- the subtitle ------------------------------------------------------------------------------------------------

    def subtitle_lines(self, width: float) -> tuple[list[str], float]:
        """The lines as they are broken, evenly, and the scale at which they fit; smaller only in a small window."""
        scale = self.theme.scale * SUBTITLE_SHARE
        while True:
            measure = metrics("subtitle", scale)
            lines = wrapped(self.shown.text, measure, width)
            if len(lines) <= LINES or scale < 0.5:
                break
            scale *= 0.92
        if len(lines) > 1:
            # As narrow as the same number of lines allows: a subtitle reads better as a block than with one word over.
            total = measure.horizontalAdvance(self.shown.text)
            narrow = max(total / len(lines), 1.0)
            while len(wrapped(self.shown.text, measure, narrow)) > len(lines):
                narrow += measure.averageCharWidth()
            lines = wrapped(self.shown.text, measure, narrow)
        return lines, scale

    def _paint_subtitle(self, painter: QPainter, area: QRectF) -> None:
        if not self.shown.text:
            return
        lines, scale = self.subtitle_lines(area.width() * SUBTITLE_WIDTH)
        height = line_height("subtitle", scale)
        painter.setFont(font("subtitle", scale))
        painter.setPen(self.theme.text.primary)
        top = area.center().y() - len(lines) * height / 2
        for index, line in enumerate(lines):
            row = QRectF(area.left(), top + index * height, area.width(), height)
            painter.drawText(row, Qt.AlignmentFlag.AlignCenter, line)

    # --- the phases --------------------------------------------------------------------------------------------------

    def _paint_ribbon(self, writer: Writer, area: QRectF, receipt: Receipt) -> None:
        swap, px = receipt.swap, self.theme.px
        spent = {Phase.FORWARD: receipt.forward_ns, Phase.BLOCK: receipt.block_ns, Phase.TRANSFER: receipt.transfer_ns}
        seen = {phase for phase, _, _ in swap.spans}
        phases = (*PHASES, swap.outcome) if swap.over and swap.outcome is not None else PHASES
        width = min(area.width(), px(720)) / len(phases)
        left = area.center().x() - width * len(phases) / 2
        for index, phase in enumerate(phases):
            place = QRectF(left + index * width, area.top(), width, area.height() - px(4))
            if phase in (Phase.COMPLETED, Phase.ABANDONED) or (phase is swap.phase and not swap.over):
                state = "now"
            else:
                state = "over" if phase in seen else "next"
            time = format_duration(spent.get(phase, receipt.total_ns)) if state != "next" else ""
            self._paint_phase(writer, place, phase, state, time, index + 1 < len(phases))

    def _paint_phase(self, writer: Writer, place: QRectF, phase: Phase, state: str, time: str, pointed: bool) -> None:
        theme, px = self.theme, self.theme.px
        meaning = phase_meaning(theme, phase)
        fill, ink = {
            "now": (meaning.mark, meaning.on), "over": (meaning.tint, meaning.text),
            "next": (theme.surface.sunken, theme.text.tertiary),
        }[state]  # fmt: skip
        self._paint_arrow(writer.painter, place, fill, pointed)
        row = place.adjusted(px(22), 0, -px(10), 0)
        glyph = "check" if state == "over" else meaning.glyph
        paint_glyph(writer.painter, glyph, sign_rect(row.left(), row.center().y(), px(11)), ink)
        row.setLeft(row.left() + px(12))
        name = text_width(phase.name, "label", theme.scale, weight=SEMIBOLD) + px(4)
        if time and name + text_width(time, "label", theme.scale) + px(6) <= row.width():
            writer.line(row, time, "label", ink, right=True)
        writer.line(row, phase.name, "label", ink, weight=SEMIBOLD, tracking=0.3)

    def _paint_arrow(self, painter: QPainter, place: QRectF, fill: QColor, pointed: bool) -> None:
        nose = self.theme.px(8) if pointed else 0.0
        shape = QPolygonF(
            [
                place.topLeft(), QPointF(place.right() - 2, place.top()),
                QPointF(place.right() - 2 + nose, place.center().y()), QPointF(place.right() - 2, place.bottom()),
                place.bottomLeft(), QPointF(place.left() + self.theme.px(8), place.center().y()),
            ]
        )  # fmt: skip
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(fill)
        painter.drawPolygon(shape)

    # --- the keys and the dots ---------------------------------------------------------------------------------------

    def _paint_keys(self, writer: Writer, area: QRectF) -> None:
        theme, px = self.theme, self.theme.px
        row = QRectF(area)
        for key, word in self.shown.keys:
            row.setLeft(row.left() + paint_keycap(writer, row, key) + px(6))
            row.setLeft(row.left() + writer.line(row, word, "label", theme.text.secondary) + px(18))
        key, word = self.shown.pressed
        if key:
            row.setLeft(row.left() + px(12))
            row.setRight(area.right() - self._dots_width() - px(16))
            row.setLeft(row.left() + paint_keycap(writer, row, key) + px(6))
            writer.line(row, word, "label", theme.text.primary, weight=SEMIBOLD)

    def _dots_width(self) -> float:
        return self.shown.of * self.theme.px(16)

    def _paint_dots(self, painter: QPainter, area: QRectF) -> None:
        theme, px = self.theme, self.theme.px
        for number in range(1, self.shown.of + 1):
            x = area.right() - (self.shown.of - number + 0.5) * px(16)
            here = number == self.shown.number
            ink = theme.text.primary if here else theme.text.secondary
            painter.setPen(Qt.PenStyle.NoPen if number <= self.shown.number else QPen(ink, theme.stroke(1.4)))
            painter.setBrush(ink if number <= self.shown.number else Qt.BrushStyle.NoBrush)
            half = px(6 if here else 3)
            painter.drawRoundedRect(QRectF(x - half, area.center().y() - px(3), 2 * half, px(6)), px(3), px(3))
