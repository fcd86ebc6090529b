"""What the graph shows at a cursor, as plain frozen facts: the one place where this view reads the projections.

    link.topology, tables, swaps, counts, threads, trace  -->  Picture  -->  items, which repaint where facts differ

The same cursor gives the same picture, so a view that is built anew looks as the old one did.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Literal, NamedTuple

from model.projections.receipt import FateSort
from model.projections.topology import KERNEL
from model.trace.events import Phase
from views.graph.activity import Activity, Busy
from views.kit.describing import described, implementation_icon, member, wrapper_icon
from views.kit.format import format_bytes

if TYPE_CHECKING:
    from model.projections.receipt import Swap
    from model.projections.tables import Entry
    from model.projections.tables import Key as EntryKey
    from model.projections.topology import Implementation, ObjectNode, Topology
    from views.kit.session_link import SessionLink

Key = tuple[Literal["client", "object"], int]
MOST_INSIDE = 12
REPRESENTATIVES = "representatives"
IDLE = Busy()


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


class ObjectFacts(NamedTuple):
    """A component and all that stands before it. A tuple, for hundreds of them are made in a frame."""

    identity: int
    name: str
    words: str
    icon: str
    in_flight: int
    busy: Busy
    cells: tuple[float, ...]
    shells: tuple[ShellFacts, ...]
    mediator: MediatorFacts | None
    representatives: int

    def same_as(self, still: ObjectFacts, in_flight: int, busy: Busy) -> bool:
        """Whether nothing goes on there that these facts do not say."""
        return (
            self.in_flight == in_flight
            and self.busy is busy
            and self.shells == still.shells
            and self.words == still.words
            and self.icon == still.icon
            and self.representatives == still.representatives
        )

    def differs_in_figures(self, before: ObjectFacts) -> bool:
        """Whether these facts are at most other figures, of as many digits, so that nothing takes another place."""
        return (
            self.mediator is None
            and before.mediator is None
            and self.shells == before.shells
            and self.words == before.words
            and self.name == before.name
            and self.icon == before.icon
            and len(self.cells) == len(before.cells)
            and len(str(self.in_flight)) == len(str(before.in_flight))
        )


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
    """Makes pictures of what a link shows; facts that have not changed are the same objects as in the picture before.

    What an object is (name, implementation, shells) is looked up again only when the structure of the topology has
    changed, what goes on there only where calls came or went or a swap is under way, and the clients only when an entry
    was written: of five hundred objects a frame changes a few.
    """

    def __init__(self, link: SessionLink) -> None:
        self._link = link
        self.forget()

    def forget(self) -> None:
        """Another session has come."""
        self._activity = Activity()
        self._structure: tuple[object, ...] = ()
        self._still: dict[int, ObjectFacts] = {}
        self._objects: dict[int, ObjectFacts] = {}
        self._swapped: frozenset[int] = frozenset()
        self._busy: dict[int, Busy] = {}
        self._in_flight: dict[int, int] = {}
        self._entries: dict[EntryKey, Entry] = {}
        self._slots: dict[tuple[int, int], SlotFacts] = {}
        self._clients: dict[int, ClientFacts] = {}
        self._wires: tuple[WireFacts, ...] = ()

    def read(self) -> Picture:
        """The picture at the link's cursor."""
        link = self._link
        topology = link.topology
        restructured = self._restructured(topology)
        if restructured:
            self._still = {identity: _still_facts(topology, node) for identity, node in topology.objects.items()}
            self._swapped = frozenset(identity for identity, node in topology.objects.items() if node.mediator)
            self._slots = {}
        self._read_objects(topology, anew=restructured)
        if restructured or link.tables.entries is not self._entries:
            self._entries = link.tables.entries
            self._clients = self._read_clients(topology)
            self._wires = _wires(topology, self._clients)
        return Picture(self._clients, self._objects, self._wires)

    def _read_objects(self, topology: Topology, *, anew: bool) -> None:
        link, in_flight = self._link, self._link.counts.by_object
        busy = self._activity.at(link.trace, link.position, link.clock_ns, topology.processors)
        if anew or busy is not self._busy:
            self._objects = {identity: self._object(topology, still, busy) for identity, still in self._still.items()}
        else:
            due = {identity for identity, _ in in_flight.items() ^ self._in_flight.items()} - self._swapped
            before = self._objects
            now = {of: before[of]._replace(in_flight=in_flight.get(of, 0)) for of in due if of in before}
            swapped = {of: self._object(topology, self._still[of], busy) for of in self._swapped}
            self._objects = before | now | swapped
        self._busy, self._in_flight = busy, in_flight

    def rate_along(self, source: Key, target: int) -> float:
        """Calls in a second along a wire, as of the last picture."""
        kind, identity = source
        way = (identity, 0, target) if kind == "client" else (0, identity, target)
        return self._activity.wires.get(way, 0.0)

    def _restructured(self, topology: Topology) -> bool:
        """Whether anything but calls and figures that no node shows has changed."""
        counts = frozenset(item for item in topology.figures.items() if item[0][1] == REPRESENTATIVES)
        structure = (
            topology.objects, topology.instances, topology.implementations, topology.interposers, topology.wrappers,
            topology.mediators, topology.clients, topology.uses, counts,
        )  # fmt: skip
        before, self._structure = self._structure, structure
        same = len(before) == len(structure) and before[-1] == counts
        return not (same and all(one is other for one, other in zip(before[:-1], structure[:-1], strict=True)))

    def _object(self, topology: Topology, still: ObjectFacts, busy: dict[int, Busy]) -> ObjectFacts:
        """An object's facts with what goes on there now."""
        identity = still.identity
        counts = self._link.counts
        swapped = identity in self._swapped
        now = busy.get(identity, IDLE)
        in_flight = counts.inside_of(identity) if swapped else counts.in_flight_of(identity)
        swap = self._link.swaps.under_way(identity) if swapped else None
        before = self._objects.get(identity)
        if before is not None and swap is None and before.mediator is None and before.same_as(still, in_flight, now):
            return before
        mediator = None
        if swap is not None:
            arriving = topology.implementations.get(swap.to_implementation)
            mediator = mediator_facts(topology, still.name, swap, self._link.clock_ns, arriving)
        cells = now.by_processor[: still.representatives] if still.representatives else ()
        return ObjectFacts(
            identity, still.name, still.words, still.icon, in_flight, now, cells, still.shells, mediator,
            still.representatives,
        )  # fmt: skip

    def _read_clients(self, topology: Topology) -> dict[int, ClientFacts]:
        tables = self._link.tables
        clients: dict[int, ClientFacts] = {}
        for identity, client in topology.clients.items():
            if identity == KERNEL:
                continue
            known = [of for of in tables.objects_by_client.get(identity, ()) if of in topology.objects]
            slots = tuple(self._slot(topology, tables.entries[identity, of]) for of in known)
            before = self._clients.get(identity)
            if before is not None and before.slots == slots:
                clients[identity] = before
            else:
                clients[identity] = ClientFacts(identity, client.name, client.address_space, slots)
        return clients

    def _slot(self, topology: Topology, entry: Entry) -> SlotFacts:
        key = (entry.client, entry.object)
        slot = self._slots.get(key)
        if slot is None or slot.written_position != entry.written_position:
            slot = self._slots[key] = _slot(topology, entry)
        return slot

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
            return (
                "door closed, 1 waits" if swap.waiting_now == 1 else f"door closed, {swap.waiting_now} wait"
            ) + again
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


