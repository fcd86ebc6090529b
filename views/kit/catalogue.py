"""What may be dragged onto a component, as a list model: implementations by interface, then wrappers, then faults.

A card is one implementation, wrapper or fault; a section is the word above its cards. The model is compared with what
the topology says now and tells the list only what has changed, so that a running system does not disturb a selection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from PySide6.QtCore import QAbstractListModel, QMimeData, QModelIndex, QObject, QPersistentModelIndex, Qt

from views.kit.describing import (
    FAULT_ICON,
    fault_line,
    implementation_icon,
    implementation_line,
    wrapper_icon,
    wrapper_line,
)

if TYPE_CHECKING:
    from model.projections.topology import Topology

CardKind = Literal["section", "implementation", "wrapper", "fault"]
Index = QModelIndex | QPersistentModelIndex

MIME_TYPES: Final[dict[str, str]] = {
    "implementation": "application/x-changeover-implementation",
    "wrapper": "application/x-changeover-wrapper",
    "fault": "application/x-changeover-fault",
}
"""What a drag carries: the name, in UTF-8."""


@dataclass(frozen=True, slots=True)
class Card:
    """One row of the palette; a section has only a title."""

    kind: CardKind
    name: str
    title: str
    line: str = ""
    icon: str = ""


def cards_of(topology: Topology, wanted: str = "") -> tuple[Card, ...]:
    """All cards under their sections, those that hold every wanted word; a section without cards is left out.

    What offers most to choose from stands first.
    """
    words = wanted.lower().split()
    cards: list[Card] = []
    sizes = Counter(each.interface for each in topology.implementations.values())
    for interface in sorted(topology.interfaces.values(), key=lambda each: -sizes[each.identity]):
        found = [
            Card("implementation", each.name, each.title or each.name, implementation_line(topology, each), icon)
            for each in topology.implementations.values()
            if each.interface == interface.identity
            and (icon := implementation_icon(each.name))
            and _has(words, each.title, each.name, interface.title)
        ]
        # An interface with one implementation and nothing to exchange it for would be a card that nothing accepts.
        if len(found) > 1 or (found and words):
            cards += [Card("section", "", interface.title or interface.name), *found]
    wrappers = [
        Card("wrapper", each.name, each.title or each.name, wrapper_line(topology, each), wrapper_icon(each.name))
        for each in topology.wrappers.values()
        if _has(words, each.title, each.name, "wrapper")
    ]
    faults = [
        Card("fault", each.name, each.title or each.name, fault_line(each), FAULT_ICON)
        for each in topology.faults.values()
        if _has(words, each.title, each.name, "fault")
    ]
    more = (("Wrappers", wrappers), ("Faults", faults))
    return (*cards, *(card for title, found in more if found for card in (Card("section", "", title), *found)))


def _has(words: Sequence[str], *texts: str) -> bool:
    whole = " ".join(texts).lower()
    return all(word in whole for word in words)


class CatalogueModel(QAbstractListModel):
    """The cards as rows; `Qt.UserRole` gives the Card itself."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._cards: tuple[Card, ...] = ()

    @property
    def cards(self) -> tuple[Card, ...]:
        """The rows, in order."""
        return self._cards

    def take(self, cards: tuple[Card, ...]) -> None:
        """Show these cards; only what differs is told."""
        if cards == self._cards:
            return
        same = [(card.kind, card.name, card.title) for card in cards] == [
            (card.kind, card.name, card.title) for card in self._cards
        ]
        if same:
            self._cards = cards
            self.dataChanged.emit(self.index(0), self.index(len(cards) - 1))
            return
        self.beginResetModel()
        self._cards = cards
        self.endResetModel()

    def rowCount(self, parent: Index = QModelIndex()) -> int:  # noqa: B008 -- Qt's own signature
        return 0 if parent.isValid() else len(self._cards)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        card = self._cards[index.row()]
        match role:
            case Qt.ItemDataRole.UserRole:
                return card
            case Qt.ItemDataRole.DisplayRole:
                return card.title
            case Qt.ItemDataRole.AccessibleTextRole:
                return f"{card.title}, {card.line}" if card.line else card.title
            case Qt.ItemDataRole.ToolTipRole:
                if card.kind == "section":
                    return None
                return f"{card.title} ({card.name})\nDrag it onto a component, or press Enter to choose one"
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        if self._cards[index.row()].kind == "section":
            return Qt.ItemFlag.ItemIsEnabled
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled

    def mimeTypes(self) -> list[str]:
        return list(MIME_TYPES.values())

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return mime_of(self._cards[indexes[0].row()])


def mime_of(card: Card) -> QMimeData:
    """What a drag of this card carries: its name under the type of its kind, and as text."""
    data = QMimeData()
    data.setData(MIME_TYPES[card.kind], card.name.encode())
    data.setText(card.name)
    return data
