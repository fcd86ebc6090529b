"""Machine profiles: every number of a simulated machine with its unit, where it comes from, and how far it may be off.

A profile is a file in `resources/machines/`, or one of a person's own:

    line_memory = { value = 360, unit = "ns", source = "assumed", bracket = [250, 450], why = "..." }

Paths of software are in cycles, the same numbers on each machine; memory, coherence and bus are in nanoseconds.
Together they become the two frozen tables that a machine is made with. A scenario names its profile, and may say
otherwise for single costs; what reproduces the paper uses a profile as it stands, and its sha256 says so.

A profile is complete: a constant that is missing would silently be somebody else's. Files are untrusted: everything has
a range, and an error is one sentence with the file, the place in it and the range.
"""

from __future__ import annotations

import re
import typing
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from hashlib import sha256
from importlib import resources
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta

from model import scenario as documents
from model.costs import Costs, DeviceCosts, Shape
from model.refusals import ScenarioError, nearest, of_validation
from model.scenario import MachineTable, Name, Text

FORMAT = 1
PLAIN = "plain"
"""The profile of a scenario that names none."""

PROCESSORS_AT_MOST = 64
DEVICES_AT_MOST = 16
LARGEST = 10**12
"""No constant is greater, in whatever unit."""

Unit = Literal["ps", "ns", "cycles", "bytes", "MiB", "frames", "processors"]
Source = Literal["paper", "public", "fitted", "assumed"]
Value = Annotated[int, Meta(ge=0, le=LARGEST)]


