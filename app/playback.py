"""Playing: wall time becomes simulated time, one frame after the other.

    timer, 16 ms --> frame():  at the head   the session runs to where the clock should be, for 8 ms at most
                               behind it     the cursor goes along the held trace, and goes on live at the head
                     then      link.set_cursor(...), link.refresh()       once

Only here does wall time turn into simulated time; it decides how far a frame goes and nothing that is in the trace.
Modes: *watch* shows every frame; *fast* ten a second and eases no swap; *express* runs as fast as the machine can and
shows two a second. The picture is true in each: it is always made from the state.

Limits: a frame takes 8 ms of the model (24 in express) and what the views need to paint. The timer rests while nothing
plays and nothing has moved.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from app.row_masks import STEPS_AT, CallsOf, Mask, first_of, last_held, next_held, phase_rows
from app.slow_motion import LEAST_S, SlowMotion
from model.profiles import hardware
from model.trace.events import Kind, Phase
from views.kit.playback_control import FASTEST_PACE, SLOWEST_PACE, Mode, Step
from views.kit.selection import Selection
from views.kit.session_link import SessionLink

if TYPE_CHECKING:
    from model.session import Session
    from model.trace.trace import Rows

FRAME_MS: Final = 16
ADVANCE_S: Final = 0.008
EXPRESS_S: Final = 0.024
LONGEST_FRAME_S: Final = 0.1
"""A frame that came later than this counts as this: the run waits for a window that stalls, it does not leap."""
SHOWN_EVERY_S: Final[dict[Mode, float]] = {"watch": 0.0, "fast": 0.1, "express": 0.5}
MEASURED_OVER_S: Final = 0.5
DEFAULT_PACE: Final = 500_000.0
"""1 : 2 000, at which the tour's first swap begins four seconds after the start."""
FAR_NS: Final = 10**12


