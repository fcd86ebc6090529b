"""Whatever is wrong with a file is told in one sentence, with the place in the file and the remedy."""

from __future__ import annotations

from pathlib import Path

import pytest

from model.refusals import ScenarioError, nearest
from model.scenario import MAX_FILE_BYTES, load, parse

GOOD = """\
format = 1
name = "small"
until = "2 ms"
[machine]
processors = 2
costs = { spin_ns = 4 }
[swap]
retries = 3
[[clients]]
name = "steady"
address_space = 31
[[components]]
name = "counter"
implementation = "counter_shared"
settings = { update_ns = 500 }
[[workloads]]
kind = "steady"
client = "steady"
uses = { target = "counter" }
[[script]]
at = "1 ms"
command = "swap"
object = "counter"
implementation = "counter_partitioned"
[layout]
positions = { counter = [1.0, 2.5] }
"""

A_TIME = 'write a number and a unit, like "2 ms", "18 us", "500 ns" or "1 s"'

SHAPES = [
    ("format = 1\n", "", "format: a scenario begins with its format; write `format = 1` at the top."),
    (
        "format = 1",
        "format = 2",
        "format: made by a newer Changeover (format 2); this one reads up to 1; "
        "open it with that version, or write it again here.",
    ),
    (
        "[machine]",
        "[machine",
        "is not TOML: Expected ']' at the end of a table declaration (at line 4, column 9); mend that line.",
    ),
    ('"2 ms"', "2", f"until: a time needs its unit; {A_TIME}."),
    ('"2 ms"', '"2 min"', f"until: '2 min' is not a time; {A_TIME}."),
    ('"2 ms"', '"2.5 ns"', f"until: '2.5 ns' is not a whole number of nanoseconds; {A_TIME}."),
    ('"2 ms"', '"99 s"\nuntil_ns = 3', "until_ns: this time is given twice; keep either until or until_ns."),
    ('"1 ms"', '"0 ns"', f"script[0].at: a command acts at 1 ns or later; {A_TIME}."),
    ('at = "1 ms"\n', "", 'script[0].at: a line of the script has one time; write like `at = "2 ms"`, once.'),
    (
        "processors",
        "procesors",
        "machine.procesors: there is no such key here; write processors, or another of costs, frames, frames_enough, "
        "frames_low, generations, local_tables, profile, quantum.",
    ),
    ("= 2\ncosts", '= "2"\ncosts', "machine.processors: this is a text in quotes; write a whole number."),
    ("= 2\ncosts", "= 65\ncosts", "machine.processors: this is out of its bounds; write a number <= 64."),
    ("= 2\ncosts", "= 0\ncosts", "machine.processors: this is out of its bounds; write a number >= 1."),
    ("retries = 3", "retries = 3.5", "swap.retries: this is a number with a fraction; write a whole number."),
    ("= 4 }", '= "4" }', "machine.costs.spin_ns: this is a text in quotes; write a whole number."),
    (
        "address_space = 31\n",
        "",
        "clients[0].address_space: this key is missing; write a line `address_space = ...` there.",
    ),
    ("[[clients]]", "[clients]", "clients: this is a table; write a list."),
    (
        "= 500 }",
        "= [1] }",
        "components[0].settings.update_ns: this is a list; write true or false, a whole number or a text.",
    ),
    (
        '"swap"',
        '"swop"',
        "script[0].command: a line of the script names its command; "
        "write swap, or another of attach, cancel, detach, inject, offer.",
    ),
    (
        'implementation = "counter_partitioned"',
        "implementation = 3",
        "script[0].implementation: this is a whole number; write a text in quotes.",
    ),
    (
        'object = "counter"',
        'objekt = "counter"',
        "script[0].objekt: swap has no such key; write object, or another of at, command, implementation, queue.",
    ),
    ("[1.0, 2.5]", "[1.0]", "layout.positions.counter: this is a list of 1; write a list of two numbers."),
    (
        'name = "small"',
        'name = "small"\npolicy = "luck"',
        "policy: there is no policy 'luck'; write one of first_come, random.",
    ),
    (
        'name = "small"',
        'name = "small"\nseed = 99999999999999999999999',
        "seed: this is out of its bounds; write a number <= 9223372036854775807.",
    ),
    ('name = "small"', "name = 1979-05-27", "name: this is a date; write a text in quotes."),
]

