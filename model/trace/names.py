"""What the numbers in rows are called, as of a position: a fold over the rows that name things.

Rows hold numbers only; a sentence, a table or a tooltip needs words. Names of interfaces, implementations, wrappers,
clients, methods and protocols stay for good. What comes and goes stays nameable for a while after its end, so that the
sentence about the end can still be told: the last 1,024 destroyed subjects and the last 1,024 requests.

Limits: a thread's name is kept while the thread lives, in columns, as there may be ten thousand of them; after its
end it is "thread 214" and nothing more.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from model.trace.events import Kind
from model.trace.trace import Rows, Trace, kinds

Sort = Literal[
    "interface", "implementation", "wrapper", "object", "instance", "interposer", "mediator", "lock", "resource",
    "representative",
    "fault",
]  # fmt: skip
RequestSort = Literal["swap", "attach", "detach"]

DESTROYED_KEPT = 1_024
REQUESTS_KEPT = 1_024


@dataclass(frozen=True, slots=True)
class Subject:
    """One numbered thing. `of` is what it belongs to: an object's or implementation's interface, an instance's,
    interposer's or mediator's object, a lock's owner. `made_of` is an instance's implementation or an interposer's
    wrapper."""

    sort: Sort
    name: str = ""
    title: str = ""
    of: int = 0
    made_of: int = 0


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for under a request's number; `wanted` is the implementation, wrapper or interposer."""

    sort: RequestSort
    object: int
    wanted: int


@dataclass(frozen=True, slots=True)
class ThreadNames:
    """The threads that live, by ascending number, in columns; `texts` has each name once."""

    threads: NDArray[np.int32] = field(default_factory=lambda: np.empty(0, dtype=np.int32))
    numbers: NDArray[np.int64] = field(default_factory=lambda: np.empty(0, dtype=np.int64))
    clients: NDArray[np.int16] = field(default_factory=lambda: np.empty(0, dtype=np.int16))
    texts: Mapping[int, str] = field(default_factory=dict)

    def place(self, thread: int) -> int:
        """Where a thread stands in the columns; -1 if it does not live."""
        index = int(self.threads.searchsorted(thread))
        return index if index < len(self.threads) and self.threads[index] == thread else -1


@dataclass(frozen=True, slots=True)
class Names:
    """Every name that is known at a position. Looking up what is unknown gives words with the number in them."""

    subjects: Mapping[int, Subject] = field(default_factory=dict)
    clients: Mapping[int, str] = field(default_factory=dict)
    methods: Mapping[tuple[int, int], str] = field(default_factory=dict)
    protocols: Mapping[tuple[int, int], str] = field(default_factory=dict)
    requests: Mapping[int, Request] = field(default_factory=dict)
    threads: ThreadNames = field(default_factory=ThreadNames)
    destroyed: tuple[int, ...] = ()

    def subject(self, identity: int) -> str:
        """What a person calls the subject, without an article: a title, a name, or what it belongs to."""
        known = self.subjects.get(identity)
        if known is None:
            return f"subject {identity}"
        if known.sort in ("instance", "interposer"):
            return self.subject(known.made_of)
        if known.sort == "representative":
            return f"{self.subject(known.made_of)} on {known.name}"
        if known.sort == "mediator":
            return f"mediator of {self.subject(known.of)}"
        return known.title or known.name

    def object_of(self, identity: int) -> int:
        """The object that an instance, interposer or mediator belongs to; an object itself; otherwise 0."""
        known = self.subjects.get(identity)
        if known is None:
            return 0
        if known.sort == "object":
            return identity
        return known.of if known.sort in ("instance", "representative", "interposer", "mediator") else 0

    def client(self, identity: int) -> str:
        """The name of a client; 0 is the kernel even before it is said."""
        return self.clients.get(identity) or ("kernel" if identity == 0 else f"client {identity}")

    def method(self, of: int, method: int) -> str:
        """The name of an object's method."""
        known = self.subjects.get(of)
        interface = known.of if known and known.sort == "object" else of
        return self.methods.get((interface, method)) or f"method {method}"

    def protocol(self, of: int, bit: int) -> str:
        """The name that an object's interface gives to a transfer protocol; empty if it gives none."""
        known = self.subjects.get(of)
        interface = known.of if known and known.sort in ("object", "implementation") else of
        return self.protocols.get((interface, bit), "")

    def thread(self, identity: int) -> str:
        """The name of a living thread ("flush"); empty for one that ended or has none."""
        place = self.threads.place(identity)
        return "" if place < 0 else self.threads.texts.get(int(self.threads.numbers[place]), "")

    def client_of_thread(self, identity: int) -> int:
        """The client in whose address space a living thread started; 0 when it does not live."""
        place = self.threads.place(identity)
        return 0 if place < 0 else int(self.threads.clients[place])


NAMING = (
    Kind.INTERFACE_KNOWN, Kind.METHOD_KNOWN, Kind.PROTOCOL_KNOWN, Kind.IMPLEMENTATION_KNOWN, Kind.WRAPPER_KNOWN,
    Kind.SUBJECT_TITLED, Kind.CLIENT_CREATED, Kind.OBJECT_CREATED, Kind.INSTANCE_CREATED, Kind.INSTANCE_DESTROYED,
    Kind.LOCK_CREATED, Kind.RESOURCE_KNOWN, Kind.REPRESENTATIVE_CREATED, Kind.INTERPOSER_CREATED,
    Kind.INTERPOSER_DESTROYED, Kind.MEDIATOR_CREATED, Kind.MEDIATOR_DESTROYED, Kind.SWAP_REQUESTED,
    Kind.ATTACH_REQUESTED, Kind.DETACH_REQUESTED, Kind.FAULT_KNOWN,
)  # fmt: skip


