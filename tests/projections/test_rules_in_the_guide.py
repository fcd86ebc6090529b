"""The guide's tables of rules and planted bugs are those of the code."""

from __future__ import annotations

from pathlib import Path

from model.exploration.mutants import MUTANTS
from model.projections.invariants import RULES

GUIDE = Path(__file__).parents[2] / "resources" / "guide" / "rules.md"


def rows() -> list[list[str]]:
    lines = GUIDE.read_text(encoding="utf-8").splitlines()
    cells = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    return [row for row in cells if row[0] not in ("rule", "bug", "---")]


def test_guide_has_every_rule_in_its_own_words() -> None:
    assert rows()[: len(RULES)] == [list(rule) for rule in RULES]


def test_guide_has_every_planted_bug_and_the_rule_that_finds_it() -> None:
    assert rows()[len(RULES) :] == [
        [f"{mutant.number} {mutant.name}", mutant.sentence, mutant.rule or "no rule: it is none"] for mutant in MUTANTS
    ]


def test_guide_says_how_many_rules_there_are() -> None:
    assert len(RULES) == 33
    assert "Thirty-three rules hold in every run" in GUIDE.read_text(encoding="utf-8")
