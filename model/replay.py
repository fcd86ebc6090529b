"""Whether a recording comes to the same run again, and if it does not, at which of its commands it stopped doing so.

A recording holds the fingerprint at each command and at its end (rule R4 of the design). They are compared with those
of a session that ran the recording's script, in the window or here.
"""

from __future__ import annotations

from dataclasses import dataclass

from model import commands
from model.catalogue import Catalogue
from model.commands import Stamped
from model.scenario import Scenario
from model.session import Session, machine_sha256


@dataclass(frozen=True, slots=True)
class Divergence:
    """Where a replay stopped being the recorded run."""

    place: int
    """The command's place in the script, from 0; its length for the end of the recording."""
    stamped: Stamped | None
    """The command; None for the end."""
    machine_changed: bool
    """The costs that the recording was made with are not those of this version."""

    def __str__(self) -> str:
        reason = " (the machine's costs have changed since it was made)" if self.machine_changed else ""
        if self.stamped is None:
            return f"the replay diverges at the end, after all {self.place} commands{reason}"
        what = commands.words(self.stamped.command)
        return f"the replay diverges at command {self.place + 1}, {what}, at {self.stamped.at_ns} ns{reason}"


def replay(recording: Scenario, *, catalogue: Catalogue | None = None) -> Divergence | None:
    """Runs a recording again to its end; the first command at which it diverges, or None."""
    assert recording.recording is not None, "only a recording can be compared"
    session = Session(recording, catalogue=catalogue)
    try:
        session.advance(recording.recording.end_ns)
        return divergence(session)
    finally:
        session.close()


def divergence(session: Session) -> Divergence | None:
    """Where a session of a recording differs from what was recorded, as far as it has run; None where it does not.

    The fingerprint at a command covers all rows up to it, so what differs lies between that command and the one before.
    The end is compared only by a session that stands there.
    """
    recording = session.scenario.recording
    assert recording is not None, "only a recording can be compared"
    changed = machine_sha256(session.scenario) != recording.machine_sha256
    for place, (ours, theirs) in enumerate(zip(session.fingerprints, recording.fingerprints, strict=False)):
        if ours != theirs:
            return Divergence(place, session.script[place], changed)
    acted = len(session.fingerprints)
    if session.now_ns == recording.end_ns and acted < len(recording.fingerprints):
        return Divergence(acted, session.script[acted] if acted < len(session.script) else None, changed)
    if session.now_ns == recording.end_ns and session.trace.fingerprint() != recording.fingerprint:
        return Divergence(acted, None, changed)
    return None
