"""How a bug is planted: attributes of the engine's own classes and modules are replaced, and put back.

Nothing of it is in the engine, and nothing is left in it afterwards. Classes that are generated per interface are
generated anew under a planted bug, so that templates can be replaced too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from model.engine import generated


class Patch(NamedTuple):
    """One attribute of a class or module, and what it is to be."""

    owner: Any
    name: str
    value: Any


Patches = tuple[Patch, ...]


def patched(owner: Any, **values: Any) -> Patches:
    """Patches of one class or module."""
    return tuple(Patch(owner, name, value) for name, value in values.items())


@contextmanager
def in_place(patches: Patches) -> Iterator[None]:
    """The patches hold while this lasts, in this process."""
    everything = (*patches, Patch(generated, "_cache", {}))
    before = [(patch.owner, patch.name, vars(patch.owner)[patch.name]) for patch in everything]
    try:
        for owner, name, value in everything:
            setattr(owner, name, value)
        yield
    finally:
        for owner, name, value in reversed(before):
            setattr(owner, name, value)
