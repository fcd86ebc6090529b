"""What there is and how it hangs together: clients, interfaces, implementations, objects and what stands before them.

An *object* is what references name; everything else here says what serves it now:

    client's entry -> mediator -> outermost interposer -> ... -> instance -> implementation -> interface
                      (while it      object.interposers           object.instance
                       is swapped)

From the same facts come the answers to a drag: may this implementation replace that object's, and how would its state
move (`drop_verdict`), and may this wrapper be put around it (`wrap_verdict`).

An object is *in transition* from the row that asks for a swap, an attach or a detach to the row of its outcome. One
transition at a time is let in; those that are queued follow in order.

Limits: instances that are gone are kept for their names, at most PASTS_KEPT of them; so is what interposers and
mediators were that are gone, for an entry that used to point at them. What the entries point at is in tables.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import numpy as np

from model.projections.copied import Copied
from model.projections.picking import Texts, kind_table, picked
from model.projections.world import (
    Client,
    Fault,
    Implementation,
    Instance,
    Interface,
    InterposerNode,
    MediatorNode,
    ObjectNode,
    Pointed,
    Transition,
    TransitionSort,
    Wrapper,
)
from model.protocols import BY_REFERENCE, NULL_SWAP, negotiate, unsigned
from model.trace.events import Kind
from model.trace.trace import Event, Rows

__all__ = [
    "KERNEL", "Client", "Fault", "Implementation", "Instance", "Interface", "InterposerNode", "MediatorNode",
    "ObjectNode", "Pointed", "Topology", "TopologyFold", "Transition", "Verdict", "Wrapper", "calls_of",
    "drop_verdict", "fault_verdict", "queue_verdict", "wrap_verdict",
]  # fmt: skip

KERNEL: Final = 0
"""The client whose table the components' own references use, unless they live elsewhere."""
PASTS_KEPT: Final = 256


@dataclass(frozen=True, slots=True)
class Topology:
    """What there is, as of one position."""

    processors: int = 0
    generations: int = 0
    clients: dict[int, Client] = field(default_factory=dict)
    interfaces: dict[int, Interface] = field(default_factory=dict)
    implementations: dict[int, Implementation] = field(default_factory=dict)
    wrappers: dict[int, Wrapper] = field(default_factory=dict)
    objects: dict[int, ObjectNode] = field(default_factory=dict)
    instances: dict[int, Instance] = field(default_factory=dict)
    interposers: dict[int, InterposerNode] = field(default_factory=dict)
    mediators: dict[int, MediatorNode] = field(default_factory=dict)
    uses: frozenset[tuple[int, int]] = frozenset()
    """(object that holds a reference, object that it names)."""
    figures: dict[tuple[int, str], int] = field(default_factory=dict)
    """(instance or interposer, name of the figure) -> what was reported last."""
    entries: frozenset[tuple[int, int]] = frozenset()
    """(client, object) for each entry of a translation table."""
    pasts: dict[int, Pointed] = field(default_factory=dict)
    """What the last interposers and mediators that are gone were."""
    faults: dict[int, Fault] = field(default_factory=dict)

    @property
    def roots(self) -> dict[int, int]:
        """The instance of each representative."""
        return {part: root.identity for root in self.instances.values() for _, part in root.representatives}

    def implementation_of(self, object_id: int) -> Implementation | None:
        """The implementation that serves the object now, None while none does."""
        node = self.objects.get(object_id)
        instance = self.instances.get(node.instance) if node else None
        return self.implementations.get(instance.implementation) if instance else None

    def implementation_named(self, name: str) -> Implementation | None:
        """The implementation of that name, as in commands and drags."""
        return next((known for known in self.implementations.values() if known.name == name), None)

    def wrapper_named(self, name: str) -> Wrapper | None:
        """The wrapper of that name, as in commands and drags."""
        return next((known for known in self.wrappers.values() if known.name == name), None)

    def fault_named(self, name: str) -> Fault | None:
        """The fault of that name, as in commands and drags."""
        return next((known for known in self.faults.values() if known.name == name), None)

    def live(self, implementation_id: int) -> int:
        """How many objects this implementation serves now."""
        serving = (self.instances.get(node.instance) for node in self.objects.values())
        return sum(instance is not None and instance.implementation == implementation_id for instance in serving)

    def attached(self, wrapper_id: int) -> int:
        """How many interposers with this wrapper stand before an object now."""
        return sum(node.attached and node.wrapper == wrapper_id for node in self.interposers.values())

    def pointed_at(self, target: int) -> Pointed:
        """What an entry with this target points at, in words for a slot or a table cell; also what is gone."""
        if instance := self.instances.get(target):
            implementation = self.implementations.get(instance.implementation)
            return Pointed("instance", implementation.title if implementation else "")
        if interposer := self.interposers.get(target):
            wrapper = self.wrappers.get(interposer.wrapper)
            return Pointed("interposer", wrapper.title if wrapper else "")
        if target in self.mediators:
            return Pointed("mediator", "mediator")
        if target in self.roots:
            return self.pointed_at(self.roots[target])
        return self.pasts.get(target, Pointed("unknown", ""))


