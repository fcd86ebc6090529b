"""A dropped `.py` file: asked about, run, offered by a command, saved with the run; its errors change nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt, QUrl
from PySide6.QtGui import QDropEvent

from app.documents import SOURCE_BYTES, foreign_code, save_recording
from app.main_window import MainWindow
from model.catalogue import for_scenario, sha256_of
from model.commands import Offer, Swap
from model.refusals import ScenarioError
from model.replay import divergence
from model.scenario import load
from model.session import Session
from model.trace.events import Kind
from tests.app.conftest import Opens
from views.kit.catalogue import cards_of

SOURCE = """
from model.components.counter_shared import SharedCounter
from model.engine.wrapper import Wrapper


class DroppedCounter(SharedCounter):
    name = "counter_dropped"
    title = "Counter, dropped"


class Nosy(Wrapper):
    name = "nosy"
    title = "nosy"
"""


@pytest.fixture
def dropped(tmp_path: Path) -> Callable[[MainWindow, str], None]:
    """Drops a file with this text onto a window."""

    def drop(window: MainWindow, text: str, name: str = "dropped.py") -> None:
        path = tmp_path / name
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        mime = QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(path))])
        buttons, modifiers = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        window.dropEvent(QDropEvent(QPoint(300, 300), Qt.DropAction.CopyAction, mime, buttons, modifiers))

    return drop


def answering(window: MainWindow, answer: bool) -> list[Any]:
    """Answers the question about foreign code, and keeps what was shown."""
    shown: list[Any] = []

    def question(parent: Any, sources: Any) -> bool:
        shown.extend(sources)
        return answer

    window._question = question
    return shown


def test_question_shows_the_path_and_the_classes_and_no_runs_nothing(
    opens: Opens, dropped: Any, tmp_path: Path
) -> None:
    window = opens("counter")
    shown = answering(window, False)
    dropped(window, f"open({str(tmp_path / 'ran')!r}, 'w')\n" + SOURCE)
    (source,) = shown
    assert (source.path, source.classes) == (str(tmp_path / "dropped.py"), ("DroppedCounter", "Nosy"))
    assert not (tmp_path / "ran").exists()
    assert all(not isinstance(stamped.command, Offer) for stamped in window.session.script)
    assert window.strip.text == "dropped.py was not run"


def test_allowed_file_joins_the_palette_and_can_be_dragged(opens: Opens, dropped: Any) -> None:
    window = opens("counter")
    answering(window, True)
    dropped(window, SOURCE)
    window.player.frame()
    names = {card.name for card in cards_of(window.link.topology)}
    assert {"counter_dropped", "nosy"} <= names
    window.link.issue(Swap("counter", "counter_dropped"))
    window.session.advance(window.session.now_ns + 300_000)
    trace = window.session.trace
    assert Kind.SWAP_COMPLETED in {trace.event(position).kind for position in range(trace.tail, trace.head)}


def test_recording_holds_the_file_and_replays_with_trust_only(opens: Opens, dropped: Any, tmp_path: Path) -> None:
    window = opens("counter")
    answering(window, True)
    dropped(window, SOURCE)
    window.link.issue(Swap("counter", "counter_dropped"))
    window.session.advance(window.session.now_ns + 300_000)
    path = tmp_path / "run.toml"
    save_recording(window.session, path)
    digest = sha256_of(SOURCE)
    with pytest.raises(ScenarioError, match=f"--trust {digest}"):
        load(path)
    assert [source.sha256 for source in foreign_code(str(path))] == [digest]
    scenario = load(path, [digest])
    session = Session(scenario, catalogue=for_scenario(scenario, [digest]))
    session.advance(window.session.now_ns)
    assert divergence(session) is None
    assert session.trace.fingerprint() == window.session.trace.fingerprint()
    session.close()


def test_fork_knows_what_was_offered_before_it(opens: Opens, dropped: Any) -> None:
    window = opens("counter")
    answering(window, True)
    dropped(window, SOURCE)
    window.session.advance(window.session.now_ns + 100_000)
    fork = window.session.fork_at(window.session.now_ns - 10_000)
    assert fork.advance()
    assert fork.session.script[-1].command == window.session.script[-1].command
    fork.session.issue(Swap("counter", "counter_dropped"), fork.session.now_ns)
    fork.session.close()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("class Broken(:\n", "dropped.py, line 1, does not load (SyntaxError: invalid syntax)"),
        ("import model\n\n1 / 0\n", "dropped.py, line 3, does not load (ZeroDivisionError: division by zero)"),
        (
            "def deep():\n    raise KeyError('x')\ndeep()\n",
            "dropped.py, line 2, does not load (KeyError: 'x')",
        ),
        (SOURCE.replace("counter_dropped", "counter_shared"), "the name 'counter_shared' is taken by another class"),
    ],
)
def test_errors_of_a_file_show_with_their_lines_and_change_nothing(
    opens: Opens, dropped: Any, text: str, words: str
) -> None:
    window = opens("counter")
    answering(window, True)
    before = window.session.trace.fingerprint()
    dropped(window, text)
    assert words in window.strip.text
    assert window.session.trace.fingerprint() == before
    assert all(not isinstance(stamped.command, Offer) for stamped in window.session.script)
    window.link.issue(Swap("counter", "counter_partitioned"))


@pytest.mark.parametrize(
    ("content", "words"),
    [("\x00" * (SOURCE_BYTES + 1), "is larger than 256 KiB"), (b"\xff\xfe", "is not text in UTF-8")],
)
def test_file_that_is_no_source_is_one_sentence(opens: Opens, tmp_path: Path, content: str | bytes, words: str) -> None:
    window = opens("counter")
    path = tmp_path / "strange.py"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    assert not window.offer(str(path))
    assert words in window.strip.text


def test_offer_without_its_source_is_refused() -> None:
    session = Session(load("counter"))
    with pytest.raises(ScenarioError, match="which is not in this file"):
        session.issue(Offer("gone.py", "0" * 64), 0)
    session.close()
