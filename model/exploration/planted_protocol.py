"""Bugs in the swap protocol: what the mediator, the swap and the transfer could get wrong.

Each function gives the patches that plant one bug. They differ from the engine in one thought, and say which.
"""

from __future__ import annotations

import sys
from typing import Any

from model.engine import swap as swaps
from model.engine import transfer as transfers
from model.engine.component import Package
from model.engine.mediator import CLOSED, Mediator, Slot
from model.engine.objects import ObjectRecord
from model.engine.swap import MediatedSwap
from model.exploration.planting import Patches, patched
from model.machine.surroundings import Operation
from model.protocols import CANONICAL
from model.trace.events import Kind, Phase, Wait

_enter = Mediator.enter
_leave = Mediator.leave
_enter_again = Mediator._enter_again
_set_phase = Mediator.set_phase
_untrack = Mediator._untrack
_make = MediatedSwap._make
_transfer = MediatedSwap._transfer
_retry = MediatedSwap._retry
_abandon = MediatedSwap._abandon
_repoint = ObjectRecord.repoint
_package = transfers._package


def no_forward_phase() -> Patches:
    return patched(MediatedSwap, _forward=lambda self: None)


def recursive_calls_block() -> Patches:
    def again(self: Any, slot: Slot) -> Slot:
        self.surroundings.point(Operation.PHASE_READ)
        if self._state.phase in CLOSED:
            self._wait_at_door(self.surroundings.current)
        return _enter_again(self, slot)

    return patched(Mediator, _enter_again=again)


def a_flag_instead_of_a_depth() -> Patches:
    def leave(self: Any, slot: Slot) -> None:
        if slot.depth:
            slot.depth = 0
            self._untrack(self.surroundings.current)

    return patched(Mediator, leave=leave)


def not_counted_out_when_it_raises() -> Patches:
    def leave(self: Any, slot: Slot) -> None:
        if sys.exc_info()[1] is None:
            _leave(self, slot)

    return patched(Mediator, leave=leave)


def transfer_with_calls_inside() -> Patches:
    def nobody_inside(self: Any) -> bool:
        self.surroundings.point(Operation.COUNT_READ)
        return False

    return patched(Mediator, someone_inside=nobody_inside)


def counted_out_before_the_body() -> Patches:
    def enter(self: Any) -> Slot:
        slot = _enter(self)
        _leave(self, slot)
        return Slot(slot.target)

    return patched(Mediator, enter=enter, leave=lambda self, slot: None)


def untracked_calls_are_counted_out() -> Patches:
    def leave(self: Any, slot: Slot) -> None:
        if not slot.depth:
            self._tell(Kind.CALL_LEFT)
        _leave(self, slot)

    return patched(Mediator, leave=leave)


def phase_is_not_read_again() -> Patches:
    def track(self: Any, thread: Any, state: Any) -> Slot:
        slot = Slot(state.target)
        slot.depth = 1
        self.surroundings.point(Operation.COUNT_CHANGE)
        self._slots[thread.identity] = slot
        return slot

    return patched(Mediator, _track=track)


def table_before_transfer() -> Patches:
    def transfer(self: Any, mediator: Mediator, new: Any, bit: int) -> None:
        self._record.repoint(self._surroundings, new, new.identity)
        _transfer(self, mediator, new, bit)

    return patched(MediatedSwap, _transfer=transfer)


def door_opens_before_transfer() -> Patches:
    def transfer(self: Any, mediator: Mediator, new: Any, bit: int) -> None:
        mediator.set_phase(Phase.COMPLETED, new)
        mediator.release()
        _transfer(self, mediator, new, bit)

    return patched(MediatedSwap, _transfer=transfer)


def the_blocked_go_to_the_old() -> Patches:
    def set_phase(self: Any, phase: Phase, target: Any = None) -> None:
        _set_phase(self, phase, None if phase is Phase.COMPLETED else target)

    return patched(Mediator, set_phase=set_phase)


def the_woken_do_not_look() -> Patches:
    def enter(self: Any) -> Slot:
        thread = self.surroundings.current
        slot = self._slots.get(thread.identity)
        if slot is not None:
            return _enter_again(self, slot)
        self.surroundings.point(Operation.PHASE_READ)
        if self._state.phase not in CLOSED:
            return _enter(self)
        self._wait_at_door(thread)
        return Slot(self._state.target)

    return patched(Mediator, enter=enter, _wait_at_door=_parks_once)


