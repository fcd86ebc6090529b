"""The translation tables as a table model: a row for each object, a column for each client.

    object        postmark              sdet-1              kernel
    FCM file 17   0x11  mediator        0x08  mediator      0x02  mediator
    pager         no entry              0x0b  pager         0x01  pager

A cell says in words what the entry points at: the object itself, a mediator, a wrapper. The model is told the states
and works out what differs; the view paints it. Where the machine has local tables it can show those of one client, a
column for each processor. With the states of another instant to compare with, each cell that says another thing than
then says both.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final, Literal

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from views.kit.describing import client_name, kernel_last, member, same_structure
from views.kit.format import format_clock, format_count

if TYPE_CHECKING:
    from model.projections.swaps import Swaps
    from model.projections.tables import Entry, Key, Tables
    from model.projections.topology import Topology

Index = QModelIndex | QPersistentModelIndex
CellSort = Literal["plain", "mediator", "wrapper", "none"]
NO_ENTRY: Final = "no entry"


@dataclass(frozen=True, slots=True)
class Cell:
    """What one client's entry for one object says; `old` is what it said before it was last written."""

    sort: CellSort
    words: str
    number: str = ""
    old: str = ""
    new: str = ""
    calls: int = 0
    written_ns: int = 0
    written_position: int = -1
    differs: bool = False
    """It says another thing than at the instant that is compared with; `old` is what it said then."""


@dataclass(frozen=True, slots=True)
class Row:
    """An object and its cells by client."""

    object: int
    name: str
    cells: tuple[Cell, ...]


EMPTY: Final = Cell("none", NO_ENTRY)
MISS: Final = Cell("none", "miss handler")
"""A processor's slot that was not used since it was emptied: the next use asks where to go."""


def columns_of(tables: Tables) -> tuple[int, ...]:
    """The clients that have a table with an entry, the kernel last."""
    return tuple(sorted(tables.objects_by_client, key=kernel_last))


class CellMaker:
    """Makes cells, and makes one anew only when what its entry points at has changed; calls are counted up in place."""

    def __init__(self) -> None:
        self._topology: Topology | None = None
        self._made: dict[tuple[int, int], tuple[tuple[int, int, int], Cell]] = {}

    def rows(self, topology: Topology, tables: Tables, swaps: Swaps) -> tuple[Row, ...]:
        """Every object that has an entry somewhere, in the order of their numbers."""
        if not same_structure(topology, self._topology):
            self._made.clear()
        self._topology = topology
        clients = columns_of(tables)
        return tuple(
            Row(
                identity,
                node.name,
                tuple(self._cell(topology, tables, (each, identity), swaps) for each in clients),
            )
            for identity, node in topology.objects.items()
            if identity in tables.clients_by_object
        )

    def _cell(self, topology: Topology, tables: Tables, key: Key, swaps: Swaps) -> Cell:
        entry = tables.entries.get(key)
        if entry is None:
            return EMPTY
        calls = tables.calls.get(key, 0)
        stands = (entry.target, entry.previous_target, entry.written_position)
        known, cell = self._made.get(key, (None, EMPTY))
        if known != stands:
            cell = _cell(topology, entry, swaps, calls)
        elif cell.calls != calls:
            cell = replace(cell, calls=calls)
        self._made[key] = (stands, cell)
        return cell


def _cell(topology: Topology, entry: Entry, swaps: Swaps, calls: int) -> Cell:
    pointed = topology.pointed_at(entry.target)
    sort: CellSort = (
        "mediator" if pointed.sort == "mediator" else "wrapper" if pointed.sort == "interposer" else "plain"
    )
    words = topology.objects[entry.object].name if sort == "plain" else pointed.words
    old, new = _change(topology, entry, swaps)
    return Cell(sort, words, f"0x{entry.number:02x}", old, new, calls, entry.written_ns, entry.written_position)


def _local_rows(topology: Topology, tables: Tables, client: int) -> tuple[Row, ...]:
    """The objects of one client, with what each processor's own table has for them."""
    parts = topology.roots

    def cell(identity: int, processor: int) -> Cell:
        slot = tables.slots.get((client, identity, processor))
        if slot is None:
            return MISS
        pointed = topology.pointed_at(slot.target)
        sort = _SORTS.get(pointed.sort, "plain")
        words = "representative" if slot.target in parts else member(pointed.words)
        return Cell(sort, words, written_ns=slot.written_ns)

    return tuple(
        Row(identity, topology.objects[identity].name,
            tuple(cell(identity, processor) for processor in range(topology.processors)))
        for identity in tables.objects_by_client.get(client, ())
        if identity in topology.objects
    )  # fmt: skip


_SORTS: Final[dict[str, CellSort]] = {"mediator": "mediator", "interposer": "wrapper"}


def _said(topology: Topology, tables: Tables, client: int, identity: int) -> str:
    """What a client's entry pointed at, as a member; that there was none."""
    entry = tables.entries.get((client, identity))
    return member(topology.pointed_at(entry.target).words) if entry else NO_ENTRY


def _compared(row: Row, then: tuple[str, ...], now: tuple[str, ...]) -> Row:
    """The row with each cell that says another thing than then saying both."""
    cells = tuple(
        cell if old == new else replace(cell, old=old, new=new, differs=True)
        for cell, old, new in zip(row.cells, then, now, strict=True)
    )
    return replace(row, cells=cells)


