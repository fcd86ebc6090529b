"""Bugs in interposition: what the code around a call could get wrong."""

from __future__ import annotations

from typing import Any, Final

from model.engine import interposer as interposers
from model.exploration.planting import Patches, patched
from model.trace.events import Kind

_template = interposers._template
_POSTCALL: Final = (f"self.mark({int(Kind.POSTCALL_RAN)},", "_wrapper.postcall(")


def no_postcall_once_detached() -> Patches:
    def template(kind: Any, marked: bool) -> Any:
        whole = _template(kind, marked)
        return lambda method: [line for each in whole(method) for line in _guarded(each)]

    return patched(interposers, _template=template)


def _guarded(line: str) -> list[str]:
    """A line of POSTCALL only runs while the interposer is attached."""
    bare = line.lstrip()
    if not bare.startswith(_POSTCALL):
        return [line]
    indent = line[: len(line) - len(bare)]
    return [f"{indent}if self in self.record.interposers:", f"{indent}    {bare}"]
