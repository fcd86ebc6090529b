"""Rows, threads and calls of a trace that is planned before it is written.

Rows are added in the order in which they are thought of, and sorted by time when the trace is written: a story can be
told one thread after another.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import Any

from model.trace.events import Kind
from model.trace.trace import TEXT_KINDS, Trace

FIRST_INSTANCE = 22
"""The first number that is given to what is made on the way; those below it are the world's."""


@dataclass(slots=True)
class Row:
    kind: Kind
    at_ns: int
    cause: Row | None
    fields: dict[str, Any]
    position: int = -1


@dataclass(slots=True)
class PlannedThread:
    started: Row
    ended: Row
    processor: int


@dataclass(slots=True)
class Plan:
    """Rows in the order in which they were thought of; sorted by time, stably, when the trace is written."""

    planned: list[Row] = field(default_factory=list)
    threads: list[PlannedThread] = field(default_factory=list)
    quiescences: list[tuple[int, int]] = field(default_factory=list)
    subjects: int = FIRST_INSTANCE - 1
    calls: int = 0
    random: random.Random = field(default_factory=lambda: random.Random(7))

    def add(self, kind: Kind, at_ns: int, cause: Row | None = None, /, **fields: Any) -> Row:
        row = Row(kind, at_ns, cause, fields)
        self.planned.append(row)
        return row

    def subject(self) -> int:
        self.subjects += 1
        return self.subjects

    def call(self) -> int:
        self.calls += 1
        return self.calls

    def trace(self, now_ns: int, capacity: int) -> Trace:
        trace = Trace(capacity)
        for row in sorted(self.planned, key=lambda row: row.at_ns):
            if row.at_ns > now_ns:
                break
            fields = dict(row.fields)
            if row.kind in TEXT_KINDS:
                fields["b"] = trace.intern(fields["b"], keep=row.kind < Kind.FIGURE_REPORTED)
            cause = row.cause.position if row.cause else -1
            row.position = trace.append(row.kind, row.at_ns, cause=cause, **fields)
        return trace


@dataclass(slots=True)
class Call:
    """One planned call of one thread; `enter` and `leave` are its instants."""

    identity: int
    thread: int
    of: int
    method: int
    client: int
    processor: int
    entered: Row

    def fields(self) -> dict[str, int]:
        return {
            "call": self.identity, "thread": self.thread, "subject": self.of, "method": self.method,
            "client": self.client, "processor": self.processor,
        }  # fmt: skip

    def fate(self) -> dict[str, int]:
        return {name: value for name, value in self.fields().items() if name != "method"}


def start_thread(plan: Plan, at_ns: int, number: int, processor: int, client: int, name: str) -> Row:
    """THREAD_STARTED and its dispatch; the generation is filled in when all advances are known."""
    started = plan.add(Kind.THREAD_STARTED, at_ns, thread=number, a=0, b=name, processor=processor, client=client)
    plan.add(Kind.THREAD_DISPATCHED, at_ns, started, thread=number, processor=processor)
    return started


def end_thread(plan: Plan, at_ns: int, started: Row) -> None:
    number, processor = started.fields["thread"], started.fields["processor"]
    ended = plan.add(Kind.THREAD_ENDED, at_ns, started, thread=number, a=0, processor=processor)
    plan.threads.append(PlannedThread(started, ended, processor))


def enter_call(
    plan: Plan,
    at_ns: int,
    by: Row,
    of: int,
    method: int,
    target: int,
    client: int,
    caller: int = 0,
    way_ns: int = 120,
) -> Call:
    thread, processor = by.fields["thread"], by.fields["processor"]
    identity = plan.call()
    entered = plan.add(
        Kind.CALL_ENTERED, at_ns, by, until_ns=at_ns + way_ns, call=identity, thread=thread, subject=of, method=method,
        client=client, processor=processor, a=target, b=caller,
    )  # fmt: skip
    return Call(identity, thread, of, method, client, processor, entered)


def return_call(plan: Plan, at_ns: int, call: Call) -> Row:
    took = at_ns - call.entered.at_ns
    return plan.add(
        Kind.CALL_RETURNED,
        at_ns,
        call.entered,
        until_ns=at_ns + 100,
        a=took,
        b=call.entered.fields["b"],
        **call.fields(),
    )