def _parks_once(self: Any, thread: Any) -> None:
    self._tell(Kind.CALL_BLOCKED)
    self.surroundings.point(Operation.COUNT_CHANGE)
    self._door.append(thread)
    try:
        self.surroundings.point(Operation.PHASE_READ)
        if self._state.phase in CLOSED:
            self.surroundings.park(Wait.DOOR, self.subject)
    finally:
        self._door.remove(thread)


def the_blocked_lose_patience() -> Patches:
    class _Impatient(Exception):
        pass

    def waits(self: Any, thread: Any) -> None:
        self._tell(Kind.CALL_BLOCKED)
        self.surroundings.point(Operation.COUNT_CHANGE)
        self._door.append(thread)
        try:
            while self._state.phase in CLOSED:
                if not self.surroundings.park(Wait.DOOR, self.subject, 100_000):
                    raise _Impatient
                self.surroundings.point(Operation.PHASE_READ)
        finally:
            self._door.remove(thread)

    def enter(self: Any) -> Slot:
        try:
            return _enter(self)
        except _Impatient:
            return Slot(self._state.target)

    return patched(Mediator, enter=enter, _wait_at_door=waits)


class _Nobody:
    """Takes any call and does nothing."""

    def __getattr__(self, name: str) -> Any:
        return lambda *arguments, **keywords: None


def the_blocked_are_dropped() -> Patches:
    def enter(self: Any) -> Slot:
        waited = self._state.phase in CLOSED and self.surroundings.current.identity not in self._slots
        slot = _enter(self)
        return Slot(_Nobody()) if waited and not slot.depth else slot

    return patched(Mediator, enter=enter)


def latecomers_go_to_the_old() -> Patches:
    old_of: dict[int, Any] = {}

    def set_phase(self: Any, phase: Phase, target: Any = None) -> None:
        if phase is Phase.BLOCK:
            old_of[id(self)] = self._state.target
        _set_phase(self, phase, target)

    def enter(self: Any) -> Slot:
        self.surroundings.point(Operation.PHASE_READ)
        if self._state.phase is Phase.COMPLETED:
            return Slot(old_of[id(self)])
        return _enter(self)

    return patched(Mediator, set_phase=set_phase, enter=enter)


def the_door_is_never_opened() -> Patches:
    return patched(Mediator, release=lambda self: None)


def _committed(self: Any, mediator: Mediator, new: Any, target: Any) -> None:
    """What a commit does beside the entries."""
    self._record.instance = new
    mediator.set_phase(Phase.COMPLETED, target)
    self._emit(Kind.SWAP_COMPLETED, b=new.identity)
    mediator.release()


def table_stays_on_the_mediator() -> Patches:
    def commit(self: Any, mediator: Mediator, new: Any) -> None:
        _committed(self, mediator, new, new)

    return patched(MediatedSwap, _commit=commit)


def the_old_pointer_comes_back() -> Patches:
    def commit(self: Any, mediator: Mediator, new: Any) -> None:
        old = self._record.instance
        self._record.repoint(self._surroundings, old, old.identity)
        _committed(self, mediator, new, new)

    return patched(MediatedSwap, _commit=commit)


def wake_up_lost() -> Patches:
    def waits(self: Any, thread: Any) -> None:
        surroundings = self.surroundings
        self._tell(Kind.CALL_BLOCKED)
        surroundings.point(Operation.PHASE_READ)
        if self._state.phase not in CLOSED:
            return
        surroundings.point(Operation.COUNT_CHANGE)
        self._door.append(thread)
        try:
            surroundings.park(Wait.DOOR, self.subject)
        finally:
            self._door.remove(thread)

    return patched(Mediator, _wait_at_door=waits)


def freed_at_once() -> Patches:
    return patched(MediatedSwap, _second_quiescence=lambda self, mediator: None)


def last_update_is_dropped() -> Patches:
    def package(surroundings: Any, old: Any, bit: int) -> Package:
        whole = _package(surroundings, old, bit)
        return Package(whole.state[:-1], whole.size_bytes)

    return patched(transfers, _package=package)


def failure_leaves_the_blocked() -> Patches:
    def abandon(self: Any, mediator: Mediator | None, door: tuple[Any, int], reason: str) -> None:
        self.cancellable = False
        if mediator is not None:
            self._record.repoint(self._surroundings, *door)
            mediator.set_phase(Phase.ABANDONED, door[0])
        self._emit(Kind.SWAP_ABANDONED, b=self._text(reason))

    def second_quiescence(self: Any, mediator: Mediator | None) -> None:
        self._generations.synchronize()

    # The engine wakes once more after a while whoever is still at the door; here nobody does.
    return patched(MediatedSwap, _abandon=abandon, _second_quiescence=second_quiescence)