class Player(QObject):
    """Moves the cursor of a link; what the transport and the keys ask (`PlaybackControl`)."""

    changed = Signal()
    ended = Signal(str)
    """The run cannot go on: the sentence why."""
    stopped = Signal(int)
    """The run paused by itself right after this row: at a stop, or where it was to run to."""

    def __init__(
        self,
        link: SessionLink,
        selection: Selection,
        parent: QObject | None = None,
        *,
        wall: Callable[[], float] = time.perf_counter,
        pace: float = DEFAULT_PACE,
        advance_s: float | None = ADVANCE_S,
    ) -> None:
        """`advance_s` bounds the wall time that the model takes of a frame at the asked pace; None for all it needs."""
        super().__init__(parent)
        self._link = link
        self._selection = selection
        self._wall = wall
        self._advance_s = advance_s
        self.playing = False
        self.asked_pace = pace
        self.achieved_pace = 0.0
        self.mode: Mode = "watch"
        self.step: Step = "event"
        self.slow_motion = True
        self.slow_motion_active = False
        self.reduced_motion = False
        self._motion = SlowMotion(link)
        self._halting: Mask | None = None
        self._points: Callable[[], Sequence[int]] | None = None
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(FRAME_MS)
        self._timer.timeout.connect(self.frame)
        self._last_s = self._shown_s = wall()
        self._samples: deque[tuple[float, float]] = deque()
        link.reset.connect(self._another_session)
        self._another_session()

    @Slot()
    def _another_session(self) -> None:
        scenario = getattr(self._session, "scenario", None)
        self._motion.reset(hardware(scenario.machine).costs if scenario is not None else None)
        self._position: int | None = None
        self._clock_ns = float(self._session.now_ns)
        self._goal: Mask | None = None
        self._goal_at_pace = False
        self._phase_s: float | None = None
        self._held_until_s: float | None = None
        self._ended_told = ""
        self._samples.clear()
        self._wake()

    # --- what the transport sees -------------------------------------------------------------------------------------

    @property
    def clock_ns(self) -> int:
        """The simulated time that the person sees."""
        return int(self._clock_ns)

    @property
    def behind(self) -> bool:
        """Whether the person stands before the end of what has happened: a command would fork."""
        return self._position is not None and self.clock_ns < self._session.now_ns

    @property
    def _session(self) -> Session:
        session: Any = self._link.session
        return session

    @Slot()
    def play(self) -> None:
        """Go on from here: along the held trace, then live."""
        if not self.playing:
            self.playing = True
            self._ended_told = ""
            self._samples.clear()
            self._wake()
            self.changed.emit()

    @Slot()
    def pause(self) -> None:
        """Stand still."""
        if self.playing:
            self.playing = False
            self.slow_motion_active = False
            self._goal = None
            self.achieved_pace = 0.0
            self._wake()
            self.changed.emit()

    @Slot()
    def toggle(self) -> None:
        """Play or pause, at the instant that is shown."""
        if self.playing:
            self.pause()
        else:
            self.play()

    @Slot()
    def to_start(self) -> None:
        """The earliest instant that is still held."""
        self.seek_ns(self._link.earliest_ns)

    @Slot()
    def to_end(self) -> None:
        """The head, and with it from now on."""
        self._stand_at(None)

    def seek_ns(self, at_ns: int) -> None:
        """Show the world at an instant and pause; later instants than the head are the head."""
        self.pause()
        if at_ns >= self._session.now_ns:
            self._stand_at(None)
            return
        at_ns = max(at_ns, self._link.earliest_ns)
        self._stand_at(self._link.trace.position_at(at_ns), at_ns)

    def set_pace(self, pace: float) -> None:
        """Ask for another pace, in ns of simulated time for a second of wall time."""
        self.asked_pace = min(FASTEST_PACE, max(SLOWEST_PACE, pace))
        self._samples.clear()
        self.changed.emit()

    def set_mode(self, mode: Mode) -> None:
        """Watch, fast or express."""
        self.mode = mode
        self._samples.clear()
        self._wake()
        self.changed.emit()

    def set_step(self, step: Step) -> None:
        """What one step is from now on."""
        self.step = step
        self.changed.emit()

    def set_slow_motion(self, on: bool) -> None:
        """Whether swaps are eased from now on."""
        self.slow_motion = self._motion.on = on
        self.changed.emit()

    @Slot()
    def cancel_slow_motion(self) -> None:
        """End the easing of the swap that is running."""
        self._motion.cancel()
        self._wake()
        self.changed.emit()

    # --- steps -------------------------------------------------------------------------------------------------------

    @Slot()
    def step_forward(self) -> None:
        """To right after the next row that counts as a step; beyond the head the session runs until there is one."""
        self.pause()
        counts = self._mask_of_step()
        position = self.here
        found = next_held(self._link.trace, position, counts)
        if found is None and self.step == "event":
            self._session.step_event()
            found = position if self._link.trace.head > position else None
            self._tell_end()
        if found is not None:
            self._stand_after(found)
        elif self.step != "event":
            self._run_until(counts, at_pace=False)

    @Slot()
    def step_back(self) -> None:
        """To right after the row before that counts as a step, or to the beginning of what is held."""
        self.pause()
        found = last_held(self._link.trace, self.here - 1, self._mask_of_step())
        if found is None:
            self.to_start()
        else:
            self._stand_after(found)

    def run_until_phase(self, request: int, phase: int) -> None:
        """Play at the pace until a swap has come to a phase, or is over, and pause there."""
        over = phase == Phase.COMPLETED

        def counts(rows: Rows) -> Any:
            kinds = rows["kind"]
            there = (kinds == Kind.PHASE_ENTERED) & (rows["b"] == phase)
            ended = (kinds == Kind.SWAP_COMPLETED) | (kinds == Kind.SWAP_ABANDONED)
            return (rows["a"] == request) & (ended if over else there | ended)

        self._run_until(counts, at_pace=True)

    def run_until(self, counts: Mask) -> None:
        """Run as fast as it goes until such a row, and pause there; along what is held first."""
        found = next_held(self._link.trace, self.here, counts)
        if found is not None:
            self.stand_after(found)
        else:
            self._run_until(counts, at_pace=False)

    def stand_after(self, row: int) -> None:
        """Pause right after a row that is held."""
        self.pause()
        self._stand_after(row)
        self.stopped.emit(row)

    def set_points(self, points: Callable[[], Sequence[int]] | None) -> None:
        """From now on the run pauses after these rows too, as far as they are known by then."""
        self._points = points

    def set_stops(self, halting: Mask | None) -> None:
        """From now on the run pauses after every row that `halting` means."""
        self._halting = halting

    def _run_until(self, counts: Mask, *, at_pace: bool) -> None:
        if not at_pace and self._position is not None:
            self._stand_at(None)
        self.play()
        self._goal, self._goal_at_pace = counts, at_pace

    def _mask_of_step(self) -> Mask:
        if self.step != "call":
            return STEPS_AT[self.step]
        picked = self._selection.current
        return CallsOf(picked.identity if picked is not None and picked.kind == "object" else 0)

    @property
    def here(self) -> int:
        """How many rows lie before the cursor."""
        return self._link.trace.head if self._position is None else self._position

    def _stand_after(self, row: int) -> None:
        trace = self._link.trace
        at_ns = trace.event(row).at_ns
        self._stand_at(None if row + 1 >= trace.head else row + 1, at_ns)

    def _stand_at(self, position: int | None, at_ns: int | None = None) -> None:
        self._position = position
        self._clock_ns = float(self._session.now_ns if position is None else at_ns or 0)
        self._phase_s = self._held_until_s = None
        self._samples.clear()
        self._wake()
        self.changed.emit()

    # --- frames ------------------------------------------------------------------------------------------------------

    def wake(self) -> None:
        """Something has happened that the next frame is to show."""
        self._wake()

    def _wake(self) -> None:
        self._dirty = True
        if not self._timer.isActive():
            self._last_s = self._wall()
            self._timer.start()

    def stop(self) -> None:
        """No more frames: the window closes, or the session is being replaced."""
        self.playing = False
        self._dirty = False
        self._timer.stop()

    @Slot()
    def frame(self) -> None:
        """One frame: move, then show."""
        now_s = self._wall()
        dt_s = min(max(0.0, now_s - self._last_s), LONGEST_FRAME_S)
        self._last_s = now_s
        due = self._dirty and now_s - self._shown_s >= SHOWN_EVERY_S[self.mode]
        if self.playing:
            # A picture of much that has happened takes as long as a slice of the run: each has a turn of its own.
            if not (due and self.mode == "express"):
                self._move(now_s, dt_s)
            self._measure(now_s)
            self._dirty = True
        if self.slow_motion_active != (self.playing and self._motion.active):
            self.slow_motion_active = not self.slow_motion_active
            self.changed.emit()
        if self._dirty and (not self.playing or now_s - self._shown_s >= SHOWN_EVERY_S[self.mode]):
            self._dirty = False
            self._shown_s = now_s
            self._link.set_cursor(self._position, self.clock_ns)
            self._link.refresh()
        if not self.playing and not self._dirty:
            self._timer.stop()

    def _move(self, now_s: float, dt_s: float) -> None:
        if self._holds(now_s):
            return
        if self._goal is not None and not self._goal_at_pace:
            self._live(now_s, self._session.now_ns + FAR_NS, ADVANCE_S)
            return
        if self.mode == "express":
            self._position = None
            self._live(now_s, self._session.now_ns + FAR_NS, EXPRESS_S)
            return
        pace = self.asked_pace
        if self.mode == "watch" and not self.reduced_motion:
            pace = self._motion.pace(pace, self.clock_ns, now_s, dt_s)
        target_ns = self._clock_ns + pace * dt_s
        if self._position is None:
            self._live(now_s, target_ns, self._advance_s)
        else:
            self._replay(now_s, target_ns)

    def _live(self, now_s: float, target_ns: float, budget_s: float | None) -> None:
        """The session runs to the target, or to the row that stops the run, or as far as the budget goes."""
        session, limit_ns = self._session, int(target_ns)
        if limit_ns > session.now_ns:
            phases, trace = self._watches_phases(), self._link.trace
            if not (phases or self._goal or self._halting or self._points):
                session.advance(limit_ns, budget_s)
            else:
                found = session.run_until(
                    lambda new: self._first_stop(trace.head - len(new), new, phases, instant=True), limit_ns, budget_s
                )
                if found is not None:
                    self._clock_ns = float(session.now_ns)
                    self._stopped_at(now_s, found)
                    return
        self._clock_ns = target_ns if session.now_ns >= limit_ns else float(session.now_ns)
        self._tell_end()

    def _replay(self, now_s: float, target_ns: float) -> None:
        """The cursor goes along what is held, up to the head and then with it."""
        assert self._position is not None
        trace = self._link.trace
        over = target_ns >= self._session.now_ns
        position = trace.head if over else trace.position_at(int(target_ns))
        position = max(position, self._position)
        phases = self._watches_phases()
        for first, rows in trace.chunks(max(self._position, trace.tail), position):
            found = self._first_stop(first, rows, phases, instant=False)
            if found is not None:
                self._position = first + found + 1
                self._clock_ns = float(rows["at_ns"][found])
                self._stopped_at(now_s, first + found)
                return
        self._position = None if over else position
        self._clock_ns = float(self._session.now_ns) if over else target_ns

    def _tell_end(self) -> None:
        ended = self._session.ended
        if ended and ended != self._ended_told:
            self._ended_told = ended
            self._clock_ns = float(self._session.now_ns)
            self.pause()
            self.ended.emit(ended)

    # --- phases are stopped at ---------------------------------------------------------------------------------------

    def _watches_phases(self) -> bool:
        return self.mode == "watch" and self._motion.watches(self.clock_ns, round(self.asked_pace * LONGEST_FRAME_S))

    def _first_halt(self, first: int, rows: Rows) -> int | None:
        """The index of the first of these rows after which the run pauses; `first` is where they stand in the trace."""
        met = [first_of(mask(rows)) for mask in (self._goal, self._halting) if mask is not None]
        if self._points is not None:
            met += [point - first for point in self._points() if first <= point < first + len(rows)]
        return min((index for index in met if index is not None), default=None)

    def _first_stop(self, first: int, rows: Rows, phases: bool, *, instant: bool) -> int | None:
        """The same, or the bound of a phase if that ends the frame sooner.

        Of an `instant` that has just run the pause counts: what comes in it after a bound is not looked at again.
        """
        halt = self._first_halt(first, rows)
        bound = first_of(phase_rows(rows)) if phases and not (instant and halt is not None) else None
        return min((index for index in (halt, bound) if index is not None), default=None)

    def _stopped_at(self, now_s: float, row: int) -> None:
        rows = self._link.trace.rows(row, row + 1)
        if self._first_halt(row, rows) is not None:
            self.stand_after(row)
            return
        if not phase_rows(rows)[0]:
            return
        if self.reduced_motion:
            self.pause()
            return
        shown_s = LEAST_S if self._phase_s is None else now_s - self._phase_s
        entered = int(rows["kind"][0]) == Kind.PHASE_ENTERED
        if shown_s < LEAST_S:
            # The session has gone past the bound; the person still sees the phase that is over, for a moment.
            self._held_until_s = now_s + LEAST_S - shown_s
            self._held_after = row + 1 if self._position is not None else None
            self._position = row
        self._phase_s = (self._held_until_s or now_s) if entered else None

    def _holds(self, now_s: float) -> bool:
        """Whether the picture stands for a moment, so that a phase can be seen that was too short for that."""
        if self._held_until_s is None:
            return False
        if now_s < self._held_until_s and self._motion.active:
            return True
        self._held_until_s = None
        self._position = self._held_after
        return False

    def _measure(self, now_s: float) -> None:
        samples = self._samples
        samples.append((now_s, self._clock_ns))
        while len(samples) > 2 and samples[1][0] <= now_s - MEASURED_OVER_S:
            samples.popleft()
        spent_s = now_s - samples[0][0]
        if spent_s > 0:
            self.achieved_pace = (self._clock_ns - samples[0][1]) / spent_s
