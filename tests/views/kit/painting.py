"""Small canvases to paint on, and what is found on them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtGui import QColor, QImage, QPainter

INK = QColor("#FF0000")


def painted(paint: Callable[[QPainter], object], side: int = 32, ratio: float = 1.0, ground: str = "#FFFFFF") -> QImage:
    """An image `side` px square at a pixel ratio on which `paint` has painted."""
    image = QImage(round(side * ratio), round(side * ratio), QImage.Format.Format_RGB32)
    image.setDevicePixelRatio(ratio)
    image.fill(QColor(ground))
    painter = QPainter(image)
    paint(painter)
    painter.end()
    return image


def pixels(image: QImage) -> npt.NDArray[np.uint8]:
    """The image as rows of (red, green, blue)."""
    image = image.convertToFormat(QImage.Format.Format_RGB32)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine() // 4, 4)
    return rows[:, : image.width(), 2::-1].copy()


def touched(image: QImage, ground: str = "#FFFFFF") -> npt.NDArray[np.bool_]:
    """Which pixels are no longer the ground."""
    color = QColor(ground)
    return (pixels(image) != (color.red(), color.green(), color.blue())).any(axis=2)


def extent(image: QImage, ground: str = "#FFFFFF") -> tuple[int, int, int, int]:
    """The least and greatest column and row that are touched: left, top, right, bottom."""
    rows, columns = np.nonzero(touched(image, ground))
    return int(columns.min()), int(rows.min()), int(columns.max()), int(rows.max())
