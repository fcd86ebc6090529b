"""Object translation tables: the fourth capability, external references (paper §3.4, §4.2).

Every client has a table of its own, with an entry for each object that it uses; the kernel is a client like the others.
All calls from outside go through `reference.object`, so a swap or an interposition has only to write the entries:

        client postmark          client sdet-1
        0x01 file session        0x01 file session
        0x02 FCM file 17 ---.    0x02 FCM file 17 ---.
                            +--> mediator --> FCM, single
                            |
        both entries are written, one point each; an entry made meanwhile copies the object's current door

On real threads `object` is a plain slot. On the simulated machine it is a property, one point, and gives a *front*: a
stub that stands for what the entry pointed at when it was read. It writes CALL_ENTERED, and CALL_RETURNED or
CALL_RAISED, and keeps the true list of calls in flight, whatever stands behind it: the component, an interposer or a
mediator.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from model.engine.clustered import Clustered, Representative
from model.engine.component import Component
from model.engine.generated import Method, generate
from model.machine.errors import CallsTooDeep, words_of
from model.machine.surroundings import Line, Operation, Surroundings
from model.trace.events import Kind
from model.trace.trace import pack_row

if TYPE_CHECKING:
    from model.engine.objects import ObjectRecord
    from model.machine.machine import Machine
    from model.machine.thread import Thread

ENTRY_BYTES = 16
"""An entry is a pointer and what the miss handler needs; so many stand on one line."""

CALLS_DEEP_AT_MOST = 50
"""Calls inside of each other on one thread, so that a component that calls itself for ever is told so, in every run at
the same call. Python's own limit is met sooner or later, as the program around the machine is deep itself."""

# Plain numbers: a member of an enumeration costs as much to read, to look up by and to pack as a call of a method.
_CALL_ENTERED: Final = int(Kind.CALL_ENTERED)
_CALL_RETURNED: Final = int(Kind.CALL_RETURNED)
_TABLE_READ: Final = int(Operation.TABLE_READ)
_TABLE_WRITE: Final = int(Operation.TABLE_WRITE)
_TABLE_MISS: Final = int(Operation.TABLE_MISS)


class Reference:
    """One client's entry for one object; on real threads the slot itself."""

    __slots__ = ("client", "number", "object", "record", "target_subject")

    def __init__(self, record: ObjectRecord, client: int, number: int) -> None:
        self.record = record
        self.client = client
        self.number = number
        self.target_subject = 0

    def announce_write(self, surroundings: Surroundings) -> None:
        """The point before the entry is written."""

    def write(self, target: Any, subject: int) -> None:
        """Points the entry at `target`; the one access after the caller's point."""
        self.object = target
        self.target_subject = subject

    def write_local(self, target: Any, subject: int) -> None:
        """There are no slots beside the entry."""


class SimulatedReference:
    """One client's entry for one object, on the simulated machine."""

    __slots__ = ("_front", "_machine", "_read_ns", "client", "number", "record", "target_subject")

    def __init__(self, machine: Machine, record: ObjectRecord, client: int, number: int) -> None:
        self._machine = machine
        self._read_ns = machine.cost_of(_TABLE_READ)
        self.record = record
        self.client = client
        self.number = number
        self.target_subject = 0

    @property
    def object(self) -> Any:
        """What the entry points at now, as a front."""
        machine = self._machine
        due_ns = machine.now_ns + self._read_ns
        if due_ns < machine.horizon_ns:
            machine.now_ns = due_ns
        else:
            machine.wait_turn(self._read_ns, _TABLE_READ, self.record.identity)
        return self._front

    def write(self, target: Any, subject: int) -> None:
        """Points the entry at `target`; the one access after the caller's point."""
        self._front = front_class(self.record)(self._machine, self.record, self.client, target, subject)
        self.target_subject = subject

    def announce_write(self, surroundings: Surroundings) -> None:
        """The point before the entry is written."""
        surroundings.point(_TABLE_WRITE, self.record.identity)

    def write_local(self, target: Any, subject: int) -> None:
        """There are no slots beside the entry."""


