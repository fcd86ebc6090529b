"""Everything that is known of a selected thing at the cursor, as rows of a name and a value.

Each sort of thing has its own rows; all of them are read from the states at the cursor and from the rows of the trace.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np

from model.projections.causes import position_of
from model.trace.events import Kind, Wait
from model.trace.trace import CHUNK_ROWS, Event
from views.kit.describing import client_name, counted, described, kernel_last, object_name
from views.kit.format import format_bytes, format_clock, format_count, format_duration
from views.kit.phases import FATES
from views.kit.swap_words import change_words, facts_of, title_of

if TYPE_CHECKING:
    from model.projections.world import Implementation
    from views.kit.selection import Picked
    from views.kit.session_link import SessionLink

Facts = list[tuple[str, str]]

HISTORY: Final = 40
"""Events of a thing that are told, the last ones."""
FARTHEST_ROWS: Final = 1 << 17
"""How far back its events are looked for."""


@dataclass(frozen=True)
class Inspected:
    """What is known of one thing."""

    title: str
    subtitle: str
    facts: Facts = field(default_factory=list)
    state: Facts = field(default_factory=list)
    state_title: str = "State"
    vectors: tuple[tuple[str, int], ...] = ()
    protocols: dict[int, str] = field(default_factory=dict)
    chosen: int | None = None
    implementation: str = ""
    """The name by which the source is found."""
    gone: bool = False


def inspected(link: SessionLink, picked: Picked) -> Inspected:
    """What is known of a thing at the cursor; of what is gone, that it is gone."""
    known = _MAKERS[picked.kind](link, picked.identity)
    if known is not None:
        return known
    return Inspected(f"{picked.kind} {picked.identity}".capitalize(), "is not there at this instant", gone=True)


def _object(link: SessionLink, identity: int) -> Inspected | None:
    topology = link.topology
    node = topology.objects.get(identity)
    if node is None:
        return None
    interface = topology.interfaces.get(node.interface)
    implementation = topology.implementation_of(identity)
    instance = topology.instances.get(node.instance)
    clients = sorted(link.tables.clients_by_object.get(identity, ()), key=kernel_last)
    counts = link.counts
    facts = [
        ("interface", interface.title.lower() if interface else "unknown"),
        ("implementation", described(topology, implementation, node.instance)),
        ("home", client_name(topology, node.home)),
        ("clients", ", ".join(client_name(topology, client) for client in clients) or "none"),
        ("in flight", f"{counts.in_flight_of(identity)}, {counts.waiting_of(identity)} at the door"),
        ("serves since", format_clock(instance.created_ns) if instance else "unknown"),
    ]
    wrappers = [topology.pointed_at(interposer).words for interposer in node.interposers]
    if wrappers:
        facts.append(("wrappers", ", ".join(wrappers)))
    if node.transition is not None:
        facts.append(("under way", f"{node.transition.sort} {node.transition.request}"))
    return Inspected(
        node.name, "component", facts, _figures(link, node.instance), "State", _vector(implementation),
        dict(interface.protocols) if interface else {}, None, implementation.name if implementation else "",
    )  # fmt: skip


def _vector(implementation: Implementation | None) -> tuple[tuple[str, int], ...]:
    return (("speaks", implementation.vector),) if implementation and implementation.vector else ()


def _figures(link: SessionLink, subject: int) -> Facts:
    """What a thing reports of itself."""
    figures = {name: value for (of, name), value in link.topology.figures.items() if of == subject}
    return [(name, format_bytes(value) if name == "bytes" else format_count(value)) for name, value in figures.items()]


def _client(link: SessionLink, identity: int) -> Inspected | None:
    topology = link.topology
    client = topology.clients.get(identity)
    if client is None:
        return None
    tables = link.tables
    entries = [entry for (of, _), entry in tables.entries.items() if of == identity]
    threads = link.threads
    inside = int(np.count_nonzero(threads.client == identity))
    facts = [
        ("address space", str(client.address_space)),
        ("entries", str(len(entries))),
        ("calls made", format_count(sum(calls for (of, _), calls in tables.calls.items() if of == identity))),
        ("in a call", counted(inside, "thread")),
    ]
    state = [(object_name(topology, entry.object), topology.pointed_at(entry.target).words) for entry in entries]
    return Inspected(client.name, "client", facts, state, "Entries")


def _interposer(link: SessionLink, identity: int) -> Inspected | None:
    topology = link.topology
    known = topology.interposers.get(identity)
    if known is None:
        return None
    wrapper = topology.wrappers.get(known.wrapper)
    facts = [
        ("around", object_name(topology, known.object)),
        ("attached", "yes" if known.attached else "not yet, or no longer"),
    ]
    title = wrapper.title if wrapper else f"interposer {identity}"
    name = wrapper.name if wrapper else ""
    return Inspected(title, "wrapper", facts, _figures(link, identity), implementation=name)


_WAITS: Final = {
    Wait.LOCK: "waits for a lock", Wait.DOOR: "waits at a door", Wait.REPLY: "waits for a reply", Wait.SLEEP: "sleeps",
    Wait.SIGNAL: "waits for a signal", Wait.FRAME: "waits for a free page frame", Wait.DEVICE: "waits for a device",
}  # fmt: skip


def _thread(link: SessionLink, identity: int) -> Inspected | None:
    waits = link.waits
    state = waits.thread(identity)
    if state is None:
        return None
    names = link.names
    doing = _WAITS[Wait(state.wait)] if state.wait in _WAITS else "is ready" if state.ready else "runs"
    facts = [
        ("name", names.thread(identity) or "none"),
        ("client", names.client(names.client_of_thread(identity))),
        ("processor", f"{state.processor}, counted on {state.home}"),
        ("generation", str(state.generation) if state.generation >= 0 else "none"),
        ("started", format_clock(state.started_ns)),
        ("does", f"{doing}, {format_duration(max(0, link.clock_ns - state.since_ns))}"),
    ]
    if state.parent:
        facts.append(("works for", f"thread {state.parent}"))
    calls = waits.calls[waits.calls["thread"] == identity]
    stack = [
        (f"call {call}", f"{object_name(link.topology, of)}.{names.method(of, method)}")
        for call, of, method in calls[["call", "object", "method"]].tolist()
    ]
    return Inspected(f"Thread {identity}", "thread", facts, stack or [("calls", "in none")], "In calls")


def _call(link: SessionLink, identity: int) -> Inspected | None:
    trace = link.trace
    position = position_of(trace, "call", identity, link.position)
    if position < 0:
        return None
    entered = trace.event(position)
    names, topology = link.names, link.topology
    method = names.method(entered.subject, entered.method)
    ended = _end_of(link, entered)
    if ended is None:
        took = f"{format_duration(max(0, link.clock_ns - entered.at_ns))} so far"
    else:
        took = format_duration(ended.a) + (", raised" if ended.kind == Kind.CALL_RAISED else "")
    facts = [
        ("of", f"{object_name(topology, entered.subject)}.{method}"),
        ("by", f"thread {entered.thread}, cpu {entered.processor}"),
        ("from", object_name(topology, entered.b) if entered.b else client_name(topology, entered.client)),
        ("through", f"{client_name(topology, entered.client)}'s entry"),
        ("reached", topology.pointed_at(entered.a).words or "unknown"),
        ("entered", format_clock(entered.at_ns)),
        ("takes" if ended is None else "took", took),
    ]
    for swap in link.swaps.by_request.values():
        if (fate := swap.fates.get(identity)) is not None:
            held = f", held {format_duration(fate.blocked_ns)}" if fate.blocked_ns else ""
            facts.append((title_of(swap).lower(), f"{fate.sort.name.lower()}{held}"))
    return Inspected(f"Call {identity}", f"{method} of {object_name(topology, entered.subject)}", facts)


def _end_of(link: SessionLink, entered: Event) -> Event | None:
    """The return of a call, up to the cursor."""
    trace, until = link.trace, link.position
    for first, rows in trace.chunks(entered.position, min(until, entered.position + FARTHEST_ROWS)):
        kinds = rows["kind"]
        ends = ((kinds == Kind.CALL_RETURNED) | (kinds == Kind.CALL_RAISED)) & (rows["call"] == entered.call)
        found = np.flatnonzero(ends)
        if len(found):
            return trace.event(first + int(found[0]))
    return None


def _swap(link: SessionLink, identity: int) -> Inspected | None:
    swap = link.swaps.by_request.get(identity)
    if swap is None:
        return None
    receipt = swap.receipt(link.clock_ns)
    old, new = change_words(swap)
    facts = [("of", swap.component), ("from", old), ("to", new), ("stands at", receipt.standing)]
    spent = (("FORWARD", receipt.forward_ns), ("BLOCK", receipt.block_ns), ("TRANSFER", receipt.transfer_ns))
    facts += [(name, format_duration(ns)) for name, ns in spent if ns]
    facts += [(f"{name} calls", format_count(getattr(swap, name))) for name in FATES if swap.sort == "swap"]
    node = link.topology.objects.get(swap.object)
    interface = link.topology.interfaces.get(node.interface) if node else None
    vectors = ((old, swap.old_vector), (new, swap.new_vector)) if swap.sort == "swap" and swap.old_vector else ()
    return Inspected(
        title_of(swap), swap.component, facts, facts_of(receipt) if swap.over else [], "Receipt", vectors,
        dict(interface.protocols) if interface else {}, swap.protocol_bit, swap.to_name,
    )  # fmt: skip


_MAKERS: Final[dict[str, Callable[[SessionLink, int], Inspected | None]]] = {
    "object": _object, "client": _client, "interposer": _interposer, "thread": _thread, "call": _call, "swap": _swap,
}  # fmt: skip


def history_of(link: SessionLink, picked: Picked) -> list[Event]:
    """The last events about a thing before the cursor, newest first."""
    found: list[Event] = []
    last, trace = link.position, link.trace
    earliest = max(trace.tail, last - FARTHEST_ROWS)
    while last > earliest and len(found) < HISTORY:
        first = max(earliest, last - CHUNK_ROWS)
        rows = trace.rows(first, last)
        for index in np.flatnonzero(_mask(link, picked, rows))[::-1][: HISTORY - len(found)].tolist():
            found.append(trace.event(first + index))
        last = first
    return found


def _mask(link: SessionLink, picked: Picked, rows: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    kinds = rows["kind"]
    match picked.kind:
        case "call":
            return np.asarray(rows["call"] == picked.identity)
        case "thread":
            return np.asarray(rows["thread"] == picked.identity)
        case "client":
            return np.asarray((rows["client"] == picked.identity) & (kinds == Kind.ENTRY_WRITTEN))
        case "interposer":
            return np.asarray((rows["subject"] == picked.identity) & ~_each_call(kinds))
        case "swap":
            swap = link.swaps.by_request.get(picked.identity)
            of = swap.object if swap else 0
            about = (kinds >= Kind.SWAP_REQUESTED) & (kinds <= Kind.MEDIATOR_DESTROYED)
            return np.asarray((rows["subject"] == of) & (rows["a"] == picked.identity) & about)
    return np.asarray((rows["subject"] == picked.identity) & ~_each_call(kinds))


def _each_call(kinds: np.ndarray) -> np.ndarray:  # type: ignore[type-arg]
    """Rows that come with every call: of a component there are too many to be its history."""
    return np.asarray((kinds >= Kind.THREAD_STARTED) & (kinds <= Kind.POSTCALL_RAN))
