"""One document for a whole run: machine, components, clients, workload, seed, and a script of stamped commands.

A scenario is a TOML file. A recording is a scenario whose script was made by hand, with a `[recording]` table that
holds what a replay is compared with (rule R4 of the design). The structures below are the file: a key of the file is a
field, except that a span of time may be written with its unit under the shorter name, `until = "20 ms"` for `until_ns`.

A file comes from anywhere, so everything in it has a bound, an unknown key is an error, and each error is one sentence
with the file, the place in it and the remedy. Reading never runs code: foreign sources that a recording holds are
texts here, and only `catalogue.with_sources` runs those that the caller trusts.
"""

from __future__ import annotations

import difflib
import re
import tomllib
import typing
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from model import commands, durations
from model.commands import Stamped
from model.refusals import ScenarioError, nearest, of_validation

FORMAT = 1
"""The newest format that this version reads, and the one that it writes."""

MAX_FILE_BYTES = 16 * 1024 * 1024
MAX_SCRIPT = 10_000
MAX_COMPONENTS = 4_096
MAX_CLIENTS = 256
MAX_WORKLOADS = 1_024
MAX_SOURCES = 64
MAX_CHOICES = 20_000
MAX_NARRATION = 64

Text = Annotated[str, Meta(max_length=4_000)]
Name = Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[^\x00-\x1f\x7f]*$")]
Time = Annotated[int, Meta(ge=0, le=durations.LONGEST_NS)]
Limit = Annotated[int, Meta(ge=1, le=durations.LONGEST_NS)]
Value = bool | int | str
Policy = Literal["first_come", "random"]
POLICIES: tuple[str, ...] = typing.get_args(Policy)
Alarms = Literal["any time", "when idle"]
Registering = Literal["every step", "one step"]
Digest = Annotated[str, Meta(pattern="^[0-9a-f]{32}$")]
Sha256 = Annotated[str, Meta(pattern="^[0-9a-f]{64}$")]


class _Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A table of the file."""


class MachineTable(_Table, frozen=True):
    """The simulated machine."""

    profile: Name = "plain"
    """One of `resources/machines/` by its name, or a file by its path."""
    processors: Annotated[int, Meta(ge=1, le=64)] | None = None
    """As many as the profile has, unless it says otherwise here."""
    generations: Annotated[int, Meta(ge=2, le=64)] = 2
    quantum_ns: Limit = 1_000_000
    costs: dict[str, Annotated[int, Meta(ge=0, le=10**12)]] = {}
    """Those of `model.costs.Costs` that differ here, by name."""
    frames: Annotated[int, Meta(ge=1, le=2**32)] | None = None
    """Page frames, where it has less memory than the profile, or more."""
    frames_low: Annotated[int, Meta(ge=0, le=2**32)] | None = None
    frames_enough: Annotated[int, Meta(ge=0, le=2**32)] | None = None
    local_tables: bool | None = None
    """Whether each processor has a translation table of its own."""


class SwapTable(_Table, frozen=True):
    """The limits of hot-swaps; what is left out is the engine's own."""

    forward_timeout_ns: Limit | None = None
    block_timeout_ns: Limit | None = None
    transfer_timeout_ns: Limit | None = None
    retry_delay_ns: Limit | None = None
    wake_again_ns: Limit | None = None
    retries: Annotated[int, Meta(ge=0, le=1_000)] | None = None


class ClientTable(_Table, frozen=True):
    """An address space with a translation table of its own. The kernel is a client too, and is always there."""

    name: Name
    address_space: Annotated[int, Meta(ge=1, le=2**31)]


class ComponentTable(_Table, frozen=True):
    """An object, and the implementation that serves it at the start."""

    name: Name
    implementation: Name
    uses: dict[str, str] = {}
    settings: dict[str, Value] = {}
    home: Name = "kernel"


