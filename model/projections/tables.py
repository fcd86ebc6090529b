"""The object translation tables: what each client's entries point at, and how many calls went through them.

An entry is the one place where a client's way to an object is written (paper §3.1). It points at the object's outermost
front, so that writing it is how an interposer is attached and how a swap takes effect:

    client 31   0x11 "FCM file 17"  -> instance | interposer | mediator

Where the machine has local tables, a processor has a slot of its own for an entry from its first use on. A slot points
where its entry does, or at the representative that a clustered object has on that processor; one that is back at the
miss handler, to find its representative, is not in `slots`.

Limits: an entry is never unmade. A call counts for the entry that it looked up, whatever happens to it afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from model.projections.copied import Copied
from model.projections.picking import Texts, kind_table, picked
from model.trace.events import Kind
from model.trace.trace import Event, Rows

Key = tuple[int, int]
"""(client, object)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One client's way to one object."""

    client: int
    object: int
    number: int
    target: int
    previous_target: int
    """0 for an entry that was never rewritten."""
    written_ns: int
    written_position: int


@dataclass(frozen=True, slots=True)
class Slot:
    """One client's way to one object on one processor."""

    client: int
    object: int
    processor: int
    target: int
    written_ns: int


@dataclass(frozen=True, slots=True)
class Tables:
    """All entries of all clients."""

    entries: dict[Key, Entry] = field(default_factory=dict)
    objects_by_client: dict[int, tuple[int, ...]] = field(default_factory=dict)
    """In the order of entry numbers."""
    clients_by_object: dict[int, tuple[int, ...]] = field(default_factory=dict)
    slots: dict[tuple[int, int, int], Slot] = field(default_factory=dict)
    """(client, object, processor) -> what that processor's own table has for it; empty without local tables."""
    calls: dict[Key, int] = field(default_factory=dict)
    """How many calls have looked each entry up; apart, so that the entries stay the same dict while nobody writes."""

    def of_client(self, client: int) -> tuple[Entry, ...]:
        """The client's entries in the order of their numbers."""
        return tuple(self.entries[client, identity] for identity in self.objects_by_client.get(client, ()))

    def of_object(self, object_id: int) -> tuple[Entry, ...]:
        """Every client's entry for the object, in the order of clients."""
        return tuple(self.entries[client, object_id] for client in self.clients_by_object.get(object_id, ()))

    def slots_of(self, client: int, object_id: int) -> tuple[Slot, ...]:
        """The slots of an entry in the order of processors: those that were used, and know where to go."""
        found = (slot for key, slot in self.slots.items() if key[:2] == (client, object_id))
        return tuple(sorted(found, key=lambda slot: slot.processor))

    def changed_since(self, at_ns: int) -> tuple[Entry, ...]:
        """The entries rewritten at `at_ns` or later, in that order; those that were only made are not among them."""
        changed = (entry for entry in self.entries.values() if entry.previous_target and entry.written_ns >= at_ns)
        return tuple(sorted(changed, key=lambda entry: entry.written_position))


class TablesFold:
    """How rows become Tables."""

    def __init__(self, texts: Texts | None = None) -> None:
        """Needs no texts; takes them so that all folds are made alike."""

    def initial(self) -> Tables:
        """No entry has been made."""
        return Tables()

    def apply(self, state: Tables, first_position: int, rows: Rows) -> Tables:
        """The state after `rows`; the same object when nothing changed."""
        events = list(picked(_WRITES, first_position, rows))
        called = rows["kind"] == Kind.CALL_ENTERED
        if not events and not called.any():
            return state
        entries = Copied(state.entries)
        slots = Copied(state.slots)
        for event in events:
            (_write_slot(slots, event) if event.kind in _LOCAL else _write(entries, event))
        calls = _counted(state.calls, entries.now, rows["client"][called], rows["subject"][called])
        if len(entries.now) == len(state.entries):
            return replace(state, entries=entries.now, slots=slots.now, calls=calls)
        return Tables(entries.now, *_orders(entries.now), slots.now, calls)


_LOCAL = (Kind.LOCAL_ENTRY_MADE, Kind.LOCAL_ENTRY_WRITTEN)
_WRITES = kind_table(Kind.ENTRY_MADE, Kind.ENTRY_WRITTEN, *_LOCAL)


def _write_slot(slots: Copied[tuple[int, int, int], Slot], event: Event) -> None:
    key = (event.client, event.subject, event.processor)
    if event.a:
        slots.put(key, Slot(*key, event.a, event.at_ns))
    else:
        slots.drop(key)


def _write(entries: Copied[Key, Entry], event: Event) -> None:
    key = (event.client, event.subject)
    if event.kind == Kind.ENTRY_MADE:
        made = Entry(event.client, event.subject, event.b, event.a, 0, event.at_ns, event.position)
        entries.put(key, made)
    elif entry := entries.now.get(key):
        written = replace(
            entry, target=event.a, previous_target=event.b, written_ns=event.at_ns, written_position=event.position
        )
        entries.put(key, written)


def _counted(before: dict[Key, int], entries: dict[Key, Entry], clients: Rows, objects: Rows) -> dict[Key, int]:
    """The calls with those of the entries that were looked up: one number a call, so that numpy counts."""
    calls = Copied(before)
    ways, counts = np.unique((clients.astype(np.int64) << 32) | objects, return_counts=True)
    for way, count in zip(ways.tolist(), counts.tolist(), strict=True):
        key = (way >> 32, way & 0xFFFF_FFFF)
        if key in entries:
            calls.put(key, calls.now.get(key, 0) + count)
    return calls.now


def _orders(entries: dict[Key, Entry]) -> tuple[dict[int, tuple[int, ...]], dict[int, tuple[int, ...]]]:
    by_client: dict[int, list[int]] = {}
    by_object: dict[int, list[int]] = {}
    for entry in sorted(entries.values(), key=lambda entry: (entry.client, entry.number)):
        by_client.setdefault(entry.client, []).append(entry.object)
        by_object.setdefault(entry.object, []).append(entry.client)
    return (
        {client: tuple(objects) for client, objects in by_client.items()},
        {identity: tuple(clients) for identity, clients in by_object.items()},
    )
