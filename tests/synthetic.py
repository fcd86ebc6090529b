"""A believable trace of the default scenario, written by hand instead of by an engine.

It shows what the picture of the main window shows: two clients with their tables, file cache managers, a pager, a
counter under a call timer; two swaps of "FCM file 17" that were completed, and a third that stands in BLOCK at 2.418
306 ms with two untracked, five tracked, one recursive and four blocked calls. Projections and views are tested on it
without a machine.

The whole story is always planned, then cut at the asked instant, so an earlier cut is a prefix of a later one. What the
background does between the swaps is drawn from a seeded generator; it keeps away from "FCM file 17" around the swaps,
where every call is written down.

Limits: rows agree with each other (calls nest, threads end, generations drain, entries name what they point at), but no
processor is modelled: threads of one processor may overlap.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

from model.trace.events import Kind, Phase, Wait
from model.trace.trace import TEXT_KINDS, Trace

Until = Literal["start", "forward", "block", "transfer", "completed"]

KERNEL, POSTMARK, SDET = 0, 1, 2
PROCESSORS = 4

FCM, PAGER, COUNTER, SESSION = 1, 2, 3, 4
FCM_SINGLE, FCM_REPLICATED, FCM_SEQUENTIAL, PAGER_LRU, PAGER_FIFO, COUNTER_SHARED, COUNTER_PARTITIONED = range(5, 12)
FILE_SESSION = 12
CALL_COUNTER, CALL_TIMER, CONTENTION_WATCH, SEQUENTIAL_WATCH = 13, 14, 15, 16
SESSION_17, FCM_17, FCM_3, PAGER_1, COUNTER_1 = 17, 18, 19, 20, 21
FIRST_INSTANCE = 22

CALLS_BEGIN_NS = 20_000
ATTACHED_NS = 900_000
LAST_REQUEST = 4
SWAP_FORWARD_NS = {2: 1_200_000, 3: 1_720_000, LAST_REQUEST: 2_396_000}
ABANDONED_NS = 2_040_000
CALLS_END_NS = 2_440_000

FORWARD_NS, UNTIL_CURSOR_NS, BLOCK_NS, TRANSFER_NS, FREED_NS = 18_200, 22_306, 6_000, 2_300, 36_000
RESERVED_THREADS = 60
ABANDONED_THREADS = 50
LONGEST_THREAD_NS = 12_000


class Clock(NamedTuple):
    """Where the trace stops, and the instants of its last swap, all in ns; those after `now_ns` did not happen."""

    now_ns: int
    requested_ns: int
    forward_ns: int
    block_ns: int
    transfer_ns: int
    completed_ns: int
    freed_ns: int


def synthetic_trace(
    calls: int = 400, until: Until = "block", *, abandoned: bool = False, capacity: int = 1_048_576
) -> tuple[Trace, Clock]:
    """A trace with that many background calls, cut in the last swap as asked, and its clock.

    `abandoned` adds a swap of the pager that retries once and is abandoned; it then has request 5.
    """
    plan = _Plan()
    world = _world(plan)
    _attach_call_timer(plan, world)
    for request, forward_ns in SWAP_FORWARD_NS.items():
        target = FCM_SINGLE if request == 3 else FCM_REPLICATED
        _Swap(plan, world, request, forward_ns, target).write()
    if abandoned:
        _abandoned_swap(plan, world)
    _background(plan, world, calls)
    _quiescence(plan)
    clock = _clock(until)
    return plan.trace(clock.now_ns, capacity), clock


def _clock(until: Until) -> Clock:
    forward = SWAP_FORWARD_NS[LAST_REQUEST]
    block = forward + FORWARD_NS
    transfer = block + BLOCK_NS
    completed = transfer + TRANSFER_NS
    now = {
        "start": 0,
        "forward": forward + 10_000,
        "block": forward + UNTIL_CURSOR_NS,
        "transfer": transfer + 900,
        "completed": CALLS_END_NS + 10_000,
    }[until]
    return Clock(now, forward - 1_500, forward, block, transfer, completed, completed + FREED_NS)


@dataclass(slots=True)
class _Row:
    kind: Kind
    at_ns: int
    cause: _Row | None
    fields: dict[str, Any]
    position: int = -1


@dataclass(slots=True)
class _Thread:
    started: _Row
    ended: _Row
    processor: int


@dataclass(slots=True)
class _Plan:
    """Rows in the order in which they were thought of; sorted by time, stably, when the trace is written."""

    planned: list[_Row] = field(default_factory=list)
    threads: list[_Thread] = field(default_factory=list)
    quiescences: list[tuple[int, int]] = field(default_factory=list)
    subjects: int = FIRST_INSTANCE - 1
    calls: int = 0
    random: random.Random = field(default_factory=lambda: random.Random(7))

    def add(self, kind: Kind, at_ns: int, cause: _Row | None = None, /, **fields: Any) -> _Row:
        row = _Row(kind, at_ns, cause, fields)
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
class _World:
    """What the entries point at, as time goes on in the plan."""

    instances: dict[int, int]
    implementations: dict[int, int]
    entries: dict[tuple[int, int], int]
    page_lists: dict[int, int]
    doors: dict[int, list[tuple[int, int]]] = field(default_factory=dict)

    def door(self, of: int, at_ns: int) -> int:
        """What an entry of that object points at then."""
        return next(target for since_ns, target in reversed(self.doors[of]) if since_ns <= at_ns)

    def repoint(self, of: int, at_ns: int, target: int) -> None:
        self.doors[of].append((at_ns, target))

    def clients_of(self, of: int) -> list[int]:
        return [client for client, entry_object in self.entries if entry_object == of]


INTERFACES = {
    FCM: ("file_cache", "File cache manager", ("get_page", "write_page", "flush", "pages")),
    PAGER: ("pager", "Pager", ("fetch", "store")),
    COUNTER: ("counter", "Counter", ("increment", "total")),
    SESSION: ("file_session", "File session", ("open", "read", "close")),
}
PROTOCOLS = {
    FCM: {0: "canonical form", 4: "page by page", 9: "dirty pages first", 17: "whole page table", 41: "by reference"},
    PAGER: {0: "canonical form", 63: "null swap"},
    COUNTER: {0: "canonical form", 5: "sum by processor"},
    SESSION: {0: "canonical form"},
}
IMPLEMENTATIONS = {
    FCM_SINGLE: (FCM, "fcm_single", "FCM, single", (0, 4, 9, 17, 41)),
    FCM_REPLICATED: (FCM, "fcm_replicated", "FCM, replicated", (0, 4, 9, 17)),
    FCM_SEQUENTIAL: (FCM, "fcm_sequential", "FCM, sequential", (0, 4, 9, 17, 41)),
    PAGER_LRU: (PAGER, "pager_lru", "LRU", (0, 63)),
    PAGER_FIFO: (PAGER, "pager_fifo", "FIFO", (0, 63)),
    COUNTER_SHARED: (COUNTER, "counter_shared", "Counter, shared", (0, 5)),
    COUNTER_PARTITIONED: (COUNTER, "counter_partitioned", "Counter, partitioned", (0, 5)),
    FILE_SESSION: (SESSION, "file_session", "File session", (0,)),
}
WRAPPERS = {
    CALL_COUNTER: (0, "call_counter", "call counter"),
    CALL_TIMER: (0, "call_timer", "call timer"),
    CONTENTION_WATCH: (0, "contention_watch", "contention watch"),
    SEQUENTIAL_WATCH: (FCM, "sequential_watch", "sequential watch"),
}
OBJECTS = {
    SESSION_17: (SESSION, "file session", FILE_SESSION),
    FCM_17: (FCM, "FCM file 17", FCM_SINGLE),
    FCM_3: (FCM, "FCM file 3", FCM_REPLICATED),
    PAGER_1: (PAGER, "pager", PAGER_LRU),
    COUNTER_1: (COUNTER, "counter", COUNTER_SHARED),
}
ENTRIES = {
    (POSTMARK, SESSION_17): 0x0A, (POSTMARK, FCM_17): 0x11, (POSTMARK, FCM_3): 0x12,
    (SDET, SESSION_17): 0x07, (SDET, FCM_17): 0x08, (SDET, FCM_3): 0x09, (SDET, PAGER_1): 0x0B, (SDET, COUNTER_1): 0x0C,
    (KERNEL, PAGER_1): 0x01, (KERNEL, FCM_17): 0x02,
}  # fmt: skip


def _world(plan: _Plan) -> _World:
    """Everything that is known at time 0."""
    plan.add(Kind.RUN_STARTED, 0, a=PROCESSORS, b=2)
    for client, (name, space) in enumerate((("kernel", 0), ("postmark", 31), ("sdet-1", 40))):
        plan.add(Kind.CLIENT_CREATED, 0, a=space, b=name, client=client)
    _catalogue(plan)
    instances: dict[int, int] = {}
    page_lists: dict[int, int] = {}
    for identity, (interface, name, implementation) in OBJECTS.items():
        plan.add(Kind.OBJECT_CREATED, 0, subject=identity, a=interface, b=name, client=KERNEL)
        instance = instances[identity] = plan.subject()
        plan.add(Kind.INSTANCE_CREATED, 0, subject=instance, a=implementation, b=identity)
        if interface == FCM:
            _figures(plan, 0, instance, implementation)
            page_lists[identity] = plan.subject()
            plan.add(Kind.LOCK_CREATED, 0, subject=page_lists[identity], a=instance, b="page list")
    for (client, of), number in ENTRIES.items():
        plan.add(Kind.ENTRY_MADE, 0, subject=of, a=instances[of], b=number, client=client)
    for holder, held in ((FCM_17, PAGER_1), (FCM_3, PAGER_1), (FCM_17, FCM_17)):
        plan.add(Kind.REFERENCE_HELD, 0, subject=holder, b=held, client=KERNEL)
    implementations = {identity: implementation for identity, (_, _, implementation) in OBJECTS.items()}
    doors = {identity: [(0, instance)] for identity, instance in instances.items()}
    return _World(instances, implementations, dict(ENTRIES), page_lists, doors)


def _catalogue(plan: _Plan) -> None:
    """Interfaces, implementations and wrappers, each titled."""
    for interface, (name, title, methods) in INTERFACES.items():
        plan.add(Kind.INTERFACE_KNOWN, 0, subject=interface, b=name)
        plan.add(Kind.SUBJECT_TITLED, 0, subject=interface, b=title)
        for method, method_name in enumerate(methods, 1):
            plan.add(Kind.METHOD_KNOWN, 0, subject=interface, method=method, b=method_name)
        for bit, protocol in PROTOCOLS[interface].items():
            plan.add(Kind.PROTOCOL_KNOWN, 0, subject=interface, a=bit, b=protocol)
    for identity, (interface, name, title, bits) in IMPLEMENTATIONS.items():
        plan.add(Kind.IMPLEMENTATION_KNOWN, 0, subject=identity, a=interface, b=name)
        plan.add(Kind.SUBJECT_TITLED, 0, subject=identity, b=title)
        vector = sum(1 << bit for bit in bits)
        plan.add(Kind.VECTOR_KNOWN, 0, subject=identity, a=vector - (1 << 64) if vector >> 63 else vector)
    for identity, (interface, name, title) in WRAPPERS.items():
        plan.add(Kind.WRAPPER_KNOWN, 0, subject=identity, a=interface, b=name)
        plan.add(Kind.SUBJECT_TITLED, 0, subject=identity, b=title)


def _figures(plan: _Plan, at_ns: int, instance: int, implementation: int) -> None:
    if implementation == FCM_REPLICATED:
        plan.add(Kind.FIGURE_REPORTED, at_ns, subject=instance, a=4, b="representatives")
    plan.add(Kind.FIGURE_REPORTED, at_ns, subject=instance, a=32, b="pages")
    plan.add(Kind.FIGURE_REPORTED, at_ns, subject=instance, a=5, b="dirty")


def _attach_call_timer(plan: _Plan, world: _World) -> None:
    """The call timer goes around the counter, as request 1."""
    at = ATTACHED_NS
    _command(plan, at, 0, '{"command":"Attach","object":"counter","wrapper":"call_timer"}')
    asked = plan.add(Kind.ATTACH_REQUESTED, at + 10, subject=COUNTER_1, a=1, b=CALL_TIMER)
    interposer = plan.subject()
    plan.add(Kind.INTERPOSER_CREATED, at + 200, asked, subject=interposer, a=CALL_TIMER, b=COUNTER_1)
    old = world.door(COUNTER_1, at)
    written = asked
    for offset, client in enumerate(world.clients_of(COUNTER_1)):
        written = plan.add(
            Kind.ENTRY_WRITTEN, at + 400 + 100 * offset, asked, subject=COUNTER_1, a=interposer, b=old, client=client
        )
    plan.add(Kind.INTERPOSER_ATTACHED, written.at_ns + 50, asked, subject=COUNTER_1, a=1, b=interposer)
    world.repoint(COUNTER_1, written.at_ns, interposer)


def _command(plan: _Plan, at_ns: int, place: int, text: str) -> None:
    plan.add(Kind.COMMAND_ISSUED, at_ns, a=place, b=text)


@dataclass(slots=True)
class _Call:
    """One planned call of one thread; `enter` and `leave` are its instants."""

    identity: int
    thread: int
    of: int
    method: int
    client: int
    processor: int
    entered: _Row

    def fields(self) -> dict[str, int]:
        return {
            "call": self.identity, "thread": self.thread, "subject": self.of, "method": self.method,
            "client": self.client, "processor": self.processor,
        }  # fmt: skip

    def fate(self) -> dict[str, int]:
        return {name: value for name, value in self.fields().items() if name != "method"}


def _start_thread(plan: _Plan, at_ns: int, number: int, processor: int, client: int, name: str) -> _Row:
    """THREAD_STARTED and its dispatch; the generation is filled in when all advances are known."""
    started = plan.add(Kind.THREAD_STARTED, at_ns, thread=number, a=0, b=name, processor=processor, client=client)
    plan.add(Kind.THREAD_DISPATCHED, at_ns, started, thread=number, processor=processor)
    return started


def _end_thread(plan: _Plan, at_ns: int, started: _Row) -> None:
    number, processor = started.fields["thread"], started.fields["processor"]
    ended = plan.add(Kind.THREAD_ENDED, at_ns, started, thread=number, a=0, processor=processor)
    plan.threads.append(_Thread(started, ended, processor))


def _enter(
    plan: _Plan,
    at_ns: int,
    by: _Row,
    of: int,
    method: int,
    target: int,
    client: int,
    caller: int = 0,
    way_ns: int = 120,
) -> _Call:
    thread, processor = by.fields["thread"], by.fields["processor"]
    identity = plan.call()
    entered = plan.add(
        Kind.CALL_ENTERED, at_ns, by, until_ns=at_ns + way_ns, call=identity, thread=thread, subject=of, method=method,
        client=client, processor=processor, a=target, b=caller,
    )  # fmt: skip
    return _Call(identity, thread, of, method, client, processor, entered)


def _return(plan: _Plan, at_ns: int, call: _Call) -> _Row:
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


class _Swap:
    """One completed swap of "FCM file 17" with a call of every fate, from the request to the freed mediator."""

    def __init__(self, plan: _Plan, world: _World, request: int, forward_ns: int, implementation: int) -> None:
        self.plan, self.world, self.request, self.forward_ns = plan, world, request, forward_ns
        self.implementation = implementation
        self.block_ns = forward_ns + FORWARD_NS
        self.transfer_ns = self.block_ns + BLOCK_NS
        self.completed_ns = self.transfer_ns + TRANSFER_NS
        self.first_thread = RESERVED_THREADS * (request - 1)
        self.old = world.instances[FCM_17]
        self.new = plan.subject()
        self.mediator = plan.subject()

    def write(self) -> None:
        self._install()
        self._untracked_calls()
        self._tracked_calls()
        self._recursive_call()
        self._phases()
        self._blocked_calls()
        self._free()
        self.world.instances[FCM_17] = self.new
        self.world.implementations[FCM_17] = self.implementation

    def _add(self, kind: Kind, at_ns: int, cause: _Row | None = None, /, **fields: int) -> _Row:
        return self.plan.add(kind, at_ns, cause, subject=FCM_17, a=self.request, **fields)

    def _install(self) -> None:
        at, name = self.forward_ns - 1_500, IMPLEMENTATIONS[self.implementation][1]
        _command(
            self.plan, at, self.request - 1, f'{{"command":"Swap","object":"FCM file 17","implementation":"{name}"}}'
        )
        asked = self._add(Kind.SWAP_REQUESTED, at, b=self.implementation)
        self._add(Kind.PROTOCOL_NEGOTIATED, at + 100, asked, b=17)
        self.plan.add(Kind.INSTANCE_CREATED, at + 300, asked, subject=self.new, a=self.implementation, b=FCM_17)
        self.plan.add(Kind.MEDIATOR_CREATED, at + 500, asked, subject=self.mediator, a=self.request, b=FCM_17)
        self._repoint(at + 700, self.mediator, self.old)
        self._add(Kind.MEDIATOR_INSTALLED, self.forward_ns - 100, asked, b=self.mediator)
        self._add(Kind.PHASE_ENTERED, self.forward_ns, asked, b=Phase.FORWARD)
        self.plan.quiescences.append((self.forward_ns, self.block_ns))

    def _repoint(self, at_ns: int, target: int, old: int) -> None:
        for offset, client in enumerate(self.world.clients_of(FCM_17)):
            self.plan.add(Kind.ENTRY_WRITTEN, at_ns + 250 * offset, subject=FCM_17, a=target, b=old, client=client)
        self.world.repoint(FCM_17, at_ns, target)

    def _request_thread(self, number: int, at_ns: int, client: int) -> _Row:
        thread = self.first_thread + number
        return _start_thread(self.plan, at_ns - 150, thread, thread % PROCESSORS, client, "request")

    def _untracked_calls(self) -> None:
        """Two calls are in flight when the last entry is repointed, and return in FORWARD."""
        for number, client, enter, leave in ((7, POSTMARK, -4_300, 7_200), (10, SDET, -2_600, 15_900)):
            started = self._request_thread(number, self.forward_ns + enter, client)
            call = _enter(self.plan, self.forward_ns + enter, started, FCM_17, 1, self.old, client)
            self._add(Kind.CALL_UNTRACKED, self.forward_ns - 100, call.entered, **_without_subject(call))
            _return(self.plan, self.forward_ns + leave, call)
            _end_thread(self.plan, self.forward_ns + leave + 200, started)

    def _tracked_calls(self) -> None:
        """Four tracked calls, of which one outlives FORWARD and keeps BLOCK waiting for a while."""
        plan = ((23, 1_900, 6_100), (26, 5_200, 9_900), (30, 8_400, 14_300), (32, 13_100, 19_700))
        for number, enter, leave in plan:
            client = POSTMARK if number % 2 else SDET
            started = self._request_thread(number, self.forward_ns + enter, client)
            call = _enter(self.plan, self.forward_ns + enter, started, FCM_17, 1 + number % 2, self.mediator, client)
            self._add(Kind.CALL_TRACKED, call.entered.at_ns + 120, call.entered, **_without_subject(call))
            self._pager_call(call, leave - enter)
            self._leave(call, self.forward_ns + leave)
            _end_thread(self.plan, self.forward_ns + leave + 300, started)

    def _pager_call(self, outer: _Call, took_ns: int) -> None:
        at = outer.entered.at_ns + took_ns // 3
        inner = _enter(
            self.plan, at, outer.entered, PAGER_1, 1, self.world.door(PAGER_1, at), KERNEL, FCM_17, way_ns=took_ns // 8
        )
        _return(self.plan, at + took_ns // 3, inner)

    def _leave(self, call: _Call, at_ns: int) -> None:
        self._add(Kind.CALL_LEFT, at_ns, call.entered, **_without_subject(call))
        _return(self.plan, at_ns, call)

    def _recursive_call(self) -> None:
        """The fifth tracked call comes back from inside during BLOCK; BLOCK waits for it to the end."""
        started = self._request_thread(34, self.forward_ns + 12_600, SDET)
        outer = _enter(self.plan, self.forward_ns + 12_600, started, FCM_17, 2, self.mediator, SDET)
        self._add(Kind.CALL_TRACKED, outer.entered.at_ns + 120, outer.entered, **_without_subject(outer))
        self._contend(outer)
        inner_ns = self.forward_ns + UNTIL_CURSOR_NS
        inner = _enter(self.plan, inner_ns, outer.entered, FCM_17, 1, self.mediator, KERNEL, FCM_17, way_ns=40)
        self._add(Kind.CALL_RECURSIVE, inner_ns, inner.entered, **_without_subject(inner))
        _return(self.plan, self.transfer_ns - 800, inner)
        self._leave(outer, self.transfer_ns - 50)
        _end_thread(self.plan, self.transfer_ns + 200, started)

    def _contend(self, call: _Call) -> None:
        """The tracked thread waits for the lock of the page list, which a flushing thread holds."""
        at, lock = self.block_ns + 900, self.world.page_lists[FCM_17]
        flusher = _start_thread(self.plan, at - 1_000, self.first_thread + 29, 0, KERNEL, "flush")
        _end_thread(self.plan, at + 8_000, flusher)
        who = {"thread": call.thread, "processor": call.processor}
        contended = self.plan.add(
            Kind.LOCK_CONTENDED, at, call.entered, subject=lock, a=flusher.fields["thread"], until_ns=at + 500, **who
        )
        waited = self.plan.add(Kind.THREAD_WAITED, at + 500, contended, subject=lock, a=Wait.LOCK, **who)
        self.plan.add(Kind.THREAD_READIED, at + 2_300, waited, **who)
        self.plan.add(Kind.THREAD_DISPATCHED, at + 2_400, waited, **who)
        self.plan.add(Kind.LOCK_ACQUIRED, at + 2_400, contended, subject=lock, **who)

    def _phases(self) -> None:
        self._add(Kind.PHASE_ENTERED, self.block_ns, b=Phase.BLOCK)
        self._add(Kind.PHASE_ENTERED, self.transfer_ns, b=Phase.TRANSFER)
        at = self.transfer_ns + 100
        packaged = self._add(Kind.STATE_PACKAGED, at, b=18_432, until_ns=at + 600)
        self._add(Kind.STATE_UNPACKAGED, at + 700, packaged, b=18_432, until_ns=at + 1_400)
        _figures(self.plan, at + 1_400, self.new, self.implementation)
        self._repoint(at + 1_450, self.new, self.mediator)
        self._add(Kind.SWAP_COMPLETED, self.completed_ns, b=self.new)

    def _blocked_calls(self) -> None:
        """Four calls come to the closed door, two of each client; all go on to the new instance."""
        plan = ((41, POSTMARK, 200), (43, SDET, 1_100), (46, POSTMARK, 2_200), (48, SDET, 3_300))
        for place, (number, client, enter) in enumerate(plan):
            started = self._request_thread(number, self.block_ns + enter - 120, client)
            call = _enter(self.plan, self.block_ns + enter - 120, started, FCM_17, 1, self.mediator, client)
            blocked = self._add(Kind.CALL_BLOCKED, self.block_ns + enter, call.entered, **_without_subject(call))
            who = {"thread": call.thread, "processor": call.processor}
            self.plan.add(Kind.THREAD_WAITED, self.block_ns + enter, blocked, subject=self.mediator, a=Wait.DOOR, **who)
            released_ns = self.completed_ns + 60 * (place + 1)
            self._add(Kind.CALL_RELEASED, released_ns, blocked, b=1, **_without_subject(call))
            self.plan.add(Kind.THREAD_READIED, released_ns, blocked, **who)
            self.plan.add(Kind.THREAD_DISPATCHED, released_ns + 30, blocked, **who)
            _return(self.plan, released_ns + 1_300 + 70 * place, call)
            _end_thread(self.plan, released_ns + 1_800 + 70 * place, started)

    def _free(self) -> None:
        """The second quiescence, after which nobody can hold the mediator or the old instance any more."""
        freed_ns = self.completed_ns + FREED_NS
        self.plan.quiescences.append((self.completed_ns + 100, freed_ns - 200))
        self.plan.add(Kind.MEDIATOR_DESTROYED, freed_ns, subject=self.mediator, b=FCM_17)
        self.plan.add(Kind.INSTANCE_DESTROYED, freed_ns, subject=self.old, b=FCM_17)


def _without_subject(call: _Call) -> dict[str, int]:
    return {name: value for name, value in call.fate().items() if name != "subject"}


def _abandoned_swap(plan: _Plan, world: _World) -> None:
    """The pager's swap runs into its time limit in BLOCK twice, with one call blocked each time, and is given up."""
    at, request, old = ABANDONED_NS, LAST_REQUEST + 1, world.instances[PAGER_1]
    new, mediator = plan.subject(), plan.subject()

    def add(kind: Kind, after_ns: int, **fields: Any) -> _Row:
        return plan.add(kind, at + after_ns, subject=PAGER_1, a=request, **fields)

    def repoint(after_ns: int, target: int, was: int) -> None:
        for client in world.clients_of(PAGER_1):
            plan.add(Kind.ENTRY_WRITTEN, at + after_ns, subject=PAGER_1, a=target, b=was, client=client)
        world.repoint(PAGER_1, at + after_ns, target)

    _command(plan, at, 4, '{"command":"Swap","object":"pager","implementation":"pager_fifo"}')
    add(Kind.SWAP_REQUESTED, 0, b=PAGER_FIFO)
    add(Kind.PROTOCOL_NEGOTIATED, 100, b=63)
    plan.add(Kind.INSTANCE_CREATED, at + 200, subject=new, a=PAGER_FIFO, b=PAGER_1)
    plan.add(Kind.MEDIATOR_CREATED, at + 300, subject=mediator, a=request, b=PAGER_1)
    repoint(400, mediator, old)
    add(Kind.MEDIATOR_INSTALLED, 500, b=mediator)
    for attempt, begin in enumerate((600, 24_000)):
        add(Kind.PHASE_ENTERED, begin, b=Phase.FORWARD)
        add(Kind.PHASE_ENTERED, begin + 14_000, b=Phase.BLOCK)
        started = _start_thread(plan, at + begin + 14_200, ABANDONED_THREADS + attempt, attempt, SDET, "request")
        call = _enter(plan, at + begin + 14_300, started, PAGER_1, 1, mediator, SDET)
        blocked = add(Kind.CALL_BLOCKED, begin + 14_420, **_without_subject(call))
        add(Kind.PHASE_TIMED_OUT, begin + 17_000, b=Phase.BLOCK)
        plan.add(
            Kind.CALL_RELEASED, at + begin + 17_050, blocked, subject=PAGER_1, a=request, b=0, **_without_subject(call)
        )
        _return(plan, at + begin + 18_000, call)
        _end_thread(plan, at + begin + 18_100, started)
        if attempt == 0:
            add(Kind.SWAP_RETRIED, begin + 17_100, b=1, until_ns=at + 24_000)
    repoint(41_200, old, mediator)
    add(Kind.SWAP_ABANDONED, 41_300, b="BLOCK took longer than 3 µs, 2 times")
    plan.quiescences.append((at + 41_400, at + 62_000))
    plan.add(Kind.MEDIATOR_DESTROYED, at + 62_300, subject=mediator, b=PAGER_1)
    plan.add(Kind.INSTANCE_DESTROYED, at + 62_300, subject=new, b=PAGER_1)


