"""A small system for the engine's tests: a ledger component that remembers who called it, and callers."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator
from typing import Any

from model.costs import Costs, Shape
from model.engine.clustered import Clustered, Representative
from model.engine.component import Component, Interface, Package
from model.engine.objects import ObjectRecord
from model.engine.swap import SwapSettings
from model.engine.system import System
from model.engine.translation import calls_in_flight
from model.engine.wrapper import Wrapper
from model.machine.machine import Machine
from model.trace.events import Kind, Phase
from model.trace.trace import Event, Trace

LOCAL = Shape(local_tables=True)
S85_LIKE = Costs(line_memory_ns=360, line_transfer_ns=450, line_upgrade_ns=250, bus_line_ns=10)


class Ledger(Interface):
    title = "Ledger"
    protocols = {0: "canonical form", 5: "list by reference"}

    @abstractmethod
    def note(self, caller: int, sequence: int, *, ns: int = 1_000) -> int: ...

    @abstractmethod
    def nested(self, caller: int, depth: int) -> int: ...

    @abstractmethod
    def fail(self, caller: int) -> None: ...

    @abstractmethod
    def far(self, caller: int) -> int: ...


class OldLedger(Component, Ledger):
    """Notes who called; can call itself, raise, and call itself from another processor."""

    name = "ledger_old"
    title = "Ledger, old"
    transfer_protocols = frozenset({0, 5})
    uses = {"self": Ledger}

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.notes: list[tuple[int, int]] = []
        self.frozen = False

    def note(self, caller: int, sequence: int, *, ns: int = 1_000) -> int:
        self.surroundings.work(ns)
        assert not self.frozen, "a call came into a component whose state has moved away"
        self.notes.append((caller, sequence))
        return len(self.notes)

    def nested(self, caller: int, depth: int) -> int:
        self.surroundings.work(2_000)
        if depth:
            self.references["self"].object.nested(caller, depth - 1)
        self.surroundings.work(2_000)
        return self.note(caller, depth)

    def fail(self, caller: int) -> None:
        self.surroundings.work(500)
        raise ValueError(f"caller {caller} asked for it")

    def far(self, caller: int) -> int:
        target = (self.surroundings.current.processor + 1) % self.surroundings.processors
        self.surroundings.work(4_000)
        result: int = self.surroundings.call_on(target, lambda: self.references["self"].object.note(caller, 0))
        return result

    def package(self, bit: int) -> Package:
        self.surroundings.work(800)
        return Package(list(self.notes), 8 * len(self.notes))

    def unpackage(self, bit: int, package: Package) -> None:
        self.surroundings.work(800)
        self.notes = list(package.state)


class NewLedger(OldLedger):
    name = "ledger_new"
    title = "Ledger, new"


class StrangeLedger(OldLedger):
    """Shares no protocol with anybody."""

    name = "ledger_strange"
    title = "Ledger, strange"
    transfer_protocols = frozenset({17})


class RaisesInPackage(OldLedger):
    name = "raises_in_package"

    def package(self, bit: int) -> Package:
        self.surroundings.work(100)
        raise RuntimeError("cannot pack")


class PacksNonsense(OldLedger):
    name = "packs_nonsense"

    def package(self, bit: int) -> Package:
        return "nonsense"  # type: ignore[return-value]


class RaisesInUnpackage(NewLedger):
    name = "raises_in_unpackage"

    def unpackage(self, bit: int, package: Package) -> None:
        self.surroundings.work(100)
        raise RuntimeError("cannot unpack")


class NeverUnpacks(NewLedger):
    name = "never_unpacks"

    def unpackage(self, bit: int, package: Package) -> None:
        self.surroundings.sleep(10**12)


class SpinsInUnpackage(NewLedger):
    name = "spins_in_unpackage"

    def unpackage(self, bit: int, package: Package) -> None:
        while True:
            self.surroundings.work(0)


class RaisesWhenMade(NewLedger):
    name = "raises_when_made"

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        raise RuntimeError("not today")


class Doubling(Wrapper):
    """Changes arguments and results, and remembers what it saw."""

    name = "doubling"
    title = "doubling"
    changes_arguments = True
    changes_results = True
    methods = frozenset({"note", "fail"})

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.seen: list[str] = []

    def precall(self, method: str, arguments: tuple[Any, ...]) -> Any:
        self.seen.append(f"pre {method}{arguments}")
        if method == "note":
            caller, sequence, ns = arguments
            return "state", (caller, sequence * 2, ns)
        return "state", arguments

    def postcall(self, method: str, state: Any, result: Any, error: BaseException | None) -> Any:
        self.seen.append(f"post {method} {state} {result} {error!r}")
        return result


class Empty(Wrapper):
    name = "empty"
    title = "empty"


class Skipping(Wrapper):
    name = "skipping"
    title = "skipping"
    skips_postcall = True

    def postcall(self, method: str, state: Any, result: Any, error: BaseException | None) -> Any:
        raise AssertionError("POSTCALL was declared as skipped")


class Part(Representative):
    """Notes by itself; `far` and the others are the root's."""

    def __init__(self, root: Any, processor: int, identity: int) -> None:
        super().__init__(root, processor, identity)
        self.notes: list[tuple[int, int]] = []

    def note(self, caller: int, sequence: int, *, ns: int = 1_000) -> int:
        self.surroundings.work(ns)
        assert self.processor == self.surroundings.current.processor
        self.notes.append((caller, sequence))
        return len(self.notes)