class LocalReference(SimulatedReference):
    """One client's entry for one object, where tables stand on cache lines; with local tables a slot a processor.

        entry of the client      the object's door, as every client's
        slot of a processor      nothing yet: the miss handler is called; then the door, or a clustered object's
                                 representative there

    A slot that would have to name a representative which is not made yet goes back to the miss handler.
    """

    __slots__ = ("_line", "_local_lines", "_slots", "_targets")

    def __init__(
        self, machine: Machine, record: ObjectRecord, client: int, number: int, lines: list[Line], local: bool
    ) -> None:
        super().__init__(machine, record, client, number)
        self._line = lines[0]
        self._local_lines = lines[1:]
        self._slots: list[Any] = [None] * len(self._local_lines)
        self._targets = [0] * len(self._local_lines)
        if local and record.entries_lock is None:
            record.entries_lock = machine.lock(f"entries of {record.name}")
            record.used_on = set()

    @property
    def object(self) -> Any:
        """What the entry points at now, as a front."""
        machine, identity = self._machine, self.record.identity
        if not self._slots:
            machine.point_on(_TABLE_READ, identity, self._line, False)
            return self._front
        processor = machine.current.processor
        machine.point_on(_TABLE_READ, identity, self._local_lines[processor], False)
        return self._slots[processor] or self._miss(processor)

    def announce_write(self, surroundings: Surroundings) -> None:
        """The point before the entry is written."""
        self._machine.point_on(_TABLE_WRITE, self.record.identity, self._line)

    def write_local(self, target: Any, subject: int) -> None:
        """Points every slot that points anywhere at `target`, one point each. Called with the entries' lock held."""
        for processor, before in enumerate(self._targets):
            if before:
                self._machine.point_on(_TABLE_WRITE, self.record.identity, self._local_lines[processor])
                part = target.existing_at(processor) if isinstance(target, Clustered) else target
                self._fill(processor, part, subject, Kind.LOCAL_ENTRY_WRITTEN)

    def _miss(self, processor: int) -> Any:
        """The miss handler: finds what the slot must point at, and fills it (K42's local translation tables).

        A representative is made before the lock is taken, because its code may do as it likes; so the door is looked
        at again under the lock, and while a transition holds that the handler waits.

        That the object is used on this processor is noted first: a swap that wrote the door before we read it looks at
        the notes afterwards, so that either it waits for this processor's threads or this one finds the new door.
        """
        machine, record = self._machine, self.record
        assert record.entries_lock is not None and record.used_on is not None
        machine.point(_TABLE_MISS, record.identity)
        record.used_on.add(processor)
        while True:
            machine.point(_TABLE_READ, record.identity)
            door = record.door
            part = door.representative_at(processor) if isinstance(door, Clustered) else door
            with record.entries_lock:
                if self._slots[processor] is not None:
                    return self._slots[processor]
                machine.point_on(_TABLE_WRITE, record.identity, self._local_lines[processor])
                if record.door is door:
                    self._fill(processor, part, record.door_subject, Kind.LOCAL_ENTRY_MADE)
                    return self._slots[processor]

    def _fill(self, processor: int, part: Any, subject: int, kind: Kind) -> None:
        """Writes a slot; `part` None gives it back to the miss handler. A call names the object's door, whichever part
        of it serves."""
        machine, before = self._machine, self._targets[processor]
        now = 0 if part is None else part.identity if isinstance(part, Representative) else subject
        if part is None:
            self._slots[processor] = None
        else:
            self._slots[processor] = front_class(self.record)(machine, self.record, self.client, part, subject)
        self._targets[processor] = now
        machine.emit(
            kind, subject=self.record.identity, a=now, b=before, client=self.client, processor=processor,
        )  # fmt: skip