BACKGROUND = (
    (POSTMARK, SESSION_17, 3), (POSTMARK, FCM_17, 5), (POSTMARK, FCM_3, 2),
    (SDET, SESSION_17, 2), (SDET, FCM_17, 4), (SDET, FCM_3, 2), (SDET, PAGER_1, 1), (SDET, COUNTER_1, 2),
)  # fmt: skip


def _background(plan: _Plan, world: _World, calls: int) -> None:
    """Requests of both clients all the time, each one call; page misses go on to the pager."""
    draw = plan.random
    weights = [weight for _, _, weight in BACKGROUND]
    number = 0
    for index in range(calls):
        at = CALLS_BEGIN_NS + (CALLS_END_NS - CALLS_BEGIN_NS) * index // max(1, calls) + draw.randrange(40)
        client, of, _ = draw.choices(BACKGROUND, weights)[0]
        if of in (FCM_17, PAGER_1) and _near_swap(at):
            of = SESSION_17
        number += 1
        if number == ABANDONED_THREADS:
            number = RESERVED_THREADS * LAST_REQUEST
        _background_request(plan, world, at, number, client, of)


def _background_request(plan: _Plan, world: _World, at: int, number: int, client: int, of: int) -> None:
    draw = plan.random
    took = min(LONGEST_THREAD_NS - 1_000, round(1_000 * math.exp(draw.gauss(math.log(1.5), 0.55))))
    started = _start_thread(plan, at, number, draw.randrange(PROCESSORS), client, "request")
    methods = INTERFACES[OBJECTS[of][0]][2]
    target = world.door(of, at + 150)
    call = _enter(plan, at + 150, started, of, 1 + draw.randrange(len(methods) - 1), target, client)
    wrapped = of == COUNTER_1 and target != world.instances[COUNTER_1]
    if wrapped:
        fields = call.fields() | {"subject": target, "b": of}
        plan.add(Kind.PRECALL_RAN, at + 270, call.entered, **fields)
        plan.add(Kind.POSTCALL_RAN, at + 150 + took, call.entered, **fields)
    elif OBJECTS[of][0] == FCM and draw.random() < 0.25 and not _near_swap(at):
        inner = _enter(
            plan, at + 150 + took // 3, call.entered, PAGER_1, 1, world.door(PAGER_1, at), KERNEL, of, way_ns=took // 10
        )
        _return(plan, at + 150 + took * 2 // 3, inner)
    if draw.random() < 0.005:
        fields = call.fields() | {"a": took}
        plan.add(
            Kind.CALL_RAISED, at + 150 + took, call.entered, until_ns=at + 250 + took, b="FileClosed: file 3", **fields
        )
    else:
        _return(plan, at + 150 + took, call)
    _end_thread(plan, at + 300 + took, started)


def _near_swap(at_ns: int) -> bool:
    around = LONGEST_THREAD_NS + 4_000
    in_swap = any(begin - around < at_ns < begin + 30_000 for begin in SWAP_FORWARD_NS.values())
    return in_swap or ABANDONED_NS - around < at_ns < ABANDONED_NS + 64_000


def _quiescence(plan: _Plan) -> None:
    """Two advances on every processor for each request, then each thread's generation."""
    advances: list[list[int]] = [[] for _ in range(PROCESSORS)]
    for which, (requested_ns, limit_ns) in enumerate(sorted(plan.quiescences), 1):
        plan.add(Kind.QUIESCENCE_REQUESTED, requested_ns, a=which)
        reached_ns = max(_advance_twice(plan, advances[cpu], cpu, requested_ns) for cpu in range(PROCESSORS)) + 100
        assert reached_ns <= limit_ns, "a background thread outlives the grace period"
        plan.add(Kind.QUIESCENCE_REACHED, reached_ns, a=which)
    for thread in plan.threads:
        generation = sum(1 for at_ns in advances[thread.processor] if at_ns <= thread.started.at_ns)
        thread.started.fields["a"] = thread.ended.fields["a"] = generation
    for cpu, instants in enumerate(advances):
        for generation, at_ns in enumerate(instants, 1):
            left = sum(
                1 for thread in plan.threads
                if thread.processor == cpu and thread.started.fields["a"] == generation - 1
                and thread.started.at_ns < at_ns < thread.ended.at_ns
            )  # fmt: skip
            plan.add(Kind.GENERATION_ADVANCED, at_ns, a=generation, b=left, processor=cpu)


def _advance_twice(plan: _Plan, advances: list[int], cpu: int, requested_ns: int) -> int:
    """The instant of the second advance: when the threads of the generation before the first have ended."""
    first = requested_ns + 300 + 130 * cpu
    alive = [
        thread.ended.at_ns for thread in plan.threads
        if thread.processor == cpu and thread.started.at_ns < first < thread.ended.at_ns
    ]  # fmt: skip
    second = max([first + 500, *alive]) + 100
    advances += [first, second]
    return second
