"""The translation tables: what each client's entry for each object points at, as it is written.

While an entry points at a mediator its cell stays filled; once it is repointed it flashes, the old struck out and the
new in semibold, and then says quietly where it points. A row is an object: what is under the pointer here is ringed in
the graph, and the other way round.

Where the machine has local tables, those of one client can be shown instead, a column for each processor. The flag
keeps an instant: wherever the cursor goes from there, each cell that differs says what it said then and says now.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent, QMargins, QModelIndex, QRect, QRectF, QSize, Qt, Slot
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QHeaderView,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from views.kit.choice_button import ChoiceButton
from views.kit.chrome import IconButton, PanelHeader, SearchField
from views.kit.describing import client_name, counted
from views.kit.entry_table import Cell, EntryTableModel, Index
from views.kit.flashes import Flashes
from views.kit.flow_layout import FlowLayout
from views.kit.format import format_clock, format_count
from views.kit.glyphs import paint_glyph
from views.kit.panel_view import PanelView
from views.kit.selection import Selection, entry_number
from views.kit.session_link import SessionLink
from views.kit.theme import Theme, mixed
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import MEDIUM, REGULAR, SEMIBOLD, text_width
from views.kit.writing import Writer, Written, box

ROW_HEIGHT: Final = 28
HEAD_HEIGHT: Final = 24
PADDING: Final = 16
NUMBER_WIDTH: Final = 38
GUTTER: Final = 18
MOST_WORDS: Final = 90
ALL_CLIENTS: Final = "all clients"
COMPARE: Final = "Compare with this instant: what differs later or earlier says both"


class TablesView(PanelView):
    """All tables side by side; click a header to order, the magnifier or Ctrl+F to search."""

    def __init__(self, link: SessionLink, selection: Selection, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(link, selection, theme, parent)
        self.model = EntryTableModel(self)
        self.flashes = Flashes(self)
        self._states: tuple[object, ...] = ()
        self._locals: tuple[int, ...] = ()
        self._reference_ns = 0
        self._seen = link.position
        self.header = PanelHeader("Translation tables", "clients by objects", theme=theme)
        self.compare = self.header.add_button(IconButton("flag", COMPARE, theme=theme))
        self.compare.setCheckable(True)
        self.compare.toggled.connect(self._compare)
        self.search_button = self.header.add_button(IconButton("search", "Search the tables (Ctrl+F)", theme=theme))
        self.search_button.setCheckable(True)
        self.search_button.toggled.connect(self._toggle_search)
        self.search = SearchField("Object, target or number", theme=theme)
        self.search.hide()
        self.search.textChanged.connect(self.model.search)
        self.table = EntryTable(self.model, theme, self.flashes, selection, self)
        self.flashes.moved.connect(self.table.viewport().update)
        selection.hover_changed.connect(self._hovered)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self._search_row = QWidget(self)
        row = QVBoxLayout(self._search_row)
        row.setContentsMargins(PADDING, 0, PADDING, 6)
        row.addWidget(self.search)
        self._search_row.hide()
        self.which = ChoiceButton([ALL_CLIENTS], "Tables shown", theme, framed=False)
        self.which.chosen.connect(self._choose_which)
        self._which_row = QWidget(self)
        FlowLayout(0, QMargins(PADDING - 4, 0, PADDING, 2), self._which_row).addWidget(self.which)
        self._which_row.hide()
        layout.addWidget(self.header)
        layout.addWidget(self._which_row)
        layout.addWidget(self._search_row)
        layout.addSpacing(2)
        layout.addWidget(self.table)
        self.setAutoFillBackground(True)
        self.setAccessibleName("Translation tables")
        self.restyle()

    def take(self) -> None:
        link = self.link
        states = (link.topology, link.tables, link.swaps)
        if all(now is before for now, before in zip(states, self._states, strict=False)) and self._states:
            return
        self._states = states
        self._offer_local_tables()
        self.model.take(*states)
        self._flash_what_changed()
        self._seen = link.position
        self._say_what_is_shown()

    def _offer_local_tables(self) -> None:
        """Clients whose processors have tables of their own can be looked at one by one."""
        tables = self.link.tables
        self._locals = tuple(dict.fromkeys(client for client, _, _ in sorted(tables.slots)))
        self._which_row.setVisible(bool(self._locals))
        names = [f"{client_name(self.link.topology, client)}, by processor" for client in self._locals]
        local = self.model.local
        self.which.set_labels([ALL_CLIENTS, *names], 1 + self._locals.index(local) if local in self._locals else 0)

    def _say_what_is_shown(self) -> None:
        if self.model.reference is None:
            local = self.model.local
            self.header.set_subtitle("clients by objects" if local is None else "processors by objects")
            return
        words = counted(self.model.differences, "difference")
        self.header.set_subtitle(f"{words} to {format_clock(self._reference_ns)}")

    @Slot(bool)
    def _compare(self, wanted: bool) -> None:
        """Compare what is shown from now on with what is shown now."""
        self.model.reference = (self.link.topology, self.link.tables) if wanted else None
        self._reference_ns = self.link.clock_ns
        self._states = ()
        self._frame()

    @Slot(int)
    def _choose_which(self, index: int) -> None:
        self.model.local = self._locals[index - 1] if index else None
        self._states = ()
        self._frame()

    def forget(self) -> None:
        self._states = ()
        self.model.local = None
        self.compare.setChecked(False)
        self._seen = self.link.position
        self.flashes.clear()

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        self.setBackgroundRole(self.palette().ColorRole.Base)
        self.header.set_theme(self.theme)
        self.search.set_theme(self.theme)
        self.which.set_theme(self.theme)
        self.table.set_theme(self.theme)

    def set_reduced_motion(self, reduced: bool) -> None:
        """Hold a flash steady instead of fading it."""
        self.flashes.steady = reduced

    def focus_search(self) -> None:
        """Open the search and put the keyboard into it, as Ctrl+F does."""
        self.search_button.setChecked(True)
        self.search.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def _flash_what_changed(self) -> None:
        """Entries that were written since the last frame flash; a step back flashes nothing and ends what flashes."""
        if self.link.position < self._seen:
            self.flashes.clear()
        if self.model.local is not None:
            return
        for row in self.model.rows:
            for client, cell in zip(self.model.clients, row.cells, strict=True):
                if cell.old and self._seen <= cell.written_position < self.link.position and cell.sort != "mediator":
                    self.flashes.begin((client, row.object))

    @Slot(bool)
    def _toggle_search(self, wanted: bool) -> None:
        self._search_row.setVisible(wanted)
        self.search.setVisible(wanted)
        if wanted:
            self.search.setFocus(Qt.FocusReason.OtherFocusReason)
        else:
            self.search.clear()

    @Slot(object)
    def _hovered(self, _: object) -> None:
        self.table.viewport().update()


class EntryTable(QTableView):
    """The table itself: columns share the width, rows follow the one selection and the one hover."""

    def __init__(
        self, model: EntryTableModel, theme: Theme, flashes: Flashes, selection: Selection, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._selection = selection
        self._entries = model
        self._theme = theme
        self._delegate = CellDelegate(theme, flashes, selection, model, self)
        self.setModel(model)
        self.setItemDelegate(self._delegate)
        self.setHorizontalHeader(HeadLine(theme, self))
        self.verticalHeader().hide()
        self.setShowGrid(False)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setMouseTracking(True)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setSortingEnabled(True)
        self.horizontalHeader().setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        self.horizontalHeader().setSortIndicatorClearable(True)
        self.setAccessibleName("Translation tables")
        model.modelReset.connect(self._share_width)
        self.clicked.connect(self._select)
        self.activated.connect(self._select)

    @property
    def written(self) -> list[Written]:
        """The lines that stand on the table since its last paint."""
        return self._delegate.written

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self._delegate.theme = theme
        self.setPalette(theme.palette())
        scroll_thinly(self, theme)
        head = self.horizontalHeader()
        assert isinstance(head, HeadLine)
        head.set_theme(theme)
        self.verticalHeader().setDefaultSectionSize(round(theme.px(ROW_HEIGHT)))
        self._share_width()

    def paintEvent(self, event: QPaintEvent) -> None:
        self._delegate.written = []
        super().paintEvent(event)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)  # type: ignore[arg-type]
        self._share_width()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        super().mouseMoveEvent(event)
        index = self.indexAt(event.position().toPoint())
        if index.isValid():
            self._hover(index)
        else:
            self._selection.leave()

    def _hover(self, index: QModelIndex) -> None:
        """Over an entry it is the entry that is meant, with its wire in the graph; elsewhere the object."""
        row = self._entries.rows[index.row()]
        column = index.column() - 1
        if column >= 0 and self._entries.local is None and row.cells[column].sort != "none":
            self._selection.hover("entry", entry_number(self._entries.clients[column], row.object))
        else:
            self._selection.hover("object", row.object)

    def leaveEvent(self, event: QEvent) -> None:
        super().leaveEvent(event)
        self._selection.leave()

    @Slot()
    def _share_width(self) -> None:
        """The objects take what their names need, the clients the rest in equal parts."""
        columns = self._entries.columnCount()
        if columns < 1:
            return
        px, scale, width = self._theme.px, self._theme.scale, self.viewport().width()
        rows = self._entries.rows
        names = max([px(60), *(text_width(row.name, "label", scale, weight=MEDIUM) for row in rows)])
        # What an entry points at changes in a swap, and has its object's name before and after: the columns have room
        # for either and stay where they are.
        texts = {word for row in rows for word in (row.name, *(cell.words for cell in row.cells))}
        words = max([px(50), *(text_width(text, "label", scale, weight=SEMIBOLD) for text in texts)])
        least = px(NUMBER_WIDTH + GUTTER) + min(words, px(MOST_WORDS))
        first = px(PADDING) + max(
            min(px(124), width - px(PADDING) - least * (columns - 1)), min(names, width / 3) + px(16)
        )
        rest = max(least, (width - first) / max(1, columns - 1))
        self.setColumnWidth(0, round(first))
        for column in range(1, columns):
            self.setColumnWidth(column, round(first + rest * column) - round(first + rest * (column - 1)))

    @Slot(QModelIndex)
    def _select(self, index: QModelIndex) -> None:
        self._selection.select("object", self._entries.rows[index.row()].object)


class HeadLine(QHeaderView):
    """The clients' names; the one that orders has a chevron."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self._theme = theme
        self.setSectionsClickable(True)
        self.setHighlightSections(False)
        self.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        self.setMinimumSectionSize(20)

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.setPalette(theme.palette())
        self.setFixedHeight(round(theme.px(HEAD_HEIGHT)))
        self.viewport().update()

    def sizeHint(self) -> QSize:
        return QSize(super().sizeHint().width(), round(self._theme.px(HEAD_HEIGHT)))

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.fillRect(self.viewport().rect(), self._theme.surface.sunken)
        painter.end()
        super().paintEvent(event)

    def paintSection(self, painter: QPainter, rect: QRect, logical: int) -> None:
        theme, px = self._theme, self._theme.px
        painter.save()
        painter.fillRect(rect, theme.surface.sunken)
        left = rect.left() + (px(PADDING) if logical == 0 else 0)
        area = QRectF(left, rect.top(), rect.right() - left - px(16), rect.height())
        words = str(self.model().headerData(logical, Qt.Orientation.Horizontal) or "")
        width = Writer(painter, theme).line(area, words, "small", theme.text.tertiary, weight=SEMIBOLD)
        if self.sortIndicatorSection() == logical:
            glyph = "chevron_up" if self.sortIndicatorOrder() == Qt.SortOrder.AscendingOrder else "chevron_down"
            chevron = QRectF(left + width + px(3), rect.center().y() - px(6), px(12), px(12))
            paint_glyph(painter, glyph, chevron, theme.text.tertiary)
        painter.restore()


