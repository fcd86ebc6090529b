"""The world of the synthetic trace: what it is made of, by number, and what its entries point at as time goes on."""

from __future__ import annotations

from dataclasses import dataclass, field

from model.trace.events import Kind
from tests.synthetic.planning import Plan

KERNEL, POSTMARK, SDET = 0, 1, 2
PROCESSORS = 4

FCM, PAGER, COUNTER, SESSION = 1, 2, 3, 4
FCM_SINGLE, FCM_REPLICATED, FCM_SEQUENTIAL, PAGER_LRU, PAGER_FIFO, COUNTER_SHARED, COUNTER_PARTITIONED = range(5, 12)
FILE_SESSION = 12
CALL_COUNTER, CALL_TIMER, CONTENTION_WATCH, SEQUENTIAL_WATCH = 13, 14, 15, 16
SESSION_17, FCM_17, FCM_3, PAGER_1, COUNTER_1 = 17, 18, 19, 20, 21

ATTACHED_NS = 900_000


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


@dataclass(slots=True)
class World:
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


def whole_world(plan: Plan) -> World:
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
            figures(plan, 0, instance, implementation)
            page_lists[identity] = plan.subject()
            plan.add(Kind.LOCK_CREATED, 0, subject=page_lists[identity], a=instance, b="page list")
    for (client, of), number in ENTRIES.items():
        plan.add(Kind.ENTRY_MADE, 0, subject=of, a=instances[of], b=number, client=client)
    for holder, held in ((FCM_17, PAGER_1), (FCM_3, PAGER_1), (FCM_17, FCM_17)):
        plan.add(Kind.REFERENCE_HELD, 0, subject=holder, b=held, client=KERNEL)
    implementations = {identity: implementation for identity, (_, _, implementation) in OBJECTS.items()}
    doors = {identity: [(0, instance)] for identity, instance in instances.items()}
    return World(instances, implementations, dict(ENTRIES), page_lists, doors)


def _catalogue(plan: Plan) -> None:
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


def figures(plan: Plan, at_ns: int, instance: int, implementation: int) -> None:
    if implementation == FCM_REPLICATED:
        plan.add(Kind.FIGURE_REPORTED, at_ns, subject=instance, a=4, b="representatives")
    plan.add(Kind.FIGURE_REPORTED, at_ns, subject=instance, a=32, b="pages")
    plan.add(Kind.FIGURE_REPORTED, at_ns, subject=instance, a=5, b="dirty")


def attach_call_timer(plan: Plan, world: World) -> None:
    """The call timer goes around the counter, as request 1."""
    at = ATTACHED_NS
    command(plan, at, 0, '{"command":"Attach","object":"counter","wrapper":"call_timer"}')
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


def command(plan: Plan, at_ns: int, place: int, text: str) -> None:
    plan.add(Kind.COMMAND_ISSUED, at_ns, a=place, b=text)
