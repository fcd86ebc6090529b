"""Page replacement over all files: who gives page frames back when they are short (paper §6.3, Figure 7).

K42 has no global list of pages. Its page manager asks the file cache managers in turn, and each gives back a share of
what it has, so that a file loses in proportion to its size, and everybody loses when streams fill the memory.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

from model.engine.component import Interface
from model.protocols import CANONICAL

LIGHT, LOW, CRITICAL = 1, 2, 3
"""Pressures: fewer free frames than are enough, than the threshold, than a fifth of it."""


class Reclaim(Interface):
    """Has page frames given back."""

    title = "Page replacement"
    protocols = {CANONICAL: "canonical form"}

    @abstractmethod
    def round(self) -> int:
        """How many frames one round over some of the files brought back."""

    @abstractmethod
    def rounds(self) -> int:
        """How many rounds there were so far."""


@dataclass(frozen=True, slots=True)
class ReclaimImage:
    """The canonical form: whose turn it is, and what was done."""

    turn: int
    rounds: int
    freed: int
