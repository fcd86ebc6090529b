"""A clock on the wall that tests move, and a player that is driven by it, frame by frame."""

from __future__ import annotations

from dataclasses import dataclass

from app.planted import Planted
from app.playback import Player
from model.scenario import load
from model.session import Session
from views.kit.selection import Selection
from views.kit.session_link import SessionLink

FRAME_S = 0.016


class Wall:
    """Wall time that passes when a test says so."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@dataclass
class Stage:
    """A session that is played, without a window."""

    session: Session
    link: SessionLink
    selection: Selection
    player: Player
    wall: Wall
    planted: Planted

    def close(self) -> None:
        """Ends it all; a planted bug is in the engine until then."""
        self.player.stop()
        self.session.close()
        self.planted.clear()

    def frames(self, seconds: float) -> None:
        """Let this much wall time pass, a frame every 16 ms."""
        for _ in range(round(seconds / FRAME_S)):
            self.frame()

    def frame(self, seconds: float = FRAME_S) -> None:
        """One frame after so much wall time."""
        self.wall.now_s += seconds
        self.player.frame()

    def identity(self, name: str) -> int:
        """The number of an object."""
        objects = self.link.topology.objects
        return next(identity for identity, node in objects.items() if node.name == name)


def staged(scenario: str, *, until_ns: int = 0, pace: float = 1e6) -> Stage:
    """A scenario that has run for some time, at its head, paused."""
    loaded = load(scenario)
    planted = Planted()
    planted.take(loaded)
    session = Session(loaded)
    wall = Wall()
    link = SessionLink(session)
    session.advance(until_ns)
    selection = Selection()
    return Stage(session, link, selection, Player(link, selection, wall=wall, pace=pace, advance_s=None), wall, planted)
