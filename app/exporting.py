"""The run as another program has it, written by another process while this one goes on.

    the window --recording--> a file --> `changeover trace FILE -o JSON`, or `changeover movie FILE -o GIF`
                                              `--> the strip says where it is, or why it is not

A trace of a million rows and a picture for each frame take longer than a window may stand still, and both commands make
the same from the recording as they would from the run.

Limits: one at a time.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp
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


class Exporting(QObject):
    """Starts one command at a time and says what became of it."""

    said = Signal(str, bool)
    """A sentence for the person, and whether it is about a failure."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.process = OtherProcess(self)
        self.process.ended.connect(self._ended)
        self._path = ""

    def write(self, session: Session, command: str, path: str, *more: str, **kept: Any) -> None:
        """Have `changeover COMMAND` write a file of the run so far."""
        if self.process.running:
            self.said.emit(f"{Path(self._path).name} is still being written", False)
            return
        recording = Path(mkdtemp(prefix="changeover-export-")) / "run.toml"
        try:
            save_recording(session, recording, **kept)
        except OSError as error:
            self.said.emit(f"{recording} cannot be written ({error.strerror}); the run goes on", True)
            return
        sources = session.recording().recording
        trusted = [word for source in (sources.sources if sources else ()) for word in ("--trust", source.sha256)]
        self._path = path
        self.said.emit(f"{Path(path).name} is being written", False)
        self.process.start(command, str(recording), "-o", path, *more, *trusted)

    @Slot(int, str)
    def _ended(self, status: int, _: str) -> None:
        name = Path(self._path).name
        if status == 0:
            self.said.emit(f"{name} is written", False)
            return
        said = self.process.said.strip().splitlines()
        self.said.emit(said[-1].rstrip(".") if said else f"{name} was not written", True)


def span_of(swap: Swap | None, clock_ns: int) -> tuple[int, int]:
    """What a moving picture shows: a swap with a little before and after it, or the last of the run."""
    if swap is None:
        return max(0, clock_ns - LAST_NS), max(1, clock_ns)
    ended_ns = min(swap.ended_ns if swap.ended_ns is not None else clock_ns, clock_ns)
    around = max(LEAST_AROUND_NS, round(AROUND * (ended_ns - swap.requested_ns)))
    return max(0, swap.requested_ns - around), max(swap.requested_ns + 1, min(clock_ns, ended_ns + around))