class CellDelegate(QStyledItemDelegate):
    """Paints an object's name, or what an entry points at."""

    def __init__(
        self, theme: Theme, flashes: Flashes, selection: Selection, model: EntryTableModel, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.theme = theme
        self.written: list[Written] = []
        self._flashes = flashes
        self._selection = selection
        self._model = model

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        theme, px = self.theme, self.theme.px
        area = QRectF(option.rect)  # type: ignore[attr-defined]
        row = self._model.rows[index.row()]
        writer = Writer(painter, theme)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._selection.is_selected("object", row.object):
            painter.fillRect(area, theme.selection.fill)
        elif self._selection.is_hovered("object", row.object):
            painter.fillRect(area, theme.surface.hover)
        self._paint_line(painter, area, index)
        if index.column() == 0:
            name = area.adjusted(px(PADDING), 0, -px(6), 0)
            writer.line(name, row.name, "label", weight=MEDIUM)
        else:
            cell = row.cells[index.column() - 1]
            client = self._model.clients[index.column() - 1]
            if self._selection.is_hovered("entry", entry_number(client, row.object)) and self._model.local is None:
                painter.setPen(QPen(theme.selection.ring, theme.stroke(1.6)))
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRoundedRect(area.adjusted(-px(8), px(2), -px(13), -px(3)), px(5), px(5))
            self._paint_cell(writer, area, cell, (self._model.clients[index.column() - 1], row.object))
        painter.restore()
        self.written += writer.written

    def _paint_line(self, painter: QPainter, area: QRectF, index: Index) -> None:
        if index.row() == self._model.rowCount() - 1:
            return
        inset_left = self.theme.px(PADDING) if index.column() == 0 else 0
        inset_right = self.theme.px(PADDING) if index.column() == self._model.columnCount() - 1 else 0
        line = self.theme.stroke(1)
        left, right = area.left() + inset_left, area.right() - inset_right
        painter.fillRect(QRectF(left, round(area.bottom()) - line, right - left, line), self.theme.line.subtle)

    def _paint_cell(self, writer: Writer, area: QRectF, cell: Cell, key: tuple[int, int]) -> None:
        theme, px = self.theme, self.theme.px
        ground = area.adjusted(-px(8), px(1), -px(13), -px(2))
        area = area.adjusted(0, 0, -px(GUTTER), 0)
        if cell.sort == "none" and not cell.differs:
            writer.line(area, cell.words, "label", theme.text.tertiary)
            return
        held = cell.sort == "mediator"
        strength = 1.0 if held or cell.differs else self._flashes.strength(key)
        if strength > 0:
            self._paint_flash(writer.painter, ground, strength)
        if not cell.number:
            area = area.adjusted(-px(NUMBER_WIDTH), 0, 0, 0)  # a slot of a processor has no number
        number = theme.text.secondary if strength > 0 else theme.text.tertiary
        writer.line(QRectF(area.left(), area.top(), px(NUMBER_WIDTH - 4), area.height()), cell.number, "mono", number)
        words = area.adjusted(px(NUMBER_WIDTH), 0, 0, 0)
        if cell.differs or (strength > 0 and not held and cell.old):
            self._paint_change(writer, words, cell)
            return
        colour = theme.structure.interposer.text if cell.sort == "wrapper" else theme.text.primary
        took = writer.line(words, cell.words, "label", colour, weight=SEMIBOLD if held else REGULAR)
        self._paint_calls(writer, words.adjusted(took + px(10), 0, 0, 0), cell, strength > 0)

    def _paint_flash(self, painter: QPainter, area: QRectF, strength: float) -> None:
        theme = self.theme
        painter.setPen(QPen(mixed(theme.surface.panel, theme.flash.line, strength), theme.stroke(1)))
        painter.setBrush(mixed(theme.surface.panel, theme.flash.fill, strength))
        painter.drawRoundedRect(box(area, theme.stroke(1)), theme.px(5), theme.px(5))

    def _paint_change(self, writer: Writer, area: QRectF, cell: Cell) -> None:
        """The old struck out, a chevron, the new in semibold; where there is no room the new alone."""
        theme, px = self.theme, self.theme.px
        old = text_width(cell.old, "label", theme.scale)
        new = text_width(cell.new, "label", theme.scale, weight=SEMIBOLD)
        if old + new + px(20) > area.width():
            # The column is as wide as the plain words need: a name is not cut because it is written strongly.
            writer.line(area, cell.new, "label", weight=SEMIBOLD if new <= area.width() else REGULAR)
            return
        writer.line(area, cell.old, "label", theme.text.secondary, struck=True)
        chevron = QRectF(area.left() + old + px(3), area.center().y() - px(6.5), px(13), px(13))
        paint_glyph(writer.painter, "chevron_right", chevron, theme.text.secondary)
        writer.line(area.adjusted(old + px(20), 0, 0, 0), cell.new, "label", weight=SEMIBOLD)

    def _paint_calls(self, writer: Writer, area: QRectF, cell: Cell, on_flash: bool) -> None:
        """The calls through the entry, where there is room beside what it points at."""
        words = format_count(cell.calls)
        if cell.calls and text_width(words, "small", self.theme.scale) <= area.width():
            colour = self.theme.text.secondary if on_flash else self.theme.text.tertiary
            writer.line(area, words, "small", colour, right=True)
