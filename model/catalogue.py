"""What is known by name: interfaces, implementations, wrappers and workloads.

What ships stands in the explicit tuples of the packages. What is not ours comes in two ways, and never by itself:

- packages that are installed beside us announce it in the entry-point group `changeover.components`; it is listed by
  name without importing anything, and imported when a scenario names it;
- a `.py` source, embedded in a recording or dropped onto the window, runs only if the caller trusts its sha256.

A catalogue is a value: adding to one gives another, and two sessions may differ in theirs.
"""

from __future__ import annotations

import hashlib
import sys
import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from types import ModuleType
from typing import TYPE_CHECKING, Any, Protocol

from model.engine.component import Component, Interface, interface_of
from model.engine.wrapper import Wrapper

if TYPE_CHECKING:
    from model.faults import Fault
    from model.scenario import Scenario

GROUP = "changeover.components"
"""The entry-point group; the entry's name is the implementation's or wrapper's name."""


class Source(Protocol):
    """A foreign source with its text."""

    @property
    def path(self) -> str: ...
    @property
    def sha256(self) -> str: ...
    @property
    def text(self) -> str: ...


class ForeignCodeError(ValueError):
    """A foreign source that cannot be used, with its path and what was wrong."""


@dataclass(frozen=True)
class Catalogue:
    """Classes by name. `interfaces` has those of the implementations; workloads are of `model.workloads`."""

    interfaces: Mapping[str, type[Interface]] = field(default_factory=dict)
    implementations: Mapping[str, type[Component]] = field(default_factory=dict)
    wrappers: Mapping[str, type[Wrapper]] = field(default_factory=dict)
    workloads: Mapping[str, type[Any]] = field(default_factory=dict)
    announced: Mapping[str, EntryPoint] = field(default_factory=dict)
    """What other packages offer, not imported."""
    distrusted: tuple[Source, ...] = ()
    """Sources that came with a recording and were not run."""
    faults: Mapping[str, type[Fault]] = field(default_factory=dict)
    """What can be made to go wrong."""
    foreign: Mapping[str, tuple[type[Any], ...]] = field(default_factory=dict)
    """The classes of trusted sources, by the sha256 of their text."""

    def with_classes(self, classes: Iterable[type[Any]]) -> Catalogue:
        """This one and more; raises ForeignCodeError where a name is taken by another class."""
        interfaces, implementations = dict(self.interfaces), dict(self.implementations)
        wrappers, workloads = dict(self.wrappers), dict(self.workloads)
        for found in classes:
            if issubclass(found, Component):
                interface = interface_of(found)
                _put(interfaces, interface.__name__, interface)
                _put(implementations, found.name, found)
            elif issubclass(found, Wrapper):
                _put(wrappers, found.name, found)
            elif issubclass(found, Interface):
                _put(interfaces, found.__name__, found)
            else:
                _put(workloads, found.name, found)
        return replace(
            self, interfaces=interfaces, implementations=implementations, wrappers=wrappers, workloads=workloads
        )

    def with_announced(self, name: str) -> Catalogue:
        """This one and what another package offers under `name`, which is imported now."""
        try:
            found = self.announced[name].load()
        except Exception as error:  # Whatever a foreign module may raise while it is imported.
            raise ForeignCodeError(f"the installed component {name!r} does not load ({error})") from error
        return self.with_classes([found])


@cache
def shipped() -> Catalogue:
    """What ships, and the names of what is installed beside it."""
    from model.components import IMPLEMENTATIONS, INTERFACES
    from model.faults import FAULTS
    from model.workloads import WORKLOADS
    from model.wrappers import WRAPPERS

    announced = {entry.name: entry for entry in entry_points(group=GROUP)}
    own = Catalogue(announced=announced).with_classes([*INTERFACES, *IMPLEMENTATIONS, *WRAPPERS])
    return replace(
        own,
        workloads={workload.name: workload for workload in WORKLOADS},
        faults={fault.name: fault for fault in FAULTS},
    )


def for_scenario(scenario: Scenario, trusted: Iterable[str] = ()) -> Catalogue:
    """What a scenario may name: what ships, the trusted ones of its sources, and installed components that it names."""
    catalogue = shipped()
    if scenario.recording is not None:
        catalogue = with_sources(catalogue, scenario.recording.sources, frozenset(trusted))
    named = [component.implementation for component in scenario.components]
    named += [getattr(stamped.command, "implementation", "") for stamped in scenario.script]
    named += [getattr(stamped.command, "wrapper", "") for stamped in scenario.script]
    for name in dict.fromkeys(named):
        if name in catalogue.announced and name not in catalogue.implementations and name not in catalogue.wrappers:
            catalogue = catalogue.with_announced(name)
    return catalogue


def with_sources(catalogue: Catalogue, sources: Iterable[Source], trusted: frozenset[str]) -> Catalogue:
    """The catalogue and what the trusted ones of the sources define; runs their code.

    A source is trusted by the sha256 of its text, computed here: what the recording says of it counts for nothing.
    """
    distrusted = []
    for source in sources:
        digest = sha256_of(source.text)
        if digest not in trusted:
            distrusted.append(source)
        elif digest not in catalogue.foreign:
            classes = classes_of(source.path, source.text)
            catalogue = catalogue.with_classes(classes)
            catalogue = replace(catalogue, foreign={**catalogue.foreign, digest: classes})
    return replace(catalogue, distrusted=(*catalogue.distrusted, *distrusted))


def sha256_of(text: str) -> str:
    """The sha256 of a source, in hexadecimal digits."""
    return hashlib.sha256(text.encode()).hexdigest()


def foreign_module(text: str) -> str:
    """The name of the module that a foreign source becomes."""
    return f"changeover_foreign_{sha256_of(text)[:16]}"


@cache
def classes_of(path: str, text: str) -> tuple[type[Any], ...]:
    """The implementations, wrappers and interfaces that a source defines. Runs its code, once: ask first."""
    module = ModuleType(foreign_module(text))
    module.__file__ = path
    # Annotations and generated interposers look the module up by name.
    sys.modules[module.__name__] = module
    try:
        exec(compile(text, path, "exec"), module.__dict__)
    except Exception as error:  # Whatever foreign code may raise.
        del sys.modules[module.__name__]
        raise ForeignCodeError(f"{path}{_line_of(error, path)} does not load ({_words_of(error)})") from error
    return tuple(
        value
        for value in vars(module).values()
        if isinstance(value, type)
        and value.__module__ == module.__name__
        and issubclass(value, (Component, Wrapper, Interface))
    )


def _line_of(error: BaseException, path: str) -> str:
    """Where in the source it went wrong: ", line 3"; empty where nothing of it is to blame."""
    if isinstance(error, SyntaxError) and error.lineno is not None:
        return f", line {error.lineno},"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == path]
    return f", line {lines[-1]}," if lines else ""


def _words_of(error: BaseException) -> str:
    words = error.msg if isinstance(error, SyntaxError) else str(error)
    return f"{type(error).__name__}: {words}"


def _put(names: dict[str, Any], name: str, found: type[Any]) -> None:
    if not name:
        raise ForeignCodeError(f"{found.__module__}.{found.__name__} has no name")
    if names.setdefault(name, found) is not found:
        raise ForeignCodeError(f"the name {name!r} is taken by another class")
