"""Short words and icons for the things of the topology, the same in every panel.

An implementation's title is "FCM, single": the family and the member. Beside the name of an object the member alone is
enough ("FCM file 17, single"), and it is what a table entry, a receipt and a node say.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from model.projections.topology import KERNEL, fault_verdict, queue_verdict, wrap_verdict

if TYPE_CHECKING:
    from model.projections.swaps import Swap
    from model.projections.topology import Topology, Verdict
    from model.projections.world import Fault, Implementation, Wrapper
    from views.kit.selection import Picked

IMPLEMENTATION_ICONS: Final[Mapping[str, str]] = {
    "fcm_replicated": "grid",
    "fcm_sequential": "lines",
    "fcm": "pages",
    "pager": "pager",
    "counter": "counter",
    "file_session": "folder",
}
"""By the beginning of the name; the first that fits."""
FAULT_ICON: Final = "cross"
WRAPPER_ICONS: Final[Mapping[str, str]] = {"call_": "timer"}


@dataclass(frozen=True, slots=True)
class Choice:
    """One implementation or wrapper that could be put on an object, and what the object answers."""

    name: str
    title: str
    verdict: Verdict


def same_structure(one: Topology | None, other: Topology | None) -> bool:
    """Whether two states differ in reported figures at most, which change all the time; costs nothing.

    States share what has not changed between them, so identity tells.
    """
    if one is None or other is None:
        return one is other
    return all(getattr(one, part) is getattr(other, part) for part in STRUCTURE)


STRUCTURE: Final = (
    "clients", "interfaces", "implementations", "wrappers", "objects", "instances", "interposers", "mediators", "pasts",
    "faults",
)  # fmt: skip


def member(title: str) -> str:
    """What tells an implementation from its siblings: "single" of "FCM, single"; the whole title if it has no comma."""
    return title.partition(", ")[2] or title


def described(topology: Topology, implementation: Implementation | None, instance: int = 0) -> str:
    """A member with what its instance reports of its make: "replicated, 4 representatives"."""
    if implementation is None:
        return "unknown"
    words = member(implementation.title or implementation.name)
    count = topology.figures.get((instance, "representatives"), 0)
    return f"{words}, {counted(count, 'representative')}" if count else words


def counted(count: int, noun: str, plural: str = "") -> str:
    """A count with its noun: "1 call", "5 calls"."""
    return f"{count} {noun if count == 1 else plural or noun + 's'}"


def implementation_icon(name: str) -> str:
    """The icon of an implementation by its name."""
    return next((icon for start, icon in IMPLEMENTATION_ICONS.items() if name.startswith(start)), "pages")


def wrapper_icon(name: str) -> str:
    """The icon of a wrapper by its name."""
    return next((icon for start, icon in WRAPPER_ICONS.items() if name.startswith(start)), "eye")


def implementation_line(topology: Topology, implementation: Implementation) -> str:
    """What a palette says under an implementation: "2 live · 5 protocols"."""
    live = topology.live(implementation.identity)
    protocols = counted(implementation.vector.bit_count(), "protocol")
    return f"{live} live · {protocols}" if live else protocols


def wrapper_line(topology: Topology, wrapper: Wrapper) -> str:
    """What a palette says under a wrapper: "1 attached", "any interface", "file cache managers"."""
    attached = topology.attached(wrapper.identity)
    if attached:
        return f"{attached} attached"
    known = topology.interfaces.get(wrapper.interface)
    return known.title.lower() + "s" if known else "any interface"


def object_name(topology: Topology, object_id: int) -> str:
    """The name of an object; "object 7" if the trace does not know it."""
    node = topology.objects.get(object_id)
    return node.name if node else f"object {object_id}"


def client_name(topology: Topology, client: int) -> str:
    """The name of a client; the kernel is one."""
    known = topology.clients.get(client)
    return known.name if known else "kernel" if client == KERNEL else f"client {client}"


def kernel_last(client: int) -> tuple[bool, int]:
    """The order of clients for a reader: the kernel serves the others and comes last."""
    return client == KERNEL, client


def picked_object(topology: Topology, picked: Picked | None, swaps: Mapping[int, Swap]) -> int:
    """The object that a pick is about: itself, an interposer's, or a swap's; 0 for none."""
    if picked is None:
        return 0
    if picked.kind == "object" and picked.identity in topology.objects:
        return picked.identity
    if picked.kind == "interposer" and picked.identity in topology.interposers:
        return topology.interposers[picked.identity].object
    if picked.kind == "swap" and picked.identity in swaps:
        return swaps[picked.identity].object
    return 0


def swap_choices(topology: Topology, object_id: int) -> tuple[Choice, ...]:
    """Every implementation of the object's interface but the one that serves it, with the object's answer.

    Where something is under way they would be queued behind it: who reads a list has the time to wait.
    """
    node, now = topology.objects.get(object_id), topology.implementation_of(object_id)
    if node is None:
        return ()
    return tuple(
        Choice(each.name, each.title or each.name, queue_verdict(topology, each.identity, object_id))
        for each in topology.implementations.values()
        if each.interface == node.interface and each != now
    )


def wrap_choices(topology: Topology, object_id: int) -> tuple[Choice, ...]:
    """Every wrapper, with the object's answer."""
    return tuple(
        Choice(each.name, each.title or each.name, wrap_verdict(topology, each.identity, object_id))
        for each in topology.wrappers.values()
        if object_id in topology.objects
    )


def fault_choices(topology: Topology, object_id: int) -> tuple[Choice, ...]:
    """Everything that can be made to go wrong, with the object's answer."""
    return tuple(
        Choice(each.name, each.title or each.name, fault_verdict(topology, each.identity, object_id))
        for each in topology.faults.values()
        if object_id in topology.objects
    )


def fault_line(fault: Fault) -> str:
    """What a palette says under a fault."""
    return "at its interposer" if fault.of_wrappers else "at the next occasion"
