"""Presentation: larger type, no chrome, the narration as a subtitle; and a stand that shows every scene for ever.

    F10         the window becomes a stage: title, graph, one panel, subtitle, phases, keys; Esc ends it
    in it       Space goes on, -> and <- are points, PageDown and PageUp too (as clickers send), Ctrl with them scenes,
                R resets, T changes between dark and projector
    Shift+F10   the stand: every line stands as long as its reading takes, then the next scene; any key, click or
                turn of the wheel ends it

The keys are taken before the window's own, and only while nothing else is open; each is shown as it is pressed.

Limits: one window. Nothing of it is kept from one start to the next: the person's theme, size and layout come back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QKeyCombination, QObject, Qt, QTimer, Slot
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QApplication, QVBoxLayout

from app.actions import ACTIONS
from app.layouts import arranged
from app.narration import reading_s
from model.scenario import scenes
from views.stage import Shown, StageFoot, StageHead

if TYPE_CHECKING:
    from app.main_window import MainWindow
    from views.kit.theme import Theme

LEAST_SCALE: Final = 1.5
"""At it the smallest letters have 16 px."""
THEMES: Final = ("dark", "projector")
RIGHT_SHARE: Final = 0.32
PRESSED_MS: Final = 1_800
KEYS: Final = (("Space", "go on"), ("→", "next point"), ("R", "reset"))

Key = Qt.Key
CONTROL: Final = Qt.KeyboardModifier.ControlModifier
ENDS_A_STAND: Final = (QEvent.Type.MouseButtonPress, QEvent.Type.Wheel, QEvent.Type.KeyPress, QEvent.Type.TouchBegin)


class Presentation(QObject):
    """Off, on, or on as a stand."""

    def __init__(self, window: MainWindow, column: QVBoxLayout) -> None:
        super().__init__(window)
        self._window = window
        self.on = False
        self.stand = False
        self._theme_before = ""
        self._pressed = ("", "")
        self._scenes = scenes()
        self.head = StageHead(window.theme, window)
        self.foot = StageFoot(window.theme, window)
        for part in (self.head, self.foot):
            part.hide()
        column.insertWidget(0, self.head)
        column.addWidget(self.foot)
        self._forget_key = QTimer(self)
        self._forget_key.setSingleShot(True)
        self._forget_key.setInterval(PRESSED_MS)
        self._forget_key.timeout.connect(self._key_forgotten)
        self.read = QTimer(self)
        """Runs while the stand shows a line to be read."""
        self.read.setSingleShot(True)
        self.read.timeout.connect(self.read_on)
        window.theme_changed.connect(self._wear)
        window.narration.changed.connect(self._said)
        window.link.refreshed.connect(self._frame)

    # --- on and off --------------------------------------------------------------------------------------------------

    def set_on(self, on: bool, *, stand: bool = False) -> None:
        """Begin or end it; `stand` goes on by itself from scene to scene."""
        if on == self.on:
            return
        window, looks = self._window, self._window.looks
        self.on, self.stand = on, on and stand
        application = QApplication.instance()
        assert application is not None
        if on:
            self._theme_before = looks.choice
            application.installEventFilter(self)
            looks.set_least_scale(LEAST_SCALE)
            if looks.choice not in THEMES:
                looks.choose("dark" if window.theme.is_dark else "projector")
        else:
            application.removeEventFilter(self)
            self.read.stop()
            looks.set_least_scale(0.0)
            looks.choose(self._theme_before)
        for part in (window.top, window.transport, window.workspace.view("graph").caption):
            part.setVisible(not on)
        for part in (self.head, self.foot):
            part.setVisible(on)
        window.graph.set_plain(on)
        self._arrange()
        window.showing.show_band()
        window.actions_by_name["present"].setChecked(on)
        self._said()
        self._frame()
        window.graph.fit()

    def show_stand(self) -> None:
        """From the first scene on, for ever."""
        self._open(0)
        self.set_on(True, stand=True)
        self.stand = True

    def _arrange(self) -> None:
        if not self.on:
            self._window.workspace.show_guest(None)
            return
        panel = self._window.narration.panel
        self._window.workspace.show_guest(arranged(centre="graph", right=panel if panel != "graph" else ""))
        self.set_room()

    def set_room(self) -> None:
        """The graph has two thirds of the width beside a panel, and otherwise all of it."""
        self._window.workspace.set_room({"left": 0, "right": round(self._window.width() * RIGHT_SHARE), "bottom": 0})

    # --- what is shown -----------------------------------------------------------------------------------------------

    @Slot(object)
    def _wear(self, theme: Theme) -> None:
        for part in (self.head, self.foot):
            part.set_theme(theme)

    @Slot()
    def _said(self) -> None:
        if not self.on:
            return
        self._arrange()
        self._frame()
        if self.stand and self._window.narration.waiting and not self.read.isActive():
            self.read.start(round(1_000 * reading_s(self._window.narration.text)))

    @property
    def _number(self) -> int:
        """Which of the scenes is shown, from 1; 0 for none of them."""
        names = [summary.name for summary in self._scenes]
        opened = self._window.opened
        return names.index(opened) + 1 if opened in names else 0

    @Slot()
    def _frame(self) -> None:
        if not self.on:
            return
        window, link = self._window, self._window.link
        swaps = [swap for swap in link.swaps.by_request.values() if swap.sort == "swap" and not swap.refused]
        shown = Shown(
            title=window.top.title.text,
            number=self._number,
            of=len(self._scenes) if self._number else 0,
            broken=window.light.broken,
            text=window.narration.text,
            receipt=swaps[-1].receipt(link.clock_ns) if swaps else None,
            keys=KEYS,
            pressed=self._pressed,
        )
        self.head.show_all(shown)
        self.foot.show_all(shown)

    @Slot()
    def _key_forgotten(self) -> None:
        self._pressed = ("", "")
        self._frame()

    # --- going on ----------------------------------------------------------------------------------------------------

    @Slot()
    def read_on(self) -> None:
        """The line has been read: the run goes on, or, after the last line, the next scene begins."""
        if self.stand:
            self.next_point() if self._window.narration.over else self._window.player.play()

    def next_point(self) -> None:
        """To the next line; after the last one to the next scene."""
        if self._window.narration.over or not self._window.narration.count:
            self._open(self._number % len(self._scenes))
        else:
            self._window.narration.next_point()

    def _open(self, index: int) -> None:
        self._window.open(self._scenes[index % len(self._scenes)].name)
        self._window.player.play()

    def reset(self) -> None:
        """The scene from its beginning."""
        self._window.open(self._window.opened)
        self._window.player.play()

    def _toggle_theme(self) -> None:
        looks = self._window.looks
        looks.choose(THEMES[1] if looks.choice == THEMES[0] else THEMES[0])

    def _leave(self) -> None:
        self.set_on(False)

    # --- the keyboard ------------------------------------------------------------------------------------------------

    def _meant_by(self, keys: QKeyCombination) -> tuple[str, object] | None:
        """What a key does here: its word and the function; None where it is left to the window."""
        going = {
            Key.Key_Right: 1, Key.Key_PageDown: 1, Key.Key_Left: -1, Key.Key_PageUp: -1,
        }.get(keys.key())  # fmt: skip
        if going is not None and keys.keyboardModifiers() & CONTROL:
            return ("next scene" if going > 0 else "scene before"), (lambda: self._open(self._number - 1 + going))
        if going is not None:
            return ("next point", self.next_point) if going > 0 else ("back", self._window.narration.previous_point)
        plain = {
            Key.Key_Space: ("go on" if not self._window.player.playing else "pause", self._window.player.toggle),
            Key.Key_R: ("reset", self.reset),
            Key.Key_T: ("dark or projector", self._toggle_theme),
            Key.Key_Escape: ("end", self._leave),
        }
        return plain.get(keys.key()) if not keys.keyboardModifiers() & CONTROL else None

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        kind = event.type()
        if self.stand and kind in ENDS_A_STAND:
            self._leave()
            return True
        if kind not in (QEvent.Type.KeyPress, QEvent.Type.ShortcutOverride) or not isinstance(event, QKeyEvent):
            return False
        if QApplication.activePopupWidget() is not None or QApplication.activeModalWidget() is not None:
            return False
        meant = self._meant_by(event.keyCombination())
        self._cast(event, meant[0] if meant is not None else "")
        if meant is None:
            return False
        if kind == QEvent.Type.ShortcutOverride:
            event.accept()
        else:
            meant[1]()  # type: ignore[operator]
        return True

    def _cast(self, event: QKeyEvent, word: str) -> None:
        """Show the key that was pressed and what it does."""
        name = QKeySequence(event.keyCombination()).toString(QKeySequence.SequenceFormat.NativeText)
        if event.key() in (Key.Key_Shift, Key.Key_Control, Key.Key_Alt, Key.Key_Meta) or not name.isprintable():
            return
        word = word or next((entry.text.rstrip("…") for entry in ACTIONS if name in entry.keys), "")
        name = {"Left": "←", "Right": "→", "PgDown": "Page Down", "PgUp": "Page Up"}.get(name, name)
        if word and self._pressed != (name, word):
            self._pressed = (name, word)
            self._frame()
        self._forget_key.start()
