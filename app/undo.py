"""Undo and redo: marks, filters, layouts, places of nodes, and swaps.

What belongs to the window is put back as it was. A swap cannot be: it has happened, to threads that went through it.
Its undo is another swap, to the implementation that served before, by the same protocol, and says so:

    Undo swap of counter to Counter, partitioned (runs a swap back)

Going back in time is another thing, and never behind Ctrl+Z: that is the time bar's.

A change is noted by comparing what is kept of a part with what it says now, so that a part need not know of undo.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, Generic, TypeVar

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QUndoCommand, QUndoStack

from model.commands import Attach, Command, Detach, Swap
from views.kit.describing import member

if TYPE_CHECKING:
    from views.kit.session_link import SessionLink

KEPT: Final = 200
State = TypeVar("State")


class Part(QObject, Generic[State]):
    """One thing whose changes can be undone: `read` says how it stands, `write` puts it back."""

    def __init__(
        self, undo: Undo, words: str, read: Callable[[], State], write: Callable[[State], Any], *, joins: bool = False
    ) -> None:
        """`joins` makes one change of several in a row, as letters typed into a field are."""
        super().__init__(undo)
        self._undo, self._words, self._read, self.write, self.joins = undo, words, read, write, joins
        self._kept = read()

    @Slot()
    @Slot(str)
    def changed(self, _: str = "") -> None:
        """It may stand otherwise than before."""
        before, now = self._kept, self._read()
        if before == now:
            return
        self._kept = now
        if not self._undo.busy:
            self._undo.push(Change(self, self._words, before, now))

    def put(self, state: State) -> None:
        """Stand like that."""
        self._kept = state
        self.write(state)
        self._kept = self._read()

    @Slot()
    def forget(self) -> None:
        """Another document has come: how it stands now is where changes begin."""
        self._kept = self._read()


class Change(QUndoCommand, Generic[State]):
    """A part that stood one way and stands another."""

    def __init__(self, part: Part[State], words: str, before: State, now: State) -> None:
        super().__init__(words)
        self._part, self._before, self._now = part, before, now
        self._done = True
        """It has happened when it is noted: the first redo, which Qt makes, is none."""

    def id(self) -> int:
        return id(self._part) & 0x7FFFFFFF if self._part.joins else -1

    def mergeWith(self, other: QUndoCommand) -> bool:
        if not isinstance(other, Change) or other._part is not self._part:
            return False
        self._now = other._now
        return True

    def redo(self) -> None:
        if not self._done:
            self._part.put(self._now)
        self._done = False

    def undo(self) -> None:
        self._part.put(self._before)


class Reverse(QUndoCommand):
    """A command that was issued, and the one that takes it back."""

    def __init__(self, undo: Undo, command: Command, back: Command, words: str) -> None:
        super().__init__(words)
        self._undo, self._command, self._back = undo, command, back
        self._done = True

    def redo(self) -> None:
        if not self._done:
            self._undo.issue(self._command)
        self._done = False

    def undo(self) -> None:
        self._undo.take_back(self._back)


class Undo(QObject):
    """The stack, and what puts changes on it."""

    said = Signal(str)
    """A sentence for the person."""

    def __init__(self, link: SessionLink, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._link = link
        self.stack = QUndoStack(self)
        self.stack.setUndoLimit(KEPT)
        self.busy = False
        """While something is being put back, what changes is not noted again."""
        self._parts: list[Part[Any]] = []

    def watch(
        self, words: str, read: Callable[[], State], write: Callable[[State], Any], *signals: Any, joins: bool = False
    ) -> Part[State]:
        """Note the changes of a part, whenever one of the signals tells of any."""
        part = Part(self, words, read, write, joins=joins)
        self._parts.append(part)
        for signal in signals:
            signal.connect(part.changed)
        return part

    def push(self, change: QUndoCommand) -> None:
        """Note a change."""
        self.stack.push(change)

    @Slot()
    def undo(self) -> None:
        """Take the last change back; a word to the person where there is none."""
        if not self.stack.canUndo():
            self.said.emit("There is nothing to undo")
            return
        self._do(self.stack.undo)

    @Slot()
    def redo(self) -> None:
        """Do again what was undone last."""
        if not self.stack.canRedo():
            self.said.emit("There is nothing to do again")
            return
        self._do(self.stack.redo)

    def _do(self, action: Callable[[], None]) -> None:
        self.busy = True
        try:
            action()
        finally:
            self.busy = False

    @Slot()
    def forget(self) -> None:
        """Another document has come."""
        self.stack.clear()
        for part in self._parts:
            part.forget()

    # --- commands ----------------------------------------------------------------------------------------------------

    @Slot(object)
    def issued(self, command: Command) -> None:
        """A person's command was accepted. Called before it acts, so that what serves now is what served before."""
        back = self.reverse_of(command)
        if back is not None and not self.busy:
            self.push(Reverse(self, command, back, words_of(command, self._title_of(command))))

    def reverse_of(self, command: Command) -> Command | None:
        """What takes a command back; None where nothing can."""
        topology = self._link.topology
        match command:
            case Swap(object=name):
                identity = next((number for number, node in topology.objects.items() if node.name == name), 0)
                before = topology.implementation_of(identity)
                return Swap(name, before.name, queue=True) if before is not None else None
            case Attach(object=name, wrapper=wrapper):
                return Detach(name, wrapper)
            case Detach(object=name, wrapper=wrapper):
                return Attach(name, wrapper)
        return None

    def issue(self, command: Command) -> None:
        """Issue a command again."""
        self._link.issue(command)

    def take_back(self, back: Command) -> None:
        """Issue the reverse of a command, unless the command has come to nothing."""
        topology = self._link.topology
        if isinstance(back, Swap):
            identity = next((number for number, node in topology.objects.items() if node.name == back.object), 0)
            now = topology.implementation_of(identity)
            if now is not None and now.name == back.implementation and topology.objects[identity].transition is None:
                self.said.emit(f"The swap of {back.object} came to nothing: {member(now.title)} serves as before")
                return
            self.said.emit(f"A swap back is asked for: {back.object} to {back.implementation}")
        self._link.issue(back)

    def _title_of(self, command: Command) -> str:
        topology = self._link.topology
        if isinstance(command, Swap):
            known = topology.implementation_named(command.implementation)
            return (known.title or known.name) if known is not None else command.implementation
        if isinstance(command, Attach | Detach):
            wrapper = topology.wrapper_named(command.wrapper)
            return (wrapper.title or wrapper.name) if wrapper is not None else command.wrapper
        return ""


def words_of(command: Command, title: str) -> str:
    """What Undo says that it takes back."""
    match command:
        case Swap(object=name):
            return f"swap of {name} to {title} (runs a swap back)"
        case Attach(object=name):
            return f"attach of {title} to {name} (detaches it)"
        case Detach(object=name):
            return f"detach of {title} from {name} (attaches another)"
    return ""
