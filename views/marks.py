"""Marks: where the run is to stop, what is to be counted, and the instants that a person wants to find again.

    [ phase:block, latency>5us, kind:fault ...  ]
    [ Run until ] [ Stop there ] [ Count ]
    stops and tracepoints with how often they were met; bookmarks with their notes

A choice goes to the last row that met a stop, or to the bookmark's instant. The marks themselves live in the shell
(views/kit/marks_control.py) and are saved with the run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMargins, QPoint, Qt, Signal, Slot
from PySide6.QtGui import QAction, QPalette
from PySide6.QtWidgets import QLabel, QMenu, QVBoxLayout, QWidget

from views.kit.chrome import PanelHeader, SearchField, SecondaryButton
from views.kit.flow_layout import FlowLayout
from views.kit.marks_control import MarksControl
from views.kit.marks_list import MarkLine, MarksList
from views.kit.panel_view import PanelView
from views.kit.typography import font

if TYPE_CHECKING:
    from views.kit.selection import Selection
    from views.kit.session_link import SessionLink
    from views.kit.theme import Theme

PADDING: Final = 16
HINT: Final = (
    "Write which rows are meant: phase:block, kind:fault, on:counter latency>5us, thread:7. M marks this instant."
)


class MarksView(PanelView):
    """The field, the three things to do with it, and the list."""

    time_wanted = Signal(int)
    """The instant, in ns, that is to be shown."""
    said = Signal(str)

    def __init__(
        self,
        link: SessionLink,
        selection: Selection,
        theme: Theme,
        *,
        marks: MarksControl,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(link, selection, theme, parent)
        self._marks = marks
        self._menu_line: MarkLine | None = None
        self.header = PanelHeader("Marks", "stops and bookmarks", theme)
        self.field = SearchField("Rows, like phase:block", theme=theme)
        self.field.setAccessibleDescription(HINT)
        self.field.setToolTip(HINT)
        self.until = SecondaryButton("Run until", theme=theme)
        self.stop = SecondaryButton("Stop there", theme=theme)
        self.count = SecondaryButton("Count", theme=theme)
        self.list = MarksList(theme)
        self.hint = QLabel(HINT)
        self.hint.setWordWrap(True)
        self.setAccessibleName("Marks")
        self._lay_out()
        self._connect()
        self.restyle()

    def _lay_out(self) -> None:
        self._form = QVBoxLayout()
        self._form.addWidget(self.field)
        self._buttons = FlowLayout(round(self.theme.px(8)), QMargins())
        for button in (self.until, self.stop, self.count):
            self._buttons.addWidget(button)
        self._form.addLayout(self._buttons)
        self._form.addWidget(self.hint)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addWidget(self.header)
        whole.addLayout(self._form)
        whole.addWidget(self.list, 1)

    def _connect(self) -> None:
        self.field.returnPressed.connect(self._run_until)
        self.until.clicked.connect(self._run_until)
        self.stop.clicked.connect(self._add_stop)
        self.count.clicked.connect(self._add_count)
        self.list.chosen.connect(self._go)
        self.list.removed.connect(self._remove)
        self.list.menu_wanted.connect(self._open_menu)
        self.list.marks.note_wanted.connect(self._note)
        self._marks.changed.connect(self._marks_changed)

    def restyle(self) -> None:
        theme, px = self.theme, self.theme.px
        self.setAutoFillBackground(True)
        palette = theme.palette()
        palette.setColor(QPalette.ColorRole.Window, theme.surface.panel)
        self.setPalette(palette)
        for part in (self.header, self.field, self.until, self.stop, self.count, self.list):
            part.set_theme(theme)
        self.hint.setFont(font("label", theme.scale))
        words = theme.palette()
        words.setColor(QPalette.ColorRole.WindowText, theme.text.tertiary)
        self.hint.setPalette(words)
        self._form.setContentsMargins(round(px(PADDING)), round(px(4)), round(px(PADDING)), round(px(8)))
        self._form.setSpacing(round(px(8)))

    def take(self) -> None:
        stops = tuple(MarkLine(stop, index, *self._marks.met(index)) for index, stop in enumerate(self._marks.stops))
        lines = (*stops, *(MarkLine(bookmark=bookmark) for bookmark in self._marks.bookmarks))
        self.list.marks.take(lines)
        self.hint.setVisible(not lines)
        self.list.setVisible(bool(lines))

    def take_keyboard(self) -> None:
        """The keyboard goes to the field."""
        self.field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.field.selectAll()

    # --- what is asked for -------------------------------------------------------------------------------------------

    @Slot()
    def _run_until(self) -> None:
        self._tell(self._marks.run_until(self.field.text()))
        self.field.selectAll()  # What is typed next is meant to replace it.

    @Slot()
    def _add_stop(self) -> None:
        self._tell(self._marks.add_stop(self.field.text()), empty=True)

    @Slot()
    def _add_count(self) -> None:
        self._tell(self._marks.add_stop(self.field.text(), halts=False), empty=True)

    def _tell(self, refusal: str, *, empty: bool = False) -> None:
        if refusal:
            self.said.emit(refusal)
        elif empty:
            self.field.clear()

    @Slot()
    def _marks_changed(self) -> None:
        if self.isVisible():
            self.take()

    @Slot(object)
    def _go(self, line: MarkLine) -> None:
        if line.bookmark is not None:
            self.time_wanted.emit(line.bookmark.at_ns)
        elif line.last >= 0:
            self.time_wanted.emit(self.link.trace.event(line.last).at_ns)
        else:
            self.said.emit("No row so far has met this")

    @Slot(object)
    def _remove(self, line: MarkLine) -> None:
        if line.bookmark is not None:
            self._marks.remove_bookmark(line.bookmark.at_ns)
        else:
            self._marks.remove_stop(line.index)

    @Slot(int, str)
    def _note(self, at_ns: int, note: str) -> None:
        self._marks.add_bookmark(at_ns, note)

    # --- the menu of a line ------------------------------------------------------------------------------------------

    @Slot(object, object)
    def _open_menu(self, line: MarkLine, at: QPoint) -> None:
        menu = self.menu_of(line)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(at)

    def menu_of(self, line: MarkLine) -> QMenu:
        """What can be done with a line."""
        self._menu_line = line
        menu = QMenu(self)
        menu.setPalette(self.theme.palette())
        menu.setFont(font("label", self.theme.scale))
        choices = ["Go there"]
        if line.stop is not None:
            choices += [
                "Only count" if line.stop.halts else "Stop there",
                "Switch off" if line.stop.on else "Switch on",
            ]
        else:
            choices += ["Write a note"]
        for words in (*choices, "Remove"):
            menu.addAction(words)
        menu.triggered.connect(self._chosen)
        return menu

    @Slot(QAction)
    def _chosen(self, action: QAction) -> None:
        line = self._menu_line
        assert line is not None, "a menu belongs to a line"
        match action.text():
            case "Go there":
                self._go(line)
            case "Remove":
                self._remove(line)
            case "Write a note":
                row = self.list.marks.lines.index(line)
                self.list.edit(self.list.marks.index(row))
            case "Only count" | "Stop there":
                self._marks.change_stop(line.index, halts=action.text() == "Stop there")
            case _:
                self._marks.change_stop(line.index, on=action.text() == "Switch on")
