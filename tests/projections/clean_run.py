"""A run in which no rule is broken, written by hand, and edits that plant a bug in it.

One object, a diary, is swapped while a call is inside, another recursive and a third at the door; it gets an interposer
and loses it again; a second swap goes back to FORWARD once and is abandoned; a call raises. Each row has a name, so
that a test can leave one out, change it, or put something before it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from model.trace.effects import after, tag_of
from model.trace.events import Kind, Phase, Wait
from model.trace.fingerprint import text_number
from model.trace.trace import TEXT_KINDS, Trace

OBJECT, OLD_KIND, NEW_KIND, WRAPPER = 10, 4, 5, 6
OLD, NEW, MEDIATOR, INTERPOSER, THIRD, SECOND_MEDIATOR = 11, 12, 13, 14, 15, 16
BIT = 5

Rows = list[tuple[str, Kind, dict[str, Any]]]
Edit = Callable[[Rows], Rows]


class Writer:
    """Writes rows under names; knows the diary's digest."""

    def __init__(self) -> None:
        self.rows: Rows = []
        self.digest = 0
        self.advances = 0

    def row(self, name: str, kind: Kind, **fields: Any) -> None:
        self.rows.append((name, kind, fields))

    def began_thread(self, thread: int, processor: int = 0) -> None:
        self.row(f"thread {thread} started", Kind.THREAD_STARTED, thread=thread, a=self.advances, processor=processor)

    def ended_thread(self, thread: int, generation: int | None = None) -> None:
        a = self.advances if generation is None else generation
        self.row(f"thread {thread} ended", Kind.THREAD_ENDED, thread=thread, a=a)

    def call(self, call: int, event: str, kind: Kind, thread: int, **fields: Any) -> None:
        self.row(f"call {call} {event}", kind, call=call, thread=thread, **fields)

    def entered(self, call: int, thread: int, target: int, client: int = 1) -> None:
        self.call(call, "entered", Kind.CALL_ENTERED, thread, subject=OBJECT, a=target, client=client)

    def fate(self, call: int, event: str, kind: Kind, thread: int, request: int, b: int = 0) -> None:
        self.call(call, event, kind, thread, subject=OBJECT, a=request, b=b)

    def began(self, call: int, thread: int, instance: int) -> None:
        self.call(call, "began", Kind.ACTIVATION_BEGAN, thread, subject=instance)

    def ended(self, call: int, thread: int, instance: int) -> None:
        tag = tag_of(thread, call)
        self.digest = after(self.digest, tag)
        self.call(call, "ended", Kind.ACTIVATION_ENDED, thread, subject=instance, a=tag, b=self.digest)

    def returned(self, call: int, thread: int) -> None:
        self.call(call, "returned", Kind.CALL_RETURNED, thread, subject=OBJECT)

    def entries(self, name: str, target: int, before: int) -> None:
        for client in (1, 2):
            self.row(f"{name} {client}", Kind.ENTRY_WRITTEN, subject=OBJECT, a=target, b=before, client=client)

    def quiescence(self, number: int) -> None:
        self.row(f"quiescence {number} requested", Kind.QUIESCENCE_REQUESTED, a=number)
        for _ in range(2):
            self.advances += 1
            for processor in (0, 1):
                name = f"advance {self.advances} of {processor}"
                self.row(name, Kind.GENERATION_ADVANCED, a=self.advances, b=0, processor=processor)
        self.row(f"quiescence {number} reached", Kind.QUIESCENCE_REACHED, a=number)

    def phase(self, name: str, request: int, phase: Phase) -> None:
        self.row(name, Kind.PHASE_ENTERED, subject=OBJECT, a=request, b=phase)

    def state(self, name: str, instance: int, method: int, count: int = 0) -> None:
        self.row(name, Kind.STATE_TOLD, subject=instance, a=count, b=self.digest if method else 0, method=method)


def clean_rows() -> Rows:
    """The whole run."""
    writer = Writer()
    _beginning(writer)
    _completed_swap(writer)
    _interposed(writer)
    _abandoned_swap(writer)
    _raised(writer)
    return writer.rows


def _beginning(w: Writer) -> None:
    w.row("run", Kind.RUN_STARTED, a=2, b=2)
    w.row("old vector", Kind.VECTOR_KNOWN, subject=OLD_KIND, a=1 << BIT | 1)
    w.row("new vector", Kind.VECTOR_KNOWN, subject=NEW_KIND, a=1 << BIT | 1)
    w.row("wrapper", Kind.WRAPPER_KNOWN, subject=WRAPPER, b="watch")
    w.row("old created", Kind.INSTANCE_CREATED, subject=OLD, a=OLD_KIND, b=OBJECT)
    w.state("old told", OLD, 0)
    for client in (1, 2):
        w.row(f"entry of {client}", Kind.ENTRY_MADE, subject=OBJECT, a=OLD, b=1, client=client)
    w.began_thread(1)
    w.entered(1, 1, OLD)
    w.began(1, 1, OLD)
    w.ended(1, 1, OLD)
    w.returned(1, 1)
    w.ended_thread(1)


