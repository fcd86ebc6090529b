"""What Help opens: the keys and gestures, made from the table of actions; the guide; what the program is."""

from __future__ import annotations

from importlib import resources
from typing import Final

from PySide6.QtCore import QEvent, QKeyCombination, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence, QTextBlock, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import (
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QScrollArea,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from app.actions import BY_NAME, MENUS, entries, words_of
from app.key_map import KeyMap
from views.kit.chrome import PrimaryButton, SecondaryButton, SegmentedControl
from views.kit.theme import Theme
from views.kit.thin_scroll import scroll_thinly
from views.kit.typography import MEDIUM, SEMIBOLD, font

OTHERS: Final = (
    ("Move from node to node", "arrow keys in the graph", "click a node"),
    ("Open what can be done with a component", "Enter in the graph", "right button on a node"),
    ("Choose a component for a card", "Enter in the palette", "drag the card"),
    ("Leave a drag, a search or a selection", "Esc", ""),
    ("Queue a swap behind the one that runs", "", "hold Ctrl while dropping"),
    ("Presenting: next point, point before", "Right and Left, PageDown and PageUp", ""),
    ("Presenting: next scene, scene before", "the same with Ctrl", ""),
    ("Presenting: begin the scene again, dark or projector, end", "R, T, Esc", ""),
    ("Move a panel elsewhere, or close it", "View > Panels", "right button on its head or tab"),
    ("Give a panel more room", "", "drag the line beside it"),
    ("Move a node", "", "drag the node"),
    ("Move the graph", "", "drag the ground, or the small map"),
)
"""What views do by themselves: words, keys, mouse."""


class Sheet(QDialog):
    """A dialog in the window's theme with a title and one button that closes it.

    Enter closes it too, unless the sheet `does` something: then that is what Enter is for.
    """

    def __init__(self, title: str, theme: Theme, parent: QWidget, *, does: bool = False) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(title)
        self.theme = theme
        self.setPalette(theme.palette())
        self.body = QVBoxLayout(self)
        self.body.setContentsMargins(24, 20, 24, 16)
        self.body.setSpacing(12)
        head = QLabel(title)
        head.setFont(font("title", theme.scale))
        self.body.addWidget(head)
        self._foot = QHBoxLayout()
        self._foot.addStretch(1)
        close = SecondaryButton("Close", theme=theme) if does else PrimaryButton("Close", theme=theme)
        close.setDefault(not does)
        close.setAutoDefault(not does)
        close.clicked.connect(self.accept)
        self._foot.addWidget(close)

    def finish(self) -> None:
        """Put the button beneath what was added."""
        self.body.addLayout(self._foot)

    def line(self, text: str, role: str = "label", *, faint: bool = False, bold: bool = False) -> QLabel:
        """A label in a role of type."""
        label = QLabel(text)
        label.setFont(font(role, self.theme.scale, weight=SEMIBOLD if bold else MEDIUM if not faint else None))
        if faint:
            palette = self.theme.palette()
            palette.setColor(palette.ColorRole.WindowText, self.theme.text.secondary)
            label.setPalette(palette)
        return label


class KeyButton(SecondaryButton):
    """The keys of one action; pressed, it takes the next keys that are pressed in their place."""

    taken = Signal(str, str)
    """The action's name and the keys; none for Backspace."""

    def __init__(self, name: str, keys: KeyMap, theme: Theme) -> None:
        super().__init__(keys.shown(name), theme=theme)
        self._name, self._keys = name, keys
        self._waits = False
        self.clicked.connect(self._wait)
        self.show_keys()

    def show_keys(self) -> None:
        """Say what holds now."""
        self._waits = False
        self.setText(self._keys.shown(self._name) or "none")
        words = BY_NAME[self._name].text.rstrip("…")
        self.setAccessibleName(f"Keys of {words}: {self.text()}")
        self.setToolTip("Press, then the new keys; Backspace for none, Esc to leave it")

    @Slot()
    def _wait(self) -> None:
        self._waits = True
        self.setText("press keys")

    def event(self, event: QEvent) -> bool:
        # While it waits it takes the keys before any shortcut, and Tab before the focus moves.
        if self._waits and isinstance(event, QKeyEvent):
            if event.type() == QEvent.Type.ShortcutOverride:
                event.accept()
                return True
            if event.type() == QEvent.Type.KeyPress:
                self._take(event)
                return True
        if event.type() == QEvent.Type.FocusOut and self._waits:
            self.show_keys()
        return super().event(event)

    def _take(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta, Qt.Key.Key_AltGr):
            return
        plain = event.modifiers() == Qt.KeyboardModifier.NoModifier
        if plain and event.key() == Qt.Key.Key_Escape:
            self.show_keys()
            return
        none = plain and event.key() == Qt.Key.Key_Backspace
        self._waits = False
        self.taken.emit(self._name, "" if none else keys_pressed(event))


def keys_pressed(event: QKeyEvent) -> str:
    """The keys of an event as the table writes them: a sign that takes Shift to write is itself, without Shift."""
    modifiers = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier
    written = event.text()
    if written and written.isprintable() and not written.isalnum() and not written.isspace():
        modifiers &= ~Qt.KeyboardModifier.ShiftModifier
    return QKeySequence(QKeyCombination(modifiers, Qt.Key(event.key()))).toString()


class KeySheet(Sheet):
    """Every action with its keys, which can be changed here, and the gesture that does the same."""

    def __init__(self, theme: Theme, parent: QWidget, keys: KeyMap) -> None:
        super().__init__("Keys and gestures", theme, parent)
        self.keys = keys
        self.rows: list[tuple[str, str, str]] = []
        self.buttons: dict[str, KeyButton] = {}
        page = QWidget()
        page.setPalette(theme.palette())
        grid = QGridLayout(page)
        grid.setContentsMargins(6, 0, 12, 6)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(6)
        for menu in MENUS:
            self._section(grid, menu)
            for entry in entries(menu):
                self._row(grid, words_of(entry), keys.shown(entry.name), entry.mouse, entry.name)
        self._section(grid, "In the views")
        for row in OTHERS:
            self._row(grid, *row)
        grid.setColumnStretch(2, 1)
        area = QScrollArea()
        area.setWidget(page)
        area.setWidgetResizable(True)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll_thinly(area, theme)
        area.setMinimumWidth(page.sizeHint().width() + 24)
        self.body.addWidget(area, 1)
        self.said = self.line("Press the keys of an action to give it others", faint=True)
        self.said.setWordWrap(True)
        self._all = SecondaryButton("Keys as they came", theme=theme)
        self._all.clicked.connect(self._reset)
        self._foot.insertWidget(0, self._all)
        self._foot.insertWidget(1, self.said, 1)
        self.finish()
        self.resize(round(theme.px(760)), round(theme.px(600)))

    def _section(self, grid: QGridLayout, title: str) -> None:
        row = grid.rowCount()
        label = self.line(title, "small", faint=True)
        label.setContentsMargins(0, 10, 0, 2)
        grid.addWidget(label, row, 0, 1, 3)

    def _row(self, grid: QGridLayout, words: str, keys: str, mouse: str, name: str = "") -> None:
        row = grid.rowCount()
        self.rows.append((words, keys, mouse))
        grid.addWidget(self.line(words), row, 0)
        if name:
            button = self.buttons[name] = KeyButton(name, self.keys, self.theme)
            button.taken.connect(self.give)
            grid.addWidget(button, row, 1)
        else:
            grid.addWidget(self.line(keys, bold=True), row, 1)
        grid.addWidget(self.line(mouse, faint=True), row, 2)

    @Slot(str, str)
    def give(self, name: str, keys: str) -> None:
        """Give an action other keys, or say why not."""
        refusal = self.keys.set_keys(name, (keys,) if keys else ())
        words = BY_NAME[name].text.rstrip("…")
        self.said.setText(refusal or f"“{words}” has {self.keys.shown(name) or 'no keys'} now")
        self.buttons[name].show_keys()

    @Slot()
    def _reset(self) -> None:
        self.keys.reset()
        for button in self.buttons.values():
            button.show_keys()
        self.said.setText("Every action has the keys with which it came")


class GuideSheet(Sheet):
    """The texts of resources/guide, one at a time."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("Guide", theme, parent)
        self._texts = guide_texts()
        self.choice = SegmentedControl([title for title, _ in self._texts], "Part of the guide", theme)
        self.choice.chosen.connect(self.show_part)
        self.page = QTextBrowser()
        self.page.setOpenExternalLinks(True)
        self.page.setFrameShape(QFrame.Shape.NoFrame)
        self.page.setPalette(theme.palette())
        scroll_thinly(self.page, theme)
        self.body.addWidget(self.choice)
        self.body.addWidget(self.page, 1)
        self.finish()
        self.resize(round(theme.px(900)), round(theme.px(620)))
        self.show_part(0)

    @Slot(int)
    def show_part(self, index: int) -> None:
        """Show the text of a part from its beginning."""
        document = self.page.document()
        document.setDefaultFont(font("body", self.theme.scale))
        self.page.setMarkdown(self._texts[index][1])
        document.setDocumentMargin(self.theme.px(20))
        set_types(document, self.theme)
        self.page.moveCursor(QTextCursor.MoveOperation.Start)
        self.page.verticalScrollBar().setValue(0)


def set_types(document: QTextDocument, theme: Theme) -> None:
    """Headings and paragraphs in the program's own types, with room between them; code keeps its lines together."""
    block = document.begin()
    while block.isValid():
        form = block.blockFormat()
        level = form.headingLevel()
        code = is_code(block)
        in_list = block.textList() is not None
        form.setTopMargin(theme.px(16 if level > 1 else 0 if level or code or in_list else 6))
        form.setBottomMargin(theme.px(6 if level else 0 if code else 3 if in_list else 6))
        form.setNonBreakableLines(code)
        cursor = QTextCursor(block)
        cursor.setBlockFormat(form)
        if level or code:
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            types = QTextCharFormat()
            types.setFont(font("title" if level else "mono", theme.scale))
            cursor.mergeCharFormat(types)
        block = block.next()


def is_code(block: QTextBlock) -> bool:
    """Whether all of a block is set in letters of one width, as Markdown sets code."""
    fragment = block.begin().fragment() if not block.begin().atEnd() else None
    return fragment is not None and fragment.charFormat().fontFixedPitch() and fragment.length() == block.length() - 1


def guide_texts() -> list[tuple[str, str]]:
    """Title and Markdown of each part of the guide, by name."""
    parts = sorted(resources.files("resources.guide").iterdir(), key=lambda part: part.name)
    return [
        (part.name.removesuffix(".md").replace("_", " ").capitalize(), part.read_text(encoding="utf-8"))
        for part in parts
        if part.name.endswith(".md")
    ]


class AboutBox(Sheet):
    """What the program is, its version, and what it stands on."""

    def __init__(self, theme: Theme, parent: QWidget) -> None:
        super().__init__("Changeover", theme, parent)
        from PySide6 import __version__ as qt

        from model.session import product_version

        self.body.addWidget(self.line(f"Version {product_version()}"))
        words = self.line(
            "A desktop workbench for online reconfiguration: watch a live system, drag a new implementation onto it, "
            "see the swap happen. The name is the cinema's: the changeover between two projectors that the audience "
            "never notices.",
            faint=True,
        )
        words.setWordWrap(True)
        words.setMinimumWidth(round(theme.px(380)))
        self.body.addWidget(words)
        self.body.addWidget(self.line(f"Apache License 2.0. It stands on Qt through PySide6 {qt}.", faint=True))
        self.finish()
