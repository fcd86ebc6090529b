"""Objects: what references name, and what serves them now.

An object outlives its instances. Its *door* is what entries point at: the component itself, or the outermost of what
stands in front of it.

        entries --> mediator --> interposer --> interposer --> component
                    (in a swap)  outermost      innermost      the instance
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from model.engine.component import Component, Interface
from model.machine.surroundings import Lock, Operation, Surroundings
from model.trace.events import Kind

if TYPE_CHECKING:
    from model.engine.interposer import Interposer


class ObjectRecord:
    """The engine's own record of one object: its instance, its door, its entries and its calls in flight."""

    def __init__(
        self, identity: int, name: str, interface: type[Interface], methods: tuple[int, ...], home: int
    ) -> None:
        self.identity = identity
        self.name = name
        self.interface = interface
        self.methods = methods
        self.home = home
        self.references: dict[str, Any] = {}
        self.settings: dict[str, int | str | bool] = {}
        self.instance: Component
        self.door: Any = None
        self.door_subject = 0
        self.entries: list[Any] = []
        self.entries_lock: Lock | None = None
        """Where processors have tables of their own: held while the entries are written, and by the miss handler."""
        self.used_on: set[int] | None = None
        """The processors whose own tables have ever been asked for it; None where there are no such tables, so that a
        thread on any processor may have looked it up."""
        self.interposers: list[Interposer] = []
        """Outermost first."""

    @property
    def in_application(self) -> bool:
        """Whether what serves it now lives with its callers."""
        instance: Component | None = getattr(self, "instance", None)
        return instance is not None and type(instance).in_application

    def serve_by(self, surroundings: Surroundings, instance: Component) -> None:
        """Gives a new object its first instance. Entries that were made before it are pointed there."""
        self.instance = instance
        self.set_door(instance, instance.identity)
        for entry in self.entries:
            entry.write(instance, instance.identity)
            surroundings.emit(Kind.ENTRY_WRITTEN, subject=self.identity, a=instance.identity, client=entry.client)

    def set_door(self, target: Any, subject: int) -> None:
        """What entries made from now on will point at."""
        self.door = target
        self.door_subject = subject

    def add_entry(self, entry: Any) -> None:
        """Takes note of a client's entry, and points it at the door."""
        self.entries.append(entry)
        entry.write(self.door, self.door_subject)

    def repoint(self, surroundings: Surroundings, target: Any, subject: int) -> None:
        """Makes `target` the door and writes every client's entry, on every processor, one point each.

        The door comes first: an entry that is made while the others are being written must not miss it. Where there
        are local tables it is done under the lock that the miss handler takes too: between its look at the door and
        its write it could otherwise put back what the door was before, after the walk has passed.
        """
        if self.entries_lock is None:
            self._repoint(surroundings, target, subject)
            return
        with self.entries_lock:
            self._repoint(surroundings, target, subject)

    def _repoint(self, surroundings: Surroundings, target: Any, subject: int) -> None:
        surroundings.point(Operation.TABLE_WRITE, self.identity)
        self.set_door(target, subject)
        written = 0
        while written < len(self.entries):
            entry = self.entries[written]
            entry.announce_write(surroundings)
            before = entry.target_subject
            entry.write(target, subject)
            surroundings.emit(Kind.ENTRY_WRITTEN, subject=self.identity, a=subject, b=before, client=entry.client)
            entry.write_local(target, subject)
            written += 1

    def __repr__(self) -> str:
        return f"<object {self.identity} {self.name!r}>"
