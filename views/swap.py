"""Swap: one hot-swap as the paper's Figure 3, alive, and all of them as its Figure 4.

    Swap 4  FCM file 17, single to replicated          [Equal phases | To scale]  [All swaps]
    ...phases, pictures, a bar for each call (kit/swap_figure.py)...
    ...the two vectors, what they have in common, the chosen protocol (kit/vectors.py)...

It is about the selected swap, or about the last one of the selected component, or about the newest; the receipt beside
it follows the same selection. "All swaps" shows the list and how long they took.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QMargins, QObject, Qt, Signal, Slot
from PySide6.QtGui import QPalette, QResizeEvent
from PySide6.QtWidgets import QFrame, QLabel, QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from model.projections.swap_calls import bars_of
from model.trace.events import Phase
from views.kit.chrome import PanelHeader, SecondaryButton, SegmentedControl, Separator
from views.kit.describing import picked_object
from views.kit.flow_layout import FlowLayout
from views.kit.panel_view import PanelView, describe
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.swap_figure import Figure, FigureAxis, FigureHeads
from views.kit.swap_histogram import SwapHistogram
from views.kit.swap_list import SwapList
from views.kit.swap_rows import FigureRows
from views.kit.swap_words import change_titles, change_words, next_words, title_of, transfer_notes
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import SEMIBOLD, font, text_width
from views.kit.vectors import VectorsStrip

if TYPE_CHECKING:
    from model.projections.swaps import Swap

PADDING: Final = 16
NOTHING: Final = "No swap yet. Drag an implementation onto a component, or select one and press S."


class SwapView(PanelView):
    """One swap, call by call; or all of them."""

    time_wanted = Signal(int)
    """An instant that the person has chosen in the figure: show the world then."""

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(link, selection, theme, parent)
        self._shown: Swap | None = None
        self._seen: tuple[Any, ...] = ()
        self.header = PanelHeader("Swap", theme=theme)
        self.scale = SegmentedControl(["Equal phases", "To scale"], "Widths of the phases", theme=theme)
        self.all_swaps = SecondaryButton("All swaps", theme=theme)
        self.heads = FigureHeads(theme)
        self.rows = FigureRows(theme)
        self.axis = FigureAxis(theme)
        self.line = Separator(theme=theme)
        self.vectors_header = PanelHeader("State transfer protocols", theme=theme)
        self.vectors = VectorsStrip(theme)
        self.list = SwapList(theme)
        self.histogram = SwapHistogram(theme)
        self.nothing = QLabel(NOTHING)
        self._pages = QStackedWidget(self)
        self._build()
        self._connect()
        self.setAutoFillBackground(True)
        self.setAccessibleName("Swap, call by call")
        self.restyle()

    def _build(self) -> None:
        controls = QWidget(self)
        row = FlowLayout(8, QMargins(PADDING, 2, PADDING, 8), controls)
        row.addWidget(self.scale)
        row.addWidget(self.all_swaps)
        self._scroll = QScrollArea(self)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._scroll.setWidget(self.rows)
        self._scroll.viewport().installEventFilter(self)
        figure = _column(self.heads, self._scroll, self.axis, self.line, self.vectors_header, self.vectors)
        every = _column(self.histogram, self.list)
        every.layout().addStretch(1)  # type: ignore[union-attr]
        self.nothing.setWordWrap(True)
        self.nothing.setContentsMargins(PADDING, 6, PADDING, 12)
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        for page in (figure, every, self.nothing):
            self._pages.addWidget(page)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        for part, stretch in ((self.header, 0), (controls, 0), (self._pages, 1)):
            layout.addWidget(part, stretch)

    def _connect(self) -> None:
        self.scale.chosen.connect(self._scaled)
        self.all_swaps.clicked.connect(self._toggle_all)
        self.rows.chosen.connect(self._choose_call)
        self.rows.hovered.connect(self._hover_call)
        self.rows.seen.connect(self._show_row)
        self.rows.time_chosen.connect(self.time_wanted)
        self.axis.time_chosen.connect(self.time_wanted)
        self.list.chosen.connect(self._choose_swap)

    @property
    def shown(self) -> Swap | None:
        """The swap that is shown."""
        return self._shown

    @property
    def showing_all(self) -> bool:
        """Whether the list of all swaps is open."""
        return self._pages.currentIndex() == 1

    def take(self) -> None:
        link = self.link
        swap = self._wanted()
        current = self.selection.current
        seen = (link.swaps, link.position, link.clock_ns, current, self.scale.current, swap, self.showing_all)
        if seen == self._seen:
            return
        self._seen, self._shown = seen, swap
        self._show_all()
        if not self.showing_all:
            self._pages.setCurrentIndex(2 if swap is None else 0)
        self.scale.setVisible(self._pages.currentIndex() == 0)
        self.all_swaps.setVisible(swap is not None)
        if swap is None:
            self.header.set_title("Swap", "none yet")
            return
        if not self.showing_all:
            self._title(swap)
            self._show_figure(swap)
        describe(self, "Swap, call by call", f"{title_of(swap)}, {change_titles(swap)[0]}: {self._standing(swap)}")

    def forget(self) -> None:
        self._seen = ()
        self.rows.current = -1

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(QPalette.ColorRole.Base)
        self.nothing.setFont(font("label", self.theme.scale))
        scroll_thinly(self._scroll, self.theme)
        self._scroll.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        for widget in (
            self.header, self.scale, self.all_swaps, self.heads, self.rows, self.axis, self.line,
            self.vectors_header, self.vectors, self.list, self.histogram,
        ):  # fmt: skip
            widget.set_theme(self.theme)
        self._seen = ()

    def _wanted(self) -> Swap | None:
        """The selected swap, the last one of the selected component, or the newest; attaches only when selected."""
        swaps, picked = self.link.swaps, self.selection.current
        if picked is not None and picked.kind == "swap" and picked.identity in swaps.by_request:
            return swaps.by_request[picked.identity]
        if picked is not None and picked.kind in ("call", "thread") and self._shown is not None:
            return swaps.by_request.get(self._shown.request)
        identity = picked_object(self.link.topology, picked, swaps.by_request)
        mine = [swap for swap in swaps.by_request.values() if swap.sort == "swap" and not swap.refused]
        of_object = [swap for swap in mine if swap.object == identity]
        newest = of_object or mine
        return newest[-1] if newest else None

    def _title(self, swap: Swap) -> None:
        """Say as much of what it is about as there is room for."""
        title, scale = title_of(swap), self.theme.scale
        taken = text_width(title, "label", scale, weight=SEMIBOLD) + self.theme.px(2 * PADDING + 12)
        fits = [words for words in change_titles(swap) if taken + text_width(words, "label", scale) <= self.width()]
        self.header.set_title(title, fits[0] if fits else "")

    def _standing(self, swap: Swap) -> str:
        receipt = swap.receipt(self.link.clock_ns)
        words = next_words(swap, self.link.clock_ns)
        return f"{receipt.standing}, {words}" if words else receipt.standing

    def _show_figure(self, swap: Swap) -> None:
        link = self.link
        bars = bars_of(link.trace, swap, link.position)
        figure = Figure(swap, bars, link.clock_ns, equal=self.scale.current == 0)
        picked = self.selection.current
        self.rows.selected = (picked.kind, picked.identity) if picked else None
        for part in (self.heads, self.rows, self.axis):
            part.show_figure(figure)
        self._share_room()
        self._show_vectors(swap)

    def _share_room(self) -> None:
        """Heads and axis have their columns where the rows have them, beside a scroll bar too."""
        for part in (self.heads, self.axis):
            part.set_room(self._scroll.viewport().width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._share_room()
        if self._shown is not None and not self.showing_all:
            self._title(self._shown)
            self._show_vectors(self._shown)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._scroll.viewport() and event.type() == QEvent.Type.Resize:
            self._share_room()
        return super().eventFilter(watched, event)

    def _show_vectors(self, swap: Swap) -> None:
        known = bool(swap.old_vector or swap.new_vector)
        for part in (self.line, self.vectors_header, self.vectors):
            part.setVisible(known)
        if not known:
            return
        node = self.link.topology.objects.get(swap.object)
        interface = self.link.topology.interfaces.get(node.interface) if node else None
        old, new = change_words(swap)
        rows = ((old, swap.old_vector), (new, swap.new_vector))
        names = interface.protocols if interface else {}
        self.vectors.show_vectors(rows, names, swap.protocol_bit, transfer_notes(swap, self.link.clock_ns))
        narrow = self.width() < self.theme.px(480)
        self.vectors_header.set_subtitle("" if narrow else "64 bits a component; the highest common bit wins")

    def _show_all(self) -> None:
        if not self.showing_all:
            return
        self.header.set_title("All swaps", "how long they took")
        swaps = tuple(self.link.swaps.by_request.values())
        self.list.take(swaps, self._shown.request if self._shown else 0)
        completed = [each for each in swaps if each.sort == "swap" and each.outcome is Phase.COMPLETED]
        self.histogram.show_times([each.receipt(self.link.clock_ns).total_ns for each in completed])

    # --- what the person does ----------------------------------------------------------------------------------------

    @Slot(int)
    def _scaled(self, _: int) -> None:
        self.take()

    @Slot()
    def _toggle_all(self) -> None:
        self._open_all(not self.showing_all)

    def _open_all(self, every: bool) -> None:
        self._pages.setCurrentIndex(1 if every else 0)
        self.all_swaps.setText("One swap" if every else "All swaps")
        self.all_swaps.updateGeometry()
        self._seen = ()
        self.take()

    @Slot(int)
    def _choose_swap(self, request: int) -> None:
        self._open_all(False)
        self.selection.select("swap", request)

    @Slot(int)
    def _choose_call(self, call: int) -> None:
        self.selection.select("call", call)

    @Slot(int)
    def _hover_call(self, call: int) -> None:
        if call:
            self.selection.hover("call", call)
        else:
            self.selection.leave()

    @Slot(int)
    def _show_row(self, y: int) -> None:
        self._scroll.ensureVisible(0, y, 0, round(self.theme.px(30)))


def _column(*parts: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in parts:
        column.addWidget(part)
    return page
