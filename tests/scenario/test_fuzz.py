"""Files from anywhere: whatever is done to their bytes, reading one gives a scenario or one sentence, soon, and runs
nothing.

What still reads as a scenario is also built and run for a while: a file that passes the checks must not then break the
machine.
"""

from __future__ import annotations

import random
import time
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from model import catalogue, scenario_names
from model.catalogue import ForeignCodeError
from model.commands import Attach, Inject, Swap
from model.refusals import ScenarioError
from model.scenario import Scenario, SourceTable, dump, load, parse, shipped
from model.session import Session

RAN: list[str] = []
FOREIGN = """
from tests.scenario.test_fuzz import RAN
RAN.append("ran")
"""
EXAMPLES = 300
STRANGE = (b"-", b"9" * 25, b"\x00", b'"', b"[[", b"{", b"1e999", b"\xff\xfe", b"nan")
NO_TEXT = (b"", b"\x00" * 100, b"\xff\xfe\x00", b"[" * 5_000, b"a=" + b"[" * 5_000, b"\x89PNG")
LONGEST_S = 1.0
"""Of this thread's own processor time, so that a busy machine does not fail the test."""
BUDGET_S = 0.05


@cache
def texts() -> tuple[str, ...]:
    """A scenario of each sort that ships, and a recording with a foreign source in it."""
    scenarios = [dump(load(summary.name)) for summary in shipped()]
    session = Session(load("counter"))
    for command in (
        Attach("counter", "call_timer"),
        Inject("counter", "slow_call", lasting_ns=4_000),
        Swap("counter", "counter_partitioned"),
    ):
        session.advance(session.now_ns + 50_000)
        session.issue(command, session.now_ns)
    session.advance(session.now_ns + 500_000)
    recording = session.recording()
    session.close()
    assert recording.recording is not None
    source = SourceTable("evil.py", catalogue.sha256_of(FOREIGN), FOREIGN)
    with_source = msgspec.structs.replace(recording.recording, sources=(source,))
    return (*scenarios, dump(msgspec.structs.replace(recording, recording=with_source)))


def read_and_run(text: str) -> None:
    """Reads, checks, builds and runs for a moment; what is refused is refused in one sentence."""
    begun_s = time.thread_time()
    try:
        scenario = parse(text, "fuzzed.toml")
        scenario_names.check(scenario, catalogue.for_scenario(scenario))
        session = Session(small(scenario))
    except (ScenarioError, ForeignCodeError) as error:
        assert_one_sentence(str(error))
        return
    finally:
        assert time.thread_time() - begun_s < LONGEST_S
    session.advance(2_000_000, budget_s=BUDGET_S)
    session.close()


def small(scenario: Scenario) -> Scenario:
    """As it is, but for loads that would take longer to build than a test may."""

    def bounded(table: Any) -> Any:
        few = {key: min(value, 64) if key == "loops" and type(value) is int else value
               for key, value in table.settings.items()}  # fmt: skip
        return msgspec.structs.replace(table, settings=few)

    return msgspec.structs.replace(scenario, workloads=tuple(bounded(table) for table in scenario.workloads))


def assert_one_sentence(words: str) -> None:
    assert "\n" not in words
    assert "Traceback" not in words
    assert 0 < len(words) < 2_000


def mutated(content: bytes, chance: random.Random, tokens: list[bytes]) -> bytes:
    """The bytes with some of them flipped, cut, doubled, moved, or replaced by what stands elsewhere in such files."""
    result = bytearray(content)
    for _ in range(chance.randint(1, 6)):
        at = chance.randrange(len(result) + 1)
        end = min(len(result), at + chance.choice((1, 1, 2, 8, 64)))
        match chance.randrange(6):
            case 0 if at < len(result):
                result[at] = chance.randrange(256)
            case 1:
                del result[at:end]
            case 2:
                result[at:at] = result[at:end]
            case 3:
                result[at:end] = chance.choice(tokens)
            case 4:
                result[at:at] = chance.choice(STRANGE)
            case _:
                other = chance.randrange(len(result) + 1)
                result[at:end] = result[other : other + end - at]
    return bytes(result)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 2**32))
@pytest.mark.slow
def test_no_change_of_bytes_breaks_reading(seed: int) -> None:
    """Three hundred spoilt files; each is read, checked and built within a second."""
    chance = random.Random(seed)
    content = chance.choice(texts()).encode()
    spoilt = mutated(content, chance, content.split())
    try:
        text = spoilt.decode("utf-8")
    except UnicodeDecodeError:
        text = spoilt.decode("utf-8", "replace")
    read_and_run(text)
    assert RAN == []


SCALARS = st.one_of(
    st.integers(-(2**70), 2**70), st.booleans(), st.floats(), st.text(max_size=20),
    st.sampled_from(["1 ms", "-1 ms", "9e99 s", "counter", "kernel", "counter_partitioned", "call_timer", "add:1"]),
)  # fmt: skip
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4)
)


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.data())
@pytest.mark.slow
def test_no_value_anywhere_breaks_reading(data: st.DataObject) -> None:
    """One value of a sound file replaced by anything that TOML can hold: the checks must know every place."""
    import tomli_w

    table: Any = msgspec.to_builtins(parse(data.draw(st.sampled_from(texts()))))
    node, key = table, data.draw(st.sampled_from(sorted(table)))
    while isinstance(node[key], dict | list) and node[key] and data.draw(st.booleans()):
        node = node[key]
        key = data.draw(st.sampled_from(sorted(node) if isinstance(node, dict) else range(len(node))))
    node[key] = data.draw(VALUES)
    try:
        text = tomli_w.dumps(without_nothing(table))
    except (ValueError, TypeError, OverflowError):
        return  # TOML itself cannot say it.
    read_and_run(text)


def without_nothing(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_nothing(item) for key, item in value.items() if item is not None}
    if isinstance(value, list | tuple):
        return [without_nothing(item) for item in value if item is not None]
    return value


@pytest.mark.parametrize("content", NO_TEXT)
def test_what_is_no_text_is_refused_by_name(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "strange.toml"
    file.write_bytes(content)
    with pytest.raises(ScenarioError) as caught:
        load(file)
    assert_one_sentence(str(caught.value))
    assert str(file) in str(caught.value)


def test_reading_a_recording_with_foreign_code_does_not_run_it() -> None:
    read_and_run(texts()[-1])
    assert RAN == []
