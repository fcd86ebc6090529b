"""Pictures of the whole window, drawn without a screen: what `snapshot` and the demonstration share.

Qt decides once, when the application is made, how many pixels a point has; `prepare` must come before that.
"""

from __future__ import annotations

import os
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEvent, QPoint
from PySide6.QtGui import QPainter, QPixmap
from PySide6.QtWidgets import QApplication

from app.main_window import MainWindow
from app.planted import Planted
from app.window import make_application
from model.refusals import ScenarioError
from model.session import Session
from views.kit.theme import Theme, ThemeError, load_theme, theme_names


def prepare(scale: float = 1.0) -> QApplication:
    """The application without a screen, at so many pixels a point; where there is one already, that one as it is."""
    if QApplication.instance() is None:
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        os.environ["QT_SCALE_FACTOR"] = str(scale)
    return make_application()


def chosen_theme(name: str) -> Theme:
    """The theme of a name or of a file. Raises ScenarioError, which the command line says in a sentence."""
    try:
        return load_theme(name)
    except ThemeError as error:
        if not Path(name).suffix:
            remedy = f"write {', '.join(theme_names())}, or the name of a .toml file"
            raise ScenarioError("--theme", f"there is no theme {name!r}", remedy) from error
        raise ScenarioError("--theme", str(error), "mend the file, or take a theme that ships") from error
    except OSError as error:
        raise ScenarioError("--theme", f"{name} cannot be read ({error.strerror})", "check its name") from error


def open_still(
    session: Session,
    size: tuple[int, int],
    theme: str,
    opened: str = "",
    *,
    playing: bool = False,
    planted: Planted | None = None,
) -> MainWindow:
    """The window on a session, in which nothing moves by itself; `playing` lets it look as if it did."""
    window = MainWindow(session, chosen_theme(theme), opened=opened, wall=_stands_still, planted=planted)
    window.setMinimumSize(1, 1)
    window.resize(*size)
    if playing:
        window.player.play()
    window.show()
    settle(window)
    window.graph.fit()
    return window


def settle(window: MainWindow) -> None:
    """Let the window take the picture at its cursor, and everything that glides arrive."""
    window.player.frame()
    while any(getattr(view, "reading", False) for view in window.workspace.made().values()):
        QCoreApplication.processEvents()
    for _ in range(3):
        QCoreApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        window.graph.board.motion.finish()


def _stands_still() -> float:
    """A clock on the wall that has stopped."""
    return 0.0


def save(picture: QPixmap, path: Path) -> None:
    """Writes a picture as PNG. Raises ScenarioError, which the command line says in a sentence."""
    if not picture.save(str(path), "PNG"):
        raise ScenarioError(str(path), "the picture cannot be written", "name a file in a folder that you may write")


def save_window(window: MainWindow, path: Path) -> None:
    """Writes the window as it stands: lines and texts as such where the name ends in .svg, pixels otherwise."""
    if path.suffix.lower() != ".svg":
        save(window.grab(), path)
        return
    from PySide6.QtSvg import QSvgGenerator

    generator = QSvgGenerator()
    generator.setFileName(str(path))
    generator.setSize(window.size())
    generator.setViewBox(window.rect())
    generator.setTitle(window.windowTitle())
    painter = QPainter()
    if not painter.begin(generator):
        raise ScenarioError(str(path), "the picture cannot be written", "name a file in a folder that you may write")
    window.render(painter, QPoint())
    painter.end()
