"""What the program remembers between two starts: theme, window, pace, what was opened.

An INI file in the platform's folder for settings. It carries the version of its format: a newer one is left alone and
not read. What is missing, of the wrong kind or out of range counts as its default, one value at a time, and a file that
cannot be read at all as an empty one: the program always starts.

Limits: plain values only; the state of the run belongs to recordings.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Final

from PySide6.QtCore import QRect, QSettings, QStandardPaths

from app.looks import SIZES, SYSTEM
from views.kit.playback_control import FASTEST_PACE, SLOWEST_PACE
from views.kit.theme import theme_names

VERSION: Final = 1
RECENT_KEPT: Final = 8
LARGEST: Final = 20_000
"""px: no window and no place on a desktop is further."""


@dataclass(frozen=True)
class Settings:
    """Everything that is kept, with what holds on the first start."""

    theme: str = "system"
    size: float = 1.0
    window: tuple[int, int, int, int] | None = None
    """Left, top, width, height of the window when it is not maximised."""
    maximised: bool = False
    pace: float = 0.0
    """The asked pace; 0 for the default one."""
    slow_motion: bool = True
    reduced_motion: bool = False
    layout: str = ""
    """What the workspace gave to be kept (app/layouts.py); empty for the layouts that ship."""
    keys: str = ""
    """What the map of keys gave to be kept (app/key_map.py)."""
    welcomed: bool = False
    """Whether the welcome was shown once."""
    recent: tuple[str, ...] = ()
    """Files that were opened, the last first."""

    def with_recent(self, path: str) -> Settings:
        """These, with a file that was just opened."""
        others = [each for each in self.recent if each != path]
        return replace(self, recent=(path, *others)[:RECENT_KEPT])


class SettingsFile:
    """Reads and writes Settings."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path if path is not None else default_path()

    def read(self) -> Settings:
        """What the file says, where it makes sense."""
        stored = self._open()
        if stored is None:
            return Settings()
        known = Settings()
        values: dict[str, Any] = {}
        for field in fields(Settings):
            text = stored.value(field.name)
            default = getattr(known, field.name)
            try:
                values[field.name] = default if text is None else _READERS[field.name](text)
            except (TypeError, ValueError):
                values[field.name] = default
        return Settings(**values)

    def write(self, settings: Settings) -> None:
        """Keeps them; a file of a newer version, or one that cannot be written, stays as it is."""
        stored = self._open(for_writing=True)
        if stored is None:
            return
        stored.setValue("version", VERSION)
        for field in fields(Settings):
            value = getattr(settings, field.name)
            stored.setValue(field.name, _text(value))
        stored.sync()

    def _open(self, *, for_writing: bool = False) -> QSettings | None:
        stored = QSettings(str(self.path), QSettings.Format.IniFormat)
        if stored.status() != QSettings.Status.NoError:
            if not for_writing or not self.path.is_file():
                return None
            try:
                self.path.unlink()  # Nothing in it can be read, by nobody.
            except OSError:
                return None
            stored = QSettings(str(self.path), QSettings.Format.IniFormat)
        try:
            version = int(str(stored.value("version", VERSION)))
        except ValueError:
            version = VERSION
        return stored if version <= VERSION else None


def default_path() -> Path:
    """Where the platform keeps settings."""
    folder = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.GenericConfigLocation)
    return Path(folder) / "changeover" / "changeover.ini"


def placed(window: tuple[int, int, int, int] | None, screens: list[QRect]) -> QRect | None:
    """Where the window goes: as it was kept if a good part of its head lies on a screen, otherwise nowhere special.

    A screen may be smaller than the one before: the window is cut to it, so that all of it can be reached.
    """
    if window is None:
        return None
    area = QRect(*window)
    head = QRect(area.left(), area.top(), area.width(), 40)
    for screen in screens:
        seen = head.intersected(screen)
        if seen.width() >= 120 and seen.height() >= 20:
            area.setSize(area.size().boundedTo(screen.size()))
            return area
    return None


def _text(value: Any) -> Any:
    if isinstance(value, tuple):
        return "|".join(str(each) for each in value)
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


def _theme(text: str) -> str:
    if text not in (SYSTEM, *theme_names()):
        raise ValueError(text)
    return text


def _size(text: str) -> float:
    size = float(text)
    if size not in SIZES:
        raise ValueError(text)
    return size


def _window(text: str) -> tuple[int, int, int, int] | None:
    if not text:
        return None
    left, top, width, height = (int(part) for part in text.split("|"))
    if not (abs(left) < LARGEST and abs(top) < LARGEST and 0 < width < LARGEST and 0 < height < LARGEST):
        raise ValueError(text)
    return left, top, width, height


def _pace(text: str) -> float:
    pace = float(text)
    if pace != 0 and not SLOWEST_PACE <= pace <= FASTEST_PACE:
        raise ValueError(text)
    return pace


def _truth(text: str) -> bool:
    if text not in ("yes", "no"):
        raise ValueError(text)
    return text == "yes"


def _recent(text: str) -> tuple[str, ...]:
    return tuple(part for part in str(text).split("|") if part)[:RECENT_KEPT]


_READERS: Final[dict[str, Any]] = {
    "theme": _theme,
    "size": _size,
    "window": _window,
    "maximised": _truth,
    "pace": _pace,
    "slow_motion": _truth,
    "reduced_motion": _truth,
    "layout": str,
    "keys": str,
    "welcomed": _truth,
    "recent": _recent,
}
