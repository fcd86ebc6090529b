"""Litmus files: small concurrent programs with an outcome, and whether it may ever be seen.

    {"name": ..., "init": {"x": 0},
     "threads": [{"ops": [{"op": "rcu_read_lock"}, {"op": "read", "var": "x", "reg": "r1"}, ...]}, ...],
     "exists": {"and": [{"thread": 0, "reg": "r1", "eq": 1}, ...]}, "expected_sc": "Never"}

Files are untrusted: what is malformed is refused with the place of it, and everything has a bound.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

THREADS_AT_MOST = 16
OPERATIONS_AT_MOST = 64
FILE_BYTES_AT_MOST = 1_000_000
NEVER, SOMETIMES = "Never", "Sometimes"

Value = int | str


class LitmusError(ValueError):
    """A file that is no litmus test, as one sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a thread."""

    operation: str
    variable: str = ""
    """The one that it reads or writes; for `read_indirect`, the register that names it."""
    register: str = ""
    value: Value = 0
    domain: str = ""
    token: str = ""


@dataclass(frozen=True, slots=True)
class Litmus:
    """One test; `exists` is the outcome as the file has it, checked."""

    name: str
    initial: Mapping[str, Value]
    threads: tuple[tuple[Step, ...], ...]
    exists: Any
    expected: str

    @property
    def domains(self) -> tuple[str, ...]:
        """Those that sections and grace periods name."""
        return tuple(sorted({step.domain for thread in self.threads for step in thread if step.operation in _SECTIONS}))

    @property
    def variables(self) -> dict[str, Value]:
        """All that have a first value, or are read or written by their names."""
        named = (step.variable for thread in self.threads for step in thread if step.operation in ("read", "write"))
        return {**dict.fromkeys(named, 0), **self.initial}

    def holds(self, memory: Mapping[str, Value], registers: Sequence[Mapping[str, Value]]) -> bool:
        """Whether this is the outcome that the test asks about."""
        return _holds(self.exists, memory, registers)


def _holds(asked: Any, memory: Mapping[str, Value], registers: Sequence[Mapping[str, Value]]) -> bool:
    if "and" in asked:
        return all(_holds(part, memory, registers) for part in asked["and"])
    if "or" in asked:
        return any(_holds(part, memory, registers) for part in asked["or"])
    if "not" in asked:
        return not _holds(asked["not"], memory, registers)
    if "var" in asked:
        return bool(memory.get(asked["var"], 0) == asked["eq"])
    return bool(registers[asked["thread"]].get(asked["reg"], 0) == asked["eq"])


# ---- reading them

_SECTIONS: Final = frozenset({"rcu_read_lock", "rcu_read_unlock", "synchronize_rcu"})
_NEEDS: Final[Mapping[str, tuple[str, ...]]] = {
    "read": ("var", "reg"),
    "write": ("var", "value"),
    "read_indirect": ("ptr", "reg"),
    "rcu_read_lock": (),
    "rcu_read_unlock": (),
    "synchronize_rcu": (),
    "mb": (),
}


def read_litmus(paths: Iterable[str | Path]) -> list[Litmus]:
    """The tests of files, and of all `.json` files of folders, by their names; LitmusError for what is none."""
    found = []
    for path in paths:
        files = sorted(Path(path).glob("*.json")) if Path(path).is_dir() else [Path(path)]
        if not files:
            raise LitmusError(f"{path}: there is no .json file in this folder")
        found += [_read(file) for file in files]
    return found


def _read(file: Path) -> Litmus:
    try:
        with file.open("rb") as opened:
            content = opened.read(FILE_BYTES_AT_MOST + 1)
    except OSError as error:
        raise LitmusError(f"{file}: cannot be read ({error.strerror})") from None
    if len(content) > FILE_BYTES_AT_MOST:
        raise LitmusError(f"{file}: is larger than {FILE_BYTES_AT_MOST:,} bytes, which no litmus test is")
    try:
        return parse_litmus(json.loads(content))
    except LitmusError as error:
        raise LitmusError(f"{file}: {error}") from None
    except (ValueError, RecursionError) as error:
        raise LitmusError(f"{file}: is not JSON ({str(error).rstrip('.')})") from None


def parse_litmus(table: Any) -> Litmus:
    """The test in a JSON table; LitmusError with the place of what is wrong."""
    if not isinstance(table, dict):
        raise LitmusError("a litmus test is a JSON object")
    name = _get(table, "name", str, "")
    initial = _get(table, "init", dict, "")
    for variable, value in initial.items():
        _value(value, f"init.{variable}")
    threads = _get(table, "threads", list, "")
    if not 1 <= len(threads) <= THREADS_AT_MOST:
        raise LitmusError(f"threads: there must be 1 to {THREADS_AT_MOST} of them, not {len(threads)}")
    steps = tuple(tuple(_steps(thread, f"threads[{number}]")) for number, thread in enumerate(threads))
    exists = table.get("exists")
    _check_outcome(exists, len(steps), "exists")
    expected = _get(table, "expected_sc", str, "")
    if expected not in (NEVER, SOMETIMES):
        raise LitmusError(f"expected_sc: must be {NEVER} or {SOMETIMES}, not {expected!r}")
    return Litmus(name, initial, steps, exists, expected)


def _steps(thread: Any, place: str) -> Iterator[Step]:
    if not isinstance(thread, dict):
        raise LitmusError(f"{place}: a thread is an object with its ops")
    operations = _get(thread, "ops", list, place)
    if len(operations) > OPERATIONS_AT_MOST:
        raise LitmusError(f"{place}.ops: there must be at most {OPERATIONS_AT_MOST}, not {len(operations)}")
    for number, operation in enumerate(operations):
        yield _step(operation, f"{place}.ops[{number}]")


def _step(table: Any, place: str) -> Step:
    if not isinstance(table, dict):
        raise LitmusError(f"{place}: an operation is an object with its op")
    operation = _get(table, "op", str, place)
    if operation not in _NEEDS:
        raise LitmusError(f"{place}.op: there is no operation {operation!r}; there are {', '.join(_NEEDS)}")
    for key in _NEEDS[operation]:
        if key not in table:
            raise LitmusError(f"{place}.{key}: {operation} needs this key")
    for key in ("var", "ptr", "reg", "domain"):
        if key in table and not isinstance(table[key], str):
            raise LitmusError(f"{place}.{key}: must be a text")
    _value(table.get("value", 0), f"{place}.value")
    names = {key: str(table.get(key, "")) for key in ("var", "ptr", "reg", "domain", "tok")}
    return Step(
        operation, names["var"] or names["ptr"], names["reg"], table.get("value", 0), names["domain"], names["tok"]
    )  # fmt: skip


def _check_outcome(asked: Any, threads: int, place: str) -> None:
    if not isinstance(asked, dict):
        raise LitmusError(
            f"{place}: must be an object like {{'thread': 0, 'reg': 'r1', 'eq': 1}}, or 'and', 'or' of such"
        )
    for word in ("and", "or"):
        if word in asked:
            if not isinstance(asked[word], list):
                raise LitmusError(f"{place}.{word}: must be a list")
            for number, part in enumerate(asked[word]):
                _check_outcome(part, threads, f"{place}.{word}[{number}]")
            return
    if "not" in asked:
        _check_outcome(asked["not"], threads, f"{place}.not")
        return
    if "eq" not in asked:
        raise LitmusError(f"{place}.eq: this key is missing")
    _value(asked["eq"], f"{place}.eq")
    if "var" in asked:
        _get(asked, "var", str, place)
        return
    _get(asked, "reg", str, place)
    number = _get(asked, "thread", int, place)
    if not 0 <= number < threads:
        raise LitmusError(f"{place}.thread: there is no thread {number}; they are numbered 0 to {threads - 1}")


def _get(table: Mapping[str, Any], key: str, kind: type, place: str) -> Any:
    where = f"{place}.{key}" if place else key
    if key not in table:
        raise LitmusError(f"{where}: this key is missing")
    if not isinstance(table[key], kind) or isinstance(table[key], bool):
        words = {str: "a text", int: "a whole number", list: "a list", dict: "an object"}[kind]
        raise LitmusError(f"{where}: must be {words}")
    return table[key]


def _value(value: Any, place: str) -> None:
    if isinstance(value, bool) or not isinstance(value, int | str):
        raise LitmusError(f"{place}: a value is a whole number or the name of a variable")
