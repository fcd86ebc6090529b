"""Wrappers: what an interposer runs before and after each call (paper §4.3.1).

A wrapper has two calls, `precall` and `postcall`; the generic interposer carries it around any interface. What a
wrapper needs is declared by class attributes, and the interposer's code is generated for just that, so that a wrapper
pays only for what it uses: one that skips POSTCALL keeps no state across the call (the paper's optimisation after Table
1).

A wrapper that decides (Figure 1) asks for a swap by what the new component is to suit, "many processors", and not by
its name: it sees calls and no implementation, and so it can be dropped on any component.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar, Protocol

from model.engine.component import Interface, Setting

if TYPE_CHECKING:
    from model.machine.surroundings import Surroundings


class Petition(Protocol):
    """What a wrapper may ask of the engine about the one object that it stands before; see `model.engine.petition`."""

    def suits(self) -> str: ...
    def swap(self, suits: str, why: str) -> bool: ...
    def renew(self, why: str) -> bool: ...
    def leave(self, why: str) -> bool: ...


class Wrapper:
    """Extra work around the calls of a component; the base class does nothing.

    - `interface`: wraps only components of this interface; None wraps any.
    - `methods`: wraps only these calls; None wraps all.
    - `changes_arguments`: `precall` returns (state, arguments) instead of the state alone.
    - `changes_results`: what `postcall` returns becomes the result.
    - `skips_postcall`: `postcall` is never called, and an exception passes unseen.
    """

    name: ClassVar[str] = ""
    title: ClassVar[str] = ""
    summary: ClassVar[str] = ""
    interface: ClassVar[type[Interface] | None] = None
    methods: ClassVar[frozenset[str] | None] = None
    changes_arguments: ClassVar[bool] = False
    changes_results: ClassVar[bool] = False
    skips_postcall: ClassVar[bool] = False
    settings: ClassVar[Mapping[str, Setting]] = {}

    def __init__(self, surroundings: Surroundings, *, identity: int = 0, **settings: int | str | bool) -> None:
        self.surroundings = surroundings
        self.identity = identity
        self.petition: Petition | None = None
        """Given when the wrapper is attached; None while it stands before nothing."""
        for key, setting in self.settings.items():
            setattr(self, key, settings.pop(key, setting.default))
        if settings:
            raise TypeError(f"{self.name or type(self).__name__} has no setting {sorted(settings)[0]!r}")

    def precall(self, method: str, arguments: tuple[Any, ...]) -> Any:
        """Runs before the call; what it returns is the call's own state, handed to `postcall`."""
        return None

    def postcall(self, method: str, state: Any, result: Any, error: BaseException | None) -> Any:
        """Runs after the call, however it ended: `error` is what it raised, or None."""
        return None

    def report(self, figure: str, value: int) -> None:
        """Tells the trace a figure of this interposer."""
        self.surroundings.report(self.identity, figure, value)
