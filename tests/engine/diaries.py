"""A component that is watched by a ghost: what is true of a diary, kept without the engine's help.

The ghost counts who is truly inside of which instance, and who holds a front that was looked up earlier. It takes no
simulated time and asks the engine nothing; the machine here shows it each row that the engine emits, and it says what
is not so.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import Counter
from collections.abc import Callable
from typing import Any

from model.engine.component import Component, Interface, Package
from model.engine.translation import calls_in_flight
from model.machine.machine import Machine
from model.trace.events import Kind, Phase
from model.trace.trace import Trace

Effect = tuple[int, int, int]
"""Caller, which of its calls, and how deep in it."""


class Diary(Interface):
    title = "Diary"

    @abstractmethod
    def note(self, caller: int, sequence: int, ns: int, depth: int = 0) -> None: ...

    @abstractmethod
    def nest(self, caller: int, sequence: int, ns: int, depth: int) -> None: ...

    @abstractmethod
    def fail(self, caller: int, sequence: int, ns: int) -> None: ...

    @abstractmethod
    def far(self, caller: int, sequence: int, ns: int) -> None: ...


class Ghost:
    """What is true, kept without the engine's help."""

    def __init__(self) -> None:
        self.inside: Counter[int] = Counter()
        self.frozen: set[int] = set()
        self.unborn: set[int] = set()
        self.held: Counter[int] = Counter()
        self.record: Any = None
        self.wrong: list[str] = []

    def expect(self, fact: bool, otherwise: str) -> None:
        if not fact:
            self.wrong.append(otherwise)

    def entered(self, instance: int) -> None:
        self.inside[instance] += 1
        self.expect(instance not in self.frozen, f"a call entered {instance}, whose state is moving or has moved")
        self.expect(instance not in self.unborn, f"a call entered {instance} before its state had come")

    def left(self, instance: int) -> None:
        self.inside[instance] -= 1

    def saw(self, machine: Machine, kind: Kind, told: dict[str, Any]) -> None:
        """What the engine says of itself, compared with what is true at that instant."""
        match kind:
            case Kind.PHASE_ENTERED if told["b"] == Phase.TRANSFER:
                old = self.record.instance.identity
                self.expect(not self.inside[old], f"{self.inside[old]} calls are inside of {old} at TRANSFER")
                self.frozen.add(old)
            case Kind.ENTRY_WRITTEN if self.record is not None:
                # The first entry pointed back ends the transfer for good; a commit has its new instance by then.
                self.frozen.discard(self.record.instance.identity)
            case Kind.MEDIATOR_DESTROYED | Kind.INSTANCE_DESTROYED | Kind.INTERPOSER_DESTROYED:
                gone = told["subject"]
                calls = [
                    call.number
                    for _, call in calls_in_flight(machine, self.record)
                    if call.front.target_subject == gone
                ]
                self.expect(not calls, f"{kind.name} {gone} while calls {calls} that looked it up are in flight")
                self.expect(not self.held[gone], f"{kind.name} {gone} while a thread holds it")
                self.expect(not self.inside[gone], f"{kind.name} {gone} while calls are inside")


class Watched(Machine):
    """A machine whose ghost sees the rows that the engine emits."""

    def __init__(self, ghost: Ghost, **settings: Any) -> None:
        self.ghost = ghost
        super().__init__(Trace(), **settings)

    def emit(self, kind: Kind, **fields: Any) -> int:
        self.ghost.saw(self, kind, fields)
        return super().emit(kind, **fields)


class OldDiary(Component, Diary):
    """Writes down each effect after its work; its state is the list."""

    name = title = "diary_old"
    transfer_protocols = frozenset({0})
    uses = {"own": Diary}

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        super().__init__(*arguments, **keywords)
        self.effects: list[Effect] = []

    def activation(self, body: Callable[[], None]) -> None:
        ghost: Ghost = self.surroundings.ghost  # type: ignore[attr-defined]
        ghost.entered(self.identity)
        try:
            body()
        finally:
            ghost.left(self.identity)

    def write(self, effect: Effect, ns: int) -> None:
        self.surroundings.work(ns)
        self.effects.append(effect)

    def note(self, caller: int, sequence: int, ns: int, depth: int = 0) -> None:
        self.activation(lambda: self.write((caller, sequence, depth), ns))

    def nest(self, caller: int, sequence: int, ns: int, depth: int) -> None:
        def body() -> None:
            self.surroundings.work(ns)
            if depth:
                self.references["own"].object.nest(caller, sequence, ns, depth - 1)
            self.write((caller, sequence, depth), ns)

        self.activation(body)

    def fail(self, caller: int, sequence: int, ns: int) -> None:
        def body() -> None:
            self.write((caller, sequence, 0), ns)
            raise ValueError("as asked")

        self.activation(body)

    def far(self, caller: int, sequence: int, ns: int) -> None:
        """Calls itself from the next processor: a cycle that no mediator can see as recursive."""

        def body() -> None:
            there = (self.surroundings.current.processor + 1) % self.surroundings.processors
            self.surroundings.call_on(there, lambda: self.references["own"].object.note(caller, sequence, ns, 0))
            self.write((caller, sequence, 1), ns)

        self.activation(body)

    def package(self, bit: int) -> Package:
        self.surroundings.work(700)
        return Package(list(self.effects), 24 * len(self.effects))

    def unpackage(self, bit: int, package: Package) -> None:
        ghost: Ghost = self.surroundings.ghost  # type: ignore[attr-defined]
        ghost.unborn.add(self.identity)
        self.surroundings.work(700)
        self.effects = list(package.state)
        ghost.unborn.discard(self.identity)


class NewDiary(OldDiary):
    name = title = "diary_new"


class FailsToPack(OldDiary):
    name = title = "diary_fails_to_pack"

    def package(self, bit: int) -> Package:
        self.surroundings.work(300)
        raise RuntimeError("not today")


class FailsToUnpack(OldDiary):
    name = title = "diary_fails_to_unpack"

    def unpackage(self, bit: int, package: Package) -> None:
        super().unpackage(bit, package)
        raise RuntimeError("not today")


DIARIES = {"old": OldDiary, "new": NewDiary, "fails to pack": FailsToPack, "fails to unpack": FailsToUnpack}
