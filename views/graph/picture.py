"""What the graph shows at a cursor, as plain frozen facts: the one place where this view reads the projections.

    link.topology, tables, swaps, counts, threads, trace  -->  Picture  -->  items, which repaint where facts differ

The same cursor gives the same picture, so a view that is built anew looks as the old one did.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal


from model.projections.receipt import FateSort
from model.projections.topology import KERNEL
from model.trace.events import Phase
from views.graph.activity import Activity, Busy
from views.kit.describing import described, implementation_icon, member, wrapper_icon
from views.kit.format import format_bytes

if TYPE_CHECKING:
    from model.projections.receipt import Swap
    from model.projections.tables import Entry
    from model.projections.topology import Implementation, ObjectNode, Topology
    from views.kit.session_link import SessionLink

Key = tuple[Literal["client", "object"], int]
MOST_INSIDE = 12
REPRESENTATIVES = "representatives"


@dataclass(frozen=True, slots=True)
class SlotFacts:
    """One entry of a client's table."""

    object: int
    number: int
    name: str
    sort: str
    words: str
    was: str
    written_position: int


@dataclass(frozen=True, slots=True)
class ClientFacts:
    """A client and its table, by number of the entry."""

    identity: int
    name: str
    address_space: int
    slots: tuple[SlotFacts, ...]


@dataclass(frozen=True, slots=True)
class ShellFacts:
    """An interposer before an object."""

    interposer: int
    title: str
    icon: str


@dataclass(frozen=True, slots=True)
class MediatorFacts:
    """A swap under way, or how it ended."""

    request: int
    phase: Phase | None
    words: str
    cancellable: bool
    spent: tuple[tuple[Phase, int], ...]
    """What each phase has taken so far, over all tries, in ns."""
    arriving_name: str
    arriving_words: str
    arriving_icon: str
    arriving_state: str
    receiving: bool
    inside: tuple[tuple[int, int], ...]
    """(fate, thread) of the calls that are in the old component."""
    packaged: float
    unpackaged: float
    total_ns: int
    tries: int


@dataclass(frozen=True, slots=True)
class ObjectFacts:
    """A component and all that stands before it."""

    identity: int
    name: str
    words: str
    icon: str
    in_flight: int
    busy: Busy
    cells: tuple[float, ...]
    shells: tuple[ShellFacts, ...]
    mediator: MediatorFacts | None


@dataclass(frozen=True, slots=True)
class WireFacts:
    """From a client's entry, or from a component, to the object that it names."""

    source: Key
    target: int


@dataclass(frozen=True, slots=True)
class Picture:
    """Everything but the threads, which stay in columns."""

    clients: dict[int, ClientFacts]
    objects: dict[int, ObjectFacts]
    wires: tuple[WireFacts, ...]


class Reader:
    """Makes pictures of what a link shows."""

    def __init__(self, link: SessionLink) -> None:
        self._link = link
        self._activity = Activity()

    def forget(self) -> None:
        """Another session has come."""
        self._activity = Activity()

    def read(self) -> Picture:
        """The picture at the link's cursor."""
        link = self._link
        topology, tables = link.topology, link.tables
        busy = self._activity.at(link.trace, link.position, link.clock_ns, topology.processors)
        objects = {
            identity: self._object(topology, node, busy.get(identity, Busy()))
            for identity, node in topology.objects.items()
        }
        clients = {
            identity: ClientFacts(identity, client.name, client.address_space, ())
            for identity, client in topology.clients.items()
            if identity != KERNEL
        }
        slots: dict[int, list[SlotFacts]] = {}
        for (client, of), entry in tables.entries.items():
            if client in clients and of in topology.objects:
                slots.setdefault(client, []).append(_slot(topology, entry))
        for client, facts in clients.items():
            ordered = tuple(sorted(slots.get(client, ()), key=_by_number))
            clients[client] = ClientFacts(client, facts.name, facts.address_space, ordered)
        wires = [WireFacts(("client", client), slot.object) for client, facts in clients.items() for slot in facts.slots]
        wires += [
            WireFacts(("object", holder), used)
            for holder, used in sorted(topology.uses)
            if holder != used and holder in objects and used in objects
        ]
        return Picture(clients, objects, tuple(wires))

    def _object(self, topology: Topology, node: ObjectNode, busy: Busy) -> ObjectFacts:
        serving = topology.implementation_of(node.identity)
        representatives = topology.figures.get((node.instance, REPRESENTATIVES), 0)
        swap = self._link.swaps.under_way(node.identity) if node.mediator else None
        counts = self._link.counts
        return ObjectFacts(
            node.identity,
            node.name,
            described(topology, serving, node.instance),
            implementation_icon(serving.name if serving else ""),
            counts.inside_of(node.identity) if node.mediator else counts.in_flight_of(node.identity),
            busy,
            busy.by_processor[:representatives] if representatives else (),
            tuple(_shell(topology, interposer) for interposer in node.interposers),
            self._mediator(topology, node, swap) if swap is not None else None,
        )

    def _mediator(self, topology: Topology, node: ObjectNode, swap: Swap) -> MediatorFacts:
        arriving = topology.implementations.get(swap.to_implementation)
        return mediator_facts(topology, node.name, swap, self._link.clock_ns, arriving)

    def ended(self, request: int) -> MediatorFacts | None:
        """How a swap ended, for the frame that goes away; None if it is not over."""
        topology, swap = self._link.topology, self._link.swaps.by_request.get(request)
        node = topology.objects.get(swap.object) if swap else None
        if swap is None or node is None or swap.ended_ns is None or swap.outcome is None:
            return None
        arriving = topology.implementations.get(swap.to_implementation)
        return mediator_facts(topology, node.name, swap, swap.ended_ns, arriving)