class TranslationTable:
    """The entries of one client, each made when the client first uses the object."""

    def __init__(self, surroundings: Surroundings, client: int) -> None:
        self._surroundings = surroundings
        self._client = client
        self._entries: dict[int, Any] = {}
        self._lines: dict[tuple[int, int], Line] = {}

    def reference(self, record: ObjectRecord) -> Any:
        """The client's entry for an object; a new one copies the object's current door."""
        entry = self._entries.get(record.identity)
        if entry is None:
            entry = self._new_entry(record, len(self._entries) + 1)
            self._entries[record.identity] = entry
            record.add_entry(entry)
            self._surroundings.emit(
                Kind.ENTRY_MADE, subject=record.identity, a=entry.target_subject, b=entry.number, client=self._client
            )
        return entry

    def _new_entry(self, record: ObjectRecord, number: int) -> Any:
        surroundings: Any = self._surroundings
        if not surroundings.recording:
            return Reference(record, self._client, number)
        local = surroundings.shape.local_tables
        if surroundings.memory is None and not local:
            return SimulatedReference(surroundings, record, self._client, number)
        tables = range(-1, surroundings.processors if local else 0)
        lines = [self._line(table, number) for table in tables]
        return LocalReference(surroundings, record, self._client, number, lines, local)

    def _line(self, table: int, number: int) -> Line:
        """The line on which an entry stands, beside its neighbours. Table -1 is the client's own, the others the
        processors'."""
        key = (table, number * ENTRY_BYTES // self._surroundings.shape.line_bytes)
        if key not in self._lines:
            self._lines[key] = self._surroundings.line(f"table {table} of client {self._client}")
        return self._lines[key]


class Call:
    """A call in flight, entered and not yet returned; or room for the next one.

    The calls of a thread are inside of each other, so that it needs one of these for each depth, and keeps them:

        thread.outermost --> depth 1 --inner--> depth 2 --inner--> depth 3
                                                   ^
                                              thread.call
    """

    __slots__ = ("depth", "front", "inner", "number", "position")

    front: Front
    """None in room, so that it keeps no instance that was destroyed."""
    number: int
    position: int

    def __init__(self, depth: int) -> None:
        self.depth = depth
        self.inner: Call | None = None


def outermost_of(thread: Thread) -> Call:
    """Room for the first call of a thread."""
    thread.outermost = call = Call(1)
    return call


def inside_of(call: Call, record: ObjectRecord) -> Call:
    """Room for the first call that is made from inside of another; CallsTooDeep if it is one too many."""
    if call.depth == CALLS_DEEP_AT_MOST:
        raise CallsTooDeep(f"{record.name} would be called inside of {CALLS_DEEP_AT_MOST} calls of one thread")
    call.inner = inner = Call(call.depth + 1)
    return inner


def calls_in_flight(surroundings: Surroundings, record: ObjectRecord) -> list[tuple[Thread, Call]]:
    """Every call of an object that is in flight, and whose it is, in the order in which they were entered.

    True, because the fronts keep it: no interposer or mediator has a say in it. Real threads have none.
    """
    found = []
    for thread in surroundings.threads.values():
        call = thread.outermost if thread.call is not None else None
        while call is not None:
            if call.front.record is record:
                found.append((thread, call))
            call = call.inner if call is not thread.call else None
    return sorted(found, key=lambda one: one[1].number)


class Front:
    """Stands for what an entry pointed at when it was read; generated per interface."""

    __slots__ = (
        "client", "inside", "machine", "record", "target", "target_subject", "way_back", "way_back_ns", "way_in",
        "way_in_ns",
    )  # fmt: skip

    def __init__(self, machine: Machine, record: ObjectRecord, client: int, target: Any, target_subject: int) -> None:
        self.way_in, self.way_back = int(Operation.CALL_ENTRY), int(Operation.CALL_RETURN)
        # Where the instance lives and not the object: a swap may move it into the application and out again.
        if client != record.home and not record.in_application:
            # Into the kernel it is a trap; into another address space the whole of it is switched.
            self.way_in = self.way_back = int(Operation.CROSSING if record.home else Operation.TRAP)
        self.way_in_ns = machine.cost_of(self.way_in)
        self.way_back_ns = machine.cost_of(self.way_back)
        self.machine = machine
        self.record = record
        self.client = client
        self.target = target
        self.target_subject = target_subject
        # What stands in front of a component has a point of its own before anything that others could see.
        self.inside = target_subject if isinstance(target, Component) else 0

    def raised(
        self, thread: Thread, call: Call, caller: Call | None, method: int, entered_ns: int, error: BaseException
    ) -> None:
        """Writes CALL_RAISED; the caller sees the same exception."""
        machine = self.machine
        now_ns = machine.now_ns
        text = machine.text(words_of(error))
        machine.append(
            Kind.CALL_RAISED, now_ns, now_ns + self.way_back_ns, call.position, call.number,
            now_ns - entered_ns, text, thread.identity, self.record.identity, method, self.client,
            thread.processor,
        )  # fmt: skip
        thread.call = caller
        call.front = None  # type: ignore[assignment]
        machine.calls_raised += 1
        machine.point(self.way_back)


def front_class(record: ObjectRecord) -> type[Front]:
    """The front for an object's interface."""
    names = {"_outermost_of": outermost_of, "_inside_of": inside_of, "_pack": pack_row}
    return generate(record.interface, Front, _forward, names=names)


def _forward(method: Method) -> list[str]:
    """The way in, the call itself, and the way back. In one piece, as every simulated call takes it: a function for
    each of the three would cost more than what it does."""
    return [
        "_machine, _record = self.machine, self.record",
        "_thread, _trace = _machine.current, _machine.trace",
        "_caller = _thread.call",
        "if _caller is None:",
        "    _call = _thread.outermost or _outermost_of(_thread)",
        "    _cause, _by = _thread.position, _thread.origin",
        "else:",
        "    _call = _caller.inner or _inside_of(_caller, _record)",
        "    _cause, _by = _caller.position, _caller.front.record.identity",
        # In flight from here on: the row is written and the thread knows of it, before time passes.
        "_call.front = self",
        "_call.number = _machine.calls_entered = _number = _machine.calls_entered + 1",
        "_entered_ns = _machine.now_ns",
        f"_method = _record.methods[{method.place}]",
        "_due_ns = _entered_ns + self.way_in_ns",
        "_call.position = _position = _trace.filed + len(_trace.fresh)",
        "_machine.fresh.append(_pack(_entered_ns, _due_ns, _cause, _number, self.target_subject, _by, _thread.identity,"
        f" _record.identity, {_CALL_ENTERED}, _method, self.client, _thread.processor))",
        "if _position >= _trace.full:",
        "    _trace.file()",
        "_thread.call = _call",
        "try:",
        "    if _due_ns < _machine.horizon_ns:",
        "        _machine.now_ns = _due_ns",
        "    else:",
        "        _machine.wait_turn(self.way_in_ns, self.way_in, self.inside)",
        f"    _result = self.target.{method.name}({method.arguments})",
        "except BaseException as _error:",
        "    self.raised(_thread, _call, _caller, _method, _entered_ns, _error)",
        "    raise",
        "_now_ns = _machine.now_ns",
        "_due_ns = _now_ns + self.way_back_ns",
        "_machine.fresh.append(_pack(_now_ns, _due_ns, _position, _number, _now_ns - _entered_ns, _by,"
        f" _thread.identity, _record.identity, {_CALL_RETURNED}, _method, self.client, _thread.processor))",
        "_thread.call = _caller",
        "_call.front = None",
        "_machine.calls_returned += 1",
        "if _due_ns < _machine.horizon_ns:",
        "    _machine.now_ns = _due_ns",
        "else:",
        "    _machine.wait_turn(self.way_back_ns, self.way_back)",
        "return _result",
    ]
