"""One selection and one hover for all panels.

A thread picked in the lanes is the thread ringed in the graph and the row marked in the story: panels hold no
selection of their own, they write to this one and follow its signals.

Limits: one thing at a time, and only what has a number in the trace.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Signal

KINDS = ("object", "client", "interposer", "call", "thread", "swap")
HOVERED_KINDS = (*KINDS, "entry")
"""What can be under the pointer: also an entry of a client's table, by `entry_number`."""


@dataclass(frozen=True)
class Picked:
    """A thing in the trace: its kind, one of `KINDS`, and its number there."""

    kind: str
    identity: int

    def __post_init__(self) -> None:
        if self.kind not in HOVERED_KINDS:
            raise ValueError(f"nothing of kind {self.kind!r} can be picked; there are {', '.join(KINDS)}")


def entry_number(client: int, object_id: int) -> int:
    """One number for a client's entry for an object."""
    return client << 32 | object_id


def entry_of(number: int) -> tuple[int, int]:
    """The client and the object of an entry's number."""
    return number >> 32, number & 0xFFFF_FFFF


class Selection(QObject):
    """What is selected and what is under the pointer, shared by all panels.

    `changed` and `hover_changed` carry the `Picked` that holds now, or None; they come only when it has changed.
    """

    changed = Signal(object)
    hover_changed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._current: Picked | None = None
        self._hovered: Picked | None = None

    @property
    def current(self) -> Picked | None:
        """What is selected."""
        return self._current

    @property
    def hovered(self) -> Picked | None:
        """What is under the pointer."""
        return self._hovered

    def select(self, kind: str, identity: int) -> None:
        """Select a thing; raises ValueError for a kind that is not in `KINDS`."""
        if kind not in KINDS:
            raise ValueError(f"nothing of kind {kind!r} can be picked; there are {', '.join(KINDS)}")
        self._become(Picked(kind, identity))

    def clear(self) -> None:
        """Select nothing."""
        self._become(None)

    def hover(self, kind: str, identity: int) -> None:
        """The pointer has come over a thing; raises ValueError for a kind that is not in `HOVERED_KINDS`."""
        self._hover(Picked(kind, identity))

    def leave(self) -> None:
        """The pointer is over nothing."""
        self._hover(None)

    def is_selected(self, kind: str, identity: int) -> bool:
        """Whether that thing is the selected one."""
        return self._current == Picked(kind, identity)

    def is_hovered(self, kind: str, identity: int) -> bool:
        """Whether that thing is under the pointer."""
        return self._hovered == Picked(kind, identity)

    def _become(self, picked: Picked | None) -> None:
        if picked != self._current:
            self._current = picked
            self.changed.emit(picked)

    def _hover(self, picked: Picked | None) -> None:
        if picked != self._hovered:
            self._hovered = picked
            self.hover_changed.emit(picked)
