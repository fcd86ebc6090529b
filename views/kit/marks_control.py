"""What a person has marked in a run, as the views see it: bookmarks, and rows at which the run stops or is counted.

The marks live in the shell and are saved with the run; a view shows them and asks for changes through this protocol.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import SignalInstance


@dataclass(frozen=True, slots=True)
class Bookmark:
    """An instant with a note."""

    at_ns: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class Stop:
    """Rows that are meant by a filter: the run stops there, or (a tracepoint) they are only counted."""

    rows: str
    halts: bool = True
    on: bool = True


class MarksControl(Protocol):
    """`changed` is emitted after anything below has changed. Bookmarks are in order of time."""

    bookmarks: tuple[Bookmark, ...]
    stops: tuple[Stop, ...]
    changed: SignalInstance

    def add_bookmark(self, at_ns: int, note: str = "") -> None:
        """Mark an instant; marking one again gives it the other note."""

    def remove_bookmark(self, at_ns: int) -> None: ...

    def add_stop(self, rows: str, *, halts: bool = True) -> str:
        """A sentence if the filter is none, and then nothing has changed; otherwise empty."""

    def change_stop(self, index: int, *, halts: bool | None = None, on: bool | None = None) -> None: ...

    def remove_stop(self, index: int) -> None: ...

    def met(self, index: int) -> tuple[int, int]:
        """How many rows before the cursor a stop means, and the position of the last of them or -1."""

    def run_until(self, rows: str) -> str:
        """Play until such a row, as fast as it goes; a sentence if the filter is none."""
