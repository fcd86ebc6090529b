"""The transport: the run's clock and the buttons of a player, beneath the time bar.

    |<  <  (||)  >  >|   [Step by event v]   2.418 306 ms  event 48 211    Speed --o----  [Watch|Fast|Express]

It holds nothing but what it shows: the playback, which lives in the shell, plays; the link says where the cursor is.
"""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QRectF, QSize, Slot
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLayout, QSizePolicy, QVBoxLayout, QWidget

from views.kit.choice_button import ChoiceButton
from views.kit.chrome import IconButton, Pill, SegmentedControl
from views.kit.format import format_count
from views.kit.panel_view import PanelView, retheme
from views.kit.playback_control import MODES, STEPS, PlaybackControl
from views.kit.readout import Readout
from views.kit.selection import Selection
from views.kit.session_link import SessionLink
from views.kit.speed_slider import SpeedSlider, ratio_words
from views.kit.theme import Theme
from views.kit.typography import text_width
from views.kit.writing import Writer, Written

SLOW_MOTION: Final = "slow motion for the swap"
AT_HEAD: Final = ("at the head, recording",)
BEHIND: Final = (
    "behind the head: play replays, a command forks here",
    "behind the head: a command forks here",
    "behind the head",
)
BEHIND_SHARE: Final = 0.9
"""Below this share of the asked pace the run is behind."""
NARROW: Final = 1180
NARROWER: Final = 1060