class NamesFold:
    """From rows to Names; texts are read from the trace while it holds them."""

    def __init__(self, trace: Trace) -> None:
        self._text = trace.text

    def initial(self) -> Names:
        return Names(clients={0: "kernel"})

    def apply(self, state: Names, first_position: int, rows: Rows) -> Names:
        threads = _threads_after(state.threads, rows, self._text)
        naming = rows[kinds(rows, *NAMING)]
        if len(naming):
            state = self._name(state, naming)
        return state if threads is state.threads else replace(state, threads=threads)

    def _name(self, state: Names, naming: Rows) -> Names:
        new = _Copies(state, self._text)
        for row in naming:
            new.take(row)
        return new.names()


class _Copies:
    """One batch's own copies of the tables of Names, changed row by row."""

    def __init__(self, state: Names, text: Callable[[int], str]) -> None:
        self._state = state
        self._text = text
        self._subjects = dict(state.subjects)
        self._clients = dict(state.clients)
        self._methods = dict(state.methods)
        self._protocols = dict(state.protocols)
        self._requests = dict(state.requests)
        self._destroyed = list(state.destroyed)

    def names(self) -> Names:
        while len(self._destroyed) > DESTROYED_KEPT:
            self._subjects.pop(self._destroyed.pop(0), None)
        while len(self._requests) > REQUESTS_KEPT:
            del self._requests[next(iter(self._requests))]
        return replace(
            self._state, subjects=self._subjects, clients=self._clients, methods=self._methods,
            protocols=self._protocols, requests=self._requests, destroyed=tuple(self._destroyed),
        )  # fmt: skip

    def take(self, row: Any) -> None:
        kind, subject, a, b = (int(row[name]) for name in ("kind", "subject", "a", "b"))
        match kind:
            case Kind.INTERFACE_KNOWN:
                self._subjects[subject] = Subject("interface", self._text(b))
            case Kind.METHOD_KNOWN:
                self._methods[subject, int(row["method"])] = self._text(b)
            case Kind.PROTOCOL_KNOWN:
                self._protocols[subject, a] = self._text(b)
            case Kind.IMPLEMENTATION_KNOWN:
                self._subjects[subject] = Subject("implementation", self._text(b), of=a)
            case Kind.WRAPPER_KNOWN:
                self._subjects[subject] = Subject("wrapper", self._text(b), of=a)
            case Kind.FAULT_KNOWN:
                self._subjects[subject] = Subject("fault", self._text(b))
            case Kind.SUBJECT_TITLED:
                known = self._subjects.get(subject, Subject("object"))
                self._subjects[subject] = replace(known, title=self._text(b))
            case Kind.CLIENT_CREATED:
                self._clients[int(row["client"])] = self._text(b)
            case Kind.OBJECT_CREATED:
                self._subjects[subject] = Subject("object", self._text(b), of=a)
            case Kind.REPRESENTATIVE_CREATED:
                instance = self._subjects.get(a, Subject("instance"))
                self._subjects[subject] = replace(instance, sort="representative", name=f"cpu {int(row['processor'])}")
            case Kind.RESOURCE_KNOWN:
                self._subjects[subject] = Subject("resource", self._text(b))
            case Kind.LOCK_CREATED:
                self._subjects[subject] = Subject("lock", self._text(b), of=a)
            case Kind.INSTANCE_CREATED:
                self._subjects[subject] = Subject("instance", of=b, made_of=a)
            case Kind.INTERPOSER_CREATED:
                self._subjects[subject] = Subject("interposer", of=b, made_of=a)
            case Kind.MEDIATOR_CREATED:
                self._subjects[subject] = Subject("mediator", of=b)
            case Kind.INSTANCE_DESTROYED | Kind.INTERPOSER_DESTROYED | Kind.MEDIATOR_DESTROYED:
                self._destroyed.append(subject)
            case Kind.SWAP_REQUESTED:
                self._requests[a] = Request("swap", subject, b)
            case Kind.ATTACH_REQUESTED:
                self._requests[a] = Request("attach", subject, b)
            case Kind.DETACH_REQUESTED:
                self._requests[a] = Request("detach", subject, b)


def _threads_after(known: ThreadNames, rows: Rows, text: Callable[[int], str]) -> ThreadNames:
    """The living threads after the rows: those before and those started, without those ended."""
    started = rows[kinds(rows, Kind.THREAD_STARTED)]
    ended = rows["thread"][kinds(rows, Kind.THREAD_ENDED)]
    if not len(started) and not len(ended):
        return known
    threads = np.concatenate((known.threads, started["thread"]))
    living = ~np.isin(threads, ended)
    numbers = np.concatenate((known.numbers, started["b"]))[living]
    clients = np.concatenate((known.clients, started["client"]))[living]
    threads = threads[living]
    order = np.argsort(threads, kind="stable")
    used = np.unique(numbers).tolist()
    texts = {number: known.texts.get(number) or text(number) for number in used}
    return ThreadNames(threads[order], numbers[order], clients[order], texts)
