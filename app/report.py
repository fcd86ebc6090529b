"""What the window tells a test that drives it from outside with a real mouse.

With CHANGEOVER_REPORT=path in the environment the window appends a JSON line to that file

    {"event": "shown", "cards": {name: [x, y, width, height]}, "nodes": {name: [...]}}     when the first frame is shown
    {"event": "swap", ...}                        when a request is over: its receipt, as `run --json` has it
    {"event": "gap", "longest_ms": ...}           when it closes: the longest time between two turns of the event loop

Rectangles are on the screen, in its pixels. Without the variable nothing of this runs.
"""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint, QRect, QTimer, Slot

if TYPE_CHECKING:
    from app.main_window import MainWindow


class Report(QObject):
    """Appends to the file what a test from outside must know."""

    def __init__(self, path: str, window: MainWindow) -> None:
        super().__init__(window)
        self._path = path
        self._window = window
        self._told: set[int] = set()
        self._shown = False
        self._turn_s = 0.0
        self.longest_gap_s = 0.0
        window.link.refreshed.connect(self._refreshed)
        self._beat = QTimer(self)
        self._beat.setInterval(5)
        self._beat.timeout.connect(self._turn)

    def write(self, event: str, **facts: Any) -> None:
        """Append a line."""
        with open(self._path, "a", encoding="utf-8") as file:
            file.write(json.dumps({"event": event, **facts}) + "\n")

    @Slot()
    def _refreshed(self) -> None:
        if not self._shown and self._window.graph.board.objects and self._window.isVisible():
            self._shown = True
            # After this turn of the loop the frame has been painted.
            QTimer.singleShot(0, self, self._tell_places)
        for request, swap in self._window.link.swaps.by_request.items():
            if swap.over and request not in self._told:
                self._told.add(request)
                receipt = swap.receipt(self._window.link.clock_ns).as_json()
                self.write("swap", sort=swap.sort, shown=self._window.receipt.header.accessibleName(), **receipt)

    @Slot()
    def _tell_places(self) -> None:
        self.write("shown", cards=self._cards(), nodes=self._nodes())
        self._turn_s = time.perf_counter()
        self._beat.start()

    @Slot()
    def _turn(self) -> None:
        now_s = time.perf_counter()
        self.longest_gap_s = max(self.longest_gap_s, now_s - self._turn_s)
        self._turn_s = now_s

    def close(self) -> None:
        """The window closes."""
        self._beat.stop()
        self.write("gap", longest_ms=round(1000 * self.longest_gap_s, 1))

    def _cards(self) -> dict[str, list[int]]:
        cards = self._window.palette_view.list
        found = {}
        for row, card in enumerate(self._window.palette_view.model.cards):
            if card.name:
                found[card.name] = _on_screen(cards.viewport(), cards.visualRect(cards.model().index(row, 0)))
        return found

    def _nodes(self) -> dict[str, list[int]]:
        graph = self._window.graph
        return {
            node.name: _on_screen(graph.viewport(), graph.mapFromScene(node.standing).boundingRect())
            for node in graph.board.nodes()
        }


def _on_screen(widget: Any, area: QRect) -> list[int]:
    corner: QPoint = widget.mapToGlobal(area.topLeft())
    ratio = widget.devicePixelRatioF()
    return [round(side * ratio) for side in (corner.x(), corner.y(), area.width(), area.height())]
