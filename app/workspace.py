"""The one window's inside: panels in four areas, in the layout that the person has chosen.

    +--------+--------------------------+---------+
    | left   | centre                   | right   |     an area is a row of cells with lines between them that can be
    |        |                          |  cell   |     dragged; a cell shows one panel, or several behind tabs
    |        |                          +---------+
    |        +--------------------------+  cell   |
    |        | bottom:  cell  |  cell   |         |
    +--------+--------------------------+---------+

To add a panel see app/view_catalogue.py. Nothing floats. A panel is made when it is first shown and lives from then on;
where it is not shown it is hidden, and a hidden view neither paints nor folds (views/kit/panel_view.py). Where the
window is too small for the cells of an area, the first of them share a place, and part again when there is room.

Limits: the window decides how large areas are (`set_room`) until a person drags the lines.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from PySide6.QtCore import QPoint, Qt, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from app.layouts import FIRST, LAYOUTS, Arrangement, Cell, LayoutError, fitted, from_text, shown_cells, to_text
from app.panel_cell import Lines, PanelCell
from app.view_catalogue import AREAS, VIEW_BY_NAME, Area
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.theme import Theme

LEAST: Final[Mapping[Area, int]] = {"left": 160, "centre": 200, "right": 150, "bottom": 460}
"""px that a cell needs along its area where its panels do not say."""
SHARE: Final = 0.42
"""How much of an area a panel takes that asks for a size, where there is little room."""
CENTRE_KEPT: Final = 260
"""px that the centre keeps, whatever is asked for the areas about it."""

Answers = Mapping[str, Callable[..., Any]]
"""What is done with a view's signals, by their names."""


