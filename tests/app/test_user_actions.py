"""A person does anything in any order; the model alone, run afterwards without a window, is what it is compared with.

Whatever was done: calls are conserved at every cursor, the clock stands within what is held, every view shows the same
position, and the recording replays without a window to the same fingerprint.
"""

from __future__ import annotations

from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from PySide6.QtCore import QCoreApplication

from app.main_window import MainWindow
from model.commands import Attach, Cancel, Command, Detach, Inject, Swap
from model.replay import replay
from tests.app.conftest import Opens
from tests.app.playing import Wall

COMMANDS: tuple[Command, ...] = (
    Swap("counter", "counter_partitioned"),
    Swap("counter", "counter_shared", queue=True),
    Swap("counter", "counter_recursive"),
    Attach("counter", "call_timer"),
    Attach("counter", "call_counter"),
    Detach("counter", "call_timer"),
    Detach("counter", "call_counter"),
    Cancel("counter"),
    Inject("counter", "slow_call"),
    Inject("counter", "raises_in_unpackage"),
    Inject("counter", "raises_in_call", times=2),
)
ACTIONS = ("undo", "redo", "bookmark", "next_bookmark", "previous_bookmark", "zoom_in", "fit", "theme", "step_phase",
           "step_event", "step_call", "slow_motion", "to_start", "to_end", "slower", "faster")  # fmt: skip
STOPS = ("phase:block", "latency>30us", "kind:swap_completed", "kind:fault")


class Person(RuleBasedStateMachine):
    """Whoever sits before the window; a subclass says how one is opened, and by which clock it plays."""

    wall: ClassVar[Wall]

    def __init__(self) -> None:
        super().__init__()
        self.window = self.open_window()
        self.window.player.set_pace(5_000_000.0)

    def open_window(self) -> MainWindow:
        raise NotImplementedError

    def frames(self, count: int) -> None:
        for _ in range(count):
            self.wall.now_s += 0.016
            self.window.player.frame()
        QCoreApplication.processEvents()

    @rule(count=st.integers(1, 12))
    def plays_for_a_while(self, count: int) -> None:
        self.window.player.play()
        self.frames(count)

    @rule()
    def pauses(self) -> None:
        self.window.player.pause()
        self.frames(1)

    @rule(mode=st.sampled_from(("watch", "fast", "express")))
    def chooses_a_mode(self, mode: Any) -> None:
        self.window.player.set_mode(mode)

    @rule(part=st.floats(0.0, 1.0))
    def drags_the_bar(self, part: float) -> None:
        self.window.player.seek_ns(round(part * self.window.session.now_ns))
        self.frames(1)

    @rule(forward=st.booleans())
    def steps(self, forward: bool) -> None:
        (self.window.player.step_forward if forward else self.window.player.step_back)()
        self.frames(2)

    @rule(command=st.sampled_from(COMMANDS))
    def commands(self, command: Command) -> None:
        self.window.link.issue(command)
        self.frames(2)

    @rule(name=st.sampled_from(ACTIONS))
    def presses_a_key(self, name: str) -> None:
        self.window.actions_by_name[name].trigger()
        self.frames(1)

    @rule(rows=st.sampled_from(STOPS), halts=st.booleans())
    def adds_a_stop(self, rows: str, halts: bool) -> None:
        self.window.marks.add_stop(rows, halts=halts)

    @precondition(lambda self: self.window.marks.stops)
    @rule()
    def removes_a_stop(self) -> None:
        self.window.marks.remove_stop(0)

    @rule(layout=st.sampled_from(("Demo", "Debug", "Timeline", "Compare")))
    def chooses_a_layout(self, layout: str) -> None:
        self.window.workspace.choose_layout(layout)
        self.frames(1)

    @rule(select=st.booleans())
    def selects(self, select: bool) -> None:
        if select:
            self.window.selection.select("object", next(iter(self.window.link.topology.objects)))
        else:
            self.window.selection.clear()
        self.frames(1)

    @invariant()
    def calls_are_conserved_where_the_person_looks(self) -> None:
        counts = self.window.link.counts
        assert counts.issued == counts.returned + counts.raised + sum(counts.by_object.values())

    @invariant()
    def clock_stands_within_what_is_held(self) -> None:
        link = self.window.link
        assert link.earliest_ns <= self.window.player.clock_ns <= link.head_ns
        assert link.trace.tail <= link.position <= link.trace.head

    def teardown(self) -> None:
        self.window.forking.cancel()
        recording = self.window.session.recording()
        assert replay(recording) is None
        self.window.player.stop()
        self.window.hide()


@pytest.mark.slow
def test_person_may_do_anything_in_any_order(opens: Opens, wall: Wall, monkeypatch: pytest.MonkeyPatch) -> None:
    """Eight sequences of twenty-five actions each, with the run without a window as the oracle."""
    import app.forking

    monkeypatch.setattr(app.forking, "FIRST_SLICE_S", 60.0)

    class PersonHere(Person):
        def open_window(self) -> MainWindow:
            return opens("counter", until_ns=100_000, size=(1280, 800))

    PersonHere.wall = wall
    run_state_machine_as_test(
        PersonHere,
        settings=settings(
            max_examples=8, stateful_step_count=25, deadline=None, derandomize=True,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
