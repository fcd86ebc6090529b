"""Faults of calls: one that raises, one that is slow, one that never returns, and a processor that stops under one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from model.faults.fault import TIMES, Fault, InjectedFault, can_wear, lasting

if TYPE_CHECKING:
    from model.engine.objects import ObjectRecord


class _FaultOfCalls(Fault):
    """What all of these have in common."""

    has_method = True

    @classmethod
    def refusal(cls, record: ObjectRecord, method: str) -> str:
        if not can_wear(record.instance):
            return f"{record.instance.title} has no room for a fault (its class has slots only)"
        return super().refusal(record, method)


class RaisesInCall(_FaultOfCalls):
    """The call raises before any of the component's own code has run; the caller sees it, and nothing else happens."""

    name = "raises_in_call"
    title = "call raises"
    summary = "The next call into the component raises."
    settings = {"times": TIMES}

    def in_call(self, method: str) -> None:
        if self.strikes():
            raise InjectedFault(f"{method} of {self.record.name} fails, as it was told to")


class SlowCall(_FaultOfCalls):
    """The call waits in the component before it does its work: a thread that holds back quiescence for a while."""

    name = "slow_call"
    title = "slow thread"
    summary = "The next call stays in the component for long."
    settings = {"times": TIMES, "lasting_ns": lasting(500_000)}

    def in_call(self, method: str) -> None:
        if self.strikes():
            self.system.surroundings.sleep(self.lasts())


class NeverReturns(SlowCall):
    """The call never comes out: a thread that never ends. Each swap of the object then runs out of time in FORWARD."""

    name = "never_returns"
    title = "thread that never ends"
    summary = "The next call into the component never returns."
    settings = {"times": TIMES, "lasting_ns": lasting(0)}


class ProcessorStops(_FaultOfCalls):
    """The processor under the call stops: it does nothing for a while, not even for interrupts."""

    name = "processor_stops"
    title = "processor stops"
    summary = "The processor under the next call stands still for a while."
    settings = {"times": TIMES, "lasting_ns": lasting(1_000_000)}

    def in_call(self, method: str) -> None:
        if self.strikes():
            surroundings = self.system.surroundings
            processor = surroundings.current.processor
            # Urgent threads go before all others and are not preempted by them: nothing else runs there meanwhile.
            surroundings.spawn(
                lambda: surroundings.work(self.lasts()),
                name=f"processor {processor} stands still",
                processor=processor,
                in_generation=False,
                urgent=True,
            )
