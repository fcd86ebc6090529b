"""A small language that says which rows of the trace are meant: for the story, for "run until", for breakpoints.

    kind:call on:counter latency>5us
    phase:block or kind:swap_abandoned
    thread:7 not kind:thread "went on to the new instance"

Words that stand side by side must all hold; `or` between them separates alternatives; `not`, or a `-` before a word,
turns the one that follows. What has a colon or a comparison asks a column; any other word, or several in quotes, must
stand in the row's English sentence.

    kind:NAME       a kind (`call_returned`) or a group of kinds (`call`, `swap`, `thread`, ...)
    on:NAME         the object, or what stands before or behind it: its instances, interposers, mediators
    method:NAME  client:NAME  thread:N  call:N  processor:N  request:N  phase:NAME
    latency>TIME    a call that took longer (also >= < <=); at>TIME  at<TIME

A filter is made once from its text and asked for many rows at a time. Names are those known at the position that it is
asked with, so that a filter may speak of what does not exist yet.

Limits: no brackets; a word in a sentence is looked for row by row, which is slow over a million rows.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from model import durations
from model.trace.events import Kind, Phase
from model.trace.names import Names
from model.trace.trace import Rows

Mask = NDArray[np.bool_]

KIND_GROUPS: Final[dict[str, tuple[str, ...]]] = {
    "call": ("CALL_",),
    "fate": ("CALL_UNTRACKED", "CALL_TRACKED", "CALL_RECURSIVE", "CALL_BLOCKED", "CALL_RELEASED", "CALL_LEFT"),
    "thread": ("THREAD_",),
    "lock": ("LOCK_",),
    "swap": ("SWAP_", "PHASE_", "PROTOCOL_NEGOTIATED", "STATE_", "MEDIATOR_"),
    "phase": ("PHASE_", "SWAP_COMPLETED", "SWAP_ABANDONED"),
    "interposer": ("INTERPOSER_", "PRECALL_", "POSTCALL_", "ATTACH_", "DETACH_"),
    "entry": ("ENTRY_",),
    "generation": ("GENERATION_", "QUIESCENCE_"),
    "fault": ("FAULT_",),
    "command": ("COMMAND_", "CANCEL_REQUESTED", "REQUEST_"),
}
"""Groups of kinds, each by the beginnings of their names."""

_NUMBERS: Final = {"thread": "thread", "call": "call", "processor": "processor"}
_OF_REQUESTS: Final = (
    "SWAP_", "ATTACH_", "DETACH_", "CANCEL_", "REQUEST_", "PHASE_", "STATE_", "PROTOCOL_NEGOTIATED", "MEDIATOR_CREATED",
    "MEDIATOR_INSTALLED", "INTERPOSER_ATTACHED", "INTERPOSER_DETACHED", *KIND_GROUPS["fate"],
)  # fmt: skip
"""The kinds whose `a` is a request's number, by the beginnings of their names."""
_KEYS: Final = ("kind", "on", "method", "client", "thread", "call", "processor", "request", "phase", "latency", "at")
_COMPARISONS: Final[dict[str, Callable[[Any, int], Any]]] = {
    ">=": np.greater_equal, "<=": np.less_equal, ">": np.greater, "<": np.less, ":": np.equal,
}  # fmt: skip

_TOKEN = re.compile(r"""(?P<quoted>-?"[^"]*"?)|(?P<plain>(?:[^\s"]|"[^"]*")+)""")
_ASKED = re.compile(r"(?P<key>[a-z]+)(?P<comparison>>=|<=|>|<|:)(?P<value>.*)", re.DOTALL)
LONGEST: Final = 1_000


class FilterError(ValueError):
    """A text that is no filter: one sentence with what is wrong and the remedy."""


@dataclass(frozen=True, slots=True)
class _Term:
    """One condition: of columns, or of the sentence when `words` says what must stand in it."""

    negated: bool
    asks: Callable[[Rows, Names], Mask] | None = None
    words: str = ""


