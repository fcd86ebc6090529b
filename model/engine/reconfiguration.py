"""The one door for swaps, attaches and detaches.

Whoever wants a reconfiguration, a person by a command or a wrapper inside the simulation, asks here. There is one
transition per object at a time: a second request is refused with the reason, or waits if it was asked to. Each
transition runs on a control thread of its own, which belongs to no generation; a swap goes by a strategy, of which the
mediator is the first.

Which reconfigurations ought to be permitted is outside of the paper (§3.5) and of this program.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

from model.engine.component import Component, interface_of
from model.engine.factory import Factory
from model.engine.interposer import Interposer
from model.engine.interposition import Attach, Detach
from model.engine.objects import ObjectRecord
from model.engine.swap import MediatedSwap, SwapSettings
from model.engine.wrapper import Wrapper
from model.machine.generations import Generations
from model.machine.surroundings import Surroundings
from model.trace.events import Kind

WAITING_AT_MOST = 16


class Transition(Protocol):
    """What runs on a control thread, and calls back once the object is free again."""

    cancellable: bool

    def run(self, ended: Callable[[], None]) -> None: ...
    def cancel(self) -> None: ...


Strategy = Callable[[ObjectRecord, type[Component], int], Transition]


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
        self._waiting: dict[int, deque[tuple[int, Transition]]] = {}

    def mediated(self, record: ObjectRecord, implementation: type[Component], request: int) -> Transition:
        """The strategy of the paper."""
        return MediatedSwap(
            self._surroundings, self._generations, self._factory, self._settings, record, implementation, request
        )

    def swap(
        self,
        record: ObjectRecord,
        implementation: type[Component],
        *,
        queue: bool = False,
        cause: int = -1,
        strategy: Strategy | None = None,
    ) -> int:
        """Asks for another implementation behind an object; the request's number. Refusals are in the trace."""
        self._factory.know_implementation(implementation)
        request = self._ask(Kind.SWAP_REQUESTED, record, self._factory.number_of(implementation), cause)
        if interface_of(implementation) is not record.interface:
            return self._refuse(
                record, request, f"{implementation.title} is a {interface_of(implementation).title},"
                f" {record.name} a {record.interface.title}"
            )  # fmt: skip
        return self._start(record, request, (strategy or self.mediated)(record, implementation, request), queue)

    def attach(self, record: ObjectRecord, wrapper: type[Wrapper], *, queue: bool = False, cause: int = -1) -> int:
        """Asks for a wrapper around an object; the request's number."""
        self._factory.know_wrapper(wrapper)
        request = self._ask(Kind.ATTACH_REQUESTED, record, self._factory.number_of(wrapper), cause)
        if wrapper.interface is not None and wrapper.interface is not record.interface:
            return self._refuse(
                record, request, f"{wrapper.title} wraps a {wrapper.interface.title}, {record.name} is a"
                f" {record.interface.title}"
            )  # fmt: skip
        return self._start(record, request, Attach(self._surroundings, self._factory, record, wrapper, request), queue)

    def detach(
        self, record: ObjectRecord, wrapper: type[Wrapper], which: int = 0, *, queue: bool = False, cause: int = -1
    ) -> int:
        """Asks for an interposer's end: among those with this wrapper, outermost first, number `which`."""
        candidates = [interposer for interposer in record.interposers if type(interposer.wrapper) is wrapper]
        found: Interposer | None = candidates[which] if 0 <= which < len(candidates) else None
        request = self._ask(Kind.DETACH_REQUESTED, record, found.subject if found else 0, cause)
        if found is None:
            return self._refuse(record, request, f"{record.name} has no {wrapper.title} number {which + 1} attached")
        return self._start(
            record, request, Detach(self._surroundings, self._generations, record, found, request), queue
        )

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

    def _ask(self, kind: Kind, record: ObjectRecord, b: int, cause: int) -> int:
        self._requests += 1
        self._surroundings.emit(kind, subject=record.identity, a=self._requests, b=b, cause=cause)
        return self._requests

    def _refuse(self, record: ObjectRecord, request: int, reason: str) -> int:
        self._surroundings.emit(
            Kind.REQUEST_REFUSED, subject=record.identity, a=request, b=self._surroundings.text(reason)
        )
        return request

    def _start(self, record: ObjectRecord, request: int, transition: Transition, queue: bool) -> int:
        active = self._active.get(record.identity)
        if active is None:
            self._run(record, request, transition)
            return request
        if not queue:
            return self._refuse(record, request, f"{record.name} is in transition already (request {active[0]})")
        waiting = self._waiting.setdefault(record.identity, deque())
        if len(waiting) >= WAITING_AT_MOST:
            return self._refuse(record, request, f"{WAITING_AT_MOST} requests wait for {record.name} already")
        waiting.append((request, transition))
        self._surroundings.emit(Kind.REQUEST_QUEUED, subject=record.identity, a=request, b=active[0])
        return request

    def _run(self, record: ObjectRecord, request: int, transition: Transition) -> None:
        surroundings = self._surroundings
        self._active[record.identity] = (request, transition)

        def control() -> Any:
            surroundings.work(surroundings.costs.control_ns)
            transition.run(lambda: self._ended(record))

        surroundings.spawn(
            control, name=f"control {request}", processor=request % surroundings.processors, client=record.home,
            in_generation=False,
            urgent=True,
        )  # fmt: skip

    def _ended(self, record: ObjectRecord) -> None:
        """The object is free: the next in line starts."""
        del self._active[record.identity]
        waiting = self._waiting.get(record.identity)
        if waiting:
            self._run(record, *waiting.popleft())
