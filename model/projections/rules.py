"""What a rule is: one invariant, as a fold over the rows of one run that says where it is broken.

The same rules watch a run wherever it happens: in the window, in tests, and in an exploration, where thousands of short
runs are made one after the other and a rule sees the rows of a run choice by choice.

A rule keeps only what may still matter, because `memory` is part of the state in which an exploration recognises a run
that it has seen: a rule that remembers more than it needs makes equal states look different and the exploration long,
and one whose memory leaves out what it decides by makes it miss what it looks for. Positions and instants therefore do
not belong into the memory; calls are best named by their thread and depth.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Protocol

from model.trace.events import Kind
from model.trace.trace import Event


@dataclass(frozen=True, slots=True)
class Violation:
    """A rule that is broken, by which row, and how, as a sentence without a full stop."""

    rule: str
    message: str
    position: int
    other: int = -1
    """The row that it conflicts with, where there are two."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A thread that waits when nothing can happen any more, what for, and who would have to act (0: nobody known)."""

    thread: int
    name: str
    waits_for: str
    on: int = 0


@dataclass(frozen=True, slots=True)
class Ending:
    """How a run ended: at `position`, with these threads waiting for ever, or stopped because it did not end."""

    position: int
    waiting: tuple[Waiting, ...] = ()
    endless: bool = False


class Rule(Protocol):
    """One invariant in one run: made for it, told its rows in order, and then its end if it came to one."""

    name: ClassVar[str]
    """As the guide has it, such as "S3"."""
    kinds: ClassVar[frozenset[Kind]]
    """The rows that it is told of."""

    def see(self, rows: Iterable[Event]) -> Violation | None:
        """Takes note of some rows; how the first of them that breaks the rule does it, if one does."""

    def end(self, ending: Ending) -> Violation | None:
        """What is broken at the end: something that should have come and did not."""

    def memory(self) -> Hashable:
        """What of the past may still decide."""


MakeRules = Callable[[], Sequence[Rule]]