class RowFilter:
    """Made from a text; raises FilterError. The empty text lets every row through."""

    def __init__(self, text: str) -> None:
        if len(text) > LONGEST:
            raise FilterError(f"This filter is longer than {LONGEST:,} characters: shorten it")
        self.text = text.strip()
        self._alternatives = _parsed(self.text)

    @property
    def asks_sentences(self) -> bool:
        """Whether words of the sentences are asked for: then `mask` needs `sentence`."""
        return any(term.words for terms in self._alternatives for term in terms)

    def mask(self, rows: Rows, names: Names, sentence: Callable[[int], str] | None = None) -> Mask:
        """Which rows are meant. `sentence` gives that of the row at an index among these."""
        found = np.zeros(len(rows), dtype=np.bool_)
        for terms in self._alternatives:
            found |= self._all(terms, rows, names, sentence)
        return found

    def _all(self, terms: tuple[_Term, ...], rows: Rows, names: Names, sentence: Callable[[int], str] | None) -> Mask:
        """Columns first, so that sentences are made only of the rows that are left."""
        left = np.ones(len(rows), dtype=np.bool_)
        for term in terms:
            if term.asks is not None:
                left &= term.asks(rows, names) != term.negated
                if not left.any():
                    return left
        for term in terms:
            if term.words:
                if sentence is None:
                    raise FilterError(f"“{term.words}” asks for words of a sentence, which is not possible here")
                for index in np.flatnonzero(left).tolist():
                    left[index] = (term.words in sentence(index).lower()) != term.negated
        return left


def _parsed(text: str) -> tuple[tuple[_Term, ...], ...]:
    """Alternatives of terms that must all hold."""
    alternatives: list[list[_Term]] = [[]]
    negated = False
    for match in _TOKEN.finditer(text):
        token = match.group()
        if token == "or":
            if negated or not alternatives[-1]:
                raise FilterError("“or” stands between two conditions: write like `phase:block or kind:fault`")
            alternatives.append([])
            continue
        if token == "not":
            negated = not negated
            continue
        if token.startswith("-") and len(token) > 1:
            negated, token = not negated, token[1:]
        alternatives[-1].append(_term(token, negated))
        negated = False
    if negated or (len(alternatives) > 1 and not alternatives[-1]):
        raise FilterError("A condition is missing at the end: write one after “not” or “or”")
    return tuple(tuple(terms) for terms in alternatives)


def _term(token: str, negated: bool) -> _Term:
    asked = _ASKED.fullmatch(token) if not token.startswith('"') else None
    if asked is None:
        return _Term(negated, words=token.strip('"').lower())
    key, comparison, value = asked["key"], asked["comparison"], asked["value"].strip('"')
    if key not in _KEYS:
        raise FilterError(f"There is no column {key!r}: {_nearest(key, _KEYS)}")
    if not value:
        raise FilterError(f"{key}{comparison} lacks what it is compared with: write like `{_EXAMPLES[key]}`")
    if comparison != ":" and key not in ("latency", "at"):
        raise FilterError(f"{key} is asked for with a colon: write like `{_EXAMPLES[key]}`")
    return _Term(negated, asks=_MAKERS.get(key, _of_number)(key, comparison, value))


_EXAMPLES: Final = {
    "kind": "kind:call", "on": "on:counter", "method": "method:read_page", "client": "client:postmark",
    "thread": "thread:7", "call": "call:812", "processor": "processor:2", "request": "request:1",
    "phase": "phase:block", "latency": "latency>5us", "at": "at>2ms",
}  # fmt: skip

Asks = Callable[[Rows, Names], Mask]


def _of_kind(key: str, comparison: str, value: str) -> Asks:
    name = value.upper()
    beginnings = KIND_GROUPS.get(value.lower())
    kinds = [kind for kind in Kind if (kind.name.startswith(beginnings) if beginnings else kind.name == name)]
    if not kinds:
        known = [*KIND_GROUPS, *(kind.name.lower() for kind in Kind)]
        raise FilterError(f"There is no kind {value!r}: {_nearest(value.lower(), known)}")
    numbers = np.array([int(kind) for kind in kinds])
    return lambda rows, names: np.isin(rows["kind"], numbers)


