"""The trace in Chrome's format: slices that nest, calls that end, and nothing that a viewer would refuse."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import pytest

from app.command_line import main
from model.projections.projection import Projection
from model.scenario import load
from model.session import Session
from model.trace.chrome import CALLS, PROCESSORS, SWAPS, ChromeEvents
from model.trace.names import Names, NamesFold


@pytest.fixture(scope="module")
def told() -> list[dict[str, Any]]:
    """The counter's tutorial with its swap, told in three portions."""
    session = Session(load("counter"))
    names: Projection[Names] = Projection(session.trace, NamesFold(session.trace))
    events = ChromeEvents(session.trace)
    found: list[dict[str, Any]] = []
    seen = 0
    for until_ns in (400_000, 1_200_000, session.scenario.until_ns):
        session.advance(until_ns)
        found += events.events(names.at(session.trace.head), seen, session.trace.head)
        seen = session.trace.head
    session.close()
    return [*found, *events.finish()]


def test_every_slice_that_begins_ends_on_its_track_and_not_before(told: list[dict[str, Any]]) -> None:
    open_: dict[tuple[int, int], list[float]] = defaultdict(list)
    for event in told:
        track = (event["pid"], event["tid"])
        if event["ph"] == "B":
            open_[track].append(event["ts"])
        elif event["ph"] == "E":
            assert open_[track], "an end without a beginning"
            assert event["ts"] >= open_[track].pop()
    assert not any(open_.values())


def test_every_call_that_returned_has_a_beginning_and_an_end(told: list[dict[str, Any]]) -> None:
    calls = [event for event in told if event["pid"] == CALLS and event["ph"] in "be"]
    begun = Counter(event["id"] for event in calls if event["ph"] == "b")
    ended = Counter(event["id"] for event in calls if event["ph"] == "e")
    assert set(begun.values()) == {1}
    assert ended.keys() <= begun.keys()
    assert len(begun) - len(ended) < 16, "only those in flight at the end are open"
    assert {event["name"] for event in calls} == {"counter.add"}


def test_phases_of_the_swap_are_slices_of_its_object(told: list[dict[str, Any]]) -> None:
    swaps = [event for event in told if event["pid"] == SWAPS]
    assert [event["name"] for event in swaps if event["ph"] == "B"][:3] == ["FORWARD", "BLOCK", "TRANSFER"]
    assert "COMPLETED" in [event["name"] for event in swaps if event["ph"] == "i"]
    assert [event["args"]["name"] for event in swaps if event["ph"] == "M"] == ["swaps", "counter"]


def test_processors_have_their_names_and_their_threads(told: list[dict[str, Any]]) -> None:
    tracks = {event["args"]["name"] for event in told if event["pid"] == PROCESSORS and event["ph"] == "M"}
    assert tracks == {"processors", "processor 0", "processor 1", "processor 2", "processor 3"}
    assert all(event["name"] for event in told if event["ph"] == "B")


def test_fates_of_calls_are_marks_on_them(told: list[dict[str, Any]]) -> None:
    fates = {event["name"] for event in told if event["ph"] == "n"}
    assert {"tracked", "blocked", "released"} <= fates


def test_no_nanosecond_is_lost(told: list[dict[str, Any]]) -> None:
    assert all(round(event["ts"] * 1000) / 1000 == event["ts"] for event in told if "ts" in event)


def test_command_writes_a_file_that_is_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "trace.json"
    assert main(["trace", "counter", "--until", "100us", "-o", str(path)]) == 0
    written = json.loads(path.read_text(encoding="utf-8"))
    assert written["displayTimeUnit"] == "ns"
    assert f"{len(written['traceEvents']):,} events" in capsys.readouterr().out


def test_command_says_in_one_sentence_where_it_cannot_write(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["trace", "counter", "--until", "1us", "-o", str(tmp_path)]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert "cannot be written" in sentence
