"""Who listens to a signal can be asked without keeping the sender."""

from __future__ import annotations

import gc
import weakref

from PySide6.QtCore import QObject, Signal, Slot

from views.kit.heard import is_heard


class Speaker(QObject):
    wanted = Signal(int, int)
    said = Signal(object)


class Listener(QObject):
    @Slot(int, int)
    def hear(self, *_: int) -> None:
        """Nothing more."""


def test_a_signal_is_heard_while_somebody_is_connected() -> None:
    speaker, listener = Speaker(), Listener()
    before = is_heard(speaker, "wanted(int,int)")
    speaker.wanted.connect(listener.hear)
    after = is_heard(speaker, "wanted(int,int)")
    speaker.wanted.disconnect(listener.hear)
    assert (before, after, is_heard(speaker, "wanted(int,int)")) == (False, True, False)
    assert not is_heard(speaker, "said(PyObject)")


def test_who_asks_does_not_keep_the_sender_alive() -> None:
    speaker = Speaker()
    is_heard(speaker, "wanted(int,int)")
    gone = weakref.ref(speaker)
    del speaker
    gc.collect()
    assert gone() is None