def _of_object(key: str, comparison: str, value: str) -> Asks:
    wanted = value.lower()

    def asks(rows: Rows, names: Names) -> Mask:
        named = {
            number
            for number, subject in names.subjects.items()
            if subject.sort in ("object", "lock") and wanted in (subject.title or subject.name).lower()
        }
        belonging = {number for number in names.subjects if names.object_of(number) in named}
        return np.isin(rows["subject"], np.array(sorted(named | belonging), dtype=np.int32))

    return asks


def _of_method(key: str, comparison: str, value: str) -> Asks:
    def asks(rows: Rows, names: Names) -> Mask:
        numbers = [method for (_, method), name in names.methods.items() if name == value]
        return np.isin(rows["method"], np.array(numbers, dtype=np.int16))

    return asks


def _of_client(key: str, comparison: str, value: str) -> Asks:
    def asks(rows: Rows, names: Names) -> Mask:
        numbers = [number for number, name in names.clients.items() if name.lower() == value.lower()]
        return np.isin(rows["client"], np.array(numbers, dtype=np.int16))

    return asks


def _of_request(key: str, comparison: str, value: str) -> Asks:
    number = _number(key, value)
    kinds = np.array([int(kind) for kind in Kind if kind.name.startswith(_OF_REQUESTS)])
    return lambda rows, names: np.isin(rows["kind"], kinds) & (rows["a"] == number)


def _of_phase(key: str, comparison: str, value: str) -> Asks:
    try:
        phase = Phase[value.upper()]
    except KeyError:
        known = [phase.name.lower() for phase in Phase]
        raise FilterError(f"There is no phase {value!r}: {_nearest(value.lower(), known)}") from None
    if phase is Phase.COMPLETED:
        return lambda rows, names: rows["kind"] == Kind.SWAP_COMPLETED
    if phase is Phase.ABANDONED:
        return lambda rows, names: rows["kind"] == Kind.SWAP_ABANDONED
    return lambda rows, names: (rows["kind"] == Kind.PHASE_ENTERED) & (rows["b"] == int(phase))


def _of_latency(key: str, comparison: str, value: str) -> Asks:
    ns, compared = _time(key, value), _COMPARISONS[comparison]
    ended = np.array([int(Kind.CALL_RETURNED), int(Kind.CALL_RAISED)])
    return lambda rows, names: np.isin(rows["kind"], ended) & compared(rows["a"], ns)


def _of_time(key: str, comparison: str, value: str) -> Asks:
    ns, compared = _time(key, value), _COMPARISONS[comparison]
    return lambda rows, names: np.asarray(compared(rows["at_ns"], ns), dtype=np.bool_)


def _of_number(key: str, comparison: str, value: str) -> Asks:
    number, column = _number(key, value), _NUMBERS[key]
    return lambda rows, names: np.asarray(rows[column] == number, dtype=np.bool_)


_MAKERS: Final[dict[str, Callable[[str, str, str], Asks]]] = {
    "kind": _of_kind, "on": _of_object, "method": _of_method, "client": _of_client, "request": _of_request,
    "phase": _of_phase, "latency": _of_latency, "at": _of_time,
}  # fmt: skip


def _number(key: str, value: str) -> int:
    if not value.isdecimal() or len(value) > 18:
        raise FilterError(f"{key}:{value} needs a whole number: write like `{_EXAMPLES[key]}`")
    return int(value)


def _time(key: str, value: str) -> int:
    try:
        return durations.parse(value)
    except ValueError:
        raise FilterError(f"{value!r} is not a time: write like `{_EXAMPLES[key]}`") from None


def _nearest(wrong: str, right: Any) -> str:
    close = difflib.get_close_matches(wrong, list(right), n=1)
    return f"write {close[0]}" if close else f"write one of {', '.join(list(right)[:12])}"
