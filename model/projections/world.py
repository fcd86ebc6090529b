"""The things of the topology, one record each, with the numbers that the trace gives them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

TransitionSort = Literal["swap", "attach", "detach"]


@dataclass(frozen=True, slots=True)
class Client:
    """An address space with a translation table of its own; number 0 is the kernel."""

    identity: int
    name: str
    address_space: int


@dataclass(frozen=True, slots=True)
class Interface:
    """What implementations have in common: methods by number, transfer protocols by bit."""

    identity: int
    name: str
    title: str
    methods: dict[int, str] = field(default_factory=dict)
    protocols: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Implementation:
    """One way to serve an interface; `vector` holds its transfer protocols, unsigned."""

    identity: int
    name: str
    title: str
    interface: int
    vector: int = 0


@dataclass(frozen=True, slots=True)
class Wrapper:
    """What can be put around an object; `interface` is 0 when it fits any."""

    identity: int
    name: str
    title: str
    interface: int


@dataclass(frozen=True, slots=True)
class Fault:
    """What can be made to go wrong with an object; `of_wrappers` when it strikes at an interposer of it."""

    identity: int
    name: str
    title: str
    of_wrappers: bool


@dataclass(frozen=True, slots=True)
class Transition:
    """A swap, attach or detach that was asked for and is not over."""

    request: int
    sort: TransitionSort


@dataclass(frozen=True, slots=True)
class ObjectNode:
    """A component as its clients know it."""

    identity: int
    name: str
    interface: int
    home: int
    instance: int = 0
    interposers: tuple[int, ...] = ()
    """Outermost first."""
    mediator: int = 0
    """From its creation to the outcome of the swap, 0 otherwise."""
    arriving: int = 0
    """The instance that is to take over, 0 for none."""
    transition: Transition | None = None
    queued: tuple[Transition, ...] = ()


@dataclass(frozen=True, slots=True)
class Instance:
    """What serves, served or is to serve an object."""

    identity: int
    implementation: int
    object: int
    created_ns: int
    destroyed_ns: int | None = None
    representatives: tuple[tuple[int, int], ...] = ()
    """(processor, representative) of a clustered one, in the order in which they were made."""


@dataclass(frozen=True, slots=True)
class InterposerNode:
    """A wrapper around one object, from its creation until it is freed."""

    identity: int
    wrapper: int
    object: int
    attached: bool = False


@dataclass(frozen=True, slots=True)
class MediatorNode:
    """What stands before an object while it is swapped, from its creation until it is freed."""

    identity: int
    object: int
    request: int


@dataclass(frozen=True, slots=True)
class Pointed:
    """What an entry points at: its sort, and the title of implementation or wrapper."""

    sort: Literal["instance", "interposer", "mediator", "unknown"]
    words: str
