"""A dict that changes without the state before noticing, for folds."""

from __future__ import annotations

from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")


class Copied(Generic[K, V]):
    """A dict that is copied before its first change; `now` is the state before's own until then."""

    __slots__ = ("_mine", "now")

    def __init__(self, before: dict[K, V]) -> None:
        """Starts from `before`, which stays as it is."""
        self.now = before
        self._mine = False

    def put(self, key: K, value: V) -> None:
        """Sets one value."""
        self._own()
        self.now[key] = value

    def drop(self, key: K) -> None:
        """Lets go of one value, if it is there."""
        if key in self.now:
            self._own()
            del self.now[key]

    def _own(self) -> None:
        if not self._mine:
            self.now, self._mine = dict(self.now), True
