"""Bugs in interposition: what the code around a call could get wrong."""

from __future__ import annotations

from typing import Any

from model.engine import interposer as interposers
from model.engine.generated import Method
from model.exploration.planting import Patches, patched

_template = interposers._template


def no_postcall_once_detached() -> Patches:
    def template(kind: Any, marked: bool) -> Any:
        whole = _template(kind, marked)

        def body(method: Method) -> list[str]:
            lines = whole(method)
            if "try:" not in lines:
                return lines
            made = next(line for line in lines if line.strip().startswith("_result = "))
            after = lines[lines.index("    raise") + 1 :]
            return [
                *lines[: lines.index("try:")],
                made.strip(),
                "if self in self.record.interposers:",
                *(f"    {line}" for line in after),
                "return _result",
            ]

        return body

    return patched(interposers, _template=template)
