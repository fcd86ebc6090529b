"""A small world written row by row, for what the synthetic run does not have: long names, stacks, long queues."""

from __future__ import annotations

from dataclasses import dataclass, field

from model.trace.events import Kind, Phase
from model.trace.trace import Trace

LONG = "page cache of the file /var/lib/postgresql/16/main/base/16384/2619"
INTERFACE, IMPLEMENTATION, OTHER, OBJECT, INSTANCE, MEDIATOR, ARRIVING = 1, 2, 3, 10, 11, 12, 13
FIRST_WRAPPER, FIRST_INTERPOSER = 20, 30


@dataclass
class World:
    """One client and one object; a source for a link."""

    name: str = "FCM"
    trace: Trace = field(default_factory=Trace)
    now_ns: int = 0
    script: tuple[()] = ()

    def __post_init__(self) -> None:
        add, text = self.trace.append, self.trace.intern
        add(Kind.RUN_STARTED, 0, a=2, b=2)
        add(Kind.INTERFACE_KNOWN, 0, subject=INTERFACE, b=text("file_cache", keep=True))
        for identity, name, title in ((IMPLEMENTATION, "fcm_single", "FCM, single"), (OTHER, "fcm_two", "FCM, two")):
            add(Kind.IMPLEMENTATION_KNOWN, 0, subject=identity, a=INTERFACE, b=text(name, keep=True))
            add(Kind.SUBJECT_TITLED, 0, subject=identity, b=text(title, keep=True))
            add(Kind.VECTOR_KNOWN, 0, subject=identity, a=1)
        add(Kind.CLIENT_CREATED, 0, client=1, a=31, b=text(self.name, keep=True))
        add(Kind.OBJECT_CREATED, 0, subject=OBJECT, a=INTERFACE, b=text(self.name, keep=True))
        add(Kind.INSTANCE_CREATED, 0, subject=INSTANCE, a=IMPLEMENTATION, b=OBJECT)
        add(Kind.ENTRY_MADE, 0, client=1, subject=OBJECT, a=INSTANCE, b=1)

    def issue(self, command: object, clock_ns: int) -> int:
        return clock_ns + 1

    def wrap(self, *titles: str) -> None:
        """Put interposers before the object, the last one outermost."""
        add, text = self.trace.append, self.trace.intern
        for number, title in enumerate(titles):
            wrapper, interposer = FIRST_WRAPPER + number, FIRST_INTERPOSER + number
            add(Kind.WRAPPER_KNOWN, self.now_ns, subject=wrapper, b=text(title.replace(" ", "_"), keep=True))
            add(Kind.SUBJECT_TITLED, self.now_ns, subject=wrapper, b=text(title, keep=True))
            asked = 100 + number
            add(Kind.ATTACH_REQUESTED, self.now_ns, subject=OBJECT, a=asked, b=wrapper)
            add(Kind.INTERPOSER_CREATED, self.now_ns, subject=interposer, a=wrapper, b=OBJECT)
            add(Kind.ENTRY_WRITTEN, self.now_ns, client=1, subject=OBJECT, a=interposer, b=INSTANCE)
            add(Kind.INTERPOSER_ATTACHED, self.now_ns, subject=OBJECT, a=asked, b=interposer)

    def swap(self) -> None:
        """Ask for a swap and put the mediator in front."""
        add = self.trace.append
        self.now_ns += 1_000
        add(Kind.SWAP_REQUESTED, self.now_ns, subject=OBJECT, a=1, b=OTHER)
        add(Kind.PROTOCOL_NEGOTIATED, self.now_ns, subject=OBJECT, a=1, b=0)
        add(Kind.INSTANCE_CREATED, self.now_ns, subject=ARRIVING, a=OTHER, b=OBJECT)
        add(Kind.MEDIATOR_CREATED, self.now_ns, subject=MEDIATOR, a=1, b=OBJECT)
        add(Kind.ENTRY_WRITTEN, self.now_ns, client=1, subject=OBJECT, a=MEDIATOR, b=INSTANCE)
        add(Kind.MEDIATOR_INSTALLED, self.now_ns, subject=OBJECT, a=1, b=MEDIATOR)

    def phase(self, phase: Phase) -> None:
        """Go over to a phase of the swap."""
        self.now_ns += 10_000
        self.trace.append(Kind.PHASE_ENTERED, self.now_ns, subject=OBJECT, a=1, b=phase)

    def call(self, number: int, way_ns: int = 100) -> None:
        """A new thread calls the object; its way there takes `way_ns`."""
        self.trace.append(Kind.THREAD_STARTED, self.now_ns, thread=number, client=1)
        self.trace.append(
            Kind.CALL_ENTERED, self.now_ns, until_ns=self.now_ns + way_ns, call=number, thread=number, subject=OBJECT,
            client=1, a=INSTANCE,
        )  # fmt: skip

    def fate(self, kind: Kind, number: int) -> None:
        """A call gets a fate of the swap."""
        self.trace.append(kind, self.now_ns, call=number, thread=number, subject=OBJECT, client=1, a=1)

    def blocked(self, count: int) -> None:
        """So many calls come and are held at the door, one after the other."""
        for number in range(1, count + 1):
            self.call(number)
            self.now_ns += 200
            self.fate(Kind.CALL_BLOCKED, number)

    def abandon(self, reason: str) -> None:
        """Give the swap up."""
        self.now_ns += 1_000
        add, text = self.trace.append, self.trace.intern
        add(Kind.ENTRY_WRITTEN, self.now_ns, client=1, subject=OBJECT, a=INSTANCE, b=MEDIATOR)
        add(Kind.SWAP_ABANDONED, self.now_ns, subject=OBJECT, a=1, b=text(reason))
