"""The factory: makes instances and wrappers, and gives everything its number in the trace.

An instance that replaces another gets the same references, and those of its settings that the object was given.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from model.engine.component import Component, Interface, calls_of, interface_of
from model.engine.objects import ObjectRecord
from model.engine.wrapper import Wrapper
from model.machine.errors import ENDS_THE_RUN, ThreadKilled
from model.machine.surroundings import Surroundings
from model.protocols import signed, vector
from model.trace.events import NOT_ALL_CALLS, WITHOUT_POSTCALL, Kind

Made = TypeVar("Made")

OWN = "own"
"""The name of the reference by which a component calls its own object."""


MADE_WITHIN_NS = 5_000_000
"""How long the making of an instance or a wrapper may take; without end it would keep its object in transition."""


class Factory:
    """What is known of interfaces, implementations and wrappers, each told to the trace once."""

    def __init__(self, surroundings: Surroundings, connect: Callable[[ObjectRecord, str, ObjectRecord], None]) -> None:
        self._surroundings = surroundings
        self._connect = connect
        self._numbers: dict[type, int] = {}
        self._methods: dict[type[Interface], tuple[int, ...]] = {}
        self._methods_known = 0
        self.when_made: list[Callable[[ObjectRecord, Component], None]] = []
        """Each is told of every new instance before anybody else knows it; what it raises ends the making."""

    def know_interface(self, interface: type[Interface]) -> None:
        """Tells the trace an interface: its calls and its protocols. Knowing one twice is harmless."""
        if interface in self._numbers:
            return
        surroundings = self._surroundings
        subject = self._number(interface, Kind.INTERFACE_KNOWN, 0, interface.__name__, interface.title)
        methods = []
        for call in calls_of(interface):
            self._methods_known += 1
            methods.append(self._methods_known)
            surroundings.emit(Kind.METHOD_KNOWN, subject=subject, method=self._methods_known, b=surroundings.name(call))
        self._methods[interface] = tuple(methods)
        for bit, name in sorted(interface.protocols.items()):
            surroundings.emit(Kind.PROTOCOL_KNOWN, subject=subject, a=bit, b=surroundings.name(name))

    def know_implementation(self, implementation: type[Component]) -> None:
        """Tells the trace an implementation and its vector."""
        if implementation in self._numbers:
            return
        interface = interface_of(implementation)
        self.know_interface(interface)
        subject = self._number(
            implementation,
            Kind.IMPLEMENTATION_KNOWN,
            self._numbers[interface],
            implementation.name,
            implementation.title,
        )
        self._surroundings.emit(Kind.VECTOR_KNOWN, subject=subject, a=signed(vector(implementation.transfer_protocols)))

    def know_wrapper(self, wrapper: type[Wrapper]) -> None:
        """Tells the trace a wrapper."""
        if wrapper in self._numbers:
            return
        if wrapper.interface is not None:
            self.know_interface(wrapper.interface)
        interface = 0 if wrapper.interface is None else self._numbers[wrapper.interface]
        left_out = (WITHOUT_POSTCALL if wrapper.skips_postcall else 0) | (NOT_ALL_CALLS if wrapper.methods else 0)
        self._number(wrapper, Kind.WRAPPER_KNOWN, interface, wrapper.name, wrapper.title, left_out)

    def number_of(self, known: type) -> int:
        """The subject number of an interface, implementation or wrapper."""
        return self._numbers[known]

    def methods_of(self, interface: type[Interface]) -> tuple[int, ...]:
        """The numbers of an interface's calls, in the order of `calls_of`."""
        return self._methods[interface]

    def instance(self, record: ObjectRecord, implementation: type[Component]) -> Component:
        """A new instance for an object; it serves nobody yet."""
        surroundings = self._surroundings
        self.know_implementation(implementation)
        identity = surroundings.new_subject()
        settings = {name: value for name, value in record.settings.items() if name in implementation.settings}
        surroundings.emit(Kind.INSTANCE_CREATED, subject=identity, a=self._numbers[implementation], b=record.identity)
        try:
            made = implementation(surroundings, self._references(record, implementation), identity=identity, **settings)
            if getattr(made, "identity", None) != identity:
                raise TypeError(f"{implementation.name} must pass what it is made with on to Component.__init__")
            for told in tuple(self.when_made):
                told(record, made)
            return made
        except ENDS_THE_RUN:
            raise
        except BaseException:
            surroundings.settle(identity)
            surroundings.emit(Kind.INSTANCE_DESTROYED, subject=identity, b=record.identity)
            raise

    def _references(self, record: ObjectRecord, implementation: type[Component]) -> Mapping[str, Any]:
        if OWN in implementation.uses and OWN not in record.references:
            self._connect(record, OWN, record)
        missing = sorted(set(implementation.uses) - set(record.references))
        if missing:
            raise LookupError(f"{implementation.name} needs a reference {missing[0]!r}, {record.name} has none")
        return record.references

    def suited(self, interface: type[Interface], suits: str) -> type[Component] | None:
        """The first implementation that became known of those of an interface which suit just that."""
        for known in self._numbers:
            if issubclass(known, Component) and known.suits == suits and interface_of(known) is interface:
                return known
        return None

    def wrapper(
        self, wrapper: type[Wrapper], identity: int, settings: Mapping[str, int | str | bool] | None = None
    ) -> Wrapper:
        """A new wrapper; what `settings` leaves out is as its class says."""
        self.know_wrapper(wrapper)
        return wrapper(self._surroundings, identity=identity, **(settings or {}))

    def _number(self, known: type, kind: Kind, a: int, name: str, title: str, method: int = 0) -> int:
        surroundings = self._surroundings
        subject = self._numbers[known] = surroundings.new_subject()
        surroundings.emit(kind, subject=subject, a=a, b=surroundings.name(name), method=method)
        surroundings.emit(Kind.SUBJECT_TITLED, subject=subject, b=surroundings.name(title or name))
        return subject


def within(surroundings: Surroundings, limit_ns: int, make: Callable[[], Made]) -> Made:
    """What `make` gives, on the current thread; TimeoutError if that takes longer, where a thread can be killed."""
    maker = surroundings.current
    limit = surroundings.after(limit_ns, lambda: surroundings.kill(maker))
    try:
        return make()
    except ThreadKilled as killed:
        raise TimeoutError(f"it took longer than {limit_ns} ns") from killed
    finally:
        limit.cancel()