def _still_facts(topology: Topology, node: ObjectNode) -> ObjectFacts:
    """What an object is, without what goes on there."""
    serving = topology.implementation_of(node.identity)
    return ObjectFacts(
        node.identity,
        node.name,
        described(topology, serving, node.instance),
        implementation_icon(serving.name if serving else ""),
        0,
        IDLE,
        (),
        tuple(_shell(topology, interposer) for interposer in node.interposers),
        None,
        topology.figures.get((node.instance, REPRESENTATIVES), 0),
    )


def _wires(topology: Topology, clients: dict[int, ClientFacts]) -> tuple[WireFacts, ...]:
    entries = [WireFacts(("client", client), slot.object) for client, facts in clients.items() for slot in facts.slots]
    uses = [
        WireFacts(("object", holder), used)
        for holder, used in sorted(topology.uses)
        if holder != used and holder in topology.objects and used in topology.objects
    ]
    return (*entries, *uses)


def _shell(topology: Topology, interposer: int) -> ShellFacts:
    node = topology.interposers.get(interposer)
    wrapper = topology.wrappers.get(node.wrapper) if node else None
    title = (wrapper.title or wrapper.name) if wrapper else "wrapper"
    return ShellFacts(interposer, title, wrapper_icon(wrapper.name if wrapper else ""))
