"""What the threads of a small program share, place by place, and which of the places a step touches.

A place is the smallest thing that is kept apart: a number, an attribute, an item of a list of plain values, a lock,
what the machine knows of a thread. Objects are watched by giving them a class of their own that notes each access to
them and is otherwise theirs; so the code that runs is the code that always runs.

    generations._current[1]     item 1 of a list               touched by  generations._current[1] = 3
    generations._waiting        with all that it leads to      touched by  generations._waiting.append(...)
    thread 2                    whether it waits, has ended    touched by  machine.unpark(thread)

What a thread reaches and is not watched is told by its own state, with its value (`own_state`). So what a step does is
decided by the state of its thread and by the values of the places that it touches. Two things hold this up: every value
is compared after every step, and one that changed without having been touched ends the exploration with an error; and
what two of them reach and can change, such as a list that one thread has handed to another, ties them together
(`tied`): who depends on one depends on both.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from marshal import dumps
from types import BuiltinFunctionType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any, Final, NamedTuple

from greenlet import greenlet

from model.costs import Costs
from model.exploration.states import MARSHAL_VERSION, Walk
from model.machine.explored import ExploredMachine
from model.machine.lock import SimulatedLock
from model.machine.machine import Machine
from model.machine.replay import PARK
from model.machine.surroundings import Cell
from model.machine.thread import Thread
from model.trace.trace import Trace

Plain = Any
"""A value of numbers, texts and tuples of such."""

_LEAVES: Final = frozenset({int, bool, str, bytes, float, type(None)})
_OF_A_THREAD: Final = (
    "at_lock", "ended", "error", "joiners", "killed", "leaving", "parked", "permit", "result", "token", "woken",
)  # fmt: skip
_LOOKS_AT_NO_ITEM: Final = frozenset({
    "__class__", "__class_getitem__", "__delattr__", "__dir__", "__doc__", "__format__", "__getattribute__",
    "__getstate__", "__hash__", "__init__", "__init_subclass__", "__len__", "__new__", "__reduce__", "__reduce_ex__",
    "__setattr__", "__sizeof__", "__subclasshook__",
})  # fmt: skip
"""Of a list. How long one is that is watched never changes."""
_CANNOT_CHANGE: Final = (
    Machine, Trace, Costs, Thread, greenlet, type, tuple, frozenset, int, str, float,
    MappingProxyType, ModuleType, FunctionType, MethodType, BuiltinFunctionType,
)  # fmt: skip
"""Or are told apart elsewhere."""


class CannotBeComposed(Exception):
    """The program does what its steps do not tell, as one sentence."""


class Found(NamedTuple):
    """The value of a place or of a thread's own state, and what of all that it leads to can change."""

    value: Plain
    reaches: frozenset[int] = frozenset()
    hides: bool = False
    """The thread stands in an expression that holds more than its variables show."""