class WorkloadTable(_Table, frozen=True):
    """What a client does."""

    kind: Name
    client: Name
    uses: dict[str, str] = {}
    settings: dict[str, Value] = {}


class LayoutTable(_Table, frozen=True):
    """How a person left the window: where the nodes stand, each without a place laid out by itself, and the panels."""

    positions: dict[str, tuple[float, float]] = {}
    panels: Annotated[str, Meta(max_length=20_000)] = ""
    """Which panels stood where, as the window writes it; one that does not understand it shows its own."""


class BookmarkTable(_Table, frozen=True):
    """An instant that a person has marked."""

    at_ns: Time
    note: Text = ""


class StopTable(_Table, frozen=True):
    """Rows at which a person wants the run to stop, or to be told of: a filter, as the story takes it."""

    rows: Annotated[str, Meta(min_length=1, max_length=1_000)]
    halts: bool = True
    on: bool = True


class NarrationTable(_Table, frozen=True):
    """What is said to those who watch, from the first row that `when` means after that of the line before."""

    when: Annotated[str, Meta(min_length=1, max_length=1_000)]
    """A filter, as the story takes it; `at>=1ms` is the first row from an instant on."""
    text: Annotated[str, Meta(min_length=1, max_length=400)]
    select: Name | None = None
    """The component that is selected there."""
    panel: Name | None = None
    """The panel that stands beside the graph from there on."""
    pace_ns: Limit | None = None
    """So much simulated time passes in a second from there on, in a swap that is under way too."""
    pauses: bool = True


class SceneTable(_Table, frozen=True):
    """How a scenario with a narration is played."""

    number: Annotated[int, Meta(ge=1, le=1_000)] = 1_000
    """Its place among the scenes that ship."""
    pace_ns: Limit = 500_000
    """So much simulated time passes in a second, until a line of the narration says otherwise."""


class SourceTable(_Table, frozen=True):
    """A foreign source with its text: it runs only when somebody trusts this sha256."""

    path: Name
    sha256: Sha256
    text: Annotated[str, Meta(max_length=1024 * 1024)]


class RecordingTable(_Table, frozen=True):
    """What a replay of a recording is compared with."""

    product_version: Name
    end_ns: Time
    fingerprint: Digest
    machine_sha256: Sha256
    fingerprints: Annotated[tuple[Digest, ...], Meta(max_length=MAX_SCRIPT)] = ()
    """One for each command of the script, its own row included."""
    sources: Annotated[tuple[SourceTable, ...], Meta(max_length=MAX_SOURCES)] = ()


class ChoiceTable(_Table, frozen=True):
    """One choice of a schedule that is not 0, and what the thread stood before that could have gone on instead."""

    step: Annotated[int, Meta(ge=0, le=MAX_CHOICES)]
    answer: Annotated[int, Meta(ge=1, le=10_000)]
    operation: Name


class ScheduleTable(_Table, frozen=True):
    """The choices of one run in abstract time; with it, the scenario is played as it was explored."""

    choices: Annotated[tuple[ChoiceTable, ...], Meta(max_length=MAX_CHOICES)] = ()
    rule: Text = ""
    """What the run breaks, if it was kept for that, and how."""
    message: Text = ""
    mutant: Text = ""
    """The planted bug under which it does."""


class ExplorationTable(_Table, frozen=True):
    """How the scenario is explored."""

    alarms: Alarms = "any time"
    """When a time limit may expire: at any moment, or only when every thread waits."""
    registering: Registering = "every step"
    """Whether a thread registers in its generation, and leaves it, in the many steps that this takes, or in one."""


