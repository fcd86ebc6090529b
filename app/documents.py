"""Opening and saving: from a name or a file to a session, and from a session to a recording.

Foreign code in a recording is never run unasked: `foreign_code` says what it is (path, classes, sha256) without running
it, the person answers, and only the sha256 of what was allowed is handed on.

Limits: errors come as ScenarioError or OSError with a whole sentence; nothing here touches a running session.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from app.narration import check_narration
from app.planted import Planted, mutant_of
from model import catalogue as catalogues
from model.refusals import ScenarioError
from model.scenario import SourceTable, dump, load, parse
from model.session import Session

SOURCE_BYTES = 256 * 1024


@dataclass(frozen=True)
class ForeignCode:
    """A foreign source as the question shows it."""

    path: str
    sha256: str
    classes: tuple[str, ...]


def open_session(path_or_name: str, trusted: Iterable[str] = (), planted: Planted | None = None) -> Session:
    """A session of a scenario that ships, or of a file. Raises ScenarioError.

    `planted` has the engine as the scenario wants it, from before the session is made; a scenario that plants a bug
    cannot be opened without somebody who takes it out again.
    """
    trusted = tuple(trusted)
    scenario = load(path_or_name, trusted)
    try:
        check_narration(scenario)
    except ScenarioError as error:
        raise error.of_file(path_or_name) from None
    if planted is not None:
        planted.take(scenario)
    else:
        assert not mutant_of(scenario), "a planted bug needs somebody who takes it out again"
    return Session(scenario, catalogue=catalogues.for_scenario(scenario, trusted))


class Sources:
    """The source of what a catalogue holds, by name: what is installed is read from its file, foreign text as it came.

    A foreign class names a path on somebody else's machine; what lies there on this one is another thing.
    """

    def __init__(self, session: Session) -> None:
        catalogue, recording = session.catalogue, session.scenario.recording
        self._classes: dict[str, type[Any]] = {**catalogue.wrappers, **catalogue.implementations}
        texts = [source.text for source in recording.sources] if recording is not None else []
        self._foreign = {catalogues.foreign_module(text): text for text in texts}

    def __call__(self, name: str) -> str:
        """The text; empty when there is none."""
        found = self._classes.get(name)
        if found is None:
            return ""
        if found.__module__ in self._foreign:
            return self._foreign[found.__module__]
        try:
            return inspect.getsource(found)
        except (OSError, TypeError):
            return ""


def foreign_code(path_or_name: str) -> tuple[ForeignCode, ...]:
    """The foreign sources of a recording, none of them run; () for a scenario without any, or an unreadable file."""
    path = Path(path_or_name)
    if not path.is_file():
        return ()
    try:
        recording = parse(path.read_text(encoding="utf-8"), path_or_name).recording
    except (ValueError, OSError):
        return ()  # Loading it will say what is wrong.
    return tuple(_described(source) for source in recording.sources) if recording is not None else ()


def _described(source: SourceTable) -> ForeignCode:
    try:
        tree = ast.parse(source.text)
        classes = tuple(node.name for node in tree.body if isinstance(node, ast.ClassDef))
    except (SyntaxError, ValueError, RecursionError):
        classes = ()
    # The digest is computed here: what the recording says of its own source counts for nothing.
    return ForeignCode(source.path, catalogues.sha256_of(source.text), classes)


def save_recording(session: Session, path: Path, **marks: Any) -> None:
    """Writes the run so far, as a scenario that replays it, with what a person marked in it. Raises OSError."""
    text = dump(msgspec.structs.replace(session.recording(), **marks))
    # Beside it first: a full disk must not leave half a recording in the place of a whole one.
    beside = path.with_name(path.name + ".part")
    try:
        beside.write_text(text, encoding="utf-8")
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)


def read_source(path: Path) -> SourceTable:
    """A foreign source as it would be kept, not run. Raises ScenarioError for what cannot be one."""
    try:
        if path.stat().st_size > SOURCE_BYTES:
            message = f"is larger than {SOURCE_BYTES // 1024} KiB"
            raise ScenarioError("", message, "a component is a small text: is it another file?", str(path))
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        reason = error.strerror or "it cannot be read"
        raise ScenarioError("", f"cannot be read ({reason})", "check that you may read it", str(path)) from None
    except UnicodeDecodeError as error:
        raise ScenarioError("", f"is not text in UTF-8 (byte {error.start})", "save it as UTF-8", str(path)) from None
    return SourceTable(path.name[:80], catalogues.sha256_of(text), text)


def described_source(source: SourceTable, path: Path) -> ForeignCode:
    """What the question shows of a file that was dropped: its whole path, and the classes in it."""
    return replace(_described(source), path=str(path))
