"""The engine's generations against litmus files: small concurrent programs with a known answer.

A file holds threads of a few operations, an outcome, and whether it may ever be seen. The programs run on the machine
in abstract time with the engine's own `Generations`, and every interleaving is explored (`searches.Complete`):

    rcu_read_lock      registers the thread in a generation      rcu_read_unlock     leaves it
    synchronize_rcu    asks for a quiescent state and waits until it is called back
    read, write        one step on a shared variable             read_indirect       of the one that a register names
    mb                 nothing: here every step is seen by all as it happens

Domains are generations of their own, which do not know of each other. A token names one of several sections that a
thread has open in a domain; without one, the innermost is closed. To close a section that is not open does nothing.

Each file is explored with all threads on one processor and with a processor each. A run is left as soon as it cannot
come to the outcome any more: a register has another value, and nobody will write it again. What may be seen `Sometimes`
must be seen: a mechanism that never shows it waits too much, or is not explored.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from model.exploration.explorer import without_collector
from model.exploration.searches import Complete
from model.machine.calendar import NEVER_NS
from model.machine.explored import Chooser, ExploredMachine
from model.machine.generations import Generations
from model.machine.surroundings import Operation
from model.trace.trace import CHUNK_BYTES, CHUNK_ROWS, Trace

THREADS_AT_MOST = 16
OPERATIONS_AT_MOST = 64
FILE_BYTES_AT_MOST = 1_000_000
NEVER, SOMETIMES = "Never", "Sometimes"
_LINE_READ: Final = int(Operation.LINE_READ)
_LINE_WRITE: Final = int(Operation.LINE_WRITE)

Value = int | str
MakeGenerations = Callable[[ExploredMachine], Generations]


class LitmusError(ValueError):
    """A file that is no litmus test, as one sentence."""


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a thread."""

    operation: str
    variable: str = ""
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
        return tuple(sorted({step.domain for thread in self.threads for step in thread if step.operation in _SECTIONS}))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What was seen of one test."""

    name: str
    expected: str
    seen: str
    states: int
    schedules: int
    complete: bool = True

    @property
    def ok(self) -> bool:
        """Seen as expected, in an exploration that is whole where something must never be seen."""
        return self.seen == self.expected and (self.complete or self.seen == SOMETIMES)


# ---- running one


def run_litmus(test: Litmus, make_generations: MakeGenerations | None = None) -> Outcome:
    """Every interleaving, on one processor and on one each; `make_generations` gives other generations to test."""
    seen, states, schedules, complete = False, 0, 0, True
    for processors in dict.fromkeys((1, len(test.threads))):
        shown = _explored(test, processors, make_generations or _generations)
        seen = seen or shown.seen
        states += shown.search.states
        schedules += shown.schedules
        complete = complete and shown.search.finished
    return Outcome(test.name, test.expected, SOMETIMES if seen else NEVER, states, schedules, complete)


def _generations(machine: ExploredMachine) -> Generations:
    return Generations(machine, recorded=False)


@dataclass(slots=True)
class _Shown:
    search: Complete
    seen: bool = False
    schedules: int = 0


def _explored(test: Litmus, processors: int, make_generations: MakeGenerations) -> _Shown:
    shown = _Shown(Complete())
    chunk = bytearray(CHUNK_BYTES)
    with without_collector():
        # What must never be seen is looked for to the end; what may be seen, until it is.
        while not shown.search.finished and not shown.seen:
            chooser = shown.search.next_chooser()
            assert chooser is not None
            with closing(_Run(test, processors, make_generations, chooser, chunk)) as run:
                shown.search.look_at(run.machine, run.roots, lambda: None, run.cannot_end_as_asked)
                run.machine.run(NEVER_NS)
                shown.schedules += 1
                if not run.machine.halted:
                    shown.seen = run.ended_as_asked()
    return shown


class _Run:
    """One interleaving."""

    def __init__(
        self, test: Litmus, processors: int, make_generations: MakeGenerations, chooser: Chooser, chunk: bytearray
    ) -> None:
        self._test = test
        self.machine = ExploredMachine(Trace(2 * CHUNK_ROWS, chunk), chooser=chooser, processors=processors)
        self._memory: dict[str, Value] = dict(test.initial)
        self._registers: list[dict[str, Value]] = [{} for _ in test.threads]
        self._done = [0 for _ in test.threads]
        self._generations = {domain: make_generations(self.machine) for domain in test.domains}
        self.roots = (self._memory, self._registers, self._generations)
        self._threads = [
            self.machine.spawn(
                partial(self._thread, number), name=f"P{number}", processor=number % processors,
                in_generation=False,
            )
            for number in range(len(test.threads))
        ]  # fmt: skip

    def close(self) -> None:
        self.machine.close()

    def ended_as_asked(self) -> bool:
        """Whether this is the outcome that the test asks about."""
        for thread in self._threads:
            if thread.error is not None:
                raise thread.error
            if not thread.ended:
                raise LitmusError(f"{self._test.name}: {thread.name} waits for ever")
        return _may_hold(self._test.exists, self._memory, self._registers, [()] * len(self._threads)) is True

    def cannot_end_as_asked(self) -> bool:
        """Whether something that the outcome needs is already otherwise, and nobody will change it any more."""
        left = [steps[done:] for steps, done in zip(self._test.threads, self._done, strict=True)]
        return _may_hold(self._test.exists, self._memory, self._registers, left) is False

    def _thread(self, number: int) -> None:
        steps = self._test.threads[number]
        open_sections: list[tuple[str, str, Any]] = []
        for place in range(len(steps)):
            self._step(steps[place], self._registers[number], open_sections)
            self._done[number] = place + 1

    def _step(self, step: Step, registers: dict[str, Value], open_sections: list[tuple[str, str, Any]]) -> None:
        machine = self.machine
        match step.operation:
            case "read":
                machine.point(_LINE_READ)
                registers[step.register] = self._memory.get(step.variable, 0)
            case "read_indirect":
                machine.point(_LINE_READ)
                registers[step.register] = self._memory.get(str(registers.get(step.variable, "")), 0)
            case "write":
                machine.point(_LINE_WRITE)
                self._memory[step.variable] = step.value
            case "rcu_read_lock":
                token = self._generations[step.domain].enter()
                open_sections.append((step.domain, step.token, token))
            case "rcu_read_unlock":
                self._unlock(step, open_sections)
            case "synchronize_rcu":
                self._generations[step.domain].synchronize()

    def _unlock(self, step: Step, open_sections: list[tuple[str, str, Any]]) -> None:
        names = [(domain, token) for domain, token, _ in open_sections]
        if (step.domain, step.token) in names:
            innermost = len(names) - 1 - names[::-1].index((step.domain, step.token))
            _, _, entered = open_sections.pop(innermost)
            self._generations[step.domain].leave(entered)


def _may_hold(
    asked: Any,
    memory: Mapping[str, Value],
    registers: Sequence[Mapping[str, Value]],
    left: Sequence[Sequence[Step]],
) -> bool | None:
    """Whether the outcome holds; None while what is left of the threads may still change it."""
    if "and" in asked:
        parts = [_may_hold(part, memory, registers, left) for part in asked["and"]]
        return False if False in parts else None if None in parts else True
    if "or" in asked:
        parts = [_may_hold(part, memory, registers, left) for part in asked["or"]]
        return True if True in parts else None if None in parts else False
    if "not" in asked:
        part = _may_hold(asked["not"], memory, registers, left)
        return None if part is None else not part
    if "var" in asked:
        writes = (step for steps in left for step in steps if step.operation == "write")
        coming = {step.value for step in writes if step.variable == asked["var"]}
        if coming:
            return None if asked["eq"] in coming else False
        return bool(memory.get(asked["var"], 0) == asked["eq"])
    if any(step.register == asked["reg"] for step in left[asked["thread"]]):
        return None
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
