"""When everything of a moment has ended, whether or not the engine waits for it.

    this moment     the calls inside of a component, or the threads that count in generations, as they stand
      | rows        each that ends one of them
    drained         the row that ends the last

A quiescent state that was asked for says so by itself; this asks the same of a component or a generation of which
nothing is wanted yet. What comes in later does not matter, just as the engine does not wait for it.

    drained                         every thread of this moment that counts in a generation
    drained on:counter              every call that is inside of counter
    drained generation:41           the threads of that generation and of older ones
    drained processor:2             those that registered there; beside a generation, both
"""

from __future__ import annotations

import shlex
from typing import Final

import numpy as np
from numpy.typing import NDArray

from model.projections.row_filter import FilterError
from model.projections.topology import Topology
from model.projections.waits import Waits
from model.trace.events import Kind
from model.trace.trace import Rows

WORD: Final = "drained"
_REMEDY: Final = "write like `drained`, `drained on:counter` or `drained generation:3 processor:0`"


class Drained:
    """Follows rows from the moment at which it was made; `left` are the calls or threads that must still end."""

    def __init__(self, what: str, left: frozenset[int], column: str) -> None:
        self.what = what
        """`counter`, `every thread of this moment`."""
        self.noun = column
        """`call` or `thread`."""
        self.began_with = len(left)
        self.left = set(left)
        self._column = column
        self._kinds = (Kind.THREAD_ENDED,) if column == "thread" else (Kind.CALL_RETURNED, Kind.CALL_RAISED)
        self._last = -1

    def mask(self, rows: Rows) -> NDArray[np.bool_]:
        """True for the row that ends the last. Rows are to be shown in their order; any may be shown again."""
        ends: NDArray[np.bool_] = np.isin(rows["kind"], self._kinds)
        if self.left and ends.any():
            for number in rows[self._column][ends].tolist():
                if number in self.left:
                    self.left.discard(number)
                    self._last = number
        if self.left:
            return np.zeros(len(rows), dtype=bool)
        ends &= rows[self._column] == self._last
        return ends


def is_drained_filter(words: str) -> bool:
    """Whether a text asks when something is drained, and not which rows are meant."""
    return words.split(maxsplit=1)[:1] == [WORD]


def drained(words: str, waits: Waits, topology: Topology) -> Drained:
    """What the words ask of the moment at which these are the states. Raises FilterError."""
    asked = _conditions(words)
    if "on" in asked:
        if len(asked) > 1:
            raise FilterError("A component is asked for its calls alone: leave out generation and processor")
        return _of_component(asked["on"], waits, topology)
    return _of_generations(asked, waits)


def _of_component(name: str, waits: Waits, topology: Topology) -> Drained:
    found = next((identity for identity, node in topology.objects.items() if node.name == name), None)
    if found is None:
        raise FilterError(f"There is no component {name!r}")
    calls = waits.calls["call"][waits.calls["object"] == found]
    return Drained(name, frozenset(calls.tolist()), "call")


def _of_generations(asked: dict[str, str], waits: Waits) -> Drained:
    threads = waits.threads
    counted = threads["generation"] >= 0
    what = "every thread of this moment"
    if "generation" in asked:
        number = _number(asked, "generation")
        counted &= threads["generation"] <= number
        what = f"generation {number}"
    if "processor" in asked:
        number = _number(asked, "processor")
        counted &= threads["home"] == number
        what += f" of processor {number}"
    return Drained(what, frozenset(threads["thread"][counted].tolist()), "thread")


def _conditions(words: str) -> dict[str, str]:
    try:
        _, *conditions = shlex.split(words)
    except ValueError:
        raise FilterError(f"A quotation mark is missing: {_REMEDY}") from None
    asked: dict[str, str] = {}
    for word in conditions:
        key, colon, value = word.partition(":")
        if key not in ("on", "generation", "processor") or not colon or not value or key in asked:
            raise FilterError(f"{word!r} is not asked of what is drained: {_REMEDY}")
        asked[key] = value
    return asked


def _number(asked: dict[str, str], key: str) -> int:
    if not asked[key].isdecimal():
        raise FilterError(f"{asked[key]!r} is not the number of a {key}")
    return int(asked[key])
