"""The demonstration without a display: the default scenario with its scripted swap, as pictures and a receipt.

    changeover-demo/   1-before.png   2-forward.png   3-block.png   4-transfer.png   5-after.png   receipt.md

The scenario is run once to learn when each phase is, and a second time, which is the same run, in the window: each
picture shows it live at the middle of a phase, as a person would have seen it there.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from app.documents import open_session
from app.pictures import open_still, prepare, save, settle
from model.projections.projection import Projection
from model.projections.swaps import SwapsFold
from model.scenario import DEFAULT
from model.trace.events import Phase

if TYPE_CHECKING:
    from model.projections.receipt import Swap

SIZE = (1600, 1000)
BEFORE_NS = 20_000
AFTER_NS = 700_000
"""So long after the outcome the last picture is taken: time enough for the new component to show its latencies."""


def run_demo(directory: Path, scenario: str = DEFAULT, theme: str = "light") -> int:
    """Draws the demonstration into a directory and says where it is; the exit status."""
    prepare()
    swap = first_swap(scenario)
    session = open_session(scenario)
    print(f"There is no display here, so “{session.scenario.title}” is played into pictures.", flush=True)
    directory.mkdir(parents=True, exist_ok=True)
    window = open_still(session, SIZE, theme, scenario, playing=True)
    try:
        for name, at_ns in moments(swap):
            session.advance(at_ns)
            if session.now_ns < swap.requested_ns:
                window.selection.select("object", swap.object)
            else:
                window.selection.clear()
            window.player.to_end()
            settle(window)
            save(window.grab(), directory / f"{name}.png")
        receipt = window.link.swaps.by_request[swap.request].receipt(session.now_ns)
        (directory / "receipt.md").write_text(receipt.markdown(), encoding="utf-8")
    finally:
        window.close()
        window.deleteLater()
    print(f"{swap.component} was swapped from {swap.from_title} to {swap.to_title}. These show the window before it,")
    print("in each of its phases and after it; receipt.md says what it cost:")
    for path in sorted(directory.iterdir()):
        print(f"    {path}")
    return 0


def first_swap(scenario: str) -> Swap:
    """The first swap of a run of the scenario that is completed."""
    session = open_session(scenario)
    swaps = Projection(session.trace, SwapsFold(session.trace))
    session.advance(session.scenario.until_ns)
    session.close()
    found = swaps.at(session.trace.head).by_request.values()
    return next(swap for swap in found if swap.sort == "swap" and swap.outcome is Phase.COMPLETED)


def moments(swap: Swap) -> list[tuple[str, int]]:
    """What each picture is called, and its instant."""
    assert swap.ended_ns is not None, "a completed swap has an end"
    middle = {phase: (since + until) // 2 for phase, since, until in swap.spans}
    return [
        ("1-before", swap.requested_ns - BEFORE_NS),
        ("2-forward", middle[Phase.FORWARD]),
        ("3-block", middle[Phase.BLOCK]),
        ("4-transfer", middle[Phase.TRANSFER]),
        ("5-after", swap.ended_ns + AFTER_NS),
    ]
