"""What makes two moments of an exploration the same: everything that can still matter, as one digest.

A state is what every thread has before it and what they share:

    of each thread   its stack (which functions, where in them, with which local variables), whether it waits, for what
    shared           objects, entries, instances, mediators, generations, queues, alarms: whatever can be reached from
                     the system and from the stacks
    remembered       what the rules keep of the past

It is read off the live objects, by walking over them, so that nothing has to be registered: a component's own state, or
one more attribute of a planted bug, is there by itself. What is left out is named below: instants (time is abstract),
positions in the trace, numbers of calls, and what only the trace is written from.

A thread's stack is enough as long as all that it holds stands in its variables (`expressions`). One that stops in the
middle of an expression that has more is known by its history instead, until it is out of it: a chain over its steps of
(what was known of it, digest of all that is shared as the step began). As nobody else runs within a step, that decides
what it holds.

Two states with one digest of 64 bits would be taken for one; among 10^6 states the chance of that is 3 in 10^8.
"""

from __future__ import annotations

import random
import sys
from collections import OrderedDict, deque
from collections.abc import Callable, Iterable
from enum import Enum
from functools import lru_cache, partial
from hashlib import blake2b
from marshal import dumps
from types import BuiltinFunctionType, CodeType, FunctionType, GeneratorType, MappingProxyType, MethodType, ModuleType
from typing import Any, Final, NamedTuple

from greenlet import getcurrent, greenlet

from model.costs import Costs
from model.engine.factory import Factory
from model.engine.objects import ObjectRecord
from model.engine.swap import SwapSettings
from model.engine.translation import Call, Front
from model.exploration.expressions import hides, live
from model.machine import abstract_time, carriers, explored, scheduler, turns
from model.machine.explored import ExploredMachine
from model.machine.machine import Machine
from model.machine.replay import PARK
from model.machine.thread import Thread
from model.trace.trace import Trace

_LEFT_OUT: Final[dict[type, frozenset[str]]] = {
    ObjectRecord: frozenset({"home", "interface", "methods", "name", "settings"}),
    Call: frozenset({"inner", "number", "position"}),
    Front: frozenset({"client", "inside", "way_back", "way_in"}),
}
"""Attributes that nothing is decided by: names and constants, and what rows are written from."""

_LEFT_OUT_EVERYWHERE: Final = frozenset({"machine", "_machine", "surroundings", "_surroundings", "__weakref__"})
_LEFT_OUT_LOCALS: Final = frozenset(
    {"_call", "_number", "_position", "call", "cause", "position", "row", "machine", "_machine", "surroundings"}
)
_LEAVES: Final = frozenset({int, bool, str, bytes, float, type(None)})
_NAMED: Final = (Machine, Factory, Trace, Costs, SwapSettings, greenlet, ModuleType, BuiltinFunctionType)
"""What is only ever one, or never changes: its name will do."""

_OF_THREADS: Final = (abstract_time.LockWithoutSpinning.__name__, abstract_time.GenerationsInOneStep.__name__)
"""What of these files a thread does for itself, with variables that matter."""

_MACHINERY: Final = tuple(
    module.__file__ for module in (turns, scheduler, explored, abstract_time, carriers)
)  # fmt: skip
MARSHAL_VERSION: Final = 2
"""The last one whose output does not depend on how often an object is referred to."""

DIGEST_BYTES = 8
CODE_PLACES = 65_536
"""Places in code that are remembered with the variables that count there."""


class Moment(NamedTuple):
    """A state as it was met: its digest, and what the next one's chains are made from."""

    digest: bytes
    shared: bytes
    own: dict[int, bytes]
    step: int

    def as_plain(self) -> list[Any]:
        """As JSON can hold it."""
        return [self.digest.hex(), self.shared.hex(), [[n, own.hex()] for n, own in self.own.items()], self.step]

    @classmethod
    def from_plain(cls, plain: Any) -> Moment:
        """The one that was made plain; TypeError or ValueError for anything else."""
        digest, shared, own, step = plain
        known = {int(number): bytes.fromhex(each) for number, each in own}
        return cls(bytes.fromhex(digest), bytes.fromhex(shared), known, int(step))


