"""A frozen dataclass from a TOML table, every key checked against the dataclass's own fields.

The dataclass is the schema: a field more in it is a key more in the file, and nothing else is to be kept in step.
Problems are gathered under the key's full name rather than raised one by one, so that a user mends a theme once.

Limits: it reads what a theme holds (colours, words, numbers, truths, lists of these, tables) and nothing more.
"""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Callable, Mapping
from typing import Any, get_type_hints

from PySide6.QtGui import QColor

_COLOUR = re.compile(r"#[0-9A-Fa-f]{6}")


def built(kind: type, value: object, path: str, problems: list[str]) -> Any:
    """The dataclass `kind` from a TOML table; what is wrong is added to `problems` under the key's full name."""
    if not isinstance(value, Mapping):
        problems.append(f"{path}: must be a table")
        return None
    hints = get_type_hints(kind)
    prefix = path + "." if path else ""
    problems.extend(f"{prefix}{key}: unknown key" for key in value if key not in hints)
    problems.extend(f"{prefix}{key}: missing" for key in hints if key not in value)
    made = {key: _value(hints[key], value[key], prefix + key, problems) for key in hints if key in value}
    return kind(**made) if len(made) == len(hints) else None


def _value(hint: Any, value: object, path: str, problems: list[str]) -> Any:
    if dataclasses.is_dataclass(hint):
        assert isinstance(hint, type)
        return built(hint, value, path, problems)
    if hint in _LEAVES:
        wanted, made = _LEAVES[hint](value)
        if made is None:
            problems.append(f"{path}: must be {wanted}, not {value!r}")
        return made
    raise AssertionError(f"no reader for {hint}")


def _colour(value: object) -> tuple[str, QColor | None]:
    good = isinstance(value, str) and _COLOUR.fullmatch(value) is not None
    return "a colour #RRGGBB", QColor(value) if good else None


def _colours(value: object) -> tuple[str, tuple[QColor, ...] | None]:
    made = tuple(_colour(each)[1] for each in value) if isinstance(value, list) else ()
    found = tuple(each for each in made if each is not None)
    return "a list of colours #RRGGBB", found if found and len(found) == len(made) else None


def _words(value: object) -> tuple[str, tuple[str, ...] | None]:
    good = isinstance(value, list) and bool(value) and all(isinstance(each, str) for each in value)
    return "a list of words", tuple(value) if good and isinstance(value, list) else None


def _dash(value: object) -> tuple[str, tuple[float, ...] | None]:
    good = isinstance(value, list) and all(type(each) in (int, float) and each > 0 for each in value)
    return "a list of lengths", tuple(float(v) for v in value) if good and isinstance(value, list) else None


def _word(value: object) -> tuple[str, str | None]:
    return "a word", value if isinstance(value, str) and value else None


def _number(value: object) -> tuple[str, float | None]:
    return "a number from 0 to 4", float(value) if type(value) in (int, float) and 0 <= value <= 4 else None  # type: ignore[operator,arg-type]


def _whole(value: object) -> tuple[str, int | None]:
    return "a whole number", value if type(value) is int else None


def _truth(value: object) -> tuple[str, bool | None]:
    return "true or false", value if isinstance(value, bool) else None


_LEAVES: Mapping[Any, Callable[[object], tuple[str, Any]]] = {
    QColor: _colour,
    tuple[QColor, ...]: _colours,
    tuple[str, ...]: _words,
    tuple[float, ...]: _dash,
    str: _word,
    float: _number,
    int: _whole,
    bool: _truth,
}
