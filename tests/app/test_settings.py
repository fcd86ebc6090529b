"""What is remembered comes back; what cannot be read counts as never said."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QRect

from app.settings import RECENT_KEPT, Settings, SettingsFile, default_path, placed

CHANGED = Settings(
    theme="dark",
    size=1.5,
    window=(40, 60, 1280, 800),
    maximised=True,
    pace=5_000.0,
    slow_motion=False,
    reduced_motion=True,
    layout='{"version":1,"chosen":"Debug","layouts":{}}',
    welcomed=True,
    recent=("/tmp/one two.toml", "/tmp/ünï, code.toml"),
)
SCREEN = QRect(0, 0, 1920, 1080)


@pytest.fixture
def file(tmp_path: Path) -> SettingsFile:
    return SettingsFile(tmp_path / "changeover.ini")


@pytest.mark.parametrize("settings", [Settings(), CHANGED])
def test_what_was_written_is_read(file: SettingsFile, settings: Settings) -> None:
    file.write(settings)
    assert SettingsFile(file.path).read() == settings


def test_the_first_start_has_the_defaults(file: SettingsFile) -> None:
    assert file.read() == Settings()


@pytest.mark.parametrize(
    "content",
    [b"\x00\xff\x13garbage", b"[General\ntheme", b"", b"\xef\xbb\xbf====", b"[General]\nversion=later\n"],
)
def test_a_corrupt_file_is_an_empty_one_and_is_written_over(file: SettingsFile, content: bytes) -> None:
    file.path.write_bytes(content)
    assert file.read() == Settings()
    file.write(CHANGED)
    assert SettingsFile(file.path).read() == CHANGED


@pytest.mark.parametrize(
    "line",
    [
        "theme=mauve",
        "size=9",
        "size=big",
        "window=1|2|3",
        "window=0|0|-5|9",
        "maximised=perhaps",
        "pace=1e99",
        "pace=soon",
        "pace=nan",
    ],
)
def test_a_value_that_makes_no_sense_counts_as_its_default_and_the_others_hold(file: SettingsFile, line: str) -> None:
    file.path.write_text(f"[General]\nversion=1\nslow_motion=no\n{line}\n")
    assert file.read() == Settings(slow_motion=False)


def test_a_newer_file_is_neither_read_nor_touched(file: SettingsFile) -> None:
    text = "[General]\nversion=2\ntheme=dark\nnew_thing=7\n"
    file.path.write_text(text)
    assert file.read() == Settings()
    file.write(CHANGED)
    assert file.path.read_text() == text


def test_a_folder_that_cannot_be_written_is_no_reason_to_stop(tmp_path: Path) -> None:
    blocked = tmp_path / "blocked"
    blocked.write_text("a file where a folder should be")
    file = SettingsFile(blocked / "changeover.ini")
    file.write(CHANGED)
    assert file.read() == Settings()


def test_settings_stand_in_the_folder_of_the_platform(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    assert default_path().name == "changeover.ini"
    assert default_path().parent.name == "changeover"


def test_files_that_were_open_lately_stand_first_once_and_not_for_ever() -> None:
    settings = Settings()
    for number in range(20):
        settings = settings.with_recent(f"{number}.toml")
    settings = settings.with_recent("15.toml")
    assert settings.recent[:3] == ("15.toml", "19.toml", "18.toml")
    assert len(settings.recent) == RECENT_KEPT


@pytest.mark.parametrize(
    ("window", "found"),
    [
        ((100, 100, 1280, 800), True),
        ((1880, 100, 1280, 800), False),
        ((-1200, 100, 1280, 800), False),
        ((100, -30, 1280, 800), False),
        ((100, 1075, 1280, 800), False),
        (None, False),
    ],
)
def test_a_window_whose_head_is_on_no_screen_is_placed_anew(
    window: tuple[int, int, int, int] | None, found: bool
) -> None:
    assert (placed(window, [SCREEN]) is not None) == found


def test_a_window_that_is_larger_than_its_screen_is_cut_to_it() -> None:
    area = placed((100, 50, 2560, 1440), [SCREEN])
    assert area is not None
    assert (area.left(), area.top(), area.width(), area.height()) == (100, 50, 1920, 1080)