def _begin_swap(w: Writer, request: int, wanted: int, new: int, mediator: int, old: int) -> None:
    w.row(f"swap {request} requested", Kind.SWAP_REQUESTED, subject=OBJECT, a=request, b=wanted)
    w.row(f"swap {request} negotiated", Kind.PROTOCOL_NEGOTIATED, subject=OBJECT, a=request, b=BIT)
    w.row(f"instance of {request}", Kind.INSTANCE_CREATED, subject=new, a=wanted, b=OBJECT)
    w.state(f"state of {request}", new, 0)
    w.row(f"mediator of {request}", Kind.MEDIATOR_CREATED, subject=mediator, a=request, b=OBJECT)
    w.phase(f"forward {request}", request, Phase.FORWARD)
    w.entries(f"install {request}", mediator, old)
    w.row(f"installed {request}", Kind.MEDIATOR_INSTALLED, subject=OBJECT, a=request, b=mediator)


def _completed_swap(w: Writer) -> None:
    _begin_swap(w, 1, NEW_KIND, NEW, MEDIATOR, OLD)
    w.quiescence(1)
    w.began_thread(2)
    w.entered(2, 2, MEDIATOR)
    w.fate(2, "tracked", Kind.CALL_TRACKED, 2, 1)
    w.began(2, 2, OLD)
    w.phase("block", 1, Phase.BLOCK)
    w.began_thread(3, processor=1)
    w.entered(3, 3, MEDIATOR, client=2)
    w.fate(3, "blocked", Kind.CALL_BLOCKED, 3, 1)
    w.row("thread 3 waits", Kind.THREAD_WAITED, thread=3, a=Wait.DOOR, subject=MEDIATOR)
    w.entered(4, 2, MEDIATOR)
    w.fate(4, "recursive", Kind.CALL_RECURSIVE, 2, 1)
    w.began(4, 2, OLD)
    w.ended(4, 2, OLD)
    w.returned(4, 2)
    w.digest = after(w.digest, tag_of(2, 4))
    w.call(2, "ended", Kind.ACTIVATION_ENDED, 2, subject=OLD, a=tag_of(2, 4), b=w.digest)
    w.fate(2, "left", Kind.CALL_LEFT, 2, 1)
    w.returned(2, 2)
    w.ended_thread(2)
    w.phase("transfer", 1, Phase.TRANSFER)
    w.state("packaged state", OLD, BIT + 1, 3)
    w.row("packaged", Kind.STATE_PACKAGED, subject=OBJECT, a=1, b=24)
    w.state("unpackaged state", NEW, BIT + 1, 3)
    w.row("unpackaged", Kind.STATE_UNPACKAGED, subject=OBJECT, a=1, b=24)
    w.entries("commit", NEW, MEDIATOR)
    w.row("completed", Kind.SWAP_COMPLETED, subject=OBJECT, a=1, b=NEW)
    w.row("thread 3 readied", Kind.THREAD_READIED, thread=3)
    w.fate(3, "released", Kind.CALL_RELEASED, 3, 1, 1)
    w.began(3, 3, NEW)
    w.ended(3, 3, NEW)
    w.returned(3, 3)
    w.ended_thread(3)
    w.quiescence(2)
    w.row("mediator destroyed", Kind.MEDIATOR_DESTROYED, subject=MEDIATOR, b=OBJECT)
    w.row("old destroyed", Kind.INSTANCE_DESTROYED, subject=OLD, b=OBJECT)


def _interposed(w: Writer) -> None:
    w.row("interposer", Kind.INTERPOSER_CREATED, subject=INTERPOSER, a=WRAPPER, b=OBJECT)
    w.entries("attach", INTERPOSER, NEW)
    w.row("attached", Kind.INTERPOSER_ATTACHED, subject=OBJECT, a=2, b=INTERPOSER)
    w.began_thread(4)
    w.entered(5, 4, INTERPOSER)
    w.call(5, "precall", Kind.PRECALL_RAN, 4, subject=INTERPOSER, b=OBJECT)
    w.began(5, 4, NEW)
    w.ended(5, 4, NEW)
    w.call(5, "postcall", Kind.POSTCALL_RAN, 4, subject=INTERPOSER, b=OBJECT)
    w.returned(5, 4)
    w.row("answer 5", Kind.ANSWER_SEEN, thread=4, a=tag_of(4, 5))
    w.ended_thread(4)
    w.entries("detach", NEW, INTERPOSER)
    w.row("detached", Kind.INTERPOSER_DETACHED, subject=OBJECT, a=3, b=INTERPOSER)
    w.quiescence(3)
    w.row("interposer destroyed", Kind.INTERPOSER_DESTROYED, subject=INTERPOSER, b=OBJECT)