class Constant(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One number. `why` says which passage, publication or thought it comes from; `bracket` what it may be at most and
    at least, where that is known."""

    value: Value
    unit: Unit
    source: Source
    why: Annotated[str, Meta(min_length=1, max_length=1_000)]
    bracket: tuple[Value, Value] | None = None


class DeviceTable(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a transfer takes: so much for the request, and so much for each KiB."""

    request: Constant
    per_kib: Constant


class Profile(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A machine, as its file says."""

    format: int
    name: Name
    title: Text
    description: Text
    local_tables: bool
    """Whether each processor has a translation table of its own, filled by a miss handler."""
    constants: dict[str, Constant]
    devices: dict[str, DeviceTable] = {}

    @property
    def sha256(self) -> str:
        """The digest of all that stands in the file: values, sources and words."""
        return sha256(msgspec.json.encode(self, order="deterministic")).hexdigest()

    @property
    def processors(self) -> int:
        return self.constants["processors"].value

    def costs(self) -> Costs:
        """What things cost on it."""
        return Costs(**{name: self._value(key) for key, name in COSTS.items()})

    def shape(self) -> Shape:
        """What it is made of."""
        constants = self.constants
        return Shape(
            page_bytes=constants["page"].value,
            line_bytes=constants["line"].value,
            frames=constants["memory"].value * 2**20 // constants["page"].value,
            frames_low=constants["frames_low"].value,
            frames_enough=constants["frames_enough"].value,
            local_tables=self.local_tables,
            devices={name: DeviceCosts(each.request.value, each.per_kib.value) for name, each in self.devices.items()},
        )

    def _value(self, key: str) -> int:
        constant = self.constants[key]
        return in_ns(constant.value, self.constants["cycle"].value) if constant.unit == "cycles" else constant.value


@dataclass(frozen=True, slots=True)
class Hardware:
    """A machine as a scenario wants it: its profile, with what the scenario says otherwise."""

    processors: int
    costs: Costs
    shape: Shape


def in_ns(cycles: int, cycle_ps: int) -> int:
    """Cycles of a clock as whole nanoseconds; what takes a cycle at all takes one at least."""
    return max(1, (cycles * cycle_ps + 500) // 1000) if cycles else 0


COSTS = {field.name.replace("_ns", "").replace("_ps", ""): field.name for field in fields(Costs)}
"""The constant of each cost."""

UNITS: dict[str, tuple[Unit, ...]] = {
    **dict.fromkeys(COSTS, ("ns", "cycles")),
    "cycle": ("ps",),
    "processors": ("processors",),
    "memory": ("MiB",),
    "page": ("bytes",),
    "line": ("bytes",),
    "frames_low": ("frames",),
    "frames_enough": ("frames",),
}
"""All constants of a profile, with the units that each may have."""

LEAST = {"cycle": 1, "processors": 1, "memory": 1, "page": 1, "line": 1}
"""What is the least of a constant that may not be 0."""


def profile(path_or_name: str | Path) -> Profile:
    """The profile that ships under a name, or that of a file; ScenarioError if it makes no sense."""
    name = str(path_or_name)
    # A file is named by its path: a dot or a slash tells it from what ships.
    return _shipped(name) if re.fullmatch(r"[a-z0-9_]+", name) else parse(*documents.read_file(name))


def shipped() -> tuple[str, ...]:
    """The names of the profiles that ship, sorted."""
    entries = resources.files("resources.machines").iterdir()
    return tuple(sorted(entry.name.removesuffix(".toml") for entry in entries if entry.name.endswith(".toml")))


def hardware(machine: MachineTable) -> Hardware:
    """The machine that a scenario's table describes."""
    try:
        made = profile(machine.profile)
    except ScenarioError as error:
        place = ": ".join(part for part in ("machine.profile", error.file, error.path_in_file) if part)
        raise ScenarioError(place, error.message, error.remedy) from None
    shape = made.shape()
    frames = shape.frames if machine.frames is None else machine.frames
    # Of less memory the same part is too little.
    low, enough = (part * frames // shape.frames for part in (shape.frames_low, shape.frames_enough))
    try:
        return Hardware(
            machine.processors or made.processors,
            Costs(**{**asdict(made.costs()), **machine.costs}),
            Shape(
                page_bytes=shape.page_bytes,
                line_bytes=shape.line_bytes,
                frames=frames,
                frames_low=low if machine.frames_low is None else machine.frames_low,
                frames_enough=enough if machine.frames_enough is None else machine.frames_enough,
                local_tables=shape.local_tables if machine.local_tables is None else machine.local_tables,
                devices=shape.devices,
            ),
        )
    except ValueError:
        raise ScenarioError(
            "machine.frames_low", "the thresholds of free frames are out of order",
            f"write 0 <= frames_low <= frames_enough <= {frames}",
        ) from None  # fmt: skip


@lru_cache(maxsize=32)
def _shipped(name: str) -> Profile:
    entry = resources.files("resources.machines") / f"{name}.toml"
    if not entry.is_file():
        raise ScenarioError("", f"no machine profile of the name {name!r} ships", nearest(name, shipped()))
    return parse(name, entry.read_text(encoding="utf-8"))


def parse(file: str, text: str) -> Profile:
    """The profile of a TOML text, all of it checked."""
    try:
        return _checked(documents.toml_of(text))
    except ScenarioError as error:
        raise error.of_file(file) from None


def _checked(table: dict[str, Any]) -> Profile:
    if table.get("format") != FORMAT:
        raise ScenarioError("format", "this is no profile that can be read", f"write `format = {FORMAT}` at the top")
    constants = _table(table, "constants", UNITS)
    for key, units in UNITS.items():
        if key not in constants:
            remedy = f"give its value in {' or '.join(units)}, and its source"
            raise ScenarioError(f"constants.{key}", "this constant is missing", remedy)
    devices = table.get("devices", {})
    if not isinstance(devices, dict) or len(devices) > DEVICES_AT_MOST:
        raise ScenarioError("devices", "these are not devices", f"write up to {DEVICES_AT_MOST} tables")
    made = {
        name: DeviceTable(**_table(devices, name, ("request", "per_kib"), "devices.", whole=True)) for name in devices
    }
    found: Profile = _converted({**table, "constants": {}, "devices": {}}, Profile, "")
    found = msgspec.structs.replace(found, constants=constants, devices=made)
    for key, constant in constants.items():
        _in_range(f"constants.{key}", constant, UNITS[key], *_range(key, constants))
    for name, device in made.items():
        for key in ("request", "per_kib"):
            _in_range(f"devices.{name}.{key}", getattr(device, key), ("ns",), 0, LARGEST)
    return found


def _table(
    above: dict[str, Any], key: str, known: Any, before: str = "", *, whole: bool = False
) -> dict[str, Constant]:
    """The constants of one table; unknown ones are refused, and with `whole` missing ones too."""
    table, place = above.get(key), f"{before}{key}"
    if not isinstance(table, dict):
        raise ScenarioError(place, "this table is missing", f"write a table [{place}]")
    for name in table:
        if name not in known:
            raise ScenarioError(f"{place}.{name}", "there is no such constant", nearest(name, known))
    for name in known if whole else ():
        if name not in table:
            raise ScenarioError(f"{place}.{name}", "this constant is missing", "give its value in ns, and its source")
    return {name: _converted(value, Constant, f"{place}.{name}") for name, value in table.items()}


def _converted(value: Any, kind: Any, place: str) -> Any:
    try:
        return msgspec.convert(value, kind)
    except msgspec.ValidationError as error:
        message, _, below = str(error).partition(" - at ")
        path = f"{place}{below.strip('`').removeprefix('$')}".removeprefix(".")
        if message.startswith("Invalid enum value"):
            words = {"unit": Unit, "source": Source}.get(path.rpartition(".")[2])
            raise ScenarioError(path, "there is no such word here", nearest("", typing.get_args(words))) from None
        wrong = of_validation(f"{message} - at `$.{path}`", {})
        if wrong.message == "this is out of its bounds":
            wrong = ScenarioError(wrong.path_in_file, wrong.message, f"write a number from 0 to {LARGEST}")
        raise wrong from None
    except OverflowError:
        raise ScenarioError(place, "this number is too large", f"write a number from 0 to {LARGEST}") from None


def _range(key: str, constants: dict[str, Constant]) -> tuple[int, int]:
    """What makes sense for a constant, given the others."""
    memory_bytes = constants["memory"].value * 2**20
    page_bytes = max(1, constants["page"].value)
    most = {
        "processors": PROCESSORS_AT_MOST,
        "memory": 2**24,
        "page": memory_bytes,
        "line": page_bytes,
        "frames_low": constants["frames_enough"].value,
        "frames_enough": memory_bytes // page_bytes,
    }
    return LEAST.get(key, 0), most.get(key, LARGEST)


def _in_range(place: str, constant: Constant, units: tuple[Unit, ...], low: int, high: int) -> None:
    if constant.unit not in units:
        raise ScenarioError(f"{place}.unit", f"it cannot be in {constant.unit}", f"write {' or '.join(units)}")
    if not low <= constant.value <= high:
        words = "this is out of its range"
        raise ScenarioError(f"{place}.value", words, f"write a number of {constant.unit} from {low} to {high}")
    if constant.bracket is not None and not constant.bracket[0] <= constant.value <= constant.bracket[1]:
        low, high = constant.bracket
        raise ScenarioError(f"{place}.value", "this is outside of its own bracket", f"write one from {low} to {high}")
