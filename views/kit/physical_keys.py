"""Keys by where they are, not by what is printed on them.

W, S, A and D lie under the fingers of the left hand because of where they are. On a French keyboard Z, S, Q and D lie
there, on a Dvorak one comma, O, A and E: it is the place that counts. The system tells the place as a scan code, whose
numbers differ from one windowing system to the next.

Limits: where no code comes (synthetic events, some input methods) the letter counts.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent

Place = Literal["W", "A", "S", "D", ""]

_XKB: Final[Mapping[int, Place]] = {25: "W", 38: "A", 39: "S", 40: "D"}
"""X11 and Wayland: the kernel's code and 8."""
_WINDOWS: Final[Mapping[int, Place]] = {0x11: "W", 0x1E: "A", 0x1F: "S", 0x20: "D"}
_MAC: Final[Mapping[int, Place]] = {13: "W", 0: "A", 1: "S", 2: "D"}
"""Virtual keys, which on a Mac are places."""
_LETTERS: Final[Mapping[int, Place]] = {
    Qt.Key.Key_W: "W", Qt.Key.Key_A: "A", Qt.Key.Key_S: "S", Qt.Key.Key_D: "D"
}  # fmt: skip


def place_of(event: QKeyEvent, platform: str = "") -> Place:
    """Which of the four places a key has; empty for every other key."""
    system = platform or QGuiApplication.platformName()
    if system == "cocoa":
        return _MAC.get(event.nativeVirtualKey(), "") if event.text() else _LETTERS.get(event.key(), "")
    code = event.nativeScanCode()
    if not code:
        return _LETTERS.get(event.key(), "")
    return (_WINDOWS if system == "windows" else _XKB).get(code, "")