def _change(topology: Topology, entry: Entry, swaps: Swaps) -> tuple[str, str]:
    """The words for what the entry pointed at before, and for what it points at now, as members.

    Between two components the mediator is not worth a word: after a swap the change is from the old to the new one.
    """
    if not entry.previous_target:
        return "", ""
    before, now = topology.pointed_at(entry.previous_target), topology.pointed_at(entry.target)
    old = member(before.words)
    if before.sort == "mediator" and now.sort == "instance":
        newest = (each for each in reversed(swaps.by_request.values()) if each.object == entry.object)
        swap = next((each for each in newest if each.sort == "swap"), None)
        source = topology.implementations.get(swap.from_implementation) if swap else None
        old = member(source.title) if source and member(source.title) != member(now.words) else old
    return old, member(now.words)


class EntryTableModel(QAbstractTableModel):
    """Rows of objects, columns of clients after the first; `Qt.UserRole` gives a Row or a Cell."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._maker = CellMaker()
        self._all: tuple[Row, ...] = ()
        self._rows: tuple[Row, ...] = ()
        self._clients: tuple[int, ...] = ()
        self._titles: tuple[str, ...] = ()
        self._wanted: tuple[str, ...] = ()
        self._sort = (-1, Qt.SortOrder.AscendingOrder)
        self.local: int | None = None
        """The client whose local tables are shown; None for the entries of all."""
        self.reference: tuple[Topology, Tables] | None = None
        """The states of the instant that is compared with."""

    @property
    def differences(self) -> int:
        """How many cells say another thing than at the instant that is compared with."""
        return sum(cell.differs for row in self._all for cell in row.cells)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What is shown, in order."""
        return self._rows

    @property
    def clients(self) -> tuple[int, ...]:
        """The client of each column after the first."""
        return self._clients

    def take(self, topology: Topology, tables: Tables, swaps: Swaps) -> None:
        """Show these states."""
        if self.local is not None and self.local not in tables.objects_by_client:
            self.local = None
        clients = columns_of(tables) if self.local is None else tuple(range(topology.processors))
        titles = tuple(client_name(topology, client) if self.local is None else f"cpu {client}" for client in clients)
        if (clients, titles) != (self._clients, self._titles):
            self.beginResetModel()
            self._clients, self._titles = clients, titles
            self._rows = ()
            self.endResetModel()
        if self.local is None:
            self._all = self._maker.rows(topology, tables, swaps)
        else:
            self._all = _local_rows(topology, tables, self.local)
        if self.reference is not None:
            self._all = tuple(self._with_difference(row, topology, tables, *self.reference) for row in self._all)
        self._show()

    def _with_difference(
        self, row: Row, topology: Topology, tables: Tables, old_topology: Topology, old_tables: Tables
    ) -> Row:
        if self.local is None:
            then = tuple(_said(old_topology, old_tables, client, row.object) for client in self._clients)
            return _compared(row, then, tuple(_said(topology, tables, client, row.object) for client in self._clients))
        before = {each.object: each for each in _local_rows(old_topology, old_tables, self.local)}.get(row.object)
        now = tuple(cell.words for cell in row.cells)
        then = tuple(cell.words for cell in before.cells) if before else (NO_ENTRY,) * len(now)
        return _compared(row, then, now)

    def search(self, wanted: str) -> None:
        """Show only the rows that hold every wanted word: in the object, in what entries point at, in their numbers."""
        self._wanted = tuple(wanted.lower().split())
        self._show()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Order by name, or by the number of a client's entries; what has no entry stands last."""
        self._sort = (column, order)
        self._show()

    def row_of(self, identity: int) -> int:
        """Where an object stands; -1 if it is not shown."""
        return next((place for place, row in enumerate(self._rows) if row.object == identity), -1)

    def _show(self) -> None:
        rows = [row for row in self._all if self._holds(row)]
        column, order = self._sort
        if column >= 0:
            rows.sort(key=lambda row: _sort_key(row, column), reverse=order == Qt.SortOrder.DescendingOrder)
        shown = tuple(rows)
        if [row.object for row in shown] != [row.object for row in self._rows]:
            self.beginResetModel()
            self._rows = shown
            self.endResetModel()
        elif shown != self._rows:
            self._rows = shown
            self.dataChanged.emit(self.index(0, 0), self.index(len(shown) - 1, len(self._clients)))

    def _holds(self, row: Row) -> bool:
        whole = " ".join((row.name, *(f"{cell.number} {cell.words}" for cell in row.cells))).lower()
        return all(word in whole for word in self._wanted)

    # --- what Qt asks ------------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else 1 + len(self._clients)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return "object" if section == 0 else self._titles[section - 1] if section <= len(self._titles) else None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        if index.column() == 0:
            return (
                row if role == Qt.ItemDataRole.UserRole else row.name if role == Qt.ItemDataRole.DisplayRole else None
            )
        cell = row.cells[index.column() - 1]
        match role:
            case Qt.ItemDataRole.UserRole:
                return cell
            case Qt.ItemDataRole.DisplayRole:
                return f"{cell.number} {cell.words}".strip()
            case Qt.ItemDataRole.ToolTipRole:
                return self._tip(row, index.column() - 1)
        return None

    def _tip(self, row: Row, place: int) -> str:
        cell, client = row.cells[place], self._titles[place]
        if cell.differs:
            return f"{client}, {row.name}: {cell.old} then, {cell.new} now"
        if self.local is not None:
            return f"{client}, {row.name}: {cell.words}"
        if cell.sort == "none":
            return f"{client} has no entry for {row.name}"
        lines = [f"{client}, entry {cell.number}: {cell.words}", f"{format_count(cell.calls)} calls through it"]
        if cell.old:
            lines.append(f"written at {format_clock(cell.written_ns)}: {cell.old} to {cell.new}")
        return "\n".join(lines)


def _sort_key(row: Row, column: int) -> tuple[bool, int, str]:
    if column == 0 or column > len(row.cells):
        return False, 0, row.name.lower()
    cell = row.cells[column - 1]
    return cell.sort == "none", int(cell.number, 16) if cell.number else 0, row.name.lower()
