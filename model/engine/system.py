"""The system under reconfiguration: clients, objects, and the engine's parts put together.

The kernel is client 0, with a table like every other client; a component's own references are entries in the table of
its home address space.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from model.engine.component import Component, Interface, interface_of
from model.engine.factory import Factory
from model.engine.objects import ObjectRecord
from model.engine.reconfiguration import Reconfiguration
from model.engine.swap import SwapSettings
from model.engine.translation import TranslationTable
from model.engine.wrapper import Wrapper
from model.machine.generations import Generations
from model.machine.surroundings import Surroundings
from model.trace.events import Kind

KERNEL = 0


@dataclass(frozen=True, slots=True)
class Client:
    """An address space with a translation table of its own."""

    identity: int
    name: str
    address_space: int
    table: TranslationTable


class System:
    """Everything that lives on one machine."""

    def __init__(
        self, surroundings: Surroundings, generations: Generations, settings: SwapSettings | None = None
    ) -> None:
        self.surroundings = surroundings
        self.factory = Factory(surroundings, self.connect)
        self.reconfiguration = Reconfiguration(surroundings, generations, self.factory, settings or SwapSettings())
        self.clients: list[Client] = []
        self.objects: dict[str, ObjectRecord] = {}
        self.add_client("kernel", 0)

    def know(
        self,
        interfaces: Iterable[type[Interface]],
        implementations: Iterable[type[Component]],
        wrappers: Iterable[type[Wrapper]],
    ) -> None:
        """Tells the trace what there is to choose from."""
        for interface in interfaces:
            self.factory.know_interface(interface)
        for implementation in implementations:
            self.factory.know_implementation(implementation)
        for wrapper in wrappers:
            self.factory.know_wrapper(wrapper)

    def add_client(self, name: str, address_space: int) -> Client:
        """A new client with an empty table."""
        identity = len(self.clients)
        client = Client(identity, name, address_space, TranslationTable(self.surroundings, identity))
        self.clients.append(client)
        self.surroundings.emit(Kind.CLIENT_CREATED, client=identity, a=address_space, b=self.surroundings.name(name))
        return client

    def add_object(
        self,
        name: str,
        implementation: type[Component],
        *,
        uses: Mapping[str, ObjectRecord] | None = None,
        settings: Mapping[str, int | str | bool] | None = None,
        home: int = KERNEL,
    ) -> ObjectRecord:
        """A new object, served by a new instance. `uses` names the objects that it calls."""
        record = self.declare(name, implementation, settings=settings, home=home)
        for key, used in (uses or {}).items():
            self.connect(record, key, used)
        self.serve(record, implementation)
        return record

    def declare(
        self,
        name: str,
        implementation: type[Component],
        *,
        settings: Mapping[str, int | str | bool] | None = None,
        home: int = KERNEL,
    ) -> ObjectRecord:
        """A new object that nobody serves yet, so that objects which call each other can be connected first."""
        if name in self.objects:
            raise ValueError(f"there is an object {name!r} already")
        self.factory.know_implementation(implementation)
        interface = interface_of(implementation)
        surroundings = self.surroundings
        record = ObjectRecord(surroundings.new_subject(), name, interface, self.factory.methods_of(interface), home)
        surroundings.emit(
            Kind.OBJECT_CREATED, subject=record.identity, client=home, a=self.factory.number_of(interface),
            b=surroundings.name(name),
        )  # fmt: skip
        record.settings = dict(settings or {})
        self.objects[name] = record
        return record

    def serve(self, record: ObjectRecord, implementation: type[Component]) -> None:
        """Gives a declared and connected object its first instance."""
        record.serve_by(self.surroundings, self.factory.instance(record, implementation))

    def connect(self, record: ObjectRecord, key: str, used: ObjectRecord) -> None:
        """Gives an object a reference to another, by an entry of its home table."""
        record.references[key] = self.clients[record.home].table.reference(used)
        self.surroundings.emit(Kind.REFERENCE_HELD, subject=record.identity, b=used.identity, client=record.home)

    def reference(self, client: int, record: ObjectRecord) -> Any:
        """A client's reference to an object; the entry is made if there is none yet."""
        return self.clients[client].table.reference(record)
