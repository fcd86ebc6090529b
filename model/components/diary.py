"""The diary: a component by which the engine is examined. Each call leaves a tag, and nothing else is kept.

Each call carries who made it, which of that caller's calls it is, and how deep inside of it: its *tag*. A diary keeps
the tags in the order in which they came; so an effect that was lost, doubled, invented or overtaken shows in its state.

Limits: callers and sequences have 20 bits each.
"""

from __future__ import annotations

from abc import abstractmethod

from model.engine.component import Interface
from model.protocols import CANONICAL

ENTRIES_BY_REFERENCE = 5
TAG_BYTES = 8


class Diary(Interface):
    """Writes down who called. `caller` and `sequence` make the tag; the result is what was written."""

    title = "Diary"
    protocols = {CANONICAL: "canonical form", ENTRIES_BY_REFERENCE: "entries by reference"}

    @abstractmethod
    def note(self, caller: int, sequence: int, depth: int = 0) -> int:
        """Writes the tag down, and gives it."""

    @abstractmethod
    def nest(self, caller: int, sequence: int, depth: int = 1) -> int:
        """Calls itself from outside `depth` times inside of each other, each of which writes; then as `note`."""

    @abstractmethod
    def twice(self, caller: int, sequence: int) -> int:
        """Calls its own `note` twice, one after the other; then as `note`."""

    @abstractmethod
    def fail(self, caller: int, sequence: int) -> int:
        """Raises ValueError and writes nothing."""

    @abstractmethod
    def far(self, caller: int, sequence: int) -> int:
        """Calls its own `note` from the next processor, on a thread of its own; then as `note`."""

    @abstractmethod
    def forward(self, caller: int, sequence: int) -> int:
        """Calls `note` of the diary that it knows as `other`, if any; then as `note`."""
