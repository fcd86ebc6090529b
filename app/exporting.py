"""The run as another program has it, written by another process while this one goes on.

    the window --recording--> a file --> `changeover trace FILE -o JSON`, or `changeover movie FILE -o GIF`
                 told: so much is done <------'
                                              `--> the strip says where it is, or why it is not

A trace of a million rows and a picture for each frame take longer than a window may stand still, and both commands make
the same from the recording as they would from the run. The file takes its name when it is whole: what was cancelled, or
failed, leaves nothing behind, and what had the name before stays.

Limits: one at a time.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from contextlib import suppress
from itertools import chain, count
from pathlib import Path
from shutil import rmtree
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Signal, Slot

from app.documents import save_recording
from app.other_process import OtherProcess

if TYPE_CHECKING:
    from model.projections.swaps import Swap
    from model.session import Session

AROUND: Final = 0.25
"""So much of a swap's length is seen before it and after it."""
LEAST_AROUND_NS: Final = 2_000
LAST_NS: Final = 1_000_000
"""Without a swap, so much of the run up to the instant that is shown."""
UNFINISHED: Final = "unfinished-"


class Exporting(QObject):
    """Starts one command at a time and says what became of it."""

    said = Signal(str, bool)
    """A sentence for the person, and whether it is about a failure."""
    begun = Signal(str)
    """A file is being written: what is said of it meanwhile."""
    moved = Signal(float, float)
    """How much is done, and the wall time that the rest will take; negative while it is not known."""
    over = Signal()
    """Written, cancelled or failed."""

    def __init__(self, parent: QObject, wall: Callable[[], float] = time.monotonic) -> None:
        super().__init__(parent)
        self.process = OtherProcess(self)
        self.process.told.connect(self._told)
        self.process.ended.connect(self._ended)
        self._wall = wall
        self._path = Path()
        self._unfinished = Path(UNFINISHED)
        """What the file is called until it is whole."""
        self._folder: TemporaryDirectory[str] | None = None
        self._first: tuple[float, float] | None = None
        """How much was done when it was first told, and when that was: before it nothing is drawn, only made ready."""
        self._cancelled = False

    def write(self, session: Session, command: str, path: str, *more: str, **kept: Any) -> None:
        """Have `changeover COMMAND` write a file of the run so far."""
        if self.process.running:
            self.said.emit(f"{self._path.name} is still being written", False)
            return
        try:
            self._folder = TemporaryDirectory(prefix="changeover-export-", ignore_cleanup_errors=True)
            recording = Path(self._folder.name) / "run.toml"
            save_recording(session, recording, **kept)
        except OSError as error:
            self._clean_up()
            self.said.emit(
                f"{Path(path).name} is not written, as nothing temporary can be ({error.strerror}); the run goes on",
                True,
            )
            return
        sources = session.recording().recording
        trusted = [word for source in (sources.sources if sources else ()) for word in ("--trust", source.sha256)]
        self._path, self._first, self._cancelled = Path(path), None, False
        self._unfinished = _free_beside(self._path)
        self.begun.emit(f"{self._path.name} is being written")
        self.process.start(command, str(recording), "-o", str(self._unfinished), "--tell", *more, *trusted)

    @Slot()
    def cancel(self) -> None:
        """Write no further; nothing while nothing is being written."""
        self._cancelled = self.process.running
        self.process.cancel()

    @Slot(dict)
    def _told(self, told: dict[str, Any]) -> None:
        done, now_s = float(told.get("done", 0.0)), self._wall()
        if self._first is None:
            self._first = done, now_s
        had, since_s = self._first
        self.moved.emit(done, (now_s - since_s) * (1.0 - done) / (done - had) if done > had else -1.0)

    @Slot(int, str)
    def _ended(self, status: int, _: str) -> None:
        self.over.emit()
        sentence, failed = self._outcome(status)
        if failed or self._cancelled:
            _remove(self._unfinished)
        self._clean_up()
        self.said.emit(sentence, failed)

    def _clean_up(self) -> None:
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def _outcome(self, status: int) -> tuple[str, bool]:
        """What is said at the end, and whether it tells of a failure."""
        name = self._path.name
        if self._cancelled:
            return f"Cancelled: {name} is not written", False
        if status == 0:
            try:
                os.replace(self._unfinished, self._path)
            except OSError as error:
                return f"{self._path} cannot be written ({error.strerror})", True
            return f"{name} is written", False
        said = self.process.said.replace(self._unfinished.name, name).strip().splitlines()
        return said[-1].rstrip(".") if said else f"{name} was not written", True


def _free_beside(path: Path) -> Path:
    """A name beside a file's that nobody has yet: what has it is the person's own."""
    numbered = (f"{UNFINISHED}{number}-{path.name}" for number in count(2))
    names = chain([UNFINISHED + path.name], numbered)
    return next(place for place in map(path.with_name, names) if not os.path.lexists(place))


def _remove(path: Path) -> None:
    """A file, or a folder of pictures, if it is there; of what we have begun ourselves, and of nothing else."""
    if not path.name.startswith(UNFINISHED):
        raise ValueError(f"{path} was not begun here")
    if path.is_dir():
        rmtree(path, ignore_errors=True)
    else:
        with suppress(OSError):  # its folder may be one that nothing is written to any more
            path.unlink()


def span_of(swap: Swap | None, clock_ns: int) -> tuple[int, int]:
    """What a moving picture shows: a swap with a little before and after it, or the last of the run."""
    if swap is None:
        return max(0, clock_ns - LAST_NS), max(1, clock_ns)
    ended_ns = min(swap.ended_ns if swap.ended_ns is not None else clock_ns, clock_ns)
    around = max(LEAST_AROUND_NS, round(AROUND * (ended_ns - swap.requested_ns)))
    return max(0, swap.requested_ns - around), max(swap.requested_ns + 1, min(clock_ns, ended_ns + around))