class Workspace(QWidget):
    """Shows the panels of a layout."""

    changed = Signal()
    """Another layout, or a panel was opened, closed, moved or brought to the front."""
    view_made = Signal(str)
    """A panel was made, which is when it is first shown: its name."""
    menu_wanted = Signal(str, QPoint)
    """The right button on a panel's head: its name, and where."""

    def __init__(
        self,
        link: SessionLink,
        selection: Selection,
        theme: Theme,
        *,
        offers: Mapping[str, Any],
        answers: Answers,
        parent: QWidget | None = None,
    ) -> None:
        """`offers` is what views may want beside the link, the selection and the theme."""
        super().__init__(parent)
        self._link, self._selection, self._theme = link, selection, theme
        self._offers, self._answers = offers, answers
        self._views: dict[str, QWidget] = {}
        self._cells: dict[Area, list[PanelCell]] = {area: [] for area in AREAS}
        self._rows: dict[Area, tuple[Cell, ...]] = {}
        self._arrangements: dict[str, Arrangement] = {}
        """The layouts that a person has changed."""
        self._guest: Arrangement | None = None
        self._of_file: Arrangement | None = None
        """Shown in the place of the person's layout, and never kept."""
        self._latest = ""
        self._reduced = False
        self._extents: dict[Area, int] = {"left": 236, "right": 360, "bottom": 204}
        self.layout_name = FIRST
        self._areas: dict[Area, Lines] = {
            area: Lines(Qt.Orientation.Horizontal if area == "bottom" else Qt.Orientation.Vertical, theme, self)
            for area in AREAS
        }
        self._middle = Lines(Qt.Orientation.Vertical, theme, self)
        self._middle.addWidget(self._areas["centre"])
        self._middle.addWidget(self._areas["bottom"])
        self._whole = Lines(Qt.Orientation.Horizontal, theme, self)
        for part in (self._areas["left"], self._middle, self._areas["right"]):
            self._whole.addWidget(part)
        self._whole.splitterMoved.connect(self._dragged)
        self._middle.splitterMoved.connect(self._dragged)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._whole)

    # --- panels ------------------------------------------------------------------------------------------------------

    @property
    def arrangement(self) -> Arrangement:
        """The layout as it is now, with what the person has changed in it."""
        own = self._arrangements.get(self.layout_name, LAYOUTS[self.layout_name])
        return self._guest or self._of_file or own

    def view(self, name: str) -> Any:
        """A panel by its name, made now if it was not made before."""
        if name not in self._views:
            made = VIEW_BY_NAME[name].make(self._link, self._selection, self._theme, self._offers)
            made.setParent(self)
            made.hide()
            if hasattr(made, "set_reduced_motion"):
                made.set_reduced_motion(self._reduced)
            for signal, answer in self._answers.items():
                if hasattr(made, signal):
                    getattr(made, signal).connect(answer)
            self._views[name] = made
            self.view_made.emit(name)
        return self._views[name]

    def made(self) -> Mapping[str, QWidget]:
        """The panels that were made so far, by name."""
        return self._views

    def has(self, name: str) -> bool:
        """Whether a panel has a place in the layout, in front or behind another."""
        return self.arrangement.area_of(name) is not None

    def cell_of(self, name: str) -> PanelCell | None:
        """The place where a panel is in front; None where it is not to be seen."""
        cells = (cell for row in self._cells.values() for cell in row)
        return next((cell for cell in cells if cell.front == name), None)

    def stands_alone(self, name: str) -> bool:
        """Whether a panel has a place that it shares with no other."""
        return any(cell.views == (name,) for row in self._wanted_rows().values() for cell in row)

    def area(self, area: Area) -> QWidget:
        """What holds the cells of an area."""
        return self._areas[area]

    def show_panel(self, name: str) -> None:
        """Bring a panel to the front, in the area that is its own if the layout has no place for it."""
        self._latest = name
        arrangement = self.arrangement
        if arrangement.area_of(name) is None:
            self._arrange(arrangement.with_view(name, VIEW_BY_NAME[name].area))
        else:
            self._arrange(arrangement.with_front(name))

    def close_panel(self, name: str) -> None:
        """Take a panel out of the layout."""
        self._arrange(self.arrangement.without(name))

    def move_panel(self, name: str, area: Area) -> None:
        """Put a panel into another area, in front there."""
        self._latest = name
        self._arrange(self.arrangement.with_view(name, area))

    # --- layouts -----------------------------------------------------------------------------------------------------

    def choose_layout(self, name: str) -> None:
        """Show another layout, as the person left it; what a file has brought goes."""
        focus = self.window().focusWidget()
        self._of_file = None
        self.layout_name = name
        self._latest = ""
        self._rebuild()
        if focus is not None and self.isAncestorOf(focus) and not focus.isVisible():
            # What had the keyboard is not shown here, and Qt has given it to whatever comes next in the window.
            self._cells["centre"][0].take_keyboard()

    def reset_layout(self) -> None:
        """Give this layout the places and sizes with which it ships."""
        self._arrangements.pop(self.layout_name, None)
        self._of_file = None
        self._latest = ""
        self._rebuild()

    def state(self) -> str:
        """All that is to be kept, for `restore`."""
        return to_text(self.layout_name, self._arrangements)

    def restore(self, text: str) -> str:
        """Take over what `state` gave; a sentence for the person where that cannot be, and then nothing changes."""
        try:
            self.layout_name, self._arrangements = from_text(text) if text else (FIRST, {})
        except LayoutError as error:
            return f"The layout that was kept is not used: {error}; this is the layout {self.layout_name}"
        self._rebuild()
        return ""

    def for_file(self) -> str:
        """The panels as they stand, for a file of this run; empty where they stand as they came."""
        arrangement = self.arrangement
        same = arrangement == LAYOUTS[FIRST]
        return "" if same else to_text(self.layout_name, {self.layout_name: arrangement})

    def take_of_file(self, text: str) -> str:
        """Show the panels as a file has them; a sentence where that cannot be, and then they stand as they did.

        The person's own layouts stay as they are, and come back as soon as one is chosen or another file is opened.
        """
        try:
            chosen, changed = from_text(text) if text else (FIRST, {})
        except LayoutError as error:
            return f"The panels stand as they did: what this file says of them is not used, {error}"
        before, self._of_file = self._of_file, changed.get(chosen, LAYOUTS[chosen]) if text else None
        if before != self._of_file:
            self._latest = ""
            self._rebuild()
        return ""

    def show_guest(self, arrangement: Arrangement | None) -> None:
        """Show other panels in the place of the layout, which stays as it is; None shows the layout again."""
        if arrangement != self._guest:
            self._guest = arrangement
            self._latest = ""
            self._rebuild()

    def _arrange(self, arrangement: Arrangement) -> None:
        if self._guest is not None:
            self._guest = arrangement
        elif self._of_file is not None:
            self._of_file = arrangement
        else:
            self._arrangements[self.layout_name] = arrangement
        self._rebuild()

    # --- what is shown -----------------------------------------------------------------------------------------------

    def set_room(self, extents: Mapping[Area, int]) -> None:
        """The window has another size: this much, in px, for the areas about the centre where nobody has dragged."""
        self._extents = dict(extents)
        self._rebuild(only_if_other=True)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._rebuild(only_if_other=True)

    def set_theme(self, theme: Theme) -> None:
        """Every panel that there is looks like another theme from now on."""
        self._theme = theme
        for view in self._views.values():
            view.set_theme(theme)  # type: ignore[attr-defined]
        for lines in (*self._areas.values(), self._middle, self._whole):
            lines.set_theme(theme)
        for row in self._cells.values():
            for cell in row:
                cell.set_theme(theme)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Nothing glides or fades in any panel, or it does again."""
        self._reduced = reduced
        for view in self._views.values():
            if hasattr(view, "set_reduced_motion"):
                view.set_reduced_motion(reduced)

    def _wanted_rows(self) -> dict[Area, tuple[Cell, ...]]:
        least = {name: round(self._theme.px(entry.least or LEAST[entry.area])) for name, entry in VIEW_BY_NAME.items()}
        width = self.width() - self._extent("left") - self._extent("right")
        room: dict[Area, int] = {area: self.height() for area in AREAS} | {"bottom": width}
        room["centre"] -= self._extent("bottom")
        return {
            area: tuple(fitted(shown_cells(self.arrangement, area), least, room[area], self._latest)) for area in AREAS
        }

    def _extent(self, area: Area) -> int:
        if not shown_cells(self.arrangement, area):
            return 0
        own = self.arrangement.extents.get(area)
        extent = self._extents[area] if own is None else round(self._theme.px(own))
        if area == "bottom":
            # A panel that is lower than it can be is cut at its foot, where lanes have their axis.
            needed = max((cell.least_height() for cell in self._cells[area]), default=0)
            extent = max(extent, min(needed, self.height() // 2))
        return extent

    def _rebuild(self, *, only_if_other: bool = False) -> None:
        """Give every cell its place again, unless all stands as it should already."""
        rows = self._wanted_rows()
        if not only_if_other or rows != self._rows:
            focus = self.window().focusWidget()
            self.setUpdatesEnabled(False)
            self._rows = rows
            self._fill(rows)
            self.setUpdatesEnabled(True)
            if focus is not None and self.isAncestorOf(focus) and focus.isVisible():
                focus.setFocus(Qt.FocusReason.OtherFocusReason)
            self.changed.emit()
        self._size_areas()

    def _fill(self, rows: Mapping[Area, tuple[Cell, ...]]) -> None:
        """Panels that change their place are let go first, so that none is wanted in two places."""
        for area, row in rows.items():
            if [cell.views for cell in row] != [cell.names for cell in self._cells[area]]:
                for cell in self._cells[area]:
                    cell.let_go(self)
                    cell.hide()
                    cell.setParent(self)
                    cell.deleteLater()
                self._cells[area] = [self._new_cell(each, area) for each in row]
        for area, row in rows.items():
            for cell, each in zip(self._cells[area], row, strict=True):
                cell.show_front(each.front, self.view(each.front))
            self._areas[area].setVisible(bool(row))

    def _new_cell(self, wanted: Cell, area: Area) -> PanelCell:
        titles = [(name, VIEW_BY_NAME[name].title) for name in wanted.views]
        cell = PanelCell(titles, self._theme, self._areas[area])
        cell.chosen.connect(self.show_panel)
        cell.menu_wanted.connect(self.menu_wanted)
        self._areas[area].addWidget(cell)
        cell.show()
        return cell

    def _size_areas(self) -> None:
        left, right, bottom = (self._extent(area) for area in ("left", "right", "bottom"))
        self._whole.setSizes([left, max(CENTRE_KEPT, self.width() - left - right - 2), right])
        height = self.height()
        self._middle.setSizes([max(CENTRE_KEPT, height - bottom - 1), bottom] if self._rows.get("centre") else [0, 1])
        for area, row in self._rows.items():
            self._size_cells(area, row)

    def _size_cells(self, area: Area, row: tuple[Cell, ...]) -> None:
        """Each cell has what its panel asks for; those that ask for nothing share what is left."""
        whole = self.width() - self._extent("left") - self._extent("right") if area == "bottom" else self.height()
        wishes = [self._wish(cell, whole) for cell in row]
        free = sum(1 for wish in wishes if not wish)
        rest = max(0, whole - sum(wishes) - len(row) + 1)
        self._areas[area].setSizes([wish or rest // max(1, free) for wish in wishes])

    def _wish(self, cell: Cell, room: int) -> int:
        entry = VIEW_BY_NAME[cell.front]
        if not entry.extent:
            return 0
        least = self.view(cell.front).minimumSizeHint().height() if entry.area != "bottom" else 0
        return max(least, round(min(self._theme.px(entry.extent), room * SHARE)))

    @Slot(int, int)
    def _dragged(self, *_: int) -> None:
        """A person has given an area another size."""
        scale = self._theme.scale
        sizes: dict[Area, int] = {
            "left": self._whole.sizes()[0], "right": self._whole.sizes()[2], "bottom": self._middle.sizes()[1],
        }  # fmt: skip
        arrangement = self.arrangement
        for area, size in sizes.items():
            if self._rows.get(area) and abs(size - self._extent(area)) > 1:
                arrangement = arrangement.with_extent(area, round(size / scale))
        if self._guest is None and self._of_file is not None:
            self._of_file = arrangement
        elif self._guest is None:
            self._arrangements[self.layout_name] = arrangement