@dataclass(frozen=True, slots=True)
class Verdict:
    """The answer to a drag over an object, with the words for its pill."""

    answer: Literal["yes", "conversion", "no"]
    words: str
    protocol_bit: int | None = None
    protocol_name: str = ""


def drop_verdict(topology: Topology, implementation_id: int, object_id: int) -> Verdict:
    """Whether this implementation may replace the object's now, and how the state would move.

    'yes' moves by reference or not at all; 'conversion' says which protocol; 'no' says why not.
    """
    node = topology.objects[object_id]
    implementation = topology.implementations[implementation_id]
    if implementation.interface != node.interface:
        return Verdict("no", "another interface")
    if node.transition is not None:
        return Verdict("no", _TRANSITION_WORDS[node.transition.sort])
    current = topology.implementation_of(object_id)
    bit = negotiate(current.vector, implementation.vector) if current else None
    if bit is None:
        return Verdict("no", "no common protocol")
    name = protocol_name(topology.interfaces, node.interface, bit)
    if bit == NULL_SWAP:
        return Verdict("yes", "null swap", bit, name)
    if bit == BY_REFERENCE or "by reference" in name:
        return Verdict("yes", "by reference", bit, name)
    return Verdict("conversion", name, bit, name)


def queue_verdict(topology: Topology, implementation_id: int, object_id: int) -> Verdict:
    """As `drop_verdict`, where the request would wait for the transition that is under way instead of being refused.

    Whether the two will find a protocol then, nobody can say now: another implementation may serve by that time.
    """
    node = topology.objects[object_id]
    if node.transition is None or topology.implementations[implementation_id].interface != node.interface:
        return drop_verdict(topology, implementation_id, object_id)
    return Verdict("yes", "queued")


def wrap_verdict(topology: Topology, wrapper_id: int, object_id: int) -> Verdict:
    """Whether this wrapper may be put around the object now."""
    node = topology.objects[object_id]
    if topology.wrappers[wrapper_id].interface not in {0, node.interface}:
        return Verdict("no", "another interface")
    if node.transition is not None:
        return Verdict("no", _TRANSITION_WORDS[node.transition.sort])
    return Verdict("yes", "attach")


def fault_verdict(topology: Topology, fault_id: int, object_id: int) -> Verdict:
    """Whether this fault may be put into the object now."""
    if topology.faults[fault_id].of_wrappers and not topology.objects[object_id].interposers:
        return Verdict("no", "no interposer to fail")
    return Verdict("yes", "inject")


def protocol_name(interfaces: dict[int, Interface], interface_id: int, bit: int) -> str:
    """What the interface calls this bit; by the general meaning of the bit where it has no name of its own."""
    interface = interfaces.get(interface_id)
    own = interface.protocols.get(bit) if interface else None
    return own or _GENERAL_PROTOCOLS.get(bit, f"protocol {bit}")


def calls_of(topology: Topology) -> dict[tuple[str, int], list[tuple[str, int]]]:
    """Who calls whom, for layouts: nodes ('client', id) and ('object', id), each with those that it calls.

    The kernel is left out: its entries are the components' own references, which go from object to object here.
    """
    called: dict[tuple[str, int], list[tuple[str, int]]] = {}
    called |= {("client", client): [] for client in topology.clients if client != KERNEL}
    called |= {("object", identity): [] for identity in topology.objects}
    for client, used in sorted(topology.entries):
        if client != KERNEL:
            called.setdefault(("client", client), []).append(("object", used))
    for holder, used in sorted(topology.uses):
        called.setdefault(("object", holder), []).append(("object", used))
    return called


