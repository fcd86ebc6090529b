"""The trace as Chrome's event format, which Perfetto and other viewers of traces open.

    process "processors"  a track each: which thread had it, and generations as instants
    process "calls"       each call from entry to return, nested as the viewer finds them, with its fate in a swap
    process "swaps"       a track an object: the phases of each swap, and its outcome

Times are microseconds with three decimals, so that no nanosecond is lost. Events come in the order of the trace, one at
a time: a long run is never held in memory.

Limits: a thread that serves a request borrows its caller's processor, so both show, one within the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from model.trace.events import Kind, Phase
from model.trace.names import Names
from model.trace.trace import Event, Trace

Told = dict[str, Any]

PROCESSORS, CALLS, SWAPS = 1, 2, 3
HEAD: Final[tuple[Told, ...]] = tuple(
    {"ph": "M", "name": "process_name", "pid": pid, "tid": 0, "args": {"name": name}}
    for pid, name in ((PROCESSORS, "processors"), (CALLS, "calls"), (SWAPS, "swaps"))
)
FATES: Final = {
    Kind.CALL_UNTRACKED: "untracked",
    Kind.CALL_TRACKED: "tracked",
    Kind.CALL_RECURSIVE: "recursive",
    Kind.CALL_BLOCKED: "blocked",
    Kind.CALL_RELEASED: "released",
    Kind.CALL_LEFT: "left",
}
LETS_GO: Final = (Kind.THREAD_WAITED, Kind.THREAD_PREEMPTED, Kind.THREAD_MIGRATED)


class ChromeEvents:
    """Turns rows into events, portion by portion; `finish` ends what is still open."""

    def __init__(self, trace: Trace) -> None:
        self._trace = trace
        self._running: dict[int, list[int]] = {}
        self._threads: dict[int, str] = {}
        self._phases: dict[int, bool] = {}
        self._named: set[tuple[int, int]] = set()
        self._last_ns = 0

    def events(self, names: Names, first: int, last: int) -> Iterator[Told]:
        """The events of the rows in [first, last); `names` are those known at the end of them."""
        if first == 0:
            yield from HEAD
        for position in range(first, last):
            event = self._trace.event(position)
            self._last_ns = event.at_ns
            yield from self._of(names, event)

    def finish(self) -> Iterator[Told]:
        """Ends the slices that are open at the end of the trace."""
        for processor, stack in self._running.items():
            yield from (_end(PROCESSORS, processor, self._last_ns) for _ in stack)
        for subject, open_ in self._phases.items():
            if open_:
                yield _end(SWAPS, subject, self._last_ns)
        self._running.clear()
        self._phases.clear()

    def _of(self, names: Names, event: Event) -> Iterator[Told]:
        kind = Kind(event.kind)
        if kind in (Kind.CALL_ENTERED, Kind.CALL_RETURNED, Kind.CALL_RAISED) or kind in FATES:
            yield self._call(names, event, kind)
        elif kind in (Kind.THREAD_DISPATCHED, Kind.THREAD_STARTED, Kind.THREAD_ENDED) or kind in LETS_GO:
            yield from self._thread(names, event, kind)
        elif kind == Kind.GENERATION_ADVANCED:
            yield _instant(f"generation {event.a}", PROCESSORS, event.processor, event.at_ns)
        elif kind in (Kind.PHASE_ENTERED, Kind.SWAP_COMPLETED, Kind.SWAP_ABANDONED):
            yield from self._phase(names, event, kind)

    def _call(self, names: Names, event: Event, kind: Kind) -> Told:
        """Asynchronous events, told apart by the call's number."""
        call = f"{names.subject(event.subject)}.{names.method(event.subject, event.method)}"
        told: Told = {"cat": "call", "id": event.call, "pid": CALLS, "tid": 0, "ts": _us(event.at_ns)}
        match kind:
            case Kind.CALL_ENTERED:
                where = {"thread": event.thread, "processor": event.processor, "client": names.client(event.client)}
                return told | {"ph": "b", "name": call, "args": where}
            case Kind.CALL_RETURNED:
                return told | {"ph": "e", "name": call, "args": {"ns": event.a}}
            case Kind.CALL_RAISED:
                return told | {"ph": "e", "name": call, "args": {"ns": event.a, "raised": self._trace.text(event.b)}}
            case _:
                return told | {"ph": "n", "name": FATES[kind], "args": {"thread": event.thread}}

    def _thread(self, names: Names, event: Event, kind: Kind) -> Iterator[Told]:
        if kind == Kind.THREAD_STARTED:
            self._threads[event.thread] = self._trace.text(event.b)
        processor = event.a if kind == Kind.THREAD_MIGRATED else event.processor
        stack = self._running.setdefault(processor, [])
        if kind in LETS_GO:
            if event.thread in stack:
                yield from (_end(PROCESSORS, processor, event.at_ns) for _ in stack)
                stack.clear()
        elif kind == Kind.THREAD_ENDED:
            self._threads.pop(event.thread, None)
            if event.thread in stack:
                inner = len(stack) - stack.index(event.thread)
                yield from (_end(PROCESSORS, processor, event.at_ns) for _ in range(inner))
                del stack[-inner:]
        elif event.thread not in stack:
            if kind == Kind.THREAD_DISPATCHED and stack:
                yield from (_end(PROCESSORS, processor, event.at_ns) for _ in stack)
                stack.clear()
            yield from self._track(PROCESSORS, processor, f"processor {processor}")
            name = self._threads.get(event.thread) or names.thread(event.thread) or f"thread {event.thread}"
            stack.append(event.thread)
            # From the dispatch on, its context switch included.
            yield {
                "ph": "B", "name": name, "cat": "thread", "pid": PROCESSORS, "tid": processor + 1,
                "ts": _us(event.at_ns), "args": {"thread": event.thread},
            }  # fmt: skip

    def _phase(self, names: Names, event: Event, kind: Kind) -> Iterator[Told]:
        subject = event.subject
        yield from self._track(SWAPS, subject, names.subject(subject))
        if self._phases.get(subject):
            yield _end(SWAPS, subject, event.at_ns)
        self._phases[subject] = kind == Kind.PHASE_ENTERED
        if kind == Kind.PHASE_ENTERED:
            yield {
                "ph": "B", "name": Phase(event.b).name, "cat": "swap", "pid": SWAPS, "tid": subject + 1,
                "ts": _us(event.at_ns), "args": {"request": event.a},
            }  # fmt: skip
        else:
            yield _instant(kind.name.removeprefix("SWAP_"), SWAPS, subject, event.at_ns)

    def _track(self, pid: int, number: int, name: str) -> Iterator[Told]:
        if (pid, number) not in self._named:
            self._named.add((pid, number))
            yield {"ph": "M", "name": "thread_name", "pid": pid, "tid": number + 1, "args": {"name": name}}


def _end(pid: int, number: int, at_ns: int) -> Told:
    return {"ph": "E", "pid": pid, "tid": number + 1, "ts": _us(at_ns)}


def _instant(name: str, pid: int, number: int, at_ns: int) -> Told:
    return {"ph": "i", "s": "t", "name": name, "pid": pid, "tid": number + 1, "ts": _us(at_ns)}


def _us(at_ns: int) -> float:
    return at_ns / 1_000