class States:
    """The states of one run, asked for in the order of its steps; a run that is made again goes on from a Moment."""

    def __init__(self, machine: ExploredMachine, roots: Iterable[Any], memory: Callable[[], Any]) -> None:
        self._machine = machine
        self._roots = tuple(roots)
        self._memory = memory
        self.before: Moment | None = None

    def now(self) -> Moment:
        """The state at the choice that is being made."""
        machine = self._machine
        walk = Walk()
        for root in self._roots:
            walk.take(root)
        for alarm in machine.armed():
            walk.take(alarm.action)
        walk.out.append(machine.to_come_from_outside)
        threads = sorted(machine.threads.items())
        for identity, thread in threads:
            self._flags(walk, identity, thread)
        shared = digest_of(walk.out)
        own: dict[int, bytes] = {}
        looked_at: set[int] = set()
        for identity, thread in threads:
            # A request and its loop have one stack, which is the request's as long as it lives.
            if id(thread.greenlet) not in looked_at:
                looked_at.add(id(thread.greenlet))
                own[identity] = self._own(walk, identity, thread)
        remembered = Walk()
        remembered.take(self._memory())
        digest = digest_of([shared, *own.items(), *remembered.out])
        self.before = Moment(digest, shared, own, machine.step)
        return self.before

    def _flags(self, walk: Walk, identity: int, thread: Thread) -> None:
        machine = self._machine
        stands = machine.stood_at.get(identity)
        if thread is machine.goes_on:
            stands = (machine.operation, machine.subject)
        walk.out += (
            identity, thread.parked, thread.at_lock, thread.permit, thread.killed, thread.leaving, thread.processor,
            None if stands is None else int(stands[0]),
        )  # fmt: skip
        if not thread.parked and stands is not None and stands[0] == PARK:
            walk.out.append(thread.woken)  # It has not seen it yet.
        walk.take(thread.token)
        walk.out.append([other.identity for other in thread.joiners or ()])
        walk.out.append([other.identity for other in thread.followers or ()])

    def _own(self, walk: Walk, identity: int, thread: Thread) -> bytes:
        start = len(walk.out)
        if not walk.stack(thread.greenlet, thread.function):
            return digest_of(walk.out[start:])
        before = self.before
        if before is None:
            return b"from the start"
        known = before.own.get(identity, b"new")
        if self._machine.step == before.step + 1:
            return digest_of([known, before.shared])
        return digest_of([known, before.digest, self._machine.step - before.step])


class Walk:
    """Everything that can be reached, as a list of plain values; what was met before is named by its number."""

    __slots__ = ("_met", "_numbers", "out")

    def __init__(self) -> None:
        self.out: list[Any] = []
        self._numbers: dict[int, int] = {}
        self._met: list[Any] = []

    def take(self, found: Any) -> None:
        """Adds an object and all that it leads to."""
        kind = type(found)
        if kind in _LEAVES:
            self.out.append(found)
        elif kind is tuple:
            out = self.out
            out.append(f"({len(found)}")
            for item in found:
                if type(item) in _LEAVES:
                    out.append(item)
                else:
                    self.take(item)
        else:
            self._take_once(found, kind)

    def _take_once(self, found: Any, kind: type) -> None:
        identity = id(found)
        number = self._numbers.get(identity)
        if number is not None:
            self.out.append("=")
            self.out.append(number)
            return
        self._numbers[identity] = len(self._met)
        self._met.append(found)  # Kept, so that no other object gets its number.
        handler = _HANDLERS.get(kind)
        if handler is None:
            handler = _HANDLERS[kind] = _handler_for(kind)
        handler(self, found)

    def stack(self, carrier: greenlet | None, first: Callable[[], Any]) -> bool:
        """Adds a thread's functions and variables; whether one of them hides something.

        Of one that has not begun, what it begins with: whoever started it may have forgotten that.
        """
        if carrier is None or carrier.dead:
            self.out.append("ended")
            return False
        if not carrier or (isinstance(carrier, carriers.Carrier) and not carrier.begun):
            self.out.append("unborn")
            self.take(first)
            return False
        frame: Any = carrier.gr_frame
        if carrier is getcurrent():
            # Above the machine's own functions stands whoever is choosing, which is no part of the thread.
            frame = sys._getframe()
            while not _is_machinery(frame.f_code):
                frame = frame.f_back
        hidden, begun = False, False
        while frame is not None:
            code = frame.f_code
            if not _is_machinery(code):
                begun = True
                hidden = hidden or hides(code, frame.f_lasti)
                self.frame(frame)
            frame = frame.f_back
        if not begun:  # What is to carry it has carried others.
            self.out.append("unborn")
        return hidden

    def frame(self, frame: Any) -> None:
        """Adds a function: which, where in it, and the variables that it may yet read."""
        code, at, out = frame.f_code, frame.f_lasti, self.out
        out.append(code.co_qualname)
        out.append(at)
        wanted, variables = _wanted(code, at), frame.f_locals
        for name in wanted:
            if name in variables:
                out.append(name)
                value = variables[name]
                if type(value) in _LEAVES:
                    out.append(value)
                else:
                    self.take(value)


@lru_cache(maxsize=CODE_PLACES)
def _wanted(code: CodeType, at: int) -> tuple[str, ...]:
    """The variables that may yet be read there and that count, in one order."""
    return tuple(
        name for name in sorted(live(code, at)) if name not in _LEFT_OUT_LOCALS and not name.endswith("_ns")
    )  # fmt: skip


_machinery: dict[CodeType, bool] = {}


def _is_machinery(code: CodeType) -> bool:
    known = _machinery.get(code)
    if known is None:
        of_threads = code.co_qualname.startswith(_OF_THREADS)
        known = _machinery[code] = code.co_filename in _MACHINERY and not of_threads
    return known


def digest_of(out: list[Any]) -> bytes:
    return blake2b(dumps(out, MARSHAL_VERSION), digest_size=DIGEST_BYTES).digest()


# ---- how objects of each kind are walked