def failure_leaves_the_mediator() -> Patches:
    def abandon(self: Any, mediator: Mediator | None, door: tuple[Any, int], reason: str) -> None:
        self.cancellable = False
        if mediator is not None:
            mediator.set_phase(Phase.ABANDONED, door[0])
        self._emit(Kind.SWAP_ABANDONED, b=self._text(reason))
        if mediator is not None:
            mediator.release()

    return patched(MediatedSwap, _abandon=abandon)


def failure_installs_the_new() -> Patches:
    made: dict[int, Any] = {}

    def make(self: Any) -> Any:
        made[id(self)] = new = _make(self)
        return new

    def abandon(self: Any, mediator: Mediator | None, door: tuple[Any, int], reason: str) -> None:
        new = made.get(id(self))
        _abandon(self, mediator, door if new is None else (new, new.identity), reason)

    return patched(MediatedSwap, _make=make, _abandon=abandon)


def retry_forgets_who_is_inside() -> Patches:
    def retry(self: Any, mediator: Any, attempt: int) -> None:
        mediator._slots.clear()
        _retry(self, mediator, attempt)

    def untrack(self: Any, thread: Any) -> None:
        if thread.identity in self._slots:
            _untrack(self, thread)

    return patched(MediatedSwap, _retry=retry) + patched(Mediator, _untrack=untrack)


def time_limit_goes_on_to_transfer() -> Patches:
    def block(self: Any, mediator: Mediator) -> None:
        mediator.set_phase(Phase.BLOCK)
        self._emit(Kind.PHASE_ENTERED, b=Phase.BLOCK)
        if not self._wait(lambda: not mediator.someone_inside(), self._settings.block_timeout_ns):
            self._emit(Kind.PHASE_TIMED_OUT, b=Phase.BLOCK)

    return patched(MediatedSwap, _block=block)


def anyone_is_recursive() -> Patches:
    def enter(self: Any) -> Slot:
        self.surroundings.point(Operation.PHASE_READ)
        is_inside = self.surroundings.current.identity in self._slots
        if self._state.phase is Phase.BLOCK and self._slots and not is_inside:
            self._tell(Kind.CALL_RECURSIVE)
            return Slot(self._state.target)
        return _enter(self)

    return patched(Mediator, enter=enter)


def retry_keeps_the_blocked() -> Patches:
    def retry(self: Any, mediator: Mediator, attempt: int) -> None:
        mediator.set_phase(Phase.FORWARD)
        delay_ns = self._settings.retry_delay_ns
        self._emit(Kind.PHASE_ENTERED, b=Phase.FORWARD)
        self._emit(Kind.SWAP_RETRIED, b=attempt, until_ns=self._surroundings.now_ns + delay_ns)
        self._wait(lambda: False, delay_ns)

    return patched(MediatedSwap, _retry=retry)


def door_opens_before_the_table() -> Patches:
    """Equivalent: a mediator that is done forwards to the new component."""

    def commit(self: Any, mediator: Mediator, new: Any) -> None:
        record = self._record
        record.instance = new
        if record.interposers:
            record.interposers[-1].point_inward(new, new.identity)
        outer = record.interposers[0] if record.interposers else new
        subject = record.interposers[0].subject if record.interposers else new.identity
        mediator.set_phase(Phase.COMPLETED, outer)
        mediator.release()
        record.repoint(self._surroundings, outer, subject)
        self._emit(Kind.SWAP_COMPLETED, b=new.identity)

    return patched(MediatedSwap, _commit=commit)


def two_protocols_in_one_transfer() -> Patches:
    def transfer(surroundings: Any, record: ObjectRecord, new: Any, bit: int, request: int) -> None:
        package = _package(surroundings, record.instance, bit)
        transfers._copy(surroundings, record, Kind.STATE_PACKAGED, package, request)
        new.unpackage(CANONICAL, package)
        transfers._copy(surroundings, record, Kind.STATE_UNPACKAGED, package, request)

    return patched(swaps, transfer=transfer)


def second_table_is_forgotten() -> Patches:
    def repoint(self: Any, surroundings: Any, target: Any, subject: int) -> None:
        entries = self.entries
        self.entries = entries[:1]
        try:
            _repoint(self, surroundings, target, subject)
        finally:
            self.entries = entries

    def commit(self: Any, mediator: Mediator, new: Any) -> None:
        self._record.instance = new
        repoint(self._record, self._surroundings, new, new.identity)
        mediator.set_phase(Phase.COMPLETED, new)
        self._emit(Kind.SWAP_COMPLETED, b=new.identity)
        mediator.release()

    return patched(MediatedSwap, _commit=commit)
