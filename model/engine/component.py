"""Components and their interfaces: the first capability (paper §3.1, §4.2).

An interface is an abstract base class, an implementation is a subclass of it: the counterpart of K42's virtual base
classes. What is public in the interface is a call and goes through a translation table; nothing else may be reached
from outside. A component keeps all its state in itself and reaches other components only through the references that it
was given, so that replacing it replaces everything.

    class Counter(Interface):                     what clients may call
    class SharedCounter(Component, Counter):      one way of doing it

Limits: Python cannot keep a caller from peeping at private attributes; as in K42, encapsulation is a convention that
the conformance suite checks from outside.
"""

from __future__ import annotations

import inspect
from abc import ABC
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, is_dataclass
from typing import TYPE_CHECKING, Any, ClassVar

if TYPE_CHECKING:
    from model.engine.translation import Reference
    from model.machine.surroundings import Surroundings


class Interface(ABC):  # noqa: B024 -- its subclasses bring the abstract methods
    """What a component promises: its public abstract methods are the calls.

    `title` is what a person reads; `protocols` names the transfer protocols that implementations of this interface have
    agreed upon, by bit.
    """

    title: ClassVar[str] = ""
    protocols: ClassVar[Mapping[int, str]] = {}


@dataclass(frozen=True, slots=True)
class Package:
    """State on its way from one component to another, in the form that the protocol prescribes.

    It is sealed when it is made, with how much there is in it: state of which a part is lost on the way is noticed
    before the new component takes it for the whole.
    """

    state: Any
    size_bytes: int
    seal: int = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "seal", extent(self.state))

    @property
    def whole(self) -> bool:
        """Whether all is in it that was when it was made."""
        return extent(self.state) == self.seal


def extent(state: Any, depth: int = 2) -> int:
    """How much there is in a state: its fields, and the lengths of what is in them; nothing is 0.

    Two levels deep, so that it costs the same for ten pages and for ten thousand.
    """
    if state is None:
        return 0
    if isinstance(state, str | bytes | bytearray | range):
        return 1 + len(state)
    if isinstance(state, Mapping | list | tuple | set | frozenset):
        parts = state.values() if isinstance(state, Mapping) else state
        return 1 + (sum(extent(part, depth - 1) for part in parts) if depth > 1 else len(state))
    if depth and is_dataclass(state):
        return 1 + sum(extent(getattr(state, part.name, None), depth - 1) for part in fields(state))
    return 1


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting of an implementation, wrapper or workload: its default and the range that makes sense."""

    default: int | str | bool
    meaning: str
    low: int | None = None
    high: int | None = None

    def refuse(self, value: object) -> str:
        """Why `value` is not allowed here, as a clause; empty if it is."""
        if type(value) is not type(self.default):
            return f"must be of type {type(self.default).__name__}, not {type(value).__name__}"
        if isinstance(value, int) and self.low is not None and value < self.low:
            return f"must be at least {self.low}, not {value}"
        if isinstance(value, int) and self.high is not None and value > self.high:
            return f"must be at most {self.high}, not {value}"
        return ""


class Component:
    """The base of all implementations: what the engine asks of one beside its calls.

    `uses` names the references that it needs. The name `own` stands for the object that it serves: a reference by which
    it calls itself from outside, which every object has.

    A component is made, perhaps unpackages a predecessor's state, serves calls, perhaps packages its own state, and is
    destroyed; it is never told which of these comes next.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    transfer_protocols: ClassVar[frozenset[int]] = frozenset()
    uses: ClassVar[Mapping[str, type[Interface]]] = {}
    also_uses: ClassVar[Mapping[str, type[Interface]]] = {}
    """References that it may have any number of: all whose names begin so."""
    settings: ClassVar[Mapping[str, Setting]] = {}
    in_application: ClassVar[bool] = False
    """Whether it lives in the address space of those who call it, so that a call crosses into no other."""
    suits: ClassVar[str] = ""
    """What it is made for, in a few words such as "many processors": by them a wrapper that decides asks for it, as it
    knows no implementation. Empty if it is nothing special."""
    offered: ClassVar[bool] = True
    """Whether a person is offered it wherever its interface is in use; one that fails on purpose is not."""

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        self.surroundings = surroundings
        self.references = references
        self.identity = identity
        for key, setting in self.settings.items():
            setattr(self, key, settings.pop(key, setting.default))
        if settings:
            raise TypeError(f"{self.name or type(self).__name__} has no setting {sorted(settings)[0]!r}")

    def package(self, bit: int) -> Package:
        """The whole state in the form of protocol `bit`. Changes nothing: the swap may yet be abandoned."""
        raise NotImplementedError(f"{self.name} claims protocol {bit} and does not package it")

    def unpackage(self, bit: int, package: Package) -> None:
        """Takes over `package`. It may read the old component through it and never change it."""
        raise NotImplementedError(f"{self.name} claims protocol {bit} and does not unpackage it")

    def report(self, figure: str, value: int) -> None:
        """Tells the trace a figure of this instance, such as "pages"; views know components by these alone."""
        self.surroundings.report(self.identity, figure, value)


def interface_of(implementation: type) -> type[Interface]:
    """The interface that an implementation serves: the class directly below Interface among its ancestors."""
    for ancestor in implementation.__mro__:
        if Interface in ancestor.__bases__:
            return ancestor
    raise TypeError(f"{implementation.__name__} implements no interface: it must inherit from a subclass of Interface")


def calls_of(interface: type[Interface]) -> tuple[str, ...]:
    """The names of the calls of an interface, in order of definition from the base down."""
    names: dict[str, None] = {}
    for ancestor in reversed(interface.__mro__):
        if issubclass(ancestor, Interface) and ancestor is not Interface:
            for name, value in vars(ancestor).items():
                if inspect.isfunction(value) and not name.startswith("_"):
                    names[name] = None
    return tuple(names)
