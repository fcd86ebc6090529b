"""The welcome page: it stands where receipts will stand, and gives way to the first of them.

On the first start without a scenario it comes by itself, over the right column, which is empty until a swap is asked
for. The run goes on beside it, the palette and the graph are free, and it goes as soon as a swap begins, a scene is
chosen, or Esc is pressed. After that it is under Help.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, Qt, Slot

from app.guided_tour import GuidedTour
from model.scenario import Scenario, load, scenes
from views.welcome import Choice, Sketch, WelcomeView

if TYPE_CHECKING:
    from app.main_window import MainWindow

LEAST_WIDTH: Final = 320


def sketch_of(scenario: Scenario) -> Sketch:
    """What a small picture shows of a scenario."""
    uses = [(load.client, used) for load in scenario.workloads for used in load.uses.values()]
    uses += [(one.name, used) for one in scenario.components for used in one.uses.values()]
    changed = next((line.select for line in scenario.narration if line.select is not None), "")
    clients = tuple(client.name for client in scenario.clients)
    return Sketch(clients, tuple(one.name for one in scenario.components), tuple(uses), changed or "")


class Welcome(QObject):
    """Closed, or open over the right column; the tour is begun from it and from Help."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self.view: WelcomeView | None = None
        self.tour: GuidedTour | None = None
        self._since = 0
        """How many swaps had been asked for when it was opened."""
        window.installEventFilter(self)
        window.workspace.changed.connect(self._place)
        window.theme_changed.connect(self._wear)
        window.link.refreshed.connect(self._frame)
        window.link.reset.connect(self.close)

    def open(self) -> None:
        """Show the page."""
        self.close()
        window = self._window
        pictures = [Choice(each.name, each.title, sketch_of(load(each.name))) for each in scenes()]
        files = [Choice(path, path.rpartition("/")[2]) for path in window.recent_files]
        self.view = view = WelcomeView(pictures, files, window.theme, window)
        view.scene_wanted.connect(self._open_named)
        view.file_wanted.connect(self._open_named)
        view.tour_wanted.connect(self.begin_tour)
        view.closed.connect(self.close)
        self._since = self._swaps()
        self._place()
        view.show()
        view.raise_()
        view.tour.setFocus(Qt.FocusReason.ActiveWindowFocusReason)

    @Slot()
    def close(self) -> None:
        """Take the page away."""
        view, self.view = self.view, None
        if view is not None:
            had_keyboard = view.isAncestorOf(self._window.focusWidget()) if self._window.focusWidget() else False
            view.hide()
            view.deleteLater()
            if had_keyboard:
                self._window.handlers.go_graph()

    @Slot()
    def begin_tour(self) -> None:
        """Walk through the parts of the window."""
        self.close()
        self.tour = GuidedTour(self._window)
        self.tour.over.connect(self._tour_over)

    @Slot()
    def _tour_over(self) -> None:
        self.tour = None

    @Slot(str)
    def _open_named(self, name: str) -> None:
        if self._window.open(name):
            self._window.player.play()

    def _swaps(self) -> int:
        return sum(1 for swap in self._window.link.swaps.by_request.values() if swap.sort == "swap")

    @Slot()
    def _frame(self) -> None:
        if self.view is not None and self._swaps() > self._since:
            self.close()
            self._window.say("A swap has begun. The welcome is under Help")

    @Slot(object)
    def _wear(self, theme: object) -> None:
        if self.view is not None:
            self.open()

    @Slot()
    def _place(self) -> None:
        if self.view is None:
            return
        workspace, column = self._window.workspace, self._window.workspace.area("right")
        whole = QRect(workspace.mapTo(self._window, QPoint()), workspace.size())
        width = max(round(self._window.theme.px(LEAST_WIDTH)), column.width() if column.isVisible() else 0)
        self.view.setGeometry(whole.right() + 1 - width, whole.top(), width, whole.height())

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place()
        return False
