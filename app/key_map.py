"""Which keys do what: those of the table of actions, and those that a person has put in their place.

The map is what all others ask: actions for their shortcuts, tool tips, the command box and the sheet. A key belongs to
one action: another one is refused it in a sentence that says whose it is.

Limits: the keys that views have for themselves (arrows, Enter, those of the lanes) are not in it.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from app.actions import ACTIONS, BY_NAME, Entry

MOST_KEYS = 3
KEPT_FOR_VIEWS = ("Return", "Enter", "Esc", "Tab", "Shift+Tab", "Left", "Right", "Up", "Down")


class KeyMap(QObject):
    """The keys of every action."""

    changed = Signal()

    def __init__(self, actions: Mapping[str, QAction], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._actions = actions
        self._own: dict[str, tuple[str, ...]] = {}
        """What a person has changed, by the action's name."""

    def keys(self, name: str) -> tuple[str, ...]:
        """The keys of an action, as QKeySequence writes them."""
        return self._own.get(name, BY_NAME[name].keys)

    def shown(self, name: str) -> str:
        """The keys as a person reads them: "F or Ctrl+0"."""
        return " or ".join(shown_key(key) for key in self.keys(name))

    def tip(self, name: str) -> str:
        """The tool tip of an action: what it does, its keys."""
        entry, keys = BY_NAME[name], self.shown(name)
        words = entry.text.rstrip("…")
        words = f"{words} ({keys})" if keys else words
        return f"{words}\n{entry.tip}" if entry.tip else words

    def refusal(self, name: str, key: str) -> str:
        """Why a key cannot belong to an action; empty when it can."""
        wanted = _normal(key)
        if not wanted:
            return "That is no key"
        if wanted in KEPT_FOR_VIEWS:
            return f"{shown_key(key)} moves within panels and stays theirs; choose another"
        owner = self._owner(wanted)
        if owner is not None and owner.name != name:
            words = owner.text.rstrip("…")
            return f"{shown_key(key)} is taken by “{words}”; choose another, or take it from there first"
        return ""

    def set_keys(self, name: str, keys: Iterable[str]) -> str:
        """Give an action these keys; the reason where one of them cannot be its, and then nothing changes."""
        wanted = tuple(dict.fromkeys(_normal(key) for key in keys))[:MOST_KEYS]
        for key in wanted:
            if reason := self.refusal(name, key):
                return reason
        if wanted == tuple(_normal(key) for key in BY_NAME[name].keys):
            self._own.pop(name, None)
        else:
            self._own[name] = wanted
        self._apply((name,))
        return ""

    def reset(self) -> None:
        """Every action has the keys with which it came."""
        names, self._own = tuple(self._own), {}
        self._apply(names)

    @property
    def is_changed(self) -> bool:
        """Whether any action has other keys than it came with."""
        return bool(self._own)

    def state(self) -> str:
        """What is to be kept, for `restore`."""
        return json.dumps({name: list(keys) for name, keys in self._own.items()}) if self._own else ""

    def restore(self, text: str) -> str:
        """Take over what `state` gave; a sentence for the person where some of it cannot be used."""
        try:
            kept = json.loads(text) if text else {}
            own = {name: [str(key) for key in keys] for name, keys in kept.items()}
        except (ValueError, TypeError, AttributeError, RecursionError):
            return "The keys that were kept are damaged; these are the keys that the program came with"
        self._own = {name: tuple(map(_normal, keys))[:MOST_KEYS] for name, keys in own.items() if name in BY_NAME}
        refused = []
        while (name := self._in_conflict()) is not None:
            del self._own[name]
            refused.append(BY_NAME[name].text.rstrip("…"))
        self._apply(self._own)
        if refused:
            return f"Some keys that were kept are taken: {', '.join(refused)} has the keys with which it came"
        return ""

    def _in_conflict(self) -> str | None:
        """A changed action of which a key belongs to another one too, or to nobody."""
        owners = Counter(key for entry in ACTIONS for key in map(_normal, self.keys(entry.name)))
        bad = {"", *KEPT_FOR_VIEWS}
        return next(
            (name for name, keys in self._own.items() if any(owners[key] > 1 or key in bad for key in keys)), None
        )

    def _owner(self, normal: str) -> Entry | None:
        return next((entry for entry in ACTIONS if normal in map(_normal, self.keys(entry.name))), None)

    def _apply(self, names: Iterable[str]) -> None:
        for name in names:
            action = self._actions[name]
            action.setShortcuts([QKeySequence(key) for key in self.keys(name)])
            action.setToolTip(self.tip(name))
        self.changed.emit()


def _normal(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)


def shown_key(key: str) -> str:
    """A key as the platform writes it."""
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.NativeText)
