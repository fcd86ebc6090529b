"""Which ways the protocol can go an exploration has gone: one name for each transition of a swap.

    requested -> FORWARD -> BLOCK -> TRANSFER -> COMPLETED
                    |         | ^        |
                    |         | | retry  |
                    +----> ABANDONED <---+

What was not gone was not shown: a scenario without a time limit never retries, and that is worth seeing beside
"complete".
"""

from __future__ import annotations

from typing import Final

import numpy as np

from model.trace.events import Kind, Phase
from model.trace.trace import Rows

TRANSITIONS: Final[tuple[str, ...]] = (
    "requested to FORWARD", "requested to refused", "FORWARD to BLOCK", "FORWARD to ABANDONED", "BLOCK to TRANSFER",
    "BLOCK to FORWARD", "BLOCK to ABANDONED", "TRANSFER to COMPLETED", "TRANSFER to ABANDONED",
)  # fmt: skip
_KINDS: Final = np.array(
    [
        int(kind)
        for kind in (
            Kind.SWAP_REQUESTED, Kind.REQUEST_REFUSED, Kind.PHASE_ENTERED, Kind.SWAP_COMPLETED, Kind.SWAP_ABANDONED,
        )
    ]
)  # fmt: skip
_ENDS: Final = {
    int(Kind.REQUEST_REFUSED): "refused", int(Kind.SWAP_COMPLETED): "COMPLETED", int(Kind.SWAP_ABANDONED): "ABANDONED",
}  # fmt: skip


def transitions(rows: Rows) -> set[str]:
    """The transitions that the swaps of a whole run made."""
    few = rows[np.isin(rows["kind"], _KINDS)]
    stands: dict[int, str] = {}
    found = set()
    for kind, request, b in zip(few["kind"].tolist(), few["a"].tolist(), few["b"].tolist(), strict=True):
        if kind == Kind.SWAP_REQUESTED:
            stands[request] = "requested"
        elif request in stands:
            to = _ENDS.get(kind) or Phase(b).name
            found.add(f"{stands[request]} to {to}")
            stands[request] = to
    return found & set(TRANSITIONS)