def mediator_facts(
    topology: Topology,
    name: str,
    swap: Swap,
    clock_ns: int,
    arriving: Implementation | None,
) -> MediatorFacts:
    """A swap as its frame shows it at a clock."""
    phase = swap.outcome or swap.phase
    receipt = swap.receipt(clock_ns)
    spent = (
        (Phase.FORWARD, receipt.forward_ns), (Phase.BLOCK, receipt.block_ns), (Phase.TRANSFER, receipt.transfer_ns)
    )  # fmt: skip
    node = topology.objects[swap.object]
    receiving = phase in (Phase.TRANSFER, Phase.COMPLETED)
    return MediatorFacts(
        swap.request,
        phase,
        _mediator_words(swap, phase),
        bool(swap.cancellable),
        spent,
        name,
        described(topology, arriving, node.arriving),
        implementation_icon(arriving.name if arriving else ""),
        _arriving_state(swap, receiving),
        receiving,
        _inside(swap),
        _share(swap.package_from_ns, swap.package_until_ns, clock_ns),
        _share(swap.unpackage_from_ns, swap.unpackage_until_ns, clock_ns),
        receipt.total_ns,
        swap.retries + 1,
    )


def _mediator_words(swap: Swap, phase: Phase | None) -> str:
    again = f", try {swap.retries + 1}" if swap.retries else ""
    match phase:
        case Phase.FORWARD:
            return "tracks, passes calls on" + again
        case Phase.BLOCK:
            return ("door closed, 1 waits" if swap.waiting_now == 1 else f"door closed, {swap.waiting_now} wait") + again
        case Phase.TRANSFER:
            return "moves the state"
        case Phase.COMPLETED:
            return "the entries are written"
        case Phase.ABANDONED:
            return swap.reason or "the old component serves"
    return "takes its place in the tables"


def _arriving_state(swap: Swap, receiving: bool) -> str:
    if not receiving:
        return "empty until TRANSFER"
    return f"{format_bytes(swap.bytes)} of state" if swap.bytes else "takes over the state"


def _inside(swap: Swap) -> tuple[tuple[int, int], ...]:
    """The calls with a fate that are in the old component."""
    there = (each for each in swap.fates.values() if each.ended_ns is None and each.sort < FateSort.BLOCKED)
    return tuple((int(each.sort), each.thread) for each in islice(there, MOST_INSIDE))


def _share(begin_ns: int | None, end_ns: int | None, clock_ns: int) -> float:
    if begin_ns is None or end_ns is None:
        return 0.0
    return min(1.0, max(0.0, (clock_ns - begin_ns) / max(1, end_ns - begin_ns)))


def _slot(topology: Topology, entry: Entry) -> SlotFacts:
    pointed = topology.pointed_at(entry.target)
    was = topology.pointed_at(entry.previous_target) if entry.previous_target else None
    return SlotFacts(
        entry.object,
        entry.number,
        topology.objects[entry.object].name,
        pointed.sort,
        member(pointed.words),
        member(was.words) if was else "",
        entry.written_position,
    )


def _by_number(slot: SlotFacts) -> int:
    return slot.number


def _shell(topology: Topology, interposer: int) -> ShellFacts:
    node = topology.interposers.get(interposer)
    wrapper = topology.wrappers.get(node.wrapper) if node else None
    title = (wrapper.title or wrapper.name) if wrapper else "wrapper"
    return ShellFacts(interposer, title, wrapper_icon(wrapper.name if wrapper else ""))
