"""What is said of a file that cannot be used: one sentence with the file, the place in it and the remedy.

Whoever reads files refuses in this way: scenarios, recordings, the profiles of machines, saved explorations.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping
from typing import Final

LONGEST_PLACE: Final = 200
"""So many signs of a path inside a file are said."""


class ScenarioError(ValueError):
    """A file that cannot be used: one sentence with the file, the place in it and the remedy."""

    def __init__(self, path_in_file: str, message: str, remedy: str, file: str = "") -> None:
        self.path_in_file = path_in_file
        self.message = message
        self.remedy = remedy
        self.file = file
        super().__init__(path_in_file, message, remedy, file)

    def of_file(self, file: str) -> ScenarioError:
        """The same error, told of a file."""
        return ScenarioError(self.path_in_file, self.message, self.remedy, file)

    def __str__(self) -> str:
        inside = self.path_in_file
        inside = inside if len(inside) <= LONGEST_PLACE else f"{inside[:LONGEST_PLACE]}…"
        place = ": ".join(part for part in (self.file, inside) if part)
        said = f"{place}: {self.message}; {self.remedy}." if place else f"{self.message}; {self.remedy}."
        # A key of the file, which may hold anything, is part of the place: it must not break the line it stands in.
        return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in said)


def nearest(wrong: str, right: Iterable[str], most: int = 12) -> str:
    """The remedy for an unknown name: the nearest one that exists, or what exists."""
    names = sorted(set(right))
    if close := difflib.get_close_matches(wrong, names, n=1):
        others = [name for name in names if name != close[0]]
        return f"write {close[0]}" + (f", or another of {_list(others, most)}" if others else "")
    return f"write one of {_list(names, most)}" if names else "leave it out, as there are none"


def _list(names: list[str], most: int) -> str:
    shown = names[:most]
    return ", ".join(shown) + (f" and {len(names) - most} more" if len(names) > most else "")


def of_validation(text: str, choices: Mapping[str, tuple[str, ...]]) -> ScenarioError:
    """msgspec's error in our form: `Expected int, got str - at $.machine.processors`.

    `choices` has the words that a place of the file may have, by place.
    """
    message, _, path = text.replace("`", "").partition(" - at ")
    path = path.removeprefix("$").removeprefix(".").replace(".command", "")
    if missing := re.fullmatch(r"Object missing required field (\w+)", message):
        place = f"{path}.{missing[1]}" if path else missing[1]
        return ScenarioError(place, "this key is missing", f"write a line `{missing[1]} = ...` there")
    if value := re.fullmatch(r"Invalid enum value '(.*)'", message):
        return ScenarioError(path, f"there is no {path} {value[1][:40]!r}", nearest(value[1], choices.get(path, ())))
    if re.fullmatch(r"Expected str matching regex .*", message):
        remedy = _PATTERNS.get(path, "take out the control characters")
        return ScenarioError(path, "this text has characters that it cannot have", remedy)
    if wrong := re.fullmatch(r"Expected (.+), got (.+)", message):
        remedy = f"write {_TOML_TYPES.get(wrong[1], wrong[1])}"
        what = f"a list of {wrong[2]}" if wrong[2].isdecimal() else _TOML_TYPES.get(wrong[2], wrong[2])
        return ScenarioError(path, f"this is {what}", remedy)
    if bound := re.fullmatch(r"Expected (int|array|str) (.+)", message):
        sort = {"int": "a number", "array": "a list", "str": "a text"}[bound[1]]
        return ScenarioError(path, "this is out of its bounds", f"write {sort} {bound[2]}")
    return ScenarioError(path, message[0].lower() + message[1:].rstrip("."), "write a value that it can have")


_PATTERNS = {
    "recording.fingerprint": "a fingerprint has 32 hexadecimal digits",
    "recording.machine_sha256": "a sha256 has 64 hexadecimal digits",
}

_TOML_TYPES = {
    "int": "a whole number",
    "str": "a text in quotes",
    "bool": "true or false",
    "float": "a number with a fraction",
    "array": "a list",
    "array of length 2": "a list of two numbers",
    "object": "a table",
    "null": "nothing",
    "date": "a date",
    "datetime": "a date",
    "time": "a time of day",
    "bool | int | str": "true or false, a whole number or a text",
    "int | null": "a whole number",
}