def _abandoned_swap(w: Writer) -> None:
    _begin_swap(w, 4, OLD_KIND, THIRD, SECOND_MEDIATOR, NEW)
    w.quiescence(4)
    w.began_thread(5)
    w.entered(6, 5, SECOND_MEDIATOR)
    w.fate(6, "tracked", Kind.CALL_TRACKED, 5, 4)
    w.began(6, 5, NEW)
    w.phase("second block", 4, Phase.BLOCK)
    w.began_thread(6)
    w.entered(7, 6, SECOND_MEDIATOR)
    w.fate(7, "blocked", Kind.CALL_BLOCKED, 6, 4)
    w.row("thread 6 waits", Kind.THREAD_WAITED, thread=6, a=Wait.DOOR, subject=SECOND_MEDIATOR)
    w.row("timed out", Kind.PHASE_TIMED_OUT, subject=OBJECT, a=4, b=Phase.BLOCK)
    w.phase("forward again", 4, Phase.FORWARD)
    w.row("retried", Kind.SWAP_RETRIED, subject=OBJECT, a=4, b=1)
    w.row("thread 6 readied", Kind.THREAD_READIED, thread=6)
    w.fate(7, "released", Kind.CALL_RELEASED, 6, 4)
    w.fate(7, "tracked", Kind.CALL_TRACKED, 6, 4)
    w.began(7, 6, NEW)
    w.phase("third block", 4, Phase.BLOCK)
    w.row("timed out again", Kind.PHASE_TIMED_OUT, subject=OBJECT, a=4, b=Phase.BLOCK)
    w.entries("back", NEW, SECOND_MEDIATOR)
    w.row("abandoned", Kind.SWAP_ABANDONED, subject=OBJECT, a=4, b="tracked calls did not return")
    for call, thread in ((7, 6), (6, 5)):
        w.ended(call, thread, NEW)
        w.fate(call, "left", Kind.CALL_LEFT, thread, 4)
        w.returned(call, thread)
        w.ended_thread(thread)
    w.quiescence(5)
    w.row("second mediator destroyed", Kind.MEDIATOR_DESTROYED, subject=SECOND_MEDIATOR, b=OBJECT)
    w.row("third destroyed", Kind.INSTANCE_DESTROYED, subject=THIRD, b=OBJECT)


def _raised(w: Writer) -> None:
    w.began_thread(7)
    w.entered(8, 7, NEW)
    w.began(8, 7, NEW)
    w.call(8, "failed", Kind.ACTIVATION_RAISED, 7, subject=NEW, b="ValueError: as asked")
    w.call(8, "raised", Kind.CALL_RAISED, 7, subject=OBJECT, b="ValueError: as asked")
    w.ended_thread(7)


def trace_of_rows(rows: Rows) -> Trace:
    """The rows as a trace, a nanosecond apart."""
    trace = Trace()
    for at_ns, (_, kind, fields) in enumerate(rows):
        b = fields.get("b", 0)
        if kind in TEXT_KINDS:
            b = text_number(b)
        trace.append(kind, at_ns, **{**fields, "b": b})
    return trace


# ---- edits


def _place(rows: Rows, name: str) -> int:
    (place,) = [index for index, row in enumerate(rows) if row[0] == name]
    return place


def without(*names: str) -> Edit:
    """The rows of these names left out."""

    def edit(rows: Rows) -> Rows:
        for name in names:
            _place(rows, name)
        return [row for row in rows if row[0] not in names]

    return edit


def changed(name: str, **fields: Any) -> Edit:
    """One row with other fields."""

    def edit(rows: Rows) -> Rows:
        place = _place(rows, name)
        _, kind, before = rows[place]
        return [*rows[:place], (name, kind, before | fields), *rows[place + 1 :]]

    return edit


def put_before(name: str, *inserted: tuple[Kind, dict[str, Any]]) -> Edit:
    """Rows that were not there, before the one of that name."""

    def edit(rows: Rows) -> Rows:
        place = _place(rows, name)
        return [*rows[:place], *(("planted", kind, fields) for kind, fields in inserted), *rows[place:]]

    return edit


def moved_before(target: str, *names: str) -> Edit:
    """Rows that are there, sooner or later than they should be."""

    def edit(rows: Rows) -> Rows:
        taken = [rows[_place(rows, name)] for name in names]
        left = [row for row in rows if row[0] not in names]
        place = _place(left, target)
        return [*left[:place], *taken, *left[place:]]

    return edit