_Handler = Callable[[Walk, Any], None]


def _handler_for(kind: type) -> _Handler:
    if issubclass(kind, Enum):
        return lambda walk, found: walk.out.extend((kind.__name__, found.value))
    if issubclass(kind, type):
        return lambda walk, found: walk.out.append(found.__qualname__)
    if issubclass(kind, _NAMED):
        return lambda walk, found: walk.out.append(kind.__name__)
    if issubclass(kind, BaseException):
        return lambda walk, found: (walk.out.append(kind.__name__), walk.take(found.args))[0]  # type: ignore[func-returns-value]
    if issubclass(kind, (int, str, float)):
        return lambda walk, found: walk.out.append(str(found))
    if issubclass(kind, tuple):
        return lambda walk, found: walk.take(tuple(found))
    if kind.__module__ == "builtins" and hasattr(kind, "__next__"):
        return _take_iterator
    return partial(_take_attributes, kind.__name__, _attributes_of(kind))


def _attributes_of(kind: type) -> tuple[str, ...]:
    """The slots that count, from the base down."""
    left_out = set(_LEFT_OUT_EVERYWHERE)
    for ancestor in kind.__mro__:
        left_out |= _LEFT_OUT.get(ancestor, frozenset())
    slots: list[str] = []
    for ancestor in reversed(kind.__mro__):
        own = vars(ancestor).get("__slots__", ())
        for name in (own,) if isinstance(own, str) else own:
            full = (
                f"_{ancestor.__name__.lstrip('_')}{name}" if name.startswith("__") and not name.endswith("__") else name
            )
            if name != "__dict__" and full not in left_out and not full.endswith("_ns"):
                slots.append(full)
    return tuple(slots)


def _take_attributes(name: str, slots: tuple[str, ...], walk: Walk, found: Any) -> None:
    out = walk.out
    out.append(name)
    for slot in slots:
        value = getattr(found, slot, None)
        if type(value) in _LEAVES:  # Most of them, and a call costs more than all else.
            out.append(value)
        else:
            walk.take(value)
    attributes = getattr(found, "__dict__", None)
    if attributes:
        left_out = _left_out_of(type(found))
        for key, value in attributes.items():
            if key not in left_out and not key.endswith("_ns"):
                out.append(key)
                if type(value) in _LEAVES:
                    out.append(value)
                else:
                    walk.take(value)


_left_out: dict[type, frozenset[str]] = {}


def _left_out_of(kind: type) -> frozenset[str]:
    known = _left_out.get(kind)
    if known is None:
        known = _LEFT_OUT_EVERYWHERE.union(*(_LEFT_OUT.get(ancestor, frozenset()) for ancestor in kind.__mro__))
        _left_out[kind] = known
    return known


def _take_items(walk: Walk, found: Any) -> None:
    walk.out.append(f"[{len(found)}")
    for item in found:
        walk.take(item)


def _take_pairs(walk: Walk, found: Any) -> None:
    walk.out.append("{" + str(len(found)))
    out = walk.out
    for key, value in found.items():
        if type(key) in _LEAVES:
            out.append(key)
        else:
            walk.take(key)
        walk.take(value)


def _take_set(walk: Walk, found: Any) -> None:
    parts = []
    for item in found:
        part = Walk()
        part.take(item)
        parts.append(dumps(part.out, MARSHAL_VERSION))
    walk.out += ("set", *sorted(parts))


def _take_function(walk: Walk, found: Any) -> None:
    code = found.__code__
    walk.out += (code.co_qualname, code.co_firstlineno)
    for cell in found.__closure__ or ():
        try:
            walk.take(cell.cell_contents)
        except ValueError:
            walk.out.append("empty")
    walk.take(found.__defaults__)


def _take_method(walk: Walk, found: Any) -> None:
    walk.take(found.__func__)
    walk.take(found.__self__)


def _take_partial(walk: Walk, found: Any) -> None:
    walk.take(found.func)
    walk.take(found.args)
    _take_pairs(walk, found.keywords)


def _take_thread(walk: Walk, found: Thread) -> None:
    """Live ones are taken by the machine; of one that has ended, what a join gives."""
    walk.out += ("thread", found.identity, found.ended)
    if found.ended:
        walk.take(found.result)
        walk.take(found.error)


def _take_chance(walk: Walk, found: random.Random) -> None:
    walk.out.append(hash(found.getstate()))


def _take_iterator(walk: Walk, found: Any) -> None:
    """A generator by its frame, anything else by what it would be copied from."""
    if isinstance(found, GeneratorType):
        walk.frame(found.gi_frame) if found.gi_frame is not None else walk.out.append("ended")
    else:
        walk.take(found.__reduce__())


_HANDLERS: Final[dict[type, _Handler]] = {
    list: _take_items,
    deque: _take_items,
    dict: _take_pairs,
    OrderedDict: _take_pairs,
    MappingProxyType: _take_pairs,
    set: _take_set,
    frozenset: _take_set,
    FunctionType: _take_function,
    MethodType: _take_method,
    partial: _take_partial,
    Thread: _take_thread,
    random.Random: _take_chance,
}