class Scenario(_Table, frozen=True):
    """Everything that a run depends on."""

    format: int
    name: Name
    title: Text = ""
    description: Text = ""
    seed: Annotated[int, Meta(ge=0, le=2**63 - 1)] = 0
    until_ns: Time = 10_000_000
    """Where a run without a person ends."""
    policy: Policy = "first_come"
    machine: MachineTable = MachineTable()
    swap: SwapTable = SwapTable()
    clients: Annotated[tuple[ClientTable, ...], Meta(max_length=MAX_CLIENTS)] = ()
    components: Annotated[tuple[ComponentTable, ...], Meta(max_length=MAX_COMPONENTS)] = ()
    offers: Annotated[tuple[Name, ...], Meta(max_length=MAX_COMPONENTS)] = ()
    """Implementations that are offered beside those which always are, such as one that fails on purpose."""
    workloads: Annotated[tuple[WorkloadTable, ...], Meta(max_length=MAX_WORKLOADS)] = ()
    script: Annotated[tuple[Stamped, ...], Meta(max_length=MAX_SCRIPT)] = ()
    """In order of time; several commands of one instant in the order in which they were given."""
    layout: LayoutTable = LayoutTable()
    bookmarks: Annotated[tuple[BookmarkTable, ...], Meta(max_length=1_000)] = ()
    stops: Annotated[tuple[StopTable, ...], Meta(max_length=64)] = ()
    scene: SceneTable = SceneTable()
    narration: Annotated[tuple[NarrationTable, ...], Meta(max_length=MAX_NARRATION)] = ()
    """What makes a scene of the scenario, in the order in which it is said."""
    exploration: ExplorationTable = ExplorationTable()
    schedule: ScheduleTable | None = None
    recording: RecordingTable | None = None


class ScenarioSummary(msgspec.Struct, frozen=True):
    """A line of the list of what ships."""

    name: str
    title: str
    description: str
    scene: int = 0
    """Its number among the scenes; 0 for a scenario without a narration."""


def load(path_or_name: str | Path, trusted: Iterable[str] = ()) -> Scenario:
    """The scenario of a file, or of a name that ships, with every name in it checked.

    `trusted` holds the sha256 of the foreign sources that may run; without them a recording that needs one is refused.
    """
    from model import catalogue, scenario_names  # Summaries and structure need no component to be imported.

    file, text = _read(path_or_name)
    scenario = parse(text, file)
    try:
        scenario_names.check(scenario, catalogue.for_scenario(scenario, trusted))
    except catalogue.ForeignCodeError as error:
        raise ScenarioError("", str(error), "mend that code or leave it out", file) from None
    except ScenarioError as error:
        raise error.of_file(file) from None
    return scenario


def shipped() -> tuple[ScenarioSummary, ...]:
    """What ships, the default scenario first and the others by name."""
    found = _summaries(resources.files("resources.scenarios"))
    return tuple(sorted(found, key=lambda summary: (summary.name != DEFAULT, summary.name)))


def small() -> tuple[ScenarioSummary, ...]:
    """What ships to be explored, by name: too short to be watched, and in no list that is meant for that."""
    found = _summaries(resources.files("resources.scenarios") / "small")
    return tuple(sorted(found, key=lambda summary: summary.name))


def _summaries(folder: Traversable) -> Iterator[ScenarioSummary]:
    for entry in folder.iterdir():
        if entry.name.endswith(".toml"):
            table = tomllib.loads(entry.read_text(encoding="utf-8"))
            number = table.get("scene", {}).get("number", 1_000) if "narration" in table else 0
            words = " ".join(table["description"].split())
            yield ScenarioSummary(table["name"], table["title"], words, number)


def scenes() -> tuple[ScenarioSummary, ...]:
    """Those of what ships that have a narration, in the order in which they are shown."""
    return tuple(sorted((each for each in shipped() if each.scene), key=lambda each: (each.scene, each.name)))


DEFAULT = "tour"
"""The scenario that opens when none is named."""


