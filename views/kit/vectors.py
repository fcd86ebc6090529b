"""Transfer protocols as what they are: 64 bits a component, and what two of them have in common.

    63 ..... 56 48 40 32 24 16 8 0
    single     .......#....#.....................#.....#..#
    replicated ...#.........#....................#........#
    both       ..................................#........#
                                          bit 12, canonical pages

Own bits are in the histogram's colour, the common ones in that of TRANSFER; the chosen one is ringed and named.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from views.kit.glyphs import paint_glyph
from views.kit.panel_view import describe
from views.kit.theme import Theme
from views.kit.typography import MEDIUM, SEMIBOLD, text_width
from views.kit.writing import Writer, Written

BITS: Final = 64
PADDING: Final = 16
HEAD, ROW, FOOT, NOTE = 20, 27, 40, 22
NARROW: Final = 560


class VectorsStrip(QWidget):
    """One row a vector, a row for what they share, and the chosen bit by its name."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._rows: tuple[tuple[str, int], ...] = ()
        self._names: Mapping[int, str] = {}
        self._chosen: int | None = None
        self._notes: tuple[tuple[str, str], ...] = ()
        self._cells: list[tuple[QRectF, str]] = []
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def show_vectors(
        self, rows: Sequence[tuple[str, int]], names: Mapping[int, str], chosen: int | None = None,
        notes: Sequence[tuple[str, str]] = (),
    ) -> None:  # fmt: skip
        """Show these (title, vector); `names` names protocols by bit, `chosen` is the bit that was negotiated.

        `notes` say what was done with it, each a word and what there is to it: ("package", "96 KiB, 1.9 µs").
        """
        new = (tuple(rows), dict(names), chosen, tuple(notes))
        if new == (self._rows, self._names, self._chosen, self._notes):
            return
        self._rows, self._names, self._chosen, self._notes = new
        describe(self, "State transfer protocols", self._spoken())
        self.updateGeometry()
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Look like another theme from now on."""
        self._theme = theme
        self.updateGeometry()
        self.update()

    @property
    def common(self) -> int:
        """The bits that all vectors have."""
        common = (1 << BITS) - 1 if self._rows else 0
        for _, vector in self._rows:
            common &= vector
        return common

    def sizeHint(self) -> QSize:
        rows = len(self._rows) + (len(self._rows) > 1)
        notes = NOTE * len(self._notes) if self.width() < self._theme.px(NARROW) else NOTE * bool(self._notes)
        return QSize(300, round(self._theme.px(HEAD + ROW * rows + (FOOT if self._chosen is not None else 8) + notes)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.updateGeometry()

    def minimumSizeHint(self) -> QSize:
        return QSize(0, self.sizeHint().height())

    def bits(self, vector: int) -> list[int]:
        """The bits of a vector, highest first."""
        return [bit for bit in range(BITS - 1, -1, -1) if vector >> bit & 1]

    def _spoken(self) -> str:
        lines = [f"{title}: bits {', '.join(map(str, self.bits(vector))) or 'none'}" for title, vector in self._rows]
        if len(self._rows) > 1:
            lines.append(f"both: bits {', '.join(map(str, self.bits(self.common))) or 'none'}")
        if self._chosen is not None:
            lines.append(f"chosen: {self._chosen_words()}")
        lines += [f"{word}: {words}" for word, words in self._notes]
        return "; ".join(lines)

    def _chosen_words(self) -> str:
        name = self._names.get(self._chosen or 0, "")
        return f"bit {self._chosen}, {name}" if name else f"bit {self._chosen}"

    # --- painting ----------------------------------------------------------------------------------------------------

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        writer = Writer(painter, self._theme)
        self._cells = []
        px = self._theme.px
        left = px(PADDING) + self._label_width()
        self._paint_scale(writer, left)
        for place, (title, vector) in enumerate(self._rows):
            self._paint_row(writer, place, title, vector, left, self._theme.histogram.now_fill)
        if len(self._rows) > 1:
            transfer = self._theme.phase.transfer
            self._paint_row(writer, len(self._rows), "both", self.common, left, transfer.mark, transfer.text)
        if self._chosen is not None:
            self._paint_chosen(writer, left)
        self._paint_notes(writer)
        painter.end()
        self.written = writer.written

    def _label_width(self) -> float:
        titles = [*(title for title, _ in self._rows), "both"]
        widest = max(text_width(title, "label", self._theme.scale, weight=MEDIUM) for title in titles)
        wide = self.width() >= self._theme.px(NARROW)
        count = text_width("64", "label", self._theme.scale) + self._theme.px(18) if wide else 0
        return min(widest + count + self._theme.px(10), self.width() * 0.36)

    def _x(self, bit: int, left: float) -> float:
        """The left edge of a cell; bytes are parted by a gap."""
        step, gap = self._steps(left)
        place = BITS - 1 - bit
        return left + place * step + (place // 8) * gap

    def _steps(self, left: float) -> tuple[float, float]:
        room = self.width() - left - self._theme.px(PADDING)
        gap = min(self._theme.px(6), room * 0.008)
        return (room - 7 * gap) / BITS, gap

    def _paint_scale(self, writer: Writer, left: float) -> None:
        step, _ = self._steps(left)
        every = 16 if step < self._theme.px(6) else 8
        for bit in (63, *range(64 - every, -1, -every)):
            if bit == 56 and step < self._theme.px(4):
                continue
            middle = self._x(bit, left) + step / 2
            half = self._theme.px(12)
            # The first and the last number may not leave the widget.
            middle = min(middle, self.width() - half - 1)
            area = QRectF(middle - half, 0, 2 * half, self._theme.px(HEAD))
            writer.line(area, str(bit), "small", self._theme.text.tertiary, middle=True)

    def _paint_row(
        self, writer: Writer, place: int, title: str, vector: int, left: float, mark: QColor,
        words: QColor | None = None,
    ) -> None:  # fmt: skip
        theme, px, painter = self._theme, self._theme.px, writer.painter
        top = px(HEAD + ROW * place)
        label = QRectF(px(PADDING), top, left - px(PADDING + 10), px(ROW))
        if self.width() >= px(NARROW):
            took = writer.line(label, str(vector.bit_count()), "label", theme.text.secondary, right=True)
            label.setRight(label.right() - took - px(8))
        writer.line(label, title, "label", words or theme.text.primary, weight=SEMIBOLD if words else MEDIUM)
        step, _ = self._steps(left)
        side = max(2.0, step - max(1.0, step * 0.14))
        height = min(px(15), max(px(9), side * 1.15))
        line = theme.stroke(1)
        for bit in range(BITS):
            cell = QRectF(round(self._x(bit, left)), round(top + (px(ROW) - height) / 2), round(side), round(height))
            if vector >> bit & 1:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(mark)
                painter.drawRoundedRect(cell, px(2), px(2))
                self._cells.append((cell, f"{title}: bit {bit}, {self._names.get(bit, 'no name')}"))
            else:
                painter.setPen(QPen(theme.line.subtle, line) if side > 4 else Qt.PenStyle.NoPen)
                painter.setBrush(theme.surface.sunken)
                painter.drawRoundedRect(cell.adjusted(line / 2, line / 2, -line / 2, -line / 2), px(2), px(2))
        if self._chosen is not None and place == len(self._rows):
            ring = QRectF(self._x(self._chosen, left), top + (px(ROW) - height) / 2, side, height)
            painter.setPen(QPen(theme.selection.ring, theme.stroke(2)))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ring.adjusted(-px(2), -px(2), px(2), px(2)), px(4), px(4))

    def _paint_chosen(self, writer: Writer, left: float) -> None:
        theme, px, painter = self._theme, self._theme.px, writer.painter
        meaning = theme.phase.transfer
        step, _ = self._steps(left)
        words = self._chosen_words()
        width = text_width(words, "label", theme.scale, weight=SEMIBOLD) + px(20)
        middle = self._x(self._chosen or 0, left) + step / 2
        top = px(HEAD + ROW * (len(self._rows) + 1))
        at = min(max(px(PADDING), middle - width / 2), self.width() - px(PADDING) - width)
        pill = QRectF(at, top + px(6), width, px(22))
        painter.setPen(QPen(meaning.mark, theme.stroke(1.4)))
        painter.drawLine(QPointF(middle, top - px(2)), QPointF(middle, pill.top()))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(meaning.mark)
        painter.drawRoundedRect(pill, pill.height() / 2, pill.height() / 2)
        writer.line(pill, words, "label", meaning.on, weight=SEMIBOLD, middle=True)

    def _paint_notes(self, writer: Writer) -> None:
        """Side by side where there is room, otherwise beneath each other."""
        theme, px = self._theme, self._theme.px
        beside = self.width() >= px(NARROW)
        rows = 1 if beside else len(self._notes)
        top = self.height() - px(NOTE * rows + 6)
        step = (self.width() - px(2 * PADDING)) / max(1, len(self._notes)) if beside else 0.0
        for place, (word, words) in enumerate(self._notes):
            y = top if beside else top + px(NOTE * place)
            area = QRectF(px(PADDING) + step * place, y, (step or self.width() - px(2 * PADDING)) - px(8), px(NOTE))
            glyph = QRectF(area.left(), area.center().y() - px(7), px(14), px(14))
            meaning = theme.phase.transfer
            paint_glyph(writer.painter, meaning.glyph, glyph.adjusted(2, 2, -2, -2), meaning.mark)
            area.setLeft(glyph.right() + px(6))
            area.setLeft(area.left() + writer.line(area, word, "label", weight=SEMIBOLD) + px(8))
            writer.line(area, words, "label", theme.text.secondary)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            at = QPointF(event.pos())
            QToolTip.showText(
                event.globalPos(), next((tip for cell, tip in self._cells if cell.contains(at)), ""), self
            )
            return True
        return super().event(event)
