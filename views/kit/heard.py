"""Whether anybody listens to a signal: what nobody hears need not be offered.

`QMetaMethod.fromSignal` says it too, but PySide 6.11 keeps the sender alive for good when it is asked, and with it a
whole window.
"""

from __future__ import annotations

from PySide6.QtCore import QObject


def is_heard(sender: QObject, signal: str) -> bool:
    """Whether anything is connected to a signal, which is given with its types: `wanted(int,int)`."""
    known = sender.metaObject()
    number = known.indexOfSignal(signal)
    assert number >= 0, f"{type(sender).__name__} has no signal {signal}"
    return sender.isSignalConnected(known.method(number))
