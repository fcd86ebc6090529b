"""`changeover mutants`: the table, the list, and the exit status."""

from __future__ import annotations

import json

import pytest

from app import command_line, mutants_command
from app.mutants_command import as_table, in_words
from model.exploration import gate
from model.exploration.gate import Verdict, examine
from model.exploration.mutants import named

KILLED = Verdict(12, "the blocked go to the old", False, True, "S1", "one_call", 1, 0)
SURVIVES = Verdict(1, "bug", False, False, "S3", "one_call", 6_000, None)
KILLED_EQUIVALENT = Verdict(30, "equivalent", True, True, "S1", "one_call", 5, 1)


def test_table_says_what_failed_and_how() -> None:
    words = in_words([KILLED_EQUIVALENT, SURVIVES])
    assert "FAILED: killed" in words and "FAILED: survives" in words
    assert words.endswith(
        "0 of 1 planted bugs were found by the rule that each names; 0 of 1 that are none were let pass"
    )


def test_verdict_has_the_keys_that_scripts_read() -> None:
    table = as_table(examine(named("12")))
    assert list(table) == ["number", "name", "equivalent", "killed", "rule", "scenario", "schedules", "preemptions"]
    assert (table["killed"], table["rule"], table["preemptions"]) == (True, "S1", 0)


@pytest.mark.parametrize(("verdicts", "status"), [([KILLED], 0), ([KILLED, SURVIVES], 1), ([KILLED_EQUIVALENT], 1)])
def test_exit_status_is_1_when_the_gate_fails(
    verdicts: list[Verdict], status: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(gate, "examine_all", lambda **_: verdicts)
    assert command_line.main(["mutants", "--json"]) == status
    assert json.loads(capsys.readouterr().out) == [mutants_command.as_table(verdict) for verdict in verdicts]
