"""A QPainterPath from the path text of SVG, so that a shape can be drawn once and kept as a line of text.

The subset that icons need: M L H V C S A Z in absolute and relative form, numbers run together as SVG allows, and
round arcs. Anything else is an error at once, since the shapes are the program's own.

Limits: arcs must be of a circle (equal radii, no rotation); Qt's Essentials read SVG files but give no path back.
"""

from __future__ import annotations

import math
import re

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

_TOKEN = re.compile(r"[MmLlHhVvCcSsAaZz]|[-+]?(?:\d+\.?\d*|\.\d+)")
_ARGUMENTS = {"M": 2, "L": 2, "H": 1, "V": 1, "C": 6, "S": 4, "A": 7, "Z": 0}


def path_from_text(text: str) -> QPainterPath:
    """The path that SVG's path text describes; raises ValueError for a command outside the subset.

    >>> path_from_text("M2 3h4v5z").boundingRect()
    PySide6.QtCore.QRectF(2.000000, 3.000000, 4.000000, 5.000000)
    """
    left = re.sub(_TOKEN, "", text).strip(" ,\n")
    if left:
        raise ValueError(f"path text has {left!r}, which is not read here")
    reader = _Reader()
    tokens = _TOKEN.findall(text)
    at = 0
    while at < len(tokens):
        if tokens[at][0].isalpha():
            reader.begin(tokens[at])
            at += 1
        count = _ARGUMENTS[reader.command.upper()]
        reader.step([float(token) for token in tokens[at : at + count]])
        at += count
        if count == 0 and at < len(tokens) and not tokens[at].isalpha():
            raise ValueError("path text has a number after Z")
    return reader.path


class _Reader:
    """Where the pen is and what the last command was."""

    def __init__(self) -> None:
        self.path = QPainterPath()
        self.command = "M"
        self._handle: QPointF | None = None  # of the last curve, which S mirrors

    def begin(self, command: str) -> None:
        self.command = command

    def step(self, values: list[float]) -> None:
        if len(values) != _ARGUMENTS[self.command.upper()]:
            raise ValueError(f"path text ends within {self.command}")
        here = self.path.currentPosition()
        base = here if self.command.islower() else QPointF()
        handle, self._handle = self._handle, None
        match self.command.upper():
            case "M":
                self._move(base + QPointF(*values))
            case "L":
                self.path.lineTo(base + QPointF(*values))
            case "H":
                self.path.lineTo(base.x() + values[0], here.y())
            case "V":
                self.path.lineTo(here.x(), base.y() + values[0])
            case "C":
                self._curve(*(base + QPointF(*values[i : i + 2]) for i in (0, 2, 4)))
            case "S":
                first = here if handle is None else here * 2 - handle
                self._curve(first, *(base + QPointF(*values[i : i + 2]) for i in (0, 2)))
            case "A":
                self._arc(here, values, base + QPointF(*values[5:]))
            case "Z":
                self.path.closeSubpath()

    def _move(self, to: QPointF) -> None:
        self.path.moveTo(to)
        self.command = "l" if self.command == "m" else "L"  # numbers that follow are lines, SVG 2 9.3.3

    def _curve(self, one: QPointF, other: QPointF, end: QPointF) -> None:
        self.path.cubicTo(one, other, end)
        self._handle = other

    def _arc(self, start: QPointF, values: list[float], end: QPointF) -> None:
        """The round arc from `start` to `end` (SVG 2, B.2.4, for a circle)."""
        radius, other, rotation, large, clockwise = values[:5]
        if radius != other or rotation:
            raise ValueError("path text has an arc that is not of a circle")
        chord = end - start
        half = math.hypot(chord.x(), chord.y()) / 2
        radius = max(radius, half)
        away = math.sqrt(radius**2 - half**2) / (2 * half) * (1 if bool(large) != bool(clockwise) else -1)
        centre = QPointF((start.x() + end.x()) / 2 - away * chord.y(), (start.y() + end.y()) / 2 + away * chord.x())
        first, last = (math.degrees(math.atan2(centre.y() - p.y(), p.x() - centre.x())) for p in (start, end))
        sweep = (last - first) % 360
        if clockwise:
            sweep -= 360
        box = QRectF(centre.x() - radius, centre.y() - radius, 2 * radius, 2 * radius)
        self.path.arcTo(box, first, sweep)
