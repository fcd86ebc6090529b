"""What the tests of the panels share: a session without a machine, a playback that takes notes, and checks."""

from __future__ import annotations

import functools
from collections import Counter
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QObject, QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent
from PySide6.QtWidgets import QWidget

from model.commands import Stamped
from model.commands import Swap as SwapCommand
from model.scenario import load
from model.session import Session
from tests.synthetic import Until, synthetic_trace
from views.kit import typography
from views.kit.marks_control import Bookmark, Stop
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.writing import Written

CALLS = 300


@dataclass
class FakeSession:
    """A trace with a clock; commands are noted."""

    trace: Any
    now_ns: int
    script: tuple[Stamped, ...] = ()
    issued: list[tuple[Any, int]] = field(default_factory=list)

    def issue(self, command: Any, clock_ns: int) -> int:
        self.issued.append((command, clock_ns))
        return clock_ns + 1


@functools.cache
def _written_trace(until: Until, abandoned: bool) -> tuple[Any, Any]:
    return synthetic_trace(CALLS, until, abandoned=abandoned)


def session(until: Until = "block", *, abandoned: bool = False) -> FakeSession:
    """The synthetic run up to a phase of its last swap; the trace is shared, so nobody may append to it."""
    trace, clock = _written_trace(until, abandoned)
    script = (Stamped(1_500_000, SwapCommand(object="FCM file 17", implementation="fcm_single")),)
    return FakeSession(trace, clock.now_ns, script)


@functools.cache
def stalled_session(until_ns: int = 1_300_000) -> Session:
    """The scene of the abandoned swap at an instant, in BLOCK unless told otherwise; shared, so only to look at."""
    session = Session(load("cyclic"))
    session.advance(until_ns)
    return session


def linked(until: Until = "block", *, abandoned: bool = False) -> tuple[SessionLink, Selection]:
    """A link to that run, and a selection of nothing."""
    return SessionLink(session(until, abandoned=abandoned)), Selection()


class FakeMarks(QObject):
    """Marks that do nothing but note what they are asked."""

    changed = Signal()

    def __init__(self, *, filled: bool = True) -> None:
        super().__init__()
        self.bookmarks: tuple[Bookmark, ...] = ()
        self.stops: tuple[Stop, ...] = ()
        if filled:
            self.bookmarks = (Bookmark(1_210_000), Bookmark(2_418_306, "the door closes"))
            self.stops = (
                Stop("phase:block"),
                Stop("on:pager latency>5us", halts=False),
                Stop("kind:fault", on=False),
            )
        self.asked: list[tuple[Any, ...]] = []

    def add_bookmark(self, at_ns: int, note: str = "") -> None:
        self.asked.append(("add_bookmark", at_ns, note))

    def remove_bookmark(self, at_ns: int) -> None:
        self.asked.append(("remove_bookmark", at_ns))

    def add_stop(self, rows: str, *, halts: bool = True) -> str:
        self.asked.append(("add_stop", rows, halts))
        return "" if rows else "Say at which rows"

    def change_stop(self, index: int, *, halts: bool | None = None, on: bool | None = None) -> None:
        self.asked.append(("change_stop", index, halts, on))

    def remove_stop(self, index: int) -> None:
        self.asked.append(("remove_stop", index))

    def met(self, index: int) -> tuple[int, int]:
        return ((1, 40), (12_345, 80), (0, -1))[index]

    def run_until(self, rows: str) -> str:
        self.asked.append(("run_until", rows))
        return "" if rows else "Say at which rows"


class FakeBranches(QObject):
    """Two runs that parted; the other is at a point of the same made-up trace."""

    changed = Signal()

    def __init__(self, until: str = "block", parted_ns: int = 500_000) -> None:
        super().__init__()
        self.other, _ = linked(until)
        self.parted_ns = parted_ns
        self.asked = 0

    def change_over(self) -> None:
        self.asked += 1


