"""Who waits for whom when nothing can happen any more."""

from __future__ import annotations

from typing import Any

from model.machine.explored import ExploredMachine
from model.machine.thread import Thread
from model.projections.rules import Waiting
from model.trace.events import Kind, Wait
from model.trace.trace import Event, Trace

_WORDS = {
    Wait.LOCK: "a lock",
    Wait.DOOR: "the door of a component that is being swapped",
    Wait.REPLY: "another thread's end",
    Wait.SLEEP: "the end of its sleep",
    Wait.SIGNAL: "a signal",
}


def waiting_threads(machine: ExploredMachine, trace: Trace) -> tuple[Waiting, ...]:
    """The threads that are alive and not enabled, with what each waits for and whose move it is, as far as is known.

    A client's loop that waits for its own request is left out: the request stands for it.
    """
    threads = [thread for thread in machine.waiting() if thread.parked]
    if not threads:
        return ()
    waits: dict[int, Event] = {}
    holders: dict[int, int] = {}
    for position in range(trace.tail, trace.head):
        row = trace.event(position)
        if row.kind == Kind.THREAD_WAITED:
            waits[row.thread] = row
        elif row.kind == Kind.LOCK_CONTENDED:
            holders[row.thread] = row.a
    return tuple(_waiting(thread, waits.get(thread.identity), holders.get(thread.identity, 0)) for thread in threads)


def _waiting(thread: Thread, row: Event | None, holder: int) -> Waiting:
    if row is None:
        return Waiting(thread.identity, thread.name, "its beginning")
    wait = Wait(row.a)
    on = holder if wait is Wait.LOCK else _joined(thread) if wait is Wait.REPLY else 0
    return Waiting(thread.identity, thread.name, _WORDS[wait], on)


def _joined(thread: Thread) -> int:
    """The thread whose end it waits for: an argument of `join`, which is on its stack."""
    frame: Any = thread.greenlet.gr_frame if thread.greenlet is not None else None
    while frame is not None:
        if frame.f_code.co_name == "join" and isinstance(other := frame.f_locals.get("thread"), Thread):
            return other.identity
        frame = frame.f_back
    return 0
