"""A broken run in the window: the steps that conflict are bookmarked, and the picture is at the one that breaks."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.main_window import MainWindow


def show_if_kept(window: MainWindow) -> bool:
    """Stand at the broken step of a run that was kept for breaking a rule; False for any other, and for a scene."""
    scenario = window.session.scenario
    if scenario.schedule is None or not scenario.schedule.rule or scenario.narration:
        return False
    return show_failure(window)


def show_failure(window: MainWindow) -> bool:
    """Stand at the first row that breaks a rule; False where none does."""
    session = window.session
    session.advance(session.scenario.until_ns)
    window.player.to_end()
    window.player.frame()
    violations = window.link.invariants.violations
    if not violations:
        window.say("This run breaks no rule here", failure=True)
        return False
    # A broken engine may break several rules; the run was kept for one of them.
    kept_for = session.scenario.schedule.rule if session.scenario.schedule is not None else ""
    first = next((one for one in violations if one.rule == kept_for), violations[0])
    trace = session.trace
    for position, words in ((first.other, "conflicts with the step that breaks it"), (first.position, "breaks")):
        if trace.tail <= position < trace.head:
            window.marks.add_bookmark(trace.event(position).at_ns, f"{words} {first.rule}: {first.message}")
    window.player.seek_ns(trace.event(first.position).at_ns)
    window.player.frame()
    name = f" (planted: {window.planted.name})" if window.planted.name else ""
    window.say(f"{first.rule} is broken here{name}: {first.message}", failure=True)
    return True
