"""Opening and saving; foreign code is described without being run."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest
from pytestqt.qtbot import QtBot

from app.documents import ForeignCode, foreign_code, open_session, save_recording
from app.window import described
from model.catalogue import sha256_of
from model.scenario import SourceTable, dump
from tests.app.conftest import Opens

FOREIGN = """
from pathlib import Path

from model.components.counter_shared import SharedCounter

Path({marker!r}).write_text("it ran")


class ForeignCounter(SharedCounter):
    name = "counter_foreign"
    title = "Counter, foreign"
"""


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    """A file that is there if the foreign code has run."""
    return tmp_path / "it-ran"


@pytest.fixture
def recording(tmp_path: Path, marker: Path) -> Path:
    """A recording whose counter is somebody else's."""
    session = open_session("counter")
    session.advance(100_000)
    saved = session.recording()
    session.close()
    assert saved.recording is not None
    text = FOREIGN.format(marker=str(marker))
    source = SourceTable("counter_foreign.py", sha256_of(text), text)
    component = msgspec.structs.replace(saved.components[0], implementation="counter_foreign")
    table = msgspec.structs.replace(saved.recording, sources=(source,), fingerprints=())
    scenario = msgspec.structs.replace(saved, recording=table, components=(component,), script=())
    path = tmp_path / "foreign.toml"
    path.write_text(dump(scenario))
    return path


def test_foreign_code_is_described_and_not_run(recording: Path, marker: Path) -> None:
    (source,) = foreign_code(str(recording))
    assert source == ForeignCode("counter_foreign.py", source.sha256, ("ForeignCounter",))
    assert len(source.sha256) == 64
    assert described((source,)) == f"counter_foreign.py\nclasses: ForeignCounter\nsha256: {source.sha256}"
    assert not marker.exists()


def test_nothing_foreign_is_in_what_ships() -> None:
    assert foreign_code("tour") == ()


def test_the_window_asks_before_it_opens_foreign_code(opens: Opens, recording: Path, marker: Path) -> None:
    window = opens("steady")
    asked = []
    window._question = lambda parent, sources: bool(asked.append(sources))  # no
    before = window.session
    assert not window.open(str(recording))
    assert [source.path for source in asked[0]] == ["counter_foreign.py"]
    assert window.session is before
    assert window.strip.tells_failure
    assert not marker.exists()


def test_foreign_code_that_was_allowed_runs(opens: Opens, recording: Path, marker: Path) -> None:
    window = opens("steady")
    window._question = lambda parent, sources: True
    assert window.open(str(recording))
    window.player.frame()
    assert marker.exists()
    assert "counter_foreign" in {each.name for each in window.link.topology.implementations.values()}


def test_half_a_recording_is_never_left(tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "run.toml"
    path.write_text("what was there before")
    session = open_session("steady")

    def fail(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="No space left"):
        save_recording(session, path)
    session.close()
    assert path.read_text() == "what was there before"
    assert [each.name for each in tmp_path.iterdir()] == ["run.toml"]
