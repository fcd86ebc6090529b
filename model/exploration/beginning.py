"""The beginning of a run, kept so that the next run need not build it again.

A run is a few dozen steps, and what it begins with, a machine with a system on it, takes half as long to build. It is
the same every time. So it is built once, and what a run has changed is put back:

    whatever can be reached from the world
        attributes, items, closures, generators of chance     as they were
        a thread that has not begun                           a new greenlet that will do the same

Nothing has to be registered, as with the states of an exploration: a component's own attribute, or that of a planted
bug, is found by walking. What cannot be put back, such as an iterator, is refused with CannotGoBack; such a world is
built anew each time.

A hundred objects are put back before each run, so that what is of one sort is put back in one loop.

Limits: what nobody in the world refers to is not seen, such as a global variable of a module. That a world which was
brought back runs like one that was built is held by tests, for every small scenario and every planted bug.
"""

from __future__ import annotations

import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import is_dataclass
from enum import Enum
from functools import cache, partial
from struct import Struct
from types import BuiltinMethodType, CellType, CodeType, FunctionType, MappingProxyType, MethodType, ModuleType
from typing import Any, Final
from weakref import ReferenceType, WeakSet

import msgspec
import numpy as np
from greenlet import greenlet

Put = Callable[[Iterable[tuple[Any, Any]]], None]
"""Puts objects of one sort back, each to what was kept of it."""

_LEAVES: Final = (
    int, str, bytes, float, complex, type(None), range, type, ModuleType, CodeType, Enum, Struct, MappingProxyType,
    ReferenceType, WeakSet, msgspec.Struct, np.ndarray, memoryview,
)  # fmt: skip
"""What does not change, or is none of a run's business: views of the trace, and who watches it."""
_MADE_IN_PYTHON: Final = 1 << 9
"""The flag of classes that a `class` statement has made; others may hold what no attribute shows."""
_MISSING: Final = object()


class CannotGoBack(Exception):
    """Something has a state that cannot be put back."""


class Beginning:
    """All that can be reached from `roots`, as it is now. Nothing in `but` is looked into or changed.

    `carrier` gives a thread that has not begun what it lives on.
    """

    def __init__(
        self, roots: Iterable[Any], but: Iterable[Any], carrier: Callable[[Callable[[], None]], greenlet]
    ) -> None:
        self._carrier = carrier
        self._met: dict[int, Any] = {id(one): one for one in but}
        self._kept: dict[Put, list[tuple[Any, Any]]] = {}
        self._empty: list[Any] = []
        """Lists, dictionaries and sets that are empty: most of what rules remember."""
        self._ahead = list(roots)
        while self._ahead:
            found = self._ahead.pop()
            if id(found) not in self._met and not isinstance(found, _LEAVES):
                self._met[id(found)] = found  # Kept, so that no other object gets its number.
                self._take(found)

    def bring_back(self) -> None:
        """Makes it all what it was. Threads that have begun must have ended."""
        for found in filter(None, self._empty):
            found.clear()
        for put, pairs in self._kept.items():
            put(pairs)

    def _take(self, found: Any) -> None:
        for form, take in _TAKES.items():
            if isinstance(found, form):
                self._keep(*take(found))
                break
        else:
            kind: Any = type(found)
            _check_shows_all(kind)
        if type(found).__flags__ & _MADE_IN_PYTHON:
            self._take_attributes(found)

    def _keep(self, within: Iterable[Any], put: Put | None = None, found: Any = None, kept: Any = None) -> None:
        self._ahead += within
        if put in (_put_lists, _put_tables) and not kept:
            self._empty.append(found)
        elif put is not None:
            self._kept.setdefault(put, []).append((found, kept))

    def _take_attributes(self, found: Any) -> None:
        kind: Any = type(found)
        slots: dict[str, Any] = {name: getattr(found, name, _MISSING) for name in _slots(kind)}
        attributes = getattr(found, "__dict__", None)
        if _is_frozen(kind):
            self._keep([*slots.values(), *(attributes or {}).values()])
            return
        if attributes is not None:
            self._keep(list(attributes.values()), _put_attributes, found, (kind, dict(attributes)))
        there = {name: value for name, value in slots.items() if value is not _MISSING}
        if there:
            self._keep((), _putting(kind, tuple(there)), found, tuple(there.values()))
        if len(there) < len(slots):
            self._keep((), _put_away, found, tuple(slots.keys() - there.keys()))
        for name, value in there.items():
            if isinstance(value, greenlet):
                if value or value.dead:
                    raise CannotGoBack("a thread has begun")
                self._keep((value.run,), _put_carriers, found, (name, self._carrier, value.run))
            elif hasattr(value, "hexdigest"):
                self._keep((), _put_copies, found, (name, value.copy()))
            else:
                self._ahead.append(value)


# ---- objects with a form of their own: what is within, how it is put back, and what is kept for that

