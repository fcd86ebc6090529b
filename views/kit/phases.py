"""What a phase and a fate look like: from the trace's vocabulary to the theme's meanings."""

from __future__ import annotations

from model.trace.events import Phase
from views.kit.theme import Meaning, Theme

FATES = ("untracked", "tracked", "recursive", "blocked")
"""What a receipt counts, in the order of the paper."""


def phase_meaning(theme: Theme, phase: Phase) -> Meaning:
    """The meaning of a phase or an outcome."""
    return {
        Phase.FORWARD: theme.phase.forward,
        Phase.BLOCK: theme.phase.block,
        Phase.TRANSFER: theme.phase.transfer,
        Phase.COMPLETED: theme.phase.completed,
        Phase.ABANDONED: theme.phase.abandoned,
    }[phase]


def fate_meaning(theme: Theme, name: str) -> Meaning:
    """The meaning of one of FATES, or of "released"."""
    return {
        "untracked": theme.fate.untracked,
        "tracked": theme.fate.tracked,
        "recursive": theme.fate.recursive,
        "blocked": theme.fate.blocked,
        "released": theme.fate.released,
    }[name]
