"""The mediator: what stands in front of a component while it is swapped (paper §4.3.2, Figure 3).

        FORWARD    new calls are tracked and go on to the old component
        BLOCK      new calls wait at the door; calls of a thread that is already inside go on
        TRANSFER   nobody is inside; the state moves
        then COMPLETED: whoever waits goes to the new component, or ABANDONED: to the old one

A call tracks itself in a slot of its own thread, without a lock: it publishes its depth, reads the phase *again*, and
withdraws if the door has closed meanwhile. The swap closes the door first and reads the slots afterwards. Whichever of
the two comes later sees the other, so no call is inside that the swap does not know of.

Tracking is a depth per thread and no flag: the return of an inner call must not untrack the outer one.

A woken call looks again: after a retry it may have to wait once more, and it keeps its place at the door. A call that
comes to a mediator which is done goes where the door led at the end.

The paper leaves the order of release open; here it is first come, first served (K42's was last in, first out).
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from model.engine.generated import Method, generate
from model.engine.objects import ObjectRecord
from model.machine.surroundings import Operation, Surroundings, ThreadHandle
from model.trace.events import Kind, Phase, Wait

# Plain numbers: a member of an enumeration costs as much to read and to look up by as a call of a method.
_COUNT_CHANGE: Final = int(Operation.COUNT_CHANGE)
_COUNT_READ: Final = int(Operation.COUNT_READ)
_PHASE_READ: Final = int(Operation.PHASE_READ)
_PHASE_WRITE: Final = int(Operation.PHASE_WRITE)
_WAKE: Final = int(Operation.WAKE)

CLOSED = (Phase.BLOCK, Phase.TRANSFER)


class DoorState(NamedTuple):
    """The phase and where a call goes in it: one reference, so that both are read at once."""

    phase: Phase
    target: Any


class Slot:
    """How deep one thread is in the component; written by that thread alone."""

    __slots__ = ("depth", "target")

    def __init__(self, target: Any) -> None:
        self.depth = 0
        self.target = target


class Mediator:
    """Tracks, holds and releases the calls of one swap; `wake` readies the thread that drives the swap."""

    __slots__ = ("_door", "_driver", "_slots", "_state", "record", "request", "subject", "surroundings")

    def __init__(
        self, surroundings: Surroundings, record: ObjectRecord, request: int, subject: int, driver: ThreadHandle
    ) -> None:
        self.surroundings = surroundings
        self.record = record
        self.request = request
        self.subject = subject
        self._driver = driver
        self._state = DoorState(Phase.FORWARD, record.door)
        self._slots: dict[int, Slot] = {}
        self._door: list[ThreadHandle] = []

    # ---- the calls' side

    def enter(self) -> Slot:
        """Returns once the call may go on, to the slot's target."""
        surroundings = self.surroundings
        thread = surroundings.current
        slot = self._slots.get(thread.identity)
        if slot is not None:
            return self._enter_again(slot)
        held = False
        while True:
            surroundings.point(_PHASE_READ)
            state = self._state
            if state.phase is Phase.FORWARD:
                slot = self._track(thread, state)
                if slot is not None:
                    self._tell(Kind.CALL_RELEASED if held else None, Kind.CALL_TRACKED)
                    return slot
            elif state.phase in CLOSED:
                held = True
                self._wait_at_door(thread)
            else:
                if held:
                    self._tell(Kind.CALL_RELEASED, b=int(state.phase is Phase.COMPLETED))
                return Slot(state.target)

    def _enter_again(self, slot: Slot) -> Slot:
        """A recursive call: to hold it would be a deadlock, so it goes on whatever the phase."""
        self.surroundings.point(_PHASE_READ)
        phase = self._state.phase
        self.surroundings.point(_COUNT_CHANGE)
        slot.depth += 1
        if phase is Phase.BLOCK:
            self._tell(Kind.CALL_RECURSIVE)
        return slot

    def _track(self, thread: ThreadHandle, state: DoorState) -> Slot | None:
        """Publishes the thread's depth; None if the door closed meanwhile and it was withdrawn."""
        surroundings = self.surroundings
        slot = Slot(state.target)
        slot.depth = 1
        surroundings.point(_COUNT_CHANGE)
        self._slots[thread.identity] = slot
        try:
            surroundings.point(_PHASE_READ)
            if self._state.phase is Phase.FORWARD:
                return slot
            self._untrack(thread)
        except BaseException:
            self._slots.pop(thread.identity, None)
            raise
        return None

    def leave(self, slot: Slot) -> None:
        """The call is out of the component, however it ended."""
        surroundings = self.surroundings
        if not slot.depth:
            return
        if slot.depth > 1:
            try:
                surroundings.point(_COUNT_CHANGE)
            finally:
                # A thread that is killed here is out all the same: the count would keep it inside for ever.
                slot.depth -= 1
            return
        self._tell(Kind.CALL_LEFT)
        self._untrack(surroundings.current)

    def _untrack(self, thread: ThreadHandle) -> None:
        """Takes the thread out of the count, and lets the swap look again if it may be waiting for that."""
        surroundings = self.surroundings
        try:
            surroundings.point(_COUNT_CHANGE)
        finally:
            del self._slots[thread.identity]
        surroundings.point(_PHASE_READ)
        if self._state.phase is Phase.BLOCK:
            surroundings.point(_WAKE)
            surroundings.unpark(self._driver)

    def _wait_at_door(self, thread: ThreadHandle) -> None:
        """Returns when the door may be open. Queues before it looks, so that a release in between is not missed."""
        surroundings = self.surroundings
        self._tell(Kind.CALL_BLOCKED)
        surroundings.point(_COUNT_CHANGE)
        self._door.append(thread)
        try:
            while True:
                surroundings.point(_PHASE_READ)
                if self._state.phase not in CLOSED:
                    return
                surroundings.park(Wait.DOOR, self.subject)
        finally:
            self._door.remove(thread)

    def _tell(self, *kinds: Kind | None, b: int = 0) -> None:
        """Writes what becomes of the current call; nothing where nothing is kept, as on real threads."""
        if not self.surroundings.recording:
            return
        call = getattr(self.surroundings.current, "call", None)
        if call is None:
            return
        for kind in kinds:
            if kind is not None:
                self.surroundings.emit(
                    kind, cause=call.position, call=call.number, a=self.request, b=b, subject=self.record.identity,
                    client=call.front.client,
                )  # fmt: skip

    # ---- the swap's side

    @property
    def phase(self) -> Phase:
        return self._state.phase

    def set_phase(self, phase: Phase, target: Any = None) -> None:
        """Goes to another phase; `target` is where calls go from now on, by default where they went before."""
        self.surroundings.point(_PHASE_WRITE, self.subject)
        self._state = DoorState(phase, self._state.target if target is None else target)

    def someone_inside(self) -> bool:
        """Whether a tracked call is in the component. A slot is read at each point, not all at once."""
        self.surroundings.point(_COUNT_READ)
        for slot in tuple(self._slots.values()):
            self.surroundings.point(_COUNT_READ)
            if slot.depth:
                return True
        return False

    @property
    def someone_at_door(self) -> bool:
        """Whether a call is held, or was woken and has not yet gone on."""
        return bool(self._door)

    def release(self) -> None:
        """Wakes everyone at the door, first come first; each looks for itself whether it may go on."""
        for thread in tuple(self._door):
            self.surroundings.point(_WAKE)
            self.surroundings.unpark(thread)


def mediator_for(
    surroundings: Surroundings, record: ObjectRecord, request: int, subject: int, driver: ThreadHandle
) -> Mediator:
    """A mediator for an object of any interface."""
    mediator: Mediator = generate(record.interface, Mediator, _mediate)(surroundings, record, request, subject, driver)
    return mediator


def _mediate(method: Method) -> list[str]:
    return [
        "_slot = self.enter()",
        "try:",
        # In a variable: what waits on the evaluation stack, nobody can see who compares two moments of a call.
        f"    _result = _slot.target.{method.name}({method.arguments})",
        "finally:",
        "    self.leave(_slot)",
        "return _result",
    ]
