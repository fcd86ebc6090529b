"""Machine profiles: those that ship are complete and sourced, and what makes no sense is refused with its range."""

from __future__ import annotations

import tomllib
from dataclasses import asdict, replace
from importlib import resources
from pathlib import Path
from typing import Any

import pytest
import tomli_w

from model import profiles
from model.costs import Costs, Shape
from model.refusals import ScenarioError
from model.scenario import Scenario, load, parse
from model.session import machine_sha256

SHIPPED = profiles.shipped()
TEXT = (resources.files("resources.machines") / "s85.toml").read_text(encoding="utf-8")


def changed(*path: str, to: Any) -> str:
    """The S85's text with one thing in it changed; None takes it out."""
    table = tomllib.loads(TEXT)
    inner: Any = table
    for key in path[:-1]:
        inner = inner[key]
    if to is None:
        del inner[path[-1]]
    else:
        inner[path[-1]] = to
    return tomli_w.dumps(table)


def refusal(text: str) -> str:
    with pytest.raises(ScenarioError) as refused:
        profiles.parse("mine.toml", text)
    return str(refused.value)


def test_the_papers_machines_and_the_plain_one_ship() -> None:
    assert SHIPPED == ("270", "plain", "s85")


@pytest.mark.parametrize("name", SHIPPED)
def test_every_constant_has_its_source_and_says_why(name: str) -> None:
    profile = profiles.profile(name)
    constants = [*profile.constants.values()]
    for device in profile.devices.values():
        constants += [device.request, device.per_kib]
    assert all(len(constant.why) >= 3 and constant.source for constant in constants)
    assert {constant.source for constant in constants} <= {"paper", "public", "fitted", "assumed"}


@pytest.mark.parametrize("name", ["s85", "270"])
def test_what_is_assumed_of_the_papers_machines_has_a_bracket(name: str) -> None:
    constants = profiles.profile(name).constants
    assert [key for key, constant in constants.items() if constant.source == "assumed" and not constant.bracket] == []


def test_paths_of_software_are_the_same_on_both_machines() -> None:
    s85, two_seventy = (profiles.profile(name).constants for name in ("s85", "270"))
    cycles = {key: constant for key, constant in s85.items() if constant.unit == "cycles"}
    assert len(cycles) > 20
    assert cycles == {key: constant for key, constant in two_seventy.items() if constant.unit == "cycles"}


def test_the_plain_profile_is_what_a_machine_is_made_with_by_default() -> None:
    plain = profiles.profile("plain")
    assert plain.costs() == Costs()
    assert plain.shape() == Shape()


def test_the_papers_machines_are_as_the_paper_says() -> None:
    s85, two_seventy = profiles.profile("s85"), profiles.profile("270")
    assert (s85.processors, two_seventy.processors) == (24, 4)
    assert (s85.shape().frames * 4096, two_seventy.shape().frames * 4096) == (16 * 2**30, 512 * 2**20)
    assert (s85.costs().cycle_ps, two_seventy.costs().cycle_ps) == (1_667, 2_667)
    assert (s85.costs().allocation_ns, two_seventy.costs().allocation_ns) == (375, 600)
    assert not s85.costs().flat


def test_a_path_that_takes_a_cycle_takes_time() -> None:
    assert [profiles.in_ns(cycles, 200) for cycles in (0, 1, 4, 10)] == [0, 1, 1, 2]


