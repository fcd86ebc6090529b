"""Clustered objects: one object to its clients, with a representative on each processor (paper §3.4, §6.3).

        client's entry, cpu 0 --> representative 0 --.
        client's entry, cpu 1 --> the miss handler    +--> root
        client's entry, cpu 2 --> representative 2 --'

The root is the component. It packages and unpackages the state, and serves what concerns the whole; the representatives
serve the rest from what they keep to themselves. A representative is made when its processor first uses the object: by
the miss handler, which then puts it into the client's entry, or by the root when a call comes through an interposer or
a mediator, which stand before the whole object.

    class ReplicatedCache(Clustered, Cache):              class Part(Representative):
        representative = Part                                 def read(self, page): ... from here, else self.root ...
        def read(self, page):
            return self.here().read(page)
        def truncate(self, length): ...

What a representative does not define goes on to the root.

Limits: representatives stay until their root goes; one that is never used again keeps its memory.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from model.engine.component import Component, calls_of, interface_of
from model.engine.generated import Method, generate
from model.machine.surroundings import Operation, Surroundings
from model.trace.events import Kind

if TYPE_CHECKING:
    from model.engine.translation import Reference


class Representative:
    """One processor's part of a clustered component. Its class may define any of the component's calls."""

    size_bytes: ClassVar[int] = 256
    """What it takes in memory; 0 for one that pays for itself as it is made."""

    def __init__(self, root: Any, processor: int, identity: int) -> None:
        self.root = root
        self.surroundings: Surroundings = root.surroundings
        self.processor = processor
        self.identity = identity

    def unmade(self) -> None:
        """Another thread of the processor was first: gives back what making it took."""
        self.surroundings.free(self.size_bytes, self.root.identity)


class Clustered(Component):
    """The root of a clustered component."""

    representative: ClassVar[type[Representative]] = Representative
    in_trace = True
    """Whether the trace is told of its representatives; not of those of a component inside of another."""

    def __init__(
        self,
        surroundings: Surroundings,
        references: Mapping[str, Reference],
        *,
        identity: int = 0,
        **settings: int | str | bool,
    ) -> None:
        super().__init__(surroundings, references, identity=identity, **settings)
        self._representatives: dict[int, Any] = {}

    def here(self) -> Any:
        """The representative of the processor that asks; made if this is the first time."""
        surroundings = self.surroundings
        surroundings.point(Operation.TABLE_READ, self.identity)
        return self.representative_at(surroundings.current.processor)

    def representative_at(self, processor: int) -> Any:
        """A processor's representative; made if this is the first time."""
        return self._representatives.get(processor) or self._represent(processor)

    def representatives(self) -> list[Any]:
        """Those that there are, by processor; for what concerns them all. Others may be made meanwhile."""
        return [self._representatives[processor] for processor in sorted(self._representatives)]

    def forget_representatives(self) -> None:
        """All are gone; for a component inside of another, whose representatives no entry names."""
        self._representatives = {}

    def existing_at(self, processor: int) -> Any:
        """A processor's representative, None if it was never needed."""
        return self._representatives.get(processor)

    def _represent(self, processor: int) -> Any:
        surroundings, kind = self.surroundings, self.representative
        if kind.size_bytes:
            surroundings.allocate(kind.size_bytes, self.identity)
            surroundings.fill(kind.size_bytes)
        identity = surroundings.new_subject()
        interface = interface_of(type(self))
        own = [call for call in calls_of(interface) if hasattr(kind, call)]
        made: Representative = generate(interface, kind, _forward_to_root, but=own)(self, processor, identity)
        # Two threads of one processor may both have come this far; the second finds the first one's.
        first: Representative = self._representatives.setdefault(processor, made)
        if first is not made:
            made.unmade()
        elif self.in_trace:
            surroundings.emit(Kind.REPRESENTATIVE_CREATED, subject=identity, a=self.identity, processor=processor)
            self.report("representatives", len(self._representatives))
        return first


def _forward_to_root(method: Method) -> list[str]:
    return [f"return self.root.{method.name}({method.arguments})"]