class FakePlayback(QObject):
    """A playback that does nothing but note what it is asked."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.playing = False
        self.asked_pace = 5_000.0
        self.achieved_pace = 4_990.0
        self.slow_motion = True
        self.slow_motion_active = False
        self.mode = "watch"
        self.step = "event"
        self.asked: list[tuple[Any, ...]] = []

    def play(self) -> None:
        self.asked.append(("play",))

    def pause(self) -> None:
        self.asked.append(("pause",))

    def toggle(self) -> None:
        self.asked.append(("toggle",))

    def step_forward(self) -> None:
        self.asked.append(("step_forward",))

    def step_back(self) -> None:
        self.asked.append(("step_back",))

    def to_start(self) -> None:
        self.asked.append(("to_start",))

    def to_end(self) -> None:
        self.asked.append(("to_end",))

    def seek_ns(self, at_ns: int) -> None:
        self.asked.append(("seek_ns", at_ns))

    def set_pace(self, pace: float) -> None:
        self.asked.append(("set_pace", pace))

    def set_mode(self, mode: str) -> None:
        self.asked.append(("set_mode", mode))

    def set_step(self, step: str) -> None:
        self.asked.append(("set_step", step))

    def cancel_slow_motion(self) -> None:
        self.asked.append(("cancel_slow_motion",))


def shown(qtbot: Any, view: QWidget, width: int, height: int) -> QWidget:
    """The view at a size, visible, but out of the pointer's reach."""
    qtbot.addWidget(view)
    view.setAttribute(Qt.WidgetAttribute.WA_DontShowOnScreen)
    view.resize(width, height)
    view.show()
    QCoreApplication.processEvents()  # layouts are settled by the event loop
    return view


def point_at(widget: QWidget, place: QPoint | QPointF, *, pressed: bool = False) -> None:
    """The pointer moves over a widget that is not on the screen."""
    button = Qt.MouseButton.LeftButton if pressed else Qt.MouseButton.NoButton
    at = QPointF(place)
    event = QMouseEvent(QEvent.Type.MouseMove, at, at, Qt.MouseButton.NoButton, button, Qt.KeyboardModifier.NoModifier)
    QCoreApplication.sendEvent(widget, event)


def image_of(view: QWidget) -> QImage:
    """What the view looks like, once its layout has settled."""
    QCoreApplication.processEvents()
    return view.grab().toImage().convertToFormat(QImage.Format.Format_RGB32)


def assert_well_set(written: list[Written], width: float, height: float) -> None:
    """Lines are there, none is cut, none leaves the widget, and no two run into each other."""
    assert written
    assert [line.whole for line in written if line.cut] == []
    for line in written:
        assert line.rect.left() >= 0, line
        assert line.rect.right() <= width, line
        assert line.rect.top() >= -1, line
        assert line.rect.bottom() <= height + 1, line
    for one, other in combinations(written, 2):
        # The box of a line is higher than its letters; two lines of one paragraph may share a pixel or two.
        letters = QRectF(one.rect).adjusted(0, 2, 0, -2)
        assert not letters.intersects(QRectF(other.rect).adjusted(0, 2, 0, -2)), (one, other)


def theme_colours(theme: Any) -> set[int]:
    """Every colour of a theme."""
    colours: set[int] = set()

    def gather(part: Any) -> None:
        if isinstance(part, QColor):
            colours.add(part.rgb())
        elif isinstance(part, tuple):
            for each in part:
                gather(each)
        elif hasattr(part, "__dataclass_fields__"):
            for name in part.__dataclass_fields__:
                gather(getattr(part, name))

    gather(theme)
    return colours


def assert_areas_in_theme(image: QImage, theme: Any, share: float = 0.004) -> None:
    """Whatever covers more than a trace of the picture is a colour of the theme; edges of letters are blends."""
    pixels = Counter(image.pixel(x, y) for x in range(image.width()) for y in range(image.height()))
    known = theme_colours(theme)
    floor = share * image.width() * image.height()
    strange = {
        QColor(pixel).name(): count
        for pixel, count in pixels.items()
        if count > floor and pixel not in known and not _hatched(pixel, theme)
    }
    assert strange == {}


def _hatched(pixel: int, theme: Any) -> bool:
    """Whether a colour is what the lines of a phase's or a fate's hatch make of its tint."""
    colour = QColor(pixel)
    families = (theme.phase, theme.fate)
    meanings = [getattr(family, name) for family in families for name in family.__dataclass_fields__]
    for meaning in meanings:
        tint, mark = meaning.tint, meaning.mark
        if meaning.pattern == "plain" or tint == mark:
            continue
        shares = [
            (channel(colour) - channel(tint)) / (channel(mark) - channel(tint))
            for channel in (QColor.red, QColor.green, QColor.blue)
            if abs(channel(mark) - channel(tint)) > 20
        ]
        if shares and max(shares) - min(shares) < 0.06 and 0 <= min(shares) <= max(shares) <= 0.6:
            return True
    return False


def use_fonts(monkeypatch: Any, *families: str) -> None:
    """Set all type in these families from now on."""
    monkeypatch.setattr(typography, "FAMILIES", families)
    typography.forget_fonts()
