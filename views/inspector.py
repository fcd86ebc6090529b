"""Inspector: everything that is known of the selected thing at the cursor.

    thread 203  thread                       < > pin
    [Facts | History | Source]
    processor       2, counted on 1
    generation      42
    does            waits for a reply, 12 µs
    State ...       Transfer protocols ...

Facts are what the states at the cursor say, state is what the thing reports of itself, history its last events as
sentences, and source the text of its implementation. The text comes with the link: a view opens no object.

Back and forward (Alt+Left, Alt+Right) go through what was selected; the pin keeps the inspector where it is while the
selection goes on.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QMargins, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from model.projections.causes import about
from model.trace.story import notable, sentence
from views.kit.chrome import IconButton, PanelHeader, SegmentedControl, Separator
from views.kit.fact_rows import FactRows
from views.kit.flow_layout import FlowLayout
from views.kit.format import clock_digits
from views.kit.inspecting import Inspected, history_of, inspected
from views.kit.panel_view import PanelView, describe
from views.kit.selection import Selection
from views.kit.selection_history import SelectionHistory
from views.kit.session_link import SessionLink
from views.kit.source_text import SourceText
from views.kit.story_list import StoryLine, StoryList
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import font
from views.kit.vectors import VectorsStrip

if TYPE_CHECKING:
    from model.trace.trace import Event
    from views.kit.selection import Picked

PADDING: Final = 16
PITCH: Final = 24
PAGES: Final = ("Facts", "History", "Source")
NOTHING: Final = "Select a component, a client, a thread, a call or a swap to see all that is known of it."
NO_SOURCE: Final = "The source of this is not known here."


class InspectorView(PanelView):
    """One thing: facts, state, history, source."""

    time_wanted = Signal(int)
    """An instant that the person has chosen: show the world then."""

    def __init__(
        self,
        link: SessionLink,
        selection: Selection,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        history: SelectionHistory | None = None,
    ) -> None:
        super().__init__(link, selection, theme, parent)
        self.history = history or SelectionHistory(selection, self)
        self._pinned: Picked | None = None
        self._seen: tuple[Any, ...] = ()
        self._events: list[Event] = []
        self._make_header(theme)
        self.pages = SegmentedControl(list(PAGES), "What is shown of it", theme=theme)
        self.facts = FactRows(theme, PITCH, spread=False)
        self.state_title, self.state = PanelHeader("State", theme=theme), FactRows(theme, PITCH, spread=False)
        self.vectors_title = PanelHeader("Transfer protocols", theme=theme)
        self.vectors = VectorsStrip(theme)
        self.line = Separator(theme=theme)
        self.events = StoryList(self, theme)
        self.events.follows = False
        self.events.setAccessibleName("History")
        self.source = SourceText(theme)
        self.nothing = QLabel(NOTHING)
        self._build()
        self.setAutoFillBackground(True)
        self.setAccessibleName("Inspector")
        self.restyle()

    def _make_header(self, theme: Theme) -> None:
        self.header = PanelHeader("Inspector", theme=theme)
        self.back = self.header.add_button(IconButton("chevron_left", "What was selected before", theme=theme))
        self.forward = self.header.add_button(IconButton("chevron_right", "What was selected after", theme=theme))
        self.pin = self.header.add_button(IconButton("pin", "Keep the inspector on this", theme=theme))
        self.pin.setCheckable(True)

    def _build(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 4, 0, 8)
        column.setSpacing(0)
        for part in (self.facts, self.line, self.state_title, self.state, self.vectors_title, self.vectors):
            column.addWidget(part)
        column.addStretch(1)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(page)
        for each in (self._scroll.viewport(), page):
            each.setBackgroundRole(QPalette.ColorRole.Base)
        self._stack = QStackedWidget(self)
        self.nothing.setWordWrap(True)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.nothing.setContentsMargins(PADDING, 6, PADDING, 12)
        for each in (self._scroll, self.events, self.source, self.nothing):
            self._stack.addWidget(each)
        self._controls = QWidget(self)
        FlowLayout(8, QMargins(PADDING, 0, PADDING, 6), self._controls).addWidget(self.pages)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._controls)
        layout.addWidget(self._stack, 1)
        self.pages.chosen.connect(self._page_chosen)
        self.back.clicked.connect(self.history.go_back)
        self.forward.clicked.connect(self.history.go_forward)
        self.pin.toggled.connect(self._pin)
        self.history.changed.connect(self._history_changed)
        self.events.chosen.connect(self._choose_event)
        self.events.opened.connect(self._open_event)

    @property
    def shown(self) -> Picked | None:
        """What is inspected."""
        return self._pinned or self.selection.current

    def take(self) -> None:
        picked = self.shown
        seen = (picked, self.link.position, self.link.clock_ns, self.pages.current)
        if seen == self._seen:
            return
        self._seen = seen
        self._history_changed()
        self.pin.setEnabled(picked is not None)
        self._controls.setVisible(picked is not None)
        if picked is None:
            self.header.set_title("Inspector", "nothing selected")
            self._stack.setCurrentWidget(self.nothing)
            describe(self, "Inspector", NOTHING)
            return
        known = inspected(self.link, picked)
        self.header.set_title(known.title, known.subtitle)
        facts = "; ".join(f"{name}: {value}" for name, value in known.facts)
        describe(self, "Inspector", f"{known.title}, {known.subtitle}; {facts}")
        self._stack.setCurrentIndex(self.pages.current)
        (self._show_facts, self._show_history, self._show_source)[self.pages.current](known, picked)

    def forget(self) -> None:
        self._seen = ()
        self._events = []
        self.pin.setChecked(False)
        self.history.clear()

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.nothing.setFont(font("label", self.theme.scale))
        scroll_thinly(self._scroll, self.theme)
        for widget in (
            self.header, self.pages, self.facts, self.line, self.state_title, self.state, self.vectors_title,
            self.vectors, self.events, self.source,
        ):  # fmt: skip
            widget.set_theme(self.theme)
        self._seen = ()

    # --- pages -------------------------------------------------------------------------------------------------------

    def _show_facts(self, known: Inspected, _: Picked) -> None:
        self.facts.set_rows(known.facts)
        state: tuple[QWidget, ...] = (self.line, self.state_title, self.state)
        vectors: tuple[QWidget, ...] = (self.vectors_title, self.vectors)
        for part in (*state, *vectors):
            part.setVisible(bool(known.state if part in state else known.vectors))
        self.state_title.set_title(known.state_title)
        self.state.set_rows(known.state)
        if known.vectors:
            self.vectors.show_vectors(known.vectors, known.protocols, known.chosen)

    def _show_history(self, _: Inspected, picked: Picked) -> None:
        events = history_of(self.link, picked)
        if events != self._events:
            self._events = events
            self.events.current = -1
            self.events.refresh()

    def _show_source(self, known: Inspected, _: Picked) -> None:
        self.source.show_source(self.link.source_of(known.implementation) or NO_SOURCE)

    def count(self) -> int:
        """How many events the history has."""
        return len(self._events)

    def story_line(self, index: int) -> StoryLine:
        """An event of the history as it is told."""
        event = self._events[index]
        words = sentence(self.link.trace, self.link.names, event)
        return StoryLine(clock_digits(event.at_ns), words, strong=notable(event.kind))

    # --- what the person does ----------------------------------------------------------------------------------------

    @Slot(int)
    def _page_chosen(self, _: int) -> None:
        self.take()

    @Slot(bool)
    def _pin(self, pinned: bool) -> None:
        self._pinned = self.selection.current if pinned else None
        self._seen = ()
        self._frame()

    @Slot()
    def _history_changed(self) -> None:
        self.back.setEnabled(self.history.can_go_back)
        self.forward.setEnabled(self.history.can_go_forward)

    @Slot(int)
    def _choose_event(self, index: int) -> None:
        if (target := about(self._events[index])) is not None:
            self.selection.select(*target)

    @Slot(int)
    def _open_event(self, index: int) -> None:
        self.time_wanted.emit(self._events[index].at_ns)