_TRANSITION_WORDS: Final[dict[TransitionSort, str]] = {
    "swap": "it is being swapped",
    "attach": "a wrapper is being attached",
    "detach": "a wrapper is being detached",
}
_GENERAL_PROTOCOLS: Final = {NULL_SWAP: "null swap", BY_REFERENCE: "by reference", 0: "canonical form"}


class TopologyFold:
    """How rows become a Topology."""

    def __init__(self, texts: Texts) -> None:
        """Reads names from `texts`, which is the trace."""
        self._texts = texts

    def initial(self) -> Topology:
        """Nothing is known."""
        return Topology()

    def apply(self, state: Topology, first_position: int, rows: Rows) -> Topology:
        """The state after `rows`; the same object when nothing changed."""
        events = list(picked(STRUCTURE, first_position, rows))
        reported = rows[np.flatnonzero(rows["kind"] == Kind.FIGURE_REPORTED)]
        if not events and not len(reported):
            return state
        draft = TopologyDraft(state, self._texts)
        for event in events:
            draft.take(event)
        draft.report(reported)
        return draft.frozen()


class TopologyDraft:
    """A Topology in the making: takes events one by one; what does not change is shared with the state before."""

    def __init__(self, before: Topology, texts: Texts) -> None:
        """Starts from `before`, which stays as it is."""
        self._before = before
        self._texts = texts
        self._processors, self._generations = before.processors, before.generations
        self.clients = Copied(before.clients)
        self.interfaces = Copied(before.interfaces)
        self.implementations = Copied(before.implementations)
        self.wrappers = Copied(before.wrappers)
        self.objects = Copied(before.objects)
        self.instances = Copied(before.instances)
        self.interposers = Copied(before.interposers)
        self.mediators = Copied(before.mediators)
        self._figures = Copied(before.figures)
        self._pasts = Copied(before.pasts)
        self.faults = Copied(before.faults)
        self._new_uses: set[tuple[int, int]] = set()
        self._new_entries: set[tuple[int, int]] = set()

    def frozen(self) -> Topology:
        """The state that the events so far have made."""
        return Topology(
            self._processors, self._generations, self.clients.now, self.interfaces.now, self.implementations.now,
            self.wrappers.now, self.objects.now, self.instances.now, self.interposers.now, self.mediators.now,
            _joined(self._before.uses, self._new_uses), self._figures.now,
            _joined(self._before.entries, self._new_entries), self._pasts.now, self.faults.now,
        )  # fmt: skip

    def take(self, event: Event) -> None:
        """Goes on by one event of the kinds in STRUCTURE; others say nothing here."""
        if handler := _HANDLERS.get(event.kind):
            handler(self, event)

    def entries_of(self, object_id: int) -> int:
        """How many entries name the object."""
        return sum(identity == object_id for _, identity in self._before.entries | self._new_entries)

    def report(self, rows: Rows) -> None:
        """Takes all FIGURE_REPORTED rows of a batch, after its events: what is gone keeps no figures."""
        last = {(subject, name): value for subject, name, value in rows[["subject", "b", "a"]].tolist()}
        for (subject, b), value in last.items():
            instance = self.instances.now.get(subject)
            gone = instance is not None and instance.destroyed_ns is not None
            if not gone and subject not in self._pasts.now:
                self._figures.put((subject, self._texts.text(b)), value)

    def _start_run(self, event: Event) -> None:
        self._processors, self._generations = event.a, event.b

    def _know_interface(self, event: Event) -> None:
        name = self._texts.text(event.b)
        self.interfaces.put(event.subject, Interface(event.subject, name, name))

    def _know_method(self, event: Event) -> None:
        if known := self.interfaces.now.get(event.subject):
            methods = {**known.methods, event.method: self._texts.text(event.b)}
            self.interfaces.put(event.subject, replace(known, methods=methods))

    def _know_protocol(self, event: Event) -> None:
        if known := self.interfaces.now.get(event.subject):
            protocols = {**known.protocols, event.a: self._texts.text(event.b)}
            self.interfaces.put(event.subject, replace(known, protocols=protocols))

    def _know_implementation(self, event: Event) -> None:
        name = self._texts.text(event.b)
        self.implementations.put(event.subject, Implementation(event.subject, name, name, event.a))

    def _know_vector(self, event: Event) -> None:
        if known := self.implementations.now.get(event.subject):
            self.implementations.put(event.subject, replace(known, vector=unsigned(event.a)))

    def _know_wrapper(self, event: Event) -> None:
        name = self._texts.text(event.b)
        self.wrappers.put(event.subject, Wrapper(event.subject, name, name, event.a))

    def _know_fault(self, event: Event) -> None:
        name = self._texts.text(event.b)
        self.faults.put(event.subject, Fault(event.subject, name, name, bool(event.a)))

    def _title(self, event: Event) -> None:
        title = self._texts.text(event.b)
        if interface := self.interfaces.now.get(event.subject):
            self.interfaces.put(event.subject, replace(interface, title=title))
        elif implementation := self.implementations.now.get(event.subject):
            self.implementations.put(event.subject, replace(implementation, title=title))
        elif wrapper := self.wrappers.now.get(event.subject):
            self.wrappers.put(event.subject, replace(wrapper, title=title))
        elif fault := self.faults.now.get(event.subject):
            self.faults.put(event.subject, replace(fault, title=title))

    def _create_client(self, event: Event) -> None:
        self.clients.put(event.client, Client(event.client, self._texts.text(event.b), event.a))

    def _create_object(self, event: Event) -> None:
        # The instance may have been made before the object that it serves.
        instance = next((known.identity for known in self.instances.now.values() if known.object == event.subject), 0)
        node = ObjectNode(event.subject, self._texts.text(event.b), event.a, event.client, instance)
        self.objects.put(event.subject, node)

    def _create_instance(self, event: Event) -> None:
        self.instances.put(event.subject, Instance(event.subject, event.a, event.b, event.at_ns))
        if node := self.objects.now.get(event.b):
            arrives = bool(node.instance)
            node = replace(node, arriving=event.subject) if arrives else replace(node, instance=event.subject)
            self.objects.put(event.b, node)
        self._trim_instances()

    def _destroy_instance(self, event: Event) -> None:
        if known := self.instances.now.get(event.subject):
            self.instances.put(event.subject, replace(known, destroyed_ns=event.at_ns))
            self._forget_figures(event.subject)

    def _create_representative(self, event: Event) -> None:
        if known := self.instances.now.get(event.a):
            made = (*known.representatives, (event.processor, event.subject))
            self.instances.put(event.a, replace(known, representatives=made))

    def _trim_instances(self) -> None:
        """Keeps the last PASTS_KEPT of those that serve nobody, destroyed or not: one may have failed to be made."""
        if len(self.instances.now) <= len(self.objects.now) + PASTS_KEPT:
            return
        needed = {identity for node in self.objects.now.values() for identity in (node.instance, node.arriving)}
        past = [identity for identity in self.instances.now if identity not in needed]
        for identity in past[:-PASTS_KEPT]:
            self.instances.drop(identity)
            self._forget_figures(identity)

    def _make_entry(self, event: Event) -> None:
        self._new_entries.add((event.client, event.subject))

    def _hold_reference(self, event: Event) -> None:
        self._new_uses.add((event.subject, event.b))

    def _ask(self, event: Event) -> None:
        if node := self.objects.now.get(event.subject):
            asked = Transition(event.a, _ASKED[event.kind])
            if node.transition is None:
                self.objects.put(node.identity, replace(node, transition=asked))
            elif asked not in {node.transition, *node.queued}:
                # Queued or refused, as the next row of this request says.
                self.objects.put(node.identity, replace(node, queued=(*node.queued, asked)))

    def _refuse(self, event: Event) -> None:
        if node := self.objects.now.get(event.subject):
            self.objects.put(node.identity, _without_transition(node, event.a))

    def _create_mediator(self, event: Event) -> None:
        self.mediators.put(event.subject, MediatorNode(event.subject, event.b, event.a))
        if node := self.objects.now.get(event.b):
            self.objects.put(node.identity, replace(node, mediator=event.subject))

    def _end_swap(self, event: Event) -> None:
        if node := self.objects.now.get(event.subject):
            node = replace(_without_transition(node, event.a), mediator=0, arriving=0)
            if event.kind == Kind.SWAP_COMPLETED:
                node = replace(node, instance=event.b)
            self.objects.put(node.identity, node)

    def _destroy_mediator(self, event: Event) -> None:
        self._bury(event.subject, Pointed("mediator", "mediator"))
        self.mediators.drop(event.subject)

    def _create_interposer(self, event: Event) -> None:
        self.interposers.put(event.subject, InterposerNode(event.subject, event.a, event.b))

    def _attach(self, event: Event) -> None:
        if node := self.objects.now.get(event.subject):
            node = replace(_without_transition(node, event.a), interposers=(event.b, *node.interposers))
            self.objects.put(node.identity, node)
        if interposer := self.interposers.now.get(event.b):
            self.interposers.put(event.b, replace(interposer, attached=True))

    def _detach(self, event: Event) -> None:
        if node := self.objects.now.get(event.subject):
            left = tuple(identity for identity in node.interposers if identity != event.b)
            self.objects.put(node.identity, replace(_without_transition(node, event.a), interposers=left))
        if interposer := self.interposers.now.get(event.b):
            self.interposers.put(event.b, replace(interposer, attached=False))

    def _destroy_interposer(self, event: Event) -> None:
        if known := self.interposers.now.get(event.subject):
            wrapper = self.wrappers.now.get(known.wrapper)
            self._bury(event.subject, Pointed("interposer", wrapper.title if wrapper else ""))
            self.interposers.drop(event.subject)
            self._forget_figures(event.subject)

    def _bury(self, subject: int, what: Pointed) -> None:
        self._pasts.put(subject, what)
        for identity in list(self._pasts.now)[:-PASTS_KEPT]:
            self._pasts.drop(identity)

    def _forget_figures(self, subject: int) -> None:
        for key in [key for key in self._figures.now if key[0] == subject]:
            self._figures.drop(key)