_Taken = tuple[Iterable[Any]] | tuple[Iterable[Any], Put, Any, Any]


def _take_list(found: Any) -> _Taken:
    return tuple(found), _put_lists, found, tuple(found)


def _put_lists(pairs: Iterable[tuple[Any, Any]]) -> None:
    for found, kept in pairs:
        found.clear()
        found.extend(kept)


def _take_set(found: Any) -> _Taken:
    return tuple(found), _put_tables, found, found.copy()


def _take_dict(found: Any) -> _Taken:
    return (*found.keys(), *found.values()), _put_tables, found, dict(found)


def _put_tables(pairs: Iterable[tuple[Any, Any]]) -> None:
    for found, kept in pairs:
        found.clear()
        found.update(kept)


def _take_bytes(found: Any) -> _Taken:
    return (), _put_bytes, found, bytes(found)


def _put_bytes(pairs: Iterable[tuple[Any, Any]]) -> None:
    for found, kept in pairs:
        found[:] = kept


def _take_cell(found: Any) -> _Taken:
    try:
        contents = found.cell_contents
    except ValueError:
        raise CannotGoBack("a function refers to a variable that has no value yet") from None
    return (contents,), _put_cells, found, contents


def _put_cells(pairs: Iterable[tuple[Any, Any]]) -> None:
    for found, kept in pairs:
        found.cell_contents = kept


def _take_chance(found: Any) -> _Taken:
    return (), _put_chance, found, found.getstate()


def _put_chance(pairs: Iterable[tuple[Any, Any]]) -> None:
    for found, kept in pairs:
        found.setstate(kept)


_TAKES: Final[dict[type, Callable[[Any], _Taken]]] = {
    tuple: lambda found: (tuple(found),),
    frozenset: lambda found: (tuple(found),),
    list: _take_list,
    deque: _take_list,
    dict: _take_dict,
    set: _take_set,
    bytearray: _take_bytes,
    CellType: _take_cell,
    FunctionType: lambda found: ((found.__closure__, found.__defaults__, found.__kwdefaults__),),
    MethodType: lambda found: ((found.__self__, found.__func__),),
    BuiltinMethodType: lambda found: ((found.__self__,),),
    partial: lambda found: ((found.func, found.args, found.keywords),),
    random.Random: _take_chance,
}


# ---- attributes


@cache
def _slots(kind: type) -> tuple[str, ...]:
    """The names of the slots of a class, its ancestors' among them."""
    names: dict[str, None] = {}
    for ancestor in kind.__mro__:
        own = vars(ancestor).get("__slots__", ())
        for name in (own,) if isinstance(own, str) else own:
            if name not in ("__dict__", "__weakref__"):
                private = name.startswith("__") and not name.endswith("__")
                names[f"_{ancestor.__name__.lstrip('_')}{name}" if private else name] = None
    return tuple(names)


@cache
def _is_frozen(kind: type) -> bool:
    return issubclass(kind, tuple) or (is_dataclass(kind) and kind.__dataclass_params__.frozen)  # type: ignore[attr-defined]


@cache
def _check_shows_all(kind: type) -> None:
    """Whether all that an object holds is in its attributes."""
    for ancestor in kind.__mro__:
        if ancestor is object or ancestor.__module__ == "typing":
            continue
        if not ancestor.__flags__ & _MADE_IN_PYTHON:
            raise CannotGoBack(f"a {kind.__name__} has a state that cannot be put back")


@cache
def _putting(kind: type, names: tuple[str, ...]) -> Put:
    """A function that sets just these attributes: written out, it costs a tenth of so many calls of `setattr`."""
    targets = ", ".join(f"found.{name}" for name in names)
    source = f"""
def put(pairs):
    for found, kept in pairs:
        if found.__class__ is not kind:
            found.__class__ = kind
        {targets}, = kept
"""
    namespace: dict[str, Any] = {"kind": kind}
    exec(source, namespace)
    put: Put = namespace["put"]
    return put


def _put_attributes(pairs: Iterable[tuple[Any, tuple[type, dict[str, Any]]]]) -> None:
    for found, (kind, attributes) in pairs:
        if found.__class__ is not kind:
            found.__class__ = kind
        there = found.__dict__
        there.clear()
        there.update(attributes)


def _put_away(pairs: Iterable[tuple[Any, tuple[str, ...]]]) -> None:
    for found, names in pairs:
        for name in names:
            if hasattr(found, name):
                delattr(found, name)


def _put_carriers(
    pairs: Iterable[tuple[Any, tuple[str, Callable[[Callable[[], None]], greenlet], Callable[[], None]]]],
) -> None:
    for found, (name, carrier, life) in pairs:
        setattr(found, name, carrier(life))


def _put_copies(pairs: Iterable[tuple[Any, tuple[str, Any]]]) -> None:
    for found, (name, value) in pairs:
        setattr(found, name, value.copy())
