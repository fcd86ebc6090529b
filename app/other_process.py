"""One command of the program in another process, which keeps the window quick and cannot harm it."""

from __future__ import annotations

import json
import os
import sys
from typing import Final

from PySide6.QtCore import QObject, QProcess, QProcessEnvironment, Signal, Slot

ENDS_WITHIN_MS: Final = 5_000
"""How long it may take to end when asked; then it is ended."""
THIS_PROGRAM: Final = (sys.executable, "-m", "app")


class OtherProcess(QObject):
    """One command of the program in another process: started, told of, ended or cancelled."""

    told = Signal(dict)
    """A line of progress."""
    ended = Signal(int, str)
    """Its exit status, and what it printed."""

    def __init__(self, parent: QObject, program: tuple[str, ...] = THIS_PROGRAM, **variables: str) -> None:
        super().__init__(parent)
        self.program = program
        self._process = QProcess(self)
        environment = QProcessEnvironment.systemEnvironment()
        environment.insert("PYTHONPATH", os.pathsep.join(path for path in sys.path if path))
        for name, value in variables.items():
            environment.insert(name, value)
        self._process.setProcessEnvironment(environment)
        self._process.readyReadStandardError.connect(self._read)
        self._process.finished.connect(self._finished)
        self._process.errorOccurred.connect(self._failed)
        self.said = ""
        """What it said beside its progress."""

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self._process.state() is not QProcess.ProcessState.NotRunning

    def start(self, *arguments: str) -> None:
        """Begins; nothing happens while one is running."""
        if not self.running:
            self.said = ""
            program, *before = self.program
            self._process.start(program, [*before, *arguments])

    @Slot()
    def cancel(self) -> None:
        """Ends it at once: it keeps nothing that is not whole."""
        if self.running:
            self._process.kill()
            self._process.waitForFinished(ENDS_WITHIN_MS)

    @Slot()
    def finish(self) -> None:
        """Asks for the end and waits for it a little: what is done is kept."""
        if self.running:
            self._process.terminate()
            if not self._process.waitForFinished(ENDS_WITHIN_MS):
                self.cancel()

    @Slot()
    def _read(self) -> None:
        self._process.setReadChannel(QProcess.ProcessChannel.StandardError)
        while self._process.canReadLine():
            line = bytes(self._process.readLine().data()).decode(errors="replace")
            try:
                told = json.loads(line)
            except ValueError:
                self.said += line
                continue
            if isinstance(told, dict):
                self.told.emit(told)

    @Slot(QProcess.ProcessError)
    def _failed(self, error: QProcess.ProcessError) -> None:
        """What has never started does not finish either."""
        if error is QProcess.ProcessError.FailedToStart:
            self.ended.emit(-1, "")

    @Slot()
    def _finished(self) -> None:
        self._read()
        printed = bytes(self._process.readAllStandardOutput().data()).decode(errors="replace")
        normal = self._process.exitStatus() is QProcess.ExitStatus.NormalExit
        self.ended.emit(self._process.exitCode() if normal else -1, printed)
