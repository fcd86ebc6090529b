"""The one door for swaps, attaches and detaches.

Whoever wants a reconfiguration, a person by a command or a wrapper inside the simulation, asks here. There is one
transition per object at a time: a second request is refused with the reason, or waits if it was asked to. Each
transition runs on a control thread of its own, which belongs to no generation; a swap goes by a strategy, of which the
mediator is the first.

Which reconfigurations ought to be permitted is outside of the paper (§3.5) and of this program.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from model.engine.component import Component, interface_of
from model.engine.factory import Factory
from model.engine.interposer import Interposer
from model.engine.interposition import Attach, Detach
from model.engine.objects import ObjectRecord
from model.engine.petition import EnginePetition
from model.engine.swap import MediatedSwap, SwapSettings
from model.engine.wrapper import Wrapper
from model.machine.errors import TooManyThreads
from model.machine.generations import Generations
from model.machine.surroundings import Surroundings, ThreadHandle
from model.trace.events import Kind

WAITING_AT_MOST = 16


class Transition(Protocol):
    """What runs on a control thread, and calls back once the object is free again."""

    cancellable: bool

    def run(self, ended: Callable[[], None]) -> None: ...
    def cancel(self) -> None: ...


Strategy = Callable[[ObjectRecord, type[Component], int], Transition]


@dataclass(frozen=True, slots=True)
class SwapTo:
    """Another implementation behind the object; `strategy` None is the mediator."""

    implementation: type[Component]
    strategy: Strategy | None = None


@dataclass(frozen=True, slots=True)
class AttachOf:
    """A wrapper around the object, outside of all that is there."""

    wrapper: type[Wrapper]
    settings: Mapping[str, int | str | bool] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class DetachOf:
    """The end of an interposer: among those with this wrapper, outermost first, number `which`."""

    wrapper: type[Wrapper]
    which: int = 0


Wanted = SwapTo | AttachOf | DetachOf


class Reconfiguration:
    """Accepts requests, keeps their order per object, and runs them."""

    def __init__(
        self, surroundings: Surroundings, generations: Generations, factory: Factory, settings: SwapSettings
    ) -> None:
        self._surroundings = surroundings
        self._generations = generations
        self._factory = factory
        self._settings = settings
        self._requests = 0
        self._active: dict[int, tuple[int, Transition]] = {}
        self._drivers: dict[int, ThreadHandle] = {}
        self._waiting: dict[int, deque[tuple[int, Transition]]] = {}

    def mediated(self, record: ObjectRecord, implementation: type[Component], request: int) -> Transition:
        """The strategy of the paper."""
        return MediatedSwap(
            self._surroundings, self._generations, self._factory, self._settings, record, implementation, request
        )

    def request(
        self, record: ObjectRecord, wanted: Wanted, *, queue: bool = False, afterwards: bool = False, cause: int = -1
    ) -> int:
        """Asks for a reconfiguration of an object; the request's number. What becomes of it is in the trace.

        While the object is in transition already, it is refused, or with `queue` waits for its turn. `afterwards` is
        for one who asks from inside of a call: the work begins on the asker's processor once its thread has ended, for
        which a swap would have to wait in any case.
        """
        kind, about, refusal = self._consider(record, wanted)
        self._requests += 1
        request = self._requests
        self._surroundings.emit(kind, subject=record.identity, a=request, b=about, cause=cause)
        if refusal:
            return self._refuse(record, request, refusal)
        return self._start(record, request, self._transition(record, wanted, request), queue, afterwards)

    def swap(
        self,
        record: ObjectRecord,
        implementation: type[Component],
        *,
        queue: bool = False,
        afterwards: bool = False,
        cause: int = -1,
    ) -> int:
        """Asks for another implementation behind an object, by a mediator."""
        return self.request(record, SwapTo(implementation), queue=queue, afterwards=afterwards, cause=cause)

    def attach(
        self,
        record: ObjectRecord,
        wrapper: type[Wrapper],
        *,
        settings: Mapping[str, int | str | bool] | None = None,
        queue: bool = False,
        cause: int = -1,
    ) -> int:
        """Asks for a wrapper around an object."""
        return self.request(record, AttachOf(wrapper, dict(settings or {})), queue=queue, cause=cause)

    def detach(
        self,
        record: ObjectRecord,
        wrapper: type[Wrapper],
        which: int = 0,
        *,
        queue: bool = False,
        afterwards: bool = False,
        cause: int = -1,
    ) -> int:
        """Asks for the end of an interposer around an object."""
        return self.request(record, DetachOf(wrapper, which), queue=queue, afterwards=afterwards, cause=cause)

    def in_transition(self, record: ObjectRecord) -> bool:
        """Whether a request for the object would be refused, or have to wait, for another that is under way."""
        return record.identity in self._active

    def cancel(self, record: ObjectRecord, *, cause: int = -1) -> bool:
        """Asks for the end of the swap under way; False if there is none that can be cancelled any more."""
        active = self._active.get(record.identity)
        if active is None or not active[1].cancellable:
            reason = f"nothing of {record.name} can be cancelled now"
            self._surroundings.emit(
                Kind.REQUEST_REFUSED, subject=record.identity, b=self._surroundings.text(reason), cause=cause
            )
            return False
        self._surroundings.emit(Kind.CANCEL_REQUESTED, subject=record.identity, a=active[0], cause=cause)
        active[1].cancel()
        return True

    def driver_of(self, record: ObjectRecord) -> ThreadHandle | None:
        """The control thread of the object's latest transition; None before the first."""
        return self._drivers.get(record.identity)

    def _consider(self, record: ObjectRecord, wanted: Wanted) -> tuple[Kind, int, str]:
        """How the request is told, of which subject, and why it is refused at once, if it is."""
        factory = self._factory
        match wanted:
            case SwapTo(implementation):
                factory.know_implementation(implementation)
                interface = interface_of(implementation)
                refusal = f"{implementation.title} is a {interface.title}, {record.name} a {record.interface.title}"
                fits = interface is record.interface
                return Kind.SWAP_REQUESTED, factory.number_of(implementation), "" if fits else refusal
            case AttachOf(wrapper, _):
                factory.know_wrapper(wrapper)
                fits = wrapper.interface is None or wrapper.interface is record.interface
                wrapped = wrapper.interface.title if wrapper.interface else ""
                refusal = f"{wrapper.title} wraps a {wrapped}, {record.name} is a {record.interface.title}"
                return Kind.ATTACH_REQUESTED, factory.number_of(wrapper), "" if fits else refusal
            case DetachOf(wrapper, which):
                found = _attached(record, wanted)
                refusal = f"{record.name} has no {wrapper.title} number {which + 1} attached"
                return Kind.DETACH_REQUESTED, found.subject if found else 0, "" if found else refusal

    def _transition(self, record: ObjectRecord, wanted: Wanted, request: int) -> Transition:
        match wanted:
            case SwapTo(implementation, strategy):
                return (strategy or self.mediated)(record, implementation, request)
            case AttachOf(wrapper, settings):
                return Attach(
                    self._surroundings, self._factory, record, wrapper, request, settings,
                    lambda interposer: EnginePetition(self._surroundings, self._factory, self, record, interposer),
                )  # fmt: skip
            case DetachOf():
                found = _attached(record, wanted)
                assert found is not None, "a detach of nothing is refused before"
                return Detach(self._surroundings, self._generations, record, found, request)

    def _refuse(self, record: ObjectRecord, request: int, reason: str) -> int:
        self._surroundings.emit(
            Kind.REQUEST_REFUSED, subject=record.identity, a=request, b=self._surroundings.text(reason)
        )
        return request

    def _start(self, record: ObjectRecord, request: int, transition: Transition, queue: bool, afterwards: bool) -> int:
        active = self._active.get(record.identity)
        if active is None:
            self._run(record, request, transition, afterwards)
            return request
        if not queue:
            return self._refuse(record, request, f"{record.name} is in transition already (request {active[0]})")
        waiting = self._waiting.setdefault(record.identity, deque())
        if len(waiting) >= WAITING_AT_MOST:
            return self._refuse(record, request, f"{WAITING_AT_MOST} requests wait for {record.name} already")
        waiting.append((request, transition))
        self._surroundings.emit(Kind.REQUEST_QUEUED, subject=record.identity, a=request, b=active[0])
        return request

    def _run(self, record: ObjectRecord, request: int, transition: Transition, afterwards: bool = False) -> None:
        surroundings = self._surroundings
        self._active[record.identity] = (request, transition)

        def control() -> Any:
            surroundings.work(surroundings.costs.control_ns)
            transition.run(lambda: self._ended(record))

        try:
            self._drivers[record.identity] = surroundings.spawn(
                control, name=f"control {request}",
                processor=surroundings.current.processor if afterwards else request % surroundings.processors,
                client=record.home, in_generation=False, urgent=True, afterwards=afterwards,
            )  # fmt: skip
        except TooManyThreads as error:
            self._refuse(record, request, str(error))
            self._ended(record)

    def _ended(self, record: ObjectRecord) -> None:
        """The object is free: the next in line starts."""
        del self._active[record.identity]
        waiting = self._waiting.get(record.identity)
        if waiting:
            self._run(record, *waiting.popleft())


def _attached(record: ObjectRecord, wanted: DetachOf) -> Interposer | None:
    candidates = [interposer for interposer in record.interposers if type(interposer.wrapper) is wanted.wrapper]
    return candidates[wanted.which] if 0 <= wanted.which < len(candidates) else None
