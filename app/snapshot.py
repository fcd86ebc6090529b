"""A picture of the window as it looks at an instant of a scenario, for papers, reviews and tests."""

from __future__ import annotations

from pathlib import Path

from app.documents import open_session
from app.pictures import chosen_theme, open_still, prepare, save_window
from app.planted import Planted


def snapshot(
    scenario: str,
    at_ns: int,
    path: Path,
    *,
    size: tuple[int, int] = (1600, 1000),
    scale: float = 1.0,
    theme: str = "light",
    trusted: tuple[str, ...] = (),
) -> None:
    """Runs the scenario to `at_ns`, draws the window into a PNG at `path`. Raises ScenarioError."""
    prepare(scale)
    chosen_theme(theme)  # before a long run, not after it
    planted = Planted()
    session = open_session(scenario, trusted, planted)
    session.advance(at_ns)
    window = open_still(session, size, theme, scenario, planted=planted)
    try:
        save_window(window, path)
    finally:
        window.close()
        window.deleteLater()
