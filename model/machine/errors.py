"""What can go wrong on the machine, by name."""

from __future__ import annotations


class MachineClosed(BaseException):
    """The machine was closed under a running thread; every operation raises it from then on.

    Not an Exception, so that a component's own handlers do not mistake it for an error of theirs.
    """


class ThreadKilled(BaseException):
    """The thread that receives it was killed: a transfer that overran its time limit."""


class ZeroDelayLoop(RuntimeError):
    """A thread went on and on without simulated time passing."""


class ComponentHung(BaseException):
    """Component code ran for seconds of wall time without reaching a point. Ends the run; never stands in the trace.

    Not an Exception, so that the component that hangs does not get to handle it.
    """


ENDS_THE_RUN = (MachineClosed, ComponentHung, KeyboardInterrupt)
"""What passes through every thread. All else that a component raises, be it SystemExit, is an error of its own."""


LONGEST_ERROR_TEXT = 200


def words_of(error: BaseException) -> str:
    """The error as "ValueError: what it says", bounded. Saying it is foreign code too, and may fail in its turn."""
    kind = type(error).__name__
    try:
        return f"{kind}: {error}"[:LONGEST_ERROR_TEXT]
    except ENDS_THE_RUN:
        raise
    except BaseException:
        return f"{kind}, which cannot say what it is"[:LONGEST_ERROR_TEXT]


class NotAThread(RuntimeError):
    """An operation that only a simulated thread can do was asked for from outside of one."""


class CallsTooDeep(RuntimeError):
    """A component calls itself, or others that call it, without end."""


class TooManyThreads(RuntimeError):
    """More threads live at once than the machine admits."""
