"""Story: the trace in English, a sentence for each event, with a filter.

    [ kind:call on:counter latency>5us                     ]  [Follow]
    2.418 306   Thread 214 called FCM file 17 again from inside; the mediator let the recursive call through.
    2.418 311   Thread 209 got the lock of the page list.

A click or Enter selects what a sentence is about; a double click or Shift+Enter shows the world at its instant. What is
selected elsewhere is marked here, and found when the story does not follow. It follows the cursor until a person
scrolls.

The language of the filter is model/projections/row_filter.py's; what is wrong with one is said in a sentence, and the
filter before stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from model.projections.causes import about, position_of
from model.projections.row_filter import FilterError, RowFilter
from model.projections.story_rows import StoryRows
from model.trace.events import Kind
from model.trace.story import notable, sentence
from model.trace.trace import Event
from views.kit.chrome import PanelHeader, SearchField, SecondaryButton
from views.kit.format import clock_digits, format_count
from views.kit.panel_view import PanelView, describe
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.story_list import StoryLine, StoryList
from views.kit.theme import Theme
from views.kit.typography import font

if TYPE_CHECKING:
    from views.kit.selection import Picked

PADDING: Final = 16
EXAMPLE: Final = "kind:call on:counter latency>5us"
HELP: Final = (
    "Conditions side by side must all hold; “or” separates alternatives, “not” or “-” turns one round.\n"
    "kind:call  on:counter  method:read_page  client:postmark  thread:7  call:812\n"
    "processor:2  request:1  phase:block  latency>5us  at>2ms\n"
    "Any other word, or several in quotes, must stand in the sentence."
)
OF_REQUESTS: Final = frozenset(
    (Kind.SWAP_REQUESTED, Kind.ATTACH_REQUESTED, Kind.DETACH_REQUESTED, Kind.CANCEL_REQUESTED, Kind.REQUEST_QUEUED,
     Kind.PROTOCOL_NEGOTIATED, Kind.MEDIATOR_CREATED, Kind.MEDIATOR_INSTALLED, Kind.PHASE_ENTERED,
     Kind.PHASE_TIMED_OUT, Kind.SWAP_RETRIED, Kind.STATE_PACKAGED, Kind.STATE_UNPACKAGED, Kind.SWAP_COMPLETED,
     Kind.SWAP_ABANDONED, Kind.INTERPOSER_ATTACHED, Kind.INTERPOSER_DETACHED)
)  # fmt: skip
"""What is about a request, whose number stands in `a`."""


class StoryView(PanelView):
    """Sentences up to the cursor, those that a filter lets through."""

    time_wanted = Signal(int)
    """An instant that the person has chosen: show the world then."""

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(link, selection, theme, parent)
        self._rows = StoryRows(link.trace)
        self._seen: tuple[Any, ...] = ()
        self._until = 0
        self._picked: Picked | None = None
        self.header = PanelHeader("Story", theme=theme)
        self.filter = SearchField(EXAMPLE, theme=theme)
        self.filter.setAccessibleName("Filter of the story")
        self.filter.setToolTip(HELP)
        self.follow = SecondaryButton("Follow", theme=theme)
        self.follow.setToolTip("Show what has just happened, and keep showing it")
        self.wrong = QLabel()
        self.wrong.setWordWrap(True)
        self.wrong.setContentsMargins(PADDING, 0, PADDING, 6)
        self.list = StoryList(self, theme)
        self._later = QTimer(self)
        self._later.setSingleShot(True)
        self._later.timeout.connect(self._read_on)
        self._build()
        self.filter.textChanged.connect(self._filtered)
        self.follow.clicked.connect(self._follow_again)
        self.list.moved.connect(self._stop_following)
        self.list.chosen.connect(self._choose)
        self.list.opened.connect(self._open)
        self.setAutoFillBackground(True)
        self.setFocusProxy(self.list)
        self.restyle()

    def _build(self) -> None:
        row = QHBoxLayout()
        row.setContentsMargins(PADDING, 0, PADDING, 6)
        row.setSpacing(8)
        row.addWidget(self.filter, 1)
        row.addWidget(self.follow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addLayout(row)
        layout.addWidget(self.wrong)
        layout.addWidget(self.list, 1)
        self.follow.hide()
        self.wrong.hide()

    def take(self) -> None:
        link = self.link
        self._until = link.position
        whole = self._rows.read(link.position, link.names, self._sentence)
        if not whole:
            self._later.start(0)
        picked = self.selection.current
        seen = (link.position, picked, self._rows.share, self._rows, link.trace.tail)
        if seen == self._seen:
            return
        self._seen = seen
        if picked != self._picked:
            self._picked = picked
            self._find(picked)
        self.list.refresh()
        self.follow.setVisible(not self.list.follows)
        self.header.set_subtitle(self._subtitle(whole))
        describe(self, "Story", self.header.accessibleName())

    def forget(self) -> None:
        self._rows = StoryRows(self.link.trace, self._made(self.filter.text()))
        self._seen = ()
        self.list.current = -1
        self.list.follows = True

    def restyle(self) -> None:
        palette = self.theme.palette()
        self.setPalette(palette)
        self.setBackgroundRole(QPalette.ColorRole.Base)
        for role in (QPalette.ColorRole.WindowText, QPalette.ColorRole.Text):
            palette.setColor(role, self.theme.invariant.violated.text)
        self.wrong.setPalette(palette)
        self.wrong.setFont(font("label", self.theme.scale))
        for widget in (self.header, self.filter, self.follow, self.list):
            widget.set_theme(self.theme)
        self._seen = ()

    def _subtitle(self, whole: bool) -> str:
        count = self._rows.count(self._until)
        if not self._rows.filtered:
            return f"{format_count(count)} events"
        searched = "" if whole else f", {round(100 * self._rows.share)} % searched"
        return f"{format_count(count)} of {format_count(self._until - self.link.trace.tail)} events{searched}"

    # --- what the list asks ------------------------------------------------------------------------------------------

    def count(self) -> int:
        """How many rows there are up to the cursor."""
        return self._rows.count(self._until)

    def story_line(self, index: int) -> StoryLine:
        """A row as it is told."""
        event = self._event(index)
        words = sentence(self.link.trace, self.link.names, event)
        return StoryLine(clock_digits(event.at_ns), words, self._is_picked(event), notable(event.kind))

    def _event(self, index: int) -> Event:
        return self.link.trace.event(self._rows.position(index))

    def _sentence(self, position: int) -> str:
        return sentence(self.link.trace, self.link.names, self.link.trace.event(position))

    def _is_picked(self, event: Event) -> bool:
        picked = self.selection.current
        if picked is None:
            return False
        match picked.kind:
            case "call":
                return event.call == picked.identity
            case "thread":
                return event.thread == picked.identity
            case "object":
                return self.link.names.object_of(event.subject) == picked.identity
            case "swap":
                return event.kind in OF_REQUESTS and event.a == picked.identity
        return False

    # --- filter and following ----------------------------------------------------------------------------------------

    def _made(self, text: str) -> RowFilter | None:
        """The filter of a text; None, and a sentence under the field, where it is none."""
        try:
            made = RowFilter(text)
        except FilterError as error:
            self.wrong.setText(f"{error}.".replace("..", "."))
            self.wrong.show()
            return None
        self.wrong.hide()
        return made

    @Slot(str)
    def _filtered(self, text: str) -> None:
        made = self._made(text)
        if made is None:
            return
        self._rows = StoryRows(self.link.trace, made)
        self._seen = ()
        self.list.current = -1
        self.list.follows = True
        self._frame()

    @Slot()
    def _read_on(self) -> None:
        self._frame()

    @Slot()
    def _follow_again(self) -> None:
        self.list.follows = True
        self.list.current = -1
        self._seen = ()
        self._frame()

    @Slot()
    def _stop_following(self) -> None:
        self.follow.setVisible(True)

    def focus_search(self) -> None:
        """Put the keyboard into the filter, as Ctrl+F does."""
        self.filter.setFocus()
        self.filter.selectAll()

    # --- selection ---------------------------------------------------------------------------------------------------

    def _find(self, picked: Picked | None) -> None:
        """Stand at the last row about what was selected elsewhere, unless the story follows the cursor."""
        current = self.list.current
        if picked is None or self.list.follows:
            return
        if 0 <= current < self.count() and self._is_picked(self._event(current)):
            return  # it was chosen here
        if picked.kind in ("call", "thread"):
            position = position_of(self.link.trace, picked.kind, picked.identity, self._until)
            if position >= 0:
                self.list.current = self._rows.index(position)
                self.list.show_row(self.list.current)

    @Slot(int)
    def _choose(self, index: int) -> None:
        self.list.follows = False
        event = self._event(index)
        if event.kind in OF_REQUESTS:
            self.selection.select("swap", event.a)
        elif (target := about(event)) is not None and (event.call or not self._object(event)):
            self.selection.select(*target)
        elif identity := self._object(event):
            self.selection.select("object", identity)
        self._seen = ()
        self._frame()

    def _object(self, event: Event) -> int:
        identity = self.link.names.object_of(event.subject)
        return identity if identity in self.link.topology.objects else 0

    @Slot(int)
    def _open(self, index: int) -> None:
        self.list.follows = False
        self.time_wanted.emit(self._event(index).at_ns)
