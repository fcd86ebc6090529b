"""The program with its window: from a name on the command line to the end of the event loop."""

from __future__ import annotations

import gc
import os
import sys
from dataclasses import replace
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QRect, Qt, QTimer, Slot
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication, QMessageBox, QWidget

from app.documents import ForeignCode, open_session
from app.looks import theme_of
from app.planted import Planted
from app.settings import Settings, SettingsFile, placed
from model.scenario import DEFAULT

if TYPE_CHECKING:
    from app.main_window import MainWindow

FIRST_SIZE = (1600, 1000)
SETTLED_MS = 1_000
"""After so long the first frames are over."""
REPORT = "CHANGEOVER_REPORT"
"""The variable of the environment with the path to which the window reports, a JSON line a thing (app/report.py)."""


def run_window(path_or_name: str | None = None) -> int:
    """Opens the window on a scenario or a recording and runs until it is closed; the exit status."""
    gc.disable()  # what a start makes stays: looking for garbage in it takes a tenth of the time
    application = make_application()
    file = SettingsFile()
    settings = file.read()
    name = path_or_name or DEFAULT
    planted = Planted()
    session = open_session(name, planted=planted)
    # Imported now, when all that can be wrong with the scenario has been said: the views are most of a start.
    from app.failures import show_if_kept
    from app.main_window import MainWindow

    window = MainWindow(
        session, theme_of(settings.theme), opened=name, question=ask_about_foreign_code, planted=planted
    )
    memory = Memory(window, file, settings)
    memory.restore()
    if path_or_name is None and not settings.welcomed:
        window.showing.welcome.open()
    if path := os.environ.get(REPORT):
        from app.report import Report

        window.report = Report(path, window)
    if not show_if_kept(window):
        window.player.play()
    # What is there by now stays: the collector need not walk it again and again while frames are due.
    gc.freeze()
    gc.enable()
    QTimer.singleShot(SETTLED_MS, _load_the_rest)
    status = application.exec()
    memory.keep()
    return status


def _load_the_rest() -> None:
    """Loads, beside the window, what no first frame needs, before a person waits for it."""
    Thread(target=import_module, args=("networkx",)).start()


def make_application() -> QApplication:
    """The one application object, in the style that the themes are made for."""
    application = QApplication.instance()
    if not isinstance(application, QApplication):
        application = QApplication(sys.argv[:1])
    application.setApplicationName("Changeover")
    application.setDesktopFileName("changeover")
    application.setStyle("Fusion")
    return application


class Memory(QObject):
    """What is remembered between two starts."""

    def __init__(self, window: MainWindow, file: SettingsFile, settings: Settings) -> None:
        super().__init__(window)
        self._window = window
        self._file = file
        self.settings = settings
        self._fill_menus()
        window.session_changed.connect(self._session_changed)

    def restore(self) -> None:
        """Show the window as it was left, on a screen."""
        window, settings = self._window, self.settings
        window.looks.choose(settings.theme)
        window.looks.set_size(settings.size)
        if settings.pace:
            window.player.set_pace(settings.pace)
        window.player.set_slow_motion(settings.slow_motion)
        window.set_reduced_motion(settings.reduced_motion)
        screens = [screen.availableGeometry() for screen in QGuiApplication.screens()]
        area = placed(settings.window, screens)
        if area is not None:
            window.setGeometry(area)
        else:
            window.resize(*fitting(FIRST_SIZE, screens))
            if settings.window is not None:
                window.say("The screen on which the window was is not there now; it is on this one")
        for notice in (window.workspace.restore(settings.layout), window.keys.restore(settings.keys)):
            if notice:
                window.say(notice)
        if settings.maximised:
            window.showMaximized()
        else:
            window.show()

    def keep(self) -> None:
        """Write down how the window is left."""
        window = self._window
        area = window.normalGeometry() if window.isMaximized() or window.isFullScreen() else window.geometry()
        self._file.write(
            replace(
                self.settings,
                theme=window.looks.choice,
                size=window.looks.size,
                window=(area.x(), area.y(), area.width(), area.height()),
                maximised=window.isMaximized(),
                pace=window.narration.own_pace,
                welcomed=True,
                slow_motion=window.player.slow_motion,
                reduced_motion=window.player.reduced_motion,
                layout=window.workspace.state(),
                keys=window.keys.state(),
            )
        )

    def _fill_menus(self) -> None:
        """The scenarios that ship, and the files that were opened lately, under File."""
        from model.scenario import shipped

        window = self._window
        window.fill_file_menus([(summary.name, summary.title) for summary in shipped()], self.settings.recent)

    @Slot()
    def _session_changed(self) -> None:
        opened = self._window.opened
        if os.path.isfile(opened):
            self.settings = self.settings.with_recent(os.path.abspath(opened))
            self._fill_menus()


def fitting(size: tuple[int, int], screens: list[QRect]) -> tuple[int, int]:
    """The size, or as much of it as the first screen has."""
    if not screens:
        return size
    return min(size[0], screens[0].width()), min(size[1], screens[0].height())


def ask_about_foreign_code(parent: QWidget, sources: tuple[ForeignCode, ...]) -> bool:
    """Whether the person lets foreign code of a recording or a file run; no is the default."""
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.Warning)
    box.setWindowTitle("Foreign code")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText("This is code that is not part of Changeover. It could do anything that you can do.")
    box.setInformativeText(described(sources))
    run = box.addButton("Run this code", QMessageBox.ButtonRole.AcceptRole)
    keep = box.addButton("Do not run it", QMessageBox.ButtonRole.RejectRole)
    box.setDefaultButton(keep)
    box.setEscapeButton(keep)
    box.exec()
    accepted = box.clickedButton() is run
    box.deleteLater()
    return accepted


def described(sources: tuple[ForeignCode, ...]) -> str:
    """Path, classes and sha256 of each source, for the question."""
    return "\n\n".join(
        f"{source.path}\nclasses: {', '.join(source.classes) or 'none that can be read'}\nsha256: {source.sha256}"
        for source in sources
    )