NAMES = [
    (
        "spin_ns",
        "spin",
        "machine.costs.spin: there is no cost 'spin'; write ",
    ),
    ("counter_shared", "counter_shard", "components[0].implementation: there is no implementation 'counter_shard'; "),
    (
        "{ update_ns",
        "{ updat_ns",
        "components[0].settings.updat_ns: there is no setting 'updat_ns'; write update_ns",
    ),
    ("= 500 }", "= true }", "components[0].settings.update_ns: this must be of type int, not bool; it is "),
    ("= 500 }", "= -1 }", "components[0].settings.update_ns: this must be at least 0, not -1; it is "),
    ('kind = "steady"', 'kind = "stedy"', "workloads[0].kind: there is no workload 'stedy'; write steady"),
    (
        'client = "steady"',
        'client = "postmark"',
        "workloads[0].client: there is no client 'postmark'; write one of steady.",
    ),
    (
        'name = "steady"',
        'name = "kernel"',
        "clients[0].name: the name 'kernel' is taken; choose another.",
    ),
    (
        '= "counter" }',
        '= "countre" }',
        "workloads[0].uses.target: there is no component 'countre'; write counter.",
    ),
    (
        'object = "counter"',
        'object = "pager"',
        "script[0].object: there is no component 'pager'; write one of counter.",
    ),
    (
        "counter_partitioned",
        "counter_partitoned",
        "script[0].implementation: there is no implementation 'counter_partitoned'; write counter_partitioned",
    ),
    (
        "{ counter = [",
        "{ conter = [",
        "layout.positions.conter: there is no node 'conter'; write counter, or another of kernel, steady.",
    ),
]


def broken(right: str, wrong: str) -> str:
    assert right in GOOD
    return GOOD.replace(right, wrong, 1)


@pytest.mark.parametrize(("right", "wrong", "sentence"), SHAPES)
def test_wrong_shape_is_told_in_one_sentence(right: str, wrong: str, sentence: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        parse(broken(right, wrong), "small.toml")
    assert str(caught.value) == f"small.toml: {sentence}"


@pytest.mark.parametrize(("right", "wrong", "sentence"), NAMES)
def test_unknown_name_is_refused_with_what_exists(tmp_path: Path, right: str, wrong: str, sentence: str) -> None:
    file = tmp_path / "small.toml"
    file.write_text(broken(right, wrong), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert str(caught.value).startswith(f"{file}: {sentence}")
    assert str(caught.value).endswith(".")


def test_good_file_is_loaded(tmp_path: Path) -> None:
    file = tmp_path / "small.toml"
    file.write_text(GOOD, encoding="utf-8")
    assert load(file) == parse(GOOD)


def test_missing_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "none.toml"
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert str(caught.value) == (
        f"{file}: cannot be read (No such file or directory); check its name and that you may read it."
    )


def test_unknown_shipped_name_suggests_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="no scenario of this name ships; write tour, or another of contention"):
        load("tuor")


def test_file_that_is_no_text_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "picture.toml"
    file.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert str(caught.value) == f"{file}: is not text in UTF-8 (byte 0); save it as UTF-8."


def test_file_over_the_bound_is_refused_without_reading_it_all(tmp_path: Path) -> None:
    file = tmp_path / "large.toml"
    with open(file, "wb") as opened:
        opened.truncate(MAX_FILE_BYTES * 64)
    with pytest.raises(ScenarioError, match="is larger than 16 MiB"):
        load(file)


@pytest.mark.parametrize("text", ["format = 1\nx = " + "[" * 5_000 + "]" * 5_000, "format = " + "9" * 5_000])
def test_text_that_exhausts_the_reader_is_refused(text: str) -> None:
    with pytest.raises(ScenarioError):
        parse(text)


def test_too_many_commands_are_refused() -> None:
    line = '{ at = "1 ms", command = "cancel", object = "c" },\n'
    with pytest.raises(ScenarioError, match="script: this is out of its bounds; write a list of length <= 10000"):
        parse('format = 1\nname = "long"\nscript = [' + line * 10_001 + "]")


def test_nearest_name_comes_first_and_the_others_follow() -> None:
    assert nearest("fcm_singel", ["pager", "fcm_single"]) == "write fcm_single, or another of pager"
    assert nearest("xyz", ["pager", "fcm_single"]) == "write one of fcm_single, pager"
    assert nearest("xyz", []) == "leave it out, as there are none"


@pytest.mark.parametrize(
    ("key", "said"), [("\n", r"\n"), ("a\u2028b", r"a\u2028b"), ("k" * 5_000, "k" * 180), ("ü", "ü")]
)
def test_a_key_that_may_hold_anything_does_not_break_the_sentence(key: str, said: str) -> None:
    written = key.replace("\n", r"\n").replace("\u2028", r"\u2028")
    with pytest.raises(ScenarioError) as caught:
        parse(GOOD.replace('name = "steady"\naddress', f'"{written}" = 0\nname = "steady"\naddress'), "odd.toml")
    words = str(caught.value)
    assert words.startswith("odd.toml: clients[0].")
    assert said in words
    assert words.isprintable()
    assert len(words) < 500
    assert words.endswith("there is no such key here; write one of address_space, name.")