def _joined(before: frozenset[tuple[int, int]], new: set[tuple[int, int]]) -> frozenset[tuple[int, int]]:
    return before | new if new else before


def _without_transition(node: ObjectNode, request: int) -> ObjectNode:
    """The node after this request is over: the first that is queued takes its place."""
    if node.transition is not None and node.transition.request == request:
        following = node.queued[0] if node.queued else None
        return replace(node, transition=following, queued=node.queued[1:])
    return replace(node, queued=tuple(waiting for waiting in node.queued if waiting.request != request))


_ASKED: Final[dict[int, TransitionSort]] = {
    Kind.SWAP_REQUESTED: "swap", Kind.ATTACH_REQUESTED: "attach", Kind.DETACH_REQUESTED: "detach",
}  # fmt: skip
_HANDLERS: Final[dict[int, Callable[[TopologyDraft, Event], None]]] = {
    Kind.RUN_STARTED: TopologyDraft._start_run,
    Kind.INTERFACE_KNOWN: TopologyDraft._know_interface,
    Kind.METHOD_KNOWN: TopologyDraft._know_method,
    Kind.PROTOCOL_KNOWN: TopologyDraft._know_protocol,
    Kind.IMPLEMENTATION_KNOWN: TopologyDraft._know_implementation,
    Kind.VECTOR_KNOWN: TopologyDraft._know_vector,
    Kind.WRAPPER_KNOWN: TopologyDraft._know_wrapper,
    Kind.FAULT_KNOWN: TopologyDraft._know_fault,
    Kind.SUBJECT_TITLED: TopologyDraft._title,
    Kind.CLIENT_CREATED: TopologyDraft._create_client,
    Kind.OBJECT_CREATED: TopologyDraft._create_object,
    Kind.INSTANCE_CREATED: TopologyDraft._create_instance,
    Kind.INSTANCE_DESTROYED: TopologyDraft._destroy_instance,
    Kind.REPRESENTATIVE_CREATED: TopologyDraft._create_representative,
    Kind.ENTRY_MADE: TopologyDraft._make_entry,
    Kind.REFERENCE_HELD: TopologyDraft._hold_reference,
    Kind.SWAP_REQUESTED: TopologyDraft._ask,
    Kind.ATTACH_REQUESTED: TopologyDraft._ask,
    Kind.DETACH_REQUESTED: TopologyDraft._ask,
    Kind.REQUEST_REFUSED: TopologyDraft._refuse,
    Kind.MEDIATOR_CREATED: TopologyDraft._create_mediator,
    Kind.SWAP_COMPLETED: TopologyDraft._end_swap,
    Kind.SWAP_ABANDONED: TopologyDraft._end_swap,
    Kind.MEDIATOR_DESTROYED: TopologyDraft._destroy_mediator,
    Kind.INTERPOSER_CREATED: TopologyDraft._create_interposer,
    Kind.INTERPOSER_ATTACHED: TopologyDraft._attach,
    Kind.INTERPOSER_DETACHED: TopologyDraft._detach,
    Kind.INTERPOSER_DESTROYED: TopologyDraft._destroy_interposer,
}
STRUCTURE: Final = kind_table(*(Kind(kind) for kind in _HANDLERS))
"""The kinds that a TopologyDraft takes one by one."""