def _read(path_or_name: str | Path) -> tuple[str, str]:
    """What the file is called in errors, and its text. A name without a dot or a slash is one that ships."""
    name = str(path_or_name)
    if re.fullmatch(r"[a-z0-9_]+", name) and not Path(name).is_file():
        folder = resources.files("resources.scenarios")
        for entry in (folder / f"{name}.toml", folder / "small" / f"{name}.toml"):
            if entry.is_file():
                return name, entry.read_text(encoding="utf-8")
        close = difflib.get_close_matches(name, [summary.name for summary in small()], n=1)
        names = [*(summary.name for summary in shipped()), *close]
        raise ScenarioError("", "no scenario of this name ships", nearest(name, names), name)
    return read_file(name)


def read_file(name: str) -> tuple[str, str]:
    """What a file is called in errors, and its text."""
    try:
        with open(name, "rb") as opened:
            content = opened.read(MAX_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "it is not the name of a file"
        raise ScenarioError("", f"cannot be read ({reason})", "check its name and that you may read it", name) from None
    if len(content) > MAX_FILE_BYTES:
        limit = MAX_FILE_BYTES // 2**20
        raise ScenarioError("", f"is larger than {limit} MiB", "a scenario is a small text: is it another file?", name)
    try:
        return name, content.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ScenarioError("", f"is not text in UTF-8 (byte {error.start})", "save it as UTF-8", name) from None


def parse(text: str, file: str = "") -> Scenario:
    """The scenario of a TOML text, its shape checked and its names not yet."""
    try:
        return _parsed(text)
    except ScenarioError as error:
        raise error.of_file(file) from None


def _parsed(text: str) -> Scenario:
    table = toml_of(text)
    written_in = table.get("format")
    if type(written_in) is not int or written_in < 1:
        raise ScenarioError("format", "a scenario begins with its format", f"write `format = {FORMAT}` at the top")
    if written_in > FORMAT:
        newer = f"made by a newer Changeover (format {written_in}); this one reads up to {FORMAT}"
        raise ScenarioError("format", newer, "open it with that version, or write it again here")
    try:
        scenario = msgspec.convert(_prepared(table, Scenario, ""), Scenario)
    except msgspec.ValidationError as error:
        raise of_validation(str(error), _CHOICES) from None
    except OverflowError:
        raise ScenarioError("", "a number in it is too large", "numbers have at most 63 bits") from None
    script = tuple(sorted(scenario.script, key=lambda stamped: stamped.at_ns))
    return msgspec.structs.replace(scenario, script=script)


def toml_of(text: str) -> dict[str, Any]:
    """The table of a TOML text."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError("", f"is not TOML: {str(error).rstrip('.')}", "mend that line") from None
    except (ValueError, RecursionError):
        raise ScenarioError("", "is not TOML that can be read", "a number or a nesting in it is too large") from None


def _prepared(value: Any, kind: Any, path: str) -> Any:
    """`value` with spans of time as nanoseconds and commands in their stamps; unknown keys are refused on the way.

    What is of the wrong type stays as it is: msgspec says so, with the path.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is Annotated:
        return _prepared(value, arguments[0], path)
    if origin is tuple and arguments[-1] is Ellipsis and isinstance(value, list):
        return [_prepared(item, arguments[0], f"{path}[{index}]") for index, item in enumerate(value)]
    if origin is dict and isinstance(value, dict):
        return {key: _item(item, arguments[1], f"{path}.{key}") for key, item in value.items()}
    if type(None) in arguments:
        kind = next(argument for argument in arguments if argument is not type(None))
    if not isinstance(value, dict) or not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return value
    if kind is Stamped:
        return _prepared_command(value, path)
    return _prepared_table(value, kind, path)


def _item(value: Any, kind: Any, path: str) -> Any:
    """One value of a table with free keys, checked here because msgspec's path leaves out such a key."""
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, below = str(error).partition(" - at ")
        raise of_validation(f"{message} - at `{path}{below.strip('`').removeprefix('$')}`", _CHOICES) from None


def _prepared_table(value: Mapping[str, Any], kind: type[msgspec.Struct], path: str) -> dict[str, Any]:
    fields = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
    result: dict[str, Any] = {}
    for key, item in value.items():
        place = f"{path}.{key}" if path else key
        field = f"{key}_ns" if f"{key}_ns" in fields else key
        if field not in fields:
            short = (name.removesuffix("_ns") for name in fields)
            raise ScenarioError(place, "there is no such key here", nearest(key, short))
        if field in result:
            short_name = field.removesuffix("_ns")
            raise ScenarioError(place, "this time is given twice", f"keep either {short_name} or {field}")
        result[field] = _span(item, place) if field != key else _prepared(item, fields[field], place)
    return result


def _prepared_command(value: Mapping[str, Any], path: str) -> dict[str, Any]:
    """A line of the script, `at` and the command's own keys side by side, as a stamp around a command."""
    known = [*commands.COMMANDS]
    sort = value.get("command")
    if not isinstance(sort, str) or sort not in known:
        raise ScenarioError(f"{path}.command", "a line of the script names its command", nearest(str(sort), known))
    own: dict[str, Any] = dict(value)
    stamps = {key: own.pop(key) for key in _STAMPS if key in own}
    if len(stamps) != 1:
        raise ScenarioError(f"{path}.at", "a line of the script has one time", 'write like `at = "2 ms"`, once')
    ((key, item),) = stamps.items()
    at_ns = _span(item, f"{path}.at") if key == "at" else item
    if type(at_ns) is not int or not 1 <= at_ns <= durations.LONGEST_NS:
        raise ScenarioError(f"{path}.{key}", "a command acts at 1 ns or later", durations.REMEDY)
    fields = {field.encode_name for field in msgspec.structs.fields(commands.COMMANDS[sort])}
    for key in tuple(own):
        if f"{key}_ns" in fields and f"{key}_ns" not in own:
            own[f"{key}_ns"] = _span(own.pop(key), f"{path}.{key}")
        elif key not in fields and key != "command":
            raise ScenarioError(f"{path}.{key}", f"{sort} has no such key", nearest(key, ["at", "command", *fields]))
    return {"at_ns": at_ns, "command": own}


_STAMPS: tuple[str, ...] = ("at", "at_ns")


def _span(item: Any, place: str) -> int:
    if not isinstance(item, str):
        raise ScenarioError(place, "a time needs its unit", durations.REMEDY)
    try:
        return durations.parse(item)
    except ValueError as error:
        raise ScenarioError(place, str(error), durations.REMEDY) from None


_CHOICES: dict[str, tuple[str, ...]] = {
    "policy": POLICIES,
    "exploration.alarms": typing.get_args(Alarms),
    "exploration.registering": typing.get_args(Registering),
}


def dump(scenario: Scenario) -> str:
    """The TOML text of a scenario; `parse` gives back an equal one."""
    import tomli_w  # Only recordings are written.

    table = msgspec.to_builtins(scenario)
    script = [{"at_ns": line["at_ns"], **_scripted(line["command"])} for line in table.pop("script", ())]
    if script:
        table["script"] = script
    order = [field.name for field in msgspec.structs.fields(Scenario)]
    ordered = {key: _plain(table[key]) for key in order if key in table}
    return tomli_w.dumps(_tables_last(ordered), multiline_strings=True)


def _scripted(command: dict[str, Any]) -> dict[str, Any]:
    """A command's keys with its sort first; what is the default anyway is left out."""
    kept = {key: item for key, item in command.items() if item not in (False, 0, {})}
    return {"command": kept.pop("command"), **kept}


def _plain(value: Any) -> Any:
    """Without None, which TOML does not have; left out, it is the default again."""
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _tables_last(table: dict[str, Any]) -> dict[str, Any]:
    """Plain keys first, then short tables, then lists of tables: the order in which a person reads them."""

    def rank(item: tuple[str, Any]) -> int:
        return 2 if isinstance(item[1], list) else 1 if isinstance(item[1], dict) else 0

    return dict(sorted(table.items(), key=rank))
