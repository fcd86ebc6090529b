"""The swap panel: the card of the swap that runs, its receipt when it is over, and the ones before it.

Which swap is shown follows from the states and the one selection: the selected swap; otherwise the one that the
selected component is in; otherwise, with nothing selected, the newest. When a swap ends under the person's eyes it
becomes the selected thing, so that its receipt stays until something else is clicked or another swap begins. With a
component selected that is not being swapped the panel shows `idle`, the facts of that component.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QMargins, Qt, Signal, Slot
from PySide6.QtGui import QGuiApplication, QPalette, QResizeEvent
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QLabel,
    QLayout,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from model.commands import Attach, Cancel, Detach
from model.commands import Swap as SwapCommand
from model.projections.topology import drop_verdict
from model.trace.events import Phase
from views.kit.chrome import IconButton, PanelHeader, SecondaryButton, Separator
from views.kit.describing import described, picked_object
from views.kit.fact_rows import FactRows
from views.kit.flow_layout import FlowLayout
from views.kit.heard import is_heard
from views.kit.panel_view import PanelView, retheme
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.swap_card import PADDING, SwapCard
from views.kit.swap_list import SwapList
from views.kit.swap_words import facts_of, title_of
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import font

if TYPE_CHECKING:
    from model.projections.swaps import Swap, Swaps
    from model.projections.topology import Topology
    from views.kit.selection import Picked

NEXT_PHASE: Final = {Phase.FORWARD: Phase.BLOCK, Phase.BLOCK: Phase.TRANSFER, Phase.TRANSFER: Phase.COMPLETED}
HINT: Final = "Drag an implementation onto a component, or select one and press Enter."


def shown_swap(topology: Topology, swaps: Swaps, picked: Picked | None) -> Swap | None:
    """The swap that the panel is about; None when it is about a component, or about nothing yet."""
    if picked is not None and picked.kind == "swap" and picked.identity in swaps.by_request:
        return swaps.by_request[picked.identity]
    identity = picked_object(topology, picked, swaps.by_request)
    if identity:
        return swaps.under_way(identity)
    newest = list(reversed(swaps.by_request.values()))
    return next((swap for swap in newest if not swap.over), newest[0] if newest else None)


class ReceiptView(PanelView):
    """One swap at a time, with what can be done about it; `idle` takes its place where there is none."""

    rewind_requested = Signal(int)
    """The instant before a swap was asked for: show the world then."""
    run_until_wanted = Signal(int, int)
    """Request and Phase: run until the swap stands there. The button is there when somebody listens."""

    def __init__(
        self,
        link: SessionLink,
        selection: Selection,
        theme: Theme,
        parent: QWidget | None = None,
        *,
        idle: QWidget | None = None,
    ) -> None:
        super().__init__(link, selection, theme, parent)
        self._shown: Swap | None = None
        self._stayed = 0
        """The swap that ended under the person's eyes and was selected for it, and not by the person."""
        self._newest = 0
        """The newest swap at that time: one that ran already beside it takes no receipt away."""
        self._idle = idle
        self._listed: tuple[object, int] = (None, 0)
        self.header = PanelHeader("Swap", theme=theme)
        self.copy_button = self.header.add_button(IconButton("copy", "Copy the receipt as Markdown", theme=theme))
        self.card = SwapCard(theme)
        self.line = Separator(theme=theme)
        self.facts = FactRows(theme)
        self.cancel = SecondaryButton("Cancel swap", theme=theme)
        self.run_until = SecondaryButton("Run until BLOCK", theme=theme)
        self.back = SecondaryButton("Swap back", "undo", theme=theme)
        self.rewind = SecondaryButton("Rewind to before", theme=theme)
        self.list = SwapList(theme)
        self.hint = QLabel(HINT)
        self._pages = QStackedWidget(self)
        self._build()
        self._connect()
        self.setAutoFillBackground(True)
        self.restyle()

    def _build(self) -> None:
        page = QWidget(self)
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 8)
        column.setSpacing(0)
        inset = QHBoxLayout()
        inset.setContentsMargins(PADDING, 4, PADDING, 6)
        inset.addWidget(self.line)
        self._buttons = QWidget(page)
        row = FlowLayout(8, QMargins(PADDING, 10, PADDING, 10), self._buttons)
        for button in (self.cancel, self.run_until, self.back, self.rewind):
            row.addWidget(button)
            button.hide()
        self.hint.setWordWrap(True)
        self.hint.setContentsMargins(PADDING, 6, PADDING, 12)
        for widget in (self.card, inset, self.facts, self._buttons, self.hint, self.list):
            column.addLayout(widget) if isinstance(widget, QLayout) else column.addWidget(widget)
        column.addStretch(1)
        self._column = column
        self._page = QScrollArea(self)
        self._page.setFrameShape(QFrame.Shape.NoFrame)
        self._page.setWidgetResizable(True)
        self._page.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._page.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._page.setWidget(page)
        self._page.viewport().setBackgroundRole(QPalette.ColorRole.Base)
        page.setBackgroundRole(QPalette.ColorRole.Base)
        self._pages.addWidget(self._page)
        if self._idle is not None:
            self._pages.addWidget(self._idle)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        layout.addWidget(self._pages)

    def _put_buttons(self) -> None:
        """At the end of the receipt; where that lies below the window's edge, right under the card."""
        whole = self.card.sizeHint().height() + self.facts.sizeHint().height() + self._buttons.sizeHint().height()
        low = self.facts.isVisibleTo(self) and whole > self._page.viewport().height()
        place = 1 if low else 3
        if self._column.indexOf(self._buttons) != place:
            self._column.removeWidget(self._buttons)
            self._column.insertWidget(place, self._buttons)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._put_buttons()

    def _connect(self) -> None:
        self.copy_button.clicked.connect(self._copy)
        self.cancel.clicked.connect(self._cancel)
        self.run_until.clicked.connect(self._run_until)
        self.back.clicked.connect(self._swap_back)
        self.rewind.clicked.connect(self._rewind)
        self.list.chosen.connect(self._choose)

    @property
    def shown(self) -> Swap | None:
        """The swap that is shown."""
        return self._shown

    def take(self) -> None:
        swaps = self.link.swaps
        if self._stays(swaps) or self._gives_way(swaps):
            return  # the selection has taken the picture already
        swap = shown_swap(self.link.topology, swaps, self.selection.current)
        about_component = swap is None and self._idle is not None
        about_component = about_component and bool(picked_object(self.link.topology, self.selection.current, {}))
        self._shown = swap
        self.header.setVisible(not about_component)
        self._pages.setCurrentWidget(self._idle if about_component and self._idle is not None else self._page)
        if about_component:
            return
        self._show_swap(swap)
        current = swap.request if swap else 0
        if swaps is not self._listed[0] or current != self._listed[1]:
            self._listed = (swaps, current)
            self.list.take(tuple(swaps.by_request.values()), current)

    def forget(self) -> None:
        self._shown = None

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(self.palette().ColorRole.Base)
        self.hint.setFont(font("label", self.theme.scale))
        scroll_thinly(self._page, self.theme)
        for widget in (
            self.header, self.card, self.line, self.facts, self.cancel, self.run_until, self.back, self.rewind,
            self.list,
        ):  # fmt: skip
            widget.set_theme(self.theme)
        retheme(self._idle, self.theme)

    def _stays(self, swaps: Swaps) -> bool:
        """A swap that has just ended here becomes the selected thing; True when that has happened now."""
        before = self._shown
        if before is None or before.over or before.request not in swaps.by_request:
            return False
        now, picked = swaps.by_request[before.request], self.selection.current
        watched = picked is None or (picked.kind, picked.identity) == ("object", before.object)
        self._shown = now
        if not now.over or not watched:
            return False
        self._stayed, self._newest = now.request, max(swaps.by_request)
        self.selection.select("swap", now.request)
        return True

    def _gives_way(self, swaps: Swaps) -> bool:
        """A receipt that stayed is selected no longer when a later swap runs; True when that has happened now."""
        stayed = self._stayed
        if not stayed:
            return False
        if not self.selection.is_selected("swap", stayed):
            self._stayed = 0  # where it is selected again, the person has done it
            return False
        if all(swap.over for swap in swaps.by_request.values() if swap.request > self._newest):
            return False
        self._stayed = 0
        self.selection.clear()
        return True

    def _show_swap(self, swap: Swap | None) -> None:
        self.hint.setVisible(swap is None)
        self.card.setVisible(swap is not None)
        over = swap is not None and swap.over
        self.line.setVisible(over)
        self.facts.setVisible(over)
        self.copy_button.setVisible(swap is not None)
        if swap is None:
            self.header.set_title("Swaps", "none yet")
            for button in (self.cancel, self.run_until, self.back, self.rewind):
                button.hide()
            return
        self.header.set_title(title_of(swap), swap.component)
        receipt = swap.receipt(self.link.clock_ns)
        target = ""
        if swap.sort == "swap":
            target = described(
                self.link.topology, self.link.topology.implementations.get(swap.to_implementation), swap.new_instance
            )
        self.card.show_swap(receipt, self.link.clock_ns, target)
        self.facts.set_rows(facts_of(receipt) if over else ())
        self._show_buttons(swap)
        self._put_buttons()

    def _show_buttons(self, swap: Swap) -> None:
        running = not swap.over and swap.sort == "swap"
        self.cancel.setVisible(running)
        self.cancel.setEnabled(swap.cancellable)
        self.cancel.setToolTip("" if swap.cancellable else "A swap can be cancelled in FORWARD and in BLOCK only")
        following = NEXT_PHASE.get(swap.phase) if swap.phase else None
        self.run_until.setVisible(running and following is not None and self._somebody_runs())
        if following:
            self.run_until.setText(f"Run until {following.name}")
        done = swap.outcome is Phase.COMPLETED
        self.back.setVisible(done)
        self.back.setText({"swap": "Swap back", "attach": "Detach", "detach": "Attach again"}[swap.sort])
        refusal = self._refusal(swap) if done else ""
        self.back.setEnabled(not refusal)
        self.back.setToolTip(refusal)
        self.rewind.setVisible(swap.over)
        held = swap.requested_ns - 1 >= self.link.earliest_ns
        self.rewind.setEnabled(held)
        self.rewind.setToolTip("" if held else "The trace has let that instant go")

    def _somebody_runs(self) -> bool:
        return is_heard(self, "run_until_wanted(int,int)")

    def _refusal(self, swap: Swap) -> str:
        """Why what was done cannot be undone now; empty when it can."""
        topology = self.link.topology
        node = topology.objects.get(swap.object)
        if node is None:
            return "The component is gone"
        if swap.sort == "attach":
            return "" if swap.interposer in node.interposers else "It is detached already"
        if swap.sort == "swap":
            now = topology.implementation_of(swap.object)
            if now and now.identity == swap.from_implementation:
                return f"{node.name} is {described(topology, now)} again"
            if swap.from_implementation in topology.implementations:
                verdict = drop_verdict(topology, swap.from_implementation, swap.object)
                return verdict.words if verdict.answer == "no" else ""
        return ""

    # --- what the buttons do -----------------------------------------------------------------------------------------

    @Slot()
    def _cancel(self) -> None:
        if self._shown:
            self.link.issue(Cancel(object=self._shown.component))

    @Slot()
    def _run_until(self) -> None:
        if self._shown and self._shown.phase:
            self.run_until_wanted.emit(self._shown.request, int(NEXT_PHASE[self._shown.phase]))

    @Slot()
    def _swap_back(self) -> None:
        swap = self._shown
        if swap is None:
            return
        match swap.sort:
            case "swap":
                self.link.issue(SwapCommand(object=swap.component, implementation=swap.from_name))
            case "attach":
                self.link.issue(
                    Detach(object=swap.component, wrapper=self._wrapper_name(swap), which=self._which(swap))
                )
            case "detach":
                self.link.issue(Attach(object=swap.component, wrapper=self._wrapper_name(swap)))

    def _wrapper_name(self, swap: Swap) -> str:
        return self.link.topology.wrappers[swap.wrapper].name

    def _which(self, swap: Swap) -> int:
        """Which of the object's interposers with this wrapper it is, from the outermost."""
        topology = self.link.topology
        same = [
            each for each in topology.objects[swap.object].interposers
            if topology.interposers[each].wrapper == swap.wrapper
        ]  # fmt: skip
        return same.index(swap.interposer)

    @Slot()
    def _rewind(self) -> None:
        if self._shown:
            self.rewind_requested.emit(self._shown.requested_ns - 1)

    @Slot()
    def _copy(self) -> None:
        if self._shown:
            QGuiApplication.clipboard().setText(self._shown.receipt(self.link.clock_ns).markdown())
            self.link.message.emit(f"The receipt of {title_of(self._shown).lower()} is on the clipboard, as Markdown.")

    @Slot(int)
    def _choose(self, request: int) -> None:
        self._stayed = 0
        self.selection.select("swap", request)