class Transport(PanelView):
    """Play, step, seek, speed and mode; `time_bar` stands above the buttons."""

    def __init__(
        self,
        link: SessionLink,
        selection: Selection,
        theme: Theme,
        playback: PlaybackControl,
        parent: QWidget | None = None,
        *,
        time_bar: QWidget | None = None,
    ) -> None:
        super().__init__(link, selection, theme, parent)
        self._playback = playback
        self._time_bar = time_bar
        self.to_start = IconButton("to_start", "To the start (Home)", theme=theme)
        self.back = IconButton("step_back", "Step back (Left)", theme=theme)
        self.play = IconButton("play", "Play (Space)", filled=True, theme=theme)
        self.forward = IconButton("step_forward", "Step forward (Right)", theme=theme)
        self.to_end = IconButton("to_end", "To the head (End)", theme=theme)
        self.step = ChoiceButton([f"Step by {each}" for each in STEPS], "What one step is", theme)
        self.readout = Readout(theme)
        self.speed = SpeedSlider(theme)
        self.pace = PaceWords(theme)
        self.slow_motion = Pill(SLOW_MOTION, "phase.block", glyph=False, small=True, interactive=True, theme=theme)
        self.slow_motion.setToolTip("The run eases during a swap; click to go on at the asked pace")
        self.mode = SegmentedControl([each.capitalize() for each in MODES], "How much is shown", theme)
        self._connect()
        self._lay_out()
        self.setAutoFillBackground(True)
        self.setAccessibleName("Transport")
        self.restyle()

    def _connect(self) -> None:
        playback = self._playback
        self.to_start.clicked.connect(self._to_start)
        self.back.clicked.connect(self._step_back)
        self.play.clicked.connect(self._toggle)
        self.forward.clicked.connect(self._step_forward)
        self.to_end.clicked.connect(self._to_end)
        self.step.chosen.connect(self._choose_step)
        self.speed.pace_chosen.connect(self._choose_pace)
        self.slow_motion.clicked.connect(self._cancel_slow_motion)
        self.mode.chosen.connect(self._choose_mode)
        playback.changed.connect(self._playback_changed)

    def _lay_out(self) -> None:
        self._row = QHBoxLayout()
        self._row.setContentsMargins(14, 0, 16, 6)
        self._row.setSpacing(4)
        for button in (self.to_start, self.back, self.play, self.forward, self.to_end):
            self._row.addWidget(button)
        self._row.addSpacing(18)
        self._row.addWidget(self.step)
        self._row.addSpacing(18)
        self._row.addWidget(self.readout, 4)
        self._row.addSpacing(8)
        self._row.addWidget(self.speed, 0)
        self._row.addSpacing(2)
        self._row.addWidget(self.pace)
        self._row.addWidget(self.slow_motion)
        self._row.addStretch(1)
        self._row.addSpacing(8)
        self._row.addWidget(self.mode)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        # What does not fit is left out (resizeEvent), so the sum of all parts is no bound.
        layout.setSizeConstraint(QLayout.SizeConstraint.SetNoConstraint)
        if self._time_bar is not None:
            layout.addWidget(self._time_bar)
        layout.addLayout(self._row)

    def take(self) -> None:
        link, playback = self.link, self._playback
        glyph, name = ("pause", "Pause (Space)") if playback.playing else ("play", "Play (Space)")
        if self.play.glyph != glyph:
            self.play.set_glyph(glyph, name)
        words = (f"the run has ended: {link.ended}", "the run has ended") if link.ended else AT_HEAD
        self.readout.show_place(
            link.clock_ns, f"event\u00a0{format_count(link.position)}", words if link.at_head else BEHIND
        )
        self.to_end.setEnabled(not link.at_head)
        self.speed.set_pace(playback.asked_pace)
        self.slow_motion.setVisible(playback.slow_motion_active)
        self.pace.setVisible(not playback.slow_motion_active)
        self.pace.show_pace(playback.playing, playback.asked_pace, playback.achieved_pace)
        self.mode.set_current(MODES.index(playback.mode))
        self.step.set_current(STEPS.index(playback.step))

    def restyle(self) -> None:
        self.setPalette(self.theme.palette())
        for widget in (
            self.to_start, self.back, self.play, self.forward, self.to_end, self.step, self.readout, self.speed,
            self.pace, self.slow_motion, self.mode,
        ):  # fmt: skip
            widget.set_theme(self.theme)
        retheme(self._time_bar, self.theme)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.readout.brief = self.width() < self.theme.px(NARROW)
        self.readout.updateGeometry()
        self.step.setVisible(self.width() >= self.theme.px(NARROWER))

    def minimumSizeHint(self) -> QSize:
        """Narrower than the sum of all parts: what does not fit is left out."""
        return QSize(800, super().minimumSizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        painter.fillRect(QRectF(0, 0, self.width(), self.theme.stroke(1)), self.theme.line.regular)

    @Slot()
    def _playback_changed(self) -> None:
        if self.isVisible():
            self.take()

    # --- what is pressed, one line each ------------------------------------------------------------------------------

    @Slot()
    def _toggle(self) -> None:
        self._playback.toggle()

    @Slot()
    def _step_back(self) -> None:
        self._playback.step_back()

    @Slot()
    def _step_forward(self) -> None:
        self._playback.step_forward()

    @Slot()
    def _to_start(self) -> None:
        self._playback.to_start()

    @Slot()
    def _to_end(self) -> None:
        self._playback.to_end()

    @Slot(int)
    def _choose_step(self, index: int) -> None:
        self._playback.set_step(STEPS[index])

    @Slot(float)
    def _choose_pace(self, pace: float) -> None:
        self._playback.set_pace(pace)

    @Slot()
    def _cancel_slow_motion(self) -> None:
        self._playback.cancel_slow_motion()

    @Slot(int)
    def _choose_mode(self, index: int) -> None:
        self._playback.set_mode(MODES[index])


class PaceWords(QWidget):
    """What the run reaches of the asked pace; in the colour of what is held when it falls behind."""

    def __init__(self, theme: Theme, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._theme = theme
        self._words = ""
        self._behind = False
        self.written: list[Written] = []
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_pace(self, playing: bool, asked: float, achieved: float) -> None:
        """Say the achieved pace while the run plays."""
        behind = playing and 0 < achieved < BEHIND_SHARE * asked
        words = f"{ratio_words(achieved)} achieved" if playing and achieved > 0 else "paused" if not playing else ""
        if (words, behind) != (self._words, self._behind):
            self._words, self._behind = words, behind
            self.setToolTip("The machine cannot keep up with the asked pace" if behind else "")
            self.update()

    def set_theme(self, theme: Theme) -> None:
        self._theme = theme
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        """Wide enough for any pace, so that its neighbours stand still."""
        widest = text_width(f"{ratio_words(10.0)} achieved", "small", self._theme.scale)
        return QSize(round(widest + self._theme.px(4)), round(self._theme.px(20)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _: QPaintEvent) -> None:
        painter = QPainter(self)
        writer = Writer(painter, self._theme)
        colour = self._theme.pace.behind if self._behind else self._theme.text.tertiary
        writer.line(QRectF(self.rect()), self._words, "small", colour)
        painter.end()
        self.written = writer.written