class Spread(Clustered, Ledger):
    """A ledger with a part on each processor that uses it."""

    name = "spread"
    title = "Ledger, clustered"
    transfer_protocols = frozenset({0, 5})
    uses = {"self": Ledger}
    representative = Part

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.taken_over: list[tuple[int, int]] = []

    @property
    def notes(self) -> list[tuple[int, int]]:
        return self.taken_over + [note for part in self.representatives() for note in part.notes]

    def note(self, caller: int, sequence: int, *, ns: int = 1_000) -> int:
        return self.here().note(caller, sequence, ns=ns)

    def nested(self, caller: int, depth: int) -> int:
        self.surroundings.work(10)
        return 7

    def fail(self, caller: int) -> None:
        raise ValueError(f"caller {caller} asked for it")

    def far(self, caller: int) -> int:
        return 0

    def package(self, bit: int) -> Package:
        return Package(self.notes, 8 * len(self.notes))

    def unpackage(self, bit: int, package: Package) -> None:
        self.taken_over = list(package.state)


class Bench:
    """One object, called by loops of two clients, on a machine that can be run and read."""

    def __init__(
        self,
        implementation: type[Component] = OldLedger,
        *,
        settings: SwapSettings | None = None,
        made: Callable[..., Any] | None = None,
        **machine: Any,
    ):
        self.machine = (made or Machine)(Trace(), **machine)
        self.system = System(self.machine, self.machine.generations, settings)
        self.clients = [self.system.add_client(name, 30 + number).identity for number, name in enumerate("ab")]
        self.record = self.system.declare("ledger", implementation)
        self.system.connect(self.record, "self", self.record)
        self.system.serve(self.record, implementation)
        self.errors: list[str] = []
        self.callers = 0

    @property
    def ledger(self) -> Any:
        return self.record.instance

    def caller(
        self, calls: Callable[[Any, int], Any], *, times: int = 1, every_ns: int = 3_000, start_ns: int = 1
    ) -> int:
        """A loop that makes a call `times` times, each in a request of its own; its number."""
        number = self.callers
        self.callers += 1
        client = self.clients[number % 2]
        reference = self.system.reference(client, self.record)

        def loop() -> None:
            self.machine.sleep(start_ns)
            for sequence in range(1, times + 1):
                try:
                    self.machine.request(client, lambda sequence=sequence: calls(reference, sequence))
                except Exception as error:
                    self.errors.append(f"{type(error).__name__}: {error}")
                self.machine.sleep(every_ns)

        self.machine.spawn(
            loop,
            name=f"caller {number}",
            processor=number % self.machine.processors,
            client=client,
            in_generation=False,
        )
        return number

    def noter(self, *, times: int = 100, ns: int = 1_000, start_ns: int = 1, every_ns: int = 3_000) -> int:
        """A caller of `note`, with its own number and sequence."""
        number = self.callers
        return self.caller(
            lambda reference, sequence: reference.object.note(number, sequence, ns=ns),
            times=times,
            start_ns=start_ns,
            every_ns=every_ns,
        )

    def swap(self, implementation: type[Component] = NewLedger, **options: Any) -> int:
        return self.system.reconfiguration.swap(self.record, implementation, **options)

    def run(self, until_ns: int) -> None:
        self.machine.run(until_ns)

    def events(self, *kinds: Kind) -> list[tuple[Kind, int, int]]:
        """(kind, a, b) of the rows of these kinds."""
        trace = self.machine.trace
        rows = trace.rows(trace.tail, trace.head)
        return [(Kind(int(r["kind"])), int(r["a"]), int(r["b"])) for r in rows if r["kind"] in kinds]

    def phases(self) -> list[str]:
        """The phases and outcomes that the swap went through, in order."""
        names = []
        for kind, _, b in self.events(Kind.PHASE_ENTERED, Kind.SWAP_COMPLETED, Kind.SWAP_ABANDONED):
            names.append(Phase(b).name if kind is Kind.PHASE_ENTERED else kind.name.removeprefix("SWAP_"))
        return names

    def reasons(self) -> list[str]:
        """Why requests were refused or swaps abandoned."""
        return [self.machine.trace.text(b) for _, _, b in self.events(Kind.REQUEST_REFUSED, Kind.SWAP_ABANDONED)]

    def missing(self) -> list[tuple[int, int]]:
        """Calls of noters whose effect is not in the ledger exactly once and in order."""
        wrong = []
        notes = self.ledger.notes
        for caller in range(self.callers):
            sequences = [sequence for who, sequence in notes if who == caller and sequence]
            if sequences != list(range(1, len(sequences) + 1)):
                wrong.append((caller, len(sequences)))
        return wrong

    @property
    def conserved(self) -> bool:
        machine = self.machine
        in_flight = sum(len(calls_in_flight(machine, record)) for record in self.system.objects.values())
        return machine.calls_entered == machine.calls_returned + machine.calls_raised + in_flight


def targets(record: ObjectRecord) -> set[int]:
    """What the entries of an object point at, and what the processors' slots do that were ever used."""
    slots = {target for entry in record.entries for target in getattr(entry, "_targets", ()) if target}
    return slots | {entry.target_subject for entry in record.entries}


def events(bench: Bench, *kinds: Kind) -> Iterator[Event]:
    """The rows of these kinds, in order."""
    trace = bench.machine.trace
    return (event for event in map(trace.event, range(trace.head)) if event.kind in kinds)


def slots(bench: Bench) -> dict[tuple[int, int], int]:
    """(client, processor) -> what the slot points at now, as the trace tells it."""
    rows = events(bench, Kind.LOCAL_ENTRY_MADE, Kind.LOCAL_ENTRY_WRITTEN)
    return {(row.client, row.processor): row.a for row in rows}
