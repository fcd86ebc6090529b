"""A key of the keyboard as a small box with its name."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF

from views.kit.painted import paint_box
from views.kit.theme import Theme
from views.kit.typography import SEMIBOLD, text_width
from views.kit.writing import Writer

HEIGHT: Final = 22
PADDING: Final = 7


def keycap_width(name: str, theme: Theme) -> float:
    """How wide the key of a name is."""
    return max(theme.px(HEIGHT), text_width(name, "label", theme.scale, weight=SEMIBOLD) + theme.px(2 * PADDING))


def paint_keycap(writer: Writer, row: QRectF, name: str) -> float:
    """Paints a key at the left of a row, in its middle; the width that it takes."""
    theme, px = writer.theme, writer.theme.px
    key = QRectF(row.left(), row.center().y() - px(HEIGHT) / 2, keycap_width(name, theme), px(HEIGHT))
    shade = key.translated(0, px(1.5))
    paint_box(writer.painter, shade, px(5), theme.line.strong, theme.line.strong, theme.stroke(1))
    paint_box(writer.painter, key, px(5), theme.surface.raised, theme.line.strong, theme.stroke(1))
    writer.line(key, name, "label", weight=SEMIBOLD, middle=True)
    return key.width()
