"""Pictures without a screen: the demonstration, snapshots, and what the window reports to a test from outside."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.demo import run_demo
from app.report import Report
from app.snapshot import snapshot
from app.window import make_application
from model.refusals import ScenarioError
from tests.app.conftest import Opens
from tests.app.playing import Wall
from views.kit.theme import load_theme

NAMES = ["1-before.png", "2-forward.png", "3-block.png", "4-transfer.png", "5-after.png", "receipt.md"]


def has_colour(picture: QImage, name: str, theme: str) -> bool:
    """Whether the mark of a phase is in a picture."""
    wanted = getattr(load_theme(theme).phase, name).mark.rgb()
    return any(
        picture.pixel(x, y) == wanted for y in range(0, picture.height(), 2) for x in range(0, picture.width(), 2)
    )


@pytest.mark.slow
def test_the_demonstration_leaves_a_picture_of_each_phase(
    tmp_path: Path, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    """Buys that the first command does the main job on a machine without a display."""
    assert run_demo(tmp_path / "demo", "counter") == 0
    assert sorted(path.name for path in (tmp_path / "demo").iterdir()) == NAMES
    pictures = {name: QImage(str(tmp_path / "demo" / name)) for name in NAMES[:-1]}
    assert {(picture.width(), picture.height()) for picture in pictures.values()} == {(1600, 1000)}
    block = {name: has_colour(picture, "block", "light") for name, picture in pictures.items()}
    assert block["3-block.png"]
    assert "COMPLETED" in (tmp_path / "demo" / "receipt.md").read_text()
    said = capsys.readouterr().out
    assert all(str(tmp_path / "demo" / name) in said for name in NAMES)


def test_a_snapshot_has_the_size_and_the_theme_that_were_asked_for(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "picture.png"
    snapshot("steady", 50_000, path, size=(1280, 800), theme="dark")
    picture = QImage(str(path))
    ratio = make_application().devicePixelRatio()
    assert (picture.width(), picture.height()) == (1280 * ratio, 800 * ratio)
    assert picture.pixelColor(4, 4) == load_theme("dark").surface.window


def test_the_same_snapshot_is_the_same_picture(tmp_path: Path, qtbot: QtBot) -> None:
    for name in ("one.png", "other.png"):
        snapshot("steady", 50_000, tmp_path / name, size=(1280, 800))
    assert QImage(str(tmp_path / "one.png")) == QImage(str(tmp_path / "other.png"))


def test_a_picture_that_cannot_be_written_is_a_sentence(tmp_path: Path, qtbot: QtBot) -> None:
    with pytest.raises(ScenarioError, match="the picture cannot be written"):
        snapshot("steady", 1_000, tmp_path / "nowhere" / "picture.png", size=(1024, 680))


def test_the_report_says_where_things_are_and_what_became_of_swaps(
    opens: Opens, wall: Wall, tmp_path: Path, qtbot: QtBot
) -> None:
    window = opens("counter", until_ns=1_999_000)
    path = tmp_path / "report.jsonl"
    window.report = Report(str(path), window)
    window.session.advance(2_400_000)
    window.player.to_end()
    window.player.frame()
    qtbot.waitUntil(lambda: '"event": "shown"' in path.read_text(), timeout=5_000)
    window.report.close()
    told = {line["event"]: line for line in map(json.loads, path.read_text().splitlines())}
    assert list(told) == ["swap", "shown", "gap"]
    assert set(told["shown"]["nodes"]) == {node.name for node in window.graph.board.nodes()}
    assert "counter_partitioned" in told["shown"]["cards"]
    assert (told["swap"]["component"], told["swap"]["outcome"]) == ("counter", "COMPLETED")