class Places:
    """The places of one run after the other of the same program: `watch` begins the next one."""

    def __init__(self) -> None:
        self.touched: dict[int, None] = {}
        """What was touched since this was cleared, in order."""
        self.names: list[str] = []
        self.refused = ""
        """What happened that no place tells."""
        self._read: list[Callable[[], Found]] = []
        self._place_of: dict[tuple[int, Any], int] = {}
        self._name_of: dict[int, str] = {}
        self._kept: list[Any] = []
        """So that no other object gets the number of one that is watched."""
        self._whole: set[int] = set()
        """Which objects are watched attribute by attribute, all of them."""
        self._kinds: dict[type, type] = {}
        self._machine: ExploredMachine

    def watch(self, machine: ExploredMachine, threads: Sequence[Thread], shared: Iterable[tuple[str, Any]]) -> None:
        """Watches the threads, the first places, and all that `shared` objects have; forgets those of before."""
        self._machine = machine
        self._place_of.clear()
        self._name_of.clear()
        self._whole.clear()
        self.names, self.refused, self._read, self._kept = [], "", [], []
        for thread in threads:
            place = self._place(f"thread {thread.identity}", partial(self._of_thread, thread))
            self._note_class(thread)
            for attribute in _OF_A_THREAD:
                self._place_of[id(thread), attribute] = place
        for name, found in shared:
            self._watch(name, found)
        self.touched.clear()

    def read(self, place: int) -> Found:
        """The value of a place now."""
        return self._read[place]()

    def own_state(self, thread: Thread, also: Any) -> Found:
        """Where a thread is, with all that only it can reach, and `also`."""
        walk = _Until(self._name_of)
        hides = walk.stack(thread.greenlet, thread.function)
        walk.take(also)
        return Found(dumps(walk.out, MARSHAL_VERSION), walk.reaches(), hides)

    # ---- watching

    def _place(self, name: str, read: Callable[[], Found]) -> int:
        self.names.append(name)
        self._read.append(read)
        return len(self._read) - 1

    def _watch(self, name: str, found: Any) -> None:
        if id(found) in self._name_of:
            return
        if isinstance(found, Cell):
            self._watch_whole(name, found, ("value",), lambda: Found(found.value))
        elif isinstance(found, SimulatedLock):
            self._watch_whole(name, found, ("holder", "_waiting"), lambda: _of_lock(found))
        elif isinstance(found, Mapping):
            for key, value in found.items():
                self._watch(f"{name}[{key}]", value)
        else:
            self._watch_attributes(name, found)

    def _watch_whole(self, name: str, found: Any, attributes: Iterable[str], read: Callable[[], Found]) -> None:
        self._name(name, found)
        self._note_class(found)
        place = self._place(name, read)
        for attribute in attributes:
            self._place_of[id(found), attribute] = place

    def _watch_attributes(self, name: str, found: Any) -> None:
        self._name(name, found)
        attributes = [*getattr(found, "__dict__", ())]
        attributes += [slot for kind in type(found).__mro__ for slot in vars(kind).get("__slots__", ())]
        for attribute in attributes:
            value = getattr(found, attribute, None)
            if isinstance(value, list) and value and all(type(item) in _LEAVES for item in value):
                value = self._watched_list(f"{name}.{attribute}", value)
                setattr(found, attribute, value)
            self._watch_inside(f"{name}.{attribute}", value)
        self._note_class(found)
        self._whole.add(id(found))
        for attribute in attributes:
            place = self._place(f"{name}.{attribute}", partial(self._of_attribute, found, attribute))
            self._place_of[id(found), attribute] = place

    def _watch_inside(self, name: str, found: Any) -> None:
        if isinstance(found, Cell | SimulatedLock):
            self._watch(name, found)
        elif type(found) in (list, tuple):
            for index, item in enumerate(found):
                self._watch_inside(f"{name}[{index}]", item)

    def _watched_list(self, name: str, items: list[Any]) -> list[Any]:
        kind: Any = self._kinds.get(type(items)) or self._kinds.setdefault(type(items), self._list_kind(type(items)))
        watched: list[Any] = kind.__new__(kind)
        list.extend(watched, items)
        self._name(name, watched)
        for index in range(len(items)):
            place = self._place(f"{name}[{index}]", partial(self._of_item, watched, index))
            self._place_of[id(watched), index] = place
        self._place(f"how long {name} is", lambda: Found(list.__len__(watched)))
        return watched

    def _name(self, name: str, found: Any) -> None:
        self._name_of[id(found)] = name
        self._kept.append(found)

    def _note_class(self, found: Any) -> None:
        kind = type(found)
        if kind not in self._kinds:
            self._kinds[kind] = self._noting(kind)
        object.__setattr__(found, "__class__", self._kinds[kind])

    def _noting(self, kind: type) -> type:
        """The class of the same objects that notes which of their attributes are touched."""
        place_of, touched, whole = self._place_of, self.touched, self._whole
        get: Any = kind.__getattribute__
        put: Any = kind.__setattr__

        def get_noting(found: Any, name: str) -> Any:
            place = place_of.get((id(found), name))
            if place is not None:
                touched[place] = None
            return get(found, name)

        def put_noting(found: Any, name: str, value: Any) -> None:
            place = place_of.get((id(found), name))
            if place is not None:
                touched[place] = None
            elif id(found) in whole:
                self.refused = f"{kind.__name__}.{name} was not there from the beginning"
            put(found, name, value)

        body = {
            "__slots__": (), "__module__": kind.__module__, "__qualname__": kind.__qualname__,
            "__getattribute__": get_noting, "__setattr__": put_noting,
        }  # fmt: skip
        return type(kind.__name__, (kind,), body)

    def _list_kind(self, kind: type) -> type:
        """The class of lists that notes which items are touched: one, or for all that is not about one, all."""
        place_of, touched = self._place_of, self.touched

        def noting(method: Any, of_one: bool) -> Callable[..., Any]:
            def noted(found: list[Any], *arguments: Any) -> Any:
                length = list.__len__(found)
                one = of_one and isinstance(arguments[0], int)
                for index in (arguments[0] % length,) if one else range(length):
                    touched[place_of[id(found), index]] = None
                return method(found, *arguments)

            return noted

        body: dict[str, Any] = {"__slots__": ()}
        for name in dir(kind):
            if name not in _LOOKS_AT_NO_ITEM and callable(getattr(kind, name)):
                body[name] = noting(getattr(kind, name), name in ("__getitem__", "__setitem__"))
        return type(kind.__name__, (kind,), body)

    # ---- values

    def _of_attribute(self, found: Any, name: str) -> Found:
        return self._by_value(getattr(found, name, None))

    def _of_item(self, found: list[Any], index: int) -> Found:
        return self._by_value(list.__getitem__(found, index))

    def _by_value(self, found: Any) -> Found:
        if type(found) in _LEAVES:
            return Found(found)
        walk = _Until(self._name_of)
        walk.take(found)
        return Found(dumps(walk.out, MARSHAL_VERSION), walk.reaches())

    def _of_thread(self, thread: Thread) -> Found:
        stands = self._machine.stood_at.get(thread.identity, (0, 0))[0]
        # Whether it was woken is read once, as it goes on.
        woken = not thread.parked and stands == PARK and thread.woken
        result = self._by_value((thread.result, thread.error)).value if thread.ended else None
        joiners = tuple(joiner.identity for joiner in thread.joiners or ())
        flags = (thread.at_lock, thread.permit, thread.killed, thread.leaving, woken)
        return Found((thread.parked or thread.ended, flags, joiners, thread.token, result))


def waits(value: Plain) -> bool:
    """Whether the value of a thread's place says that it waits or has ended."""
    return bool(value[0])


def _of_lock(lock: SimulatedLock) -> Found:
    holder = lock.holder.identity if lock.holder is not None else 0
    return Found((holder, *(thread.identity for thread in lock._waiting)))


class _Until(Walk):
    """A walk that ends at what is watched and at threads, which have a place each."""

    __slots__ = ("_name_of",)

    def __init__(self, name_of: dict[int, str]) -> None:
        super().__init__()
        self._name_of = name_of

    def _take_once(self, found: Any, kind: type) -> None:
        name = self._name_of.get(id(found))
        if name is not None:
            self.out += ("at", name)
        elif isinstance(found, Thread):
            self.out += ("thread", found.identity)
        else:
            super()._take_once(found, kind)

    def reaches(self) -> frozenset[int]:
        """What was met and can change."""
        return frozenset(id(found) for found in self._met if _can_change(found))


def _can_change(found: Any) -> bool:
    frozen = getattr(type(found), "__dataclass_params__", None)
    return not (isinstance(found, _CANNOT_CHANGE) or (frozen is not None and frozen.frozen))
