"""What to write to have the same done without the window: a line of the command line, or of Python.

Every action of the table has one, or is about what a person sees and nothing else. In Python `session` is a
`model.session.Session` and `clock_ns` the instant that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

PYTHON: Final[Mapping[str, str]] = {
    "play": "session.advance(session.now_ns + {pace_ns})",
    "step_forward": "session.step_event()",
    "step_event": "session.step_event()",
    "step_phase": "session.run_until(lambda rows: next(iter(numpy.flatnonzero(rows['kind'] == Kind.PHASE_ENTERED)), "
    "None), session.now_ns + {pace_ns})",
    "step_call": "session.run_until(lambda rows: next(iter(numpy.flatnonzero(rows['kind'] == Kind.CALL_ENTERED)), "
    "None), session.now_ns + {pace_ns})",
    "step_advance": "session.run_until(lambda rows: next(iter(numpy.flatnonzero(rows['kind'] == "
    "Kind.GENERATION_ADVANCED)), None), session.now_ns + {pace_ns})",
    "swap_with": "session.issue(Swap(object={object!r}, implementation=...), clock_ns={clock_ns})",
    "attach": "session.issue(Attach(object={object!r}, wrapper=...), clock_ns={clock_ns})",
    "detach": "session.issue(Detach(object={object!r}, wrapper=...), clock_ns={clock_ns})",
    "cancel": "session.issue(Cancel(object={object!r}), clock_ns={clock_ns})",
    "swap_back": "session.issue(Swap(object={object!r}, implementation=...), clock_ns={clock_ns})",
    "express": "session.advance(session.scenario.until_ns)",
    "run_until": "session.run_until(predicate, limit_ns)",
    "next_phase": "session.run_until(lambda rows: next(iter(numpy.flatnonzero(rows['kind'] == Kind.PHASE_ENTERED)), "
    "None), session.now_ns + {pace_ns})",
}
SHELL: Final[Mapping[str, str]] = {
    "open": "changeover FILE.toml",
    "restart": "changeover {scenario}",
    "run_until_drained": "changeover run {scenario} --until {at} --drained {drained}",
    "save": "changeover run {scenario} --until {at} --record FILE.toml",
    "picture": "changeover snapshot {scenario} --at {at} --size {width}x{height} --theme {theme} -o FILE.png",
    "moving_picture": "changeover movie {scenario} --from {from_ns}ns --to {to_ns}ns -o FILE.gif",
    "trace": "changeover trace {scenario} --until {at} -o FILE.json",
    "quit": "",
    "to_start": "changeover snapshot {scenario} --at 0ns -o FILE.png",
    "to_end": "changeover run {scenario} --until {at}",
    "rewind": "changeover snapshot {scenario} --at {at} -o FILE.png",
    "copy_receipt": "changeover run {scenario} --until {at} --json",
}
SEEN_ONLY: Final = "this changes only what you see"


def line_of(name: str, facts: Mapping[str, Any]) -> str:
    """The line that does what an action does; where there is none, that it changes only what is seen."""
    template = SHELL.get(name) or PYTHON.get(name)
    return template.format(**facts) if template else SEEN_ONLY
