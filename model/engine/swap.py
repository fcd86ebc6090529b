"""The hot-swap by a mediator: the first strategy of swapping (paper §4.3.2).

It runs on a control thread that belongs to no generation, so that it may wait for quiescence and its work costs time:

    negotiate -> make the new instance -> install the mediator in every entry
      FORWARD    until every thread that was there has ended: two advances of the generations
      BLOCK      until the tracked calls are out; on a time limit back to FORWARD for a while, and again
      TRANSFER   package, unpackage, in a thread that can be given up
    commit: the innermost interposer, then the entries, then the door -> a second quiescence -> free the old

Whatever goes wrong before the commit abandons the swap: the entries are pointed back, those who wait go to the old
component, and nothing is lost. The second quiescence is not in the paper; without it a thread that looked the mediator
up before the entry was written would meet a freed one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from model.engine.building import build, tear_down
from model.engine.component import Component
from model.engine.factory import MADE_WITHIN_NS, Factory, within
from model.engine.mediator import Mediator, mediator_for
from model.engine.objects import ObjectRecord
from model.engine.transfer import TransferFailed, protocol_between, transfer
from model.engine.translation import calls_in_flight
from model.machine.errors import ENDS_THE_RUN, words_of
from model.machine.generations import Generations
from model.machine.surroundings import Operation, Surroundings
from model.trace.events import Kind, Phase, Wait


@dataclass(frozen=True, slots=True)
class SwapSettings:
    """The time limits of a swap. All are bounds: a swap always ends."""

    forward_timeout_ns: int = 20_000_000
    block_timeout_ns: int = 1_000_000
    transfer_timeout_ns: int = 5_000_000
    retry_delay_ns: int = 500_000
    wake_again_ns: int = 2_000_000
    """After the end, how long until those still at the door are woken once more: a wake-up may have been lost."""
    retries: int = 3

    def __post_init__(self) -> None:
        for name in _SPANS:
            if getattr(self, name) <= 0:
                raise ValueError(f"{name} must be positive")
        if not 0 <= self.retries <= 1000:
            raise ValueError("retries must be from 0 to 1000")


_SPANS = ("forward_timeout_ns", "block_timeout_ns", "transfer_timeout_ns", "retry_delay_ns", "wake_again_ns")


class Abandoned(Exception):
    """Why the swap does not go through."""


class MediatedSwap:
    """One swap, from request to the end of its second quiescence; made, then run once on its control thread."""

    def __init__(
        self,
        surroundings: Surroundings,
        generations: Generations,
        factory: Factory,
        settings: SwapSettings,
        record: ObjectRecord,
        implementation: type[Component],
        request: int,
    ) -> None:
        self._surroundings = surroundings
        self._generations = generations
        self._factory = factory
        self._settings = settings
        self._record = record
        self._implementation = implementation
        self._request = request
        self._cancelled = False
        self._driver: Any = None
        self.cancellable = True

    def cancel(self) -> None:
        """Asks for the end; heeded in FORWARD and BLOCK."""
        self._cancelled = True
        if self._driver is not None:
            self._surroundings.unpark(self._driver)

    def run(self, ended: Callable[[], None]) -> None:
        """Swaps. `ended` is called as soon as the object is free for the next transition."""
        self._driver = self._surroundings.current
        bit = self._negotiate()
        if bit is None:
            ended()
            return
        old, door = self._record.instance, (self._record.door, self._record.door_subject)
        new: Component | None = None
        mediator: Mediator | None = None
        failure: str | None = None
        try:
            new = self._make()
            mediator = self._mediator()
            self._install(mediator)
            self._forward()
            self._block(mediator)
            self._transfer(mediator, new, bit)
        except ENDS_THE_RUN:
            raise
        except BaseException as error:  # Whatever it is: calls may be waiting at the door.
            failure = str(error) if isinstance(error, Abandoned) else words_of(error)
        if failure is not None:
            # Not while the error is being handled: it would be no part of what can be seen of this thread.
            self._abandon(mediator, door, failure)
            remains = new if new is not None else old
        else:
            assert mediator is not None and new is not None
            self._commit(mediator, new)
            remains = old
        ended()
        if mediator is not None or new is not None:
            self._free(mediator, remains)

    # ---- the steps

    def _negotiate(self) -> int | None:
        old, new = type(self._record.instance), self._implementation
        bit = protocol_between(old, new)
        if bit is None:
            self._emit(Kind.REQUEST_REFUSED, b=self._text(f"{old.title} and {new.title} share no transfer protocol"))
        else:
            self._emit(Kind.PROTOCOL_NEGOTIATED, b=bit)
        return bit

    def _make(self) -> Component:
        try:
            return within(
                self._surroundings, MADE_WITHIN_NS, lambda: self._factory.instance(self._record, self._implementation)
            )
        except ENDS_THE_RUN:
            raise
        except BaseException as error:
            raise Abandoned(f"{self._implementation.name} was not made: {words_of(error)}") from error

    def _mediator(self) -> Mediator:
        surroundings, record = self._surroundings, self._record
        self._check_cancelled()
        mediator = mediator_for(surroundings, record, self._request, surroundings.new_subject(), self._driver)
        build(surroundings, mediator.subject)
        surroundings.emit(Kind.MEDIATOR_CREATED, subject=mediator.subject, a=self._request, b=record.identity)
        return mediator

    def _install(self, mediator: Mediator) -> None:
        surroundings, record = self._surroundings, self._record
        self._emit(Kind.PHASE_ENTERED, b=Phase.FORWARD)
        record.repoint(surroundings, mediator, mediator.subject)
        self._emit(Kind.MEDIATOR_INSTALLED, b=mediator.subject)
        for thread, call in calls_in_flight(surroundings, record):
            if call.front.target is not mediator:
                surroundings.emit(
                    Kind.CALL_UNTRACKED, cause=call.position, call=call.number, a=self._request,
                    subject=record.identity, client=call.front.client, thread=thread,
                )  # fmt: skip

    def _forward(self) -> None:
        """Asked for after the *last* entry was written: whoever still goes past the mediator is counted by then."""
        quiescent = self._ask_for_quiescence()
        if not self._wait(lambda: bool(quiescent), self._settings.forward_timeout_ns):
            self._emit(Kind.PHASE_TIMED_OUT, b=Phase.FORWARD)
            raise Abandoned("threads from before the swap did not end in time")

    def _ask_for_quiescence(self) -> list[bool]:
        """A list that holds something from when every thread that is registered now has ended."""
        quiescent: list[bool] = []

        def come() -> None:
            quiescent.append(True)
            self._surroundings.unpark(self._driver)

        # Looked at after the entries were written: whoever asks for the object on another processor finds those.
        self._generations.when_quiescent(come, self._record.used_on)
        return quiescent

    def _block(self, mediator: Mediator) -> None:
        """Closes the door until nobody is inside; opens it again for a while when that takes too long."""
        for attempt in range(self._settings.retries + 1):
            if attempt:
                self._retry(mediator, attempt)
            mediator.set_phase(Phase.BLOCK)
            self._emit(Kind.PHASE_ENTERED, b=Phase.BLOCK)
            if self._wait(lambda: not mediator.someone_inside(), self._settings.block_timeout_ns):
                return
            self._emit(Kind.PHASE_TIMED_OUT, b=Phase.BLOCK)
        raise Abandoned(f"tracked calls did not return in time, {self._settings.retries + 1} tries")

    def _retry(self, mediator: Mediator, attempt: int) -> None:
        """Back to FORWARD. Every call is tracked since the first try, so no quiescence is needed again."""
        mediator.set_phase(Phase.FORWARD)
        delay_ns = self._settings.retry_delay_ns
        self._emit(Kind.PHASE_ENTERED, b=Phase.FORWARD)
        self._emit(Kind.SWAP_RETRIED, b=attempt, until_ns=self._surroundings.now_ns + delay_ns)
        mediator.release()
        self._wait(lambda: False, delay_ns)

    def _transfer(self, mediator: Mediator, new: Component, bit: int) -> None:
        surroundings = self._surroundings
        self._check_cancelled()
        self.cancellable = False
        mediator.set_phase(Phase.TRANSFER)
        self._emit(Kind.PHASE_ENTERED, b=Phase.TRANSFER)
        identity = new.identity
        mover: Any = None
        try:
            mover = surroundings.spawn(
                lambda: transfer(surroundings, self._record, new, bit, self._request),
                name=f"transfer {self._request}",
                urgent=True,
            )
            surroundings.join(mover, self._settings.transfer_timeout_ns)
            # One that took over all attributes of its predecessor took that one's number too.
            new.identity = identity
        except TransferFailed as failure:
            raise Abandoned(str(failure)) from failure
        except TimeoutError as error:
            surroundings.kill(mover)
            self._emit(Kind.PHASE_TIMED_OUT, b=Phase.TRANSFER)
            raise Abandoned("the state was not moved in time") from error
        except ENDS_THE_RUN:
            raise
        except BaseException as error:
            raise Abandoned(f"the transfer failed: {words_of(error)}") from error

    def _commit(self, mediator: Mediator, new: Component) -> None:
        """From inside out: nothing says done before the last entry is written, and the door opens after that."""
        surroundings, record = self._surroundings, self._record
        record.instance = new
        if record.interposers:
            surroundings.point(Operation.TABLE_WRITE, record.identity)
            record.interposers[-1].point_inward(new, new.identity)
            outermost: tuple[Any, int] = (record.interposers[0], record.interposers[0].subject)
        else:
            outermost = (new, new.identity)
        record.repoint(surroundings, *outermost)
        mediator.set_phase(Phase.COMPLETED, outermost[0])
        self._emit(Kind.SWAP_COMPLETED, b=new.identity)
        mediator.release()

    def _abandon(self, mediator: Mediator | None, door: tuple[Any, int], reason: str) -> None:
        self.cancellable = False
        if mediator is not None:
            self._record.repoint(self._surroundings, *door)
            mediator.set_phase(Phase.ABANDONED, door[0])
        self._emit(Kind.SWAP_ABANDONED, b=self._text(reason))
        if mediator is not None:
            mediator.release()

    def _free(self, mediator: Mediator | None, instance: Component) -> None:
        """After a quiescence of its own: until then a thread may hold what it looked up earlier."""
        self._second_quiescence(mediator)
        surroundings = self._surroundings
        surroundings.settle(instance.identity)
        identity = self._record.identity
        if mediator is not None:
            tear_down(surroundings, mediator.subject)
            surroundings.emit(Kind.MEDIATOR_DESTROYED, subject=mediator.subject, b=identity)
        surroundings.emit(Kind.INSTANCE_DESTROYED, subject=instance.identity, b=identity)

    def _second_quiescence(self, mediator: Mediator | None) -> None:
        """Whoever is still at the door after a while is woken again: a call that missed its wake-up would never end."""
        quiescent = self._ask_for_quiescence()
        waited_for = mediator if mediator is not None and mediator.someone_at_door else None
        if waited_for is not None and not self._passes(lambda: bool(quiescent), self._settings.wake_again_ns):
            waited_for.release()
        while not quiescent:
            self._surroundings.park(Wait.SIGNAL)

    # ---- waiting

    def _wait(self, condition: Callable[[], bool], timeout_ns: int) -> bool:
        """Waits for the condition, looking whenever woken; False after `timeout_ns`. Abandoned when cancelled."""
        return self._passes(lambda: self._check_cancelled() or condition(), timeout_ns)

    def _passes(self, condition: Callable[[], bool], timeout_ns: int) -> bool:
        """Whether the condition came true within `timeout_ns`; what it raises ends the wait."""
        ends_ns = self._surroundings.now_ns + timeout_ns
        while True:
            if condition():
                return True
            left_ns = ends_ns - self._surroundings.now_ns
            if left_ns <= 0:
                return False
            self._surroundings.park(Wait.SIGNAL, 0, left_ns)

    def _check_cancelled(self) -> Literal[False]:
        """False, as long as nobody has asked for the end."""
        if self._cancelled:
            raise Abandoned("cancelled")
        return False

    def _emit(self, kind: Kind, *, b: int = 0, until_ns: int = 0) -> None:
        self._surroundings.emit(kind, a=self._request, b=b, subject=self._record.identity, until_ns=until_ns)

    def _text(self, text: str) -> int:
        return self._surroundings.text(text)
