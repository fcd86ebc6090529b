"""Moving pictures: as long as they were asked to be, smooth in simulated time, and the same each time."""

from __future__ import annotations

import re
from pathlib import Path

import msgspec
import pytest
from PIL import Image
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from app.command_line import main
from app.movie import frames_of, movie
from app.snapshot import snapshot
from model.refusals import ScenarioError
from model.scenario import dump, load
from views.kit.dots import TILES

SIZE = (640, 420)


def durations(path: Path) -> list[int]:
    """How long each frame of a GIF stands, in ms."""
    with Image.open(path) as picture:
        found = []
        for index in range(getattr(picture, "n_frames", 1)):
            picture.seek(index)
            found.append(picture.info["duration"])
    return found


@pytest.mark.slow
def test_movie_lasts_as_long_as_it_was_asked_to(tmp_path: Path, qtbot: QtBot) -> None:
    """Draws eight windows: the length depends on nothing but the numbers."""
    path = tmp_path / "movie.gif"
    assert movie("counter", 900_000, 1_100_000, path, seconds=0.4, frames_a_second=20, size=SIZE) == 8
    # Frames that look the same are stored once and stand longer.
    assert sum(durations(path)) == 400


@pytest.mark.slow
def test_same_movie_is_the_same_pictures(tmp_path: Path, qtbot: QtBot) -> None:
    """As a folder, which a tool for videos takes: compared picture by picture."""
    for name in ("one", "other"):
        movie("counter", 900_000, 1_000_000, tmp_path / name, seconds=0.2, frames_a_second=10, size=SIZE)
    pictures = {name: sorted((tmp_path / name).iterdir()) for name in ("one", "other")}
    assert [path.name for path in pictures["one"]] == ["frame-00000.png", "frame-00001.png"]
    assert [QImage(str(path)) for path in pictures["one"]] == [QImage(str(path)) for path in pictures["other"]]
    assert QImage(str(pictures["one"][0])) != QImage(str(pictures["one"][1]))


@pytest.mark.slow
def test_movie_of_a_scene_says_what_happens_and_pauses_for_nothing(tmp_path: Path, qtbot: QtBot) -> None:
    """Two windows of two frames: the same run with its narration is another picture."""
    silent = tmp_path / "silent.toml"
    text = dump(msgspec.structs.replace(load("failing"), narration=()))
    silent.write_text(text, encoding="utf-8")
    for name, scenario in (("said", "failing"), ("silent", str(silent))):
        movie(scenario, 990_000, 1_010_000, tmp_path / name, seconds=0.2, frames_a_second=10, size=SIZE)
    said, other = (QImage(str(tmp_path / name / "frame-00001.png")) for name in ("said", "silent"))
    assert said.size() == other.size()
    assert said != other


@pytest.mark.parametrize(
    ("seconds", "frames_a_second", "words"),
    [(8.0, 24, "24 frames a second"), (0.1, 10, "are 1 frames"), (600.0, 50, "are 30,000 frames")],
)
def test_impossible_number_of_frames_is_refused(seconds: float, frames_a_second: int, words: str) -> None:
    with pytest.raises(ScenarioError, match=words):
        frames_of(seconds, frames_a_second)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--from", "2ms", "--to", "1ms", "-o", "a.gif"], "the end must come after the beginning"),
        (["-o", "a.mp4"], ".mp4 is not known"),
        (["--size", "9x9", "-o", "a.gif"], "'9x9' is not a size"),
        (["-o", "no/such/folder/a.gif", "--seconds", "0.2", "--to", "10us"], "cannot be written"),
    ],
)
def test_movie_that_cannot_be_made_is_one_sentence(
    arguments: list[str], words: str, qtbot: QtBot, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["movie", "counter", *arguments]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert words in sentence


def test_snapshot_as_svg_has_its_texts_as_texts(tmp_path: Path, qtbot: QtBot) -> None:
    path = tmp_path / "picture.svg"
    snapshot("counter", 50_000, path, size=(1280, 800))
    drawn = path.read_text(encoding="utf-8")
    assert drawn.startswith("<?xml")
    assert ">counter<" in drawn
    # Each thread is a small picture of its own, never the sheet of all the ways in which a thread can look.
    widths = {int(width) for width in re.findall(r'<image [^>]*width="([0-9]+)"', drawn)}
    assert min(widths) < 32
    assert not any(width % TILES == 0 and 64 < width < 320 for width in widths)
