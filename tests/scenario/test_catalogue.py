"""What is known by name, and how what is not ours gets in: listed without being run, run only when trusted or named."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from model import catalogue
from model.catalogue import Catalogue, ForeignCodeError
from model.commands import Attach, Cancel, Command, Detach, Swap, decode, encode, words
from model.components.counter_shared import SharedCounter
from model.refusals import ScenarioError
from model.scenario import ComponentTable, dump, load, parse
from model.scenario_names import check
from model.world import users_after_used


class Announced:
    """An entry point as another package makes it; counts how often it is loaded."""

    def __init__(self, name: str, found: Any) -> None:
        self.name = name
        self.found = found
        self.loads = 0

    def load(self) -> Any:
        self.loads += 1
        if isinstance(self.found, Exception):
            raise self.found
        return self.found


class TidyCounter(SharedCounter):
    """Counts like any other."""

    name = "counter_tidy"
    title = "Counter, tidy"


@pytest.fixture
def announce(monkeypatch: pytest.MonkeyPatch) -> Any:
    def announced(entry: Announced) -> Announced:
        known = catalogue.shipped()
        offered: Any = {entry.name: entry}
        with_offer = Catalogue(known.interfaces, known.implementations, known.wrappers, known.workloads, offered)
        monkeypatch.setattr(catalogue, "shipped", lambda: with_offer)
        return entry

    return announced


def test_installed_component_is_listed_and_not_loaded(announce: Any) -> None:
    entry = announce(Announced("counter_tidy", TidyCounter))
    load("counter")
    assert "counter_tidy" in catalogue.shipped().announced
    assert entry.loads == 0


def test_installed_component_is_loaded_when_a_scenario_names_it(announce: Any, tmp_path: Path) -> None:
    entry = announce(Announced("counter_tidy", TidyCounter))
    file = tmp_path / "tidy.toml"
    scenario = load("counter")
    component = msgspec.structs.replace(scenario.components[0], implementation="counter_tidy")
    file.write_text(dump(msgspec.structs.replace(scenario, components=(component,))), encoding="utf-8")
    loaded = load(file)
    assert entry.loads == 1
    assert catalogue.for_scenario(loaded).implementations["counter_tidy"] is TidyCounter


def test_installed_component_that_does_not_load_is_told(announce: Any, tmp_path: Path) -> None:
    announce(Announced("counter_tidy", ImportError("no such thing")))
    file = tmp_path / "tidy.toml"
    scenario = load("counter")
    component = msgspec.structs.replace(scenario.components[0], implementation="counter_tidy")
    file.write_text(dump(msgspec.structs.replace(scenario, components=(component,))), encoding="utf-8")
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert str(caught.value) == (
        f"{file}: the installed component 'counter_tidy' does not load (no such thing); mend that code or leave it out."
    )


def test_two_classes_of_one_name_are_refused() -> None:
    class Impostor(SharedCounter):
        name = "counter_shared"

    with pytest.raises(ForeignCodeError, match="the name 'counter_shared' is taken by another class"):
        catalogue.shipped().with_classes([Impostor])


def test_source_brings_its_own_classes_and_not_those_it_imports() -> None:
    text = (
        "from model.components.counter_shared import SharedCounter\n"
        "from model.engine.wrapper import Wrapper\n"
        "class Mine(SharedCounter):\n    name = 'mine'\n"
        "class Around(Wrapper):\n    name = 'around'\n"
    )
    assert [found.__name__ for found in catalogue.classes_of("mine.py", text)] == ["Mine", "Around"]
    assert catalogue.classes_of("mine.py", text) is catalogue.classes_of("mine.py", text)


def test_used_components_come_before_their_users() -> None:
    components = (
        ComponentTable(name="session", implementation="x", uses={"cache": "file"}),
        ComponentTable(name="file", implementation="x", uses={"pager": "pager"}),
        ComponentTable(name="pager", implementation="x"),
        ComponentTable(name="self", implementation="x", uses={"own": "self"}),
        ComponentTable(name="a", implementation="x", uses={"other": "b"}),
        ComponentTable(name="b", implementation="x", uses={"other": "a"}),
    )
    assert [component.name for component in users_after_used(components)] == [
        "pager",
        "file",
        "session",
        "self",
        "b",
        "a",
    ]


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (Swap("FCM file 17", "fcm_replicated"), "swap FCM file 17 to fcm_replicated"),
        (Attach("counter", "call_timer"), "attach call_timer to counter"),
        (Detach("counter", "call_timer", 1), "detach call_timer from counter"),
        (Cancel("counter"), "cancel the swap of counter"),
    ],
)
def test_command_is_the_same_after_its_text(command: Command, said: str) -> None:
    assert decode(encode(command)) == command
    assert words(command) == said


SHORT_OF_FRAMES = """
format = 1
name = "short"
[[components]]
name = "pager"
implementation = "pager_lru"
[[components]]
name = "file"
implementation = "fcm_single"
uses = { pager = "pager" }
[[components]]
name = "replacement"
implementation = "reclaim_proportional"
uses = { own = "replacement", KEY = "USED" }
"""


@pytest.mark.parametrize(
    ("key", "used", "refusal"),
    [
        ('"cache 1"', "file", ""),
        ("cache_of_a_file", "file", ""),
        ('"cache 1"', "pager", "'pager' is a Pager, and this must be a FileCache"),
        ("hoard", "file", "there is no reference 'hoard'"),
    ],
)
def test_component_may_use_any_number_of_others_whose_names_begin_as_it_says(key: str, used: str, refusal: str) -> None:
    scenario = parse(SHORT_OF_FRAMES.replace("KEY", key).replace("USED", used))
    if not refusal:
        check(scenario, catalogue.for_scenario(scenario))
        return
    with pytest.raises(ScenarioError, match=refusal):
        check(scenario, catalogue.for_scenario(scenario))