@pytest.mark.parametrize(
    ("path", "to", "said"),
    [
        (
            ("constants", "processors", "value"), 0,
            "constants.processors.value: this is out of its range; write a number of processors from 1 to 64.",
        ),
        (
            ("constants", "processors", "value"), 65,
            "constants.processors.value: this is out of its range; write a number of processors from 1 to 64.",
        ),
        (
            ("constants", "page", "value"), 2**35,
            "constants.page.value: this is out of its range; write a number of bytes from 1 to 17179869184.",
        ),
        (
            ("constants", "lock", "value"), -1,
            "constants.lock.value: this is out of its bounds; write a number from 0 to 1000000000000.",
        ),
        (
            ("constants", "bus_line", "value"), 14,
            "constants.bus_line.value: this is outside of its own bracket; write one from 3 to 13.",
        ),
        (("constants", "memory", "unit"), "bytes", "constants.memory.unit: it cannot be in bytes; write MiB."),
        (("constants", "lock", "value"), "60", "constants.lock.value: this is a text in quotes; write a whole number."),
        (("constants", "lock", "why"), "", "constants.lock.why: this is out of its bounds"),
        (("constants", "lock", "source"), "rumour", "constants.lock.source: there is no such word here; write one"),
        (("constants", "lock", "source"), None, "constants.lock.source: this key is missing"),
        (
            ("constants", "lock"), None,
            "constants.lock: this constant is missing; give its value in ns or cycles, and its source.",
        ),
        (("constants", "luck"), {"value": 1}, "constants.luck: there is no such constant; write lock"),
        (("constants",), None, "constants: this table is missing; write a table [constants]."),
        (("constants",), 3, "constants: this table is missing; write a table [constants]."),
        (("constants", "lock"), 60, "constants.lock: this is a whole number; write a table."),
        (
            ("constants", "frames_low", "value"), 6_000,
            "constants.frames_low.value: this is out of its range; write a number of frames from 0 to 5000.",
        ),
        (("devices", "disk", "request", "value"), -5, "devices.disk.request.value: this is out of its bounds"),
        (("devices", "disk", "per_kib"), None, "devices.disk.per_kib: this constant is missing"),
        (("devices",), "none", "devices: these are not devices"),
        (("format",), 2, "format: this is no profile that can be read; write `format = 1` at the top."),
        (("local_tables",), "yes", "local_tables: this is a text in quotes; write true or false."),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_with_place_and_range(path: tuple[str, ...], to: Any, said: str) -> None:
    assert refusal(changed(*path, to=to)).startswith(f"mine.toml: {said}")


def test_a_number_of_any_length_is_refused() -> None:
    assert "constants.lock.value" in refusal(TEXT.replace("\nlock = { value = 60", f"\nlock = {{ value = {10**30}"))


def test_a_profile_of_ones_own_is_named_by_its_path(tmp_path: Path) -> None:
    file = tmp_path / "mine.toml"
    file.write_text(changed("constants", "processors", "value", to=64), encoding="utf-8")
    assert profiles.profile(file).processors == 64
    scenario = replace_machine(load("counter"), profile=str(file))
    assert profiles.hardware(scenario.machine).processors == 64


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(ScenarioError, match=r"none\.toml: cannot be read \(No such file or directory\)"):
        profiles.profile(tmp_path / "none.toml")


def replace_machine(scenario: Scenario, **changes: Any) -> Scenario:
    import msgspec

    return msgspec.structs.replace(scenario, machine=msgspec.structs.replace(scenario.machine, **changes))


def test_a_profile_that_does_not_ship_is_refused_in_the_scenario(tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    text = (resources.files("resources.scenarios") / "counter.toml").read_text(encoding="utf-8")
    file.write_text(text.replace("[[clients]]", '[machine]\nprofile = "s58"\n\n[[clients]]', 1), encoding="utf-8")
    with pytest.raises(ScenarioError) as refused:
        load(file)
    said = "machine.profile: no machine profile of the name 's58' ships; write s85, or another of 270, plain."
    assert str(refused.value) == f"{file}: {said}"


def test_a_scenario_has_its_profiles_processors_unless_it_says_otherwise() -> None:
    machine = 'format = 1\nname = "m"\n[machine]\nprofile = "s85"\n'
    made = [profiles.hardware(parse(text).machine).processors for text in (machine, f"{machine}processors = 8\n")]
    assert made == [24, 8]


def test_single_costs_may_differ_from_the_profile() -> None:
    machine = parse('format = 1\nname = "m"\n[machine]\nprofile = "s85"\ncosts = { lock_ns = 7 }\n').machine
    assert profiles.hardware(machine).costs == replace(profiles.profile("s85").costs(), lock_ns=7)


def test_less_memory_keeps_the_thresholds_part_of_it() -> None:
    machine = parse('format = 1\nname = "m"\n[machine]\nprofile = "270"\nframes = 1310\n').machine
    shape = profiles.hardware(machine).shape
    assert (shape.frames, shape.frames_low, shape.frames_enough) == (1_310, 19, 49)


def test_thresholds_out_of_order_are_refused_with_their_range() -> None:
    machine = parse('format = 1\nname = "m"\n[machine]\nframes = 100\nframes_low = 90\nframes_enough = 80\n').machine
    with pytest.raises(ScenarioError, match=r"machine.frames_low: .* write 0 <= frames_low <= frames_enough <= 100"):
        profiles.hardware(machine)


def test_the_machines_sha256_covers_its_profile() -> None:
    scenario = load("counter")
    digests = {machine_sha256(replace_machine(scenario, profile=name, processors=4)) for name in SHIPPED}
    assert len(digests) == 3


def test_a_profiles_sha256_changes_with_anything_in_it() -> None:
    one = profiles.parse("one", TEXT)
    other = profiles.parse("other", changed("constants", "lock", "why", to="another reason"))
    assert one.sha256 == profiles.profile("s85").sha256 != other.sha256
    assert asdict(one.costs()) == asdict(other.costs())
